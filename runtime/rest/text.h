// SPDX-License-Identifier: Apache-2.0
//
// Small helpers that the resources share. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "rest/http.h"

namespace millrace::rest {

inline std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower;
}

// Boolean query parameters as in Java: "true" in any case, all else is false.
inline bool IsTrue(std::string_view text) { return LowerAscii(text) == "true"; }

inline Response Ok(std::string json) { return {200, "application/json", std::move(json), {}}; }
inline Response NoBody(int status) { return {status, "", "", {}}; }

}  // namespace millrace::rest
