/* test-walk.c: every class, every page: names, icons, widths
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-account-dialog.h"
#include "app/relais-allow-row.h"
#include "app/relais-allowed-group.h"
#include "app/relais-allowed-row.h"
#include "app/relais-application.h"
#include "app/relais-dialogs.h"
#include "app/relais-setting-row.h"
#include "app/relais-url-well.h"
#include "base/relais-error.h"

#include "puppet-engine.h"
#include "scenes.h"
#include "ui-kit.h"

#define NARROWEST 360
#define LOWEST 294 /* a phone on its side */
#define LONG_HOST "a-name-that-is-just-as-long-as-it-can-be-and-longer.of-a-domain-nobody-has.example"

static const RelaisEngineOptions bare = { 0 };
static const char *const pages[] = { "proxy", "accounts", "rules", "connect", "monitor" };

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child))
      return TRUE;
  return FALSE;
}

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SWITCH (widget) ||
         GTK_IS_SPIN_BUTTON (widget) || GTK_IS_ENTRY (widget) || GTK_IS_SEARCH_ENTRY (widget) ||
         GTK_IS_DROP_DOWN (widget) || GTK_IS_LIST_VIEW (widget) || GTK_IS_COLUMN_VIEW (widget);
}

/* What GTK and libadwaita put together themselves, they name as they can. */
static gboolean
is_inside (GtkWidget *widget)
{
  static const char *const wholes[] = { "GtkSpinButton", "GtkMenuButton", "GtkDropDown", "AdwComboRow", "GtkSearchEntry",
                                        "GtkColumnView", "AdwWindowTitle", "GtkWindowControls", "GtkSearchBar",
                                        "AdwViewSwitcher", "GtkShortcutsWindow" };

  for (GtkWidget *up = gtk_widget_get_parent (widget); up != NULL; up = gtk_widget_get_parent (up))
    for (gsize i = 0; i < G_N_ELEMENTS (wholes); i++)
      if (g_str_equal (G_OBJECT_TYPE_NAME (up), wholes[i]) &&
          !(GTK_IS_SEARCH_ENTRY (widget) && g_str_equal (wholes[i], "GtkSearchBar")))
        return TRUE;
  return FALSE;
}

static gboolean
is_named (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_ROW);

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) ||
      gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;
  if (GTK_IS_BUTTON (widget) && has_text (widget))
    return TRUE;
  /* the activatable widget of a row goes by the row's title */
  return row != NULL && ADW_IS_ACTION_ROW (row) &&
         adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row)) == widget &&
         *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)) != '\0';
}

/* A control stands inside its card. */
static void
check_place (GtkWidget  *widget,
             const char *where)
{
  graphene_rect_t bounds;
  GtkWidget *card = widget;
  float bottom;

  while (card != NULL && !gtk_widget_has_css_class (card, "card"))
    card = gtk_widget_get_parent (card);
  if (card == NULL || !gtk_widget_compute_bounds (widget, card, &bounds))
    return;
  bottom = bounds.origin.y + bounds.size.height;
  if (bounds.origin.y >= 0 && bottom <= gtk_widget_get_height (card))
    return;
  g_test_message ("%s: a %s stands out of its card", where, G_OBJECT_TYPE_NAME (widget));
  g_test_fail ();
}

static gboolean
is_laid_out (gpointer data)
{
  return gtk_widget_get_height (data) > 0;
}

static gboolean
is_counted_down (gpointer data)
{
  return *(guint *)data == 0;
}

static void
painted_cb (GdkFrameClock *clock,
            guint         *n_frames)
{
  if (*n_frames > 0 && --*n_frames > 0)
    gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);
}

/* What changed has its place: a busy machine may owe a frame when there is nothing else to do. */
static void
see_frames (GtkWidget *top)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (top);
  guint n_frames = 2;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &n_frames);

  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);
  ui_kit_until (is_counted_down, &n_frames);
  g_signal_handler_disconnect (clock, id);
}

