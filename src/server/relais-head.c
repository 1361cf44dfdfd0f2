/* relais-head.c: the bytes of a request head -> its parts, strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-head"

#include "config.h"

#include <string.h>

#include "relais-head.h"

#include "base/relais-error.h"

/* libsoup's own parser forgives: it drops or mends lines that two programs can read in two ways,
 * and keeps every invented method name for ever. So nothing reaches it that is not listed here. */
static const char *const methods[] = { "GET", "HEAD", "POST", "OPTIONS", "DELETE" };

/* All that libsoup needs to know. It would answer a Range by itself, and each header more costs it
 * about a microsecond. */
static const char *const handed_on[] = { "connection", "content-length", "transfer-encoding", "expect" };

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (RelaisFailure **failure,
        const char     *format,
        ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  *failure = relais_failure_new (RELAIS_ERROR_INVALID_REQUEST, "%s", text);
  return FALSE;
}

/**
 * relais_head_scan:
 * @scan: where the search stands
 * @data: every byte since the end of the last request
 * @length: how many
 * @limits: the bounds
 * @failure: (out) (transfer full): set when the state is BAD
 *
 * Looks for the empty line that ends a head, and refuses at once what no head may hold: a NUL, a CR
 * or LF alone, more bytes than the limit, a TLS hello. Up to two empty lines before it are skipped.
 * Call again with more bytes while INCOMPLETE; none is looked at twice.
 *
 * Returns: where the head stands
 */
RelaisHeadState
relais_head_scan (RelaisHeadScan      *scan,
                  const char          *data,
                  gsize                length,
                  const RelaisLimits  *limits,
                  RelaisFailure      **failure)
{
  if (length > 0 && scan->at == 0 && data[0] == 0x16)
    {
      refuse (failure, "This port speaks plain HTTP, not TLS: use an address that starts with http:// instead.");
      return RELAIS_HEAD_BAD;
    }
  for (gsize i = scan->at; i < length; i++)
    {
      char c = data[i];

      if (i + 1 - scan->start > limits->head_size_bytes)
        {
          *failure = relais_failure_new (RELAIS_ERROR_HEADERS_TOO_LARGE,
                                         "The request line and headers are larger than %" G_GSIZE_FORMAT " bytes.",
                                         limits->head_size_bytes);
          return RELAIS_HEAD_BAD;
        }
      if (c == '\0')
        {
          refuse (failure, "The request head holds a NUL byte.");
          return RELAIS_HEAD_BAD;
        }
      if ((c == '\n') != (i > 0 && data[i - 1] == '\r'))
        {
          refuse (failure, "The request head holds a line end that is not CR LF.");
          return RELAIS_HEAD_BAD;
        }
      scan->at = i + 1;
      if (c != '\n')
        continue;
      if (i == scan->start + 1 && scan->start == 4)
        {
          refuse (failure, "The request starts with empty lines.");
          return RELAIS_HEAD_BAD;
        }
      if (i == scan->start + 1)
        scan->start = scan->at;
      else if (data[i - 2] == '\n')
        return RELAIS_HEAD_COMPLETE;
    }
  return RELAIS_HEAD_INCOMPLETE;
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
is_token (const char *text)
{
  if (*text == '\0')
    return FALSE;
  for (; *text != '\0'; text++)
    if (!is_token_char (*text))
      return FALSE;
  return TRUE;
}

/* A name, an IPv4 address or a bracketed IPv6 one, then a port or nothing. */
static gboolean
check_authority (const char *authority)
{
  gsize length = *authority == '[' ? strcspn (authority, "]") + 1 : strcspn (authority, ":");
  const char *port = NULL;
  char *end = NULL;

  if (length == 0 || length > strlen (authority) || length > 255)
    return FALSE;
  if (*authority == '[')
    {
      g_autofree char *address = g_strndup (authority + 1, length - 2);

      if (address[strspn (address, "0123456789abcdefABCDEF:.")] != '\0' ||
          strchr (address, ':') == NULL || !g_hostname_is_ip_address (address))
        return FALSE;
    }
  else
    {
      for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum (authority[i]) && strchr ("-._", authority[i]) == NULL)
          return FALSE;
    }
  port = authority + length;
  if (*port == '\0')
    return TRUE;
  if (port[0] != ':' || !g_ascii_isdigit (port[1]) || strlen (port) > 6)
    return FALSE;
  return g_ascii_strtoull (port + 1, &end, 10) <= 65535 && *end == '\0';
}

