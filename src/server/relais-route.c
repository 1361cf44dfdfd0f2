/* relais-route.c: method and path -> dialect and operation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-route"

#include "config.h"

#include <string.h>

#include "relais-route.h"

#define ALLOW_GET "GET, HEAD, OPTIONS"
#define ALLOW_POST "POST, OPTIONS"
#define ALLOW_STORED "GET, HEAD, DELETE, OPTIONS"
#define ALLOW_ALL "GET, HEAD, POST, OPTIONS, DELETE"

static const char *const versions[] = { "v1", "v1beta", "v1alpha", "v1beta1", NULL };
static const char *const model_lists[] = { "models", "tunedModels", NULL };

/* What may stand before a known tail: versions, vendors' prefixes, and whole endpoints that were
 * pasted into the base URL. */
static const char *const prefixes[] = { "v1", "v1beta", "v1alpha", "v1beta1", "openai", "anthropic", "gemini",
                                        "api", "chat", "completions", "responses", "messages", NULL };

/* One that ends like another stands before it. "*" stands for any segment that is no word of ours. */
static const struct
{
  const char *tail;
  RelaisOperation operation;
  RelaisDialectId dialect;
  const char *allow;
} tails[] = {
  { "chat/completions", RELAIS_OPERATION_GENERATE, RELAIS_DIALECT_OPENAI_CHAT, ALLOW_POST },
  { "responses/input_tokens", RELAIS_OPERATION_COUNT_TOKENS, RELAIS_DIALECT_OPENAI_RESPONSES, ALLOW_POST },
  { "responses/compact", RELAIS_OPERATION_COMPACT, RELAIS_DIALECT_OPENAI_RESPONSES, ALLOW_POST },
  { "responses/*/cancel", RELAIS_OPERATION_STORED, RELAIS_DIALECT_OPENAI_RESPONSES, ALLOW_POST },
  { "responses/*", RELAIS_OPERATION_STORED, RELAIS_DIALECT_OPENAI_RESPONSES, ALLOW_STORED },
  { "responses", RELAIS_OPERATION_GENERATE, RELAIS_DIALECT_OPENAI_RESPONSES, ALLOW_POST },
  { "messages/count_tokens", RELAIS_OPERATION_COUNT_TOKENS, RELAIS_DIALECT_ANTHROPIC, ALLOW_POST },
  { "messages", RELAIS_OPERATION_GENERATE, RELAIS_DIALECT_ANTHROPIC, ALLOW_POST },
  { "completions", RELAIS_OPERATION_COMPLETIONS, RELAIS_DIALECT_OPENAI_CHAT, ALLOW_POST },
  { "embeddings", RELAIS_OPERATION_EMBED, RELAIS_DIALECT_OPENAI_CHAT, ALLOW_POST },
  { "api/hello", RELAIS_OPERATION_HELLO, RELAIS_DIALECT_ANTHROPIC, ALLOW_GET },
};

/* What follows the last colon of a Gemini path. */
static const struct
{
  const char *name;
  RelaisOperation operation;
} gemini_methods[] = {
  { "generateContent", RELAIS_OPERATION_GENERATE },
  { "streamGenerateContent", RELAIS_OPERATION_GENERATE },
  { "countTokens", RELAIS_OPERATION_COUNT_TOKENS },
  { "embedContent", RELAIS_OPERATION_EMBED },
  { "batchEmbedContents", RELAIS_OPERATION_EMBED },
};

static const char *const vendor_only[] = {
  "files",
  "batches",
  "images",
  "audio",
  "assistants",
  "threads",
  "vector_stores",
  "realtime",
  "fine_tuning",
  "moderations",
  "uploads",
  "conversations",
  "containers",
  "evals",
  "videos",
  "interactions",
  "cachedContents",
  "organizations",
  "organization",
  "skills",
  "corpora",
  "operations",
  NULL,
};

/* A path taken apart: raw as it came, and decoded. Empty and dot segments are gone. */
typedef struct
{
  GPtrArray *raw;
  GPtrArray *decoded;
  gboolean   had_empty;
  gboolean broken; /* not UTF-8, or a control character in it */
} Segments;

/**
 * relais_field_find:
 * @fields: (array length=n_fields) (nullable): request headers
 * @n_fields: how many
 * @name: a header name, in any case
 *
 * Returns: (nullable): the value of the first header of that name
 */
const char *
relais_field_find (const RelaisField *fields,
                   gsize              n_fields,
                   const char        *name)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_ascii_strcasecmp (fields[i].name, name) == 0)
      return fields[i].value;
  return NULL;
}

