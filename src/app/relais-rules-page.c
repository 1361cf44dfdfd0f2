/* relais-rules-page.c: which model is used for which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rules-page"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "relais-account-labels.h"
#include "relais-banner.h"
#include "relais-dialogs.h"
#include "relais-rule-dialog.h"
#include "relais-rule-item.h"
#include "relais-rule-presets.h"
#include "relais-rule-words.h"
#include "relais-rules-page.h"
#include "relais-toast.h"

#define ROWS_AT_ONCE 16 /* as many as most windows show */
#define ROWS_A_FRAME 4  /* of the others */

struct _RelaisRulesPage
{
  AdwBin        parent_instance;

  /* template children */
  RelaisBanner *banner;
  GtkListBox   *list;
  GtkStack     *stack;
  AdwActionRow *outcome;
  GtkEditable  *probe;

  /* owned */
  RelaisEngine *engine;
  GSettings    *settings;
  GSignalGroup *engine_signals;
  GSignalGroup *list_signals;
  GSignalGroup *settings_signals;
  GCancellable *cancellable;
  GCancellable *probing;
  RelaisRules *rules;  /* what is shown */
  RelaisRules *listed; /* of these, what the rows are for; there may be fewer rows */
  AdwToast *offer;     /* weak: takes the last change back */
  gboolean stale;      /* the list does not show them yet */
  guint         n_rows;
  guint filling;  /* a tick callback, or 0 */
  guint focus_at; /* the row to focus with the change, from 1; 0: none */
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisRulesPage, relais_rules_page, ADW_TYPE_BIN)

/* The way back from a change. */
typedef struct
{
  GWeakRef page;
  RelaisRules *before; /* owned */
  char *after;         /* owned; the setting as the change left it */
} Undo;

static void
undo_free (gpointer  data,
           GClosure *closure)
{
  Undo *undo = data;

  g_weak_ref_clear (&undo->page);
  relais_rules_unref (undo->before);
  g_free (undo->after);
  g_free (undo);
}

static guint
get_length (RelaisRulesPage *self)
{
  return relais_rules_get_length (self->rules);
}

static void
store (RelaisRulesPage *self,
       RelaisRules     *rules)
{
  g_autofree char *json = relais_rules_to_json (rules);

  g_settings_set_string (self->settings, "rules", json);
}

/* What came after it is not thrown away with it. */
static void
relais_rules_page_undo_cb (Undo *undo)
{
  g_autoptr (RelaisRulesPage) self = g_weak_ref_get (&undo->page);
  g_autofree char *now = NULL;

  if (self == NULL || self->settings == NULL)
    return;
  now = g_settings_get_string (self->settings, "rules");
  if (g_strcmp0 (now, undo->after) == 0)
    store (self, undo->before);
  else
    relais_toast_show (GTK_WIDGET (self), _("The rules have changed since"));
}

/* There is a way back from the last change only. */
static void
drop_offer (RelaisRulesPage *self)
{
  AdwToast *offer = self->offer;

  g_clear_weak_pointer (&self->offer);
  if (offer != NULL)
    adw_toast_dismiss (offer);
}

/* Puts the changed rules in force; NULL when there would be too many. */
static void
change (RelaisRulesPage *self,
        RelaisRules     *rules,
        const char      *text)
{
  Undo *undo = NULL;

  if (rules == NULL)
    {
      relais_toast_show (GTK_WIDGET (self), _("There are too many rules"));
      return;
    }
  undo = g_new0 (Undo, 1);
  g_weak_ref_init (&undo->page, self);
  undo->before = relais_rules_ref (self->rules);
  store (self, rules);
  undo->after = g_settings_get_string (self->settings, "rules");
  drop_offer (self);
  g_set_weak_pointer (&self->offer,
                      relais_toast_offer (GTK_WIDGET (self), text, _("_Undo"), G_CALLBACK (relais_rules_page_undo_cb), undo, undo_free));
}

