/* bench-window.c: how fast the window is there, and how long it works at a time under load; run it
 * by hand on a display: bench-window [SECONDS]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ui-kit.h"

#define N_ROWS 2000
#define N_PER_SECOND 200
#define SCROLL_PX 40
#define SCROLL_MS 16
#define SCROLL_WAY 10000 /* px */

static const RelaisEngineOptions practice = { .practice = TRUE };

/* One way the main loop spends its time, per turn, in microseconds. */
typedef struct
{
  const char *what;
  GArray *turns; /* gint64 */
} Series;

static Series series[] = {
  { "handlers" },           /* all but frames */
  { "layout of a frame" },  /* rows that come into sight are filled here */
  { "drawing of a frame" }, /* GTK and cairo alone */
};

static struct
{
  gint64 turn_us; /* when the loop came back from waiting */
  gint64 frame_us;
  gint64 spent_us; /* in frames, this turn */
  gint64 mark_us;
  gboolean recording;
  guint port;
  int stop;
  int n_sent;
} bench;

static void
note (gsize  which,
      gint64 us)
{
  if (bench.recording)
    g_array_append_val (series[which].turns, us);
}

static int
poll_cb (GPollFD *fds,
         guint    n_fds,
         int      timeout)
{
  gint64 now_us = g_get_monotonic_time ();
  int ready;

  if (bench.turn_us > 0)
    note (0, now_us - bench.turn_us - bench.spent_us);
  ready = g_poll (fds, n_fds, timeout);
  bench.turn_us = g_get_monotonic_time ();
  bench.spent_us = 0;
  return ready;
}

static void
before_paint_cb (void)
{
  bench.frame_us = bench.mark_us = g_get_monotonic_time ();
}

static void
phase_done (gsize which)
{
  gint64 now_us = g_get_monotonic_time ();

  note (which, now_us - bench.mark_us);
  bench.spent_us += now_us - bench.mark_us;
  bench.mark_us = now_us;
}

static void
layout_cb (void)
{
  phase_done (1);
}

static void
paint_cb (void)
{
  phase_done (2);
}

/* One whole answer. */
static void
read_answer (GInputStream *stream)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  const char *body = NULL;
  const char *length = NULL;
  gsize size = G_MAXSIZE;

  while (body == NULL || (gsize)(answer->str + answer->len - body) < size)
    {
      char piece[4096];
      gssize n = g_input_stream_read (stream, piece, sizeof piece, NULL, NULL);

      g_assert_cmpint (n, >, 0);
      g_string_append_len (answer, piece, n);
      body = strstr (answer->str, "\r\n\r\n");
      length = strstr (answer->str, "Content-Length: ");
      if (body == NULL)
        continue;
      body += 4;
      g_assert_nonnull (length);
      size = (gsize)g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10);
    }
  g_assert_true (g_str_has_prefix (answer->str, "HTTP/1.1 200"));
}

/* Requests of a client, one after the other on one connection, so many a second. */
static gpointer
send_requests (gpointer data)
{
  static const char body[] =
    "{\"model\":\"practice\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
               g_socket_client_connect_to_host (client, "127.0.0.1", (guint16)bench.port, NULL, NULL);
  g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                                              "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                              bench.port, sizeof body - 1, body);
  gint64 next_us = g_get_monotonic_time ();

  g_assert_nonnull (connection);
  while (!g_atomic_int_get (&bench.stop))
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                                 strlen (request), NULL, NULL, NULL);
      read_answer (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
      g_atomic_int_inc (&bench.n_sent);
      next_us += G_USEC_PER_SEC / N_PER_SECOND;
      if (next_us > g_get_monotonic_time ())
        g_usleep ((gulong)(next_us - g_get_monotonic_time ()));
    }
  return NULL;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  gint64 left = *(const gint64 *)a;
  gint64 right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

static void
report (const Series *one)
{
  GArray *turns = one->turns;

  g_array_sort (turns, compare);
  if (turns->len > 0)
    printf ("  %-20s %7u times, median %6.2f ms, 99 %% %6.2f ms, longest %6.2f ms\n", one->what, turns->len,
            (double)g_array_index (turns, gint64, turns->len / 2) / 1000,
            (double)g_array_index (turns, gint64, turns->len * 99 / 100) / 1000,
            (double)g_array_index (turns, gint64, turns->len - 1) / 1000);
}

/* Since the process was made. */
static double
get_age_ms (void)
{
  g_autofree char *text = NULL;
  struct timespec now;
  const char *rest = NULL;
  guint64 start_ticks = 0;

  clock_gettime (CLOCK_BOOTTIME, &now);
  if (g_file_get_contents ("/proc/self/stat", &text, NULL, NULL) && (rest = strrchr (text, ')')) != NULL)
    {
      g_auto (GStrv) fields = g_strsplit (rest + 2, " ", -1);

      start_ticks = g_ascii_strtoull (fields[19], NULL, 10);
    }
  return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6 -
         (double)start_ticks * 1000 / (double)sysconf (_SC_CLK_TCK);
}

