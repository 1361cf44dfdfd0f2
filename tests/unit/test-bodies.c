/* test-bodies.c: bodies of a request: bounds, media, keys, copies; the store of the last ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "monitor/relais-body-store.h"

#define KEY "sk-Test0123456789abcdefghijklmnopqrstuvwxyzABC"
#define MIB (1024 * 1024)

static char *
make_text (gsize length)
{
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = "a word or two, "[i % 15];
  text[length] = '\0';
  return text;
}

static char *
make_run (gsize length)
{
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = "iVBORw0KGgo/+AbC"[i % 16];
  text[length] = '\0';
  return text;
}

/* What a frozen copy shows of @text, which came in pieces of @piece bytes. */
static char *
show (const char *text,
      gsize       length,
      gsize       piece,
      gsize      *total)
{
  static const char *const secrets[] = { KEY, NULL };
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  GBytes *bytes;

  for (gsize at = 0; at < length; at += piece)
    relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, text + at, MIN (piece, length - at));
  frozen = relais_bodies_freeze (bodies, secrets);
  bytes = relais_bodies_get (frozen, RELAIS_BODY_CLIENT_IN, total);
  g_assert_nonnull (bytes);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_nothing (void)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  g_autoptr (RelaisBodies) again = NULL;
  gsize total = 7;

  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, NULL, 0);
  frozen = relais_bodies_freeze (bodies, NULL);
  g_assert_null (relais_bodies_get (frozen, RELAIS_BODY_CLIENT_IN, &total));
  g_assert_cmpuint (total, ==, 0);
  g_assert_cmpuint (relais_bodies_get_size (frozen), ==, 0);
  again = relais_bodies_freeze (frozen, NULL);
  g_assert_true (again == frozen);
}

static void
test_bounds (void)
{
  static const gsize pieces[] = { 1000, 8 * 1024, 300 * 1024, 4 * MIB };
  g_autofree char *text = make_text (3 * MIB);

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *shown = NULL;
      g_autofree char *whole = NULL;
      gsize total;

      shown = show (text, 3 * MIB, pieces[i], &total);
      g_assert_cmpuint (strlen (shown), ==, RELAIS_BODY_MAX);
      g_assert_cmpint (strncmp (shown, text, RELAIS_BODY_MAX), ==, 0);
      g_assert_cmpuint (total, ==, 3 * MIB);
      whole = show (text, RELAIS_BODY_MAX, pieces[i], &total);
      g_assert_cmpuint (strlen (whole), ==, total);
    }
}

/* However it comes: 20 MiB of an image leave room for what stands behind it. */
static void
test_media (void)
{
  static const gsize pieces[] = { 4093, 64 * 1024, 32 * MIB };
  g_autofree char *image = make_run (20 * MIB);
  g_autofree char *body =
    g_strconcat ("{\"url\":\"data:image/png;base64,", image, "\",\"text\":\"What is it?\"}", NULL);
  g_autofree char *cut = g_strdup_printf ("{\"url\":\"data:image/png;base64,%.32s…[%d bytes cut]\",\"text\":\"What is it?\"}",
                                          image, 20 * MIB - 32);

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      gsize total;
      g_autofree char *shown = show (body, strlen (body), pieces[i], &total);

      g_assert_cmpstr (shown, ==, cut);
      g_assert_cmpuint (total, ==, strlen (body));
    }
}

/* Where a run becomes media, and where it does not; byte by byte as in one piece. */
static void
test_media_edges (void)
{
  for (gsize length = 8 * 1024 - 2; length <= 8 * 1024 + 2; length++)
    for (gsize piece = 1; piece < 4 * MIB; piece *= 1000)
      {
        g_autofree char *run = make_run (length);
        g_autofree char *body = g_strconcat ("data: {\"a\":\"", run, "\"}\n\ndata: {\"b\":\"", run, "\"}\n\n", NULL);
        g_autofree char *mark = g_strdup_printf ("…[%" G_GSIZE_FORMAT " bytes cut]", length - 32);
        g_autofree char *first = g_strndup (run, 32);
        g_autofree char *cut =
          g_strconcat ("data: {\"a\":\"", first, mark, "\"}\n\ndata: {\"b\":\"", first, mark, "\"}\n\n", NULL);
        g_autofree char *shown = show (body, strlen (body), piece, NULL);

        g_assert_cmpstr (shown, ==, length < 8 * 1024 ? body : cut);
      }
}

