// SPDX-License-Identifier: Apache-2.0
#include "config/worker_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "config/config_value.h"
#include "config/listener.h"
#include "config/override_policy.h"
#include "config/problems.h"

namespace millrace::config {
namespace {

// Settings that are known but do nothing here, each with its reason.
struct Unused {
  std::string_view key, why, fix;
};
constexpr std::array kUnused = {
    Unused{"metric.reporters", "Java reporters cannot be loaded; it has no effect", "read metrics from /metrics"},
    Unused{"metrics.sample.window.ms", "rates are computed by whoever reads the metrics; it has no effect",
           "remove it"},
    Unused{"metrics.num.samples", "rates are computed by whoever reads the metrics; it has no effect", "remove it"},
    Unused{"metrics.recording.level", "all metrics are always recorded; it has no effect", "remove it"},
    Unused{"rest.extension.classes", "Java REST extensions cannot be loaded; it has no effect",
           "put a proxy in front of REST for what the extension did"},
    Unused{"config.providers", "configuration providers are not there yet: ${...} references are not replaced",
           "write the values themselves"},
    Unused{"ssl.client.auth", "https listeners are not there yet; it has no effect",
           "put a TLS proxy in front of REST"},
    Unused{"ssl.provider", "it names a Java security provider; it has no effect", "remove it"},
    Unused{"ssl.keymanager.algorithm", "it names a Java algorithm; it has no effect", "remove it"},
    Unused{"ssl.trustmanager.algorithm", "it names a Java algorithm; it has no effect", "remove it"},
    Unused{"ssl.secure.random.implementation", "it names a Java algorithm; it has no effect", "remove it"},
    Unused{"ssl.engine.factory.class", "Java classes cannot be loaded; it has no effect", "remove it"},
    Unused{"internal.key.converter", "removed in Kafka 3.0; it has no effect", "remove it"},
    Unused{"internal.value.converter", "removed in Kafka 3.0; it has no effect", "remove it"},
    Unused{"rest.host.name", "removed in Kafka 3.0; it has no effect", "write listeners=http://host:port"},
    Unused{"rest.port", "removed in Kafka 3.0; it has no effect", "write listeners=http://host:port"},
};

// What follows these prefixes is not judged here.
constexpr std::array<std::string_view, 8> kOpenPrefixes = {"producer.",        "consumer.",        "admin.",
                                                           "key.converter.",   "value.converter.", "header.converter.",
                                                           "listeners.https.", "config.providers."};
constexpr std::array<std::string_view, 3> kInternalPrefixes = {"internal.key.converter.", "internal.value.converter.",
                                                               "listeners.https."};

bool StartsWithAny(std::string_view key, const auto& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) { return key.starts_with(p); });
}

// Is the setting one of the worker's own Kafka clients?
bool IsClientKey(std::string_view key) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"security.", "sasl.", "ssl."};
  return key == "bootstrap.servers" || (key != "ssl.client.auth" && (StartsWithAny(key, kPrefixes) ||
                                                                     ClientDefinition(ClientKind::kAdmin).Find(key)));
}

class Maker {
 public:
  Maker(Mode mode, const File& file, std::vector<Problem>* problems)
      : file_(file), problems_(problems), def_(WorkerConfig::Definition(mode)) {
    config_.mode = mode;
    config_.originals = file.values;
  }

  std::optional<WorkerConfig> Make() {
    for (ConfigValue& v : def_.Validate(file_.values)) {
      AddProblem(*def_.Find(v.name), v, file_, problems_);
      failed_ = failed_ || !v.errors.empty();
      values_[v.name] = std::move(v.parsed);
    }
    Unknown();
    Kafka();
    Converters();
    Rest();
    Plugins();
    Offsets();
    if (failed_) return std::nullopt;
    return std::move(config_);
  }

