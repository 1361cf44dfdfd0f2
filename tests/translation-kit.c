/* translation-kit.c: a request carried into another dialect and its answer back, in a few lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "dialects/relais-decoder.h"

#include "translation-kit.h"

#define MAX_EVENT_BYTES (16 * 1024 * 1024)
#define CREATED 1795000000

/**
 * kit_json:
 * @text: JSON with ' for "
 *
 * Returns: (transfer full): JSON
 */
char *
kit_json (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static gboolean
equal (const RelaisJsonNode *one,
       const RelaisJsonNode *other)
{
  RelaisJsonKind kind = relais_json_node_get_kind (one);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  g_autofree char *raw = NULL;
  g_autofree char *other_raw = NULL;

  if (kind != relais_json_node_get_kind (other))
    return FALSE;
  if (kind == RELAIS_JSON_OBJECT || kind == RELAIS_JSON_ARRAY)
    {
      guint i = 0;

      if (relais_json_node_get_count (one) != relais_json_node_get_count (other))
        return FALSE;
      relais_json_iter_init (&iter, one);
      for (; relais_json_iter_next (&iter, &key, &value); i++)
        {
          g_autofree char *name = kind == RELAIS_JSON_OBJECT ? relais_json_node_dup_string (key)
                                                             : NULL;
          const RelaisJsonNode *there = name != NULL ? relais_json_node_get_member (other, name)
                                                     : relais_json_node_get_element (other, i);

          if (there == NULL || !equal (value, there))
            return FALSE;
        }
      return TRUE;
    }
  raw = kind == RELAIS_JSON_STRING ? relais_json_node_dup_string (one)
                                   : relais_json_node_dup_raw (one);
  other_raw = kind == RELAIS_JSON_STRING ? relais_json_node_dup_string (other)
                                         : relais_json_node_dup_raw (other);
  return g_strcmp0 (raw, other_raw) == 0;
}

static RelaisJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RelaisJson *tree = relais_json_parse (text, strlen (text), RELAIS_JSON_MAX_DEPTH, &error);

  if (error != NULL)
    g_test_message ("no JSON: %s", text);
  g_assert_no_error (error);
  return tree;
}

/**
 * kit_json_equal:
 * @one: JSON
 * @other: JSON
 *
 * Returns: whether they say the same, numbers to the letter
 */
gboolean
kit_json_equal (const char *one,
                const char *other)
{
  g_autoptr (RelaisJson) tree = parse (one);
  g_autoptr (RelaisJson) other_tree = parse (other);

  return equal (relais_json_get_root (tree), relais_json_get_root (other_tree));
}

static const RelaisJsonNode *
walk (const RelaisJsonNode *node,
      const char           *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);

  for (guint i = 0; steps[i] != NULL; i++)
    if (relais_json_node_get_kind (node) == RELAIS_JSON_ARRAY)
      node = relais_json_node_get_element (node, g_ascii_strtoull (steps[i], NULL, 10));
    else
      node = relais_json_node_get_member (node, steps[i]);
  return node;
}

/**
 * kit_expect:
 * @json: a JSON text
 * @expect: (array length=n_expect): what must stand in it
 * @n_expect: how many; one without a path ends the list
 */
void
kit_expect (const char      *json,
            const KitExpect *expect,
            gsize            n_expect)
{
  g_autoptr (RelaisJson) tree = parse (json);

  for (gsize i = 0; i < n_expect && expect[i].path != NULL; i++)
    {
      const RelaisJsonNode *found = walk (relais_json_get_root (tree), expect[i].path);
      g_autofree char *wanted = expect[i].json != NULL ? kit_json (expect[i].json) : NULL;
      g_autoptr (RelaisJson) other = wanted != NULL ? parse (wanted) : NULL;
      g_autofree char *raw = relais_json_node_dup_raw (found);

      if (wanted == NULL ? found != NULL : !equal (found, relais_json_get_root (other)))
        {
          g_test_message ("in %s", json);
          g_test_message ("%s is %s, not %s", expect[i].path, raw, wanted);
          g_test_fail ();
        }
    }
}

