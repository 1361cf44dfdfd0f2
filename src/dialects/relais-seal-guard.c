/* relais-seal-guard.c: foreign signatures taken out of a request that passes through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-seal"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-model-facts.h"
#include "relais-seal.h"

typedef struct
{
  RelaisOrigin upstream;
  GPtrArray *marks;   /* const char *: where a mark may stand in the body, in order */
  const char *bypass; /* what a call without a signature needs, or NULL */
} Guard;

static void copy (const Guard          *guard,
                  const RelaisJsonNode *node,
                  GString              *out);

static gboolean
has_seal (const Guard          *guard,
          const RelaisJsonNode *node)
{
  gsize length;
  const char *raw = relais_json_node_get_raw (node, &length);
  guint low = 0, high = guard->marks->len;

  if (raw == NULL)
    return FALSE;
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if ((const char *)guard->marks->pdata[middle] < raw)
        low = middle + 1;
      else
        high = middle;
    }
  return low < guard->marks->len && (const char *)guard->marks->pdata[low] < raw + length;
}

static gboolean
is_any (const RelaisJsonNode *name,
        const char           *one,
        const char           *other)
{
  return relais_json_node_equals (name, one) || relais_json_node_equals (name, other);
}

/* TRUE for a signature of another upstream; one of this upstream's own is put into @own. */
static gboolean
is_foreign (const Guard           *guard,
            const RelaisJsonNode  *value,
            char                 **own)
{
  RelaisOrigin origin = guard->upstream;
  g_autofree char *text = NULL;
  g_autofree char *before = NULL;

  if (relais_json_node_get_kind (value) != RELAIS_JSON_STRING || !has_seal (guard, value))
    return FALSE;
  text = relais_json_node_dup_string (value);
  before = g_strdup (text);
  if (!relais_seal_open (&text, &origin))
    return TRUE;
  if (origin != guard->upstream)
    return TRUE;
  if (own != NULL && strcmp (text, before) != 0)
    *own = g_steal_pointer (&text);
  return FALSE;
}

static gboolean
is_call (const RelaisJsonNode *part)
{
  return relais_json_node_get_member (part, "functionCall") != NULL ||
         relais_json_node_get_member (part, "function_call") != NULL;
}

static gboolean is_foreign_block (const Guard          *guard,
                                  const RelaisJsonNode *block);

/* A message of nothing but such blocks: empty ones are refused. */
static gboolean
is_foreign_message (const Guard          *guard,
                    const RelaisJsonNode *message)
{
  const RelaisJsonNode *blocks = relais_json_node_get_member (message, "content");
  const RelaisJsonNode *block;
  RelaisJsonIter iter;

  if (blocks == NULL)
    blocks = relais_json_node_get_member (message, "parts");
  if (relais_json_node_get_kind (blocks) != RELAIS_JSON_ARRAY)
    return FALSE;
  relais_json_iter_init (&iter, blocks);
  while (relais_json_iter_next (&iter, NULL, &block))
    if (!is_foreign_block (guard, block))
      return FALSE;
  return relais_json_node_get_count (blocks) > 0;
}

/* A block that is nothing but what another upstream thought. */
static gboolean
is_foreign_block (const Guard          *guard,
                  const RelaisJsonNode *block)
{
  RelaisJsonIter iter;
  const RelaisJsonNode *name, *value;
  gboolean thought;

  if (relais_json_node_get_kind (block) != RELAIS_JSON_OBJECT || !has_seal (guard, block))
    return FALSE;
  thought = !is_call (block) &&
            relais_json_node_get_boolean (relais_json_node_get_member (block, "thought"), FALSE);
  relais_json_iter_init (&iter, block);
  while (relais_json_iter_next (&iter, &name, &value))
    {
      if (!is_foreign (guard, value, NULL))
        continue;
      if (is_any (name, "signature", "encrypted_content") || relais_json_node_equals (name, "data"))
        return TRUE;
      if (thought && is_any (name, "thoughtSignature", "thought_signature"))
        return TRUE;
    }
  return FALSE;
}

static void
copy_member (const Guard          *guard,
             gboolean              bypassed,
             const RelaisJsonNode *name,
             const RelaisJsonNode *value,
             GString              *out)
{
  gboolean slot = is_any (name, "thoughtSignature", "thought_signature") ||
                  is_any (name, "signature", "encrypted_content");
  g_autofree char *own = NULL;
  gboolean foreign = slot && is_foreign (guard, value, &own);
  const char *raw;
  gsize length;

  if (foreign && !bypassed)
    return;
  if (relais_json_node_equals (name, "extra_content") && has_seal (guard, value))
    return;
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  raw = relais_json_node_get_raw (name, &length);
  g_string_append_len (out, raw, length);
  g_string_append_c (out, ':');
  if (foreign)
    relais_json_append_string (out, guard->bypass, -1);
  else if (own != NULL)
    relais_json_append_string (out, own, -1);
  else
    copy (guard, value, out);
}

/* What holds no seal is copied as it stands. */
static void
copy (const Guard          *guard,
      const RelaisJsonNode *node,
      GString              *out)
{
  RelaisJsonKind kind = relais_json_node_get_kind (node);
  RelaisJsonIter iter;
  const RelaisJsonNode *name, *value;
  gsize length;
  const char *raw = relais_json_node_get_raw (node, &length);
  gboolean bypassed;

  if (!has_seal (guard, node) || (kind != RELAIS_JSON_OBJECT && kind != RELAIS_JSON_ARRAY))
    {
      g_string_append_len (out, raw, length);
      return;
    }
  bypassed = guard->bypass != NULL && is_call (node);
  g_string_append_c (out, kind == RELAIS_JSON_OBJECT ? '{' : '[');
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &name, &value))
    {
      if (kind == RELAIS_JSON_OBJECT)
        copy_member (guard, bypassed, name, value, out);
      else if (!is_foreign_block (guard, value) && !is_foreign_message (guard, value))
        {
          if (out->str[out->len - 1] != '[')
            g_string_append_c (out, ',');
          copy (guard, value, out);
        }
    }
  g_string_append_c (out, kind == RELAIS_JSON_OBJECT ? '}' : ']');
}

/**
 * relais_seal_guard:
 * @body: a request
 * @upstream: whose dialect it is in, and who will get it
 * @model: the upstream's name of the model
 *
 * A conversation may have been led with another upstream before: what that one signed is marked,
 * and is nothing to this one. Blocks that are nothing but its thinking go, marks on calls go (or
 * become Google's documented bypass for models that want one), a mark of @upstream's own is opened.
 * All else keeps its bytes.
 *
 * Returns: (transfer full): @body itself when no mark is in it
 */
GBytes *
relais_seal_guard (GBytes       *body,
                   RelaisOrigin  upstream,
                   const char   *model)
{
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  Guard guard = { .upstream = upstream };
  g_autoptr (GPtrArray) marks = NULL;
  g_autoptr (RelaisJson) tree = NULL;
  GString *out;

  if (bytes == NULL)
    return g_bytes_ref (body);
  guard.marks = marks = relais_seal_find (bytes, length);
  if (marks->len == 0)
    return g_bytes_ref (body);
  tree = relais_json_parse (bytes, length, RELAIS_JSON_MAX_DEPTH, NULL);
  if (tree == NULL)
    return g_bytes_ref (body);
  if (upstream == RELAIS_ORIGIN_GEMINI && model != NULL && relais_model_is_gemini_3 (model))
    guard.bypass = RELAIS_SIGNATURE_BYPASS;
  out = g_string_sized_new (length);
  copy (&guard, relais_json_get_root (tree), out);
  return g_string_free_to_bytes (out);
}
