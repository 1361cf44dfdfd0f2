/* relais-bodies.c: what one request and its answer said, on both sides of Relais, bounded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-bodies"

#include "config.h"

#include <string.h>

#include "relais-bodies.h"

/* A longer run of base64 is media: nobody reads it, and it would use up the room of what is read.
 * Signatures that a client sends back are mostly shorter. */
#define RUN_MAX (8 * 1024)
#define RUN_SHOWN 32
#define ESCAPE_MAX 6 /* \u002b */
/* What is kept while it comes: a secret or a run that crosses the end is seen whole. */
#define ROOM (RELAIS_BODY_MAX + RUN_MAX)
/* A part of a secret that stands before a cut; less is nobody's key. */
#define PART_MIN 6
/* A shorter key stands in many a text that does not mean it: "ollama". */
#define SECRET_MIN 16
#define HIDDEN "*****" /* shorter than any part */
#define CUT_MARK "\xe2\x80\xa6["

typedef struct
{
  GByteArray *kept; /* owned, NULL while empty */
  GBytes *frozen;   /* owned, NULL while it is being filled */
  gsize total;
  gsize run;            /* bytes of base64 at its end */
  gsize cut;            /* of the run under way, where it is media; else 0 */
  gboolean has_marks;   /* something was cut out of it */
  gboolean cut_escapes; /* what was cut last escapes what comes next */
} Part;

struct _RelaisBodies
{
  Part     parts[RELAIS_N_BODIES];
  gboolean is_frozen;
  gboolean is_forgotten;
};

/* Base64 in both alphabets, and the escapes that stand in it in JSON: \/ \n \u002b. */
static gboolean
is_run_byte (guchar c)
{
  static const guchar table[256] = {
    ['+'] = 1,
    ['-'] = 1,
    ['_'] = 1,
    ['/'] = 1,
    ['='] = 1,
    ['\\'] = 1,
    ['0' ... '9'] = 1,
    ['A' ... 'Z'] = 1,
    ['a' ... 'z'] = 1,
  };

  return table[c];
}

static void
part_clear (Part *part)
{
  g_clear_pointer (&part->kept, g_byte_array_unref);
  g_clear_pointer (&part->frozen, g_bytes_unref);
  part->run = part->cut = 0;
  part->has_marks = FALSE;
}

/**
 * relais_bodies_new:
 *
 * Returns: (transfer full): bodies of a request nothing of which was seen
 */
RelaisBodies *
relais_bodies_new (void)
{
  return g_atomic_rc_box_new0 (RelaisBodies);
}

/**
 * relais_bodies_new_from:
 * @bytes: what was kept of each; %NULL for nothing
 * @totals: how many bytes each had
 *
 * For what comes back from the disk.
 *
 * Returns: (transfer full): frozen bodies
 */
RelaisBodies *
relais_bodies_new_from (GBytes      * const bytes[RELAIS_N_BODIES],
                        const gsize         totals[RELAIS_N_BODIES])
{
  RelaisBodies *self = relais_bodies_new ();

  self->is_frozen = TRUE;
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      self->parts[kind].frozen = bytes[kind] != NULL ? g_bytes_ref (bytes[kind]) : NULL;
      self->parts[kind].total = totals[kind];
    }
  return self;
}

/**
 * relais_bodies_ref:
 * @self: bodies
 *
 * From any thread.
 *
 * Returns: (transfer full): @self
 */
RelaisBodies *
relais_bodies_ref (RelaisBodies *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
bodies_clear (gpointer data)
{
  RelaisBodies *self = data;

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    part_clear (&self->parts[kind]);
}

/**
 * relais_bodies_unref:
 * @self: (nullable): bodies
 *
 * From any thread.
 */
void
relais_bodies_unref (RelaisBodies *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, bodies_clear);
}

static gsize
find_run_end (const char *bytes,
              gsize       length)
{
  gsize n = 0;

  while (n < length && is_run_byte (bytes[n]))
    n++;
  return n;
}

/* More of a run is cut: only whether it ends with an open escape is of interest. */
static void
cut (Part       *part,
     const char *bytes,
     gsize       length)
{
  gsize n = 0;

  while (n < length && bytes[length - n - 1] == '\\')
    n++;
  part->cut_escapes = (n % 2 == 1) != (n == length && part->cut_escapes);
  part->cut += length;
}

/* What is left of a run must not end within an escape, or the JSON around it would not be any. */
static void
begin_cut (Part *part)
{
  const char *run = (const char *)part->kept->data + part->kept->len - part->run;
  gsize shown = RUN_SHOWN;

  for (gsize i = shown - ESCAPE_MAX; i < shown; i++)
    if (run[i] == '\\')
      shown = i;
  while (shown < RUN_SHOWN && shown > 0 && run[shown - 1] == '\\')
    shown--;
  part->cut_escapes = FALSE;
  part->has_marks = TRUE;
  cut (part, run + shown, part->run - shown);
  g_byte_array_set_size (part->kept, part->kept->len - part->run + shown);
}

