/* relais-monitor-page.c: the requests as they happen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-monitor-page"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-banner.h"
#include "relais-dialogs.h"
#include "relais-monitor-page.h"
#include "relais-names.h"
#include "relais-next-step.h"
#include "relais-record-cells.h"
#include "relais-record-view.h"
#include "relais-steady-list.h"
#include "relais-toast.h"
#include "relais-traffic-card.h"
#include "relais-words.h"

struct _RelaisMonitorPage
{
  AdwBin              parent_instance;

  /* template children */
  GtkWidget          *add_account;
  GtkWidget          *add_practice;
  RelaisBanner       *banner;
  GtkWidget          *connect;
  AdwStatusPage      *empty;
  GtkToggleButton    *failed;
  GtkFilterListModel *filtered;
  GtkListView        *lines;
  GtkButton          *newest;
  GtkRevealer        *newest_revealer;
  GtkStack           *rows_stack;
  GtkSearchBar       *search_bar;
  GtkSearchEntry     *search_entry;
  GtkNoSelection     *selection;
  GtkStack           *stack;
  GtkWidget          *start;
  GtkColumnView      *table;
  RelaisTrafficCard  *traffic;
  GtkWidget          *unlock;

  /* owned */
  RelaisEngine       *engine;
  RelaisNextStep     *next_step;
  RelaisSteadyList *rows; /* stands still for who scrolled away from the newest */
  GSettings          *settings;
  GSignalGroup       *list_signals;
  guint               filter_idle;
  guint               scroll_idle;
  char *needle; /* folded, or NULL for all */
  gboolean            narrow;
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_NARROW,
  PROP_PAUSED,
  PROP_SEARCHING,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisMonitorPage, relais_monitor_page, ADW_TYPE_BIN)

static void
relais_monitor_page_activate_cb (RelaisMonitorPage *self,
                                 guint              position)
{
  g_autoptr (RelaisRecordRow) record = g_list_model_get_item (G_LIST_MODEL (self->filtered),
                                                              position);
  GtkWidget *view = NULL;

  if (record == NULL)
    return;
  view = relais_record_view_new (record, self->settings,
                                 self->engine);
  gtk_window_set_transient_for (GTK_WINDOW (view),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (view));
}

static gboolean
contains (const char *text,
          const char *needle)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, needle) != NULL;
}

/* Also one that broke after its answer had begun. */
static gboolean
has_failed (RelaisRecordRow *row)
{
  return relais_record_row_get_status (row) >= 400 ||
         (!relais_record_row_get_running (row) && relais_record_row_get_error (row) != NULL);
}

static gboolean
relais_monitor_page_match (gpointer item,
                           gpointer data)
{
  RelaisMonitorPage *self = data;
  RelaisRecordRow *row = item;
  g_autofree char *status = NULL;

  if (gtk_toggle_button_get_active (self->failed) && !has_failed (row))
    return FALSE;
  if (self->needle == NULL)
    return TRUE;
  status = g_strdup_printf ("%u", relais_record_row_get_status (row));
  return contains (relais_record_row_get_path (row), self->needle) ||
         contains (relais_record_row_get_model (row), self->needle) ||
         contains (relais_record_row_get_account (row), self->needle) ||
         contains (relais_record_row_get_client (row), self->needle) ||
         contains (relais_record_row_get_error (row), self->needle) ||
         g_str_has_prefix (status, self->needle);
}

static gboolean
is_filtered (RelaisMonitorPage *self)
{
  return self->needle != NULL || gtk_toggle_button_get_active (self->failed);
}

static void
relais_monitor_page_update (RelaisMonitorPage *self)
{
  gboolean any = self->engine != NULL &&
                 g_list_model_get_n_items (relais_engine_list_records (self->engine)) > 0;
  gboolean found = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0;

  gtk_stack_set_visible_child_name (self->stack, any ? "rows" : "empty");
  if (!found && is_filtered (self))
    gtk_stack_set_visible_child_name (self->rows_stack, "none");
  else
    gtk_stack_set_visible_child_name (self->rows_stack, self->narrow ? "lines" : "table");
}

