/* relais-addresses.c: this machine's addresses, and who holds its ports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-addresses"

#include "config.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "relais-addresses.h"

#define PORTS_TRIED 100

static char *
address_to_string (const struct sockaddr *address)
{
  const void *bytes = address;
  const struct sockaddr_in *v4 = bytes;
  const struct sockaddr_in6 *v6 = bytes;
  g_autoptr (GInetAddress) inet = NULL;

  if (address->sa_family == AF_INET)
    inet = g_inet_address_new_from_bytes ((const guint8 *)&v4->sin_addr, G_SOCKET_FAMILY_IPV4);
  else
    inet = g_inet_address_new_from_bytes ((const guint8 *)&v6->sin6_addr, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_get_is_loopback (inet) ? NULL : g_inet_address_to_string (inet);
}

/**
 * relais_addresses_list:
 *
 * Asks the kernel; about 50 us.
 *
 * Returns: (transfer full): literal addresses of every interface but loopback ones, IPv4 first
 */
char **
relais_addresses_list (void)
{
  static const int families[] = { AF_INET, AF_INET6 };
  GPtrArray *list = g_ptr_array_new ();
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) != 0)
    all = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
      if (one->ifa_addr != NULL && one->ifa_addr->sa_family == families[i])
        {
          char *text = address_to_string (one->ifa_addr);

          if (text != NULL)
            g_ptr_array_add (list, text);
        }
  if (all != NULL)
    freeifaddrs (all);
  g_ptr_array_add (list, NULL);
  return (char **)g_ptr_array_free (list, FALSE);
}

/* The inode of a socket that listens on @port, 0 when there is none. */
static guint64
find_inode (const char *table,
            guint       port)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  char *line, *end;

  if (!g_file_get_contents (table, &text, &length, NULL))
    return 0;
  line = text;
  while ((end = memchr (line, '\n', text + length - line)) != NULL)
    {
      guint local = 0, state = 0;
      guint64 inode = 0;

      /* sl local:port remote:port state queues timer retransmits uid timeout inode; most lines are
       * of long gone connections, so the state is looked for first */
      *end = '\0';
      if (strstr (line, " 0A ") != NULL &&
          sscanf (line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %" G_GUINT64_FORMAT,
                  &local, &state, &inode) == 3 &&
          local == port && state == 0x0a)
        return inode;
      line = end + 1;
    }
  return 0;
}

static gboolean
process_has_socket (const char *pid,
                    const char *link)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *target = g_file_read_link (file, NULL);

      if (g_strcmp0 (target, link) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * relais_port_find_owner:
 * @port: a TCP port somebody listens on
 *
 * Looks through /proc, which tells of the person's own programs only. A few milliseconds; meant for
 * a failure.
 *
 * Returns: (transfer full) (nullable): the name of the program, or %NULL when it cannot be told
 */
char *
relais_port_find_owner (guint port)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  g_autofree char *link = NULL;
  guint64 inode = find_inode ("/proc/net/tcp", port);
  const char *pid;

  if (inode == 0)
    inode = find_inode ("/proc/net/tcp6", port);
  if (inode == 0 || dir == NULL)
    return NULL;
  link = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  while ((pid = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      char *name = NULL;

      if (!g_ascii_isdigit (*pid) || !process_has_socket (pid, link))
        continue;
      path = g_build_filename ("/proc", pid, "comm", NULL);
      if (!g_file_get_contents (path, &name, NULL, NULL))
        return NULL;
      name = g_strchomp (name);
      if (g_utf8_validate (name, -1, NULL))
        return name;
      g_free (name);
      return NULL;
    }
  return NULL;
}

static gboolean
can_bind (guint    port,
          gboolean any_address)
{
  GSocketFamily family = G_SOCKET_FAMILY_IPV4;
  g_autoptr (GInetAddress) inet =
               any_address ? g_inet_address_new_any (family) : g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (inet, port);
  g_autoptr (GSocket) socket =
               g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  return socket != NULL && g_socket_bind (socket, address, TRUE, NULL) &&
         g_socket_listen (socket, NULL);
}

/**
 * relais_port_find_free_near:
 * @port: a port that is taken
 * @any_address: whether it must be free on every address, not just on loopback
 *
 * Returns: one of the next 100 ports that can be bound now, or 0
 */
guint
relais_port_find_free_near (guint    port,
                            gboolean any_address)
{
  for (guint i = 1; i <= PORTS_TRIED && port + i <= 65535; i++)
    if (can_bind (port + i, any_address))
      return port + i;
  return 0;
}
