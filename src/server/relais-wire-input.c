/* relais-wire-input.c: the side of a wire that libsoup reads from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire-input"

#include "config.h"

#include "relais-wire-input.h"
#include "relais-wire-private.h"

struct _RelaisWireInput
{
  GInputStream parent_instance;

  RelaisWire *wire; /* borrowed; NULL once it is closed */
};

/* Ready as soon as the wire has bytes released, or is dead: no descriptor of its own. */
typedef struct
{
  GSource source;
  RelaisWireInput *input; /* owned */
} InputSource;

static void relais_wire_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RelaisWireInput, relais_wire_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      relais_wire_input_pollable_init))

static gboolean
relais_wire_input_is_readable (GPollableInputStream *stream)
{
  RelaisWireInput *self = RELAIS_WIRE_INPUT (stream);

  return self->wire == NULL || relais_wire_is_readable (self->wire);
}

static gssize
relais_wire_input_read_nonblocking (GPollableInputStream  *stream,
                                    void                  *buffer,
                                    gsize                  count,
                                    GError               **error)
{
  RelaisWireInput *self = RELAIS_WIRE_INPUT (stream);

  if (self->wire != NULL)
    return relais_wire_read (self->wire, buffer, count, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
  return -1;
}

static gssize
relais_wire_input_read (GInputStream  *stream,
                        void          *buffer,
                        gsize          count,
                        GCancellable  *cancellable,
                        GError       **error)
{
  return relais_wire_input_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count,
                                             error);
}

static gboolean
relais_wire_input_source_prepare (GSource *source,
                                  int     *timeout)
{
  *timeout = -1;
  return relais_wire_input_is_readable (G_POLLABLE_INPUT_STREAM (((InputSource *)source)->input));
}

static gboolean
relais_wire_input_source_check (GSource *source)
{
  return relais_wire_input_is_readable (G_POLLABLE_INPUT_STREAM (((InputSource *)source)->input));
}

static gboolean
relais_wire_input_source_dispatch (GSource     *source,
                                   GSourceFunc  callback,
                                   gpointer     user_data)
{
  return ((GPollableSourceFunc)callback) (G_OBJECT (((InputSource *)source)->input), user_data);
}

static void
relais_wire_input_source_finalize (GSource *source)
{
  g_clear_object (&((InputSource *)source)->input);
}

/* libsoup makes our source a child of its own and gives it a dummy closure; without this GLib would
 * not know how to call it. */
static gboolean
relais_wire_input_source_closure_cb (GObject  *stream,
                                     gpointer  user_data)
{
  GValue result = G_VALUE_INIT;
  GValue parameter = G_VALUE_INIT;
  gboolean again;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&parameter, G_TYPE_OBJECT);
  g_value_set_object (&parameter, stream);
  g_closure_invoke (user_data, &result, 1, &parameter, NULL);
  again = g_value_get_boolean (&result);
  g_value_unset (&parameter);
  g_value_unset (&result);
  return again;
}

static GSourceFuncs source_funcs = {
  relais_wire_input_source_prepare,
  relais_wire_input_source_check,
  relais_wire_input_source_dispatch,
  relais_wire_input_source_finalize,
  (GSourceFunc)relais_wire_input_source_closure_cb,
  NULL,
};

static GSource *
relais_wire_input_create_source (GPollableInputStream *stream,
                                 GCancellable         *cancellable)
{
  GSource *source = g_source_new (&source_funcs, sizeof (InputSource));

  ((InputSource *)source)->input = g_object_ref (RELAIS_WIRE_INPUT (stream));
  g_source_set_static_name (source, "relais-wire-input");
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  return source;
}

static void
relais_wire_input_class_init (RelaisWireInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_fn = relais_wire_input_read;
}

static void
relais_wire_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = relais_wire_input_is_readable;
  iface->read_nonblocking = relais_wire_input_read_nonblocking;
  iface->create_source = relais_wire_input_create_source;
}

static void
relais_wire_input_init (RelaisWireInput *self)
{
}

/**
 * relais_wire_input_new:
 * @wire: what to read from; it detaches itself when it closes
 *
 * Returns: (transfer full): the stream for libsoup
 */
GInputStream *
relais_wire_input_new (RelaisWire *wire)
{
  RelaisWireInput *self = g_object_new (RELAIS_TYPE_WIRE_INPUT, NULL);

  self->wire = wire;
  return G_INPUT_STREAM (self);
}

/**
 * relais_wire_input_detach:
 * @self: an input
 *
 * From now on each read ends with [error@Gio.IOErrorEnum] `CLOSED`.
 */
void
relais_wire_input_detach (RelaisWireInput *self)
{
  self->wire = NULL;
}
