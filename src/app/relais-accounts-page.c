/* relais-accounts-page.c: the accounts, their order and their state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-accounts-page"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-account-dialog.h"
#include "relais-account-item.h"
#include "relais-accounts-page.h"
#include "relais-banner.h"
#include "relais-scheduling-group.h"
#include "relais-toast.h"
#include "relais-words.h"

struct _RelaisAccountsPage
{
  AdwBin                 parent_instance;

  /* template children */
  RelaisBanner          *banner;
  GtkListBox            *list;
  RelaisSchedulingGroup *scheduling;
  GtkStack              *stack;

  /* owned */
  RelaisEngine          *engine;
  GSignalGroup          *engine_signals;
  GSignalGroup          *list_signals;
  GCancellable          *cancellable;
  char *focus_id; /* the row to focus once the list has settled */
  guint                  focus_idle;
  gboolean               narrow;
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_SETTINGS,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAccountsPage, relais_accounts_page, ADW_TYPE_BIN)

/* For the way back after a removal. */
typedef struct
{
  GWeakRef  page;
  char     *id;
} RemoveUndo;

static void
remove_undo_free (gpointer  data,
                  GClosure *closure)
{
  RemoveUndo *undo = data;

  g_weak_ref_clear (&undo->page);
  g_free (undo->id);
  g_free (undo);
}

static const char *
state_name (RelaisAccountsPage *self)
{
  gboolean empty = g_list_model_get_n_items (relais_engine_list_accounts (self->engine)) == 0;

  if (!empty)
    return "list";
  switch (relais_engine_get_keyring (self->engine))
    {
    case RELAIS_ENGINE_KEYRING_UNKNOWN:
      return "loading";
    case RELAIS_ENGINE_KEYRING_LOCKED:
      return "locked";
    case RELAIS_ENGINE_KEYRING_NO_SERVICE:
      return "no-service";
    case RELAIS_ENGINE_KEYRING_READY:
    case RELAIS_ENGINE_KEYRING_NO_COLLECTION:
    case RELAIS_ENGINE_KEYRING_UNUSED:
    default:
      return "empty";
    }
}

static void
update_banner (RelaisAccountsPage *self)
{
  RelaisEngineKeyring keyring = relais_engine_get_keyring (self->engine);
  gboolean listed = g_list_model_get_n_items (relais_engine_list_accounts (self->engine)) > 0;

  if (keyring == RELAIS_ENGINE_KEYRING_NO_SERVICE && listed)
    {
      relais_banner_set_title (self->banner,
                               _("No keyring service answers: accounts are forgotten when you quit"));
      relais_banner_set_button (self->banner, NULL, NULL);
    }
  else if (keyring == RELAIS_ENGINE_KEYRING_LOCKED && listed)
    {
      relais_banner_set_title (self->banner, _("The keyring is locked: unlock it to list and change its accounts"));
      relais_banner_set_button (self->banner, _("_Unlock"), "win.unlock");
    }
  else if (keyring == RELAIS_ENGINE_KEYRING_NO_COLLECTION)
    {
      relais_banner_set_title (self->banner,
                               _("You have no keyring yet: you will be asked to make one with the first account"));
      relais_banner_set_button (self->banner, NULL, NULL);
    }
  else
    {
      relais_banner_set_revealed (self->banner, FALSE);
      return;
    }
  relais_banner_set_revealed (self->banner, TRUE);
}

/* A moved row is a new widget in a list box: the focus goes after it. */
static gboolean
relais_accounts_page_focus_cb (gpointer data)
{
  RelaisAccountsPage *self = data;
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  self->focus_idle = 0;
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) account = g_list_model_get_item (accounts, i);
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);

      if (row != NULL && g_strcmp0 (relais_account_row_get_id (account), self->focus_id) == 0)
        gtk_widget_grab_focus (GTK_WIDGET (row));
    }
  g_clear_pointer (&self->focus_id, g_free);
  return G_SOURCE_REMOVE;
}

