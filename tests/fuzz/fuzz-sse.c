/* fuzz-sse.c: however a stream is cut up, the reader finds the same events in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-sse.h"

#include "relais-fuzz.h"

#define MAX_EVENT 512

/* Writes each event down, lengths and all; with what the reader said at the end. */
static void
note_cb (const RelaisSseEvent *event,
         gpointer              user_data)
{
  GString *log = user_data;

  g_assert_cmpuint (event->length, >, 0);
  g_assert_cmpuint (event->length, <=, MAX_EVENT);
  g_assert_cmpint (event->data[event->length], ==, '\0');
  g_string_append_printf (log, "%" G_GSIZE_FORMAT " %s ", event->length, event->name);
  g_string_append_len (log, event->data, event->length);
  g_string_append_c (log, '\n');
}

static GString *
read_in_pieces (const char *bytes,
                gsize       length,
                gsize       first,
                gsize       piece)
{
  GString *log = g_string_new (NULL);
  g_autoptr (RelaisSseReader) reader = relais_sse_reader_new (MAX_EVENT, note_cb, log);
  gboolean well = TRUE;
  gsize at = 0;

  for (gsize n = first; at < length; n = piece)
    {
      /* Each piece lies alone in memory, so that a look beyond its end is seen. */
      gsize take = MIN (n, length - at);
      g_autofree char *copy = g_memdup2 (bytes + at, take);

      well = relais_sse_reader_push (reader, copy, take, NULL);
      at += take;
    }
  g_string_append_printf (log, "%s %s", well ? "sound" : "broken",
                          relais_sse_reader_finish (reader) ? "between" : "cut");
  return log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *bytes = (const char *)data;
  gsize cut;
  GString *whole, *split, *single;

  if (size == 0)
    return 0;
  cut = relais_fuzz_pick (data, size);
  whole = read_in_pieces (bytes, size, size, size);
  split = read_in_pieces (bytes, size, cut, size);
  single = read_in_pieces (bytes, size, 1, 1);
  g_assert_cmpmem (whole->str, whole->len, split->str, split->len);
  g_assert_cmpmem (whole->str, whole->len, single->str, single->len);
  g_string_free (whole, TRUE);
  g_string_free (split, TRUE);
  g_string_free (single, TRUE);
  return 0;
}
