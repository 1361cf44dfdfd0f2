/* fuzz-request.c: any body is refused with a reason or decoded, and what is decoded can be answered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "upstream/relais-practice-plan.h"

#include "relais-fuzz.h"

#define TEXT(words) .text = (words), .length = sizeof (words) - 1

/* A little of everything. */
static const RelaisEvent script[] = {
  { .type = RELAIS_EVENT_START, .created = 1795000000 },
  { .type = RELAIS_EVENT_USAGE, .usage = { 7, 2, 1, -1, -1 } },
  { .type = RELAIS_EVENT_THINK, TEXT ("Let me see. ") },
  { .type = RELAIS_EVENT_SIGNATURE, TEXT ("c2ln"), .origin = RELAIS_ORIGIN_GEMINI },
  { .type = RELAIS_EVENT_TEXT, TEXT ("Yes: \342\200\250\360\237\246\212") },
  { .type = RELAIS_EVENT_CALL_START, .call = 0, .name = "f" },
  { .type = RELAIS_EVENT_CALL_ARGS, .call = 0, TEXT ("{\"a\":") },
  { .type = RELAIS_EVENT_CALL_START, .call = 1, .name = "g", .custom = TRUE },
  { .type = RELAIS_EVENT_CALL_ARGS, .call = 1, TEXT ("free") },
  { .type = RELAIS_EVENT_CALL_ARGS, .call = 0, TEXT ("1}") },
  { .type = RELAIS_EVENT_CALL_END, .call = 1 },
  { .type = RELAIS_EVENT_CALL_END, .call = 0 },
  { .type = RELAIS_EVENT_USAGE, .usage = { 7, 2, 1, 9, 4 } },
  { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP, .created = 1795000009 },
};

static void
check_parts (const GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);
      const char *const strings[] = { part->text, part->mime, part->data, part->url,
                                      part->file_id, part->filename, part->detail, part->id,
                                      part->name, part->args, part->signature };

      for (guint j = 0; j < G_N_ELEMENTS (strings); j++)
        if (strings[j] != NULL)
          g_assert_true (g_utf8_validate (strings[j], -1, NULL));
      g_assert_cmpint (part->type == RELAIS_PART_TOOL_RESULT, ==, part->content != NULL);
      if (part->type == RELAIS_PART_TOOL_CALL)
        g_assert_nonnull (part->name);
      if (part->content != NULL)
        check_parts (part->content);
    }
}

static void
answer (const RelaisPrompt *prompt,
        RelaisForm          form)
{
  const RelaisDialect *dialect = relais_dialect_get (FUZZ_DIALECT);
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisFuzzAnswer read = { 0 };
  guint n_ids = 0;
  RelaisEncoder *encoder = dialect->encoder_new (prompt, form, relais_fuzz_make_id, &n_ids);

  for (guint i = 0; i < G_N_ELEMENTS (script); i++)
    dialect->encoder_push (encoder, &script[i], out);
  dialect->encoder_free (encoder);
  relais_fuzz_read_answer (&read, FUZZ_DIALECT, form, out, TRUE);
  g_assert_cmpstr (read.text->str, ==, "Yes: \342\200\250\360\237\246\212");
  g_assert_cmpuint (read.n_calls, ==, 2);
  g_assert_cmpint (read.finish, >=, 0);
  g_assert_false (read.has_failure);
  relais_fuzz_clear_answer (&read);
}

static void
check_refusal (const GError *error)
{
  g_autoptr (RelaisFailure) failure = relais_dialect_failure_from_error (error);
  g_autofree char *body = NULL;
  gsize length;

  g_assert_true (error->domain == RELAIS_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 512);
  body = relais_dialect_encode_failure (FUZZ_DIALECT, failure, NULL, &length);
  g_assert_cmpuint (length, >, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *model = FUZZ_DIALECT == RELAIS_DIALECT_GEMINI ? "gemini-3.8-flash" : NULL;
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autoptr (GPtrArray) plan = NULL;

  prompt = relais_dialect_get (FUZZ_DIALECT)->decode_request (body, model, FALSE, &error);
  g_assert_cmpint (prompt == NULL, ==, error != NULL);
  if (prompt == NULL)
    {
      check_refusal (error);
      return 0;
    }
  g_assert_nonnull (prompt->model);
  check_parts (prompt->system);
  for (guint i = 0; i < prompt->messages->len; i++)
    check_parts (((RelaisMessage *)g_ptr_array_index (prompt->messages, i))->parts);
  answer (prompt, RELAIS_FORM_WHOLE);
  answer (prompt, RELAIS_FORM_SSE);
  if (FUZZ_DIALECT == RELAIS_DIALECT_GEMINI)
    answer (prompt, RELAIS_FORM_ARRAY);
  plan = relais_practice_plan_new (prompt);
  g_assert_cmpuint (plan->len, >, 0);
  return 0;
}
