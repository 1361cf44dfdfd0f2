/* fuzz-translate.c: what is decoded is refused for each other dialect, or said in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "dialects/relais-translation.h"

#include "relais-fuzz.h"

#define MAX_DEPTH (4 * RELAIS_JSON_MAX_DEPTH)
#define ALL_QUIRKS 0xfff

/* For each dialect a model of now and one of then. */
static const char *const models[][2] = {
  [RELAIS_DIALECT_OPENAI_CHAT] = { "gpt-5.2", "gpt-4o" },
  [RELAIS_DIALECT_OPENAI_RESPONSES] = { "gpt-5.2", "o3" },
  [RELAIS_DIALECT_ANTHROPIC] = { "claude-opus-5-5", "claude-3-5-haiku-20241022" },
  [RELAIS_DIALECT_GEMINI] = { "gemini-3.8-flash", "gemini-2.5-pro" },
};

static RelaisPrompt *
decode (RelaisDialectId   dialect,
        GBytes           *body,
        GError          **error)
{
  const char *model = dialect == RELAIS_DIALECT_GEMINI ? "gemini-3.8-flash" : NULL;

  return relais_dialect_get (dialect)->decode_request (body, model, FALSE, error);
}

/* Everything was signed by the upstream that is asked. */
static const RelaisRecall *
recall_cb (const char *call_id,
           gpointer    user_data)
{
  const RelaisRecall *recall = user_data;

  return strchr (call_id, '1') != NULL ? recall : NULL;
}

static void
check_refusal (const GError *error)
{
  g_assert_true (error->domain == RELAIS_ERROR);
  g_assert_cmpint (error->code, ==, RELAIS_ERROR_INVALID_REQUEST);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 512);
}

static void
check_header (RelaisTranslation *translation)
{
  const RelaisChanges *changes = relais_translation_get_changes (translation);
  g_autofree char *header = relais_changes_dup_header (changes);

  for (const char *at = header; at != NULL && *at != '\0'; at++)
    g_assert_true (*at >= ' ' && *at < 0x7f);
}

/* A body of ours is one our own decoder takes. */
static void
check_body (RelaisDialectId  dialect,
            const GString   *out)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (out->str, out->len, MAX_DEPTH, NULL);
  g_autoptr (GBytes) body = g_bytes_new (out->str, out->len);
  g_autoptr (RelaisPrompt) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (tree);
  g_assert_cmpint (relais_json_node_get_kind (relais_json_get_root (tree)), ==, RELAIS_JSON_OBJECT);
  relais_json_free (g_steal_pointer (&tree));
  tree = relais_json_parse (out->str, out->len, RELAIS_JSON_MAX_DEPTH, NULL);
  if (tree == NULL)
    return;
  again = decode (dialect, body, &error);
  if (error != NULL)
    g_printerr ("%s\nis refused: %s\n", out->str, error->message);
  g_assert_no_error (error);
  if (again->messages->len + again->system->len == 0)
    g_printerr ("%s\nis empty\n", out->str);
  g_assert_cmpuint (again->messages->len + again->system->len, >, 0);
}

static void
translate (GBytes          *body,
           RelaisDialectId  dialect,
           gsize            pick)
{
  g_autoptr (GPtrArray) thinking = NULL;
  RelaisPart *part = relais_part_new (RELAIS_PART_THINKING);
  RelaisRecall recall = {
    .origin = relais_dialect_get (dialect)->origin,
    .id = "up1",
    .signature = "c2ln",
  };
  RelaisTarget target = {
    .dialect = dialect,
    .model = models[dialect][pick & 1],
    .quirks = pick & 2 ? (pick >> 3) & ALL_QUIRKS : 0,
    .recall = pick & 4 ? recall_cb : NULL,
    .recall_data = &recall,
  };
  RelaisPrompt *prompt = decode (FUZZ_DIALECT, body, NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  translation = relais_translation_new (prompt, FUZZ_DIALECT, &target);
  thinking = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  recall.thinking = thinking;
  part->text = g_strdup ("hm");
  part->signature = g_strdup ("c2ln");
  part->origin = recall.origin;
  g_ptr_array_add (thinking, part);
  if (!relais_translation_encode (translation, out, &error))
    check_refusal (error);
  else
    check_body (dialect, out);
  check_header (translation);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (RelaisPrompt) prompt = decode (FUZZ_DIALECT, body, NULL);
  gsize pick = size > 0 ? relais_fuzz_pick (data, size) * 2654435761u >> 8 : 0;

  if (prompt == NULL)
    return 0;
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    if (id != FUZZ_DIALECT)
      translate (body, id, pick);
  return 0;
}
