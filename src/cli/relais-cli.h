/* relais-cli.h: the commands, one file each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

/* Exit statuses, as sysexits.h names them. */
enum {
  RELAIS_EXIT_OK = 0,
  RELAIS_EXIT_FAILED = 1,
  RELAIS_EXIT_USAGE = 64,
};

/* What a provider is asked by any command goes the same way out. */
#define RELAIS_CLI_PROXY_HELP "Reach providers through it (http://host:port, socks5://host:port)"

int relais_serve_main    (int    argc,
                          char **argv);
int relais_accounts_main (int    argc,
                          char **argv);
int relais_key_main      (int    argc,
                          char **argv);
int relais_check_main    (int    argc,
                          char **argv);

void          relais_cli_take_key     (void);
gboolean      relais_cli_parse        (const char               *name,
                                       const char               *arguments,
                                       const char               *summary,
                                       const GOptionEntry       *entries,
                                       int                      *argc,
                                       char                   ***argv);
GAsyncResult *relais_cli_wait         (GAsyncResult            **slot);
void          relais_cli_slot_cb      (GObject                  *source,
                                       GAsyncResult             *result,
                                       gpointer                  slot);
char         *relais_cli_dup_listed   (const RelaisTestResult   *result);
char         *relais_cli_dup_unlisted (const RelaisTestResult   *result);
void          relais_cli_say_notes    (RelaisEngine             *engine,
                                       const char               *file);
gboolean      relais_cli_set_proxy    (RelaisEngine             *engine,
                                       const char               *url,
                                       GError                  **error);
gboolean      relais_cli_load         (RelaisEngine             *engine,
                                       GError                  **error);
char         *relais_cli_read_secret  (const char               *prompt,
                                       GError                  **error);
gboolean      relais_cli_has_key      (void);
char         *relais_cli_find_key     (const char               *file,
                                       GError                  **error);
char         *relais_cli_key_file     (const char               *data_dir);

G_END_DECLS
