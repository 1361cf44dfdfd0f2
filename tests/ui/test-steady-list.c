/* test-steady-list.c: a list that stands still while its source grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-steady-list.h"

#define MOST 5

typedef struct
{
  GListStore       *source;
  RelaisSteadyList *list;
  guint n_next;    /* the number of the next one */
  guint n_changes; /* of the list */
} Fixture;

static void
changed_cb (Fixture *self)
{
  self->n_changes++;
}

/* As the engine does: at the top, and the oldest go in a step of their own. */
static void
add (Fixture *self,
     guint    n)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_source;

  for (guint i = 0; i < n; i++)
    {
      GObject *one = g_object_new (G_TYPE_OBJECT, NULL);

      g_object_set_data (one, "number", GUINT_TO_POINTER (self->n_next + n - 1 - i));
      g_ptr_array_add (fresh, one);
    }
  self->n_next += n;
  g_list_store_splice (self->source, 0, 0, fresh->pdata, n);
  n_source = g_list_model_get_n_items (G_LIST_MODEL (self->source));
  if (n_source > MOST)
    g_list_store_splice (self->source, MOST, n_source - MOST, NULL, 0);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->source = g_list_store_new (G_TYPE_OBJECT);
  add (self, 2);
  self->list = relais_steady_list_new (G_LIST_MODEL (self->source));
  g_signal_connect_swapped (self->list, "items-changed", G_CALLBACK (changed_cb), self);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_finalize_object (self->list);
  g_assert_finalize_object (self->source);
}

static char *
say (Fixture *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (GObject) one = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      g_string_append_printf (text, "%u ", GPOINTER_TO_UINT (g_object_get_data (one, "number")));
    }
  return g_string_free (text, FALSE);
}

static void
assert_list (Fixture    *self,
             const char *wanted)
{
  g_autofree char *said = say (self);

  g_assert_cmpstr (said, ==, wanted);
}

/* Runs the loop until nothing is left to do. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_follows (Fixture       *self,
              gconstpointer  data)
{
  assert_list (self, "1 0 ");
  add (self, 2);
  assert_list (self, "3 2 1 0 ");
  add (self, 2);
  settle ();
  assert_list (self, "5 4 3 2 1 ");
  g_assert_cmpuint (relais_steady_list_get_n_waiting (self->list), ==, 0);
}

static void
test_still (Fixture       *self,
            gconstpointer  data)
{
  relais_steady_list_set_still (self->list, TRUE);
  add (self, 2);
  add (self, 2);
  settle ();
  g_assert_cmpuint (self->n_changes, ==, 0);
  assert_list (self, "1 0 ");
  g_assert_cmpuint (relais_steady_list_get_n_waiting (self->list), ==, 4);

  /* first what came; what is gone only once a view had the time to move away from it */
  relais_steady_list_set_still (self->list, FALSE);
  assert_list (self, "5 4 3 2 1 0 ");
  g_assert_cmpuint (relais_steady_list_get_n_waiting (self->list), ==, 0);
  settle ();
  assert_list (self, "5 4 3 2 1 ");
}

/* Nothing is left of what it showed. */
static void
test_overtaken (Fixture       *self,
                gconstpointer  data)
{
  relais_steady_list_set_still (self->list, TRUE);
  for (guint i = 0; i < 2 * MOST; i++)
    add (self, 1);
  g_assert_cmpuint (relais_steady_list_get_n_waiting (self->list), ==, 2 * MOST);
  assert_list (self, "1 0 ");
  relais_steady_list_set_still (self->list, FALSE);
  assert_list (self, "11 10 9 8 7 1 0 ");
  settle ();
  assert_list (self, "11 10 9 8 7 ");
}

/* Still again before the old ones went: then they stay. */
static void
test_again (Fixture       *self,
            gconstpointer  data)
{
  relais_steady_list_set_still (self->list, TRUE);
  add (self, 4);
  relais_steady_list_set_still (self->list, FALSE);
  relais_steady_list_set_still (self->list, TRUE);
  settle ();
  assert_list (self, "5 4 3 2 1 0 ");
  relais_steady_list_set_still (self->list, FALSE);
  settle ();
  assert_list (self, "5 4 3 2 1 ");
}

/* To clear is not to scroll: it counts at once; what is taken back comes behind. */
static void
test_cleared (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (GObject) old = g_list_model_get_item (G_LIST_MODEL (self->source), 1);

  relais_steady_list_set_still (self->list, TRUE);
  add (self, 1);
  g_list_store_remove_all (self->source);
  assert_list (self, "");
  g_assert_cmpuint (relais_steady_list_get_n_waiting (self->list), ==, 0);
  add (self, 1);
  assert_list (self, "3 ");
  g_list_store_append (self->source, old);
  assert_list (self, "3 0 ");
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/steady-list/follows", test_follows },
    { "/steady-list/still", test_still },
    { "/steady-list/overtaken", test_overtaken },
    { "/steady-list/again", test_again },
    { "/steady-list/cleared", test_cleared },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
