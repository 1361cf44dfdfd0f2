/* relais-traffic-graph.c: a minute of requests, drawn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-traffic-graph"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-traffic-graph.h"

#define GRAPH_HEIGHT 72
#define LINE_WIDTH 2

struct _RelaisTrafficGraph
{
  GtkWidget     parent_instance;

  RelaisTraffic traffic;
};

G_DEFINE_FINAL_TYPE (RelaisTrafficGraph, relais_traffic_graph, GTK_TYPE_WIDGET)

/* Where the curve stands: a mean over three seconds, so that single requests make hills and not
 * needles. */
static double
height_at (const guint *counts,
           int          i)
{
  int from = MAX (i - 1, 0);
  int to = MIN (i + 1, RELAIS_TRAFFIC_SECONDS - 1);
  double sum = 0;

  for (int j = from; j <= to; j++)
    sum += counts[j];
  return sum / 3;
}

/* A curve with level tangents at each second: it never swings below @base, where zero is. */
static void
trace (cairo_t     *cr,
       const guint *counts,
       double       top,
       double       width,
       double       base)
{
  double step = width / (RELAIS_TRAFFIC_SECONDS - 1);
  double room = base - LINE_WIDTH;
  double x = 0;
  double y = base - room * height_at (counts, 0) / top;

  cairo_move_to (cr, x, y);
  for (int i = 1; i < RELAIS_TRAFFIC_SECONDS; i++)
    {
      double next_x = i * step;
      double next_y = base - room * height_at (counts, i) / top;

      cairo_curve_to (cr, x + step / 2, y, next_x - step / 2, next_y, next_x, next_y);
      x = next_x;
      y = next_y;
    }
}

static void
fill_below (cairo_t *cr,
            double   width,
            double   height)
{
  cairo_line_to (cr, width, height);
  cairo_line_to (cr, 0, height);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw (RelaisTrafficGraph *self,
      cairo_t            *cr,
      double              width,
      double              height)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA line = { 0, 0, 0, 1 };
  GdkRGBA accent = { 0.2, 0.5, 0.9, 1 };
  GdkRGBA error = { 0.8, 0.1, 0.1, 1 };
  double top = 2;
  gboolean failed = FALSE;

  gtk_style_context_get_color (style, &line);
  gtk_style_context_lookup_color (style, "accent_color", &accent);
  gtk_style_context_lookup_color (style, "error_color", &error);
  for (int i = 0; i < RELAIS_TRAFFIC_SECONDS; i++)
    {
      top = MAX (top, height_at (self->traffic.counts, i) * 1.1);
      failed = failed || self->traffic.failures[i] > 0;
    }

  cairo_set_line_width (cr, 1);
  cairo_set_source_rgba (cr, line.red, line.green, line.blue, 0.12);
  for (int i = 1; i <= 2; i++)
    {
      cairo_move_to (cr, 0, floor (height * i / 3) + 0.5);
      cairo_line_to (cr, width, floor (height * i / 3) + 0.5);
    }
  cairo_stroke (cr);

  trace (cr, self->traffic.counts, top, width, height - LINE_WIDTH);
  cairo_set_source_rgba (cr, accent.red, accent.green, accent.blue, 0.18);
  fill_below (cr, width, height);
  if (failed)
    {
      trace (cr, self->traffic.failures, top, width, height);
      gdk_cairo_set_source_rgba (cr, &error);
      fill_below (cr, width, height);
    }
  trace (cr, self->traffic.counts, top, width, height - LINE_WIDTH);
  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_stroke (cr);
}

static void
relais_traffic_graph_snapshot (GtkWidget   *widget,
                               GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  cairo_t *cr = NULL;

  if (width <= 0 || height <= 0)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      cairo_translate (cr, width, 0);
      cairo_scale (cr, -1, 1);
    }
  draw (RELAIS_TRAFFIC_GRAPH (widget), cr, width, height);
  cairo_destroy (cr);
}

static void
relais_traffic_graph_measure (GtkWidget      *widget,
                              GtkOrientation  orientation,
                              int             for_size,
                              int            *minimum,
                              int            *natural,
                              int            *minimum_baseline,
                              int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? GRAPH_HEIGHT : 0;
}

static void
relais_traffic_graph_class_init (RelaisTrafficGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = relais_traffic_graph_measure;
  widget_class->snapshot = relais_traffic_graph_snapshot;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
relais_traffic_graph_init (RelaisTrafficGraph *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * relais_traffic_graph_set_traffic:
 * @self: a graph
 * @traffic: what to draw; copied
 */
void
relais_traffic_graph_set_traffic (RelaisTrafficGraph  *self,
                                  const RelaisTraffic *traffic)
{
  g_autofree char *words = NULL;

  g_return_if_fail (RELAIS_IS_TRAFFIC_GRAPH (self));
  g_return_if_fail (traffic != NULL);

  self->traffic = *traffic;
  words = g_strdup_printf (ngettext ("%u request in the last minute", "%u requests in the last minute",
                                     traffic->per_minute),
                           traffic->per_minute);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
