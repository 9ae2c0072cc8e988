// SPDX-License-Identifier: Apache-2.0
#include "kafka/admin.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/clock.h"
#include "kafka/error.h"
#include "kafka/handle.h"
#include "kafka/partitions.h"

namespace millrace::kafka {
namespace {

using Options = Native<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopicSpec = Native<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;

void DestroyMetadata(const rd_kafka_metadata_t* m) { rd_kafka_metadata_destroy(m); }
using Metadata = Native<const rd_kafka_metadata_t, DestroyMetadata>;

// Between two tries of a request whose failure may pass.
constexpr int kBackoffMillis = 100;

class RdAdmin final : public Admin, public ClientHome {
 public:
  explicit RdAdmin(Log* log) : ClientHome(log->Get(kNetworkLog)) {}

  Status Open(const ClientConfig& config) {
    Result<Conf> conf = MakeConf(config, this);
    if (!conf.ok()) return conf.status();
    rd_kafka_conf_set_error_cb(conf->get(), OnError);
    // Tokens are asked for in the background, as nobody polls an admin client.
    const bool tokens = config.native.contains("sasl.oauthbearer.config");
    if (tokens) rd_kafka_conf_enable_sasl_queue(conf->get(), 1);
    Result<Client> client = MakeClient(RD_KAFKA_PRODUCER, std::move(*conf));  // librdkafka's lightest
    if (!client.ok()) return client.status();
    client_ = std::move(*client);
    if (!tokens) return {};
    const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(
        rd_kafka_sasl_background_callbacks_enable(client_.get()));
    if (error != nullptr) return ErrorStatus(rd_kafka_error_code(error.get()), "making an admin client");
    return {};
  }

  Result<std::string> ClusterId(int64_t deadline_ns) override {
    const Native<char, FreeText> id(rd_kafka_clusterid(client_.get(), MillisUntil(deadline_ns)));
    if (id == nullptr) return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, "reading the cluster's id");
    return std::string(id.get());
  }

  Result<std::map<std::string, int>> Topics(int64_t deadline_ns) override {
    std::map<std::string, int> topics;
    MILLRACE_RETURN_IF_ERROR(Retry(deadline_ns, "listing topics", [&](int timeout_ms) {
      const rd_kafka_metadata_t* raw = nullptr;
      const rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 1, nullptr, &raw, timeout_ms);
      const Metadata metadata(raw);
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
      for (int i = 0; i < raw->topic_cnt; ++i) {
        if (raw->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
          topics[raw->topics[i].topic] = raw->topics[i].partition_cnt;
      }
      return RD_KAFKA_RESP_ERR_NO_ERROR;
    }));
    return topics;
  }

  // All topics are asked for: a request for one would create it where the broker creates topics by itself.
  Result<bool> TopicExists(const std::string& topic, int64_t deadline_ns) override {
    const Result<std::map<std::string, int>> topics = Topics(deadline_ns);
    if (!topics.ok()) return topics.status().Context("looking for topic " + topic);
    return topics->contains(topic);
  }

  Result<bool> CreateTopic(const NewTopic& topic, int64_t deadline_ns) override {
    const std::string doing = "creating topic " + topic.name;
    char why[512];
    const NewTopicSpec spec(
        rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication_factor, why, sizeof why));
    if (spec == nullptr) return Status::Config(fmt::format("{}: {}", doing, why));
    for (const auto& [key, value] : topic.config) {
      const rd_kafka_resp_err_t error = rd_kafka_NewTopic_set_config(spec.get(), key.c_str(), value.c_str());
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorStatus(error, doing);
    }
    bool created = false;
    MILLRACE_RETURN_IF_ERROR(Ask(
        deadline_ns, doing, RD_KAFKA_ADMIN_OP_CREATETOPICS,
        [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
          rd_kafka_NewTopic_t* topics[] = {spec.get()};
          rd_kafka_CreateTopics(client_.get(), topics, 1, options, queue);
        },
        [&](rd_kafka_event_t* event) -> Reply {
          size_t n = 0;
          const auto* const* results =
              rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
          if (n == 0) return {RD_KAFKA_RESP_ERR__BAD_MSG, {}};
          const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
          created = error == RD_KAFKA_RESP_ERR_NO_ERROR;
          if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return {};
          const char* text = rd_kafka_topic_result_error_string(results[0]);
          return {error, text == nullptr ? "" : text};
        }));
    return created;
  }

