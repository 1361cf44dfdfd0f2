/* relais-retry.c: what an upstream says of when to come back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-retry"

#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "base/relais-json.h"

#include "relais-retry.h"

#define LONGEST_MS (366 * 24 * 3600 * (gint64)1000)

static gint64
to_ms (double seconds)
{
  if (!(seconds >= 0) || seconds * 1000 > LONGEST_MS)
    return -1;
  return (gint64)(seconds * 1000 + 0.5);
}

static gint64
number_of (const char *text,
           double      factor)
{
  char *end;
  double value = text != NULL ? g_ascii_strtod (text, &end) : -1;

  return text != NULL && end != text && *end == '\0' ? to_ms (value * factor) : -1;
}

/* Gemini: error.details[] holds a RetryInfo with a retryDelay like "20s". */
static gint64
read_retry_info (const char *body,
                 gsize       length)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (body, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *detail;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (root) == RELAIS_JSON_ARRAY)
    root = relais_json_node_get_element (root, 0);
  relais_json_iter_init (&iter, relais_json_node_get_path (root, "error", "details", NULL));
  while (relais_json_iter_next (&iter, NULL, &detail))
    {
      g_autofree char *delay = relais_json_node_dup_string (relais_json_node_get_member (detail, "retryDelay"));

      if (delay != NULL && g_str_has_suffix (delay, "s"))
        {
          delay[strlen (delay) - 1] = '\0';
          return number_of (delay, 1);
        }
    }
  return -1;
}

/**
 * relais_retry_read_wait:
 * @headers: of the answer
 * @body: (array length=length): its body
 * @length: its bytes
 *
 * Reads `retry-after-ms`, `retry-after` as a number or a date, and Gemini's RetryInfo.
 *
 * Returns: milliseconds to wait, or -1 where it says nothing
 */
gint64
relais_retry_read_wait (SoupMessageHeaders *headers,
                        const char         *body,
                        gsize               length)
{
  const char *after = soup_message_headers_get_one (headers, "retry-after");
  gint64 wait_ms = number_of (soup_message_headers_get_one (headers, "retry-after-ms"), 0.001);
  g_autoptr (GDateTime) date = NULL;

  if (wait_ms < 0)
    wait_ms = number_of (after, 1);
  if (wait_ms < 0 && after != NULL && (date = soup_date_time_new_from_http_string (after)) != NULL)
    wait_ms = MAX (0, g_date_time_to_unix (date) * 1000 - g_get_real_time () / 1000);
  return wait_ms >= 0 ? wait_ms : read_retry_info (body, length);
}
