/* relais-content.h: the parts of a message, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who minted a signature or an opaque value; it goes back to upstreams of the same origin only. */
typedef enum {
  RELAIS_ORIGIN_NONE,
  RELAIS_ORIGIN_OPENAI_CHAT,
  RELAIS_ORIGIN_OPENAI_RESPONSES,
  RELAIS_ORIGIN_ANTHROPIC,
  RELAIS_ORIGIN_GEMINI,
} RelaisOrigin;

typedef enum {
  RELAIS_PART_TEXT,
  RELAIS_PART_IMAGE,
  RELAIS_PART_FILE,
  RELAIS_PART_AUDIO,
  RELAIS_PART_TOOL_CALL,
  RELAIS_PART_TOOL_RESULT,
  RELAIS_PART_THINKING,
  RELAIS_PART_REDACTED,
  RELAIS_PART_REFUSAL,
  RELAIS_PART_JSON,
  RELAIS_PART_OPAQUE,
} RelaisPartType;

/* One part. Which members are set depends on the type; all strings are UTF-8 and owned. */
typedef struct _RelaisPart RelaisPart;

struct _RelaisPart
{
  RelaisPartType type;
  RelaisOrigin origin; /* of signature, redacted and opaque values */
  char *text;          /* text, thinking, refusal; raw JSON of json and opaque; redacted data */
  char *mime;          /* image, file, audio: media type, or audio format */
  char *data;          /* image, file, audio: base64 */
  char *url;           /* image, file */
  char *file_id;       /* image, file */
  char *filename;      /* file */
  char *detail;        /* image */
  char *id;            /* tool call, tool result */
  char *name;          /* tool call, tool result */
  char *name_space;    /* tool call: the group of its tool, or NULL */
  char *args;          /* tool call: JSON text, or free text when custom */
  char *signature;     /* tool call, thinking, text */
  GPtrArray *content;  /* tool result: RelaisPart, owned */
  /* where the client sent it, from 0; -1: not known */
  int item;          /* in the list of messages, where that is not its message's position */
  int position;      /* in its message */
  int inner;         /* in the tool result at that position */
  guint n_joined;    /* those behind it that were joined to it */
  gboolean custom;   /* tool call */
  gboolean is_error; /* tool result */
};

RelaisPart *relais_part_new      (RelaisPartType  type);
RelaisPart *relais_part_new_text (const char     *text);
void        relais_part_free     (RelaisPart     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisPart, relais_part_free)

G_END_DECLS
