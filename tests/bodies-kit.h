/* bodies-kit.h: an engine that keeps what requests say, and its upstream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/relais-engine.h"

#include "relais-test-peer.h"

G_BEGIN_DECLS

#define BODIES_KIT_ACCOUNT_KEY "sk-account-0123456789abcdefghijklm"
#define BODIES_KIT_ANSWER                                                                    \
 "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{" \
 "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":"    \
 "\"stop\"}]}"
#define BODIES_KIT_FIRST "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
#define BODIES_KIT_LAST                                                                  \
 "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: " \
 "[DONE]\n\n"

typedef struct
{
  RelaisTestPeer *peer;
  RelaisEngine   *engine;
  char           *folder;
} BodiesKit;

void                bodies_kit_slot_cb      (GObject          *source,
                                             GAsyncResult     *result,
                                             gpointer          slot);
GAsyncResult       *bodies_kit_wait_for     (GAsyncResult    **slot);
void                bodies_kit_set_up       (BodiesKit        *self,
                                             gconstpointer     n_accounts);
void                bodies_kit_tear_down    (BodiesKit        *self,
                                             gconstpointer     data);
int                 bodies_kit_send_post    (BodiesKit        *self,
                                             const char       *path,
                                             const char       *headers,
                                             const char       *body);
char               *bodies_kit_post         (BodiesKit        *self,
                                             const char       *path,
                                             const char       *body);
RelaisRecordRow    *bodies_kit_wait_for_row (BodiesKit        *self,
                                             guint             n,
                                             gboolean          running);
RelaisRecordBodies *bodies_kit_load         (BodiesKit        *self,
                                             RelaisRecordRow  *row,
                                             GError          **error);

G_END_DECLS