/* What is wider than its label is cut, or lies over its neighbour. */
static void
check_text (GtkLabel   *label,
            const char *where)
{
  PangoRectangle ink;

  pango_layout_get_pixel_extents (gtk_label_get_layout (label), &ink, NULL);
  if (ink.width > gtk_widget_get_width (GTK_WIDGET (label)) + 2)
    {
      g_test_message ("%s: “%s” takes %d px of %d", where, gtk_label_get_label (label), ink.width,
                      gtk_widget_get_width (GTK_WIDGET (label)));
      g_test_fail ();
    }
}

static void
check_widget (GtkWidget  *widget,
              const char *where)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      gtk_widget_get_width (widget) > 0)
    check_text (GTK_LABEL (widget), where);
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget))
    check_place (widget, where);
  if (is_control (widget) && !is_inside (widget) && !is_named (widget))
    {
      g_test_message ("%s: a %s (%s) has no name", where, G_OBJECT_TYPE_NAME (widget),
                      gtk_widget_get_tooltip_text (widget));
      g_test_fail ();
    }
  if (GTK_IS_IMAGE (widget) &&
      gtk_image_get_storage_type (GTK_IMAGE (widget)) == GTK_IMAGE_ICON_NAME)
    {
      const char *icon = gtk_image_get_icon_name (GTK_IMAGE (widget));
      GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));

      if (!gtk_icon_theme_has_icon (theme, icon))
        {
          g_test_message ("%s: no icon %s", where, icon);
          g_test_fail ();
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_widget (child, where);
}

/* Two with the same key: pressing it does neither. */
static void
check_mnemonics (GtkWidget  *widget,
                 GHashTable *seen,
                 const char *where)
{
  guint key = GDK_KEY_VoidSymbol;

  if (GTK_IS_LABEL (widget))
    key = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
  if (!gtk_widget_get_mapped (widget))
    return;
  if (key != GDK_KEY_VoidSymbol)
    {
      GtkLabel *other = g_hash_table_lookup (seen, GUINT_TO_POINTER (key));
      GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW);

      /* an entry row has its title twice */
      if (other != NULL &&
          (row == NULL || !gtk_widget_is_ancestor (GTK_WIDGET (other), row)))
        {
          g_test_message ("%s: “%s” and “%s” have the same mnemonic", where, gtk_label_get_label (other),
                          gtk_label_get_label (GTK_LABEL (widget)));
          g_test_fail ();
        }
      g_hash_table_insert (seen, GUINT_TO_POINTER (key), widget);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_mnemonics (child, seen, where);
}

static guint
count_standing_out (GtkWidget *widget)
{
  guint n = gtk_widget_has_css_class (widget, "suggested-action") ||
            gtk_widget_has_css_class (widget, "destructive-action");

  if (!gtk_widget_get_mapped (widget))
    return 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_standing_out (child);
  return n;
}

/* One thing to do next, not two. */
static void
check_standing_out (GtkWidget  *widget,
                    const char *where)
{
  guint n = count_standing_out (widget);

  if (n > 1)
    {
      g_test_message ("%s: %u suggested or destructive buttons", where, n);
      g_test_fail ();
    }
}

static void
check_width (GtkWidget  *widget,
             const char *where)
{
  int minimum = 0;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  if (minimum > NARROWEST)
    {
      g_test_message ("%s: needs %d px, %d at most", where, minimum, NARROWEST);
      g_test_fail ();
    }
}

/* In English alone: a banner with the words of an error takes more lines in some languages. */
static void
check_height (GtkWidget  *widget,
              const char *where)
{
  int minimum = 0;

  if (!g_str_equal (g_getenv ("LANGUAGE"), "en"))
    return;
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, NARROWEST, &minimum, NULL, NULL, NULL);
  if (minimum > LOWEST)
    {
      g_test_message ("%s: needs %d px of height, %d at most", where, minimum, LOWEST);
      g_test_fail ();
    }
}

static void
check_dialog (GtkWidget  *dialog,
              const char *where)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  check_widget (dialog, where);
  check_standing_out (dialog, where);
  check_width (dialog, where);
  check_height (dialog, where);
  check_mnemonics (dialog, seen, where);
}

