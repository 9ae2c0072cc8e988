// SPDX-License-Identifier: Apache-2.0
#include "kafka/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace millrace::kafka {
namespace {

std::string_view Trim(std::string_view s) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

std::string Lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::vector<std::string_view> SplitList(std::string_view s) {
  std::vector<std::string_view> out;
  while (!s.empty()) {
    const size_t comma = s.find(',');
    const std::string_view item = Trim(s.substr(0, comma));
    if (!item.empty()) out.push_back(item);
    s = comma == std::string_view::npos ? std::string_view() : s.substr(comma + 1);
  }
  return out;
}

// What a user's value may look like in a message: short and without control characters.
std::string Shown(std::string_view value) {
  std::string out;
  for (const char c : value.substr(0, 80)) out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  return value.size() > 80 ? out + "..." : out;
}

std::optional<int64_t> WholeNumber(std::string_view value) {
  if (value.starts_with('+')) value.remove_prefix(1);
  int64_t n = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
  if (error != std::errc() || end != value.data() + value.size() || value.empty()) return std::nullopt;
  return n;
}

std::optional<int64_t> NumberOrError(const Rule& rule, std::string_view value, Translation& t) {
  const std::optional<int64_t> n = WholeNumber(value);
  if (!n) t.Error(rule.java, fmt::format("'{}' is not a whole number", Shown(value)));
  return n;
}

void SetClamped(const Rule& rule, int64_t n, Translation& t) {
  const int64_t use = std::clamp(n, rule.low, rule.high);
  if (use != n)
    t.Warn(rule.java,
           fmt::format("{} is outside {}..{} that the client takes; {} is used", n, rule.low, rule.high, use));
  t.Set(rule.native, std::to_string(use), rule.java);
}

void Text(const Rule& rule, std::string_view value, Translation& t) {
  t.Set(rule.native, std::string(value), rule.java);
}

void NonEmptyText(const Rule& rule, std::string_view value, Translation& t) {
  if (!value.empty()) Text(rule, value, t);
}

// A number that Java takes from 0 upwards.
void Number(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < 0) return t.Error(rule.java, fmt::format("{} is negative", *n));
  SetClamped(rule, *n, t);
}

// A number of which Java says that -1 leaves it to the operating system or means "never".
void NumberOrMinusOne(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < -1) return t.Error(rule.java, fmt::format("{} is below -1", *n));
  if (*n == -1) return t.Set(rule.native, "0", rule.java);
  SetClamped(rule, *n, t);
}

void Bool(const Rule& rule, std::string_view value, Translation& t) {
  const std::string lower = Lower(value);
  if (lower != "true" && lower != "false") {
    return t.Error(rule.java, fmt::format("'{}' is neither true nor false", Shown(value)));
  }
  t.Set(rule.native, lower, rule.java);
}

// Nothing of Millrace's clients corresponds to it; the note says why.
void Ignored(const Rule& rule, std::string_view, Translation& t) {
  t.Warn(rule.java, fmt::format("{}; ignored", rule.note));
}

// Means the same whatever it is set to, so it is not worth a warning.
void Silent(const Rule&, std::string_view, Translation&) {}

// Read by FinishSecurity.
void Security(const Rule&, std::string_view, Translation&) {}

template <int64_t ClientConfig::*member>
void Own(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < rule.low) return t.Error(rule.java, fmt::format("{} is below {}", *n, rule.low));
  t.out.*member = *n;
}

void BootstrapServers(const Rule& rule, std::string_view value, Translation& t) {
  std::string list;
  for (std::string_view server : SplitList(value)) {
    if (const size_t scheme = server.find("://"); scheme != std::string_view::npos) server.remove_prefix(scheme + 3);
    const size_t colon = server.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : WholeNumber(server.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535 || colon == 0) {
      return t.Error(rule.java, fmt::format("'{}' is not host:port", Shown(server)));
    }
    list += (list.empty() ? "" : ",") + std::string(server);
  }
  if (list.empty()) return t.Error(rule.java, "names no server; give host:port[,host:port...]");
  t.Set(rule.native, list, rule.java);
}

