/* fuzz-writer.c: what the writer writes, both parsers read back as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-fuzz.h"

/* Any bytes: what is not UTF-8 must come back replaced, the rest as it was. */
static void
check_bytes (const char *bytes,
             gsize       length)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RelaisJson) tree = NULL;
  g_autofree char *text = NULL;
  g_autofree char *valid = g_utf8_make_valid (bytes, length);

  relais_json_append_string (out, bytes, length);
  g_assert_true (g_utf8_validate (out->str, out->len, NULL));
  tree = relais_json_parse (out->str, out->len, 1, NULL);
  g_assert_nonnull (tree);
  text = relais_json_node_dup_string (relais_json_get_root (tree));
  g_assert_cmpstr (text, ==, valid);
}

/* A document in the shape the input says; the parsers agree on it. */
static void
check_document (RelaisFuzzDraw *draw)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (RelaisJson) tree = NULL;
  gboolean objects[64] = { TRUE };
  RelaisJsonWriter writer;
  guint depth = 1;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  while (draw->at < draw->end && depth > 0)
    {
      guint kind = relais_fuzz_draw_byte (draw) % 8;
      g_autofree char *text = relais_fuzz_draw_text (draw);
      const char *name = objects[depth - 1] ? text : NULL;

      if (kind == 0 && depth < 64)
        relais_json_writer_object (&writer, name);
      else if (kind == 1 && depth < 64)
        relais_json_writer_array (&writer, name);
      else if (kind == 2 && depth > 1)
        {
          depth--;
          if (objects[depth])
            relais_json_writer_end_object (&writer);
          else
            relais_json_writer_end_array (&writer);
        }
      else if (kind == 3)
        relais_json_writer_int (&writer, name, (gint64)relais_fuzz_draw_byte (draw) - 128);
      else if (kind == 4)
        relais_json_writer_boolean (&writer, name, TRUE);
      else if (kind == 5)
        relais_json_writer_null (&writer, name);
      else
        relais_json_writer_string (&writer, name, text);
      if (kind < 2 && depth < 64)
        objects[depth++] = kind == 0;
    }
  for (; depth > 0; depth--)
    if (objects[depth - 1])
      relais_json_writer_end_object (&writer);
    else
      relais_json_writer_end_array (&writer);
  tree = relais_json_parse (out->str, out->len, RELAIS_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (tree);
  g_assert_true (json_parser_load_from_data (parser, out->str, out->len, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  RelaisFuzzDraw draw = { data, data + size };

  check_bytes ((const char *)data, size);
  check_document (&draw);
  return 0;
}
