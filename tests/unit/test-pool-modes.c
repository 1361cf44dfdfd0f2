/* test-pool-modes.c: what each mode of the pool promises, on a clock that the test moves, and under
 * faults at random: RELAIS_SEED=N and RELAIS_REQUESTS=N run others, or more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "accounts/relais-account-pool.h"
#include "accounts/relais-session-table.h"
#include "relais-test-clock.h"

#define SECOND G_TIME_SPAN_SECOND
#define N_ACCOUNTS 10
#define N_MODELS 5
#define N_SESSIONS 40

typedef struct
{
  RelaisTestClock    clock;
  RelaisAccountPool *pool;
  RelaisPickQuery    query;
} Fixture;

static RelaisReach
reach_cb (const RelaisAccount *account,
          gpointer             user_data)
{
  return RELAIS_REACH_NATIVE;
}

static void
set_accounts (Fixture    *self,
              const char *ids)
{
  g_auto (GStrv) parts = g_strsplit (ids, " ", -1);
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  for (guint i = 0; parts[i] != NULL && *parts[i] != '\0'; i++)
    {
      RelaisAccount *account = relais_account_new (parts[i], "p");

      account->api_key = g_strdup (parts[i]);
      account->priority = (int)g_ascii_strtoll (parts[i] + 1, NULL, 10);
      g_ptr_array_add (accounts, account);
    }
  relais_account_pool_set_accounts (self->pool, accounts);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  relais_test_clock_init (&self->clock, 1795000000 * (gint64)SECOND);
  self->pool = relais_account_pool_new ();
  relais_account_pool_set_clock (self->pool, &self->clock.clock);
  self->query = (RelaisPickQuery){ .model = "m",
                                   .session = "s",
                                   .patience_us = 10 * SECOND,
                                   .reach = reach_cb };
  set_accounts (self, "a b c");
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  set_accounts (self, "");
  g_assert_cmpuint (relais_account_pool_get_size (self->pool), ==, 0);
  g_object_unref (self->pool);
  relais_test_clock_clear (&self->clock);
}

/* One attempt, and what it came to. */
static void
attempt (Fixture           *self,
         const char        *id,
         RelaisOutcomeKind  kind,
         gint64             wait_ms)
{
  g_auto (RelaisPick) pick = { 0 };
  RelaisOutcome outcome = { .kind = kind, .wait_ms = wait_ms, .status = 200, .words = "w" };

  relais_account_pool_pick (self->pool, &self->query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_FOUND);
  g_assert_cmpstr (pick.account->id, ==, id);
  if (kind == RELAIS_OUTCOME_SERVED)
    relais_account_pool_keep (self->pool, pick.account, &self->query);
  relais_account_pool_report (self->pool, pick.account, self->query.model, &pick.ticket, &outcome);
}

static void
serve (Fixture    *self,
       const char *id)
{
  attempt (self, id, RELAIS_OUTCOME_SERVED, -1);
}

static void
wait_until (Fixture *self,
            gint64   left_us)
{
  g_auto (RelaisPick) pick = { 0 };
  gint64 now_us = relais_clock_get_now_us (&self->clock.clock);

  relais_account_pool_pick (self->pool, &self->query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_WAIT);
  g_assert_cmpint (pick.until_us - now_us, ==, left_us);
}

static void
test_stickiness (Fixture       *self,
                 gconstpointer  data)
{
  /* until it was served nothing binds it */
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 5000);
  serve (self, "b");
  relais_test_clock_advance (&self->clock, 6 * SECOND);
  serve (self, "b");
  /* other conversations, and other models of the same, begin at the top */
  self->query.session = "t";
  serve (self, "a");
  self->query.session = "s";
  self->query.model = "n";
  serve (self, "a");
  self->query.model = "m";
  serve (self, "b");
  /* nobody's session */
  self->query.session = NULL;
  serve (self, "a");
  /* gone with its account */
  self->query.session = "s";
  set_accounts (self, "a c");
  serve (self, "a");
}

