// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_config.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <memory>

#include "kafka/translation.h"

namespace millrace::kafka {
namespace {

struct NativeDefault {
  uint8_t roles;
  std::string_view native, value, note;
};

// What Millrace sets where the user said nothing: Java's defaults where librdkafka's differ, and what the host needs.
constexpr NativeDefault kDefaults[] = {
    {kAll, "client.id", "millrace", "the name brokers see when client.id is not set"},
    {kAll, "log.connection.close", "false", "brokers close idle connections; that is no news"},
    {kAll, "reconnect.backoff.max.ms", "1000", "Java's default"},
    {kAll, "reconnect.backoff.ms", "50", "Java's default"},
    {kAll, "socket.keepalive.enable", "true", "as Java does"},
    {kAll, "socket.nagle.disable", "true", "as Java does"},
    {kC, "allow.auto.create.topics", "true", "Java's default"},
    {kC, "auto.offset.reset", "latest", "Java's default (Connect sets earliest)"},
    {kC, "check.crcs", "true", "Java's default"},
    {kC, "enable.auto.commit", "false", "Connect commits"},
    {kC, "enable.auto.offset.store", "false", "Connect commits"},
    {kC, "enable.partition.eof", "false", ""},
    {kC, "fetch.max.bytes", "16777216", "bounds what one answer can hold"},
    {kC, "isolation.level", "read_uncommitted", "Java's default"},
    {kC, "partition.assignment.strategy", "range", "Java's default as seen by the group"},
    {kC, "queued.max.messages.kbytes", "32768", "bounds the bytes fetched ahead"},
    {kC, "queued.min.messages", "60000", "bounds the records fetched ahead (about 400 bytes each beside their data)"},
    {kP, "linger.ms", "0", "batches form while one request is in flight"},
    {kP, "message.max.bytes", "1048576", "Java's default of max.request.size"},
    {kP, "message.timeout.ms", "120000", "Java's default of delivery.timeout.ms (Connect sets it infinite)"},
    {kP, "partitioner", "murmur2_random", "Java's default partitions"},
    {kP, "queue.buffering.max.kbytes", "2147483647", "buffer.memory bounds it, counted by the host"},
    {kP, "queue.buffering.max.messages", "0", "likewise"},
};

constexpr std::array<uint8_t, 3> kMaskOf = {kP, kC, kA};
constexpr std::array<std::string_view, 3> kRoleName = {"producer", "consumer", "admin client"};

uint8_t MaskOf(ClientRole role) { return kMaskOf[static_cast<size_t>(role)]; }

const Rule* FindRule(std::string_view key, uint8_t mask) {
  const std::span<const Rule> rules = Rules();
  auto it =
      std::lower_bound(rules.begin(), rules.end(), key, [](const Rule& r, std::string_view k) { return r.java < k; });
  for (; it != rules.end() && it->java == key; ++it) {
    if (it->roles & mask) return &*it;
  }
  return nullptr;
}

bool IsKnownKey(std::string_view key) { return FindRule(key, kAll) != nullptr; }

// Lets librdkafka judge every value, so that what it refuses is reported with the Java key.
void CheckValues(Translation& t) {
  const std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> conf(rd_kafka_conf_new(), rd_kafka_conf_destroy);
  for (const auto& [key, value] : t.out.native) {
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) continue;
    const std::string_view java = t.JavaKeyOf(key);
    const std::string_view name = java.empty() ? std::string_view(key) : java;
    t.Error(name, IsSecretKey(name) ? "the Kafka client does not accept the value" : std::string_view(why.data()));
  }
}

int64_t NativeNumber(const Translation& t, const std::string& key, int64_t fallback) {
  const auto it = t.out.native.find(key);
  return it == t.out.native.end() ? fallback : std::stoll(it->second);
}

// Relations between settings that librdkafka only checks when the client is made, in its own vocabulary.
void CheckRelations(Translation& t) {
  if (t.out.role == ClientRole::kConsumer) {
    const int64_t session = NativeNumber(t, "session.timeout.ms", 45000);
    if (NativeNumber(t, "max.poll.interval.ms", 300000) < session) {
      t.Error("max.poll.interval.ms", fmt::format("is below session.timeout.ms ({})", session));
    }
    if (NativeNumber(t, "heartbeat.interval.ms", 3000) >= session) {
      t.Error("heartbeat.interval.ms", fmt::format("must be below session.timeout.ms ({})", session));
    }
  }
  if (t.out.role == ClientRole::kProducer) {
    const int64_t timeout = NativeNumber(t, "message.timeout.ms", 120000);
    if (timeout != 0 && timeout <= NativeNumber(t, "linger.ms", 0)) {
      t.Error("delivery.timeout.ms", "must be above linger.ms");
    }
    const auto idempotence = t.out.native.find("enable.idempotence");
    if (idempotence != t.out.native.end() && idempotence->second == "true") {
      const auto acks = t.out.native.find("acks");
      if (acks != t.out.native.end() && acks->second != "all" && acks->second != "-1") {
        t.Error("acks", "must be all with enable.idempotence=true");
      }
      if (NativeNumber(t, "max.in.flight.requests.per.connection", 5) > 5) {
        t.Error("max.in.flight.requests.per.connection", "must be at most 5 with enable.idempotence=true");
      }
      if (NativeNumber(t, "retries", 1) < 1) t.Error("retries", "must be above 0 with enable.idempotence=true");
    }
  }
}

std::string RolesText(uint8_t roles) {
  std::string out;
  for (size_t i = 0; i < kMaskOf.size(); ++i) {
    if (roles & kMaskOf[i]) out += (out.empty() ? "" : ", ") + std::string(i == 2 ? "admin" : kRoleName[i]);
  }
  return out;
}

}  // namespace