/**
 * kit_hello:
 * @dialect: a dialect
 *
 * Returns: (transfer full): its plainest request
 */
char *
kit_hello (RelaisDialectId dialect)
{
  static const char *const bodies[] = {
    [KIT_C] = "{'model':'m','messages':[{'role':'user','content':'hi'}]}",
    [KIT_R] = "{'model':'m','input':'hi'}",
    [KIT_A] = "{'model':'m','max_tokens':99,'messages':[{'role':'user','content':'hi'}]}",
    [KIT_G] = "{'model':'m','contents':[{'role':'user','parts':[{'text':'hi'}]}]}",
  };

  return kit_json (bodies[dialect]);
}

/**
 * kit_stream:
 * @dialect: who streams
 * @lines: the data of events, a line each; names are added where the dialect has them
 *
 * Returns: (transfer full): server-sent events
 */
char *
kit_stream (RelaisDialectId  dialect,
            const char      *lines)
{
  g_auto (GStrv) each = g_strsplit (lines, "\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; each[i] != NULL; i++)
    {
      g_autoptr (RelaisJson) tree = NULL;
      g_autofree char *type = NULL;

      if (*each[i] == '\0')
        continue;
      tree = relais_json_parse (each[i], strlen (each[i]), RELAIS_JSON_MAX_DEPTH, NULL);
      type = relais_json_node_dup_string (relais_json_node_get_member (relais_json_get_root (tree), "type"));
      if (type != NULL && (dialect == KIT_A || dialect == KIT_R))
        g_string_append_printf (out, "event: %s\n", type);
      g_string_append_printf (out, "data: %s\n\n", each[i]);
    }
  return g_string_free (out, FALSE);
}

/* --- events as words --- */

typedef struct
{
  GString         *words;
  GString *run; /* fragments of one kind in a row */
  RelaisEventType  kind;
  guint            call;
  RelaisUsage      usage;
} Trace;

static void
end_run (Trace *self)
{
  static const char *const names[] = {
    [RELAIS_EVENT_TEXT] = "text",
    [RELAIS_EVENT_THINK] = "think",
    [RELAIS_EVENT_REFUSAL] = "refusal",
    [RELAIS_EVENT_CALL_ARGS] = "args",
  };

  if (self->run->len == 0)
    return;
  g_string_append (self->words, names[self->kind]);
  if (self->kind == RELAIS_EVENT_CALL_ARGS)
    g_string_append_printf (self->words, "%u", self->call);
  g_string_append_printf (self->words, "(%s) ", self->run->str);
  g_string_truncate (self->run, 0);
}

static void
trace_usage (Trace *self)
{
  const RelaisUsage *usage = &self->usage;

  if (relais_usage_is_known (usage))
    g_string_append_printf (self->words, "usage(%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ") ", MAX (usage->input, 0),
                            MAX (usage->cache_read, 0), MAX (usage->cache_write, 0),
                            MAX (usage->output, 0),
                            MAX (usage->reasoning, 0));
}

