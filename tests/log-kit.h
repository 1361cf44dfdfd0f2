/* log-kit.h: a log on a disk of its own, and a look at its file past it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "monitor/relais-log.h"

#include "relais-test-clock.h"

G_BEGIN_DECLS

#define LOG_KIT_WALL_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)
#define LOG_KIT_DAYS 30
#define LOG_KIT_SECRET "the capital of nowhere"

typedef struct
{
  RelaisLog       *log;
  RelaisTestClock  clock;
  char *trouble; /* told last */
  guint            n_told;
  char            *folder;
  char            *path;
} LogKit;

void           log_kit_trouble_cb       (const char     *trouble,
                                         gpointer        user_data);
void           log_kit_open             (LogKit         *self);
void           log_kit_close            (LogKit         *self);
void           log_kit_restart          (LogKit         *self);
void           log_kit_set_up           (LogKit         *self,
                                         gconstpointer   data);
void           log_kit_tear_down        (LogKit         *self,
                                         gconstpointer   data);
GPtrArray     *log_kit_load             (RelaisLog      *log,
                                         guint           n,
                                         GError        **error);
RelaisBodies  *log_kit_read_bodies      (LogKit         *self,
                                         guint64         id,
                                         GError        **error);
RelaisLogSize *log_kit_measure          (LogKit         *self);
gboolean       log_kit_delete_all       (LogKit         *self);
void           log_kit_assert_rows      (LogKit         *self,
                                         gint64          n_rows);
void           log_kit_flush            (LogKit         *self);
char          *log_kit_make_text        (void);
RelaisBodies  *log_kit_make_bodies      (const char     *text);
void           log_kit_add              (RelaisLog      *log,
                                         guint64         id,
                                         gint64          age_us,
                                         const char     *body);
void           log_kit_add_refused      (RelaisLog      *log,
                                         guint64         id);
void           log_kit_run_sql          (LogKit         *self,
                                         const char     *sql);
gint64         log_kit_ask_sql          (LogKit         *self,
                                         const char     *sql);
gint64         log_kit_get_file_size    (const char     *path);
gboolean       log_kit_is_in_file       (const char     *path,
                                         const char     *text);
void           log_kit_block            (LogKit         *self);
void           log_kit_unblock          (LogKit         *self);
void           log_kit_wait_for_trouble (LogKit         *self);
void           log_kit_wait_until_told  (LogKit         *self,
                                         guint           n_told);
void           log_kit_take_disk        (void);
void           log_kit_refuse           (int             code);
gboolean       log_kit_has_bodies       (LogKit         *self,
                                         guint64         id);

G_END_DECLS
