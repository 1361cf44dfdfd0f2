/* test-quirks.c: which refusal teaches what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "upstream/relais-quirks.h"

#define C RELAIS_DIALECT_OPENAI_CHAT
#define R RELAIS_DIALECT_OPENAI_RESPONSES
#define A RELAIS_DIALECT_ANTHROPIC
#define G RELAIS_DIALECT_GEMINI

static void
test_learn (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    guint quirks;
    const char *sent;
    const char *words;
    guint learnt;
  } rows[] = {
    { C, 0, "{\"stream_options\":{}}", "Unknown field stream_options", RELAIS_QUIRK_NO_STREAM_OPTIONS },
    /* it was not sent, so it is not what is wrong */
    { C, 0, "{}", "Unknown field stream_options", 0 },
    { C, RELAIS_QUIRK_NO_STREAM_OPTIONS, "{\"stream_options\":{}}", "Unknown field stream_options", 0 },
    { A, 0, "{\"stream_options\":{}}", "Unknown field stream_options", 0 },
    { C, 0, "{\"max_tokens\":1}", "Use 'max_completion_tokens' instead.", RELAIS_QUIRK_MAX_COMPLETION_TOKENS },
    { C, RELAIS_QUIRK_MAX_COMPLETION_TOKENS, "{\"max_completion_tokens\":1}", "max_completion_tokens: extra inputs", RELAIS_QUIRK_MAX_COMPLETION_TOKENS },
    { C, 0, "{\"max_completion_tokens\":1}", "max_completion_tokens: extra inputs", 0 },
    { C, RELAIS_QUIRK_DEVELOPER_ROLE, "{\"role\":\"developer\"}", "unknown role 'developer'", RELAIS_QUIRK_DEVELOPER_ROLE },
    { C, 0, "{}", "reasoning_content must be passed back", RELAIS_QUIRK_REASONING_ECHO },
    { C, 0, "{}", "Function call is missing a thought_signature in functionCall parts.", RELAIS_QUIRK_GOOGLE_SIGNATURES },
    { C, 0, "{\"thought_signature\":\"\"}", "Function call is missing a thought_signature in functionCall parts.", 0 },
    { A, 0, "{\"strict\":true}", "tools.0.strict: Extra inputs are not permitted", RELAIS_QUIRK_NO_STRICT },
    { R, 0, "{\"include\":[\"reasoning.encrypted_content\"]}", "'encrypted_content' is not supported", RELAIS_QUIRK_NO_ENCRYPTED_REASONING },
    { G, 0, "{\"parametersJsonSchema\":{}}", "Unknown name \"parametersJsonSchema\"", RELAIS_QUIRK_OPENAPI_SCHEMA },
    { G, 0, "{\"parametersJsonSchema\":{}}", "something else", 0 },
    { C, 0, "", "", 0 },
    /* what is wrong with the value, or in another word */
    { C, 0, "{\"type\":\"json_schema\"}", "Invalid schema for response_format 'x': additionalProperties is required", 0 },
    { C, 0, "{\"strict\":true}", "This use is restricted and not allowed", 0 },
    { C, RELAIS_QUIRK_DEVELOPER_ROLE, "{\"role\":\"developer\"}", "not supported, see developers.example", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) sent = g_bytes_new (rows[i].sent, strlen (rows[i].sent));
      guint learnt = relais_quirks_learn (rows[i].dialect, rows[i].quirks, sent, rows[i].words,
                                          strlen (rows[i].words));

      g_assert_cmpuint (learnt, ==, rows[i].learnt);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quirks/learn", test_learn);
  return g_test_run ();
}
