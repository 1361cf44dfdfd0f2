/* relais-retry.c: what an upstream says of when to come back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-retry"

#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "relais-retry.h"

/* Nothing for what is negative or no number; what is beyond a day is a day. */
static gint64
to_ms (double seconds)
{
  if (!(seconds >= 0))
    return -1;
  return (gint64)(MIN (seconds * 1000, (double)RELAIS_RETRY_WAIT_MAX_MS) + 0.5);
}

static gint64
number_of (const char *text,
           double      factor)
{
  char *end;
  double value = text != NULL ? g_ascii_strtod (text, &end) : -1;

  return text != NULL && end != text && *end == '\0' ? to_ms (value * factor) : -1;
}

/* Seconds of a unit, by its whole name; 0 for one nobody knows. */
static double
read_unit (const char *name,
           gsize       length)
{
  static const struct
  {
    const char *name;
    double seconds;
  } units[] = {
    { "ms", 0.001 },
    { "millisecond", 0.001 },
    { "s", 1 },
    { "sec", 1 },
    { "second", 1 },
    { "m", 60 },
    { "min", 60 },
    { "minute", 60 },
    { "h", 3600 },
    { "hr", 3600 },
    { "hour", 3600 },
    { "d", 86400 },
    { "day", 86400 },
  };

  if (length > 2 && g_ascii_tolower (name[length - 1]) == 's')
    length--;

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && g_ascii_strncasecmp (name, units[i].name, length) == 0)
      return units[i].seconds;
  return 0;
}

/* "20s", "6m0s", "1h2m3.5s", "17ms", "20 seconds", "2 days"; a bare number is seconds. Nothing
 * where a unit is none of these. */
static gint64
read_duration (const char *text)
{
  double seconds = 0;
  gboolean any = FALSE;

  while (g_ascii_isdigit (*text))
    {
      char *end;
      double number = g_ascii_strtod (text, &end), unit;
      const char *name = *end == ' ' ? end + 1 : end;
      gsize length = 0;

      while (g_ascii_isalpha (name[length]))
        length++;
      if (length == 0)
        return any ? to_ms (seconds) : to_ms (number);
      unit = read_unit (name, length);
      if (unit == 0)
        return -1;
      any = TRUE;
      seconds += number * unit;
      text = name + length;
    }
  return any ? to_ms (seconds) : -1;
}

/* When the answer was written, by the clock that its dates are of. */
static gint64
get_date_us (SoupMessageHeaders *headers,
             gint64              wall_us)
{
  const char *value = soup_message_headers_get_one (headers, "date");
  g_autoptr (GDateTime) date = value != NULL ? soup_date_time_new_from_http_string (value) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC : wall_us;
}

static gint64
until_ms (GDateTime          *date,
          SoupMessageHeaders *headers,
          gint64              wall_us)
{
  gint64 at_us = g_date_time_to_unix (date) * G_USEC_PER_SEC + g_date_time_get_microsecond (date);

  return to_ms ((double)MAX (0, at_us - get_date_us (headers, wall_us)) / G_USEC_PER_SEC);
}

static gint64
read_retry_after (SoupMessageHeaders *headers,
                  gint64              wall_us)
{
  const char *after = soup_message_headers_get_one (headers, "retry-after");
  gint64 wait_ms = number_of (soup_message_headers_get_one (headers, "retry-after-ms"), 0.001);
  g_autoptr (GDateTime) date = NULL;

  if (wait_ms < 0)
    wait_ms = number_of (after, 1);
  if (wait_ms < 0 && after != NULL && (date = soup_date_time_new_from_http_string (after)) != NULL)
    wait_ms = until_ms (date, headers, wall_us);
  return wait_ms;
}

/* Of several limits: when the last of those used up is fresh again, and the last of all. */
typedef struct
{
  SoupMessageHeaders *headers;
  gint64              wall_us;
  gint64              spent_ms;
  gint64              last_ms;
} Resets;

static void
take_reset (Resets     *self,
            gint64      wait_ms,
            const char *remaining)
{
  const char *left = soup_message_headers_get_one (self->headers, remaining);

  if (wait_ms < 0)
    return;
  if (number_of (left, 1) == 0)
    self->spent_ms = MAX (self->spent_ms, wait_ms);
  self->last_ms = MAX (self->last_ms, wait_ms);
}

static void
read_reset (const char *name,
            const char *value,
            gpointer    user_data)
{
  static const char anthropic[] = "anthropic-ratelimit-", openai[] = "x-ratelimit-reset-";
  Resets *self = user_data;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *remaining = NULL;

  if (g_str_has_prefix (lower, openai))
    {
      remaining = g_strconcat ("x-ratelimit-remaining-", lower + strlen (openai), NULL);
      take_reset (self, read_duration (value), remaining);
    }
  else if (g_str_has_prefix (lower, anthropic) && g_str_has_suffix (lower, "-reset"))
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (value, NULL);

      lower[strlen (lower) - strlen ("reset")] = '\0';
      remaining = g_strconcat (lower, "remaining", NULL);
      if (date != NULL)
        take_reset (self, until_ms (date, self->headers, self->wall_us), remaining);
    }
}

