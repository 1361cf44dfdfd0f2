/* relais-rule-item.c: one rule in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rule-item"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-rule-item.h"

struct _RelaisRuleItem
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkWidget    *handle;
  GtkLabel     *number;
  GtkWidget    *warning;

  guint place; /* from 1 */
};

G_DEFINE_FINAL_TYPE (RelaisRuleItem, relais_rule_item, ADW_TYPE_ACTION_ROW)

static gboolean
relais_rule_item_move_cb (GtkWidget *widget,
                          GVariant  *args,
                          gpointer   data)
{
  RelaisRuleItem *self = RELAIS_RULE_ITEM (widget);

  gtk_widget_activate_action (widget, "rules.move", "(ui)", self->place, g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static gboolean
relais_rule_item_remove_cb (GtkWidget *widget,
                            GVariant  *args,
                            gpointer   data)
{
  gtk_widget_activate_action (widget, "rules.remove", "u", RELAIS_RULE_ITEM (widget)->place);
  return GDK_EVENT_STOP;
}

static GdkContentProvider *
relais_rule_item_prepare_cb (RelaisRuleItem *self,
                             double          x,
                             double          y,
                             GtkDragSource  *source)
{
  return gdk_content_provider_new_typed (RELAIS_TYPE_RULE_ITEM, self);
}

static void
relais_rule_item_drag_begin_cb (RelaisRuleItem *self,
                                GdkDrag        *drag,
                                GtkDragSource  *source)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (paintable);

  gtk_drag_source_set_icon (source, image, 24,
                            gtk_widget_get_allocated_height (GTK_WIDGET (self)) / 2);
  gtk_widget_add_css_class (GTK_WIDGET (self), "dragged");
}

static void
relais_rule_item_drag_end_cb (RelaisRuleItem *self,
                              GdkDrag        *drag,
                              gboolean        delete_data,
                              GtkDragSource  *source)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self), "dragged");
}

static gboolean
relais_rule_item_drop_cb (RelaisRuleItem *self,
                          const GValue   *value,
                          double          x,
                          double          y,
                          GtkDropTarget  *target)
{
  RelaisRuleItem *moved = g_value_get_object (value);

  if (moved == NULL || moved == self ||
      gtk_widget_get_parent (GTK_WIDGET (moved)) != gtk_widget_get_parent (GTK_WIDGET (self)))
    return FALSE;
  gtk_widget_activate_action (GTK_WIDGET (self), "rules.move", "(ui)", moved->place,
                              (int)self->place - (int)moved->place);
  return TRUE;
}

static void
relais_rule_item_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_RULE_ITEM);

  G_OBJECT_CLASS (relais_rule_item_parent_class)->dispose (object);
}

static void
relais_rule_item_class_init (RelaisRuleItemClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_rule_item_dispose;

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, relais_rule_item_move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, relais_rule_item_move_cb, "i", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, relais_rule_item_remove_cb, NULL);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-rule-item.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleItem, handle);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleItem, number);
  gtk_widget_class_bind_template_child (widget_class, RelaisRuleItem, warning);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_item_drag_begin_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_item_drag_end_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_rule_item_prepare_cb);
}

static void
relais_rule_item_init (RelaisRuleItem *self)
{
  GtkDropTarget *target = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));

  target = gtk_drop_target_new (RELAIS_TYPE_RULE_ITEM, GDK_ACTION_MOVE);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (relais_rule_item_drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/**
 * relais_rule_item_new:
 *
 * Returns: (transfer floating): a row for a list box, to be set
 */
GtkWidget *
relais_rule_item_new (void)
{
  return g_object_new (RELAIS_TYPE_RULE_ITEM, NULL);
}

/**
 * relais_rule_item_set:
 * @self: an item
 * @number: the rule's place, from 1
 * @rule: what to show
 * @who: (nullable): who may serve it, or what is wrong with that
 * @broken: whether @who says what is wrong
 */
void
relais_rule_item_set (RelaisRuleItem   *self,
                      guint             number,
                      const RelaisRule *rule,
                      const char       *who,
                      gboolean          broken)
{
  g_autofree char *title = NULL;
  g_autofree char *place = g_strdup_printf ("%u", number);

  g_return_if_fail (RELAIS_IS_RULE_ITEM (self));

  /* Translators: the model asked for, and the one used in its place */
  title = rule->model != NULL ? g_strdup_printf (_("%s → %s"), rule->match, rule->model)
                              : g_strdup (rule->match);
  self->place = number;
  gtk_label_set_label (self->number, place);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), who != NULL ? who : "");
  gtk_widget_set_visible (self->warning, broken);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "u", number);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "rules.edit");
}
