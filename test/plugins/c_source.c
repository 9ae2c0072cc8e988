/* SPDX-License-Identifier: Apache-2.0
 * Well-behaved, in plain C11 on abi.h alone: polls the setting "text" (default "hello") "count" times (default 1), one
 * record a batch, into "topic" (default "c"), without offsets. */
#include <stdlib.h>
#include <string.h>

#include "millrace/abi.h"

static const mr_host* host;

typedef struct {
  char *topic, *text;
  long left;
  mr_record record;
  mr_str topic_name;
} task;

static mr_status create(const mr_class* c, mr_ctx* ctx, void** self, mr_error* e) {
  (void)c, (void)ctx;
  *self = calloc(1, sizeof(task));
  if (*self != NULL) return MR_OK;
  host->error_set(e, MR_FATAL, (mr_str){"out of memory", 13, 0}, NULL, 0);
  return MR_FATAL;
}

static char* copy(const mr_kv* cfg, uint32_t n, const char* key, const char* fallback) {
  mr_str found = {fallback, (uint32_t)strlen(fallback), 0};
  for (uint32_t i = 0; i < n; ++i) {
    if (cfg[i].k.n == strlen(key) && memcmp(cfg[i].k.p, key, cfg[i].k.n) == 0) found = cfg[i].v;
  }
  char* out = calloc(1, (size_t)found.n + 1);
  if (out != NULL && found.n > 0) memcpy(out, found.p, found.n);
  return out;
}

static mr_status start(void* self, const mr_kv* cfg, uint32_t n, mr_error* e) {
  task* t = self;
  char* count = copy(cfg, n, "count", "1");
  t->topic = copy(cfg, n, "topic", "c");
  t->text = copy(cfg, n, "text", "hello");
  t->left = count != NULL ? strtol(count, NULL, 10) : 0;
  free(count);
  if (t->topic != NULL && t->text != NULL) return MR_OK;
  host->error_set(e, MR_FATAL, (mr_str){"out of memory", 13, 0}, NULL, 0);
  return MR_FATAL;
}

/* The task's memory outlives its batches. */
static void keep(const mr_batch* b) { (void)b; }

static mr_status poll(void* self, int64_t deadline_ns, mr_batch* out, mr_error* e) {
  task* t = self;
  (void)deadline_ns, (void)e;
  if (t->left <= 0) return MR_OK;
  --t->left;
  t->topic_name = (mr_str){t->topic, (uint32_t)strlen(t->topic), 0};
  t->record = (mr_record){.partition = MR_NO_PARTITION};
  t->record.value.kind = MR_STRING;
  t->record.value.n = (uint32_t)strlen(t->text);
  t->record.value.u.s = t->text;
  *out = (mr_batch){.size = sizeof *out,
                    .n = 1,
                    .stride = sizeof(mr_record),
                    .n_topics = 1,
                    .records = &t->record,
                    .topics = &t->topic_name,
                    .retain = keep,
                    .release = keep};
  return MR_OK;
}

static void destroy(void* self) {
  task* t = self;
  free(t->topic);
  free(t->text);
  free(t);
}

static const mr_source source = {.size = sizeof source, .start = start, .poll = poll};

#define LITERAL(text) \
  { text, sizeof(text) - 1, 0 }
static const mr_class classes[] = {{.size = sizeof(mr_class),
                                    .role = MR_ROLE_SOURCE,
                                    .name = LITERAL("test.CSource"),
                                    .version = LITERAL("1.0"),
                                    .table = &source,
                                    .create = create,
                                    .destroy = destroy}};
static const mr_plugin plugin = {sizeof plugin, MR_ABI_MINOR, sizeof(mr_class), 1, classes};

MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host* h, mr_str dir, mr_error* e) {
  (void)dir, (void)e;
  host = h;
  return &plugin;
}

MR_MANIFEST(
    "{\"manifest_version\":1,\"name\":\"c_source\",\"version\":\"1.0\",\"abi\":\"1.0\",\"licence\":\"Apache-2.0\","
    "\"classes\":[{\"role\":\"source\",\"name\":\"test.CSource\"}]}");
