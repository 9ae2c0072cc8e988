/* SPDX-License-Identifier: Apache-2.0
 *
 * bare-client: the floor of the benchmarks. librdkafka alone does what a FileStream connector does to Kafka, without
 * a record object, offsets, commits, transforms or unescaping. No worker gets below it; the ratio to it is what counts.
 *
 *   bare-client produce BOOTSTRAP TOPIC string|json one|batch|va FILE [CONF=VALUE]...
 *   bare-client consume BOOTSTRAP TOPIC string|json COUNT FILE|- [CONF=VALUE]...
 *
 * produce sends the lines of FILE to partition 0: "one" by rd_kafka_produce, "batch" by rd_kafka_produce_batch, "va"
 * by rd_kafka_produceva with a timestamp, as no other call takes one. consume writes the first COUNT records of
 * partition 0 as lines. json is JsonConverter's envelope of a required string.
 * Prints one JSON object of figures; exit status 0 when every record arrived, 1 when not, 2 for bad arguments.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 2000, FETCH = 5000, POLL_EVERY = 1000, WAIT_MS = 60000 };
static const char kHead[] = "{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"";
static const char kTail[] = "\"}";
static long long delivered, failed;

static double Now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void Die(const char* what, const char* why) {
  fprintf(stderr, "bare-client: %s: %s\n", what, why);
  exit(1);
}

static void OnDelivery(rd_kafka_t* rk, const rd_kafka_message_t* m, void* opaque) {
  (void)rk;
  (void)opaque;
  if (m->err)
    failed++;
  else
    delivered++;
}

static void Set(rd_kafka_conf_t* conf, const char* key, const char* value) {
  char error[512];
  if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) Die(key, error);
}

/* A client with the settings of a Connect worker where they cost something, and those of the command line. */
static rd_kafka_t* Client(rd_kafka_type_t type, const char* bootstrap, char** settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", bootstrap);
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
    Set(conf, "acks", "all");
    Set(conf, "max.in.flight.requests.per.connection", "1");
    Set(conf, "queue.buffering.max.messages", "500000");
  } else {
    /* By bytes: a queue limited by messages fills up and the fetcher then sleeps for a second. */
    Set(conf, "group.id", "bare-client");
    Set(conf, "queued.min.messages", "1000000");
    Set(conf, "queued.max.messages.kbytes", "65536");
  }
  for (; *settings; settings++) {
    char* equals = strchr(*settings, '=');
    if (!equals) exit(2);
    *equals = 0;
    Set(conf, *settings, equals + 1);
  }
  char error[512];
  rd_kafka_t* rk = rd_kafka_new(type, conf, error, sizeof error);
  if (!rk) Die("client", error);
  return rk;
}

static void Report(const char* what, long long records, long long bytes, double wall) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  double user = (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
  double sys = (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6;
  printf(
      "{\"what\":\"%s\",\"records\":%lld,\"bytes\":%lld,\"wall\":%.3f,\"cpu\":%.3f,\"user\":%.3f,\"sys\":%.3f,"
      "\"hwm\":%.1f,\"failed\":%lld}\n",
      what, records, bytes, wall, user + sys, user, sys, (double)u.ru_maxrss / 1024, failed);
}

/* The envelope with `n` bytes of `line` in it; `out` has room for 2 n and the envelope. Returns its length. */
static size_t Envelope(char* out, const char* line, size_t n) {
  char* w = mempcpy(out, kHead, sizeof kHead - 1);
  for (size_t i = 0; i < n; i++) {
    if (line[i] == '"' || line[i] == '\\') *w++ = '\\';
    *w++ = line[i];
  }
  return (size_t)((char*)mempcpy(w, kTail, sizeof kTail - 1) - out);
}

/* Sends all k messages, waiting for room as often as it takes. */
static void SendBatch(rd_kafka_t* rk, rd_kafka_topic_t* topic, int flags, rd_kafka_message_t* messages, int k) {
  while (k > 0 && rd_kafka_produce_batch(topic, 0, flags, messages, k) < k) {
    int refused = 0;
    for (int i = 0; i < k; i++)
      if (messages[i].err) messages[refused++] = messages[i];
    k = refused;
    rd_kafka_poll(rk, 10);
  }
  rd_kafka_poll(rk, 0);
}

enum Call { ONE, BATCHED, WITH_TIMESTAMP };

/* One record with a timestamp; false: the queue is full. */
static bool SendStamped(rd_kafka_t* rk, rd_kafka_topic_t* topic, int flags, const char* value, size_t n) {
  rd_kafka_vu_t args[5] = {{.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
                           {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = 0},
                           {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void*)value, n}},
                           {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = (int64_t)time(NULL) * 1000},
                           {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = flags}};
  rd_kafka_error_t* error = rd_kafka_produceva(rk, args, 5);
  if (!error) return true;
  rd_kafka_error_destroy(error);
  return false;
}