/* Nothing to list yet: what brings the first request. */
static void
relais_monitor_page_next_step_cb (RelaisMonitorPage *self)
{
  RelaisStep step = relais_next_step_get (self->next_step);
  const char *text = _("Requests show up here as they happen. Set up a client to see the first one.");

  if (step == RELAIS_STEP_UNLOCK)
    text = _("Requests show up here as they happen. Unlock the keyring to use your accounts.");
  else if (step == RELAIS_STEP_ADD_ACCOUNT)
    text = _("Requests show up here as they happen. Add an account that answers them first.");
  else if (step == RELAIS_STEP_START)
    text = _("Requests show up here as they happen. Start the proxy to let clients connect.");
  adw_status_page_set_description (self->empty, text);
  gtk_widget_set_visible (self->unlock, step == RELAIS_STEP_UNLOCK);
  gtk_widget_set_visible (self->add_account, step == RELAIS_STEP_ADD_ACCOUNT);
  gtk_widget_set_visible (self->add_practice, step == RELAIS_STEP_ADD_ACCOUNT);
  gtk_widget_set_visible (self->start, step == RELAIS_STEP_START);
  gtk_widget_set_visible (self->connect, step == RELAIS_STEP_CONNECT);
}

static GtkWidget *
get_list (RelaisMonitorPage *self)
{
  return self->narrow ? GTK_WIDGET (self->lines) : GTK_WIDGET (self->table);
}

/* A list works at every change, also out of sight: only the one that is seen has the rows. Who
 * scrolled away finds the place again. */
static void
fill_lists (RelaisMonitorPage *self)
{
  GtkAdjustment *place = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (get_list (self)));
  gboolean seen =
    gtk_widget_get_mapped (GTK_WIDGET (self)) || gtk_adjustment_get_value (place) >= 1;
  GtkSelectionModel *rows = GTK_SELECTION_MODEL (self->selection);

  gtk_list_view_set_model (self->lines, seen && self->narrow ? rows : NULL);
  gtk_column_view_set_model (self->table, seen && !self->narrow ? rows : NULL);
}

static void
relais_monitor_page_map (GtkWidget *widget)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (widget);

  GTK_WIDGET_CLASS (relais_monitor_page_parent_class)->map (widget);

  fill_lists (self);
  /* who types anywhere in the window searches */
  gtk_search_bar_set_key_capture_widget (self->search_bar,
                                         GTK_WIDGET (gtk_widget_get_root (widget)));
}

static void
relais_monitor_page_unmap (GtkWidget *widget)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (widget);

  GTK_WIDGET_CLASS (relais_monitor_page_parent_class)->unmap (widget);

  gtk_search_bar_set_key_capture_widget (self->search_bar, NULL);
  fill_lists (self);
}

static void
scroll_to_newest (RelaisMonitorPage *self)
{
  GtkWidget *list = get_list (self);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0)
    return;
  /* the column view has the action in the list view inside it */
  if (GTK_IS_COLUMN_VIEW (list))
    list = gtk_widget_get_last_child (list);
  gtk_widget_activate_action (list, "list.scroll-to-item", "u", 0);
}

static gboolean
relais_monitor_page_scroll_cb (gpointer data)
{
  RelaisMonitorPage *self = data;

  relais_steady_list_set_still (self->rows, FALSE);
  self->scroll_idle = 0;
  scroll_to_newest (self);
  return G_SOURCE_REMOVE;
}

/* Not at once: a list that moves must not change. But before the next layout, so that nothing
 * jumps. */
static void
follow (RelaisMonitorPage *self)
{
  if (self->scroll_idle == 0)
    self->scroll_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, relais_monitor_page_scroll_cb, self,
                                         NULL);
}

static void
relais_monitor_page_newest_cb (RelaisMonitorPage *self)
{
  scroll_to_newest (self);
  gtk_widget_grab_focus (get_list (self));
}

static void
relais_monitor_page_place_cb (RelaisMonitorPage *self)
{
  GtkAdjustment *place = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (get_list (self)));

  if (self->rows == NULL)
    return;
  if (gtk_adjustment_get_value (place) >= 1)
    relais_steady_list_set_still (self->rows, TRUE);
  else if (relais_steady_list_get_still (self->rows))
    follow (self);
}

