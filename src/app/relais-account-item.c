/* relais-account-item.c: one account in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-item"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-account-item.h"
#include "relais-account-words.h"
#include "relais-words.h"

#define TROUBLES_SHOWN 3

struct _RelaisAccountItem
{
  AdwActionRow      parent_instance;

  /* template children */
  GtkWidget        *arrow;
  AdwAvatar        *avatar;
  GtkWidget        *handle;
  GtkLabel         *pill;
  GtkWidget        *try_now;

  /* owned */
  RelaisAccountRow *account;
  guint countdown; /* while something ends by itself */
  gboolean          narrow;
};

enum {
  PROP_0,
  PROP_ACCOUNT,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAccountItem, relais_account_item, ADW_TYPE_ACTION_ROW)

static const struct
{
  const char *label;
  const char *style;
} pills[] = {
  [RELAIS_ACCOUNT_ACTIVE] = { NC_ ("account", "Active"), "success" },
  [RELAIS_ACCOUNT_PAUSED] = { NC_ ("account", "Paused"), "idle" },
  [RELAIS_ACCOUNT_KEY_REJECTED] = { NC_ ("account", "Key Rejected"), "error" },
  [RELAIS_ACCOUNT_COOLING] = { NC_ ("account", "Cooling Down"), "warning" },
  [RELAIS_ACCOUNT_QUOTA] = { NC_ ("account", "Quota Used Up"), "warning" },
  [RELAIS_ACCOUNT_NO_CREDIT] = { NC_ ("account", "Out of Credit"), "error" },
  [RELAIS_ACCOUNT_FAULTY] = { NC_ ("account", "Failing"), "warning" },
};

static char *
make_subtitle (RelaisAccountRow *account)
{
  const char *provider = relais_words_provider (relais_account_row_get_provider (account),
                                                relais_account_row_get_provider_name (account));
  guint n_requests = relais_account_row_get_n_requests (account);
  g_autofree char *requests = NULL;

  if (!relais_account_row_get_kept (account))
    /* Translators: after the name of a provider */
    return g_strdup_printf (_("%s · kept until you quit"), provider);
  if (g_strcmp0 (relais_account_row_get_dispatch (account), "fallback") == 0)
    /* Translators: the name of a provider */
    return g_strdup_printf (_("%s · only when no other can"), provider);
  if (g_strcmp0 (relais_account_row_get_dispatch (account), "exclusive") == 0)
    /* Translators: the name of a provider */
    return g_strdup_printf (_("%s · instead of the others"), provider);
  if (n_requests == 0)
    return g_strdup (provider);
  requests = g_strdup_printf (ngettext ("%u request", "%u requests", n_requests), n_requests);
  return g_strdup_printf ("%s · %s", provider, requests);
}

/* What is the matter, a line each, below the rest. */
static void
append_troubles (GString   *text,
                 GPtrArray *troubles,
                 gboolean   brief,
                 gint64     now_us)
{
  for (guint i = 0; i < MIN (troubles->len, TROUBLES_SHOWN); i++)
    {
      const RelaisAccountTrouble *trouble = g_ptr_array_index (troubles, i);
      g_autofree char *words = relais_account_words_trouble (trouble, now_us, brief);

      g_string_append_printf (text, "\n%s", words);
    }
  if (troubles->len > TROUBLES_SHOWN)
    {
      guint n_more = troubles->len - TROUBLES_SHOWN;

      g_string_append_c (text, '\n');
      g_string_append_printf (text, ngettext ("and %u more", "and %u more", n_more), n_more);
    }
}

/* The first end of what the pill tells, or 0. */
static gint64
find_end (GPtrArray          *troubles,
          RelaisAccountState  state)
{
  gint64 first_us = 0;

  for (guint i = 0; i < troubles->len; i++)
    {
      const RelaisAccountTrouble *trouble = g_ptr_array_index (troubles, i);

      if (trouble->state == state && trouble->until_us > 0 &&
          (first_us == 0 || trouble->until_us < first_us))
        first_us = trouble->until_us;
    }
  return first_us;
}

