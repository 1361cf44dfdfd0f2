/* relais-json-writer.h: JSON text appended to a buffer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the next value goes; lives on the stack. Give a name inside objects, NULL inside arrays. */
typedef struct
{
  GString *out;   /* borrowed */
  gboolean comma; /* something stands before */
} RelaisJsonWriter;

void relais_json_writer_init       (RelaisJsonWriter *self,
                                    GString          *out);
void relais_json_writer_object     (RelaisJsonWriter *self,
                                    const char       *name);
void relais_json_writer_array      (RelaisJsonWriter *self,
                                    const char       *name);
void relais_json_writer_end_object (RelaisJsonWriter *self);
void relais_json_writer_end_array  (RelaisJsonWriter *self);
void relais_json_writer_string     (RelaisJsonWriter *self,
                                    const char       *name,
                                    const char       *value);
void relais_json_writer_text       (RelaisJsonWriter *self,
                                    const char       *name,
                                    const char       *value,
                                    gssize            length);
void relais_json_writer_int        (RelaisJsonWriter *self,
                                    const char       *name,
                                    gint64            value);
void relais_json_writer_boolean    (RelaisJsonWriter *self,
                                    const char       *name,
                                    gboolean          value);
void relais_json_writer_null       (RelaisJsonWriter *self,
                                    const char       *name);
void relais_json_writer_raw        (RelaisJsonWriter *self,
                                    const char       *name,
                                    const char       *json,
                                    gssize            length);
void relais_json_append_raw        (GString          *out,
                                    const char       *json,
                                    gssize            length);
void relais_json_append_string     (GString          *out,
                                    const char       *text,
                                    gssize            length);
void relais_json_append_escaped    (GString          *out,
                                    const char       *text,
                                    gssize            length);

G_END_DECLS
