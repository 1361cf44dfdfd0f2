/* test-listener.c: accepting, and going on after it failed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <gio/gnetworking.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-test-server.h"
#include "server/relais-listener.h"

#define PATIENCE_S 20

typedef struct
{
  RelaisListener *listener;
  GPtrArray *sockets; /* GSocket, taken */
  RelaisRoom      room;
  guint n_refused; /* handed over although there was no room */
  guint n_spare;   /* asked for a descriptor */
  guint           port;
} Fixture;

static RelaisRoom
room_cb (gpointer user_data)
{
  return ((Fixture *)user_data)->room;
}

static void
accepted_cb (GSocket  *socket,
             gboolean  room,
             gpointer  user_data)
{
  Fixture *self = user_data;

  if (room)
    g_ptr_array_add (self->sockets, g_object_ref (socket));
  else
    self->n_refused++;
}

static RelaisRoom
spare_cb (gpointer user_data)
{
  ((Fixture *)user_data)->n_spare++;
  return RELAIS_ROOM_NONE;
}

static const RelaisListenerSink sink = { room_cb, accepted_cb, spare_cb };

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  self->room = RELAIS_ROOM_FREE;
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->listener = relais_listener_new (FALSE, 0, &sink, self, &error);
  g_assert_no_error (error);
  self->port = relais_listener_get_port (self->listener);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_clear_pointer (&self->listener, relais_listener_free);
  g_ptr_array_unref (self->sockets);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
wait_for (const guint *count,
          guint        n)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (*count < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  g_assert_cmpuint (*count, ==, n);
}

static void
test_accept (Fixture       *self,
             gconstpointer  data)
{
  int clients[200];
  int on = 0;

  g_assert_cmpuint (self->port, >=, 1024);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = relais_test_connect (self->port);
  wait_for (&self->sockets->len, G_N_ELEMENTS (clients));
  /* small events are not to wait for large ones */
  g_assert_true (g_socket_get_option (g_ptr_array_index (self->sockets, 0), IPPROTO_TCP,
                                      TCP_NODELAY, &on, NULL));
  g_assert_cmpint (on, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    close (clients[i]);
}

/* The same port twice is the failure that can be explained. */
static void
test_taken (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (relais_listener_new (FALSE, self->port, &sink, self, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static void
test_no_room (Fixture       *self,
              gconstpointer  data)
{
  int first = relais_test_connect (self->port);
  int second;

  wait_for (&self->sockets->len, 1);
  self->room = RELAIS_ROOM_NONE;
  second = relais_test_connect (self->port);
  wait_for (&self->n_refused, 1);
  g_assert_cmpuint (self->sockets->len, ==, 1);
  close (first);
  close (second);
}

/* Whoever is in the queue when it closes is taken in, not reset. */
static void
test_free (Fixture       *self,
           gconstpointer  data)
{
  int clients[100];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = relais_test_connect (self->port);
  g_clear_pointer (&self->listener, relais_listener_free);
  g_assert_cmpuint (self->sockets->len, ==, G_N_ELEMENTS (clients));
  g_assert_cmpint (relais_test_connect (self->port), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    close (clients[i]);
}

/* Without descriptors a waiting client is let go of, by means of the spare one. */
static void
test_out_of_descriptors (Fixture       *self,
                         gconstpointer  data)
{
  struct rlimit before, none;
  int waiting[2] = { relais_test_connect (self->port), relais_test_connect (self->port) };
  int highest = open ("/dev/null", O_RDONLY);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  /* every number below it is in use: a new one is the lowest that is free */
  none = before;
  none.rlim_cur = (rlim_t)highest + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  wait_for (&self->n_spare, 2);
  g_assert_cmpuint (self->sockets->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      g_assert_true (relais_test_is_closed (waiting[i]));
      close (waiting[i]);
    }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  waiting[0] = relais_test_connect (self->port);
  wait_for (&self->sockets->len, 1);
  close (waiting[0]);
  close (highest);
}

/* A limit below the spare one: nothing can be accepted, not even to close it. */
static void
test_pause (Fixture       *self,
            gconstpointer  data)
{
  struct rlimit before, none;
  int waiting = relais_test_connect (self->port);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = 3;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  wait_for (&self->n_spare, 1);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  /* it looks again by itself */
  wait_for (&self->sockets->len, 1);
  close (waiting);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *self,
                  gconstpointer data);
  } tests[] = {
    { "/listener/accept", test_accept },
    { "/listener/taken", test_taken },
    { "/listener/no-room", test_no_room },
    { "/listener/free", test_free },
    { "/listener/out-of-descriptors", test_out_of_descriptors },
    { "/listener/pause", test_pause },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
