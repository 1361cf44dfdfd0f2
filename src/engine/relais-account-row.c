/* relais-account-row.c: an account as the window lists it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-row"

#include "config.h"

#include "upstream/relais-provider.h"

#include "relais-row-private.h"

struct _RelaisAccountRow
{
  GObject              parent_instance;

  /* owned */
  char                *id;
  char                *label;
  char                *provider;
  char                *base_url;
  char               **models;
  GPtrArray *troubles; /* or NULL before the first update */

  const char *dispatch; /* static */
  int                  priority;
  RelaisAccountState   state;
  guint                n_requests;
  gboolean             enabled;
  gboolean             has_key;
  gboolean             kept;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_LABEL,
  PROP_PROVIDER,
  PROP_PROVIDER_NAME,
  PROP_BASE_URL,
  PROP_MODELS,
  PROP_DISPATCH,
  PROP_ENABLED,
  PROP_STATE,
  PROP_N_REQUESTS,
  PROP_HAS_KEY,
  PROP_KEPT,
  PROP_TROUBLES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAccountRow, relais_account_row, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (RelaisAccountState, relais_account_state,
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_ACTIVE, "active"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_KEY_REJECTED, "key-rejected"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_COOLING, "cooling"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_QUOTA, "quota"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_NO_CREDIT, "no-credit"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_FAULTY, "faulty"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ACCOUNT_MODEL_REFUSED, "model-refused"))

static void
relais_account_row_finalize (GObject *object)
{
  RelaisAccountRow *self = RELAIS_ACCOUNT_ROW (object);

  g_free (self->id);
  g_free (self->label);
  g_free (self->provider);
  g_free (self->base_url);
  g_strfreev (self->models);
  g_clear_pointer (&self->troubles, g_ptr_array_unref);

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
    case PROP_BASE_URL:
      g_value_set_string (value, self->base_url);
      break;
    case PROP_DISPATCH:
      g_value_set_string (value, self->dispatch);
      break;
    case PROP_MODELS:
      g_value_set_boxed (value, self->models);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_N_REQUESTS:
      g_value_set_uint (value, self->n_requests);
      break;
    case PROP_HAS_KEY:
      g_value_set_boolean (value, self->has_key);
      break;
    case PROP_KEPT:
      g_value_set_boolean (value, self->kept);
      break;
    case PROP_TROUBLES:
      g_value_set_boxed (value, self->troubles);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_row_class_init (RelaisAccountRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = relais_account_row_finalize;
  object_class->get_property = relais_account_row_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, NULL, flags);
  properties[PROP_PROVIDER_NAME] = g_param_spec_string ("provider-name", NULL, NULL, NULL, flags);
  properties[PROP_BASE_URL] = g_param_spec_string ("base-url", NULL, NULL, NULL, flags);
  properties[PROP_MODELS] = g_param_spec_boxed ("models", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_DISPATCH] = g_param_spec_string ("dispatch", NULL, NULL, NULL, flags);
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, TRUE, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, RELAIS_TYPE_ACCOUNT_STATE,
                                              RELAIS_ACCOUNT_ACTIVE, flags);
  properties[PROP_N_REQUESTS] = g_param_spec_uint ("n-requests", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_HAS_KEY] = g_param_spec_boolean ("has-key", NULL, NULL, FALSE, flags);
  properties[PROP_KEPT] = g_param_spec_boolean ("kept", NULL, NULL, TRUE, flags);
  properties[PROP_TROUBLES] = g_param_spec_boxed ("troubles", NULL, NULL, G_TYPE_PTR_ARRAY, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
relais_account_row_init (RelaisAccountRow *self)
{
  self->enabled = TRUE;
  self->kept = TRUE;
}

/**
 * relais_account_row_new:
 * @info: what may be shown of an account
 *
 * Returns: (transfer full): a row that shows it
 */
RelaisAccountRow *
relais_account_row_new (const RelaisAccountInfo *info)
{
  RelaisAccountRow *self = g_object_new (RELAIS_TYPE_ACCOUNT_ROW, NULL);

  self->id = g_strdup (info->id);
  relais_account_row_update (self, info);
  return self;
}

static void
set_string (RelaisAccountRow  *self,
            char             **member,
            const char        *value,
            guint              property)
{
  if (g_strcmp0 (*member, value) == 0)
    return;
  g_free (*member);
  *member = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_number (RelaisAccountRow *self,
            guint            *member,
            guint             value,
            guint             property)
{
  if (*member == value)
    return;
  *member = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* The ends are reckoned anew each time: what differs by less than a second is the same. */
static gboolean
same_troubles (GPtrArray *a,
               GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const RelaisAccountTrouble *one = g_ptr_array_index (a, i);
      const RelaisAccountTrouble *other = g_ptr_array_index (b, i);

      if (one->state != other->state || one->status != other->status ||
          g_strcmp0 (one->model, other->model) != 0 || g_strcmp0 (one->words, other->words) != 0 ||
          ABS (one->until_us - other->until_us) > G_USEC_PER_SEC / 2)
        return FALSE;
    }
  return TRUE;
}

/**
 * relais_account_row_update:
 * @self: a row
 * @info: what may be shown of the same account now
 *
 * Notifies what differs.
 */
void
relais_account_row_update (RelaisAccountRow        *self,
                           const RelaisAccountInfo *info)
{
  static const char *const none[] = { NULL };
  const char *const *before = self->models != NULL ? (const char *const *)self->models : none;
  const char *const *now = info->models != NULL ? (const char *const *)info->models : none;
  guint state = self->state;

  g_object_freeze_notify (G_OBJECT (self));
  set_string (self, &self->label, info->label, PROP_LABEL);
  if (g_strcmp0 (self->provider, info->provider) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROVIDER_NAME]);
  set_string (self, &self->provider, info->provider, PROP_PROVIDER);
  set_string (self, &self->base_url, info->base_url, PROP_BASE_URL);
  if (!g_strv_equal (before, now))
    {
      g_strfreev (self->models);
      self->models = g_strdupv (info->models);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODELS]);
    }
  if (g_strcmp0 (self->dispatch, info->dispatch) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISPATCH]);
  self->dispatch = info->dispatch;
  self->priority = info->priority;
  set_number (self, &state, info->state, PROP_STATE);
  self->state = info->state;
  set_number (self, &self->n_requests, info->n_requests, PROP_N_REQUESTS);
  set_number (self, (guint *)&self->enabled, info->enabled, PROP_ENABLED);
  set_number (self, (guint *)&self->has_key, info->has_key, PROP_HAS_KEY);
  set_number (self, (guint *)&self->kept, info->kept, PROP_KEPT);
  if (info->troubles != NULL && !same_troubles (self->troubles, info->troubles))
    {
      g_clear_pointer (&self->troubles, g_ptr_array_unref);
      self->troubles = g_ptr_array_ref (info->troubles);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLES]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * relais_account_row_get_id:
 * @self: a row
 *
 * Returns: (transfer none): what tells it from the others
 */
