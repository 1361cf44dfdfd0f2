/* test-golden-translation.c: requests and answers carried into the other dialects, byte for byte
 *
 * A case is a directory below the dialect it begins in. In `requests`: `request.json` is what a
 * client sends, `request.<dialect>.json` what must go to an upstream of each other dialect and
 * `dropped.txt` the X-Relais-Dropped of each, or `refused.<dialect>.json` what the client is told.
 * In `answers`: `answer.sse` or `answer.json` is what an upstream answers, or both, and
 * `answer.<dialect>.sse` and `.json` what the clients get, or `failed.<dialect>.txt`: status and
 * body where it fails before anything was told. `client.<dialect>.json` is what that client sent
 * where it matters; `settings.json` names other models than the newest, and quirks.
 * With RELAIS_GOLDEN_WRITE set, what comes out is written there instead. An argument names the one
 * half to run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/relais-json.h"

#include "../translation-kit.h"

typedef struct
{
  char                *path;
  const RelaisDialect *dialect;
} Case;

/* What `settings.json` says. */
typedef struct
{
  char *models[RELAIS_N_DIALECTS]; /* owned, or NULL */
  guint    quirks;
  gboolean stream;
} Settings;

/* Asks for all there is to see. */
static const char *const asking[] = {
  [KIT_C] = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream_options\":{\"include_usage\":true}}",
  [KIT_R] = "{\"model\":\"m\",\"input\":\"hi\",\"include\":[\"reasoning.encrypted_content\"],\"reasoning\":{\"summary\":\"auto\"}}",
  [KIT_A] = "{\"model\":\"m\",\"max_tokens\":9999,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048},"
            "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
  [KIT_G] = "{\"model\":\"m\",\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}],"
            "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}}",
};

static gboolean
is_writing (void)
{
  return g_getenv ("RELAIS_GOLDEN_WRITE") != NULL;
}

/* NULL where there is no such file. */
static char *
load (const Case *self,
      const char *name,
      gsize      *length)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, length, NULL) ? text : NULL;
}

/* What came out under a name must be what stands there; NULL: no such file may be there. */
static void
compare (const Case *self,
         const char *name,
         const char *made)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autofree char *wanted = NULL;
  gsize at = 0;

  if (is_writing ())
    {
      if (made != NULL)
        g_assert_true (g_file_set_contents (path, made, -1, NULL));
      else
        g_remove (path);
      return;
    }
  wanted = load (self, name, NULL);
  if (g_strcmp0 (wanted, made) == 0)
    return;
  g_test_fail ();
  if (made == NULL || wanted == NULL)
    {
      g_test_message ("%s is %s", path, made != NULL ? "not there" : "there, though nothing comes out");
      return;
    }
  while (made[at] == wanted[at])
    at++;
  at = at > 60 ? at - 60 : 0;
  g_test_message ("%s has “%.120s”, not “%.120s”", path, wanted + at, made + at);
}

static char *
file_name (const char      *stem,
           RelaisDialectId  dialect,
           const char      *end)
{
  return g_strdup_printf ("%s.%s.%s", stem, relais_dialect_get (dialect)->name, end);
}

