/* bench-rules.c: how long the window works on the page of rules; run it by hand on a display:
 * bench-rules [RULES...]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdio.h>

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static char *
make_rules (guint n_rules)
{
  g_autoptr (GString) json = g_string_new ("{\"rules\":[");

  for (guint i = 0; i < n_rules; i++)
    g_string_append_printf (json, "%s{\"match\":\"claude-model-%u-*\",\"model\":\"gemini-3-flash\",\"account\":\"a%u\"}",
                            i > 0 ? "," : "", i, i % 3 + 1);
  g_string_append (json, "]}");
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static double
ms_since (gint64 start_us)
{
  return (double)(g_get_monotonic_time () - start_us) / 1000;
}

static void
painted_cb (GdkFrameClock *clock,
            gpointer       data)
{
  *(gboolean *)data = TRUE;
}

/* The longest the main loop was away, until nothing is left to do. */
static double
settle (void)
{
  gint64 quiet_us = g_get_monotonic_time ();
  gint64 longest_us = 0;

  while (g_get_monotonic_time () - quiet_us < 200000)
    {
      gint64 start_us = g_get_monotonic_time ();

      if (!g_main_context_iteration (NULL, FALSE))
        {
          g_usleep (500);
          continue;
        }
      longest_us = MAX (longest_us, g_get_monotonic_time () - start_us);
      quiet_us = g_get_monotonic_time ();
    }
  return (double)longest_us / 1000;
}

/* From what a person does to the first frame that shows it, and the longest piece of work then. */
static void
measure (UiStage    *stage,
         const char *what,
         GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (stage->window);
  gint64 start_us = g_get_monotonic_time ();
  gboolean painted = FALSE;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
  double frame_ms, longest_ms, whole_ms;

  gtk_widget_activate_action_variant (widget, action, target);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  frame_ms = ms_since (start_us);
  g_signal_handler_disconnect (clock, id);
  longest_ms = settle ();
  whole_ms = ms_since (start_us) - 200;
  printf ("  %-12s first frame %7.1f ms, longest piece after it %7.1f ms, done %7.1f ms\n", what, frame_ms,
          longest_ms, whole_ms);
}

static void
run (guint n_rules)
{
  g_autofree char *json = make_rules (n_rules);
  UiStage stage = { 0 };
  GtkWidget *page;

  ui_kit_open (&stage, &bare, 900);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a2", "Claude", "anthropic" });
  g_settings_set_string (stage.settings, "rules", json);
  settle ();
  page = ui_kit_page (&stage, "RelaisRulesPage");
  printf ("%u rules\n", n_rules);
  measure (&stage, "first look", stage.window, "win.page", g_variant_new_string ("rules"));
  measure (&stage, "move", page, "rules.move", g_variant_new ("(ui)", n_rules, -1));
  measure (&stage, "remove", page, "rules.remove", g_variant_new_uint32 (1));
  measure (&stage, "away", stage.window, "win.page", g_variant_new_string ("proxy"));
  measure (&stage, "second look", stage.window, "win.page", g_variant_new_string ("rules"));
  ui_kit_close (&stage);
}

int
main (int    argc,
      char **argv)
{
  ui_kit_init (&argc, &argv);
  if (argc < 2)
    {
      run (3);
      run (300);
    }
  for (int i = 1; i < argc; i++)
    run ((guint)g_ascii_strtoull (argv[i], NULL, 10));
  return 0;
}