const char *
relais_account_row_get_id (RelaisAccountRow *self)
{
  return self->id;
}

/**
 * relais_account_row_get_label:
 * @self: a row
 *
 * Returns: (transfer none): the name its owner gave it
 */
const char *
relais_account_row_get_label (RelaisAccountRow *self)
{
  return self->label;
}

/**
 * relais_account_row_get_provider:
 * @self: a row
 *
 * Returns: (transfer none): its provider's id
 */
const char *
relais_account_row_get_provider (RelaisAccountRow *self)
{
  return self->provider;
}

/**
 * relais_account_row_get_provider_name:
 * @self: a row
 *
 * Returns: (transfer none): its provider's name, for people
 */
const char *
relais_account_row_get_provider_name (RelaisAccountRow *self)
{
  const RelaisProvider *provider = relais_provider_find (self->provider);

  return provider != NULL ? provider->name : self->provider;
}

/**
 * relais_account_row_get_base_url:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): where requests go, when that is its own
 */
const char *
relais_account_row_get_base_url (RelaisAccountRow *self)
{
  return self->base_url;
}

/**
 * relais_account_row_get_models:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): patterns of the models it serves; %NULL for all
 */
const char *const *
relais_account_row_get_models (RelaisAccountRow *self)
{
  return (const char *const *)self->models;
}

/**
 * relais_account_row_get_dispatch:
 * @self: a row
 *
 * Returns: (transfer none): when it takes its turn: `off`, `pooled`, `fallback` or `exclusive`
 */
const char *
relais_account_row_get_dispatch (RelaisAccountRow *self)
{
  return self->dispatch;
}

/**
 * relais_account_row_get_priority:
 * @self: a row
 *
 * Returns: the lowest goes first
 */
int
relais_account_row_get_priority (RelaisAccountRow *self)
{
  return self->priority;
}

/**
 * relais_account_row_get_enabled:
 * @self: a row
 *
 * Returns: whether it may be picked
 */
gboolean
relais_account_row_get_enabled (RelaisAccountRow *self)
{
  return self->enabled;
}

/**
 * relais_account_row_get_state:
 * @self: a row
 *
 * Returns: how it fares
 */
RelaisAccountState
relais_account_row_get_state (RelaisAccountRow *self)
{
  return self->state;
}

/**
 * relais_account_row_get_n_requests:
 * @self: a row
 *
 * Returns: requests it served since the start of the program
 */
guint
relais_account_row_get_n_requests (RelaisAccountRow *self)
{
  return self->n_requests;
}

/**
 * relais_account_row_get_has_key:
 * @self: a row
 *
 * Returns: whether a credential is stored; never which
 */
gboolean
relais_account_row_get_has_key (RelaisAccountRow *self)
{
  return self->has_key;
}

/**
 * relais_account_row_get_kept:
 * @self: a row
 *
 * Returns: whether it is kept in the keyring or a file; %FALSE: it lives until quit
 */
gboolean
relais_account_row_get_kept (RelaisAccountRow *self)
{
  return self->kept;
}

/**
 * relais_account_row_get_troubles:
 * @self: a row
 *
 * Returns: (transfer none) (nullable) (element-type RelaisAccountTrouble): what is held against it
 */
GPtrArray *
relais_account_row_get_troubles (RelaisAccountRow *self)
{
  return self->troubles;
}
