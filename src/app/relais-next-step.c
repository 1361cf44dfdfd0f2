/* relais-next-step.c: what a person does next, until the first request has come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-next-step"

#include "config.h"

#include "relais-next-step.h"

struct _RelaisNextStep
{
  GObject       parent_instance;

  /* owned */
  RelaisEngine *engine;
};

enum {
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisNextStep, relais_next_step, G_TYPE_OBJECT)

static RelaisStep
find_before_start (RelaisEngine *engine)
{
  RelaisEngineKeyring keyring = relais_engine_get_keyring (engine);

  /* one that was locked while we run has its accounts still here */
  if (keyring == RELAIS_ENGINE_KEYRING_LOCKED && relais_engine_get_n_active (engine) == 0)
    return RELAIS_STEP_UNLOCK;
  if (relais_engine_get_n_accounts (engine) > 0)
    return RELAIS_STEP_START;
  return keyring == RELAIS_ENGINE_KEYRING_UNKNOWN ? RELAIS_STEP_NONE : RELAIS_STEP_ADD_ACCOUNT;
}

static void
relais_next_step_changed_cb (RelaisNextStep *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
relais_next_step_records_cb (RelaisNextStep *self,
                             guint           position,
                             guint           removed,
                             guint           added,
                             GListModel     *records)
{
  /* the first came, or the last went */
  if (g_list_model_get_n_items (records) == added)
    relais_next_step_changed_cb (self);
}

static void
relais_next_step_dispose (GObject *object)
{
  RelaisNextStep *self = RELAIS_NEXT_STEP (object);

  g_clear_object (&self->engine);

  G_OBJECT_CLASS (relais_next_step_parent_class)->dispose (object);
}

static void
relais_next_step_class_init (RelaisNextStepClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = relais_next_step_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
relais_next_step_init (RelaisNextStep *self)
{
}

/**
 * relais_next_step_new:
 * @engine: the engine of the window
 *
 * Follows the way of a first run: an account, Start, a client.
 *
 * Returns: (transfer full): a guide
 */
RelaisNextStep *
relais_next_step_new (RelaisEngine *engine)
{
  static const char *const watched[] = { "notify::state", "notify::keyring", "notify::n-active",
                                         "notify::n-accounts" };
  RelaisNextStep *self = NULL;

  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);

  self = g_object_new (RELAIS_TYPE_NEXT_STEP, NULL);
  self->engine = g_object_ref (engine);
  for (gsize i = 0; i < G_N_ELEMENTS (watched); i++)
    g_signal_connect_object (engine, watched[i], G_CALLBACK (relais_next_step_changed_cb), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (relais_engine_list_records (engine), "items-changed",
                           G_CALLBACK (relais_next_step_records_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * relais_next_step_get:
 * @self: a guide
 *
 * Returns: the step that is missing
 */
RelaisStep
relais_next_step_get (RelaisNextStep *self)
{
  GListModel *records = NULL;

  g_return_val_if_fail (RELAIS_IS_NEXT_STEP (self), RELAIS_STEP_NONE);

  records = relais_engine_list_records (self->engine);
  switch (relais_engine_get_state (self->engine))
    {
    case RELAIS_ENGINE_STOPPED:
    case RELAIS_ENGINE_FAILED:
      return find_before_start (self->engine);
    case RELAIS_ENGINE_RUNNING:
      return g_list_model_get_n_items (records) == 0 ? RELAIS_STEP_CONNECT : RELAIS_STEP_NONE;
    case RELAIS_ENGINE_STARTING:
    case RELAIS_ENGINE_STOPPING:
    default:
      return RELAIS_STEP_NONE;
    }
}
