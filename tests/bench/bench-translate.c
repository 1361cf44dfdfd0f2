/* bench-translate.c: what translation costs: requests as ratios to a bare parse by json-glib in the
 * same run, streams by the event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dialects/relais-translation.h"

#define RUNS 40
#define ROUNDS 5
#define EVENTS 2000

static const char *const names[] = { "chat", "responses", "anthropic", "gemini" };
static const char *const models[] = { "gpt-5.2", "gpt-5.2", "claude-opus-5-5", "gemini-3-pro" };

static char *
make_id_cb (gpointer user_data)
{
  static guint n;

  return g_strdup_printf ("%024u", n++);
}

/* The first request of a recording that asks for an answer. */
static GBytes *
read_body (const char      *path,
           RelaisDialectId *dialect)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *requests;

  if (!json_parser_load_from_file (parser, path, NULL))
    g_error ("%s is no recording", path);
  requests =
    json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "requests");
  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *request = json_array_get_object_element (requests, i);
      const char *target = json_object_get_string_member (request, "path");
      JsonNode *body = json_object_get_member (request, "body");
      char *text;

      if (body == NULL || !JSON_NODE_HOLDS_OBJECT (body))
        continue;
      if (g_str_has_prefix (target, "/v1/messages"))
        *dialect = RELAIS_DIALECT_ANTHROPIC;
      else if (g_str_has_prefix (target, "/v1/responses"))
        *dialect = RELAIS_DIALECT_OPENAI_RESPONSES;
      else if (strstr (target, "enerateContent") != NULL)
        *dialect = RELAIS_DIALECT_GEMINI;
      else
        *dialect = RELAIS_DIALECT_OPENAI_CHAT;
      text = json_to_string (body, FALSE);
      return g_bytes_new_take (text, strlen (text));
    }
  g_error ("%s holds no request", path);
}

static RelaisTranslation *
translate (GBytes          *body,
           RelaisDialectId  source,
           RelaisDialectId  dialect,
           GString         *out)
{
  RelaisTarget target = { .dialect = dialect, .model = models[dialect], .make_id = make_id_cb };
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = relais_dialect_get (source)->decode_request (
    body, source == RELAIS_DIALECT_GEMINI ? "m" : NULL, TRUE, &error);
  RelaisTranslation *translation;

  if (prompt == NULL)
    g_error ("%s", error->message);
  translation = relais_translation_new (prompt, source, &target);
  if (!relais_translation_encode (translation, out, &error))
    g_error ("%s", error->message);
  return translation;
}

/* Of this program alone: what else runs beside it does not count. */
static gint64
get_time_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Microseconds of the best run. */
static double
measure_parse (GBytes *body)
{
  gint64 best = G_MAXINT64;

  for (guint run = 0; run < RUNS; run++)
    {
      gint64 start = get_time_ns ();

      for (guint i = 0; i < 20; i++)
        {
          g_autoptr (JsonParser) parser = json_parser_new_immutable ();
          gsize length;
          const char *bytes = g_bytes_get_data (body, &length);

          if (!json_parser_load_from_data (parser, bytes, length, NULL))
            abort ();
        }
      best = MIN (best, get_time_ns () - start);
    }
  return best / 20.0 / 1000;
}

static double
measure_request (GBytes          *body,
                 RelaisDialectId  source,
                 RelaisDialectId  dialect)
{
  gint64 best = G_MAXINT64;

  for (guint run = 0; run < RUNS; run++)
    {
      gint64 start = get_time_ns ();

      for (guint i = 0; i < 20; i++)
        {
          g_autoptr (GString) out = g_string_new (NULL);

          relais_translation_free (translate (body, source, dialect, out));
        }
      best = MIN (best, get_time_ns () - start);
    }
  return best / 20.0 / 1000;
}

/* The text of a long answer as an upstream streams it. */
static GString *
make_stream (RelaisDialectId dialect)
{
  GString *out = g_string_new (NULL);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  const RelaisDialect *it = relais_dialect_get (dialect);
  static const char words[] = "a few caf\303\251 \"words\" ";
  RelaisEncoder *encoder;
  RelaisEvent event = { .type = RELAIS_EVENT_START, .id = "x", .name = models[dialect], .created = 1 };

  prompt->model = g_strdup (models[dialect]);
  prompt->stream = TRUE;
  encoder = it->encoder_new (prompt, RELAIS_FORM_SSE, make_id_cb, NULL);
  it->encoder_push (encoder, &event, out);
  event = (RelaisEvent){ .type = RELAIS_EVENT_TEXT, .text = words, .length = strlen (words) };
  for (guint i = 0; i < EVENTS; i++)
    it->encoder_push (encoder, &event, out);
  event = (RelaisEvent){ .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP };
  it->encoder_push (encoder, &event, out);
  it->encoder_free (encoder);
  return out;
}

