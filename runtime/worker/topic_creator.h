// SPDX-License-Identifier: Apache-2.0
//
// TopicCreator: makes the topics that a source connector is about to write to, as its topic.creation.* groups say, at
// the first record of each. Without such groups (or with topic.creation.enable=false) topics are left to the broker,
// and so they are, with a warning, where the worker may not create them. One per task, used by its thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/java_regex.h"
#include "base/log.h"
#include "base/status.h"
#include "config/connector_config.h"
#include "kafka/admin.h"
#include "kafka/embedded_broker.h"

namespace millrace::worker {

// Makes a topic unless it is there. True: made; false: it was there. kAuth or kUnsupported: the worker cannot make
// topics.
using EnsureTopic = std::function<Result<bool>(const kafka::NewTopic& topic)>;
// By an admin client, made when it is first needed.
EnsureTopic EnsureTopicByAdmin(std::function<Result<std::unique_ptr<kafka::Admin>>()> make_admin, const Clock* clock);
// In the embedded broker, with one partition unless said otherwise.
EnsureTopic EnsureTopicInBroker(kafka::EmbeddedBroker* broker);

class TopicCreator {
 public:
  // Checks the groups' expressions. Without groups, `ensure_all` decides whether topics are made all the same, with the
  // broker's defaults.
  static Result<TopicCreator> Make(const config::ConnectorConfig& connector, bool use_groups, bool ensure_all,
                                   EnsureTopic ensure, const Logger& logger);

  // Sees to it that a topic exists. An error ends the task.
  Status Prepare(std::string_view topic);

 private:
  struct Group {
    config::TopicGroup settings;
    std::vector<JavaRegex> include, exclude;
  };
  explicit TopicCreator(const Logger& logger) : logger_(logger) {}
  Result<const Group*> GroupOf(const std::string& topic) const;
  Status Create(const std::string& topic);

  std::vector<Group> groups_;  // the last one takes every topic
  EnsureTopic ensure_;
  Logger logger_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace millrace::worker