static void
relais_rules_page_forecast_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data)
{
  g_autoptr (RelaisRulesPage) self = data;
  g_autoptr (RelaisForecast) forecast =
               relais_engine_forecast_finish (RELAIS_ENGINE (source), result, NULL);
  g_autofree char *rule = NULL;
  g_autofree char *accounts = NULL;

  if (forecast == NULL || self->engine == NULL)
    return;
  rule = relais_rule_words_rule (forecast);
  accounts = relais_rule_words_accounts (forecast);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->outcome), rule);
  adw_action_row_set_subtitle (self->outcome, accounts);
  gtk_widget_set_visible (GTK_WIDGET (self->outcome), TRUE);
}

/* The engine answers as it would a client, and only the last question counts. */
static void
relais_rules_page_probe_cb (RelaisRulesPage *self)
{
  g_autofree char *model = NULL;

  g_cancellable_cancel (self->probing);
  g_clear_object (&self->probing);
  if (self->engine == NULL)
    return;
  model = g_strstrip (g_strdup (gtk_editable_get_text (self->probe)));
  if (*model == '\0')
    {
      gtk_widget_set_visible (GTK_WIDGET (self->outcome), FALSE);
      return;
    }
  self->probing = g_cancellable_new ();
  relais_engine_forecast_async (self->engine, model, self->probing, relais_rules_page_forecast_cb,
                                g_object_ref (self));
}

static void
update_rows (RelaisRulesPage *self,
             guint            from)
{
  for (guint i = from; i < self->n_rows; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);
      const RelaisRule *rule = relais_rules_get (self->rules, i);
      gboolean broken = FALSE;
      g_autofree char *who = relais_rule_words_target (self->engine, rule, &broken);

      relais_rule_item_set (RELAIS_RULE_ITEM (row), i + 1, rule, who, broken);
    }
}

static void
insert_rows (RelaisRulesPage *self,
             guint            at,
             guint            n)
{
  self->n_rows += n;
  for (; n > 0; n--)
    gtk_list_box_insert (self->list, relais_rule_item_new (), at);
}

static void
remove_rows (RelaisRulesPage *self,
             guint            at,
             guint            n)
{
  self->n_rows -= n;
  for (; n > 0; n--)
    gtk_list_box_remove (self->list, GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, at)));
}

static gboolean
relais_rules_page_fill_cb (GtkWidget     *widget,
                           GdkFrameClock *clock,
                           gpointer       data)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);
  guint from = self->n_rows;

  insert_rows (self, from, MIN (get_length (self) - from, ROWS_A_FRAME));
  update_rows (self, from);
  if (self->n_rows < get_length (self))
    return G_SOURCE_CONTINUE;
  self->filling = 0;
  return G_SOURCE_REMOVE;
}

/* Rows stay with their rules, for to lay one out anew takes long; those far down come later. */
static void
match_rows (RelaisRulesPage *self)
{
  guint n_rules = get_length (self);
  guint n_listed = relais_rules_get_length (self->listed);
  guint least = MIN (self->n_rows, n_rules);
  guint before = 0, behind = 0, want;

  while (before < least && relais_rule_equals (relais_rules_get (self->listed, before),
                                               relais_rules_get (self->rules, before)))
    before++;
  while (self->n_rows == n_listed && behind < least - before &&
         relais_rule_equals (relais_rules_get (self->listed, n_listed - 1 - behind),
                             relais_rules_get (self->rules, n_rules - 1 - behind)))
    behind++;
  want = behind > 0 ? n_rules
                    : MIN (n_rules, MAX (self->n_rows, MAX (ROWS_AT_ONCE, self->focus_at)));
  if (self->n_rows > want)
    remove_rows (self, want - behind, self->n_rows - want);
  else
    insert_rows (self, self->n_rows - behind, want - self->n_rows);
  g_clear_pointer (&self->listed, relais_rules_unref);
  self->listed = relais_rules_ref (self->rules);
  if (self->n_rows < n_rules && self->filling == 0)
    self->filling = gtk_widget_add_tick_callback (GTK_WIDGET (self), relais_rules_page_fill_cb,
                                                  NULL, NULL);
}