static gboolean
is_printable (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

static void
segments_parse (Segments   *self,
                const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path[0] == '/' ? path + 1 : path, "/", -1);

  self->raw = g_ptr_array_new_with_free_func (g_free);
  self->decoded = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *decoded = g_uri_unescape_string (parts[i], NULL);

      if (decoded == NULL || !is_printable (decoded) || !g_utf8_validate (decoded, -1, NULL))
        {
          self->broken = TRUE;
          continue;
        }
      if (*decoded == '\0')
        {
          self->had_empty = self->had_empty || parts[i + 1] != NULL;
          continue;
        }
      if (strcmp (decoded, ".") == 0)
        continue;
      if (strcmp (decoded, "..") == 0)
        {
          if (self->raw->len > 0)
            {
              g_ptr_array_set_size (self->raw, self->raw->len - 1);
              g_ptr_array_set_size (self->decoded, self->decoded->len - 1);
            }
          continue;
        }
      g_ptr_array_add (self->raw, g_strdup (parts[i]));
      g_ptr_array_add (self->decoded, g_steal_pointer (&decoded));
    }
}

static void
segments_clear (Segments *self)
{
  g_clear_pointer (&self->raw, g_ptr_array_unref);
  g_clear_pointer (&self->decoded, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Segments, segments_clear)

static const char *
segments_get (const Segments *self,
              guint           i)
{
  return g_ptr_array_index (self->decoded, i);
}

static char *
join (GPtrArray *parts,
      guint      first)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < parts->len; i++)
    g_string_append_printf (text, "%s%s", i > first ? "/" : "", (const char *)g_ptr_array_index (parts, i));
  return g_string_free (text, FALSE);
}

static gboolean
is_version (const char *segment)
{
  return g_strv_contains (versions, segment);
}

static gboolean
are_prefixes (const Segments *segments,
              guint           n)
{
  for (guint i = 0; i < n; i++)
    if (!g_strv_contains (prefixes, segments_get (segments, i)))
      return FALSE;
  return TRUE;
}

/* A stored answer's id, as it may stand in a path; never a word of ours, or a base URL that ends in
 * an endpoint would hide the real one. */
static gboolean
is_id (const char *segment)
{
  static const char *const words[] = { "models", "tunedModels", "embeddings", "input_tokens", "compact",
                                       "cancel", "count_tokens", NULL };

  for (const char *c = segment; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '-')
      return FALSE;
  return !g_strv_contains (prefixes, segment) && !g_strv_contains (words, segment);
}

static gboolean
match_tail (const Segments *segments,
            const char     *tail,
            guint          *first)
{
  guint n = 1;

  for (const char *c = tail; *c != '\0'; c++)
    n += *c == '/';
  if (n > segments->decoded->len)
    return FALSE;
  *first = segments->decoded->len - n;
  for (guint i = 0; i < n; i++)
    {
      const char *segment = segments_get (segments, *first + i);
      gsize length = strcspn (tail, "/");

      gboolean same = strncmp (tail, segment, length) == 0 && segment[length] == '\0';

      if (*tail == '*' ? !is_id (segment) : !same)
        return FALSE;
      tail += length + 1;
    }
  return are_prefixes (segments, *first);
}

/* Only for paths that several dialects share, and for paths nobody knows. */
static RelaisDialectId
guess_dialect (const Segments    *segments,
               const RelaisField *fields,
               gsize              n_fields,
               const char        *query_key,
               gboolean           known_path)
{
  if (query_key != NULL || relais_field_find (fields, n_fields, "x-goog-api-key") != NULL ||
      relais_field_find (fields, n_fields, "x-goog-api-client") != NULL)
    return RELAIS_DIALECT_GEMINI;
  if (relais_field_find (fields, n_fields, "anthropic-version") != NULL)
    return RELAIS_DIALECT_ANTHROPIC;
  for (guint i = 0; !known_path && i < segments->decoded->len; i++)
    {
      const char *segment = segments_get (segments, i);

      if (strcmp (segment, "messages") == 0 || strcmp (segment, "anthropic") == 0)
        return RELAIS_DIALECT_ANTHROPIC;
      if (strcmp (segment, "gemini") == 0 || g_str_has_prefix (segment, "v1beta"))
        return RELAIS_DIALECT_GEMINI;
    }
  return RELAIS_DIALECT_OPENAI_CHAT;
}

