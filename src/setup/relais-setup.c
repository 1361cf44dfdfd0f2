/* relais-setup.c: a client's files made to send its requests here, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "relais-setup-diff.h"
#include "relais-setup-file.h"
#include "relais-setup-ledger.h"
#include "relais-setup.h"

#define BACKUP ".before-relais"
#define SET_ASIDE ".set-aside"

/* One file of the client. */
typedef struct
{
  char *name; /* as a person writes it, with ~ */
  RelaisSetupFile *file;
  char            *after;
} Step;

struct _RelaisSetup
{
  GPtrArray *steps;
  char *ledger; /* path */
  char      *key;
};

G_DEFINE_QUARK (relais - setup - error, relais_setup_error)

static void
step_free (Step *self)
{
  g_free (self->name);
  relais_setup_file_free (self->file);
  g_free (self->after);
  g_free (self);
}

static char *
make_path (const RelaisSetupPlaces *places,
           const char              *file)
{
  if (g_str_has_prefix (file, "@config@/"))
    return g_build_filename (places->config, file + strlen ("@config@/"), NULL);
  return g_build_filename (places->home, file, NULL);
}

static char *
shorten (const RelaisSetupPlaces *places,
         const char              *path)
{
  gsize length = strlen (places->home);

  if (strncmp (path, places->home, length) == 0 && path[length] == '/')
    return g_strconcat ("~", path + length, NULL);
  return g_strdup (path);
}

static char *
ledger_path (const RelaisSetupPlaces *places,
             const char              *client)
{
  g_autofree char *name = g_strconcat (client, ".json", NULL);

  return g_build_filename (places->data, "setup", name, NULL);
}

static const char *
text_of (const RelaisSetupFile *file)
{
  return file->text != NULL ? file->text : "";
}

static char *
digest (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/**
 * relais_setup_new:
 * @places: where to look
 * @client: a client that has files
 * @values: what to write
 * @error: where to put a %RELAIS_SETUP_ERROR that names the file
 *
 * Reads the client's files and works out what they should hold. Nothing is written yet.
 *
 * Returns: (transfer full): what would be done
 */
RelaisSetup *
relais_setup_new (const RelaisSetupPlaces  *places,
                  const char               *client,
                  const RelaisSetupValues  *values,
                  GError                  **error)
{
  const char *const *files = relais_setup_client_get_files (client);
  g_autoptr (RelaisSetup) self = g_new0 (RelaisSetup, 1);

  g_return_val_if_fail (files != NULL, NULL);

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  self->ledger = ledger_path (places, client);
  self->key = g_strdup (values->key);
  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = make_path (places, files[i]);
      Step *step = g_new0 (Step, 1);

      g_ptr_array_add (self->steps, step);
      step->name = shorten (places, path);
      step->file = relais_setup_file_read (path, error);
      if (step->file == NULL)
        return NULL;
      step->after = relais_setup_client_edit (client, i, text_of (step->file), values, error);
      if (step->after == NULL)
        {
          g_prefix_error (error, "%s: ", step->name);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

/**
 * relais_setup_free:
 * @self: (transfer full) (nullable): a set-up
 */
void
relais_setup_free (RelaisSetup *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self->ledger);
  if (self->key != NULL)
    explicit_bzero (self->key, strlen (self->key));
  g_free (self->key);
  g_free (self);
}

/**
 * relais_setup_dup_diff:
 * @self: a set-up
 * @mask: (nullable): what to show in place of the key
 *
 * Returns: (transfer full): of each file that changes its name and its lines, "+" or "-" before
 *   them; "" where all is as it should be
 */
char *
relais_setup_dup_diff (const RelaisSetup *self,
                       const char        *mask)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (self->steps, i);
      g_autofree char *diff = relais_setup_diff (text_of (step->file), step->after);

      if (*diff == '\0')
        continue;
      g_string_append_printf (out, "%s%s\n%s", out->len > 0 ? "\n" : "", step->name, diff);
    }
  if (mask != NULL)
    g_string_replace (out, self->key, mask, 0);
  return g_string_free (out, FALSE);
}

/* The outermost folder that is not there yet, or NULL. */
static char *
dup_missing_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *missing = NULL;

  while (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      char *parent = g_path_get_dirname (folder);

      g_free (missing);
      missing = g_steal_pointer (&folder);
      folder = parent;
    }
  return g_steal_pointer (&missing);
}

static gboolean
note (GPtrArray   *ledger,
      const Step  *step,
      GError     **error)
{
  RelaisSetupEntry *entry = relais_setup_ledger_find (ledger, step->file->path);
  g_autofree char *backup = NULL;

  if (entry != NULL)
    {
      g_autofree char *found = digest (text_of (step->file));

      entry->changed |= strcmp (found, entry->written) != 0;
      g_free (entry->written);
      entry->written = digest (step->after);
      return TRUE;
    }
  if (step->file->text != NULL &&
      (backup = relais_setup_file_back_up (step->file, BACKUP, error)) == NULL)
    return FALSE;
  entry = g_new0 (RelaisSetupEntry, 1);
  entry->path = g_strdup (step->file->path);
  entry->folder = dup_missing_folder (entry->path);
  entry->backup = g_steal_pointer (&backup);
  entry->written = digest (step->after);
  g_ptr_array_add (ledger, entry);
  return TRUE;
}

