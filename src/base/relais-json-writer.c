/* relais-json-writer.c: JSON text appended to a buffer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include <string.h>

#include "relais-json-private.h"
#include "relais-json-writer.h"
#include "relais-text.h"

#define LINE_SEPARATOR "\342\200\250"
#define PARAGRAPH_SEPARATOR "\342\200\251"

/* 0: copied in runs; 'u': as a number; 'x': not ASCII, needs a look; else what follows the \ of
   it. */
static const char escapes[256] = {
  [0x00 ... 0x07] = 'u',
  ['\b'] = 'b',
  ['\t'] = 't',
  ['\n'] = 'n',
  [0x0b] = 'u',
  ['\f'] = 'f',
  ['\r'] = 'r',
  [0x0e ... 0x1f] = 'u',
  ['"'] = '"',
  ['\\'] = '\\',
  [0x80 ... 0xff] = 'x',
};

/* How many bytes of what begins at @at can be copied as they are. */
static gsize
count_plain (const char *at,
             const char *end)
{
  const char *start = at;

  for (;;)
    {
      guint size;

      at = relais_json_skip_plain (at, end);
      if (at == end || (guchar)*at < 0x80)
        return at - start;
      size = relais_json_utf8_length (at, end);
      if (size == 0 || (size == 3 && (memcmp (at, LINE_SEPARATOR, 3) == 0 ||
                                      memcmp (at, PARAGRAPH_SEPARATOR, 3) == 0)))
        return at - start;
      at += size;
    }
}

/* Appends what stands for the character at @at, which is none that can be copied; returns what
 * follows. */
static const char *
append_escape (GString    *out,
               const char *at,
               const char *end)
{
  char escape = escapes[(guchar)*at];

  if (escape == 'x' && relais_json_utf8_length (at, end) == 0)
    g_string_append (out, "\357\277\275");
  else if (escape == 'x')
    {
      g_string_append (out, at[2] == LINE_SEPARATOR[2] ? "\\u2028" : "\\u2029");
      return at + 3;
    }
  else if (escape == 'u')
    g_string_append_printf (out, "\\u%04x", (guchar)*at);
  else
    {
      g_string_append_c (out, '\\');
      g_string_append_c (out, escape);
    }
  return at + 1;
}

/**
 * relais_json_append_escaped:
 * @out: where to append
 * @text: (array length=length): text
 * @length: its bytes, or -1 when NUL-terminated
 *
 * Appends what would stand between the quotes: escaped where JSON must, and U+2028 and U+2029 too.
 * What is not UTF-8 becomes U+FFFD, byte by byte.
 */
void
relais_json_append_escaped (GString    *out,
                            const char *text,
                            gssize      length)
{
  const char *end = text + (length < 0 ? (gssize)strlen (text) : length);

  while (text < end)
    {
      gsize plain = count_plain (text, end);

      relais_text_append_len (out, text, plain);
      text += plain;
      if (text < end)
        text = append_escape (out, text, end);
    }
}

/**
 * relais_json_append_raw:
 * @out: where to append
 * @json: (array length=length): JSON text, known to be sound
 * @length: its bytes, or -1 when NUL-terminated
 *
 * Appends it as it stands, less its line ends: these are only ever white space, and would end the
 * line of a server-sent event.
 */
void
relais_json_append_raw (GString    *out,
                        const char *json,
                        gssize      length)
{
  const char *end = json + (length < 0 ? (gssize)strlen (json) : length);

  while (json < end)
    {
      const char *lf = memchr (json, '\n', end - json);
      const char *stop = lf != NULL ? lf : end;
      const char *cr = memchr (json, '\r', stop - json);

      if (cr != NULL)
        stop = cr;
      relais_text_append_len (out, json, stop - json);
      json = stop < end ? stop + 1 : end;
    }
}

/**
 * relais_json_append_string:
 * @out: where to append
 * @text: (array length=length): text
 * @length: its bytes, or -1 when NUL-terminated
 *
 * As [func@json_append_escaped], with the quotes.
 */
void
relais_json_append_string (GString    *out,
                           const char *text,
                           gssize      length)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length;
  gsize plain = count_plain (text, text + size);

  if (plain == size)
    {
      char *at = relais_text_extend (out, size + 2);

      at[0] = '"';
      memcpy (at + 1, text, size);
      at[size + 1] = '"';
      return;
    }
  g_string_append_c (out, '"');
  relais_text_append_len (out, text, plain);
  relais_json_append_escaped (out, text + plain, size - plain);
  g_string_append_c (out, '"');
}

