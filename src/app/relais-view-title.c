/* relais-view-title.c: the view switcher of a header bar, and whether it has room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-view-title"

#include "config.h"

#include "relais-view-title.h"

/* The one home of AdwViewSwitcherTitle. Its title-visible flips during allocation, where nothing
 * else may be resized: "narrow" says the same from an idle. It starts narrow, so that the first
 * measure, which fixes the window's minimum, meets the narrow form of every page. */
struct _RelaisViewTitle
{
  GtkWidget             parent_instance;

  /* template children */
  AdwViewSwitcherTitle *switcher;

  /* owned */
  guint                 idle_id;
  gboolean              narrow;
};

enum {
  PROP_0,
  PROP_NARROW,
  PROP_STACK,
  PROP_TITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisViewTitle, relais_view_title, GTK_TYPE_WIDGET)

static gboolean
relais_view_title_idle_cb (gpointer data)
{
  RelaisViewTitle *self = data;
  gboolean narrow = adw_view_switcher_title_get_title_visible (self->switcher);

  self->idle_id = 0;
  if (narrow != self->narrow)
    {
      self->narrow = narrow;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
    }
  return G_SOURCE_REMOVE;
}

static void
relais_view_title_queue (RelaisViewTitle *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add (relais_view_title_idle_cb, self);
}

static void
relais_view_title_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (relais_view_title_parent_class)->map (widget);

  relais_view_title_queue (RELAIS_VIEW_TITLE (widget));
}

static void
relais_view_title_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisViewTitle *self = RELAIS_VIEW_TITLE (object);

  switch (prop_id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_STACK:
      g_value_set_object (value, adw_view_switcher_title_get_stack (self->switcher));
      break;
    case PROP_TITLE:
      g_value_set_string (value, adw_view_switcher_title_get_title (self->switcher));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_view_title_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  RelaisViewTitle *self = RELAIS_VIEW_TITLE (object);

  switch (prop_id)
    {
    case PROP_STACK:
      adw_view_switcher_title_set_stack (self->switcher, g_value_get_object (value));
      break;
    case PROP_TITLE:
      adw_view_switcher_title_set_title (self->switcher, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_view_title_dispose (GObject *object)
{
  RelaisViewTitle *self = RELAIS_VIEW_TITLE (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_VIEW_TITLE);

  G_OBJECT_CLASS (relais_view_title_parent_class)->dispose (object);
}

static void
relais_view_title_class_init (RelaisViewTitleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_view_title_dispose;
  object_class->get_property = relais_view_title_get_property;
  object_class->set_property = relais_view_title_set_property;
  widget_class->map = relais_view_title_map;

  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, TRUE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STACK] =
    g_param_spec_object ("stack", NULL, NULL, ADW_TYPE_VIEW_STACK,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-view-title.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisViewTitle, switcher);
  gtk_widget_class_bind_template_callback (widget_class, relais_view_title_queue);
}

static void
relais_view_title_init (RelaisViewTitle *self)
{
  self->narrow = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_view_title_get_narrow:
 * @self: a view title
 *
 * Returns: whether the switcher has no room and the pages should take their narrow form
 */
gboolean
relais_view_title_get_narrow (RelaisViewTitle *self)
{
  g_return_val_if_fail (RELAIS_IS_VIEW_TITLE (self), TRUE);

  return self->narrow;
}