static void
relais_accounts_page_update (RelaisAccountsPage *self)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  gtk_stack_set_visible_child_name (self->stack, state_name (self));
  /* of one account none is chosen */
  gtk_widget_set_visible (GTK_WIDGET (self->scheduling), g_list_model_get_n_items (accounts) > 1);
  update_banner (self);
}

static void
relais_accounts_page_items_cb (RelaisAccountsPage *self)
{
  relais_accounts_page_update (self);
  if (self->focus_id != NULL && self->focus_idle == 0)
    self->focus_idle = g_idle_add (relais_accounts_page_focus_cb, self);
}

static RelaisAccountRow *
find_account (RelaisAccountsPage *self,
              const char         *id,
              guint              *position)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) account = g_list_model_get_item (accounts, i);

      if (g_strcmp0 (relais_account_row_get_id (account), id) != 0)
        continue;
      if (position != NULL)
        *position = i;
      return g_steal_pointer (&account);
    }
  return NULL;
}

static void
relais_accounts_page_move (GtkWidget  *widget,
                           const char *action,
                           GVariant   *parameter)
{
  RelaisAccountsPage *self = RELAIS_ACCOUNTS_PAGE (widget);
  GListModel *accounts = relais_engine_list_accounts (self->engine);
  guint n_accounts = g_list_model_get_n_items (accounts);
  g_autoptr (RelaisAccountRow) moved = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  const char *id = NULL;
  guint from = 0;
  int steps = 0;
  int to = 0;

  g_variant_get (parameter, "(&si)", &id, &steps);
  moved = find_account (self, id, &from);
  if (moved == NULL)
    return;
  to = CLAMP ((int)from + steps, 0, (int)n_accounts - 1);
  if (to == (int)from)
    {
      gtk_widget_error_bell (widget);
      return;
    }

  for (guint i = 0; i < n_accounts; i++)
    {
      g_autoptr (RelaisAccountRow) account = g_list_model_get_item (accounts, i);

      if (i != from)
        g_ptr_array_add (ids, g_strdup (relais_account_row_get_id (account)));
    }
  g_ptr_array_insert (ids, to, g_strdup (id));
  g_ptr_array_add (ids, NULL);

  g_free (self->focus_id);
  self->focus_id = g_strdup (id);
  relais_engine_set_account_order (self->engine, (const char *const *)ids->pdata);
}

static void
show_error (RelaisAccountsPage *self,
            const GError       *error)
{
  g_autofree char *words = NULL;

  if (self->engine == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  words = relais_words_error (error);
  relais_toast_show (GTK_WIDGET (self), words);
}

static void
relais_accounts_page_restored_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      data)
{
  g_autoptr (RelaisAccountsPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!relais_engine_restore_account_finish (RELAIS_ENGINE (source), result, &error))
    show_error (self, error);
}

static void
relais_accounts_page_undo_cb (RemoveUndo *undo)
{
  g_autoptr (RelaisAccountsPage) self = g_weak_ref_get (&undo->page);

  if (self == NULL || self->engine == NULL)
    return;
  g_free (self->focus_id);
  self->focus_id = g_strdup (undo->id);
  relais_engine_restore_account_async (self->engine, undo->id, self->cancellable,
                                       relais_accounts_page_restored_cb, g_object_ref (self));
}

typedef struct
{
  RelaisAccountsPage *page; /* owned */
  char *id;
  char *label;
} Removal;

static void
removal_free (Removal *removal)
{
  g_object_unref (removal->page);
  g_free (removal->id);
  g_free (removal->label);
  g_free (removal);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Removal, removal_free)

