/* relais-settle-calls.c: tool calls of a request and their results, in the order targets want
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"

#include "relais-encoder-private.h"
#include "relais-model-facts.h"
#include "relais-settle-private.h"
#include "relais-target-private.h"

#define NO_RESULT "No result was provided for this call."

/* The id to send for one the client knows; NULL where none is to be sent. */
static char *
send_id (RelaisSettle     *self,
         const RelaisPart *call,
         const char       *id)
{
  g_autofree char *sum = NULL;

  if (self->target->dialect == RELAIS_DIALECT_GEMINI)
    return g_strdup (g_hash_table_lookup (self->sent_ids, call));
  if (relais_dialect_id_fits (id))
    return g_strdup (id);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
  return g_strdup_printf ("%s%.24s", self->target->dialect == RELAIS_DIALECT_ANTHROPIC ? "toolu_" : "call_", sum);
}

static void
settle_args (RelaisSettle        *self,
             const RelaisMessage *message,
             RelaisPart          *call)
{
  g_autoptr (GString) text = g_string_new (NULL);
  RelaisJsonWriter writer;
  gboolean custom = call->custom;

  if (call->custom && relais_settle_takes_custom (self))
    {
      if (call->args == NULL)
        call->args = g_strdup ("");
      return;
    }
  relais_json_writer_init (&writer, text);
  relais_encoder_write_args (&writer, NULL, call->args != NULL ? call->args : "", -1, call->custom);
  if (!custom && g_str_has_prefix (text->str, "{\"_raw\":") && !g_str_has_prefix (call->args, "{\"_raw\""))
    relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, call, "the arguments of this call are no JSON");
  g_free (call->args);
  call->args = g_strndup (text->str, text->len);
  call->custom = FALSE;
}

/**
 * relais_settle_calls:
 * @self: a request under way
 * @message: one of the assistant's
 * @calls: where to add its calls; borrowed
 *
 * Gives each call arguments the target takes.
 */
void
relais_settle_calls (RelaisSettle  *self,
                     RelaisMessage *message,
                     GPtrArray     *calls)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type == RELAIS_PART_TOOL_CALL)
        g_ptr_array_add (calls, part);
    }
  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);

      settle_args (self, message, call);
    }
}

static RelaisPart *
missing_result (const RelaisPart *call)
{
  RelaisPart *part = relais_part_new (RELAIS_PART_TOOL_RESULT);

  part->is_error = TRUE;
  g_ptr_array_add (part->content, relais_part_new_text (NO_RESULT));
  return part;
}

/* Takes the last result of each call out of the messages from @from up to the next one of the
 * assistant. Returns one a call, NULL where there is none; of calls with one id the first has it.
 */
static RelaisPart **
take_results (RelaisSettle *self,
              guint         from,
              GPtrArray    *calls)
{
  RelaisPart **results = g_new0 (RelaisPart *, calls->len);
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);

      if (!g_hash_table_contains (places, call->id))
        g_hash_table_insert (places, call->id, &results[i]);
    }
  for (guint i = from; i < self->n_given; i++)
    {
      RelaisMessage *message = self->given[i];
      g_autofree gpointer *parts = NULL;
      gsize n_parts;

      if (message->role == RELAIS_ROLE_ASSISTANT)
        break;
      parts = g_ptr_array_steal (message->parts, &n_parts);
      for (gsize j = 0; j < n_parts; j++)
        {
          RelaisPart *part = parts[j];
          RelaisPart **place = part->type == RELAIS_PART_TOOL_RESULT && part->id != NULL
                                 ? g_hash_table_lookup (places, part->id)
                                 : NULL;

          if (place == NULL)
            {
              g_ptr_array_add (message->parts, part);
              continue;
            }
          if (*place != NULL)
            relais_settle_note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part, "a later result of the same call takes its place");
          g_clear_pointer (place, relais_part_free);
          *place = part;
        }
    }
  return results;
}

static void
prefix_error (RelaisPart *result)
{
  RelaisPart *first = result->content->len > 0 ? g_ptr_array_index (result->content, 0) : NULL;

  if (first != NULL && first->type == RELAIS_PART_TEXT)
    {
      g_autofree char *text = first->text;

      first->text = g_strconcat ("Error: ", text, NULL);
    }
  else
    g_ptr_array_insert (result->content, 0, relais_part_new_text ("Error: the call failed"));
}

/**
 * relais_settle_is_media:
 * @part: a part
 *
 * Returns: whether it is an image, a file or audio
 */
gboolean
relais_settle_is_media (const RelaisPart *part)
{
  return part->type == RELAIS_PART_IMAGE || part->type == RELAIS_PART_FILE ||
         part->type == RELAIS_PART_AUDIO;
}

static const char *
name_media (const RelaisPart *part)
{
  if (part->type == RELAIS_PART_AUDIO)
    return "Audio";
  return part->type == RELAIS_PART_IMAGE ? "Image" : "File";
}

/* Media a target takes no result with follow in a message of the user. */
static void
move_media (RelaisPart    *result,
            const char    *call_id,
            RelaisMessage *after)
{
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (result->content, &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];
      g_autofree char *words = NULL;

      if (!relais_settle_is_media (part))
        {
          g_ptr_array_add (result->content, part);
          continue;
        }
      words = g_strdup_printf ("%s returned by %s%s%s%s:", name_media (part),
                               result->name != NULL ? result->name : "the tool", call_id != NULL ? " (" : "",
                               call_id != NULL ? call_id : "", call_id != NULL ? ")" : "");
      g_ptr_array_add (after->parts, relais_part_new_text (words));
      g_ptr_array_add (after->parts, part);
    }
}

