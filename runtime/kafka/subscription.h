// SPDX-License-Identifier: Apache-2.0
//
// TopicPattern: the topics that a Java regular expression selects. librdkafka's own "^..." subscriptions have another
// syntax, so the consumer asks for all topic names now and then and subscribes to those that match. Internal to
// runtime/kafka.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/java_regex.h"
#include "base/status.h"

namespace millrace::kafka {

class TopicPattern {
 public:
  static Result<TopicPattern> Make(std::string_view java_regex, bool exclude_internal_topics);

  // Of these names the ones that match as a whole, sorted. A name on which the pattern fails (too many steps) is left
  // out and told through `problem`.
  std::vector<std::string> Select(const std::vector<std::string>& names, Status* problem) const;

 private:
  TopicPattern(JavaRegex regex, bool exclude_internal)
      : regex_(std::move(regex)), exclude_internal_(exclude_internal) {}
  JavaRegex regex_;
  bool exclude_internal_;
};

// The names of all topics in the cluster.
Result<std::vector<std::string>> ListTopics(rd_kafka_t* client, int timeout_ms);

}  // namespace millrace::kafka