static void
relais_accounts_page_removed_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (Removal) removal = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  RemoveUndo *undo = NULL;

  if (!relais_engine_remove_account_finish (RELAIS_ENGINE (source), result, &error))
    {
      show_error (removal->page, error);
      return;
    }
  if (removal->page->engine == NULL)
    return;
  undo = g_new0 (RemoveUndo, 1);
  g_weak_ref_init (&undo->page, removal->page);
  undo->id = g_strdup (removal->id);
  /* Translators: the name of an account */
  text = g_strdup_printf (_("“%s” removed"), removal->label);
  relais_toast_offer (GTK_WIDGET (removal->page), text, _("_Undo"), G_CALLBACK (relais_accounts_page_undo_cb), undo, remove_undo_free);
}

static void
remove_account (RelaisAccountsPage *self,
                const char         *id)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);
  guint position = 0;
  g_autoptr (RelaisAccountRow) account = find_account (self, id, &position);
  g_autoptr (RelaisAccountRow) neighbour = NULL;
  Removal *removal = NULL;

  if (account == NULL)
    return;
  neighbour = g_list_model_get_item (accounts, position + 1);
  if (neighbour == NULL && position > 0)
    neighbour = g_list_model_get_item (accounts, position - 1);
  g_free (self->focus_id);
  self->focus_id = neighbour != NULL ? g_strdup (relais_account_row_get_id (neighbour)) : NULL;
  removal = g_new0 (Removal, 1);
  removal->page = g_object_ref (self);
  removal->id = g_strdup (id);
  removal->label = g_strdup (relais_account_row_get_label (account));
  relais_engine_remove_account_async (self->engine, id, self->cancellable,
                                      relais_accounts_page_removed_cb,
                                      removal);
}

static void
relais_accounts_page_remove (GtkWidget  *widget,
                             const char *action,
                             GVariant   *parameter)
{
  remove_account (RELAIS_ACCOUNTS_PAGE (widget), g_variant_get_string (parameter, NULL));
}

static void
relais_accounts_page_try_now (GtkWidget  *widget,
                              const char *action,
                              GVariant   *parameter)
{
  relais_engine_try_account_now (RELAIS_ACCOUNTS_PAGE (widget)->engine,
                                 g_variant_get_string (parameter, NULL));
}

