/* relais-json.h: the wire path's JSON: a tree of slices, and a scanner that builds none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_JSON_MAX_DEPTH 128
#define RELAIS_JSON_MAX_NODES (2 * 1024 * 1024)

typedef enum {
  RELAIS_JSON_NONE, /* what is not there at all */
  RELAIS_JSON_NULL,
  RELAIS_JSON_BOOLEAN,
  RELAIS_JSON_NUMBER,
  RELAIS_JSON_STRING,
  RELAIS_JSON_ARRAY,
  RELAIS_JSON_OBJECT,
} RelaisJsonKind;

/* A parsed text; owns the nodes, borrows the source. */
typedef struct _RelaisJson RelaisJson;

/* One value in it; lives as long as its RelaisJson and the source. NULL stands for a missing value
 * in every function that reads one. */
typedef struct _RelaisJsonNode RelaisJsonNode;

/* Walks the members of an object or the elements of an array; lives on the stack. */
typedef struct
{
  const RelaisJsonNode *at;
  const RelaisJsonNode *end;
  gboolean              object;
} RelaisJsonIter;

/* Told the way to a member nobody read, from outside in; says whether it wants more. */
typedef gboolean (*RelaisJsonUnreadFunc) (const char *path,
                                          gpointer user_data);

/* A key to look for; RELAIS_JSON_NAME ("…") makes one. */
typedef struct
{
  const char *text;
  gsize       length;
} RelaisJsonName;

#define RELAIS_JSON_NAME(text) \
 {                             \
  (text), sizeof (text) - 1    \
 }

/* What pass-through needs to know of a request. */
typedef struct
{
  gboolean has_model;
  gsize model_start; /* bytes from the start, quotes included */
  gsize    model_end;
  char *model; /* owned; unescaped, UTF-8 */
  gboolean has_stream;
  gboolean stream;
  const char *wrong; /* static; the member at fault, NULL where it is not one of these two */
} RelaisJsonScan;

RelaisJson           *relais_json_parse     (const char        *json,
                                             gsize              length,
                                             guint              max_depth,
                                             GError           **error);
RelaisJson           *relais_json_reparse   (RelaisJson        *self,
                                             const char        *json,
                                             gsize              length,
                                             guint              max_depth,
                                             GError           **error);
char                 *relais_json_dup_fault (const char        *json,
                                             gsize              length);
void                  relais_json_free      (RelaisJson        *self);
const RelaisJsonNode *relais_json_get_root  (const RelaisJson  *self);
gboolean              relais_json_has_nul   (const RelaisJson  *self);

RelaisJsonKind        relais_json_node_get_kind      (const RelaisJsonNode  *node);
gsize                 relais_json_node_get_count     (const RelaisJsonNode  *node);
const RelaisJsonNode *relais_json_node_get_member    (const RelaisJsonNode  *node,
                                                      const char            *name);
const RelaisJsonNode *relais_json_node_get_path      (const RelaisJsonNode  *node,
                                                      const char            *name,
                                                      ...) G_GNUC_NULL_TERMINATED;
const RelaisJsonNode *relais_json_node_get_element   (const RelaisJsonNode  *node,
                                                      gsize                  position);
const char           *relais_json_node_get_raw       (const RelaisJsonNode  *node,
                                                      gsize                 *length);
void                  relais_json_node_take          (const RelaisJsonNode  *node);
char                 *relais_json_node_dup_raw       (const RelaisJsonNode  *node);
char                 *relais_json_node_dup_string    (const RelaisJsonNode  *node);
gboolean              relais_json_node_append_string (const RelaisJsonNode  *node,
                                                      GString               *out);
void                  relais_json_node_get_members   (const RelaisJsonNode  *node,
                                                      const RelaisJsonName  *names,
                                                      gsize                  n_names,
                                                      const RelaisJsonNode **found);
gboolean              relais_json_node_equals        (const RelaisJsonNode  *node,
                                                      const char            *text);
gboolean              relais_json_node_get_boolean   (const RelaisJsonNode  *node,
                                                      gboolean               fallback);
gboolean              relais_json_node_get_int       (const RelaisJsonNode  *node,
                                                      gint64                *value);
gboolean              relais_json_node_get_double    (const RelaisJsonNode  *node,
                                                      double                *value);

void     relais_json_iter_init (RelaisJsonIter        *iter,
                                const RelaisJsonNode  *container);
gboolean relais_json_iter_next (RelaisJsonIter        *iter,
                                const RelaisJsonNode **key,
                                const RelaisJsonNode **value);

void relais_json_foreach_unread (const RelaisJson     *self,
                                 RelaisJsonUnreadFunc  func,
                                 gpointer              user_data);

gboolean relais_json_scan_request (const char      *json,
                                   gsize            length,
                                   guint            max_depth,
                                   RelaisJsonScan  *scan,
                                   GError         **error);
void     relais_json_scan_clear   (RelaisJsonScan  *scan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisJson, relais_json_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RelaisJsonScan, relais_json_scan_clear)

G_END_DECLS
