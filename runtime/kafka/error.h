// SPDX-License-Identifier: Apache-2.0
//
// librdkafka's error codes in the host's terms. The codes are rd_kafka_resp_err_t, kept as int32_t so that users of
// the module's headers do not see librdkafka's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::kafka {

// Readable: "Broker: Message size too large (MSG_SIZE_TOO_LARGE)".
std::string ErrorText(int32_t rd_kafka_error);
// Java's RetriableException: trying again later may help, without anybody changing anything.
bool ErrorIsRetriable(int32_t rd_kafka_error);
Code ErrorCode(int32_t rd_kafka_error);
// "<doing>: <text>"; `text` says more than the code where librdkafka gives one.
Status ErrorStatus(int32_t rd_kafka_error, std::string_view doing, const char* text = nullptr);

}  // namespace millrace::kafka
