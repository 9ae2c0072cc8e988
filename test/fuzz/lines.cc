// SPDX-License-Identifier: Apache-2.0
//
// The lines of a file: however the bytes come in, the lines, their positions and their repaired text are those that
// the rules, written the slow way, give. The first byte of the input says how many bytes come at a time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "line_splitter.h"
#include "utf8.h"

namespace {

using millrace::file::IsUtf8;
using millrace::file::Line;
using millrace::file::LineSplitter;
using millrace::file::ReplaceMalformed;

void Require(bool ok) {
  if (!ok) std::abort();
}

// The next line of `rest`, without its terminator; false: it has no end yet.
bool SlowNext(std::string_view rest, std::string_view* line, size_t* used) {
  const size_t end = rest.find_first_of("\r\n");
  if (end == rest.npos || (rest[end] == '\r' && end + 1 == rest.size())) return false;
  *line = rest.substr(0, end);
  *used = end + (rest[end] == '\r' && rest[end + 1] == '\n' ? 2 : 1);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = data[0] == 0 ? size : data[0];
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string_view rest = all;
  LineSplitter splitter(1 << 24);
  for (size_t at = 0; at < all.size();) {
    const std::span<char> space = splitter.Space(piece);
    Require(!space.empty());
    const size_t n = std::min({piece, space.size(), all.size() - at});
    std::memcpy(space.data(), all.data() + at, n);
    splitter.Filled(n);
    at += n;
    // What there is so far decides, as a \r at its end waits.
    Line line;
    while (splitter.Next(&line)) {
      std::string_view expected;
      size_t used = 0;
      Require(SlowNext(rest.substr(0, at - (all.size() - rest.size())), &expected, &used));
      const std::string_view text(line.p, line.n);
      Require(text == expected);
      rest.remove_prefix(used);
      Require(line.end == static_cast<int64_t>(all.size() - rest.size()));
      Require(line.ascii ==
              std::none_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) > 127; }));
      const std::string repaired = ReplaceMalformed(text);
      Require(IsUtf8(repaired));
      Require(IsUtf8(text) == (repaired == text));
    }
    if (data[0] % 3 == 0) splitter.Shrink();
  }
  std::string_view left;
  size_t used = 0;
  Require(!SlowNext(rest, &left, &used));
  Require(splitter.pending() == rest.size());
  return 0;
}
