/* relais-next-step.h: what a person does next, until the first request has come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/relais-engine.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_STEP_NONE, /* requests come, or something is under way */
  RELAIS_STEP_UNLOCK,
  RELAIS_STEP_ADD_ACCOUNT,
  RELAIS_STEP_START,
  RELAIS_STEP_CONNECT
} RelaisStep;

#define RELAIS_TYPE_NEXT_STEP (relais_next_step_get_type ())

/* Signal: "changed", when there may be another step. */
G_DECLARE_FINAL_TYPE (RelaisNextStep, relais_next_step, RELAIS, NEXT_STEP, GObject)

RelaisNextStep *relais_next_step_new (RelaisEngine   *engine);
RelaisStep      relais_next_step_get (RelaisNextStep *self);

G_END_DECLS
