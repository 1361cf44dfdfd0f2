/* test-health.c: what is held against an account, for how long, and what ends it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "accounts/relais-health.h"
#include "relais-test-clock.h"

#define S G_TIME_SPAN_SECOND
#define MIN_ G_TIME_SPAN_MINUTE
#define H G_TIME_SPAN_HOUR

typedef struct
{
  RelaisTestClock  clock;
  RelaisHealth    *health;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  relais_test_clock_init (&self->clock, 1000 * S);
  self->health = relais_health_new (&self->clock.clock);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  relais_health_free (self->health);
  relais_test_clock_clear (&self->clock);
}

static void
report (Fixture           *self,
        const char        *model,
        RelaisOutcomeKind  kind,
        gint64             wait_ms)
{
  RelaisTicket ticket = relais_health_begin (self->health, "a");
  RelaisOutcome outcome = { .kind = kind, .wait_ms = wait_ms, .status = 499, .words = "because" };

  relais_health_report (self->health, "a", model, &ticket, &outcome);
}

/* @seconds until its end; 0 for well, -1 for none. */
static void
expect (Fixture          *self,
        const char       *model,
        RelaisHealthKind  kind,
        gint64            seconds,
        gboolean          excludes)
{
  RelaisHealthState state;

  relais_health_get (self->health, "a", model, &state);
  g_assert_cmpint (state.kind, ==, kind);
  g_assert_cmpint (state.excludes, ==, excludes);
  if (seconds > 0)
    g_assert_cmpint (state.until_us - self->clock.now_us, ==, seconds * S);
  else if (seconds < 0)
    g_assert_cmpint (state.until_us, ==, RELAIS_HEALTH_NEVER_US);
}

static void
pass (Fixture *self,
      gint64   us)
{
  relais_test_clock_advance (&self->clock, us);
}

#define WELL RELAIS_HEALTH_WELL, 0, FALSE

/* The upstream's own word, for that model, up to a day; to the microsecond. */
static void
test_told (Fixture       *self,
           gconstpointer  data)
{
  report (self, "m", RELAIS_OUTCOME_LIMITED, 20000);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 20, TRUE);
  expect (self, "other", WELL);
  pass (self, 20 * S - 1);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 0, TRUE);
  pass (self, 1);
  expect (self, "m", WELL);
  /* its last word counts, and eighteen days are none */
  report (self, "m", RELAIS_OUTCOME_LIMITED, 18 * 24 * 3600 * (gint64)1000);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 24 * 3600, TRUE);
  report (self, "m", RELAIS_OUTCOME_LIMITED, G_MAXINT64);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 24 * 3600, TRUE);
  report (self, "m", RELAIS_OUTCOME_LIMITED, 7000);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 7, TRUE);
  /* one that says nothing takes nothing of it back */
  report (self, "m", RELAIS_OUTCOME_LIMITED, -1);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 7, TRUE);
  /* at once is the smallest guess */
  report (self, "m", RELAIS_OUTCOME_LIMITED, 0);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 5, FALSE);
  report (self, "q", RELAIS_OUTCOME_QUOTA, 3600 * 1000);
  expect (self, "q", RELAIS_HEALTH_QUOTA, 3600, TRUE);
}

/* Nobody said how long: 5 s doubling to 5 min, and a success starts over. */
static void
test_guessed (Fixture       *self,
              gconstpointer  data)
{
  static const int steps[] = { 5, 10, 20, 40, 80, 160, 300, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      report (self, "m", RELAIS_OUTCOME_LIMITED, -1);
      expect (self, "m", RELAIS_HEALTH_LIMITED, steps[i], FALSE);
      pass (self, steps[i] * S);
      expect (self, "m", WELL);
    }
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  report (self, "m", RELAIS_OUTCOME_LIMITED, -1);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 5, FALSE);
  /* long ago is forgotten */
  pass (self, 5 * S + 10 * MIN_);
  report (self, "m", RELAIS_OUTCOME_LIMITED, -1);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 5, FALSE);
}

