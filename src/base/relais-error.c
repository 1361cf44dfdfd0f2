/* relais-error.c: the error domain, and what each code means over HTTP
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-error"

#include "config.h"

#include "relais-error.h"

G_DEFINE_QUARK (relais_error, relais_error)

static const struct
{
  guint status;
  gboolean retryable;
} codes[] = {
  [RELAIS_ERROR_INVALID_REQUEST] = { 400, FALSE },
  [RELAIS_ERROR_BAD_KEY] = { 401, FALSE },
  [RELAIS_ERROR_FORBIDDEN] = { 403, FALSE },
  [RELAIS_ERROR_MODEL_NOT_FOUND] = { 404, FALSE },
  [RELAIS_ERROR_UNKNOWN_URL] = { 404, FALSE },
  [RELAIS_ERROR_NOT_SUPPORTED] = { 404, FALSE },
  [RELAIS_ERROR_METHOD_NOT_ALLOWED] = { 405, FALSE },
  [RELAIS_ERROR_REQUEST_TIMEOUT] = { 408, TRUE },
  [RELAIS_ERROR_LENGTH_REQUIRED] = { 411, FALSE },
  [RELAIS_ERROR_TOO_LARGE] = { 413, FALSE },
  [RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE] = { 415, FALSE },
  [RELAIS_ERROR_EXPECTATION] = { 417, FALSE },
  [RELAIS_ERROR_MISDIRECTED] = { 421, FALSE },
  [RELAIS_ERROR_UPGRADE_REQUIRED] = { 426, FALSE },
  [RELAIS_ERROR_RATE_LIMIT] = { 429, TRUE },
  [RELAIS_ERROR_HEADERS_TOO_LARGE] = { 431, FALSE },
  [RELAIS_ERROR_INTERNAL] = { 500, TRUE },
  [RELAIS_ERROR_NOT_IMPLEMENTED] = { 501, FALSE },
  [RELAIS_ERROR_UPSTREAM] = { 502, TRUE },
  [RELAIS_ERROR_NO_ACCOUNT] = { 503, TRUE },
  [RELAIS_ERROR_BUSY] = { 503, TRUE },
  [RELAIS_ERROR_OVERLOADED] = { 503, TRUE },
  [RELAIS_ERROR_TIMEOUT] = { 504, TRUE },
  [RELAIS_ERROR_HTTP_VERSION] = { 505, FALSE },
  [RELAIS_ERROR_LOOP] = { 508, FALSE },
};

/**
 * relais_error_get_status:
 * @code: a code of ours
 *
 * The HTTP status a client gets for @code. `OVERLOADED` is 503 here; Anthropic clients get 529 for
 * it, which their dialect decides.
 *
 * Returns: 400 to 599; 500 for codes no client ever sees
 */
guint
relais_error_get_status (RelaisError code)
{
  if ((guint)code >= G_N_ELEMENTS (codes))
    return 500;
  return codes[code].status;
}

/**
 * relais_error_from_status:
 * @status: an HTTP status an upstream failed with
 *
 * Returns: what kind of failure it is; `UPSTREAM` for all that have no other name
 */
RelaisError
relais_error_from_status (guint status)
{
  switch (status)
    {
    case 400:
    case 422:
      return RELAIS_ERROR_INVALID_REQUEST;
    case 404:
      return RELAIS_ERROR_MODEL_NOT_FOUND;
    case 413:
      return RELAIS_ERROR_TOO_LARGE;
    case 429:
      return RELAIS_ERROR_RATE_LIMIT;
    case 500:
      return RELAIS_ERROR_INTERNAL;
    case 503:
    case 529:
      return RELAIS_ERROR_OVERLOADED;
    case 408:
    case 504:
      return RELAIS_ERROR_TIMEOUT;
    default:
      return RELAIS_ERROR_UPSTREAM;
    }
}

/**
 * relais_error_is_retryable:
 * @code: a code of ours
 *
 * Returns: whether the same request may succeed later without the client changing it
 */
gboolean
relais_error_is_retryable (RelaisError code)
{
  return (guint)code < G_N_ELEMENTS (codes) && codes[code].retryable;
}
