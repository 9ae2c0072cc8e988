/* SPDX-License-Identifier: Apache-2.0
 * Written by check_layout.py --write. Size and place of every member of the ABI on 64-bit machines: a change
 * that moves one does not compile. Compiled as C11 here and as C++20 by layout_cpp.cc. */
/* clang-format off */
#include "millrace/abi.h"
#include "millrace/ext/connector.h"
#include "millrace/ext/sink_context.h"

#ifdef __cplusplus
#define CHECK(x) static_assert(x, #x)
#else
#define CHECK(x) _Static_assert(x, #x)
#endif

CHECK(sizeof(mr_str) == 16);
CHECK(offsetof(mr_str, p) == 0 && sizeof(((mr_str *)0)->p) == 8);
CHECK(offsetof(mr_str, n) == 8 && sizeof(((mr_str *)0)->n) == 4);
CHECK(offsetof(mr_str, _r) == 12 && sizeof(((mr_str *)0)->_r) == 4);

CHECK(sizeof(mr_kv) == 32);
CHECK(offsetof(mr_kv, k) == 0 && sizeof(((mr_kv *)0)->k) == 16);
CHECK(offsetof(mr_kv, v) == 16 && sizeof(((mr_kv *)0)->v) == 16);

CHECK(sizeof(mr_value) == 16);
CHECK(offsetof(mr_value, kind) == 0 && sizeof(((mr_value *)0)->kind) == 1);
CHECK(offsetof(mr_value, logical) == 1 && sizeof(((mr_value *)0)->logical) == 1);
CHECK(offsetof(mr_value, scale) == 2 && sizeof(((mr_value *)0)->scale) == 2);
CHECK(offsetof(mr_value, n) == 4 && sizeof(((mr_value *)0)->n) == 4);
CHECK(offsetof(mr_value, u) == 8 && sizeof(((mr_value *)0)->u) == 8);

CHECK(sizeof(mr_field) == 24);
CHECK(offsetof(mr_field, name) == 0 && sizeof(((mr_field *)0)->name) == 16);
CHECK(offsetof(mr_field, schema) == 16 && sizeof(((mr_field *)0)->schema) == 8);

CHECK(sizeof(mr_schema) == 120);
CHECK(offsetof(mr_schema, size) == 0 && sizeof(((mr_schema *)0)->size) == 4);
CHECK(offsetof(mr_schema, kind) == 4 && sizeof(((mr_schema *)0)->kind) == 1);
CHECK(offsetof(mr_schema, optional) == 5 && sizeof(((mr_schema *)0)->optional) == 1);
CHECK(offsetof(mr_schema, has_default) == 6 && sizeof(((mr_schema *)0)->has_default) == 1);
CHECK(offsetof(mr_schema, logical) == 7 && sizeof(((mr_schema *)0)->logical) == 1);
CHECK(offsetof(mr_schema, version) == 8 && sizeof(((mr_schema *)0)->version) == 4);
CHECK(offsetof(mr_schema, n_fields) == 12 && sizeof(((mr_schema *)0)->n_fields) == 4);
CHECK(offsetof(mr_schema, n_params) == 16 && sizeof(((mr_schema *)0)->n_params) == 4);
CHECK(offsetof(mr_schema, _r) == 20 && sizeof(((mr_schema *)0)->_r) == 4);
CHECK(offsetof(mr_schema, hash) == 24 && sizeof(((mr_schema *)0)->hash) == 8);
CHECK(offsetof(mr_schema, name) == 32 && sizeof(((mr_schema *)0)->name) == 16);
CHECK(offsetof(mr_schema, doc) == 48 && sizeof(((mr_schema *)0)->doc) == 16);
CHECK(offsetof(mr_schema, dflt) == 64 && sizeof(((mr_schema *)0)->dflt) == 16);
CHECK(offsetof(mr_schema, fields) == 80 && sizeof(((mr_schema *)0)->fields) == 8);
CHECK(offsetof(mr_schema, key) == 88 && sizeof(((mr_schema *)0)->key) == 8);
CHECK(offsetof(mr_schema, value) == 96 && sizeof(((mr_schema *)0)->value) == 8);
CHECK(offsetof(mr_schema, params) == 104 && sizeof(((mr_schema *)0)->params) == 8);
CHECK(offsetof(mr_schema, host) == 112 && sizeof(((mr_schema *)0)->host) == 8);

