/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace/ext/sink_context.h: the extension "mr.sink-context/1", what a sink task may ask of the host.
 * Reached by mr_host.extension(ctx, MR_EXT_SINK_CONTEXT) from a sink task; NULL on hosts without it.
 */
#ifndef MILLRACE_EXT_SINK_CONTEXT_H
#define MILLRACE_EXT_SINK_CONTEXT_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MR_EXT_SINK_CONTEXT "mr.sink-context/1"

/* All [task], inside a call of the host.
 *   errant          reports record `record` of the batch given to put as bad (log and dead letter topic, as
 *                   configured). MR_OK: it was taken, go on; anything else: return that status from put.
 *   pause, resume   stop and start the delivery of partitions
 *   seek            the next put of these partitions begins at the given offsets
 *   timeout         after MR_RETRIABLE, wait this long before the batch comes again
 *   request_commit  commit offsets soon instead of at the next interval */
typedef struct mr_sink_context {
  uint32_t size, _r;
  mr_status (*errant)(mr_ctx*, const mr_batch*, uint32_t record, mr_status, mr_str message);
  mr_status (*pause)(mr_ctx*, const mr_tp*, uint32_t n);
  mr_status (*resume)(mr_ctx*, const mr_tp*, uint32_t n);
  mr_status (*seek)(mr_ctx*, const mr_tp*, uint32_t n);
  void (*timeout)(mr_ctx*, int64_t ms);
  void (*request_commit)(mr_ctx*);
} mr_sink_context;

#ifdef __cplusplus
}
#endif
#endif