 private:
  void Error(std::string_view key, std::string why, std::string fix) {
    failed_ = true;
    AddError(file_, key, std::move(why), std::move(fix), problems_);
  }
  bool Given(std::string_view key) const { return file_.values.contains(key); }
  std::string Text(std::string_view key) const {
    const Value& v = values_.find(key)->second;
    const auto* s = std::get_if<std::string>(&v);
    return s == nullptr ? "" : *s;
  }
  int64_t Number(std::string_view key) const {
    const auto* n = std::get_if<int64_t>(&values_.find(key)->second);
    return n == nullptr ? 0 : *n;
  }
  bool Flag(std::string_view key) const {
    const auto* b = std::get_if<bool>(&values_.find(key)->second);
    return b != nullptr && *b;
  }
  std::vector<std::string> List(std::string_view key) const {
    const auto* l = std::get_if<std::vector<std::string>>(&values_.find(key)->second);
    return l == nullptr ? std::vector<std::string>() : *l;
  }

  void Unknown() {
    std::vector<std::string_view> known;
    for (const ConfigKey& k : def_.keys()) known.push_back(k.name);
    Mode other = config_.mode == Mode::kStandalone ? Mode::kDistributed : Mode::kStandalone;
    for (const auto& [key, value] : file_.values) {
      auto unused = std::find_if(kUnused.begin(), kUnused.end(), [&](const Unused& u) { return u.key == key; });
      if (unused != kUnused.end()) {
        AddWarning(file_, key, std::string(unused->why), std::string(unused->fix), problems_);
      } else if (StartsWithAny(key, kInternalPrefixes)) {
        AddWarning(file_, key,
                   key.starts_with("listeners.") ? "https listeners are not there yet; it has no effect"
                                                 : "removed in Kafka 3.0; it has no effect",
                   "remove it", problems_);
      } else if (def_.Find(key) != nullptr || IsClientKey(key) || StartsWithAny(key, kOpenPrefixes)) {
        continue;
      } else if (WorkerConfig::Definition(other).Find(key) != nullptr) {
        AddWarning(file_, key,
                   fmt::format("it belongs to {} mode and has no effect here",
                               other == Mode::kDistributed ? "distributed" : "standalone"),
                   "remove it", problems_);
      } else {
        AddUnknown(key, known, file_, problems_);
      }
    }
  }

  void Kafka() {
    std::vector<std::string> servers = List("bootstrap.servers");
    bool blank = servers.empty() || std::any_of(servers.begin(), servers.end(), IsBlank);
    if (blank && Given("bootstrap.servers")) {
      Error("bootstrap.servers", "there is no broker in it", "write host:port, or embedded for a development broker");
    }
    config_.bootstrap_servers = fmt::format("{}", fmt::join(servers, ","));
    for (const auto& [key, value] : file_.values) {
      if (IsClientKey(key)) config_.client[key] = value;
    }
    config_.client["bootstrap.servers"] = config_.bootstrap_servers;
    config_.producer = WithPrefix(file_.values, "producer.");
    config_.consumer = WithPrefix(file_.values, "consumer.");
    config_.admin = WithPrefix(file_.values, "admin.");
    config_.admin.erase("listeners");  // admin.listeners is REST's
  }

  void Converters() {
    config_.key_converter = Text("key.converter");
    config_.value_converter = Text("value.converter");
    config_.header_converter = Text("header.converter");
    config_.key_converter_version = Text("key.converter.plugin.version");
    config_.value_converter_version = Text("value.converter.plugin.version");
    config_.header_converter_version = Text("header.converter.plugin.version");
    config_.key_converter_config = WithPrefix(file_.values, "key.converter.");
    config_.value_converter_config = WithPrefix(file_.values, "value.converter.");
    config_.header_converter_config = WithPrefix(file_.values, "header.converter.");
  }

