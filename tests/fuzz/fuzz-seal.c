/* fuzz-seal.c: what is sealed comes back as it was, and what nobody sealed stays as it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-seal.h"

#include "relais-fuzz.h"

static gboolean
is_marked (const char *text)
{
  g_autoptr (GPtrArray) marks = relais_seal_find (text, strlen (text));

  return marks->len > 0;
}

static void
check_round (const char   *value,
             RelaisOrigin  origin,
             RelaisOrigin  slot)
{
  g_autofree char *sealed = relais_seal_close (value, origin, slot);
  RelaisOrigin found = slot;

  g_assert_true (origin == slot || is_marked (sealed));
  for (const char *at = sealed; origin != slot && *at != '\0'; at++)
    g_assert_true (g_ascii_isalnum (*at) || strchr ("-_.+/=", *at) != NULL);
  g_assert_true (relais_seal_open (&sealed, &found));
  g_assert_cmpstr (sealed, ==, value);
  g_assert_cmpint (found, ==, origin);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *)data, size);
  g_autofree char *foreign = g_strdup (text);
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  RelaisOrigin origin = RELAIS_ORIGIN_OPENAI_CHAT;

  for (origin = RELAIS_ORIGIN_OPENAI_CHAT; origin <= RELAIS_ORIGIN_GEMINI; origin++)
    g_bytes_unref (relais_seal_guard (body, origin, "gemini-3-pro"));
  origin = RELAIS_ORIGIN_OPENAI_CHAT;
  if (relais_seal_open (&foreign, &origin))
    {
      /* Opened or untouched, never a part of it. */
      g_assert_true (strcmp (foreign, text) == 0 || is_marked (text));
      g_assert_true (g_utf8_validate (foreign, -1, NULL));
    }
  else
    g_assert_true (is_marked (text));
  if (*text == '\0' || is_marked (text))
    return 0;
  for (origin = RELAIS_ORIGIN_OPENAI_CHAT; origin <= RELAIS_ORIGIN_GEMINI; origin++)
    for (RelaisOrigin slot = RELAIS_ORIGIN_OPENAI_CHAT; slot <= RELAIS_ORIGIN_GEMINI; slot++)
      check_round (text, origin, slot);
  return 0;
}
