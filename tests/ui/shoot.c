/* shoot.c: pictures of every page in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include <glib/gi18n.h>

#include "app/relais-settings-link.h"
#include "app/relais-window.h"
#include "scenes.h"

static void
settle (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
}

/* NULL while a change waits to be laid out: a busy machine takes longer than others. */
static GskRenderNode *
draw (GtkWindow *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (GTK_WIDGET (window)),
                          gtk_widget_get_height (GTK_WIDGET (window)));
  return gtk_snapshot_free_to_node (snapshot);
}

static void
save (GtkWindow  *window,
      const char *path)
{
  g_autoptr (GskRenderNode) node = draw (window);
  g_autoptr (GdkTexture) texture = NULL;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (GTK_WIDGET (window)),
                                            gtk_widget_get_height (GTK_WIDGET (window)));

  for (guint i = 0; node == NULL && i < 100; i++)
    {
      settle (100);
      node = draw (window);
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &all);
  if (!gdk_texture_save_to_png (texture, path))
    g_error ("%s: cannot be written", path);
}

/* The dialog over the window where there is one, else the window. */
static GtkWindow *
find_top (GtkWindow *window)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (toplevels, i);

      if (gtk_window_get_transient_for (other) == window &&
          gtk_widget_get_visible (GTK_WIDGET (other)))
        return other;
    }
  return window;
}

static void
shoot (const UiScene *scene,
       const char    *directory,
       int            width,
       const char    *look)
{
  g_autoptr (GSettings) settings = g_settings_new (RELAIS_APP_ID);
  g_autoptr (RelaisEngine) engine = relais_engine_new (&(RelaisEngineOptions){ 0 });
  g_autoptr (RelaisSettingsLink) link = NULL;
  GtkWindow *window = NULL;
  GtkWindow *top = NULL;
  g_autofree char *name = g_strdup_printf ("%s-%d-%s.png", scene->name, width, look);
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_settings_reset (settings, "auth-mode");
  g_settings_reset (settings, "allow-lan-access");
  g_settings_reset (settings, "allowed-hosts");
  g_settings_reset (settings, "allowed-origins");
  g_settings_reset (settings, "gap-timeout");
  g_settings_reset (settings, "outbound-proxy");
  g_settings_reset (settings, "rules");
  g_settings_set_int (settings, "window-width", width);
  g_settings_set_int (settings, "window-height", 720);
  link = relais_settings_link_new (settings, engine);
  window = GTK_WINDOW (relais_window_new (NULL, engine, settings));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", scene->page);
  gtk_window_present (window);
  settle (150);
  scene->set_up (engine, settings, window);
  top = find_top (window);
  if (top != window)
    gtk_window_set_default_size (top, MIN (width, 460), 600);
  settle (g_str_equal (scene->page, "monitor") ? 2300 : 450);
  if (gtk_widget_get_width (GTK_WIDGET (top)) > width)
    g_printerr ("%s: %d wide\n", name, gtk_widget_get_width (GTK_WIDGET (top)));
  save (top, path);
  if (top != window)
    gtk_window_destroy (top);
  gtk_window_destroy (window);
  settle (20);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const looks[] = { "light", "dark", "hc" };
  const char *directory = argc > 1 ? argv[1] : ".";
  const char *wanted = argc > 2 ? argv[2] : "light dark";
  const char *only = argc > 3 ? argv[3] : "";
  gsize n_scenes = 0;
  const UiScene *scenes = ui_scenes_get (&n_scenes);

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RELAIS_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  gtk_init ();
  adw_init ();
  if (g_strcmp0 (g_getenv ("LANGUAGE"), "ar") == 0)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  g_set_prgname ("relais");
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/dev/relais/Relais/icons");
  {
    g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

    gtk_css_provider_load_from_resource (provider, "/dev/relais/Relais/style.css");
    gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                                GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  }

  for (gsize k = 0; k < G_N_ELEMENTS (looks); k++)
    {
      gboolean dark = g_str_equal (looks[k], "dark");

      if (strstr (wanted, looks[k]) == NULL)
        continue;
      adw_style_manager_set_color_scheme (
        adw_style_manager_get_default (),
        dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
      for (gsize i = 0; i < n_scenes; i++)
        {
          if (!g_str_has_prefix (scenes[i].name, only))
            continue;
          shoot (&scenes[i], directory, 900, looks[k]);
          shoot (&scenes[i], directory, 360, looks[k]);
        }
    }
  return 0;
}
