/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace/abi.h: the C ABI between the Millrace host and its bundles.
 *
 * A bundle is one shared object (.so) that exports exactly one function, mr_plugin_open_v1, and carries a
 * manifest (MR_MANIFEST) that names its classes, so that the host can list them without running any of its code.
 * Everything crosses this boundary as plain C: no exception, no C++ type, no FILE*, no allocation that the other
 * side would have to free. A C++ bundle normally includes millrace/cpp/ (header-only sugar over this file).
 *
 * How it grows. Three kinds of things are declared here, and each has one rule:
 *   call tables   (mr_host, mr_source, mr_sink, ...) begin with their size and only ever grow at the end; a field
 *                 is there when MR_HAS(table, field) says so;
 *   data structs  (mr_value, mr_str, mr_kv, mr_field, mr_header, mr_tp) are frozen;
 *   the rest      (mr_schema, mr_record, mr_batch, mr_class, mr_config_key) may grow at the end, so arrays of them
 *                 carry their element size ("stride") and are stepped with MR_AT.
 * Optional capabilities are tables looked up by a string id with a revision ("mr.connector/1"), see ext/.
 * Enum values are never renumbered; a reader treats a value it does not know as "unknown", never as an error.
 *
 * Thread tags in the comments:
 *   [load]       once per bundle, before anything else of it
 *   [task]       serialised per instance AND the same OS thread from create to destroy
 *   [connector]  serialised per instance, any thread
 *   [any]        thread-safe, must not block
 *
 * Status of this file: draft until FileStream, JDBC and HDFS have been written against it (MR_ABI_DRAFT).
 */
#ifndef MILLRACE_ABI_H
#define MILLRACE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MR_ABI_MAJOR 1
#define MR_ABI_MINOR 0
#define MR_ABI_DRAFT 1

/* The name of the only symbol a bundle exports. Another major version has another name, so that a mismatch is
 * "symbol not found" and never a crash. */
#define MR_OPEN_SYMBOL "mr_plugin_open_v1"
#define MR_EXPORT __attribute__((visibility("default")))

/* MR_HAS(t, f): does call table t reach as far as its field f, and is f set? */
#define MR_HAS(t, f) (offsetof(__typeof__(*(t)), f) + sizeof((t)->f) <= (t)->size && (t)->f != 0)
/* MR_AT(type, base, stride, i): element i of an array whose elements are `stride` bytes apart. */
#define MR_AT(type, base, stride, i) ((type*)((char*)(base) + (size_t)(stride) * (i)))

/* ---------------------------------------------------------------- values */

/* Text or bytes: p is not NUL-terminated; text is UTF-8. p == NULL means absent, n == 0 with p != NULL empty. */
typedef struct mr_str {
  const char* p;
  uint32_t n;
  uint32_t _r; /* 0 */
} mr_str;

typedef struct mr_kv {
  mr_str k, v; /* v.p == NULL: the key is there with a null value */
} mr_kv;

/* mr_value.kind and mr_schema.kind */
enum {
  MR_NULL = 0,
  MR_BOOL,
  MR_I8,
  MR_I16,
  MR_I32,
  MR_I64,
  MR_F32,
  MR_F64,
  MR_STRING,
  MR_BYTES,
  MR_ARRAY,
  MR_MAP,
  MR_STRUCT
};

/* mr_value.logical and mr_schema.logical: the logical types of org.apache.kafka.connect.data. Any other schema
 * name (io.debezium...) stays in mr_schema.name. */
enum { MR_L_NONE = 0, MR_L_DECIMAL, MR_L_DATE, MR_L_TIME, MR_L_TIMESTAMP };

