/* relais-account-dialog.c: add an account, or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-dialog"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-key.h"

#include "relais-account-dialog.h"
#include "relais-dialogs.h"
#include "relais-names.h"
#include "relais-provider-chooser.h"
#include "relais-switch-row.h"
#include "relais-words.h"

struct _RelaisAccountDialog
{
  AdwWindow            parent_instance;

  /* template children */
  AdwEntryRow         *base_url;
  GtkWidget           *content;
  AdwComboRow         *dispatch;
  AdwPreferencesGroup *dispatch_group;
  GtkToggleButton     *drop_key;
  RelaisSwitchRow     *enabled;
  GtkLinkButton       *get_key;
  AdwEntryRow         *key;
  AdwEntryRow         *models;
  AdwEntryRow         *name;
  AdwComboRow         *provider;
  GtkWidget           *remove_group;
  GtkButton           *save;
  GtkWidget           *save_anyway;
  GtkSpinner          *spinner;
  AdwActionRow        *test;
  GtkWidget           *test_group;
  GtkImage            *test_icon;
  GtkButton           *test_button;

  /* owned */
  RelaisAccountRow *account; /* NULL: add one */
  RelaisEngine        *engine;
  GCancellable        *cancellable;
  char *before;    /* what was entered at first: nothing, or the account as it is */
  gboolean saving; /* the test that runs is to be followed by saving */

  /* borrowed, weak */
  GtkWidget *focus; /* where it was before the wait */
};

enum {
  PROP_0,
  PROP_ACCOUNT,
  PROP_ENGINE,
  N_PROPS
};

enum {
  REMOVE,
  SAVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisAccountDialog, relais_account_dialog, ADW_TYPE_WINDOW)

/* What the fields say, kept together for one call. */
typedef struct
{
  RelaisAccountDraft   draft;
  char                *label;
  char                *base_url;
  char                *key;
  char               **models;
} Form;

static void
form_clear (Form *form)
{
  g_free (form->label);
  g_free (form->base_url);
  relais_key_wipe (form->key);
  g_strfreev (form->models);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Form, form_clear)

/* In the order of the combo; an account that is off has none of them. */
static const struct
{
  const char *nick;
  const char *meaning;
} dispatches[] = {
  { "pooled", N_ ("Takes its turn with the others") },
  { "fallback", N_ ("Used only when no other account can answer") },
  { "exclusive", N_ ("Used alone for the models it serves, instead of the others") },
};

static const RelaisEngineProvider *
get_provider (RelaisAccountDialog *self)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  if (self->account == NULL)
    {
      guint selected = adw_combo_row_get_selected (self->provider);

      return selected < n_providers ? &providers[selected] : NULL;
    }
  for (gsize i = 0; i < n_providers; i++)
    if (g_strcmp0 (providers[i].id, relais_account_row_get_provider (self->account)) == 0)
      return &providers[i];
  return NULL;
}

static char *
dup_text (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* Without a copy that nobody wipes. */
static char *
dup_key (AdwEntryRow *row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  gsize length;

  while (g_ascii_isspace (*text))
    text++;
  length = strlen (text);
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  return g_strndup (text, length);
}

/* Patterns may be parted by commas, spaces or both. */
static char **
dup_patterns (AdwEntryRow *row)
{
  g_auto (GStrv) parts = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (row)), ", \t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_strv_builder_add (builder, *part);
  return g_strv_builder_end (builder);
}

static gboolean
has_base_url (RelaisAccountDialog *self)
{
  return self->account != NULL && relais_account_row_get_base_url (self->account) != NULL;
}

/* Whether it can be anywhere: the person says where, or that it is at the usual place. */
static gboolean
has_address (const RelaisEngineProvider *provider)
{
  return provider->needs_base_url || provider->local;
}

