/* relais-curl.c: a request as a command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-curl"

#include "config.h"

#include <string.h>

#include "relais-curl.h"

/* Linux takes no argument of more than 128 KiB. */
#define ARGUMENT_MAX (64 * 1024)
#define HERE "END_OF_REQUEST"

/* What is pasted into a terminal must not be read as keys. */
static gboolean
is_plain (const char *text,
          gsize       length)
{
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (((guchar)text[i] < 0x20 && strchr ("\t\r\n", text[i]) == NULL) || text[i] == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
are_plain (const RelaisRecord *record)
{
  const char *texts[] = { record->method, record->path, record->query, record->beta };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL && !is_plain (texts[i], strlen (texts[i])))
      return FALSE;
  return TRUE;
}

static void
append_quoted (GString    *out,
               const char *text)
{
  g_autofree char *quoted = g_shell_quote (text);

  g_string_append (out, quoted);
}

static gboolean
append_body (GString *out,
             GBytes  *body)
{
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autofree char *text = NULL;

  if (!is_plain (bytes, length))
    return FALSE;
  text = g_strndup (bytes, length);
  if (length <= ARGUMENT_MAX)
    {
      g_string_append (out, " --data-raw ");
      append_quoted (out, text);
      return TRUE;
    }
  if (strstr (text, HERE) != NULL)
    return FALSE;
  /* what stands in a here-document ends with a line break more: JSON does not mind */
  g_string_append_printf (out, " --data-binary @- <<'" HERE "'\n%s\n" HERE, text);
  return TRUE;
}

static void
append_header (GString    *out,
               const char *name,
               const char *value)
{
  g_autofree char *header = g_strconcat (name, ": ", value, NULL);

  g_string_append (out, " -H ");
  append_quoted (out, header);
}

static void
append_url (GString            *out,
            const RelaisRecord *record,
            const char         *base_url)
{
  g_autofree char *url = g_strconcat (base_url, record->path, record->query != NULL ? "?" : "",
                                      record->query, NULL);

  /* else curl takes it for many */
  if (strpbrk (url, "[]{}") != NULL)
    g_string_append (out, "-g ");
  if (url[strspn (url, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":/._~%-")] == '\0')
    g_string_append (out, url);
  else
    append_quoted (out, url);
}

/**
 * relais_curl_write:
 * @record: a request
 * @bodies: (nullable): what it said, frozen
 * @base_url: where Relais listens, `http://127.0.0.1:8045`
 * @needs_key: whether a key is asked for there
 *
 * The key stands in it as the variable `RELAIS_API_KEY`, for the shell to fill in.
 *
 * Returns: (transfer full) (nullable): a command for a POSIX shell; %NULL where the request was not
 *   kept whole, or is none that a terminal could be given
 */
char *
relais_curl_write (const RelaisRecord *record,
                   RelaisBodies       *bodies,
                   const char         *base_url,
                   gboolean            needs_key)
{
  g_autoptr (GString) out = g_string_new ("curl ");
  const char *beta_header = relais_record_get_beta_header (record->dialect);
  gsize total = 0;
  GBytes *body = bodies != NULL ? relais_bodies_get (bodies, RELAIS_BODY_CLIENT_IN, &total) : NULL;

  if (record->method == NULL || record->path == NULL || !are_plain (record) ||
      relais_record_is_cut (record) ||
      (body != NULL ? g_bytes_get_size (body) != total : strcmp (record->method, "GET") != 0))
    return NULL;
  append_url (out, record, base_url);
  if (strcmp (record->method, body != NULL ? "POST" : "GET") != 0)
    {
      g_string_append (out, " -X ");
      append_quoted (out, record->method);
    }
  if (body != NULL)
    append_header (out, "Content-Type", "application/json");
  if (g_strcmp0 (record->dialect, "anthropic") == 0)
    append_header (out, "anthropic-version", "2023-06-01");
  if (beta_header != NULL && record->beta != NULL)
    append_header (out, beta_header, record->beta);
  if (needs_key)
    g_string_append (out, " -H \"Authorization: Bearer $RELAIS_API_KEY\"");
  if (body != NULL && !append_body (out, body))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}