/* One value, 16 bytes. By kind:
 *   NULL           nothing else is read
 *   BOOL I8..I64   u.i   (BOOL: 0 or 1; narrower integers sign-extended)
 *   F32 F64        u.d   (an F32 holds a float's value exactly)
 *   STRING BYTES   u.s, n bytes
 *   ARRAY          u.v, n elements
 *   MAP            u.v, n entries: 2n slots, key, value, key, value ...
 *   STRUCT         u.v, n slots in the order of the schema's fields
 * With logical set: DECIMAL is BYTES holding the big-endian two's complement unscaled value, `scale` its scale;
 * DATE is I32 days since 1970-01-01, TIME is I32 milliseconds of the day, TIMESTAMP is I64 milliseconds since the
 * epoch, UTC. A value says its own kind and logical type, so schemaless data needs no schema.
 * Defaults of a schema are NOT applied: a NULL slot is what was there. */
typedef struct mr_value {
  uint8_t kind, logical;
  int16_t scale;
  uint32_t n;
  union {
    int64_t i;
    double d;
    const char* s;
    const struct mr_value* v;
  } u;
} mr_value;

/* ---------------------------------------------------------------- schemas */

typedef struct mr_schema mr_schema;

typedef struct mr_field {
  mr_str name;
  const mr_schema* schema;
} mr_field;

/* A schema is immutable and interned by the host: equal schemas are the same pointer, so cache by pointer (and
 * hold a reference, mr_host.schema_retain, for as long as the cache entry lives).
 * As input of mr_host.schema_intern the struct is a description: hash, refs and host are ignored. */
struct mr_schema {
  uint32_t size; /* sizeof(mr_schema) of whoever made it */
  uint8_t kind, optional, has_default, logical;
  int32_t version; /* -1: none */
  uint32_t n_fields, n_params, _r;
  uint64_t hash;
  mr_str name, doc; /* p == NULL: none */
  mr_value dflt;    /* meaningful when has_default */
  const mr_field* fields;
  const mr_schema* key;   /* MAP */
  const mr_schema* value; /* MAP, ARRAY; NULL: the element schema is not known */
  const mr_kv* params;
  void* host; /* the host's; do not touch */
};

/* ---------------------------------------------------------------- records and batches */

typedef struct mr_header {
  mr_str key;
  const mr_schema* schema;
  mr_value value;
} mr_header;

/* mr_record.flags */
enum {
  MR_REC_HAS_TS = 1,     /* timestamp is set */
  MR_REC_DROP = 2,       /* set by a transform: the record goes no further */
  MR_REC_LOG_APPEND = 4, /* sink: the timestamp is the broker's LogAppendTime */
  MR_REC_TXN_COMMIT = 8, /* source, transaction.boundary=connector: commit after this record */
  MR_REC_TXN_ABORT = 16, /* likewise: abort after this record */
  MR_REC_TS_NOW = 32     /* source, with HAS_TS: the timestamp is the time of polling. Where nothing reads it on the way
                            the host may let Kafka's client stamp the record when it is sent, which is cheaper */
};

#define MR_NO_PARTITION (-1)

/* One record. A NULL schema means schemaless.
 * Source: set topic, value (and key, headers, partition, timestamp as wanted), src_partition (index into
 * mr_batch.src_partitions) and src_offset (a MAP of text to primitives, or NULL: no offset for this record).
 * Sink: topic, partition, offset, timestamp say where it was read. */
typedef struct mr_record {
  mr_value key, value;
  const mr_schema *key_schema, *value_schema;
  int64_t offset, timestamp; /* timestamp: ms since the epoch */
  int32_t partition;         /* MR_NO_PARTITION: let the partitioner choose */
  uint16_t topic;            /* index into mr_batch.topics */
  uint16_t flags;
  uint32_t n_headers, src_partition;
  const mr_header* headers;
  mr_value src_offset;
} mr_record;

/* A batch of records. Its maker fills it; `release` gives everything it points to back to the maker and must not
 * depend on the address of this struct (it may have been copied), only on `owner`.
 * retain/release are reference counts and may be called on any thread; a batch starts with one reference. */
