/* test-rules-page.c: rules, as a person puts them in, in order and out again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app/relais-banner.h"
#include "app/relais-rule-presets.h"
#include "app/relais-rules-page.h"
#include "app/relais-switch-row.h"
#include "base/relais-rules.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static GtkWidget *
open_page (UiStage    *stage,
           const char *rules)
{
  g_autofree char *json = g_strdelimit (g_strdup (rules), "'", '"');

  ui_kit_open (stage, &bare, 900);
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a2", "Claude", "anthropic" });
  if (*json != '\0')
    g_settings_set_string (stage->settings, "rules", json);
  gtk_widget_activate_action (stage->window, "win.page", "s", "rules");
  ui_kit_drain ();
  return ui_kit_page (stage, "RelaisRulesPage");
}

/* What is stored, and so in force, is what is shown. */
static void
assert_rules (UiStage    *stage,
              const char *want)
{
  GtkWidget *page = ui_kit_page (stage, "RelaisRulesPage");
  GtkListBox *list = ui_kit_child (page, "list");
  g_autofree char *json = g_settings_get_string (stage->settings, "rules");
  g_autoptr (RelaisRules) rules = relais_rules_parse (json, strlen (json), NULL, NULL);
  g_autoptr (GString) have = g_string_new (NULL);

  for (guint i = 0; i < relais_rules_get_length (rules); i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, i);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);

      g_assert_true (g_str_has_prefix (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                                       relais_rules_get (rules, i)->match));
      ui_kit_assert_label (row, "number", number);
      g_string_append_printf (have, "%s%s", i > 0 ? " " : "", relais_rules_get (rules, i)->match);
    }
  g_assert_null (gtk_list_box_get_row_at_index (list, relais_rules_get_length (rules)));
  g_assert_cmpstr (have->str, ==, want);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "stack")), ==,
                   *want != '\0' ? "list" : "empty");
}

static const char three[] = "{'rules':[{'match':'a','model':'m'},{'match':'b-*','account':'a1'},{'match':'c','model':'m'}]}";

static void
test_add (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, "");
  GtkWidget *dialog = NULL;
  GtkListBoxRow *row = NULL;

  assert_rules (&stage, "");
  ui_kit_click (ui_kit_find_button (page, "Add Rule…"));
  dialog = ui_kit_dialog (&stage);
  /* half of it is not applied */
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  gtk_editable_set_text (ui_kit_child (dialog, "match"), " claude-* ");
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  gtk_editable_set_text (ui_kit_child (dialog, "model"), "gemini-*");
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  g_assert_true (gtk_widget_has_css_class (ui_kit_child (dialog, "model"), "error"));
  assert_rules (&stage, "");
  gtk_editable_set_text (ui_kit_child (dialog, "model"), "gemini-3-flash");
  g_assert_false (gtk_widget_has_css_class (ui_kit_child (dialog, "model"), "error"));
  /* any, two accounts, the two providers there is an account of */
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (ui_kit_child (dialog, "who"))), ==, 5);
  adw_combo_row_set_selected (ui_kit_child (dialog, "who"), 3);
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (&stage));
  assert_rules (&stage, "claude-*");
  row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 0);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "claude-* → gemini-3-flash");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Only accounts of Google Gemini");
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_rules (&stage, "");
  ui_kit_close (&stage);
}

/* Closing a dialog loses nothing by a slip of a key. */
static void
test_discard (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);
  GtkWidget *dialog = NULL;
  GtkWidget *question = NULL;

  gtk_widget_activate_action (page, "rules.edit", "u", 2);
  dialog = ui_kit_dialog (&stage);
  gtk_window_close (GTK_WINDOW (dialog));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (&stage));

  gtk_widget_activate_action (page, "rules.edit", "u", 2);
  dialog = ui_kit_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "model"), "half-typ");
  for (guint i = 0; i < 2; i++)
    {
      UiStage over = { .window = dialog };

      gtk_window_close (GTK_WINDOW (dialog));
      ui_kit_drain ();
      g_assert_true (ui_kit_dialog (&stage) == dialog);
      question = ui_kit_dialog (&over);
      g_assert_true (ADW_IS_MESSAGE_DIALOG (question));
      adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), i == 0 ? "cancel" : "confirm");
      ui_kit_drain ();
      if (i == 0)
        g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "model")), ==, "half-typ");
    }
  g_assert_null (ui_kit_dialog (&stage));
  assert_rules (&stage, "a b-* c");
  ui_kit_close (&stage);
}

