/* relais-record-row.c: a request as the monitor lists it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record-row"

#include "config.h"

#include "relais-row-private.h"

struct _RelaisRecordRow
{
  GObject       parent_instance;

  /* owned */
  RelaisRecord *record;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_TIME,
  PROP_STATUS,
  PROP_RUNNING,
  PROP_METHOD,
  PROP_PATH,
  PROP_CLIENT,
  PROP_DIALECT,
  PROP_MODEL,
  PROP_UPSTREAM_MODEL,
  PROP_ACCOUNT,
  PROP_ACCOUNT_ID,
  PROP_HINT,
  PROP_ERROR,
  PROP_FINISH,
  PROP_DURATION_US,
  PROP_FIRST_BYTE_US,
  PROP_TOKENS,
  PROP_STREAM,
  PROP_ABORTED,
  PROP_ERROR_IS_OWN,
  PROP_PEER,
  PROP_UPSTREAM_DIALECT,
  PROP_UPSTREAM_STATUS,
  PROP_ATTEMPTS,
  PROP_INPUT_TOKENS,
  PROP_OUTPUT_TOKENS,
  PROP_ESTIMATED,
  PROP_RULE,
  PROP_DROPPED,
  PROP_TRACE,
  PROP_DETOURS,
  PROP_REFUSED_HOST,
  PROP_REFUSED_ORIGIN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisRecordRow, relais_record_row, G_TYPE_OBJECT)

static char *
dup_dropped (const RelaisRecord *record)
{
  return record->changes != NULL ? relais_changes_dup_header (record->changes) : NULL;
}

static guint
count_steps (const RelaisRecord *record)
{
  return record->trace != NULL ? record->trace->len : 0;
}

static gint64
count_tokens (const RelaisRecord *record)
{
  return relais_usage_is_known (&record->usage) ? relais_usage_total (&record->usage) : -1;
}

static void
relais_record_row_finalize (GObject *object)
{
  RelaisRecordRow *self = RELAIS_RECORD_ROW (object);

  g_clear_pointer (&self->record, relais_record_free);

  G_OBJECT_CLASS (relais_record_row_parent_class)->finalize (object);
}

