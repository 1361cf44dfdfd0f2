/* relais-fuzz.c: what the fuzz targets share: drawing from an input, judging an encoder's output
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "base/relais-sse.h"
#include "dialects/relais-tap.h"

#include "relais-fuzz.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

/* One stream as it is read, for the rules a client's accumulator holds it to. */
typedef struct
{
  RelaisFuzzAnswer *answer;
  RelaisDialectId   dialect;
  gboolean done;    /* [DONE], or the last event of the dialect */
  gint64 open;      /* Anthropic: block under way, -1 for none */
  gint64 n_blocks;  /* Anthropic */
  gint64 n_numbers; /* Responses: sequence_number that comes next */
  gint64 n_items;   /* Responses: output items begun */
  guint             n_events;
} Stream;

/**
 * relais_fuzz_draw_byte:
 * @self: an input
 *
 * Returns: its next byte, 0 past the end
 */
guint
relais_fuzz_draw_byte (RelaisFuzzDraw *self)
{
  return self->at < self->end ? *self->at++ : 0;
}

/**
 * relais_fuzz_draw_count:
 * @self: an input
 *
 * Returns: a count of tokens: -1, small, or as large as they come
 */
gint64
relais_fuzz_draw_count (RelaisFuzzDraw *self)
{
  guint byte = relais_fuzz_draw_byte (self);

  return byte == 255 ? G_MAXINT64 / 16 : (gint64)byte - 1;
}

/**
 * relais_fuzz_draw_text:
 * @self: an input
 *
 * Returns: (transfer full): some text: UTF-8 without NUL, as decoders hand it on; may be empty
 */
char *
relais_fuzz_draw_text (RelaisFuzzDraw *self)
{
  gsize length = relais_fuzz_draw_byte (self) % 64;
  char *text;

  length = MIN (length, (gsize)(self->end - self->at));
  text = g_utf8_make_valid ((const char *)self->at, length);
  self->at += length;
  return text;
}

/**
 * relais_fuzz_pick:
 * @data: (array length=size): an input
 * @size: its bytes, 1 or more
 *
 * Picks a place that moves with every byte, so that inputs hold nothing but what they are about.
 *
 * Returns: 1 to @size
 */
gsize
relais_fuzz_pick (const guint8 *data,
                  gsize         size)
{
  guint hash = 5381;

  for (gsize i = 0; i < size; i++)
    hash = hash * 33 + data[i];
  return hash % size + 1;
}

/**
 * relais_fuzz_make_id:
 * @counter: (type guint*): how many were made
 *
 * Returns: (transfer full): an id like no other, of the length real ones have
 */
char *
relais_fuzz_make_id (gpointer counter)
{
  return g_strdup_printf ("%024u", ++*(guint *)counter);
}

static void
add_text (RelaisFuzzAnswer     *self,
          const RelaisJsonNode *node)
{
  g_autofree char *text = relais_json_node_dup_string (node);

  g_string_append (self->text, text != NULL ? text : "");
}

static void
read_chat (RelaisFuzzAnswer     *self,
           const RelaisJsonNode *root)
{
  const RelaisJsonNode *choice = relais_json_node_get_element (member (root, "choices"), 0);
  const RelaisJsonNode *delta = member (choice, "delta");
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (delta == NULL)
    delta = member (choice, "message");
  add_text (self, member (delta, "content"));
  relais_json_iter_init (&iter, member (delta, "tool_calls"));
  while (relais_json_iter_next (&iter, NULL, &node))
    if (member (node, "id") != NULL)
      self->n_calls++;
}

static void
read_response (RelaisFuzzAnswer     *self,
               const RelaisJsonNode *root)
{
  const RelaisJsonNode *item, *part;
  RelaisJsonIter items, parts;

  relais_json_iter_init (&items, member (root, "output"));
  while (relais_json_iter_next (&items, NULL, &item))
    {
      relais_json_iter_init (&parts, member (item, "content"));
      while (relais_json_iter_next (&parts, NULL, &part))
        if (relais_json_node_equals (member (part, "type"), "output_text"))
          add_text (self, member (part, "text"));
      if (member (item, "call_id") != NULL)
        self->n_calls++;
    }
}

static void
read_message (RelaisFuzzAnswer     *self,
              const RelaisJsonNode *root)
{
  const RelaisJsonNode *block;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (root, "content"));
  while (relais_json_iter_next (&iter, NULL, &block))
    {
      if (relais_json_node_equals (member (block, "type"), "text"))
        add_text (self, member (block, "text"));
      if (relais_json_node_equals (member (block, "type"), "tool_use"))
        self->n_calls++;
    }
}

