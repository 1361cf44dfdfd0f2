/* relais-content-page.c: what was said in one direction, as text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-content-page"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-indent.h"

#include "relais-content-page.h"
#include "relais-toast.h"
#include "relais-words.h"

/* GtkTextView lays out a line as a whole, at each new width: one of 256 KiB takes 0.4 s or more. */
#define LINE_MAX_CHARS 1000
#define LAST_WORD_MAX_BYTES 80

struct _RelaisContentPage
{
  AdwBin          parent_instance;

  /* template children */
  GtkButton      *back;
  GtkWidget      *copy;
  GtkTextView    *text;
  AdwWindowTitle *title;

  /* owned */
  char *content; /* as it was kept */
};

G_DEFINE_FINAL_TYPE (RelaisContentPage, relais_content_page, ADW_TYPE_BIN)

static void
relais_content_page_copy_cb (RelaisContentPage *self)
{
  if (self->content != NULL)
    relais_toast_copy (GTK_WIDGET (self->text), self->content, _("Contents copied"));
}

/* Where a long line is to be broken: between words where there are any. */
static const char *
find_break (const char *line,
            const char *line_end)
{
  const char *end = line;
  const char *space = NULL;

  for (guint n = 0; n < LINE_MAX_CHARS && end < line_end; n++)
    end = g_utf8_next_char (end);
  if (end == line_end)
    return end;
  space = g_strrstr_len (end - LAST_WORD_MAX_BYTES, LAST_WORD_MAX_BYTES, " ");
  return space != NULL ? space + 1 : end;
}

/* The same, no line of it longer than the view bears. */
static char *
break_lines (const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 256);

  while (*text != '\0')
    {
      const char *end = find_break (text, text + strcspn (text, "\n"));

      g_string_append_len (out, text, end - text);
      if (*end != '\0')
        g_string_append_c (out, '\n');
      text = *end == '\n' ? end + 1 : end;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
relais_content_page_dispose (GObject *object)
{
  RelaisContentPage *self = RELAIS_CONTENT_PAGE (object);

  g_clear_pointer (&self->content, g_free);
  /* the bin keeps a pointer to it, and the template would drop it first */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_CONTENT_PAGE);

  G_OBJECT_CLASS (relais_content_page_parent_class)->dispose (object);
}

static void
relais_content_page_class_init (RelaisContentPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_content_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-content-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisContentPage, back);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentPage, copy);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentPage, text);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentPage, title);
  gtk_widget_class_bind_template_callback (widget_class, relais_content_page_copy_cb);
}

static void
relais_content_page_init (RelaisContentPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_content_page_show:
 * @self: a page
 * @title: what it is
 * @part: what was kept of it
 *
 * Shows it from its beginning, for who reads by keys too: JSON is laid out, and very long lines are
 * broken; to copy gives what was kept.
 */
void
relais_content_page_show (RelaisContentPage    *self,
                          const char           *title,
                          const RelaisBodyText *part)
{
  g_autofree char *size = NULL;
  g_autofree char *laid_out = NULL;
  g_autofree char *lines = NULL;
  GtkTextBuffer *buffer = NULL;
  GtkTextIter start;

  g_return_if_fail (RELAIS_IS_CONTENT_PAGE (self));
  g_return_if_fail (part != NULL);

  g_free (self->content);
  self->content = g_strdup (part->text);
  size = relais_words_size (part->size, part->total, part->is_whole);
  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, size);
  gtk_widget_set_sensitive (self->copy, part->text != NULL);
  laid_out = part->text != NULL ? relais_indent_json (part->text) : NULL;
  lines = part->text == NULL ? g_strdup (_("Not text"))
                             : break_lines (laid_out != NULL ? laid_out : part->text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  buffer = gtk_text_view_get_buffer (self->text);
  gtk_text_buffer_set_text (buffer, lines, -1);
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}