/* Base64 in JSON may hold escapes; none of them is cut in two. A run without an end is cut, too. */
static void
test_media_escapes (void)
{
  static const char *const escapes[] = { "\\/", "\\u002b", "\\n", "\\\\" };

  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    for (gsize before = 25; before <= 33; before++)
      {
        g_autofree char *head = make_run (before);
        g_autofree char *tail = make_run (9000);
        g_autofree char *body = g_strconcat ("{\"a\":\"", head, escapes[i], tail, NULL);
        g_autofree char *shown = show (body, strlen (body), 100, NULL);
        char *mark = strstr (shown, "…[");
        char *slash = memchr (shown, '\\', strlen (shown));

        g_assert_nonnull (mark);
        g_assert_true (g_str_has_suffix (shown, " bytes cut]"));
        g_assert_true (slash == NULL || g_str_has_prefix (slash, escapes[i]));
        g_assert_true (slash == NULL || slash + strlen (escapes[i]) <= mark);
      }
}

/* JSON in a string of JSON: what ends the media is no part of it. */
static void
test_media_nested (void)
{
  for (gsize piece = 1; piece < 3; piece++)
    for (guint slashes = 0; slashes < 4; slashes++)
      {
        g_autofree char *run = make_run (9000);
        g_autofree char *escapes = g_strnfill (slashes, '\\');
        g_autofree char *body = g_strconcat ("{\"a\":\"", run, escapes, "\"}", NULL);
        g_autofree char *shown = show (body, strlen (body), piece, NULL);

        g_assert_true (g_str_has_suffix (shown, slashes % 2 == 1 ? " bytes cut]\\\"}" : " bytes cut]\"}"));
      }
}

/* What is behind a run that crosses the end of the room is seen as well. */
static void
test_media_at_end (void)
{
  g_autofree char *text = make_text (RELAIS_BODY_MAX - 1000);
  g_autofree char *run = make_run (500 * 1024);
  g_autofree char *body = g_strconcat (text, run, " end", NULL);
  g_autofree char *shown = show (body, strlen (body), 10000, NULL);

  g_assert_true (g_str_has_suffix (shown, " bytes cut] end"));
}

/* What had a key is not whole without it. */
static void
test_secrets (void)
{
  static const gsize pieces[] = { 1, 7, MIB };
  static const char body[] = "{\"a\":\"" KEY "\",\"b\":\"x" KEY KEY "\"}";

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      gsize total;
      g_autofree char *shown = show (body, strlen (body), pieces[i], &total);

      g_assert_cmpstr (shown, ==, "{\"a\":\"*****\",\"b\":\"x**********\"}");
      g_assert_cmpuint (total, ==, strlen (body));
    }
}

/* No part of a key is left where a cut goes through it: at the end of the room, within a run, or
 * because the rest has not come yet. */
static void
test_parts_of_secrets (void)
{
  g_autofree char *run = make_run (9000);

  for (gsize n = 6; n < strlen (KEY); n++)
    {
      g_autofree char *part = g_strndup (KEY, n);
      g_autofree char *text = make_text (RELAIS_BODY_MAX - n);
      g_autofree char *cut = g_strconcat (text, KEY " and more", NULL);
      g_autofree char *early = g_strconcat ("so far: ", part, NULL);
      g_autofree char *media = g_strconcat (" ", KEY, run, " ", NULL);
      g_autofree char *shown = show (cut, strlen (cut), MIB, NULL);
      g_autofree char *shown_early = show (early, strlen (early), MIB, NULL);
      g_autofree char *shown_media = show (media, strlen (media), MIB, NULL);

      g_assert_cmpuint (strlen (shown), <=, RELAIS_BODY_MAX);
      g_assert_null (strstr (shown, "sk-Tes"));
      g_assert_null (strstr (shown_early, "sk-Tes"));
      g_assert_null (strstr (shown_media, "sk-Tes"));
      g_assert_nonnull (strstr (shown_media, " bytes cut]"));
    }
}