/* Of a model list: a vendor's prefix or the version tells, the headers only for plain /v1. */
static RelaisDialectId
find_list_dialect (const Segments    *segments,
                   guint              n_prefixes,
                   const RelaisField *fields,
                   gsize              n_fields,
                   const char        *query_key)
{
  for (guint i = n_prefixes; i > 0; i--)
    {
      const char *segment = segments_get (segments, i - 1);

      if (strcmp (segment, "openai") == 0)
        return RELAIS_DIALECT_OPENAI_CHAT;
      if (strcmp (segment, "anthropic") == 0)
        return RELAIS_DIALECT_ANTHROPIC;
      if (strcmp (segment, "gemini") == 0 || (is_version (segment) && strcmp (segment, "v1") != 0))
        return RELAIS_DIALECT_GEMINI;
    }
  return guess_dialect (segments, fields, n_fields, query_key, TRUE);
}

static const char *
find_version (const Segments *segments,
              guint           n_prefixes)
{
  for (guint i = n_prefixes; i > 0; i--)
    {
      const char *segment = segments_get (segments, i - 1);

      if (strcmp (segment, "v1") == 0 || strcmp (segment, "v1alpha") == 0)
        return segment;
      if (is_version (segment))
        break;
    }
  return "v1beta";
}

/* Everything after the first "models": a list, one model, or a Gemini call. Model names may hold
 * slashes and colons. */
static gboolean
match_models (RelaisRoute       *self,
              const Segments    *segments,
              guint              first,
              const RelaisField *fields,
              gsize              n_fields,
              const char        *method)
{
  gboolean tuned = strcmp (segments_get (segments, first), "tunedModels") == 0;
  g_autofree char *rest = join (segments->decoded, tuned ? first : first + 1);
  char *colon = strrchr (rest, ':');
  const char *model = rest;

  self->version = g_strdup (find_version (segments, first));
  self->dialect = find_list_dialect (segments, first, fields, n_fields, self->query_key);
  self->operation = *rest == '\0' ? RELAIS_OPERATION_LIST_MODELS : RELAIS_OPERATION_GET_MODEL;
  self->allow = ALLOW_GET;
  for (guint i = 0; colon != NULL && i < G_N_ELEMENTS (gemini_methods); i++)
    if (strcmp (colon + 1, gemini_methods[i].name) == 0)
      {
        self->operation = gemini_methods[i].operation;
        self->method_name = g_strdup (gemini_methods[i].name);
        self->dialect = RELAIS_DIALECT_GEMINI;
        self->allow = ALLOW_POST;
        *colon = '\0';
      }
  if (self->method_name == NULL && colon != NULL && strcmp (method, "POST") == 0)
    {
      self->dialect = RELAIS_DIALECT_GEMINI;
      self->not_supported = TRUE;
      return FALSE;
    }
  while (g_str_has_prefix (model, "models/"))
    model += strlen ("models/");
  if (*model == '\0' && self->operation != RELAIS_OPERATION_LIST_MODELS)
    return FALSE;
  if (*model != '\0')
    self->model = g_strdup (model);
  return TRUE;
}

/* The base URL the client should have had: what it appends by itself is told by what it sent. */
static char *
dup_hint (const RelaisRoute *self,
          const Segments    *segments,
          guint              first,
          const char        *base_url)
{
  static const char *const endpoints[] = { "completions", "responses", "messages", NULL };
  gboolean openai = self->dialect <= RELAIS_DIALECT_OPENAI_RESPONSES;
  const char *last = first > 0 ? segments_get (segments, first - 1) : "";
  const char *before = first > 1 ? segments_get (segments, first - 2) : "";
  const char *version = self->dialect == RELAIS_DIALECT_GEMINI ? "/v1beta" : "/v1";

  if (first == 1 && is_version (last) && !segments->had_empty)
    return NULL;
  if (first == 2 && strcmp (before, "v1beta") == 0 && strcmp (last, "openai") == 0 && !segments->had_empty)
    return NULL;
  if (is_version (last) &&
      (!openai || g_strv_contains (endpoints, before)))
    version = "";
  return g_strdup_printf ("base URL should be %s%s", base_url, version);
}