CHECK(sizeof(mr_header) == 40);
CHECK(offsetof(mr_header, key) == 0 && sizeof(((mr_header *)0)->key) == 16);
CHECK(offsetof(mr_header, schema) == 16 && sizeof(((mr_header *)0)->schema) == 8);
CHECK(offsetof(mr_header, value) == 24 && sizeof(((mr_header *)0)->value) == 16);

CHECK(sizeof(mr_record) == 104);
CHECK(offsetof(mr_record, key) == 0 && sizeof(((mr_record *)0)->key) == 16);
CHECK(offsetof(mr_record, value) == 16 && sizeof(((mr_record *)0)->value) == 16);
CHECK(offsetof(mr_record, key_schema) == 32 && sizeof(((mr_record *)0)->key_schema) == 8);
CHECK(offsetof(mr_record, value_schema) == 40 && sizeof(((mr_record *)0)->value_schema) == 8);
CHECK(offsetof(mr_record, offset) == 48 && sizeof(((mr_record *)0)->offset) == 8);
CHECK(offsetof(mr_record, timestamp) == 56 && sizeof(((mr_record *)0)->timestamp) == 8);
CHECK(offsetof(mr_record, partition) == 64 && sizeof(((mr_record *)0)->partition) == 4);
CHECK(offsetof(mr_record, topic) == 68 && sizeof(((mr_record *)0)->topic) == 2);
CHECK(offsetof(mr_record, flags) == 70 && sizeof(((mr_record *)0)->flags) == 2);
CHECK(offsetof(mr_record, n_headers) == 72 && sizeof(((mr_record *)0)->n_headers) == 4);
CHECK(offsetof(mr_record, src_partition) == 76 && sizeof(((mr_record *)0)->src_partition) == 4);
CHECK(offsetof(mr_record, headers) == 80 && sizeof(((mr_record *)0)->headers) == 8);
CHECK(offsetof(mr_record, src_offset) == 88 && sizeof(((mr_record *)0)->src_offset) == 16);

CHECK(sizeof(mr_batch) == 80);
CHECK(offsetof(mr_batch, size) == 0 && sizeof(((mr_batch *)0)->size) == 4);
CHECK(offsetof(mr_batch, n) == 4 && sizeof(((mr_batch *)0)->n) == 4);
CHECK(offsetof(mr_batch, stride) == 8 && sizeof(((mr_batch *)0)->stride) == 4);
CHECK(offsetof(mr_batch, n_topics) == 12 && sizeof(((mr_batch *)0)->n_topics) == 4);
CHECK(offsetof(mr_batch, records) == 16 && sizeof(((mr_batch *)0)->records) == 8);
CHECK(offsetof(mr_batch, topics) == 24 && sizeof(((mr_batch *)0)->topics) == 8);
CHECK(offsetof(mr_batch, src_partitions) == 32 && sizeof(((mr_batch *)0)->src_partitions) == 8);
CHECK(offsetof(mr_batch, schemas) == 40 && sizeof(((mr_batch *)0)->schemas) == 8);
CHECK(offsetof(mr_batch, n_src_partitions) == 48 && sizeof(((mr_batch *)0)->n_src_partitions) == 4);
CHECK(offsetof(mr_batch, n_schemas) == 52 && sizeof(((mr_batch *)0)->n_schemas) == 4);
CHECK(offsetof(mr_batch, retain) == 56 && sizeof(((mr_batch *)0)->retain) == 8);
CHECK(offsetof(mr_batch, release) == 64 && sizeof(((mr_batch *)0)->release) == 8);
CHECK(offsetof(mr_batch, owner) == 72 && sizeof(((mr_batch *)0)->owner) == 8);

