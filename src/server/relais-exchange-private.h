/* relais-exchange-private.h: what the files of an exchange share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "dialects/relais-decoder.h"
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

/* What became of a request with one account. */
typedef struct
{
  RelaisOutcomeKind kind;
  char *words;         /* owned */
  gboolean is_foreign; /* some of them are the upstream's */
} RelaisTried;

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
  gboolean streams;   /* its head, of an event stream, left before anybody answered */
  gboolean spoken;    /* some of an answer left: nobody else can be asked */
  GSource *silence;   /* owned: tells the client that somebody is there, or NULL */
  gint64 written_us;  /* monotonic */
  gint64 asked_us;    /* monotonic: when this attempt began */
  RelaisUsage spent;  /* what attempts of which nothing is left have cost */
  gboolean is_listed; /* some account is known to have the model */

  /* who is asked */
  RelaisTicket ticket; /* of the attempt under way */
  gboolean has_ticket; /* it has not been reported */
  gboolean was_sent;   /* the upstream got it */
  guint n_attempts;    /* with one account or another */
  RelaisForm           asked_form;
  GHashTable *tried;         /* id -> RelaisTried; owned, or NULL */
  char *session;             /* owned, or NULL */
  char *holder;              /* id of the account that signed what it continues; owned, or NULL */
  GPtrArray *behind;         /* owned: trace steps of those that could have served as well */
  GSource *hold;             /* owned: waits for an account to be free */
  gint64 hold_until_us;      /* of the gateway's clock */
  gint64 held_since_us;      /* likewise; 0: was not held */
  gint64 hold_began_us;      /* likewise: the last time */
  gint64 deadline_us;        /* monotonic: of the first byte, whoever sends it */
  RelaisOutcomeKind refusal; /* what the last attempt came to, where it failed */
  gint64 wait_ms;            /* what the last refusal asked for, or -1 */

  /* pass-through, owned */
  RelaisTransfer      *transfer;
  SoupMessageHeaders  *upstream_headers;
  RelaisTap           *tap;
  GString *held;          /* a short or failed answer, until it is known to be whole; the beginning
                    of a stream, until it says something */
  gboolean held_begins;   /* with the first byte in held */
  gboolean held_cut;      /* a failed one was too long */
  RelaisDecoder *opening; /* reads the beginning of a stream; then NULL */
  gint64 opened_us;       /* monotonic: when that came */
  gboolean opening_read;  /* it said something */
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
  RelaisFailure *event_failure; /* one that ended the answer before it began, to be dealt with */
  RelaisPrompt        *prompt;
  RelaisEncoder       *encoder;
  RelaisPractice      *practice;
  GString             *out;
} RelaisExchange;

RelaisExchange *relais_exchange_ref         (RelaisExchange      *self);
void            relais_exchange_unref       (RelaisExchange      *self);
void            relais_exchange_report      (RelaisExchange      *self,
                                             RelaisRecordPhase    phase);
void            relais_exchange_write       (RelaisExchange      *self,
                                             const char          *bytes,
                                             gsize                length);
void            relais_exchange_fail        (RelaisExchange      *self,
                                             const RelaisFailure *failure);
void            relais_exchange_fail_error  (RelaisExchange      *self,
                                             const GError        *error);
void            relais_exchange_fail_unsent (RelaisExchange      *self,
                                             const GError        *error);
void            relais_exchange_set_wait    (RelaisExchange      *self);
void            relais_exchange_note_end    (RelaisExchange      *self,
                                             const RelaisUsage   *usage,
                                             int                  finish);

/* relais-exchange-dispatch.c: who is asked */
void            relais_exchange_dispatch      (RelaisExchange     *self);
void            relais_exchange_pick          (RelaisExchange     *self,
                                               RelaisPick         *pick);
void            relais_exchange_choose        (RelaisExchange     *self);
void            relais_exchange_use           (RelaisExchange     *self,
                                               RelaisPick         *pick);