static char *
show_without (const char *body,
              const char *secret)
{
  const char *secrets[] = { secret, NULL };
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  GBytes *bytes;

  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_IN, body, strlen (body));
  frozen = relais_bodies_freeze (bodies, secrets);
  bytes = relais_bodies_get (frozen, RELAIS_BODY_UPSTREAM_IN, NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* A key that is one in base64, or that somebody chose, may be written otherwise in JSON. */
static void
test_escaped_secrets (void)
{
  static const char *const cases[][2] = {
    { "sk-\"quoted\\0123456789", "sk-\\\"quoted\\\\0123456789" },
    { "AbCdEfGh/1234+678==", "AbCdEfGh/1234+678==" },
    { "AbCdEfGh/1234+678==", "AbCdEfGh\\/1234+678==" },
    { "AbCdEfGh/1234+678==", "AbCdEfGh\\u002f1234\\u002B678\\u003d=" },
    { "AbCdEfGh/1234+678==", "AbCdEfGh\\\\\\/1234\\\\u002b678==" },
    { "/+AbCdEfGh1234+678==", "\\/\\u002bAbCdEfGh1234+678==" },
    { "sk-0123456789u-u0123", "sk-0123456789\\u0075-u0123" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strconcat ("{\"key\":\"", cases[i][1], "\",\"n\":1}", NULL);
      g_autofree char *part = g_strndup (body, strlen (body) - strlen ("3\",\"n\":1}"));
      g_autofree char *shown = show_without (body, cases[i][0]);
      g_autofree char *shown_part = show_without (part, cases[i][0]);

      g_assert_cmpstr (shown, ==, "{\"key\":\"*****\",\"n\":1}");
      g_assert_cmpstr (shown_part, ==, "{\"key\":\"*****");
    }
}

/* What nobody could tell from a word is none. */
static void
test_short_secret (void)
{
  static const char body[] = "{\"model\":\"ollama/qwen3\",\"user\":\"0123456789abcde\"}";
  g_autofree char *word = show_without (body, "ollama");
  g_autofree char *longer = show_without (body, "0123456789abcde");
  g_autofree char *shown = show_without ("x0123456789abcdef", "0123456789abcdef");
  /* long by what JSON may leave out */
  g_autofree char *marks = show_without ("sk-sk-sk-sk-", "sk-\\\\\\\\\\\\\\\\\\\\\\\\\\");

  g_assert_cmpstr (marks, ==, "sk-sk-sk-sk-");
  g_assert_cmpstr (word, ==, body);
  g_assert_cmpstr (longer, ==, body);
  g_assert_cmpstr (shown, ==, "x*****");
}

static void
test_boundary (void)
{
  static const char *const characters[] = { "é", "€", "😀" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize before = 1; before <= 4; before++)
      {
        g_autofree char *text = make_text (RELAIS_BODY_MAX - before);
        g_autofree char *body = g_strconcat (text, characters[i], " and more", NULL);
        g_autofree char *shown = show (body, strlen (body), MIB, NULL);

        g_assert_true (g_utf8_validate (shown, -1, NULL));
        g_assert_cmpuint (strlen (shown), >, RELAIS_BODY_MAX - 4);
      }
}

static void
test_restart (void)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  g_autofree char *run = make_run (10000);
  GBytes *bytes;
  gsize total;

  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_IN, run, 10000);
  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, "asked", 5);
  relais_bodies_restart (bodies, RELAIS_BODY_UPSTREAM_IN);
  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_IN, "anew", 4);
  frozen = relais_bodies_freeze (bodies, NULL);
  bytes = relais_bodies_get (frozen, RELAIS_BODY_UPSTREAM_IN, &total);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "anew", 4);
  g_assert_cmpuint (total, ==, 4);
  bytes = relais_bodies_get (frozen, RELAIS_BODY_CLIENT_IN, &total);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "asked", 5);
}

