/* fuzz-numbers.c: a number a client wrote keeps its digits in every other dialect, and one an
 * upstream wrote in every answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "dialects/relais-translation.h"

#include "relais-fuzz.h"

#define MAX_BYTES 200

/* `@` is the number: in arguments, in a result that is an object, in a schema and as a setting. In
 * Chat and Responses arguments are text, so there `@` stands inside a string. */
static const char *const requests[] = {
  [RELAIS_DIALECT_OPENAI_CHAT] =
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":null,"
    "\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"n\\\":[@]}\"}}]},"
    "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"{\\\"n\\\":@}\"}],\"tools\":[{\"type\":\"function\",\"function\":"
    "{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\",\"maximum\":@}}}}}]}",
  [RELAIS_DIALECT_OPENAI_RESPONSES] =
    "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hi\"},{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"f\","
    "\"arguments\":\"{\\\"n\\\":[@]}\"},{\"type\":\"function_call_output\",\"call_id\":\"a\",\"output\":\"{\\\"n\\\":@}\"}],"
    "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\","
    "\"maximum\":@}}}}]}",
  [RELAIS_DIALECT_ANTHROPIC] =
    "{\"model\":\"m\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":["
    "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{\"n\":[@]}}]},{\"role\":\"user\",\"content\":["
    "{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":\"{\\\"n\\\":@}\"}]}],\"tools\":[{\"name\":\"f\",\"input_schema\":"
    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\",\"maximum\":@}}}}]}",
  [RELAIS_DIALECT_GEMINI] =
    "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]},{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\","
    "\"args\":{\"n\":[@]}}}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{\"n\":@}}}]}],"
    "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"parameters\":{\"type\":\"OBJECT\",\"properties\":{\"n\":"
    "{\"type\":\"NUMBER\",\"maximum\":@}}}}]}]}",
};

static const char *const answers[] = {
  [RELAIS_DIALECT_OPENAI_CHAT] =
    "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\","
    "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"n\\\":[@]}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
  [RELAIS_DIALECT_OPENAI_RESPONSES] =
    "{\"id\":\"r\",\"model\":\"m\",\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"id\":\"i\",\"call_id\":\"a\","
    "\"name\":\"f\",\"arguments\":\"{\\\"n\\\":[@]}\"}]}",
  [RELAIS_DIALECT_ANTHROPIC] =
    "{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"tool_use\",\"id\":\"a\","
    "\"name\":\"f\",\"input\":{\"n\":[@]}}],\"stop_reason\":\"tool_use\"}",
  [RELAIS_DIALECT_GEMINI] =
    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{\"n\":[@]}}}]},"
    "\"finishReason\":\"STOP\"}]}",
};

static char *
fill (const char *template,
      const char *number)
{
  g_auto (GStrv) parts = g_strsplit (template, "@", -1);

  return g_strjoinv (number, parts);
}

/* How often @number stands in @text with nothing of a number before or behind it. */
static guint
count (const char *text,
       const char *number)
{
  gsize length = strlen (number);
  guint found = 0;

  for (const char *at = strstr (text, number); at != NULL; at = strstr (at + 1, number))
    if (at > text && strchr ("[: ", at[-1]) != NULL && strchr ("]}, ", at[length]) != NULL)
      found++;
  return found;
}

static void
listener_cb (const RelaisEvent *event,
             gpointer           user_data)
{
  if (event->type == RELAIS_EVENT_CALL_ARGS)
    g_string_append_len (user_data, event->text, event->length);
}

static void
check (const char      *number,
       RelaisDialectId  source,
       RelaisDialectId  dialect)
{
  RelaisTarget target = {
    .dialect = dialect,
    .model = dialect == RELAIS_DIALECT_GEMINI ? "gemini-3.8-flash" : "claude-opus-5-5",
  };
  g_autofree char *request = fill (requests[source], number);
  g_autofree char *answer = fill (answers[dialect], number);
  g_autoptr (GBytes) body = g_bytes_new (request, strlen (request));
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) args = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = relais_dialect_get (source)->decode_request (body, "m", FALSE, &error);

  g_assert_no_error (error);
  translation = relais_translation_new (prompt, source, &target);
  g_assert_true (relais_translation_encode (translation, out, &error));
  g_assert_cmpuint (count (out->str, number), >=, 3);
  relais_translation_listen (translation, 1 << 20, listener_cb, args);
  relais_translation_push (translation, answer, strlen (answer));
  relais_translation_finish (translation);
  g_assert_cmpuint (count (args->str, number), ==, 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *number = g_strndup ((const char *)data, MIN (size, MAX_BYTES));
  g_autoptr (RelaisJson) tree = relais_json_parse (number, strlen (number), 1, NULL);

  if (relais_json_node_get_kind (relais_json_get_root (tree)) != RELAIS_JSON_NUMBER)
    return 0;
  g_strstrip (number);
  for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
    for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
      if (source != dialect)
        check (number, source, dialect);
  return 0;
}