static void
read_form (RelaisAccountDialog *self,
           Form                *form)
{
  const RelaisEngineProvider *provider = get_provider (self);

  form->label = dup_text (self->name);
  form->base_url = dup_text (self->base_url);
  form->key = dup_key (self->key);
  if (provider != NULL && g_strcmp0 (form->base_url, provider->base_url) == 0)
    *form->base_url = '\0';
  form->models = dup_patterns (self->models);
  if (*form->label == '\0' && provider != NULL)
    {
      g_free (form->label);
      form->label = g_strdup (relais_words_provider (provider->id, provider->name));
    }

  form->draft.label = form->label;
  form->draft.provider = provider != NULL ? provider->id : NULL;
  /* emptied where it was set: back to the provider's own */
  if (gtk_widget_get_visible (GTK_WIDGET (self->base_url)) &&
      (*form->base_url != '\0' || has_base_url (self)))
    form->draft.base_url = form->base_url;
  if (gtk_widget_get_visible (GTK_WIDGET (self->key)) &&
      (*form->key != '\0' || gtk_toggle_button_get_active (self->drop_key)))
    form->draft.api_key = form->key;
  form->draft.models_set = TRUE;
  if (form->models[0] != NULL)
    form->draft.models = (const char *const *)form->models;
  if (relais_switch_row_get_active (self->enabled) || self->account == NULL)
    form->draft.dispatch = dispatches[adw_combo_row_get_selected (self->dispatch)].nick;
  form->draft.enabled_set = self->account != NULL;
  form->draft.enabled = relais_switch_row_get_active (self->enabled);
}

/* What a person entered; of a key only that there is one. */
static char *
dup_entered (RelaisAccountDialog *self)
{
  g_auto (Form) form = { 0 };
  g_autofree char *models = NULL;

  read_form (self, &form);
  models = g_strjoinv (" ", form.models);
  return g_strdup_printf ("%s\n%s\n%s\n%d\n%d\n%u",
                          gtk_editable_get_text (GTK_EDITABLE (self->name)), form.base_url, models,
                          form.draft.api_key != NULL, form.draft.enabled,
                          adw_combo_row_get_selected (self->dispatch));
}

/* What somebody typed does not go by a slip of a key. */
static gboolean
relais_account_dialog_close_request (GtkWindow *window)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (window);
  g_autofree char *entered = dup_entered (self);

  if (g_str_equal (entered, self->before))
    return GTK_WINDOW_CLASS (relais_account_dialog_parent_class)->close_request (window);
  relais_dialogs_ask_discard (window, self->account != NULL ? _("Discard Changes?")
                                                            : _("Discard This Account?"));
  return GDK_EVENT_STOP;
}

static gboolean
is_url (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
         (g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http"));
}

static gboolean
has_key (RelaisAccountDialog *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self->key)) &&
      *gtk_editable_get_text (GTK_EDITABLE (self->key)) != '\0')
    return TRUE;
  return self->account != NULL && relais_account_row_get_has_key (self->account) &&
         !gtk_toggle_button_get_active (self->drop_key);
}

static gboolean
form_is_complete (RelaisAccountDialog *self)
{
  const RelaisEngineProvider *provider = get_provider (self);
  g_auto (Form) form = { 0 };
  gboolean has_url;

  if (provider == NULL)
    return self->account != NULL;
  read_form (self, &form);
  has_url = form.draft.base_url != NULL && *form.draft.base_url != '\0';
  if (provider->needs_base_url && !has_url)
    return FALSE;
  if (has_url && !is_url (form.draft.base_url))
    return FALSE;
  return !provider->needs_key || has_key (self);
}

/* A text that goes insensitive with the focus in it never hears of losing it, and GTK warns: the
 * focus is lent to the window meanwhile. */
static void
set_busy (RelaisAccountDialog *self,
          gboolean             busy)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (busy && focus != NULL && gtk_widget_is_ancestor (focus, self->content))
    {
      g_set_weak_pointer (&self->focus, focus);
      gtk_window_set_focus (GTK_WINDOW (self), NULL);
    }
  gtk_widget_set_sensitive (self->content, !busy);
  if (!busy && self->focus != NULL)
    {
      if (focus == NULL)
        gtk_widget_grab_focus (self->focus);
      g_clear_weak_pointer (&self->focus);
    }
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), !busy && form_is_complete (self));
}

static void
show_test (RelaisAccountDialog *self,
           const char          *icon,
           const char          *style,
           const char          *text)
{
  gtk_widget_set_visible (self->test_group, TRUE);
  gtk_image_set_from_icon_name (self->test_icon, icon);
  /* its box, or the title keeps a distance from nothing */
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->test_icon)), icon != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->test_icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->test_icon), "error");
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->test_icon), style);
  adw_action_row_set_subtitle (self->test, text);
}

/* What is wrong with it, or what it looks like: with the version or without differs. */
static void
show_url_title (RelaisAccountDialog *self)
{
  const RelaisEngineProvider *provider = get_provider (self);
  g_autofree char *text = dup_text (self->base_url);
  gboolean begun = g_str_has_prefix ("http://", text) || g_str_has_prefix ("https://", text);
  gboolean wrong = !begun && !is_url (text);
  const char *title = _("Base _URL");

  if (wrong)
    title = _("Base _URL: must start with http:// or https://");
  else if (*text == '\0' && provider != NULL && provider->needs_base_url)
    title = strcmp (provider->id, "openai-compatible") == 0 ? _("Base _URL, like http://localhost:1234/v1")
                                                            : _("Base _URL, like https://example.com");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->base_url), title);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->base_url), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->base_url), "error");
}