static void
add_served (GString    *list,
            const char *allow,
            const char *version,
            const char *tail)
{
  g_auto (GStrv) methods = g_strsplit (allow, ", ", -1);
  gboolean first = TRUE;

  g_string_append (list, list->len > 0 ? ", " : "");
  for (guint i = 0; methods[i] != NULL; i++)
    if (strcmp (methods[i], "HEAD") != 0 && strcmp (methods[i], "OPTIONS") != 0)
      {
        g_string_append_printf (list, "%s%s", first ? "" : "/", methods[i]);
        first = FALSE;
      }
  g_string_append_printf (list, " /%s", version);
  for (; *tail != '\0'; tail++)
    if (*tail == '*')
      g_string_append (list, "{id}");
    else
      g_string_append_c (list, *tail);
}

/* Every path as its vendor writes it. */
static const char *
get_served (void)
{
  static const char *const lists[] = { "v1/models", "v1/models/{model}", "v1beta/models", "v1beta/models/{model}",
                                       "healthz", "" };
  static char *served;

  if (g_once_init_enter (&served))
    {
      GString *list = g_string_new (NULL);

      for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
        add_served (list, tails[i].allow, tails[i].operation == RELAIS_OPERATION_HELLO ? "" : "v1/", tails[i].tail);
      for (guint i = 0; i < G_N_ELEMENTS (gemini_methods); i++)
        {
          if (i == 0)
            add_served (list, ALLOW_POST, "v1beta/", "models/{model}");
          g_string_append_printf (list, "%s:%s", i > 0 ? ", " : "", gemini_methods[i].name);
        }
      for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
        add_served (list, ALLOW_GET, "", lists[i]);
      add_served (list, ALLOW_POST, "", "api/event_logging");
      g_once_init_leave (&served, g_string_free (list, FALSE));
    }
  return served;
}

static char *
dup_cure (const RelaisRoute *self,
          const char        *base_url)
{
  static const char *const bases[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "/v1",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "/v1",
    [RELAIS_DIALECT_ANTHROPIC] = "",
    [RELAIS_DIALECT_GEMINI] = "",
  };
  static const char *const names[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "OpenAI",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "OpenAI",
    [RELAIS_DIALECT_ANTHROPIC] = "Anthropic",
    [RELAIS_DIALECT_GEMINI] = "Gemini",
  };
  const char *what = self->not_supported ? "Relais does not serve this endpoint." : "Nothing is served at this URL.";

  return g_strdup_printf ("%s For %s clients set the base URL to %s%s. Served are %s.",
                          what, names[self->dialect], base_url, bases[self->dialect],
                          get_served ());
}

/* $alt is the same parameter, and may carry options behind a semicolon. */
static gboolean
asks_for_sse (const char *part)
{
  g_autofree char *text = g_uri_unescape_string (part, NULL);

  if (text == NULL)
    return FALSE;
  text[strcspn (text, ";")] = '\0';
  return strcmp (text, "alt=sse") == 0 || strcmp (text, "$alt=sse") == 0;
}

static void
set_form (RelaisRoute *self)
{
  g_auto (GStrv) parts = g_strsplit (self->query != NULL ? self->query : "", "&", -1);

  if (g_strcmp0 (self->method_name, "streamGenerateContent") != 0)
    return;
  self->form = RELAIS_FORM_ARRAY;
  for (guint i = 0; parts[i] != NULL; i++)
    if (asks_for_sse (parts[i]))
      self->form = RELAIS_FORM_SSE;
}

/* Takes every key= out of the query. */
static void
split_query (RelaisRoute *self,
             const char  *query)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);
  g_autoptr (GString) kept = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize length = strcspn (parts[i], "=");
      g_autofree char *name = g_uri_unescape_segment (parts[i], parts[i] + length, NULL);

      if (g_strcmp0 (name, "key") != 0)
        {
          if (*parts[i] != '\0')
            g_string_append_printf (kept, "%s%s", kept->len > 0 ? "&" : "", parts[i]);
          continue;
        }
      if (self->query_key == NULL && parts[i][length] == '=')
        self->query_key = g_uri_unescape_string (parts[i] + length + 1, NULL);
      if (self->query_key == NULL)
        self->query_key = g_strdup ("");
      explicit_bzero (parts[i], strlen (parts[i]));
    }
  if (kept->len > 0)
    self->query = g_strdup (kept->str);
}

static gboolean
match_event_logging (const Segments *segments,
                     guint          *first)
{
  for (guint i = 0; i + 1 < segments->decoded->len; i++)
    if (strcmp (segments_get (segments, i), "api") == 0 &&
        g_str_has_prefix (segments_get (segments, i + 1), "event_logging"))
      {
        *first = i;
        return are_prefixes (segments, i);
      }
  return FALSE;
}

