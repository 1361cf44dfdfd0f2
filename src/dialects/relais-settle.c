/* relais-settle.c: a request made fit for the dialect it is translated to, as far as all share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-seal.h"
#include "relais-session.h"
#include "relais-settle-private.h"

#define FOREIGN "another vendor signed it"

/**
 * relais_settle_path:
 * @source: the client's dialect
 * @message: (nullable): a message of its request
 * @part: (nullable): a part of it; of what instructs where there is no message
 *
 * Returns: (transfer full): the way to it as the client wrote it, for reports
 */
char *
relais_settle_path (RelaisDialectId      source,
                    const RelaisMessage *message,
                    const RelaisPart    *part)
{
  static const struct
  {
    const char *messages;
    const char *system; /* what stands beside the messages; Chat's stand among them */
    const char *parts;
    const char *inner; /* parts of a tool result */
  } lists[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = { "messages", "messages", "content", "content" },
    [RELAIS_DIALECT_OPENAI_RESPONSES] = { "input", "instructions", "content", "output" },
    [RELAIS_DIALECT_ANTHROPIC] = { "messages", "system", "content", "content" },
    [RELAIS_DIALECT_GEMINI] = { "contents", "systemInstruction.parts", "parts", "functionResponse.parts" },
  };
  g_autoptr (GString) path = NULL;
  int item = message != NULL ? message->position : -1;

  if (part != NULL && part->item >= 0)
    item = part->item;
  if (message == NULL && part != NULL && item < 0)
    return part->position >= 0 ? g_strdup_printf ("%s[%d]", lists[source].system, part->position)
                               : g_strdup (lists[source].system);
  path = g_string_new (lists[source].messages);
  if (item >= 0)
    g_string_append_printf (path, "[%d]", item);
  if (part != NULL && part->position >= 0)
    g_string_append_printf (path, ".%s[%d]", lists[source].parts, part->position);
  if (part != NULL && part->inner >= 0)
    g_string_append_printf (path, ".%s[%d]", lists[source].inner, part->inner);
  return g_strndup (path->str, path->len);
}

/**
 * relais_settle_note:
 * @self: a request under way
 * @type: what happens to a part of it
 * @notable: whether the client may rely on it
 * @message: (nullable): the message it is in
 * @part: (nullable): the part
 * @reason: why
 *
 * Reports it by the client's own name for it.
 */
void
relais_settle_note (RelaisSettle        *self,
                    RelaisChangeType     type,
                    gboolean             notable,
                    const RelaisMessage *message,
                    const RelaisPart    *part,
                    const char          *reason)
{
  g_autofree char *path = relais_settle_path (self->source, message, part);

  relais_changes_add (self->changes, type, notable, path, "%s", reason);
}

/**
 * relais_settle_refuse:
 * @error: where to put [error@Error] `INVALID_REQUEST`
 * @field: the client's field to blame
 * @fault: what is wrong with it, going on from its name
 *
 * Returns: always %FALSE
 */
gboolean
relais_settle_refuse (GError     **error,
                      const char  *field,
                      const char  *fault)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "“%s” %s", field, fault);
  return FALSE;
}

/**
 * relais_settle_check:
 * @prompt: a request as decoded
 * @source: the client's dialect
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_REQUEST` naming the field when it asks for what only its own
 * vendor has, or for several answers.
 *
 * Returns: whether another upstream can answer it
 */
gboolean
relais_settle_check (const RelaisPrompt  *prompt,
                     RelaisDialectId      source,
                     GError             **error)
{
  for (guint i = 0; i < prompt->extras->len; i++)
    {
      const RelaisExtra *extra = g_ptr_array_index (prompt->extras, i);

      if (extra->need == RELAIS_EXTRA_NEEDED)
        return relais_settle_refuse (error, extra->field, "is not supported by this upstream");
    }
  if (prompt->n <= 1)
    return TRUE;
  return relais_settle_refuse (error, source == RELAIS_DIALECT_GEMINI ? "generationConfig.candidateCount" : "n",
                               "must be 1 for this upstream");
}

/**
 * relais_settle_keep:
 * @array: a list that owns its items
 * @func: says whether it wants one
 * @user_data: (closure): for @func
 *
 * Frees the items @func does not want, in one pass whatever their number.
 */