static const char long_rules[] =
  "{\"rules\":[{\"match\":\"gemini-*\",\"model\":\"gemini-3.1-pro-preview-with-quite-a-long-name\",\"account\":\"a1\"},"
  "{\"match\":\"a-name-that-is-just-as-long-as-it-can-be-and-longer\",\"account\":\"one-that-is-not-there-any-more\"}]}";

static void
fill (UiStage *stage)
{
  static const PuppetAccount account = { "a1", "An account with quite a long name", "openai-compatible",
                                         RELAIS_ACCOUNT_KEY_REJECTED, 123456 };
  static const PuppetRecord record = { 0, 200, "/v1beta/models/gemini-3-flash:streamGenerateContent",
                                       "gemini-3.1-pro-preview", "An account with quite a long name",
                                       3725000, 1234567 };
  const RelaisAccountTrouble trouble = { RELAIS_ACCOUNT_QUOTA, (char *)"gemini-3.1-pro-preview", (char *)"Quota exceeded",
                                         429, g_get_real_time () + 100 * G_USEC_PER_SEC };
  const char *urls[] = { "http://127.0.0.1:8045", "http://[2001:db8:1234:5678:9abc:def0:1234:5678]:8045", NULL };

  puppet_engine_set_trouble (stage->engine, &(GError){ G_FILE_ERROR, G_FILE_ERROR_ACCES, (char *)"It is closed" });
  puppet_engine_add_account (stage->engine, &account);
  puppet_engine_set_trouble_of (stage->engine, account.id, &trouble);
  puppet_engine_add_record (stage->engine, &record);
  puppet_engine_set_urls (stage->engine, urls);
  g_settings_set_enum (stage->settings, "auth-mode", RELAIS_AUTH_MODE_OFF);
  g_settings_set_boolean (stage->settings, "allow-lan-access", TRUE);
  g_settings_set_string (stage->settings, "rules", long_rules);
  gtk_editable_set_text (ui_kit_child (ui_kit_page (stage, "RelaisRulesPage"), "probe"), "gemini-3.1-pro-preview-customtools");
  puppet_engine_set_state (stage->engine, RELAIS_ENGINE_RUNNING);
}

static void
walk (int      width,
      gboolean full)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  UiStage stage = { 0 };

  ui_kit_open (&stage, &bare, width);
  if (full)
    fill (&stage);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      gtk_widget_activate_action (stage.window, "win.page", "s", pages[i]);
      ui_kit_drain ();
      ui_kit_until (is_laid_out, stage.window);
      g_hash_table_remove_all (seen);
      check_widget (stage.window, pages[i]);
      check_standing_out (stage.window, pages[i]);
      check_mnemonics (stage.window, seen, pages[i]);
      if (width == NARROWEST)
        {
          check_width (stage.window, pages[i]);
          check_height (stage.window, pages[i]);
        }
    }
  gtk_widget_activate_action (stage.window, "win.pause-monitor", NULL);
  ui_kit_drain ();
  if (width == NARROWEST)
    check_width (stage.window, "paused");
  ui_kit_close (&stage);
}

static void
test_wide (void)
{
  walk (900, FALSE);
  walk (900, TRUE);
}

static void
test_narrow (void)
{
  walk (NARROWEST, FALSE);
  walk (NARROWEST, TRUE);
}

/* The dialog over the window where there is one, else the window. */
static GtkWidget *
get_top (UiStage *stage)
{
  GtkWidget *dialog = ui_kit_dialog (stage);

  return dialog != NULL ? dialog : stage->window;
}