/* What a frozen copy says is that moment's; what went through unchanged is there once. */
static void
test_freeze (void)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  g_autoptr (RelaisBodies) from = NULL;
  GBytes *kept[RELAIS_N_BODIES];
  gsize totals[RELAIS_N_BODIES];

  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, "question", 8);
  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_OUT, "question", 8);
  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_IN, "answer", 6);
  g_assert_cmpuint (relais_bodies_get_size (bodies), ==, 22);
  frozen = relais_bodies_freeze (bodies, NULL);
  relais_bodies_append (bodies, RELAIS_BODY_UPSTREAM_IN, " and more", 9);
  g_assert_cmpuint (relais_bodies_get_size (frozen), ==, 14);
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    kept[kind] = relais_bodies_get (frozen, kind, &totals[kind]);
  g_assert_true (kept[RELAIS_BODY_CLIENT_IN] == kept[RELAIS_BODY_UPSTREAM_OUT]);
  g_assert_cmpuint (totals[RELAIS_BODY_UPSTREAM_IN], ==, 6);
  g_assert_null (kept[RELAIS_BODY_CLIENT_OUT]);
  totals[RELAIS_BODY_CLIENT_OUT] = 9;
  from = relais_bodies_new_from (kept, totals);
  g_assert_true (relais_bodies_get (from, RELAIS_BODY_UPSTREAM_IN, NULL) ==
                 kept[RELAIS_BODY_UPSTREAM_IN]);
  g_assert_null (relais_bodies_get (from, RELAIS_BODY_CLIENT_OUT, &totals[0]));
  g_assert_cmpuint (totals[0], ==, 9);
}

static void
test_store_count (void)
{
  g_autoptr (RelaisBodyStore) store = relais_body_store_new ();
  g_autoptr (RelaisBodies) first = relais_body_store_open (store, 1);

  relais_body_store_append (store, first, RELAIS_BODY_CLIENT_IN, "first", 5);
  for (guint64 id = 2; id <= RELAIS_BODY_STORE_REQUESTS_MAX + 1; id++)
    {
      g_autoptr (RelaisBodies) bodies = relais_body_store_open (store, id);
      g_autoptr (RelaisBodies) is_there = relais_body_store_dup (store, 1, NULL);

      g_assert_cmpint (is_there != NULL, ==, id <= RELAIS_BODY_STORE_REQUESTS_MAX);
      relais_body_store_append (store, bodies, RELAIS_BODY_CLIENT_IN, "more", 4);
      g_assert_nonnull (relais_body_store_close (store, id, NULL));
    }
  /* it runs on, and is not kept */
  relais_body_store_append (store, first, RELAIS_BODY_CLIENT_OUT, "answer", 6);
  g_assert_cmpuint (relais_bodies_get_size (first), ==, 0);
  g_assert_null (relais_body_store_close (store, 1, NULL));
}

static gsize
get_size (GPtrArray *running)
{
  gsize size = 0;

  for (guint i = 0; i < running->len; i++)
    size += relais_bodies_get_size (running->pdata[i]);
  return size;
}

/* All of them run at once: none is over its own bound, together they would be. */
static void
test_store_size (void)
{
  g_autoptr (RelaisBodyStore) store = relais_body_store_new ();
  g_autofree char *text = make_text (RELAIS_BODY_MAX);
  const GDestroyNotify unref = (GDestroyNotify)relais_bodies_unref;
  g_autoptr (GPtrArray) running = g_ptr_array_new_with_free_func (unref);
  guint n_kept = 0;

  for (guint64 id = 1; id <= 100; id++)
    g_ptr_array_add (running, relais_body_store_open (store, id));
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    for (guint i = 0; i < running->len; i++)
      {
        relais_body_store_append (store, running->pdata[i], kind, text, RELAIS_BODY_MAX);
        g_assert_cmpuint (get_size (running), <=, RELAIS_BODY_STORE_SIZE_MAX);
      }
  for (guint64 id = 1; id <= 100; id++)
    {
      RelaisBodies *frozen = relais_body_store_close (store, id, NULL);

      n_kept += frozen != NULL;
      g_assert_true (frozen != NULL || id <= 68);
      /* all four are the same: each is there once */
      if (frozen != NULL)
        g_assert_cmpuint (relais_bodies_get_size (frozen), ==, RELAIS_BODY_MAX);
    }
  g_assert_cmpuint (n_kept, ==, 32);
}