/* Makes an absolute target an origin one, in place, and keeps its authority. */
static gboolean
split_absolute (RelaisHead     *self,
                char           *target,
                RelaisFailure **failure)
{
  char *authority = target + strlen ("http://");
  gsize length = strcspn (authority, "/?");

  self->absolute_host = g_strndup (authority, length);
  if (!check_authority (self->absolute_host))
    return refuse (failure, "The request target names no valid host.");
  if (authority[length] == '/')
    self->target = authority + length;
  else
    {
      /* Before a query there is room for the slash where the authority was. */
      authority[length - 1] = '/';
      self->target = authority + length - 1;
    }
  return TRUE;
}

static gboolean
check_target (RelaisHead     *self,
              char           *target,
              RelaisFailure **failure)
{
  for (const char *c = target; *c != '\0'; c++)
    {
      if (!g_ascii_isgraph (*c))
        return refuse (failure, "The request target holds a character that must be percent-encoded.");
      if (*c == '#')
        return refuse (failure, "The request target holds a fragment: send what stands before the “#” only.");
      if (*c == '%' && (!g_ascii_isxdigit (c[1]) || !g_ascii_isxdigit (c[2])))
        return refuse (failure, "The request target holds a “%%” that two hexadecimal digits do not follow.");
      if (c[0] == '%' && c[1] == '0' && c[2] == '0')
        return refuse (failure, "The request target holds an encoded NUL byte.");
    }
  if (g_ascii_strncasecmp (target, "http://", 7) == 0)
    return split_absolute (self, target, failure);
  if (*target != '/' && strcmp (target, "*") != 0)
    return refuse (failure, "The request target must be a path that starts with “/”.");
  self->target = target;
  return TRUE;
}

/* METHOD SP TARGET SP VERSION, one space each. The version is judged first: who speaks another
 * protocol should hear that, whatever the rest looks like. */
static gboolean
parse_line (RelaisHead     *self,
            char           *line,
            RelaisFailure **failure)
{
  char *target = strchr (line, ' ');
  char *version = target != NULL ? strchr (target + 1, ' ') : NULL;

  if (version == NULL || strchr (version + 1, ' ') != NULL)
    return refuse (failure, "The request line must read METHOD TARGET HTTP/1.1.");
  *target++ = '\0';
  *version++ = '\0';
  if (!is_token (line) || *target == '\0')
    return refuse (failure, "The request line must read METHOD TARGET HTTP/1.1.");
  self->method = line;
  if (strcmp (version, "HTTP/1.1") == 0)
    self->minor_version = 1;
  else if (strcmp (version, "HTTP/1.0") != 0)
    {
      if (strncmp (version, "HTTP/", 5) != 0 || !g_ascii_isdigit (version[5]))
        return refuse (failure, "The request line must read METHOD TARGET HTTP/1.1.");
      *failure = relais_failure_new (RELAIS_ERROR_HTTP_VERSION,
                                     "This port speaks HTTP/1.1: set the client to use that version.");
      return FALSE;
    }
  /* its target is an authority; the method is refused below */
  return strcmp (line, "CONNECT") == 0 || check_target (self, target, failure);
}

static gboolean
parse_field (char           *line,
             RelaisField    *field,
             RelaisFailure **failure)
{
  char *colon = strchr (line, ':');
  char *value = NULL;
  char *end = NULL;

  if (*line == ' ' || *line == '\t')
    return refuse (failure, "The request head holds a folded header line.");
  if (colon == NULL)
    return refuse (failure, "The request head holds a line without a colon.");
  *colon = '\0';
  if (!is_token (line))
    return refuse (failure, "The request head holds a header whose name is not valid.");
  value = colon + 1;
  while (*value == ' ' || *value == '\t')
    value++;
  end = value + strlen (value);
  while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
    *--end = '\0';
  for (const char *c = value; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) && *c != '\t')
      return refuse (failure, "The header “%s” holds a control character.", line);
  /* Old clients send Latin-1 in headers of no weight; nothing past here sees a broken string. */
  for (const char *bad = value; !g_utf8_validate (bad, -1, &bad);)
    *(char *)bad = '?';
  field->name = line;
  field->value = value;
  return TRUE;
}

