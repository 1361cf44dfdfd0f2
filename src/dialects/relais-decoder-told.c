/* relais-decoder-told.c: how far a text was told, so that its whole adds only what is missing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-decoder"

#include "config.h"

#include "relais-decoder-private.h"

/**
 * relais_decoder_told_add:
 * @self: how far a text was told; all zero for not at all
 * @text: (array length=length): what is told now
 * @length: its bytes
 */
void
relais_decoder_told_add (RelaisDecoderTold *self,
                         const char        *text,
                         gsize              length)
{
  for (gsize i = 0; i < length; i++)
    self->sum = self->sum * G_GUINT64_CONSTANT (0x100000001b3) + (guchar)text[i] + 1;
  self->length += length;
}

/**
 * relais_decoder_told_pass:
 * @seen: (inout): how far the whole was walked, up to where it was told; all zero at its start
 * @told: how far it was told
 * @text: (array length=length): the next piece of the whole
 * @length: its bytes
 *
 * Walks over a whole that comes in one or more pieces.
 *
 * Returns: where in @text that begins which is still to be told; @length for nothing, also where
 *   something else was told, which cannot be taken back
 */
gsize
relais_decoder_told_pass (RelaisDecoderTold       *seen,
                          const RelaisDecoderTold *told,
                          const char              *text,
                          gsize                    length)
{
  gsize known = MIN (length, told->length - seen->length);

  relais_decoder_told_add (seen, text, known);
  return relais_decoder_told_equal (seen, told) ? known : length;
}

/**
 * relais_decoder_told_equal:
 * @one: how far a text was told or walked
 * @other: the same of another
 *
 * Returns: whether the texts are the same up to there
 */
gboolean
relais_decoder_told_equal (const RelaisDecoderTold *one,
                           const RelaisDecoderTold *other)
{
  return one->length == other->length && one->sum == other->sum;
}