CHECK(sizeof(mr_host) == 160);
CHECK(offsetof(mr_host, size) == 0 && sizeof(((mr_host *)0)->size) == 4);
CHECK(offsetof(mr_host, abi_minor) == 4 && sizeof(((mr_host *)0)->abi_minor) == 4);
CHECK(offsetof(mr_host, product) == 8 && sizeof(((mr_host *)0)->product) == 16);
CHECK(offsetof(mr_host, version) == 24 && sizeof(((mr_host *)0)->version) == 16);
CHECK(offsetof(mr_host, error_set) == 40 && sizeof(((mr_host *)0)->error_set) == 8);
CHECK(offsetof(mr_host, error_record) == 48 && sizeof(((mr_host *)0)->error_record) == 8);
CHECK(offsetof(mr_host, log) == 56 && sizeof(((mr_host *)0)->log) == 8);
CHECK(offsetof(mr_host, log_enabled) == 64 && sizeof(((mr_host *)0)->log_enabled) == 8);
CHECK(offsetof(mr_host, metric_register) == 72 && sizeof(((mr_host *)0)->metric_register) == 8);
CHECK(offsetof(mr_host, metric_update) == 80 && sizeof(((mr_host *)0)->metric_update) == 8);
CHECK(offsetof(mr_host, schema_intern) == 88 && sizeof(((mr_host *)0)->schema_intern) == 8);
CHECK(offsetof(mr_host, schema_retain) == 96 && sizeof(((mr_host *)0)->schema_retain) == 8);
CHECK(offsetof(mr_host, schema_release) == 104 && sizeof(((mr_host *)0)->schema_release) == 8);
CHECK(offsetof(mr_host, arena_alloc) == 112 && sizeof(((mr_host *)0)->arena_alloc) == 8);
CHECK(offsetof(mr_host, arena_keep_schema) == 120 && sizeof(((mr_host *)0)->arena_keep_schema) == 8);
CHECK(offsetof(mr_host, batch_topic) == 128 && sizeof(((mr_host *)0)->batch_topic) == 8);
CHECK(offsetof(mr_host, offsets_read) == 136 && sizeof(((mr_host *)0)->offsets_read) == 8);
CHECK(offsetof(mr_host, cancelled) == 144 && sizeof(((mr_host *)0)->cancelled) == 8);
CHECK(offsetof(mr_host, extension) == 152 && sizeof(((mr_host *)0)->extension) == 8);

CHECK(sizeof(mr_config_key) == 128);
CHECK(offsetof(mr_config_key, name) == 0 && sizeof(((mr_config_key *)0)->name) == 16);
CHECK(offsetof(mr_config_key, dflt) == 16 && sizeof(((mr_config_key *)0)->dflt) == 16);
CHECK(offsetof(mr_config_key, doc) == 32 && sizeof(((mr_config_key *)0)->doc) == 16);
CHECK(offsetof(mr_config_key, group) == 48 && sizeof(((mr_config_key *)0)->group) == 16);
CHECK(offsetof(mr_config_key, display) == 64 && sizeof(((mr_config_key *)0)->display) == 16);
CHECK(offsetof(mr_config_key, validator) == 80 && sizeof(((mr_config_key *)0)->validator) == 16);
CHECK(offsetof(mr_config_key, type) == 96 && sizeof(((mr_config_key *)0)->type) == 1);
CHECK(offsetof(mr_config_key, importance) == 97 && sizeof(((mr_config_key *)0)->importance) == 1);
CHECK(offsetof(mr_config_key, width) == 98 && sizeof(((mr_config_key *)0)->width) == 1);
CHECK(offsetof(mr_config_key, required) == 99 && sizeof(((mr_config_key *)0)->required) == 1);
CHECK(offsetof(mr_config_key, order) == 100 && sizeof(((mr_config_key *)0)->order) == 4);
CHECK(offsetof(mr_config_key, n_dependents) == 104 && sizeof(((mr_config_key *)0)->n_dependents) == 4);
CHECK(offsetof(mr_config_key, n_recommended) == 108 && sizeof(((mr_config_key *)0)->n_recommended) == 4);
CHECK(offsetof(mr_config_key, dependents) == 112 && sizeof(((mr_config_key *)0)->dependents) == 8);
CHECK(offsetof(mr_config_key, recommended) == 120 && sizeof(((mr_config_key *)0)->recommended) == 8);

