// SPDX-License-Identifier: Apache-2.0
#include "worker/topic_creator.h"

#include "worker/failure.h"

namespace millrace::worker {
namespace {

constexpr int64_t kPatienceNanos = 60'000 * kNanosPerMilli;

Result<std::vector<JavaRegex>> Compile(const config::TopicGroup& group, const char* what,
                                       const std::vector<std::string>& patterns) {
  std::vector<JavaRegex> compiled;
  for (const std::string& pattern : patterns) {
    Result<JavaRegex> regex = JavaRegex::Compile(pattern);
    if (!regex.ok()) return regex.status().Context("topic.creation." + group.name + "." + what + " = " + pattern);
    compiled.push_back(*std::move(regex));
  }
  return compiled;
}

Result<bool> AnyMatches(const std::vector<JavaRegex>& patterns, const std::string& topic) {
  for (const JavaRegex& p : patterns) {
    const Result<bool> matches = p.Matches(topic);
    if (!matches.ok() || *matches) return matches;
  }
  return false;
}

}  // namespace

EnsureTopic EnsureTopicByAdmin(std::function<Result<std::unique_ptr<kafka::Admin>>()> make_admin, const Clock* clock) {
  return [make_admin = std::move(make_admin), clock,
          admin = std::shared_ptr<kafka::Admin>()](const kafka::NewTopic& topic) mutable -> Result<bool> {
    if (admin == nullptr) {
      Result<std::unique_ptr<kafka::Admin>> made = make_admin();
      if (!made.ok()) return made.status();
      admin = *std::move(made);
    }
    const int64_t deadline = clock->MonotonicNanos() + kPatienceNanos;
    const Result<bool> exists = admin->TopicExists(topic.name, deadline);
    if (exists.ok() && *exists) return false;
    return admin->CreateTopic(topic, deadline);
  };
}

EnsureTopic EnsureTopicInBroker(kafka::EmbeddedBroker* broker) {
  return [broker](const kafka::NewTopic& topic) -> Result<bool> {
    const Status s = broker->CreateTopic(topic.name, topic.partitions > 0 ? topic.partitions : 1);
    if (s.ok()) return true;
    if (s.code() == Code::kAlreadyExists) return false;
    return s;
  };
}

Result<TopicCreator> TopicCreator::Make(const config::ConnectorConfig& connector, bool use_groups, bool ensure_all,
                                        EnsureTopic ensure, const Logger& logger) {
  TopicCreator creator(logger);
  creator.ensure_ = std::move(ensure);
  if (use_groups && connector.topic_creation) {
    for (const config::TopicGroup& settings : connector.topic_groups) {
      Result<std::vector<JavaRegex>> include = Compile(settings, "include", settings.include);
      if (!include.ok()) return include.status();
      Result<std::vector<JavaRegex>> exclude = Compile(settings, "exclude", settings.exclude);
      if (!exclude.ok()) return exclude.status();
      creator.groups_.push_back({settings, *std::move(include), *std::move(exclude)});
    }
  } else if (ensure_all) {
    config::TopicGroup every;
    every.name = "default";
    creator.groups_.push_back({every, {}, {}});
  }
  return creator;
}

Status TopicCreator::Prepare(std::string_view topic) {
  if (groups_.empty() || known_.contains(topic)) return {};
  std::string name(topic);
  MILLRACE_RETURN_IF_ERROR(Create(name));
  known_.insert(std::move(name));
  return {};
}

Result<const TopicCreator::Group*> TopicCreator::GroupOf(const std::string& topic) const {
  for (const Group& group : groups_) {
    if (&group == &groups_.back()) break;
    const Result<bool> included = AnyMatches(group.include, topic);
    if (!included.ok()) return included.status();
    if (!*included) continue;
    const Result<bool> excluded = AnyMatches(group.exclude, topic);
    if (!excluded.ok()) return excluded.status();
    if (!*excluded) return &group;
  }
  return &groups_.back();
}

Status TopicCreator::Create(const std::string& topic) {
  const Result<const Group*> group = GroupOf(topic);
  if (!group.ok()) return group.status().Context("choosing the topic.creation group of topic " + topic);
  kafka::NewTopic wanted;
  wanted.name = topic;
  wanted.partitions = (*group)->settings.partitions;
  wanted.replication_factor = (*group)->settings.replication_factor;
  wanted.config = (*group)->settings.topic_config;
  const Result<bool> created = ensure_(wanted);
  if (created.ok() && *created) {
    logger_.Info("Created topic '{}' using creation group {}", topic, (*group)->settings.name);
    return {};
  }
  if (created.ok()) {
    logger_.Info("Topic '{}' already exists.", topic);
    return {};
  }
  if (created.status().code() == Code::kAuth || created.status().code() == Code::kUnsupported) {
    logger_.Warn(
        "Not able to create topic '{}': {}. Going on as if it existed; the broker may create it on first use, with its "
        "own "
        "defaults",
        topic, created.status().message());
    return {};
  }
  return Because("Task failed to create new topic " + topic +
                     ". Ensure that the task is authorized to create topics or that the topic exists and restart the "
                     "task",
                 created.status());
}

}  // namespace millrace::worker
