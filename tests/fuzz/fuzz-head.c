/* fuzz-head.c: a head is found at the same place however it comes, and reads back as it was written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-head.h"

#include "relais-fuzz.h"

static const RelaisLimits limits = { .head_size_bytes = 1024, .head_fields = 12 };

static RelaisHeadState
scan_in_pieces (const char     *data,
                gsize           length,
                gsize           piece,
                RelaisHeadScan *scan)
{
  RelaisHeadState state = RELAIS_HEAD_INCOMPLETE;

  *scan = (RelaisHeadScan){ 0 };
  for (gsize n = piece; state == RELAIS_HEAD_INCOMPLETE; n += piece)
    {
      g_autoptr (RelaisFailure) failure = NULL;
      gsize have = MIN (n, length);
      g_autofree char *copy = g_memdup2 (data, have);

      state = relais_head_scan (scan, copy, have, &limits, &failure);
      g_assert_cmpint (state == RELAIS_HEAD_BAD, ==, failure != NULL);
      if (have == length)
        break;
    }
  return state;
}

/* What is handed to the parser behind us says what was judged, and nothing else. */
static void
check_written (const RelaisHead *head)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (RelaisFailure) failure = NULL;
  g_autoptr (RelaisHead) again = NULL;
  const RelaisLimits wide = { .head_size_bytes = 1 << 20, .head_fields = 100 };

  relais_head_write (head, out);
  again = relais_head_new ((const char *)out->data, out->len, &wide, &failure);
  g_assert_null (failure);
  g_assert_cmpstr (again->method, ==, head->method);
  g_assert_cmpstr (again->target, ==, head->target);
  g_assert_cmpstr (again->host, ==, head->host);
  g_assert_cmpint (again->framing, ==, head->framing);
  g_assert_cmpint (again->body_size, ==, head->body_size);
  g_assert_cmpuint (again->minor_version, ==, head->minor_version);
}

static void
check_head (const RelaisHead    *head,
            const RelaisFailure *failure)
{
  if (failure != NULL)
    {
      g_assert_true (g_utf8_validate (failure->message, -1, NULL));
      return;
    }
  g_assert_nonnull (head->method);
  g_assert_true (*head->target == '/' || strcmp (head->target, "*") == 0);
  g_assert_cmpuint (head->n_fields, <=, limits.head_fields);
  for (gsize i = 0; i < head->n_fields; i++)
    {
      g_assert_cmpstr (head->fields[i].name, !=, "");
      g_assert_true (g_utf8_validate (head->fields[i].value, -1, NULL));
      g_assert_null (strpbrk (head->fields[i].value, "\r\n"));
    }
  check_written (head);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *bytes = (const char *)data;
  RelaisHeadScan scan, other;
  RelaisHeadState state = scan_in_pieces (bytes, size, MAX (size, 1), &scan);

  g_assert_cmpint (scan_in_pieces (bytes, size, 1, &other), ==, state);
  if (state == RELAIS_HEAD_COMPLETE)
    {
      g_autoptr (RelaisFailure) failure = NULL;
      g_autoptr (RelaisHead) head = NULL;

      g_assert_cmpuint (scan.at, ==, other.at);
      g_assert_cmpuint (scan.start, ==, other.start);
      head = relais_head_new (bytes + scan.start, scan.at - scan.start, &limits, &failure);
      check_head (head, failure);
    }
  return 0;
}
