/* relais-chunk.c: where a chunked body ends, strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-chunk"

#include "config.h"

#include "relais-chunk.h"

/* 4 GiB a chunk, far above any body that is taken. */
#define MAXIMUM_DIGITS 8

enum {
  PLACE_SIZE,
  PLACE_SIZE_LF,
  PLACE_DATA,
  PLACE_DATA_CR,
  PLACE_DATA_LF,
  PLACE_LAST_CR,
  PLACE_LAST_LF,
  PLACE_END,
};

/* One byte outside of data. */
static gboolean
step (RelaisChunk *self,
      char         c)
{
  switch (self->place)
    {
    case PLACE_SIZE:
      if (g_ascii_isxdigit (c) && self->n_digits < MAXIMUM_DIGITS)
        {
          self->left = self->left * 16 + g_ascii_xdigit_value (c);
          self->n_digits++;
          return TRUE;
        }
      self->place = PLACE_SIZE_LF;
      return c == '\r' && self->n_digits > 0;
    case PLACE_SIZE_LF:
      if (c != '\n')
        return FALSE;
      self->place = self->left > 0 ? PLACE_DATA : PLACE_LAST_CR;
      self->size_bytes += self->left;
      self->n_digits = 0;
      return TRUE;
    case PLACE_DATA_CR:
      self->place = PLACE_DATA_LF;
      return c == '\r';
    case PLACE_DATA_LF:
      self->place = PLACE_SIZE;
      return c == '\n';
    case PLACE_LAST_CR:
      self->place = PLACE_LAST_LF;
      return c == '\r';
    case PLACE_LAST_LF:
      self->place = PLACE_END;
      return c == '\n';
    default:
      return FALSE;
    }
}

/**
 * relais_chunk_feed:
 * @self: where the body stands
 * @data: its next bytes
 * @length: how many
 * @used: (out): how many belong to the body and are in order
 *
 * Follows the framing of a chunked body. Extensions and trailers are refused like everything else
 * that is not a plain size, CR LF, that many bytes and CR LF: parsers disagree on them, and what
 * one takes for data another runs as a request. After END or BAD it must not be called again.
 *
 * Returns: whether there is more to come
 */
RelaisChunkState
relais_chunk_feed (RelaisChunk *self,
                   const char  *data,
                   gsize        length,
                   gsize       *used)
{
  *used = 0;
  while (*used < length && self->place != PLACE_END)
    {
      if (self->place == PLACE_DATA)
        {
          gsize n = MIN (self->left, length - *used);

          self->left -= n;
          *used += n;
          if (self->left == 0)
            self->place = PLACE_DATA_CR;
          continue;
        }
      if (!step (self, data[*used]))
        return RELAIS_CHUNK_BAD;
      (*used)++;
    }
  return self->place == PLACE_END ? RELAIS_CHUNK_END : RELAIS_CHUNK_MORE;
}