/* Ten refusals of one burst are one refusal. */
static void
test_burst (Fixture       *self,
            gconstpointer  data)
{
  RelaisTicket tickets[10];
  RelaisOutcome limited = { .kind = RELAIS_OUTCOME_LIMITED, .wait_ms = -1 };
  RelaisOutcome served = { .kind = RELAIS_OUTCOME_SERVED, .wait_ms = -1 };

  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    tickets[i] = relais_health_begin (self->health, "a");
  for (guint i = 1; i < G_N_ELEMENTS (tickets); i++)
    {
      pass (self, 1000);
      relais_health_report (self->health, "a", "m", &tickets[i], &limited);
    }
  expect (self, "m", RELAIS_HEALTH_LIMITED, 0, FALSE);
  pass (self, 5 * S);
  expect (self, "m", WELL);
  report (self, "m", RELAIS_OUTCOME_LIMITED, 60000);
  /* who began before that proves nothing against it */
  relais_health_report (self->health, "a", "m", &tickets[0], &served);
  expect (self, "m", RELAIS_HEALTH_LIMITED, 60, TRUE);
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  expect (self, "m", WELL);
}

/* Three faults in a row, for all models; only orders. */
static void
test_breaker (Fixture       *self,
              gconstpointer  data)
{
  report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  report (self, "n", RELAIS_OUTCOME_FAULT, -1);
  expect (self, "m", WELL);
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  report (self, "m", RELAIS_OUTCOME_TIMEOUT, -1);
  expect (self, "m", WELL);
  report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  expect (self, "m", RELAIS_HEALTH_FAULTY, 30, FALSE);
  expect (self, "other", RELAIS_HEALTH_FAULTY, 30, FALSE);
  pass (self, 10 * S);
  /* who goes there all the same makes it no longer */
  report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  expect (self, "m", RELAIS_HEALTH_FAULTY, 20, FALSE);
  /* a refusal is an answer, too */
  report (self, "m", RELAIS_OUTCOME_REQUEST, -1);
  expect (self, "m", WELL);
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
}

static void
test_half_open (Fixture       *self,
                gconstpointer  data)
{
  static const int steps[] = { 60, 120, 240, 480, 600, 600 };
  RelaisOutcome fault = { .kind = RELAIS_OUTCOME_FAULT, .wait_ms = -1 };
  RelaisOutcome served = { .kind = RELAIS_OUTCOME_SERVED, .wait_ms = -1 };
  RelaisTicket probe, other;

  for (guint i = 0; i < RELAIS_HEALTH_BREAK_AFTER; i++)
    report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  pass (self, 30 * S);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      expect (self, "m", WELL);
      probe = relais_health_begin (self->health, "a");
      g_assert_cmpuint (probe.probe, !=, 0);
      /* one at a time; others go elsewhere, and theirs does not count */
      expect (self, "m", RELAIS_HEALTH_FAULTY, -1, FALSE);
      other = relais_health_begin (self->health, "a");
      g_assert_cmpuint (other.probe, ==, 0);
      relais_health_report (self->health, "a", "m", &other, &fault);
      expect (self, "m", RELAIS_HEALTH_FAULTY, -1, FALSE);
      relais_health_report (self->health, "a", "m", &probe, &fault);
      expect (self, "m", RELAIS_HEALTH_FAULTY, steps[i], FALSE);
      pass (self, steps[i] * S);
    }
  /* whose client left tried nothing */
  probe = relais_health_begin (self->health, "a");
  relais_health_abandon (self->health, "a", &probe);
  expect (self, "m", WELL);
  probe = relais_health_begin (self->health, "a");
  g_assert_cmpuint (probe.probe, !=, 0);
  relais_health_report (self->health, "a", "m", &probe, &served);
  expect (self, "m", WELL);
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
}

