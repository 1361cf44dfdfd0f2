/* test-export.c: requests in JSON Lines and HTTP Archive, field by field
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "monitor/relais-export.h"

#define URL "http://127.0.0.1:8045"

static RelaisRecord *
make_record (void)
{
  RelaisRecord *record = relais_record_new (1);

  record->phase = RELAIS_RECORD_DONE;
  record->time_us = 1767225600 * (gint64)G_USEC_PER_SEC + 42999;
  record->method = g_strdup ("POST");
  record->path = g_strdup ("/v1/messages");
  record->query = g_strdup ("beta=true&x=%26y");
  record->beta = g_strdup ("context-1m-2025-08-07");
  record->dialect = g_strdup ("anthropic");
  record->model = g_strdup ("m");
  record->account = g_strdup ("W\"ork");
  record->status = 200;
  record->attempts = 2;
  record->first_byte_us = 150900;
  record->duration_us = 400100;
  record->bytes_in = 7;
  record->bytes_out = 3;
  record->stream = TRUE;
  record->usage.input = 12;
  record->usage.output = 3;
  record->changes = relais_changes_new ();
  relais_changes_add (record->changes, RELAIS_CHANGE_DROPPED, TRUE, "seed", "it has none");
  record->trace = relais_trace_new ();
  relais_trace_add (record->trace, RELAIS_TRACE_TRIED, "W\"ork", "served", NULL)->took_us = 5000;
  return record;
}

static RelaisBodies *
make_bodies (void)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();

  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, "{\"a\":1}", 7);
  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_OUT, "{\"b\":1}", 7);
  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_OUT, "\xff\0\xfe", 3);
  return relais_bodies_freeze (bodies, NULL);
}

static JsonNode *
read_json (const GString *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text->str, text->len, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static void
assert_text (JsonObject *object,
             const char *name,
             const char *value)
{
  g_assert_cmpstr (json_object_get_string_member (object, name), ==, value);
}

static void
test_line (void)
{
  g_autoptr (RelaisRecord) record = make_record ();
  g_autoptr (RelaisBodies) bodies = make_bodies ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *line, *tokens, *change, *step, *kept;

  relais_export_line (record, bodies, out);
  g_assert_true (strchr (out->str, '\n') == out->str + out->len - 1);
  root = read_json (out);
  line = json_node_get_object (root);
  assert_text (line, "time", "2026-01-01T00:00:00.042Z");
  assert_text (line, "query", "beta=true&x=%26y");
  assert_text (line, "account", "W\"ork");
  g_assert_cmpint (json_object_get_int_member (line, "first_byte_ms"), ==, 150);
  g_assert_cmpint (json_object_get_int_member (line, "duration_ms"), ==, 400);
  g_assert_false (json_object_has_member (line, "error"));
  tokens = json_object_get_object_member (line, "tokens");
  g_assert_cmpint (json_object_get_int_member (tokens, "input"), ==, 12);
  g_assert_false (json_object_has_member (tokens, "reasoning"));
  change = json_array_get_object_element (json_object_get_array_member (line, "changes"), 0);
  assert_text (change, "type", "dropped");
  assert_text (change, "field", "seed");
  step = json_array_get_object_element (json_object_get_array_member (line, "trace"), 0);
  assert_text (step, "step", "tried");
  g_assert_cmpint (json_object_get_int_member (step, "took_us"), ==, 5000);
  kept = json_object_get_object_member (line, "bodies");
  assert_text (json_object_get_object_member (kept, "client_in"), "text", "{\"a\":1}");
  g_assert_false (json_object_has_member (kept, "upstream_in"));
  kept = json_object_get_object_member (kept, "client_out");
  assert_text (kept, "text", "/wD+");
  assert_text (kept, "encoding", "base64");
  g_assert_cmpint (json_object_get_int_member (kept, "size"), ==, 3);
  g_assert_true (json_object_get_boolean_member (kept, "whole"));
}

/* One that is hardly known, and one that still runs, are entries as well. */
static void
test_har (void)
{
  g_autoptr (RelaisRecord) record = make_record ();
  g_autoptr (RelaisRecord) bare = relais_record_new (2);
  g_autoptr (RelaisBodies) bodies = make_bodies ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *entry, *request, *response, *timings;
  JsonArray *entries, *headers;

  relais_export_har_begin (out);
  relais_export_har_entry (record, bodies, URL, TRUE, out);
  relais_export_har_entry (bare, NULL, URL, FALSE, out);
  relais_export_har_end (out);
  root = read_json (out);
  entries = json_object_get_array_member (json_object_get_object_member (json_node_get_object (root), "log"), "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, 2);
  entry = json_array_get_object_element (entries, 0);
  request = json_object_get_object_member (entry, "request");
  response = json_object_get_object_member (entry, "response");
  timings = json_object_get_object_member (entry, "timings");
  assert_text (request, "url", URL "/v1/messages?beta=true&x=%26y");
  headers = json_object_get_array_member (request, "queryString");
  assert_text (json_array_get_object_element (headers, 1), "value", "&y");
  headers = json_object_get_array_member (request, "headers");
  assert_text (json_array_get_object_element (headers, 1), "name", "anthropic-beta");
  assert_text (json_object_get_object_member (response, "content"), "mimeType", "text/event-stream");
  assert_text (json_object_get_object_member (response, "content"), "encoding", "base64");
  g_assert_cmpint (json_object_get_int_member (timings, "wait"), ==, 150);
  g_assert_cmpint (json_object_get_int_member (timings, "receive"), ==, 250);
  entry = json_object_get_object_member (entry, "_relais");
  assert_text (entry, "model", "m");
  entry = json_object_get_object_member (entry, "bodies");
  assert_text (json_object_get_object_member (entry, "upstream_out"), "text", "{\"b\":1}");
  entry = json_array_get_object_element (entries, 1);
  g_assert_cmpint (json_object_get_int_member (entry, "time"), ==, 0);
  g_assert_true (json_object_get_boolean_member (json_object_get_object_member (entry, "_relais"), "running"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/line", test_line);
  g_test_add_func ("/export/har", test_har);
  return g_test_run ();
}
