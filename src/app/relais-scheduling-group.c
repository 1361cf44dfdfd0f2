/* relais-scheduling-group.c: how one of several accounts is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-scheduling-group"

#include "config.h"

#include <glib/gi18n.h>

#include "engine/relais-engine.h"

#include "relais-account-labels.h"
#include "relais-scheduling-group.h"
#include "relais-spin-row.h"

struct _RelaisSchedulingGroup
{
  AdwPreferencesGroup  parent_instance;

  /* template children */
  AdwComboRow         *account;
  AdwComboRow         *scheduling;
  RelaisSpinRow       *wait;

  /* owned */
  GSettings           *settings;
  GSignalGroup        *settings_signals;
  GListModel          *accounts;
  GSignalGroup        *accounts_signals;
  GtkStringList *names; /* of the accounts, in their order */
  gboolean             showing;
};

enum {
  PROP_0,
  PROP_SETTINGS,
  PROP_ACCOUNTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisSchedulingGroup, relais_scheduling_group, ADW_TYPE_PREFERENCES_GROUP)

static const char *
explain (RelaisScheduling scheduling)
{
  switch (scheduling)
    {
    case RELAIS_SCHEDULING_BALANCE:
      return _("The account that has rested longest");
    case RELAIS_SCHEDULING_PERFORMANCE_FIRST:
      return _("Each in its turn, whatever the conversation");
    case RELAIS_SCHEDULING_FIXED:
      return _("One account answers everything");
    case RELAIS_SCHEDULING_CACHE_FIRST:
    default:
      return _("A conversation stays with its account, for its cache");
    }
}

static char *
dup_id (RelaisSchedulingGroup *self,
        guint                  position)
{
  g_autoptr (RelaisAccountRow) row =
               self->accounts != NULL ? g_list_model_get_item (self->accounts, position) : NULL;

  return row != NULL ? g_strdup (relais_account_row_get_id (row)) : NULL;
}

static guint
find_fixed (RelaisSchedulingGroup *self)
{
  g_autofree char *fixed = g_settings_get_string (self->settings, "fixed-account");
  guint n = self->accounts != NULL ? g_list_model_get_n_items (self->accounts) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = dup_id (self, i);

      if (g_strcmp0 (id, fixed) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static void relais_scheduling_group_accounts_cb (RelaisSchedulingGroup *self);

/* A list of its own: that of the accounts would have the row select one by itself whenever it is
 * filled, and that would be taken for a person's choice. */
static void
fill_names (RelaisSchedulingGroup *self)
{
  GCallback changed = G_CALLBACK (relais_scheduling_group_accounts_cb);
  g_auto (GStrv) names = relais_account_labels_watch (self->accounts, changed, self);
  guint n_before = g_list_model_get_n_items (G_LIST_MODEL (self->names));

  self->showing = TRUE;
  gtk_string_list_splice (self->names, 0, n_before, (const char *const *)names);
  self->showing = FALSE;
}

static void
relais_scheduling_group_show_cb (RelaisSchedulingGroup *self)
{
  RelaisScheduling scheduling;

  if (self->settings == NULL || self->showing)
    return;
  self->showing = TRUE;
  scheduling = g_settings_get_enum (self->settings, "scheduling");
  adw_combo_row_set_selected (self->scheduling, scheduling);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->scheduling), explain (scheduling));
  gtk_widget_set_visible (GTK_WIDGET (self->account), scheduling == RELAIS_SCHEDULING_FIXED);
  adw_combo_row_set_selected (self->account, find_fixed (self));
  self->showing = FALSE;
}

static void
relais_scheduling_group_accounts_cb (RelaisSchedulingGroup *self)
{
  fill_names (self);
  relais_scheduling_group_show_cb (self);
}