/* At once: the next key is for the rule that was moved, however fast it comes. */
static void
focus_row (RelaisRulesPage *self)
{
  guint at = MIN (self->focus_at, get_length (self));
  GtkListBoxRow *row = at > 0 ? gtk_list_box_get_row_at_index (self->list, at - 1) : NULL;

  self->focus_at = 0;
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/* Out of sight no row is made: a window with hundreds of rules opens as fast as one without. */
static void
show (RelaisRulesPage *self)
{
  self->stale = !gtk_widget_get_mapped (GTK_WIDGET (self));
  if (self->stale)
    return;
  match_rows (self);
  update_rows (self, 0);
  gtk_stack_set_visible_child_name (self->stack, get_length (self) > 0 ? "list" : "empty");
  focus_row (self);
  relais_rules_page_probe_cb (self);
}

static void
show_fault (RelaisRulesPage        *self,
            const RelaisRulesFault *fault)
{
  g_autofree char *words = NULL;
  g_autofree char *text = NULL;

  relais_banner_set_revealed (self->banner, fault->kind != RELAIS_RULES_FINE);
  if (fault->kind == RELAIS_RULES_FINE)
    return;
  words = relais_rule_words_fault (fault);
  /* Translators: what is wrong with them, a part of a sentence */
  text = g_strdup_printf (_("The stored rules are not used: %s"), words);
  relais_banner_set_title (self->banner, text);
}

/* What is no good is not in force either: the rules before it are, and are shown. */
static void
relais_rules_page_stored_cb (RelaisRulesPage *self)
{
  g_autofree char *json = NULL;
  RelaisRulesFault fault;
  RelaisRules *rules = NULL;

  if (self->settings == NULL || self->engine == NULL)
    return;
  json = g_settings_get_string (self->settings, "rules");
  rules = relais_rules_parse (json, strlen (json), &fault, NULL);
  show_fault (self, &fault);
  if (rules != NULL)
    {
      g_clear_pointer (&self->rules, relais_rules_unref);
      self->rules = rules;
    }
  show (self);
}

static void
relais_rules_page_accounts_cb (RelaisRulesPage *self)
{
  g_auto (GStrv) labels = NULL;

  if (self->engine == NULL)
    return;
  labels = relais_account_labels_watch (relais_engine_list_accounts (self->engine),
                                        G_CALLBACK (relais_rules_page_accounts_cb), self);
  if (self->stale)
    return;
  update_rows (self, 0);
  relais_rules_page_probe_cb (self);
}

/* Who would answer may be somebody else with each request. */
static void
relais_rules_page_standing_cb (RelaisRulesPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    relais_rules_page_probe_cb (self);
}

/* The number of a rule, from 1; 0 when there is none any more. */
static guint
find_rule (RelaisRulesPage  *self,
           const RelaisRule *rule,
           guint             number)
{
  if (number > 0 && number <= get_length (self) &&
      relais_rule_equals (relais_rules_get (self->rules, number - 1), rule))
    return number;
  for (guint i = 0; i < get_length (self); i++)
    if (relais_rule_equals (relais_rules_get (self->rules, i), rule))
      return i + 1;
  return 0;
}

static void
remove_rule (RelaisRulesPage *self,
             guint            number)
{
  const RelaisRule *rule = relais_rules_get (self->rules, number - 1);
  g_autoptr (RelaisRules) changed = relais_rules_splice (self->rules, number - 1, 1, NULL, 0, NULL);
  g_autofree char *text = NULL;

  /* Translators: the model a rule is for */
  text = g_strdup_printf (_("Rule for “%s” removed"), rule->match);
  self->focus_at = number;
  change (self, changed, text);
}

/* A rule under a dialog's hands: the list may change under it. */
typedef struct
{
  RelaisRulesPage *page; /* borrowed: outlives its dialogs */
  RelaisRules *rule;     /* owned; it alone, or NULL for a new one */
  guint number;
} Editing;

static void
editing_free (gpointer  data,
              GClosure *closure)
{
  Editing *editing = data;

  g_object_unref (editing->page);
  g_clear_pointer (&editing->rule, relais_rules_unref);
  g_free (editing);
}

static guint
find_edited (Editing *editing)
{
  return editing->rule != NULL
           ? find_rule (editing->page, relais_rules_get (editing->rule, 0), editing->number)
           : 0;
}

static void
relais_rules_page_saved_cb (Editing          *editing,
                            const RelaisRule *rule)
{
  RelaisRulesPage *self = editing->page;
  guint number = find_edited (editing);
  guint at = number > 0 ? number - 1 : get_length (self);
  g_autoptr (RelaisRules) changed = NULL;

  if (self->engine == NULL)
    return;
  changed = relais_rules_splice (self->rules, at, number > 0 ? 1 : 0, rule, 1, NULL);
  self->focus_at = at + 1;
  change (self, changed, number > 0 ? _("Rule changed") : _("Rule added"));
}

static void
relais_rules_page_dialog_remove_cb (Editing *editing)
{
  guint number = find_edited (editing);

  if (number > 0 && editing->page->engine != NULL)
    remove_rule (editing->page, number);
}

static void
present_dialog (RelaisRulesPage  *self,
                const RelaisRule *rule,
                guint             number)
{
  GtkWidget *dialog = relais_rule_dialog_new (self->engine, rule, number > 0);
  Editing *editing = g_new0 (Editing, 1);

  editing->page = g_object_ref (self);
  editing->number = number;
  if (number > 0)
    editing->rule = relais_rules_splice (NULL, 0, 0, rule, 1, NULL);
  gtk_window_set_transient_for (GTK_WINDOW (dialog),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  g_signal_connect_data (dialog, "saved", G_CALLBACK (relais_rules_page_saved_cb), editing,
                         editing_free, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (dialog, "remove", G_CALLBACK (relais_rules_page_dialog_remove_cb),
                            editing);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
relais_rules_page_edit (GtkWidget  *widget,
                        const char *action,
                        GVariant   *parameter)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);

  if (number > 0 && number <= get_length (self))
    present_dialog (self, relais_rules_get (self->rules, number - 1), number);
}

static void
relais_rules_page_remove (GtkWidget  *widget,
                          const char *action,
                          GVariant   *parameter)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);

  if (number > 0 && number <= get_length (self))
    remove_rule (self, number);
}