CHECK(sizeof(mr_config_table) == 16);
CHECK(offsetof(mr_config_table, n_keys) == 0 && sizeof(((mr_config_table *)0)->n_keys) == 4);
CHECK(offsetof(mr_config_table, key_size) == 4 && sizeof(((mr_config_table *)0)->key_size) == 4);
CHECK(offsetof(mr_config_table, keys) == 8 && sizeof(((mr_config_table *)0)->keys) == 8);

CHECK(sizeof(mr_source) == 56);
CHECK(offsetof(mr_source, size) == 0 && sizeof(((mr_source *)0)->size) == 4);
CHECK(offsetof(mr_source, _r) == 4 && sizeof(((mr_source *)0)->_r) == 4);
CHECK(offsetof(mr_source, start) == 8 && sizeof(((mr_source *)0)->start) == 8);
CHECK(offsetof(mr_source, poll) == 16 && sizeof(((mr_source *)0)->poll) == 8);
CHECK(offsetof(mr_source, commit) == 24 && sizeof(((mr_source *)0)->commit) == 8);
CHECK(offsetof(mr_source, acked) == 32 && sizeof(((mr_source *)0)->acked) == 8);
CHECK(offsetof(mr_source, cancel) == 40 && sizeof(((mr_source *)0)->cancel) == 8);
CHECK(offsetof(mr_source, stop) == 48 && sizeof(((mr_source *)0)->stop) == 8);

CHECK(sizeof(mr_tp) == 32);
CHECK(offsetof(mr_tp, topic) == 0 && sizeof(((mr_tp *)0)->topic) == 16);
CHECK(offsetof(mr_tp, partition) == 16 && sizeof(((mr_tp *)0)->partition) == 4);
CHECK(offsetof(mr_tp, _r) == 20 && sizeof(((mr_tp *)0)->_r) == 4);
CHECK(offsetof(mr_tp, offset) == 24 && sizeof(((mr_tp *)0)->offset) == 8);

CHECK(sizeof(mr_sink) == 72);
CHECK(offsetof(mr_sink, size) == 0 && sizeof(((mr_sink *)0)->size) == 4);
CHECK(offsetof(mr_sink, _r) == 4 && sizeof(((mr_sink *)0)->_r) == 4);
CHECK(offsetof(mr_sink, start) == 8 && sizeof(((mr_sink *)0)->start) == 8);
CHECK(offsetof(mr_sink, open) == 16 && sizeof(((mr_sink *)0)->open) == 8);
CHECK(offsetof(mr_sink, put) == 24 && sizeof(((mr_sink *)0)->put) == 8);
CHECK(offsetof(mr_sink, flush) == 32 && sizeof(((mr_sink *)0)->flush) == 8);
CHECK(offsetof(mr_sink, pre_commit) == 40 && sizeof(((mr_sink *)0)->pre_commit) == 8);
CHECK(offsetof(mr_sink, close) == 48 && sizeof(((mr_sink *)0)->close) == 8);
CHECK(offsetof(mr_sink, cancel) == 56 && sizeof(((mr_sink *)0)->cancel) == 8);
CHECK(offsetof(mr_sink, stop) == 64 && sizeof(((mr_sink *)0)->stop) == 8);

CHECK(sizeof(mr_transform) == 24);
CHECK(offsetof(mr_transform, size) == 0 && sizeof(((mr_transform *)0)->size) == 4);
CHECK(offsetof(mr_transform, _r) == 4 && sizeof(((mr_transform *)0)->_r) == 4);
CHECK(offsetof(mr_transform, configure) == 8 && sizeof(((mr_transform *)0)->configure) == 8);
CHECK(offsetof(mr_transform, apply) == 16 && sizeof(((mr_transform *)0)->apply) == 8);