std::string ClientConfig::SharingKey() const {
  std::string key = fmt::format("{}\n{}\n", static_cast<int>(role), buffer_memory);
  // Lengths in front, so that no value can pass for another entry.
  for (const auto& [k, v] : native) key += fmt::format("{}={}:{}\n", k, v.size(), v);
  return key;
}

Result<ClientConfig> Translate(ClientRole role, const config::Properties& settings) {
  Translation t(role, settings);
  for (const auto& [key, value] : settings) {
    if (const Rule* rule = FindRule(key, MaskOf(role)); rule != nullptr) {
      rule->apply(*rule, t.Get(key), t);
    } else if (IsKnownKey(key)) {
      t.Warn(key, fmt::format("not a setting of the {}; ignored", kRoleName[static_cast<size_t>(role)]));
    } else {
      t.Warn(key, "not a setting of Kafka's clients; ignored");
    }
  }
  FinishSecurity(t);
  for (const NativeDefault& d : kDefaults) {
    if (d.roles & MaskOf(role)) t.SetDefault(d.native, std::string(d.value));
  }
  if (t.errors.empty()) CheckRelations(t);
  if (t.errors.empty()) CheckValues(t);
  if (!t.errors.empty()) return Status::Config(fmt::format("{}", fmt::join(t.errors, "\n")));
  return std::move(t.out);
}

config::Properties ConnectDefaults(ClientRole role) {
  switch (role) {
    case ClientRole::kProducer:
      return {{"acks", "all"},
              {"delivery.timeout.ms", "2147483647"},
              {"enable.idempotence", "false"},
              {"max.block.ms", "9223372036854775807"},
              {"max.in.flight.requests.per.connection", "1"}};
    case ClientRole::kConsumer: return {{"auto.offset.reset", "earliest"}, {"enable.auto.commit", "false"}};
    case ClientRole::kAdmin: return {};
  }
  return {};
}

std::string ClientSettingsMarkdown() {
  std::string out =
      "# Kafka client settings\n\n"
      "Settings of Kafka's Java clients, given below `producer.`, `consumer.` and `admin.` in the worker's file or "
      "with\n"
      "`producer.override.` and so on in a connector's, and what becomes of them here. This file is made from the "
      "table\n"
      "in `runtime/kafka/translation.cc`; a test compares the two. A key that is not listed, or that has no effect, is "
      "a\n"
      "warning that names it. A value that cannot be honoured stops the client with a message that names the key.\n\n"
      "## Keys\n\n| key | of | becomes librdkafka's | remarks |\n|---|---|---|---|\n";
  for (const Rule& r : Rules()) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", r.java, RolesText(r.roles),
                       r.native.empty() ? "-" : fmt::format("`{}`", r.native), r.note);
  }
  out += "\n## Set where you say nothing\n\n| librdkafka's key | of | value | why |\n|---|---|---|---|\n";
  for (const NativeDefault& d : kDefaults) {
    out += fmt::format("| `{}` | {} | `{}` | {} |\n", d.native, RolesText(d.roles), d.value, d.note);
  }
  out +=
      "\n## SASL\n\n"
      "`sasl.mechanism` is one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER (unsecured tokens only).\n"
      "`sasl.jaas.config` is read with Java's grammar. Only these login modules are allowed, any other is refused by\n"
      "name: Kafka's PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule, and the JDK's Krb5LoginModule\n"
      "(`useKeyTab` with `keyTab` and `principal`, or a ticket cache; `serviceName`). With a keytab the program "
      "`kinit`\n"
      "of the package krb5-user is run.\n\n"
      "## TLS\n\n"
      "Trust stores: PEM (`ssl.truststore.type=PEM` with a location, or `ssl.truststore.certificates` inline) and "
      "PKCS12.\n"
      "Key stores: PEM (a file with key and chain, or `ssl.keystore.key` and `ssl.keystore.certificate.chain` inline)\n"
      "and PKCS12. JKS files are refused; convert them once:\n\n"
      "    keytool -importkeystore -srckeystore OLD.jks -destkeystore NEW.p12 -deststoretype PKCS12\n\n"
      "An empty `ssl.endpoint.identification.algorithm` switches the check of the broker's name off, as in Java.\n";
  return out;
}

}  // namespace millrace::kafka
