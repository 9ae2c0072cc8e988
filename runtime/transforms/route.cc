// SPDX-License-Identifier: Apache-2.0
//
// Filter, RegexRouter, and the predicates HasHeaderKey, RecordIsTombstone, TopicNameMatches.
#include <optional>
#include <unordered_map>

#include "base/java_regex.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::View;

namespace {

Result<JavaRegex> CompileSetting(std::string_view key, const std::string& text) {
  Result<JavaRegex> regex = JavaRegex::Compile(text);
  if (regex.ok()) return regex;
  return converters::InvalidSetting(key, text, "Invalid regex: " + regex.status().message());
}

class Filter : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;
  Status Configure(const Settings&) override { return {}; }
  Status Apply(const Call&, mr_record* r) override {
    r->flags |= MR_REC_DROP;
    return {};
  }
};

class RegexRouter : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> pattern = settings.Required("regex");
    if (!pattern.ok()) return pattern.status();
    Result<JavaRegex> regex = CompileSetting("regex", *pattern);
    if (!regex.ok()) return regex.status();
    const Result<std::string> replacement = settings.Required("replacement");
    if (!replacement.ok()) return replacement.status();
    regex_ = *std::move(regex);
    replacement_ = *replacement;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const std::string_view topic = call.TopicOf(*r);
    // There are few topics and many records.
    const auto known = known_.find(std::string(topic));
    if (known != known_.end()) {
      if (known->second) r->topic = call.host->batch_topic(call.batch, record::Str(*known->second));
      return {};
    }
    std::optional<std::string> to;
    const Result<bool> hit = regex_->Matches(topic);
    if (!hit.ok()) return hit.status();
    if (*hit) {
      Result<std::string> replaced = regex_->ReplaceFirst(topic, replacement_);
      if (!replaced.ok()) return replaced.status();
      to = *std::move(replaced);
    }
    if (known_.size() >= kKnown) known_.clear();
    known_.emplace(std::string(topic), to);
    if (to) r->topic = call.host->batch_topic(call.batch, record::Str(*to));
    return {};
  }

 private:
  static constexpr size_t kKnown = 1024;
  std::optional<JavaRegex> regex_;
  std::string replacement_;
  std::unordered_map<std::string, std::optional<std::string>> known_;
};

class HasHeaderKey : public PredicateImpl {
 public:
  using PredicateImpl::PredicateImpl;
  Status Configure(const Settings& settings) override {
    const Result<std::string> name = settings.Required("name");
    if (!name.ok()) return name.status();
    if (name->empty()) return converters::InvalidSetting("name", "", "String must be non-empty");
    name_ = *name;
    return {};
  }
  Result<bool> Test(const mr_batch&, const mr_record& r) override {
    for (uint32_t i = 0; i < r.n_headers; ++i) {
      if (View(r.headers[i].key) == name_) return true;
    }
    return false;
  }

 private:
  std::string name_;
};

class RecordIsTombstone : public PredicateImpl {
 public:
  using PredicateImpl::PredicateImpl;
  Status Configure(const Settings&) override { return {}; }
  Result<bool> Test(const mr_batch&, const mr_record& r) override { return r.value.kind == MR_NULL; }
};

class TopicNameMatches : public PredicateImpl {
 public:
  using PredicateImpl::PredicateImpl;
  Status Configure(const Settings& settings) override {
    const Result<std::string> pattern = settings.Required("pattern");
    if (!pattern.ok()) return pattern.status();
    if (pattern->empty()) return converters::InvalidSetting("pattern", "", "String must be non-empty");
    Result<JavaRegex> regex = CompileSetting("pattern", *pattern);
    if (!regex.ok()) return regex.status();
    regex_ = *std::move(regex);
    return {};
  }
  Result<bool> Test(const mr_batch& batch, const mr_record& r) override {
    const std::string_view topic = View(batch.topics[r.topic]);
    if (topic.empty()) return false;  // no topic at all
    return regex_->Matches(topic);
  }

 private:
  std::optional<JavaRegex> regex_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeFilter(const mr_host* host, int part) {
  return std::make_unique<Filter>(host, part);
}
std::unique_ptr<TransformImpl> MakeRegexRouter(const mr_host* host, int part) {
  return std::make_unique<RegexRouter>(host, part);
}
std::unique_ptr<PredicateImpl> MakeHasHeaderKey(const mr_host* host) { return std::make_unique<HasHeaderKey>(host); }
std::unique_ptr<PredicateImpl> MakeRecordIsTombstone(const mr_host* host) {
  return std::make_unique<RecordIsTombstone>(host);
}
std::unique_ptr<PredicateImpl> MakeTopicNameMatches(const mr_host* host) {
  return std::make_unique<TopicNameMatches>(host);
}

}  // namespace millrace::transforms
