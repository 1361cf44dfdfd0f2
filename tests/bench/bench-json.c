/* bench-json.c: how fast the wire path's JSON is, as ratios to json-glib in the same run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

/* A request as clients send them: turns of prose with escapes and accents, tool schemas, for the
 * largest one an image too. */
static GString *
make_body (gsize    size,
           gboolean image)
{
  GString *body =
    g_string_new ("{\"model\":\"gemini-3-flash\",\"stream\":true,\"temperature\":0.7,\"messages\":[");

  if (image)
    {
      gsize image_size = size * 7 / 10;

      g_string_append (body,
                       "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,");
      for (gsize i = 0; i < image_size; i++)
        g_string_append_c (body,
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(i * 7 + i / 64) % 64]);
      g_string_append (body, "\"}}]},");
    }
  for (guint turn = 0; body->len < size; turn++)
    {
      g_string_append_printf (body,
                              "%s{\"role\":\"%s\",\"content\":[{\"type\":\"text\",\"text\":\"",
                              turn > 0 ? "," : "",
                              turn % 2 == 0 ? "user" : "assistant");
      for (guint i = 0; i < 6; i++)
        g_string_append_printf (body,
                                "Turn %u of the talk, line %u: the caf\303\251 was closed,\\n\\tso \\\"tea\\\" it was, at %u.%u degrees. ", turn, i, turn * 3, i);
      g_string_append (body, "\"}]");
      if (turn % 4 == 1)
        g_string_append_printf (body,
                                ",\"tool_calls\":[{\"id\":\"call_%u\",\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"src/main.c\\\",\\\"line\\\":%u}\"}}]", turn, turn);
      g_string_append_c (body, '}');
    }
  g_string_append (body,
                   "],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"line\":{\"type\":\"integer\"}},\"required\":[\"path\"]}}}]}");
  return body;
}

typedef void (*Work) (const GString *body);

static void
work_json_glib (const GString *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  if (!json_parser_load_from_data (parser, body->str, body->len, NULL))
    abort ();
}

static void
work_json_glib_write (const GString *body)
{
  static JsonNode *root = NULL;
  static const GString *of = NULL;
  g_autofree char *text = NULL;

  if (of != body)
    {
      g_clear_pointer (&root, json_node_unref);
      root = json_from_string (body->str, NULL);
      of = body;
    }
  text = json_to_string (root, FALSE);
}

static void
work_parse (const GString *body)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (body->str, body->len, RELAIS_JSON_MAX_DEPTH,
                                                   NULL);

  if (tree == NULL)
    abort ();
}

static void
work_scan (const GString *body)
{
  g_auto (RelaisJsonScan) scan = { 0 };

  if (!relais_json_scan_request (body->str, body->len, RELAIS_JSON_MAX_DEPTH, &scan, NULL))
    abort ();
}

static void
write_node (RelaisJsonWriter     *writer,
            const char           *name,
            const RelaisJsonNode *node)
{
  RelaisJsonKind kind = relais_json_node_get_kind (node);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  if (kind == RELAIS_JSON_OBJECT || kind == RELAIS_JSON_ARRAY)
    {
      if (kind == RELAIS_JSON_OBJECT)
        relais_json_writer_object (writer, name);
      else
        relais_json_writer_array (writer, name);
      relais_json_iter_init (&iter, node);
      while (relais_json_iter_next (&iter, &key, &value))
        {
          g_autofree char *inner = relais_json_node_dup_string (key);

          write_node (writer, inner, value);
        }
      if (kind == RELAIS_JSON_OBJECT)
        relais_json_writer_end_object (writer);
      else
        relais_json_writer_end_array (writer);
    }
  else if (kind == RELAIS_JSON_STRING)
    {
      g_autofree char *text = relais_json_node_dup_string (node);

      relais_json_writer_string (writer, name, text);
    }
  else
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (node, &length);

      relais_json_writer_raw (writer, name, raw, length);
    }
}

static void
work_write (const GString *body)
{
  static RelaisJson *tree = NULL;
  static const GString *of = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisJsonWriter writer;

  if (of != body)
    {
      g_clear_pointer (&tree, relais_json_free);
      tree = relais_json_parse (body->str, body->len, RELAIS_JSON_MAX_DEPTH, NULL);
      of = body;
    }
  relais_json_writer_init (&writer, out);
  write_node (&writer, NULL, relais_json_get_root (tree));
}

/* Microseconds of the best of many short runs. */
static double
measure (Work           work,
         const GString *body)
{
  guint repeats = MAX (1, 400000 / body->len);
  gint64 best = G_MAXINT64;

  for (guint run = 0; run < 60; run++)
    {
      gint64 start = g_get_monotonic_time ();

      for (guint i = 0; i < repeats; i++)
        work (body);
      best = MIN (best, g_get_monotonic_time () - start);
    }
  return (double)best / repeats;
}

int
main (void)
{
  static const gsize sizes[] = { 2048, 50 * 1024, 200 * 1024, 2 * 1024 * 1024 };

  g_print ("%9s %11s %9s %7s %9s %7s %11s %9s %7s\n", "bytes", "jg parse", "parse", "ratio",
           "scan", "ratio", "jg write", "write", "ratio");
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GString *body = make_body (sizes[i], i == 3);
      double theirs = measure (work_json_glib, body);
      double ours = measure (work_parse, body);
      double scan = measure (work_scan, body);
      double their_write = measure (work_json_glib_write, body);
      double our_write = measure (work_write, body);

      g_print ("%9" G_GSIZE_FORMAT " %8.1f us %6.1f us %6.1fx %6.1f us %6.1fx %8.1f us %6.1f us %6.1fx\n", body->len, theirs,
               ours, theirs / ours, scan, theirs / scan, their_write, our_write,
               their_write / our_write);
      /* Not freed: the work keeps what it made of it last. */
    }
  return 0;
}
