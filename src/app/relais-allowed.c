/* relais-allowed.c: the lists of hosts and of web pages that are let in, as the settings keep them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-allowed"

#include "config.h"

#include "base/relais-config.h"

#include "relais-allowed.h"

/* As the engine compares them: without regard to case. */
static int
find (char       **values,
      const char  *value)
{
  for (int i = 0; values[i] != NULL; i++)
    if (g_ascii_strcasecmp (values[i], value) == 0)
      return i;
  return -1;
}

/**
 * relais_allowed_contains:
 * @settings: of the schema `dev.relais.Relais`
 * @key: which list
 * @value: a host or an origin
 *
 * Returns: whether @value is in the list, in any case
 */
gboolean
relais_allowed_contains (GSettings  *settings,
                         const char *key,
                         const char *value)
{
  g_auto (GStrv) values = g_settings_get_strv (settings, key);

  return find (values, value) >= 0;
}

/**
 * relais_allowed_get_room:
 * @settings: of the schema `dev.relais.Relais`
 * @key: which list
 *
 * Returns: how many more the list can take
 */
guint
relais_allowed_get_room (GSettings  *settings,
                         const char *key)
{
  g_auto (GStrv) values = g_settings_get_strv (settings, key);

  return RELAIS_ALLOWED_MAX - MIN (g_strv_length (values), RELAIS_ALLOWED_MAX);
}

/**
 * relais_allowed_insert:
 * @settings: of the schema `dev.relais.Relais`
 * @key: which list
 * @value: a host or an origin that the engine takes
 * @place: where it comes to stand; -1, or one too large, for the end
 *
 * What is in the list already keeps its place.
 *
 * Returns: whether the list has it now; %FALSE where there is no room
 */
gboolean
relais_allowed_insert (GSettings  *settings,
                       const char *key,
                       const char *value,
                       int         place)
{
  g_auto (GStrv) before = g_settings_get_strv (settings, key);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  guint n = g_strv_length (before);

  if (find (before, value) >= 0)
    return TRUE;
  if (n >= RELAIS_ALLOWED_MAX)
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (values, before[i]);
  g_ptr_array_insert (values, place < (int)n ? place : -1, (gpointer)value);
  g_ptr_array_add (values, NULL);
  g_settings_set_strv (settings, key, (const char *const *)values->pdata);
  return TRUE;
}

/**
 * relais_allowed_remove:
 * @settings: of the schema `dev.relais.Relais`
 * @key: which list
 * @value: a host or an origin
 *
 * Returns: where it stood, -1 where it was not in the list
 */
int
relais_allowed_remove (GSettings  *settings,
                       const char *key,
                       const char *value)
{
  g_auto (GStrv) before = g_settings_get_strv (settings, key);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  int place = find (before, value);

  if (place < 0)
    return -1;
  for (int i = 0; before[i] != NULL; i++)
    if (i != place)
      g_ptr_array_add (values, before[i]);
  g_ptr_array_add (values, NULL);
  g_settings_set_strv (settings, key, (const char *const *)values->pdata);
  return place;
}