static gboolean
split_lines (RelaisHead          *self,
             const RelaisLimits  *limits,
             RelaisFailure      **failure)
{
  char *line = self->block;
  gsize n_lines = 0;

  for (const char *c = strstr (line, "\r\n"); c != NULL; c = strstr (c + 2, "\r\n"))
    n_lines++;
  /* the request line and the empty one are counted too */
  if (n_lines - 2 > limits->head_fields)
    {
      *failure = relais_failure_new (RELAIS_ERROR_HEADERS_TOO_LARGE,
                                     "The request has more than %u headers.", limits->head_fields);
      return FALSE;
    }
  self->field_block = g_new (RelaisField, n_lines);
  self->fields = self->field_block;
  for (gsize i = 0; i < n_lines - 1; i++)
    {
      char *end = strstr (line, "\r\n");

      *end = '\0';
      if (i == 0 && !parse_line (self, line, failure))
        return FALSE;
      if (i > 0)
        {
          if (!parse_field (line, &self->field_block[i - 1], failure))
            return FALSE;
          self->n_fields = i;
        }
      line = end + 2;
    }
  return TRUE;
}

static gsize
count_fields (const RelaisHead *self,
              const char       *name)
{
  gsize count = 0;

  for (gsize i = 0; i < self->n_fields; i++)
    count += g_ascii_strcasecmp (self->fields[i].name, name) == 0;
  return count;
}

static gboolean
check_host (RelaisHead     *self,
            RelaisFailure **failure)
{
  const char *host = relais_field_find (self->fields, self->n_fields, "Host");

  if (host == NULL && self->minor_version == 1)
    return refuse (failure, "The request has no Host header.");
  if (host != NULL && !check_authority (host))
    return refuse (failure, "The Host header is not a valid host name with an optional port.");
  /* so that who judges the one has judged the other */
  if (self->absolute_host != NULL &&
      (host == NULL || g_ascii_strcasecmp (self->absolute_host, host) != 0))
    return refuse (failure, "The request target and the Host header name different hosts.");
  self->host = host;
  return TRUE;
}

/* One "chunked" is all that is taken; what else is well formed might exist somewhere: 501. */
static gboolean
check_transfer_encoding (RelaisHead     *self,
                         const char     *value,
                         RelaisFailure **failure)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);

  if (self->minor_version == 0)
    return refuse (failure, "HTTP/1.0 has no Transfer-Encoding.");
  if (relais_field_find (self->fields, self->n_fields, "Content-Length") != NULL)
    return refuse (failure, "The request has both Content-Length and Transfer-Encoding.");
  if (g_ascii_strcasecmp (value, "chunked") == 0)
    {
      self->framing = RELAIS_FRAMING_CHUNKED;
      self->body_size = -1;
      return TRUE;
    }
  for (guint i = 0; i == 0 || parts[i] != NULL; i++)
    {
      const char *part = parts[i] != NULL ? g_strstrip (parts[i]) : "";

      if (!is_token (part) || g_ascii_strcasecmp (part, "identity") == 0 ||
          (g_ascii_strcasecmp (part, "chunked") == 0 && parts[i + 1] != NULL))
        return refuse (failure, "The Transfer-Encoding header must be “chunked”, once.");
    }
  *failure = relais_failure_new (RELAIS_ERROR_NOT_IMPLEMENTED,
                                 "Only the transfer encoding “chunked” is supported.");
  return FALSE;
}

static gboolean
check_body (RelaisHead     *self,
            RelaisFailure **failure)
{
  const char *length = relais_field_find (self->fields, self->n_fields, "Content-Length");
  const char *encoding = relais_field_find (self->fields, self->n_fields, "Transfer-Encoding");

  if (encoding != NULL)
    return check_transfer_encoding (self, encoding, failure);
  if (length == NULL)
    {
      if (strcmp (self->method, "POST") != 0)
        return TRUE;
      *failure = relais_failure_new (RELAIS_ERROR_LENGTH_REQUIRED,
                                     "A POST needs a Content-Length, or Transfer-Encoding: chunked.");
      return FALSE;
    }
  if (strspn (length, "0123456789") != strlen (length) || *length == '\0' || strlen (length) > 18)
    return refuse (failure, "The Content-Length header must be a plain number.");
  self->body_size = g_ascii_strtoll (length, NULL, 10);
  self->framing = self->body_size > 0 ? RELAIS_FRAMING_LENGTH : RELAIS_FRAMING_NONE;
  return TRUE;
}

