/* relais-account.c: one credential: who pays for a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account"

#include "config.h"

#include <string.h>

#include "base/relais-pattern.h"

#include "relais-account.h"

static const char *const dispatch_nicks[] = { "off", "pooled", "fallback", "exclusive" };

/**
 * relais_dispatch_get_nick:
 * @dispatch: when an account takes its turn
 *
 * Returns: its name in files: off, pooled, fallback or exclusive
 */
const char *
relais_dispatch_get_nick (RelaisDispatch dispatch)
{
  g_return_val_if_fail (dispatch < G_N_ELEMENTS (dispatch_nicks), "off");
  return dispatch_nicks[dispatch];
}

/**
 * relais_dispatch_parse:
 * @nick: a name as in files
 * @dispatch: (out): where to put its value
 *
 * Returns: whether @nick is one
 */
gboolean
relais_dispatch_parse (const char     *nick,
                       RelaisDispatch *dispatch)
{
  for (guint i = 0; i < G_N_ELEMENTS (dispatch_nicks); i++)
    if (g_strcmp0 (nick, dispatch_nicks[i]) == 0)
      {
        *dispatch = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * relais_account_new:
 * @id: what tells it from the others, `[A-Za-z0-9_-]{1,64}`
 * @provider: the id of a provider
 *
 * Returns: (transfer full): an enabled, pooled account labelled by its id, without a credential
 */
RelaisAccount *
relais_account_new (const char *id,
                    const char *provider)
{
  RelaisAccount *self = g_atomic_rc_box_new0 (RelaisAccount);

  self->id = g_strdup (id);
  self->label = g_strdup (id);
  self->provider = g_strdup (provider);
  self->dispatch = RELAIS_DISPATCH_POOLED;
  self->enabled = TRUE;
  return self;
}

static void
account_clear (gpointer data)
{
  RelaisAccount *self = data;

  if (self->api_key != NULL)
    explicit_bzero (self->api_key, strlen (self->api_key));
  g_free (self->api_key);
  g_free (self->id);
  g_free (self->label);
  g_free (self->provider);
  g_free (self->base_url);
  g_clear_pointer (&self->base_urls, g_hash_table_unref);
  g_strfreev (self->models);
  g_strfreev (self->dialects);
}

/**
 * relais_account_copy:
 * @self: an account
 *
 * Returns: (transfer full): an equal one, to edit before it is shared
 */
RelaisAccount *
relais_account_copy (const RelaisAccount *self)
{
  RelaisAccount *copy = relais_account_new (self->id, self->provider);
  GHashTableIter iter;
  gpointer key, value;

  g_free (copy->label);
  copy->label = g_strdup (self->label);
  copy->base_url = g_strdup (self->base_url);
  copy->api_key = g_strdup (self->api_key);
  copy->models = g_strdupv (self->models);
  copy->dialects = g_strdupv (self->dialects);
  copy->priority = self->priority;
  copy->dispatch = self->dispatch;
  copy->enabled = self->enabled;
  if (self->base_urls != NULL)
    {
      copy->base_urls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_iter_init (&iter, self->base_urls);
      while (g_hash_table_iter_next (&iter, &key, &value))
        g_hash_table_insert (copy->base_urls, g_strdup (key), g_strdup (value));
    }
  return copy;
}

/**
 * relais_account_ref:
 * @self: an account
 *
 * Returns: (transfer full): @self, once more
 */
RelaisAccount *
relais_account_ref (RelaisAccount *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * relais_account_unref:
 * @self: an account; the last reference wipes its credential
 */
void
relais_account_unref (RelaisAccount *self)
{
  g_atomic_rc_box_release_full (self, account_clear);
}

static gboolean
same_urls (GHashTable *a,
           GHashTable *b)
{
  GHashTableIter iter;
  gpointer dialect, url;

  if (a == NULL || b == NULL)
    return a == b;
  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &dialect, &url))
    if (g_strcmp0 (g_hash_table_lookup (b, dialect), url) != 0)
      return FALSE;
  return TRUE;
}

/**
 * relais_account_is_same_upstream:
 * @self: an account
 * @other: another, or the same as it was before
 *
 * Returns: whether what was heard for the one holds for the other: credential and addresses are the
 *   same
 */
gboolean
relais_account_is_same_upstream (const RelaisAccount *self,
                                 const RelaisAccount *other)
{
  return g_strcmp0 (self->api_key, other->api_key) == 0 &&
         g_strcmp0 (self->provider, other->provider) == 0 &&
         g_strcmp0 (self->base_url, other->base_url) == 0 &&
         same_urls (self->base_urls, other->base_urls);
}

/**
 * relais_account_serves:
 * @self: an account
 * @model: a model's name as the client spells it
 *
 * Returns: whether one of its patterns matches; TRUE when it has none
 */
gboolean
relais_account_serves (const RelaisAccount *self,
                       const char          *model)
{
  if (self->models == NULL || self->models[0] == NULL)
    return TRUE;
  for (char **pattern = self->models; *pattern != NULL; pattern++)
    if (relais_pattern_matches (*pattern, model))
      return TRUE;
  return FALSE;
}
