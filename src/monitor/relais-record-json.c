/* relais-record-json.c: the lists of a record as JSON, for what is kept on disk and for exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record-json"

#include "config.h"

#include <json-glib/json-glib.h>

#include "relais-record-json.h"

static const char *const change_types[] = {
  [RELAIS_CHANGE_DROPPED] = "dropped",
  [RELAIS_CHANGE_APPROXIMATED] = "approximated",
  [RELAIS_CHANGE_RENAMED] = "renamed",
  [RELAIS_CHANGE_ADDED] = "added",
};

static const char *const trace_kinds[] = {
  [RELAIS_TRACE_SKIPPED] = "skipped",
  [RELAIS_TRACE_HELD] = "held",
  [RELAIS_TRACE_TRIED] = "tried",
  [RELAIS_TRACE_BEHIND] = "behind",
};

static void
write_known (RelaisJsonWriter *writer,
             const char       *name,
             const char       *value)
{
  if (value != NULL)
    relais_json_writer_string (writer, name, value);
}

/* The place of a word in a table, or -1. */
static int
find_word (const char * const *words,
           int                 n_words,
           const char         *word)
{
  for (int i = 0; i < n_words; i++)
    if (g_strcmp0 (words[i], word) == 0)
      return i;
  return -1;
}

static const char *
get_string (JsonObject *object,
            const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/**
 * relais_record_json_write_changes:
 * @writer: where an array with an object for each change goes
 * @name: (nullable): its name, in an object
 * @changes: a report
 */
void
relais_record_json_write_changes (RelaisJsonWriter    *writer,
                                  const char          *name,
                                  const RelaisChanges *changes)
{
  relais_json_writer_array (writer, name);
  for (guint i = 0; i < relais_changes_get_length (changes); i++)
    {
      const RelaisChange *change = relais_changes_get (changes, i);

      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "type", change_types[change->type]);
      write_known (writer, "field", change->field);
      write_known (writer, "reason", change->reason);
      relais_json_writer_boolean (writer, "notable", change->notable);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_array (writer);
}

/**
 * relais_record_json_from_changes:
 * @changes: (nullable): a report
 *
 * Returns: (transfer full) (nullable): an array with an object for each change; %NULL for none
 */
char *
relais_record_json_from_changes (const RelaisChanges *changes)
{
  g_autoptr (GString) out = NULL;
  RelaisJsonWriter writer;

  if (changes == NULL)
    return NULL;
  out = g_string_new (NULL);
  relais_json_writer_init (&writer, out);
  relais_record_json_write_changes (&writer, NULL, changes);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static JsonArray *
parse (const char *json)
{
  g_autoptr (JsonNode) root = json != NULL ? json_from_string (json, NULL) : NULL;

  return root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_dup_array (root) : NULL;
}

static JsonObject *
get_object (JsonArray *array,
            guint      place)
{
  JsonNode *node = json_array_get_element (array, place);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * relais_record_json_to_changes:
 * @json: (nullable): what relais_record_json_from_changes() made
 *
 * What it does not know is left out.
 *
 * Returns: (transfer full) (nullable): the report; %NULL where there is no array
 */
RelaisChanges *
relais_record_json_to_changes (const char *json)
{
  g_autoptr (JsonArray) array = parse (json);
  RelaisChanges *changes;

  if (array == NULL)
    return NULL;
  changes = relais_changes_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = get_object (array, i);
      const char *field = object != NULL ? get_string (object, "field") : NULL;
      const char *reason = object != NULL ? get_string (object, "reason") : NULL;
      int type = object != NULL ? find_word (change_types, G_N_ELEMENTS (change_types),
                                             get_string (object, "type"))
                                : -1;

      if (type >= 0 && field != NULL && reason != NULL)
        relais_changes_add (changes, (RelaisChangeType)type,
                            json_object_get_boolean_member_with_default (object, "notable", FALSE),
                            field, "%s", reason);
    }
  return changes;
}

/**
 * relais_record_json_write_trace:
 * @writer: where an array with an object for each step goes
 * @name: (nullable): its name, in an object
 * @trace: (element-type RelaisTraceStep): a trace
 *
 * Times are in microseconds; what nobody knows is left out.
 */
void
relais_record_json_write_trace (RelaisJsonWriter *writer,
                                const char       *name,
                                GPtrArray        *trace)
{
  relais_json_writer_array (writer, name);
  for (guint i = 0; i < trace->len; i++)
    {
      const RelaisTraceStep *step = g_ptr_array_index (trace, i);

      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "step", trace_kinds[step->kind]);
      write_known (writer, "account", step->account);
      write_known (writer, "reason", step->reason);
      write_known (writer, "words", step->words);
      if (step->status != 0)
        relais_json_writer_int (writer, "status", step->status);
      if (step->took_us != 0)
        relais_json_writer_int (writer, "took_us", step->took_us);
      if (step->wait_us >= 0)
        relais_json_writer_int (writer, "wait_us", step->wait_us);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_array (writer);
}

/**
 * relais_record_json_from_trace:
 * @trace: (element-type RelaisTraceStep) (nullable): a trace
 *
 * Returns: (transfer full) (nullable): an array with an object for each step; %NULL for none
 */
char *
relais_record_json_from_trace (GPtrArray *trace)
{
  g_autoptr (GString) out = NULL;
  RelaisJsonWriter writer;

  if (trace == NULL)
    return NULL;
  out = g_string_new (NULL);
  relais_json_writer_init (&writer, out);
  relais_record_json_write_trace (&writer, NULL, trace);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * relais_record_json_to_trace:
 * @json: (nullable): what relais_record_json_from_trace() made
 *
 * What it does not know is left out.
 *
 * Returns: (transfer full) (element-type RelaisTraceStep) (nullable): the trace; %NULL where there
 *   is no array
 */
GPtrArray *
relais_record_json_to_trace (const char *json)
{
  g_autoptr (JsonArray) array = parse (json);
  GPtrArray *trace;

  if (array == NULL)
    return NULL;
  trace = relais_trace_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = get_object (array, i);
      int kind = object != NULL ? find_word (trace_kinds, G_N_ELEMENTS (trace_kinds),
                                             get_string (object, "step"))
                                : -1;
      RelaisTraceStep *step;

      if (kind < 0 || (kind != RELAIS_TRACE_HELD && get_string (object, "reason") == NULL))
        continue;
      /* the words of a step are static: there are few of them */
      step = relais_trace_add (trace, (RelaisTraceKind)kind, get_string (object, "account"),
                               g_intern_string (get_string (object, "reason")),
                               get_string (object, "words"));
      step->status = (guint)json_object_get_int_member_with_default (object, "status", 0);
      step->took_us = json_object_get_int_member_with_default (object, "took_us", 0);
      step->wait_us = json_object_get_int_member_with_default (object, "wait_us", -1);
    }
  return trace;
}
