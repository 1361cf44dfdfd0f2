/* relais-setup-client.c: which files of a client say where it sends its requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-json-writer.h"

#include "relais-setup-client.h"
#include "relais-setup-json.h"
#include "relais-setup-toml.h"
#include "relais-setup.h"

#define MAX_FILES 2
#define MAX_EDITS 7
#define MAX_NAMES 8

typedef enum {
  JSON,
  TOML,
  ENVIRONMENT, /* NAME=value lines, as dotenv reads them */
} Form;

/* Where: names with "/" between them; in TOML the table, then the key. "@url@", "@key@" and "@model@"
 * stand for the values. */
typedef struct
{
  const char *where;
  const char *value; /* a string; NULL: an empty object */
  gboolean keep;     /* what is there already */
} Edit;

typedef struct
{
  Form form;
  Edit edits[MAX_EDITS + 1];
} File;

typedef struct
{
  const char *client;
  const char *files[MAX_FILES + 1]; /* in the home folder; "@config@" is the one of XDG */
  File        contents[MAX_FILES];
} Client;

/* As each was seen to read them: Claude Code 2.1.330, Codex 0.169.0, Gemini CLI 0.61.0 (in folders
 * it trusts), opencode 1.18.33. */
static const Client clients[] = {
  { "claude-code",
    { ".claude/settings.json", NULL },
    { { JSON,
        { { "env/ANTHROPIC_BASE_URL", "@url@" },
          { "env/ANTHROPIC_AUTH_TOKEN", "@key@" },
          { "env/ANTHROPIC_MODEL", "@model@" } } } } },
  { "codex",
    { ".codex/config.toml", NULL },
    { { TOML,
        { { "model", "@model@" },
          { "model_provider", "relais" },
          { "model_providers.relais/name", "Relais" },
          { "model_providers.relais/base_url", "@url@/v1" },
          { "model_providers.relais/wire_api", "responses" },
          { "model_providers.relais/experimental_bearer_token", "@key@" } } } } },
  { "gemini-cli",
    { ".gemini/.env", ".gemini/settings.json", NULL },
    { { ENVIRONMENT,
        { { "GOOGLE_GEMINI_BASE_URL", "@url@" },
          { "GEMINI_API_KEY", "@key@" },
          { "GEMINI_MODEL", "@model@" } } },
      { JSON, { { "security/auth/selectedType", "gemini-api-key" } } } } },
  { "opencode",
    { "@config@/opencode/opencode.json", NULL },
    { { JSON,
        /* it adds this one itself, and the file would not be as it was left */
        { { "$schema", "https://opencode.ai/config.json", TRUE },
          { "provider/relais/npm", "@ai-sdk/openai-compatible" },
          { "provider/relais/name", "Relais" },
          { "provider/relais/options/baseURL", "@url@/v1" },
          { "provider/relais/options/apiKey", "@key@" },
          { "provider/relais/models/@model@", NULL, TRUE },
          { "model", "relais/@model@" } } } } },
};

static const Client *
find_client (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (clients[i].client, id) == 0)
      return &clients[i];
  return NULL;
}

/**
 * relais_setup_client_get_files:
 * @client: a client's id, as the Connect page has it
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): its files below the home folder,
 *   "@config@" for the configuration folder; %NULL for one that has to be set up by hand
 */
const char *const *
relais_setup_client_get_files (const char *client)
{
  const Client *found = find_client (client);

  return found != NULL ? found->files : NULL;
}

static char *
fill_in (const char              *template,
         const RelaisSetupValues *values)
{
  GString *out = g_string_new (template);

  g_string_replace (out, "@url@", values->url, 0);
  g_string_replace (out, "@key@", values->key, 0);
  g_string_replace (out, "@model@", values->model, 0);
  return g_string_free (out, FALSE);
}

/* TOML's escapes are JSON's. */
static char *
quote (const char *value)
{
  GString *out = g_string_new (NULL);

  relais_json_append_string (out, value, -1);
  return g_string_free (out, FALSE);
}