CHECK(sizeof(mr_predicate) == 24);
CHECK(offsetof(mr_predicate, size) == 0 && sizeof(((mr_predicate *)0)->size) == 4);
CHECK(offsetof(mr_predicate, _r) == 4 && sizeof(((mr_predicate *)0)->_r) == 4);
CHECK(offsetof(mr_predicate, configure) == 8 && sizeof(((mr_predicate *)0)->configure) == 8);
CHECK(offsetof(mr_predicate, test) == 16 && sizeof(((mr_predicate *)0)->test) == 8);

CHECK(sizeof(mr_converter) == 32);
CHECK(offsetof(mr_converter, size) == 0 && sizeof(((mr_converter *)0)->size) == 4);
CHECK(offsetof(mr_converter, _r) == 4 && sizeof(((mr_converter *)0)->_r) == 4);
CHECK(offsetof(mr_converter, configure) == 8 && sizeof(((mr_converter *)0)->configure) == 8);
CHECK(offsetof(mr_converter, from_connect) == 16 && sizeof(((mr_converter *)0)->from_connect) == 8);
CHECK(offsetof(mr_converter, to_connect) == 24 && sizeof(((mr_converter *)0)->to_connect) == 8);

CHECK(sizeof(mr_config_provider) == 24);
CHECK(offsetof(mr_config_provider, size) == 0 && sizeof(((mr_config_provider *)0)->size) == 4);
CHECK(offsetof(mr_config_provider, _r) == 4 && sizeof(((mr_config_provider *)0)->_r) == 4);
CHECK(offsetof(mr_config_provider, configure) == 8 && sizeof(((mr_config_provider *)0)->configure) == 8);
CHECK(offsetof(mr_config_provider, get) == 16 && sizeof(((mr_config_provider *)0)->get) == 8);

CHECK(sizeof(mr_class) == 104);
CHECK(offsetof(mr_class, size) == 0 && sizeof(((mr_class *)0)->size) == 4);
CHECK(offsetof(mr_class, role) == 4 && sizeof(((mr_class *)0)->role) == 4);
CHECK(offsetof(mr_class, name) == 8 && sizeof(((mr_class *)0)->name) == 16);
CHECK(offsetof(mr_class, version) == 24 && sizeof(((mr_class *)0)->version) == 16);
CHECK(offsetof(mr_class, doc) == 40 && sizeof(((mr_class *)0)->doc) == 16);
CHECK(offsetof(mr_class, aliases) == 56 && sizeof(((mr_class *)0)->aliases) == 8);
CHECK(offsetof(mr_class, config) == 64 && sizeof(((mr_class *)0)->config) == 8);
CHECK(offsetof(mr_class, table) == 72 && sizeof(((mr_class *)0)->table) == 8);
CHECK(offsetof(mr_class, create) == 80 && sizeof(((mr_class *)0)->create) == 8);
CHECK(offsetof(mr_class, destroy) == 88 && sizeof(((mr_class *)0)->destroy) == 8);
CHECK(offsetof(mr_class, extension) == 96 && sizeof(((mr_class *)0)->extension) == 8);

CHECK(sizeof(mr_plugin) == 24);
CHECK(offsetof(mr_plugin, size) == 0 && sizeof(((mr_plugin *)0)->size) == 4);
CHECK(offsetof(mr_plugin, abi_minor) == 4 && sizeof(((mr_plugin *)0)->abi_minor) == 4);
CHECK(offsetof(mr_plugin, class_stride) == 8 && sizeof(((mr_plugin *)0)->class_stride) == 4);
CHECK(offsetof(mr_plugin, n_classes) == 12 && sizeof(((mr_plugin *)0)->n_classes) == 4);
CHECK(offsetof(mr_plugin, classes) == 16 && sizeof(((mr_plugin *)0)->classes) == 8);

CHECK(sizeof(mr_config_report) == 24);
CHECK(offsetof(mr_config_report, size) == 0 && sizeof(((mr_config_report *)0)->size) == 4);
CHECK(offsetof(mr_config_report, _r) == 4 && sizeof(((mr_config_report *)0)->_r) == 4);
CHECK(offsetof(mr_config_report, sink) == 8 && sizeof(((mr_config_report *)0)->sink) == 8);
CHECK(offsetof(mr_config_report, problem) == 16 && sizeof(((mr_config_report *)0)->problem) == 8);