/* A list that changed meanwhile: the rule is found where it is now, or is put in anew. */
static void
test_edit (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);
  GtkWidget *dialog = NULL;

  gtk_widget_activate_action (page, "rules.edit", "u", 2);
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "match")), ==, "b-*");
  g_assert_cmpuint (adw_combo_row_get_selected (ui_kit_child (dialog, "who")), ==, 1);
  gtk_widget_activate_action (page, "rules.move", "(ui)", 2, 1);
  gtk_editable_set_text (ui_kit_child (dialog, "match"), "bb-*");
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  assert_rules (&stage, "a c bb-*");

  gtk_widget_activate_action (page, "rules.edit", "u", 1);
  dialog = ui_kit_dialog (&stage);
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"c\",\"model\":\"m\"}]}");
  gtk_editable_set_text (ui_kit_child (dialog, "match"), "aa");
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  assert_rules (&stage, "c aa");

  gtk_widget_activate_action (page, "rules.edit", "u", 1);
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&stage), "Remove Rule"));
  ui_kit_drain ();
  assert_rules (&stage, "aa");
  ui_kit_close (&stage);
}

/* As the end of a drag does it. */
static void
drop (GtkListBox *list,
      guint       moved,
      guint       at)
{
  GtkListBoxRow *source = gtk_list_box_get_row_at_index (list, moved - 1);
  GtkListBoxRow *target = gtk_list_box_get_row_at_index (list, at - 1);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (target));
  g_auto (GValue) value = G_VALUE_INIT;
  guint n_targets = 0;

  g_value_init (&value, G_OBJECT_TYPE (source));
  g_value_set_object (&value, source);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean taken = FALSE;

      if (!GTK_IS_DROP_TARGET (controller))
        continue;
      n_targets++;
      g_signal_emit_by_name (controller, "drop", &value, 1.0, 1.0, &taken);
      g_assert_cmpint (taken, ==, moved != at);
    }
  g_assert_cmpuint (n_targets, ==, 1);
  ui_kit_drain ();
}

static void
test_drag (void)
{
  UiStage stage = { 0 };
  GtkListBox *list = ui_kit_child (open_page (&stage, three), "list");

  drop (list, 1, 3);
  assert_rules (&stage, "b-* c a");
  drop (list, 3, 2);
  assert_rules (&stage, "b-* a c");
  drop (list, 2, 2);
  assert_rules (&stage, "b-* a c");
  ui_kit_close (&stage);
}

static void
test_order (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);
  GtkListBox *list = ui_kit_child (page, "list");

  gtk_widget_activate_action (page, "rules.move", "(ui)", 1, 1);
  ui_kit_drain ();
  assert_rules (&stage, "b-* a c");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (stage.window)) ==
                 GTK_WIDGET (gtk_list_box_get_row_at_index (list, 1)));
  gtk_widget_activate_action (page, "rules.move", "(ui)", 3, -9);
  ui_kit_drain ();
  assert_rules (&stage, "c b-* a");
  gtk_widget_activate_action (page, "rules.move", "(ui)", 1, -1);
  gtk_widget_activate_action (page, "rules.move", "(ui)", 7, -1);
  gtk_widget_activate_action (page, "rules.remove", "u", 9);
  gtk_widget_activate_action (page, "rules.edit", "u", 9);
  g_assert_null (ui_kit_dialog (&stage));
  assert_rules (&stage, "c b-* a");
  ui_kit_close (&stage);
}

