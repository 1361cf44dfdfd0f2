/* puppet-rows.c: rows to fill by hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "puppet-rows.h"

struct _RelaisAccountRow
{
  GObject             parent_instance;

  char               *id;
  char               *label;
  char               *provider;
  char               *dispatch;
  RelaisAccountState  state;
  guint               n_requests;
  gboolean            enabled;
  gboolean            kept;
  GPtrArray          *troubles;
};

struct _RelaisRecordRow
{
  GObject    parent_instance;

  guint64    id;
  gint64     time_us;
  guint      status;
  char      *path;
  char      *client;
  char      *model;
  char      *account;
  char      *account_id;
  char      *error;
  gint64     duration_us;
  gint64     tokens;
  gboolean   estimated;
  GPtrArray *trace;
  char      *refused_host;
  char      *refused_origin;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_LABEL,
  PROP_PROVIDER,
  PROP_PROVIDER_NAME,
  PROP_STATE,
  PROP_N_REQUESTS,
  PROP_ENABLED,
  N_ACCOUNT_PROPS,

  PROP_TIME = PROP_LABEL,
  PROP_STATUS,
  PROP_RUNNING,
  PROP_PATH,
  PROP_CLIENT,
  PROP_MODEL,
  PROP_ACCOUNT,
  PROP_ERROR,
  PROP_HINT,
  PROP_DURATION_US,
  PROP_TOKENS,
  PROP_METHOD,
  PROP_DIALECT,
  PROP_UPSTREAM_DIALECT,
  PROP_RULE,
  PROP_DROPPED,
  PROP_TRACE,
  PROP_ACCOUNT_ID,
  PROP_UPSTREAM_MODEL,
  PROP_FINISH,
  PROP_PEER,
  PROP_UPSTREAM_STATUS,
  PROP_ATTEMPTS,
  PROP_FIRST_BYTE_US,
  PROP_INPUT_TOKENS,
  PROP_OUTPUT_TOKENS,
  PROP_ESTIMATED,
  PROP_STREAM,
  PROP_ABORTED,
  PROP_REFUSED_HOST,
  PROP_REFUSED_ORIGIN,
  N_RECORD_PROPS
};

#define READ (G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

G_DEFINE_ENUM_TYPE (RelaisAccountState, relais_account_state,
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_ACTIVE, "active"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_KEY_REJECTED, "key-rejected"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_COOLING, "cooling"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_QUOTA, "quota"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_NO_CREDIT, "no-credit"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_FAULTY, "faulty"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_MODEL_REFUSED, "model-refused"))

G_DEFINE_FINAL_TYPE (RelaisAccountRow, relais_account_row, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (RelaisRecordRow, relais_record_row, G_TYPE_OBJECT)

static void
relais_account_row_finalize (GObject *object)
{
  RelaisAccountRow *self = RELAIS_ACCOUNT_ROW (object);

  g_free (self->id);
  g_free (self->label);
  g_free (self->provider);
  g_clear_pointer (&self->troubles, g_ptr_array_unref);
  g_free (self->dispatch);

  G_OBJECT_CLASS (relais_account_row_parent_class)->finalize (object);
}

static void
relais_account_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisAccountRow *self = RELAIS_ACCOUNT_ROW (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, self->provider);
      break;
    case PROP_PROVIDER_NAME:
      g_value_set_string (value, relais_account_row_get_provider_name (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_N_REQUESTS:
      g_value_set_uint (value, self->n_requests);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_row_class_init (RelaisAccountRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = relais_account_row_finalize;
  object_class->get_property = relais_account_row_get_property;
  g_object_class_install_property (object_class, PROP_ID, g_param_spec_string ("id", NULL, NULL, NULL, READ));
  g_object_class_install_property (object_class, PROP_LABEL, g_param_spec_string ("label", NULL, NULL, NULL, READ));
  g_object_class_install_property (object_class, PROP_PROVIDER,
                                   g_param_spec_string ("provider", NULL, NULL, NULL, READ));
  g_object_class_install_property (object_class, PROP_PROVIDER_NAME,
                                   g_param_spec_string ("provider-name", NULL, NULL, NULL, READ));
  g_object_class_install_property (
    object_class, PROP_STATE, g_param_spec_enum ("state", NULL, NULL, RELAIS_TYPE_ACCOUNT_STATE, RELAIS_ACCOUNT_ACTIVE, READ));
  g_object_class_install_property (object_class, PROP_N_REQUESTS,
                                   g_param_spec_uint ("n-requests", NULL, NULL, 0, G_MAXUINT, 0, READ));
  g_object_class_install_property (object_class, PROP_ENABLED,
                                   g_param_spec_boolean ("enabled", NULL, NULL, TRUE, READ));
}

static void
relais_account_row_init (RelaisAccountRow *self)
{
}

RelaisAccountRow *
puppet_account_row_new (const PuppetAccount *account,
                        gboolean             kept)
{
  RelaisAccountRow *self = g_object_new (RELAIS_TYPE_ACCOUNT_ROW, NULL);

  self->id = g_strdup (account->id);
  self->label = g_strdup (account->label);
  self->provider = g_strdup (account->provider);
  self->state = account->state;
  self->n_requests = account->n_requests;
  self->enabled = account->state != RELAIS_ACCOUNT_PAUSED;
  self->kept = kept;
  return self;
}

void
puppet_account_row_set_label (RelaisAccountRow *self,
                              const char       *label)
{
  g_free (self->label);
  self->label = g_strdup (label);
  g_object_notify (G_OBJECT (self), "label");
}

void
puppet_account_row_set_enabled (RelaisAccountRow *self,
                                gboolean          enabled)
{
  self->enabled = enabled;
  self->state = enabled ? RELAIS_ACCOUNT_ACTIVE : RELAIS_ACCOUNT_PAUSED;
  g_object_notify (G_OBJECT (self), "enabled");
  g_object_notify (G_OBJECT (self), "state");
}

void
puppet_account_row_set_dispatch (RelaisAccountRow *self,
                                 const char       *dispatch)
{
  g_free (self->dispatch);
  self->dispatch = g_strdup (dispatch);
  g_object_notify (G_OBJECT (self), "state");
}

const char *
relais_account_row_get_dispatch (RelaisAccountRow *self)
{
  return self->dispatch != NULL ? self->dispatch : "pooled";
}

const char *
relais_account_row_get_id (RelaisAccountRow *self)
{
  return self->id;
}

const char *
relais_account_row_get_label (RelaisAccountRow *self)
{
  return self->label;
}

const char *
relais_account_row_get_provider (RelaisAccountRow *self)
{
  return self->provider;
}

const char *
relais_account_row_get_provider_name (RelaisAccountRow *self)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  for (gsize i = 0; i < n_providers; i++)
    if (g_strcmp0 (providers[i].id, self->provider) == 0)
      return providers[i].name;
  return self->provider;
}

const char *
relais_account_row_get_base_url (RelaisAccountRow *self)
{
  return NULL;
}

const char *const *
relais_account_row_get_models (RelaisAccountRow *self)
{
  return NULL;
}

gboolean
relais_account_row_get_enabled (RelaisAccountRow *self)
{
  return self->enabled;
}

RelaisAccountState
relais_account_row_get_state (RelaisAccountRow *self)
{
  return self->state;
}

guint
relais_account_row_get_n_requests (RelaisAccountRow *self)
{
  return self->n_requests;
}

gboolean
relais_account_row_get_has_key (RelaisAccountRow *self)
{
  return g_strcmp0 (self->provider, "practice") != 0;
}

gboolean
relais_account_row_get_kept (RelaisAccountRow *self)
{
  return self->kept;
}

GPtrArray *
relais_account_row_get_troubles (RelaisAccountRow *self)
{
  return self->troubles;
}

static void
trouble_free (gpointer data)
{
  RelaisAccountTrouble *trouble = data;

  g_free (trouble->model);
  g_free (trouble->words);
  g_free (trouble);
}

void
puppet_account_row_set_trouble (RelaisAccountRow           *self,
                                const RelaisAccountTrouble *trouble)
{
  RelaisAccountTrouble *copy = NULL;

  g_clear_pointer (&self->troubles, g_ptr_array_unref);
  self->troubles = g_ptr_array_new_with_free_func (trouble_free);
  self->state = RELAIS_ACCOUNT_ACTIVE;
  if (trouble != NULL)
    {
      copy = g_memdup2 (trouble, sizeof *trouble);
      copy->model = g_strdup (trouble->model);
      copy->words = g_strdup (trouble->words);
      g_ptr_array_add (self->troubles, copy);
      if (trouble->state != RELAIS_ACCOUNT_MODEL_REFUSED)
        self->state = trouble->state;
    }
  g_object_notify (G_OBJECT (self), "state");
}

static void
relais_record_row_finalize (GObject *object)
{
  RelaisRecordRow *self = RELAIS_RECORD_ROW (object);

  g_free (self->path);
  g_free (self->client);
  g_free (self->model);
  g_free (self->account);
  g_free (self->error);
  g_free (self->refused_host);
  g_free (self->refused_origin);
  g_clear_pointer (&self->trace, g_ptr_array_unref);
  g_free (self->account_id);

  G_OBJECT_CLASS (relais_record_row_parent_class)->finalize (object);
}

static void
relais_record_row_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisRecordRow *self = RELAIS_RECORD_ROW (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_uint64 (value, self->id);
      break;
    case PROP_TIME:
      g_value_set_int64 (value, self->time_us);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, self->status);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, relais_record_row_get_running (self));
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_CLIENT:
      g_value_set_string (value, relais_record_row_get_client (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_ACCOUNT:
      g_value_set_string (value, self->account);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_HINT:
      g_value_set_string (value, NULL);
      break;
    case PROP_REFUSED_HOST:
      g_value_set_string (value, self->refused_host);
      break;
    case PROP_REFUSED_ORIGIN:
      g_value_set_string (value, self->refused_origin);
      break;
    case PROP_METHOD:
      g_value_set_string (value, "POST");
      break;
    case PROP_DIALECT:
      g_value_set_string (value, "anthropic");
      break;
    case PROP_UPSTREAM_DIALECT:
      g_value_set_string (value, self->account != NULL ? "gemini" : NULL);
      break;
    case PROP_UPSTREAM_MODEL:
      g_value_set_string (value, self->account != NULL ? self->model : NULL);
      break;
    case PROP_FINISH:
      g_value_set_string (value, self->status == 200 && self->duration_us >= 0 ? "stop" : NULL);
      break;
    case PROP_RULE:
      g_value_set_uint (value, self->account != NULL);
      break;
    case PROP_DROPPED:
      g_value_set_string (value, self->account != NULL ? "logit_bias, tools[2]" : NULL);
      break;
    case PROP_PEER:
      g_value_set_string (value, "127.0.0.1");
      break;
    case PROP_UPSTREAM_STATUS:
      g_value_set_uint (value, self->account == NULL ? 0 : self->status == 502 ? 503
                                                                               : self->status);
      break;
    case PROP_TRACE:
      g_value_set_boxed (value, self->trace);
      break;
    case PROP_ACCOUNT_ID:
      g_value_set_string (value, self->account_id);
      break;
    case PROP_ATTEMPTS:
      g_value_set_uint (value, self->account != NULL);
      break;
    case PROP_FIRST_BYTE_US:
      g_value_set_int64 (value, self->duration_us / 3);
      break;
    case PROP_INPUT_TOKENS:
      g_value_set_int64 (value, self->tokens >= 0 ? self->tokens - self->tokens / 4 : -1);
      break;
    case PROP_OUTPUT_TOKENS:
      g_value_set_int64 (value, self->tokens >= 0 ? self->tokens / 4 : -1);
      break;
    case PROP_ESTIMATED:
      g_value_set_boolean (value, self->estimated);
      break;
    case PROP_STREAM:
    case PROP_ABORTED:
      g_value_set_boolean (value, FALSE);
      break;
    case PROP_DURATION_US:
      g_value_set_int64 (value, self->duration_us);
      break;
    case PROP_TOKENS:
      g_value_set_int64 (value, self->tokens);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_string (GObjectClass *object_class,
                guint         prop_id,
                const char   *name)
{
  g_object_class_install_property (object_class, prop_id,
                                   g_param_spec_string (name, NULL, NULL, NULL, READ));
}

static void
install_count (GObjectClass *object_class,
               guint         prop_id,
               const char   *name)
{
  g_object_class_install_property (object_class, prop_id,
                                   g_param_spec_int64 (name, NULL, NULL, -1, G_MAXINT64, -1, READ));
}

static void
relais_record_row_class_init (RelaisRecordRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = relais_record_row_finalize;
  object_class->get_property = relais_record_row_get_property;
  g_object_class_install_property (object_class, PROP_ID,
                                   g_param_spec_uint64 ("id", NULL, NULL, 0, G_MAXUINT64, 0, READ));
  g_object_class_install_property (object_class, PROP_TIME,
                                   g_param_spec_int64 ("time", NULL, NULL, 0, G_MAXINT64, 0, READ));
  g_object_class_install_property (object_class, PROP_STATUS,
                                   g_param_spec_uint ("status", NULL, NULL, 0, 999, 0, READ));
  g_object_class_install_property (object_class, PROP_RUNNING,
                                   g_param_spec_boolean ("running", NULL, NULL, FALSE, READ));
  install_string (object_class, PROP_PATH, "path");
  install_string (object_class, PROP_CLIENT, "client");
  install_string (object_class, PROP_MODEL, "model");
  install_string (object_class, PROP_ACCOUNT, "account");
  install_string (object_class, PROP_ERROR, "error");
  install_string (object_class, PROP_HINT, "hint");
  install_string (object_class, PROP_REFUSED_HOST, "refused-host");
  install_string (object_class, PROP_REFUSED_ORIGIN, "refused-origin");
  install_count (object_class, PROP_DURATION_US, "duration-us");
  install_string (object_class, PROP_METHOD, "method");
  install_string (object_class, PROP_DIALECT, "dialect");
  install_string (object_class, PROP_UPSTREAM_DIALECT, "upstream-dialect");
  install_string (object_class, PROP_DROPPED, "dropped");
  g_object_class_install_property (object_class, PROP_TRACE,
                                   g_param_spec_boxed ("trace", NULL, NULL, G_TYPE_PTR_ARRAY, READ));
  g_object_class_install_property (object_class, PROP_ACCOUNT_ID,
                                   g_param_spec_string ("account-id", NULL, NULL, NULL, READ));
  g_object_class_install_property (object_class, PROP_RULE,
                                   g_param_spec_uint ("rule", NULL, NULL, 0, G_MAXUINT, 0, READ));
  install_string (object_class, PROP_UPSTREAM_MODEL, "upstream-model");
  install_string (object_class, PROP_FINISH, "finish");
  install_string (object_class, PROP_PEER, "peer");
  install_count (object_class, PROP_TOKENS, "tokens");
  install_count (object_class, PROP_FIRST_BYTE_US, "first-byte-us");
  install_count (object_class, PROP_INPUT_TOKENS, "input-tokens");
  install_count (object_class, PROP_OUTPUT_TOKENS, "output-tokens");
  g_object_class_install_property (object_class, PROP_ESTIMATED,
                                   g_param_spec_boolean ("estimated", NULL, NULL, FALSE, READ));
  g_object_class_install_property (object_class, PROP_UPSTREAM_STATUS,
                                   g_param_spec_uint ("upstream-status", NULL, NULL, 0, 999, 0, READ));
  g_object_class_install_property (object_class, PROP_ATTEMPTS,
                                   g_param_spec_uint ("attempts", NULL, NULL, 0, G_MAXUINT, 0, READ));
  g_object_class_install_property (object_class, PROP_STREAM,
                                   g_param_spec_boolean ("stream", NULL, NULL, FALSE, READ));
  g_object_class_install_property (object_class, PROP_ABORTED,
                                   g_param_spec_boolean ("aborted", NULL, NULL, FALSE, READ));
}

static void
relais_record_row_init (RelaisRecordRow *self)
{
}

RelaisRecordRow *
puppet_record_row_new (const PuppetRecord *record,
                       guint64             id,
                       gint64              now_us)
{
  RelaisRecordRow *self = g_object_new (RELAIS_TYPE_RECORD_ROW, NULL);

  self->id = id;
  self->time_us = now_us - (gint64)record->age_s * G_USEC_PER_SEC;
  self->status = record->status;
  self->path = g_strdup (record->path);
  self->client = g_strdup (record->client != NULL ? record->client : "Claude Code");
  self->model = g_strdup (record->model);
  self->account = g_strdup (record->account);
  self->error = g_strdup (record->error);
  self->refused_host = g_strdup (record->refused_host);
  self->refused_origin = g_strdup (record->refused_origin);
  self->duration_us = record->duration_ms >= 0 ? record->duration_ms * 1000 : -1;
  self->tokens = record->tokens;
  self->estimated = record->estimated;
  self->account_id = g_strdup (record->account_id);
  self->trace = record->trace != NULL ? g_ptr_array_ref (record->trace) : NULL;
  return self;
}

void
puppet_record_row_end (RelaisRecordRow *self,
                       guint            status)
{
  self->status = status;
  self->duration_us = 1000;
  g_object_notify (G_OBJECT (self), "status");
  g_object_notify (G_OBJECT (self), "running");
}

guint64
relais_record_row_get_id (RelaisRecordRow *self)
{
  return self->id;
}

gint64
relais_record_row_get_time (RelaisRecordRow *self)
{
  return self->time_us;
}

guint
relais_record_row_get_status (RelaisRecordRow *self)
{
  return self->status;
}

gboolean
relais_record_row_get_running (RelaisRecordRow *self)
{
  return self->duration_us < 0;
}

const char *
relais_record_row_get_path (RelaisRecordRow *self)
{
  return self->path;
}

const char *
relais_record_row_get_client (RelaisRecordRow *self)
{
  return self->client;
}

const char *
relais_record_row_get_model (RelaisRecordRow *self)
{
  return self->model;
}

const char *
relais_record_row_get_account (RelaisRecordRow *self)
{
  return self->account;
}

const char *
relais_record_row_get_error (RelaisRecordRow *self)
{
  return self->error;
}

gint64
relais_record_row_get_duration_us (RelaisRecordRow *self)
{
  return self->duration_us;
}

gint64
relais_record_row_get_tokens (RelaisRecordRow *self)
{
  return self->tokens;
}

const char *
relais_record_row_get_method (RelaisRecordRow *self)
{
  return "POST";
}

const char *
relais_record_row_get_hint (RelaisRecordRow *self)
{
  return NULL;
}

gboolean
relais_record_row_get_estimated (RelaisRecordRow *self)
{
  return self->estimated;
}

gboolean
relais_record_row_get_earlier (RelaisRecordRow *self)
{
  return FALSE;
}