static void
relais_monitor_page_waiting_cb (RelaisMonitorPage *self)
{
  guint n = self->rows != NULL ? relais_steady_list_get_n_waiting (self->rows) : 0;
  /* Translators: a button: what came while the list is scrolled away from its top, and the way
   * there */
  g_autofree char *label = g_strdup_printf (ngettext ("%'d Ne_w Request", "%'d Ne_w Requests", n), (int)n);

  gtk_button_set_label (self->newest, label);
  gtk_revealer_set_reveal_child (self->newest_revealer, n > 0);
  if (n > 0)
    relais_monitor_page_place_cb (self);
}

/* A list view holds on to the row at its top. Who looks at the newest row wants to go on doing so;
 * who scrolled away wants to stay. */
static void
relais_monitor_page_rows_cb (RelaisMonitorPage *self,
                             guint              position,
                             guint              removed,
                             guint              added)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (get_list (self)));

  if (position == 0 && added > 0 && gtk_adjustment_get_value (adjustment) < 1)
    follow (self);
  relais_monitor_page_update (self);
}

static void
relais_monitor_page_search_cb (RelaisMonitorPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered),
                      GTK_FILTER_CHANGE_DIFFERENT);
  relais_monitor_page_update (self);
}

static void
relais_monitor_page_search_mode_cb (RelaisMonitorPage *self)
{
  /* what cannot be seen leaves nothing out */
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    gtk_toggle_button_set_active (self->failed, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEARCHING]);
}

static gboolean
relais_monitor_page_filter_cb (gpointer data)
{
  RelaisMonitorPage *self = data;

  self->filter_idle = 0;
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered),
                      GTK_FILTER_CHANGE_DIFFERENT);
  return G_SOURCE_REMOVE;
}

/* Whether it is looked for is known once it ended; many end at a time. */
static void
relais_monitor_page_ended_cb (RelaisMonitorPage *self)
{
  if (is_filtered (self) && self->filter_idle == 0)
    self->filter_idle = g_idle_add (relais_monitor_page_filter_cb, self);
}

static void
relais_monitor_page_arrived_cb (RelaisMonitorPage *self,
                                guint              position,
                                guint              removed,
                                guint              added,
                                GListModel        *records)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);

      if (relais_record_row_get_running (row))
        g_signal_connect_object (row, "notify::running", G_CALLBACK (relais_monitor_page_ended_cb), self,
                                 G_CONNECT_SWAPPED);
    }
}

static void
set_engine (RelaisMonitorPage *self,
            RelaisEngine      *engine)
{
  GListModel *records = NULL;

  if (!g_set_object (&self->engine, engine))
    return;
  records = engine != NULL ? relais_engine_list_records (engine) : NULL;
  gtk_filter_list_model_set_model (self->filtered, NULL);
  g_clear_handle_id (&self->scroll_idle, g_source_remove);
  g_clear_object (&self->rows);
  if (records != NULL)
    {
      self->rows = relais_steady_list_new (records);
      g_signal_connect_object (self->rows, "notify::n-waiting", G_CALLBACK (relais_monitor_page_waiting_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (self->rows));
    }
  g_object_set (self->traffic, "records", records, NULL);
  g_signal_group_set_target (self->list_signals, records);
  if (records != NULL)
    relais_monitor_page_arrived_cb (self, 0, 0, g_list_model_get_n_items (records), records);
  g_clear_object (&self->next_step);
  if (engine != NULL)
    {
      self->next_step = relais_next_step_new (engine);
      g_signal_connect_object (self->next_step, "changed", G_CALLBACK (relais_monitor_page_next_step_cb), self,
                               G_CONNECT_SWAPPED);
      relais_monitor_page_next_step_cb (self);
    }
  relais_monitor_page_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
set_settings (RelaisMonitorPage *self,
              GSettings         *settings)
{
  if (g_set_object (&self->settings, settings))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
set_narrow (RelaisMonitorPage *self,
            gboolean           narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  fill_lists (self);
  relais_monitor_page_place_cb (self);
  relais_monitor_page_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}

static void
relais_monitor_page_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, relais_banner_get_revealed (self->banner));
      break;
    case PROP_SEARCHING:
      g_value_set_boolean (value, gtk_search_bar_get_search_mode (self->search_bar));
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_monitor_page_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      set_engine (self, g_value_get_object (value));
      break;
    case PROP_NARROW:
      set_narrow (self, g_value_get_boolean (value));
      break;
    case PROP_PAUSED:
      relais_banner_set_revealed (self->banner, g_value_get_boolean (value));
      break;
    case PROP_SEARCHING:
      gtk_search_bar_set_search_mode (self->search_bar, g_value_get_boolean (value));
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_monitor_page_dispose (GObject *object)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (object);

  g_clear_object (&self->list_signals);
  g_clear_object (&self->next_step);
  if (self->filtered != NULL)
    {
      gtk_filter_list_model_set_filter (self->filtered, NULL);
      gtk_filter_list_model_set_model (self->filtered, NULL);
    }
  /* rows that come back as the filter goes have asked for it */
  g_clear_handle_id (&self->scroll_idle, g_source_remove);
  g_clear_handle_id (&self->filter_idle, g_source_remove);
  g_clear_object (&self->rows);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  /* the bin keeps a pointer to it, and the template would drop it first */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_MONITOR_PAGE);

  G_OBJECT_CLASS (relais_monitor_page_parent_class)->dispose (object);
}