/* A quote behind media in a text that is itself JSON is escaped by what was taken for its end. */
static void
append_mark (const Part *part,
             GByteArray *kept)
{
  char mark[48];

  g_snprintf (mark, sizeof mark, CUT_MARK "%" G_GSIZE_FORMAT " bytes cut]%s",
              part->cut - (part->cut_escapes ? 1 : 0), part->cut_escapes ? "\\" : "");
  g_byte_array_append (kept, (const guint8 *)mark, strlen (mark));
}

/* No run within what is copied at once can pass RUN_MAX, so only its end is looked at. */
static gsize
keep (Part       *part,
      const char *bytes,
      gsize       length)
{
  gsize n = MIN (MIN (length, ROOM - part->kept->len), RUN_MAX - part->run);
  gsize run = 0;

  g_byte_array_append (part->kept, (const guint8 *)bytes, n);
  while (run < n && is_run_byte (bytes[n - run - 1]))
    run++;
  part->run = run == n ? part->run + n : run;
  if (part->run == RUN_MAX)
    begin_cut (part);
  return n;
}

/**
 * relais_bodies_append:
 * @self: bodies that are not frozen
 * @kind: which of them
 * @bytes: some of it, in any pieces; copied
 * @length: how many
 *
 * Over %RELAIS_BODY_MAX they are counted, not kept. A run of base64 longer than 8 KiB becomes its
 * first 32 characters and how much was cut.
 */
void
relais_bodies_append (RelaisBodies   *self,
                      RelaisBodyKind  kind,
                      const char     *bytes,
                      gsize           length)
{
  Part *part = &self->parts[kind];

  g_return_if_fail (!self->is_frozen);
  part->total += length;
  if (self->is_forgotten || length == 0)
    return;
  if (part->kept == NULL)
    part->kept = g_byte_array_new ();
  while (length > 0 && part->kept->len < ROOM)
    {
      gsize n;

      if (part->cut == 0)
        n = keep (part, bytes, length);
      else
        {
          n = find_run_end (bytes, length);
          cut (part, bytes, n);
          if (n < length)
            {
              append_mark (part, part->kept);
              part->run = part->cut = 0;
            }
        }
      bytes += n;
      length -= n;
    }
}

/**
 * relais_bodies_restart:
 * @self: bodies that are not frozen
 * @kind: which of them
 *
 * Another attempt: what the one before said is forgotten.
 */
void
relais_bodies_restart (RelaisBodies   *self,
                       RelaisBodyKind  kind)
{
  g_return_if_fail (!self->is_frozen);
  part_clear (&self->parts[kind]);
  self->parts[kind].total = 0;
}

/**
 * relais_bodies_forget:
 * @self: bodies that are not frozen
 *
 * Gives back what they hold; what comes is only counted from now on.
 */
void
relais_bodies_forget (RelaisBodies *self)
{
  g_return_if_fail (!self->is_frozen);
  self->is_forgotten = TRUE;
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    part_clear (&self->parts[kind]);
}

/* Whether `u0041` at @text, behind a backslash, is @c. */
static gboolean
is_escaped (const char *text,
            const char *end,
            char        c)
{
  return end - text >= 5 && strncmp (text, "u00", 3) == 0 &&
         g_ascii_xdigit_value (text[3]) * 16 + g_ascii_xdigit_value (text[4]) == (guchar)c;
}

/* How many bytes of @text are the secret, or its part before the end, however JSON escapes it, JSON
 * within JSON too; 0 for none. */
static gsize
match (const char *text,
       const char *end,
       const char *secret)
{
  const char *p = text;

  for (gsize n = 0; *secret != '\0'; secret++)
    {
      const char *c = p;

      if (*secret == '\\')
        continue;
      while (c < end && *c == '\\')
        c++;
      if (c == end)
        return n >= PART_MIN ? end - text : 0;
      if (c > p && is_escaped (c, end, *secret))
        p = c + 5;
      else if (*c == *secret)
        p = c + 1;
      else if (c > p && *c == 'u' && end - c < 5)
        return n >= PART_MIN ? end - text : 0;
      else
        return 0;
      n++;
    }
  return p - text;
}

