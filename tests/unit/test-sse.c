/* test-sse.c: events come out the same however the stream is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-sse.h"

static void
note_cb (const RelaisSseEvent *event,
         gpointer              user_data)
{
  GString *seen = user_data;

  g_assert_cmpuint (strlen (event->data), <=, event->length);
  g_string_append_printf (seen, "<%s|", event->name);
  g_string_append_len (seen, event->data, event->length);
  g_string_append_c (seen, '>');
}

/* What a stream yields when it comes in pieces of @step bytes. */
static char *
read_in (const char *bytes,
         gsize       length,
         gsize       step,
         gboolean   *clean)
{
  GString *seen = g_string_new (NULL);
  g_autoptr (RelaisSseReader) reader = relais_sse_reader_new (1024, note_cb, seen);

  for (gsize at = 0; at < length; at += step)
    {
      gsize size = MIN (step, length - at);
      g_autofree char *tight = g_memdup2 (bytes + at, size);
      g_autoptr (GError) error = NULL;

      g_assert_true (relais_sse_reader_push (reader, tight, size, &error));
      g_assert_no_error (error);
    }
  *clean = relais_sse_reader_finish (reader);
  return g_string_free (seen, FALSE);
}

static const struct
{
  const char *stream;
  const char *events;
  gboolean clean;
} cases[] = {
  { "data: a\n\ndata: b\n\n", "<|a><|b>", TRUE },
  { "event: x\ndata: {}\n\n", "<x|{}>", TRUE },
  { "event: x\r\ndata: {}\r\n\r\n", "<x|{}>", TRUE },
  { "event: x\rdata: {}\r\r", "<x|{}>", TRUE },
  { "data: a\r\n\rdata: b\n\r", "<|a><|b>", TRUE },
  { "data: a\ndata: b\n\n", "<|a\nb>", TRUE },
  { "data:a\ndata:  b\n\n", "<|a\n b>", TRUE },
  { "data\ndata\n\n", "<|\n>", TRUE },
  { "data:\n\n", "", TRUE },
  { ": hello\ndata: a\n:\n: x\ndata: b\n\n: ka\n\n", "<|a\nb>", TRUE },
  { "event: ping\n\ndata: a\n\n", "<|a>", TRUE },
  { "event: x\nevent: y\ndata: a\n\n", "<y|a>", TRUE },
  { "id: 7\nretry: 10\nfoo: bar\ndata: a\n\n", "<|a>", TRUE },
  { "\357\273\277data: a\n\ndata: \357\273\277b\n\n", "<|a><|\357\273\277b>", TRUE },
  { "\n\n\ndata: a\n\n\n\n", "<|a>", TRUE },
  { "data: caf\303\251 \360\237\246\212\n\n", "<|caf\303\251 \360\237\246\212>", TRUE },
  { "data: {\"a\":1}", "<|{\"a\":1}>", TRUE },
  { "data: {\"a\":1}\n", "<|{\"a\":1}>", TRUE },
  { "data: [DONE]", "<|[DONE]>", TRUE },
  { "data: {\"a\":", "", FALSE },
  { "data: {\"a\":1}\n\ndata: {\"b", "<|{\"a\":1}>", FALSE },
  { "data: a\n\nevent: x", "<|a>", TRUE },
  { "", "", TRUE },
};

static void
test_cuts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step <= strlen (cases[i].stream) + 1; step++)
      {
        gboolean clean;
        g_autofree char *seen = read_in (cases[i].stream, strlen (cases[i].stream), step, &clean);

        g_test_message ("case %" G_GSIZE_FORMAT " in pieces of %" G_GSIZE_FORMAT, i, step);
        g_assert_cmpstr (seen, ==, cases[i].events);
        g_assert_cmpint (clean, ==, cases[i].clean);
      }
}

static gboolean
push (RelaisSseReader *reader,
      const char      *bytes)
{
  g_autoptr (GError) error = NULL;
  gboolean good = relais_sse_reader_push (reader, bytes, strlen (bytes), &error);

  if (!good)
    g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_UPSTREAM);
  return good;
}

static void
test_limit (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (RelaisSseReader) fits = relais_sse_reader_new (16, note_cb, seen);
  g_autoptr (RelaisSseReader) lines = relais_sse_reader_new (16, note_cb, seen);
  g_autoptr (RelaisSseReader) comments = relais_sse_reader_new (16, note_cb, seen);
  g_autoptr (RelaisSseReader) endless = relais_sse_reader_new (16, note_cb, seen);

  /* Each event counts anew. */
  for (guint i = 0; i < 4; i++)
    g_assert_true (push (fits, "data: 0123456789\n\n"));
  g_assert_true (push (lines, "data: 01\n"));
  g_assert_false (push (lines, "data: 012\n"));
  g_assert_false (push (lines, "\n"));
  g_assert_false (relais_sse_reader_finish (lines));
  g_assert_true (push (comments, ": 0123\n: 0123\n"));
  g_assert_false (push (comments, ": 0123\n"));
  for (guint i = 0; i < 16; i++)
    g_assert_true (push (endless, "x"));
  g_assert_false (push (endless, "x"));
  g_assert_cmpstr (seen->str, ==, "<|0123456789><|0123456789><|0123456789><|0123456789>");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sse/cuts", test_cuts);
  g_test_add_func ("/sse/limit", test_limit);
  return g_test_run ();
}
