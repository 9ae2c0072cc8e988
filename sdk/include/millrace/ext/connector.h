/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace/ext/connector.h: the extension "mr.connector/1", the connector side of a source or sink class.
 *
 * Without it a connector is its tasks: the configuration is checked against the class's table and every task gets
 * a copy of it. With it, a class can check settings against each other, split its work into tasks, watch the outside
 * world and ask for new task configurations, and check offsets that a person wants to set.
 * Reached by mr_class.extension(class, MR_EXT_CONNECTOR).
 */
#ifndef MILLRACE_EXT_CONNECTOR_H
#define MILLRACE_EXT_CONNECTOR_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MR_EXT_CONNECTOR "mr.connector/1"

/* Takes the problems that validate finds: one call per problem. */
typedef struct mr_config_report {
  uint32_t size, _r;
  void* sink;
  void (*problem)(void* sink, mr_str key, mr_str message);
} mr_config_report;

/* Takes the task configurations: one call per task, in order. */
typedef struct mr_task_configs {
  uint32_t size, _r;
  void* sink;
  void (*add)(void* sink, const mr_kv* cfg, uint32_t n);
} mr_task_configs;

/* A source partition and the offset that a person wants it to have (NULL value: forget it). */
typedef struct mr_source_offset {
  mr_value partition, offset; /* MAPs of text to primitives, or NULL */
} mr_source_offset;

/* All [connector] but cancel. Every function but create and destroy is optional.
 *   validate       cfg has passed the class's table; must not need start; may talk to the outside, with a deadline
 *                  of its own.
 *   start          begins watching what task_configs depends on
 *   task_configs   at most max_tasks configurations
 *   alter_source_offsets / alter_sink_offsets
 *                  a person sets offsets over REST while the connector is stopped: refuse (error text goes into the
 *                  answer) or accept. *handled = 0: "the framework's are altered; yours, if any, are not".
 *                  Called on an instance that was created but not started.
 *   exactly_once   1 when the source supports exactly-once with this configuration, 0 when not, -1 not known
 *   transaction_boundaries  1 when it can define them itself
 *   cancel         [any] */
typedef struct mr_connector {
  uint32_t size, _r;
  mr_status (*create)(const mr_class*, mr_ctx*, void** self, mr_error*);
  void (*destroy)(void* self);
  mr_status (*validate)(void* self, const mr_kv* cfg, uint32_t n, mr_config_report*, mr_error*);
  mr_status (*start)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*task_configs)(void* self, uint32_t max_tasks, mr_task_configs*, mr_error*);
  mr_status (*alter_source_offsets)(void* self, const mr_kv* cfg, uint32_t n, const mr_source_offset* offsets,
                                    uint32_t n_offsets, int32_t* handled, mr_error*);
  mr_status (*alter_sink_offsets)(void* self, const mr_kv* cfg, uint32_t n, const mr_tp* offsets, uint32_t n_offsets,
                                  int32_t* handled, mr_error*);
  int32_t (*exactly_once)(void* self, const mr_kv* cfg, uint32_t n);
  int32_t (*transaction_boundaries)(void* self, const mr_kv* cfg, uint32_t n);
  void (*cancel)(void* self);
  void (*stop)(void* self);
} mr_connector;

/* The host's side, by mr_host.extension(ctx, MR_EXT_CONNECTOR_CONTEXT). [any] */
#define MR_EXT_CONNECTOR_CONTEXT "mr.connector-context/1"
typedef struct mr_connector_context {
  uint32_t size, _r;
  void (*request_task_reconfiguration)(mr_ctx*);
  void (*fail)(mr_ctx*, mr_status, mr_str message);
} mr_connector_context;

#ifdef __cplusplus
}
#endif
#endif
