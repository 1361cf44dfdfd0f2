/* test-request.c: what the request decoders share: bounds, data URLs, results that find their calls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-request-private.h"

static void
check_body (const char *text,
            gsize       length,
            gboolean    sound)
{
  g_autoptr (GBytes) body = g_bytes_new (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisJson) tree = relais_request_parse (body, &error);

  if (sound)
    g_assert_no_error (error);
  else
    g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
  g_assert_cmpint (tree != NULL, ==, sound);
}

static void
test_bodies (void)
{
  static const char *const refused[] = { "", "  ", "[]", "7", "null", "\"{}\"", "{", "{}{}", "{\"a\":}", "{\"a\":\"\\u0000\"}",
                                         "{\"\\u0000\":1}", "{\"a\":\"\xff\"}" };
  g_autofree char *open = g_strnfill (200, '[');
  g_autofree char *close = g_strnfill (200, ']');
  g_autofree char *deep = g_strdup_printf ("{\"a\":%s%s}", open, close);
  g_autofree char *level = g_strdup_printf ("{\"a\":%.127s%.127s}", open, close);
  g_autoptr (GString) many = g_string_new ("{\"a\":[0");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    check_body (refused[i], strlen (refused[i]), FALSE);
  check_body (" {} ", 4, TRUE);
  check_body ("{\"a\":\"\\ud83d\"}", 14, TRUE);
  check_body ("{\"a\":\"b\0c\"}", 11, FALSE);
  check_body (deep, strlen (deep), FALSE);
  check_body (level, strlen (level), TRUE);
  for (guint i = 0; i < RELAIS_JSON_MAX_NODES; i++)
    g_string_append (many, ",0");
  g_string_append (many, "]}");
  check_body (many->str, many->len, FALSE);
}

static void
test_media (void)
{
  static const struct
  {
    const char *url;
    const char *mime;
    const char *data;
  } cases[] = {
    { "data:image/png;base64,iVBORw0KGgo=", "image/png", "iVBORw0KGgo=" },
    { "DATA:image/jpg;base64,/9j/4A==", "image/jpeg", "/9j/4A==" },
    { "data:text/plain;charset=utf-8;base64,aGk=", "text/plain", "aGk=" },
    { "data:text/plain;BASE64,aGk=", "text/plain", "aGk=" },
    { "data:;base64,JVBERi0xLjc=", "application/pdf", "JVBERi0xLjc=" },
    { "data:;base64,R0lGODlh", "image/gif", "R0lGODlh" },
    { "data:;base64,UklGRgAAAABXRUJQ", "image/webp", "UklGRgAAAABXRUJQ" },
    { "data:;base64,UklGRiQAAABXQVZF", "application/octet-stream", "UklGRiQAAABXQVZF" },
    { "data:;base64,aGk=", "application/octet-stream", "aGk=" },
    { "data:text/plain,h%69", "text/plain", "aGk=" },
    { "https://example.org/a.png", NULL, NULL },
    { "data:image/png;base64", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_IMAGE);

      relais_request_set_media (part, cases[i].url);
      g_assert_cmpstr (part->mime, ==, cases[i].mime);
      g_assert_cmpstr (part->data, ==, cases[i].data);
      g_assert_cmpstr (part->url, ==, cases[i].data == NULL ? cases[i].url : NULL);
    }
}

static RelaisPart *
add (RelaisPrompt   *prompt,
     RelaisRole      role,
     RelaisPartType  type,
     const char     *id,
     const char     *name)
{
  RelaisPart *part = relais_part_new (type);

  part->id = g_strdup (id);
  part->name = g_strdup (name);
  g_ptr_array_add (relais_prompt_add_message (prompt, role)->parts, part);
  return part;
}

/* By id, else the first unanswered call of that name. */
static void
test_results (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisPart *by_id, *first, *second, *third, *lost;

  add (prompt, RELAIS_ROLE_ASSISTANT, RELAIS_PART_TOOL_CALL, "a", "f");
  add (prompt, RELAIS_ROLE_ASSISTANT, RELAIS_PART_TOOL_CALL, "b", "f");
  add (prompt, RELAIS_ROLE_ASSISTANT, RELAIS_PART_TOOL_CALL, "c", "f");
  by_id = add (prompt, RELAIS_ROLE_USER, RELAIS_PART_TOOL_RESULT, "b", NULL);
  first = add (prompt, RELAIS_ROLE_USER, RELAIS_PART_TOOL_RESULT, NULL, "f");
  second = add (prompt, RELAIS_ROLE_USER, RELAIS_PART_TOOL_RESULT, NULL, "f");
  third = add (prompt, RELAIS_ROLE_USER, RELAIS_PART_TOOL_RESULT, NULL, "f");
  lost = add (prompt, RELAIS_ROLE_USER, RELAIS_PART_TOOL_RESULT, "nowhere", NULL);
  relais_request_match_results (prompt);
  g_assert_cmpstr (by_id->name, ==, "f");
  g_assert_cmpstr (first->id, ==, "a");
  g_assert_cmpstr (second->id, ==, "c");
  g_assert_null (third->id);
  g_assert_null (lost->name);
}

/* Fields nobody reads are noted once each, however often they stand there, and not without end. */
static void
test_unread (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autoptr (RelaisPrompt) full = relais_prompt_new ();
  g_autoptr (GString) text = g_string_new ("{\"a\":[{\"x\":1},{\"x\":2},{\"");
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisExtra *extra;

  for (guint i = 0; i < 200; i++)
    g_string_append (text, "\303\251");
  g_string_append (text, "\":3}]}");
  tree = relais_json_parse (text->str, text->len, RELAIS_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (relais_json_node_get_member (relais_json_get_root (tree), "a"));
  relais_request_note_unread (prompt, tree);
  g_assert_cmpuint (prompt->extras->len, ==, 2);
  extra = g_ptr_array_index (prompt->extras, 0);
  g_assert_cmpstr (extra->field, ==, "a[].x");
  g_assert_cmpint (extra->need, ==, RELAIS_EXTRA_QUIET);
  extra = g_ptr_array_index (prompt->extras, 1);
  g_assert_cmpuint (strlen (extra->field), <=, 256);
  g_assert_true (g_utf8_validate (extra->field, -1, NULL));

  g_string_assign (text, "{\"\":0");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, ",\"%u\":0", i);
  g_string_append_c (text, '}');
  relais_json_free (g_steal_pointer (&tree));
  tree = relais_json_parse (text->str, text->len, RELAIS_JSON_MAX_DEPTH, NULL);
  relais_request_note_unread (full, tree);
  g_assert_cmpuint (full->extras->len, ==, 256);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/bodies", test_bodies);
  g_test_add_func ("/request/media", test_media);
  g_test_add_func ("/request/results", test_results);
  g_test_add_func ("/request/unread", test_unread);
  return g_test_run ();
}