/* Finds out what the path is; FALSE when nothing is served there. */
static gboolean
match (RelaisRoute       *self,
       const Segments    *segments,
       const RelaisField *fields,
       gsize              n_fields,
       const char        *method,
       const char        *base_url)
{
  guint n = segments->decoded->len;
  guint first = 0;

  self->allow = ALLOW_GET;
  if (segments->broken)
    return FALSE;
  if (n == 0 || (n == 1 && strcmp (segments_get (segments, 0), "healthz") == 0))
    {
      self->operation = n == 0 ? RELAIS_OPERATION_ROOT : RELAIS_OPERATION_HEALTH;
      return TRUE;
    }
  while (first < n && are_prefixes (segments, first + 1))
    first++;
  if (first < n && g_strv_contains (model_lists, segments_get (segments, first)))
    {
      if (!match_models (self, segments, first, fields, n_fields, method))
        return FALSE;
    }
  else if (match_event_logging (segments, &first))
    {
      self->operation = RELAIS_OPERATION_EVENT_LOGGING;
      self->dialect = RELAIS_DIALECT_ANTHROPIC;
      self->allow = ALLOW_POST;
      return TRUE;
    }
  else
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (tails) && !match_tail (segments, tails[i].tail, &first))
        i++;
      if (i == G_N_ELEMENTS (tails))
        return FALSE;
      self->operation = tails[i].operation;
      self->dialect = tails[i].dialect;
      self->allow = tails[i].allow;
      if (self->operation == RELAIS_OPERATION_HELLO)
        return TRUE;
    }
  self->tail = join (segments->raw, first);
  self->hint = dup_hint (self, segments, first, base_url);
  return TRUE;
}

static gboolean
is_allowed (const char *allow,
            const char *method)
{
  const char *found = strstr (allow, method);
  gsize length = strlen (method);

  /* none of the methods is part of another */
  return found != NULL && (found[length] == ',' || found[length] == '\0');
}

/**
 * relais_route_new:
 * @method: the request's method
 * @target: path and query as asked, in origin form, or `*`
 * @fields: (array length=n_fields): its headers
 * @n_fields: how many
 * @base_url: scheme, host and port the client used, for hints
 *
 * Finds out what is asked for, in which dialect. Wrong base URLs are repaired: the longest known
 * end of the path counts when all before it is a version, a vendor's prefix or an endpoint once
 * more; the route has a hint then. Dot segments are collapsed first. `OPTIONS` is an operation of
 * its own, with the methods of the path in `allow`.
 *
 * Returns: (transfer full): the route, `UNKNOWN` when nothing is served there
 */
RelaisRoute *
relais_route_new (const char        *method,
                  const char        *target,
                  const RelaisField *fields,
                  gsize              n_fields,
                  const char        *base_url)
{
  RelaisRoute *self = g_new0 (RelaisRoute, 1);
  g_auto (Segments) segments = { NULL };
  gsize length = strcspn (target, "?");

  self->path = g_strndup (target, length);
  if (target[length] == '?')
    split_query (self, target + length + 1);
  segments_parse (&segments, self->path);
  self->dialect = guess_dialect (&segments, fields, n_fields, self->query_key, FALSE);
  if (!match (self, &segments, fields, n_fields, method, base_url))
    {
      for (guint i = 0; i < segments.decoded->len; i++)
        if (g_strv_contains (vendor_only, segments_get (&segments, i)))
          self->not_supported = TRUE;
      self->operation = RELAIS_OPERATION_UNKNOWN;
      self->message = dup_cure (self, base_url);
      self->allow = ALLOW_ALL;
    }
  set_form (self);
  self->method_known = is_allowed (self->allow, method);
  if (strcmp (method, "OPTIONS") == 0)
    {
      if (strcmp (target, "*") == 0)
        self->allow = ALLOW_ALL;
      g_clear_pointer (&self->message, g_free);
      self->operation = RELAIS_OPERATION_OPTIONS;
      self->method_known = TRUE;
    }
  return self;
}

/**
 * relais_route_free:
 * @self: (nullable): a route
 *
 * Frees it, and wipes the key it may hold.
 */
void
relais_route_free (RelaisRoute *self)
{
  if (self == NULL)
    return;
  if (self->query_key != NULL)
    explicit_bzero (self->query_key, strlen (self->query_key));
  g_free (self->path);
  g_free (self->tail);
  g_free (self->query);
  g_free (self->model);
  g_free (self->version);
  g_free (self->method_name);
  g_free (self->hint);
  g_free (self->message);
  g_free (self->query_key);
  g_free (self);
}
