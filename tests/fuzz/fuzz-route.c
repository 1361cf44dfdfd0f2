/* fuzz-route.c: any target leads somewhere, and no key goes on with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-route.h"

#include "relais-fuzz.h"

#define BASE "http://127.0.0.1:8045"

static void
check_text (const char *text)
{
  if (text == NULL)
    return;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\r\n"));
}

/* No part of the query that may go upstream is a key. */
static void
check_query (const RelaisRoute *route)
{
  g_auto (GStrv) parts = g_strsplit (route->query != NULL ? route->query : "", "&", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (parts[i], strcspn (parts[i], "="));
      g_autofree char *plain = g_uri_unescape_string (name, NULL);

      if (plain != NULL && strchr (parts[i], '=') != NULL)
        g_assert_cmpstr (plain, !=, "key");
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const char *const methods[] = { "GET", "HEAD", "POST", "OPTIONS", "DELETE" };
  static const RelaisField fields[] = { { "anthropic-version", "2023-06-01" }, { "x-goog-api-client", "genai" } };
  RelaisFuzzDraw draw = { data, data + size };
  const char *method = methods[relais_fuzz_draw_byte (&draw) % G_N_ELEMENTS (methods)];
  guint first = relais_fuzz_draw_byte (&draw) % 3;
  g_autoptr (GString) target = g_string_new ("/");
  g_autoptr (RelaisRoute) route = NULL;

  /* The head parser lets only these through. */
  for (; draw.at < draw.end; draw.at++)
    if (g_ascii_isgraph (*draw.at) && *draw.at != '#' && *draw.at != '%')
      g_string_append_c (target, *draw.at);
    else
      g_string_append_printf (target, "%%%02X", MAX (*draw.at, 1));
  route = relais_route_new (method, target->str, fields + first, first == 2 ? 0 : 1, BASE);
  g_assert_nonnull (route);
  check_text (route->path);
  check_text (route->tail);
  check_text (route->query);
  check_text (route->model);
  check_text (route->method_name);
  check_text (route->hint);
  check_text (route->message);
  check_query (route);
  g_assert_cmpint (route->dialect, <, RELAIS_N_DIALECTS);
  g_assert_cmpint (route->path[0], ==, '/');
  g_assert_null (strchr (route->path, '?'));
  if (route->operation == RELAIS_OPERATION_UNKNOWN)
    g_assert_nonnull (route->message);
  return 0;
}
