/* relais-text.h: appends to a GString without a call where there is room, as GLib does from 2.76 on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Makes room for so many bytes more at the end, to be filled by the caller. */
static inline char *
relais_text_extend (GString *out,
                    gsize    size)
{
  gsize at = out->len;

  if (G_LIKELY (at + size < out->allocated_len))
    {
      out->len = at + size;
      out->str[out->len] = '\0';
    }
  else
    g_string_set_size (out, at + size);
  return out->str + at;
}

/* @text is none of @out's own. */
static inline void
relais_text_append_len (GString    *out,
                        const char *text,
                        gsize       length)
{
  memcpy (relais_text_extend (out, length), text, length);
}

/* The same, NUL-terminated; best for a literal, whose length the compiler knows. */
static inline void
relais_text_append (GString    *out,
                    const char *text)
{
  relais_text_append_len (out, text, strlen (text));
}

G_END_DECLS