static char *
edit_json (const char               *text,
           const Edit               *edit,
           const RelaisSetupValues  *values,
           GError                  **error)
{
  g_auto (GStrv) names = g_strsplit (edit->where, "/", MAX_NAMES);
  g_autofree char *value = edit->value != NULL ? fill_in (edit->value, values) : NULL;
  g_autofree char *quoted = value != NULL ? quote (value) : g_strdup ("{}");

  for (guint i = 0; names[i] != NULL; i++)
    {
      char *name = fill_in (names[i], values);

      g_free (names[i]);
      names[i] = name;
    }
  return relais_setup_json_set (text, (const char *const *)names, quoted, edit->keep, error);
}

static char *
edit_toml (const char               *text,
           const Edit               *edit,
           const RelaisSetupValues  *values,
           GError                  **error)
{
  const char *slash = strchr (edit->where, '/');
  g_autofree char *table = slash != NULL ? g_strndup (edit->where, slash - edit->where) : g_strdup ("");
  g_autofree char *value = fill_in (edit->value, values);
  g_autofree char *quoted = quote (value);
  const char *key = slash != NULL ? slash + 1 : edit->where;

  return relais_setup_toml_set (text, table, key, quoted, error);
}

/* The last line that sets the name is the one that counts. */
static const char *
find_line (const char *text,
           const char *name)
{
  const char *found = NULL;

  for (const char *line = text; line != NULL && *line != '\0';)
    {
      const char *at = line + strspn (line, " \t");
      const char *next = strchr (line, '\n');

      if (g_str_has_prefix (at, "export "))
        at += strlen ("export ");
      at += strspn (at, " \t");
      if (g_str_has_prefix (at, name))
        {
          at += strlen (name);
          at += strspn (at, " \t");
          if (*at == '=')
            found = line;
        }
      line = next != NULL ? next + 1 : NULL;
    }
  return found;
}

static char *
edit_environment (const char               *text,
                  const Edit               *edit,
                  const RelaisSetupValues  *values,
                  GError                  **error)
{
  g_autofree char *value = fill_in (edit->value, values);
  const char *line = find_line (text, edit->where);
  gsize length = strlen (text);
  GString *out;

  /* in double quotes nothing but these is read otherwise than it stands */
  if (strpbrk (value, "\"\\$`\n") != NULL)
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE,
                   _("“%s” has a character that this file cannot hold"), edit->where);
      return NULL;
    }
  if (line == NULL)
    {
      out = g_string_new (text);
      if (length > 0 && text[length - 1] != '\n')
        g_string_append_c (out, '\n');
      g_string_append_printf (out, "%s=\"%s\"\n", edit->where, value);
      return g_string_free (out, FALSE);
    }
  out = g_string_new_len (text, line - text);
  g_string_append_printf (out, "%s=\"%s\"", edit->where, value);
  g_string_append (out, line + strcspn (line, "\r\n"));
  return g_string_free (out, FALSE);
}

/**
 * relais_setup_client_edit:
 * @client: a client's id
 * @file: which of its files
 * @text: what the file holds; "" where there is none
 * @values: what to write
 * @error: where to put %RELAIS_SETUP_ERROR_UNREADABLE
 *
 * Returns: (transfer full): what it should hold; all but the client's settings byte for byte
 */
char *
relais_setup_client_edit (const char               *client,
                          guint                     file,
                          const char               *text,
                          const RelaisSetupValues  *values,
                          GError                  **error)
{
  const File *contents = &find_client (client)->contents[file];
  g_autofree char *edited = g_strdup (text);

  for (const Edit *edit = contents->edits; edit->where != NULL; edit++)
    {
      char *next = NULL;

      switch (contents->form)
        {
        case JSON:
          next = edit_json (edited, edit, values, error);
          break;
        case TOML:
          next = edit_toml (edited, edit, values, error);
          break;
        case ENVIRONMENT:
        default:
          next = edit_environment (edited, edit, values, error);
          break;
        }
      if (next == NULL)
        return NULL;
      g_free (edited);
      edited = next;
    }
  return g_steal_pointer (&edited);
}
