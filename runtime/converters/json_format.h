// SPDX-License-Identifier: Apache-2.0
//
// The settings of JsonConverter that change how a value is written or read.
#pragma once

namespace millrace::converters {

struct JsonFormat {
  bool decimal_numeric = false;  // decimal.format
  bool replace_null_with_default = true;
};

}  // namespace millrace::converters