static void
settings_read (Settings   *self,
               const Case *from)
{
  gsize length;
  g_autofree char *text = load (from, "settings.json", &length);
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root, *quirk;
  RelaisJsonIter iter;

  *self = (Settings){ 0 };
  if (text == NULL)
    return;
  tree = relais_json_parse (text, length, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  g_assert_nonnull (root);
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    self->models[id] = relais_json_node_dup_string (
      relais_json_node_get_member (root, relais_dialect_get (id)->name));
  self->stream = relais_json_node_get_boolean (relais_json_node_get_member (root, "stream"), FALSE);
  relais_json_iter_init (&iter, relais_json_node_get_member (root, "quirks"));
  while (relais_json_iter_next (&iter, NULL, &quirk))
    {
      g_autofree char *name = relais_json_node_dup_string (quirk);

      g_assert_cmpuint (relais_dialect_find_quirk (name), !=, 0);
      self->quirks |= relais_dialect_find_quirk (name);
    }
}

static void
settings_clear (Settings *self)
{
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    g_free (self->models[id]);
}

/* --- requests --- */

static void
compare_refusal (const Case      *self,
                 RelaisDialectId  target,
                 const GError    *error)
{
  g_autofree char *refused = file_name ("refused", target, "json");
  g_autofree char *sent = file_name ("request", target, "json");
  g_autoptr (RelaisFailure) failure = relais_dialect_failure_from_error (error);
  gsize length;
  g_autofree char *body = relais_dialect_encode_failure (self->dialect->id, failure, "req_relais", &length);

  compare (self, refused, body);
  compare (self, sent, NULL);
}

static void
check_request (const Case      *self,
               const Settings  *settings,
               GBytes          *body,
               RelaisDialectId  id,
               GString         *dropped)
{
  RelaisTarget target = {
    .dialect = id,
    .model = settings->models[id] != NULL ? settings->models[id] : kit_newest (id),
    .quirks = settings->quirks,
  };
  g_autofree char *refused = file_name ("refused", id, "json");
  g_autofree char *sent = file_name ("request", id, "json");
  g_autofree char *header = NULL;
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = self->dialect->decode_request (body, "m", settings->stream, &error);

  if (prompt != NULL)
    {
      translation = relais_translation_new (prompt, self->dialect->id, &target);
      relais_translation_encode (translation, out, &error);
    }
  if (error != NULL)
    {
      compare_refusal (self, id, error);
      return;
    }
  compare (self, sent, out->str);
  compare (self, refused, NULL);
  header = relais_changes_dup_header (relais_translation_get_changes (translation));
  if (header != NULL)
    g_string_append_printf (dropped, "%s: %s\n", relais_dialect_get (id)->name, header);
}

static void
test_request (gconstpointer data)
{
  const Case *self = data;
  gsize length;
  g_autofree char *text = load (self, "request.json", &length);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GString) dropped = g_string_new (NULL);
  Settings settings;

  g_assert_nonnull (text);
  body = g_bytes_new (text, length);
  settings_read (&settings, self);
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    if (id != self->dialect->id)
      check_request (self, &settings, body, id, dropped);
  compare (self, "dropped.txt", dropped->len > 0 ? dropped->str : NULL);
  settings_clear (&settings);
}

/* --- answers --- */

static void
compare_failure (const Case          *self,
                 RelaisDialectId      client,
                 const char          *name,
                 const RelaisFailure *failure)
{
  g_autofree char *failed = file_name ("failed", client, "txt");
  g_autofree char *body = NULL;
  g_autofree char *whole = NULL;
  gsize length;

  body = relais_dialect_encode_failure (client, failure, "req_relais", &length);
  whole = g_strdup_printf ("%u\n%s", relais_dialect_failure_status (client, failure), body);
  compare (self, failed, whole);
  compare (self, name, NULL);
}

static void
check_answer (const Case *self,
              KitWay     *way,
              const char *answer,
              gsize       length)
{
  g_autofree char *name = file_name ("answer", way->source, way->form == RELAIS_FORM_SSE ? "sse" : "json");
  g_autofree char *out = NULL;
  g_autofree char *slow = NULL;
  g_autoptr (RelaisFailure) failure = NULL;
  g_autoptr (RelaisFailure) slow_failure = NULL;

  out = kit_carry (way, answer, length, length, length, &failure);
  slow = kit_carry (way, answer, length, 1, 1, &slow_failure);
  g_assert_cmpstr (out, ==, slow);
  g_assert_cmpint (failure == NULL, ==, slow_failure == NULL);
  if (failure != NULL)
    compare_failure (self, way->source, name, failure);
  else
    compare (self, name, out);
}

