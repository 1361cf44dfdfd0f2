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
  int position;     /* in the list the client sent, from 0; -1: not known */
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
  char *client_name; /* as the client declared it, once it was renamed for a target */
  char *name_space;  /* Responses: the group it is called in, or NULL */
  char           *description;
  char *schema;    /* function: JSON text, NULL for none; custom: grammar; hosted: raw JSON */
  gboolean plain;  /* function: the schema is one of an object that all take */
  int position;    /* in the list the client sent, from 0; -1: not known */
  gboolean custom; /* declared as one that takes free text, whatever its type by now */
} RelaisTool;

typedef enum {
  RELAIS_TOOL_CHOICE_UNSET,
  RELAIS_TOOL_CHOICE_AUTO,
  RELAIS_TOOL_CHOICE_NONE,
  RELAIS_TOOL_CHOICE_REQUIRED,
  RELAIS_TOOL_CHOICE_NAMED,
  RELAIS_TOOL_CHOICE_SUBSET,
} RelaisToolChoice;

typedef enum {
  RELAIS_EFFORT_UNSET,
  RELAIS_EFFORT_NONE,
  RELAIS_EFFORT_MINIMAL,
  RELAIS_EFFORT_LOW,
  RELAIS_EFFORT_MEDIUM,
  RELAIS_EFFORT_HIGH,
  RELAIS_EFFORT_XHIGH,
  RELAIS_EFFORT_MAX,
} RelaisEffort;

#define RELAIS_BUDGET_UNSET (-2)
#define RELAIS_BUDGET_AUTOMATIC (-1)

typedef enum {
  RELAIS_FORMAT_TEXT,
  RELAIS_FORMAT_JSON,
  RELAIS_FORMAT_SCHEMA,
} RelaisFormat;

/* What becomes of a field without a neutral form at an upstream of another dialect. */
typedef enum {
  RELAIS_EXTRA_QUIET,  /* dropped; nobody relies on it */
  RELAIS_EXTRA_TOLD,   /* dropped, and the client is told */
  RELAIS_EXTRA_NEEDED, /* the request is refused */
} RelaisExtraNeed;

typedef struct
{
  RelaisExtraNeed  need;
  char            *field;
} RelaisExtra;

/* One request. Strings owned, NULL where not said; numbers as the client wrote them, so that they
 * keep their digits. */
typedef struct
{
  RelaisOrigin origin; /* the client's dialect, once it is to be translated */
  char *model;         /* the client's spelling */
  gboolean          stream;
  gboolean include_usage; /* Chat: stream_options.include_usage; TRUE for the others */
  GPtrArray *system;      /* RelaisPart (text), owned */
  GPtrArray *messages;    /* RelaisMessage, owned */
  GPtrArray *tools;       /* RelaisTool, owned */
  RelaisToolChoice  tool_choice;
  char *tool_choice_name;       /* named */
  GPtrArray *tool_choice_names; /* subset: char, owned, or NULL */
  gboolean tool_choice_forced;  /* subset: one of them must be called */
  RelaisTri         parallel_tools;
  gint64 max_tokens; /* -1: not said */
  gint64 n;          /* choices asked for, 1 */
  char             *temperature;
  char             *top_p;
  char             *top_k;
  char             *presence_penalty;
  char             *frequency_penalty;
  char             *seed;
  char *logit_bias; /* JSON */
  gboolean          logprobs;
  gint64 top_logprobs; /* -1: not said */
  GPtrArray *stop;     /* char, owned */
  RelaisFormat      format;
  char             *format_name;
  char             *format_description;
  char *format_schema; /* JSON Schema */
  RelaisTri         format_strict;
  gboolean format_bare; /* schema: of a string that comes without quotes */
  RelaisEffort      effort;
  gint64 budget;            /* thinking tokens; 0: off; or RELAIS_BUDGET_… */
  gboolean thinking;        /* the client asked for thinking */
  RelaisTri show_thinking;  /* and wants to see its text */
  gboolean keep_signatures; /* Responses: include reasoning.encrypted_content */
  char             *verbosity;
  char             *service_tier;
  RelaisTri         store;
  char *metadata; /* JSON object */
  char             *user_id;
  char *session_key; /* what tells one conversation from another */
  GPtrArray *extras; /* RelaisExtra, owned: fields without a neutral form */
  GHashTable *echo;  /* Responses: fields its answer repeats, name to JSON text; owned */
} RelaisPrompt;

RelaisPrompt  *relais_prompt_new         (void);
void           relais_prompt_free        (RelaisPrompt    *self);
RelaisMessage *relais_prompt_add_message (RelaisPrompt    *self,
                                          RelaisRole       role);
RelaisTool    *relais_prompt_add_tool    (RelaisPrompt    *self,
                                          RelaisToolType   type,
                                          const char      *name);
void           relais_prompt_add_extra   (RelaisPrompt    *self,
                                          RelaisExtraNeed  need,
                                          const char      *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisPrompt, relais_prompt_free)

G_END_DECLS