typedef struct mr_batch {
  uint32_t size;   /* sizeof(mr_batch) of the maker */
  uint32_t n;      /* records */
  uint32_t stride; /* bytes from one record to the next */
  uint32_t n_topics;
  mr_record* records;
  const mr_str* topics;
  const mr_value* src_partitions;  /* each a MAP of text to primitives */
  const mr_schema* const* schemas; /* the schemas that this batch keeps alive; may be NULL for a source whose
                                      schemas live as long as its task */
  uint32_t n_src_partitions, n_schemas;
  void (*retain)(const struct mr_batch*);
  void (*release)(const struct mr_batch*);
  void* owner;
} mr_batch;

/* ---------------------------------------------------------------- errors */

typedef int32_t mr_status;
/* What the host does with each is in sdk/doc/errors.md. */
enum {
  MR_OK = 0,
  MR_RETRIABLE,   /* try the same call again later: a server is away, a disk is full */
  MR_DATA,        /* this record cannot be handled; errors.tolerance decides */
  MR_CONFIG,      /* the configuration is wrong; a person must change it */
  MR_FATAL,       /* anything else: the task fails */
  MR_CANCELLED,   /* the call was cut short by cancel */
  MR_TIMEOUT,     /* a deadline passed; handled like MR_RETRIABLE */
  MR_UNSUPPORTED, /* the callee does not do this */
  MR_NOT_FOUND,   /* a named thing does not exist */
  MR_AUTH         /* not authenticated or not allowed */
};

/* Where a callee puts its error. Owned by the host, valid for the call; everything given to it is copied at once.
 * Details are free, but these keys are understood: "class", "cause.class", "cause.message" (the Java exception
 * that Kafka Connect would have thrown, for drop-in error texts), "key" (the offending setting), "sqlstate". */
typedef struct mr_error mr_error;

typedef struct mr_ctx mr_ctx;     /* the host's handle of one instance (connector, task, converter ...) */
typedef struct mr_arena mr_arena; /* host memory that lives as long as the batch it belongs to */

/* ---------------------------------------------------------------- what the host offers */

enum { MR_LOG_TRACE = 0, MR_LOG_DEBUG, MR_LOG_INFO, MR_LOG_WARN, MR_LOG_ERROR };
enum { MR_METRIC_COUNTER = 0, MR_METRIC_GAUGE };

typedef struct mr_host {
  uint32_t size, abi_minor;
  mr_str product, version;
  /* [any] Sets the error of this call. */
  void (*error_set)(mr_error*, mr_status, mr_str message, const mr_kv* details, uint32_t n_details);
  /* [any] Sets the error of one record of the batch that this call handles; the call itself then returns MR_DATA
   * (or MR_RETRIABLE if every reported record may be tried again). */
  void (*error_record)(mr_error*, uint32_t record, mr_status, mr_str message, const mr_kv* details, uint32_t n_details);
  /* [any] `logger` is a dotted name; the host adds connector and task. Never log per record. */
  void (*log)(mr_ctx*, int32_t level, mr_str logger, mr_str message, const mr_kv* fields, uint32_t n_fields);
  int32_t (*log_enabled)(mr_ctx*, int32_t level, mr_str logger);
  /* [task, connector] Registers a metric (once, at create or start) and returns its id; [any] adds to a counter or
   * sets a gauge. */
  uint32_t (*metric_register)(mr_ctx*, mr_str name, int32_t type, mr_str help, const mr_kv* tags, uint32_t n_tags);
  void (*metric_update)(mr_ctx*, uint32_t id, double value);
  /* [any] Returns the one schema equal to the description, with a reference for the caller; NULL with the error
   * set if the description is not a valid schema. Fields, key and value must themselves be interned. */
  const mr_schema* (*schema_intern)(const mr_schema* description, mr_error*);
  void (*schema_retain)(const mr_schema*);
  void (*schema_release)(const mr_schema*);
  /* [task] Memory of the batch in hand. Never NULL: a request over the limit ends in an error of the call. `align`
   * is a power of two, at most 16. */
  void* (*arena_alloc)(mr_arena*, size_t bytes, uint32_t align);
  /* [task] Lets the batch (and what the host keeps of it) hold a reference to a schema: the arena's owner drops it. */
  void (*arena_keep_schema)(mr_arena*, const mr_schema*);
  /* [task] Index of a topic name in the batch that a transform handles, added to its table when new. */
  uint16_t (*batch_topic)(mr_batch*, mr_str name);
  /* [task, connector] Reads the committed offsets of source partitions: out[i] is a MAP or NULL. Blocks until read.
   * The values live as long as the instance. */
  mr_status (*offsets_read)(mr_ctx*, const mr_value* partitions, uint32_t n, mr_value* out, mr_error*);
  /* [any] Has cancel been asked for? */
  int32_t (*cancelled)(mr_ctx*);
  /* [any] A capability of the host by id, NULL when it has none ("mr.sink-context/1"). */
  const void* (*extension)(mr_ctx*, const char* id);
} mr_host;

