/* relais-practice-plan.c: what the practice account will say, step by step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-practice"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-practice-plan.h"

#define WORD "PRACTICE"
#define MAX_QUOTE 240
#define MAX_PIECES 10000
#define MAX_WAIT 60000

/* What the client wants, read from the end of the conversation. */
typedef struct
{
  const RelaisPrompt *prompt;
  const char *text;   /* borrowed; the last the user said, or NULL */
  GPtrArray *results; /* owned; RelaisPart, borrowed: what came since the last answer */
  GPtrArray *media;   /* likewise: images, files and audio */
  char                verb[16];
  gint64 first; /* numbers after the verb, -1 for none */
  gint64              second;
} Wish;

static void
step_free (gpointer data)
{
  RelaisPracticeStep *step = data;

  g_free (step->text);
  g_free (step->name);
  relais_failure_free (step->failure);
  g_free (step);
}

static RelaisPracticeStep *
add_step (GPtrArray       *plan,
          RelaisEventType  type)
{
  RelaisPracticeStep *step = g_new0 (RelaisPracticeStep, 1);

  step->type = type;
  relais_usage_clear (&step->usage);
  g_ptr_array_add (plan, step);
  return step;
}

static RelaisPracticeStep *
add_text (GPtrArray       *plan,
          RelaisEventType  type,
          char            *text,
          gsize            piece_bytes)
{
  RelaisPracticeStep *step = add_step (plan, type);

  step->text = text;
  step->length = strlen (text);
  step->piece_bytes = piece_bytes;
  return step;
}

/* Reads the verb and its numbers; leaves the verb empty when the text does not steer. */
static void
read_verb (Wish *self)
{
  const char *c = self->text;
  gsize length = 0;

  self->first = self->second = -1;
  self->verb[0] = '\0';
  while (c != NULL && g_ascii_isspace (*c))
    c++;
  if (c == NULL || strncmp (c, WORD, strlen (WORD)) != 0 || g_ascii_isalnum (c[strlen (WORD)]))
    return;
  for (c += strlen (WORD); *c == ' ';)
    c++;
  for (; g_ascii_isalpha (*c) && length < sizeof self->verb - 1; c++)
    self->verb[length++] = g_ascii_tolower (*c);
  self->verb[length] = '\0';
  if (length == 0)
    strcpy (self->verb, "?");
  for (guint i = 0; i < 2; i++)
    {
      gint64 number = 0;

      while (*c == ' ')
        c++;
      if (!g_ascii_isdigit (*c))
        break;
      for (; g_ascii_isdigit (*c); c++)
        number = MIN (number * 10 + (*c - '0'), G_MAXINT32);
      *(i == 0 ? &self->first : &self->second) = number;
    }
}

static gboolean
steers (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return g_str_has_prefix (text, WORD);
}

static void
read_message (Wish                *self,
              const RelaisMessage *message)
{
  const char *last = NULL;

  for (guint i = 0; i < message->parts->len; i++)
    {
      RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type == RELAIS_PART_TOOL_RESULT)
        g_ptr_array_add (self->results, part);
      else if (part->type == RELAIS_PART_IMAGE || part->type == RELAIS_PART_FILE ||
               part->type == RELAIS_PART_AUDIO)
        g_ptr_array_add (self->media, part);
      else if (part->type == RELAIS_PART_TEXT && part->text != NULL &&
               (last == NULL || !steers (last)))
        last = part->text;
    }
  if (self->text == NULL)
    self->text = last;
}

/* What the user said since the last answer; further back only when that is nothing. */
static void
read_wish (Wish               *self,
           const RelaisPrompt *prompt)
{
  gboolean answered = FALSE;

  self->prompt = prompt;
  self->results = g_ptr_array_new ();
  self->media = g_ptr_array_new ();
  for (guint i = prompt->messages->len; i > 0; i--)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i - 1);

      answered |= message->role == RELAIS_ROLE_ASSISTANT;
      if (answered && (self->text != NULL || self->results->len > 0 || self->media->len > 0))
        break;
      if (message->role == RELAIS_ROLE_USER)
        read_message (self, message);
    }
  read_verb (self);
}

static void
clear_wish (Wish *self)
{
  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_clear_pointer (&self->media, g_ptr_array_unref);
}

