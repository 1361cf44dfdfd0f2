/* dialect-kit.c: short ways to decode a request and encode an answer, for tests of the dialects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "dialects/relais-settle.h"

#include "dialect-kit.h"

static RelaisPrompt *
decode (RelaisDialectId   dialect,
        const char       *body,
        GError          **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  return relais_dialect_get (dialect)->decode_request (bytes, NULL, FALSE, error);
}

/**
 * kit_decode:
 * @dialect: a dialect
 * @body: a body that must be taken; for Gemini with the model in it
 *
 * Returns: (transfer full): the request
 */
RelaisPrompt *
kit_decode (RelaisDialectId  dialect,
            const char      *body)
{
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = decode (dialect, body, &error);

  g_assert_no_error (error);
  return prompt;
}

/**
 * kit_refuse:
 * @dialect: a dialect
 * @refusals: (array length=n_refusals): bodies that must be refused
 * @n_refusals: how many
 *
 * Checks each, and that the field to blame is the one named.
 */
void
kit_refuse (RelaisDialectId   dialect,
            const KitRefusal *refusals,
            gsize             n_refusals)
{
  for (gsize i = 0; i < n_refusals; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisPrompt) prompt = decode (dialect, refusals[i].body, &error);
      g_autoptr (RelaisFailure) failure = NULL;

      g_test_message ("%s", refusals[i].body);
      g_assert_null (prompt);
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      failure = relais_dialect_failure_from_error (error);
      g_assert_cmpuint (relais_dialect_failure_status (dialect, failure), ==, 400);
      g_assert_cmpstr (failure->param, ==, refusals[i].param);
    }
}

/**
 * kit_refuse_elsewhere:
 * @dialect: a dialect
 * @refusals: (array length=n_refusals): bodies that are fine, but only for upstreams of @dialect
 * @n_refusals: how many
 *
 * Checks that each is read, and refused for the field named when it is to be translated.
 */
void
kit_refuse_elsewhere (RelaisDialectId   dialect,
                      const KitRefusal *refusals,
                      gsize             n_refusals)
{
  for (gsize i = 0; i < n_refusals; i++)
    {
      g_autoptr (RelaisPrompt) prompt = kit_decode (dialect, refusals[i].body);
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisFailure) failure = NULL;

      g_test_message ("%s", refusals[i].body);
      g_assert_false (relais_settle_check (prompt, dialect, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      failure = relais_dialect_failure_from_error (error);
      g_assert_cmpstr (failure->param, ==, refusals[i].param);
    }
}

/**
 * kit_part:
 * @prompt: a request
 * @message: the number of a message
 * @part: the number of a part in it
 *
 * Returns: (transfer none): the part, which must be there
 */
const RelaisPart *
kit_part (const RelaisPrompt *prompt,
          guint               message,
          guint               part)
{
  const RelaisMessage *found = NULL;

  g_assert_cmpuint (message, <, prompt->messages->len);
  found = g_ptr_array_index (prompt->messages, message);
  g_assert_cmpuint (part, <, found->parts->len);
  return g_ptr_array_index (found->parts, part);
}

/**
 * kit_shape:
 * @prompt: a request
 *
 * Returns: (transfer full): who says what: U, A or S for each message, with a letter for each part
 */
char *
kit_shape (const RelaisPrompt *prompt)
{
  static const char roles[] = "UAS";
  static const char parts[] = "tifacrkdnjo";
  GString *shape = g_string_new (NULL);

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      g_string_append_c (shape, roles[message->role]);
      for (guint j = 0; j < message->parts->len; j++)
        g_string_append_c (shape,
                           parts[((RelaisPart *)g_ptr_array_index (message->parts, j))->type]);
    }
  return g_string_free (shape, FALSE);
}

static char *
make_id_cb (gpointer user_data)
{
  guint *counter = user_data;

  return g_strdup_printf ("made%u", (*counter)++);
}

/**
 * kit_encode:
 * @dialect: a dialect
 * @prompt: the request answered
 * @form: how
 * @events: (array length=n_events): the answer
 * @n_events: how many
 *
 * Returns: (transfer full): all that the encoder wrote
 */
char *
kit_encode (RelaisDialectId     dialect,
            const RelaisPrompt *prompt,
            RelaisForm          form,
            const RelaisEvent  *events,
            gsize               n_events)
{
  const RelaisDialect *kind = relais_dialect_get (dialect);
  GString *out = g_string_new (NULL);
  guint counter = 0;
  RelaisEncoder *encoder = kind->encoder_new (prompt, form, make_id_cb, &counter);

  for (gsize i = 0; i < n_events; i++)
    kind->encoder_push (encoder, &events[i], out);
  kind->encoder_free (encoder);
  return g_string_free (out, FALSE);
}

/**
 * kit_names:
 * @stream: server-sent events
 *
 * Returns: (transfer full): their names, a blank between, without `response.`, `content_block_` and
 *   `message_` before them
 */
char *
kit_names (const char *stream)
{
  static const char *const prefixes[] = { "response.", "content_block_", "message_" };
  g_auto (GStrv) lines = g_strsplit (stream, "\n", -1);
  GString *names = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *name = g_str_has_prefix (lines[i], "event: ") ? lines[i] + 7 : NULL;

      for (guint j = 0; name != NULL && j < G_N_ELEMENTS (prefixes); j++)
        if (g_str_has_prefix (name, prefixes[j]))
          name += strlen (prefixes[j]);
      if (name != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", name);
    }
  return g_string_free (names, FALSE);
}

/**
 * kit_pick:
 * @json: a JSON text
 * @path: keys and positions, a dot between: `choices.0.message`
 *
 * Returns: (transfer full) (nullable): the value there as it stands, strings without their quotes
 */
char *
kit_pick (const char *json,
          const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisJson) tree =
               relais_json_parse (json, strlen (json), RELAIS_JSON_MAX_DEPTH, &error);
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);
  const RelaisJsonNode *node = relais_json_get_root (tree);

  g_assert_no_error (error);
  for (guint i = 0; steps[i] != NULL; i++)
    if (relais_json_node_get_kind (node) == RELAIS_JSON_ARRAY)
      node = relais_json_node_get_element (node, g_ascii_strtoull (steps[i], NULL, 10));
    else
      node = relais_json_node_get_member (node, steps[i]);
  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    return relais_json_node_dup_string (node);
  return relais_json_node_dup_raw (node);
}