static void
relais_monitor_page_finalize (GObject *object)
{
  RelaisMonitorPage *self = RELAIS_MONITOR_PAGE (object);

  g_clear_pointer (&self->needle, g_free);

  G_OBJECT_CLASS (relais_monitor_page_parent_class)->finalize (object);
}

static void
relais_monitor_page_class_init (RelaisMonitorPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_monitor_page_dispose;
  object_class->finalize = relais_monitor_page_finalize;
  object_class->get_property = relais_monitor_page_get_property;
  object_class->set_property = relais_monitor_page_set_property;
  widget_class->map = relais_monitor_page_map;
  widget_class->unmap = relais_monitor_page_unmap;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PAUSED] =
    g_param_spec_boolean ("paused", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SEARCHING] =
    g_param_spec_boolean ("searching", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_BANNER);
  g_type_ensure (RELAIS_TYPE_TRAFFIC_CARD);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-monitor-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, add_account);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, add_practice);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, banner);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, connect);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, empty);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, failed);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, filtered);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, lines);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, newest);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, newest_revealer);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, rows_stack);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, selection);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, start);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, table);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, traffic);
  gtk_widget_class_bind_template_child (widget_class, RelaisMonitorPage, unlock);
  gtk_widget_class_bind_template_callback (widget_class, relais_monitor_page_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_monitor_page_newest_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_monitor_page_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_monitor_page_search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_monitor_page_rows_cb);
}

/* Numbers stand at the right, and so do their titles; GTK has no property for it. */
static void
align_titles (GtkColumnView *table,
              guint          n_last)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (table));
  GtkWidget *title = header != NULL ? gtk_widget_get_last_child (header) : NULL;

  for (guint i = 0; i < n_last && title != NULL; i++, title = gtk_widget_get_prev_sibling (title))
    if (gtk_widget_get_first_child (title) != NULL)
      gtk_widget_set_halign (gtk_widget_get_first_child (title), GTK_ALIGN_END);
}

static void
set_factories (RelaisMonitorPage *self)
{
  GListModel *columns = gtk_column_view_get_columns (self->table);
  g_autoptr (GtkListItemFactory) lines = relais_record_cells_new_line_factory ();

  gtk_list_view_set_factory (self->lines, lines);
  for (guint i = 0; i < RELAIS_RECORD_CELL_N; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      g_autoptr (GtkListItemFactory) cells = relais_record_cells_new_factory (i);

      gtk_column_view_column_set_factory (column, cells);
    }
}