/* Some of a text, cut between characters. */
static char *
quote (const char *text)
{
  gsize length = strlen (text);
  const char *end = text + length;

  if (length <= MAX_QUOTE)
    return g_strdup_printf ("“%s”", text);
  end = g_utf8_find_prev_char (text, text + MAX_QUOTE);
  return g_strdup_printf ("“%.*s…”", (int)(end - text), text);
}

static GString *
introduce (const Wish *wish)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "This is the practice account of Relais, answering as %s. ",
                          wish->prompt->model);
  return text;
}

static void
describe_media (const Wish *wish,
                GString    *text)
{
  static const char *const names[] = { [RELAIS_PART_IMAGE] = "image", [RELAIS_PART_FILE] = "file", [RELAIS_PART_AUDIO] = "sound" };

  for (guint i = 0; i < MIN (wish->media->len, 8); i++)
    {
      const RelaisPart *part = g_ptr_array_index (wish->media, i);

      if (part->data != NULL)
        g_string_append_printf (text,
                                "I received an attachment: %s, %s, %" G_GSIZE_FORMAT " bytes. ",
                                names[part->type],
                                part->mime != NULL ? part->mime : "unknown type", strlen (part->data) / 4 * 3);
      else
        g_string_append_printf (text, "I received an attachment: %s, by reference. ", names[part->type]);
    }
}

static char *
say_plainly (const Wish *wish)
{
  g_autofree char *quoted = wish->text != NULL ? quote (wish->text) : NULL;
  GString *text = introduce (wish);

  describe_media (wish, text);
  if (quoted != NULL)
    g_string_append_printf (text, "You said: %s ", quoted);
  g_string_append (text,
                   "Nothing left this machine; no tokens were paid for. Unicode survives the way: é ß 日本語 🦊. "
                   "Start a message with PRACTICE and a word to try more: tool, tools, think, slow, cut, status, long.");
  return g_string_free (text, FALSE);
}

static char *
explain (const Wish *wish)
{
  GString *text = introduce (wish);

  g_string_append (text,
                   "It understands: PRACTICE tool · PRACTICE tools · PRACTICE think · PRACTICE slow N MS · PRACTICE cut · "
                   "PRACTICE status N · PRACTICE long N.");
  return g_string_free (text, FALSE);
}

static char *
repeat_results (const Wish *wish)
{
  GString *text = introduce (wish);

  g_string_append (text, "The tools answered: ");
  for (guint i = 0; i < MIN (wish->results->len, 16); i++)
    {
      const RelaisPart *result = g_ptr_array_index (wish->results, i);
      gboolean empty = result->content->len == 0;
      const RelaisPart *content = empty ? NULL : g_ptr_array_index (result->content, 0);
      g_autofree char *quoted = quote (content != NULL && content->text != NULL ? content->text : "");

      g_string_append_printf (text, "%s%s%s %s", i > 0 ? "; " : "",
                              result->name != NULL ? result->name : "a tool",
                              result->is_error ? " failed with" : " gave", quoted);
    }
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static const RelaisTool *
find_tool (const RelaisPrompt *prompt,
           guint               position)
{
  const RelaisTool *first = NULL;

  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      if (tool->type == RELAIS_TOOL_HOSTED ||
          (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED &&
           g_strcmp0 (tool->name, prompt->tool_choice_name) != 0))
        continue;
      if (first == NULL)
        first = tool;
      if (position-- == 0)
        return tool;
    }
  return first;
}

static guint
add_call (GPtrArray        *plan,
          const RelaisTool *tool,
          guint             call,
          guint             position)
{
  char *args = relais_practice_make_args (tool, position);
  RelaisPracticeStep *step = add_step (plan, RELAIS_EVENT_CALL_START);
  guint length;

  step->name = g_strdup (tool->name);
  step->call = call;
  step->custom = tool->type == RELAIS_TOOL_CUSTOM;
  step = add_text (plan, RELAIS_EVENT_CALL_ARGS, args, 12);
  step->call = call;
  length = step->length;
  add_step (plan, RELAIS_EVENT_CALL_END)->call = call;
  return length;
}

