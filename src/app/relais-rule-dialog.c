/* relais-rule-dialog.c: add a rule, or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rule-dialog"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "relais-dialogs.h"
#include "relais-names.h"
#include "relais-rule-dialog.h"
#include "relais-rule-words.h"
#include "relais-words.h"

struct _RelaisRuleDialog
{
  AdwWindow     parent_instance;

  /* template children */
  AdwEntryRow  *match;
  AdwEntryRow  *model;
  GtkWidget    *remove_group;
  GtkButton    *save;
  AdwComboRow  *who;

  /* owned */
  RelaisEngine *engine;
  GPtrArray *targets; /* RelaisRuleTarget, one an entry of who */
  char *before;       /* the fields as they were shown first */
};

enum {
  REMOVE,
  SAVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisRuleDialog, relais_rule_dialog, ADW_TYPE_WINDOW)

static void
target_free (gpointer data)
{
  RelaisRuleTarget *target = data;

  g_free ((char *)target->id);
  g_free ((char *)target->provider);
  g_free (target);
}

static char *
dup_text (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* What the fields say, as a rule that borrows from them. */
typedef struct
{
  RelaisRule  rule;
  char       *match;
  char       *model;
} Form;

static void
form_clear (Form *form)
{
  g_free (form->match);
  g_free (form->model);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Form, form_clear)

static void
read_form (RelaisRuleDialog *self,
           Form             *form)
{
  guint selected = adw_combo_row_get_selected (self->who);
  const RelaisRuleTarget *target =
    selected < self->targets->len ? g_ptr_array_index (self->targets, selected) : NULL;

  form->match = dup_text (self->match);
  form->model = dup_text (self->model);
  form->rule = (RelaisRule){ *form->match != '\0' ? form->match : NULL,
                             *form->model != '\0' ? form->model : NULL };
  if (target == NULL)
    return;
  form->rule.account = (char *)target->id;
  form->rule.provider = (char *)target->provider;
}

/* The fields in one line, to see whether they changed. */
static char *
dup_state (RelaisRuleDialog *self)
{
  return g_strdup_printf ("%s\n%s\n%u", gtk_editable_get_text (GTK_EDITABLE (self->match)),
                          gtk_editable_get_text (GTK_EDITABLE (self->model)),
                          adw_combo_row_get_selected (self->who));
}

static RelaisRulesFaultKind
find_fault (RelaisRuleDialog *self)
{
  g_auto (Form) form = { 0 };
  g_autoptr (RelaisRules) rules = NULL;
  RelaisRulesFault fault;

  read_form (self, &form);
  rules = relais_rules_splice (NULL, 0, 0, &form.rule, 1, &fault);
  return fault.kind;
}

static void
relais_rule_dialog_changed_cb (RelaisRuleDialog *self)
{
  RelaisRulesFaultKind fault;
  gboolean star = FALSE;

  if (self->before == NULL)
    return;
  fault = find_fault (self);
  star = fault == RELAIS_RULES_STAR;
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), fault == RELAIS_RULES_FINE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->model),
                                 star ? _("_Model to Use: one name, without *")
                                      : _("_Model to Use (optional)"));
  if (star)
    gtk_widget_add_css_class (GTK_WIDGET (self->model), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->model), "error");
}

