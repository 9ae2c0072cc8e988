// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a Java-serialised HashMap<byte[],byte[]>, the content of a standalone offset file (format:
// docs/internal-formats.md). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "storage/offset_store.h"

namespace millrace::storage {

// Reads what any Java worker writes: references to arrays written before, null values, any order. An error (kData)
// says at which byte what was expected. Lengths are checked against the input before memory is taken.
Result<OffsetMap> ParseJavaHashMap(std::string_view bytes);

// What Java reads as an equal map; the same map gives the same bytes.
std::string FormatJavaHashMap(const OffsetMap& map);

}  // namespace millrace::storage