  Result<std::vector<TopicPartition>> GroupOffsets(const std::string& group, int64_t deadline_ns) override {
    std::vector<TopicPartition> offsets;
    const Native<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy> request(
        rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
    MILLRACE_RETURN_IF_ERROR(Ask(
        deadline_ns, "reading the offsets of group " + group, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
        [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
          rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
          rd_kafka_ListConsumerGroupOffsets(client_.get(), requests, 1, options, queue);
        },
        [&](rd_kafka_event_t* event) -> Reply {
          size_t n = 0;
          const auto* const* results = rd_kafka_ListConsumerGroupOffsets_result_groups(
              rd_kafka_event_ListConsumerGroupOffsets_result(event), &n);
          Reply reply = GroupReply(results, n);
          if (reply.error == RD_KAFKA_RESP_ERR_NO_ERROR && n > 0) {
            offsets = FromNative(rd_kafka_group_result_partitions(results[0]));
          }
          return reply;
        }));
    std::erase_if(offsets, [](const TopicPartition& p) { return p.offset < 0; });
    std::sort(offsets.begin(), offsets.end());
    return offsets;
  }

  Status AlterGroupOffsets(const std::string& group, const std::vector<TopicPartition>& offsets,
                           int64_t deadline_ns) override {
    std::vector<TopicPartition> set, drop;
    for (const TopicPartition& p : offsets) (p.offset >= 0 ? set : drop).push_back(p);
    const std::string doing = "altering the offsets of group " + group;
    if (!set.empty()) {
      const PartitionList list = ToNative(set);
      const Native<rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy> request(
          rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
      MILLRACE_RETURN_IF_ERROR(Ask(
          deadline_ns, doing, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS,
          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_AlterConsumerGroupOffsets_t* requests[] = {request.get()};
            rd_kafka_AlterConsumerGroupOffsets(client_.get(), requests, 1, options, queue);
          },
          [](rd_kafka_event_t* event) -> Reply {
            size_t n = 0;
            const auto* const* results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
                rd_kafka_event_AlterConsumerGroupOffsets_result(event), &n);
            return GroupReply(results, n);
          }));
    }
    if (drop.empty()) return {};
    const PartitionList list = ToNative(drop);
    const Native<rd_kafka_DeleteConsumerGroupOffsets_t, rd_kafka_DeleteConsumerGroupOffsets_destroy> request(
        rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get()));
    return Ask(
        deadline_ns, doing, RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS,
        [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
          rd_kafka_DeleteConsumerGroupOffsets_t* requests[] = {request.get()};
          rd_kafka_DeleteConsumerGroupOffsets(client_.get(), requests, 1, options, queue);
        },
        [](rd_kafka_event_t* event) -> Reply {
          size_t n = 0;
          const auto* const* results = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
              rd_kafka_event_DeleteConsumerGroupOffsets_result(event), &n);
          return GroupReply(results, n);
        },
        RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);  // which then has no offsets either
  }

  Status DeleteGroup(const std::string& group, int64_t deadline_ns) override {
    const Native<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy> request(rd_kafka_DeleteGroup_new(group.c_str()));
    return Ask(
        deadline_ns, "deleting group " + group, RD_KAFKA_ADMIN_OP_DELETEGROUPS,
        [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
          rd_kafka_DeleteGroup_t* requests[] = {request.get()};
          rd_kafka_DeleteGroups(client_.get(), requests, 1, options, queue);
        },
        [](rd_kafka_event_t* event) -> Reply {
          size_t n = 0;
          const auto* const* results =
              rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &n);
          return GroupReply(results, n);
        },
        RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
  }

  Result<std::pair<int64_t, int64_t>> Watermarks(const std::string& topic, int32_t partition,
                                                 int64_t deadline_ns) override {
    int64_t low = 0, high = 0;
    MILLRACE_RETURN_IF_ERROR(
        Retry(deadline_ns, fmt::format("reading the offsets of {}-{}", topic, partition), [&](int timeout_ms) {
          return rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), partition, &low, &high, timeout_ms);
        }));
    return std::pair(low, high);
  }

 private:
  struct Reply {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string text;
  };

  static void FreeText(char* text) { rd_kafka_mem_free(nullptr, text); }

  static Reply GroupReply(const rd_kafka_group_result_t* const* results, size_t n) {
    if (n == 0) return {RD_KAFKA_RESP_ERR__BAD_MSG, {}};
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(results[0]); error != nullptr) {
      return {rd_kafka_error_code(error), rd_kafka_error_string(error)};
    }
    return {FirstError(rd_kafka_group_result_partitions(results[0])), {}};
  }

  static void OnError(rd_kafka_t*, int error, const char* text, void* opaque) {
    auto* self = static_cast<RdAdmin*>(static_cast<ClientHome*>(opaque));
    LogErrorEvent(self->logger, error, text);
    if (error != RD_KAFKA_RESP_ERR__AUTHENTICATION) return;
    const std::lock_guard lock(self->mutex_);
    self->refusal_ = text;
  }

  // librdkafka goes on trying when a broker refuses the credentials, so a call ends as a timeout; the refusal says
  // more.
  Status Failed(rd_kafka_resp_err_t error, std::string_view doing, const char* text = nullptr) {
    if (ErrorIsRetriable(error)) {
      rd_kafka_poll(client_.get(), 0);
      const std::lock_guard lock(mutex_);
      const std::string refusal = std::exchange(refusal_, {});
      if (!refusal.empty())
        return {Code::kAuth, fmt::format("{}: the broker refuses the credentials: {}", doing, refusal)};
    }
    return ErrorStatus(error, doing, text);
  }

  static bool Passes(rd_kafka_resp_err_t error) {
    return error != RD_KAFKA_RESP_ERR__TIMED_OUT && error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
           ErrorIsRetriable(error);
  }

  // Repeats a call whose failure may pass, until the deadline.
  template <class Call>
  Status Retry(int64_t deadline_ns, std::string_view doing, Call call) {
    while (true) {
      const rd_kafka_resp_err_t error = call(std::max(MillisUntil(deadline_ns), 1));
      rd_kafka_poll(client_.get(), 0);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
      if (!Passes(error) || MillisUntil(deadline_ns) <= kBackoffMillis) return Failed(error, doing);
      Pause();
    }
  }

  // One admin request and its answer, repeated likewise. `harmless` counts as success.
  template <class Send, class Read>
  Status Ask(int64_t deadline_ns, std::string_view doing, rd_kafka_admin_op_t what, Send send, Read read,
             rd_kafka_resp_err_t harmless = RD_KAFKA_RESP_ERR_NO_ERROR) {
    while (true) {
      const int timeout_ms = std::max(MillisUntil(deadline_ns), 1);
      const Options options(rd_kafka_AdminOptions_new(client_.get(), what));
      char why[256];
      rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, why, sizeof why);
      if (what == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
        rd_kafka_AdminOptions_set_operation_timeout(options.get(), timeout_ms, why, sizeof why);
      }
      const Queue queue(rd_kafka_queue_new(client_.get()));
      send(options.get(), queue.get());
      const Event event(rd_kafka_queue_poll(queue.get(), timeout_ms + 1000));
      rd_kafka_poll(client_.get(), 0);
      if (event == nullptr) return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
      Reply reply;
      if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        reply = {rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get())};
      } else {
        reply = read(event.get());
      }
      if (reply.error == RD_KAFKA_RESP_ERR_NO_ERROR || reply.error == harmless) return {};
      if (!Passes(reply.error) || MillisUntil(deadline_ns) <= kBackoffMillis) {
        return Failed(reply.error, doing, reply.text.c_str());
      }
      Pause();
    }
  }

  // Serves the client's errors meanwhile.
  void Pause() { rd_kafka_poll(client_.get(), kBackoffMillis); }

  Client client_;
  std::mutex mutex_;
  std::string refusal_;
};

}  // namespace

Result<std::unique_ptr<Admin>> Admin::Make(const ClientConfig& config, Log* log) {
  auto admin = std::make_unique<RdAdmin>(log);
  if (Status opened = admin->Open(config); !opened.ok()) return opened;
  return std::unique_ptr<Admin>(std::move(admin));
}

}  // namespace millrace::kafka
