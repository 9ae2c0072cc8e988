// SPDX-License-Identifier: Apache-2.0
#include "kafka/embedded_broker.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <map>
#include <mutex>

#include "kafka/error.h"
#include "kafka/handle.h"

namespace millrace::kafka {

struct EmbeddedBroker::Impl {
  struct Used {
    int64_t records = 0, bytes = 0;
  };

  Client client;  // the mock lives in a client that itself is connected to nothing
  Native<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> cluster;
  std::string bootstrap_servers;
  std::mutex mutex;
  std::map<std::string, Used> used;
};

EmbeddedBroker::EmbeddedBroker() : impl_(std::make_unique<Impl>()) {}
EmbeddedBroker::~EmbeddedBroker() = default;

Result<std::unique_ptr<EmbeddedBroker>> EmbeddedBroker::Start() {
  std::unique_ptr<EmbeddedBroker> broker(new EmbeddedBroker());
  Conf conf(rd_kafka_conf_new());
  std::array<char, 256> why{};
  rd_kafka_conf_set(conf.get(), "client.id", "millrace-embedded-broker", why.data(), why.size());
  // Its own log would only tell that it has no bootstrap servers.
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  Result<Client> client = MakeClient(RD_KAFKA_PRODUCER, std::move(conf));
  if (!client.ok()) return client.status().Context("starting the embedded broker");
  broker->impl_->client = std::move(*client);
  broker->impl_->cluster.reset(rd_kafka_mock_cluster_new(broker->impl_->client.get(), 1));
  if (broker->impl_->cluster == nullptr) {
    return Status::Fatal("starting the embedded broker: no port on 127.0.0.1 could be opened");
  }
  broker->impl_->bootstrap_servers = rd_kafka_mock_cluster_bootstraps(broker->impl_->cluster.get());
  return broker;
}

const std::string& EmbeddedBroker::bootstrap_servers() const { return impl_->bootstrap_servers; }

config::Properties EmbeddedBroker::ClientSettings(ClientRole role) {
  if (role != ClientRole::kConsumer) return {};
  // The session must outlast the 3 s of the first join.
  return {{"fetch.max.wait.ms", "10"}, {"heartbeat.interval.ms", "200"}, {"session.timeout.ms", "4000"}};
}

Status EmbeddedBroker::CreateTopic(const std::string& topic, int partitions) {
  if (partitions < 1 || partitions > 1000) {
    return Status::Config(
        fmt::format("creating topic {}: {} partitions; the embedded broker takes 1 to 1000", topic, partitions));
  }
  return ErrorStatus(rd_kafka_mock_topic_create(impl_->cluster.get(), topic.c_str(), partitions, 1),
                     fmt::format("creating topic {} on the embedded broker", topic));
}

Status EmbeddedBroker::Admit(const std::string& topic, int64_t records, int64_t bytes) {
  const std::lock_guard lock(impl_->mutex);
  Impl::Used& used = impl_->used[topic];
  const int64_t new_records = used.records + records;
  const int64_t new_bytes = used.bytes + bytes + records * kFramingBytes;
  if (new_records > kMaxRecords || new_bytes > kMaxBytes) {
    return Status::Fatal(fmt::format(
        "the embedded broker is full: topic {} holds {} records ({} bytes with their framing) and would silently drop "
        "the "
        "oldest to take {} more. It is for trying things out and keeps {} bytes or {} records of a topic; use a real "
        "Kafka (bootstrap.servers=host:port) for more",
        topic, used.records, used.bytes, records, kMaxBytes, kMaxRecords));
  }
  used.records = new_records;
  used.bytes = new_bytes;
  return {};
}

}  // namespace millrace::kafka