static void
test_hold (Fixture       *self,
           gconstpointer  data)
{
  serve (self, "a");
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 8000);
  /* its account is free soon enough: worth waiting for, though others are free */
  wait_until (self, 8 * SECOND);
  relais_test_clock_advance (&self->clock, 3 * SECOND);
  wait_until (self, 5 * SECOND);
  /* not by who has no more patience, nor by who never was there */
  self->query.patience_us = 4 * SECOND;
  self->query.session = "t";
  serve (self, "b");
  self->query.session = "s";
  serve (self, "b");
  self->query.patience_us = 10 * SECOND;
  /* moved: it stays where it moved */
  relais_test_clock_advance (&self->clock, 6 * SECOND);
  serve (self, "b");
  /* all of them limited: the first to be free */
  attempt (self, "b", RELAIS_OUTCOME_LIMITED, 9000);
  self->query.session = "u";
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 7000);
  attempt (self, "c", RELAIS_OUTCOME_LIMITED, 8000);
  wait_until (self, 7 * SECOND);
  relais_test_clock_advance (&self->clock, 7 * SECOND);
  serve (self, "a");
}

/* A better account that is free is not passed over for one that is not. */
static void
test_priority (Fixture       *self,
               gconstpointer  data)
{
  set_accounts (self, "a1 b2");
  attempt (self, "a1", RELAIS_OUTCOME_LIMITED, 5000);
  serve (self, "b2");
  relais_test_clock_advance (&self->clock, 6 * SECOND);
  serve (self, "b2"); /* new ones are ordered by it, this one stays */
  attempt (self, "b2", RELAIS_OUTCOME_LIMITED, 5000);
  serve (self, "a1");
  self->query.session = "t";
  serve (self, "a1");
  /* another order orders all anew */
  set_accounts (self, "a3 b2");
  relais_test_clock_advance (&self->clock, 6 * SECOND);
  serve (self, "b2");
}

static void
test_performance (Fixture       *self,
                  gconstpointer  data)
{
  self->query.scheduling = RELAIS_SCHEDULING_PERFORMANCE_FIRST;
  for (guint i = 0; i < 6; i++)
    serve (self, ((const char *[]){ "a", "b", "c" })[i % 3]);
  self->query.model = "n";
  serve (self, "a");
  self->query.model = "m";
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 60000);
  serve (self, "b");
  serve (self, "c");
  serve (self, "b");
  relais_test_clock_advance (&self->clock, 61 * SECOND);
  serve (self, "c");
  serve (self, "a");
}

static void
test_fixed (Fixture       *self,
            gconstpointer  data)
{
  g_auto (RelaisPick) pick = { 0 };

  self->query.scheduling = RELAIS_SCHEDULING_FIXED;
  self->query.fixed_account = "b";
  serve (self, "b");
  attempt (self, "b", RELAIS_OUTCOME_LIMITED, 60000);
  relais_account_pool_pick (self->pool, &self->query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_SPENT);
  self->query.fixed_account = "z";
  relais_account_pool_pick (self->pool, &self->query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_EMPTY);
}

static void
test_holder (Fixture       *self,
             gconstpointer  data)
{
  for (guint mode = RELAIS_SCHEDULING_CACHE_FIRST; mode < RELAIS_SCHEDULING_FIXED; mode++)
    {
      self->query.scheduling = mode;
      self->query.holder = "c";
      serve (self, "c");
      serve (self, "c");
    }
}

static void
test_try_now (Fixture       *self,
              gconstpointer  data)
{
  attempt (self, "a", RELAIS_OUTCOME_QUOTA, 3600 * 1000);
  attempt (self, "b", RELAIS_OUTCOME_BAD_KEY, -1);
  serve (self, "c");
  relais_account_pool_try_now (self->pool, "b");
  self->query.session = "t";
  serve (self, "b");
  relais_account_pool_try_now (self->pool, "a");
  self->query.session = "u";
  serve (self, "a");
}

/* A refused key is the last hope, behind whatever fails, and once in two minutes. */
static void
test_refused_key (Fixture       *self,
                  gconstpointer  data)
{
  g_auto (RelaisPick) pick = { 0 };
  g_autoptr (GHashTable) tried = g_hash_table_new (g_str_hash, g_str_equal);

  set_accounts (self, "a b");
  attempt (self, "a", RELAIS_OUTCOME_BAD_KEY, -1);
  attempt (self, "b", RELAIS_OUTCOME_NO_MODEL, -1);
  relais_test_clock_advance (&self->clock, 120 * SECOND);
  attempt (self, "b", RELAIS_OUTCOME_FAULT, -1);
  g_hash_table_add (tried, (gpointer) "b");
  self->query.tried = tried;
  attempt (self, "a", RELAIS_OUTCOME_BAD_KEY, -1);
  relais_account_pool_pick (self->pool, &self->query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_SPENT);
  /* a model that was refused is no wait */
  g_assert_cmpint (pick.until_us, ==, RELAIS_HEALTH_NEVER_US);
  relais_test_clock_advance (&self->clock, 120 * SECOND);
  attempt (self, "a", RELAIS_OUTCOME_SERVED, -1);
  g_assert_false (relais_account_pool_is_rejected (self->pool, "a"));
  self->query.tried = NULL;
  serve (self, "a");
}

