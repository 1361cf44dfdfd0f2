/* relais-traffic-card.c: the figures of the last requests, and their graph
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-traffic-card"

#include "config.h"

#include "relais-traffic-card.h"
#include "relais-traffic-graph.h"
#include "relais-traffic.h"
#include "relais-words.h"

struct _RelaisTrafficCard
{
  GtkWidget           parent_instance;

  /* template children */
  GtkWidget          *card;
  RelaisTrafficGraph *graph;
  GtkLabel           *median;
  GtkLabel           *per_minute;
  GtkLabel           *success;
  GtkBox             *tiles;
  GtkLabel           *tokens;

  /* owned */
  GListModel         *records;
  guint timer_id; /* while mapped */
};

enum {
  PROP_0,
  PROP_NARROW,
  PROP_RECORDS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisTrafficCard, relais_traffic_card, GTK_TYPE_WIDGET)

static void
update (RelaisTrafficCard *self)
{
  RelaisTraffic traffic = { 0 };
  g_autofree char *per_minute = NULL;
  g_autofree char *success = NULL;
  g_autofree char *median = NULL;
  g_autofree char *tokens = NULL;

  if (self->records == NULL)
    return;
  relais_traffic_measure (&traffic, self->records, g_get_real_time ());
  per_minute = relais_words_amount (traffic.per_minute);
  success = relais_words_share (traffic.success);
  median = traffic.median_us >= 0 ? relais_words_duration (traffic.median_us) : g_strdup ("–");
  tokens = relais_words_amount (traffic.tokens);
  gtk_label_set_label (self->per_minute, per_minute);
  gtk_label_set_label (self->success, success);
  gtk_label_set_label (self->median, median);
  gtk_label_set_label (self->tokens, tokens);
  relais_traffic_graph_set_traffic (self->graph, &traffic);
}

static gboolean
relais_traffic_card_timer_cb (gpointer data)
{
  update (data);
  return G_SOURCE_CONTINUE;
}

static void
relais_traffic_card_map (GtkWidget *widget)
{
  RelaisTrafficCard *self = RELAIS_TRAFFIC_CARD (widget);

  GTK_WIDGET_CLASS (relais_traffic_card_parent_class)->map (widget);

  update (self);
  if (self->timer_id == 0)
    self->timer_id = g_timeout_add_seconds (1, relais_traffic_card_timer_cb, self);
}

static void
relais_traffic_card_unmap (GtkWidget *widget)
{
  RelaisTrafficCard *self = RELAIS_TRAFFIC_CARD (widget);

  g_clear_handle_id (&self->timer_id, g_source_remove);

  GTK_WIDGET_CLASS (relais_traffic_card_parent_class)->unmap (widget);
}

static gboolean
is_narrow (RelaisTrafficCard *self)
{
  return gtk_orientable_get_orientation (GTK_ORIENTABLE (self->tiles)) == GTK_ORIENTATION_VERTICAL;
}

static void
relais_traffic_card_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  RelaisTrafficCard *self = RELAIS_TRAFFIC_CARD (object);

  switch (prop_id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, is_narrow (self));
      break;
    case PROP_RECORDS:
      g_value_set_object (value, self->records);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_traffic_card_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  RelaisTrafficCard *self = RELAIS_TRAFFIC_CARD (object);

  switch (prop_id)
    {
    case PROP_NARROW:
      gtk_orientable_set_orientation (GTK_ORIENTABLE (self->tiles),
                                      g_value_get_boolean (value) ? GTK_ORIENTATION_VERTICAL
                                                                  : GTK_ORIENTATION_HORIZONTAL);
      break;
    case PROP_RECORDS:
      if (g_set_object (&self->records, g_value_get_object (value)))
        update (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_traffic_card_dispose (GObject *object)
{
  RelaisTrafficCard *self = RELAIS_TRAFFIC_CARD (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_object (&self->records);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_TRAFFIC_CARD);

  G_OBJECT_CLASS (relais_traffic_card_parent_class)->dispose (object);
}

static void
relais_traffic_card_class_init (RelaisTrafficCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_traffic_card_dispose;
  object_class->get_property = relais_traffic_card_get_property;
  object_class->set_property = relais_traffic_card_set_property;
  widget_class->map = relais_traffic_card_map;
  widget_class->unmap = relais_traffic_card_unmap;

  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_RECORDS] =
    g_param_spec_object ("records", NULL, NULL, G_TYPE_LIST_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_TRAFFIC_GRAPH);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-traffic-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, card);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, graph);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, median);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, per_minute);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, success);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, tiles);
  gtk_widget_class_bind_template_child (widget_class, RelaisTrafficCard, tokens);
}

static void
relais_traffic_card_init (RelaisTrafficCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
