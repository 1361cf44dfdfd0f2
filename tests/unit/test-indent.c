/* test-indent.c: JSON laid out for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-indent.h"

static void
test_lay_out (void)
{
  static const struct
  {
    const char *text;
    const char *laid_out;
  } rows[] = {
    { "{\"a\":1,\"b\":[true,{}],\"c\":[ ]}",
      "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {}\n  ],\n  \"c\": []\n}" },
    { " {\n \"a\" : \"x,{}\\\"[\\\\\" }\n", "{\n  \"a\": \"x,{}\\\"[\\\\\"\n}" },
    /* digits and escapes are the sender's own */
    { "[0.70,1e400,\"\\u00e9\"]", "[\n  0.70,\n  1e400,\n  \"\\u00e9\"\n]" },
    { "{}", "{}" },
    /* lines of it */
    { "{\"a\":1}\n{\"a\":2}\n", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}" },
    /* cut, or none at all */
    { "{\"a\":[1,\"b", "{\n  \"a\": [\n    1,\n    \"b" },
    { "{\"a\\", "{\n  \"a\\" },
    { "]}", NULL },
    { "{]}}:x", "{]\n}\n}\n: x" },
    { "data: {\"a\":1}", NULL },
    { "<html>", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *laid_out = relais_indent_json (rows[i].text);

      g_assert_cmpstr (laid_out, ==, rows[i].laid_out);
    }
}

/* What only opens would grow with its depth; it is not laid out, and takes no time. */
static void
test_bounds (void)
{
  g_autofree char *deep = g_strnfill (256 * 1024, '[');
  g_autofree char *commas = g_strnfill (256 * 1024, ',');
  g_autofree char *laid_out = relais_indent_json (deep);

  g_assert_null (laid_out);
  commas[0] = '[';
  laid_out = relais_indent_json (commas);
  g_assert_nonnull (laid_out);
  g_assert_cmpuint (strlen (laid_out), <=, 8 * strlen (commas) + 1024);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/indent/lay-out", test_lay_out);
  g_test_add_func ("/indent/bounds", test_bounds);
  return g_test_run ();
}