static void
read_gemini (RelaisFuzzAnswer     *self,
             const RelaisJsonNode *root)
{
  const RelaisJsonNode *candidate = relais_json_node_get_element (member (root, "candidates"), 0);
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, relais_json_node_get_path (candidate, "content", "parts", NULL));
  while (relais_json_iter_next (&iter, NULL, &part))
    {
      g_assert_cmpuint (relais_json_node_get_count (part), >, 0);
      if (!relais_json_node_get_boolean (member (part, "thought"), FALSE))
        add_text (self, member (part, "text"));
      if (member (part, "functionCall") != NULL)
        self->n_calls++;
    }
}

static void
read_whole (RelaisFuzzAnswer     *self,
            RelaisDialectId       dialect,
            const RelaisJsonNode *root)
{
  g_assert_cmpint (relais_json_node_get_kind (root), ==, RELAIS_JSON_OBJECT);
  if (relais_json_node_get_kind (member (root, "error")) == RELAIS_JSON_OBJECT)
    self->has_failure = TRUE;
  if (dialect == RELAIS_DIALECT_OPENAI_CHAT)
    read_chat (self, root);
  else if (dialect == RELAIS_DIALECT_OPENAI_RESPONSES)
    read_response (self, root);
  else if (dialect == RELAIS_DIALECT_ANTHROPIC)
    read_message (self, root);
  else
    read_gemini (self, root);
}

static gint64
get_int (const RelaisJsonNode *node)
{
  gint64 value = -1;

  relais_json_node_get_int (node, &value);
  return value;
}

/* Blocks are numbered from 0 and one is open at a time. */
static void
follow_anthropic (Stream               *self,
                  const RelaisJsonNode *root)
{
  const RelaisJsonNode *type = member (root, "type");
  const RelaisJsonNode *delta = member (root, "delta");
  gint64 index = get_int (member (root, "index"));

  if (relais_json_node_equals (type, "content_block_start"))
    {
      g_assert_cmpint (self->open, ==, -1);
      g_assert_cmpint (index, ==, self->n_blocks++);
      self->open = index;
      if (relais_json_node_equals (relais_json_node_get_path (root, "content_block", "type", NULL), "tool_use"))
        self->answer->n_calls++;
    }
  else if (relais_json_node_equals (type, "content_block_delta"))
    {
      g_assert_cmpint (index, ==, self->open);
      if (relais_json_node_equals (member (delta, "type"), "text_delta"))
        add_text (self->answer, member (delta, "text"));
    }
  else if (relais_json_node_equals (type, "content_block_stop"))
    {
      g_assert_cmpint (index, ==, self->open);
      self->open = -1;
    }
  else if (relais_json_node_equals (type, "message_stop"))
    {
      g_assert_cmpint (self->open, ==, -1);
      self->done = TRUE;
    }
}

/* Numbers without a gap, items one after the other, the end with all of them. */
static void
follow_responses (Stream               *self,
                  const RelaisJsonNode *root)
{
  const RelaisJsonNode *type = member (root, "type");
  const RelaisJsonNode *index = member (root, "output_index");
  const RelaisJsonNode *response = member (root, "response");

  g_assert_cmpint (get_int (member (root, "sequence_number")), ==, self->n_numbers++);
  if (relais_json_node_equals (type, "response.output_item.added"))
    {
      g_assert_cmpint (get_int (index), ==, self->n_items++);
      if (relais_json_node_get_path (root, "item", "call_id", NULL) != NULL)
        self->answer->n_calls++;
    }
  else if (index != NULL)
    g_assert_cmpint (get_int (index), ==, self->n_items - 1);
  if (relais_json_node_equals (type, "response.output_text.delta"))
    add_text (self->answer, member (root, "delta"));
  if (relais_json_node_equals (type, "response.completed") ||
      relais_json_node_equals (type, "response.incomplete"))
    {
      self->done = TRUE;
      g_assert_cmpint (relais_json_node_get_count (member (response, "output")), ==, self->n_items);
    }
  /* Before anything was created the failure stands alone. */
  if (relais_json_node_equals (type, "response.failed") || relais_json_node_equals (type, "error"))
    self->answer->has_failure = TRUE;
}