/* What ended leaves room for as much as is not there any more, to the byte. */
static void
test_store_room (void)
{
  g_autoptr (RelaisBodyStore) store = relais_body_store_new ();
  g_autofree char *text = make_text (RELAIS_BODY_MAX);
  const guint n_ended = 32, n_running = 24;
  guint64 id = 0;

  for (guint i = 0; i < n_ended + n_running; i++)
    {
      g_autoptr (RelaisBodies) bodies = relais_body_store_open (store, ++id);

      for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
        relais_body_store_append (store, bodies, kind, text, RELAIS_BODY_MAX);
      if (i < n_ended)
        relais_body_store_close (store, id, NULL);
    }
  for (guint n_more = 0; n_more < 2; n_more++)
    {
      g_autoptr (RelaisBodies) bodies = relais_body_store_open (store, ++id);
      g_autoptr (RelaisBodies) oldest = NULL;

      relais_body_store_append (store, bodies, RELAIS_BODY_CLIENT_IN, "x", n_more);
      oldest = relais_body_store_dup (store, 1, NULL);
      g_assert_cmpint (oldest == NULL, ==, n_more > 0);
    }
}

static void
test_store_dup (void)
{
  static const char *const secrets[] = { KEY, NULL };
  g_autoptr (RelaisBodyStore) store = relais_body_store_new ();
  g_autoptr (RelaisBodies) bodies = relais_body_store_open (store, 5);
  g_autoptr (RelaisBodies) early = NULL;
  g_autoptr (RelaisBodies) late = NULL;
  GBytes *bytes;
  gsize total;

  relais_body_store_append (store, bodies, RELAIS_BODY_CLIENT_OUT, KEY, strlen (KEY));
  early = relais_body_store_dup (store, 5, secrets);
  relais_body_store_restart (store, bodies, RELAIS_BODY_CLIENT_OUT);
  relais_body_store_append (store, bodies, RELAIS_BODY_CLIENT_OUT, "b", 1);
  relais_body_store_close (store, 5, secrets);
  late = relais_body_store_dup (store, 5, NULL);
  bytes = relais_bodies_get (early, RELAIS_BODY_CLIENT_OUT, &total);
  g_assert_cmpint (*(const char *)g_bytes_get_data (bytes, NULL), ==, '*');
  g_assert_cmpuint (total, ==, strlen (KEY));
  g_assert_nonnull (relais_bodies_get (late, RELAIS_BODY_CLIENT_OUT, &total));
  g_assert_cmpuint (total, ==, 1);
  g_assert_null (relais_body_store_dup (store, 6, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bodies/nothing", test_nothing);
  g_test_add_func ("/bodies/bounds", test_bounds);
  g_test_add_func ("/bodies/media", test_media);
  g_test_add_func ("/bodies/media-edges", test_media_edges);
  g_test_add_func ("/bodies/media-escapes", test_media_escapes);
  g_test_add_func ("/bodies/media-nested", test_media_nested);
  g_test_add_func ("/bodies/media-at-end", test_media_at_end);
  g_test_add_func ("/bodies/secrets", test_secrets);
  g_test_add_func ("/bodies/parts-of-secrets", test_parts_of_secrets);
  g_test_add_func ("/bodies/escaped-secrets", test_escaped_secrets);
  g_test_add_func ("/bodies/short-secret", test_short_secret);
  g_test_add_func ("/bodies/boundary", test_boundary);
  g_test_add_func ("/bodies/restart", test_restart);
  g_test_add_func ("/bodies/freeze", test_freeze);
  g_test_add_func ("/body-store/count", test_store_count);
  g_test_add_func ("/body-store/size", test_store_size);
  g_test_add_func ("/body-store/room", test_store_room);
  g_test_add_func ("/body-store/dup", test_store_dup);
  return g_test_run ();
}