static gboolean
has_end (GPtrArray *troubles)
{
  for (guint i = 0; i < troubles->len; i++)
    if (((const RelaisAccountTrouble *)g_ptr_array_index (troubles, i))->until_us > 0)
      return TRUE;
  return FALSE;
}

static gboolean relais_account_item_countdown_cb (gpointer data);

static void
show_health (RelaisAccountItem *self)
{
  RelaisAccountState state = relais_account_row_get_state (self->account);
  GPtrArray *troubles = relais_account_row_get_troubles (self->account);
  g_autofree char *subtitle = make_subtitle (self->account);
  g_autoptr (GString) text = g_string_new (subtitle);
  const char *name = g_dpgettext2 (NULL, "account", pills[state].label);
  gint64 now_us = g_get_real_time ();
  gboolean scarce = self->narrow && troubles != NULL && troubles->len > 0;
  gboolean counts = FALSE;
  gint64 end_us = 0;

  if (troubles != NULL && state != RELAIS_ACCOUNT_PAUSED)
    {
      append_troubles (text, troubles, self->narrow, now_us);
      end_us = find_end (troubles, state);
      counts = has_end (troubles);
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text->str);
  /* where room is scarce the line below the name tells the rest */
  gtk_widget_set_visible (GTK_WIDGET (self->avatar), !scarce);
  gtk_widget_set_visible (self->arrow, !scarce);
  if (end_us > 0 && !scarce)
    {
      g_autofree char *span = relais_account_words_span (end_us - now_us);
      /* Translators: the state of an account, and for how long, as in “Cooling Down · 12 s” */
      g_autofree char *label = g_strdup_printf (_("%s · %s"), name, span);

      gtk_label_set_label (self->pill, label);
    }
  else
    gtk_label_set_label (self->pill, name);
  gtk_widget_set_visible (self->try_now,
                          state != RELAIS_ACCOUNT_PAUSED && troubles != NULL && troubles->len > 0);
  if (counts && self->countdown == 0)
    self->countdown = g_timeout_add_seconds (1, relais_account_item_countdown_cb, self);
  else if (!counts)
    g_clear_handle_id (&self->countdown, g_source_remove);
}

static gboolean
relais_account_item_countdown_cb (gpointer data)
{
  show_health (data);
  return G_SOURCE_CONTINUE;
}

static void
relais_account_item_update (RelaisAccountItem *self)
{
  const char *label = relais_account_row_get_label (self->account);
  RelaisAccountState state = relais_account_row_get_state (self->account);

  /* Translators: the name of an account */
  g_autofree char *try_now = g_strdup_printf (_("Try %s Now"), label);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->try_now), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  try_now, -1);
  adw_avatar_set_text (self->avatar, label);
  for (gsize i = 0; i < G_N_ELEMENTS (pills); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->pill), pills[i].style);
  gtk_widget_add_css_class (GTK_WIDGET (self->pill), pills[state].style);
  show_health (self);
}

static gboolean
relais_account_item_move_cb (GtkWidget *widget,
                             GVariant  *args,
                             gpointer   data)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (widget);
  const char *id = relais_account_row_get_id (self->account);

  gtk_widget_activate_action (widget, "accounts.move", "(si)", id, g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static gboolean
relais_account_item_remove_cb (GtkWidget *widget,
                               GVariant  *args,
                               gpointer   data)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (widget);

  gtk_widget_activate_action (widget, "accounts.remove", "s", relais_account_row_get_id (self->account));
  return GDK_EVENT_STOP;
}

static GdkContentProvider *
relais_account_item_prepare_cb (RelaisAccountItem *self,
                                double             x,
                                double             y,
                                GtkDragSource     *source)
{
  return gdk_content_provider_new_typed (RELAIS_TYPE_ACCOUNT_ITEM, self);
}

static void
relais_account_item_drag_begin_cb (RelaisAccountItem *self,
                                   GdkDrag           *drag,
                                   GtkDragSource     *source)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (paintable);

  gtk_drag_source_set_icon (source, image, 24,
                            gtk_widget_get_allocated_height (GTK_WIDGET (self)) / 2);
  gtk_widget_add_css_class (GTK_WIDGET (self), "dragged");
}

