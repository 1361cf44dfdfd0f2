/* test-golden.c: answers byte for byte, and what the tap reads of them
 *
 * A case is a directory: `request.json` is decoded, `events.jsonl` (an event a line) goes through
 * the encoder, and `stream.sse`, `whole.json` and, for Gemini, `array.json` are what must come out.
 * With RELAIS_GOLDEN_WRITE set, what comes out is written there instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-tap.h"

#define EVENT_MAX (1 << 20)

typedef struct
{
  char                *path;
  const RelaisDialect *dialect;
} Case;

/* What events.jsonl says. */
typedef struct
{
  GPtrArray *lines; /* JsonParser, owned: events point into them */
  GArray *events;   /* RelaisEvent */
  GString *stem;    /* of ids that are made: the id of the answer without its prefix */
  guint          n_ids;
  RelaisUsage usage; /* all together */
  RelaisFailure *failure;
  int finish; /* -1 for none */
  gboolean       has_call;
} Script;

static const char *
get_string (JsonObject *object,
            const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static int
find_name (const char * const *names,
           const char         *name)
{
  for (int i = 0; names[i] != NULL; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return i;
  g_error ("“%s” is no name a case may use", name);
}

static void
read_failure (Script     *self,
              JsonObject *object)
{
  static const char *const names[] = { "upstream", "overloaded", "rate-limit", "invalid-request",
                                       NULL };
  static const int codes[] = { RELAIS_ERROR_UPSTREAM, RELAIS_ERROR_OVERLOADED,
                               RELAIS_ERROR_RATE_LIMIT, RELAIS_ERROR_INVALID_REQUEST };

  self->failure = relais_failure_new (codes[find_name (names, get_string (object, "code"))], "%s",
                                      get_string (object, "message"));
  self->failure->param = g_strdup (get_string (object, "param"));
  self->failure->retry_after_ms =
    json_object_get_int_member_with_default (object, "retry_after_ms", -1);
}

static void
read_event (Script     *self,
            JsonObject *object)
{
  static const char *const types[] = { "start", "text", "think", "signature",
                                       "redacted", "refusal", "call-start", "call-args",
                                       "call-end", "image", "usage", "finish",
                                       "error", "opaque", NULL };
  static const char *const reasons[] = { "stop", "stop-sequence", "length",
                                         "tool-calls", "filter", "pause",
                                         "bad-call", "unknown", NULL };
  static const char *const origins[] = { "none", "openai-chat", "openai-responses",
                                         "anthropic", "gemini", NULL };
  RelaisEvent event = { .type = find_name (types, get_string (object, "type")),
                        .usage = RELAIS_USAGE_INIT };

  event.text = get_string (object, "text");
  event.length = event.text != NULL ? strlen (event.text) : 0;
  event.id = get_string (object, "id");
  event.name = get_string (object, "name");
  event.signature = get_string (object, "signature");
  event.call = json_object_get_int_member_with_default (object, "call", 0);
  event.created = json_object_get_int_member_with_default (object, "created", 0);
  event.custom = json_object_get_boolean_member_with_default (object, "custom", FALSE);
  if (json_object_has_member (object, "origin"))
    event.origin = find_name (origins, get_string (object, "origin"));
  event.usage.input = json_object_get_int_member_with_default (object, "input", -1);
  event.usage.output = json_object_get_int_member_with_default (object, "output", -1);
  event.usage.cache_read = json_object_get_int_member_with_default (object, "cache_read", -1);
  event.usage.cache_write = json_object_get_int_member_with_default (object, "cache_write", -1);
  event.usage.reasoning = json_object_get_int_member_with_default (object, "reasoning", -1);
  relais_usage_update (&self->usage, &event.usage);
  if (event.type == RELAIS_EVENT_FINISH)
    self->finish = event.finish = find_name (reasons, get_string (object, "reason"));
  if (event.type == RELAIS_EVENT_ERROR)
    read_failure (self, object);
  if (event.type == RELAIS_EVENT_START && event.id != NULL)
    g_string_assign (self->stem,
                     strchr (event.id, '_') != NULL ? strchr (event.id, '_') + 1 : event.id);
  event.failure = self->failure;
  self->has_call |= event.type == RELAIS_EVENT_CALL_START;
  g_array_append_val (self->events, event);
}

static char *
load (const Case *self,
      const char *name,
      gsize      *length)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static void
script_init (Script     *self,
             const Case *from)
{
  gsize length;
  g_autofree char *text = load (from, "events.jsonl", &length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  *self = (Script){ .finish = -1, .usage = RELAIS_USAGE_INIT };
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
  self->events = g_array_new (FALSE, FALSE, sizeof (RelaisEvent));
  self->stem = g_string_new (NULL);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      JsonParser *parser = json_parser_new ();
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (self->lines, parser);
      if (*lines[i] == '\0')
        continue;
      json_parser_load_from_data (parser, lines[i], -1, &error);
      g_assert_no_error (error);
      read_event (self, json_node_get_object (json_parser_get_root (parser)));
    }
  g_assert_cmpuint (self->events->len, >, 0);
  /* Only Gemini has a word for it; for others it is a failure. */
  if (self->finish == RELAIS_FINISH_BAD_CALL && from->dialect->id != RELAIS_DIALECT_GEMINI)
    {
      self->finish = -1;
      self->failure = relais_failure_new (RELAIS_ERROR_UPSTREAM,
                                          "The model wrote a tool call that cannot be read");
      self->failure->code_name = g_strdup ("malformed_function_call");
    }
}

static void
script_clear (Script *self)
{
  g_ptr_array_unref (self->lines);
  g_array_unref (self->events);
  g_string_free (self->stem, TRUE);
  relais_failure_free (self->failure);
}

static char *
make_id_cb (gpointer user_data)
{
  Script *self = user_data;

  return g_strdup_printf ("%s_%u", self->stem->str, self->n_ids++);
}

/* Says where two texts part, with what stands around it. */
static void
compare (const Case *self,
         const char *name,
         const char *made,
         gsize       n_made)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autofree char *wanted = NULL;
  g_autofree char *before = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;
  gsize n_wanted, at = 0, from;

  if (g_getenv ("RELAIS_GOLDEN_WRITE") != NULL)
    {
      g_assert_true (g_file_set_contents (path, made, n_made, NULL));
      return;
    }
  wanted = load (self, name, &n_wanted);
  while (at < n_made && at < n_wanted && made[at] == wanted[at])
    at++;
  if (at == n_made && at == n_wanted)
    return;
  from = at > 60 ? at - 60 : 0;
  before = g_strndup (made + from, at - from);
  ours = g_strndup (made + at, MIN (n_made - at, 80));
  theirs = g_strndup (wanted + at, MIN (n_wanted - at, 80));
  g_test_message ("%s parts at byte %" G_GSIZE_FORMAT ", after\n%s\nwanted\n%s\nmade\n%s", path, at,
                  before, theirs, ours);
  g_test_fail ();
}

static RelaisPrompt *
decode (const Case  *self,
        const char  *text,
        gsize        length,
        GError     **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, length);
  const char *model = self->dialect->id == RELAIS_DIALECT_GEMINI ? "gemini-3.8-flash" : NULL;

  return self->dialect->decode_request (body, model, TRUE, error);
}

