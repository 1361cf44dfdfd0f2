/* relais-engine-records.c: the list of requests: filled, held, emptied, given back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "relais-engine-private.h"
#include "relais-row-private.h"

#define RECORDS_MAX 2000

/* At most 2 000 are kept, the newest. */
static void
insert_rows (RelaisEngine *self,
             guint         position,
             GPtrArray    *rows)
{
  guint n;

  g_list_store_splice (self->records, position, 0, rows->pdata, rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      guint64 id = relais_record_row_get_id (g_ptr_array_index (rows, i));

      g_hash_table_replace (self->record_rows, g_memdup2 (&id, sizeof id),
                            g_ptr_array_index (rows, i));
      g_hash_table_remove (self->cleared, &id);
    }
  n = g_list_model_get_n_items (G_LIST_MODEL (self->records));
  for (guint i = RECORDS_MAX; i < n; i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (G_LIST_MODEL (self->records), i);
      guint64 id = relais_record_row_get_id (row);

      g_hash_table_remove (self->record_rows, &id);
    }
  if (n > RECORDS_MAX)
    g_list_store_splice (self->records, RECORDS_MAX, n - RECORDS_MAX, NULL, 0);
}

void
relais_engine_apply_records (RelaisEngine *self,
                             GPtrArray    *records)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = records->len; i-- > 0;)
    {
      RelaisRecord *record = relais_record_copy (g_ptr_array_index (records, i));
      RelaisRecordRow *row = g_hash_table_lookup (self->record_rows, &record->id);

      if (row != NULL)
        relais_record_row_update (row, record);
      else
        g_ptr_array_add (fresh, relais_record_row_new (record));
    }
  insert_rows (self, 0, fresh);
}

/* Of earlier runs: behind all others, the newest first. */
void
relais_engine_append_records (RelaisEngine *self,
                              GPtrArray    *records)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (rows,
                     relais_record_row_new (relais_record_copy (g_ptr_array_index (records, i))));
  insert_rows (self, g_list_model_get_n_items (G_LIST_MODEL (self->records)), rows);
}

/* While paused nothing is lost: the newest 2 000 wait. */
void
relais_engine_hold_records (RelaisEngine *self,
                            GPtrArray    *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      RelaisRecord *record = relais_record_copy (g_ptr_array_index (records, i));

      g_hash_table_replace (self->held, &record->id, record);
    }
  while (g_hash_table_size (self->held) > RECORDS_MAX)
    {
      GHashTableIter iter;
      gpointer key;
      guint64 oldest = G_MAXUINT64;

      g_hash_table_iter_init (&iter, self->held);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        oldest = MIN (oldest, *(guint64 *)key);
      g_hash_table_remove (self->held, &oldest);
    }
}

/**
 * relais_engine_set_records_paused:
 * @self: an engine
 * @paused: whether the list of records stands still
 *
 * What happens meanwhile is kept and comes when it goes on.
 */
void
relais_engine_set_records_paused (RelaisEngine *self,
                                  gboolean      paused)
{
  g_autoptr (GPtrArray) records = NULL;
  GHashTableIter iter;
  gpointer record;

  if (self->paused == !!paused)
    return;
  self->paused = !!paused;
  if (paused)
    return;
  records = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_record_free);
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    {
      g_ptr_array_add (records, record);
      g_hash_table_iter_steal (&iter);
    }
  relais_core_sort_records (records);
  relais_engine_apply_records (self, records);
}

/**
 * relais_engine_get_records_paused:
 * @self: an engine
 *
 * Returns: whether the list of records stands still
 */
gboolean
relais_engine_get_records_paused (RelaisEngine *self)
{
  return self->paused;
}

/**
 * relais_engine_clear_records:
 * @self: an engine
 *
 * Empties the list; a request still running comes back with its next step. What is held while the
 * list is paused stays held. The log keeps all of it until [method@Engine.forget_records]; what was
 * in the list is to end there or in [method@Engine.restore_records].
 */
void
relais_engine_clear_records (RelaisEngine *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->records));

  self->n_clears++;
  for (guint i = 0; i < n; i++)
    {
      RelaisRecordRow *row = g_list_model_get_item (G_LIST_MODEL (self->records), i);
      guint64 id = relais_record_row_get_id (row);

      g_hash_table_replace (self->cleared, g_memdup2 (&id, sizeof id), row);
    }
  g_hash_table_remove_all (self->record_rows);
  g_list_store_remove_all (self->records);
}

/* Nothing of what is over comes back, by whatever way. */
void
relais_engine_drop_records (RelaisEngine *self)
{
  relais_engine_clear_records (self);
  g_hash_table_remove_all (self->cleared);
  g_hash_table_remove_all (self->held);
}

/* When the first of those arrived that are listed, or may come to be; G_MAXINT64 for none. */
gint64
relais_engine_get_oldest_us (RelaisEngine *self)
{
  GHashTable *const rows[] = { self->record_rows, self->cleared };
  gint64 oldest_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer item;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_hash_table_iter_init (&iter, rows[i]);
      while (g_hash_table_iter_next (&iter, NULL, &item))
        oldest_us = MIN (oldest_us, relais_record_row_get_time (item));
    }
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    oldest_us = MIN (oldest_us, ((RelaisRecord *)item)->time_us);
  return oldest_us;
}

/* Whether it is listed, or will be when the list goes on. */
gboolean
relais_engine_knows_record (RelaisEngine *self,
                            guint64       id)
{
  return g_hash_table_contains (self->record_rows, &id) || g_hash_table_contains (self->held, &id);
}

/**
 * relais_engine_restore_records:
 * @self: an engine
 * @rows: (element-type RelaisRecordRow): what the list had before it was cleared, the newest first
 *
 * Puts them back, behind what came since. One that came again by itself stays as it is; one that
 * was forgotten, or deleted with the log, does not come back.
 */
void
relais_engine_restore_records (RelaisEngine *self,
                               GPtrArray    *rows)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      guint64 id = relais_record_row_get_id (g_ptr_array_index (rows, i));

      if (g_hash_table_contains (self->cleared, &id))
        g_ptr_array_add (gone, g_ptr_array_index (rows, i));
    }
  insert_rows (self, g_list_model_get_n_items (G_LIST_MODEL (self->records)), gone);
}
