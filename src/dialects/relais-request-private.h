/* relais-request-private.h: what the request decoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json.h"
#include "model/relais-prompt.h"

G_BEGIN_DECLS

/* Reads one part of a message and adds it. */
typedef gboolean (*RelaisRequestPartFunc) (const RelaisJsonNode *node,
                                           GPtrArray *parts,
                                           GError **error);

RelaisJson    *relais_request_parse         (GBytes                *body,
                                             GError               **error);
gboolean       relais_request_fail          (GError               **error,
                                             const char            *field,
                                             const char            *fault);
gboolean       relais_request_is_given      (const RelaisJsonNode  *node);
gboolean       relais_request_check         (const RelaisJsonNode  *node,
                                             const char            *field,
                                             RelaisJsonKind         kind,
                                             GError               **error);
gboolean       relais_request_read_string   (const RelaisJsonNode  *node,
                                             const char            *field,
                                             char                 **value,
                                             GError               **error);
gboolean       relais_request_need_string   (const RelaisJsonNode  *node,
                                             const char            *field,
                                             char                 **value,
                                             GError               **error);
gboolean       relais_request_read_boolean  (const RelaisJsonNode  *node,
                                             const char            *field,
                                             gboolean              *value,
                                             GError               **error);
gboolean       relais_request_read_tri      (const RelaisJsonNode  *node,
                                             const char            *field,
                                             RelaisTri             *value,
                                             GError               **error);
gboolean       relais_request_read_count    (const RelaisJsonNode  *node,
                                             const char            *field,
                                             gint64                *value,
                                             GError               **error);
gboolean       relais_request_read_number   (const RelaisJsonNode  *node,
                                             const char            *field,
                                             char                 **value,
                                             GError               **error);
gboolean       relais_request_read_strings  (const RelaisJsonNode  *node,
                                             const char            *field,
                                             GPtrArray             *values,
                                             GError               **error);
gboolean       relais_request_read_effort   (const RelaisJsonNode  *node,
                                             const char            *field,
                                             RelaisEffort          *value,
                                             GError               **error);
void           relais_request_note_unread   (RelaisPrompt          *prompt,
                                             const RelaisJson      *tree);
void           relais_request_note_extra    (RelaisPrompt          *prompt,
                                             const RelaisJsonNode  *node,
                                             const char            *field,
                                             RelaisExtraNeed        need);
void           relais_request_match_results (RelaisPrompt          *prompt);
RelaisMessage *relais_request_get_results   (RelaisPrompt          *prompt);
guint          relais_request_count_parts   (RelaisPrompt          *prompt);
void           relais_request_note_item     (RelaisPrompt          *prompt,
                                             guint                  n_parts,
                                             int                    item);
RelaisMessage *relais_request_get_assistant (RelaisPrompt          *prompt);

/* relais-request-parts.c */
gboolean relais_request_read_words   (const RelaisJsonNode   *node,
                                      const char             *field,
                                      RelaisPartType          type,
                                      GPtrArray              *parts,
                                      GError                **error);
gboolean relais_request_read_content (const RelaisJsonNode   *content,
                                      const char             *field,
                                      RelaisRequestPartFunc   func,
                                      GPtrArray              *parts,
                                      GError                **error);
void     relais_request_add_opaque   (GPtrArray              *parts,
                                      RelaisOrigin            origin,
                                      const RelaisJsonNode   *node);
void     relais_request_set_media    (RelaisPart             *part,
                                      const char             *url);
char    *relais_request_fix_mime     (const char             *mime,
                                      const char             *base64);

G_END_DECLS