/* A body that was cut off is refused with a reason, wherever that happened. */
static RelaisPrompt *
check_request (const Case *self)
{
  gsize length;
  g_autofree char *text = load (self, "request.json", &length);
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = NULL;

  g_strchomp (text);
  length = strlen (text);
  for (gsize cut = 0; cut<length; cut += length> 4096 ? 7 : 1)
    {
      g_autoptr (GError) refused = NULL;
      g_autoptr (RelaisPrompt) part = decode (self, text, cut, &refused);

      g_assert_null (part);
      g_assert_error (refused, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      g_assert_cmpstr (refused->message, !=, "");
    }
  prompt = decode (self, text, length, &error);
  g_assert_no_error (error);
  g_assert_true (prompt->stream);
  return prompt;
}

static GString *
encode (const Case         *self,
        const RelaisPrompt *prompt,
        Script             *script,
        RelaisForm          form)
{
  GString *out = g_string_new (NULL);
  RelaisEncoder *encoder = NULL;

  script->n_ids = 0;
  encoder = self->dialect->encoder_new (prompt, form, make_id_cb, script);
  for (guint i = 0; i < script->events->len; i++)
    self->dialect->encoder_push (encoder, &g_array_index (script->events, RelaisEvent, i), out);
  self->dialect->encoder_free (encoder);
  return out;
}

static void
check_form (const Case         *self,
            const RelaisPrompt *prompt,
            Script             *script,
            RelaisForm          form,
            const char         *name)
{
  g_autoptr (GString) out = encode (self, prompt, script, form);

  /* A failure leaves no whole answer; its own body goes out. */
  if (form == RELAIS_FORM_WHOLE && script->failure != NULL)
    {
      gsize length;
      g_autofree char *body =
        relais_dialect_encode_failure (self->dialect->id, script->failure, "req_relais", &length);

      g_assert_cmpuint (out->len, ==, 0);
      compare (self, name, body, length);
      return;
    }
  compare (self, name, out->str, out->len);
}

static RelaisTap *
tap_pieces (const Case *self,
            const char *bytes,
            gsize       length,
            gsize       first,
            gsize       piece)
{
  RelaisTap *tap = relais_tap_new (self->dialect, RELAIS_FORM_SSE, EVENT_MAX);
  gsize at = 0;

  for (gsize n = first; at < length; n = piece)
    {
      gsize take = MIN (n, length - at);

      relais_tap_feed (tap, bytes + at, take);
      at += take;
    }
  g_assert_true (relais_tap_is_between (tap));
  relais_tap_end (tap);
  return tap;
}

/* The reason as the dialect is able to say it. */
static int
name_in_dialect (const Case   *self,
                 const Script *script)
{
  gboolean anthropic = self->dialect->id == RELAIS_DIALECT_ANTHROPIC;
  gboolean gemini = self->dialect->id == RELAIS_DIALECT_GEMINI;

  if (script->finish == RELAIS_FINISH_STOP && script->has_call && !gemini)
    return RELAIS_FINISH_TOOL_CALLS;
  if (!anthropic &&
      (script->finish == RELAIS_FINISH_STOP_SEQUENCE || script->finish == RELAIS_FINISH_PAUSE))
    return RELAIS_FINISH_STOP;
  return script->finish;
}

static void
expect (const Case      *self,
        const Script    *script,
        const RelaisTap *tap,
        gboolean         counted)
{
  const RelaisUsage *usage = relais_tap_get_usage (tap);

  g_assert_true (relais_tap_is_complete (tap));
  if (script->failure != NULL)
    {
      g_assert_cmpstr (relais_tap_get_error (tap), ==, script->failure->message);
      g_assert_cmpint (relais_tap_get_finish (tap), ==, -1);
      return;
    }
  g_assert_null (relais_tap_get_error (tap));
  g_assert_cmpint (relais_tap_get_finish (tap), ==, name_in_dialect (self, script));
  if (!counted)
    return;
  g_assert_cmpint (usage->input, ==, relais_usage_or_zero (script->usage.input));
  g_assert_cmpint (usage->output, ==, relais_usage_or_zero (script->usage.output));
  g_assert_cmpint (relais_usage_or_zero (usage->cache_read), ==,
                   relais_usage_or_zero (script->usage.cache_read));
  g_assert_cmpint (relais_usage_or_zero (usage->reasoning), ==,
                   relais_usage_or_zero (script->usage.reasoning));
}

/* Where the event that ends the answer has all its data. */
static gsize
find_end (const Case   *self,
          const Script *script,
          const char   *stream)
{
  static const char *const ends[RELAIS_N_DIALECTS][4] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = { "\"finish_reason\":\"", NULL },
    [RELAIS_DIALECT_OPENAI_RESPONSES] = { "{\"type\":\"response.completed\"",
                                          "{\"type\":\"response.incomplete\"",
                                          "{\"type\":\"response.failed\"" },
    [RELAIS_DIALECT_ANTHROPIC] = { "{\"type\":\"message_stop\"", NULL },
    [RELAIS_DIALECT_GEMINI] = { "\"finishReason\":", NULL },
  };
  const char *end = script->failure != NULL ? strstr (stream, "{\"error\":{") : NULL;

  if (script->failure != NULL && end == NULL)
    end = strstr (stream, "{\"type\":\"error\"");
  for (guint i = 0; end == NULL && i < 4 && ends[self->dialect->id][i] != NULL; i++)
    end = strstr (stream, ends[self->dialect->id][i]);
  g_assert_nonnull (end);
  return strchr (end, '\n') - stream;
}