static void
trace_rest (Trace             *self,
            const RelaisEvent *event)
{
  static const char *const finishes[] = {
    [RELAIS_FINISH_STOP] = "stop",
    [RELAIS_FINISH_STOP_SEQUENCE] = "sequence",
    [RELAIS_FINISH_LENGTH] = "length",
    [RELAIS_FINISH_TOOL_CALLS] = "calls",
    [RELAIS_FINISH_FILTER] = "filter",
    [RELAIS_FINISH_PAUSE] = "pause",
    [RELAIS_FINISH_BAD_CALL] = "bad-call",
    [RELAIS_FINISH_UNKNOWN] = "unknown",
  };

  switch (event->type)
    {
    case RELAIS_EVENT_SIGNATURE:
      g_string_append_printf (self->words, "signature(%s) ", event->text);
      break;
    case RELAIS_EVENT_REDACTED:
      g_string_append_printf (self->words, "redacted(%s) ", event->text);
      break;
    case RELAIS_EVENT_IMAGE_OUT:
      g_string_append_printf (self->words, "image(%s %s) ", event->name, event->text);
      break;
    case RELAIS_EVENT_CALL_START:
      g_string_append_printf (self->words, "call%u(%s%s%s%s%s) ", event->call, event->name != NULL ? event->name : "-",
                              event->custom ? " custom" : "", event->name_space != NULL ? " in " : "",
                              event->name_space != NULL ? event->name_space : "", event->signature != NULL ? " signed" : "");
      break;
    case RELAIS_EVENT_CALL_END:
      g_string_append_printf (self->words, "end%u ", event->call);
      break;
    case RELAIS_EVENT_FINISH:
      trace_usage (self);
      g_string_append (self->words, finishes[event->finish]);
      if (event->text != NULL)
        g_string_append_printf (self->words, "(%s)", event->text);
      break;
    case RELAIS_EVENT_ERROR:
      g_string_append_printf (self->words, "error(%s)", event->failure->message);
      break;
    case RELAIS_EVENT_START:
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_THINK:
    case RELAIS_EVENT_REFUSAL:
    case RELAIS_EVENT_CALL_ARGS:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
}

static void
trace_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  Trace *self = user_data;
  gboolean fragment = event->type == RELAIS_EVENT_TEXT || event->type == RELAIS_EVENT_THINK ||
                      event->type == RELAIS_EVENT_REFUSAL || event->type == RELAIS_EVENT_CALL_ARGS;

  if (event->type == RELAIS_EVENT_USAGE)
    {
      relais_usage_update (&self->usage, &event->usage);
      return;
    }
  if (!fragment || event->type != self->kind || event->call != self->call)
    end_run (self);
  self->kind = event->type;
  self->call = event->call;
  if (!fragment)
    {
      trace_rest (self, event);
      return;
    }
  g_assert_cmpuint (event->length, >, 0);
  g_string_append_len (self->run, event->text, event->length);
}

/**
 * kit_events:
 * @dialect: a dialect
 * @bytes: (array length=length): an answer in it
 * @length: its bytes
 * @piece: how many are handed over at once; 0: all
 *
 * Returns: (transfer full): what happens in it, in words; fragments in a row are one, usage stands
 *   before the end as it is then known
 */
char *
kit_events (RelaisDialectId  dialect,
            const char      *bytes,
            gsize            length,
            gsize            piece)
{
  Trace trace = {
    .words = g_string_new (NULL),
    .run = g_string_new (NULL),
    .kind = RELAIS_EVENT_START,
  };
  g_autoptr (RelaisDecoder) decoder = relais_decoder_new (dialect, MAX_EVENT_BYTES, trace_cb,
                                                          &trace);

  relais_usage_clear (&trace.usage);
  for (gsize at = 0; at < length;)
    {
      gsize n = piece > 0 ? MIN (piece, length - at) : length;
      g_autofree char *copy = g_memdup2 (bytes + at, n);

      relais_decoder_push (decoder, copy, n);
      at += n;
    }
  relais_decoder_finish (decoder);
  g_assert_true (relais_decoder_is_over (decoder));
  end_run (&trace);
  g_string_free (trace.run, TRUE);
  return g_string_free (trace.words, FALSE);
}

/* --- one way and back --- */

typedef struct
{
  const RelaisDialect *dialect;
  RelaisEncoder       *encoder;
  GString             *out;
  RelaisFailure       *failure;
  gboolean has_begun; /* something has left: what fails now fails in mid-answer */
} Client;

