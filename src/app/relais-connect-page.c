/* relais-connect-page.c: settings for a client, ready to paste, and a test of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-connect-page"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-key.h"

#include "relais-arrival-row.h"
#include "relais-banner.h"
#include "relais-connect-page.h"
#include "relais-next-step.h"
#include "relais-qr-dialog.h"
#include "relais-setup-row.h"
#include "relais-snippets.h"
#include "relais-test-row.h"
#include "relais-toast.h"
#include "relais-words.h"

/* What a client sends when it must send something and any key will do. */
#define ANY_KEY "sk-not-needed"
#define MODEL_FALLBACK "gemini-3-flash"
#define MODEL_PRACTICE "practice"

struct _RelaisConnectPage
{
  AdwBin               parent_instance;

  /* template children */
  AdwComboRow         *address;
  RelaisArrivalRow    *arrival;
  RelaisBanner        *banner;
  AdwActionRow        *base_url;
  AdwComboRow         *client;
  GtkWidget           *copy;
  AdwComboRow         *model;
  GtkWidget           *phone;
  RelaisSetupRow      *set_up;
  AdwPreferencesGroup *settings_group;
  GtkToggleButton     *show;
  GtkLabel            *snippet;
  GtkWidget           *well;
  RelaisTestRow       *test;

  /* owned */
  RelaisEngine        *engine;
  GSignalGroup        *engine_signals;
  RelaisNextStep      *next_step;
  GSettings           *settings;
  GtkStringList       *addresses;
  GtkStringList       *models;
  char *model_chosen; /* by hand; NULL: the first one will do */
  gboolean             refilling;
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisConnectPage, relais_connect_page, ADW_TYPE_BIN)

static const RelaisSnippet *
get_snippet (RelaisConnectPage *self)
{
  gsize n_snippets = 0;
  const RelaisSnippet *snippets = relais_snippets_get (&n_snippets);
  guint selected = adw_combo_row_get_selected (self->client);

  return &snippets[selected < n_snippets ? selected : 0];
}

static const char *
get_selected (AdwComboRow *row,
              const char  *fallback)
{
  GtkStringObject *item = adw_combo_row_get_selected_item (row);

  return item != NULL ? gtk_string_object_get_string (item) : fallback;
}

static char *
dup_root (RelaisConnectPage *self)
{
  const char *address = get_selected (self->address, NULL);

  if (address != NULL)
    return g_strdup (address);
  return g_strdup_printf ("http://127.0.0.1:%u", relais_engine_get_port (self->engine));
}

static char *
make_snippet (RelaisConnectPage *self,
              gboolean           whole,
              gboolean           markup)
{
  g_autofree char *root = dup_root (self);
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (self->engine);
  g_autofree char *masked = key != NULL && !whole ? relais_engine_mask_api_key (key) : NULL;
  const char *shown = masked != NULL ? masked : key;

  return relais_snippets_format (get_snippet (self), root, shown != NULL ? shown : ANY_KEY,
                                 get_selected (self->model, MODEL_FALLBACK), markup);
}

static void
relais_connect_page_update (RelaisConnectPage *self)
{
  const RelaisSnippet *snippet = get_snippet (self);
  gboolean whole = gtk_toggle_button_get_active (self->show);
  g_autoptr (RelaisKey) markup = NULL;
  g_autofree char *root = NULL;
  g_autofree char *base_url = NULL;

  if (self->engine == NULL)
    return;
  markup = make_snippet (self, whole, TRUE);
  root = dup_root (self);
  base_url = g_strconcat (root, snippet->suffix, NULL);
  gtk_label_set_markup (self->snippet, markup);
  adw_action_row_set_subtitle (self->base_url, base_url);
  adw_preferences_group_set_description (self->settings_group, _(snippet->instruction));
  relais_setup_row_set_client (self->set_up, snippet->id, snippet->name);
  relais_arrival_row_set_client (self->arrival, snippet->name, snippet->agent);
  relais_test_row_set_request (self->test, snippet->dialect,
                               get_selected (self->model, MODEL_FALLBACK));
  gtk_button_set_icon_name (GTK_BUTTON (self->show), whole ? "view-conceal-symbolic" : "view-reveal-symbolic");
}

/* Replaces what a list holds; what was chosen stays so where it is still offered. */
static void
refill (GtkStringList  *list,
        AdwComboRow    *row,
        char          **values,
        const char     *chosen)
{
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (list));
  guint n_new = g_strv_length (values);
  gboolean same = n_old == n_new;

  for (guint i = 0; same && i < n_new; i++)
    same = g_str_equal (gtk_string_list_get_string (list, i), values[i]);
  if (same)
    return;
  gtk_string_list_splice (list, 0, n_old, (const char *const *)values);
  for (guint i = 0; chosen != NULL && i < n_new; i++)
    if (g_str_equal (values[i], chosen))
      adw_combo_row_set_selected (row, i);
}

static gboolean
practice_is_active (RelaisConnectPage *self)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) account = g_list_model_get_item (accounts, i);

      if (g_strcmp0 (relais_account_row_get_provider (account), "practice") == 0 &&
          relais_account_row_get_state (account) == RELAIS_ACCOUNT_ACTIVE)
        return TRUE;
    }
  return FALSE;
}

