// SPDX-License-Identifier: Apache-2.0
//
// Records as text for the log lines of errors.log.include.messages, in the form of Java's toString. Text of any length
// is cut. Pure functions.
#pragma once

#include <string>

#include "millrace/abi.h"

namespace millrace::worker {

// "{filename=/a, n=1}", "[1, 2]", "Struct{a=1}", "null" ...
std::string ValueText(const mr_value& value, const mr_schema* schema);

// SourceRecord{sourcePartition={..}, sourceOffset={..}} ConnectRecord{topic='t', kafkaPartition=null, key=...}
std::string SourceRecordText(const mr_batch& batch, const mr_record& record);

}  // namespace millrace::worker
