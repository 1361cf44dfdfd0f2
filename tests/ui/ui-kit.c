/* ui-kit.c: what the tests of the window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#ifdef __SANITIZE_ADDRESS__
# include <link.h>
# include <sanitizer/lsan_interface.h>

/* of the sanitizers' runtime; gcc 12 comes without their header */
int    __sanitizer_get_ownership      (const volatile void *memory);
size_t __sanitizer_get_allocated_size (const volatile void *memory);
#endif

#include <locale.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "app/relais-settings-link.h"
#include "app/relais-window.h"

#include "ui-kit.h"

#define DEADLINE_S 20

static void
load_style (void)
{
  GdkDisplay *display = gdk_display_get_default ();
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/dev/relais/Relais/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), "/dev/relais/Relais/icons");
}

/* GLib leaves its first table of quarks behind once it has outgrown it. The leak sanitizer tells
 * that from leaks of ours by its whole stack alone, which takes its time to walk. */
void
ui_kit_see_whole_stacks (char **argv)
{
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *more = NULL;

  if (options == NULL || strstr (options, "fast_unwind_on_malloc") != NULL)
    return;
  more = g_strconcat (options, ":fast_unwind_on_malloc=0", NULL);
  g_setenv ("ASAN_OPTIONS", more, TRUE);
  execv ("/proc/self/exe", argv);
}

#ifdef __SANITIZE_ADDRESS__
/* GLib lets go of its table of quarks when there are more than 2 048 of them, on purpose, and no
 * suppression can tell: of what it allocates before main() no caller is known. */
static int
ignore_quarks (struct dl_phdr_info *info,
               size_t               size,
               void                *data)
{
  if (strstr (info->dlpi_name, "libglib-2.0") == NULL)
    return 0;
  for (int i = 0; i < info->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *part = &info->dlpi_phdr[i];
      void *const *words = (void *const *)(info->dlpi_addr + part->p_vaddr);

      if (part->p_type != PT_LOAD || (part->p_flags & PF_W) == 0)
        continue;
      for (gsize k = 0; k < part->p_memsz / sizeof *words; k++)
        if (__sanitizer_get_ownership (words[k]) &&
            __sanitizer_get_allocated_size (words[k]) == 2048 * sizeof (char *))
          __lsan_ignore_object (words[k]);
    }
  return 1;
}
#endif

/* The application does this by itself; a window without one needs it done. */
void
ui_kit_init (int    *argc,
             char ***argv)
{
#ifdef __SANITIZE_ADDRESS__
  dl_iterate_phdr (ignore_quarks, NULL);
#endif
  gtk_test_init (argc, argv, NULL);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RELAIS_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  adw_init ();
  /* GTK goes by the locale, of which there is but one here */
  if (g_strcmp0 (g_getenv ("LANGUAGE"), "ar") == 0)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  load_style ();
}

void
ui_kit_present (UiStage                   *stage,
                const RelaisEngineOptions *options,
                int                        width)
{
  static const char *const keys[] = { "port", "allow-lan-access", "auth-mode", "account-order",
                                      "keep-running-when-closed", "start-at-launch",
                                      "known-clients", "connect-client", "outbound-proxy",
                                      "rules", "strict-translation", "allowed-hosts",
                                      "allowed-origins", "first-byte-timeout", "gap-timeout",
                                      "record-bodies" };

  stage->settings = g_settings_new (RELAIS_APP_ID);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (stage->settings, keys[i]);
  g_settings_set_int (stage->settings, "window-width", width);
  g_settings_set_int (stage->settings, "window-height", 720);
  stage->engine = relais_engine_new (options);
  stage->link = G_OBJECT (relais_settings_link_new (stage->settings, stage->engine));
  stage->window = relais_window_new (NULL, stage->engine, stage->settings);
  gtk_window_present (GTK_WINDOW (stage->window));
}

/* The same, until it has nothing left to do. */
void
ui_kit_open (UiStage                   *stage,
             const RelaisEngineOptions *options,
             int                        width)
{
  ui_kit_present (stage, options, width);
  ui_kit_drain ();
}