/* Who turned the practice account on wants to see it answer: its own model comes first. */
static void
move_practice_first (char **models)
{
  for (guint i = 1; models[i] != NULL; i++)
    if (g_str_equal (models[i], MODEL_PRACTICE))
      {
        char *practice = models[i];

        memmove (&models[1], &models[0], i * sizeof *models);
        models[0] = practice;
        return;
      }
}

static void
relais_connect_page_models_cb (RelaisConnectPage *self)
{
  g_auto (GStrv) models = relais_engine_dup_models (self->engine);

  if (models == NULL || models[0] == NULL)
    {
      g_strfreev (models);
      models = g_strsplit (practice_is_active (self) ? MODEL_PRACTICE : MODEL_FALLBACK, " ", 1);
    }
  else if (practice_is_active (self))
    move_practice_first (models);
  self->refilling = TRUE;
  refill (self->models, self->model, models, self->model_chosen);
  self->refilling = FALSE;
  relais_connect_page_update (self);
}

/* The first address is this computer's own: another one that is chosen, or else the second. */
static const char *
get_outer_address (RelaisConnectPage *self)
{
  guint selected = adw_combo_row_get_selected (self->address);
  guint outer = selected == GTK_INVALID_LIST_POSITION ? 1 : MAX (selected, 1);

  return gtk_string_list_get_string (self->addresses, outer);
}

static void
relais_connect_page_urls_cb (RelaisConnectPage *self)
{
  g_auto (GStrv) urls = relais_engine_dup_urls (self->engine);
  g_autofree char *chosen = NULL;

  chosen = g_strdup (get_selected (self->address, NULL));
  refill (self->addresses, self->address, urls, chosen);
  gtk_widget_set_visible (GTK_WIDGET (self->address),
                          g_list_model_get_n_items (G_LIST_MODEL (self->addresses)) > 1);
  gtk_widget_set_visible (self->phone, get_outer_address (self) != NULL);
  relais_connect_page_update (self);
}

