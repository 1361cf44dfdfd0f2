/* fuzz-chunk.c: a chunked body ends where a plain reading says, however it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-chunk.h"

#include "relais-fuzz.h"

static RelaisChunkState
feed_in_pieces (const char *data,
                gsize       length,
                gsize       piece,
                gsize      *used,
                guint64    *size_bytes)
{
  RelaisChunk chunk = { 0 };
  RelaisChunkState state = RELAIS_CHUNK_MORE;

  *used = 0;
  for (gsize at = 0; at < length && state == RELAIS_CHUNK_MORE; at += piece)
    {
      gsize take = MIN (piece, length - at), n;
      g_autofree char *copy = g_memdup2 (data + at, take);

      state = relais_chunk_feed (&chunk, copy, take, &n);
      g_assert_cmpuint (n, <=, take);
      *used += n;
    }
  *size_bytes = chunk.size_bytes;
  return state;
}

/* The same once more, by the letter of RFC 9112 less extensions and trailers. Returns the bytes of
 * a whole body, -1 where it is none. */
static gssize
read_plainly (const char *data,
              gsize       length)
{
  const char *at = data;
  const char *end = data + length;

  for (;;)
    {
      guint64 size = 0;
      guint n_digits = 0;

      for (; at < end && g_ascii_isxdigit (*at); at++)
        {
          size = size * 16 + g_ascii_xdigit_value (*at);
          if (++n_digits > 8)
            return -1;
        }
      if (n_digits == 0 || end - at < 2 || memcmp (at, "\r\n", 2) != 0)
        return -1;
      at += 2;
      if ((guint64)(end - at) < size + 2 || memcmp (at + size, "\r\n", 2) != 0)
        return -1;
      at += size + 2;
      if (size == 0)
        return at - data;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *bytes = (const char *)data;
  gsize used, used_single, used_some;
  guint64 n_bytes, n_single, n_some;
  RelaisChunkState state = feed_in_pieces (bytes, size, MAX (size, 1), &used, &n_bytes);
  gssize plain = read_plainly (bytes, size);

  g_assert_cmpint (feed_in_pieces (bytes, size, 1, &used_single, &n_single), ==, state);
  g_assert_cmpint (feed_in_pieces (bytes, size, 7, &used_some, &n_some), ==, state);
  g_assert_cmpuint (used_single, ==, used);
  g_assert_cmpuint (used_some, ==, used);
  g_assert_cmpuint (n_single, ==, n_bytes);
  g_assert_cmpuint (n_some, ==, n_bytes);
  g_assert_cmpint (state == RELAIS_CHUNK_END, ==, plain >= 0);
  if (plain >= 0)
    g_assert_cmpint (plain, ==, used);
  return 0;
}
