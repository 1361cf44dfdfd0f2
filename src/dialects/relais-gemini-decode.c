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
read_part (RelaisDecoder        *decoder,
           const RelaisJsonNode *part)
{
  g_autofree char *signature = relais_json_node_dup_string (member (part, "thoughtSignature"));
  const RelaisJsonNode *data = member (part, "inlineData");
  gboolean thought = relais_json_node_get_boolean (member (part, "thought"), FALSE);

  if (relais_json_node_get_kind (member (part, "functionCall")) == RELAIS_JSON_OBJECT)
    {
      read_call (decoder, member (part, "functionCall"), signature);
      return;
    }
  relais_decoder_text (decoder, thought ? RELAIS_EVENT_THINK : RELAIS_EVENT_TEXT, member (part, "text"));
  if (relais_json_node_get_kind (data) == RELAIS_JSON_OBJECT)
    {
      g_autofree char *mime = relais_json_node_dup_string (member (data, "mimeType"));
      g_autofree char *base64 = relais_json_node_dup_string (member (data, "data"));

      relais_decoder_value (decoder, RELAIS_EVENT_IMAGE_OUT, base64, -1, mime);
    }
  relais_decoder_value (decoder, RELAIS_EVENT_SIGNATURE, signature, -1, NULL);
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
  const RelaisJsonNode *candidate = relais_json_node_get_element (member (data, "candidates"), 0);
  const RelaisJsonNode *part;
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (member (data, "error")) == RELAIS_JSON_OBJECT)
    {
      relais_decoder_fail_error (decoder, member (data, "error"));
      return;
    }
  relais_decoder_start (decoder, member (data, "responseId"), member (data, "modelVersion"), 0);
  relais_json_iter_init (&iter, relais_json_node_get_path (candidate, "content", "parts", NULL));
  while (relais_json_iter_next (&iter, NULL, &part))
    read_part (decoder, part);
  relais_gemini_read_usage (member (data, "usageMetadata"), &usage);
  relais_decoder_usage (decoder, &usage);
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