static void
relais_rules_page_move (GtkWidget  *widget,
                        const char *action,
                        GVariant   *parameter)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);
  g_autoptr (RelaisRules) changed = NULL;
  guint from = 0;
  int steps = 0;
  int to = 0;

  g_variant_get (parameter, "(ui)", &from, &steps);
  if (from == 0 || from > get_length (self))
    return;
  to = CLAMP ((int)from + steps, 1, (int)get_length (self));
  if (to == (int)from)
    {
      gtk_widget_error_bell (widget);
      return;
    }
  changed = relais_rules_move (self->rules, from - 1, to - 1);
  self->focus_at = to;
  store (self, changed);
}

static void
relais_rules_page_preset (GtkWidget  *widget,
                          const char *action,
                          GVariant   *parameter)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);
  g_autoptr (RelaisRules) changed =
               relais_rule_presets_add (self->rules, g_variant_get_string (parameter, NULL));

  change (self, changed, _("Preset added"));
}

static void
show_import_failure (RelaisRulesPage *self,
                     const char      *words)
{
  g_autofree char *body = NULL;

  /* Translators: why a file was not taken, a part of a sentence */
  body = g_strdup_printf (_("The file was not imported: %s. Your rules are as they were."), words);
  relais_dialogs_tell (GTK_WIDGET (self), _("No Rules Imported"), body);
}