/* Also asserts that nothing keeps the window. */
void
ui_kit_close (UiStage *stage)
{
  gpointer window = stage->window;

  g_object_add_weak_pointer (G_OBJECT (window), &window);
  gtk_window_destroy (GTK_WINDOW (stage->window));
  /* what was asked of the engine just before is still to be answered */
  for (int i = 0; i < 200 && (i == 0 || window != NULL); i++)
    {
      ui_kit_drain ();
      g_usleep (2000);
    }
  g_assert_null (window);
  g_assert_finalize_object (stage->link);
  g_assert_finalize_object (stage->engine);
  g_object_unref (stage->settings);
}

void
ui_kit_until (UiCheck  check,
              gpointer data)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;

  while (!check (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
}

void
ui_kit_drain (void)
{
  gint64 end = g_get_monotonic_time () + 60000;
  gint64 latest = end + 2 * G_USEC_PER_SEC; /* a busy machine gets through less in its time */

  while (g_get_monotonic_time () < end ||
         (g_main_context_pending (NULL) && g_get_monotonic_time () < latest))
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

GtkWidget *
ui_kit_find (GtkWidget  *root,
             const char *type)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (root), type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_kit_find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
ui_kit_find_label (GtkWidget  *root,
                   const char *text)
{
  if (GTK_IS_LABEL (root) && g_str_equal (gtk_label_get_text (GTK_LABEL (root)), text))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_kit_find_label (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
ui_kit_find_button (GtkWidget  *root,
                    const char *text)
{
  GtkWidget *label = NULL;

  if (!gtk_widget_get_visible (root))
    return NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_kit_find_button (child, text);

      if (found != NULL)
        return found;
    }
  if (!GTK_IS_BUTTON (root))
    return NULL;
  label = ui_kit_find_label (root, text);
  return label != NULL ? gtk_widget_get_ancestor (label, GTK_TYPE_BUTTON) : NULL;
}

/* The button that goes by its tooltip. */
GtkWidget *
ui_kit_find_named (GtkWidget  *root,
                   const char *tooltip)
{
  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_widget_get_tooltip_text (root), tooltip) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_kit_find_named (child, tooltip);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gpointer
ui_kit_child (gpointer    widget,
              const char *id)
{
  GObject *child = gtk_widget_get_template_child (widget, G_OBJECT_TYPE (widget), id);

  g_assert_nonnull (child);
  return child;
}

GtkWidget *
ui_kit_page (UiStage    *stage,
             const char *type)
{
  GtkWidget *page = ui_kit_find (stage->window, type);

  g_assert_nonnull (page);
  return page;
}

/* The window over the window, or NULL. */
GtkWidget *
ui_kit_dialog (UiStage *stage)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (toplevels, i);

      if (gtk_window_get_transient_for (other) == GTK_WINDOW (stage->window) &&
          gtk_widget_get_visible (GTK_WIDGET (other)))
        return GTK_WIDGET (other);
    }
  return NULL;
}

/* As a person would: not what is out of sight or insensitive. */
void
ui_kit_click (gpointer button)
{
  g_assert_true (GTK_IS_BUTTON (button));
  g_assert_true (gtk_widget_get_visible (button));
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* To the window of that title, which gets the display's focus: there is no window manager. */
void
ui_kit_press (GtkWidget  *window,
              const char *key)
{
  g_autofree char *escaped = g_regex_escape_string (gtk_window_get_title (GTK_WINDOW (window)), -1);
  g_autofree char *title = g_strdup_printf ("^%s$", escaped);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) xdotool = NULL;

  xdotool = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "xdotool", "search", "--sync", "--onlyvisible",
                              "--name", title, "windowfocus", "--sync", "key", key, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (xdotool, NULL, &error));
  g_assert_no_error (error);
}

typedef struct
{
  char     *text;
  gboolean  done;
} Clipboard;

static void
ui_kit_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  Clipboard *clipboard = data;

  clipboard->text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  clipboard->done = TRUE;
}

static gboolean
clipboard_is_read (gpointer data)
{
  return ((Clipboard *)data)->done;
}

char *
ui_kit_dup_clipboard (GtkWidget *widget)
{
  Clipboard clipboard = { NULL, FALSE };

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, ui_kit_read_cb,
                                 &clipboard);
  ui_kit_until (clipboard_is_read, &clipboard);
  return clipboard.text;
}