void Acks(const Rule& rule, std::string_view value, Translation& t) {
  if (value != "all" && value != "-1" && value != "0" && value != "1") {
    return t.Error(rule.java, fmt::format("'{}' is none of all, -1, 0, 1", Shown(value)));
  }
  t.Set(rule.native, std::string(value), rule.java);
}

// Java's Integer.MAX_VALUE means for ever, which librdkafka writes 0.
void DeliveryTimeout(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n <= 0) return t.Error(rule.java, fmt::format("{} is not above 0", *n));
  t.Set(rule.native, *n >= INT32_MAX ? "0" : std::to_string(*n), rule.java);
}

// How long a record may wait for its topic to appear.
void MaxBlock(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < 0) return t.Error(rule.java, fmt::format("{} is negative", *n));
  t.Set(rule.native, std::to_string(std::min(*n, rule.high)), rule.java);
}

void RequestTimeout(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < 0) return t.Error(rule.java, fmt::format("{} is negative", *n));
  SetClamped(rule, *n, t);
  if (t.out.role == ClientRole::kProducer) {
    t.Set("request.timeout.ms", std::to_string(std::clamp<int64_t>(*n, 1, 900000)), rule.java);
  }
}

void MetadataMaxAge(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  if (*n < 0) return t.Error(rule.java, fmt::format("{} is negative", *n));
  SetClamped(rule, *n, t);
  t.out.metadata_max_age_ms = std::max<int64_t>(*n, 100);
  // The cache outlives the refresh, so that a broker that is away for a while does not empty it.
  t.Set("metadata.max.age.ms", std::to_string(std::clamp<int64_t>(*n * 3, 1, 86400000)), rule.java);
}

void Compression(const Rule& rule, std::string_view value, Translation& t) {
  constexpr std::array<std::string_view, 5> known = {"none", "gzip", "snappy", "lz4", "zstd"};
  const std::string codec = Lower(value);
  if (std::find(known.begin(), known.end(), codec) == known.end()) {
    return t.Error(rule.java, fmt::format("'{}' is none of none, gzip, snappy, lz4, zstd", Shown(value)));
  }
  t.Set(rule.native, codec, rule.java);
}

// compression.<codec>.level counts when that codec is the chosen one.
void CompressionLevel(const Rule& rule, std::string_view value, Translation& t) {
  const auto n = NumberOrError(rule, value, t);
  if (!n) return;
  const std::string_view codec = rule.java.substr(12, rule.java.size() - 12 - 6);
  if (Lower(t.Get("compression.type")) == codec) SetClamped(rule, *n, t);
}

void Partitioner(const Rule& rule, std::string_view value, Translation& t) {
  if (value.empty() || value.ends_with(".DefaultPartitioner") || value.ends_with(".UniformStickyPartitioner")) return;
  t.Error(rule.java, fmt::format("{} cannot be loaded: partitioner classes are Java's. Leave the key out for Kafka's "
                                 "default (murmur2 of the key)",
                                 Shown(value)));
}

void PartitionerIgnoreKeys(const Rule& rule, std::string_view value, Translation& t) {
  if (Lower(value) == "true")
    t.Set(rule.native, "random", rule.java);
  else if (Lower(value) != "false")
    t.Error(rule.java, fmt::format("'{}' is neither true nor false", Shown(value)));
}

void AutoOffsetReset(const Rule& rule, std::string_view value, Translation& t) {
  const std::string how = Lower(value);
  if (how == "earliest" || how == "latest") return t.Set(rule.native, how, rule.java);
  if (how == "none") return t.Set(rule.native, "error", rule.java);
  t.Error(rule.java, fmt::format("'{}' is none of earliest, latest, none", Shown(value)));
}

