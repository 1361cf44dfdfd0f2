/* relais-settle.c: a request made fit for the dialect it is translated to, as far as all share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "base/relais-json-writer.h"

#include "relais-encoder-private.h"
#include "relais-model-facts.h"
#include "relais-seal.h"
#include "relais-settle.h"
#include "relais-target-private.h"

#define BILLING_PREFIX "x-anthropic-billing-header:"
#define NO_RESULT "No result was provided for this call."

typedef struct
{
  RelaisPrompt       *prompt;
  RelaisDialectId     source;
  const RelaisTarget *target;
  RelaisOrigin origin; /* of the target */
  RelaisOrigin signer; /* whose signatures it takes */
  RelaisNames        *names;
  RelaisChanges      *changes;
  RelaisMessage **given; /* the messages as they came, each to be settled in turn */
  gsize               n_given;
  GHashTable *sent_ids; /* call -> the id its vendor gave it */
} Settle;

/**
 * relais_settle_path:
 * @source: the client's dialect
 * @message: (nullable): a message of its request
 * @part: (nullable): a part of it
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
    const char *parts;
    const char *inner; /* parts of a tool result */
  } lists[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = { "messages", "content", "content" },
    [RELAIS_DIALECT_OPENAI_RESPONSES] = { "input", "content", "output" },
    [RELAIS_DIALECT_ANTHROPIC] = { "messages", "content", "content" },
    [RELAIS_DIALECT_GEMINI] = { "contents", "parts", "functionResponse.parts" },
  };
  g_autoptr (GString) path = g_string_new (lists[source].messages);
  int item = message != NULL ? message->position : -1;

  if (part != NULL && part->item >= 0)
    item = part->item;
  if (item >= 0)
    g_string_append_printf (path, "[%d]", item);
  if (part != NULL && part->position >= 0)
    g_string_append_printf (path, ".%s[%d]", lists[source].parts, part->position);
  if (part != NULL && part->inner >= 0)
    g_string_append_printf (path, ".%s[%d]", lists[source].inner, part->inner);
  return g_strndup (path->str, path->len);
}

static void
note (Settle              *self,
      RelaisChangeType     type,
      gboolean             notable,
      const RelaisMessage *message,
      const RelaisPart    *part,
      const char          *reason)
{
  g_autofree char *path = relais_settle_path (self->source, message, part);

  relais_changes_add (self->changes, type, notable, path, "%s", reason);
}

static gboolean
refuse (GError     **error,
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
        return refuse (error, extra->field, "is not supported by this upstream");
    }
  if (prompt->n <= 1)
    return TRUE;
  return refuse (error, source == RELAIS_DIALECT_GEMINI ? "generationConfig.candidateCount" : "n",
                 "must be 1 for this upstream");
}

typedef gboolean (*KeepFunc) (gconstpointer item,
                              gpointer user_data);

/* Frees the items @func does not want, in one pass whatever their number. */
static void
keep (GPtrArray *array,
      KeepFunc   func,
      gpointer   user_data)
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
settle_extras (Settle  *self,
               GError **error)
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

/* --- tools --- */

static gboolean
takes_custom (const Settle *self)
{
  return self->target->dialect == RELAIS_DIALECT_OPENAI_CHAT ||
         self->target->dialect == RELAIS_DIALECT_OPENAI_RESPONSES;
}

/* A tool that takes free text, as one that takes an object with that text in it. */
static void
wrap_custom (RelaisTool *tool)
{
  if (tool->schema != NULL)
    {
      g_autofree char *described = tool->description;

      tool->description = g_strdup_printf ("%s%sThe input follows this format: %s", described != NULL ? described : "",
                                           described != NULL ? "\n\n" : "", tool->schema);
    }
  g_free (tool->schema);
  tool->schema = g_strdup ("{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},\"required\":[\"input\"]}");
  tool->type = RELAIS_TOOL_FUNCTION;
}

static gboolean
can_have_tool (gconstpointer item,
               gpointer      user_data)
{
  const RelaisTool *tool = item;
  const Settle *self = user_data;

  return tool->type != RELAIS_TOOL_HOSTED || tool->origin == self->origin;
}