/* JSON escapes none of the bytes that most keys begin with, so that few places are looked at. */
static const char *
find_secret (const char *text,
             const char *end,
             const char *secret,
             gsize      *length)
{
  gsize n_plain = strspn (secret, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");
  gsize tail = MIN ((gsize)(end - text), strlen (secret) * ESCAPE_MAX);

  for (const char *p = text; (p = memmem (p, end - p, secret, n_plain)) != NULL && p < end; p++)
    if ((*length = match (p, end, secret)) > 0)
      return p;
  for (const char *p = end - tail; p < end; p++)
    if ((*length = match (p, end, secret)) > 0)
      return p;
  return NULL;
}

/* What is left is shorter than what was there, and so is no whole body any more. */
static gsize
hide (char       *text,
      gsize       length,
      gboolean    has_marks,
      const char *secret)
{
  const char *end = text + length;
  const char *in = text;
  char *out = text;

  while (in < end)
    {
      const char *mark =
        has_marks ? memmem (in + 1, end - in - 1, CUT_MARK, strlen (CUT_MARK)) : NULL;
      const char *part_end = mark != NULL ? mark : end;
      gsize n = 0;
      const char *found = find_secret (in, part_end, secret, &n);
      gsize n_before = (found != NULL ? found : part_end) - in;

      memmove (out, in, n_before);
      in += n_before + n;
      out += n_before;
      if (found == NULL)
        continue;
      memcpy (out, HIDDEN, strlen (HIDDEN));
      out += strlen (HIDDEN);
    }
  return out - text;
}

/* Where a text may end so that no character of UTF-8 is cut in two. */
static gsize
find_boundary (const guint8 *data,
               gsize         length)
{
  gsize start = length;

  while (start > 0 && length - start < 3 && (data[start - 1] & 0xc0) == 0x80)
    start--;
  if (start == 0 || data[start - 1] < 0xc0)
    return length;
  start--;
  return g_utf8_get_char_validated ((const char *)data + start, length - start) == (gunichar)-2
           ? start
           : length;
}

/* What JSON may put before a byte is no part of a key that could be told from words. */
static gboolean
is_secret (const char *secret)
{
  gsize n = 0;

  for (; *secret != '\0'; secret++)
    n += *secret != '\\';
  return n >= SECRET_MIN;
}

static GBytes *
freeze (const Part         *part,
        const char * const *secrets)
{
  g_autoptr (GByteArray) kept = g_byte_array_sized_new (part->kept->len);
  gsize length;

  g_byte_array_append (kept, part->kept->data, part->kept->len);
  if (part->cut > 0)
    append_mark (part, kept);
  length = kept->len;
  for (gsize i = 0; secrets != NULL && secrets[i] != NULL; i++)
    if (is_secret (secrets[i]))
      length = hide ((char *)kept->data, length, part->has_marks, secrets[i]);
  length = find_boundary (kept->data, MIN (length, RELAIS_BODY_MAX));
  return g_bytes_new (kept->data, length); /* no more than it needs: it is there for long */
}

/* What went through unchanged is looked at, and held, once. */
static GBytes *
find_same (RelaisBodies *self,
           RelaisBodies *copy,
           int           kind)
{
  const Part *part = &self->parts[kind];

  for (int i = 0; i < kind; i++)
    {
      const Part *other = &self->parts[i];

      if (other->kept != NULL && other->kept->len == part->kept->len && other->cut == part->cut &&
          memcmp (other->kept->data, part->kept->data, part->kept->len) == 0)
        return g_bytes_ref (copy->parts[i].frozen);
    }
  return NULL;
}

/**
 * relais_bodies_freeze:
 * @self: bodies
 * @secrets: (nullable): keys; each becomes some asterisks, escaped by JSON or not
 *
 * A body that had one is not whole any more; keys of less than 16 characters are left alone: they
 * are words. What is kept of each is at most %RELAIS_BODY_MAX and ends with a whole character. What
 * went through unchanged is held once.
 *
 * Returns: (transfer full): an immutable copy, for any thread; @self where it is one
 */
RelaisBodies *
relais_bodies_freeze (RelaisBodies         *self,
                      const char   * const *secrets)
{
  RelaisBodies *copy;

  if (self->is_frozen)
    return relais_bodies_ref (self);
  copy = relais_bodies_new ();
  copy->is_frozen = TRUE;
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      Part *part = &copy->parts[kind];

      part->total = self->parts[kind].total;
      if (self->parts[kind].kept == NULL)
        continue;
      part->frozen = find_same (self, copy, kind);
      if (part->frozen == NULL)
        part->frozen = freeze (&self->parts[kind], secrets);
    }
  return copy;
}

/**
 * relais_bodies_get:
 * @self: frozen bodies
 * @kind: which of them
 * @total: (out) (optional): how many bytes there were, kept or not
 *
 * It is whole where it has as many bytes as there were.
 *
 * Returns: (transfer none) (nullable): what was kept of it; %NULL for nothing
 */
GBytes *
relais_bodies_get (RelaisBodies   *self,
                   RelaisBodyKind  kind,
                   gsize          *total)
{
  g_return_val_if_fail (self->is_frozen, NULL);
  if (total != NULL)
    *total = self->parts[kind].total;
  return self->parts[kind].frozen;
}

static gsize
get_part_size (RelaisBodies *self,
               int           kind)
{
  Part *part = &self->parts[kind];

  if (!self->is_frozen)
    return part->kept != NULL ? part->kept->len : 0;
  for (int other = 0; other < kind; other++)
    if (self->parts[other].frozen == part->frozen)
      return 0;
  return part->frozen != NULL ? g_bytes_get_size (part->frozen) : 0;
}

/**
 * relais_bodies_get_size:
 * @self: bodies
 *
 * Returns: how many bytes they hold in all
 */
gsize
relais_bodies_get_size (RelaisBodies *self)
{
  gsize size = 0;

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    size += get_part_size (self, kind);
  return size;
}
