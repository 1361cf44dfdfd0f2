/* relais-sse.h: server-sent events, read byte by byte and written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One event. Both are NUL-terminated and borrowed: they live until the callback returns. */
typedef struct
{
  const char *name; /* "" when the stream gave none */
  const char *data;
  gsize length; /* of data, in bytes */
} RelaisSseEvent;

typedef void (*RelaisSseFunc) (const RelaisSseEvent *event,
                               gpointer user_data);

typedef struct _RelaisSseReader RelaisSseReader;

RelaisSseReader *relais_sse_reader_new    (gsize             max_event_bytes,
                                           RelaisSseFunc     func,
                                           gpointer          user_data);
void             relais_sse_reader_free   (RelaisSseReader  *self);
gboolean         relais_sse_reader_push   (RelaisSseReader  *self,
                                           const char       *bytes,
                                           gsize             length,
                                           GError          **error);
gboolean         relais_sse_reader_finish (RelaisSseReader  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisSseReader, relais_sse_reader_free)

G_END_DECLS
