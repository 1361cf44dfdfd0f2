/* relais-record.h: one finished or running exchange, a plain immutable snapshot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "model/relais-changes.h"
#include "model/relais-event.h"

#include "relais-bodies.h"
#include "relais-trace.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_RECORD_ARRIVED,
  RELAIS_RECORD_ANSWERED,
  RELAIS_RECORD_FIRST_BYTE,
  RELAIS_RECORD_DONE,
} RelaisRecordPhase;

/* A snapshot of one request's life. Never a key; a prompt in the bodies alone. Strings owned, NULL
 * where not known; times -1 where not known. */
typedef struct
{
  guint64 id; /* counts up from 1 within a run; out of the log: its key there, above 2³² */
  RelaisRecordPhase  phase;
  gint64 time_us; /* wall clock, microseconds since 1970 */
  char *client;   /* from the User-Agent, for display */
  char              *peer;
  char              *method;
  char *path;    /* without query */
  char *query;   /* without a key */
  char *beta;    /* the header by which it asked for what its vendor is still trying out */
  char *dialect; /* the client's */
  char              *upstream_dialect;
  char *model; /* asked for */
  char              *upstream_model;
  char              *account_id;
  char *account; /* its label */
  char              *finish;
  char              *hint;
  char              *error;
  gboolean error_is_own; /* none of it is the upstream's */
  char *refused_host;    /* what a person could allow */
  char              *refused_origin;
  RelaisChanges *changes; /* of a translated request; shared, NULL for none */
  GPtrArray *trace;       /* RelaisTraceStep, in order; NULL for none */
  RelaisBodies *bodies;   /* shared, NULL for none */
  guint status;           /* 0 while not answered */
  guint              upstream_status;
  guint              attempts;
  guint rule;           /* the number of the model rule that applied, 0 for none */
  gint64 first_byte_us; /* from arrival */
  gint64 duration_us;   /* from arrival to the last byte */
  gint64             bytes_in;
  gint64             bytes_out;
  gboolean           stream;
  gboolean aborted; /* the client left before the end */
  RelaisUsage        usage;
} RelaisRecord;

RelaisRecord *relais_record_new             (guint64             id);
RelaisRecord *relais_record_copy            (const RelaisRecord *self);
void          relais_record_free            (RelaisRecord       *self);
gboolean      relais_record_is_refused      (const RelaisRecord *self);
char         *relais_record_name_client     (const char         *user_agent);
char         *relais_record_dup_shown       (const char         *text);
gboolean      relais_record_is_cut          (const RelaisRecord *self);
const char   *relais_record_get_beta_header (const char         *dialect);

typedef void (*RelaisRecordFunc) (const RelaisRecord *record,
                                  gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisRecord, relais_record_free)

G_END_DECLS