/* ---------------------------------------------------------------- configuration tables */

/* mr_config_key.type, as org.apache.kafka.common.config.ConfigDef.Type */
enum {
  MR_T_BOOLEAN = 0,
  MR_T_STRING,
  MR_T_INT,
  MR_T_SHORT,
  MR_T_LONG,
  MR_T_DOUBLE,
  MR_T_LIST,
  MR_T_CLASS,
  MR_T_PASSWORD
};
enum { MR_IMPORTANCE_HIGH = 0, MR_IMPORTANCE_MEDIUM, MR_IMPORTANCE_LOW };
enum { MR_WIDTH_NONE = 0, MR_WIDTH_SHORT, MR_WIDTH_MEDIUM, MR_WIDTH_LONG };

/* One setting. The host checks values against the table (Java's rules and texts), answers REST from it and prints
 * the option tables of the documentation from it.
 * `validator` is "" for none, or terms separated by ';', all of which must hold; the first that does not gives the
 * error. "optional " before a term lets null pass. Terms:
 *   non-null  non-empty  non-empty-list  name (not empty, no control characters)
 *   range(min,max)                 either bound may be empty
 *   in(a,b,c)  in-ignore-case(a,b,c)
 *   list(a,b,c)                    a LIST, each element one of these
 *   list-size(n)  unique(what)     a LIST of at most n elements, without duplicates ("what" names them in docs)
 *   regex  regex-list              a Java regular expression, a LIST of them
 *   class(role)                    converter, header-converter, transform, predicate
 *   version-range                  "1.2", "[1.0,2.0)", "latest"
 *   rename-pairs  cast-spec        a LIST of old:new, of field:type
 *   partitions  replication-factor positive, or -1 for the broker's default
 *   listeners  admin-listeners  http-headers  connect-protocol  mac  mac-list  key-generator   the worker's own
 * Anything that needs code goes to the extension mr.connector/1, `validate`. */
typedef struct mr_config_key {
  mr_str name;
  mr_str dflt;                           /* p == NULL: null default (when not required) */
  mr_str doc, group, display, validator; /* group, display: empty means none and the name */
  uint8_t type, importance, width, required;
  int32_t order; /* position in the group, -1: none */
  uint32_t n_dependents, n_recommended;
  const mr_str *dependents, *recommended;
} mr_config_key;

typedef struct mr_config_table {
  uint32_t n_keys, key_size; /* key_size: the stride of keys */
  const mr_config_key* keys;
} mr_config_table;

/* ---------------------------------------------------------------- what a bundle offers, by role */

enum {
  MR_ROLE_SOURCE = 1,
  MR_ROLE_SINK,
  MR_ROLE_CONVERTER,        /* usable as key, value and header converter, as in Java */
  MR_ROLE_HEADER_CONVERTER, /* header only */
  MR_ROLE_TRANSFORM,
  MR_ROLE_PREDICATE,
  MR_ROLE_CONFIG_PROVIDER
};