CHECK(sizeof(mr_task_configs) == 24);
CHECK(offsetof(mr_task_configs, size) == 0 && sizeof(((mr_task_configs *)0)->size) == 4);
CHECK(offsetof(mr_task_configs, _r) == 4 && sizeof(((mr_task_configs *)0)->_r) == 4);
CHECK(offsetof(mr_task_configs, sink) == 8 && sizeof(((mr_task_configs *)0)->sink) == 8);
CHECK(offsetof(mr_task_configs, add) == 16 && sizeof(((mr_task_configs *)0)->add) == 8);

CHECK(sizeof(mr_source_offset) == 32);
CHECK(offsetof(mr_source_offset, partition) == 0 && sizeof(((mr_source_offset *)0)->partition) == 16);
CHECK(offsetof(mr_source_offset, offset) == 16 && sizeof(((mr_source_offset *)0)->offset) == 16);

CHECK(sizeof(mr_connector) == 96);
CHECK(offsetof(mr_connector, size) == 0 && sizeof(((mr_connector *)0)->size) == 4);
CHECK(offsetof(mr_connector, _r) == 4 && sizeof(((mr_connector *)0)->_r) == 4);
CHECK(offsetof(mr_connector, create) == 8 && sizeof(((mr_connector *)0)->create) == 8);
CHECK(offsetof(mr_connector, destroy) == 16 && sizeof(((mr_connector *)0)->destroy) == 8);
CHECK(offsetof(mr_connector, validate) == 24 && sizeof(((mr_connector *)0)->validate) == 8);
CHECK(offsetof(mr_connector, start) == 32 && sizeof(((mr_connector *)0)->start) == 8);
CHECK(offsetof(mr_connector, task_configs) == 40 && sizeof(((mr_connector *)0)->task_configs) == 8);
CHECK(offsetof(mr_connector, alter_source_offsets) == 48 && sizeof(((mr_connector *)0)->alter_source_offsets) == 8);
CHECK(offsetof(mr_connector, alter_sink_offsets) == 56 && sizeof(((mr_connector *)0)->alter_sink_offsets) == 8);
CHECK(offsetof(mr_connector, exactly_once) == 64 && sizeof(((mr_connector *)0)->exactly_once) == 8);
CHECK(offsetof(mr_connector, transaction_boundaries) == 72 && sizeof(((mr_connector *)0)->transaction_boundaries) == 8);
CHECK(offsetof(mr_connector, cancel) == 80 && sizeof(((mr_connector *)0)->cancel) == 8);
CHECK(offsetof(mr_connector, stop) == 88 && sizeof(((mr_connector *)0)->stop) == 8);

CHECK(sizeof(mr_connector_context) == 24);
CHECK(offsetof(mr_connector_context, size) == 0 && sizeof(((mr_connector_context *)0)->size) == 4);
CHECK(offsetof(mr_connector_context, _r) == 4 && sizeof(((mr_connector_context *)0)->_r) == 4);
CHECK(offsetof(mr_connector_context, request_task_reconfiguration) == 8 && sizeof(((mr_connector_context *)0)->request_task_reconfiguration) == 8);
CHECK(offsetof(mr_connector_context, fail) == 16 && sizeof(((mr_connector_context *)0)->fail) == 8);

CHECK(sizeof(mr_sink_context) == 56);
CHECK(offsetof(mr_sink_context, size) == 0 && sizeof(((mr_sink_context *)0)->size) == 4);
CHECK(offsetof(mr_sink_context, _r) == 4 && sizeof(((mr_sink_context *)0)->_r) == 4);
CHECK(offsetof(mr_sink_context, errant) == 8 && sizeof(((mr_sink_context *)0)->errant) == 8);
CHECK(offsetof(mr_sink_context, pause) == 16 && sizeof(((mr_sink_context *)0)->pause) == 8);
CHECK(offsetof(mr_sink_context, resume) == 24 && sizeof(((mr_sink_context *)0)->resume) == 8);
CHECK(offsetof(mr_sink_context, seek) == 32 && sizeof(((mr_sink_context *)0)->seek) == 8);
CHECK(offsetof(mr_sink_context, timeout) == 40 && sizeof(((mr_sink_context *)0)->timeout) == 8);
CHECK(offsetof(mr_sink_context, request_commit) == 48 && sizeof(((mr_sink_context *)0)->request_commit) == 8);

