/* relais-target-private.h: what the request encoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json-writer.h"

#include "relais-dialect.h"

G_BEGIN_DECLS

/* Fields whose name each dialect spells its own way. */
typedef enum {
  RELAIS_FIELD_MAX_TOKENS,
  RELAIS_FIELD_TEMPERATURE,
  RELAIS_FIELD_TOP_P,
  RELAIS_FIELD_TOP_K,
  RELAIS_FIELD_PRESENCE_PENALTY,
  RELAIS_FIELD_FREQUENCY_PENALTY,
  RELAIS_FIELD_SEED,
  RELAIS_FIELD_LOGIT_BIAS,
  RELAIS_FIELD_LOGPROBS,
  RELAIS_FIELD_STOP,
  RELAIS_FIELD_FORMAT,
  RELAIS_FIELD_FORMAT_NAME,
  RELAIS_FIELD_FORMAT_STRICT,
  RELAIS_FIELD_REASONING,
  RELAIS_FIELD_VERBOSITY,
  RELAIS_FIELD_PARALLEL_TOOLS,
  RELAIS_FIELD_TOOL_CHOICE,
  RELAIS_FIELD_TOOL_SCHEMA,
  RELAIS_FIELD_TOOL_STRICT,
  RELAIS_FIELD_METADATA,
  RELAIS_FIELD_USER,
  RELAIS_FIELD_SESSION,
  RELAIS_FIELD_SERVICE_TIER,
  RELAIS_FIELD_STORE,
  RELAIS_N_FIELDS,
} RelaisFieldId;

/* One translation under way; lives on the stack. */
typedef struct
{
  const RelaisPrompt *prompt;
  const RelaisTarget *target;
  RelaisChanges      *changes;
  RelaisJsonWriter    writer;
} RelaisTargetWriter;

const char  *relais_target_field            (const RelaisPrompt   *prompt,
                                             RelaisFieldId         field);
void         relais_target_drop             (RelaisTargetWriter   *self,
                                             RelaisFieldId         field,
                                             gboolean              notable,
                                             const char           *reason);
void         relais_target_approximate      (RelaisTargetWriter   *self,
                                             RelaisFieldId         field,
                                             gboolean              notable,
                                             const char           *reason);
void         relais_target_drop_details     (RelaisTargetWriter   *self);
void         relais_target_retell           (RelaisTargetWriter   *self,
                                             const RelaisMessage  *message);
gboolean     relais_target_refuse           (RelaisTargetWriter   *self,
                                             const RelaisMessage  *message,
                                             const RelaisPart     *part,
                                             const char           *fault,
                                             GError              **error);
gboolean     relais_target_refuse_field     (RelaisTargetWriter   *self,
                                             RelaisFieldId         field,
                                             const char           *fault,
                                             GError              **error);
void         relais_target_number           (RelaisTargetWriter   *self,
                                             const char           *name,
                                             const char           *number);
void         relais_target_stop             (RelaisTargetWriter   *self,
                                             const char           *name,
                                             guint                 most,
                                             gboolean              blank);
char        *relais_target_join_texts       (GPtrArray            *parts,
                                             const char           *separator);
char        *relais_target_data_url         (const RelaisPart     *part);
char        *relais_target_clean_base64     (const char           *base64);
char        *relais_target_media_type       (const RelaisPart     *part);
char        *relais_target_plain_text       (const RelaisPart     *part);
char        *relais_target_wrap_instruction (const char           *text);
char        *relais_target_short_user       (const char           *user_id);
gboolean     relais_target_has_cache_key    (const RelaisPrompt   *prompt);
char        *relais_target_schema_name      (const RelaisPrompt   *prompt);
char        *relais_target_format_words     (const RelaisPrompt   *prompt);
const char  *relais_target_openai_effort    (RelaisEffort          effort);
RelaisEffort relais_target_effort           (const RelaisPrompt   *prompt);
gint64       relais_target_budget           (const RelaisPrompt   *prompt);

G_END_DECLS