/* Ten minutes asleep, a day ahead: what is over is over, and no more than that. */
static void
test_sleep (Fixture       *self,
            gconstpointer  data)
{
  set_accounts (self, "a");
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 9 * 60 * 1000);
  relais_test_clock_advance (&self->clock, 10 * 60 * SECOND);
  serve (self, "a");
  attempt (self, "a", RELAIS_OUTCOME_QUOTA, 25 * 3600 * 1000);
  relais_test_clock_advance (&self->clock, 24 * 3600 * SECOND - 5 * SECOND);
  wait_until (self, 5 * SECOND);
  relais_test_clock_advance (&self->clock, 5 * SECOND);
  serve (self, "a");
  /* the time of day alone moves nothing */
  attempt (self, "a", RELAIS_OUTCOME_LIMITED, 5000);
  self->clock.wall_us += 24 * 3600 * SECOND;
  wait_until (self, 5 * SECOND);
}

static void
test_sessions (void)
{
  g_autoptr (RelaisSessionTable) table = relais_session_table_new ();

  for (guint i = 0; i < RELAIS_SESSIONS_MAX + 100; i++)
    {
      g_autofree char *session = g_strdup_printf ("s%u", i);

      relais_session_table_bind (table, session, "m", i % 2 == 0 ? "a" : "b");
      relais_session_table_bind (table, "kept", "m", "k"); /* used all the time */
    }
  g_assert_cmpuint (relais_session_table_get_length (table), ==, RELAIS_SESSIONS_MAX);
  g_assert_null (relais_session_table_find (table, "s100", "m"));
  g_assert_cmpstr (relais_session_table_find (table, "s4195", "m"), ==, "b");
  g_assert_cmpstr (relais_session_table_find (table, "kept", "m"), ==, "k");
  g_assert_null (relais_session_table_find (table, "kept", "n"));
  relais_session_table_forget_account (table, "a");
  relais_session_table_forget_account (table, "b");
  g_assert_cmpuint (relais_session_table_get_length (table), ==, 1);
  relais_session_table_clear (table);
  g_assert_cmpuint (relais_session_table_get_length (table), ==, 0);
}

/* What is held against one model of an account, told by what its upstream said. */
typedef struct
{
  gint64   since_us;
  gint64   until_us;
  gboolean excludes;
  gboolean guessed; /* a limit nobody said the length of */
  guint    streak;
} Limit;

typedef struct
{
  Limit    limits[N_MODELS];
  gint64   no_credit_until_us;
  gboolean bad_key;
  gint64 bad_key_until_us; /* then it is the last hope */
  guint    n_faults;
  gboolean broken;
  gint64   broken_until_us;
  guint    broken_streak;
  guint used; /* the turn it was last asked in */
  guint    served;
} Upstream;

/* What the upstreams said, kept apart from the pool. */
typedef struct
{
  Upstream upstreams[N_ACCOUNTS];
  int bound[N_SESSIONS][N_MODELS]; /* who served it last, or -1 */
  int last[N_MODELS];              /* who was asked last, or -1 */
  guint    turn;
  guint    n_failed;
  guint    n_held;
  guint    n_last_hopes;
} World;

static const char *const model_names[N_MODELS] = { "m0", "m1", "m2", "m3", "m4" };
static const char ids[] = "abcdefghij";

static gint64
doubled (gint64 first_us,
         guint  streak,
         gint64 most_us)
{
  return MIN (first_us << MIN (streak, 16), most_us);
}

static void
limit (Limit    *self,
       gint64    now_us,
       gint64    wait_us,
       gboolean  excludes)
{
  self->since_us = now_us;
  self->until_us = now_us + wait_us;
  self->excludes = excludes;
  self->guessed = FALSE;
}

static void
limit_as_guessed (Limit  *self,
                  gint64  now_us)
{
  /* of one moment with the last refusal */
  if (self->until_us > now_us && now_us <= self->since_us)
    return;
  self->streak = self->guessed && now_us - self->until_us < 600 * SECOND ? self->streak + 1 : 0;
  limit (self, now_us, doubled (5 * SECOND, self->streak, 300 * SECOND), FALSE);
  self->guessed = TRUE;
}