static void
relais_connect_page_phone_cb (RelaisConnectPage *self)
{
  const char *address = get_outer_address (self);
  g_autofree char *base_url = NULL;
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (self->engine);
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  RelaisQrDialog *dialog = NULL;

  if (address == NULL)
    return;
  base_url = g_strconcat (address, get_snippet (self)->suffix, NULL);
  dialog = relais_qr_dialog_new (parent, base_url, key != NULL ? key : ANY_KEY);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* What keeps all of this from working yet. */
static void
relais_connect_page_next_step_cb (RelaisConnectPage *self)
{
  RelaisStep step = relais_next_step_get (self->next_step);

  if (step == RELAIS_STEP_UNLOCK)
    {
      relais_banner_set_title (self->banner, _("Unlock the keyring to use your accounts"));
      relais_banner_set_button (self->banner, _("_Unlock"), "win.unlock");
    }
  else if (step == RELAIS_STEP_ADD_ACCOUNT)
    {
      relais_banner_set_title (self->banner, _("There is no account yet that could answer a client"));
      relais_banner_set_button (self->banner, _("Add Acco_unt…"), "win.add-account");
    }
  else if (step == RELAIS_STEP_START)
    {
      relais_banner_set_title (self->banner, _("Start the proxy to let clients connect"));
      relais_banner_set_button (self->banner, _("Sta_rt Proxy"), "win.toggle");
    }
  relais_banner_set_revealed (self->banner,
                              step != RELAIS_STEP_NONE && step != RELAIS_STEP_CONNECT);
}

static void
relais_connect_page_chosen_cb (RelaisConnectPage *self)
{
  if (self->settings == NULL || self->engine == NULL)
    return;
  g_settings_set_string (self->settings, "connect-client", get_snippet (self)->id);
  relais_connect_page_update (self);
}

static void
relais_connect_page_model_cb (RelaisConnectPage *self)
{
  if (self->engine == NULL || self->refilling)
    return;
  g_free (self->model_chosen);
  self->model_chosen = g_strdup (get_selected (self->model, NULL));
  relais_connect_page_update (self);
}

static void
relais_connect_page_copy_cb (RelaisConnectPage *self)
{
  g_autoptr (RelaisKey) text = make_snippet (self, TRUE, FALSE);

  relais_toast_copy (GTK_WIDGET (self), text, _("Settings copied"));
}

static void
relais_connect_page_set_up_cb (RelaisConnectPage *self)
{
  g_autofree char *root = dup_root (self);
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (self->engine);
  g_autofree char *masked = key != NULL ? relais_engine_mask_api_key (key) : NULL;
  const char *model = get_selected (self->model, MODEL_FALLBACK);
  RelaisSetupValues values = { root, key != NULL ? key : ANY_KEY, model };

  relais_setup_row_open (self->set_up, &values, masked);
}

static void
relais_connect_page_copy_url_cb (RelaisConnectPage *self)
{
  g_autofree char *root = dup_root (self);
  g_autofree char *base_url = g_strconcat (root, get_snippet (self)->suffix, NULL);

  relais_toast_copy (GTK_WIDGET (self), base_url, _("Base URL copied"));
}

static void
relais_connect_page_map (GtkWidget *widget)
{
  RelaisConnectPage *self = RELAIS_CONNECT_PAGE (widget);

  GTK_WIDGET_CLASS (relais_connect_page_parent_class)->map (widget);

  if (self->engine != NULL)
    relais_engine_refresh_models (self->engine);
}

static void
fill_clients (RelaisConnectPage *self)
{
  gsize n_snippets = 0;
  const RelaisSnippet *snippets = relais_snippets_get (&n_snippets);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (gsize i = 0; i < n_snippets; i++)
    gtk_string_list_append (names, snippets[i].name);
  adw_combo_row_set_model (self->client, G_LIST_MODEL (names));
}

static void
select_client (RelaisConnectPage *self,
               const char        *id)
{
  gsize n_snippets = 0;
  const RelaisSnippet *snippets = relais_snippets_get (&n_snippets);

  for (gsize i = 0; i < n_snippets; i++)
    if (g_str_equal (snippets[i].id, id))
      adw_combo_row_set_selected (self->client, i);
}

static void
set_engine (RelaisConnectPage *self,
            RelaisEngine      *engine)
{
  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->engine_signals, engine);
  relais_arrival_row_set_engine (self->arrival, engine);
  relais_test_row_set_engine (self->test, engine);
  g_clear_object (&self->next_step);
  if (engine != NULL)
    {
      self->next_step = relais_next_step_new (engine);
      g_signal_connect_object (self->next_step, "changed", G_CALLBACK (relais_connect_page_next_step_cb), self,
                               G_CONNECT_SWAPPED);
      relais_connect_page_models_cb (self);
      relais_connect_page_urls_cb (self);
      relais_connect_page_next_step_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
set_settings (RelaisConnectPage *self,
              GSettings         *settings)
{
  g_autofree char *id = settings != NULL ? g_settings_get_string (settings, "connect-client") : NULL;

  if (!g_set_object (&self->settings, settings))
    return;
  if (id != NULL)
    select_client (self, id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_connect_page_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  RelaisConnectPage *self = RELAIS_CONNECT_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_connect_page_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  RelaisConnectPage *self = RELAIS_CONNECT_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      set_engine (self, g_value_get_object (value));
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_connect_page_dispose (GObject *object)
{
  RelaisConnectPage *self = RELAIS_CONNECT_PAGE (object);

  g_clear_object (&self->engine_signals);
  g_clear_object (&self->next_step);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_CONNECT_PAGE);
  g_clear_object (&self->addresses);
  g_clear_object (&self->models);

  G_OBJECT_CLASS (relais_connect_page_parent_class)->dispose (object);
}

static void
relais_connect_page_finalize (GObject *object)
{
  RelaisConnectPage *self = RELAIS_CONNECT_PAGE (object);

  g_clear_pointer (&self->model_chosen, g_free);

  G_OBJECT_CLASS (relais_connect_page_parent_class)->finalize (object);
}

static void
relais_connect_page_class_init (RelaisConnectPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_connect_page_dispose;
  object_class->finalize = relais_connect_page_finalize;
  object_class->get_property = relais_connect_page_get_property;
  object_class->set_property = relais_connect_page_set_property;
  widget_class->map = relais_connect_page_map;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_ARRIVAL_ROW);
  g_type_ensure (RELAIS_TYPE_BANNER);
  g_type_ensure (RELAIS_TYPE_SETUP_ROW);
  g_type_ensure (RELAIS_TYPE_TEST_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-connect-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, address);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, arrival);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, banner);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, base_url);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, client);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, copy);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, model);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, phone);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, set_up);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, settings_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, show);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, snippet);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, well);
  gtk_widget_class_bind_template_child (widget_class, RelaisConnectPage, test);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_copy_url_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_model_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_phone_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_set_up_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_connect_page_update);
}

static void
relais_connect_page_init (RelaisConnectPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  /* code runs from left to right everywhere */
  for (GtkWidget *widget = GTK_WIDGET (self->snippet); widget != gtk_widget_get_parent (self->well);
       widget = gtk_widget_get_parent (widget))
    gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  self->addresses = gtk_string_list_new (NULL);
  self->models = gtk_string_list_new (NULL);
  fill_clients (self);
  adw_combo_row_set_model (self->address, G_LIST_MODEL (self->addresses));
  adw_combo_row_set_model (self->model, G_LIST_MODEL (self->models));

  self->engine_signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  g_signal_group_connect_swapped (self->engine_signals, "models-changed",
                                  G_CALLBACK (relais_connect_page_models_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::allow-lan-access",
                                  G_CALLBACK (relais_connect_page_urls_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::api-key-set",
                                  G_CALLBACK (relais_connect_page_update), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::n-active",
                                  G_CALLBACK (relais_connect_page_models_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::port",
                                  G_CALLBACK (relais_connect_page_urls_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::state",
                                  G_CALLBACK (relais_connect_page_urls_cb), self);
}