static int Produce(rd_kafka_t* rk, const char* name, const char* path, bool json, enum Call call) {
  bool batch = call == BATCHED;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) Die(path, strerror(errno));
  double start = Now();
  char* map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (map == MAP_FAILED) Die(path, strerror(errno));
  rd_kafka_topic_t* topic = rd_kafka_topic_new(rk, name, NULL);
  static rd_kafka_message_t messages[BATCH];
  /* string: the mapping outlives the producer, so nothing is copied; json: librdkafka copies and frees. */
  int flags = json ? RD_KAFKA_MSG_F_COPY : 0;
  size_t room = 1 << 16;
  char* text = malloc(json && batch ? room * BATCH : room);
  if (!text) Die("memory", strerror(errno));
  long long records = 0, bytes = 0;
  int k = 0;
  for (char *p = map, *end = map + st.st_size, *newline; p < end; p = newline + 1) {
    newline = memchr(p, '\n', (size_t)(end - p));
    if (!newline) break;
    char* value = p;
    size_t n = (size_t)(newline - p);
    if (json) {
      if (2 * n + sizeof kHead + sizeof kTail > room) Die(path, "a line is too long for this benchmark");
      value = batch ? text + room * (size_t)k : text;
      n = Envelope(value, p, n);
    }
    records++;
    bytes += (long long)n;
    if (batch) {
      memset(&messages[k], 0, sizeof messages[k]);
      messages[k].payload = value;
      messages[k].len = n;
      if (++k == BATCH) {
        SendBatch(rk, topic, flags, messages, k);
        k = 0;
      }
    } else {
      while (call == ONE ? rd_kafka_produce(topic, 0, flags, value, n, NULL, 0, NULL) == -1
                         : !SendStamped(rk, topic, flags, value, n))
        rd_kafka_poll(rk, 10);
      if (records % POLL_EVERY == 0) rd_kafka_poll(rk, 0);
    }
  }
  SendBatch(rk, topic, flags, messages, k);
  rd_kafka_flush(rk, WAIT_MS);
  Report("produce", records, bytes, Now() - start);
  if (delivered != records) fprintf(stderr, "bare-client: %lld of %lld records delivered\n", delivered, records);
  return delivered == records ? 0 : 1;
}

static int Consume(rd_kafka_t* rk, const char* name, const char* path, bool json, long long want) {
  FILE* out = strcmp(path, "-") == 0 ? NULL : fopen(path, "we");
  if (!out && strcmp(path, "-") != 0) Die(path, strerror(errno));
  if (out) setvbuf(out, NULL, _IOFBF, 1 << 18);
  double start = Now(), last = start;
  rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(partitions, name, 0)->offset = 0;
  rd_kafka_assign(rk, partitions);
  rd_kafka_topic_partition_list_destroy(partitions);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(rk);
  static rd_kafka_message_t* messages[FETCH];
  long long records = 0, bytes = 0;
  while (records < want && Now() - last < WAIT_MS / 1000.0) {
    ssize_t k = rd_kafka_consume_batch_queue(queue, 100, messages, FETCH);
    for (ssize_t i = 0; i < k; i++) {
      if (!messages[i]->err && records < want) {
        const char* value = messages[i]->payload;
        size_t n = messages[i]->len;
        records++;
        bytes += (long long)n;
        if (json && n >= sizeof kHead + sizeof kTail - 2) { /* no unescaping: a lower bound */
          value += sizeof kHead - 1;
          n -= sizeof kHead + sizeof kTail - 2;
        }
        if (out) {
          fwrite_unlocked(value, 1, n, out);
          putc_unlocked('\n', out);
        }
      }
      rd_kafka_message_destroy(messages[i]);
    }
    if (k > 0) last = Now();
  }
  if (out && fclose(out) != 0) Die(path, strerror(errno));
  Report("consume", records, bytes, Now() - start);
  return records == want ? 0 : 1;
}

int main(int argc, char** argv) {
  if (argc < 7) {
    fprintf(stderr,
            "usage: bare-client produce BOOTSTRAP TOPIC string|json one|batch|va FILE [CONF=VALUE]...\n"
            "       bare-client consume BOOTSTRAP TOPIC string|json COUNT FILE|- [CONF=VALUE]...\n");
    return 2;
  }
  bool json = strcmp(argv[4], "json") == 0;
  enum Call call = strcmp(argv[5], "batch") == 0 ? BATCHED : strcmp(argv[5], "va") == 0 ? WITH_TIMESTAMP : ONE;
  int status;
  if (strcmp(argv[1], "produce") == 0)
    status = Produce(Client(RD_KAFKA_PRODUCER, argv[2], argv + 7), argv[3], argv[6], json, call);
  else
    status = Consume(Client(RD_KAFKA_CONSUMER, argv[2], argv + 7), argv[3], argv[6], json, atoll(argv[5]));
  fflush(stdout);
  _exit(status); /* closing the client costs time that is not part of the workload */
}