static void
relais_account_dialog_changed_cb (RelaisAccountDialog *self)
{
  show_url_title (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), form_is_complete (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->test_button), form_is_complete (self));
  gtk_widget_set_visible (self->save_anyway, FALSE);
}

static void
show_key_title (RelaisAccountDialog *self)
{
  const RelaisEngineProvider *provider = get_provider (self);
  const char *title = NULL;

  if (self->account != NULL && relais_account_row_get_has_key (self->account))
    title = gtk_toggle_button_get_active (self->drop_key) ? _("API _Key: will be removed")
                                                          : _("Replace API _Key");
  else
    title = provider == NULL || provider->needs_key ? _("API _Key") : _("API _Key (optional)");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->key), title);
}

static void
relais_account_dialog_drop_key_cb (RelaisAccountDialog *self)
{
  if (gtk_toggle_button_get_active (self->drop_key))
    gtk_editable_set_text (GTK_EDITABLE (self->key), "");
  show_key_title (self);
  relais_account_dialog_changed_cb (self);
}

static void
relais_account_dialog_dispatch_cb (RelaisAccountDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->dispatch);

  if (selected < G_N_ELEMENTS (dispatches))
    adw_preferences_group_set_description (self->dispatch_group, _(dispatches[selected].meaning));
}

/* Who types another one does not want none. */
static void
relais_account_dialog_key_cb (RelaisAccountDialog *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->key)) != '\0')
    gtk_toggle_button_set_active (self->drop_key, FALSE);
  relais_account_dialog_changed_cb (self);
}

static void
relais_account_dialog_provider_cb (RelaisAccountDialog *self)
{
  const RelaisEngineProvider *provider = get_provider (self);
  gboolean has_link = provider != NULL && provider->key_url != NULL;
  gboolean needs_url = FALSE;

  if (self->engine == NULL)
    return;
  needs_url = has_base_url (self) || (provider != NULL && has_address (provider));
  gtk_widget_set_visible (GTK_WIDGET (self->base_url), needs_url);
  gtk_widget_set_visible (GTK_WIDGET (self->key),
                          provider == NULL || provider->needs_key || has_address (provider));
  if (self->account == NULL || !has_base_url (self))
    gtk_editable_set_text (GTK_EDITABLE (self->base_url),
                           provider != NULL && provider->local ? provider->base_url : "");
  show_key_title (self);
  gtk_widget_set_visible (GTK_WIDGET (self->drop_key),
                          self->account != NULL && provider != NULL && !provider->needs_key &&
                            relais_account_row_get_has_key (self->account));
  gtk_widget_set_visible (GTK_WIDGET (self->get_key), has_link);
  if (has_link)
    gtk_link_button_set_uri (self->get_key, provider->key_url);
  if (self->account == NULL)
    gtk_widget_set_visible (self->test_group, FALSE);
  relais_account_dialog_changed_cb (self);
}

static void
finish (RelaisAccountDialog *self,
        const char          *text)
{
  g_signal_emit (self, signals[SAVED], 0, text);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
fail (RelaisAccountDialog *self,
      const GError        *error)
{
  g_autofree char *words = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->engine == NULL)
    return;
  words = relais_words_error (error);
  set_busy (self, FALSE);
  show_test (self, "dialog-error-symbolic", "error", words);
}

static void
relais_account_dialog_added_cb (GObject      *source,
                                GAsyncResult *result,
                                gpointer      data)
{
  g_autoptr (RelaisAccountDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = relais_engine_add_account_finish (RELAIS_ENGINE (source), result, &error);

  if (id == NULL)
    {
      fail (self, error);
      return;
    }
  if (self->engine == NULL)
    return;
  finish (self, _("Account added"));
}

static void
relais_account_dialog_edited_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisAccountDialog) self = data;
  g_autoptr (GError) error = NULL;

  if (!relais_engine_edit_account_finish (RELAIS_ENGINE (source), result, &error))
    fail (self, error);
  else if (self->engine != NULL)
    finish (self, _("Account changed"));
}

