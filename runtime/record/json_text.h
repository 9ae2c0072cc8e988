// SPDX-License-Identifier: Apache-2.0
//
// The JSON form of source partitions and offsets: exactly the bytes of Kafka Connect's JsonConverter without schemas,
// since they are keys of the offset file and the offsets topic. Maps of text to null, boolean, number, text and bytes
// (base64) only.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::record {

// {"filename":"/a"}; member order is that of the map. A NULL value gives "null". Anything but primitive values below
// the map is a kData error in Java's words.
Result<std::string> OffsetToJson(const mr_value& map);
// ["connector",{"filename":"/a"}]
Result<std::string> OffsetKeyToJson(std::string_view connector, const mr_value& partition);
// The inverse; integers come back as I64, other numbers as F64. Text lives in the arena. Depth and size bounded.
Result<mr_value> OffsetFromJson(std::string_view json, Arena* arena);
struct OffsetKey {
  std::string connector;
  mr_value partition;
};
Result<OffsetKey> OffsetKeyFromJson(std::string_view json, Arena* arena);

}  // namespace millrace::record