static void
count_fault (Upstream *self,
             gint64    now_us)
{
  gboolean reopens = self->broken && self->broken_until_us <= now_us;

  self->n_faults++;
  if (self->n_faults < 3 || (self->broken && !reopens))
    return;
  self->broken_streak = reopens ? self->broken_streak + 1 : 0;
  self->broken = TRUE;
  self->broken_until_us = now_us + doubled (30 * SECOND, self->broken_streak, 600 * SECOND);
}

static void
note (Upstream            *self,
      guint                model,
      const RelaisOutcome *outcome,
      gint64               now_us)
{
  Limit *mine = &self->limits[model];

  if (outcome->kind != RELAIS_OUTCOME_FAULT && outcome->kind != RELAIS_OUTCOME_TIMEOUT)
    {
      self->n_faults = 0;
      self->broken = FALSE;
    }
  switch (outcome->kind)
    {
    case RELAIS_OUTCOME_SERVED:
      *mine = (Limit){ 0 };
      self->bad_key = FALSE;
      self->no_credit_until_us = 0;
      break;
    case RELAIS_OUTCOME_LIMITED:
    case RELAIS_OUTCOME_QUOTA:
      if (outcome->wait_ms < 0)
        limit_as_guessed (mine, now_us);
      else
        {
          limit (mine, now_us, outcome->wait_ms > 0 ? outcome->wait_ms * 1000 : 5 * SECOND,
                 outcome->wait_ms > 0 || outcome->kind == RELAIS_OUTCOME_QUOTA);
          mine->guessed = !mine->excludes;
          mine->streak = 0;
        }
      break;
    case RELAIS_OUTCOME_FAULT:
    case RELAIS_OUTCOME_TIMEOUT:
      count_fault (self, now_us);
      break;
    case RELAIS_OUTCOME_BAD_KEY:
      self->bad_key = TRUE;
      self->bad_key_until_us = now_us + 120 * SECOND;
      self->no_credit_until_us = 0;
      break;
    case RELAIS_OUTCOME_NO_CREDIT:
      self->bad_key = FALSE;
      self->no_credit_until_us = now_us + 3600 * SECOND;
      break;
    case RELAIS_OUTCOME_FORBIDDEN:
    case RELAIS_OUTCOME_NO_MODEL:
      limit (mine, now_us, 3600 * SECOND, FALSE);
      break;
    case RELAIS_OUTCOME_REQUEST:
    default:
      break;
    }
}

static RelaisOutcome
roll (GRand *rand)
{
  static const struct
  {
    int up_to; /* of a thousand */
    RelaisOutcomeKind kind;
  } rows[] = {
    { 170, RELAIS_OUTCOME_LIMITED },
    { 230, RELAIS_OUTCOME_FAULT },
    { 240, RELAIS_OUTCOME_TIMEOUT },
    { 245, RELAIS_OUTCOME_QUOTA },
    { 247, RELAIS_OUTCOME_NO_CREDIT },
    { 251, RELAIS_OUTCOME_BAD_KEY },
    { 254, RELAIS_OUTCOME_FORBIDDEN },
    { 257, RELAIS_OUTCOME_NO_MODEL },
    { 277, RELAIS_OUTCOME_REQUEST },
  };
  RelaisOutcome outcome = { .kind = RELAIS_OUTCOME_SERVED, .wait_ms = -1 };
  int number = g_rand_int_range (rand, 0, 1000), wait_ms = g_rand_int_range (rand, 0, 60000);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (number < rows[i].up_to)
      {
        outcome.kind = rows[i].kind;
        break;
      }
  if (outcome.kind == RELAIS_OUTCOME_LIMITED && number < 120)
    outcome.wait_ms = number < 10 ? 0 : wait_ms;
  else if (outcome.kind == RELAIS_OUTCOME_QUOTA)
    outcome.wait_ms = (wait_ms + 1) * 60;
  return outcome;
}

static gboolean
is_tried (GHashTable *tried,
          guint       account)
{
  return g_hash_table_contains (tried, ((const char[]){ ids[account], '\0' }));
}

static gboolean
is_excluded (const Upstream *self,
             guint           model,
             gint64          now_us)
{
  return (self->limits[model].excludes && self->limits[model].until_us > now_us) ||
         self->no_credit_until_us > now_us || (self->bad_key && self->bad_key_until_us > now_us);
}