static void
relais_account_dialog_save_now (RelaisAccountDialog *self)
{
  g_auto (Form) form = { 0 };

  read_form (self, &form);
  set_busy (self, TRUE);
  if (self->account == NULL)
    relais_engine_add_account_async (self->engine, &form.draft, self->cancellable,
                                     relais_account_dialog_added_cb, g_object_ref (self));
  else
    relais_engine_edit_account_async (self->engine, relais_account_row_get_id (self->account),
                                      &form.draft,
                                      self->cancellable, relais_account_dialog_edited_cb,
                                      g_object_ref (self));
}

static void
show_result (RelaisAccountDialog    *self,
             const RelaisTestResult *result)
{
  g_autofree char *text = NULL;

  if (!result->ok)
    {
      text = g_strdup (result->message != NULL ? result->message : _("The test failed"));
      show_test (self, "dialog-error-symbolic", "error", text);
      return;
    }
  if (has_key (self))
    text = g_strdup_printf (ngettext ("The key works: %u model", "The key works: %u models", result->n_models),
                            result->n_models);
  else
    text = g_strdup_printf (ngettext ("It answers: %u model", "It answers: %u models", result->n_models),
                            result->n_models);
  show_test (self, "object-select-symbolic", "success", text);
}

static void
relais_account_dialog_tested_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisAccountDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisTestResult) test =
               relais_engine_test_account_finish (RELAIS_ENGINE (source), result, &error);

  if (self->engine == NULL)
    return;
  if (test == NULL)
    {
      fail (self, error);
      gtk_widget_set_visible (self->save_anyway, self->saving);
      return;
    }
  set_busy (self, FALSE);
  show_result (self, test);
  if (self->saving && test->ok)
    relais_account_dialog_save_now (self);
  else
    gtk_widget_set_visible (self->save_anyway, self->saving);
}

static void
test (RelaisAccountDialog *self)
{
  g_auto (Form) form = { 0 };
  const char *id = self->account != NULL ? relais_account_row_get_id (self->account) : NULL;

  read_form (self, &form);
  set_busy (self, TRUE);
  gtk_widget_set_visible (self->save_anyway, FALSE);
  show_test (self, NULL, NULL, _("Asking for the list of models…"));
  relais_engine_test_account_async (self->engine, id, &form.draft, self->cancellable,
                                    relais_account_dialog_tested_cb, g_object_ref (self));
}

static void
relais_account_dialog_test_cb (RelaisAccountDialog *self)
{
  self->saving = FALSE;
  test (self);
}

/* Whether what is new could be wrong in a way only the provider can tell. */
static gboolean
needs_test (RelaisAccountDialog *self)
{
  const RelaisEngineProvider *provider = get_provider (self);
  g_auto (Form) form = { 0 };

  if (provider != NULL && !provider->needs_key && !has_address (provider))
    return FALSE;
  read_form (self, &form);
  return self->account == NULL || form.draft.api_key != NULL ||
         g_strcmp0 (form.draft.base_url, relais_account_row_get_base_url (self->account)) != 0;
}

static void
relais_account_dialog_save_cb (RelaisAccountDialog *self)
{
  if (!form_is_complete (self))
    return;
  self->saving = TRUE;
  if (needs_test (self))
    test (self);
  else
    relais_account_dialog_save_now (self);
}

static void
relais_account_dialog_remove_cb (RelaisAccountDialog *self)
{
  g_autofree char *id = g_strdup (relais_account_row_get_id (self->account));

  g_signal_emit (self, signals[REMOVE], 0, id);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
fill_from_account (RelaisAccountDialog *self)
{
  const char *const *models = relais_account_row_get_models (self->account);
  const char *base_url = relais_account_row_get_base_url (self->account);
  g_autofree char *patterns = models != NULL ? g_strjoinv (" ", (char **)models) : NULL;

  gtk_window_set_title (GTK_WINDOW (self), _("Account"));
  gtk_button_set_label (self->save, _("_Save"));
  gtk_button_set_label (GTK_BUTTON (self->save_anyway), _("Save Any_way"));
  gtk_widget_set_visible (GTK_WIDGET (self->provider), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->enabled), TRUE);
  gtk_widget_set_visible (self->remove_group, TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->name), relais_account_row_get_label (self->account));
  gtk_editable_set_text (GTK_EDITABLE (self->base_url), base_url != NULL ? base_url : "");
  gtk_editable_set_text (GTK_EDITABLE (self->models), patterns != NULL ? patterns : "");
  relais_switch_row_set_active (self->enabled,
                                relais_account_row_get_enabled (self->account) &&
                                  g_strcmp0 (relais_account_row_get_dispatch (self->account), "off") != 0);
  for (guint i = 0; i < G_N_ELEMENTS (dispatches); i++)
    if (g_strcmp0 (dispatches[i].nick, relais_account_row_get_dispatch (self->account)) == 0)
      adw_combo_row_set_selected (self->dispatch, i);
  gtk_widget_set_visible (GTK_WIDGET (self->test_button), TRUE);
  show_test (self, NULL, NULL, _("Asks the provider for its list of models"));
}