static gboolean
is_as_read (const Step  *step,
            GError     **error)
{
  g_autoptr (RelaisSetupFile) now = relais_setup_file_read (step->file->path, error);

  if (now == NULL)
    return FALSE;
  if (g_strcmp0 (now->text, step->file->text) == 0)
    return TRUE;
  g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_CHANGED, _("%s was changed meanwhile: look again"), step->name);
  return FALSE;
}

/**
 * relais_setup_apply:
 * @self: a set-up
 * @error: where to put a %RELAIS_SETUP_ERROR
 *
 * Writes the files, each whole, after a copy of it; what is wrong with one leaves it and those
 * after it as they are. %RELAIS_SETUP_ERROR_CHANGED where one is not as it was read. What a first
 * set-up found is what [func@setup_undo] goes back to, also after a second one.
 *
 * Returns: whether all are written
 */
gboolean
relais_setup_apply (const RelaisSetup  *self,
                    GError            **error)
{
  g_autoptr (GPtrArray) ledger = relais_setup_ledger_load (self->ledger, error);

  if (ledger == NULL)
    return FALSE;
  for (guint i = 0; i < self->steps->len; i++)
    if (!is_as_read (g_ptr_array_index (self->steps, i), error))
      return FALSE;
  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (self->steps, i);

      if (g_strcmp0 (step->file->text, step->after) == 0)
        continue;
      /* the way back is there before the step is taken */
      if (!note (ledger, step, error) || !relais_setup_ledger_save (ledger, self->ledger, error) ||
          !relais_setup_file_write (step->file, step->after, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * relais_setup_can_undo:
 * @places: where to look
 * @client: a client
 *
 * Returns: whether it was set up, and not yet set back
 */
gboolean
relais_setup_can_undo (const RelaisSetupPlaces *places,
                       const char              *client)
{
  g_autofree char *path = ledger_path (places, client);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* Whether somebody else wrote there since: neither as it was left nor as it was before. */
static gboolean
is_changed (const RelaisSetupEntry *entry,
            const RelaisSetupFile  *now,
            const RelaisSetupFile  *before)
{
  g_autofree char *found = NULL;

  if (g_strcmp0 (now->text, before != NULL ? before->text : NULL) == 0)
    return FALSE;
  if (entry->changed || now->text == NULL)
    return TRUE;
  found = digest (now->text);
  return strcmp (found, entry->written) != 0;
}

static gboolean
remove_file (const char  *path,
             const char  *folder,
             GError     **error)
{
  g_autofree char *parent = NULL;

  if (g_unlink (path) != 0 && errno != ENOENT)
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  /* those made for it, while nothing else is in them */
  parent = g_path_get_dirname (path);
  while (folder != NULL && g_str_has_prefix (parent, folder) && g_rmdir (parent) == 0)
    {
      char *next = g_path_get_dirname (parent);

      g_free (parent);
      parent = next;
    }
  return TRUE;
}

static gboolean
set_back (const RelaisSetupEntry  *entry,
          gboolean                 overwrite,
          gboolean                 look_only,
          GError                 **error)
{
  g_autoptr (RelaisSetupFile) now = relais_setup_file_read (entry->path, error);
  g_autoptr (RelaisSetupFile) before = NULL;
  g_autofree char *aside = NULL;
  gboolean changed;

  if (now == NULL)
    return FALSE;
  if (entry->backup != NULL && (before = relais_setup_file_read (entry->backup, error)) == NULL)
    return FALSE;
  if (before != NULL && before->text == NULL)
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED,
                   _("%s, the copy from before, is no longer there"), entry->backup);
      return FALSE;
    }
  changed = is_changed (entry, now, before);
  if (changed && !overwrite)
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_CHANGED, _("%s was changed since"), entry->path);
      return FALSE;
    }
  if (look_only)
    return TRUE;
  if (changed && now->text != NULL &&
      (aside = relais_setup_file_back_up (now, SET_ASIDE, error)) == NULL)
    return FALSE;
  if (before == NULL)
    return remove_file (entry->path, entry->folder, error);
  now->mode = before->mode;
  if (g_strcmp0 (now->text, before->text) != 0 &&
      !relais_setup_file_write (now, before->text, error))
    return FALSE;
  g_unlink (entry->backup);
  return TRUE;
}

/**
 * relais_setup_undo:
 * @places: where to look
 * @client: a client that was set up
 * @overwrite: whether what was changed since is set back, too; it is kept beside the file
 * @error: where to put a %RELAIS_SETUP_ERROR
 *
 * Makes the client's files what they were before its first set-up, byte for byte. Nothing is done
 * where one was changed since and @overwrite is not given: %RELAIS_SETUP_ERROR_CHANGED.
 *
 * Returns: whether it is done
 */
gboolean
relais_setup_undo (const RelaisSetupPlaces  *places,
                   const char               *client,
                   gboolean                  overwrite,
                   GError                  **error)
{
  g_autofree char *path = ledger_path (places, client);
  g_autoptr (GPtrArray) ledger = relais_setup_ledger_load (path, error);

  if (ledger == NULL)
    return FALSE;
  for (guint i = 0; i < ledger->len; i++)
    if (!set_back (g_ptr_array_index (ledger, i), overwrite, TRUE, error))
      return FALSE;
  while (ledger->len > 0)
    {
      if (!set_back (g_ptr_array_index (ledger, ledger->len - 1), overwrite, FALSE, error))
        return FALSE;
      g_ptr_array_remove_index (ledger, ledger->len - 1);
      if (ledger->len > 0 && !relais_setup_ledger_save (ledger, path, error))
        return FALSE;
    }
  return remove_file (path, NULL, error);
}
