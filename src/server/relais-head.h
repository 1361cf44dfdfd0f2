/* relais-head.h: the bytes of a request head -> its parts, strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-access.h"

G_BEGIN_DECLS

#define RELAIS_HEAD_METHODS "GET, HEAD, POST, OPTIONS, DELETE"

typedef enum {
  RELAIS_HEAD_INCOMPLETE,
  RELAIS_HEAD_COMPLETE,
  RELAIS_HEAD_BAD,
} RelaisHeadState;

/* Where the search for the end of a head stands. All zero to begin with. */
typedef struct
{
  gsize start; /* empty lines skipped before the request line */
  gsize at;    /* looked at so far; when COMPLETE: the first byte after the head */
} RelaisHeadScan;

/* How the end of the body is told. */
typedef enum {
  RELAIS_FRAMING_NONE,
  RELAIS_FRAMING_LENGTH,
  RELAIS_FRAMING_CHUNKED,
} RelaisFraming;

/* A request's head. Of one that was refused, only what could be read is set. */
typedef struct
{
  const char        *method;
  const char *target; /* origin form, or "*"; may hold a key in its query: never log it */
  const char *host;   /* as in the Host header; NULL: HTTP/1.0 without one */
  const RelaisField *fields;
  gsize              n_fields;
  RelaisRoute *route;  /* owned; set by the wire */
  RelaisAccess access; /* owned; set by the wire */
  gint64 started_us;   /* monotonic, first byte of the head */
  gint64 body_size;    /* Content-Length, 0 without a body, or -1 when chunked */
  RelaisFraming      framing;
  guint minor_version; /* 0 or 1 */

  /* owned */
  char *block; /* what the strings above point into */
  gsize              block_size;
  RelaisField       *field_block;
  char *absolute_host; /* authority of an absolute target */
} RelaisHead;

RelaisHeadState relais_head_scan  (RelaisHeadScan      *scan,
                                   const char          *data,
                                   gsize                length,
                                   const RelaisLimits  *limits,
                                   RelaisFailure      **failure);
RelaisHead     *relais_head_new   (const char          *data,
                                   gsize                length,
                                   const RelaisLimits  *limits,
                                   RelaisFailure      **failure);
void            relais_head_free  (RelaisHead          *self);
void            relais_head_write (const RelaisHead    *self,
                                   GByteArray          *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisHead, relais_head_free)

G_END_DECLS
