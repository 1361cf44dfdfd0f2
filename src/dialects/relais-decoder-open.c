/* relais-decoder-open.c: which block or item a fragment of a stream belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-decoder"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-decoder-private.h"

/**
 * relais_decoder_sum_id:
 * @id: (nullable): the upstream's id of something
 *
 * Some vendors' are as long as a page.
 *
 * Returns: a checksum instead of it; 0 where there is none
 */
guint64
relais_decoder_sum_id (const RelaisJsonNode *id)
{
  g_autofree char *text = relais_json_node_dup_string (id);
  RelaisDecoderTold told = { 0 };

  if (text != NULL)
    relais_decoder_told_add (&told, text, strlen (text));
  return told.sum;
}

/**
 * relais_decoder_open:
 * @self: a decoder
 * @index: (nullable): the upstream's number of what begins
 * @id: (nullable): the upstream's id of it
 * @kind: what it is
 * @call: the call it is, or RELAIS_DECODER_NO_CALL
 *
 * Notes it until it ends. Some servers number everything 0: what is of another kind or has another
 * id goes on beside it; without ids what began last by a number is meant by it.
 */
void
relais_decoder_open (RelaisDecoder        *self,
                     const RelaisJsonNode *index,
                     const RelaisJsonNode *id,
                     RelaisDecoderKind     kind,
                     guint                 call)
{
  RelaisDecoderOpen open = { .id = relais_decoder_sum_id (id), .kind = kind, .call = call };
  RelaisDecoderOpen *old = relais_decoder_find (self, index, id, kind);

  relais_json_node_get_int (index, &open.index);
  if (old != NULL && (old->id == 0 || open.id == 0 || old->id == open.id))
    relais_decoder_close (self, old);
  if (self->n_open < RELAIS_DECODER_MAX_OPEN)
    self->open[self->n_open++] = open;
  else
    relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The answer has more than %d blocks open at once", RELAIS_DECODER_MAX_OPEN);
}

static gboolean
is_kind (const RelaisDecoderOpen *open,
         RelaisDecoderKind        kind)
{
  return kind == RELAIS_DECODER_ANY || kind == open->kind;
}

/**
 * relais_decoder_find_id:
 * @self: a decoder
 * @id: (nullable): the upstream's id of a block or item
 * @kind: what it must be
 *
 * Returns: (transfer none) (nullable): the open one of that id; until the next is opened or closed
 */
RelaisDecoderOpen *
relais_decoder_find_id (RelaisDecoder        *self,
                        const RelaisJsonNode *id,
                        RelaisDecoderKind     kind)
{
  guint64 sum = relais_decoder_sum_id (id);

  for (guint i = self->n_open; sum != 0 && i-- > 0;)
    if (self->open[i].id == sum && is_kind (&self->open[i], kind))
      return &self->open[i];
  return NULL;
}

/**
 * relais_decoder_find:
 * @self: a decoder
 * @index: (nullable): the upstream's number of a block or item
 * @id: (nullable): its id
 * @kind: what it must be
 *
 * By the id; some servers give one item several, so else by the number; the last where there is
 * none.
 *
 * Returns: (transfer none) (nullable): the open one; until the next is opened or closed
 */
RelaisDecoderOpen *
relais_decoder_find (RelaisDecoder        *self,
                     const RelaisJsonNode *index,
                     const RelaisJsonNode *id,
                     RelaisDecoderKind     kind)
{
  RelaisDecoderOpen *found = relais_decoder_find_id (self, id, kind);
  gint64 number = 0;
  gboolean given = relais_json_node_get_int (index, &number);

  for (guint i = self->n_open; found == NULL && i-- > 0;)
    if (is_kind (&self->open[i], kind) && (!given || self->open[i].index == number))
      found = &self->open[i];
  return found;
}

/**
 * relais_decoder_look_up:
 * @self: a decoder
 * @index: (nullable): the upstream's number of what a fragment of arguments belongs to
 * @id: (nullable): its id
 *
 * One by which nothing is open ends the answer with ERROR: nobody knows whose it is.
 *
 * Returns: the call, or RELAIS_DECODER_NO_CALL
 */
guint
relais_decoder_look_up (RelaisDecoder        *self,
                        const RelaisJsonNode *index,
                        const RelaisJsonNode *id)
{
  RelaisDecoderOpen *open = relais_decoder_find (self, index, id, RELAIS_DECODER_CALL);

  if (open == NULL)
    open = relais_decoder_find (self, index, id, RELAIS_DECODER_ANY);
  if (open != NULL)
    return open->call;
  relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream sent arguments of a call that it did not begin");
  return RELAIS_DECODER_NO_CALL;
}

/**
 * relais_decoder_close:
 * @self: a decoder
 * @open: (nullable): what ends, as it was found
 *
 * Returns: the call it was, or RELAIS_DECODER_NO_CALL
 */
guint
relais_decoder_close (RelaisDecoder     *self,
                      RelaisDecoderOpen *open)
{
  guint call;

  if (open == NULL)
    return RELAIS_DECODER_NO_CALL;
  call = open->call;
  self->n_open--;
  memmove (open, open + 1, (&self->open[self->n_open] - open) * sizeof *open);
  return call;
}
