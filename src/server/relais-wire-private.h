/* relais-wire-private.h: a wire from inside, for its own files and the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>
#include <poll.h>

#include "relais-chunk.h"
#include "relais-wire-host.h"
#include "relais-wire-input.h"

G_BEGIN_DECLS

/* Not in GIOCondition, but poll() knows it: the other side said it is done, read or not. */
#define RELAIS_CONDITION_LEFT ((GIOCondition)POLLRDHUP)

/* What a wire is doing. Bytes go to libsoup only up to the end of the current request. */
typedef enum {
  RELAIS_WIRE_HEAD,   /* between requests, or a head is arriving */
  RELAIS_WIRE_WAIT,   /* a guesser's refusal is held back */
  RELAIS_WIRE_LENGTH, /* a body of known length */
  RELAIS_WIRE_CHUNK,  /* a chunked body */
  RELAIS_WIRE_ANSWER, /* the whole request was released */
  RELAIS_WIRE_DEAD,   /* libsoup gets an error next */
  RELAIS_WIRE_CLOSED,
} RelaisWirePhase;

struct _RelaisWire
{
  GIOStream        parent_instance;

  /* owned */
  RelaisWireHost  *host;
  GSocket         *socket;
  GIOStream *base; /* closes the socket when it goes */
  RelaisWireInput *input;
  GSource         *source;
  RelaisHead      *head;
  GByteArray *head_out;    /* the head for libsoup, until it has taken it */
  GBytes *words;           /* a refusal not yet sent */
  GSocketAddress *address; /* of the peer; libsoup gets this very object */
  char            *peer;
  char *guess_key; /* NULL for a peer on this machine */
  guint8          *buffer;

  /* borrowed */
  SoupServerMessage *message; /* being answered */
  gpointer tag;               /* of the fd in the source; NULL: not watched any more */
  const RelaisWireSink *sink; /* or NULL */
  gpointer         sink_data;
  GList link;      /* in host->wires */
  GList idle_link; /* in host->idle, when is_idle */

  /* buffer: taken by libsoup, released to it, not yet looked at, free */
  gsize            capacity;
  gsize            start;
  gsize            released;
  gsize            end;

  RelaisWirePhase  phase;
  RelaisHeadScan   scan;
  RelaisChunk      chunk;
  GIOCondition     watched;
  gsize head_taken; /* of head_out */
  gint64 body_left; /* of a LENGTH body, not yet received */
  gsize body_held;  /* counted in host->bodies_size_bytes */
  gint64           opened_us;
  gint64 head_us; /* first byte of the head; 0: none yet */
  gint64           body_us;
  gint64 deadline_us; /* 0: none */
  gint64 ready_us;    /* what the source is set to; 0: nothing */
  guint            n_answered;
  gboolean kept;        /* the server's reference, until libsoup has one */
  gboolean attached;    /* libsoup knows it */
  gboolean running;     /* counted in host->n_running */
  gboolean soup_began;  /* libsoup has bytes of the current head */
  gboolean newline_out; /* the newline before the end was read */
  gboolean         is_idle;
  gboolean left; /* the other side is done, but not all it sent was read */
  gboolean         eof;
  gboolean last; /* close after the current answer */
  gboolean         gone_pending;
  gboolean         next_pending;
  gboolean         is_local;
};

/* for the server */
RelaisWire     *relais_wire_new         (RelaisWireHost    *host,
                                         GSocket           *socket);
void            relais_wire_start       (RelaisWire        *self);
void            relais_wire_next        (RelaisWire        *self,
                                         gboolean           aborted);
void            relais_wire_handed_over (RelaisWire        *self,
                                         SoupServerMessage *message);
gboolean        relais_wire_expel       (RelaisWire        *self,
                                         gboolean           now);
void            relais_wire_cut         (RelaisWire        *self);
gboolean        relais_wire_is_local    (RelaisWire        *self);
GSocketAddress *relais_wire_get_address (RelaisWire        *self);
RelaisWire     *relais_wire_find        (GSocketAddress    *address);

/* for the input stream */
gssize   relais_wire_read        (RelaisWire  *self,
                                  void        *buffer,
                                  gsize        count,
                                  GError     **error);
gboolean relais_wire_is_readable (RelaisWire  *self);

/* among the wire's own files */
void     relais_wire_trim              (RelaisWire          *self);
void     relais_wire_stop_watching     (RelaisWire          *self);
void     relais_wire_leave_idle        (RelaisWire          *self);
void     relais_wire_run               (RelaisWire          *self);
void     relais_wire_fill              (RelaisWire          *self,
                                        GIOCondition         condition);
void     relais_wire_expire            (RelaisWire          *self);
void     relais_wire_call_gone         (RelaisWire          *self);
void     relais_wire_call_late         (RelaisWire          *self);
void     relais_wire_set_deadline      (RelaisWire          *self,
                                        gint64               deadline_us);
void     relais_wire_watch             (RelaisWire          *self,
                                        GIOCondition         condition);
void     relais_wire_die               (RelaisWire          *self);
void     relais_wire_reach_end         (RelaisWire          *self);
void     relais_wire_take_head         (RelaisWire          *self);
gint64   relais_wire_get_body_deadline (RelaisWire          *self);
void     relais_wire_refuse            (RelaisWire          *self,
                                        const RelaisFailure *failure);
void     relais_wire_refuse_with       (RelaisWire          *self,
                                        int                  code,
                                        const char          *format,
                                        ...) G_GNUC_PRINTF (3, 4);
gboolean relais_wire_count_body        (RelaisWire          *self,
                                        gsize                size);
gsize    relais_wire_receive           (RelaisWire          *self,
                                        void                *buffer,
                                        gsize                size,
                                        gboolean            *blocked);
gboolean relais_wire_is_ahead          (RelaisWire          *self);

G_END_DECLS
