/* relais-record-cells.h: the cells and lines in which the monitor lists requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* In the order of the table's columns. */
typedef enum {
  RELAIS_RECORD_CELL_TIME,
  RELAIS_RECORD_CELL_STATUS,
  RELAIS_RECORD_CELL_REQUEST,
  RELAIS_RECORD_CELL_MODEL,
  RELAIS_RECORD_CELL_ACCOUNT,
  RELAIS_RECORD_CELL_DURATION,
  RELAIS_RECORD_CELL_TOKENS,
  RELAIS_RECORD_CELL_N
} RelaisRecordCell;

GtkListItemFactory *relais_record_cells_new_factory      (RelaisRecordCell cell);
GtkListItemFactory *relais_record_cells_new_line_factory (void);

G_END_DECLS
