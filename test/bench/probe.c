/* SPDX-License-Identifier: Apache-2.0
 *
 * probe: what the benchmarks and the integration suites ask a Kafka broker, cheaply enough to ask it every 10 ms.
 *
 *   probe BOOTSTRAP create TOPIC [PARTITIONS]     creates it; an existing one is left as it is
 *   probe BOOTSTRAP delete TOPIC...
 *   probe BOOTSTRAP high TOPIC [PARTITION]        the offset after the last record
 *   probe BOOTSTRAP committed GROUP TOPIC [PARTITION]   the group's committed offset, -1 when there is none
 *   probe BOOTSTRAP watch TOPIC COUNT SECONDS     "first NS N" and "last NS N" when partition 0 has records, has COUNT
 *   probe BOOTSTRAP follow TOPIC SECONDS          "NS VALUE" for each record of partition 0 as it arrives
 *
 * NS is CLOCK_MONOTONIC in nanoseconds, N the number of records then. watch ends at COUNT or with status 1 after
 * SECONDS; follow ends after SECONDS or when its output is closed.
 */
#define _GNU_SOURCE
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_MS = 20000 };

static long long NowNs(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void Check(rd_kafka_resp_err_t err, const char* what) {
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  fprintf(stderr, "probe: %s: %s\n", what, rd_kafka_err2str(err));
  exit(1);
}

static void Set(rd_kafka_conf_t* conf, const char* key, const char* value) {
  char error[512];
  if (rd_kafka_conf_set(conf, key, value, error, sizeof error) == RD_KAFKA_CONF_OK) return;
  fprintf(stderr, "probe: %s: %s\n", key, error);
  exit(2);
}

static rd_kafka_t* Client(const char* bootstrap, const char* group) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", bootstrap);
  Set(conf, "group.id", group);
  Set(conf, "enable.auto.commit", "false");
  Set(conf, "fetch.wait.max.ms", "100");
  char error[512];
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (!rk) {
    fprintf(stderr, "probe: %s\n", error);
    exit(1);
  }
  return rk;
}

/* The error of the only topic in an admin result, and its text on stderr unless it is `expected`. */
static rd_kafka_resp_err_t TopicResult(const rd_kafka_topic_result_t* result, rd_kafka_resp_err_t expected) {
  rd_kafka_resp_err_t err = rd_kafka_topic_result_error(result);
  if (err == expected) return RD_KAFKA_RESP_ERR_NO_ERROR;
  if (err) fprintf(stderr, "probe: %s: %s\n", rd_kafka_topic_result_name(result), rd_kafka_err2str(err));
  return err;
}

static int Create(rd_kafka_t* rk, const char* name, int partitions) {
  char error[512];
  rd_kafka_queue_t* queue = rd_kafka_queue_new(rk);
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name, partitions, 1, error, sizeof error);
  if (!topic) {
    fprintf(stderr, "probe: %s: %s\n", name, error);
    return 1;
  }
  rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
  if (!event) return 1;
  Check(rd_kafka_event_error(event), "create");
  size_t n;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
  return TopicResult(results[0], RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) ? 1 : 0;
}

static int Delete(rd_kafka_t* rk, char** names, int count) {
  int status = 0;
  for (int i = 0; i < count; i++) {
    rd_kafka_queue_t* queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(names[i]);
    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    if (!event) return 1;
    Check(rd_kafka_event_error(event), "delete");
    size_t n;
    const rd_kafka_topic_result_t** results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
    if (TopicResult(results[0], RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)) status = 1;
  }
  return status;
}

/* The offset after the last record; a topic that does not exist yet has none. */
static long long High(rd_kafka_t* rk, const char* topic, int partition) {
  int64_t low = 0, high = 0;
  rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(rk, topic, partition, &low, &high, TIMEOUT_MS);
  if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
      err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    return 0;
  Check(err, topic);
  return high;
}

static int Committed(rd_kafka_t* rk, const char* topic, int partition) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, partition);
  Check(rd_kafka_committed(rk, list, TIMEOUT_MS), topic);
  Check(list->elems[0].err, topic);
  printf("%lld\n", list->elems[0].offset < 0 ? -1LL : (long long)list->elems[0].offset);
  return 0;
}

static int Watch(rd_kafka_t* rk, const char* topic, long long count, double seconds) {
  long long end = NowNs() + (long long)(seconds * 1e9), before = 0;
  while (NowNs() < end) {
    long long now = High(rk, topic, 0), ns = NowNs();
    if (now > 0 && before == 0) printf("first %lld %lld\n", ns, now);
    if (now >= count) {
      printf("last %lld %lld\n", ns, now);
      return 0;
    }
    if (now != before) fflush(stdout);
    before = now;
    usleep(10000);
  }
  return 1;
}

static int Follow(rd_kafka_t* rk, const char* topic, double seconds) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = 0;
  Check(rd_kafka_assign(rk, list), topic);
  long long end = NowNs() + (long long)(seconds * 1e9);
  while (NowNs() < end) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(rk, 100);
    if (!message) continue;
    if (!message->err) {
      printf("%lld %.*s\n", NowNs(), (int)message->len, (const char*)message->payload);
      if (fflush(stdout) != 0) return 0;
    }
    rd_kafka_message_destroy(message);
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: probe BOOTSTRAP create|delete|high|committed|watch|follow ...; see the head of probe.c\n");
    return 2;
  }
  const char* verb = argv[2];
  int committed = strcmp(verb, "committed") == 0, status = 2;
  rd_kafka_t* rk = Client(argv[1], committed ? argv[3] : "probe");
  if (strcmp(verb, "create") == 0) {
    status = Create(rk, argv[3], argc > 4 ? atoi(argv[4]) : 1);
  } else if (strcmp(verb, "delete") == 0) {
    status = Delete(rk, argv + 3, argc - 3);
  } else if (strcmp(verb, "high") == 0) {
    printf("%lld\n", High(rk, argv[3], argc > 4 ? atoi(argv[4]) : 0));
    status = 0;
  } else if (committed && argc > 4) {
    status = Committed(rk, argv[4], argc > 5 ? atoi(argv[5]) : 0);
  } else if (strcmp(verb, "watch") == 0 && argc > 5) {
    status = Watch(rk, argv[3], atoll(argv[4]), atof(argv[5]));
  } else if (strcmp(verb, "follow") == 0 && argc > 4) {
    status = Follow(rk, argv[3], atof(argv[4]));
  } else {
    fprintf(stderr, "probe: bad arguments for %s\n", verb);
  }
  fflush(stdout);
  _exit(status);
}
