/* relais-setup-ledger.c: what was done to a client's files, for the way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-setup-file.h"
#include "relais-setup-ledger.h"
#include "relais-setup.h"

static void
entry_free (RelaisSetupEntry *self)
{
  g_free (self->path);
  g_free (self->backup);
  g_free (self->folder);
  g_free (self->written);
  g_free (self);
}

/**
 * relais_setup_ledger_new:
 *
 * Returns: (transfer full) (element-type RelaisSetupEntry): nothing done yet
 */
GPtrArray *
relais_setup_ledger_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)entry_free);
}

/**
 * relais_setup_ledger_load:
 * @path: where it is kept
 * @error: where to put a %RELAIS_SETUP_ERROR
 *
 * Returns: (transfer full) (element-type RelaisSetupEntry): what was done; nothing where there is
 *   no such file
 */
GPtrArray *
relais_setup_ledger_load (const char  *path,
                          GError     **error)
{
  g_autoptr (RelaisSetupFile) file = relais_setup_file_read (path, error);
  g_autoptr (GPtrArray) ledger = relais_setup_ledger_new ();
  g_autoptr (RelaisJson) json = NULL;
  const RelaisJsonNode *key, *node;
  RelaisJsonIter iter;

  if (file == NULL)
    return NULL;
  if (file->text == NULL)
    return g_steal_pointer (&ledger);
  json = relais_json_parse (file->text, strlen (file->text), RELAIS_JSON_MAX_DEPTH, NULL);
  relais_json_iter_init (&iter, relais_json_node_get_member (relais_json_get_root (json), "files"));
  while (relais_json_iter_next (&iter, &key, &node))
    {
      RelaisSetupEntry *entry = g_new0 (RelaisSetupEntry, 1);

      g_ptr_array_add (ledger, entry);
      entry->path = relais_json_node_dup_string (relais_json_node_get_member (node, "path"));
      entry->backup = relais_json_node_dup_string (relais_json_node_get_member (node, "backup"));
      entry->folder = relais_json_node_dup_string (relais_json_node_get_member (node, "folder"));
      entry->written = relais_json_node_dup_string (relais_json_node_get_member (node, "written"));
      entry->changed = relais_json_node_get_boolean (relais_json_node_get_member (node, "changed"), FALSE);
      if (entry->path == NULL || entry->written == NULL)
        g_clear_pointer (&json, relais_json_free);
      if (json == NULL)
        break;
    }
  if (json != NULL && ledger->len > 0)
    return g_steal_pointer (&ledger);
  g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, _("%s: this is not what Relais wrote"), path);
  return NULL;
}

/**
 * relais_setup_ledger_save:
 * @ledger: (element-type RelaisSetupEntry): what was done
 * @path: where to keep it
 * @error: where to put a %RELAIS_SETUP_ERROR
 *
 * Returns: whether it is kept
 */
gboolean
relais_setup_ledger_save (GPtrArray   *ledger,
                          const char  *path,
                          GError     **error)
{
  RelaisSetupFile file = { .path = (char *)path, .mode = 0600 };
  g_autoptr (GString) text = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, text);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_array (&writer, "files");
  for (guint i = 0; i < ledger->len; i++)
    {
      const RelaisSetupEntry *entry = g_ptr_array_index (ledger, i);

      relais_json_writer_object (&writer, NULL);
      relais_json_writer_string (&writer, "path", entry->path);
      if (entry->backup != NULL)
        relais_json_writer_string (&writer, "backup", entry->backup);
      if (entry->folder != NULL)
        relais_json_writer_string (&writer, "folder", entry->folder);
      relais_json_writer_string (&writer, "written", entry->written);
      relais_json_writer_boolean (&writer, "changed", entry->changed);
      relais_json_writer_end_object (&writer);
    }
  relais_json_writer_end_array (&writer);
  relais_json_writer_end_object (&writer);
  g_string_append_c (text, '\n');
  return relais_setup_file_write (&file, text->str, error);
}

/**
 * relais_setup_ledger_find:
 * @ledger: (element-type RelaisSetupEntry): what was done
 * @path: a file
 *
 * Returns: (transfer none) (nullable): what was done to it
 */
RelaisSetupEntry *
relais_setup_ledger_find (GPtrArray  *ledger,
                          const char *path)
{
  for (guint i = 0; i < ledger->len; i++)
    {
      RelaisSetupEntry *entry = g_ptr_array_index (ledger, i);

      if (strcmp (entry->path, path) == 0)
        return entry;
    }
  return NULL;
}
