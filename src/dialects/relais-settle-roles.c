/* relais-settle-roles.c: what stands in a message of a role that cannot say it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include "relais-settle-private.h"

/* Only the assistant makes calls, whoever is said to; each run of them becomes a message of its. */
static void
split_calls (RelaisSettle  *self,
             RelaisMessage *message)
{
  RelaisMessage *open = message;
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (message->parts, &n_parts);

  g_ptr_array_add (self->prompt->messages, message);
  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];
      gboolean is_call = part->type == RELAIS_PART_TOOL_CALL;
      RelaisRole role = is_call ? RELAIS_ROLE_ASSISTANT : message->role;

      if (open->role != role)
        {
          open = relais_prompt_add_message (self->prompt, role);
          open->position = message->position;
        }
      if (is_call && message->role != role)
        relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, FALSE, message, part, "only the assistant makes calls");
      g_ptr_array_add (open->parts, part);
    }
}

/* Instructions are words: what they show follows from the user. */
static void
settle_instruction (RelaisSettle  *self,
                    RelaisMessage *message,
                    GPtrArray     *instruction)
{
  RelaisMessage *after = NULL;
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (instruction, &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];

      if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_JSON ||
          part->type == RELAIS_PART_REFUSAL)
        {
          part->type = RELAIS_PART_TEXT;
          g_ptr_array_add (instruction, part);
          continue;
        }
      if (relais_settle_is_media (part))
        {
          relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, part,
                              "the upstream takes only words as instructions; it follows from the user");
          if (after == NULL)
            {
              after = relais_prompt_add_message (self->prompt, RELAIS_ROLE_USER);
              after->position = message != NULL ? message->position : -1;
            }
          g_ptr_array_add (after->parts, relais_part_new_text ("From the instructions above:"));
          g_ptr_array_add (after->parts, part);
          continue;
        }
      relais_settle_note (self, RELAIS_CHANGE_DROPPED, TRUE, message, part, "the upstream takes only words as instructions");
      relais_part_free (part);
    }
}

/* A tool returns no call. */
static void
settle_result (RelaisSettle        *self,
               const RelaisMessage *message,
               RelaisPart          *result)
{
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (result->content, &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];

      if (part->type != RELAIS_PART_TOOL_CALL && part->type != RELAIS_PART_TOOL_RESULT)
        {
          g_ptr_array_add (result->content, part);
          continue;
        }
      relais_settle_note (self, RELAIS_CHANGE_DROPPED, TRUE, message, part, "a tool returns no call");
      relais_part_free (part);
    }
}

/**
 * relais_settle_roles:
 * @self: a request under way, its parts settled
 *
 * After it only the assistant makes calls, and instructions are words. Responses takes media in an
 * instruction that is a message.
 */
void
relais_settle_roles (RelaisSettle *self)
{
  gboolean shows = self->target->dialect == RELAIS_DIALECT_OPENAI_RESPONSES;
  GPtrArray *messages = self->prompt->messages;
  gsize n_given, n_split;
  g_autofree gpointer *given = g_ptr_array_steal (messages, &n_given);
  g_autofree gpointer *split = NULL;

  for (gsize i = 0; i < n_given; i++)
    split_calls (self, given[i]);
  split = g_ptr_array_steal (messages, &n_split);
  settle_instruction (self, NULL, self->prompt->system);
  for (gsize i = 0; i < n_split; i++)
    {
      RelaisMessage *message = split[i];

      g_ptr_array_add (messages, message);
      for (guint j = 0; j < message->parts->len; j++)
        {
          RelaisPart *part = g_ptr_array_index (message->parts, j);

          if (part->type == RELAIS_PART_TOOL_RESULT)
            settle_result (self, message, part);
        }
      if (message->role == RELAIS_ROLE_SYSTEM && !shows)
        settle_instruction (self, message, message->parts);
    }
}
