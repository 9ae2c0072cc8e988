// SPDX-License-Identifier: Apache-2.0
//
// What users read about a failure: the Java exceptions that Kafka Connect would have thrown, as a chain of causes in
// the details of a Status (keys "class", then "cause.class" and "cause.message" for each cause, outermost first).
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::worker {

inline constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";

// The Java class of an error: what its maker said, or what Connect throws for such a code.
std::string JavaClassOf(const Status& error);

// ConnectException `message` caused by `cause`. Fatal: it is what ends a task.
Status Because(std::string message, const Status& cause);

// "class: message\nCaused by: class: message\n": a Java stack trace without its frames. The detail "id", where to find
// more in the log, becomes the last line.
std::string TraceText(const Status& error);
// The same on one line, for the log.
std::string CauseChain(const Status& error);

}  // namespace millrace::worker