/* Says why when it cannot; returns the bytes written. */
static gsize
add_calls (GPtrArray  *plan,
           const Wish *wish,
           guint       count)
{
  const RelaisTool *first = find_tool (wish->prompt, 0);
  GString *text = introduce (wish);
  gsize length = 0;

  if (first == NULL || wish->prompt->tool_choice == RELAIS_TOOL_CHOICE_NONE)
    {
      g_string_append (text,
                       first == NULL ? "A tool call was asked for, but the request offers no tool that can be called."
                                     : "A tool call was asked for, but the request forbids calling tools.");
      return add_text (plan, RELAIS_EVENT_TEXT, g_string_free (text, FALSE), 24)->length;
    }
  if (wish->prompt->parallel_tools == RELAIS_TRI_FALSE)
    count = 1;
  g_string_append (text, count > 1 ? "It calls two tools." : "It calls a tool.");
  length = add_text (plan, RELAIS_EVENT_TEXT, g_string_free (text, FALSE), 24)->length;
  for (guint i = 0; i < count; i++)
    {
      const RelaisTool *tool = find_tool (wish->prompt, i);

      length += add_call (plan, tool, i, i > 0 && tool == first ? i : 0);
    }
  return length;
}

static gsize
add_thinking (GPtrArray *plan)
{
  static const char thoughts[] =
    "The client wants to see thinking. So: read the question, weigh it, and answer in plain words.";

  add_text (plan, RELAIS_EVENT_THINK, g_strdup (thoughts), 24);
  add_text (plan, RELAIS_EVENT_SIGNATURE, g_strdup ("practice-signature"), 0);
  return sizeof thoughts - 1;
}

static gsize
add_slowly (GPtrArray  *plan,
            const Wish *wish)
{
  guint count = CLAMP (wish->first, 1, MAX_PIECES);
  guint wait_ms = wish->second >= 0 ? MIN (wish->second, MAX_WAIT) : 200;
  GString *intro = introduce (wish);
  gsize length = 0;

  for (guint i = 0; i < count; i++)
    {
      char *piece = g_strdup_printf ("%spiece %u of %u%s", i == 0 ? intro->str : "", i + 1, count,
                                     i + 1 < count ? ", " : ".");
      RelaisPracticeStep *step = add_text (plan, RELAIS_EVENT_TEXT, piece, 0);

      step->delay_ms = wait_ms;
      length += step->length;
    }
  g_string_free (intro, TRUE);
  return length;
}

static gsize
add_long (GPtrArray  *plan,
          const Wish *wish)
{
  static const char line[] =
    "The practice account of Relais writes one line after the other, as long as it was asked to do so.\n";
  gsize count = CLAMP (wish->first, 1, RELAIS_PRACTICE_MAX_TEXT_BYTES);
  char *text = g_malloc (count + 1);

  for (gsize i = 0; i < count; i++)
    text[i] = line[i % (sizeof line - 1)];
  text[count] = '\0';
  add_text (plan, RELAIS_EVENT_TEXT, text, CLAMP (count / 64, 16, 16 * 1024));
  return count;
}

static void
add_failure (GPtrArray *plan,
             guint      status)
{
  static const struct
  {
    guint status;
    int code;
  } codes[] = {
    { 401, RELAIS_ERROR_BAD_KEY },
    { 403, RELAIS_ERROR_FORBIDDEN },
    { 404, RELAIS_ERROR_MODEL_NOT_FOUND },
    { 408, RELAIS_ERROR_REQUEST_TIMEOUT },
    { 413, RELAIS_ERROR_TOO_LARGE },
    { 429, RELAIS_ERROR_RATE_LIMIT },
    { 500, RELAIS_ERROR_INTERNAL },
    { 503, RELAIS_ERROR_OVERLOADED },
    { 504, RELAIS_ERROR_TIMEOUT },
    { 529, RELAIS_ERROR_OVERLOADED },
  };
  int code = status < 500 ? RELAIS_ERROR_INVALID_REQUEST : RELAIS_ERROR_UPSTREAM;
  RelaisPracticeStep *step = add_step (plan, RELAIS_EVENT_ERROR);

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == status)
      code = codes[i].code;
  step->failure = relais_failure_new (code,
                                      "The practice account fails with status %u, as it was asked to", status);
  step->failure->status = status;
  if (status == 429)
    step->failure->retry_after_ms = 20000;
}

static void
add_cut (GPtrArray  *plan,
         const Wish *wish)
{
  GString *text = introduce (wish);

  g_string_append (text, "It stops in the middle of a sen");
  add_text (plan, RELAIS_EVENT_TEXT, g_string_free (text, FALSE), 24);
  add_step (plan, RELAIS_EVENT_ERROR)->failure = relais_failure_new (RELAIS_ERROR_UPSTREAM,
                                                                     "The upstream closed the stream before its end");
}