/* Nothing at all is held against it. */
static gboolean
is_free (Fixture     *self,
         const World *world,
         GHashTable  *tried,
         guint        account,
         guint        model)
{
  gint64 now_us = relais_clock_get_now_us (&self->clock.clock);
  const Upstream *upstream = &world->upstreams[account];

  return !is_tried (tried, account) && !upstream->bad_key &&
         upstream->no_credit_until_us <= now_us && upstream->limits[model].until_us <= now_us &&
         !(upstream->broken && upstream->broken_until_us > now_us);
}

/* Who it is by the mode, of those nothing is held against; -1 where there is none. */
static int
choose (Fixture    *self,
        World      *world,
        GHashTable *tried,
        guint       session,
        guint       model)
{
  int best = -1, bound = world->bound[session][model];

  if (self->query.scheduling == RELAIS_SCHEDULING_CACHE_FIRST && bound >= 0 &&
      is_free (self, world, tried, (guint)bound, model))
    return bound;
  for (guint i = 0; i < N_ACCOUNTS; i++)
    {
      guint place = i;

      if (self->query.scheduling == RELAIS_SCHEDULING_PERFORMANCE_FIRST)
        place = (guint)(world->last[model] + 1 + (int)i) % N_ACCOUNTS;
      if (!is_free (self, world, tried, place, model))
        continue;
      if (best < 0 || (self->query.scheduling == RELAIS_SCHEDULING_BALANCE &&
                       world->upstreams[place].used < world->upstreams[best].used))
        best = (int)place;
    }
  return best;
}

/* Nobody could: none that is usable was left out. */
static void
assert_spent (const World *world,
              GHashTable  *tried,
              guint        model,
              gint64       now_us)
{
  for (guint i = 0; i < N_ACCOUNTS; i++)
    g_assert_true (is_tried (tried, i) || is_excluded (&world->upstreams[i], model, now_us));
}

/* Nobody is asked before its time; whose turn it is by the mode where somebody is well; a refused
 * key where nobody else is left. */
static void
assert_rightly (World      *world,
                GHashTable *tried,
                guint       model,
                gint64      now_us,
                int         wanted,
                guint       account)
{
  Upstream *upstream = &world->upstreams[account];

  g_assert_false (is_excluded (upstream, model, now_us));
  g_assert_false (is_tried (tried, account));
  if (wanted >= 0)
    g_assert_cmpint ((int)account, ==, wanted);
  if (!upstream->bad_key)
    return;
  for (guint i = 0; i < N_ACCOUNTS; i++)
    g_assert_true (world->upstreams[i].bad_key || is_tried (tried, i) ||
                   is_excluded (&world->upstreams[i], model, now_us));
  upstream->bad_key_until_us = now_us + 120 * SECOND;
  world->n_last_hopes++;
}

/* As an exchange does: what is heard while counting says little of the account. */
static void
tell (Fixture             *self,
      World               *world,
      const RelaisPick    *pick,
      guint                account,
      guint                model,
      const RelaisOutcome *outcome)
{
  if (self->query.by_the_way && outcome->kind != RELAIS_OUTCOME_SERVED &&
      outcome->kind != RELAIS_OUTCOME_BAD_KEY && outcome->kind != RELAIS_OUTCOME_NO_CREDIT)
    {
      relais_account_pool_abandon (self->pool, pick->account, &pick->ticket);
      return;
    }
  note (&world->upstreams[account], model, outcome,
        relais_clock_get_now_us (&self->clock.clock));
  relais_account_pool_report (self->pool, pick->account, model_names[model], &pick->ticket,
                              outcome);
}

static void
note_turn (Fixture *self,
           World   *world,
           guint    account,
           guint    model)
{
  if (self->query.by_the_way)
    return;
  world->upstreams[account].used = ++world->turn;
  world->last[model] = (int)account;
}