static gboolean
settle_tools (Settle  *self,
              GError **error)
{
  RelaisPrompt *prompt = self->prompt;
  guint most = self->target->dialect == RELAIS_DIALECT_GEMINI ? 512 : G_MAXUINT;

  if (self->target->dialect == RELAIS_DIALECT_OPENAI_CHAT)
    most = 128;
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      RelaisTool *tool = g_ptr_array_index (prompt->tools, i);
      g_autofree char *path = g_strdup_printf ("tools[%d]", tool->position);

      if (!can_have_tool (tool, self))
        {
          relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, TRUE, path,
                              "only the vendor it comes from can run this tool");
          continue;
        }
      if (tool->type != RELAIS_TOOL_HOSTED)
        {
          g_free (tool->client_name);
          tool->client_name = tool->name;
          tool->custom = tool->type == RELAIS_TOOL_CUSTOM;
          tool->name = relais_names_add (self->names, tool, tool->client_name, tool->name_space,
                                         self->target->dialect);
          if (strcmp (tool->name, tool->client_name) != 0)
            relais_changes_add (self->changes, RELAIS_CHANGE_RENAMED, FALSE, path, "the upstream takes no such name");
          if (tool->custom && !takes_custom (self))
            {
              wrap_custom (tool);
              relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, FALSE, path,
                                  "free text is wrapped into an object");
            }
        }
    }
  keep (prompt->tools, can_have_tool, self);
  if (prompt->tools->len > most)
    return refuse (error, "tools", "holds more tools than this upstream takes");
  return TRUE;
}

static gboolean
is_chosen (gconstpointer item,
           gpointer      user_data)
{
  const RelaisTool *tool = item;

  return tool->client_name != NULL && g_hash_table_contains (user_data, tool->client_name);
}

/* The tools a subset names, for targets that have no such choice. */
static void
narrow_tools (Settle *self)
{
  RelaisPrompt *prompt = self->prompt;
  g_autoptr (GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < prompt->tool_choice_names->len; i++)
    g_hash_table_add (chosen, g_ptr_array_index (prompt->tool_choice_names, i));
  keep (prompt->tools, is_chosen, chosen);
  prompt->tool_choice = prompt->tool_choice_forced ? RELAIS_TOOL_CHOICE_REQUIRED
                                                   : RELAIS_TOOL_CHOICE_AUTO;
}

/* The name sent of each tool, by the client's; of several in different groups, the first's. */
static GHashTable *
index_tools (const Settle *self)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (self->prompt->tools, i);

      if (tool->client_name != NULL && !g_hash_table_contains (names, tool->client_name))
        g_hash_table_insert (names, tool->client_name, tool->name);
    }
  return names;
}

static const char *
choice_field (const Settle *self)
{
  return self->source == RELAIS_DIALECT_GEMINI ? "toolConfig.functionCallingConfig" : "tool_choice";
}

static gboolean
settle_choice (Settle  *self,
               GError **error)
{
  RelaisPrompt *prompt = self->prompt;
  g_autoptr (GHashTable) names = index_tools (self);
  const char *sent;

  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED)
    {
      sent = prompt->tool_choice_name != NULL
               ? g_hash_table_lookup (names, prompt->tool_choice_name)
               : NULL;
      if (sent == NULL)
        return refuse (error, choice_field (self), "names a tool that is not among the tools this upstream can be given");
      g_free (prompt->tool_choice_name);
      prompt->tool_choice_name = g_strdup (sent);
      return TRUE;
    }
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET)
    {
      for (guint i = 0; i < prompt->tool_choice_names->len; i++)
        if (!g_hash_table_contains (names, g_ptr_array_index (prompt->tool_choice_names, i)))
          return refuse (error, choice_field (self), "names a tool that is not among the tools this upstream can be given");
      if (self->target->dialect == RELAIS_DIALECT_ANTHROPIC)
        narrow_tools (self);
      else
        for (guint i = 0; i < prompt->tool_choice_names->len; i++)
          {
            sent = g_hash_table_lookup (names, g_ptr_array_index (prompt->tool_choice_names, i));
            g_free (prompt->tool_choice_names->pdata[i]);
            prompt->tool_choice_names->pdata[i] = g_strdup (sent);
          }
    }
  if (prompt->tools->len == 0 && prompt->tool_choice == RELAIS_TOOL_CHOICE_REQUIRED)
    return refuse (error, choice_field (self), "asks for a tool call, but no tool is left for this upstream");
  if (prompt->tools->len == 0)
    prompt->tool_choice = RELAIS_TOOL_CHOICE_UNSET;
  return TRUE;
}

/* --- parts --- */

static void
settle_signature (Settle     *self,
                  RelaisPart *part)
{
  if (part->signature == NULL)
    return;
  if (relais_seal_open (&part->signature, &part->origin) && part->origin == self->signer &&
      !(self->target->quirks & RELAIS_QUIRK_NO_SIGNATURES))
    return;
  g_clear_pointer (&part->signature, g_free);
}