static void
relais_rules_page_imported_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data)
{
  g_autoptr (RelaisRulesPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisRules) rules = NULL;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;
  RelaisRulesFault fault;
  guint n_rules = 0;
  gsize length = 0;
  gboolean read = FALSE;

  read = g_file_load_partial_contents_finish (G_FILE (source), result, &json, &length, NULL,
                                              &error);
  if (self->engine == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!read)
    {
      show_import_failure (self, error->message);
      return;
    }
  rules = relais_rules_parse (json, length, &fault, NULL);
  if (rules == NULL)
    {
      g_autofree char *words = relais_rule_words_fault (&fault);

      show_import_failure (self, words);
      return;
    }
  n_rules = relais_rules_get_length (rules);
  text = g_strdup_printf (ngettext ("%u rule imported", "%u rules imported", n_rules), n_rules);
  change (self, rules, text);
}

/* Enough to see that there is too much of it. */
static gboolean
relais_rules_page_read_more_cb (const char *contents,
                                goffset     size,
                                gpointer    data)
{
  return size <= RELAIS_RULES_SIZE_MAX;
}

static void
relais_rules_page_exported_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data)
{
  g_autoptr (RelaisRulesPage) self = data;
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (source), result, NULL, &error);
  if (self->engine == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error == NULL)
    relais_toast_show (GTK_WIDGET (self), _("Rules exported"));
  else
    relais_dialogs_tell (GTK_WIDGET (self), _("Rules Not Exported"), error->message);
}

static void
relais_rules_page_import_file_cb (gpointer  object,
                                  GFile    *file)
{
  relais_rules_page_import (object, file);
}

static void
relais_rules_page_export_file_cb (gpointer  object,
                                  GFile    *file)
{
  relais_rules_page_export (object, file);
}

static void
relais_rules_page_choose_import (GtkWidget  *widget,
                                 const char *action,
                                 GVariant   *parameter)
{
  relais_dialogs_open_json (widget, _("Import Rules"), relais_rules_page_import_file_cb, widget);
}

static void
relais_rules_page_choose_export (GtkWidget  *widget,
                                 const char *action,
                                 GVariant   *parameter)
{
  relais_dialogs_save (widget, _("Export Rules"), _("JSON Files"), "relais-rules.json", relais_rules_page_export_file_cb, widget);
}

static void
set_engine (RelaisRulesPage *self,
            RelaisEngine    *engine)
{
  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->engine_signals, engine);
  g_signal_group_set_target (self->list_signals,
                             engine != NULL ? relais_engine_list_accounts (engine) : NULL);
  relais_rules_page_stored_cb (self);
  relais_rules_page_accounts_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
set_settings (RelaisRulesPage *self,
              GSettings       *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->settings_signals, settings);
  relais_rules_page_stored_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

/* Who lists a model is known once somebody asked. */
static void
relais_rules_page_map (GtkWidget *widget)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (widget);

  GTK_WIDGET_CLASS (relais_rules_page_parent_class)->map (widget);
  if (self->engine == NULL)
    return;
  if (self->stale)
    show (self);
  relais_engine_refresh_models (self->engine);
}

static void
relais_rules_page_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (object);

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
relais_rules_page_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (object);

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
relais_rules_page_dispose (GObject *object)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->probing);
  g_clear_weak_pointer (&self->offer);
  g_clear_object (&self->engine_signals);
  g_clear_object (&self->list_signals);
  g_clear_object (&self->settings_signals);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  if (self->filling != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->filling);
  self->filling = 0;
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_RULES_PAGE);

  G_OBJECT_CLASS (relais_rules_page_parent_class)->dispose (object);
}

static void
relais_rules_page_finalize (GObject *object)
{
  RelaisRulesPage *self = RELAIS_RULES_PAGE (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->probing);
  relais_rules_unref (self->rules);
  relais_rules_unref (self->listed);

  G_OBJECT_CLASS (relais_rules_page_parent_class)->finalize (object);
}

