/* relais-sessions.c: the connections to upstreams, and the way they take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-sessions"

#include "config.h"

#include "base/relais-outbound.h"

#include "relais-sessions.h"

/* One SoupSession walks its whole queue on each change of state (libsoup 3.2.3), so few each. */
#define TRANSFERS_PER_SESSION 16
#define IDLE_TIMEOUT_S 15

struct _RelaisSessions
{
  GPtrArray *list; /* RelaisSession */
  char *proxy;     /* NULL: none */
};

static void
session_free (gpointer data)
{
  RelaisSession *self = data;

  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_free (self);
}

/**
 * relais_sessions_new:
 *
 * Belongs to the thread-default context it is used in.
 *
 * Returns: (transfer full): no connections yet, and no proxy
 */
RelaisSessions *
relais_sessions_new (void)
{
  RelaisSessions *self = g_new0 (RelaisSessions, 1);

  self->list = g_ptr_array_new_with_free_func (session_free);
  return self;
}

/**
 * relais_sessions_free:
 * @self: (transfer full): sessions that nothing runs on
 */
void
relais_sessions_free (RelaisSessions *self)
{
  g_ptr_array_unref (self->list);
  g_free (self->proxy);
  g_free (self);
}

static void
drop_retired (RelaisSessions *self)
{
  for (guint i = self->list->len; i-- > 0;)
    {
      RelaisSession *session = g_ptr_array_index (self->list, i);

      if (session->retired && session->running == 0)
        g_ptr_array_remove_index_fast (self->list, i);
    }
}

/**
 * relais_sessions_set_proxy:
 * @self: sessions
 * @url: (nullable): an address that [func@Outbound.check] takes, or %NULL for none
 *
 * Goes for what is taken from now on; what is under way ends where it is.
 */
void
relais_sessions_set_proxy (RelaisSessions *self,
                           const char     *url)
{
  if (g_strcmp0 (self->proxy, url) == 0)
    return;
  g_free (self->proxy);
  self->proxy = g_strdup (url);
  for (guint i = 0; i < self->list->len; i++)
    ((RelaisSession *)g_ptr_array_index (self->list, i))->retired = TRUE;
  drop_retired (self);
}

static RelaisSession *
find_room (RelaisSessions *self)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      RelaisSession *session = g_ptr_array_index (self->list, i);

      if (!session->retired && session->running < TRANSFERS_PER_SESSION)
        return session;
    }
  return NULL;
}

/**
 * relais_sessions_take:
 * @self: sessions
 *
 * The first with room, so that its connections are used again.
 *
 * Returns: (transfer none): one to send with; goes back by [func@Sessions.give]
 */
RelaisSession *
relais_sessions_take (RelaisSessions *self)
{
  g_autoptr (GProxyResolver) resolver = NULL;
  RelaisSession *session;

  drop_retired (self);
  session = find_room (self);
  if (session == NULL)
    {
      resolver = relais_outbound_new_resolver (self->proxy);
      session = g_new0 (RelaisSession, 1);
      session->proxied = resolver != NULL;
      session->session = soup_session_new_with_options ("max-conns", TRANSFERS_PER_SESSION,
                                                        "max-conns-per-host", TRANSFERS_PER_SESSION,
                                                        "idle-timeout", IDLE_TIMEOUT_S,
                                                        "timeout", 0,
                                                        "proxy-resolver", resolver,
                                                        NULL);
      soup_session_remove_feature_by_type (session->session, SOUP_TYPE_AUTH_MANAGER);
      g_ptr_array_add (self->list, session);
    }
  session->running++;
  return session;
}

/**
 * relais_sessions_give:
 * @session: one that was taken
 */
void
relais_sessions_give (RelaisSession *session)
{
  session->running--;
}