void            relais_exchange_reset_attempt (RelaisExchange     *self);
void            relais_exchange_fail_all      (RelaisExchange     *self,
                                               RelaisPickResult    result);
gboolean        relais_exchange_is_count      (RelaisExchange     *self);
RelaisPickQuery relais_exchange_make_query    (RelaisExchange     *self);
gint64          relais_exchange_look_around   (RelaisExchange     *self,
                                               RelaisStandingFunc  standing,
                                               gpointer            user_data);

/* relais-exchange-settle.c: what an attempt came to, and whether another follows */
void     relais_exchange_dispatch_stop    (RelaisExchange      *self);
void     relais_exchange_note_alive       (RelaisExchange      *self);
void     relais_exchange_note_served      (RelaisExchange      *self);
void     relais_exchange_note_broken      (RelaisExchange      *self,
                                           const RelaisFailure *failure);
gboolean relais_exchange_settle           (RelaisExchange      *self,
                                           const GError        *error);
gboolean relais_exchange_settle_failure   (RelaisExchange      *self,
                                           const RelaisFailure *failure);
void     relais_exchange_end_failed       (RelaisExchange      *self);
guint    relais_exchange_count_considered (RelaisExchange      *self);

/* relais-exchange-hold.c: who waits for an account to be free again */
void   relais_exchange_hold            (RelaisExchange *self,
                                        gint64          until_us);
void   relais_exchange_leave_hold      (RelaisExchange *self);
gint64 relais_exchange_get_patience_us (RelaisExchange *self);

/* relais-exchange-silence.c: a client that waits for a stream hears that somebody is there */
void relais_exchange_watch_silence (RelaisExchange *self);
void relais_exchange_end_silence   (RelaisExchange *self);
void relais_exchange_begin_stream  (RelaisExchange *self);

/* relais-exchange-explain.c: why nobody served a request, in words */
RelaisFailure *relais_exchange_explain_pick (RelaisExchange   *self,
                                             RelaisPickResult  result);
RelaisFailure *relais_exchange_explain_all  (RelaisExchange   *self);

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
void           relais_exchange_forward           (RelaisExchange *self);
void           relais_exchange_forward_resume    (RelaisExchange *self);
gboolean       relais_exchange_says_json         (RelaisExchange *self);
RelaisFailure *relais_exchange_describe_foreign  (RelaisExchange *self,
                                                  gboolean        empty);
gboolean       relais_exchange_forward_may_speak (RelaisExchange *self);
void           relais_exchange_forward_stop      (RelaisExchange *self);

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
void                relais_exchange_translate       (RelaisExchange  *self);
void                relais_exchange_translate_reset (RelaisExchange  *self);
SoupMessageHeaders *relais_exchange_make_headers    (RelaisExchange  *self);
gboolean            relais_exchange_encode_for      (RelaisExchange  *self,
                                                     RelaisPrompt    *prompt,
                                                     GString         *body,
                                                     GError         **error);

/* relais-exchange-keep.c: what both sides say is kept for a person to read */
void relais_exchange_keep_begin (RelaisExchange               *self);
void relais_exchange_keep_anew  (RelaisExchange               *self);
void relais_exchange_keep       (RelaisExchange               *self,
                                 RelaisBodyKind                kind,
                                 const char                   *bytes,
                                 gsize                         length);
void relais_exchange_send       (RelaisExchange               *self,
                                 const RelaisUpstreamRequest  *request,
                                 const RelaisTransferSink     *sink,
                                 GError                      **error);

/* relais-exchange-circle.c: an upstream that is this Relais itself */
gboolean relais_exchange_refuse_circle (RelaisExchange *self);

/* relais-exchange-count.c: tokens of a request, counted by another dialect's upstream or guessed */
void relais_exchange_count    (RelaisExchange *self);
void relais_exchange_estimate (RelaisExchange *self);

/* relais-exchange-embed.c: OpenAI's embeddings, answered by Gemini */
void relais_exchange_embed (RelaisExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisExchange, relais_exchange_unref)

G_END_DECLS