static void
present_dialog (RelaisAccountsPage *self,
                RelaisAccountRow   *account)
{
  GtkWidget *dialog = relais_account_dialog_new (self->engine, account);

  gtk_window_set_transient_for (GTK_WINDOW (dialog),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  g_signal_connect_object (dialog, "saved", G_CALLBACK (relais_toast_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "remove", G_CALLBACK (remove_account), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
relais_accounts_page_edit_action (GtkWidget  *widget,
                                  const char *action,
                                  GVariant   *parameter)
{
  relais_accounts_page_edit (RELAIS_ACCOUNTS_PAGE (widget), g_variant_get_string (parameter, NULL));
}

static void
relais_accounts_page_practice_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      data)
{
  g_autoptr (RelaisAccountsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = relais_engine_add_account_finish (RELAIS_ENGINE (source), result, &error);

  if (id == NULL)
    show_error (self, error);
  else if (self->engine != NULL)
    relais_toast_show (GTK_WIDGET (self), _("Practice account added"));
}

static GtkWidget *
relais_accounts_page_create_row (gpointer item,
                                 gpointer data)
{
  RelaisAccountsPage *self = data;
  GtkWidget *row = relais_account_item_new (item);

  g_object_bind_property (self, "narrow", row, "narrow", G_BINDING_SYNC_CREATE);
  return row;
}

static void
set_engine (RelaisAccountsPage *self,
            RelaisEngine       *engine)
{
  GListModel *accounts = NULL;

  if (!g_set_object (&self->engine, engine))
    return;
  accounts = engine != NULL ? relais_engine_list_accounts (engine) : NULL;
  g_signal_group_set_target (self->engine_signals, engine);
  g_signal_group_set_target (self->list_signals, accounts);
  gtk_list_box_bind_model (self->list, accounts, relais_accounts_page_create_row, self, NULL);
  g_object_set (self->scheduling, "accounts", accounts, NULL);
  if (engine != NULL)
    relais_accounts_page_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
relais_accounts_page_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  RelaisAccountsPage *self = RELAIS_ACCOUNTS_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_SETTINGS:
      g_object_get_property (G_OBJECT (self->scheduling), "settings", value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_accounts_page_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  RelaisAccountsPage *self = RELAIS_ACCOUNTS_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      set_engine (self, g_value_get_object (value));
      break;
    case PROP_NARROW:
      self->narrow = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_SETTINGS:
      g_object_set_property (G_OBJECT (self->scheduling), "settings", value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_accounts_page_dispose (GObject *object)
{
  RelaisAccountsPage *self = RELAIS_ACCOUNTS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->focus_idle, g_source_remove);
  g_clear_object (&self->engine_signals);
  g_clear_object (&self->list_signals);
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ACCOUNTS_PAGE);

  G_OBJECT_CLASS (relais_accounts_page_parent_class)->dispose (object);
}

static void
relais_accounts_page_finalize (GObject *object)
{
  RelaisAccountsPage *self = RELAIS_ACCOUNTS_PAGE (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->focus_id, g_free);

  G_OBJECT_CLASS (relais_accounts_page_parent_class)->finalize (object);
}

static void
relais_accounts_page_class_init (RelaisAccountsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_accounts_page_dispose;
  object_class->finalize = relais_accounts_page_finalize;
  object_class->get_property = relais_accounts_page_get_property;
  object_class->set_property = relais_accounts_page_set_property;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_BANNER);
  g_type_ensure (RELAIS_TYPE_SCHEDULING_GROUP);

  gtk_widget_class_install_action (widget_class, "accounts.edit", "s", relais_accounts_page_edit_action);
  gtk_widget_class_install_action (widget_class, "accounts.move", "(si)", relais_accounts_page_move);
  gtk_widget_class_install_action (widget_class, "accounts.remove", "s", relais_accounts_page_remove);
  gtk_widget_class_install_action (widget_class, "accounts.try-now", "s", relais_accounts_page_try_now);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-accounts-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountsPage, banner);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountsPage, list);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountsPage, scheduling);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountsPage, stack);
}

static void
relais_accounts_page_init (RelaisAccountsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->cancellable = g_cancellable_new ();
  self->engine_signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  g_signal_group_connect_swapped (self->engine_signals, "notify::keyring",
                                  G_CALLBACK (relais_accounts_page_update), self);
  self->list_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->list_signals, "items-changed",
                                  G_CALLBACK (relais_accounts_page_items_cb), self);
}

/**
 * relais_accounts_page_add:
 * @self: a page
 *
 * Opens the dialog that adds an account.
 */
void
relais_accounts_page_add (RelaisAccountsPage *self)
{
  g_return_if_fail (RELAIS_IS_ACCOUNTS_PAGE (self));

  present_dialog (self, NULL);
}

/**
 * relais_accounts_page_edit:
 * @self: a page
 * @id: an account's id; one that is gone is left alone
 *
 * Opens the dialog that changes an account.
 */
void
relais_accounts_page_edit (RelaisAccountsPage *self,
                           const char         *id)
{
  g_autoptr (RelaisAccountRow) account = find_account (self, id, NULL);

  if (account != NULL)
    present_dialog (self, account);
}

/**
 * relais_accounts_page_add_practice:
 * @self: a page
 *
 * Adds the account that needs no key and no network.
 */
void
relais_accounts_page_add_practice (RelaisAccountsPage *self)
{
  RelaisAccountDraft draft = { 0 };

  g_return_if_fail (RELAIS_IS_ACCOUNTS_PAGE (self));

  draft.label = _("Practice");
  draft.provider = "practice";
  relais_engine_add_account_async (self->engine, &draft, self->cancellable,
                                   relais_accounts_page_practice_cb, g_object_ref (self));
}