CHECK(MR_NULL == 0);
CHECK(MR_BOOL == 1);
CHECK(MR_I8 == 2);
CHECK(MR_I16 == 3);
CHECK(MR_I32 == 4);
CHECK(MR_I64 == 5);
CHECK(MR_F32 == 6);
CHECK(MR_F64 == 7);
CHECK(MR_STRING == 8);
CHECK(MR_BYTES == 9);
CHECK(MR_ARRAY == 10);
CHECK(MR_MAP == 11);
CHECK(MR_STRUCT == 12);
CHECK(MR_L_NONE == 0);
CHECK(MR_L_DECIMAL == 1);
CHECK(MR_L_DATE == 2);
CHECK(MR_L_TIME == 3);
CHECK(MR_L_TIMESTAMP == 4);
CHECK(MR_REC_HAS_TS == 1);
CHECK(MR_REC_DROP == 2);
CHECK(MR_REC_LOG_APPEND == 4);
CHECK(MR_REC_TXN_COMMIT == 8);
CHECK(MR_REC_TXN_ABORT == 16);
CHECK(MR_REC_TS_NOW == 32);
CHECK(MR_OK == 0);
CHECK(MR_RETRIABLE == 1);
CHECK(MR_DATA == 2);
CHECK(MR_CONFIG == 3);
CHECK(MR_FATAL == 4);
CHECK(MR_CANCELLED == 5);
CHECK(MR_TIMEOUT == 6);
CHECK(MR_UNSUPPORTED == 7);
CHECK(MR_NOT_FOUND == 8);
CHECK(MR_AUTH == 9);
CHECK(MR_LOG_TRACE == 0);
CHECK(MR_LOG_DEBUG == 1);
CHECK(MR_LOG_INFO == 2);
CHECK(MR_LOG_WARN == 3);
CHECK(MR_LOG_ERROR == 4);
CHECK(MR_METRIC_COUNTER == 0);
CHECK(MR_METRIC_GAUGE == 1);
CHECK(MR_T_BOOLEAN == 0);
CHECK(MR_T_STRING == 1);
CHECK(MR_T_INT == 2);
CHECK(MR_T_SHORT == 3);
CHECK(MR_T_LONG == 4);
CHECK(MR_T_DOUBLE == 5);
CHECK(MR_T_LIST == 6);
CHECK(MR_T_CLASS == 7);
CHECK(MR_T_PASSWORD == 8);
CHECK(MR_IMPORTANCE_HIGH == 0);
CHECK(MR_IMPORTANCE_MEDIUM == 1);
CHECK(MR_IMPORTANCE_LOW == 2);
CHECK(MR_WIDTH_NONE == 0);
CHECK(MR_WIDTH_SHORT == 1);
CHECK(MR_WIDTH_MEDIUM == 2);
CHECK(MR_WIDTH_LONG == 3);
CHECK(MR_ROLE_SOURCE == 1);
CHECK(MR_ROLE_SINK == 2);
CHECK(MR_ROLE_CONVERTER == 3);
CHECK(MR_ROLE_HEADER_CONVERTER == 4);
CHECK(MR_ROLE_TRANSFORM == 5);
CHECK(MR_ROLE_PREDICATE == 6);
CHECK(MR_ROLE_CONFIG_PROVIDER == 7);
CHECK(MR_PART_KEY == 0);
CHECK(MR_PART_VALUE == 1);
CHECK(MR_PART_HEADER == 2);
CHECK(MR_ABI_MAJOR == 1);
CHECK(MR_NO_PARTITION == -1);
CHECK(MR_MANIFEST_VERSION == 1);
