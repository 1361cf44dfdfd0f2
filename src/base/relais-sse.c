/* relais-sse.c: server-sent events, read byte by byte and written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-sse"

#include "config.h"

#include <string.h>

#include "relais-error.h"
#include "relais-json.h"
#include "relais-sse.h"
#include "relais-text.h"

#define BOM "\357\273\277"

struct _RelaisSseReader
{
  RelaisSseFunc func;
  gpointer user_data; /* borrowed */
  gsize         max_event_bytes;

  GString *line; /* owned; what came of a line whose end has not */
  GString *name; /* owned */
  GString *data; /* owned */

  gsize n_event; /* bytes of this event so far, comments and all */
  gboolean      has_data;
  gboolean after_cr;  /* a LF that comes next belongs to the CR before it */
  gboolean after_bom; /* the start of the stream is behind us */
  gboolean broken;    /* went over the limit */
};

/* Keeps small buffers, gives big ones back. */
static void
empty (GString **text)
{
  if ((*text)->allocated_len > 64 * 1024)
    {
      g_string_free (*text, TRUE);
      *text = g_string_new (NULL);
    }
  g_string_truncate (*text, 0);
}

static void
dispatch (RelaisSseReader *self)
{
  RelaisSseEvent event = { self->name->str, self->data->str, self->data->len };

  if (self->has_data && self->data->len > 0)
    self->func (&event, self->user_data);
  empty (&self->name);
  empty (&self->data);
  self->has_data = FALSE;
  self->n_event = 0;
}

static void
take_line (RelaisSseReader *self,
           const char      *line,
           gsize            length)
{
  const char *colon, *value;
  gsize n_field, n_value;

  if (!self->after_bom)
    {
      self->after_bom = TRUE;
      if (length >= 3 && memcmp (line, BOM, 3) == 0)
        {
          line += 3;
          length -= 3;
        }
    }
  if (length == 0)
    {
      dispatch (self);
      return;
    }
  colon = memchr (line, ':', length);
  n_field = colon != NULL ? (gsize)(colon - line) : length;
  value = colon != NULL ? colon + 1 : line + length;
  n_value = line + length - value;
  if (n_value > 0 && *value == ' ')
    {
      value++;
      n_value--;
    }
  if (n_field == 4 && memcmp (line, "data", 4) == 0)
    {
      if (self->has_data)
        g_string_append_c (self->data, '\n');
      relais_text_append_len (self->data, value, n_value);
      self->has_data = TRUE;
    }
  else if (n_field == 5 && memcmp (line, "event", 5) == 0)
    {
      g_string_truncate (self->name, 0);
      relais_text_append_len (self->name, value, n_value);
    }
}

/* The first CR or LF, or @end. */
static const char *
find_line_end (const char *bytes,
               const char *end)
{
  const char *lf = memchr (bytes, '\n', end - bytes);
  const char *cr = memchr (bytes, '\r', (lf != NULL ? lf : end) - bytes);

  return cr != NULL ? cr : lf != NULL ? lf
                                      : end;
}

/**
 * relais_sse_reader_new:
 * @max_event_bytes: how much one event may hold, all its lines together
 * @func: called for each event that has data
 * @user_data: (closure): for @func; must outlive the reader
 *
 * A reader for one stream. It works on bytes and cuts nowhere but at line ends, so it does not
 * matter how the stream is cut up. Line ends are LF, CR or CRLF; a byte order mark at the start,
 * comments, ids, retry times and unknown fields are passed over.
 *
 * Returns: (transfer full): the reader
 */
RelaisSseReader *
relais_sse_reader_new (gsize         max_event_bytes,
                       RelaisSseFunc func,
                       gpointer      user_data)
{
  RelaisSseReader *self = g_new0 (RelaisSseReader, 1);

  self->func = func;
  self->user_data = user_data;
  self->max_event_bytes = max_event_bytes;
  self->line = g_string_new (NULL);
  self->name = g_string_new (NULL);
  self->data = g_string_new (NULL);
  return self;
}

/**
 * relais_sse_reader_free:
 * @self: (transfer full) (nullable): a reader
 *
 * Drops what is pending; not to be called from inside the callback.
 */
void
relais_sse_reader_free (RelaisSseReader *self)
{
  if (self == NULL)
    return;
  g_string_free (self->line, TRUE);
  g_string_free (self->name, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self);
}

/**
 * relais_sse_reader_push:
 * @self: a reader
 * @bytes: (array length=length): what came next
 * @length: its bytes
 * @error: where to put a failure
 *
 * Calls back for each event that is complete with these bytes. Data is not checked to be UTF-8.
 * Fails with [error@Error] `UPSTREAM` once one event is over the limit; its memory is then given
 * back, and every later call fails too.
 *
 * Returns: whether all is well
 */
gboolean
relais_sse_reader_push (RelaisSseReader  *self,
                        const char       *bytes,
                        gsize             length,
                        GError          **error)
{
  const char *end = bytes + length;

  g_return_val_if_fail (self != NULL, FALSE);

  while (!self->broken && bytes < end)
    {
      const char *stop;

      if (self->after_cr && *bytes == '\n')
        {
          self->after_cr = FALSE;
          bytes++;
          continue;
        }
      self->after_cr = FALSE;
      stop = find_line_end (bytes, end);
      self->n_event += stop - bytes;
      if (self->n_event > self->max_event_bytes)
        {
          self->broken = TRUE;
          break;
        }
      if (stop == end)
        {
          relais_text_append_len (self->line, bytes, end - bytes);
          break;
        }
      if (self->line->len > 0)
        {
          relais_text_append_len (self->line, bytes, stop - bytes);
          take_line (self, self->line->str, self->line->len);
          empty (&self->line);
        }
      else
        take_line (self, bytes, stop - bytes);
      self->after_cr = *stop == '\r';
      bytes = stop + 1;
    }
  if (!self->broken)
    return TRUE;
  empty (&self->line);
  empty (&self->name);
  empty (&self->data);
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
               "The upstream sent one event of more than %" G_GSIZE_FORMAT " bytes", self->max_event_bytes);
  return FALSE;
}

/**
 * relais_sse_reader_finish:
 * @self: a reader
 *
 * To be called when the stream has ended. An event whose blank line never came is handed over if
 * its data is whole JSON; otherwise the stream was cut in the middle of it.
 *
 * Returns: whether the stream ended between events
 */
gboolean
relais_sse_reader_finish (RelaisSseReader *self)
{
  g_autoptr (RelaisJson) tree = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->broken)
    return FALSE;
  if (self->line->len > 0)
    {
      take_line (self, self->line->str, self->line->len);
      empty (&self->line);
    }
  if (!self->has_data || self->data->len == 0)
    {
      dispatch (self);
      return TRUE;
    }
  tree = relais_json_parse (self->data->str, self->data->len, RELAIS_JSON_MAX_DEPTH, NULL);
  if (tree == NULL && strcmp (self->data->str, "[DONE]") != 0)
    return FALSE;
  dispatch (self);
  return TRUE;
}
