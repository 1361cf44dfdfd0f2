/* relais-settle-recall.c: what is remembered of earlier calls, put back where the client dropped it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "relais-settle.h"

typedef struct
{
  const RelaisTarget *target;
  RelaisOrigin signer;  /* whose signatures the target takes */
  GHashTable *seen;     /* ids of calls; borrowed */
  GHashTable *sent_ids; /* call -> the upstream's id; owned */
  gsize n_left;         /* bytes that may still be put back */
} Memory;

static gsize
length_of (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gsize
size_of (GPtrArray *thinking)
{
  gsize size = 0;

  for (guint i = 0; i < thinking->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (thinking, i);

      size += sizeof *part + length_of (part->text) + length_of (part->signature);
    }
  return size;
}

static void
put_thinking (RelaisMessage *message,
              GPtrArray     *thinking)
{
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (message->parts, &n_parts);

  for (guint i = 0; i < thinking->len; i++)
    {
      const RelaisPart *known = g_ptr_array_index (thinking, i);
      RelaisPart *part = relais_part_new (known->type);

      part->origin = known->origin;
      part->text = g_strdup (known->text);
      part->signature = g_strdup (known->signature);
      g_ptr_array_add (message->parts, part);
    }
  for (gsize i = 0; i < n_parts; i++)
    g_ptr_array_add (message->parts, parts[i]);
}

/* Returns the thinking to put before the calls of its message, NULL for none. */
static GPtrArray *
recall_call (Memory     *self,
             RelaisPart *call,
             gboolean    thinks)
{
  const RelaisRecall *recall = NULL;
  gboolean signs = !(self->target->quirks & RELAIS_QUIRK_NO_SIGNATURES);
  const char *signature;
  GPtrArray *thinking;
  gsize size;

  if (call->id != NULL && g_hash_table_add (self->seen, call->id))
    recall = self->target->recall (call->id, self->target->recall_data);
  if (recall == NULL || recall->origin != self->signer)
    return NULL;
  signature = signs && call->signature == NULL ? recall->signature : NULL;
  thinking = signs && !thinks ? recall->thinking : NULL;
  size = length_of (recall->id) + length_of (signature);
  if (thinking != NULL)
    size += size_of (thinking);
  if (size > self->n_left)
    return NULL;
  self->n_left -= size;
  if (recall->id != NULL)
    g_hash_table_insert (self->sent_ids, call, g_strdup (recall->id));
  if (signature != NULL)
    {
      call->signature = g_strdup (signature);
      call->origin = recall->origin;
    }
  return thinking;
}

static void
recall_message (Memory        *self,
                RelaisMessage *message)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new ();
  gboolean thinks = FALSE;

  for (guint i = 0; i < message->parts->len; i++)
    {
      RelaisPart *part = g_ptr_array_index (message->parts, i);

      thinks |= part->type == RELAIS_PART_THINKING || part->type == RELAIS_PART_REDACTED;
      if (part->type == RELAIS_PART_TOOL_CALL)
        g_ptr_array_add (calls, part);
    }
  for (guint i = 0; i < calls->len; i++)
    {
      GPtrArray *thinking = recall_call (self, g_ptr_array_index (calls, i), thinks);

      if (thinking != NULL)
        put_thinking (message, thinking);
      thinks |= thinking != NULL;
    }
}

/**
 * relais_settle_signer:
 * @target: whom a request is for
 *
 * Chat Completions signs nothing by itself; Google's does, with Gemini's signatures.
 *
 * Returns: whose signatures it takes back
 */
RelaisOrigin
relais_settle_signer (const RelaisTarget *target)
{
  return target->quirks & RELAIS_QUIRK_GOOGLE_SIGNATURES
           ? RELAIS_ORIGIN_GEMINI
           : relais_dialect_get (target->dialect)->origin;
}

/**
 * relais_settle_recall:
 * @prompt: a request; changed in place
 * @target: whom it is for
 *
 * Puts back what @target's vendor signed and the client did not hand back, as far as it is
 * remembered. What is remembered of an id belongs to the last call of that id, so it is put back
 * there alone; and all that is put back, the newest first, is at most
 * %RELAIS_SETTLE_MAX_RECALLED_BYTES: beyond that, a call is taken as not remembered.
 *
 * Returns: (transfer full) (element-type RelaisPart utf8): the ids the vendor itself gave, by call
 */
GHashTable *
relais_settle_recall (RelaisPrompt       *prompt,
                      const RelaisTarget *target)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Memory self = {
    .target = target,
    .signer = relais_settle_signer (target),
    .seen = seen,
    .sent_ids = g_hash_table_new_full (NULL, NULL, NULL, g_free),
    .n_left = RELAIS_SETTLE_MAX_RECALLED_BYTES,
  };

  for (guint i = target->recall != NULL ? prompt->messages->len : 0; i-- > 0;)
    {
      RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      if (message->role == RELAIS_ROLE_ASSISTANT)
        recall_message (&self, message);
    }
  return self.sent_ids;
}
