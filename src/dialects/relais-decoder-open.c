/* relais-decoder-open.c: which call a fragment of a stream belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-decoder"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-decoder-private.h"

/**
 * relais_decoder_open:
 * @self: a decoder
 * @index: (nullable): the upstream's number of what begins
 * @call: the call it is, or RELAIS_DECODER_NO_CALL
 *
 * Notes it until it ends; by one number is what began last.
 */
void
relais_decoder_open (RelaisDecoder        *self,
                     const RelaisJsonNode *index,
                     guint                 call)
{
  RelaisDecoderOpen open = { .index = 0, .call = call };

  relais_decoder_close (self, index);
  relais_json_node_get_int (index, &open.index);
  if (self->n_open < RELAIS_DECODER_MAX_OPEN)
    self->open[self->n_open++] = open;
  else
    relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The answer has more than %d blocks open at once", RELAIS_DECODER_MAX_OPEN);
}

/* The place of the open block by that number, or of the last where none is given; n_open: none. */
static guint
find_open (RelaisDecoder        *self,
           const RelaisJsonNode *index)
{
  gint64 number;
  guint i = 0;

  if (!relais_json_node_get_int (index, &number))
    return self->n_open > 0 ? self->n_open - 1 : 0;
  while (i < self->n_open && self->open[i].index != number)
    i++;
  return i;
}

/**
 * relais_decoder_look_up:
 * @self: a decoder
 * @index: (nullable): the upstream's number of what a fragment of arguments belongs to
 *
 * An index by which nothing is open ends the answer with ERROR: nobody knows whose it is.
 *
 * Returns: the call, or RELAIS_DECODER_NO_CALL
 */
guint
relais_decoder_look_up (RelaisDecoder        *self,
                        const RelaisJsonNode *index)
{
  guint i = find_open (self, index);

  if (i < self->n_open)
    return self->open[i].call;
  relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream sent arguments of a call that it did not begin");
  return RELAIS_DECODER_NO_CALL;
}

/**
 * relais_decoder_close:
 * @self: a decoder
 * @index: (nullable): the upstream's number of what ends
 *
 * Returns: the call it was, or RELAIS_DECODER_NO_CALL
 */
guint
relais_decoder_close (RelaisDecoder        *self,
                      const RelaisJsonNode *index)
{
  guint i = find_open (self, index);
  guint call;

  if (i >= self->n_open)
    return RELAIS_DECODER_NO_CALL;
  call = self->open[i].call;
  self->n_open--;
  memmove (&self->open[i], &self->open[i + 1], (self->n_open - i) * sizeof *self->open);
  return call;
}
