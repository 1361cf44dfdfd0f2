/* relais-refusal.c: the bytes of an answer the wire gives by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-refusal"

#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "relais-refusal.h"

#include "base/relais-key.h"

#define DEFAULT_ALLOWED_HEADERS "authorization, content-type, x-api-key, x-goog-api-key, anthropic-version"

/**
 * relais_status_get_phrase:
 * @status: a status code
 *
 * Returns: what stands behind it in the status line; libsoup 3.2 knows fewer of them
 */
const char *
relais_status_get_phrase (guint status)
{
  switch (status)
    {
    case 421:
      return "Misdirected Request";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 508:
      return "Loop Detected";
    case 529:
      return "Site is overloaded";
    default:
      return soup_status_get_phrase (status);
    }
}

static void
append_start (GString *out,
              guint    status)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n",
                          status, relais_status_get_phrase (status), date);
}

static void
append_origin (GString          *out,
               const RelaisHead *head)
{
  if (head == NULL || head->access.allowed_origin == NULL)
    return;
  g_string_append_printf (out,
                          "Access-Control-Allow-Origin: %s\r\nAccess-Control-Expose-Headers: %s\r\nVary: Origin\r\n",
                          head->access.allowed_origin, RELAIS_EXPOSED_HEADERS);
}

static void
append_wait (GString *out,
             gint64   wait_ms)
{
  if (wait_ms >= 0)
    g_string_append_printf (out, "Retry-After: %" G_GINT64_FORMAT "\r\nretry-after-ms: %" G_GINT64_FORMAT "\r\n",
                            (wait_ms + 999) / 1000, wait_ms);
}

/* What a status asks for beside its body. */
static void
append_for_status (GString          *out,
                   const RelaisHead *head,
                   guint             status)
{
  switch (status)
    {
    case 401:
      g_string_append (out, "WWW-Authenticate: Bearer\r\n");
      break;
    case 405:
      g_string_append_printf (out, "Allow: %s\r\n",
                              head != NULL && head->route != NULL && !head->route->method_known &&
                                  head->route->operation != RELAIS_OPERATION_UNKNOWN
                                ? head->route->allow
                                : RELAIS_HEAD_METHODS);
      break;
    case 426:
      g_string_append (out, "Upgrade: HTTP/1.1\r\n");
      break;
    default:
      break;
    }
}

/**
 * relais_refusal_compose:
 * @head: (nullable): the request, as far as it could be read
 * @dialect: whose error shape to use
 * @failure: what is wrong
 *
 * A whole answer: status line, headers, and the error in the dialect's own JSON (no body after
 * HEAD). The connection closes after it.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
relais_refusal_compose (const RelaisHead    *head,
                        RelaisDialectId      dialect,
                        const RelaisFailure *failure)
{
  g_autofree char *random = relais_key_random (24);
  g_autofree char *request_id = g_strconcat ("req_", random, NULL);
  gsize length = 0;
  g_autofree char *body = relais_dialect_encode_failure (dialect, failure, request_id, &length);
  guint status = relais_dialect_failure_status (dialect, failure);
  GString *out = g_string_sized_new (512 + length);

  append_start (out, status);
  g_string_append_printf (out, "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n%s: %s\r\n",
                          length, dialect == RELAIS_DIALECT_ANTHROPIC ? "request-id" : "x-request-id", request_id);
  append_for_status (out, head, status);
  append_wait (out, failure->retry_after_ms);
  append_origin (out, head);
  if (head != NULL && head->route != NULL && head->route->hint != NULL)
    g_string_append_printf (out, "X-Relais-Hint: %s\r\n", head->route->hint);
  g_string_append (out, "\r\n");
  if (head == NULL || g_strcmp0 (head->method, "HEAD") != 0)
    g_string_append_len (out, body, length);
  return g_string_free_to_bytes (out);
}

/* Names and commas only: it goes back out as it came. */
static gboolean
is_header_list (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("-_, ", *text) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * relais_preflight_compose:
 * @head: an OPTIONS request that was allowed
 *
 * A 204 that names the methods of the path; for a preflight from an allowed origin what the browser
 * asks about, too.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
relais_preflight_compose (const RelaisHead *head)
{
  const char *wanted = relais_field_find (head->fields, head->n_fields, "Access-Control-Request-Headers");
  const char *network =
    relais_field_find (head->fields, head->n_fields, "Access-Control-Request-Private-Network");
  GString *out = g_string_sized_new (512);

  append_start (out, 204);
  g_string_append_printf (out, "Allow: %s\r\n", head->route->allow);
  append_origin (out, head);
  if (head->access.verdict == RELAIS_ACCESS_PREFLIGHT)
    {
      if (wanted == NULL || *wanted == '\0' || !is_header_list (wanted))
        wanted = DEFAULT_ALLOWED_HEADERS;
      g_string_append_printf (out, "Access-Control-Allow-Methods: %s\r\nAccess-Control-Allow-Headers: %s\r\n",
                              head->route->allow, wanted);
      g_string_append (out, "Access-Control-Max-Age: 600\r\n");
      if (network != NULL && g_ascii_strcasecmp (network, "true") == 0)
        g_string_append (out, "Access-Control-Allow-Private-Network: true\r\n");
    }
  g_string_append (out, "\r\n");
  return g_string_free_to_bytes (out);
}
