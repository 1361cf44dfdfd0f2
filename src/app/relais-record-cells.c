/* relais-record-cells.c: the cells and lines in which the monitor lists requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record-cells"

#include "config.h"

#include "engine/relais-record-row.h"

#include "relais-record-cells.h"
#include "relais-words.h"

/* Made in C: GTK keeps 200 rows filled whatever is in sight, and at 200 requests a second the same
 * in markup, with an expression for each property, kept the main loop for 250 ms at a time. */

#define COLUMN "relais-column" /* of a GtkListItem: its column */
#define RECORD "relais-record" /* of a GtkListItem: what it shows, also between two binds */
#define LINE "relais-line"     /* of a GtkListItem: the labels of a line */

/* One column: how its text is made, by which signals that changes, and how it looks. */
typedef struct
{
  char *(*format) (RelaisRecordRow *record);
  const char         *signals[6];
  PangoEllipsizeMode  ellipsize;
  float               xalign;
  const char         *classes[3];
} Column;

/* The labels of a line of the narrow list. */
typedef struct
{
  GtkWidget *status;
  GtkWidget *request;
  GtkWidget *line;
  GtkWidget *duration;
} Line;

static const char *
or_dash (const char *text)
{
  return text != NULL && *text != '\0' ? text : "–";
}

static char *
format_time (RelaisRecordRow *record)
{
  return relais_words_time (relais_record_row_get_time (record));
}

static char *
format_status (RelaisRecordRow *record)
{
  guint status = relais_record_row_get_status (record);

  if (status > 0)
    return g_strdup_printf ("%u", status);
  return g_strdup (relais_record_row_get_running (record) ? "…" : "–");
}

static char *
format_request (RelaisRecordRow *record)
{
  const char *method = relais_record_row_get_method (record);
  const char *path = or_dash (relais_record_row_get_path (record));

  return method == NULL || *method == '\0' ? g_strdup (path) : g_strdup_printf ("%s %s", method, path);
}

static char *
format_model (RelaisRecordRow *record)
{
  return g_strdup (or_dash (relais_record_row_get_model (record)));
}

static char *
format_account (RelaisRecordRow *record)
{
  return g_strdup (or_dash (relais_record_row_get_account (record)));
}

static char *
format_duration (RelaisRecordRow *record)
{
  return relais_words_duration (relais_record_row_get_duration_us (record));
}

static char *
format_tokens (RelaisRecordRow *record)
{
  gint64 tokens = relais_record_row_get_tokens (record);

  if (tokens < 0)
    return g_strdup ("–");
  return g_strdup_printf ("%s%'" G_GINT64_FORMAT,
                          relais_record_row_get_estimated (record) ? "≈ " : "", tokens);
}

/* What failed says why, in the place of what did not come to matter. */
static char *
format_line (RelaisRecordRow *record)
{
  const char *error = relais_record_row_get_error (record);
  g_autofree char *time = format_time (record);

  if (error != NULL && *error != '\0')
    return g_strdup_printf ("%s · %s", time, error);
  return g_strdup_printf ("%s · %s · %s", time, or_dash (relais_record_row_get_model (record)),
                          or_dash (relais_record_row_get_account (record)));
}

/* A row as it is read aloud. */
static char *
format_name (RelaisRecordRow *record)
{
  g_autofree char *status = format_status (record);
  g_autofree char *request = format_request (record);
  const char *const parts[] = { status, request, relais_record_row_get_error (record),
                                relais_record_row_get_model (record),
                                relais_record_row_get_account (record) };
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i] != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", parts[i]);
  return g_string_free (text, FALSE);
}

static const Column columns[] = {
  [RELAIS_RECORD_CELL_TIME] = { format_time, { NULL }, PANGO_ELLIPSIZE_END, 0, { "dim-label", "numeric" } },
  [RELAIS_RECORD_CELL_STATUS] = { format_status, { "notify::status", "notify::running" }, PANGO_ELLIPSIZE_NONE, 0.5, { NULL } },
  /* its signals are those of the row's name */
  [RELAIS_RECORD_CELL_REQUEST] = { format_request, { "notify::status", "notify::running", "notify::error", "notify::model", "notify::account" }, PANGO_ELLIPSIZE_MIDDLE, 0, { NULL } },
  [RELAIS_RECORD_CELL_MODEL] = { format_model, { "notify::model" }, PANGO_ELLIPSIZE_MIDDLE, 0, { NULL } },
  [RELAIS_RECORD_CELL_ACCOUNT] = { format_account, { "notify::account" }, PANGO_ELLIPSIZE_END, 0, { "dim-label" } },
  [RELAIS_RECORD_CELL_DURATION] = { format_duration, { "notify::duration-us" }, PANGO_ELLIPSIZE_NONE, 1, { "numeric" } },
  [RELAIS_RECORD_CELL_TOKENS] = { format_tokens, { "notify::tokens", "notify::estimated" }, PANGO_ELLIPSIZE_NONE, 1, { "numeric" } },
};