static void
relais_rule_dialog_save_cb (RelaisRuleDialog *self)
{
  g_auto (Form) form = { 0 };

  if (find_fault (self) != RELAIS_RULES_FINE)
    return;
  read_form (self, &form);
  g_signal_emit (self, signals[SAVED], 0, &form.rule);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
relais_rule_dialog_remove_cb (RelaisRuleDialog *self)
{
  g_signal_emit (self, signals[REMOVE], 0);
  gtk_window_destroy (GTK_WINDOW (self));
}

/* What somebody typed does not go by a slip of a key. */
static gboolean
relais_rule_dialog_close_request (GtkWindow *window)
{
  RelaisRuleDialog *self = RELAIS_RULE_DIALOG (window);
  g_autofree char *state = dup_state (self);

  if (g_str_equal (state, self->before))
    return GTK_WINDOW_CLASS (relais_rule_dialog_parent_class)->close_request (window);
  relais_dialogs_ask_discard (window, _("Discard This Rule?"));
  return GDK_EVENT_STOP;
}

static void
add_target (RelaisRuleDialog *self,
            GtkStringList    *names,
            const char       *id,
            const char       *provider,
            const char       *name)
{
  RelaisRuleTarget *target = g_new0 (RelaisRuleTarget, 1);

  target->id = g_strdup (id);
  target->provider = g_strdup (provider);
  g_ptr_array_add (self->targets, target);
  gtk_string_list_append (names, name);
}

static guint
find_target (RelaisRuleDialog *self,
             const RelaisRule *rule)
{
  for (guint i = 0; i < self->targets->len; i++)
    {
      const RelaisRuleTarget *target = g_ptr_array_index (self->targets, i);

      if (g_strcmp0 (target->id, rule->account) == 0 &&
          g_strcmp0 (target->provider, rule->provider) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static gboolean
has_account_of (RelaisRuleDialog *self,
                const char       *provider)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      if (g_strcmp0 (relais_account_row_get_provider (row), provider) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Anybody, each account, each provider there is an account of; and what the rule says, were it not
 * among them. */
static void
fill_who (RelaisRuleDialog *self,
          const RelaisRule *rule)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GListModel *accounts = relais_engine_list_accounts (self->engine);
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  add_target (self, names, NULL, NULL, _("Any account"));
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      add_target (self, names, relais_account_row_get_id (row), NULL,
                  relais_account_row_get_label (row));
    }
  for (gsize i = 0; i < n_providers; i++)
    {
      g_autofree char *name = NULL;

      if (!has_account_of (self, providers[i].id))
        continue;
      /* Translators: the name of a provider */
      name = g_strdup_printf (_("All of %s"), relais_words_provider (providers[i].id, providers[i].name));
      add_target (self, names, NULL, providers[i].id, name);
    }
  if (find_target (self, rule) == GTK_INVALID_LIST_POSITION)
    {
      g_autofree char *who = relais_rule_words_target (self->engine, rule, NULL);

      add_target (self, names, rule->account, rule->provider, who);
    }
  adw_combo_row_set_model (self->who, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->who, find_target (self, rule));
}

/* Not before: GTK 4.8 keeps a dialog whose focus is set earlier off the accessibility bus. */
static void
relais_rule_dialog_map (GtkWidget *widget)
{
  RelaisRuleDialog *self = RELAIS_RULE_DIALOG (widget);
  gboolean named = *gtk_editable_get_text (GTK_EDITABLE (self->match)) != '\0';

  GTK_WIDGET_CLASS (relais_rule_dialog_parent_class)->map (widget);
  gtk_widget_grab_focus (named ? GTK_WIDGET (self->model) : GTK_WIDGET (self->match));
}

static void
relais_rule_dialog_dispose (GObject *object)
{
  RelaisRuleDialog *self = RELAIS_RULE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_RULE_DIALOG);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->before, g_free);

  G_OBJECT_CLASS (relais_rule_dialog_parent_class)->dispose (object);
}

static void
relais_rule_dialog_finalize (GObject *object)
{
  g_ptr_array_unref (RELAIS_RULE_DIALOG (object)->targets);

  G_OBJECT_CLASS (relais_rule_dialog_parent_class)->finalize (object);
}

static void
relais_rule_dialog_class_init (RelaisRuleDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_rule_dialog_dispose;
  object_class->finalize = relais_rule_dialog_finalize;
  widget_class->map = relais_rule_dialog_map;
  GTK_WINDOW_CLASS (klass)->close_request = relais_rule_dialog_close_request;

  signals[REMOVE] = g_signal_new ("remove", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_POINTER);

  relais_dialogs_bind_close (widget_class);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-rule-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleDialog, match);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleDialog, model);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleDialog, remove_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleDialog, save);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleDialog, who);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_dialog_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_dialog_remove_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_dialog_save_cb);
}

static void
relais_rule_dialog_init (RelaisRuleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  relais_names_from_tooltips (GTK_WIDGET (self));

  self->targets = g_ptr_array_new_with_free_func (target_free);
}

/**
 * relais_rule_dialog_new:
 * @engine: whose accounts there are
 * @rule: what the fields say at first
 * @stored: whether @rule is one that is changed, not a beginning
 *
 * Says by signals what is to be done with the rules, which it does not touch.
 *
 * Returns: (transfer none): a window, not yet shown
 */
GtkWidget *
relais_rule_dialog_new (RelaisEngine     *engine,
                        const RelaisRule *rule,
                        gboolean          stored)
{
  RelaisRuleDialog *self = NULL;

  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);

  self = g_object_new (RELAIS_TYPE_RULE_DIALOG, NULL);
  self->engine = g_object_ref (engine);
  gtk_editable_set_text (GTK_EDITABLE (self->match), rule->match != NULL ? rule->match : "");
  gtk_editable_set_text (GTK_EDITABLE (self->model), rule->model != NULL ? rule->model : "");
  fill_who (self, rule);
  if (stored)
    {
      gtk_window_set_title (GTK_WINDOW (self), _("Rule"));
      gtk_button_set_label (self->save, _("_Save"));
      gtk_widget_set_visible (self->remove_group, TRUE);
    }
  self->before = dup_state (self);
  relais_rule_dialog_changed_cb (self);
  return GTK_WIDGET (self);
}