void
relais_settle_keep (GPtrArray            *array,
                    RelaisSettleKeepFunc  func,
                    gpointer              user_data)
{
  guint n_kept = 0;

  for (guint i = 0; i < array->len; i++)
    {
      gpointer item = g_ptr_array_index (array, i);

      if (!func (item, user_data))
        continue;
      array->pdata[i] = array->pdata[n_kept];
      array->pdata[n_kept++] = item;
    }
  g_ptr_array_set_size (array, n_kept);
}

static gboolean
settle_extras (RelaisSettle  *self,
               GError       **error)
{
  if (!relais_settle_check (self->prompt, self->source, error))
    return FALSE;
  for (guint i = 0; i < self->prompt->extras->len; i++)
    {
      const RelaisExtra *extra = g_ptr_array_index (self->prompt->extras, i);

      relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, extra->need == RELAIS_EXTRA_TOLD,
                          extra->field,
                          "the upstream has nothing like it");
    }
  return TRUE;
}

/**
 * relais_settle_takes_custom:
 * @self: a request under way
 *
 * Returns: whether the target has tools that take free text
 */
gboolean
relais_settle_takes_custom (const RelaisSettle *self)
{
  return self->target->dialect == RELAIS_DIALECT_OPENAI_CHAT ||
         self->target->dialect == RELAIS_DIALECT_OPENAI_RESPONSES;
}

/* --- parts --- */

/* Returns whether anybody signed it. */
static gboolean
settle_signature (RelaisSettle *self,
                  RelaisPart   *part)
{
  gboolean is_read, is_signed;

  if (part->signature == NULL)
    return FALSE;
  is_read = relais_seal_open (&part->signature, &part->origin);
  is_signed = strcmp (part->signature, RELAIS_SIGNATURE_NONE) != 0;
  if (!is_read || !is_signed || part->origin != self->signer ||
      (self->target->quirks & RELAIS_QUIRK_NO_SIGNATURES))
    g_clear_pointer (&part->signature, g_free);
  return is_signed;
}

/* A signature that goes without the part it stands on. */
static void
note_signature (RelaisSettle        *self,
                const RelaisMessage *message,
                const RelaisPart    *part)
{
  const char *place = self->source == RELAIS_DIALECT_GEMINI ? "thoughtSignature" : "tool_calls[].extra_content";
  g_autofree char *path = relais_settle_path (self->source, message, part);
  g_autofree char *field = g_strconcat (path, ".", place, NULL);

  if (part->signature == NULL)
    relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, FALSE, field, FOREIGN);
}

/* Whether a part may stay. */
static gboolean
settle_part (RelaisSettle   *self,
             RelaisMessage  *message,
             RelaisPart     *part,
             GError        **error)
{
  gboolean signed_once = settle_signature (self, part);
  gboolean thought = part->type == RELAIS_PART_THINKING || part->type == RELAIS_PART_REDACTED;

  if (thought && (message == NULL || message->role != RELAIS_ROLE_ASSISTANT))
    {
      relais_settle_note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part, "only the assistant thinks");
      return FALSE;
    }
  switch (part->type)
    {
    case RELAIS_PART_THINKING:
      if (part->signature != NULL || (self->target->dialect == RELAIS_DIALECT_OPENAI_CHAT &&
                                      (self->target->quirks & RELAIS_QUIRK_REASONING_ECHO)))
        return TRUE;
      for (guint i = 0; i <= part->n_joined; i++, part->position++)
        relais_settle_note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part,
                            signed_once ? FOREIGN : "thinking without a signature is not taken back");
      return FALSE;
    case RELAIS_PART_REDACTED:
      if (part->origin == self->origin)
        return TRUE;
      relais_settle_note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part, "only the vendor it comes from can read it");
      return FALSE;
    case RELAIS_PART_OPAQUE:
      if (part->origin == self->origin)
        return TRUE;
      relais_settle_note (self, RELAIS_CHANGE_DROPPED, TRUE, message, part, "the upstream knows no such part");
      return FALSE;
    case RELAIS_PART_IMAGE:
    case RELAIS_PART_FILE:
      if ((part->data != NULL && *part->data != '\0') || (part->url != NULL && *part->url != '\0'))
        return TRUE;
      {
        g_autofree char *path = relais_settle_path (self->source, message, part);

        return relais_settle_refuse (error, path,
                                     part->file_id != NULL ? "names a file kept at another vendor; send its content"
                                                           : "has no content");
      }
    case RELAIS_PART_TEXT:
    case RELAIS_PART_REFUSAL:
      if (signed_once)
        note_signature (self, message, part);
      return part->text != NULL && *part->text != '\0';
    case RELAIS_PART_AUDIO:
      if (part->data != NULL && *part->data != '\0')
        return TRUE;
      {
        g_autofree char *path = relais_settle_path (self->source, message, part);

        return relais_settle_refuse (error, path, "has no content");
      }
    case RELAIS_PART_TOOL_CALL:
      if (signed_once)
        note_signature (self, message, part);
      return TRUE;
    case RELAIS_PART_TOOL_RESULT:
    case RELAIS_PART_JSON:
    default:
      return TRUE;
    }
}