/* An answer that begins lets the others in, long before its end; a bad end keeps them out again. */
static void
test_alive (Fixture       *self,
            gconstpointer  data)
{
  RelaisOutcome fault = { .kind = RELAIS_OUTCOME_FAULT, .wait_ms = -1 };
  RelaisOutcome served = { .kind = RELAIS_OUTCOME_SERVED, .wait_ms = -1 };
  RelaisTicket old = relais_health_begin (self->health, "a"), probe;

  pass (self, 1);
  for (guint i = 0; i < RELAIS_HEALTH_BREAK_AFTER; i++)
    report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  /* who began before that proves nothing */
  relais_health_note_alive (self->health, "a", &old);
  expect (self, "m", RELAIS_HEALTH_FAULTY, 30, FALSE);
  pass (self, 30 * S);
  probe = relais_health_begin (self->health, "a");
  expect (self, "m", RELAIS_HEALTH_FAULTY, -1, FALSE);
  relais_health_note_alive (self->health, "a", &probe);
  expect (self, "m", WELL);
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
  relais_health_report (self->health, "a", "m", &probe, &served);

  for (guint i = 0; i < RELAIS_HEALTH_BREAK_AFTER; i++)
    report (self, "m", RELAIS_OUTCOME_FAULT, -1);
  pass (self, 30 * S);
  probe = relais_health_begin (self->health, "a");
  relais_health_note_alive (self->health, "a", &probe);
  relais_health_report (self->health, "a", "m", &probe, &fault);
  expect (self, "m", RELAIS_HEALTH_FAULTY, 60, FALSE);
  /* whose client left in the middle leaves it closed */
  pass (self, 60 * S);
  probe = relais_health_begin (self->health, "a");
  relais_health_note_alive (self->health, "a", &probe);
  relais_health_abandon (self->health, "a", &probe);
  expect (self, "m", WELL);
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
}

static void
test_account (Fixture       *self,
              gconstpointer  data)
{
  report (self, "m", RELAIS_OUTCOME_NO_CREDIT, -1);
  expect (self, "m", RELAIS_HEALTH_NO_CREDIT, 3600, TRUE);
  expect (self, "other", RELAIS_HEALTH_NO_CREDIT, 3600, TRUE);
  /* until nothing excludes any more */
  report (self, "m", RELAIS_OUTCOME_LIMITED, 7200 * 1000);
  expect (self, "m", RELAIS_HEALTH_NO_CREDIT, 7200, TRUE);
  expect (self, "other", RELAIS_HEALTH_NO_CREDIT, 3600, TRUE);
  pass (self, H);
  expect (self, "other", WELL);
  report (self, "other", RELAIS_OUTCOME_SERVED, -1);
  report (self, "m", RELAIS_OUTCOME_BAD_KEY, -1);
  g_assert_true (relais_health_is_bad_key (self->health, "a"));
  pass (self, 1000 * H);
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, FALSE);
  g_assert_cmpint (relais_health_get_next_end_us (self->health), ==, RELAIS_HEALTH_NEVER_US);
  relais_health_forget (self->health, "a");
  expect (self, "m", WELL);
  g_assert_false (relais_health_is_bad_key (self->health, "a"));
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
}

/* Nobody may be there to correct it, and the upstream may have been wrong. */
static void
test_refused_key (Fixture       *self,
                  gconstpointer  data)
{
  report (self, "m", RELAIS_OUTCOME_BAD_KEY, -1);
  pass (self, 2 * MIN_ - 1);
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, TRUE);
  pass (self, 1);
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, FALSE);
  /* one at a time, whatever becomes of it */
  relais_health_begin (self->health, "a");
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, TRUE);
  pass (self, 2 * MIN_);
  report (self, "m", RELAIS_OUTCOME_BAD_KEY, -1);
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, TRUE);
  g_assert_true (relais_health_is_bad_key (self->health, "a"));
  /* another reason to leave it alone stays one */
  pass (self, 2 * MIN_);
  report (self, "m", RELAIS_OUTCOME_LIMITED, 600000);
  pass (self, 2 * MIN_);
  expect (self, "m", RELAIS_HEALTH_BAD_KEY, -1, TRUE);
  expect (self, "other", RELAIS_HEALTH_BAD_KEY, -1, FALSE);
  report (self, "m", RELAIS_OUTCOME_SERVED, -1);
  expect (self, "m", WELL);
  g_assert_cmpuint (relais_health_get_size (self->health), ==, 0);
}

