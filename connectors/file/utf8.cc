// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

#include <array>
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

// States are named after what must come; the number is the place of its six bits.
enum State : uint64_t {
  kStart = 0,
  kTail1 = 6,   // one continuation byte
  kTail2 = 12,  // two
  kTail3 = 18,
  kAfterE0 = 24,  // A0..BF, then one: nothing overlong
  kAfterED = 30,  // 80..9F, then one: no surrogates
  kAfterF0 = 36,  // 90..BF, then two
  kAfterF4 = 42,  // 80..8F, then two: nothing above U+10FFFF
  kMalformed = 48,
};

constexpr std::array<uint64_t, 256> kSteps = [] {
  std::array<uint64_t, 256> steps{};
  for (unsigned b = 0; b < 256; ++b) {
    const auto between = [b](unsigned low, unsigned high) { return b >= low && b <= high; };
    const State first = b < 0x80              ? kStart
                        : between(0xC2, 0xDF) ? kTail1
                        : b == 0xE0           ? kAfterE0
                        : b == 0xED           ? kAfterED
                        : between(0xE1, 0xEF) ? kTail2
                        : b == 0xF0           ? kAfterF0
                        : between(0xF1, 0xF3) ? kTail3
                        : b == 0xF4           ? kAfterF4
                                              : kMalformed;
    const auto set = [&](State from, State to) { steps[b] |= uint64_t{to} << from; };
    set(kStart, first);
    set(kTail1, between(0x80, 0xBF) ? kStart : kMalformed);
    set(kTail2, between(0x80, 0xBF) ? kTail1 : kMalformed);
    set(kTail3, between(0x80, 0xBF) ? kTail2 : kMalformed);
    set(kAfterE0, between(0xA0, 0xBF) ? kTail1 : kMalformed);
    set(kAfterED, between(0x80, 0x9F) ? kTail1 : kMalformed);
    set(kAfterF0, between(0x90, 0xBF) ? kTail2 : kMalformed);
    set(kAfterF4, between(0x80, 0x8F) ? kTail2 : kMalformed);
    set(kMalformed, kMalformed);
  }
  return steps;
}();

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

// A state machine whose transitions for a byte are all in one word, six bits for each state: a step is a shift by the
// state, so that it takes one cycle a byte whatever the text is.
bool IsUtf8(std::string_view text) {
  uint64_t state = kStart;
  for (const char c : text) state = kSteps[static_cast<uint8_t>(c)] >> (state & 63);
  return (state & 63) == kStart;
}

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