static void
relais_monitor_page_init (RelaisMonitorPage *self)
{
  g_autoptr (GtkFilter) filter = NULL;
  GtkScrollable *lists[2];

  self->narrow = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));

  lists[0] = GTK_SCROLLABLE (self->lines);
  lists[1] = GTK_SCROLLABLE (self->table);
  filter = GTK_FILTER (gtk_custom_filter_new (relais_monitor_page_match, self, NULL));
  gtk_filter_list_model_set_filter (self->filtered, filter);
  relais_banner_set_button (self->banner, _("_Resume"), "win.pause-monitor");
  set_factories (self);
  align_titles (self->table, 2);
  relais_names_set_all (GTK_WIDGET (self->table), "GtkColumnListView", _("Requests"));
  relais_names_set_all (GTK_WIDGET (self->table), "GtkListItemWidget", _("Column Titles"));
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_signal_connect_object (gtk_scrollable_get_vadjustment (lists[i]), "value-changed",
                             G_CALLBACK (relais_monitor_page_place_cb), self, G_CONNECT_SWAPPED);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  relais_monitor_page_waiting_cb (self);
  self->list_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->list_signals, "items-changed",
                                  G_CALLBACK (relais_monitor_page_update), self);
  g_signal_group_connect_swapped (self->list_signals, "items-changed",
                                  G_CALLBACK (relais_monitor_page_arrived_cb), self);
}

/* Why it was not written. */
static const char *
get_reason (const GError *error)
{
  switch (error->domain == G_IO_ERROR ? error->code : G_IO_ERROR_FAILED)
    {
    case G_IO_ERROR_NOT_SUPPORTED:
      return _("Choose a folder of this computer");
    case G_IO_ERROR_NO_SPACE:
      return _("The disk is full");
    case G_IO_ERROR_IS_DIRECTORY:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_READ_ONLY:
    case G_IO_ERROR_FILENAME_TOO_LONG:
      return _("The file cannot be written to");
    default:
      return _("The disk reported an error");
    }
}

static void
relais_monitor_page_exported_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisMonitorPage) self = data;
  g_autoptr (GError) error = NULL;

  relais_engine_export_finish (RELAIS_ENGINE (source), result, &error);
  if (self->engine == NULL)
    return;
  if (error == NULL)
    relais_toast_show (GTK_WIDGET (self), _("Requests exported"));
  else
    relais_dialogs_tell (GTK_WIDGET (self), _("Requests Not Exported"), get_reason (error));
}

/**
 * relais_monitor_page_export_to:
 * @self: a page
 * @file: where to write the requests that are shown
 * @format: what the file is to be
 *
 * With what is kept of their contents. A message says what came of it.
 */
void
relais_monitor_page_export_to (RelaisMonitorPage  *self,
                               GFile              *file,
                               RelaisExportFormat  format)
{
  g_return_if_fail (RELAIS_IS_MONITOR_PAGE (self));
  g_return_if_fail (G_IS_FILE (file));

  relais_engine_export_async (self->engine, G_LIST_MODEL (self->filtered), format, file, NULL,
                              relais_monitor_page_exported_cb, g_object_ref (self));
}

static void
relais_monitor_page_export_lines_cb (gpointer  object,
                                     GFile    *file)
{
  relais_monitor_page_export_to (object, file, RELAIS_EXPORT_JSON_LINES);
}

static void
relais_monitor_page_export_har_cb (gpointer  object,
                                   GFile    *file)
{
  relais_monitor_page_export_to (object, file, RELAIS_EXPORT_HAR);
}

/**
 * relais_monitor_page_export:
 * @self: a page
 * @format: what the file is to be
 *
 * Asks for a file and writes the requests that are shown.
 */
void
relais_monitor_page_export (RelaisMonitorPage  *self,
                            RelaisExportFormat  format)
{
  GtkWidget *parent = GTK_WIDGET (self);

  g_return_if_fail (RELAIS_IS_MONITOR_PAGE (self));

  if (format == RELAIS_EXPORT_HAR)
    relais_dialogs_save (parent, _("Export Requests"), _("HTTP Archives"), "relais-requests.har", relais_monitor_page_export_har_cb, self);
  else
    relais_dialogs_save (parent, _("Export Requests"), _("JSON Lines"), "relais-requests.jsonl", relais_monitor_page_export_lines_cb, self);
}

/**
 * relais_monitor_page_list_shown:
 * @self: a page
 *
 * Returns: (transfer none): of RelaisRecordRow; those that the search lets through, newest first
 */
GListModel *
relais_monitor_page_list_shown (RelaisMonitorPage *self)
{
  g_return_val_if_fail (RELAIS_IS_MONITOR_PAGE (self), NULL);

  return G_LIST_MODEL (self->filtered);
}
