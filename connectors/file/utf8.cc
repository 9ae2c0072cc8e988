// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

#include <cstdint>
#include <cstring>

namespace millrace::file {

namespace {

struct Step {
  size_t n;  // bytes
  bool well_formed;
};

bool Continues(std::string_view s, size_t i) { return i < s.size() && (static_cast<uint8_t>(s[i]) & 0xC0) == 0x80; }

// What stands at s[i], a byte >= 0x80.
Step Decode(std::string_view s, size_t i) {
  const auto b1 = static_cast<uint8_t>(s[i]);
  const uint8_t b2 = i + 1 < s.size() ? static_cast<uint8_t>(s[i + 1]) : 0;
  if (b1 >= 0xC2 && b1 <= 0xDF) return Continues(s, i + 1) ? Step{2, true} : Step{1, false};
  if (b1 >= 0xE0 && b1 <= 0xEF) {
    if (!Continues(s, i + 1) || (b1 == 0xE0 && b2 < 0xA0)) return {1, false};
    if (!Continues(s, i + 2)) return {2, false};
    const bool surrogate = b1 == 0xED && b2 >= 0xA0;
    return {3, !surrogate};
  }
  if (b1 >= 0xF0 && b1 <= 0xF4) {
    if (!Continues(s, i + 1) || (b1 == 0xF0 && b2 < 0x90) || (b1 == 0xF4 && b2 > 0x8F)) return {1, false};
    if (!Continues(s, i + 2)) return {2, false};
    if (!Continues(s, i + 3)) return {3, false};
    return {4, true};
  }
  return {1, false};
}

// The index of the first byte >= 0x80 at or after i.
size_t SkipAscii(std::string_view s, size_t i) {
  while (i + 8 <= s.size()) {
    uint64_t word = 0;
    std::memcpy(&word, s.data() + i, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
    i += 8;
  }
  while (i < s.size() && static_cast<uint8_t>(s[i]) < 0x80) ++i;
  return i;
}

// The index of the first malformed sequence, s.size() when there is none.
size_t FindMalformed(std::string_view s) {
  size_t i = 0;
  while ((i = SkipAscii(s, i)) < s.size()) {
    const Step step = Decode(s, i);
    if (!step.well_formed) return i;
    i += step.n;
  }
  return i;
}

}  // namespace

bool IsUtf8(std::string_view text) { return FindMalformed(text) == text.size(); }

std::string ReplaceMalformed(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const size_t good = FindMalformed(text);
    out.append(text.substr(0, good));
    if (good == text.size()) break;
    out.append("\xEF\xBF\xBD");
    text.remove_prefix(good + Decode(text, good).n);
  }
  return out;
}

}  // namespace millrace::file