static void
relais_rules_page_class_init (RelaisRulesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_rules_page_dispose;
  object_class->finalize = relais_rules_page_finalize;
  object_class->get_property = relais_rules_page_get_property;
  object_class->set_property = relais_rules_page_set_property;
  widget_class->map = relais_rules_page_map;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_BANNER);

  gtk_widget_class_install_action (widget_class, "rules.edit", "u", relais_rules_page_edit);
  gtk_widget_class_install_action (widget_class, "rules.export", NULL, relais_rules_page_choose_export);
  gtk_widget_class_install_action (widget_class, "rules.import", NULL, relais_rules_page_choose_import);
  gtk_widget_class_install_action (widget_class, "rules.move", "(ui)", relais_rules_page_move);
  gtk_widget_class_install_action (widget_class, "rules.preset", "s", relais_rules_page_preset);
  gtk_widget_class_install_action (widget_class, "rules.remove", "u", relais_rules_page_remove);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-rules-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisRulesPage, banner);
  gtk_widget_class_bind_template_child (widget_class, RelaisRulesPage, list);
  gtk_widget_class_bind_template_child (widget_class, RelaisRulesPage, outcome);
  gtk_widget_class_bind_template_child (widget_class, RelaisRulesPage, probe);
  gtk_widget_class_bind_template_child (widget_class, RelaisRulesPage, stack);
  gtk_widget_class_bind_template_callback (widget_class, relais_rules_page_probe_cb);
}

static void
relais_rules_page_init (RelaisRulesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->cancellable = g_cancellable_new ();
  self->rules = relais_rules_splice (NULL, 0, 0, NULL, 0, NULL);
  self->listed = relais_rules_ref (self->rules);
  self->engine_signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  g_signal_group_connect_swapped (self->engine_signals, "notify::keyring",
                                  G_CALLBACK (relais_rules_page_accounts_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "accounts-changed",
                                  G_CALLBACK (relais_rules_page_standing_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "models-changed",
                                  G_CALLBACK (relais_rules_page_probe_cb), self);
  self->list_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->list_signals, "items-changed",
                                  G_CALLBACK (relais_rules_page_accounts_cb), self);
  self->settings_signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->settings_signals, "changed::rules",
                                  G_CALLBACK (relais_rules_page_stored_cb), self);
}

/**
 * relais_rules_page_add:
 * @self: a page
 * @model: (nullable): what the rule is to be for, as far as known
 *
 * Opens the dialog that adds a rule.
 */
void
relais_rules_page_add (RelaisRulesPage *self,
                       const char      *model)
{
  RelaisRule rule = { (char *)model };

  g_return_if_fail (RELAIS_IS_RULES_PAGE (self));

  present_dialog (self, &rule, 0);
}

/**
 * relais_rules_page_import:
 * @self: a page
 * @file: rules, as `relais serve --rules-file` takes them
 *
 * Puts them in place of those there are. A file that is no good changes nothing, and is told.
 */
void
relais_rules_page_import (RelaisRulesPage *self,
                          GFile           *file)
{
  g_return_if_fail (RELAIS_IS_RULES_PAGE (self));

  g_file_load_partial_contents_async (file, self->cancellable, relais_rules_page_read_more_cb,
                                      relais_rules_page_imported_cb, g_object_ref (self));
}

/**
 * relais_rules_page_export:
 * @self: a page
 * @file: where to write the rules, as `relais serve --rules-file` takes them
 */
void
relais_rules_page_export (RelaisRulesPage *self,
                          GFile           *file)
{
  char *json = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (RELAIS_IS_RULES_PAGE (self));

  json = relais_rules_to_json (self->rules);
  bytes = g_bytes_new_take (json, strlen (json));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                       self->cancellable, relais_rules_page_exported_cb,
                                       g_object_ref (self));
}
