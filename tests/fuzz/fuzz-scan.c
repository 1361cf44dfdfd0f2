/* fuzz-scan.c: the scanner says of a request what the tree says of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "relais-fuzz.h"

static guint
count_keys (const RelaisJsonNode *root,
            const char           *name)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  guint count = 0;

  relais_json_iter_init (&iter, root);
  while (relais_json_iter_next (&iter, &key, &value))
    count += relais_json_node_equals (key, name);
  return count;
}

static gboolean
is_one_of (const RelaisJsonNode *node,
           RelaisJsonKind        kind)
{
  RelaisJsonKind is = relais_json_node_get_kind (node);

  return is == kind || is == RELAIS_JSON_NULL || is == RELAIS_JSON_NONE;
}

static void
check_found (const RelaisJsonScan *scan,
             const RelaisJsonNode *root,
             const char           *text)
{
  const RelaisJsonNode *model = relais_json_node_get_member (root, "model");
  const RelaisJsonNode *stream = relais_json_node_get_member (root, "stream");
  g_autofree char *name = relais_json_node_dup_string (model);
  gsize length;
  const char *raw = relais_json_node_get_raw (model, &length);

  g_assert_cmpint (scan->has_model, ==, name != NULL);
  g_assert_cmpstr (scan->model, ==, name);
  if (name != NULL)
    {
      g_assert_cmpuint (scan->model_start, ==, raw - text);
      g_assert_cmpuint (scan->model_end, ==, raw - text + length);
    }
  g_assert_cmpint (scan->has_stream, ==, relais_json_node_get_kind (stream) == RELAIS_JSON_BOOLEAN);
  g_assert_cmpint (scan->stream, ==, relais_json_node_get_boolean (stream, FALSE));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_auto (RelaisJsonScan) scan = { 0 };
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (GError) error = NULL;
  const RelaisJsonNode *root;
  gboolean sound = relais_json_scan_request (text, size, RELAIS_JSON_MAX_DEPTH, &scan, &error);
  gboolean wanted;

  g_assert_cmpint (sound, ==, error == NULL);
  tree = relais_json_parse (text, size, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  wanted = relais_json_node_get_kind (root) == RELAIS_JSON_OBJECT &&
           count_keys (root, "model") <= 1 && count_keys (root, "stream") <= 1 &&
           is_one_of (relais_json_node_get_member (root, "model"), RELAIS_JSON_STRING) &&
           is_one_of (relais_json_node_get_member (root, "stream"), RELAIS_JSON_BOOLEAN);
  g_assert_cmpint (sound, ==, wanted);
  if (sound)
    check_found (&scan, root, text);
  return 0;
}
