/* relais-request-parts.c: parts of messages, as the request decoders of several dialects read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-request"

#include "config.h"

#include <string.h>

#include "relais-request-private.h"

/**
 * relais_request_read_words:
 * @node: (nullable): a string
 * @field: its name
 * @type: what it is: text, a refusal, thinking
 * @parts: (element-type RelaisPart): where to add it when it is given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is something else
 */
gboolean
relais_request_read_words (const RelaisJsonNode  *node,
                           const char            *field,
                           RelaisPartType         type,
                           GPtrArray             *parts,
                           GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (type);

  if (!relais_request_read_string (node, field, &part->text, error))
    return FALSE;
  if (part->text != NULL)
    g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

/**
 * relais_request_read_content:
 * @content: (nullable): what a message says: a string, or an array of parts
 * @field: its name
 * @func: reads one of the array, which may be of any kind, and adds at most one part
 * @parts: (element-type RelaisPart): where to add them, each with its place in the array
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is something else, or
 *   what @func failed with
 */
gboolean
relais_request_read_content (const RelaisJsonNode   *content,
                             const char             *field,
                             RelaisRequestPartFunc   func,
                             GPtrArray              *parts,
                             GError                **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_is_given (content))
    return TRUE;
  if (relais_json_node_get_kind (content) == RELAIS_JSON_STRING)
    return relais_request_read_words (content, field, RELAIS_PART_TEXT, parts, error);
  if (relais_json_node_get_kind (content) != RELAIS_JSON_ARRAY)
    return relais_request_fail (error, field, "must be a string or an array of parts");
  relais_json_iter_init (&iter, content);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      guint before = parts->len;

      if (!func (node, parts, error))
        {
          g_prefix_error (error, "%s[%u]: ", field, i);
          return FALSE;
        }
      if (parts->len > before)
        ((RelaisPart *)g_ptr_array_index (parts, before))->position = i;
    }
  return TRUE;
}

/**
 * relais_request_add_opaque:
 * @parts: (element-type RelaisPart): where to add
 * @origin: whose dialect it is written in
 * @node: a value
 *
 * Keeps what has no neutral form as it stands.
 */
void
relais_request_add_opaque (GPtrArray            *parts,
                           RelaisOrigin          origin,
                           const RelaisJsonNode *node)
{
  RelaisPart *part = relais_part_new (RELAIS_PART_OPAQUE);

  part->origin = origin;
  part->text = relais_json_node_dup_raw (node);
  g_ptr_array_add (parts, part);
}

/* `RIFF`, four bytes of length, `WEBP`: sound begins with RIFF as well. */
static gboolean
is_webp (const char *base64)
{
  return strnlen (base64, 16) == 16 && g_str_has_prefix (base64, "UklGR") &&
         strncmp (base64 + 11, "XRUJQ", 5) == 0;
}

/**
 * relais_request_fix_mime:
 * @mime: (nullable): a media type as a client wrote it
 * @base64: (nullable): the data it belongs to
 *
 * Mends `image/jpg`; where there is no type, takes it from how the data begins.
 *
 * Returns: (transfer full): a media type
 */
char *
relais_request_fix_mime (const char *mime,
                         const char *base64)
{
  static const struct
  {
    const char *start;
    const char *mime;
  } kinds[] = {
    { "iVBORw0KGgo", "image/png" },
    { "/9j/", "image/jpeg" },
    { "_9j_", "image/jpeg" }, /* in the alphabet for URLs */
    { "R0lGOD", "image/gif" },
    { "JVBERi0", "application/pdf" },
  };

  if (mime != NULL && *mime != '\0')
    return g_ascii_strcasecmp (mime, "image/jpg") == 0 ? g_strdup ("image/jpeg") : g_strdup (mime);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (base64 != NULL && g_str_has_prefix (base64, kinds[i].start))
      return g_strdup (kinds[i].mime);
  if (base64 != NULL && is_webp (base64))
    return g_strdup ("image/webp");
  return g_strdup ("application/octet-stream");
}

/**
 * relais_request_set_media:
 * @part: an image or a file
 * @url: an address, or a `data:` URL
 *
 * Takes a data URL apart into media type and base64, moving the data, not decoding it; another
 * address is only noted.
 */
void
relais_request_set_media (RelaisPart *part,
                          const char *url)
{
  const char *comma = g_ascii_strncasecmp (url, "data:", 5) == 0 ? memchr (url, ',', strnlen (url, 256)) : NULL;
  g_autofree char *head = NULL;
  g_auto (GStrv) fields = NULL;
  gboolean base64 = FALSE;

  if (comma == NULL)
    {
      part->url = g_strdup (url);
      return;
    }
  head = g_strndup (url + 5, comma - url - 5);
  fields = g_strsplit (head, ";", -1);
  for (guint i = 0; fields[i] != NULL; i++)
    base64 |= g_ascii_strcasecmp (g_strstrip (fields[i]), "base64") == 0;
  if (base64)
    part->data = g_strdup (comma + 1);
  else
    {
      g_autoptr (GBytes) plain = g_uri_unescape_bytes (comma + 1, -1, NULL, NULL);

      part->data = plain != NULL ? g_base64_encode (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain)) : g_strdup ("");
    }
  part->mime = relais_request_fix_mime (fields[0] != NULL &&
                                            strchr (fields[0], '/') != NULL
                                          ? fields[0]
                                          : NULL,
                                        part->data);
}
