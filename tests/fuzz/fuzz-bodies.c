/* fuzz-bodies.c: what is kept of a body is bounded JSON without a key, however it came
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "monitor/relais-bodies.h"

#include "relais-fuzz.h"

#define KEY "sk-Fuzz0123456789abcdefghijklm"
#define TEXT_MAX (1024 * 1024)

static const char *const units[] = { "A", "/", "=", "\\n", "\\\\", "\\/", "\\u002b", "\\\"", " ", "é", "😀", KEY, "sk-Fuzz0123", "…[" };

/* A string of JSON: each two bytes are a unit and how often it stands there. */
static GString *
draw_text (RelaisFuzzDraw *draw)
{
  GString *text = g_string_new ("{\"a\":\"");

  while (draw->at < draw->end && text->len < TEXT_MAX)
    {
      const char *unit = units[relais_fuzz_draw_byte (draw) % G_N_ELEMENTS (units)];
      guint n = relais_fuzz_draw_byte (draw);

      n = n < 128 ? n : (n - 127) * 130;
      for (guint i = 0; i < n; i++)
        g_string_append (text, unit);
    }
  g_string_append (text, "\"}");
  return text;
}

static RelaisBodies *
keep (const GString *text,
      gsize          piece)
{
  static const char *const secrets[] = { KEY, NULL };
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();

  for (gsize at = 0; at < text->len; at += piece)
    relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, text->str + at,
                          MIN (piece, text->len - at));
  g_assert_cmpuint (relais_bodies_get_size (bodies), <=, RELAIS_BODY_MAX + 8 * 1024 + 48);
  return relais_bodies_freeze (bodies, secrets);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  RelaisFuzzDraw draw = { data, data + size };
  gsize piece = relais_fuzz_draw_byte (&draw) * 40 + 1;
  g_autoptr (GString) text = draw_text (&draw);
  g_autoptr (RelaisBodies) pieces = keep (text, piece);
  g_autoptr (RelaisBodies) whole = keep (text, text->len);
  GBytes *kept = relais_bodies_get (whole, RELAIS_BODY_CLIENT_IN, NULL);
  gsize total, length;
  const char *shown = g_bytes_get_data (kept, &length);

  g_assert_true (g_bytes_equal (kept, relais_bodies_get (pieces, RELAIS_BODY_CLIENT_IN, &total)));
  g_assert_cmpuint (total, ==, text->len);
  g_assert_cmpuint (length, <=, RELAIS_BODY_MAX);
  g_assert_true (g_utf8_validate_len (shown, length, NULL));
  g_assert_null (memmem (shown, length, KEY, strlen (KEY)));
  if (length < RELAIS_BODY_MAX - 4)
    {
      g_autoptr (RelaisJson) tree = relais_json_parse (shown, length, RELAIS_JSON_MAX_DEPTH, NULL);

      g_assert_nonnull (tree);
    }
  return 0;
}