/* As the server does: some vendors do not say when, and a start alone is held back. */
static void
client_cb (const RelaisEvent *event,
           gpointer           user_data)
{
  Client *self = user_data;
  RelaisEvent fixed = *event;

  if (event->type == RELAIS_EVENT_START && event->created == 0)
    fixed.created = CREATED;
  if (event->type == RELAIS_EVENT_ERROR && (!self->has_begun || self->out->len == 0))
    {
      self->failure = relais_failure_copy (event->failure);
      return;
    }
  self->has_begun |= event->type != RELAIS_EVENT_START && event->type != RELAIS_EVENT_USAGE;
  self->dialect->encoder_push (self->encoder, &fixed, self->out);
}

static char *
make_id_cb (gpointer user_data)
{
  guint *counter = user_data;

  return g_strdup_printf ("made%u", (*counter)++);
}

/**
 * kit_newest:
 * @dialect: a dialect
 *
 * Returns: (transfer none): a model of its vendor as they are by now
 */
const char *
kit_newest (RelaisDialectId dialect)
{
  static const char *const models[] = { "gpt-5.2", "gpt-5.2", "claude-opus-5-5", "gemini-3.8-flash" };

  return models[dialect];
}

static RelaisPrompt *
read_request (RelaisDialectId   dialect,
              const char       *json,
              RelaisForm        form,
              GError          **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));

  return relais_dialect_get (dialect)->decode_request (bytes, NULL, form != RELAIS_FORM_WHOLE,
                                                       error);
}

/* A whole answer that is empty, as the server explains it. */
static RelaisFailure *
bad_call_failure (void)
{
  RelaisFailure *failure = relais_failure_new (RELAIS_ERROR_UPSTREAM,
                                               "The model wrote a tool call that cannot be read");

  failure->code_name = g_strdup ("malformed_function_call");
  return failure;
}

/**
 * kit_carry:
 * @way: from whom to whom
 * @answer: (array length=length): the upstream's answer
 * @length: its bytes
 * @first: bytes of the first piece handed over
 * @piece: bytes of each further one
 * @failure: (out): why it failed before anything was told; %NULL where it did not
 *
 * Returns: (transfer full): what the client gets
 */
char *
kit_carry (const KitWay   *way,
           const char     *answer,
           gsize           length,
           gsize           first,
           gsize           piece,
           RelaisFailure **failure)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  RelaisTarget to = {
    .dialect = way->target,
    .model = way->model != NULL ? way->model : kit_newest (way->target),
  };
  Client client = { .dialect = relais_dialect_get (way->source), .out = g_string_new (NULL) };
  RelaisPrompt *prompt = read_request (way->source, way->request, way->form, &error);
  guint counter = 0;
  gsize at = 0;

  g_assert_no_error (error);
  translation = relais_translation_new (prompt, way->source, &to);
  relais_translation_encode (translation, body, &error);
  g_assert_no_error (error);
  client.encoder = client.dialect->encoder_new (relais_translation_get_prompt (translation),
                                                way->form, make_id_cb, &counter);
  relais_translation_listen (translation, MAX_EVENT_BYTES, client_cb, &client);
  for (gsize n = first; at < length; n = piece)
    {
      gsize take = MIN (n, length - at);

      relais_translation_push (translation, answer + at, take);
      at += take;
    }
  relais_translation_finish (translation);
  client.dialect->encoder_free (client.encoder);
  if (way->form == RELAIS_FORM_WHOLE && client.out->len == 0 && client.failure == NULL)
    client.failure = bad_call_failure ();
  *failure = client.failure;
  return g_string_free (client.out, FALSE);
}

/**
 * kit_translate:
 * @source: the client's dialect
 * @target: the upstream's
 * @request: (nullable): what the client sent, JSON; %NULL: a plain hello
 * @answer: (array length=length): the upstream's answer
 * @length: its bytes
 * @form: what the client wants
 *
 * Returns: (transfer full): what the client gets; `failed: ` and why where that is an error before
 *   anything else
 */
