/* relais-snippets.c: the settings each client needs, ready to paste
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-snippets"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-snippets.h"

/* How a value stands in the text, so that one with odd characters stays one value. */
enum {
  PLAIN,     /* for a person to type */
  SHELL,     /* bare words */
  STRING,    /* inside "double quotes" of a program or file */
  SHELL_JSON /* inside '…"double quotes"…' on a command line */
};

#define TERMINAL N_ ("Paste into a terminal")
#define PROGRAM N_ ("Use in a program")

/* As each client was seen to want it on 2026-11-23. */
static const RelaisSnippet snippets[] = {
  { "claude-code", "Claude Code", "Claude Code", "anthropic", "", TERMINAL,
    "export ANTHROPIC_BASE_URL=@url@\n"
    "export ANTHROPIC_AUTH_TOKEN=@key@\n"
    "export ANTHROPIC_MODEL=@model@\n"
    "claude",
    SHELL },
  { "codex", "Codex", "Codex", "openai-responses", "/v1", N_ ("Put into ~/.codex/config.toml"),
    "model = \"@model@\"\n"
    "model_provider = \"relais\"\n"
    "\n"
    "[model_providers.relais]\n"
    "name = \"Relais\"\n"
    "base_url = \"@url@/v1\"\n"
    "env_key = \"RELAIS_KEY\"\n"
    "wire_api = \"responses\"\n"
    "\n"
    "# then, in a terminal:\n"
    "#   export RELAIS_KEY=@key@\n"
    "#   codex",
    STRING },
  { "gemini-cli", "Gemini CLI", "Gemini CLI", "gemini", "", TERMINAL,
    "export GOOGLE_GEMINI_BASE_URL=@url@\n"
    "export GEMINI_API_KEY=@key@\n"
    "gemini -m @model@",
    SHELL },
  { "opencode", "OpenCode", "OpenCode", "openai-chat", "/v1", N_ ("Put into ~/.config/opencode/opencode.json"),
    "{\n"
    "  \"provider\": {\n"
    "    \"relais\": {\n"
    "      \"npm\": \"@ai-sdk/openai-compatible\",\n"
    "      \"name\": \"Relais\",\n"
    "      \"options\": {\n"
    "        \"baseURL\": \"@url@/v1\",\n"
    "        \"apiKey\": \"@key@\"\n"
    "      },\n"
    "      \"models\": { \"@model@\": {} }\n"
    "    }\n"
    "  },\n"
    "  \"model\": \"relais/@model@\"\n"
    "}",
    STRING },
  { "kilo-code", "Kilo Code", "Kilo Code", "openai-chat", "/v1", N_ ("Put into ~/.config/kilo/kilo.json"),
    "{\n"
    "  \"provider\": {\n"
    "    \"relais\": {\n"
    "      \"npm\": \"@ai-sdk/openai-compatible\",\n"
    "      \"name\": \"Relais\",\n"
    "      \"options\": {\n"
    "        \"baseURL\": \"@url@/v1\",\n"
    "        \"apiKey\": \"@key@\"\n"
    "      },\n"
    "      \"models\": { \"@model@\": {} }\n"
    "    }\n"
    "  },\n"
    "  \"model\": \"relais/@model@\"\n"
    "}",
    STRING },
  { "cline", "Cline", "Cline", "openai-chat", "/v1", N_ ("Enter in the settings of Cline"),
    "API Provider:  OpenAI Compatible\n"
    "Base URL:      @url@/v1\n"
    "API Key:       @key@\n"
    "Model ID:      @model@",
    PLAIN },
  { "qwen-code", "Qwen Code", "Qwen Code", "openai-chat", "/v1", TERMINAL,
    "export OPENAI_BASE_URL=@url@/v1\n"
    "export OPENAI_API_KEY=@key@\n"
    "export OPENAI_MODEL=@model@\n"
    "qwen --auth-type openai",
    SHELL },
  { "pi", "pi", NULL, "openai-chat", "/v1", N_ ("Put into ~/.pi/agent/models.json"),
    "{\n"
    "  \"providers\": {\n"
    "    \"relais\": {\n"
    "      \"baseUrl\": \"@url@/v1\",\n"
    "      \"apiKey\": \"@key@\",\n"
    "      \"api\": \"openai-completions\",\n"
    "      \"models\": [{ \"id\": \"@model@\" }]\n"
    "    }\n"
    "  }\n"
    "}",
    STRING },
  { "openai-python", "OpenAI SDK (Python)", "OpenAI SDK (Python)", "openai-chat", "/v1", PROGRAM,
    "from openai import OpenAI\n"
    "\n"
    "client = OpenAI(\n"
    "    base_url=\"@url@/v1\",\n"
    "    api_key=\"@key@\",\n"
    ")\n"
    "answer = client.chat.completions.create(\n"
    "    model=\"@model@\",\n"
    "    messages=[{\"role\": \"user\", \"content\": \"Hello\"}],\n"
    ")\n"
    "print(answer.choices[0].message.content)",
    STRING },
  { "openai-js", "OpenAI SDK (JavaScript)", "OpenAI SDK (JS)", "openai-chat", "/v1", PROGRAM,
    "import OpenAI from \"openai\";\n"
    "\n"
    "const client = new OpenAI({\n"
    "  baseURL: \"@url@/v1\",\n"
    "  apiKey: \"@key@\",\n"
    "});\n"
    "const answer = await client.chat.completions.create({\n"
    "  model: \"@model@\",\n"
    "  messages: [{ role: \"user\", content: \"Hello\" }],\n"
    "});\n"
    "console.log(answer.choices[0].message.content);",
    STRING },
  { "anthropic-python", "Anthropic SDK (Python)", "Anthropic SDK (Python)", "anthropic", "", PROGRAM,
    "from anthropic import Anthropic\n"
    "\n"
    "client = Anthropic(\n"
    "    base_url=\"@url@\",\n"
    "    api_key=\"@key@\",\n"
    ")\n"
    "answer = client.messages.create(\n"
    "    model=\"@model@\",\n"
    "    max_tokens=1024,\n"
    "    messages=[{\"role\": \"user\", \"content\": \"Hello\"}],\n"
    ")\n"
    "print(answer.content[0].text)",
    STRING },
  { "anthropic-js", "Anthropic SDK (JavaScript)", "Anthropic SDK (JS)", "anthropic", "", PROGRAM,
    "import Anthropic from \"@anthropic-ai/sdk\";\n"
    "\n"
    "const client = new Anthropic({\n"
    "  baseURL: \"@url@\",\n"
    "  apiKey: \"@key@\",\n"
    "});\n"
    "const answer = await client.messages.create({\n"
    "  model: \"@model@\",\n"
    "  max_tokens: 1024,\n"
    "  messages: [{ role: \"user\", content: \"Hello\" }],\n"
    "});\n"
    "console.log(answer.content[0].text);",
    STRING },
  { "gemini-python", "Google Gen AI SDK (Python)", "Gemini SDK", "gemini", "", PROGRAM,
    "from google import genai\n"
    "from google.genai import types\n"
    "\n"
    "client = genai.Client(\n"
    "    api_key=\"@key@\",\n"
    "    http_options=types.HttpOptions(base_url=\"@url@\"),\n"
    ")\n"
    "answer = client.models.generate_content(\n"
    "    model=\"@model@\",\n"
    "    contents=\"Hello\",\n"
    ")\n"
    "print(answer.text)",
    STRING },
  { "gemini-js", "Google Gen AI SDK (JavaScript)", "Gemini SDK", "gemini", "", PROGRAM,
    "import { GoogleGenAI } from \"@google/genai\";\n"
    "\n"
    "const client = new GoogleGenAI({\n"
    "  apiKey: \"@key@\",\n"
    "  httpOptions: { baseUrl: \"@url@\" },\n"
    "});\n"
    "const answer = await client.models.generateContent({\n"
    "  model: \"@model@\",\n"
    "  contents: \"Hello\",\n"
    "});\n"
    "console.log(answer.text);",
    STRING },
  { "gemini-python-old", "google-generativeai (Python)", NULL, "gemini", "", PROGRAM,
    "import google.generativeai as genai\n"
    "\n"
    "genai.configure(\n"
    "    api_key=\"@key@\",\n"
    "    transport=\"rest\",\n"
    "    client_options={\"api_endpoint\": \"@url@\"},\n"
    ")\n"
    "model = genai.GenerativeModel(\"@model@\")\n"
    "print(model.generate_content(\"Hello\").text)",
    STRING },
  { "vercel", "Vercel AI SDK", NULL, "openai-chat", "/v1", PROGRAM,
    "import { createOpenAICompatible } from \"@ai-sdk/openai-compatible\";\n"
    "import { generateText } from \"ai\";\n"
    "\n"
    "const relais = createOpenAICompatible({\n"
    "  name: \"relais\",\n"
    "  baseURL: \"@url@/v1\",\n"
    "  apiKey: \"@key@\",\n"
    "});\n"
    "const { text } = await generateText({\n"
    "  model: relais(\"@model@\"),\n"
    "  prompt: \"Hello\",\n"
    "});\n"
    "console.log(text);",
    STRING },
  { "langchain", "LangChain (Python)", "OpenAI SDK (Python)", "openai-chat", "/v1", PROGRAM,
    "from langchain_openai import ChatOpenAI\n"
    "\n"
    "llm = ChatOpenAI(\n"
    "    base_url=\"@url@/v1\",\n"
    "    api_key=\"@key@\",\n"
    "    model=\"@model@\",\n"
    ")\n"
    "print(llm.invoke(\"Hello\").content)",
    STRING },
  { "curl-openai", "curl (OpenAI)", "curl", "openai-chat", "/v1", TERMINAL,
    "curl '@url@/v1/chat/completions' \\\n"
    "  -H 'Authorization: Bearer @key@' \\\n"
    "  -H 'Content-Type: application/json' \\\n"
    "  -d '{\"model\": \"@model@\",\n"
    "       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'",
    SHELL_JSON },
  { "curl-anthropic", "curl (Anthropic)", "curl", "anthropic", "", TERMINAL,
    "curl '@url@/v1/messages' \\\n"
    "  -H 'x-api-key: @key@' \\\n"
    "  -H 'anthropic-version: 2023-06-01' \\\n"
    "  -H 'Content-Type: application/json' \\\n"
    "  -d '{\"model\": \"@model@\", \"max_tokens\": 1024,\n"
    "       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'",
    SHELL_JSON },
  { "curl-gemini", "curl (Gemini)", "curl", "gemini", "", TERMINAL,
    "curl '@url@/v1beta/models/@model@:generateContent' \\\n"
    "  -H 'x-goog-api-key: @key@' \\\n"
    "  -H 'Content-Type: application/json' \\\n"
    "  -d '{\"contents\": [{\"role\": \"user\", \"parts\": [{\"text\": \"Hello\"}]}]}'",
    SHELL_JSON },
};