static void
relais_account_dialog_constructed (GObject *object)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (object);

  G_OBJECT_CLASS (relais_account_dialog_parent_class)->constructed (object);

  if (self->account != NULL)
    fill_from_account (self);
  else
    relais_provider_chooser_fill (self->provider);
  relais_account_dialog_dispatch_cb (self);
  relais_account_dialog_provider_cb (self);
  self->before = dup_entered (self);
}

/* Not before: GTK 4.8 keeps a dialog whose focus is set earlier off the accessibility bus. */
static void
relais_account_dialog_map (GtkWidget *widget)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (widget);

  GTK_WIDGET_CLASS (relais_account_dialog_parent_class)->map (widget);
  gtk_widget_grab_focus (self->account != NULL ? GTK_WIDGET (self->name)
                                               : GTK_WIDGET (self->provider));
}

static void
relais_account_dialog_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      g_value_set_object (value, self->account);
      break;
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_dialog_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      self->account = g_value_dup_object (value);
      break;
    case PROP_ENGINE:
      self->engine = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_dialog_dispose (GObject *object)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_weak_pointer (&self->focus);
  g_clear_object (&self->engine);
  g_clear_object (&self->account);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ACCOUNT_DIALOG);

  G_OBJECT_CLASS (relais_account_dialog_parent_class)->dispose (object);
}

static void
relais_account_dialog_finalize (GObject *object)
{
  RelaisAccountDialog *self = RELAIS_ACCOUNT_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_free (self->before);

  G_OBJECT_CLASS (relais_account_dialog_parent_class)->finalize (object);
}

static void
relais_account_dialog_class_init (RelaisAccountDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_account_dialog_constructed;
  object_class->dispose = relais_account_dialog_dispose;
  object_class->finalize = relais_account_dialog_finalize;
  object_class->get_property = relais_account_dialog_get_property;
  object_class->set_property = relais_account_dialog_set_property;
  widget_class->map = relais_account_dialog_map;
  GTK_WINDOW_CLASS (klass)->close_request = relais_account_dialog_close_request;

  properties[PROP_ACCOUNT] =
    g_param_spec_object ("account", NULL, NULL, RELAIS_TYPE_ACCOUNT_ROW,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REMOVE] = g_signal_new ("remove", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  relais_dialogs_bind_close (widget_class);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-account-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, base_url);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, content);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, dispatch);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, dispatch_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, drop_key);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, enabled);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, get_key);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, key);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, models);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, name);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, provider);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, remove_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, save);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, save_anyway);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, test);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, test_button);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, test_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountDialog, test_icon);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_dispatch_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_drop_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_provider_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_remove_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_save_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_save_now);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_dialog_test_cb);
}

static void
relais_account_dialog_init (RelaisAccountDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  relais_names_from_tooltips (GTK_WIDGET (self));

  self->cancellable = g_cancellable_new ();
}

/**
 * relais_account_dialog_new:
 * @engine: where accounts live
 * @account: (nullable): what to change, or %NULL to add one
 *
 * What is added is tested first: the provider is asked for its models. The key goes to the engine
 * and is not kept here.
 *
 * Returns: (transfer none): a window, not yet shown
 */
GtkWidget *
relais_account_dialog_new (RelaisEngine     *engine,
                           RelaisAccountRow *account)
{
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (account == NULL || RELAIS_IS_ACCOUNT_ROW (account), NULL);

  return g_object_new (RELAIS_TYPE_ACCOUNT_DIALOG, "engine", engine, "account", account, NULL);
}

/**
 * relais_account_dialog_select_provider:
 * @self: a dialog that adds
 * @id: a provider; an unknown one is ignored
 */
void
relais_account_dialog_select_provider (RelaisAccountDialog *self,
                                       const char          *id)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  g_return_if_fail (RELAIS_IS_ACCOUNT_DIALOG (self));

  for (gsize i = 0; i < n_providers; i++)
    if (g_strcmp0 (providers[i].id, id) == 0)
      adw_combo_row_set_selected (self->provider, i);
}