static gboolean
is_type (const RelaisJsonNode *detail,
         const char           *name)
{
  g_autofree char *type = relais_json_node_dup_string (relais_json_node_get_member (detail, "@type"));

  return type != NULL && g_str_has_suffix (type, name);
}

/* Gemini: error.details[] holds a RetryInfo with a retryDelay like "20s". */
static gint64
read_retry_info (const RelaisJsonNode *error)
{
  const RelaisJsonNode *detail;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, relais_json_node_get_member (error, "details"));
  while (relais_json_iter_next (&iter, NULL, &detail))
    {
      g_autofree char *delay = NULL;

      if (!is_type (detail, "RetryInfo"))
        continue;
      delay = relais_json_node_dup_string (relais_json_node_get_member (detail, "retryDelay"));
      if (delay != NULL && g_str_has_suffix (delay, "s"))
        return read_duration (delay);
    }
  return -1;
}

/**
 * relais_retry_read_words:
 * @words: (nullable): an error's message
 *
 * Reads "Please retry in 20.5s.", "try again in 6m0s", "retry after 20 seconds".
 *
 * Returns: milliseconds to wait, or -1
 */
gint64
relais_retry_read_words (const char *words)
{
  static const char *const leads[] = { "retry in ", "try again in ", "retry after " };
  g_autofree char *lower = words != NULL ? g_ascii_strdown (words, -1) : NULL;

  for (guint i = 0; lower != NULL && i < G_N_ELEMENTS (leads); i++)
    {
      const char *at = strstr (lower, leads[i]);

      if (at != NULL && g_ascii_isdigit (at[strlen (leads[i])]))
        return read_duration (at + strlen (leads[i]));
    }
  return -1;
}

/**
 * relais_retry_read_wait:
 * @headers: of the answer
 * @error: (nullable): the error object of its body
 * @words: (nullable): its message
 * @wall_us: the time of day, for dates where the answer itself bears none
 *
 * Reads, the first that is there: `retry-after-ms`; `retry-after`, a number or a date;
 * `anthropic-ratelimit-*-reset` and `x-ratelimit-reset-*` of limits that are used up; Gemini's
 * RetryInfo; “retry in 20.5s” in the message; the last of all these resets, as it is not told
 * then which limit it was.
 *
 * Returns: milliseconds to wait, at most a day, or -1 where it says nothing, or nothing sensible
 */
gint64
relais_retry_read_wait (SoupMessageHeaders   *headers,
                        const RelaisJsonNode *error,
                        const char           *words,
                        gint64                wall_us)
{
  Resets resets = { headers, wall_us, -1, -1 };
  gint64 wait_ms = read_retry_after (headers, wall_us);

  if (wait_ms >= 0)
    return wait_ms;
  soup_message_headers_foreach (headers, read_reset, &resets);
  if (resets.spent_ms >= 0)
    return resets.spent_ms;
  wait_ms = read_retry_info (error);
  if (wait_ms < 0)
    wait_ms = relais_retry_read_words (words);
  return wait_ms >= 0 ? wait_ms : resets.last_ms;
}

/**
 * relais_retry_read_day_quota:
 * @error: (nullable): the error object of an answer's body
 *
 * Returns: whether a QuotaFailure of Gemini's in it is about a quota of the day
 */
gboolean
relais_retry_read_day_quota (const RelaisJsonNode *error)
{
  const RelaisJsonNode *detail, *violation;
  RelaisJsonIter details, violations;

  relais_json_iter_init (&details, relais_json_node_get_member (error, "details"));
  while (relais_json_iter_next (&details, NULL, &detail))
    {
      if (!is_type (detail, "QuotaFailure"))
        continue;
      relais_json_iter_init (&violations,
                             relais_json_node_get_member (detail, "violations"));
      while (relais_json_iter_next (&violations, NULL, &violation))
        {
          g_autofree char *id = NULL;

          id = relais_json_node_dup_string (relais_json_node_get_member (violation, "quotaId"));
          if (id != NULL && strstr (id, "PerDay") != NULL)
            return TRUE;
        }
    }
  return FALSE;
}

/**
 * relais_retry_get_until_midnight:
 * @wall_us: the time of day
 *
 * Google's quotas of a day start over at midnight Pacific time.
 *
 * Returns: milliseconds until then, at most a day
 */
gint64
relais_retry_get_until_midnight (gint64 wall_us)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("America/Los_Angeles");
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = NULL, day = NULL, midnight = NULL;

  /* a system without time zones: right in winter, an hour late in summer */
  if (zone == NULL)
    zone = g_time_zone_new_offset (-8 * 3600);
  here = g_date_time_to_timezone (utc, zone);
  day = g_date_time_add_days (here, 1);
  midnight = g_date_time_new (zone, g_date_time_get_year (day), g_date_time_get_month (day),
                              g_date_time_get_day_of_month (day), 0, 0, 0);
  return to_ms (g_date_time_to_unix (midnight) - wall_us / G_USEC_PER_SEC);
}