static void
test_scenes (void)
{
  static const int widths[] = { 900, NARROWEST };
  gsize n_scenes = 0;
  const UiScene *scenes = ui_scenes_get (&n_scenes);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < n_scenes * G_N_ELEMENTS (widths); i++)
    {
      const UiScene *scene = &scenes[i / G_N_ELEMENTS (widths)];
      UiStage stage = { 0 };
      GtkWidget *top = NULL;

      ui_kit_open (&stage, &bare, widths[i % G_N_ELEMENTS (widths)]);
      gtk_widget_activate_action (stage.window, "win.page", "s", scene->page);
      ui_kit_drain ();
      scene->set_up (stage.engine, stage.settings, GTK_WINDOW (stage.window));
      ui_kit_drain ();
      top = get_top (&stage);
      ui_kit_until (is_laid_out, top);
      see_frames (top);
      check_widget (top, scene->name);
      check_standing_out (top, scene->name);
      g_hash_table_remove_all (seen);
      check_mnemonics (top, seen, scene->name);
      if (top != stage.window || widths[i % G_N_ELEMENTS (widths)] == NARROWEST)
        {
          check_width (top, scene->name);
          check_height (top, scene->name);
        }
      if (top != stage.window)
        gtk_window_destroy (GTK_WINDOW (top));
      ui_kit_close (&stage);
    }
}

static void
check_refused (UiStage            *stage,
               const PuppetRecord *record)
{
  puppet_engine_add_record (stage->engine, record);
  ui_kit_drain ();
  g_signal_emit_by_name (ui_kit_child (ui_kit_page (stage, "RelaisMonitorPage"), "lines"), "activate", 0);
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (stage), "refused");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (stage)));
}

static void
test_dialog (void)
{
  UiStage stage = { 0 };
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  ui_kit_open (&stage, &bare, 900);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  gtk_widget_activate_action (stage.window, "win.add-account", NULL);
  for (gsize i = 0; i < n_providers; i++)
    {
      relais_account_dialog_select_provider (RELAIS_ACCOUNT_DIALOG (ui_kit_dialog (&stage)),
                                             providers[i].id);
      ui_kit_drain ();
      check_dialog (ui_kit_dialog (&stage), providers[i].id);
    }
  gtk_widget_set_visible (ui_kit_child (ui_kit_dialog (&stage), "test_group"), TRUE);
  gtk_widget_set_visible (ui_kit_child (ui_kit_dialog (&stage), "save_anyway"), TRUE);
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (&stage), "add anyway");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  gtk_widget_activate_action (ui_kit_page (&stage, "RelaisAccountsPage"), "accounts.edit", "s", "a1");
  ui_kit_drain ();
  gtk_widget_set_visible (ui_kit_child (ui_kit_dialog (&stage), "base_url"), TRUE);
  gtk_widget_set_visible (ui_kit_child (ui_kit_dialog (&stage), "save_anyway"), TRUE);
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (&stage), "edit");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 502, "/v1beta/models/gemini-3-flash:streamGenerateContent", "gemini-3-flash", "Work", 1200, 12, "The server closed the connection" });
  ui_kit_drain ();
  g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (&stage), "details");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  check_refused (&stage, &(PuppetRecord){ .status = 421, .error = "Relais does not", .refused_host = LONG_HOST });
  check_refused (&stage, &(PuppetRecord){ .status = 403, .error = "Web pages may not", .refused_origin = "https://" LONG_HOST });
  g_settings_set_strv (stage.settings, "allowed-hosts", (const char *[]){ LONG_HOST, "box", NULL });
  g_settings_set_strv (stage.settings, "allowed-origins", (const char *[]){ "https://" LONG_HOST, NULL });
  gtk_widget_activate_action (stage.window, "win.preferences", NULL);
  ui_kit_drain ();
  gtk_editable_set_text (ui_kit_child (ui_kit_dialog (&stage), "proxy"), "http://me:secret@proxy.example");
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (&stage), "preferences");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  g_settings_set_string (stage.settings, "rules", long_rules);
  gtk_widget_activate_action (ui_kit_page (&stage, "RelaisRulesPage"), "rules.edit", "u", 2);
  ui_kit_drain ();
  gtk_editable_set_text (ui_kit_child (ui_kit_dialog (&stage), "model"), "one-*");
  ui_kit_drain ();
  check_dialog (ui_kit_dialog (&stage), "rule");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  ui_kit_close (&stage);
}

