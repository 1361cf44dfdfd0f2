/* relais-exchange-private.h: what the files of an exchange share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "dialects/relais-embed.h"
#include "dialects/relais-tap.h"
#include "dialects/relais-translation.h"
#include "upstream/relais-practice.h"

#include "relais-exchange.h"
#include "relais-head.h"
#include "relais-reply.h"

G_BEGIN_DECLS

/* Failed answers and short whole ones are held until they are known to be what they say. */
#define RELAIS_EXCHANGE_HELD_MAX (256 * 1024)

typedef struct
{
  /* borrowed; head and route until the reply ended */
  RelaisGateway       *gateway;
  const RelaisHead    *head;
  const RelaisRoute   *route;
  const RelaisDialect *dialect;

  /* owned */
  RelaisWire          *wire;
  RelaisReply         *reply;
  RelaisRecord        *record;
  RelaisAccount       *account;
  GBytes              *body;
  char *model;       /* asked for */
  gsize model_start; /* where it stands in the body, quotes included */
  gsize                model_end;
  RelaisRules *rules;     /* that held when it was asked */
  const RelaisRule *rule; /* borrowed from them; the one that applies, or NULL */
  char                *request_id;
  gint64               started_us;
  RelaisForm           form;
  gboolean no_retry;  /* a client that tries again would get the same */
  gboolean over;      /* the reply ended */
  gboolean is_listed; /* some account is known to have the model */

  /* pass-through, owned */
  RelaisTransfer      *transfer;
  SoupMessageHeaders  *upstream_headers;
  RelaisTap           *tap;
  GString *held; /* a short or failed answer, until it is known to be whole */
  guint                upstream_status;
  RelaisDialectId      upstream_dialect;

  /* another dialect upstream, owned */
  RelaisTranslation   *translation;
  GPtrArray *thinking;   /* RelaisPart: what the model thought in this turn, as it signed it */
  GString *thought;      /* of a part that is not signed yet */
  gboolean unsigned_try; /* the second try, with nothing signed */
  gboolean bad_call;     /* this try ended with a call nobody can read, and is to be forgotten */
  gboolean bad_call_try; /* the try after such a one */
  guint sent_quirks;     /* what the last try was written with */
  guint turned;          /* quirks this request's refusals turned round; kept once that helped */
  GBytes *sent;          /* what the upstream got */
  RelaisEmbedding      embedding;

  /* answered from events, owned */
  RelaisPrompt        *prompt;
  RelaisEncoder       *encoder;
  RelaisPractice      *practice;
  GString             *out;
  GSource             *keep_alive;
  gint64               written_us;
} RelaisExchange;

RelaisExchange *relais_exchange_ref        (RelaisExchange      *self);
void            relais_exchange_unref      (RelaisExchange      *self);
void            relais_exchange_report     (RelaisExchange      *self,
                                            RelaisRecordPhase    phase);
void            relais_exchange_write      (RelaisExchange      *self,
                                            const char          *bytes,
                                            gsize                length);
void            relais_exchange_fail       (RelaisExchange      *self,
                                            const RelaisFailure *failure);
void            relais_exchange_fail_error (RelaisExchange      *self,
                                            const GError        *error);
void            relais_exchange_note_end   (RelaisExchange      *self,
                                            const RelaisUsage   *usage,
                                            int                  finish);

/* relais-exchange-unserved.c: what there is instead of a model nobody serves */
void relais_exchange_fail_model    (RelaisExchange      *self,
                                    const RelaisFailure *failure,
                                    const char          *model,
                                    GPtrArray           *ids);
void relais_exchange_fail_unserved (RelaisExchange      *self,
                                    RelaisFailure       *failure);

/* relais-exchange-fault.c: answers of upstreams that failed */
const char *relais_exchange_get_type      (RelaisExchange         *self);
gboolean    relais_exchange_is_listed     (const char             *name,
                                           const char     * const *list,
                                           gsize                   n);
void        relais_exchange_copy_headers  (RelaisExchange         *self);
void        relais_exchange_note_tap      (RelaisExchange         *self);
gboolean    relais_exchange_fail_upstream (RelaisExchange         *self);

/* relais-exchange-forward.c: the same dialect on both sides, bytes go through */
void relais_exchange_forward        (RelaisExchange *self);
void relais_exchange_forward_resume (RelaisExchange *self);
void relais_exchange_forward_stop   (RelaisExchange *self);

/* relais-exchange-speak.c: events become an answer in the client's dialect */
void  relais_exchange_speak        (RelaisExchange     *self);
char *relais_exchange_make_id_cb   (gpointer            user_data);
void  relais_exchange_speak_begin  (RelaisExchange     *self,
                                    const RelaisPrompt *prompt);
void  relais_exchange_speak_event  (RelaisExchange     *self,
                                    const RelaisEvent  *event);
void  relais_exchange_speak_resume (RelaisExchange     *self);
void  relais_exchange_speak_stop   (RelaisExchange     *self);

/* relais-exchange-translate.c: another dialect upstream: request and answer are translated */
void                relais_exchange_translate        (RelaisExchange  *self);
gint64              relais_exchange_get_boot_time_us (void);
SoupMessageHeaders *relais_exchange_make_headers     (RelaisExchange  *self);
gboolean            relais_exchange_encode_for       (RelaisExchange  *self,
                                                      RelaisPrompt    *prompt,
                                                      GString         *body,
                                                      GError         **error);

/* relais-exchange-count.c: tokens of a request, counted by another dialect's upstream or guessed */
void relais_exchange_count    (RelaisExchange *self);
void relais_exchange_estimate (RelaisExchange *self);

/* relais-exchange-embed.c: OpenAI's embeddings, answered by Gemini */
void relais_exchange_embed (RelaisExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisExchange, relais_exchange_unref)

G_END_DECLS