/* Undo takes its own change back, and none that came after it. */
static void
test_remove (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);

  gtk_widget_activate_action (page, "rules.remove", "u", 2);
  ui_kit_drain ();
  assert_rules (&stage, "a c");
  g_assert_nonnull (ui_kit_find_label (stage.window, "Rule for “b-*” removed"));
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_rules (&stage, "a b-* c");

  gtk_widget_activate_action (page, "rules.remove", "u", 1);
  ui_kit_drain ();
  gtk_widget_activate_action (page, "rules.move", "(ui)", 1, 1);
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_rules (&stage, "c b-*");
  g_assert_nonnull (ui_kit_find_label (stage.window, "The rules have changed since"));
  ui_kit_close (&stage);
}

static void
assert_subtitle (GtkWidget  *page,
                 guint       number,
                 gboolean    broken,
                 const char *want)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), number - 1);

  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, want);
  g_assert_cmpint (gtk_widget_get_visible (ui_kit_child (row, "warning")), ==, broken);
}

/* Also while the accounts come and go; a locked keyring says nothing of what is not there. */
static void
test_lacks (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, "{'rules':[{'match':'1','account':'a1'},{'match':'2','account':'gone'},"
                                       "{'match':'3','provider':'zai'},{'match':'4','provider':'zia'},"
                                       "{'match':'5','account':'a1','provider':'anthropic'},{'match':'6','model':'m'}]}");
  GtkWidget *dialog = NULL;

  assert_subtitle (page, 1, FALSE, "Only the account “Work”");
  assert_subtitle (page, 2, TRUE, "There is no account “gone”");
  assert_subtitle (page, 3, TRUE, "There is no account of z.ai");
  assert_subtitle (page, 4, TRUE, "There is no provider “zia”");
  assert_subtitle (page, 5, TRUE, "The account “Work” is not one of Anthropic");
  assert_subtitle (page, 6, FALSE, "");
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "gone", "Back", "zai" });
  assert_subtitle (page, 2, FALSE, "Only the account “Back”");
  assert_subtitle (page, 3, FALSE, "Only accounts of z.ai");
  g_list_store_remove_all (G_LIST_STORE (relais_engine_list_accounts (stage.engine)));
  assert_subtitle (page, 1, TRUE, "There is no account “a1”");
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_LOCKED);
  assert_subtitle (page, 1, FALSE, "Only the account “a1”");

  /* what the rule says stays as it is, though there is nothing like it to choose */
  gtk_widget_activate_action (page, "rules.edit", "u", 5);
  dialog = ui_kit_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "model"), "m");
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  {
    g_autofree char *json = g_settings_get_string (stage.settings, "rules");

    g_assert_nonnull (strstr (json, "{\"match\":\"5\",\"model\":\"m\",\"account\":\"a1\",\"provider\":\"anthropic\"}"));
  }
  ui_kit_close (&stage);
}

static void
assert_outcome (GtkWidget  *page,
                const char *model,
                const char *rule,
                const char *accounts)
{
  AdwActionRow *outcome = ui_kit_child (page, "outcome");

  gtk_editable_set_text (ui_kit_child (page, "probe"), model);
  ui_kit_drain ();
  g_assert_cmpint (gtk_widget_get_visible (GTK_WIDGET (outcome)), ==, rule != NULL);
  if (rule == NULL)
    return;
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (outcome)), ==, rule);
  g_assert_cmpstr (adw_action_row_get_subtitle (outcome), ==, accounts);
}

static void
test_try (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, "{'rules':[{'match':'a','model':'m'},{'match':'b-*','account':'a1'},{'match':'x','account':'no'}]}");

  assert_outcome (page, "a", "Rule 1: m is used", "Answered by Work, or else by Claude");
  assert_outcome (page, " b-1 ", "Rule 2: b-1 is used", "Answered by Work");
  assert_outcome (page, "q", "No rule: q is used as it is", "Answered by Work, or else by Claude");
  assert_outcome (page, "x", "Rule 3: x is used", "None of the accounts the rule allows is active");
  assert_outcome (page, "", NULL, NULL);
  assert_outcome (page, "a", "Rule 1: m is used", "Answered by Work, or else by Claude");
  /* it follows what changes */
  gtk_widget_activate_action (page, "rules.remove", "u", 1);
  ui_kit_drain ();
  g_assert_cmpstr (adw_preferences_row_get_title (ui_kit_child (page, "outcome")), ==, "No rule: a is used as it is");
  g_list_store_remove_all (G_LIST_STORE (relais_engine_list_accounts (stage.engine)));
  ui_kit_drain ();
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (page, "outcome")), ==, "No account is active");
  ui_kit_close (&stage);
}

