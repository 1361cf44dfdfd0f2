/* relais-prompt.h: one request to a model, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-content.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_ROLE_USER,
  RELAIS_ROLE_ASSISTANT,
  RELAIS_ROLE_SYSTEM,
} RelaisRole;

typedef struct
{
  RelaisRole role;
  GPtrArray *parts; /* RelaisPart, owned */
} RelaisMessage;

typedef enum {
  RELAIS_TOOL_FUNCTION,
  RELAIS_TOOL_CUSTOM,
  RELAIS_TOOL_HOSTED,
} RelaisToolType;

/* Yes, no, or not said. */
typedef enum {
  RELAIS_TRI_UNSET,
  RELAIS_TRI_FALSE,
  RELAIS_TRI_TRUE,
} RelaisTri;

typedef struct
{
  RelaisToolType  type;
  RelaisOrigin origin; /* hosted */
  RelaisTri       strict;
  char           *name;
  char           *description;
  char *schema; /* function: JSON text, NULL for none; custom: grammar; hosted: raw JSON */
} RelaisTool;

typedef enum {
  RELAIS_TOOL_CHOICE_UNSET,
  RELAIS_TOOL_CHOICE_AUTO,
  RELAIS_TOOL_CHOICE_NONE,
  RELAIS_TOOL_CHOICE_REQUIRED,
  RELAIS_TOOL_CHOICE_NAMED,
} RelaisToolChoice;

/* What the practice account needs of a request; the translations add sampling, formats and the
 * rest of the neutral request to it. */
typedef struct
{
  char *model; /* the client's spelling */
  gboolean          stream;
  gboolean include_usage; /* Chat: stream_options.include_usage; TRUE for the others */
  GPtrArray *system;      /* RelaisPart (text), owned */
  GPtrArray *messages;    /* RelaisMessage, owned */
  GPtrArray *tools;       /* RelaisTool, owned */
  RelaisToolChoice  tool_choice;
  char             *tool_choice_name;
  RelaisTri         parallel_tools;
  gint64 max_tokens;        /* -1: not said */
  gboolean thinking;        /* the client asked for thinking */
  RelaisTri show_thinking;  /* and wants to see its text */
  gboolean keep_signatures; /* Responses: include reasoning.encrypted_content */
  GHashTable *echo;         /* Responses: fields its answer repeats, name to JSON text; owned */
} RelaisPrompt;

RelaisPrompt  *relais_prompt_new         (void);
void           relais_prompt_free        (RelaisPrompt   *self);
RelaisMessage *relais_prompt_add_message (RelaisPrompt   *self,
                                          RelaisRole      role);
RelaisTool    *relais_prompt_add_tool    (RelaisPrompt   *self,
                                          RelaisToolType  type,
                                          const char     *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisPrompt, relais_prompt_free)

G_END_DECLS