/* Whole, cut anywhere and byte by byte the tap reads the same, and takes no part for the whole. */
static void
check_tap (const Case         *self,
           const RelaisPrompt *prompt,
           const Script       *script)
{
  gsize length;
  g_autofree char *stream = load (self, "stream.sse", &length);
  gsize end = find_end (self, script, stream);

  for (gsize cut = 1; cut <= length; cut++)
    {
      g_autoptr (RelaisTap) two = tap_pieces (self, stream, length, cut, length);
      g_autoptr (RelaisTap) part = relais_tap_new (self->dialect, RELAIS_FORM_SSE, EVENT_MAX);

      expect (self, script, two, prompt->include_usage);
      relais_tap_feed (part, stream, cut);
      relais_tap_end (part);
      g_assert_cmpint (relais_tap_is_complete (part), ==, cut >= end);
    }
  for (gsize piece = 1; piece < 4; piece++)
    {
      g_autoptr (RelaisTap) pieces = tap_pieces (self, stream, length, piece, piece);

      expect (self, script, pieces, prompt->include_usage);
    }
}

static void
test_case (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (RelaisPrompt) prompt = check_request (self);
  Script script;

  script_init (&script, self);
  check_form (self, prompt, &script, RELAIS_FORM_SSE, "stream.sse");
  check_form (self, prompt, &script, RELAIS_FORM_WHOLE, "whole.json");
  if (self->dialect->id == RELAIS_DIALECT_GEMINI)
    check_form (self, prompt, &script, RELAIS_FORM_ARRAY, "array.json");
  if (!g_test_failed ())
    check_tap (self, prompt, &script);
  script_clear (&script);
}

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->path);
  g_free (self);
}

static void
add_cases (const RelaisDialect *dialect)
{
  g_autofree char *root = g_build_filename (TESTS_DIR, "golden", dialect->name, NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strdup_printf ("/golden/%s/%s", dialect->name, name);
      Case *self = g_new0 (Case, 1);

      self->path = g_build_filename (root, name, NULL);
      self->dialect = dialect;
      g_test_add_data_func_full (test, self, test_case, case_free);
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
    add_cases (relais_dialect_get (id));
  return g_test_run ();
}
