/* relais-chunk.h: where a chunked body ends, strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RELAIS_CHUNK_MORE,
  RELAIS_CHUNK_END, /* the body is whole; what follows is another request */
  RELAIS_CHUNK_BAD,
} RelaisChunkState;

/* All zero to begin with. */
typedef struct
{
  guint64 left;       /* of the current chunk's data */
  guint64 size_bytes; /* of all chunks' data announced so far */
  guint n_digits;
  int place; /* what the next byte must be; private */
} RelaisChunk;

RelaisChunkState relais_chunk_feed (RelaisChunk *self,
                                    const char  *data,
                                    gsize        length,
                                    gsize       *used);

G_END_DECLS