static void
relais_record_row_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisRecordRow *self = RELAIS_RECORD_ROW (object);
  RelaisRecord *record = self->record;

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_uint64 (value, record->id & G_MAXUINT32);
      break;
    case PROP_TIME:
      g_value_set_int64 (value, record->time_us);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, record->status);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, relais_record_row_get_running (self));
      break;
    case PROP_METHOD:
      g_value_set_string (value, record->method);
      break;
    case PROP_PATH:
      g_value_set_string (value, record->path);
      break;
    case PROP_CLIENT:
      g_value_set_string (value, record->client);
      break;
    case PROP_DIALECT:
      g_value_set_string (value, record->dialect);
      break;
    case PROP_MODEL:
      g_value_set_string (value, record->model);
      break;
    case PROP_UPSTREAM_MODEL:
      g_value_set_string (value, record->upstream_model);
      break;
    case PROP_ACCOUNT:
      g_value_set_string (value, record->account);
      break;
    case PROP_ACCOUNT_ID:
      g_value_set_string (value, record->account_id);
      break;
    case PROP_RULE:
      g_value_set_uint (value, record->rule);
      break;
    case PROP_DROPPED:
      g_value_take_string (value, dup_dropped (record));
      break;
    case PROP_TRACE:
      g_value_set_boxed (value, record->trace);
      break;
    case PROP_DETOURS:
      g_value_take_string (value, relais_trace_dup_line (record->trace));
      break;
    case PROP_REFUSED_HOST:
      g_value_set_string (value, record->refused_host);
      break;
    case PROP_REFUSED_ORIGIN:
      g_value_set_string (value, record->refused_origin);
      break;
    case PROP_HINT:
      g_value_set_string (value, record->hint);
      break;
    case PROP_ERROR:
      g_value_set_string (value, record->error);
      break;
    case PROP_FINISH:
      g_value_set_string (value, record->finish);
      break;
    case PROP_DURATION_US:
      g_value_set_int64 (value, record->duration_us);
      break;
    case PROP_FIRST_BYTE_US:
      g_value_set_int64 (value, record->first_byte_us);
      break;
    case PROP_TOKENS:
      g_value_set_int64 (value, relais_record_row_get_tokens (self));
      break;
    case PROP_STREAM:
      g_value_set_boolean (value, record->stream);
      break;
    case PROP_ERROR_IS_OWN:
      g_value_set_boolean (value, record->error_is_own);
      break;
    case PROP_ABORTED:
      g_value_set_boolean (value, record->aborted);
      break;
    case PROP_PEER:
      g_value_set_string (value, record->peer);
      break;
    case PROP_UPSTREAM_DIALECT:
      g_value_set_string (value, record->upstream_dialect);
      break;
    case PROP_UPSTREAM_STATUS:
      g_value_set_uint (value, record->upstream_status);
      break;
    case PROP_ATTEMPTS:
      g_value_set_uint (value, record->attempts);
      break;
    case PROP_INPUT_TOKENS:
      g_value_set_int64 (value, record->usage.input);
      break;
    case PROP_OUTPUT_TOKENS:
      g_value_set_int64 (value, record->usage.output);
      break;
    case PROP_ESTIMATED:
      g_value_set_boolean (value, record->usage.estimated);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_record_row_class_init (RelaisRecordRowClass *klass)
{
  static const struct
  {
    guint id;
    const char *name;
  } strings[] = {
    { PROP_METHOD, "method" },
    { PROP_PATH, "path" },
    { PROP_CLIENT, "client" },
    { PROP_DIALECT, "dialect" },
    { PROP_MODEL, "model" },
    { PROP_UPSTREAM_MODEL, "upstream-model" },
    { PROP_ACCOUNT, "account" },
    { PROP_ACCOUNT_ID, "account-id" },
    { PROP_HINT, "hint" },
    { PROP_ERROR, "error" },
    { PROP_FINISH, "finish" },
    { PROP_PEER, "peer" },
    { PROP_UPSTREAM_DIALECT, "upstream-dialect" },
    { PROP_DROPPED, "dropped" },
    { PROP_DETOURS, "detours" },
    { PROP_REFUSED_HOST, "refused-host" },
    { PROP_REFUSED_ORIGIN, "refused-origin" },
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = relais_record_row_finalize;
  object_class->get_property = relais_record_row_get_property;

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    properties[strings[i].id] = g_param_spec_string (strings[i].name, NULL, NULL, NULL, flags);
  properties[PROP_TRACE] = g_param_spec_boxed ("trace", NULL, NULL, G_TYPE_PTR_ARRAY, flags);
  properties[PROP_ID] = g_param_spec_uint64 ("id", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, 999, 0, flags);
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_DURATION_US] = g_param_spec_int64 ("duration-us", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_FIRST_BYTE_US] = g_param_spec_int64 ("first-byte-us", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_TOKENS] = g_param_spec_int64 ("tokens", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_STREAM] = g_param_spec_boolean ("stream", NULL, NULL, FALSE, flags);
  properties[PROP_ABORTED] = g_param_spec_boolean ("aborted", NULL, NULL, FALSE, flags);
  properties[PROP_ERROR_IS_OWN] = g_param_spec_boolean ("error-is-own", NULL, NULL, FALSE, flags);
  properties[PROP_UPSTREAM_STATUS] = g_param_spec_uint ("upstream-status", NULL, NULL, 0, 999, 0, flags);
  properties[PROP_ATTEMPTS] = g_param_spec_uint ("attempts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_RULE] = g_param_spec_uint ("rule", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_INPUT_TOKENS] = g_param_spec_int64 ("input-tokens", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_OUTPUT_TOKENS] = g_param_spec_int64 ("output-tokens", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_ESTIMATED] = g_param_spec_boolean ("estimated", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
relais_record_row_init (RelaisRecordRow *self)
{
}

/**
 * relais_record_row_new:
 * @record: (transfer full): what is known of the request
 *
 * Returns: (transfer full): a row that shows it
 */
RelaisRecordRow *
relais_record_row_new (RelaisRecord *record)
{
  RelaisRecordRow *self = g_object_new (RELAIS_TYPE_RECORD_ROW, NULL);

  self->record = record;
  return self;
}

/**
 * relais_record_row_update:
 * @self: a row
 * @record: (transfer full): more of the same request
 *
 * Notifies what differs.
 */
void
relais_record_row_update (RelaisRecordRow *self,
                          RelaisRecord    *record)
{
  g_autoptr (RelaisRecord) old = g_steal_pointer (&self->record);
  gboolean same[N_PROPS];

  self->record = record;
  for (guint i = 0; i < N_PROPS; i++)
    same[i] = TRUE;
  same[PROP_STATUS] = old->status == record->status;
  same[PROP_RUNNING] = (old->phase == RELAIS_RECORD_DONE) == (record->phase == RELAIS_RECORD_DONE);
  same[PROP_MODEL] = g_strcmp0 (old->model, record->model) == 0;
  same[PROP_UPSTREAM_MODEL] = g_strcmp0 (old->upstream_model, record->upstream_model) == 0;
  same[PROP_ACCOUNT] = g_strcmp0 (old->account, record->account) == 0;
  same[PROP_ACCOUNT_ID] = g_strcmp0 (old->account_id, record->account_id) == 0;
  same[PROP_ERROR] = g_strcmp0 (old->error, record->error) == 0;
  same[PROP_FINISH] = g_strcmp0 (old->finish, record->finish) == 0;
  same[PROP_DURATION_US] = old->duration_us == record->duration_us;
  same[PROP_FIRST_BYTE_US] = old->first_byte_us == record->first_byte_us;
  same[PROP_TOKENS] = count_tokens (old) == count_tokens (record);
  same[PROP_STREAM] = old->stream == record->stream;
  same[PROP_ABORTED] = old->aborted == record->aborted;
  same[PROP_ERROR_IS_OWN] = old->error_is_own == record->error_is_own;
  same[PROP_HINT] = g_strcmp0 (old->hint, record->hint) == 0;
  same[PROP_UPSTREAM_DIALECT] = g_strcmp0 (old->upstream_dialect, record->upstream_dialect) == 0;
  same[PROP_UPSTREAM_STATUS] = old->upstream_status == record->upstream_status;
  same[PROP_ATTEMPTS] = old->attempts == record->attempts;
  same[PROP_RULE] = old->rule == record->rule;
  same[PROP_DROPPED] = old->changes == record->changes;
  same[PROP_TRACE] = same[PROP_DETOURS] = count_steps (old) == count_steps (record);
  same[PROP_INPUT_TOKENS] = old->usage.input == record->usage.input;
  same[PROP_OUTPUT_TOKENS] = old->usage.output == record->usage.output;
  same[PROP_ESTIMATED] = old->usage.estimated == record->usage.estimated;
  for (guint i = 1; i < N_PROPS; i++)
    if (!same[i])
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

/**
 * relais_record_row_get_id:
 * @self: a row
 *
 * Returns: what tells it from all others in the list; of a request of this run its number
 */
guint64
relais_record_row_get_id (RelaisRecordRow *self)
{
  return self->record->id;
}

/**
 * relais_record_row_get_time:
 * @self: a row
 *
 * Returns: when it arrived, microseconds since 1970
 */
gint64
relais_record_row_get_time (RelaisRecordRow *self)
{
  return self->record->time_us;
}

/**
 * relais_record_row_get_status:
 * @self: a row
 *
 * Returns: the HTTP status it was answered with, 0 before
 */
guint
relais_record_row_get_status (RelaisRecordRow *self)
{
  return self->record->status;
}

/**
 * relais_record_row_get_running:
 * @self: a row
 *
 * Returns: whether its last byte is still to come
 */
gboolean
relais_record_row_get_running (RelaisRecordRow *self)
{
  return self->record->phase != RELAIS_RECORD_DONE;
}

/**
 * relais_record_row_get_path:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the path as asked, without its query
 */
const char *
relais_record_row_get_path (RelaisRecordRow *self)
{
  return self->record->path;
}

/**
 * relais_record_row_get_client:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the client's name, for display
 */
const char *
relais_record_row_get_client (RelaisRecordRow *self)
{
  return self->record->client;
}

/**
 * relais_record_row_get_model:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the model asked for
 */
const char *
relais_record_row_get_model (RelaisRecordRow *self)
{
  return self->record->model;
}

/**
 * relais_record_row_get_account:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the label of the account that served it
 */
const char *
relais_record_row_get_account (RelaisRecordRow *self)
{
  return self->record->account;
}

/**
 * relais_record_row_get_error:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what went wrong, in words
 */
const char *
relais_record_row_get_error (RelaisRecordRow *self)
{
  return self->record->error;
}

/**
 * relais_record_row_get_duration_us:
 * @self: a row
 *
 * Returns: microseconds from arrival to the last byte, -1 while running
 */
gint64
relais_record_row_get_duration_us (RelaisRecordRow *self)
{
  return self->record->duration_us;
}

/**
 * relais_record_row_get_tokens:
 * @self: a row
 *
 * Returns: tokens read and written, -1 when nobody said
 */
gint64
relais_record_row_get_tokens (RelaisRecordRow *self)
{
  return count_tokens (self->record);
}

/**
 * relais_record_row_get_method:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the method
 */
const char *
relais_record_row_get_method (RelaisRecordRow *self)
{
  return self->record->method;
}

/**
 * relais_record_row_get_hint:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what the client was told to do otherwise
 */
const char *
relais_record_row_get_hint (RelaisRecordRow *self)
{
  return self->record->hint;
}

/**
 * relais_record_row_get_estimated:
 * @self: a row
 *
 * Returns: whether the tokens are a guess
 */
gboolean
relais_record_row_get_estimated (RelaisRecordRow *self)
{
  return self->record->usage.estimated;
}

/**
 * relais_record_row_dup:
 * @self: a row
 *
 * Returns: (transfer full): what it shows
 */
RelaisRecord *
relais_record_row_dup (RelaisRecordRow *self)
{
  return relais_record_copy (self->record);
}

/**
 * relais_record_row_get_earlier:
 * @self: a row
 *
 * Returns: whether it is of an earlier run, and known from the log alone
 */
gboolean
relais_record_row_get_earlier (RelaisRecordRow *self)
{
  return self->record->id > G_MAXUINT32;
}