typedef struct
{
  const RelaisDialect *client;
  RelaisEncoder       *encoder;
  GString             *out;
} Listener;

static void
event_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  Listener *self = user_data;

  self->client->encoder_push (self->encoder, event, self->out);
  g_string_truncate (self->out, 0);
}

/* Where each event of @stream ends. */
static GArray *
find_ends (const GString *stream)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (const char *));
  const char *at = stream->str;

  while ((at = strchr (at, '\n')) != NULL)
    {
      at++;
      if (*at != '\n' && !g_str_has_prefix (at, "\r\n"))
        continue;
      at += *at == '\n' ? 1 : 2;
      g_array_append_val (ends, at);
    }
  return ends;
}

/* Nanoseconds an event of the best run, each event in a piece of its own. */
static double
measure_stream (RelaisDialectId source,
                RelaisDialectId dialect)
{
  static const char *const hellos[] = {
    "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
    "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}",
    "{\"model\":\"m\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
    "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}",
  };
  g_autoptr (GString) stream = make_stream (dialect);
  g_autoptr (GBytes) body = g_bytes_new_static (hellos[source], strlen (hellos[source]));
  g_autoptr (GArray) ends = find_ends (stream);
  gint64 best = G_MAXINT64;

  for (guint run = 0; run < RUNS; run++)
    {
      g_autoptr (GString) request = g_string_new (NULL);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (RelaisTranslation) translation = translate (body, source, dialect, request);
      Listener listener = { relais_dialect_get (source), NULL, out };
      const char *at = stream->str;
      gint64 start;

      listener.encoder = listener.client->encoder_new (relais_translation_get_prompt (translation),
                                                       RELAIS_FORM_SSE, make_id_cb, NULL);
      relais_translation_listen (translation, 1 << 20, event_cb, &listener);
      start = get_time_ns ();
      for (guint i = 0; i < ends->len; i++)
        {
          const char *end = g_array_index (ends, const char *, i);

          relais_translation_push (translation, at, end - at);
          at = end;
        }
      relais_translation_finish (translation);
      best = MIN (best, get_time_ns () - start);
      listener.client->encoder_free (listener.encoder);
    }
  return (double)best / EVENTS;
}

/* In rounds: what slows the machine for a moment does not hit all of one pair. */
static void
print_streams (void)
{
  double best[RELAIS_N_DIALECTS][RELAIS_N_DIALECTS];

  for (guint round = 0; round < ROUNDS; round++)
    for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
      for (RelaisDialectId to = 0; to < RELAIS_N_DIALECTS; to++)
        if (to != source)
          {
            double cost = measure_stream (source, to);

            best[source][to] = round == 0 ? cost : MIN (best[source][to], cost);
          }
  g_print ("\n%-12s %-12s %12s\n", "client", "upstream", "an event");
  for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
    for (RelaisDialectId to = 0; to < RELAIS_N_DIALECTS; to++)
      if (to != source)
        g_print ("%-12s %-12s %9.0f ns\n", names[source], names[to], best[source][to]);
}

int
main (int    argc,
      char **argv)
{
  if (argc < 2)
    {
      g_printerr ("usage: %s RECORDING…\n", argv[0]);
      return 64;
    }
  g_print ("%-28s %9s %-10s %11s %11s %7s\n", "request", "bytes", "to", "jg parse", "translate", "ratio");
  for (int i = 1; i < argc; i++)
    {
      RelaisDialectId source;
      g_autoptr (GBytes) body = read_body (argv[i], &source);
      g_autofree char *name = g_path_get_basename (argv[i]);
      double parse = measure_parse (body);

      for (RelaisDialectId to = 0; to < RELAIS_N_DIALECTS; to++)
        if (to != source)
          {
            double ours = measure_request (body, source, to);

            g_print ("%-28s %9" G_GSIZE_FORMAT " %-10s %8.1f us %8.1f us %6.2fx\n", name,
                     g_bytes_get_size (body), names[to], parse, ours, ours / parse);
          }
    }
  print_streams ();
  return 0;
}
