/* ui-notices.c: who shows notifications, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-notices.h"

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"

static const char interface[] =
  "<node><interface name='" NAME "'>"
  "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
  "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
  "<arg type='u' direction='out'/></method>"
  "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
  "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
  "<signal name='NotificationClosed'><arg type='u'/><arg type='u'/></signal>"
  "</interface></node>";

static void
notice_free (gpointer data)
{
  UiNotice *notice = data;

  g_free (notice->title);
  g_free (notice->body);
  g_strfreev (notice->actions);
  g_free (notice);
}

static void
drop (UiNotices *self,
      guint      id)
{
  for (guint i = 0; i < self->shown->len; i++)
    if (((UiNotice *)g_ptr_array_index (self->shown, i))->id == id)
      {
        g_ptr_array_remove_index (self->shown, i);
        return;
      }
}

static guint
show (UiNotices *self,
      GVariant  *parameters)
{
  UiNotice *notice = g_new0 (UiNotice, 1);
  guint replaces = 0;

  g_variant_get (parameters, "(susss^asa{sv}i)", NULL, &replaces, NULL, &notice->title,
                 &notice->body, &notice->actions, NULL, NULL);
  self->n_sent++;
  notice->id = replaces != 0 ? replaces : self->n_sent;
  drop (self, replaces);
  g_ptr_array_add (self->shown, notice);
  return notice->id;
}

static void
ui_notices_call_cb (GDBusConnection       *bus,
                    const char            *sender,
                    const char            *path,
                    const char            *interface_name,
                    const char            *method,
                    GVariant              *parameters,
                    GDBusMethodInvocation *invocation,
                    gpointer               data)
{
  UiNotices *self = data;
  GVariant *result = NULL;
  guint id = 0;

  if (g_str_equal (method, "Notify"))
    {
      result = g_variant_new ("(u)", show (self, parameters));
    }
  else if (g_str_equal (method, "CloseNotification"))
    {
      g_variant_get (parameters, "(u)", &id);
      drop (self, id);
    }
  else
    {
      result = g_variant_new ("(^as)", (const char *[]){ "actions", "body", NULL });
    }
  g_dbus_method_invocation_return_value (invocation, result);
}

static void
ui_notices_owned_cb (GDBusConnection *bus,
                     const char      *name,
                     gpointer         data)
{
  ((UiNotices *)data)->owned = TRUE;
}

/* On a connection of its own, as another program would have. */
UiNotices *
ui_notices_new (void)
{
  static const GDBusInterfaceVTable vtable = { .method_call = ui_notices_call_cb };
  GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                               G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface, NULL);
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  UiNotices *self = g_new0 (UiNotices, 1);
  guint object;

  self->shown = g_ptr_array_new_with_free_func (notice_free);
  self->bus = g_dbus_connection_new_for_address_sync (address, flags, NULL, NULL, NULL);
  g_assert_nonnull (self->bus);
  object = g_dbus_connection_register_object (self->bus, PATH, node->interfaces[0], &vtable, self,
                                              NULL, NULL);
  g_assert_cmpuint (object, !=, 0);
  g_bus_own_name_on_connection (self->bus, NAME, 0, ui_notices_owned_cb, NULL, self, NULL);
  while (!self->owned)
    g_main_context_iteration (NULL, TRUE);
  return self;
}

void
ui_notices_free (UiNotices *self)
{
  g_assert_true (g_dbus_connection_close_sync (self->bus, NULL, NULL));
  g_object_unref (self->bus);
  g_ptr_array_unref (self->shown);
  g_free (self);
}

static void
tell (UiNotices  *self,
      const char *signal,
      GVariant   *parameters)
{
  gboolean told = g_dbus_connection_emit_signal (self->bus, NULL, PATH, NAME, signal, parameters,
                                                 NULL);

  g_assert_true (told);
}

/* As a person who presses a button of it, and it goes. */
void
ui_notices_invoke (UiNotices      *self,
                   const UiNotice *notice,
                   const char     *action)
{
  guint id = notice->id;

  tell (self, "ActionInvoked", g_variant_new ("(us)", id, action));
  tell (self, "NotificationClosed", g_variant_new ("(uu)", id, 2));
  drop (self, id);
}
