/* relais-gemini-decode.c: answers of upstreams that speak Gemini's generateContent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-gemini"

#include "config.h"

#include "relais-gemini.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

static void
read_call (RelaisDecoder        *decoder,
           const RelaisJsonNode *call,
           const char           *signature)
{
  g_autofree char *id = relais_json_node_dup_string (member (call, "id"));
  g_autofree char *name = relais_json_node_dup_string (member (call, "name"));
  g_autofree char *args = NULL;
  guint number = relais_decoder_call_start (decoder, id, name, NULL, signature, FALSE);

  if (relais_json_node_get_kind (member (call, "args")) == RELAIS_JSON_OBJECT)
    args = relais_json_node_dup_raw (member (call, "args"));
  relais_decoder_call_args (decoder, number, args != NULL ? args : "{}", -1);
  relais_decoder_call_end (decoder, number);
}

static void
read_image (RelaisDecoder        *decoder,
            const RelaisJsonNode *data)
{
  g_autofree char *mime = relais_json_node_dup_string (member (data, "mimeType"));
  g_autofree char *base64 = relais_json_node_dup_string (member (data, "data"));

  relais_decoder_value (decoder, RELAIS_EVENT_IMAGE_OUT, base64, -1, mime);
}

static void
read_part (RelaisDecoder        *decoder,
           const RelaisJsonNode *part)
{
  enum {
    TEXT,
    THOUGHT,
    SIGNATURE,
    CALL,
    IMAGE,
    N_PART,
  };
  static const RelaisJsonName names[N_PART] = {
    [TEXT] = RELAIS_JSON_NAME ("text"),
    [THOUGHT] = RELAIS_JSON_NAME ("thought"),
    [SIGNATURE] = RELAIS_JSON_NAME ("thoughtSignature"),
    [CALL] = RELAIS_JSON_NAME ("functionCall"),
    [IMAGE] = RELAIS_JSON_NAME ("inlineData"),
  };
  const RelaisJsonNode *found[N_PART];
  gboolean thought;

  relais_json_node_get_members (part, names, N_PART, found);
  if (relais_json_node_get_kind (found[CALL]) == RELAIS_JSON_OBJECT)
    {
      g_autofree char *signature = relais_json_node_dup_string (found[SIGNATURE]);

      read_call (decoder, found[CALL], signature);
      return;
    }
  thought = relais_json_node_get_boolean (found[THOUGHT], FALSE);
  relais_decoder_text (decoder, thought ? RELAIS_EVENT_THINK : RELAIS_EVENT_TEXT, found[TEXT]);
  if (relais_json_node_get_kind (found[IMAGE]) == RELAIS_JSON_OBJECT)
    read_image (decoder, found[IMAGE]);
  relais_decoder_text (decoder, RELAIS_EVENT_SIGNATURE, found[SIGNATURE]);
}

/* A prompt that was not let through has no candidate, only a reason. */
static void
read_feedback (RelaisDecoder        *decoder,
               const RelaisJsonNode *feedback)
{
  g_autofree char *reason = relais_json_node_dup_string (member (feedback, "blockReason"));
  g_autofree char *words = NULL;

  if (reason == NULL)
    return;
  words = g_strdup_printf ("The prompt was blocked: %s", reason);
  relais_decoder_value (decoder, RELAIS_EVENT_REFUSAL, words, -1, NULL);
  relais_decoder_end (decoder, RELAIS_FINISH_FILTER, NULL);
}

static void
gemini_decoder_event (RelaisDecoder        *decoder,
                      const char           *name,
                      const RelaisJsonNode *data)
{
  enum {
    CANDIDATES,
    USAGE,
    ERROR,
    N_DATA,
  };
  static const RelaisJsonName names[N_DATA] = {
    [CANDIDATES] = RELAIS_JSON_NAME ("candidates"),
    [USAGE] = RELAIS_JSON_NAME ("usageMetadata"),
    [ERROR] = RELAIS_JSON_NAME ("error"),
  };
  const RelaisJsonNode *found[N_DATA];
  const RelaisJsonNode *candidate, *part;
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;
  RelaisJsonIter iter;

  relais_json_node_get_members (data, names, N_DATA, found);
  if (relais_json_node_get_kind (found[ERROR]) == RELAIS_JSON_OBJECT ||
      relais_json_node_get_kind (found[ERROR]) == RELAIS_JSON_STRING)
    {
      relais_decoder_fail_error (decoder, found[ERROR]);
      return;
    }
  if (!decoder->started)
    relais_decoder_start (decoder, member (data, "responseId"), member (data, "modelVersion"), 0);
  candidate = relais_json_node_get_element (found[CANDIDATES], 0);
  relais_json_iter_init (&iter, relais_json_node_get_path (candidate, "content", "parts", NULL));
  while (relais_json_iter_next (&iter, NULL, &part))
    read_part (decoder, part);
  if (relais_json_node_get_kind (found[USAGE]) == RELAIS_JSON_OBJECT)
    {
      relais_gemini_read_usage (found[USAGE], &usage);
      relais_decoder_usage (decoder, &usage);
    }
  if (candidate == NULL)
    read_feedback (decoder, member (data, "promptFeedback"));
  else if (relais_gemini_read_finish (member (candidate, "finishReason"), &finish))
    relais_decoder_end (decoder, finish, NULL);
}

static void
gemini_decoder_whole (RelaisDecoder        *decoder,
                      const RelaisJsonNode *body)
{
  gemini_decoder_event (decoder, "", body);
  /* a whole body is whole, whatever its reason says */
  if (!decoder->finished && relais_json_node_get_element (member (body, "candidates"), 0) != NULL)
    relais_decoder_end (decoder, RELAIS_FINISH_STOP, NULL);
}

const RelaisDecoderClass relais_gemini_decoder = {
  .origin = RELAIS_ORIGIN_GEMINI,
  .size = sizeof (RelaisDecoder),
  .event = gemini_decoder_event,
  .whole = gemini_decoder_whole,
};
