// SPDX-License-Identifier: Apache-2.0
// The settings of ProducerConfig, ConsumerConfig and AdminClientConfig of Apache Kafka 4.1.2: what an override of a
// client setting is parsed as, and what REST shows of it. How they are honoured is decided in runtime/kafka.
#include <span>

#include "config/override_policy.h"
#include "config/table.h"

namespace millrace::config {
namespace {

struct ClientRow {
  const char* name;
  Type type;
  Importance importance;
  const char* default_value;
};

// Same in all three.
constexpr ClientRow kCommon[] = {
    {"bootstrap.servers", Type::kList, Importance::kHigh, ""},
    {"client.dns.lookup", Type::kString, Importance::kMedium, "use_all_dns_ips"},
    {"send.buffer.bytes", Type::kInt, Importance::kMedium, "131072"},
    {"reconnect.backoff.ms", Type::kLong, Importance::kLow, "50"},
    {"reconnect.backoff.max.ms", Type::kLong, Importance::kLow, "1000"},
    {"retry.backoff.ms", Type::kLong, Importance::kLow, "100"},
    {"retry.backoff.max.ms", Type::kLong, Importance::kLow, "1000"},
    {"request.timeout.ms", Type::kInt, Importance::kMedium, "30000"},
    {"metadata.max.age.ms", Type::kLong, Importance::kLow, "300000"},
    {"metrics.sample.window.ms", Type::kLong, Importance::kLow, "30000"},
    {"metrics.num.samples", Type::kInt, Importance::kLow, "2"},
    {"metrics.recording.level", Type::kString, Importance::kLow, "INFO"},
    {"metric.reporters", Type::kList, Importance::kLow, "org.apache.kafka.common.metrics.JmxReporter"},
    {"socket.connection.setup.timeout.ms", Type::kLong, Importance::kMedium, "10000"},
    {"socket.connection.setup.timeout.max.ms", Type::kLong, Importance::kMedium, "30000"},
    {"security.protocol", Type::kString, Importance::kMedium, "PLAINTEXT"},
    {"security.providers", Type::kString, Importance::kLow, nullptr},
    {"ssl.protocol", Type::kString, Importance::kMedium, "TLSv1.3"},
    {"ssl.provider", Type::kString, Importance::kMedium, nullptr},
    {"ssl.cipher.suites", Type::kList, Importance::kLow, nullptr},
    {"ssl.enabled.protocols", Type::kList, Importance::kMedium, "TLSv1.2,TLSv1.3"},
    {"ssl.keystore.type", Type::kString, Importance::kMedium, "JKS"},
    {"ssl.keystore.location", Type::kString, Importance::kHigh, nullptr},
    {"ssl.keystore.password", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.key.password", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.keystore.key", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.keystore.certificate.chain", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.truststore.certificates", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.truststore.type", Type::kString, Importance::kMedium, "JKS"},
    {"ssl.truststore.location", Type::kString, Importance::kHigh, nullptr},
    {"ssl.truststore.password", Type::kPassword, Importance::kHigh, nullptr},
    {"ssl.keymanager.algorithm", Type::kString, Importance::kLow, "SunX509"},
    {"ssl.trustmanager.algorithm", Type::kString, Importance::kLow, "PKIX"},
    {"ssl.endpoint.identification.algorithm", Type::kString, Importance::kLow, "https"},
    {"ssl.secure.random.implementation", Type::kString, Importance::kLow, nullptr},
    {"ssl.engine.factory.class", Type::kClass, Importance::kLow, nullptr},
    {"sasl.kerberos.service.name", Type::kString, Importance::kMedium, nullptr},
    {"sasl.kerberos.kinit.cmd", Type::kString, Importance::kLow, "/usr/bin/kinit"},
    {"sasl.kerberos.ticket.renew.window.factor", Type::kDouble, Importance::kLow, "0.8"},
    {"sasl.kerberos.ticket.renew.jitter", Type::kDouble, Importance::kLow, "0.05"},
    {"sasl.kerberos.min.time.before.relogin", Type::kLong, Importance::kLow, "60000"},
    {"sasl.login.refresh.window.factor", Type::kDouble, Importance::kLow, "0.8"},
    {"sasl.login.refresh.window.jitter", Type::kDouble, Importance::kLow, "0.05"},
    {"sasl.login.refresh.min.period.seconds", Type::kShort, Importance::kLow, "60"},
    {"sasl.login.refresh.buffer.seconds", Type::kShort, Importance::kLow, "300"},
    {"sasl.mechanism", Type::kString, Importance::kMedium, "GSSAPI"},
    {"sasl.jaas.config", Type::kPassword, Importance::kMedium, nullptr},
    {"sasl.client.callback.handler.class", Type::kClass, Importance::kMedium, nullptr},
    {"sasl.login.callback.handler.class", Type::kClass, Importance::kMedium, nullptr},
    {"sasl.login.class", Type::kClass, Importance::kMedium, nullptr},
    {"sasl.login.connect.timeout.ms", Type::kInt, Importance::kLow, nullptr},
    {"sasl.login.read.timeout.ms", Type::kInt, Importance::kLow, nullptr},
    {"sasl.login.retry.backoff.max.ms", Type::kLong, Importance::kLow, "10000"},
    {"sasl.login.retry.backoff.ms", Type::kLong, Importance::kLow, "100"},
    {"sasl.oauthbearer.jwt.retriever.class", Type::kClass, Importance::kMedium,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"},
    {"sasl.oauthbearer.jwt.validator.class", Type::kClass, Importance::kMedium,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator"},
    {"sasl.oauthbearer.scope", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.client.credentials.client.id", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.client.credentials.client.secret", Type::kPassword, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.algorithm", Type::kString, Importance::kMedium, "RS256"},
    {"sasl.oauthbearer.assertion.claim.aud", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.claim.exp.seconds", Type::kInt, Importance::kLow, "300"},
    {"sasl.oauthbearer.assertion.claim.iss", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.claim.jti.include", Type::kBoolean, Importance::kMedium, "false"},
    {"sasl.oauthbearer.assertion.claim.nbf.seconds", Type::kInt, Importance::kLow, "60"},
    {"sasl.oauthbearer.assertion.claim.sub", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.file", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.private.key.file", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.private.key.passphrase", Type::kPassword, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.assertion.template.file", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.scope.claim.name", Type::kString, Importance::kLow, "scope"},
    {"sasl.oauthbearer.sub.claim.name", Type::kString, Importance::kLow, "sub"},
    {"sasl.oauthbearer.token.endpoint.url", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.jwks.endpoint.url", Type::kString, Importance::kMedium, nullptr},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms", Type::kLong, Importance::kLow, "3600000"},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", Type::kLong, Importance::kLow, "10000"},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", Type::kLong, Importance::kLow, "100"},
    {"sasl.oauthbearer.clock.skew.seconds", Type::kInt, Importance::kLow, "30"},
    {"sasl.oauthbearer.expected.audience", Type::kList, Importance::kLow, nullptr},
    {"sasl.oauthbearer.expected.issuer", Type::kString, Importance::kLow, nullptr},
    {"sasl.oauthbearer.header.urlencode", Type::kBoolean, Importance::kLow, "false"},
    {"metadata.recovery.strategy", Type::kString, Importance::kLow, "rebootstrap"},
    {"metadata.recovery.rebootstrap.trigger.ms", Type::kLong, Importance::kLow, "300000"},
};

constexpr ClientRow kProducer[] = {
    {"buffer.memory", Type::kLong, Importance::kHigh, "33554432"},
    {"retries", Type::kInt, Importance::kHigh, "2147483647"},
    {"acks", Type::kString, Importance::kLow, "all"},
    {"compression.type", Type::kString, Importance::kHigh, "none"},
    {"compression.gzip.level", Type::kInt, Importance::kMedium, "-1"},
    {"compression.lz4.level", Type::kInt, Importance::kMedium, "9"},
    {"compression.zstd.level", Type::kInt, Importance::kMedium, "3"},
    {"batch.size", Type::kInt, Importance::kMedium, "16384"},
    {"partitioner.adaptive.partitioning.enable", Type::kBoolean, Importance::kLow, "true"},
    {"partitioner.availability.timeout.ms", Type::kLong, Importance::kLow, "0"},
    {"partitioner.ignore.keys", Type::kBoolean, Importance::kMedium, "false"},
    {"linger.ms", Type::kLong, Importance::kMedium, "5"},
    {"delivery.timeout.ms", Type::kInt, Importance::kMedium, "120000"},
    {"client.id", Type::kString, Importance::kMedium, ""},
    {"receive.buffer.bytes", Type::kInt, Importance::kMedium, "32768"},
    {"max.request.size", Type::kInt, Importance::kMedium, "1048576"},
    {"enable.metrics.push", Type::kBoolean, Importance::kLow, "true"},
    {"max.block.ms", Type::kLong, Importance::kMedium, "60000"},
    {"metadata.max.idle.ms", Type::kLong, Importance::kLow, "300000"},
    {"max.in.flight.requests.per.connection", Type::kInt, Importance::kLow, "5"},
    {"key.serializer", Type::kClass, Importance::kHigh, kRequired},
    {"value.serializer", Type::kClass, Importance::kHigh, kRequired},
    {"connections.max.idle.ms", Type::kLong, Importance::kMedium, "540000"},
    {"partitioner.class", Type::kClass, Importance::kMedium, nullptr},
    {"interceptor.classes", Type::kList, Importance::kLow, ""},
    {"enable.idempotence", Type::kBoolean, Importance::kLow, "true"},
    {"transaction.timeout.ms", Type::kInt, Importance::kLow, "60000"},
    {"transactional.id", Type::kString, Importance::kLow, nullptr},
    {"transaction.two.phase.commit.enable", Type::kBoolean, Importance::kLow, "false"},
};

constexpr ClientRow kConsumer[] = {
    {"group.id", Type::kString, Importance::kHigh, nullptr},
    {"group.instance.id", Type::kString, Importance::kMedium, nullptr},
    {"session.timeout.ms", Type::kInt, Importance::kHigh, "45000"},
    {"heartbeat.interval.ms", Type::kInt, Importance::kHigh, "3000"},
    {"partition.assignment.strategy", Type::kList, Importance::kMedium,
     "class org.apache.kafka.clients.consumer.RangeAssignor,class "
     "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"},
    {"enable.auto.commit", Type::kBoolean, Importance::kMedium, "true"},
    {"auto.commit.interval.ms", Type::kInt, Importance::kLow, "5000"},
    {"client.id", Type::kString, Importance::kLow, ""},
    {"client.rack", Type::kString, Importance::kLow, ""},
    {"max.partition.fetch.bytes", Type::kInt, Importance::kHigh, "1048576"},
    {"receive.buffer.bytes", Type::kInt, Importance::kMedium, "65536"},
    {"fetch.min.bytes", Type::kInt, Importance::kHigh, "1"},
    {"fetch.max.bytes", Type::kInt, Importance::kMedium, "52428800"},
    {"fetch.max.wait.ms", Type::kInt, Importance::kLow, "500"},
    {"enable.metrics.push", Type::kBoolean, Importance::kLow, "true"},
    {"auto.offset.reset", Type::kString, Importance::kMedium, "latest"},
    {"check.crcs", Type::kBoolean, Importance::kLow, "true"},
    {"key.deserializer", Type::kClass, Importance::kHigh, kRequired},
    {"value.deserializer", Type::kClass, Importance::kHigh, kRequired},
    {"default.api.timeout.ms", Type::kInt, Importance::kMedium, "60000"},
    {"connections.max.idle.ms", Type::kLong, Importance::kMedium, "540000"},
    {"interceptor.classes", Type::kList, Importance::kLow, ""},
    {"max.poll.records", Type::kInt, Importance::kMedium, "500"},
    {"max.poll.interval.ms", Type::kInt, Importance::kMedium, "300000"},
    {"exclude.internal.topics", Type::kBoolean, Importance::kMedium, "true"},
    {"internal.leave.group.on.close", Type::kBoolean, Importance::kLow, "true"},
    {"internal.throw.on.fetch.stable.offset.unsupported", Type::kBoolean, Importance::kLow, "false"},
    {"isolation.level", Type::kString, Importance::kMedium, "read_uncommitted"},
    {"allow.auto.create.topics", Type::kBoolean, Importance::kMedium, "true"},
    {"group.protocol", Type::kString, Importance::kHigh, "classic"},
    {"group.remote.assignor", Type::kString, Importance::kMedium, nullptr},
    {"share.acknowledgement.mode", Type::kString, Importance::kMedium, "implicit"},
};

constexpr ClientRow kAdmin[] = {
    {"bootstrap.controllers", Type::kList, Importance::kHigh, ""},
    {"client.id", Type::kString, Importance::kMedium, ""},
    {"receive.buffer.bytes", Type::kInt, Importance::kMedium, "65536"},
    {"enable.metrics.push", Type::kBoolean, Importance::kLow, "false"},
    {"connections.max.idle.ms", Type::kLong, Importance::kMedium, "300000"},
    {"retries", Type::kInt, Importance::kLow, "2147483647"},
    {"default.api.timeout.ms", Type::kInt, Importance::kMedium, "60000"},
};

ConfigDef Make(std::span<const ClientRow> own, std::string_view client) {
  ConfigDef def;
  for (std::span<const ClientRow> rows : {std::span<const ClientRow>(kCommon), own}) {
    for (const ClientRow& r : rows) {
      ConfigKey key;
      key.name = r.name;
      key.type = r.type;
      key.importance = r.importance;
      key.required = r.default_value == kRequired;
      if (!key.required && r.default_value != nullptr) key.default_value = r.default_value;
      key.documentation = "Setting of Kafka's " + std::string(client) + ".";
      key.internal = key.name.starts_with("internal.");
      if (key.internal) key.group = "";
      def.Add(std::move(key));
    }
  }
  return def;
}

}  // namespace

const ConfigDef& ClientDefinition(ClientKind kind) {
  static const ConfigDef producer = Make(kProducer, "producer");
  static const ConfigDef consumer = Make(kConsumer, "consumer");
  static const ConfigDef admin = Make(kAdmin, "admin client");
  return kind == ClientKind::kProducer ? producer : kind == ClientKind::kConsumer ? consumer : admin;
}

}  // namespace millrace::config