/* Whether a part may stay. */
static gboolean
settle_part (Settle         *self,
             RelaisMessage  *message,
             RelaisPart     *part,
             GError        **error)
{
  gboolean signed_once = part->signature != NULL;

  settle_signature (self, part);
  switch (part->type)
    {
    case RELAIS_PART_THINKING:
      if (part->signature != NULL || (self->target->quirks & RELAIS_QUIRK_REASONING_ECHO))
        return TRUE;
      note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part,
            signed_once ? "another vendor signed it" : "thinking without a signature is not taken back");
      return FALSE;
    case RELAIS_PART_REDACTED:
      if (part->origin == self->origin)
        return TRUE;
      note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part, "only the vendor it comes from can read it");
      return FALSE;
    case RELAIS_PART_OPAQUE:
      if (part->origin == self->origin)
        return TRUE;
      note (self, RELAIS_CHANGE_DROPPED, TRUE, message, part, "the upstream knows no such part");
      return FALSE;
    case RELAIS_PART_IMAGE:
    case RELAIS_PART_FILE:
      if ((part->data != NULL && *part->data != '\0') || part->url != NULL)
        return TRUE;
      {
        g_autofree char *path = relais_settle_path (self->source, message, part);

        return refuse (error, path,
                       part->file_id != NULL ? "names a file kept at another vendor; send its content"
                                             : "has no content");
      }
    case RELAIS_PART_TEXT:
      return part->text != NULL && *part->text != '\0';
    case RELAIS_PART_AUDIO:
      if (part->data != NULL && *part->data != '\0')
        return TRUE;
      {
        g_autofree char *path = relais_settle_path (self->source, message, part);

        return refuse (error, path, "has no content");
      }
    case RELAIS_PART_TOOL_CALL:
    case RELAIS_PART_TOOL_RESULT:
    case RELAIS_PART_REFUSAL:
    case RELAIS_PART_JSON:
    default:
      return TRUE;
    }
}