static void
event_cb (const RelaisSseEvent *event,
          gpointer              user_data)
{
  Stream *self = user_data;
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root;

  g_assert_false (self->done);
  self->n_events++;
  if (self->dialect == RELAIS_DIALECT_OPENAI_CHAT && strcmp (event->data, "[DONE]") == 0)
    {
      self->done = TRUE;
      return;
    }
  tree = relais_json_parse (event->data, event->length, RELAIS_JSON_MAX_DEPTH + 64, NULL);
  g_assert_nonnull (tree);
  root = relais_json_get_root (tree);
  if (self->dialect == RELAIS_DIALECT_ANTHROPIC || self->dialect == RELAIS_DIALECT_OPENAI_RESPONSES)
    g_assert_true (relais_json_node_equals (member (root, "type"), event->name));
  else
    g_assert_cmpstr (event->name, ==, "");
  if (relais_json_node_get_kind (member (root, "error")) == RELAIS_JSON_OBJECT)
    self->answer->has_failure = TRUE;
  else if (self->dialect == RELAIS_DIALECT_ANTHROPIC)
    follow_anthropic (self, root);
  else if (self->dialect == RELAIS_DIALECT_OPENAI_RESPONSES)
    follow_responses (self, root);
  else
    read_whole (self->answer, self->dialect, root);
}

static void
read_stream (RelaisFuzzAnswer *self,
             RelaisDialectId   dialect,
             const GString    *out,
             gboolean          ended)
{
  g_autoptr (RelaisSseReader) reader = NULL;
  Stream stream = { .answer = self, .dialect = dialect, .open = -1 };

  reader = relais_sse_reader_new (16 * 1024 * 1024, event_cb, &stream);
  g_assert_true (relais_sse_reader_push (reader, out->str, out->len, NULL));
  g_assert_true (relais_sse_reader_finish (reader));
  if (out->len > 0)
    g_assert_true (g_str_has_suffix (out->str, "\n\n"));
  if (ended && !self->has_failure && dialect != RELAIS_DIALECT_GEMINI)
    g_assert_true (stream.done);
}

static void
read_tree (RelaisFuzzAnswer *self,
           RelaisDialectId   dialect,
           RelaisForm        form,
           const GString    *out)
{
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *element;
  RelaisJsonIter iter;

  tree = relais_json_parse (out->str, out->len, RELAIS_JSON_MAX_DEPTH + 64, NULL);
  g_assert_nonnull (tree);
  if (form == RELAIS_FORM_WHOLE)
    {
      read_whole (self, dialect, relais_json_get_root (tree));
      return;
    }
  g_assert_cmpint (relais_json_node_get_kind (relais_json_get_root (tree)), ==, RELAIS_JSON_ARRAY);
  relais_json_iter_init (&iter, relais_json_get_root (tree));
  while (relais_json_iter_next (&iter, NULL, &element))
    read_whole (self, dialect, element);
}

/**
 * relais_fuzz_read_answer:
 * @self: (out): what is read; clear it with [func@fuzz_clear_answer]
 * @dialect: what the answer is written in
 * @form: how
 * @out: all that the encoder wrote
 * @ended: whether FINISH or ERROR was pushed
 *
 * Reads an answer as a strict client would and stops the program where one would throw: no JSON,
 * events out of order, a stream without its end.
 */
void
relais_fuzz_read_answer (RelaisFuzzAnswer *self,
                         RelaisDialectId   dialect,
                         RelaisForm        form,
                         const GString    *out,
                         gboolean          ended)
{
  g_autoptr (RelaisTap) tap = relais_tap_new (relais_dialect_get (dialect), form, 1 << 26);

  *self = (RelaisFuzzAnswer){ .text = g_string_new (NULL) };
  if (form == RELAIS_FORM_SSE)
    read_stream (self, dialect, out, ended);
  else if (out->len > 0 && (ended || form == RELAIS_FORM_WHOLE))
    read_tree (self, dialect, form, out);
  relais_tap_feed (tap, out->str, out->len);
  relais_tap_end (tap);
  self->finish = relais_tap_get_finish (tap);
  self->usage = *relais_tap_get_usage (tap);
  if (ended && out->len > 0)
    g_assert_true (relais_tap_is_complete (tap));
}

/**
 * relais_fuzz_clear_answer:
 * @self: what was read
 *
 * Frees what it owns.
 */
void
relais_fuzz_clear_answer (RelaisFuzzAnswer *self)
{
  g_string_free (g_steal_pointer (&self->text), TRUE);
}