static void
test_model (Fixture       *self,
            gconstpointer  data)
{
  report (self, "m", RELAIS_OUTCOME_FORBIDDEN, -1);
  report (self, "n", RELAIS_OUTCOME_NO_MODEL, -1);
  expect (self, "m", RELAIS_HEALTH_FORBIDDEN, 3600, FALSE);
  expect (self, "n", RELAIS_HEALTH_NO_MODEL, 3600, FALSE);
  expect (self, "o", WELL);
  expect (self, NULL, WELL);
  pass (self, H);
  expect (self, "m", WELL);
  expect (self, "n", WELL);
}

static void
test_list (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (GArray) states = NULL;
  RelaisHealthState *state;

  report (self, "z", RELAIS_OUTCOME_LIMITED, 9000);
  report (self, "b", RELAIS_OUTCOME_FORBIDDEN, -1);
  report (self, "b", RELAIS_OUTCOME_NO_CREDIT, -1);
  states = relais_health_list (self->health, "a");
  g_assert_cmpuint (states->len, ==, 3);
  state = &g_array_index (states, RelaisHealthState, 0);
  g_assert_cmpint (state->kind, ==, RELAIS_HEALTH_NO_CREDIT);
  g_assert_null (state->model);
  state = &g_array_index (states, RelaisHealthState, 1);
  g_assert_cmpstr (state->model, ==, "b");
  g_assert_cmpstr (state->words, ==, "because");
  g_assert_cmpuint (state->status, ==, 499);
  g_assert_cmpint (state->wall_us, ==, 1000 * S);
  g_assert_cmpint (relais_health_get_next_end_us (self->health) - self->clock.now_us, ==, 9 * S);
  pass (self, 9 * S);
  g_assert_cmpint (relais_health_get_next_end_us (self->health),
                   ==, self->clock.now_us + H - 9 * S);
}

/* However many models somebody asks for, and however much an upstream has to say. */
static void
test_bounds (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *words = g_strnfill (100 * 1000, 'w');
  RelaisTicket ticket = relais_health_begin (self->health, "a");
  RelaisOutcome outcome = { .kind = RELAIS_OUTCOME_LIMITED, .wait_ms = 60000, .words = words };
  RelaisHealthState state;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *model = g_strdup_printf ("m%u", i);

      outcome.wait_ms = 60000 + i;
      relais_health_report (self->health, "a", model, &ticket, &outcome);
      g_assert_cmpuint (relais_health_get_size (self->health), <=, 1 + RELAIS_HEALTH_MODELS_MAX);
    }
  expect (self, "m0", WELL);
  relais_health_get (self->health, "a", "m999", &state);
  g_assert_cmpint (state.kind, ==, RELAIS_HEALTH_LIMITED);
  g_assert_cmpuint (strlen (state.words), <=, RELAIS_HEALTH_WORDS_MAX);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *self,
                  gconstpointer data);
  } tests[] = {
    { "/health/told", test_told },
    { "/health/guessed", test_guessed },
    { "/health/burst", test_burst },
    { "/health/breaker", test_breaker },
    { "/health/half-open", test_half_open },
    { "/health/alive", test_alive },
    { "/health/account", test_account },
    { "/health/refused-key", test_refused_key },
    { "/health/model", test_model },
    { "/health/list", test_list },
    { "/health/bounds", test_bounds },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
