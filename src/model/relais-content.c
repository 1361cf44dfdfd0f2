/* relais-content.c: the parts of a message, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-content"

#include "config.h"

#include "relais-content.h"

/**
 * relais_part_new:
 * @type: its type
 *
 * Returns: (transfer full): a part with nothing set; a tool result has an empty list of content
 */
RelaisPart *
relais_part_new (RelaisPartType type)
{
  RelaisPart *self = g_new0 (RelaisPart, 1);

  self->type = type;
  self->item = self->position = self->inner = -1;
  if (type == RELAIS_PART_TOOL_RESULT)
    self->content = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  return self;
}

/**
 * relais_part_new_text:
 * @text: UTF-8
 *
 * Returns: (transfer full): a text part
 */
RelaisPart *
relais_part_new_text (const char *text)
{
  RelaisPart *self = relais_part_new (RELAIS_PART_TEXT);

  self->text = g_strdup (text);
  return self;
}

/**
 * relais_part_free:
 * @self: (transfer full) (nullable): a part
 *
 * Frees it with all it holds.
 */
void
relais_part_free (RelaisPart *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->mime);
  g_free (self->data);
  g_free (self->url);
  g_free (self->file_id);
  g_free (self->filename);
  g_free (self->detail);
  g_free (self->id);
  g_free (self->name);
  g_free (self->name_space);
  g_free (self->args);
  g_free (self->signature);
  g_clear_pointer (&self->content, g_ptr_array_unref);
  g_free (self);
}