/* In two pieces, whatever the cut, it says the same. Every client has its turn. */
static void
check_cuts (const Case *self,
            KitWay      ways[],
            guint       n_ways,
            const char *answer,
            gsize       length)
{
  g_autofree char *events = kit_events (self->dialect->id, answer, length, 0);
  g_autoptr (GPtrArray) wholes = g_ptr_array_new_with_free_func (g_free);
  RelaisFailure *failure = NULL;

  for (guint i = 0; i < n_ways; i++)
    {
      g_ptr_array_add (wholes, kit_carry (&ways[i], answer, length, length, length, &failure));
      relais_failure_free (failure);
    }
  for (gsize cut = 1; cut < length; cut++)
    {
      guint turn = cut % n_ways;
      g_autofree char *out = kit_carry (&ways[turn], answer, length, cut, length, &failure);

      relais_failure_free (failure);
      g_assert_cmpstr (out, ==, g_ptr_array_index (wholes, turn));
    }
  for (gsize piece = 1; piece < 4; piece++)
    {
      g_autofree char *pieces = kit_events (self->dialect->id, answer, length, piece);

      g_assert_cmpstr (events, ==, pieces);
    }
}

/* Where an answer stands in both forms they say the same. */
static void
check_forms (const Case *self,
             const char *stream,
             const char *whole)
{
  g_autofree char *one = kit_events (self->dialect->id, stream, strlen (stream), 0);
  g_autofree char *other = kit_events (self->dialect->id, whole, strlen (whole), 0);

  g_assert_cmpstr (one, ==, other);
}

static void
test_answer (gconstpointer data)
{
  const Case *self = data;
  gsize n_stream = 0, n_whole = 0;
  g_autofree char *stream = load (self, "answer.sse", &n_stream);
  g_autofree char *whole = load (self, "answer.json", &n_whole);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_free);
  KitWay ways[2 * RELAIS_N_DIALECTS];
  guint n_ways = 0;
  Settings settings;

  g_assert_true (stream != NULL || whole != NULL);
  settings_read (&settings, self);
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    {
      g_autofree char *name = file_name ("client", id, "json");
      char *request = load (self, name, NULL);

      if (request == NULL)
        request = g_strdup (asking[id]);
      g_ptr_array_add (requests, request);
      for (RelaisForm form = RELAIS_FORM_WHOLE; form <= RELAIS_FORM_SSE && id != self->dialect->id;
           form++)
        ways[n_ways++] = (KitWay){
          .source = id,
          .target = self->dialect->id,
          .model = settings.models[self->dialect->id],
          .request = request,
          .form = form,
        };
    }
  for (guint i = 0; i < n_ways; i++)
    {
      gboolean take_whole = whole != NULL && (stream == NULL || ways[i].form == RELAIS_FORM_WHOLE);

      check_answer (self, &ways[i], take_whole ? whole : stream, take_whole ? n_whole : n_stream);
    }
  if (stream != NULL && !is_writing ())
    check_cuts (self, ways, n_ways, stream, n_stream);
  if (stream != NULL && whole != NULL)
    check_forms (self, stream, whole);
  settings_clear (&settings);
}

/* --- cases --- */

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->path);
  g_free (self);
}

static void
add_cases (const RelaisDialect *dialect,
           const char          *kind,
           GTestDataFunc        func)
{
  g_autofree char *root = g_build_filename (TESTS_DIR, "golden", "translation", kind, dialect->name, NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strdup_printf ("/golden/translation/%s/%s/%s", kind, dialect->name, name);
      Case *self = g_new0 (Case, 1);

      self->path = g_build_filename (root, name, NULL);
      self->dialect = dialect;
      g_test_add_data_func_full (test, self, func, case_free);
      count++;
    }
  if (count == 0)
    g_error ("%s holds no case", root);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    {
      if (argc < 2 || strcmp (argv[1], "requests") == 0)
        add_cases (relais_dialect_get (id), "requests", test_request);
      if (argc < 2 || strcmp (argv[1], "answers") == 0)
        add_cases (relais_dialect_get (id), "answers", test_answer);
    }
  return g_test_run ();
}