static void
test_presets (void)
{
  static const char *const ids[] = { "claude-code-on-gemini", "claude-code-on-zai", "codex-on-gemini",
                                     "gemini-cli-on-claude" };
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, "{'rules':[{'match':'claude-*sonnet*','model':'mine'},{'match':'a','model':'m'}]}");
  g_autofree char *json = NULL;

  gtk_widget_activate_action (page, "rules.preset", "s", "claude-code-on-zai");
  ui_kit_drain ();
  assert_rules (&stage, "claude-*sonnet* a claude-*opus* claude-*haiku*");
  json = g_settings_get_string (stage.settings, "rules");
  g_assert_nonnull (strstr (json, "{\"match\":\"claude-*sonnet*\",\"model\":\"glm-4.7\",\"provider\":\"zai\"}"));
  g_assert_nonnull (strstr (json, "{\"match\":\"claude-*opus*\",\"model\":\"glm-5.2\",\"provider\":\"zai\"}"));
  g_assert_nonnull (strstr (json, "{\"match\":\"claude-*haiku*\",\"model\":\"glm-4.5-air\",\"provider\":\"zai\"}"));
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_rules (&stage, "claude-*sonnet* a");

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      guint n_rules = 0;
      const RelaisRule *rules = relais_rule_presets_find (ids[i], &n_rules);
      g_autoptr (RelaisRules) all = relais_rules_splice (NULL, 0, 0, rules, n_rules, NULL);
      g_autoptr (RelaisRules) again = relais_rule_presets_add (all, ids[i]);

      g_assert_cmpuint (n_rules, >, 1);
      g_assert_nonnull (all);
      /* twice is once */
      g_assert_cmpuint (relais_rules_get_length (again), ==, n_rules);
    }
  g_assert_null (relais_rule_presets_add (NULL, "nonsense"));
  ui_kit_close (&stage);
}

static gboolean
is_told (gpointer data)
{
  return ADW_IS_MESSAGE_DIALOG (ui_kit_dialog (data));
}

static gboolean
is_exported (gpointer data)
{
  return ui_kit_find_label (((UiStage *)data)->window, "Rules exported") != NULL;
}

static gboolean
is_imported (gpointer data)
{
  return ui_kit_find_label (((UiStage *)data)->window, "1 rule imported") != NULL;
}

