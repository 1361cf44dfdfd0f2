/* relais-qr-dialog.c: the address and the key, for a phone to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-qr-dialog"

#include "config.h"

#include <string.h>

#include <qrencode.h>

#include "base/relais-key.h"

#include "relais-dialogs.h"
#include "relais-qr-dialog.h"

/* The standard asks for four light modules on each side. */
#define QUIET 4
/* Whole pixels, so that edges stay sharp; six make what a key needs fit into 360. */
#define MODULE_PX 6

struct _RelaisQrDialog
{
  AdwWindow   parent_instance;

  /* template children */
  GtkPicture *picture;
  GtkLabel   *address;
};

G_DEFINE_FINAL_TYPE (RelaisQrDialog, relais_qr_dialog, ADW_TYPE_WINDOW)

/* Dark on light also where the window is dark: many readers know nothing else. */
static GdkTexture *
draw (const QRcode *code)
{
  gsize side = (gsize)(code->width + 2 * QUIET) * MODULE_PX;
  g_autofree guchar *pixels = g_malloc (side * side * 3);
  g_autoptr (GBytes) bytes = NULL;

  memset (pixels, 0xff, side * side * 3);
  for (gsize y = 0; y < side; y++)
    for (gsize x = 0; x < side; x++)
      {
        gssize column = (gssize)(x / MODULE_PX) - QUIET;
        gssize row = (gssize)(y / MODULE_PX) - QUIET;

        if (column >= 0 && row >= 0 && column < code->width && row < code->width &&
            (code->data[row * code->width + column] & 1) != 0)
          memset (pixels + (y * side + x) * 3, 0, 3);
      }
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), side * side * 3);
  return gdk_memory_texture_new ((int)side, (int)side, GDK_MEMORY_R8G8B8, bytes, side * 3);
}

static void
relais_qr_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_QR_DIALOG);

  G_OBJECT_CLASS (relais_qr_dialog_parent_class)->dispose (object);
}

static void
relais_qr_dialog_class_init (RelaisQrDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_qr_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-qr-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisQrDialog, address);
  gtk_widget_class_bind_template_child (widget_class, RelaisQrDialog, picture);
  relais_dialogs_bind_close (widget_class);
}

static void
relais_qr_dialog_init (RelaisQrDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_qr_dialog_new:
 * @parent: the window to show it over
 * @base_url: where other devices reach the proxy
 * @key: the key to send there
 *
 * The code holds two lines of text: @base_url and @key.
 *
 * Returns: (transfer none): a dialog to present
 */
RelaisQrDialog *
relais_qr_dialog_new (GtkWindow  *parent,
                      const char *base_url,
                      const char *key)
{
  RelaisQrDialog *self = g_object_new (RELAIS_TYPE_QR_DIALOG, "transient-for", parent, NULL);
  g_autoptr (RelaisKey) text = g_strdup_printf ("%s\n%s", base_url, key);
  g_autoptr (GdkTexture) texture = NULL;
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);

  gtk_label_set_label (self->address, base_url);
  /* only what is longer than any address and key has none */
  if (code == NULL)
    return self;
  texture = draw (code);
  QRcode_free (code);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  return self;
}
