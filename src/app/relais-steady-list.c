/* relais-steady-list.c: a list that can stand still while its source grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-steady-list"

#include "config.h"

#include "relais-steady-list.h"

/* Who scrolled away reads, and a list view of GTK 4.8 that changes under the pointer makes rows
 * anew where it could move them: 20 that go at the end of 2 000 kept the main loop for 50 ms. So
 * nothing comes and nothing goes meanwhile. What goes afterwards does so once the view has moved
 * away. */

struct _RelaisSteadyList
{
  GObject     parent_instance;

  /* owned */
  GListModel *source; /* of objects; grows at its top, and loses at its end */
  GListStore *rows;
  guint       trim_idle;

  guint       n_waiting;
  gboolean    still;
};

enum {
  PROP_0,
  PROP_STILL,
  PROP_N_WAITING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void relais_steady_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RelaisSteadyList, relais_steady_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      relais_steady_list_model_init))

static GType
relais_steady_list_get_item_type (GListModel *model)
{
  return g_list_model_get_item_type (RELAIS_STEADY_LIST (model)->source);
}

static guint
relais_steady_list_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (RELAIS_STEADY_LIST (model)->rows));
}

static gpointer
relais_steady_list_get_item (GListModel *model,
                             guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (RELAIS_STEADY_LIST (model)->rows), position);
}

static void
relais_steady_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = relais_steady_list_get_item_type;
  iface->get_n_items = relais_steady_list_get_n_items;
  iface->get_item = relais_steady_list_get_item;
}

static void
set_n_waiting (RelaisSteadyList *self,
               guint             n_waiting)
{
  if (self->n_waiting == n_waiting)
    return;
  self->n_waiting = n_waiting;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING]);
}

static void
copy_rows (RelaisSteadyList *self,
           guint             first,
           guint             n,
           guint             position)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = first; i < first + n; i++)
    g_ptr_array_add (rows, g_list_model_get_item (self->source, i));
  if (n > 0)
    g_list_store_splice (self->rows, position, 0, rows->pdata, n);
}

static gboolean
relais_steady_list_trim_cb (gpointer user_data)
{
  RelaisSteadyList *self = user_data;
  guint n_source = g_list_model_get_n_items (self->source);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  self->trim_idle = 0;
  if (!self->still && n > n_source)
    g_list_store_splice (self->rows, n_source, n - n_source, NULL, 0);
  return G_SOURCE_REMOVE;
}

/* How many came above the first one there is; all of them where that one is gone. */
static guint
count_new (RelaisSteadyList *self)
{
  guint n = g_list_model_get_n_items (self->source);
  g_autoptr (GObject) first = g_list_model_get_item (G_LIST_MODEL (self->rows), 0);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (self->source, i);

      if (row == first)
        return i;
    }
  return n;
}

static void
catch_up (RelaisSteadyList *self)
{
  guint n_source = g_list_model_get_n_items (self->source);
  guint n;

  copy_rows (self, 0, count_new (self), 0);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  if (n < n_source)
    copy_rows (self, n, n_source - n, n);
  /* after the next layout */
  else if (n > n_source && self->trim_idle == 0)
    self->trim_idle = g_idle_add_full (G_PRIORITY_LOW, relais_steady_list_trim_cb, self, NULL);
  set_n_waiting (self, 0);
}

static void
relais_steady_list_source_cb (RelaisSteadyList *self,
                              guint             position,
                              guint             removed,
                              guint             added)
{
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->rows)) > 0;

  if (g_list_model_get_n_items (self->source) == 0)
    {
      g_list_store_remove_all (self->rows);
      set_n_waiting (self, 0);
    }
  else if (self->still && any && position == 0 && removed == 0)
    set_n_waiting (self, self->n_waiting + added);
  else if (!self->still || added > 0)
    catch_up (self);
}

static void
relais_steady_list_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisSteadyList *self = RELAIS_STEADY_LIST (object);

  switch (prop_id)
    {
    case PROP_STILL:
      g_value_set_boolean (value, self->still);
      break;
    case PROP_N_WAITING:
      g_value_set_uint (value, self->n_waiting);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_steady_list_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  if (prop_id == PROP_STILL)
    relais_steady_list_set_still (RELAIS_STEADY_LIST (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
relais_steady_list_dispose (GObject *object)
{
  RelaisSteadyList *self = RELAIS_STEADY_LIST (object);

  g_clear_handle_id (&self->trim_idle, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->source, self);

  G_OBJECT_CLASS (relais_steady_list_parent_class)->dispose (object);
}

static void
relais_steady_list_finalize (GObject *object)
{
  RelaisSteadyList *self = RELAIS_STEADY_LIST (object);

  g_object_unref (self->rows);
  g_object_unref (self->source);

  G_OBJECT_CLASS (relais_steady_list_parent_class)->finalize (object);
}

static void
relais_steady_list_class_init (RelaisSteadyListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = relais_steady_list_dispose;
  object_class->finalize = relais_steady_list_finalize;
  object_class->get_property = relais_steady_list_get_property;
  object_class->set_property = relais_steady_list_set_property;

  properties[PROP_STILL] =
    g_param_spec_boolean ("still", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_WAITING] =
    g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
relais_steady_list_init (RelaisSteadyList *self)
{
}

/**
 * relais_steady_list_new:
 * @source: of objects; new ones come at its top, old ones go at its end, or all at once
 *
 * Returns: (transfer full): a list of the same
 */
RelaisSteadyList *
relais_steady_list_new (GListModel *source)
{
  RelaisSteadyList *self = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (source), NULL);

  self = g_object_new (RELAIS_TYPE_STEADY_LIST, NULL);
  self->source = g_object_ref (source);
  self->rows = g_list_store_new (g_list_model_get_item_type (source));
  catch_up (self);
  g_signal_connect_swapped (self->rows, "items-changed", G_CALLBACK (g_list_model_items_changed), self);
  g_signal_connect_swapped (source, "items-changed", G_CALLBACK (relais_steady_list_source_cb), self);
  return self;
}

/**
 * relais_steady_list_set_still:
 * @self: a list
 * @still: whether nothing comes and nothing goes, but for all at once
 */
void
relais_steady_list_set_still (RelaisSteadyList *self,
                              gboolean          still)
{
  g_return_if_fail (RELAIS_IS_STEADY_LIST (self));

  if (self->still == !!still)
    return;
  self->still = !!still;
  if (!still)
    catch_up (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STILL]);
}

/**
 * relais_steady_list_get_still:
 * @self: a list
 *
 * Returns: whether nothing comes and nothing goes
 */
gboolean
relais_steady_list_get_still (RelaisSteadyList *self)
{
  g_return_val_if_fail (RELAIS_IS_STEADY_LIST (self), FALSE);

  return self->still;
}

/**
 * relais_steady_list_get_n_waiting:
 * @self: a list
 *
 * Returns: how many came to the top of its source since it stands still
 */
guint
relais_steady_list_get_n_waiting (RelaisSteadyList *self)
{
  g_return_val_if_fail (RELAIS_IS_STEADY_LIST (self), 0);

  return self->n_waiting;
}