void EnableAutoCommit(const Rule& rule, std::string_view value, Translation& t) {
  if (Lower(value) != "false")
    t.Warn(rule.java, "offsets are committed by Connect, after the connector has them; ignored");
}

void IsolationLevel(const Rule& rule, std::string_view value, Translation& t) {
  const std::string level = Lower(value);
  if (level != "read_committed" && level != "read_uncommitted") {
    return t.Error(rule.java, fmt::format("'{}' is neither read_committed nor read_uncommitted", Shown(value)));
  }
  t.Set(rule.native, level, rule.java);
}

void GroupProtocol(const Rule& rule, std::string_view value, Translation& t) {
  if (Lower(value) != "classic") {
    t.Error(rule.java, fmt::format("'{}' is not available, only classic is", Shown(value)));
  }
}

void ExcludeInternalTopics(const Rule& rule, std::string_view value, Translation& t) {
  const std::string lower = Lower(value);
  if (lower != "true" && lower != "false") {
    return t.Error(rule.java, fmt::format("'{}' is neither true nor false", Shown(value)));
  }
  t.out.exclude_internal_topics = lower == "true";
}

void AssignmentStrategy(const Rule& rule, std::string_view value, Translation& t) {
  std::string eager;
  bool cooperative = false;
  for (const std::string_view name : SplitList(value)) {
    const std::string_view simple = name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
    const auto add = [&](const char* native) { eager += (eager.empty() ? "" : ",") + std::string(native); };
    if (simple == "RangeAssignor" || simple == "range")
      add("range");
    else if (simple == "RoundRobinAssignor" || simple == "roundrobin")
      add("roundrobin");
    else if (simple == "CooperativeStickyAssignor" || simple == "cooperative-sticky")
      cooperative = true;
    else {
      return t.Error(rule.java, fmt::format("{} is not available; use RangeAssignor, RoundRobinAssignor or "
                                            "CooperativeStickyAssignor of org.apache.kafka.clients.consumer",
                                            Shown(name)));
    }
  }
  if (eager.empty() && !cooperative) return t.Error(rule.java, "names no assignor");
  if (!eager.empty() && cooperative && eager != "range") {
    t.Warn(rule.java,
           "eager and cooperative assignors cannot be offered together; CooperativeStickyAssignor is left out");
  }
  t.Set(rule.native, eager.empty() ? "cooperative-sticky" : eager, rule.java);
}

void DnsLookup(const Rule& rule, std::string_view value, Translation& t) {
  if (value != "use_all_dns_ips") t.Warn(rule.java, "all addresses of a name are used; ignored");
}

constexpr std::string_view kMetrics = "the client's metrics are the worker's";
constexpr std::string_view kJavaClass = "names Java classes, which cannot be loaded";
constexpr std::string_view kSerde = "Connect's converters serialise";
constexpr std::string_view kSsl = "see \"TLS\" below";
constexpr std::string_view kSasl = "see \"SASL\" below";
constexpr int64_t kDay = 86400000;

