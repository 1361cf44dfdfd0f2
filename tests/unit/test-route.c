/* test-route.c: every path a client may send, right or wrong, and where it leads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "server/relais-route.h"

#define BASE "http://127.0.0.1:8045"
#define C RELAIS_DIALECT_OPENAI_CHAT
#define R RELAIS_DIALECT_OPENAI_RESPONSES
#define A RELAIS_DIALECT_ANTHROPIC
#define G RELAIS_DIALECT_GEMINI
#define OP(name) RELAIS_OPERATION_##name
#define ROOT_HINT "base URL should be " BASE
#define V1_HINT "base URL should be " BASE "/v1"
#define BETA_HINT "base URL should be " BASE "/v1beta"

typedef struct
{
  const char      *method;
  const char      *target;
  const char *header; /* name of one header sent along, or NULL */
  RelaisOperation  operation;
  RelaisDialectId  dialect;
  gboolean         method_known;
  const char      *tail;
  const char      *model;
  const char      *hint;
} Case;

static const Case cases[] = {
  /* the right ones */
  { "POST", "/v1/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, NULL },
  { "POST", "/v1/chat/completions/", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, NULL },
  { "POST", "/v1/responses", NULL, OP (GENERATE), R, TRUE, "responses", NULL, NULL },
  { "POST", "/v1/responses/input_tokens", NULL, OP (COUNT_TOKENS), R, TRUE, "responses/input_tokens", NULL, NULL },
  { "POST", "/v1/responses/compact", NULL, OP (COMPACT), R, TRUE, "responses/compact", NULL, NULL },
  { "GET", "/v1/responses/resp_1", NULL, OP (STORED), R, TRUE, "responses/resp_1", NULL, NULL },
  { "HEAD", "/v1/responses/resp_1", NULL, OP (STORED), R, TRUE, "responses/resp_1", NULL, NULL },
  { "DELETE", "/v1/responses/resp_1", NULL, OP (STORED), R, TRUE, "responses/resp_1", NULL, NULL },
  { "POST", "/v1/responses/resp_1/cancel", NULL, OP (STORED), R, TRUE, "responses/resp_1/cancel", NULL, NULL },
  { "POST", "/v1/completions", NULL, OP (COMPLETIONS), C, TRUE, "completions", NULL, NULL },
  { "POST", "/v1/embeddings", NULL, OP (EMBED), C, TRUE, "embeddings", NULL, NULL },
  { "POST", "/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/v1/messages?beta=true", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/v1/messages/count_tokens", NULL, OP (COUNT_TOKENS), A, TRUE, "messages/count_tokens", NULL, NULL },
  { "POST", "/v1/messages/count_tokens?beta=true", NULL, OP (COUNT_TOKENS), A, TRUE, "messages/count_tokens", NULL,
    NULL },
  { "GET", "/v1/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "HEAD", "/v1/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "anthropic-version", OP (LIST_MODELS), A, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "Anthropic-Version", OP (LIST_MODELS), A, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "x-goog-api-key", OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "x-goog-api-client", OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "x-api-key", OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models", "authorization", OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models?key=k", NULL, OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models?key=k", "anthropic-version", OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models/gpt-4o", NULL, OP (GET_MODEL), C, TRUE, "models/gpt-4o", "gpt-4o", NULL },
  { "GET", "/v1/models/llama3:8b", NULL, OP (GET_MODEL), C, TRUE, "models/llama3:8b", "llama3:8b", NULL },
  { "GET", "/v1/models/meta/llama:free", NULL, OP (GET_MODEL), C, TRUE, "models/meta/llama:free", "meta/llama:free",
    NULL },
  { "GET", "/v1/models/meta%2Fllama", NULL, OP (GET_MODEL), C, TRUE, "models/meta%2Fllama", "meta/llama", NULL },
  { "GET", "/v1/models/claude", "anthropic-version", OP (GET_MODEL), A, TRUE, "models/claude", "claude", NULL },
  { "GET", "/v1/models/mod%C3%A8le", NULL, OP (GET_MODEL), C, TRUE, "models/mod%C3%A8le", "modèle", NULL },
  { "GET", "/v1beta/models", NULL, OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1beta/models", "anthropic-version", OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1alpha/models", NULL, OP (LIST_MODELS), G, TRUE, "models", NULL, NULL },
  { "GET", "/v1beta/models/gemini-3-flash", NULL, OP (GET_MODEL), G, TRUE, "models/gemini-3-flash", "gemini-3-flash",
    NULL },
  { "POST", "/v1beta/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m", NULL },
  { "POST", "/v1/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m", NULL },
  { "POST", "/v1alpha/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m", NULL },
  { "POST", "/v1beta/models/m%3AgenerateContent", NULL, OP (GENERATE), G, TRUE, "models/m%3AgenerateContent", "m", NULL },
  { "POST", "/v1beta/models/m%3agenerateContent", NULL, OP (GENERATE), G, TRUE, "models/m%3agenerateContent", "m", NULL },
  { "POST", "/v1beta/models/a:b:generateContent", NULL, OP (GENERATE), G, TRUE, "models/a:b:generateContent", "a:b",
    NULL },
  { "POST", "/v1beta/models/m:streamGenerateContent?alt=sse", NULL, OP (GENERATE), G, TRUE,
    "models/m:streamGenerateContent", "m", NULL },
  { "POST", "/v1beta/models/m:countTokens", NULL, OP (COUNT_TOKENS), G, TRUE, "models/m:countTokens", "m", NULL },
  { "POST", "/v1beta/models/m:embedContent", NULL, OP (EMBED), G, TRUE, "models/m:embedContent", "m", NULL },
  { "POST", "/v1beta/models/m:batchEmbedContents", NULL, OP (EMBED), G, TRUE, "models/m:batchEmbedContents", "m", NULL },
  { "POST", "/v1beta/models/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/models/m:generateContent",
    "m", NULL },
  { "POST", "/v1beta/models/models%2Fm:generateContent", NULL, OP (GENERATE), G, TRUE,
    "models/models%2Fm:generateContent", "m", NULL },
  { "POST", "/v1beta/models/tunedModels/t:generateContent", NULL, OP (GENERATE), G, TRUE,
    "models/tunedModels/t:generateContent", "tunedModels/t", NULL },
  { "POST", "/v1beta/tunedModels/t:generateContent", NULL, OP (GENERATE), G, TRUE, "tunedModels/t:generateContent",
    "tunedModels/t", NULL },
  { "POST", "/v1beta/models/org/sub/m:generateContent", NULL, OP (GENERATE), G, TRUE,
    "models/org/sub/m:generateContent", "org/sub/m", NULL },
  { "POST", "/v1beta/openai/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, NULL },
  { "POST", "/v1beta/openai/responses", NULL, OP (GENERATE), R, TRUE, "responses", NULL, NULL },
  { "POST", "/v1beta/openai/embeddings", NULL, OP (EMBED), C, TRUE, "embeddings", NULL, NULL },
  { "GET", "/v1beta/openai/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "GET", "/v1beta/openai/models/m", "x-goog-api-key", OP (GET_MODEL), C, TRUE, "models/m", "m", NULL },
  { "GET", "/healthz", NULL, OP (HEALTH), C, TRUE, NULL, NULL, NULL },
  { "HEAD", "/healthz", NULL, OP (HEALTH), C, TRUE, NULL, NULL, NULL },
  { "GET", "/healthz/", NULL, OP (HEALTH), C, TRUE, NULL, NULL, NULL },
  { "GET", "/healthz?x=1", NULL, OP (HEALTH), C, TRUE, NULL, NULL, NULL },
  { "GET", "/", NULL, OP (ROOT), C, TRUE, NULL, NULL, NULL },
  { "HEAD", "/", NULL, OP (ROOT), C, TRUE, NULL, NULL, NULL },
  { "GET", "/?a=b", NULL, OP (ROOT), C, TRUE, NULL, NULL, NULL },
  { "HEAD", "/api/hello", NULL, OP (HELLO), A, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/api/hello", NULL, OP (HELLO), A, TRUE, NULL, NULL, NULL },
  { "POST", "/api/event_logging", NULL, OP (EVENT_LOGGING), A, TRUE, NULL, NULL, NULL },
  { "POST", "/api/event_logging/batch", NULL, OP (EVENT_LOGGING), A, TRUE, NULL, NULL, NULL },
  { "POST", "/api/event_logging_v2/x/y", NULL, OP (EVENT_LOGGING), A, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/api/event_logging/batch", NULL, OP (EVENT_LOGGING), A, TRUE, NULL, NULL, NULL },
  { "OPTIONS", "*", NULL, OP (OPTIONS), C, TRUE, NULL, NULL, NULL },
  { "OPTIONS", "/v1/messages", NULL, OP (OPTIONS), A, TRUE, "messages", NULL, NULL },
  { "OPTIONS", "/nowhere", NULL, OP (OPTIONS), C, TRUE, NULL, NULL, NULL },

  /* wrong base URLs, measured with the SDKs */
  { "POST", "/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/responses", NULL, OP (GENERATE), R, TRUE, "responses", NULL, V1_HINT },
  { "GET", "/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, V1_HINT },
  { "POST", "/v1/chat/completions/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/v1/chat/completions/responses", NULL, OP (GENERATE), R, TRUE, "responses", NULL, V1_HINT },
  { "GET", "/v1/chat/completions/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, V1_HINT },
  { "POST", "/v1/responses/responses", NULL, OP (GENERATE), R, TRUE, "responses", NULL, V1_HINT },
  { "POST", "/v1/responses/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "GET", "/v1/responses/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, V1_HINT },
  { "POST", "/v1/responses/embeddings", NULL, OP (EMBED), C, TRUE, "embeddings", NULL, V1_HINT },
  { "POST", "/v1/v1/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/v1/chat/completions/v1/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL,
    ROOT_HINT },
  { "POST", "/api/v1/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/openai/v1/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/openai/chat/completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "POST", "/v1/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, ROOT_HINT },
  { "POST", "/v1/messages/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, ROOT_HINT },
  { "POST", "/v1/v1/messages/count_tokens", NULL, OP (COUNT_TOKENS), A, TRUE, "messages/count_tokens", NULL, ROOT_HINT },
  { "POST", "/v1/chat/completions/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, ROOT_HINT },
  { "POST", "/anthropic/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, ROOT_HINT },
  { "POST", "/api/anthropic/v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, ROOT_HINT },
  { "POST", "/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, V1_HINT },
  { "POST", "/messages/count_tokens", NULL, OP (COUNT_TOKENS), A, TRUE, "messages/count_tokens", NULL, V1_HINT },
  { "POST", "/v1/messages/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, V1_HINT },
  { "POST", "/v1/v1/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m",
    ROOT_HINT },
  { "POST", "/v1/v1beta/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m",
    ROOT_HINT },
  { "POST", "/v1beta/v1/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m",
    ROOT_HINT },
  { "POST", "//v1beta/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m",
    ROOT_HINT },
  { "POST", "/models/m:generateContent", NULL, OP (GENERATE), G, TRUE, "models/m:generateContent", "m", BETA_HINT },
  { "GET", "/v1/v1beta/models", NULL, OP (LIST_MODELS), G, TRUE, "models", NULL, ROOT_HINT },
  { "GET", "/v1/v1/models", "anthropic-version", OP (LIST_MODELS), A, TRUE, "models", NULL, ROOT_HINT },
  { "GET", "/anthropic/v1/models", NULL, OP (LIST_MODELS), A, TRUE, "models", NULL, ROOT_HINT },
  { "GET", "/gemini/v1/models", NULL, OP (LIST_MODELS), G, TRUE, "models", NULL, ROOT_HINT },
  { "POST", "/v1//chat//completions", NULL, OP (GENERATE), C, TRUE, "chat/completions", NULL, V1_HINT },
  { "GET", "/v1/v1/responses/resp_1", NULL, OP (STORED), R, TRUE, "responses/resp_1", NULL, V1_HINT },
  { "POST", "/completions", NULL, OP (COMPLETIONS), C, TRUE, "completions", NULL, V1_HINT },

  /* dots and escapes */
  { "POST", "/v1/x/../messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/v1/x/%2e%2E/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/v1/./messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/../../v1/messages", NULL, OP (GENERATE), A, TRUE, "messages", NULL, NULL },
  { "POST", "/v1/mess%61ges", NULL, OP (GENERATE), A, TRUE, "mess%61ges", NULL, NULL },
  { "GET", "/healthz/../v1/models", NULL, OP (LIST_MODELS), C, TRUE, "models", NULL, NULL },
  { "GET", "/v1/models/..", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/..", NULL, OP (ROOT), C, TRUE, NULL, NULL, NULL },

  /* the right path, the wrong method */
  { "GET", "/v1/chat/completions", NULL, OP (GENERATE), C, FALSE, "chat/completions", NULL, NULL },
  { "DELETE", "/v1/chat/completions", NULL, OP (GENERATE), C, FALSE, "chat/completions", NULL, NULL },
  { "GET", "/v1/responses", NULL, OP (GENERATE), R, FALSE, "responses", NULL, NULL },
  { "GET", "/v1/messages", NULL, OP (GENERATE), A, FALSE, "messages", NULL, NULL },
  { "HEAD", "/v1/messages", NULL, OP (GENERATE), A, FALSE, "messages", NULL, NULL },
  { "POST", "/v1/models", NULL, OP (LIST_MODELS), C, FALSE, "models", NULL, NULL },
  { "DELETE", "/v1/models/m", NULL, OP (GET_MODEL), C, FALSE, "models/m", "m", NULL },
  { "GET", "/v1beta/models/m:generateContent", NULL, OP (GENERATE), G, FALSE, "models/m:generateContent", "m", NULL },
  { "POST", "/healthz", NULL, OP (HEALTH), C, FALSE, NULL, NULL, NULL },
  { "POST", "/", NULL, OP (ROOT), C, FALSE, NULL, NULL, NULL },
  { "GET", "/v1/responses/resp_1/cancel", NULL, OP (STORED), R, FALSE, "responses/resp_1/cancel", NULL, NULL },
  { "POST", "/v1/responses/resp_1", NULL, OP (STORED), R, FALSE, "responses/resp_1", NULL, NULL },
  { "GET", "/api/event_logging/batch", NULL, OP (EVENT_LOGGING), A, FALSE, NULL, NULL, NULL },
  { "POST", "/api/hello", NULL, OP (HELLO), A, FALSE, NULL, NULL, NULL },

  /* nothing there */
  { "GET", "/v1/responses/..%2fmodels", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/responses/resp%3fa=b", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/responses/resp.1/cancel", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/message", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/message", "anthropic-version", OP (UNKNOWN), A, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/message", "x-goog-api-client", OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/message?key=k", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "POST", "/foo/v1/messages", NULL, OP (UNKNOWN), A, TRUE, NULL, NULL, NULL },
  { "POST", "/foo/v1/chat/completions", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1beta/foo", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "GET", "/v1", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/favicon.ico", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/healthz/x", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/healthz", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/V1/Messages", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/chat", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/messages/x", NULL, OP (UNKNOWN), A, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/responses/a/b", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1beta/models/m:predict", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "POST", "/v1beta/models/:generateContent", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "POST", "/v1beta/models/a%ffb:generateContent", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "POST", "/v1beta/models/a%0ab:generateContent", NULL, OP (UNKNOWN), G, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/models/%ff", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/chat%2Fcompletions", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/files", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/images/generations", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/messages/batches", "anthropic-version", OP (UNKNOWN), A, TRUE, NULL, NULL, NULL },
  { "POST", "/v1/audio/speech", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
  { "GET", "/v1/assistants", NULL, OP (UNKNOWN), C, TRUE, NULL, NULL, NULL },
};

static RelaisRoute *
route (const char *method,
       const char *target,
       const char *header)
{
  RelaisField field = { header, "x" };

  return relais_route_new (method, target, &field, header != NULL ? 1 : 0, BASE);
}

static void
test_paths (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (cases), >=, 120);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (RelaisRoute) self = route (c->method, c->target, c->header);

      g_test_message ("%s %s", c->method, c->target);
      g_assert_cmpint (self->operation, ==, c->operation);
      g_assert_cmpint (self->dialect, ==, c->dialect);
      g_assert_cmpint (self->method_known, ==, c->method_known);
      g_assert_cmpstr (self->tail, ==, c->tail);
      g_assert_cmpstr (self->model, ==, c->model);
      g_assert_cmpstr (self->hint, ==, c->hint);
      g_assert_cmpint (self->message != NULL, ==, c->operation == OP (UNKNOWN));
      g_assert_nonnull (strstr (self->allow, "OPTIONS"));
      g_assert_null (strchr (self->path, '?'));
    }
}

static void
test_query (void)
{
  static const struct
  {
    const char *target;
    const char *query;
    const char *key;
  } queries[] = {
    { "/v1/models", NULL, NULL },
    { "/v1/models?", NULL, NULL },
    { "/v1/models?key=sk-1", NULL, "sk-1" },
    { "/v1/models?key=sk-1&pageSize=5", "pageSize=5", "sk-1" },
    { "/v1/models?pageSize=5&key=sk-1", "pageSize=5", "sk-1" },
    { "/v1/models?a=1&key=sk-1&b=2", "a=1&b=2", "sk-1" },
    { "/v1/models?key=sk-1&key=sk-2", NULL, "sk-1" },
    { "/v1/models?k%65y=sk-1&x", "x", "sk-1" },
    { "/v1/models?key=sk%2D1", NULL, "sk-1" },
    { "/v1/models?key", NULL, "" },
    { "/v1/models?key=", NULL, "" },
    { "/v1/models?KEY=1", "KEY=1", NULL },
    { "/v1/models?monkey=1", "monkey=1", NULL },
    { "/v1/models?a=b?c=d", "a=b?c=d", NULL },
    { "/v1/models?a=%26key=1&&b", "a=%26key=1&b", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (RelaisRoute) self = route ("GET", queries[i].target, NULL);

      g_test_message ("%s", queries[i].target);
      g_assert_cmpint (self->operation, ==, OP (LIST_MODELS));
      g_assert_cmpstr (self->query, ==, queries[i].query);
      g_assert_cmpstr (self->query_key, ==, queries[i].key);
      g_assert_cmpstr (self->path, ==, "/v1/models");
    }
}

static void
test_form (void)
{
  static const struct
  {
    const char *query;
    RelaisForm form;
  } forms[] = {
    { "", RELAIS_FORM_ARRAY },
    { "?alt=sse", RELAIS_FORM_SSE },
    { "?key=k&alt=sse", RELAIS_FORM_SSE },
    { "?alt=sse&key=k", RELAIS_FORM_SSE },
    { "?alt=json", RELAIS_FORM_ARRAY },
    { "?$alt=json;enum-encoding=int", RELAIS_FORM_ARRAY },
    { "?%24alt=json;enum-encoding=int", RELAIS_FORM_ARRAY },
    { "?$alt=sse", RELAIS_FORM_SSE },
    { "?%24alt=sse%3Benum-encoding=int", RELAIS_FORM_SSE },
    { "?a=alt=sse", RELAIS_FORM_ARRAY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *stream = g_strdup_printf ("/v1beta/models/m:streamGenerateContent%s", forms[i].query);
      g_autofree char *whole = g_strdup_printf ("/v1/models/m:generateContent%s", forms[i].query);
      g_autoptr (RelaisRoute) self = route ("POST", stream, NULL);
      g_autoptr (RelaisRoute) other = route ("POST", whole, NULL);

      g_test_message ("%s", stream);
      g_assert_cmpint (self->form, ==, forms[i].form);
      g_assert_cmpstr (self->method_name, ==, "streamGenerateContent");
      g_assert_cmpstr (self->version, ==, "v1beta");
      g_assert_cmpint (other->form, ==, RELAIS_FORM_WHOLE);
      g_assert_cmpstr (other->version, ==, "v1");
    }
}

/* Each kind of client reads what its own base URL should be, and what is served at all. */
static void
test_cure (void)
{
  g_autoptr (RelaisRoute) openai = route ("POST", "/v1/chat", NULL);
  g_autoptr (RelaisRoute) anthropic = route ("POST", "/v1/chat", "anthropic-version");
  g_autoptr (RelaisRoute) gemini = route ("POST", "/v1/chat", "x-goog-api-key");
  g_autoptr (RelaisRoute) files = route ("POST", "/v1/files", NULL);

  g_assert_nonnull (strstr (openai->message, "OpenAI clients set the base URL to " BASE "/v1. "));
  g_assert_nonnull (strstr (anthropic->message, "Anthropic clients set the base URL to " BASE ". "));
  g_assert_nonnull (strstr (gemini->message, "Gemini clients set the base URL to " BASE ". "));
  g_assert_nonnull (strstr (gemini->message, "POST /v1/messages,"));
  g_assert_false (openai->not_supported);
  g_assert_true (files->not_supported);
}

/* Each path named as served is, and each operation has its path named. */
static void
test_served (void)
{
  g_autoptr (RelaisRoute) unknown = route ("POST", "/v1/chat", NULL);
  const char *list = strstr (unknown->message, "Served are ") + strlen ("Served are ");
  g_autofree char *plain = g_strndup (list, strlen (list) - strlen ("."));
  g_auto (GStrv) rows = g_strsplit (plain, ", ", -1);
  gboolean reached[RELAIS_OPERATION_GET_MODEL + 1] = { FALSE };

  for (guint i = 0; rows[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (rows[i], " ", 2);
      g_auto (GStrv) methods = g_strsplit (parts[1] != NULL ? parts[0] : "POST", "/", -1);
      /* a Gemini method is told by its colon alone after the first */
      g_autofree char *path = parts[1] != NULL ? g_strdup (parts[1])
                                               : g_strconcat ("/v1beta/models/m", parts[0], NULL);
      g_auto (GStrv) around = g_strsplit_set (path, "{}", -1);
      g_autofree char *target = g_strjoinv ("", around);

      for (guint j = 0; methods[j] != NULL; j++)
        {
          g_autoptr (RelaisRoute) self = route (methods[j], target, NULL);

          g_test_message ("%s %s", methods[j], target);
          g_assert_cmpint (self->operation, !=, RELAIS_OPERATION_UNKNOWN);
          g_assert_true (self->method_known);
          g_assert_null (self->hint);
          reached[self->operation] = TRUE;
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (reached); i++)
    g_assert_cmpint (reached[i], ==,
                     i != RELAIS_OPERATION_UNKNOWN && i != RELAIS_OPERATION_OPTIONS);
  g_assert_nonnull (strstr (plain, "POST /v1/responses/input_tokens, "));
  g_assert_nonnull (strstr (plain, "GET/DELETE /v1/responses/{id}, "));
  g_assert_nonnull (strstr (plain, "{model}:generateContent, :streamGenerateContent, "));
}

static void
test_allow (void)
{
  g_autoptr (RelaisRoute) star = route ("OPTIONS", "*", NULL);
  g_autoptr (RelaisRoute) options = route ("OPTIONS", "/v1/messages", NULL);
  g_autoptr (RelaisRoute) stored = route ("POST", "/v1/responses/resp_1", NULL);
  g_autoptr (RelaisRoute) list = route ("POST", "/v1/models", NULL);

  g_assert_cmpstr (star->allow, ==, "GET, HEAD, POST, OPTIONS, DELETE");
  g_assert_cmpstr (options->allow, ==, "POST, OPTIONS");
  g_assert_cmpstr (stored->allow, ==, "GET, HEAD, DELETE, OPTIONS");
  g_assert_cmpstr (list->allow, ==, "GET, HEAD, OPTIONS");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/route/paths", test_paths);
  g_test_add_func ("/route/query", test_query);
  g_test_add_func ("/route/form", test_form);
  g_test_add_func ("/route/cure", test_cure);
  g_test_add_func ("/route/served", test_served);
  g_test_add_func ("/route/allow", test_allow);
  return g_test_run ();
}