char *
kit_translate (RelaisDialectId  source,
               RelaisDialectId  target,
               const char      *request,
               const char      *answer,
               gsize            length,
               RelaisForm       form)
{
  g_autofree char *json = request != NULL ? kit_json (request) : kit_hello (source);
  KitWay way = { .source = source, .target = target, .request = json, .form = form };
  RelaisFailure *failure = NULL;
  char *out = kit_carry (&way, answer, length, length, length, &failure);

  if (failure != NULL)
    {
      g_free (out);
      out = g_strdup_printf ("failed: %s", failure->message);
      relais_failure_free (failure);
    }
  return out;
}

/**
 * kit_check_request:
 * @request: (type KitRequest): one case
 */
void
kit_check_request (gconstpointer request)
{
  const KitRequest *self = request;
  RelaisTarget target = {
    .dialect = self->target,
    .model = self->model != NULL ? self->model : kit_newest (self->target),
    .quirks = self->quirks,
    .recall = self->recall,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autofree char *dropped = NULL;
  g_autofree char *json = kit_json (self->body);
  RelaisPrompt *prompt = read_request (self->source, json, RELAIS_FORM_WHOLE, &error);

  if (prompt != NULL)
    {
      translation = relais_translation_new (prompt, self->source, &target);
      relais_translation_encode (translation, body, &error);
    }
  if (self->param != NULL)
    {
      g_autoptr (RelaisFailure) failure = NULL;

      if (error == NULL)
        {
          g_test_message ("not refused for %s: %s", self->param, body->str);
          g_test_fail ();
          return;
        }
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      failure = relais_dialect_failure_from_error (error);
      g_assert_cmpstr (failure->param, ==, self->param);
      return;
    }
  g_assert_no_error (error);
  kit_expect (body->str, self->expect, KIT_MOST);
  dropped = relais_changes_dup_header (relais_translation_get_changes (translation));
  if (g_strcmp0 (dropped, self->dropped) == 0)
    return;
  g_test_message ("X-Relais-Dropped is %s, not %s", dropped, self->dropped);
  g_test_fail ();
}

/**
 * kit_check_answer:
 * @answer: (type KitAnswer): one case
 */
void
kit_check_answer (gconstpointer answer)
{
  const KitAnswer *self = answer;
  g_autofree char *json = kit_json (self->answer);
  g_autofree char *bytes = strchr (json, '\n') != NULL ? kit_stream (self->target, json)
                                                       : g_strdup (json);
  g_autofree char *out = kit_translate (self->source, self->target, self->request, bytes,
                                        strlen (bytes),
                                        self->form);
  g_autofree char *events = NULL;

  if (g_str_has_prefix (out, "failed: "))
    events = g_strdup (out);
  else if (self->events != NULL)
    events = kit_events (self->source, out, strlen (out), 0);
  if (self->events != NULL && g_strcmp0 (events, self->events) != 0)
    {
      g_test_message ("%s", out);
      g_test_message ("reads “%s”, not “%s”", events, self->events);
      g_test_fail ();
    }
  if (self->form == RELAIS_FORM_WHOLE && !g_str_has_prefix (out, "failed: "))
    kit_expect (out, self->expect, KIT_MOST);
}

/**
 * kit_add_requests:
 * @requests: (array length=n_requests): cases, to stay
 * @n_requests: how many
 */
void
kit_add_requests (const KitRequest *requests,
                  gsize             n_requests)
{
  for (gsize i = 0; i < n_requests; i++)
    {
      g_autofree char *path = g_strconcat ("/translation/", requests[i].name, NULL);

      g_test_add_data_func (path, &requests[i], kit_check_request);
    }
}

/**
 * kit_add_answers:
 * @answers: (array length=n_answers): cases, to stay
 * @n_answers: how many
 */
void
kit_add_answers (const KitAnswer *answers,
                 gsize            n_answers)
{
  for (gsize i = 0; i < n_answers; i++)
    {
      g_autofree char *path = g_strconcat ("/translation/", answers[i].name, NULL);

      g_test_add_data_func (path, &answers[i], kit_check_answer);
    }
}