  void Listeners(std::string_view key, const std::vector<std::string>& urls) {
    for (const std::string& url : urls) {
      if (IsBlank(url)) continue;  // the validator has said so
      Result<Listener> listener = ParseListener(url);
      if (!listener.ok()) {
        Error(key, listener.status().message(), "write for example http://127.0.0.1:8083");
      } else if (listener->tls) {
        Error(key, fmt::format("{}: https listeners are not there yet", url),
              "write http:// on a loopback address and put a TLS proxy in front");
      } else if (!listener->loopback()) {
        AddWarning(file_, key, fmt::format("{} opens REST to the network, and REST has no authentication", url),
                   "listen on 127.0.0.1, or let only trusted hosts reach the port", problems_);
      }
    }
  }

  void Rest() {
    config_.listeners = List("listeners");
    config_.listeners_given = Given("listeners");
    config_.admin_listeners = List("admin.listeners");
    config_.admin_listeners_given = Given("admin.listeners");
    Listeners("listeners", config_.listeners);
    Listeners("admin.listeners", config_.admin_listeners);
    config_.rest_advertised_host = Text("rest.advertised.host.name");
    config_.rest_advertised_listener = Text("rest.advertised.listener");
    int64_t port = Number("rest.advertised.port");
    if (port < 0 || port > 65535) Error("rest.advertised.port", "a port is between 1 and 65535", "correct it");
    config_.rest_advertised_port = static_cast<int>(port);
    config_.access_control_allow_origin = Text("access.control.allow.origin");
    config_.access_control_allow_methods = Text("access.control.allow.methods");
    config_.response_http_headers = Text("response.http.headers.config");
    config_.topic_tracking_enable = Flag("topic.tracking.enable");
    config_.topic_tracking_allow_reset = Flag("topic.tracking.allow.reset");
  }

  void Plugins() {
    for (std::string& dir : List("plugin.path")) {
      if (!dir.empty()) config_.plugin_path.push_back(std::move(dir));
    }
    config_.plugin_discovery = Text("plugin.discovery");
    for (char& c : config_.plugin_discovery) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    config_.override_policy = Text("connector.client.config.override.policy");
    config_.override_allowlist = List("connector.client.config.override.allowlist");
    Result<OverridePolicy> policy = OverridePolicy::Make(config_.override_policy, config_.override_allowlist);
    if (!policy.ok()) {
      Error("connector.client.config.override.policy", policy.status().message(),
            "write All, None, Principal or Allowlist");
    } else if (!config_.override_allowlist.empty() && policy->name() != "Allowlist") {
      AddWarning(file_, "connector.client.config.override.allowlist",
                 fmt::format("it has no effect under the policy {}", policy->name()),
                 "write connector.client.config.override.policy=Allowlist", problems_);
    }
  }

  void Offsets() {
    if (config_.mode == Mode::kStandalone) {
      config_.offset_storage_file = Text("offset.storage.file.filename");
      if (Given("offset.storage.file.filename") && config_.offset_storage_file.empty()) {
        Error("offset.storage.file.filename", "it is empty", "write the path of a file that may be written");
      }
    }
    auto at_least = [&](std::string_view key, int64_t least) {
      int64_t v = Number(key);
      if (Given(key) && v < least && !std::holds_alternative<std::monostate>(values_.find(key)->second)) {
        Error(key, fmt::format("it must be at least {}", least), "write milliseconds");
      }
      return v;
    };
    config_.offset_flush_interval_ms = at_least("offset.flush.interval.ms", 1);
    config_.offset_flush_timeout_ms = at_least("offset.flush.timeout.ms", 1);
    config_.task_shutdown_graceful_timeout_ms = at_least("task.shutdown.graceful.timeout.ms", 0);
    config_.topic_creation_enable = Flag("topic.creation.enable");
  }

  const File& file_;
  std::vector<Problem>* problems_;
  const ConfigDef& def_;
  std::map<std::string, Value, std::less<>> values_;
  WorkerConfig config_;
  bool failed_ = false;
};

}  // namespace

std::optional<WorkerConfig> WorkerConfig::Make(Mode mode, const File& file, std::vector<Problem>* problems) {
  return Maker(mode, file, problems).Make();
}

}  // namespace millrace::config