/* A file that is no good is told of, and nothing is changed. */
static void
test_import (void)
{
  static const struct
  {
    const char *json;
    const char *words;
  } rows[] = {
    { "nonsense", "it is not valid JSON" },
    { "{'rules':{}}", "it is no list of rules, as in {\"rules\": []}" },
    { "{'rules':[{'match':'a','model':'b'},{'match':'a'}]}", "rule 2: it names no model, no account and no provider to use" },
    { "{'rules':[{'match':'a','modle':'b'}]}", "rule 1: there is no field “modle”, only match, model, account and provider" },
    { "{'rules':[{'match':'a','model':''}]}", "rule 1: the field “model” is empty, too long or no text" },
    { NULL, "it is larger than 1 MiB" },
  };
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);
  g_autofree char *folder = g_dir_make_tmp ("relais-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "rules.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *large = g_strnfill (RELAIS_RULES_SIZE_MAX * 3, ' ');
  g_autofree char *written = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *json = g_strdelimit (g_strdup (rows[i].json != NULL ? rows[i].json : large), "'", '"');
      g_autofree char *body = g_strdup_printf ("The file was not imported: %s. Your rules are as they were.", rows[i].words);

      g_assert_true (g_file_set_contents (path, json, -1, NULL));
      relais_rules_page_import (RELAIS_RULES_PAGE (page), file);
      ui_kit_until (is_told, &stage);
      g_assert_cmpstr (
        adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (ui_kit_dialog (&stage))), ==, body);
      gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
      assert_rules (&stage, "a b-* c");
    }
  g_remove (path);
  relais_rules_page_import (RELAIS_RULES_PAGE (page), file);
  ui_kit_until (is_told, &stage);
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));

  relais_rules_page_export (RELAIS_RULES_PAGE (page), file);
  ui_kit_until (is_exported, &stage);
  g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
  g_assert_true (g_str_has_prefix (written, "{\"rules\": [\n  {\"match\":\"a\",\"model\":\"m\"},\n"));
  g_assert_true (g_file_set_contents (path, "{\"rules\":[{\"match\":\"new\",\"account\":\"a1\"}]}", -1, NULL));
  relais_rules_page_import (RELAIS_RULES_PAGE (page), file);
  ui_kit_until (is_imported, &stage);
  assert_rules (&stage, "new");
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_rules (&stage, "a b-* c");
  g_remove (path);
  g_rmdir (folder);
  ui_kit_close (&stage);
}

/* What was stored past the window and is no good is told; the rules in force stay. */
static void
test_stored (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage, three);
  RelaisBanner *banner = ui_kit_child (page, "banner");

  g_assert_false (relais_banner_get_revealed (banner));
  g_test_expect_message ("relais-settings-link", G_LOG_LEVEL_MESSAGE, "*Ignored in the setting rules*");
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"a\"}]}");
  g_test_assert_expected_messages ();
  g_assert_true (relais_banner_get_revealed (banner));
  g_assert_cmpstr (relais_banner_get_title (banner), ==,
                   "The stored rules are not used: rule 1: it names no model, no account and no provider to use");
  gtk_widget_activate_action (page, "rules.remove", "u", 3);
  ui_kit_drain ();
  assert_rules (&stage, "a b-*");
  g_assert_false (relais_banner_get_revealed (banner));
  ui_kit_close (&stage);
}

/* A failed request offers a rule for its model; one that went well does not. */
static void
test_from_record (void)
{
  static const PuppetRecord records[] = {
    { 0, 404, "/v1/messages", "claude-opus-9", NULL, 2, -1, "No account serves the model" },
    { 0, 200, "/v1/messages", "claude-opus-5", "Work", 2, 20, NULL },
    { 0, 401, "/v1/messages", NULL, NULL, 2, -1, "No key was sent" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      UiStage stage = { 0 };
      GtkWidget *button = NULL;
      GtkWidget *dialog = NULL;

      open_page (&stage, "");
      gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
      puppet_engine_add_record (stage.engine, &records[i]);
      ui_kit_drain ();
      g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
      ui_kit_drain ();
      button = ui_kit_find_button (ui_kit_dialog (&stage), "Add Rule…");
      g_assert_cmpint (button != NULL, ==, i == 0);
      if (i == 0)
        {
          ui_kit_click (button);
          ui_kit_drain ();
          dialog = ui_kit_dialog (&stage);
          g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "match")), ==, "claude-opus-9");
          g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
          gtk_editable_set_text (ui_kit_child (dialog, "model"), "gemini-3-flash");
          ui_kit_click (ui_kit_child (dialog, "save"));
          ui_kit_drain ();
          assert_rules (&stage, "claude-opus-9");
        }
      else
        gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
      ui_kit_close (&stage);
    }
}