/* Role SOURCE, task side. All [task] but cancel.
 *   start   reads its configuration; cfg lives for the call.
 *   poll    fills *out (zeroed by the host) with n >= 0 records; blocks for new data no longer than until
 *           deadline_ns (CLOCK_MONOTONIC) and returns at once after cancel. MR_RETRIABLE: poll again after a while.
 *   commit  between polls, after offsets were made durable. Optional.
 *   acked   records idx[i] of a batch were written at Kafka offset kafka_offset[i] (-1: dropped or skipped).
 *           Optional. The batch is released by the host afterwards, in any case only when all its records were
 *           acknowledged, so slots may point into memory that `release` gives back.
 *   cancel  [any] asks a running or coming call to end soon. Must not block. Optional but wanted.
 *   stop    releases what start took. Called once, also when start failed. */
typedef struct mr_source {
  uint32_t size, _r;
  mr_status (*start)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*poll)(void* self, int64_t deadline_ns, mr_batch* out, mr_error*);
  mr_status (*commit)(void* self, mr_error*);
  mr_status (*acked)(void* self, const mr_batch*, const uint32_t* idx, const int64_t* kafka_offset, uint32_t n,
                     mr_error*);
  void (*cancel)(void* self);
  void (*stop)(void* self);
} mr_source;

/* A topic partition with an offset; frozen. */
typedef struct mr_tp {
  mr_str topic;
  int32_t partition, _r;
  int64_t offset; /* -1: none */
} mr_tp;

/* Role SINK, task side. All [task] but cancel.
 *   open        partitions assigned; offset is where reading begins, or -1 when not yet known. Optional.
 *   put         takes a batch, possibly of 0 records (then: a chance to do timed work). The batch is borrowed:
 *               retain it to keep it beyond the call. MR_RETRIABLE: the same batch comes again.
 *   flush       everything put so far is durable when it returns MR_OK. Optional when pre_commit is there.
 *   pre_commit  inout[i].offset is one past the last record put; set it back to what is durable, or to -1 for "do
 *               not commit". Absent: flush, then all of it is committed.
 *   close       partitions taken away; everything about them must be finished or forgotten. Optional.
 *   cancel      [any] asks a running or coming call to end soon. Must not block. */
typedef struct mr_sink {
  uint32_t size, _r;
  mr_status (*start)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*open)(void* self, const mr_tp*, uint32_t n, mr_error*);
  mr_status (*put)(void* self, const mr_batch*, mr_error*);
  mr_status (*flush)(void* self, mr_error*);
  mr_status (*pre_commit)(void* self, mr_tp* inout, uint32_t n, mr_error*);
  mr_status (*close)(void* self, const mr_tp*, uint32_t n, mr_error*);
  void (*cancel)(void* self);
  void (*stop)(void* self);
} mr_sink;

/* Role TRANSFORM. configure once, then apply to batches, [task]. In place: replace slots by memory of the arena,
 * set MR_REC_DROP. Records already dropped (MR_REC_DROP) are skipped; so are those whose byte in `mask` (NULL: all
 * count) is 0. A failing record: mr_host.error_record, its slots left as they were, and MR_DATA for the call. */
typedef struct mr_transform {
  uint32_t size, _r;
  mr_status (*configure)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*apply)(void* self, mr_batch* inout, const uint8_t* mask, mr_arena*, mr_error*);
} mr_transform;

/* Role PREDICATE: mask[i] = 1 where record i satisfies it. Negation is the host's. */
typedef struct mr_predicate {
  uint32_t size, _r;
  mr_status (*configure)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*test)(void* self, const mr_batch*, uint8_t* mask, mr_error*);
} mr_predicate;

/* What a converter converts. For MR_PART_HEADER each record of the batch stands for one header: `key` holds its
 * name (STRING), `value` and `value_schema` the header's value, `topic` the record's topic. */
