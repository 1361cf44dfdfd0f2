/* test-golden-carried.c: nothing of a real client's request disappears without a word
 *
 * Each value of each request of tests/captures/clients that a model answers is found again in its
 * translation for an upstream of each other dialect, or the report of changes names it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "../captures-kit.h"
#include "../translation-kit.h"

/* Shorter texts may stand in longer ones by chance: they must be there as they are. */
#define LONG_TEXT 16

/* What tells one form from another is in the form of the translation, and what asks for a form of
 * the answer is what Relais does itself; goldens hold both. */
static const char *const forms[] = {
  "*.type",
  "*.role",
  "*.is_error",
  "model",
  "stream",
  "stream_options.include_usage",
  "include",
  "tool_choice",
  "toolConfig",
  "parallel_tool_calls",
  "generationConfig.responseMimeType",
  /* how much to think, and whether to show it */
  "thinking",
  "reasoning",
  "reasoning_effort",
  "generationConfig.thinkingConfig",
  /* a digest of it is sent */
  "metadata.user_id",
};

/* Gemini's calls and results find each other by name and order. */
static const char *const ids[] = { "*.id", "*.call_id", "*.tool_call_id", "*.tool_use_id" };

/* One setting under the names the dialects give it. */
static const char *const names[][4] = {
  { "maxtokens", "maxcompletiontokens", "maxoutputtokens", NULL },
};

/* All that a translation says. */
typedef struct
{
  const char *json;  /* borrowed */
  GHashTable *texts; /* each string, whole; owned */
  GHashTable *pairs; /* each other value behind its key, `key:value`; owned */
  GString *all;      /* the strings in a row; owned */
} Said;

/* One value on its way. */
typedef struct
{
  const char           *path;
  const char *key; /* plain */
  const RelaisJsonNode *value;
} Leaf;

typedef void (*LeafFunc) (const Leaf *leaf,
                          gpointer user_data);

static char *
make_plain (const char *key)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (; *key != '\0'; key++)
    if (*key != '_')
      g_string_append_c (plain, g_ascii_tolower (*key));
  return g_strndup (plain->str, plain->len);
}

static void
visit_leaves (const RelaisJsonNode *node,
              const char           *path,
              const char           *key,
              LeafFunc              func,
              gpointer              user_data)
{
  RelaisJsonKind kind = relais_json_node_get_kind (node);
  const RelaisJsonNode *name, *value;
  RelaisJsonIter iter;

  if (kind != RELAIS_JSON_OBJECT && kind != RELAIS_JSON_ARRAY)
    {
      g_autofree char *plain = make_plain (key);
      Leaf leaf = { path, plain, node };

      if (kind != RELAIS_JSON_NULL)
        func (&leaf, user_data);
      return;
    }
  relais_json_iter_init (&iter, node);
  for (guint i = 0; relais_json_iter_next (&iter, &name, &value); i++)
    {
      g_autofree char *text = relais_json_node_dup_string (name);
      g_autofree char *inner = text == NULL    ? g_strdup_printf ("%s[%u]", path, i)
                               : *path == '\0' ? g_strdup (text)
                                               : g_strconcat (path, ".", text, NULL);

      visit_leaves (value, inner, text != NULL ? text : key, func, user_data);
    }
}

/* Strings that are JSON of objects, as arguments are, say what these do. */
static void
hear_cb (const Leaf *leaf,
         gpointer    user_data)
{
  Said *self = user_data;
  char *text = relais_json_node_dup_string (leaf->value);
  g_autoptr (RelaisJson) tree = NULL;

  if (text == NULL)
    {
      g_autofree char *raw = relais_json_node_dup_raw (leaf->value);

      g_hash_table_add (self->pairs, g_strconcat (leaf->key, ":", raw, NULL));
      return;
    }
  tree = relais_json_parse (text, strlen (text), RELAIS_JSON_MAX_DEPTH, NULL);
  if (relais_json_node_get_kind (relais_json_get_root (tree)) == RELAIS_JSON_OBJECT)
    visit_leaves (relais_json_get_root (tree), "", "", hear_cb, self);
  g_string_append (self->all, text);
  g_string_append_c (self->all, '\n');
  g_hash_table_add (self->texts, text);
}

static gboolean
says_text (const Said *self,
           const char *key,
           const char *text)
{
  const char *comma = g_str_has_prefix (text, "data:") ? strchr (text, ',') : NULL;

  if (comma != NULL)
    text = comma + 1;
  if (strcmp (key, "mimetype") == 0 || strcmp (key, "mediatype") == 0)
    {
      g_autofree char *url = g_strconcat ("data:", text, ";base64,", NULL);

      if (strstr (self->all->str, url) != NULL)
        return TRUE;
    }
  if (g_hash_table_contains (self->texts, text) || *text == '\0')
    return TRUE;
  return strlen (text) >= LONG_TEXT &&
         (strstr (self->all->str, text) != NULL || strstr (self->json, text) != NULL);
}