constexpr Rule kRules[] = {
    {"acks", kP, "acks", Acks, ""},
    {"allow.auto.create.topics", kC, "allow.auto.create.topics", Bool, "true unless set, as in Java"},
    {"auto.commit.interval.ms", kC, "", Ignored, "offsets are committed by Connect"},
    {"auto.include.jmx.reporter", kAll, "", Silent, kMetrics},
    {"auto.offset.reset", kC, "auto.offset.reset", AutoOffsetReset, "none becomes error; by_duration is refused"},
    {"batch.size", kP, "batch.size", Number, "1000000 unless set: batches fill only while the broker is busy", 1},
    {"bootstrap.controllers", kA, "", Ignored, "the admin client talks to brokers"},
    {"bootstrap.servers", kAll, "bootstrap.servers", BootstrapServers, ""},
    {"buffer.memory", kP, "", Own<&ClientConfig::buffer_memory>,
     "bytes in flight, counted with their bookkeeping; 33554432 unless set", 65536},
    {"check.crcs", kC, "check.crcs", Bool, "true unless set, as in Java"},
    {"client.dns.lookup", kAll, "", DnsLookup, "all addresses of a name are always used"},
    {"client.id", kAll, "client.id", NonEmptyText, ""},
    {"client.rack", kC, "client.rack", Text, ""},
    {"compression.gzip.level", kP, "compression.level", CompressionLevel, "with compression.type=gzip", -1, 9},
    {"compression.lz4.level", kP, "compression.level", CompressionLevel, "with compression.type=lz4", -1, 12},
    {"compression.type", kP, "compression.codec", Compression, ""},
    {"compression.zstd.level", kP, "compression.level", CompressionLevel, "with compression.type=zstd", -1, 12},
    {"connections.max.idle.ms", kAll, "connections.max.idle.ms", NumberOrMinusOne, "-1 becomes 0 (never)"},
    {"default.api.timeout.ms", kC | kA, "", Own<&ClientConfig::api_timeout_ms>, "for calls without a deadline", 0},
    {"delivery.timeout.ms", kP, "message.timeout.ms", DeliveryTimeout, "2147483647 becomes 0 (for ever)"},
    {"enable.auto.commit", kC, "", EnableAutoCommit, "offsets are committed by Connect; true is ignored"},
    {"enable.idempotence", kP, "enable.idempotence", Bool, "false unless set, as in Connect"},
    {"enable.metrics.push", kAll, "", Silent, "the client pushes no metrics"},
    {"exclude.internal.topics", kC, "", ExcludeInternalTopics, "for topics.regex"},
    {"fetch.max.bytes", kC, "fetch.max.bytes", Number, "16777216 unless set, so that memory stays bounded", 0,
     2147483135},
    {"fetch.max.wait.ms", kC, "fetch.wait.max.ms", Number, "", 0, 300000},
    {"fetch.min.bytes", kC, "fetch.min.bytes", Number, "", 1, 100000000},
    {"group.id", kC, "group.id", NonEmptyText, ""},
    {"group.instance.id", kC, "group.instance.id", NonEmptyText, ""},
    {"group.protocol", kC, "", GroupProtocol, "only classic; consumer is refused"},
    {"group.remote.assignor", kC, "", Ignored, "belongs to group.protocol=consumer"},
    {"heartbeat.interval.ms", kC, "heartbeat.interval.ms", Number, "", 1, 3600000},
    {"interceptor.classes", kPC, "", Ignored, kJavaClass},
    {"isolation.level", kC, "isolation.level", IsolationLevel, "read_uncommitted unless set, as in Java"},
    {"key.deserializer", kC, "", Silent, kSerde},
    {"key.serializer", kP, "", Silent, kSerde},
    {"linger.ms", kP, "linger.ms", Number, "0 unless set: batches form while one request is in flight", 0, 900000},
    // librdkafka multiplies it by 1000 in an int: more than INT_MAX / 1000 would mean not to wait at all.
    {"max.block.ms", kP, "topic.metadata.propagation.max.ms", MaxBlock,
     "how long a record waits for a topic that does not exist; at most 35 minutes", 0, 2100000},
    {"max.in.flight.requests.per.connection", kP, "max.in.flight.requests.per.connection", Number, "", 1, 1000000},
    {"max.partition.fetch.bytes", kC, "max.partition.fetch.bytes", Number, "", 1, 1000000000},
    {"max.poll.interval.ms", kC, "max.poll.interval.ms", Number, "", 1, kDay},
    {"max.poll.records", kC, "", Own<&ClientConfig::max_poll_records>, "records of one poll", 1},
    {"max.request.size", kP, "message.max.bytes", Number, "1048576 unless set", 1000, 1000000000},
    {"metadata.max.age.ms", kAll, "topic.metadata.refresh.interval.ms", MetadataMaxAge,
     "also how often topics.regex is matched again", 1, 3600000},
    {"metadata.max.idle.ms", kP, "", Silent, "topics once used are kept"},
    {"metadata.recovery.rebootstrap.trigger.ms", kAll, "", Ignored, "the bootstrap servers stay known"},
    {"metadata.recovery.strategy", kAll, "", Silent, "the bootstrap servers stay known"},
    {"metric.reporters", kAll, "", Ignored, kJavaClass},
    {"metrics.num.samples", kAll, "", Silent, kMetrics},
    {"metrics.recording.level", kAll, "", Silent, kMetrics},
    {"metrics.sample.window.ms", kAll, "", Silent, kMetrics},
    {"partition.assignment.strategy", kC, "partition.assignment.strategy", AssignmentStrategy,
     "range unless set; StickyAssignor and own classes are refused"},
    {"partitioner.adaptive.partitioning.enable", kP, "", Ignored, "partitions are chosen without regard to load"},
    {"partitioner.availability.timeout.ms", kP, "", Ignored, "partitions are chosen without regard to load"},
    {"partitioner.class", kP, "partitioner", Partitioner, "murmur2_random, Java's default; own classes are refused"},
    {"partitioner.ignore.keys", kP, "partitioner", PartitionerIgnoreKeys, "true becomes random"},
    {"receive.buffer.bytes", kAll, "socket.receive.buffer.bytes", NumberOrMinusOne,
     "left to the operating system unless set", 0, 100000000},
    {"reconnect.backoff.max.ms", kAll, "reconnect.backoff.max.ms", Number, "1000 unless set, as in Java", 0, 3600000},
    {"reconnect.backoff.ms", kAll, "reconnect.backoff.ms", Number, "50 unless set, as in Java", 0, 3600000},
    {"request.timeout.ms", kAll, "socket.timeout.ms", RequestTimeout, "for producers also request.timeout.ms", 10,
     300000},
    {"retries", kP, "retries", Number, ""},
    {"retries", kA, "", Silent, "admin calls are repeated until their deadline"},
    {"retry.backoff.max.ms", kAll, "", Ignored, "the backoff between retries is constant"},
    {"retry.backoff.ms", kP, "retry.backoff.ms", Number, "", 1, 300000},
    {"retry.backoff.ms", kC | kA, "", Silent, "the client's own backoff applies"},
    {"sasl.client.callback.handler.class", kAll, "", Ignored, kJavaClass},
    {"sasl.jaas.config", kAll, "sasl.username", Security, kSasl},
    {"sasl.kerberos.kinit.cmd", kAll, "", Ignored, "kinit is looked up on the PATH"},
    {"sasl.kerberos.min.time.before.relogin", kAll, "sasl.kerberos.min.time.before.relogin", Number, "", 0, kDay},
    {"sasl.kerberos.service.name", kAll, "sasl.kerberos.service.name", Security, kSasl},
    {"sasl.kerberos.ticket.renew.jitter", kAll, "", Ignored, "the ticket is renewed at a fixed interval"},
    {"sasl.kerberos.ticket.renew.window.factor", kAll, "", Ignored, "the ticket is renewed at a fixed interval"},
    {"sasl.login.callback.handler.class", kAll, "", Security, kSasl},
    {"sasl.login.class", kAll, "", Ignored, kJavaClass},
    {"sasl.mechanism", kAll, "sasl.mechanism", Security, kSasl},
    {"sasl.oauthbearer.scope", kAll, "", Security, kSasl},
    {"sasl.oauthbearer.token.endpoint.url", kAll, "", Security, kSasl},
    {"security.protocol", kAll, "security.protocol", Security, "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"},
    {"security.providers", kAll, "", Ignored, kJavaClass},
    {"send.buffer.bytes", kAll, "socket.send.buffer.bytes", NumberOrMinusOne, "left to the operating system unless set",
     0, 100000000},
    {"session.timeout.ms", kC, "session.timeout.ms", Number, "", 1, 3600000},
    {"socket.connection.setup.timeout.max.ms", kAll, "", Ignored, "the time for a connection is constant"},
    {"socket.connection.setup.timeout.ms", kAll, "socket.connection.setup.timeout.ms", Number, "", 1000},
    {"ssl.cipher.suites", kAll, "ssl.cipher.suites", Security, kSsl},
    {"ssl.enabled.protocols", kAll, "", Ignored, "TLS 1.2 and 1.3 are offered"},
    {"ssl.endpoint.identification.algorithm", kAll, "ssl.endpoint.identification.algorithm", Security, kSsl},
    {"ssl.engine.factory.class", kAll, "", Ignored, kJavaClass},
    {"ssl.key.password", kAll, "ssl.key.password", Security, kSsl},
    {"ssl.keymanager.algorithm", kAll, "", Ignored, "names a Java algorithm"},
    {"ssl.keystore.certificate.chain", kAll, "ssl.certificate.pem", Security, kSsl},
    {"ssl.keystore.key", kAll, "ssl.key.pem", Security, kSsl},
    {"ssl.keystore.location", kAll, "ssl.keystore.location", Security, kSsl},
    {"ssl.keystore.password", kAll, "ssl.keystore.password", Security, kSsl},
    {"ssl.keystore.type", kAll, "", Security, kSsl},
    {"ssl.protocol", kAll, "", Ignored, "TLS 1.2 and 1.3 are offered"},
    {"ssl.provider", kAll, "", Ignored, "names a Java provider"},
    {"ssl.secure.random.implementation", kAll, "", Ignored, "names a Java algorithm"},
    {"ssl.trustmanager.algorithm", kAll, "", Ignored, "names a Java algorithm"},
    {"ssl.truststore.certificates", kAll, "ssl.ca.pem", Security, kSsl},
    {"ssl.truststore.location", kAll, "ssl.ca.location", Security, kSsl},
    {"ssl.truststore.password", kAll, "", Security, kSsl},
    {"ssl.truststore.type", kAll, "", Security, kSsl},
    {"transaction.timeout.ms", kP, "transaction.timeout.ms", Number, "", 1000},
    {"transaction.two.phase.commit.enable", kP, "", Ignored, "transactions are one-phase"},
    {"transactional.id", kP, "transactional.id", NonEmptyText, ""},
    {"value.deserializer", kC, "", Silent, kSerde},
    {"value.serializer", kP, "", Silent, kSerde},
};

}  // namespace

std::span<const Rule> Rules() { return kRules; }

bool IsSecretKey(std::string_view java) {
  return java.find("password") != std::string_view::npos || java == "sasl.jaas.config" || java == "ssl.keystore.key" ||
         java == "ssl.keystore.certificate.chain" || java == "ssl.truststore.certificates";
}

void Translation::Set(std::string_view native, std::string value, std::string_view java) {
  out.native[std::string(native)] = std::move(value);
  java_of_[std::string(native)] = java;
}

void Translation::SetDefault(std::string_view native, std::string value) {
  out.native.try_emplace(std::string(native), std::move(value));
}

void Translation::Error(std::string_view java, std::string_view why) {
  errors.push_back(fmt::format("{}: {}", java, why));
}
void Translation::Warn(std::string_view java, std::string_view why) {
  out.warnings.push_back(fmt::format("{}: {}", java, why));
}

std::string_view Translation::Get(std::string_view java) const {
  const auto it = settings_.find(java);
  return it == settings_.end() ? std::string_view() : Trim(it->second);
}

std::string_view Translation::JavaKeyOf(std::string_view native) const {
  const auto it = java_of_.find(native);
  return it == java_of_.end() ? std::string_view() : std::string_view(it->second);
}

}  // namespace millrace::kafka
