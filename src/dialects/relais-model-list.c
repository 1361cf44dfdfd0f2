/* relais-model-list.c: the ids in a vendor's model list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-model-list"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"

#include "relais-model-list.h"

#define MODELS_MAX 5000
#define ID_SIZE_MAX 256

/* Gemini lists what only embeds, draws or speaks, too, and says so. */
static gboolean
answers_prompts (const RelaisJsonNode *item)
{
  const RelaisJsonNode *methods, *method;
  RelaisJsonIter iter;

  methods = relais_json_node_get_member (item, "supportedGenerationMethods");
  if (relais_json_node_get_kind (methods) != RELAIS_JSON_ARRAY)
    return TRUE;
  relais_json_iter_init (&iter, methods);
  while (relais_json_iter_next (&iter, NULL, &method))
    {
      g_autofree char *name = relais_json_node_dup_string (method);

      if (g_strcmp0 (name, "generateContent") == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * relais_model_list_decode:
 * @dialect: whose list it is
 * @json: the body of an answer, UTF-8
 * @length: its bytes
 * @error: where to put a failure
 *
 * OpenAI and Anthropic keep ids in `data[].id` (Together in the array itself), Gemini names in
 * `models[].name` with `models/` in front. At most 5 000 are read; what is no sensible id is left
 * out, and so is a Gemini model that says it does not answer `generateContent`. Fails with
 * [error@Error] `INVALID_REQUEST` when it is no such list.
 *
 * Returns: (transfer full) (element-type utf8) (nullable): the ids in the list's order
 */
GPtrArray *
relais_model_list_decode (RelaisDialectId   dialect,
                          const char       *json,
                          gsize             length,
                          GError          **error)
{
  gboolean gemini = dialect == RELAIS_DIALECT_GEMINI;
  g_autoptr (RelaisJson) document = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  const RelaisJsonNode *list, *item;
  RelaisJsonIter iter;

  if (document == NULL)
    return NULL;
  list = relais_json_get_root (document);
  if (gemini || relais_json_node_get_kind (list) != RELAIS_JSON_ARRAY ||
      relais_json_node_get_count (list) == 0)
    list = relais_json_node_get_member (list, gemini ? "models" : "data");
  if (relais_json_node_get_kind (list) != RELAIS_JSON_ARRAY)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "The answer is no list of models");
      return NULL;
    }
  relais_json_iter_init (&iter, list);
  while (ids->len < MODELS_MAX && relais_json_iter_next (&iter, NULL, &item))
    {
      g_autofree char *id = NULL;
      const char *bare;

      if (gemini && !answers_prompts (item))
        continue;
      id = relais_json_node_dup_string (relais_json_node_get_member (item, gemini ? "name" : "id"));
      if (id == NULL)
        continue;
      bare = g_str_has_prefix (id, "models/") ? id + strlen ("models/") : id;
      if (*bare != '\0' && strlen (bare) <= ID_SIZE_MAX)
        g_ptr_array_add (ids, g_strdup (bare));
    }
  return g_steal_pointer (&ids);
}