static gboolean
settle_parts (Settle         *self,
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

/* --- calls and results --- */

static gboolean
id_fits (const char *id)
{
  gsize length = strspn (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

  return length > 0 && length <= 64 && id[length] == '\0';
}

/* The id to send for one the client knows; NULL where none is to be sent. */
static char *
send_id (Settle           *self,
         const RelaisPart *call,
         const char       *id)
{
  g_autofree char *sum = NULL;

  if (self->target->dialect == RELAIS_DIALECT_GEMINI)
    return g_strdup (g_hash_table_lookup (self->sent_ids, call));
  if (id_fits (id))
    return g_strdup (id);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
  return g_strdup_printf ("%s%.24s", self->target->dialect == RELAIS_DIALECT_ANTHROPIC ? "toolu_" : "call_", sum);
}

static void
settle_args (Settle              *self,
             const RelaisMessage *message,
             RelaisPart          *call)
{
  g_autoptr (GString) text = g_string_new (NULL);
  RelaisJsonWriter writer;
  gboolean custom = call->custom;

  if (call->custom && takes_custom (self))
    {
      if (call->args == NULL)
        call->args = g_strdup ("");
      return;
    }
  relais_json_writer_init (&writer, text);
  relais_encoder_write_args (&writer, NULL, call->args != NULL ? call->args : "", -1, call->custom);
  if (!custom && g_str_has_prefix (text->str, "{\"_raw\":") && !g_str_has_prefix (call->args, "{\"_raw\""))
    note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, call, "the arguments of this call are no JSON");
  g_free (call->args);
  call->args = g_strndup (text->str, text->len);
  call->custom = FALSE;
}

static void
settle_calls (Settle        *self,
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
take_results (Settle    *self,
              guint      from,
              GPtrArray *calls)
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
            note (self, RELAIS_CHANGE_DROPPED, FALSE, message, part, "a later result of the same call takes its place");
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

static gboolean
is_media (const RelaisPart *part)
{
  return part->type == RELAIS_PART_IMAGE || part->type == RELAIS_PART_FILE;
}

/* Pictures and files a target takes no result with follow in a message of the user. */
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

      if (!is_media (part))
        {
          g_ptr_array_add (result->content, part);
          continue;
        }
      words = g_strdup_printf ("%s returned by %s%s%s%s:", part->type == RELAIS_PART_IMAGE ? "Image" : "File",
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

/* Puts a message with all results of the calls, in their order, behind the one that made them,
 * which is the last settled; @from: where those given behind it begin. */
static void
settle_results (Settle    *self,
                guint      from,
                GPtrArray *calls)
{
  guint at = self->prompt->messages->len - 1;
  RelaisMessage *message = g_ptr_array_index (self->prompt->messages, at);
  RelaisMessage *results = message_new (RELAIS_ROLE_USER);
  RelaisMessage *media = message_new (RELAIS_ROLE_USER);
  gboolean openai = takes_custom (self);
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
          note (self, RELAIS_CHANGE_ADDED, FALSE, message, call, "no result was given for this call");
        }
      call->id = send_id (self, call, client_id);
      g_free (result->id);
      result->id = g_strdup (call->id);
      g_free (result->name);
      result->name = g_strdup (call->name);
      result->custom = call->custom;
      if (move)
        move_media (result, call->id, media);
      if (result->is_error && openai)
        prefix_error (result);
      g_ptr_array_add (results->parts, result);
    }
  g_ptr_array_add (self->prompt->messages, results);
  g_ptr_array_add (self->prompt->messages, media);
}

/* A result nobody asked for becomes words of the user; its pictures and files follow. */
static void
settle_stray (Settle              *self,
              const RelaisMessage *message,
              RelaisPart          *part)
{
  g_autofree char *text = relais_target_join_texts (part->content, "\n");
  gsize n_inner;
  g_autofree gpointer *inner = g_ptr_array_steal (part->content, &n_inner);

  note (self, RELAIS_CHANGE_APPROXIMATED, TRUE, message, part, "it answers no call of the history");
  g_clear_pointer (&part->content, g_ptr_array_unref);
  part->type = RELAIS_PART_TEXT;
  g_free (part->text);
  part->text = g_strdup_printf ("Result of tool call %s: %s", part->id != NULL ? part->id : "-",
                                text != NULL ? text : "");
  g_ptr_array_add (message->parts, part);
  for (gsize i = 0; i < n_inner; i++)
    if (is_media (inner[i]))
      g_ptr_array_add (message->parts, inner[i]);
    else
      relais_part_free (inner[i]);
}

static void
settle_strays (Settle        *self,
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

static void
settle_call_names (Settle    *self,
                   GPtrArray *calls)
{
  for (guint i = 0; i < calls->len; i++)
    {
      RelaisPart *call = g_ptr_array_index (calls, i);
      g_autofree char *name = call->name;

      call->name = relais_names_add (self->names, NULL, name != NULL ? name : "", call->name_space, self->target->dialect);
    }
}

/* Claude Code begins its instructions with a line for Anthropic's accounts that changes from run to
 * run: worth nothing to others, and it would defeat their caches. */
static void
drop_billing (Settle *self)
{
  const RelaisPart *first = self->prompt->system->len > 0
                              ? g_ptr_array_index (self->prompt->system, 0)
                              : NULL;

  if (first == NULL || first->text == NULL || !g_str_has_prefix (first->text, BILLING_PREFIX))
    return;
  g_ptr_array_remove_index (self->prompt->system, 0);
  relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, FALSE, "system[0]", "it is for Anthropic's accounts only");
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
settle_messages (Settle  *self,
                 GError **error)
{
  GPtrArray *messages = self->prompt->messages;
  g_autofree RelaisMessage **given = NULL;
  g_autoptr (GHashTable) sent_ids = NULL;

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
  sent_ids = self->sent_ids = relais_settle_recall (self->prompt, self->target);
  given = self->given = (RelaisMessage **)g_ptr_array_steal (messages, &self->n_given);
  for (gsize i = 0; i < self->n_given; i++)
    {
      RelaisMessage *message = given[i];
      g_autoptr (GPtrArray) calls = g_ptr_array_new ();

      g_ptr_array_add (messages, message);
      if (self->source == RELAIS_DIALECT_GEMINI && message->role == RELAIS_ROLE_ASSISTANT)
        join_parts (message, RELAIS_PART_TEXT); /* kept by a client as they were streamed */
      settle_strays (self, message);
      if (message->role != RELAIS_ROLE_ASSISTANT)
        continue;
      settle_calls (self, message, calls);
      settle_call_names (self, calls);
      if (calls->len > 0)
        settle_results (self, i + 1, calls);
    }
  self->given = NULL;
  keep (messages, says_something, NULL);
  return TRUE;
}

/* Anthropic and Gemini refuse a request that only instructs: its last words become the user's. For
 * the others they become a message that instructs. */
static void
settle_lone_system (Settle *self)
{
  RelaisMessage *message;

  if (self->prompt->messages->len > 0 || self->prompt->system->len == 0)
    return;
  message = relais_prompt_add_message (self->prompt,
                                       takes_custom (self) ? RELAIS_ROLE_SYSTEM : RELAIS_ROLE_USER);
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
  Settle self = {
    .prompt = prompt,
    .source = source,
    .target = target,
    .origin = relais_dialect_get (target->dialect)->origin,
    .signer = relais_settle_signer (target),
    .names = names,
    .changes = changes,
  };

  prompt->origin = relais_dialect_get (source)->origin;
  if (!settle_extras (&self, error) || !settle_tools (&self, error) ||
      !settle_choice (&self, error) ||
      !settle_messages (&self, error))
    return FALSE;
  settle_lone_system (&self);
  relais_settle_schema (prompt, target, names);
  if (prompt->messages->len == 0)
    return refuse (error, source == RELAIS_DIALECT_GEMINI ? "contents" : source == RELAIS_DIALECT_OPENAI_RESPONSES ? "input"
                                                                                                                   : "messages",
                   "holds nothing this upstream can be given");
  return TRUE;
}