static RelaisMessage *
message_new (RelaisRole role)
{
  RelaisMessage *message = g_new0 (RelaisMessage, 1);

  message->role = role;
  message->position = -1;
  message->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  return message;
}

/**
 * relais_settle_media:
 * @self: a request under way
 * @message: an answer of the history
 *
 * Takes out what it shows where the target's answers hold only words.
 *
 * Returns: (transfer full): a message of the user to follow it, empty if it shows nothing
 */
RelaisMessage *
relais_settle_media (RelaisSettle  *self,
                     RelaisMessage *message)
{
  RelaisMessage *after = message_new (RELAIS_ROLE_USER);
  gboolean shown = self->target->dialect == RELAIS_DIALECT_GEMINI;
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (message->parts, &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];

      if (shown || !relais_settle_is_media (part))
        {
          g_ptr_array_add (message->parts, part);
          continue;
        }
      relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, part,
                          "the upstream takes only words as an answer; it follows from the user");
      g_ptr_array_add (after->parts, relais_part_new_text ("From the answer above:"));
      g_ptr_array_add (after->parts, part);
    }
  return after;
}

/* Anthropic refuses a history with one id for two calls, and some upstreams count theirs anew in
 * each answer. The new id stays the same while the history grows. */
static void
make_unique (RelaisSettle *self,
             RelaisPart   *call,
             guint         at,
             guint         i)
{
  if (call->id == NULL)
    return;
  for (guint n = 0; g_hash_table_contains (self->used_ids, call->id); n++)
    {
      g_free (call->id);
      call->id = g_strdup_printf ("call_%u_%u_%u", at, i, n);
    }
  g_hash_table_add (self->used_ids, g_strdup (call->id));
}

/**
 * relais_settle_results:
 * @self: a request under way
 * @from: where the messages given behind the calls begin
 * @calls: the calls of the last message settled
 *
 * Puts a message with all results of the calls, in their order, behind the one that made them, and
 * one with what the target takes no results with.
 */
void
relais_settle_results (RelaisSettle *self,
                       guint         from,
                       GPtrArray    *calls)
{
  guint at = self->prompt->messages->len - 1;
  RelaisMessage *message = g_ptr_array_index (self->prompt->messages, at);
  RelaisMessage *results = message_new (RELAIS_ROLE_USER);
  RelaisMessage *media = message_new (RELAIS_ROLE_USER);
  gboolean openai = relais_settle_takes_custom (self);
  gboolean move = self->target->dialect == RELAIS_DIALECT_OPENAI_CHAT ||
                  (self->target->dialect == RELAIS_DIALECT_GEMINI &&
                   !relais_model_is_gemini_3 (self->target->model));
  g_autofree RelaisPart **taken = NULL;

  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);

      if (call->id == NULL || *call->id == '\0')
        {
          g_free (call->id);
          call->id = g_strdup_printf ("call_%u_%u", at, i);
        }
    }
  taken = take_results (self, from, calls);
  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);
      RelaisPart *result = taken[i];
      g_autofree char *client_id = call->id;

      if (result == NULL)
        {
          result = missing_result (call);
          relais_settle_note (self, RELAIS_CHANGE_ADDED, FALSE, message, call, "no result was given for this call");
        }
      call->id = send_id (self, call, client_id);
      make_unique (self, call, at, i);
      g_free (result->id);
      result->id = g_strdup (call->id);
      g_free (result->name);
      result->name = g_strdup (call->name);
      result->custom = call->custom;
      if (move)
        move_media (result, call->id, media);
      if (result->is_error && openai)
        {
          prefix_error (result);
          relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, FALSE, message, taken[i] != NULL ? result : call, "that it failed is told in words");
        }
      g_ptr_array_add (results->parts, result);
    }
  g_ptr_array_add (self->prompt->messages, results);
  g_ptr_array_add (self->prompt->messages, media);
}

/* A result nobody asked for becomes words of the user; its media follow. */
static void
settle_stray (RelaisSettle        *self,
              const RelaisMessage *message,
              RelaisPart          *part)
{
  g_autofree char *text = relais_target_join_texts (part->content, "\n");
  gsize n_inner;
  g_autofree gpointer *inner = g_ptr_array_steal (part->content, &n_inner);

  relais_settle_note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, part, "it answers no call of the history");
  g_clear_pointer (&part->content, g_ptr_array_unref);
  part->type = RELAIS_PART_TEXT;
  g_free (part->text);
  part->text = g_strdup_printf ("Result of tool call %s: %s", part->id != NULL ? part->id : "-",
                                text != NULL ? text : "");
  g_ptr_array_add (message->parts, part);
  for (gsize i = 0; i < n_inner; i++)
    if (relais_settle_is_media (inner[i]))
      g_ptr_array_add (message->parts, inner[i]);
    else
      relais_part_free (inner[i]);
}

/**
 * relais_settle_strays:
 * @self: a request under way
 * @message: one whose own results are taken out
 *
 * Results nobody asked for become words of the user.
 */
void
relais_settle_strays (RelaisSettle  *self,
                      RelaisMessage *message)
{
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (message->parts, &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    if (((RelaisPart *)parts[i])->type == RELAIS_PART_TOOL_RESULT)
      settle_stray (self, message, parts[i]);
    else
      g_ptr_array_add (message->parts, parts[i]);
}

/**
 * relais_settle_call_names:
 * @self: a request under way
 * @calls: calls of one message
 *
 * Gives each call the name its tool is sent by.
 */
void
relais_settle_call_names (RelaisSettle *self,
                          GPtrArray    *calls)
{
  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);
      g_autofree char *name = call->name;

      call->name = relais_names_add (self->names, NULL, name != NULL ? name : "", call->name_space, self->target->dialect);
    }
}