enum { MR_PART_KEY = 0, MR_PART_VALUE = 1, MR_PART_HEADER = 2 };

/* Roles CONVERTER and HEADER_CONVERTER, [task].
 *   from_connect  bytes[i] = the serialised key or value of record i (p == NULL: a null). Bytes live in the arena,
 *                 or are those the slot points to.
 *   to_connect    the other way: sets key/key_schema or value/value_schema of record i from bytes[i]. Slots may
 *                 point into bytes[i], which live as long as the batch.
 * Dropped records are skipped. Failing records: error_record and MR_DATA. */
typedef struct mr_converter {
  uint32_t size, _r;
  mr_status (*configure)(void* self, const mr_kv* cfg, uint32_t n, int32_t part, mr_error*);
  mr_status (*from_connect)(void* self, const mr_batch*, int32_t part, mr_arena*, mr_str* bytes, mr_error*);
  mr_status (*to_connect)(void* self, mr_batch*, int32_t part, const mr_str* bytes, mr_arena*, mr_error*);
} mr_converter;

/* Role CONFIG_PROVIDER: get sets out[i].v for the keys given in out[i].k. Values live until the next call. */
typedef struct mr_config_provider {
  uint32_t size, _r;
  mr_status (*configure)(void* self, const mr_kv* cfg, uint32_t n, mr_error*);
  mr_status (*get)(void* self, mr_str path, mr_kv* inout, uint32_t n, int64_t* ttl_ms, mr_error*);
} mr_config_provider;

/* ---------------------------------------------------------------- classes and the bundle */

/* One thing that a bundle offers. Static: lives until the process ends.
 *   name     the full class name that configurations use; for a drop-in class the Java name
 *   aliases  further names, NULL-terminated; may be NULL. Java's own short forms (the simple name, without the
 *            suffix Connector / Source / Sink / Converter) are derived by the host and need not be listed
 *   create   makes an instance; ctx lives until destroy returns
 *   table    mr_source, mr_sink, ... by role
 *   extension  a capability of this class by id (ext/), NULL: none */
typedef struct mr_class {
  uint32_t size, role;
  mr_str name, version, doc;
  const char* const* aliases;
  const mr_config_table* config;
  const void* table;
  mr_status (*create)(const struct mr_class*, mr_ctx* ctx, void** self, mr_error*);
  void (*destroy)(void* self);
  const void* (*extension)(const struct mr_class*, const char* id);
} mr_class;

typedef struct mr_plugin {
  uint32_t size, abi_minor;
  uint32_t class_stride, n_classes;
  const mr_class* classes;
} mr_plugin;

/* [load] The one exported function. The host table lives until the process ends; bundle_dir is the folder that the
 * bundle was found in. NULL with the error set: the bundle cannot be used. Called once; a bundle is never unloaded. */
typedef const mr_plugin* (*mr_plugin_open_fn)(const mr_host*, mr_str bundle_dir, mr_error*);
MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host*, mr_str bundle_dir, mr_error*);

/* ---------------------------------------------------------------- the manifest */

/* A JSON text in the section .millrace.manifest of the bundle, read by the host without loading it:
 *   {"manifest_version":1,"name":"file","version":"1.0.0","abi":"1.0","licence":"Apache-2.0",
 *    "classes":[{"role":"source","name":"org...FileStreamSourceConnector","version":"...","aliases":[...]}]}
 * Unknown members are ignored; a higher manifest_version is refused. MR_MANIFEST(text) puts it there; the build
 * function of the SDK makes the text from the class table, so that the two cannot drift apart. */
#define MR_MANIFEST_SECTION ".millrace.manifest"
#define MR_MANIFEST_VERSION 1
#define MR_MANIFEST(text) \
  __attribute__((section(MR_MANIFEST_SECTION), used, retain, aligned(1))) static const char mr_manifest_[] = text

#ifdef __cplusplus
}
#endif
#endif
