/* relais-encoder-gather.c: a whole answer, gathered from its events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-encoder"

#include "config.h"

#include "relais-encoder-private.h"

static RelaisEncoderCall *
get_call (RelaisEncoder     *self,
          const RelaisEvent *event)
{
  return &g_array_index (self->calls, RelaisEncoderCall, event->call);
}

static RelaisPart *
last_part (RelaisEncoder *self)
{
  guint length = self->parts->len;

  return length > 0 ? g_ptr_array_index (self->parts, length - 1) : NULL;
}

/**
 * relais_encoder_end_run:
 * @self: an encoder
 *
 * Ends the text gathered for the last part.
 */
void
relais_encoder_end_run (RelaisEncoder *self)
{
  RelaisPart *part = last_part (self);

  if (part == NULL || part->text != NULL || part->type == RELAIS_PART_TOOL_CALL)
    return;
  part->text = g_strndup (self->run->str, self->run->len);
  g_string_truncate (self->run, 0);
}

static RelaisPart *
add_part (RelaisEncoder  *self,
          RelaisPartType  type)
{
  RelaisPart *part = relais_part_new (type);

  relais_encoder_end_run (self);
  g_ptr_array_add (self->parts, part);
  return part;
}

/* The last part if more of @type may be added to it, else a new one. */
static RelaisPart *
extend_part (RelaisEncoder  *self,
             RelaisPartType  type)
{
  RelaisPart *part = last_part (self);

  if (part != NULL && part->type == type && part->signature == NULL && part->text == NULL)
    return part;
  return add_part (self, type);
}

static void
gather_signature (RelaisEncoder     *self,
                  const RelaisEvent *event)
{
  RelaisPart *part = last_part (self);
  gboolean on_text = self->klass->origin == RELAIS_ORIGIN_GEMINI;

  if (part == NULL || part->signature != NULL ||
      (part->type != RELAIS_PART_THINKING && !(on_text && part->type == RELAIS_PART_TEXT)))
    part = add_part (self, RELAIS_PART_THINKING);
  part->signature = g_strndup (event->text, event->length);
  part->origin = event->origin;
}

static void
gather_call (RelaisEncoder     *self,
             const RelaisEvent *event)
{
  RelaisEncoderCall *call = get_call (self, event);
  RelaisPart *before = last_part (self);
  RelaisPart *part = add_part (self, RELAIS_PART_TOOL_CALL);
  gboolean joins = before != NULL && before->type == RELAIS_PART_THINKING &&
                   before->signature == NULL &&
                   (self->klass->origin == RELAIS_ORIGIN_ANTHROPIC ||
                    self->klass->origin == RELAIS_ORIGIN_OPENAI_RESPONSES);
  RelaisPart *holder = joins && event->signature != NULL ? before : part;

  /* Where calls cannot be signed, it signs the thoughts before it. */
  holder->signature = g_strdup (event->signature);
  holder->origin = event->origin;
  part->id = g_strdup (call->id);
  part->name = g_strdup (event->name != NULL ? event->name : "");
  part->name_space = g_strdup (event->name_space);
  part->custom = event->custom;
  call->part = part;
  call->args = g_string_new (NULL);
}

/**
 * relais_encoder_gather:
 * @self: an encoder of a whole body
 * @event: one that was accepted
 *
 * Adds what came to the parts.
 */
void
relais_encoder_gather (RelaisEncoder     *self,
                       const RelaisEvent *event)
{
  RelaisEncoderCall *call;
  RelaisPart *part;

  switch (event->type)
    {
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_THINK:
    case RELAIS_EVENT_REFUSAL:
      extend_part (self, event->type == RELAIS_EVENT_TEXT    ? RELAIS_PART_TEXT
                         : event->type == RELAIS_EVENT_THINK ? RELAIS_PART_THINKING
                                                             : RELAIS_PART_REFUSAL);
      g_string_append_len (self->run, event->text, event->length);
      break;
    case RELAIS_EVENT_SIGNATURE:
      gather_signature (self, event);
      break;
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_OPAQUE:
      part = add_part (self, RELAIS_PART_OPAQUE);
      if (event->type == RELAIS_EVENT_REDACTED)
        part->type = RELAIS_PART_REDACTED;
      part->text = g_strndup (event->text, event->length);
      part->origin = event->origin;
      break;
    case RELAIS_EVENT_IMAGE_OUT:
      part = add_part (self, RELAIS_PART_IMAGE);
      part->mime = g_strdup (event->name);
      part->data = g_strndup (event->text, event->length);
      part->text = g_strdup ("");
      break;
    case RELAIS_EVENT_CALL_START:
      gather_call (self, event);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      g_string_append_len (get_call (self, event)->args, event->text, event->length);
      break;
    case RELAIS_EVENT_CALL_END:
      call = get_call (self, event);
      call->part->args = g_string_free (g_steal_pointer (&call->args), FALSE);
      break;
    case RELAIS_EVENT_START:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_FINISH:
    case RELAIS_EVENT_ERROR:
    default:
      break;
    }
}
