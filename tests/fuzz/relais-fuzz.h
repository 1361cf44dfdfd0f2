/* relais-fuzz.h: what the fuzz targets share: drawing from an input, judging an encoder's output
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

/* What libFuzzer calls; each target defines it. */
int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* An input used up from the front; past its end everything is 0 or empty. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
} RelaisFuzzDraw;

guint  relais_fuzz_draw_byte  (RelaisFuzzDraw *self);
gint64 relais_fuzz_draw_count (RelaisFuzzDraw *self);
char  *relais_fuzz_draw_text  (RelaisFuzzDraw *self);
gsize  relais_fuzz_pick       (const guint8   *data,
                               gsize           size);
char  *relais_fuzz_make_id    (gpointer        counter);

/* What a client reads in an answer. */
typedef struct
{
  GString *text;        /* owned; all visible text */
  guint n_calls;        /* tool calls that began */
  int finish;           /* a RelaisFinish, -1 for none */
  gboolean has_failure; /* an error body or event */
  RelaisUsage usage;
} RelaisFuzzAnswer;

void relais_fuzz_read_answer  (RelaisFuzzAnswer *self,
                               RelaisDialectId   dialect,
                               RelaisForm        form,
                               const GString    *out,
                               gboolean          ended);
void relais_fuzz_clear_answer (RelaisFuzzAnswer *self);

G_END_DECLS
