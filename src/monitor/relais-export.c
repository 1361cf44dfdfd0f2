/* relais-export.c: requests for other programs: JSON Lines, HTTP Archive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-export"

#include "config.h"

#include <string.h>

#include "relais-export.h"
#include "relais-record-json.h"

#define STREAM_TYPE "text/event-stream"
#define JSON_TYPE "application/json"

static const char *const body_names[] = {
  [RELAIS_BODY_CLIENT_IN] = "client_in",
  [RELAIS_BODY_UPSTREAM_OUT] = "upstream_out",
  [RELAIS_BODY_UPSTREAM_IN] = "upstream_in",
  [RELAIS_BODY_CLIENT_OUT] = "client_out",
};

/* What nobody knows is left out. */
static void
write_known (RelaisJsonWriter *writer,
             const char       *name,
             const char       *value)
{
  if (value != NULL)
    relais_json_writer_string (writer, name, value);
}

static void
write_count (RelaisJsonWriter *writer,
             const char       *name,
             gint64            value)
{
  if (value >= 0)
    relais_json_writer_int (writer, name, value);
}

static void
write_ms (RelaisJsonWriter *writer,
          const char       *name,
          gint64            us)
{
  write_count (writer, name, us >= 0 ? us / 1000 : -1);
}

static void
write_time (RelaisJsonWriter *writer,
            const char       *name,
            gint64            time_us)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *day = seconds != NULL ? g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text = NULL;

  if (day == NULL)
    return;
  text = g_strdup_printf ("%s.%03dZ", day, (int)(time_us % G_USEC_PER_SEC / 1000));
  relais_json_writer_string (writer, name, text);
}

static void
write_usage (RelaisJsonWriter  *writer,
             const RelaisUsage *usage)
{
  if (!relais_usage_is_known (usage))
    return;
  relais_json_writer_object (writer, "tokens");
  write_count (writer, "input", usage->input);
  write_count (writer, "cache_read", usage->cache_read);
  write_count (writer, "cache_write", usage->cache_write);
  write_count (writer, "output", usage->output);
  write_count (writer, "reasoning", usage->reasoning);
  relais_json_writer_boolean (writer, "estimated", usage->estimated);
  relais_json_writer_end_object (writer);
}

/* Members of an object: a text, or what is none in base64, as HTTP Archive has it. */
static void
write_text (RelaisJsonWriter *writer,
            const char       *name,
            GBytes           *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autofree char *coded = NULL;

  if (g_utf8_validate_len (text, length, NULL))
    {
      relais_json_writer_text (writer, name, text, length);
      return;
    }
  coded = g_base64_encode ((const guchar *)text, length);
  relais_json_writer_string (writer, name, coded);
  relais_json_writer_string (writer, "encoding", "base64");
}