static void
begin_value (RelaisJsonWriter *self,
             const char       *name)
{
  gsize size;
  char *at;

  if (self->comma)
    g_string_append_c (self->out, ',');
  self->comma = TRUE;
  if (name == NULL)
    return;
  size = strlen (name);
  if (count_plain (name, name + size) < size)
    {
      relais_json_append_string (self->out, name, size);
      g_string_append_c (self->out, ':');
      return;
    }
  at = relais_text_extend (self->out, size + 3);
  at[0] = '"';
  memcpy (at + 1, name, size);
  at[size + 1] = '"';
  at[size + 2] = ':';
}

/**
 * relais_json_writer_init:
 * @self: what to set up
 * @out: (transfer none): where to append; borrowed while @self is used
 *
 * Begins a text of its own at the end of @out.
 */
void
relais_json_writer_init (RelaisJsonWriter *self,
                         GString          *out)
{
  self->out = out;
  self->comma = FALSE;
}

/**
 * relais_json_writer_object:
 * @self: a writer
 * @name: (nullable): the key, %NULL in an array and at the top
 *
 * Opens an object; [method@JsonWriter.end_object] closes it.
 */
void
relais_json_writer_object (RelaisJsonWriter *self,
                           const char       *name)
{
  begin_value (self, name);
  g_string_append_c (self->out, '{');
  self->comma = FALSE;
}

/**
 * relais_json_writer_array:
 * @self: a writer
 * @name: (nullable): the key, %NULL in an array and at the top
 *
 * Opens an array; [method@JsonWriter.end_array] closes it.
 */
void
relais_json_writer_array (RelaisJsonWriter *self,
                          const char       *name)
{
  begin_value (self, name);
  g_string_append_c (self->out, '[');
  self->comma = FALSE;
}

/**
 * relais_json_writer_end_object:
 * @self: a writer inside an object
 *
 * Closes it.
 */
void
relais_json_writer_end_object (RelaisJsonWriter *self)
{
  g_string_append_c (self->out, '}');
  self->comma = TRUE;
}

/**
 * relais_json_writer_end_array:
 * @self: a writer inside an array
 *
 * Closes it.
 */
void
relais_json_writer_end_array (RelaisJsonWriter *self)
{
  g_string_append_c (self->out, ']');
  self->comma = TRUE;
}

/**
 * relais_json_writer_string:
 * @self: a writer
 * @name: (nullable): the key
 * @value: (nullable): text; %NULL writes null
 *
 * Writes a string.
 */
void
relais_json_writer_string (RelaisJsonWriter *self,
                           const char       *name,
                           const char       *value)
{
  if (value == NULL)
    relais_json_writer_null (self, name);
  else
    relais_json_writer_text (self, name, value, -1);
}

/**
 * relais_json_writer_text:
 * @self: a writer
 * @name: (nullable): the key
 * @value: (array length=length): text
 * @length: its bytes, or -1 when NUL-terminated
 *
 * Writes a string of known length.
 */
void
relais_json_writer_text (RelaisJsonWriter *self,
                         const char       *name,
                         const char       *value,
                         gssize            length)
{
  begin_value (self, name);
  relais_json_append_string (self->out, value, length);
}

/**
 * relais_json_writer_int:
 * @self: a writer
 * @name: (nullable): the key
 * @value: a number
 *
 * Writes a whole number.
 */
void
relais_json_writer_int (RelaisJsonWriter *self,
                        const char       *name,
                        gint64            value)
{
  char digits[24];
  char *at = digits + sizeof digits;
  guint64 rest = value < 0 ? 0 - (guint64)value : (guint64)value;

  begin_value (self, name);
  do
    *--at = '0' + rest % 10;
  while ((rest /= 10) != 0);
  if (value < 0)
    *--at = '-';
  relais_text_append_len (self->out, at, digits + sizeof digits - at);
}

/**
 * relais_json_writer_boolean:
 * @self: a writer
 * @name: (nullable): the key
 * @value: a boolean
 *
 * Writes true or false.
 */
void
relais_json_writer_boolean (RelaisJsonWriter *self,
                            const char       *name,
                            gboolean          value)
{
  begin_value (self, name);
  relais_text_append (self->out, value ? "true" : "false");
}

/**
 * relais_json_writer_null:
 * @self: a writer
 * @name: (nullable): the key
 *
 * Writes null.
 */
void
relais_json_writer_null (RelaisJsonWriter *self,
                         const char       *name)
{
  begin_value (self, name);
  relais_text_append (self->out, "null");
}

/**
 * relais_json_writer_raw:
 * @self: a writer
 * @name: (nullable): the key
 * @json: (array length=length): JSON text, known to be sound
 * @length: its bytes, or -1 when NUL-terminated
 *
 * Splices a value in, as [func@json_append_raw] does.
 */
void
relais_json_writer_raw (RelaisJsonWriter *self,
                        const char       *name,
                        const char       *json,
                        gssize            length)
{
  begin_value (self, name);
  relais_json_append_raw (self->out, json, length);
}
