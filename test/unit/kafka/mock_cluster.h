// SPDX-License-Identifier: Apache-2.0
//
// A mock cluster with a handle on its faults, for the tests of runtime/kafka only (the embedded broker hides them).
#pragma once

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"

namespace millrace::kafka::test {

class MockCluster {
 public:
  explicit MockCluster(int brokers = 1) {
    char why[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    REQUIRE(client_ != nullptr);
    cluster_ = rd_kafka_mock_cluster_new(client_, brokers);
    REQUIRE(cluster_ != nullptr);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  rd_kafka_mock_cluster_t* get() { return cluster_; }
  std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void CreateTopic(const char* name, int partitions) {
    REQUIRE(rd_kafka_mock_topic_create(cluster_, name, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  ClientConfig Config(ClientRole role, config::Properties settings = {}) {
    config::Properties all = ConnectDefaults(role);
    all["bootstrap.servers"] = bootstrap();
    if (role == ClientRole::kConsumer) all["fetch.max.wait.ms"] = "10";
    for (auto& [k, v] : settings) all[k] = v;
    Result<ClientConfig> config = Translate(role, all);
    REQUIRE_MESSAGE(config.ok(), config.status().ToString());
    return *config;
  }

 private:
  rd_kafka_t* client_;
  rd_kafka_mock_cluster_t* cluster_;
};

inline int64_t In(int64_t ms) { return Clock::System().MonotonicNanos() + ms * kNanosPerMilli; }

// Waits until a condition holds; false after a minute.
inline bool Eventually(const std::function<bool()>& condition) {
  for (const int64_t deadline = In(60'000); Clock::System().MonotonicNanos() < deadline;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

// A log that keeps quiet.
inline Log& QuietLog() {
  static Log log;
  static const bool once = [] {
    log.SetSink([](LogLevel, std::string_view) {});
    return true;
  }();
  (void)once;
  return log;
}

inline mr_str Str(std::string_view s) { return {s.data(), static_cast<uint32_t>(s.size()), 0}; }

}  // namespace millrace::kafka::test