static gboolean
check_fields (RelaisHead     *self,
              RelaisFailure **failure)
{
  /* Of these a second one would make two readers see two requests. */
  static const char *const single[] = { "Host", "Content-Length", "Transfer-Encoding", "Content-Type",
                                        "Origin", "Sec-Fetch-Site", "Expect" };
  const char *expect = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    if (count_fields (self, single[i]) > 1)
      return refuse (failure, "The request has more than one %s header.", single[i]);
  if (!check_host (self, failure) || !check_body (self, failure))
    return FALSE;
  expect = relais_field_find (self->fields, self->n_fields, "Expect");
  if (expect != NULL && g_ascii_strcasecmp (expect, "100-continue") != 0)
    {
      *failure = relais_failure_new (RELAIS_ERROR_EXPECTATION, "The only expectation served is 100-continue.");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_method (RelaisHead     *self,
              RelaisFailure **failure)
{
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    known = known || strcmp (self->method, methods[i]) == 0;
  if (!known)
    {
      *failure = relais_failure_new (RELAIS_ERROR_METHOD_NOT_ALLOWED,
                                     "This method is not served: use one of %s.", RELAIS_HEAD_METHODS);
      return FALSE;
    }
  if (strcmp (self->target, "*") == 0 && strcmp (self->method, "OPTIONS") != 0)
    return refuse (failure, "The request target must be a path that starts with “/”.");
  return TRUE;
}

/**
 * relais_head_new:
 * @data: a head as relais_head_scan() found it, without the empty lines before
 * @length: its length, the empty line that ends it included
 * @limits: the bounds
 * @failure: (out) (transfer full) (nullable): why it is refused, or %NULL
 *
 * Takes a head apart. Framing that two programs could read in two ways is refused
 * (`INVALID_REQUEST`), as are other versions (`HTTP_VERSION`), methods (`METHOD_NOT_ALLOWED`) and
 * transfer encodings (`NOT_IMPLEMENTED`), a POST of unknown length (`LENGTH_REQUIRED`), other
 * expectations (`EXPECTATION`) and too many headers (`HEADERS_TOO_LARGE`). Messages never repeat
 * what was sent, but for the valid name of a header. Values are UTF-8: each byte that was not is
 * a `?`.
 *
 * Returns: (transfer full): the head; when refused, with what could be read, any of it may be %NULL
 */
RelaisHead *
relais_head_new (const char          *data,
                 gsize                length,
                 const RelaisLimits  *limits,
                 RelaisFailure      **failure)
{
  RelaisHead *self = g_new0 (RelaisHead, 1);

  *failure = NULL;
  self->block = g_strndup (data, length);
  self->block_size = length;
  if (split_lines (self, limits, failure) && check_fields (self, failure))
    check_method (self, failure);
  return self;
}

/**
 * relais_head_free:
 * @self: (nullable): a head
 *
 * Frees it with its route and access. What it held may have been a key and is wiped.
 */
void
relais_head_free (RelaisHead *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->route, relais_route_free);
  relais_access_clear (&self->access);
  explicit_bzero (self->block, self->block_size);
  g_free (self->block);
  g_free (self->field_block);
  g_free (self->absolute_host);
  g_free (self);
}

static void
append (GByteArray *out,
        const char *text)
{
  g_byte_array_append (out, (const guint8 *)text, strlen (text));
}

/**
 * relais_head_write:
 * @self: a head that was not refused
 * @out: where to append
 *
 * Writes the head anew, one way only, for the parser behind us: the host and what frames the body,
 * no other header. An absolute target is gone, and so is a key in the query once there is a route.
 */
void
relais_head_write (const RelaisHead *self,
                   GByteArray       *out)
{
  append (out, self->method);
  append (out, " ");
  append (out, self->route != NULL ? self->route->path : self->target);
  if (self->route != NULL && self->route->query != NULL)
    {
      append (out, "?");
      append (out, self->route->query);
    }
  append (out, self->minor_version == 1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  if (self->host != NULL)
    {
      append (out, "Host: ");
      append (out, self->host);
      append (out, "\r\n");
    }
  for (gsize i = 0; i < self->n_fields; i++)
    {
      const RelaisField *field = &self->fields[i];
      gboolean keep = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (handed_on) && !keep; j++)
        keep = g_ascii_strcasecmp (field->name, handed_on[j]) == 0;
      if (!keep)
        continue;
      append (out, field->name);
      append (out, ": ");
      append (out, field->value);
      append (out, "\r\n");
    }
  append (out, "\r\n");
}