/* In force once it is applied and good; what is no good stays in the row, and is not stored. */
static void
test_preferences (void)
{
  static const struct
  {
    const char *text;
    const char *title;
    const char *stored;
  } rows[] = {
    { "http://proxy.example:3128", "_Proxy", "http://proxy.example:3128" },
    { "proxy.example", "_Proxy: as in http://proxy.example:3128", "http://proxy.example:3128" },
    { "http://me:secret@proxy.example:3128", "_Proxy: without name and password", "http://proxy.example:3128" },
    { "socks5://127.0.0.1:1080/", "_Proxy", "socks5://127.0.0.1:1080" },
    { "", "_Proxy", "" },
  };
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  AdwEntryRow *proxy = NULL;

  ui_kit_open (&stage, &bare, 900);
  gtk_widget_activate_action (stage.window, "win.preferences", NULL);
  dialog = ui_kit_dialog (&stage);
  proxy = ui_kit_child (dialog, "proxy");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *stored = NULL;

      gtk_editable_set_text (GTK_EDITABLE (proxy), rows[i].text);
      g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (proxy)), ==,
                       rows[i].title);
      g_signal_emit_by_name (proxy, "apply");
      stored = g_settings_get_string (stage.settings, "outbound-proxy");
      g_assert_cmpstr (stored, ==, rows[i].stored);
      g_assert_cmpstr (puppet_engine_get_proxy (stage.engine), ==, *stored != '\0' ? stored : NULL);
    }
  g_assert_false (puppet_engine_get_strict (stage.engine));
  relais_switch_row_set_active (ui_kit_child (dialog, "strict"), TRUE);
  g_assert_true (puppet_engine_get_strict (stage.engine));
  gtk_window_destroy (GTK_WINDOW (dialog));
  ui_kit_close (&stage);
}

/* What an account is for is seen in the list and changed in its dialog. */
static void
test_dispatch (void)
{
  static const struct
  {
    const char *nick;
    const char *subtitle;
  } rows[] = { { "exclusive", "Google Gemini · instead of the others" },
               { "fallback", "Google Gemini · only when no other can" },
               { "pooled", "Google Gemini" } };
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkWidget *dialog = NULL;
  g_autoptr (RelaisAccountRow) account = NULL;

  open_page (&stage, "");
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  account = g_list_model_get_item (relais_engine_list_accounts (stage.engine), 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 0);

      gtk_widget_activate_action (page, "accounts.edit", "s", "a1");
      dialog = ui_kit_dialog (&stage);
      adw_combo_row_set_selected (ui_kit_child (dialog, "dispatch"), 2 - i);
      ui_kit_click (ui_kit_child (dialog, "save"));
      ui_kit_drain ();
      g_assert_cmpstr (relais_account_row_get_dispatch (account), ==, rows[i].nick);
      g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, rows[i].subtitle);
    }
  gtk_widget_activate_action (stage.window, "win.add-account", NULL);
  dialog = ui_kit_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "key"), "a-key");
  adw_combo_row_set_selected (ui_kit_child (dialog, "dispatch"), 1);
  g_assert_cmpstr (adw_preferences_group_get_description (ui_kit_child (dialog, "dispatch_group")), ==,
                   "Used only when no other account can answer");
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  {
    GListModel *accounts = relais_engine_list_accounts (stage.engine);
    g_autoptr (RelaisAccountRow) added = g_list_model_get_item (accounts, 2);

    g_assert_cmpstr (relais_account_row_get_dispatch (added), ==, "fallback");
  }
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/rules-page/add", test_add);
  g_test_add_func ("/rules-page/discard", test_discard);
  g_test_add_func ("/rules-page/edit", test_edit);
  g_test_add_func ("/rules-page/order", test_order);
  g_test_add_func ("/rules-page/drag", test_drag);
  g_test_add_func ("/rules-page/remove", test_remove);
  g_test_add_func ("/rules-page/lacks", test_lacks);
  g_test_add_func ("/rules-page/try", test_try);
  g_test_add_func ("/rules-page/presets", test_presets);
  g_test_add_func ("/rules-page/import", test_import);
  g_test_add_func ("/rules-page/stored", test_stored);
  g_test_add_func ("/rules-page/from-record", test_from_record);
  g_test_add_func ("/rules-page/preferences", test_preferences);
  g_test_add_func ("/rules-page/dispatch", test_dispatch);
  return g_test_run ();
}
