// SPDX-License-Identifier: Apache-2.0
#include "kafka/subscription.h"

#include <algorithm>
#include <array>

#include "kafka/error.h"
#include "kafka/handle.h"

namespace millrace::kafka {
namespace {

void DestroyMetadata(const rd_kafka_metadata_t* m) { rd_kafka_metadata_destroy(m); }

// The topics that brokers mark as internal; librdkafka does not pass the mark on.
bool IsInternal(std::string_view name) {
  constexpr std::array<std::string_view, 3> internal = {"__consumer_offsets", "__transaction_state",
                                                        "__share_group_state"};
  return std::find(internal.begin(), internal.end(), name) != internal.end();
}

}  // namespace

Result<TopicPattern> TopicPattern::Make(std::string_view java_regex, bool exclude_internal_topics) {
  Result<JavaRegex> regex = JavaRegex::Compile(java_regex);
  if (!regex.ok()) return regex.status();
  return TopicPattern(std::move(*regex), exclude_internal_topics);
}

std::vector<std::string> TopicPattern::Select(const std::vector<std::string>& names, Status* problem) const {
  std::vector<std::string> selected;
  for (const std::string& name : names) {
    if (exclude_internal_ && IsInternal(name)) continue;
    const Result<bool> hit = regex_.Matches(name);
    if (!hit.ok()) {
      *problem = hit.status().Context("matching topic " + name);
    } else if (*hit) {
      selected.push_back(name);
    }
  }
  std::sort(selected.begin(), selected.end());
  return selected;
}

Result<std::vector<std::string>> ListTopics(rd_kafka_t* client, int timeout_ms) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 1, nullptr, &raw, timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorStatus(error, "listing topics");
  const Native<const rd_kafka_metadata_t, DestroyMetadata> metadata(raw);
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(raw->topic_cnt));
  for (int i = 0; i < raw->topic_cnt; ++i) {
    if (raw->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) names.emplace_back(raw->topics[i].topic);
  }
  return names;
}

}  // namespace millrace::kafka
