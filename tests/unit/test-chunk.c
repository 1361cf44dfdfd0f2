/* test-chunk.c: chunked bodies end where they say, and only there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-chunk.h"

static const struct
{
  const char *bytes;
  RelaisChunkState state;
  gsize used; /* of what is in order */
  guint64 size;
} cases[] = {
  { "0\r\n\r\n", RELAIS_CHUNK_END, 5, 0 },
  { "0000\r\n\r\n", RELAIS_CHUNK_END, 8, 0 },
  { "3\r\nabc\r\n0\r\n\r\n", RELAIS_CHUNK_END, 13, 3 },
  { "03\r\nabc\r\n0\r\n\r\nGET ", RELAIS_CHUNK_END, 14, 3 },
  { "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", RELAIS_CHUNK_END, 35, 20 },
  { "3\r\n\r\n0\r\n0\r\n\r\n", RELAIS_CHUNK_END, 13, 3 },
  { "", RELAIS_CHUNK_MORE, 0, 0 },
  { "3", RELAIS_CHUNK_MORE, 1, 0 },
  { "3\r", RELAIS_CHUNK_MORE, 2, 0 },
  { "3\r\nab", RELAIS_CHUNK_MORE, 5, 3 },
  { "3\r\nabc\r", RELAIS_CHUNK_MORE, 7, 3 },
  { "3\r\nabc\r\n", RELAIS_CHUNK_MORE, 8, 3 },
  { "0\r\n\r", RELAIS_CHUNK_MORE, 4, 0 },
  { "ffffffff\r\n", RELAIS_CHUNK_MORE, 10, 0xffffffff },
  { "zz\r\n", RELAIS_CHUNK_BAD, 0, 0 },
  { "-1\r\n", RELAIS_CHUNK_BAD, 0, 0 },
  { "+1\r\n", RELAIS_CHUNK_BAD, 0, 0 },
  { "0x3\r\nabc\r\n0\r\n\r\n", RELAIS_CHUNK_BAD, 1, 0 },
  { "\r\nabc\r\n", RELAIS_CHUNK_BAD, 0, 0 },
  { "100000000\r\n", RELAIS_CHUNK_BAD, 8, 0 },
  { " 3\r\nabc\r\n", RELAIS_CHUNK_BAD, 0, 0 },
  { "3 \r\nabc\r\n", RELAIS_CHUNK_BAD, 1, 0 },
  { "3;a=b\r\nabc\r\n0\r\n\r\n", RELAIS_CHUNK_BAD, 1, 0 },
  { "3\nabc\r\n0\r\n\r\n", RELAIS_CHUNK_BAD, 1, 0 },
  { "3\r\r\nabc\r\n", RELAIS_CHUNK_BAD, 2, 0 },
  { "3\r\nabcd\r\n0\r\n\r\n", RELAIS_CHUNK_BAD, 6, 3 },
  { "3\r\nab\r\n0\r\n\r\n", RELAIS_CHUNK_BAD, 6, 3 },
  { "3\r\nabc\n0\r\n\r\n", RELAIS_CHUNK_BAD, 6, 3 },
  { "3\r\nabc0\r\n\r\n", RELAIS_CHUNK_BAD, 6, 3 },
  { "0\r\nX: y\r\n\r\n", RELAIS_CHUNK_BAD, 3, 0 },
  { "0\r\n\n", RELAIS_CHUNK_BAD, 3, 0 },
  { "0\r\n\r\r\n", RELAIS_CHUNK_BAD, 4, 0 },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step <= 64; step *= 2)
      {
        RelaisChunk chunk = { 0 };
        RelaisChunkState state = RELAIS_CHUNK_MORE;
        gsize length = strlen (cases[i].bytes);
        gsize total = 0;

        for (gsize at = 0; at < length && state == RELAIS_CHUNK_MORE; at += step)
          {
            gsize used = 0;

            state = relais_chunk_feed (&chunk, cases[i].bytes + at, MIN (step, length - at), &used);
            total += used;
          }
        g_test_message ("%u, %" G_GSIZE_FORMAT " at a time", i, step);
        g_assert_cmpint (state, ==, cases[i].state);
        g_assert_cmpuint (total, ==, cases[i].used);
        g_assert_cmpuint (chunk.size_bytes, ==, cases[i].size);
      }
}

/* The announced size counts before a byte of it came, and over all chunks. */
static void
test_size (void)
{
  RelaisChunk chunk = { 0 };
  gsize used = 0;

  g_assert_cmpint (relais_chunk_feed (&chunk, "5\r\nabcde\r\n40000000\r\n", 20, &used), ==, RELAIS_CHUNK_MORE);
  g_assert_cmpuint (used, ==, 20);
  g_assert_cmpuint (chunk.size_bytes, ==, 5 + 0x40000000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chunk/cases", test_cases);
  g_test_add_func ("/chunk/size", test_size);
  return g_test_run ();
}
