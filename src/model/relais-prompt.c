/* relais-prompt.c: one request to a model, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-prompt"

#include "config.h"

#include "relais-prompt.h"

static void
message_free (gpointer data)
{
  RelaisMessage *message = data;

  g_ptr_array_unref (message->parts);
  g_free (message);
}

static void
tool_free (gpointer data)
{
  RelaisTool *tool = data;

  g_free (tool->name);
  g_free (tool->client_name);
  g_free (tool->name_space);
  g_free (tool->description);
  g_free (tool->schema);
  g_free (tool);
}

static void
extra_free (gpointer data)
{
  RelaisExtra *extra = data;

  g_free (extra->field);
  g_free (extra);
}

/**
 * relais_prompt_new:
 *
 * Returns: (transfer full): a request that says nothing: no model, no messages, no limit
 */
RelaisPrompt *
relais_prompt_new (void)
{
  RelaisPrompt *self = g_new0 (RelaisPrompt, 1);

  self->system = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->tools = g_ptr_array_new_with_free_func (tool_free);
  self->echo = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->stop = g_ptr_array_new_with_free_func (g_free);
  self->extras = g_ptr_array_new_with_free_func (extra_free);
  self->include_usage = TRUE;
  self->max_tokens = -1;
  self->n = 1;
  self->top_logprobs = -1;
  self->budget = RELAIS_BUDGET_UNSET;
  return self;
}

/**
 * relais_prompt_free:
 * @self: (transfer full) (nullable): a request
 *
 * Frees it with all it holds.
 */
void
relais_prompt_free (RelaisPrompt *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->system);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->tools);
  g_hash_table_unref (self->echo);
  g_ptr_array_unref (self->stop);
  g_ptr_array_unref (self->extras);
  g_clear_pointer (&self->tool_choice_names, g_ptr_array_unref);
  g_free (self->model);
  g_free (self->tool_choice_name);
  g_free (self->temperature);
  g_free (self->top_p);
  g_free (self->top_k);
  g_free (self->presence_penalty);
  g_free (self->frequency_penalty);
  g_free (self->seed);
  g_free (self->logit_bias);
  g_free (self->format_name);
  g_free (self->format_description);
  g_free (self->format_schema);
  g_free (self->verbosity);
  g_free (self->service_tier);
  g_free (self->metadata);
  g_free (self->user_id);
  g_free (self->session_key);
  g_free (self);
}

/**
 * relais_prompt_add_message:
 * @self: a request
 * @role: who speaks
 *
 * Returns: (transfer none): a new last message, empty
 */
RelaisMessage *
relais_prompt_add_message (RelaisPrompt *self,
                           RelaisRole    role)
{
  RelaisMessage *message = g_new0 (RelaisMessage, 1);

  message->role = role;
  message->position = -1;
  message->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  g_ptr_array_add (self->messages, message);
  return message;
}

/**
 * relais_prompt_add_tool:
 * @self: a request
 * @type: its type
 * @name: (nullable): its name
 *
 * Returns: (transfer none): a new last tool
 */
RelaisTool *
relais_prompt_add_tool (RelaisPrompt   *self,
                        RelaisToolType  type,
                        const char     *name)
{
  RelaisTool *tool = g_new0 (RelaisTool, 1);

  tool->type = type;
  tool->position = -1;
  tool->name = g_strdup (name);
  g_ptr_array_add (self->tools, tool);
  return tool;
}

/**
 * relais_prompt_add_extra:
 * @self: a request
 * @need: what becomes of it at an upstream of another dialect
 * @field: its name
 *
 * Notes a field that has no neutral form.
 */
void
relais_prompt_add_extra (RelaisPrompt    *self,
                         RelaisExtraNeed  need,
                         const char      *field)
{
  RelaisExtra *extra = g_new0 (RelaisExtra, 1);

  extra->need = need;
  extra->field = g_strdup (field);
  g_ptr_array_add (self->extras, extra);
}