/* The whole tree of every class by itself, none of them in a window. */
static void
test_classes (void)
{
  static const char *const names[] = { "RelaisProxyPage", "RelaisAccountsPage", "RelaisConnectPage",
                                       "RelaisMonitorPage", "RelaisStatusCard", "RelaisTrafficCard",
                                       "RelaisTrafficGraph", "RelaisSwitchRow", "RelaisSpinRow",
                                       "RelaisBanner", "RelaisViewTitle", "RelaisUrlWell",
                                       "RelaisSettingRow", "RelaisRulesPage", "RelaisAllowRow",
                                       "RelaisAllowedGroup", "RelaisAllowedRow" };
  UiStage stage = { 0 };

  /* registers them all */
  ui_kit_open (&stage, &bare, 900);
  ui_kit_close (&stage);
  g_type_ensure (RELAIS_TYPE_ALLOW_ROW);
  g_type_ensure (RELAIS_TYPE_ALLOWED_GROUP);
  g_type_ensure (RELAIS_TYPE_ALLOWED_ROW);
  g_type_ensure (RELAIS_TYPE_SETTING_ROW);
  g_type_ensure (RELAIS_TYPE_URL_WELL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GType type = g_type_from_name (names[i]);
      GtkWidget *widget = NULL;

      g_test_message ("%s", names[i]);
      g_assert_cmpuint (type, !=, 0);
      widget = g_object_ref_sink (g_object_new (type, NULL));
      g_assert_finalize_object (widget);
    }
}

static void
test_about (void)
{
  UiStage stage = { 0 };
  GtkWidget *about = NULL;

  ui_kit_open (&stage, &bare, 900);
  relais_dialogs_show_about (GTK_WINDOW (stage.window));
  about = ui_kit_dialog (&stage);
  g_assert_true (ADW_IS_ABOUT_WINDOW (about));
  g_assert_cmpstr (adw_about_window_get_version (ADW_ABOUT_WINDOW (about)), ==, RELAIS_VERSION);
  g_assert_cmpstr (adw_about_window_get_website (ADW_ABOUT_WINDOW (about)), ==, "https://relais.dev/");
  gtk_window_destroy (GTK_WINDOW (about));
  ui_kit_close (&stage);
}

static void
test_shortcuts (void)
{
  UiStage stage = { 0 };

  ui_kit_open (&stage, &bare, 900);
  relais_dialogs_show_shortcuts (GTK_WINDOW (stage.window));
  ui_kit_drain ();
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (ui_kit_dialog (&stage)), ==, "GtkShortcutsWindow");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  ui_kit_close (&stage);
}

/* A run in another language that is one in English proves nothing. */
static void
test_language (void)
{
  static const struct
  {
    const char *language;
    const char *label;
  } starts[] = {
    { "ar", "_شغِّل" },
    { "de", "_Starten" },
    { "en", "_Start" },
    { "es", "_Iniciar" },
    { "fr", "_Démarrer" },
    { "zh_CN", "启动(_S)" },
  };
  const char *language = g_getenv ("LANGUAGE");
  const char *label = NULL;
  UiStage stage = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_str_equal (starts[i].language, language))
      label = starts[i].label;
  ui_kit_open (&stage, &bare, 900);
  g_assert_cmpstr (gtk_button_get_label (ui_kit_child (stage.window, "toggle")), ==, label);
  g_assert_cmpint (gtk_widget_get_direction (stage.window), ==,
                   g_str_equal (language, "ar") ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  /* code runs from left to right everywhere */
  g_assert_cmpint (gtk_widget_get_direction (ui_kit_child (ui_kit_page (&stage, "RelaisConnectPage"), "well")), ==, GTK_TEXT_DIR_LTR);
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/walk/language", test_language);
  g_test_add_func ("/walk/classes", test_classes);
  g_test_add_func ("/walk/wide", test_wide);
  g_test_add_func ("/walk/narrow", test_narrow);
  g_test_add_func ("/walk/scenes", test_scenes);
  g_test_add_func ("/walk/dialog", test_dialog);
  g_test_add_func ("/walk/about", test_about);
  g_test_add_func ("/walk/shortcuts", test_shortcuts);
  return g_test_run ();
}
