/* relais-snippets.h: the settings each client needs, ready to paste
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *id;
  const char *name;
  const char *agent;       /* as records name it; NULL: it gives no name of its own */
  const char *dialect;     /* as the engine's test request names it */
  const char *suffix;      /* of the base URL: "" or "/v1" */
  const char *instruction; /* for gettext */
  const char *text;        /* with @url@, @key@ and @model@ */
  int         syntax;
} RelaisSnippet;

const RelaisSnippet *relais_snippets_get    (gsize               *n_snippets);
char                *relais_snippets_format (const RelaisSnippet *snippet,
                                             const char          *url,
                                             const char          *key,
                                             const char          *model,
                                             gboolean             markup);

G_END_DECLS