/* To choose one account alone says nothing yet: the first of the list is it. */
static void
relais_scheduling_group_scheduling_cb (RelaisSchedulingGroup *self)
{
  guint selected = adw_combo_row_get_selected (self->scheduling);

  if (self->settings == NULL || self->showing || selected > RELAIS_SCHEDULING_FIXED)
    return;
  if (selected == RELAIS_SCHEDULING_FIXED &&
      adw_combo_row_get_selected (self->account) == GTK_INVALID_LIST_POSITION)
    {
      g_autofree char *first = dup_id (self, 0);

      if (first != NULL)
        g_settings_set_string (self->settings, "fixed-account", first);
    }
  g_settings_set_enum (self->settings, "scheduling", (int)selected);
}

static void
relais_scheduling_group_account_cb (RelaisSchedulingGroup *self)
{
  g_autofree char *id = NULL;

  if (self->settings == NULL || self->showing)
    return;
  id = dup_id (self, adw_combo_row_get_selected (self->account));
  if (id != NULL)
    g_settings_set_string (self->settings, "fixed-account", id);
}

static void
set_settings (RelaisSchedulingGroup *self,
              GSettings             *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->settings_signals, settings);
  if (settings != NULL)
    g_settings_bind (settings, "max-wait", self->wait, "value", G_SETTINGS_BIND_NO_SENSITIVITY);
  relais_scheduling_group_show_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
set_accounts (RelaisSchedulingGroup *self,
              GListModel            *accounts)
{
  if (!g_set_object (&self->accounts, accounts))
    return;
  g_signal_group_set_target (self->accounts_signals, accounts);
  relais_scheduling_group_accounts_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCOUNTS]);
}

static void
relais_scheduling_group_get_property (GObject    *object,
                                      guint       prop_id,
                                      GValue     *value,
                                      GParamSpec *pspec)
{
  RelaisSchedulingGroup *self = RELAIS_SCHEDULING_GROUP (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_ACCOUNTS:
      g_value_set_object (value, self->accounts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_scheduling_group_set_property (GObject      *object,
                                      guint         prop_id,
                                      const GValue *value,
                                      GParamSpec   *pspec)
{
  RelaisSchedulingGroup *self = RELAIS_SCHEDULING_GROUP (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    case PROP_ACCOUNTS:
      set_accounts (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_scheduling_group_dispose (GObject *object)
{
  RelaisSchedulingGroup *self = RELAIS_SCHEDULING_GROUP (object);

  g_clear_object (&self->settings_signals);
  g_clear_object (&self->accounts_signals);
  g_clear_object (&self->settings);
  g_clear_object (&self->accounts);
  g_clear_object (&self->names);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_SCHEDULING_GROUP);

  G_OBJECT_CLASS (relais_scheduling_group_parent_class)->dispose (object);
}

static void
relais_scheduling_group_class_init (RelaisSchedulingGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = relais_scheduling_group_dispose;
  object_class->get_property = relais_scheduling_group_get_property;
  object_class->set_property = relais_scheduling_group_set_property;

  properties[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, flags);
  properties[PROP_ACCOUNTS] = g_param_spec_object ("accounts", NULL, NULL, G_TYPE_LIST_MODEL,
                                                   flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_SPIN_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-scheduling-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisSchedulingGroup, account);
  gtk_widget_class_bind_template_child (widget_class, RelaisSchedulingGroup, scheduling);
  gtk_widget_class_bind_template_child (widget_class, RelaisSchedulingGroup, wait);
  gtk_widget_class_bind_template_callback (widget_class, relais_scheduling_group_account_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_scheduling_group_scheduling_cb);
}

static void
relais_scheduling_group_init (RelaisSchedulingGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->names = gtk_string_list_new (NULL);
  adw_combo_row_set_model (self->account, G_LIST_MODEL (self->names));
  self->settings_signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->settings_signals, "changed::scheduling",
                                  G_CALLBACK (relais_scheduling_group_show_cb), self);
  g_signal_group_connect_swapped (self->settings_signals, "changed::fixed-account",
                                  G_CALLBACK (relais_scheduling_group_show_cb), self);
  self->accounts_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->accounts_signals, "items-changed",
                                  G_CALLBACK (relais_scheduling_group_accounts_cb), self);
}