static gboolean
settle_parts (RelaisSettle   *self,
              RelaisMessage  *message,
              GPtrArray      *parts,
              GError        **error)
{
  gsize n_all;
  g_autofree gpointer *all = g_ptr_array_steal (parts, &n_all);
  GError *local = NULL;

  for (gsize i = 0; i < n_all; i++)
    {
      RelaisPart *part = all[i];

      /* after a failure the rest stays, for its owner to free */
      if (local != NULL ||
          (part->content != NULL && !settle_parts (self, message, part->content, &local)) ||
          settle_part (self, message, part, &local) || local != NULL)
        g_ptr_array_add (parts, part);
      else
        relais_part_free (part);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

/* Claude Code begins its instructions with a line for Anthropic's accounts that changes from run to
 * run: worth nothing to others, and it would defeat their caches. */
static void
drop_billing (RelaisSettle *self)
{
  const RelaisPart *first = self->prompt->system->len > 0
                              ? g_ptr_array_index (self->prompt->system, 0)
                              : NULL;

  if (first == NULL || first->text == NULL ||
      !g_str_has_prefix (first->text, RELAIS_SESSION_BILLING))
    return;
  relais_settle_note (self, RELAIS_CHANGE_DROPPED, FALSE, NULL, first, "it is for Anthropic's accounts only");
  g_ptr_array_remove_index (self->prompt->system, 0);
}

/* Parts in a row that become one. */
typedef struct
{
  RelaisPart *first; /* borrowed; NULL: nothing can be added */
  GString *text;     /* owned; NULL while the first is the only one */
} Run;

static void
end_run (Run *run)
{
  if (run->text != NULL)
    {
      g_free (run->first->text);
      run->first->text = g_string_free (g_steal_pointer (&run->text), FALSE);
    }
  run->first = NULL;
}

static void
extend_run (Run        *run,
            RelaisPart *part)
{
  if (run->text == NULL)
    run->text = g_string_new (run->first->text);
  run->first->n_joined++;
  g_string_append (run->text, part->text != NULL ? part->text : "");
  if (part->signature != NULL)
    {
      run->first->signature = g_steal_pointer (&part->signature);
      run->first->origin = part->origin;
    }
  relais_part_free (part);
}

/* Makes one of parts of @type in a row, up to the first that is signed. */
static void
join_parts (RelaisMessage  *message,
            RelaisPartType  type)
{
  gsize n_parts;
  g_autofree gpointer *parts = g_ptr_array_steal (message->parts, &n_parts);
  Run run = { NULL, NULL };

  for (gsize i = 0; i < n_parts; i++)
    {
      RelaisPart *part = parts[i];

      if (run.first != NULL && part->type == type)
        extend_run (&run, part);
      else
        {
          end_run (&run);
          g_ptr_array_add (message->parts, part);
          run.first = part->type == type ? part : NULL;
        }
      if (run.first != NULL && run.first->signature != NULL)
        end_run (&run);
    }
  end_run (&run);
}

/* Gemini's clients are given what others signed of their thoughts on a part of its own, with empty
 * text, once a stream has told the thoughts; both belong together. */
static void
join_thoughts (RelaisMessage *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type == RELAIS_PART_TEXT && part->signature != NULL &&
          (part->text == NULL || *part->text == '\0'))
        part->type = RELAIS_PART_THINKING;
    }
  join_parts (message, RELAIS_PART_THINKING);
}

static gboolean
says_something (gconstpointer item,
                gpointer user_data G_GNUC_UNUSED)
{
  return ((const RelaisMessage *)item)->parts->len > 0;
}

/* For reports: the parts of a result learn where it stands. */
static void
place_inner (const RelaisMessage *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      for (guint j = 0; part->content != NULL && j < part->content->len; j++)
        {
          RelaisPart *inner = g_ptr_array_index (part->content, j);

          inner->item = part->item >= 0 ? part->item : message->position;
          inner->inner = inner->position;
          inner->position = part->position;
        }
    }
}