static void
set_text (GtkWidget *label,
          char      *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  g_free (text);
}

static void
set_status (GtkWidget       *label,
            RelaisRecordRow *record)
{
  static const char *const looks[] = { "idle", "warning", "error", "success" };
  guint status = relais_record_row_get_status (record);
  gsize look = 0;

  if (status == 429)
    look = 1;
  else if (status >= 400)
    look = 2;
  else if (status > 0 && !relais_record_row_get_running (record))
    look = 3;
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    if (i == look)
      gtk_widget_add_css_class (label, looks[i]);
    else
      gtk_widget_remove_css_class (label, looks[i]);
  set_text (label, format_status (record));
}

/* GTK 4.8 calls the row by its type, and lets nobody near it but from within. */
static void
name_row (GtkWidget       *child,
          RelaisRecordRow *record)
{
  GtkWidget *row = child;
  g_autofree char *name = format_name (record);

  while (row != NULL && !g_str_equal (G_OBJECT_TYPE_NAME (row), "GtkListItemWidget"))
    row = gtk_widget_get_parent (row);
  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* The words of a row for who cannot see the pill's colour: the cure when there is one. */
static gboolean
relais_record_cells_tooltip_cb (GtkListItem *item,
                                int          x,
                                int          y,
                                gboolean     keyboard,
                                GtkTooltip  *tooltip)
{
  RelaisRecordRow *record = gtk_list_item_get_item (item);
  g_autoptr (GString) text = NULL;
  const char *more[3];

  if (record == NULL)
    return FALSE;
  text = g_string_new (or_dash (relais_record_row_get_path (record)));
  more[0] = relais_record_row_get_client (record);
  more[1] = relais_record_row_get_error (record);
  more[2] = relais_record_row_get_hint (record);
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    if (more[i] != NULL && *more[i] != '\0')
      g_string_append_printf (text, "\n%s", more[i]);
  gtk_tooltip_set_text (tooltip, text->str);
  return TRUE;
}

/* Made when it is asked for: to set a tooltip's text asks the display where the pointer is. */
static void
add_tooltip (GtkWidget   *widget,
             GtkListItem *item)
{
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect_object (widget, "query-tooltip", G_CALLBACK (relais_record_cells_tooltip_cb), item,
                           G_CONNECT_SWAPPED);
}

static GtkWidget *
new_label (PangoEllipsizeMode          ellipsize,
           float                       xalign,
           const char         * const *classes)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (classes[0] != NULL)
    gtk_widget_set_css_classes (label, (const char **)classes);
  return label;
}

static GtkWidget *
new_status (GtkListItem *item)
{
  static const char *const classes[] = { "pill-label", "numeric", NULL };
  GtkWidget *label = new_label (PANGO_ELLIPSIZE_NONE, 0.5, classes);

  gtk_widget_set_halign (label, GTK_ALIGN_START);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (label), 4);
  add_tooltip (label, item);
  return label;
}

static void
relais_record_cells_setup_cb (const Column *column,
                              GtkListItem  *item)
{
  GtkWidget *label = NULL;

  if (column == &columns[RELAIS_RECORD_CELL_STATUS])
    label = new_status (item);
  else
    label = new_label (column->ellipsize, column->xalign, column->classes);
  if (column == &columns[RELAIS_RECORD_CELL_REQUEST])
    add_tooltip (label, item);
  g_object_set_data (G_OBJECT (item), COLUMN, (gpointer)column);
  gtk_list_item_set_child (item, label);
}

static void
relais_record_cells_update_cb (GtkListItem *item)
{
  const Column *column = g_object_get_data (G_OBJECT (item), COLUMN);
  RelaisRecordRow *record = g_object_get_data (G_OBJECT (item), RECORD);
  GtkWidget *label = gtk_list_item_get_child (item);

  if (column == &columns[RELAIS_RECORD_CELL_STATUS])
    set_status (label, record);
  else
    set_text (label, column->format (record));
  if (column == &columns[RELAIS_RECORD_CELL_REQUEST])
    name_row (label, record);
}

