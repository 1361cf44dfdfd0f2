/* relais-error.c: the error domain, and what each code means over HTTP
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-error"

#include "config.h"

#include "relais-error.h"

G_DEFINE_QUARK (relais_error, relais_error)

static const guint statuses[] = {
  [RELAIS_ERROR_INVALID_REQUEST] = 400,
  [RELAIS_ERROR_BAD_KEY] = 401,
  [RELAIS_ERROR_FORBIDDEN] = 403,
  [RELAIS_ERROR_MODEL_NOT_FOUND] = 404,
  [RELAIS_ERROR_UNKNOWN_URL] = 404,
  [RELAIS_ERROR_NOT_SUPPORTED] = 404,
  [RELAIS_ERROR_METHOD_NOT_ALLOWED] = 405,
  [RELAIS_ERROR_REQUEST_TIMEOUT] = 408,
  [RELAIS_ERROR_LENGTH_REQUIRED] = 411,
  [RELAIS_ERROR_TOO_LARGE] = 413,
  [RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE] = 415,
  [RELAIS_ERROR_EXPECTATION] = 417,
  [RELAIS_ERROR_MISDIRECTED] = 421,
  [RELAIS_ERROR_UPGRADE_REQUIRED] = 426,
  [RELAIS_ERROR_RATE_LIMIT] = 429,
  [RELAIS_ERROR_HEADERS_TOO_LARGE] = 431,
  [RELAIS_ERROR_INTERNAL] = 500,
  [RELAIS_ERROR_NOT_IMPLEMENTED] = 501,
  [RELAIS_ERROR_UPSTREAM] = 502,
  [RELAIS_ERROR_NO_ACCOUNT] = 503,
  [RELAIS_ERROR_BUSY] = 503,
  [RELAIS_ERROR_OVERLOADED] = 503,
  [RELAIS_ERROR_TIMEOUT] = 504,
  [RELAIS_ERROR_HTTP_VERSION] = 505,
  [RELAIS_ERROR_LOOP] = 508,
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
  if ((guint)code >= G_N_ELEMENTS (statuses))
    return 500;
  return statuses[code];
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