static gboolean
is_plain (const char *value)
{
  return value[strspn (value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "-._:/@+•")] == '\0';
}

static char *
escape (const char *value,
        int         syntax)
{
  GString *text = NULL;

  if (syntax == PLAIN || is_plain (value))
    return g_strdup (value);
  if (syntax == SHELL)
    return g_shell_quote (value);

  text = g_string_new (NULL);
  for (const char *p = value; *p != '\0'; p++)
    {
      if ((guchar)*p < 0x20)
        continue;
      if (*p == '"' || *p == '\\')
        g_string_append_c (text, '\\');
      if (*p == '\'' && syntax == SHELL_JSON)
        g_string_append (text, "'\\''");
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

static void
append_value (GString    *out,
              const char *value,
              int         syntax,
              gboolean    markup)
{
  g_autofree char *escaped = escape (value, syntax);
  g_autofree char *safe = markup ? g_markup_escape_text (escaped, -1) : NULL;

  if (markup)
    g_string_append_printf (out, "<b>%s</b>", safe);
  else
    g_string_append (out, escaped);
}

/**
 * relais_snippets_get:
 * @n_snippets: (out): how many
 *
 * Returns: (transfer none): the table of clients, in the order to show
 */
const RelaisSnippet *
relais_snippets_get (gsize *n_snippets)
{
  g_return_val_if_fail (n_snippets != NULL, NULL);

  *n_snippets = G_N_ELEMENTS (snippets);
  return snippets;
}

/**
 * relais_snippets_format:
 * @snippet: a row of the table
 * @url: the gateway's root, without a slash at its end
 * @key: the client key, or its masked form to show
 * @model: a model name
 * @markup: whether Pango markup with the values in bold is wanted, not plain text
 *
 * Values with odd characters are quoted or escaped as the snippet's language needs.
 *
 * Returns: (transfer full): the settings
 */
char *
relais_snippets_format (const RelaisSnippet *snippet,
                        const char          *url,
                        const char          *key,
                        const char          *model,
                        gboolean             markup)
{
  const struct
  {
    const char *name;
    const char *value;
  } places[] = { { "@url@", url }, { "@key@", key }, { "@model@", model } };
  GString *out = g_string_new (NULL);
  const char *p = snippet->text;

  while (*p != '\0')
    {
      gsize i = 0;

      while (i < G_N_ELEMENTS (places) && !g_str_has_prefix (p, places[i].name))
        i++;
      if (i < G_N_ELEMENTS (places))
        {
          append_value (out, places[i].value, snippet->syntax, markup);
          p += strlen (places[i].name);
          continue;
        }
      if (markup && *p == '<')
        g_string_append (out, "&lt;");
      else if (markup && *p == '&')
        g_string_append (out, "&amp;");
      else
        g_string_append_c (out, *p);
      p++;
    }
  return g_string_free (out, FALSE);
}