static void
write_bodies (RelaisJsonWriter *writer,
              RelaisBodies     *bodies,
              RelaisBodyKind    first,
              RelaisBodyKind    last)
{
  if (bodies == NULL)
    return;
  relais_json_writer_object (writer, "bodies");
  for (RelaisBodyKind kind = first; kind <= last; kind++)
    {
      gsize total;
      GBytes *bytes = relais_bodies_get (bodies, kind, &total);

      if (bytes == NULL)
        continue;
      relais_json_writer_object (writer, body_names[kind]);
      relais_json_writer_int (writer, "size", total);
      relais_json_writer_boolean (writer, "whole", g_bytes_get_size (bytes) == total);
      write_text (writer, "text", bytes);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_object (writer);
}

/* What HTTP Archive has no field for. */
static void
write_own (RelaisJsonWriter   *writer,
           const RelaisRecord *record)
{
  write_known (writer, "client", record->client);
  write_known (writer, "peer", record->peer);
  write_known (writer, "dialect", record->dialect);
  write_known (writer, "upstream_dialect", record->upstream_dialect);
  write_known (writer, "model", record->model);
  write_known (writer, "upstream_model", record->upstream_model);
  write_known (writer, "account", record->account);
  write_known (writer, "finish", record->finish);
  write_known (writer, "hint", record->hint);
  write_known (writer, "error", record->error);
  relais_json_writer_int (writer, "upstream_status", record->upstream_status);
  relais_json_writer_int (writer, "attempts", record->attempts);
  relais_json_writer_int (writer, "rule", record->rule);
  relais_json_writer_boolean (writer, "stream", record->stream);
  relais_json_writer_boolean (writer, "running", record->phase != RELAIS_RECORD_DONE);
  relais_json_writer_boolean (writer, "aborted", record->aborted);
  write_usage (writer, &record->usage);
  if (record->changes != NULL && relais_changes_get_length (record->changes) > 0)
    relais_record_json_write_changes (writer, "changes", record->changes);
  if (record->trace != NULL && record->trace->len > 0)
    relais_record_json_write_trace (writer, "trace", record->trace);
}

/**
 * relais_export_line:
 * @record: a request
 * @bodies: (nullable): what it and its answer said, frozen
 * @out: gets one object in one line, its end included
 *
 * Times are in UTC, spans in milliseconds, in its trace in microseconds; what nobody knows is left
 * out.
 */
void
relais_export_line (const RelaisRecord *record,
                    RelaisBodies       *bodies,
                    GString            *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  write_time (&writer, "time", record->time_us);
  write_known (&writer, "method", record->method);
  write_known (&writer, "path", record->path);
  write_known (&writer, "query", record->query);
  relais_json_writer_int (&writer, "status", record->status);
  write_ms (&writer, "first_byte_ms", record->first_byte_us);
  write_ms (&writer, "duration_ms", record->duration_us);
  relais_json_writer_int (&writer, "bytes_in", record->bytes_in);
  relais_json_writer_int (&writer, "bytes_out", record->bytes_out);
  write_own (&writer, record);
  write_bodies (&writer, bodies, RELAIS_BODY_CLIENT_IN, RELAIS_BODY_CLIENT_OUT);
  relais_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
}

/**
 * relais_export_har_begin:
 * @out: gets the beginning of an archive, HAR 1.2
 */
void
relais_export_har_begin (GString *out)
{
  g_string_append (out, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Relais\",\"version\":\"" RELAIS_VERSION
                        "\"},\"entries\":[");
}

/**
 * relais_export_har_end:
 * @out: gets the end of an archive
 */
void
relais_export_har_end (GString *out)
{
  g_string_append (out, "\n]}}\n");
}

static void
write_header (RelaisJsonWriter *writer,
              const char       *name,
              const char       *value)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "name", name);
  relais_json_writer_string (writer, "value", value);
  relais_json_writer_end_object (writer);
}

static void
write_query (RelaisJsonWriter *writer,
             const char       *query)
{
  GUriParamsIter iter;
  char *name, *value;

  relais_json_writer_array (writer, "queryString");
  if (query != NULL)
    {
      g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
      while (g_uri_params_iter_next (&iter, &name, &value, NULL))
        {
          write_header (writer, name, value);
          g_free (name);
          g_free (value);
        }
    }
  relais_json_writer_end_array (writer);
}

static void
write_empty (RelaisJsonWriter *writer,
             const char       *name)
{
  relais_json_writer_array (writer, name);
  relais_json_writer_end_array (writer);
}

