// SPDX-License-Identifier: Apache-2.0
#include "kafka/handle.h"

#include <syslog.h>

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "kafka/error.h"

namespace millrace::kafka {
namespace {

// A lost connection comes back by itself, so librdkafka's ERR is a warning here.
LogLevel LevelOf(int syslog_level) {
  if (syslog_level <= LOG_CRIT) return LogLevel::kError;
  if (syslog_level <= LOG_WARNING) return LogLevel::kWarn;
  return syslog_level <= LOG_INFO ? LogLevel::kInfo : LogLevel::kDebug;
}

void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  // Without a client the line is about a conf, whose problems are returned.
  const auto* home = client == nullptr ? nullptr : static_cast<ClientHome*>(rd_kafka_opaque(client));
  if (home == nullptr) return;
  if (home->logger.enabled(LevelOf(level))) {
    home->logger.Write(LevelOf(level), fmt::format("{}: {}: {}", rd_kafka_name(client), facility, text));
  }
}

}  // namespace

Result<Conf> MakeConf(const ClientConfig& config, ClientHome* home) {
  Conf conf(rd_kafka_conf_new());
  for (const auto& [key, value] : config.native) {
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
      // The value may be a secret and librdkafka's text may quote it.
      return Status::Config(fmt::format("the Kafka client does not accept the value of {}", key));
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), home);
  rd_kafka_conf_set_log_cb(conf.get(), OnLog);
  return conf;
}

Result<Client> MakeClient(rd_kafka_type_t type, Conf conf) {
  std::array<char, 512> why{};
  Client client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (client == nullptr) return Status::Config(fmt::format("making a Kafka client: {}", why.data()));
  (void)conf.release();  // the client's now
  return client;
}

void LogErrorEvent(const Logger& logger, int32_t error, const char* text) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__FATAL: return logger.Error("{}: {}", ErrorText(error), text);
    // librdkafka's own log lines tell these already.
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE: return logger.Debug("{}: {}", ErrorText(error), text);
    default: return logger.Warn("{}: {}", ErrorText(error), text);
  }
}

int64_t MonotonicNanos() { return Clock::System().MonotonicNanos(); }

int MillisUntil(int64_t deadline_ns, int most) {
  const int64_t left = deadline_ns - MonotonicNanos();
  if (left <= 0) return 0;
  return static_cast<int>(std::min<int64_t>(left / kNanosPerMilli + (left % kNanosPerMilli != 0), most));
}

}  // namespace millrace::kafka