static gint64
count_tokens (gsize bytes)
{
  return bytes > 0 ? (gint64)(bytes + 3) / 4 : 0;
}

/* A rough count of what was read: a token for four bytes, four more a message. */
static gint64
estimate_input (const RelaisPrompt *prompt)
{
  gsize bytes = 0;
  gint64 tokens = 4 * (gint64)prompt->messages->len;

  for (guint i = 0; i < prompt->system->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (prompt->system, i);

      bytes += part->text != NULL ? strlen (part->text) : 0;
    }
  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        {
          const RelaisPart *part = g_ptr_array_index (message->parts, j);

          bytes += part->text != NULL ? strlen (part->text) : 0;
          bytes += part->args != NULL ? strlen (part->args) : 0;
          tokens += part->type == RELAIS_PART_IMAGE ? 258 : 0;
        }
    }
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      bytes += tool->schema != NULL ? strlen (tool->schema) : 0;
    }
  return MAX (tokens + count_tokens (bytes), 1);
}

/* The answer proper; returns the bytes written, thinking left out. Sets @ended when it fails. */
static gsize
add_answer (GPtrArray  *plan,
            const Wish *wish,
            gsize      *thinking,
            gboolean   *ended)
{
  gboolean must_call = wish->prompt->tool_choice == RELAIS_TOOL_CHOICE_REQUIRED ||
                       wish->prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED;
  const char *verb = wish->verb;

  if (strcmp (verb, "cut") == 0)
    {
      add_cut (plan, wish);
      *ended = TRUE;
      return 0;
    }
  if (strcmp (verb, "tools") == 0)
    return add_calls (plan, wish, 2);
  if (strcmp (verb, "tool") == 0 ||
      (verb[0] == '\0' && must_call && wish->results->len == 0 &&
       find_tool (wish->prompt, 0) != NULL))
    return add_calls (plan, wish, 1);
  if (strcmp (verb, "slow") == 0)
    return add_slowly (plan, wish);
  if (strcmp (verb, "long") == 0)
    return add_long (plan, wish);
  if (strcmp (verb, "think") == 0)
    *thinking = add_thinking (plan);
  else if (verb[0] != '\0')
    return add_text (plan, RELAIS_EVENT_TEXT, explain (wish), 24)->length;
  else if (wish->results->len > 0)
    return add_text (plan, RELAIS_EVENT_TEXT, repeat_results (wish), 24)->length;
  return add_text (plan, RELAIS_EVENT_TEXT, say_plainly (wish), 24)->length;
}

/**
 * relais_practice_plan_new:
 * @prompt: a request; only read
 *
 * Decides from the end of the conversation what to answer; `docs/practice.md` tells how. Numbers
 * the client gives are bounded: 4 MiB of text, 10 000 pieces, 60 s between two.
 *
 * Returns: (transfer full) (element-type RelaisPracticeStep): the steps, of which the last is
 *   FINISH or ERROR
 */
GPtrArray *
relais_practice_plan_new (const RelaisPrompt *prompt)
{
  GPtrArray *plan = g_ptr_array_new_with_free_func (step_free);
  RelaisPracticeStep *step;
  gsize length, thinking = 0;
  gboolean ended = FALSE;
  Wish wish = { 0 };

  read_wish (&wish, prompt);
  if (strcmp (wish.verb, "status") == 0 && wish.first >= 400 && wish.first <= 599)
    add_failure (plan, wish.first);
  else
    {
      add_step (plan, RELAIS_EVENT_START)->name = g_strdup (prompt->model);
      add_step (plan, RELAIS_EVENT_USAGE)->usage.input = estimate_input (prompt);
      length = add_answer (plan, &wish, &thinking, &ended);
      if (!ended)
        {
          step = add_step (plan, RELAIS_EVENT_USAGE);
          step->usage = (RelaisUsage){ estimate_input (prompt), 0, 0,
                                       count_tokens (length + thinking), count_tokens (thinking) };
          add_step (plan, RELAIS_EVENT_FINISH)->finish = RELAIS_FINISH_STOP;
        }
    }
  clear_wish (&wish);
  return plan;
}