static gboolean
settle_messages (RelaisSettle  *self,
                 GError       **error)
{
  GPtrArray *messages = self->prompt->messages;
  g_autofree RelaisMessage **given = NULL;
  g_autoptr (GHashTable) sent_ids = NULL;
  g_autoptr (GHashTable) used_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  drop_billing (self);
  if (!settle_parts (self, NULL, self->prompt->system, error))
    return FALSE;
  for (guint i = 0; i < messages->len; i++)
    {
      RelaisMessage *message = g_ptr_array_index (messages, i);

      if (self->source == RELAIS_DIALECT_GEMINI && message->role == RELAIS_ROLE_ASSISTANT)
        join_thoughts (message);
      place_inner (message);
      if (!settle_parts (self, message, message->parts, error))
        return FALSE;
    }
  relais_settle_roles (self);
  self->used_ids = used_ids;
  sent_ids = self->sent_ids = relais_settle_recall (self->prompt, self->target);
  given = self->given = (RelaisMessage **)g_ptr_array_steal (messages, &self->n_given);
  for (gsize i = 0; i < self->n_given; i++)
    {
      RelaisMessage *message = given[i];
      g_autoptr (GPtrArray) calls = g_ptr_array_new ();
      RelaisMessage *media;

      g_ptr_array_add (messages, message);
      if (self->source == RELAIS_DIALECT_GEMINI && message->role == RELAIS_ROLE_ASSISTANT)
        join_parts (message, RELAIS_PART_TEXT); /* kept by a client as they were streamed */
      relais_settle_strays (self, message);
      if (message->role != RELAIS_ROLE_ASSISTANT)
        continue;
      media = relais_settle_media (self, message);
      relais_settle_calls (self, message, calls);
      relais_settle_call_names (self, calls);
      if (calls->len > 0)
        relais_settle_results (self, i + 1, calls);
      g_ptr_array_add (messages, media);
    }
  self->given = NULL;
  relais_settle_keep (messages, says_something, NULL);
  return TRUE;
}

/* Anthropic and Gemini refuse a request that only instructs: its last words become the user's. For
 * the others they become a message that instructs. */
static void
settle_lone_system (RelaisSettle *self)
{
  RelaisRole role = relais_settle_takes_custom (self) ? RELAIS_ROLE_SYSTEM : RELAIS_ROLE_USER;
  RelaisMessage *message;

  if (self->prompt->messages->len > 0 || self->prompt->system->len == 0)
    return;
  message = relais_prompt_add_message (self->prompt, role);
  g_ptr_array_add (message->parts,
                   g_ptr_array_steal_index (self->prompt->system, self->prompt->system->len - 1));
}

/**
 * relais_settle:
 * @prompt: a request as decoded; changed in place
 * @source: the client's dialect
 * @target: whom it is for; another dialect than @source
 * @names: what is renamed, to be undone in the answer
 * @changes: what could not be carried over
 * @error: where to put a failure
 *
 * After it: every call has a fit id, name and arguments (a JSON object's text, or free text where
 * the target takes that), and is followed by one message of the user with just the results of its
 * turn, in the order of the calls; what the target's vendor did not sign is gone, what it did is
 * back; only tools the target can be given are left, and the choice among them makes sense; no part
 * or message is empty. Fails with [error@Error] `INVALID_REQUEST` naming the field.
 *
 * Returns: whether the request can be translated
 */
gboolean
relais_settle (RelaisPrompt        *prompt,
               RelaisDialectId      source,
               const RelaisTarget  *target,
               RelaisNames         *names,
               RelaisChanges       *changes,
               GError             **error)
{
  RelaisSettle self = {
    .prompt = prompt,
    .source = source,
    .target = target,
    .origin = relais_dialect_get (target->dialect)->origin,
    .signer = relais_settle_signer (target),
    .names = names,
    .changes = changes,
  };

  prompt->origin = relais_dialect_get (source)->origin;
  if (!settle_extras (&self, error) || !relais_settle_tools (&self, error) ||
      !relais_settle_choice (&self, error) ||
      !settle_messages (&self, error))
    return FALSE;
  settle_lone_system (&self);
  relais_settle_schema (prompt, target, names);
  if (prompt->messages->len == 0)
    return relais_settle_refuse (error, source == RELAIS_DIALECT_GEMINI ? "contents" : source == RELAIS_DIALECT_OPENAI_RESPONSES ? "input"
                                                                                                                                 : "messages",
                                 "holds nothing this upstream can be given");
  return TRUE;
}