static void
relais_account_item_drag_end_cb (RelaisAccountItem *self,
                                 GdkDrag           *drag,
                                 gboolean           delete_data,
                                 GtkDragSource     *source)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self), "dragged");
}

static gboolean
relais_account_item_drop_cb (RelaisAccountItem *self,
                             const GValue      *value,
                             double             x,
                             double             y,
                             GtkDropTarget     *target)
{
  RelaisAccountItem *moved = g_value_get_object (value);
  int steps = 0;

  if (moved == NULL || moved == self ||
      gtk_widget_get_parent (GTK_WIDGET (moved)) != gtk_widget_get_parent (GTK_WIDGET (self)))
    return FALSE;
  steps = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (self)) -
          gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (moved));
  gtk_widget_activate_action (GTK_WIDGET (self), "accounts.move", "(si)",
                              relais_account_row_get_id (moved->account), steps);
  return TRUE;
}

static void
relais_account_item_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      g_value_set_object (value, self->account);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_item_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      self->account = g_value_dup_object (value);
      break;
    case PROP_NARROW:
      self->narrow = g_value_get_boolean (value);
      if (self->account != NULL)
        show_health (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_account_item_constructed (GObject *object)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (object);

  G_OBJECT_CLASS (relais_account_item_parent_class)->constructed (object);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "s", relais_account_row_get_id (self->account));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "accounts.edit");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->try_now), "s",
                                    relais_account_row_get_id (self->account));
  g_signal_connect_object (self->account, "notify", G_CALLBACK (relais_account_item_update), self,
                           G_CONNECT_SWAPPED);
  relais_account_item_update (self);
}

static void
relais_account_item_dispose (GObject *object)
{
  RelaisAccountItem *self = RELAIS_ACCOUNT_ITEM (object);

  g_clear_handle_id (&self->countdown, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ACCOUNT_ITEM);

  G_OBJECT_CLASS (relais_account_item_parent_class)->dispose (object);

  g_clear_object (&self->account);
}

static void
relais_account_item_class_init (RelaisAccountItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_account_item_constructed;
  object_class->dispose = relais_account_item_dispose;
  object_class->get_property = relais_account_item_get_property;
  object_class->set_property = relais_account_item_set_property;

  properties[PROP_ACCOUNT] =
    g_param_spec_object ("account", NULL, NULL, RELAIS_TYPE_ACCOUNT_ROW,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, relais_account_item_move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, relais_account_item_move_cb, "i", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, relais_account_item_remove_cb,
                                NULL);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-account-item.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountItem, arrow);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountItem, avatar);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountItem, handle);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountItem, pill);
  gtk_widget_class_bind_template_child (widget_class, RelaisAccountItem, try_now);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_item_drag_begin_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_item_drag_end_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_account_item_prepare_cb);
}

static void
relais_account_item_init (RelaisAccountItem *self)
{
  GtkDropTarget *target = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));

  target = gtk_drop_target_new (RELAIS_TYPE_ACCOUNT_ITEM, GDK_ACTION_MOVE);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (relais_account_item_drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/**
 * relais_account_item_new:
 * @account: what to show, and follow
 *
 * Returns: (transfer floating): a row for a list box
 */
GtkWidget *
relais_account_item_new (RelaisAccountRow *account)
{
  g_return_val_if_fail (RELAIS_IS_ACCOUNT_ROW (account), NULL);

  return g_object_new (RELAIS_TYPE_ACCOUNT_ITEM, "account", account, NULL);
}

/**
 * relais_account_item_get_account:
 * @self: an item
 *
 * Returns: (transfer none): what it shows
 */
RelaisAccountRow *
relais_account_item_get_account (RelaisAccountItem *self)
{
  g_return_val_if_fail (RELAIS_IS_ACCOUNT_ITEM (self), NULL);

  return self->account;
}
