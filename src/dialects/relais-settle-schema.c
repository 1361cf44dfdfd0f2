/* relais-settle-schema.c: the schema an answer must follow, made fit for its target
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "base/relais-json-writer.h"

#include "relais-model-facts.h"
#include "relais-settle.h"

/* References point to where the schema began. */
static void
write_definitions (RelaisJsonWriter     *writer,
                   const RelaisJsonNode *schema)
{
  static const char *const keys[] = { "$defs", "definitions" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const RelaisJsonNode *definitions = relais_json_node_get_member (schema, keys[i]);
      gsize length;
      const char *raw = relais_json_node_get_raw (definitions, &length);

      if (definitions != NULL)
        relais_json_writer_raw (writer, keys[i], raw, length);
    }
}

/* Where the answer must be an object, any other schema is put inside one; the answer is taken out
 * again. Gemini's text/x.enum is no JSON to its client, but is to all others. */
static void
settle_value (RelaisPrompt       *prompt,
              const RelaisTarget *target,
              RelaisNames        *names)
{
  gboolean openai = target->dialect == RELAIS_DIALECT_OPENAI_CHAT ||
                    target->dialect == RELAIS_DIALECT_OPENAI_RESPONSES;
  gboolean old = target->dialect == RELAIS_DIALECT_ANTHROPIC &&
                 !relais_model_get_claude (target->model).structured;
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (GString) whole = NULL;
  const RelaisJsonNode *type;
  RelaisJsonWriter writer;

  if (prompt->format != RELAIS_FORMAT_SCHEMA || prompt->format_schema == NULL)
    return;
  names->bare = prompt->format_bare;
  tree = relais_json_parse (prompt->format_schema, strlen (prompt->format_schema),
                            RELAIS_JSON_MAX_DEPTH, NULL);
  type = relais_json_node_get_member (relais_json_get_root (tree), "type");
  if (!(openai || old) ||
      relais_json_node_get_kind (type) != RELAIS_JSON_STRING ||
      relais_json_node_equals (type, "object"))
    return;
  names->wrapped = TRUE;
  whole = g_string_new (NULL);
  relais_json_writer_init (&writer, whole);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "type", "object");
  relais_json_writer_object (&writer, "properties");
  relais_json_writer_raw (&writer, "value", prompt->format_schema, -1);
  relais_json_writer_end_object (&writer);
  relais_json_writer_raw (&writer, "required", "[\"value\"]", -1);
  relais_json_writer_boolean (&writer, "additionalProperties", FALSE);
  write_definitions (&writer, relais_json_get_root (tree));
  relais_json_writer_end_object (&writer);
  g_free (prompt->format_schema);
  prompt->format_schema = g_strndup (whole->str, whole->len);
}

/* A Claude without structured outputs is given the schema as the one tool it must call; not where
 * that would get in the way of other tools, or of thinking, which allows no forced call. */
static void
settle_tool (RelaisPrompt       *prompt,
             const RelaisTarget *target,
             RelaisNames        *names)
{
  RelaisTool *tool;

  if (target->dialect != RELAIS_DIALECT_ANTHROPIC || prompt->format != RELAIS_FORMAT_SCHEMA ||
      prompt->format_schema == NULL || prompt->tools->len > 0 || prompt->thinking ||
      relais_model_get_claude (target->model).structured)
    return;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, "respond");
  tool->description = g_strdup ("Gives the answer.");
  tool->schema = g_strdup (prompt->format_schema);
  prompt->format = RELAIS_FORMAT_TEXT;
  prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
  g_free (prompt->tool_choice_name);
  prompt->tool_choice_name = g_strdup ("respond");
  names->respond = TRUE;
}

/**
 * relais_settle_schema:
 * @prompt: a request; changed in place
 * @target: whom it is for
 * @names: what is wrapped, to be undone in the answer
 *
 * After it a schema is one of an object where the target takes no other, and a tool where it takes
 * none at all.
 */
void
relais_settle_schema (RelaisPrompt       *prompt,
                      const RelaisTarget *target,
                      RelaisNames        *names)
{
  settle_value (prompt, target, names);
  settle_tool (prompt, target, names);
}