static double
get_resident_mb (void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) || (line = strstr (text, "VmRSS:")) == NULL)
    return NAN;
  return g_ascii_strtod (line + strlen ("VmRSS:"), NULL) / 1024;
}

static gboolean
has_rows (gpointer data)
{
  UiStage *stage = data;

  return g_list_model_get_n_items (relais_engine_list_records (stage->engine)) >= N_ROWS;
}

static gboolean
is_running (gpointer data)
{
  return relais_engine_get_state (data) == RELAIS_ENGINE_RUNNING;
}

static gboolean
is_loaded (gpointer data)
{
  return relais_engine_get_n_accounts (data) > 0;
}

/* Away from the newest, then back to them, and so on. */
static gboolean
scroll_cb (gpointer data)
{
  static int direction = 1;
  GtkAdjustment *adjustment = data;
  double value = gtk_adjustment_get_value (adjustment) + direction * SCROLL_PX;

  if (value <= 0)
    direction = 1;
  else if (value >= SCROLL_WAY)
    direction = -1;
  gtk_adjustment_set_value (adjustment, value);
  return G_SOURCE_CONTINUE;
}

static gboolean
end_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint seconds)
{
  gboolean ended = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (series); i++)
    g_array_set_size (series[i].turns, 0);
  bench.recording = TRUE;
  g_timeout_add_seconds (seconds, end_cb, &ended);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
  bench.recording = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (series); i++)
    report (&series[i]);
}

static void
painted_cb (gpointer clock,
            gpointer data)
{
  *(gboolean *)data = TRUE;
}

static void
measure (UiStage *stage,
         guint    seconds)
{
  GtkWidget *page = ui_kit_page (stage, "RelaisMonitorPage");
  GtkScrollable *table = GTK_SCROLLABLE (ui_kit_child (page, "table"));
  GdkFrameClock *clock = gtk_widget_get_frame_clock (stage->window);
  guint scrolling;

  g_signal_connect (clock, "before-paint", before_paint_cb, NULL);
  g_signal_connect (clock, "layout", layout_cb, NULL);
  g_signal_connect (clock, "paint", paint_cb, NULL);
  printf ("%d rows, %d requests a second, the newest in sight\n", N_ROWS, N_PER_SECOND);
  run_for (seconds);
  scrolling = g_timeout_add (SCROLL_MS, scroll_cb, gtk_scrollable_get_vadjustment (table));
  printf ("the same while scrolling, %d px every %d ms\n", SCROLL_PX, SCROLL_MS);
  run_for (seconds);
  g_source_remove (scrolling);
  printf ("resident with %d rows: %.1f MB\n", N_ROWS, get_resident_mb ());
}

int
main (int    argc,
      char **argv)
{
  guint seconds = argc > 1 ? (guint)g_ascii_strtoull (argv[1], NULL, 10) : 15;
  gboolean painted = FALSE;
  UiStage stage = { 0 };
  GThread *client = NULL;
  gulong id;

  ui_kit_init (&argc, &argv);
  /* scrolled between a change of the list and its layout, GTK 4.8 warns and goes on */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
  for (gsize i = 0; i < G_N_ELEMENTS (series); i++)
    series[i].turns = g_array_new (FALSE, FALSE, sizeof (gint64));
  ui_kit_present (&stage, &practice, 900);
  id = g_signal_connect (gtk_widget_get_frame_clock (stage.window), "after-paint", G_CALLBACK (painted_cb), &painted);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  printf ("first frame after %.0f ms\n", get_age_ms ());
  g_signal_handler_disconnect (gtk_widget_get_frame_clock (stage.window), id);

  relais_engine_load_async (stage.engine, FALSE, NULL, NULL, NULL);
  ui_kit_until (is_loaded, stage.engine);
  g_settings_set_int (stage.settings, "port", 18045);
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  ui_kit_until (is_running, stage.engine);
  ui_kit_drain ();
  printf ("resident, the proxy running: %.1f MB\n", get_resident_mb ());
  bench.port = relais_engine_get_port (stage.engine);
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  client = g_thread_new ("client", send_requests, NULL);
  g_main_context_set_poll_func (NULL, poll_cb);
  ui_kit_until (has_rows, &stage);
  measure (&stage, seconds);
  g_atomic_int_set (&bench.stop, TRUE);
  g_thread_join (client);
  printf ("%d requests answered\n", bench.n_sent);
  ui_kit_close (&stage);
  for (gsize i = 0; i < G_N_ELEMENTS (series); i++)
    g_array_unref (series[i].turns);
  return 0;
}
