/* test-many-rules.c: hundreds of rules, of which the page shows the first at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-rules.h"

#include "puppet-engine.h"
#include "ui-kit.h"

#define N_RULES 300

static const RelaisEngineOptions bare = { 0 };

static char *
make_json (void)
{
  GString *json = g_string_new ("{\"rules\":[");

  for (guint i = 0; i < N_RULES; i++)
    g_string_append_printf (json, "%s{\"match\":\"model-%u\",\"model\":\"m\"}", i > 0 ? "," : "", i);
  return g_string_free (g_string_append (json, "]}"), FALSE);
}

static GtkListBoxRow *
get_row (GtkWidget *page,
         guint      place)
{
  return gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), (int)place - 1);
}

static guint
count_rows (GtkWidget *page)
{
  guint n = 0;

  while (get_row (page, n + 1) != NULL)
    n++;
  return n;
}

static RelaisRules *
get_stored (UiStage *stage)
{
  g_autofree char *json = g_settings_get_string (stage->settings, "rules");

  return relais_rules_parse (json, strlen (json), NULL, NULL);
}

static gboolean
has_all (gpointer data)
{
  UiStage *stage = data;
  g_autoptr (RelaisRules) rules = get_stored (stage);

  return count_rows (ui_kit_page (stage, "RelaisRulesPage")) == relais_rules_get_length (rules);
}

/* Each row is for the rule of its place, as far as there are rows. */
static void
assert_rows (UiStage *stage)
{
  GtkWidget *page = ui_kit_page (stage, "RelaisRulesPage");
  g_autoptr (RelaisRules) rules = get_stored (stage);
  guint n = count_rows (page);

  g_assert_cmpuint (n, <=, relais_rules_get_length (rules));
  for (guint i = 0; i < n; i++)
    {
      GtkListBoxRow *row = get_row (page, i + 1);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);
      g_autofree char *title = g_strdup_printf ("%s → m", relais_rules_get (rules, i)->match);

      g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, title);
      ui_kit_assert_label (row, "number", number);
    }
}

static GtkWidget *
open_page (UiStage *stage)
{
  g_autofree char *json = make_json ();

  ui_kit_open (stage, &bare, 900);
  g_settings_set_string (stage->settings, "rules", json);
  gtk_widget_activate_action (stage->window, "win.page", "s", "rules");
  return ui_kit_page (stage, "RelaisRulesPage");
}

/* The first look makes a windowful, and the frames after it the rest. */
static void
test_fill (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage);

  g_assert_cmpuint (count_rows (page), >=, 10);
  g_assert_cmpuint (count_rows (page), <=, 40);
  assert_rows (&stage);
  ui_kit_until (has_all, &stage);
  assert_rows (&stage);
  ui_kit_drain ();
  ui_kit_close (&stage);
}

/* What changes before all are there is shown all the same. */
static void
test_change_meanwhile (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage);

  gtk_widget_activate_action (page, "rules.remove", "u", 2);
  g_assert_cmpuint (count_rows (page), <, N_RULES - 1);
  assert_rows (&stage);
  gtk_widget_activate_action (page, "rules.move", "(ui)", 3, 10);
  assert_rows (&stage);
  /* moved beyond what is there: the focus goes with it */
  gtk_widget_activate_action (page, "rules.move", "(ui)", 1, 100);
  g_assert_cmpuint (count_rows (page), >=, 101);
  g_assert_true (gtk_widget_get_focus_child (ui_kit_child (page, "list")) ==
                 GTK_WIDGET (get_row (page, 101)));
  assert_rows (&stage);
  ui_kit_until (has_all, &stage);
  assert_rows (&stage);
  /* away with it before all are there */
  g_settings_reset (stage.settings, "rules");
  g_assert_cmpuint (count_rows (page), ==, 0);
  ui_kit_drain ();
  ui_kit_close (&stage);
}

/* A row stays with its rule: to lay hundreds out anew takes long. */
static void
test_rows_stay (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage);
  g_autofree char *json = make_json ();
  GtkListBoxRow *third, *last;

  ui_kit_until (has_all, &stage);
  third = get_row (page, 3);
  last = get_row (page, N_RULES);
  gtk_widget_activate_action (page, "rules.remove", "u", 10);
  g_assert_true (get_row (page, 3) == third);
  g_assert_true (get_row (page, N_RULES - 1) == last);
  assert_rows (&stage);
  /* and back */
  g_settings_set_string (stage.settings, "rules", json);
  g_assert_true (get_row (page, 3) == third);
  g_assert_true (get_row (page, N_RULES) == last);
  assert_rows (&stage);
  ui_kit_drain ();
  ui_kit_close (&stage);
}

int
main (int    argc,
      char **argv)
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/many-rules/fill", test_fill);
  g_test_add_func ("/many-rules/change-meanwhile", test_change_meanwhile);
  g_test_add_func ("/many-rules/rows-stay", test_rows_stay);
  return g_test_run ();
}