static gboolean
says_pair (const Said           *self,
           const char           *key,
           const RelaisJsonNode *value)
{
  g_autofree char *raw = relais_json_node_dup_raw (value);
  g_autofree char *pair = g_strconcat (key, ":", raw, NULL);

  if (g_hash_table_contains (self->pairs, pair))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; g_strv_contains (names[i], key) && names[i][j] != NULL; j++)
      {
        g_autofree char *other = g_strconcat (names[i][j], ":", raw, NULL);

        if (g_hash_table_contains (self->pairs, other))
          return TRUE;
      }
  return FALSE;
}

/* Whether @field leads to @path or to what it stands in; `[]` leads to each element. */
static gboolean
leads_to (const char *field,
          const char *path)
{
  for (; *field != '\0'; field++, path++)
    {
      if (*field != *path)
        return FALSE;
      if (g_str_has_prefix (field, "[]"))
        path += strcspn (path, "]") - 1;
    }
  return *path == '\0' || *path == '.' || *path == '[';
}

typedef struct
{
  const char *where; /* for whom it was translated */
  Said                *said;
  const RelaisChanges *changes;
  RelaisDialectId      target;
  guint                n_lost;
} Check;

static gboolean
is_named (const Check *self,
          const char  *path)
{
  for (guint i = 0; i < relais_changes_get_length (self->changes); i++)
    if (leads_to (relais_changes_get (self->changes, i)->field, path))
      return TRUE;
  return FALSE;
}

static gboolean
is_listed (const char         *path,
           const char * const *list,
           gsize               length)
{
  for (gsize i = 0; i < length; i++)
    if (list[i][0] == '*' ? g_str_has_suffix (path, list[i] + 1) : leads_to (list[i], path))
      return TRUE;
  return FALSE;
}

static void check_cb (const Leaf *leaf,
                      gpointer    user_data);

/* Arguments that are text here and an object there: what is in them is carried. */
static gboolean
check_inside (Check      *self,
              const Leaf *leaf,
              const char *text)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (text, strlen (text), RELAIS_JSON_MAX_DEPTH,
                                                   NULL);

  if (relais_json_node_get_kind (relais_json_get_root (tree)) != RELAIS_JSON_OBJECT)
    return FALSE;
  visit_leaves (relais_json_get_root (tree), leaf->path, "", check_cb, self);
  return TRUE;
}

static void
check_cb (const Leaf *leaf,
          gpointer    user_data)
{
  Check *self = user_data;
  g_autofree char *text = relais_json_node_dup_string (leaf->value);

  if (is_listed (leaf->path, forms, G_N_ELEMENTS (forms)) ||
      (self->target == KIT_G && is_listed (leaf->path, ids, G_N_ELEMENTS (ids))) ||
      is_named (self, leaf->path))
    return;
  if (text != NULL ? says_text (self->said, leaf->key, text) || check_inside (self, leaf, text)
                   : says_pair (self->said, leaf->key, leaf->value))
    return;
  g_test_message ("%s: %s is neither carried nor reported", self->where, leaf->path);
  self->n_lost++;
}

/* How many values are lost. */
static guint
check_request (const char      *name,
               guint            number,
               RelaisDialectId  source,
               RelaisDialectId  target,
               GBytes          *body)
{
  RelaisTarget to = { .dialect = target, .model = kit_newest (target) };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (RelaisJson) asked = NULL;
  g_autoptr (RelaisJson) sent = NULL;
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *where = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  Said said = { NULL, texts, pairs, all };
  RelaisPrompt *prompt = relais_dialect_get (source)->decode_request (body, "m", FALSE, &error);
  Check check = { NULL, &said, NULL, target, 0 };

  g_assert_no_error (error);
  translation = relais_translation_new (prompt, source, &to);
  where = g_strdup_printf ("%s %u to %s", name, number, relais_dialect_get (target)->name);
  check.where = where;
  relais_translation_encode (translation, out, &error);
  g_assert_no_error (error);
  asked = relais_json_parse (bytes, length, RELAIS_JSON_MAX_DEPTH, NULL);
  sent = relais_json_parse (out->str, out->len, RELAIS_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (sent);
  said.json = out->str;
  visit_leaves (relais_json_get_root (sent), "", "", hear_cb, &said);
  check.changes = relais_translation_get_changes (translation);
  visit_leaves (relais_json_get_root (asked), "", "", check_cb, &check);
  return check.n_lost;
}

static void
request_cb (const char      *name,
            guint            number,
            RelaisDialectId  source,
            GBytes          *body,
            gpointer         user_data)
{
  guint *n_lost = user_data;

  for (RelaisDialectId target = 0; target < RELAIS_N_DIALECTS; target++)
    if (target != source)
      *n_lost += check_request (name, number, source, target, body);
}

static void
test_carried (void)
{
  guint n_lost = 0;

  kit_foreach_capture (request_cb, &n_lost);
  g_assert_cmpuint (n_lost, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/carried", test_carried);
  return g_test_run ();
}