static void
relais_record_cells_let_go_cb (gconstpointer  data,
                               GtkListItem   *item)
{
  g_autoptr (RelaisRecordRow) record = g_object_steal_data (G_OBJECT (item), RECORD);

  if (record != NULL)
    g_signal_handlers_disconnect_by_data (record, item);
}

/* FALSE: it follows that record already. A row that moves is unbound and bound again by GTK 4.8,
 * and each new one moves all the others: so nothing is let go of before another record comes. */
static gboolean
take_record (GtkListItem *item)
{
  RelaisRecordRow *record = gtk_list_item_get_item (item);

  if (g_object_get_data (G_OBJECT (item), RECORD) == record)
    return FALSE;
  relais_record_cells_let_go_cb (NULL, item);
  g_object_set_data_full (G_OBJECT (item), RECORD, g_object_ref (record), g_object_unref);
  return TRUE;
}

static void
relais_record_cells_bind_cb (const Column *column,
                             GtkListItem  *item)
{
  if (!take_record (item))
    return;
  for (gsize i = 0; column->signals[i] != NULL; i++)
    g_signal_connect_swapped (gtk_list_item_get_item (item), column->signals[i],
                              G_CALLBACK (relais_record_cells_update_cb), item);
  relais_record_cells_update_cb (item);
}

static void
relais_record_cells_setup_line_cb (gconstpointer  data,
                                   GtkListItem   *item)
{
  static const char *const plain[] = { NULL };
  static const char *const small[] = { "caption", "dim-label", "numeric", NULL };
  static const char *const numeric[] = { "numeric", NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  Line *line = g_new (Line, 1);

  line->status = new_status (item);
  line->request = new_label (PANGO_ELLIPSIZE_MIDDLE, 0, plain);
  line->line = new_label (PANGO_ELLIPSIZE_END, 0, small);
  line->duration = new_label (PANGO_ELLIPSIZE_NONE, 1, numeric);
  add_tooltip (line->request, item);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), line->request);
  gtk_box_append (GTK_BOX (texts), line->line);
  gtk_box_append (GTK_BOX (box), line->status);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), line->duration);
  g_object_set_data_full (G_OBJECT (item), LINE, line, g_free);
  gtk_list_item_set_child (item, box);
}

static void
relais_record_cells_update_line_cb (GtkListItem *item)
{
  RelaisRecordRow *record = g_object_get_data (G_OBJECT (item), RECORD);
  Line *line = g_object_get_data (G_OBJECT (item), LINE);

  set_status (line->status, record);
  set_text (line->request, format_request (record));
  set_text (line->line, format_line (record));
  set_text (line->duration, format_duration (record));
  name_row (line->status, record);
}

static void
relais_record_cells_bind_line_cb (gconstpointer  data,
                                  GtkListItem   *item)
{
  static const char *const watched[] = { "notify::status", "notify::running", "notify::model",
                                         "notify::account", "notify::error", "notify::duration-us" };

  if (!take_record (item))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (watched); i++)
    g_signal_connect_swapped (gtk_list_item_get_item (item), watched[i],
                              G_CALLBACK (relais_record_cells_update_line_cb), item);
  relais_record_cells_update_line_cb (item);
}

/**
 * relais_record_cells_new_factory:
 * @cell: a column of the table
 *
 * Returns: (transfer full): what fills it, for a list of #RelaisRecordRow
 */
GtkListItemFactory *
relais_record_cells_new_factory (RelaisRecordCell cell)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  gpointer column = (gpointer)&columns[cell];

  g_return_val_if_fail (cell < RELAIS_RECORD_CELL_N, factory);

  g_signal_connect_swapped (factory, "setup", G_CALLBACK (relais_record_cells_setup_cb), column);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (relais_record_cells_bind_cb), column);
  g_signal_connect_swapped (factory, "teardown", G_CALLBACK (relais_record_cells_let_go_cb), column);
  return factory;
}

/**
 * relais_record_cells_new_line_factory:
 *
 * Returns: (transfer full): what fills a list of #RelaisRecordRow where a table has no room
 */
GtkListItemFactory *
relais_record_cells_new_line_factory (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_swapped (factory, "setup", G_CALLBACK (relais_record_cells_setup_line_cb), NULL);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (relais_record_cells_bind_line_cb), NULL);
  g_signal_connect_swapped (factory, "teardown", G_CALLBACK (relais_record_cells_let_go_cb), NULL);
  return factory;
}
