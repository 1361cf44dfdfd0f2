/* relais-qr-dialog.h: the address and the key, for a phone to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_QR_DIALOG (relais_qr_dialog_get_type ())

G_DECLARE_FINAL_TYPE (RelaisQrDialog, relais_qr_dialog, RELAIS, QR_DIALOG, AdwWindow)

RelaisQrDialog *relais_qr_dialog_new (GtkWindow  *parent,
                                      const char *base_url,
                                      const char *key);

G_END_DECLS