/* One request, tried until somebody serves it or nobody can; one in four only counts. */
static void
request (Fixture *self,
         World   *world,
         GRand   *rand)
{
  g_autoptr (GHashTable) tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint model = (guint)g_rand_int_range (rand, 0, N_MODELS);
  guint session = (guint)g_rand_int_range (rand, 0, N_SESSIONS);
  g_autofree char *name = g_strdup_printf ("s%u", session);

  self->query.model = model_names[model];
  self->query.session = name;
  self->query.tried = tried;
  self->query.by_the_way = g_rand_int_range (rand, 0, 4) == 0;
  self->query.patience_us = self->query.by_the_way ? -1 : 10 * SECOND;
  for (;;)
    {
      g_auto (RelaisPick) pick = { 0 };
      gint64 now_us = relais_clock_get_now_us (&self->clock.clock);
      int wanted = choose (self, world, tried, session, model);
      RelaisOutcome outcome = roll (rand);
      guint account;

      relais_account_pool_pick (self->pool, &self->query, &pick);
      if (pick.result == RELAIS_PICK_WAIT)
        {
          g_assert_cmpint (pick.until_us - now_us, <=, self->query.patience_us);
          relais_test_clock_advance (&self->clock, pick.until_us - now_us);
          g_hash_table_remove_all (tried);
          world->n_held++;
          continue;
        }
      if (pick.result != RELAIS_PICK_FOUND)
        {
          assert_spent (world, tried, model, now_us);
          world->n_failed++;
          return;
        }
      account = (guint)(strchr (ids, *pick.account->id) - ids);
      assert_rightly (world, tried, model, now_us, wanted, account);
      note_turn (self, world, account, model);
      tell (self, world, &pick, account, model, &outcome);
      if (outcome.kind == RELAIS_OUTCOME_SERVED)
        {
          relais_account_pool_keep (self->pool, pick.account, &self->query);
          if (!self->query.by_the_way)
            world->bound[session][model] = (int)account;
          world->upstreams[account].served++;
          return;
        }
      if (outcome.kind == RELAIS_OUTCOME_REQUEST || outcome.kind == RELAIS_OUTCOME_TIMEOUT)
        return;
      g_hash_table_add (tried, g_strdup (pick.account->id));
    }
}

/* A person wants one of them to be tried. */
static void
try_one (Fixture *self,
         World   *world,
         GRand   *rand)
{
  guint account = (guint)g_rand_int_range (rand, 0, N_ACCOUNTS);
  Upstream *upstream = &world->upstreams[account];
  Upstream fresh = { .used = upstream->used, .served = upstream->served };

  relais_account_pool_try_now (self->pool, ((const char[]){ ids[account], '\0' }));
  *upstream = fresh;
}

static gint64
read_number (const char *name,
             gint64      otherwise)
{
  const char *text = g_getenv (name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : otherwise;
}

static void
test_random (Fixture       *self,
             gconstpointer  data)
{
  gint64 n = read_number ("RELAIS_REQUESTS", 10000);

  for (guint mode = RELAIS_SCHEDULING_CACHE_FIRST; mode < RELAIS_SCHEDULING_FIXED; mode++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32)read_number ("RELAIS_SEED", 20261126));
      World world = { .n_failed = 0 };
      guint least = G_MAXUINT, most = 0;

      set_accounts (self, "a b c d e f g h i j");
      memset (world.bound, -1, sizeof world.bound);
      memset (world.last, -1, sizeof world.last);
      self->query.scheduling = mode;
      for (gint64 i = 0; i < n; i++)
        {
          request (self, &world, rand);
          if (i % 500 == 499)
            try_one (self, &world, rand);
          relais_test_clock_advance (&self->clock, g_rand_int_range (rand, 0, 2000) * 1000);
        }
      for (guint i = 0; i < N_ACCOUNTS; i++)
        {
          least = MIN (least, world.upstreams[i].served);
          most = MAX (most, world.upstreams[i].served);
        }
      g_test_message ("%s: %u failed, %u held, %u last hopes, %u to %u each",
                      relais_scheduling_get_nick (mode), world.n_failed, world.n_held,
                      world.n_last_hopes, least, most);
      g_assert_cmpuint (world.n_held, >, 0);
      g_assert_cmpuint (world.n_last_hopes, >, 0);
      set_accounts (self, "");
      g_assert_cmpuint (relais_account_pool_get_size (self->pool), ==, 0);
    }
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
    { "/pool-modes/stickiness", test_stickiness },
    { "/pool-modes/hold", test_hold },
    { "/pool-modes/priority", test_priority },
    { "/pool-modes/performance", test_performance },
    { "/pool-modes/fixed", test_fixed },
    { "/pool-modes/holder", test_holder },
    { "/pool-modes/try-now", test_try_now },
    { "/pool-modes/refused-key", test_refused_key },
    { "/pool-modes/sleep", test_sleep },
    { "/pool-modes/random", test_random },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  g_test_add_func ("/pool-modes/sessions", test_sessions);
  return g_test_run ();
}
