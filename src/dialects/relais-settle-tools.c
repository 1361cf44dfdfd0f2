/* relais-settle-tools.c: the tools of a request that its target can have, and the choice of one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settle"

#include "config.h"

#include <string.h>

#include "relais-schema.h"
#include "relais-settle-private.h"

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

/* Gemini takes a choice of schemas at the top, the others only an object. */
static void
settle_schema (RelaisSettle *self,
               RelaisTool   *tool,
               const char   *path)
{
  gboolean gemini = self->target->dialect == RELAIS_DIALECT_GEMINI;
  gboolean less;
  char *made;

  if (tool->type != RELAIS_TOOL_FUNCTION || tool->schema == NULL || tool->plain)
    return;
  made = relais_schema_make_object (tool->schema, gemini, &less);
  if (made == NULL)
    return;
  if (less)
    {
      relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, TRUE, path,
                          "the upstream takes no choice of schemas; they are made one");
      /* not all of its properties are required any more, as strict ones must be */
      if (tool->strict == RELAIS_TRI_TRUE)
        tool->strict = RELAIS_TRI_FALSE;
    }
  else
    relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, FALSE, path,
                        "the upstream takes only the schema of an object");
  g_free (tool->schema);
  tool->schema = made;
}

static gboolean
can_have_tool (gconstpointer item,
               gpointer      user_data)
{
  const RelaisTool *tool = item;
  const RelaisSettle *self = user_data;

  return tool->type != RELAIS_TOOL_HOSTED || tool->origin == self->origin;
}

/**
 * relais_settle_tools:
 * @self: a request under way
 * @error: where to put [error@Error] `INVALID_REQUEST`
 *
 * Leaves the tools the target can be given, by names it takes.
 *
 * Returns: whether they are not too many
 */
gboolean
relais_settle_tools (RelaisSettle  *self,
                     GError       **error)
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
          settle_schema (self, tool, path);
          if (tool->custom && !relais_settle_takes_custom (self))
            {
              wrap_custom (tool);
              relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, FALSE, path,
                                  "free text is wrapped into an object");
            }
        }
    }
  relais_settle_keep (prompt->tools, can_have_tool, self);
  if (prompt->tools->len > most)
    return relais_settle_refuse (error, "tools", "holds more tools than this upstream takes");
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
narrow_tools (RelaisSettle *self)
{
  RelaisPrompt *prompt = self->prompt;
  g_autoptr (GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < prompt->tool_choice_names->len; i++)
    g_hash_table_add (chosen, g_ptr_array_index (prompt->tool_choice_names, i));
  relais_settle_keep (prompt->tools, is_chosen, chosen);
  prompt->tool_choice = prompt->tool_choice_forced ? RELAIS_TOOL_CHOICE_REQUIRED
                                                   : RELAIS_TOOL_CHOICE_AUTO;
}

/* The name sent of each tool, by the client's; of several in different groups, the first's. */
static GHashTable *
index_tools (const RelaisSettle *self)
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
choice_field (const RelaisSettle *self)
{
  return self->source == RELAIS_DIALECT_GEMINI ? "toolConfig.functionCallingConfig" : "tool_choice";
}

/**
 * relais_settle_choice:
 * @self: a request under way, its tools settled
 * @error: where to put [error@Error] `INVALID_REQUEST`
 *
 * Makes the choice one among the tools there are, in a form the target has.
 *
 * Returns: whether it makes sense
 */
gboolean
relais_settle_choice (RelaisSettle  *self,
                      GError       **error)
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
        return relais_settle_refuse (error, choice_field (self), "names a tool that is not among the tools this upstream can be given");
      g_free (prompt->tool_choice_name);
      prompt->tool_choice_name = g_strdup (sent);
      return TRUE;
    }
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET && prompt->tool_choice_names->len == 0 &&
      !prompt->tool_choice_forced)
    prompt->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET)
    {
      if (prompt->tool_choice_names->len == 0)
        return relais_settle_refuse (error, choice_field (self), "asks for a tool call, but allows no tool");
      for (guint i = 0; i < prompt->tool_choice_names->len; i++)
        if (!g_hash_table_contains (names, g_ptr_array_index (prompt->tool_choice_names, i)))
          return relais_settle_refuse (error, choice_field (self), "names a tool that is not among the tools this upstream can be given");
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
    return relais_settle_refuse (error, choice_field (self), "asks for a tool call, but no tool is left for this upstream");
  if (prompt->tools->len == 0)
    prompt->tool_choice = RELAIS_TOOL_CHOICE_UNSET;
  return TRUE;
}
