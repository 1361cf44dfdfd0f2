/* relais-reply.h: writes one answer to the client, streaming, telling when it lags
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "relais-wire.h"

G_BEGIN_DECLS

/* One answer. Made when its request was handed over; freed by who made it, at the latest in
 * `ended`. */
typedef struct _RelaisReply RelaisReply;

typedef struct
{
  void (*drained) (RelaisReply *reply, /* was full, has room again */
                   gpointer user_data);
  void (*written) (RelaisReply *reply, /* some of the body; from within the call that wrote it */
                   const char *bytes,
                   gsize length,
                   gpointer user_data);
  void (*ended) (RelaisReply *reply, /* last: the answer left, or its connection is gone */
                 gboolean whole,
                 gpointer user_data);
} RelaisReplySink;

RelaisReply *relais_reply_new         (RelaisWire            *wire,
                                       SoupServerMessage     *message,
                                       const RelaisReplySink *sink,
                                       gpointer               user_data);
void         relais_reply_set_header  (RelaisReply           *self,
                                       const char            *name,
                                       const char            *value);
void         relais_reply_send        (RelaisReply           *self,
                                       guint                  status,
                                       const char            *content_type,
                                       const char            *body,
                                       gsize                  length);
void         relais_reply_begin       (RelaisReply           *self,
                                       guint                  status,
                                       const char            *content_type);
void         relais_reply_write       (RelaisReply           *self,
                                       const char            *bytes,
                                       gsize                  length);
void         relais_reply_finish      (RelaisReply           *self);
void         relais_reply_abort       (RelaisReply           *self);
void         relais_reply_drop        (RelaisReply           *self);
gboolean     relais_reply_has_begun   (RelaisReply           *self);
gboolean     relais_reply_is_complete (RelaisReply           *self);
gboolean     relais_reply_is_full     (RelaisReply           *self);
gint64       relais_reply_get_size    (RelaisReply           *self);
guint        relais_reply_get_status  (RelaisReply           *self);
void         relais_reply_free        (RelaisReply           *self);

G_END_DECLS