static void
write_request (RelaisJsonWriter   *writer,
               const RelaisRecord *record,
               GBytes             *body,
               const char         *base_url)
{
  const char *beta_header = relais_record_get_beta_header (record->dialect);
  g_autofree char *url = g_strconcat (base_url, record->path != NULL ? record->path : "/",
                                      record->query != NULL ? "?" : "", record->query, NULL);

  relais_json_writer_object (writer, "request");
  relais_json_writer_string (writer, "method", record->method != NULL ? record->method : "GET");
  relais_json_writer_string (writer, "url", url);
  relais_json_writer_string (writer, "httpVersion", "HTTP/1.1");
  write_empty (writer, "cookies");
  relais_json_writer_array (writer, "headers");
  if (record->bytes_in > 0)
    write_header (writer, "Content-Type", JSON_TYPE);
  if (beta_header != NULL && record->beta != NULL)
    write_header (writer, beta_header, record->beta);
  relais_json_writer_end_array (writer);
  write_query (writer, record->query);
  relais_json_writer_int (writer, "headersSize", -1);
  relais_json_writer_int (writer, "bodySize", record->bytes_in);
  if (body != NULL)
    {
      relais_json_writer_object (writer, "postData");
      relais_json_writer_string (writer, "mimeType", JSON_TYPE);
      write_empty (writer, "params");
      write_text (writer, "text", body);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_object (writer);
}

static void
write_response (RelaisJsonWriter   *writer,
                const RelaisRecord *record,
                GBytes             *body)
{
  const char *type = record->stream && record->status == 200 ? STREAM_TYPE : JSON_TYPE;

  relais_json_writer_object (writer, "response");
  relais_json_writer_int (writer, "status", record->status);
  relais_json_writer_string (writer, "statusText", "");
  relais_json_writer_string (writer, "httpVersion", "HTTP/1.1");
  write_empty (writer, "cookies");
  relais_json_writer_array (writer, "headers");
  if (record->bytes_out > 0)
    write_header (writer, "Content-Type", type);
  relais_json_writer_end_array (writer);
  relais_json_writer_object (writer, "content");
  relais_json_writer_int (writer, "size", record->bytes_out);
  relais_json_writer_string (writer, "mimeType", type);
  if (body != NULL)
    write_text (writer, "text", body);
  relais_json_writer_end_object (writer);
  relais_json_writer_string (writer, "redirectURL", "");
  relais_json_writer_int (writer, "headersSize", -1);
  relais_json_writer_int (writer, "bodySize", record->bytes_out);
  relais_json_writer_end_object (writer);
}

static void
write_timings (RelaisJsonWriter *writer,
               gint64            first_byte_us,
               gint64            duration_us)
{
  gint64 wait_us = first_byte_us >= 0 ? MIN (first_byte_us, duration_us) : duration_us;

  relais_json_writer_object (writer, "timings");
  relais_json_writer_int (writer, "send", 0);
  relais_json_writer_int (writer, "wait", wait_us / 1000);
  relais_json_writer_int (writer, "receive", duration_us / 1000 - wait_us / 1000);
  relais_json_writer_end_object (writer);
}

static GBytes *
find_body (RelaisBodies   *bodies,
           RelaisBodyKind  kind)
{
  return bodies != NULL ? relais_bodies_get (bodies, kind, NULL) : NULL;
}

/**
 * relais_export_har_entry:
 * @record: a request
 * @bodies: (nullable): what it and its answer said, frozen
 * @base_url: where Relais listens, `http://127.0.0.1:8045`
 * @is_first: whether none stands before it
 * @out: gets its entry; what HTTP Archive knows nothing of is in `_relais`
 *
 * Of headers there are those that tell what a body is; a key is in none of them.
 */
void
relais_export_har_entry (const RelaisRecord *record,
                         RelaisBodies       *bodies,
                         const char         *base_url,
                         gboolean            is_first,
                         GString            *out)
{
  gint64 duration_us = MAX (record->duration_us, 0);
  RelaisJsonWriter writer;

  g_string_append (out, is_first ? "\n" : ",\n");
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  write_time (&writer, "startedDateTime", record->time_us);
  relais_json_writer_int (&writer, "time", duration_us / 1000);
  write_request (&writer, record, find_body (bodies, RELAIS_BODY_CLIENT_IN), base_url);
  write_response (&writer, record, find_body (bodies, RELAIS_BODY_CLIENT_OUT));
  relais_json_writer_object (&writer, "cache");
  relais_json_writer_end_object (&writer);
  write_timings (&writer, record->first_byte_us, duration_us);
  relais_json_writer_object (&writer, "_relais");
  write_own (&writer, record);
  write_bodies (&writer, bodies, RELAIS_BODY_UPSTREAM_OUT, RELAIS_BODY_UPSTREAM_IN);
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_object (&writer);
}
