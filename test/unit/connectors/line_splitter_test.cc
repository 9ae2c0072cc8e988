// SPDX-License-Identifier: Apache-2.0
#include "line_splitter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/cpp/error.h"

using millrace::file::FindLineEnd;
using millrace::file::Line;
using millrace::file::LineSplitter;

namespace {

struct Cut {
  std::string text;
  int64_t end;
  bool operator==(const Cut&) const = default;
};

}  // namespace

template <>
struct doctest::StringMaker<std::vector<Cut>> {
  static String convert(const std::vector<Cut>& all) {
    std::string out;
    for (const Cut& r : all) out += r.text + "@" + std::to_string(r.end) + " ";
    return out.c_str();
  }
};

namespace {

// The rule, written the slow way. A \r at the very end is not finished.
std::vector<Cut> Expected(std::string_view s) {
  std::vector<Cut> out;
  size_t begin = 0;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\n' && s[i] != '\r') continue;
    size_t next = i + 1;
    if (s[i] == '\r' && next == s.size()) break;
    if (s[i] == '\r' && s[next] == '\n') ++next;
    out.push_back({std::string(s.substr(begin, i - begin)), static_cast<int64_t>(next)});
    begin = next;
    i = next - 1;
  }
  return out;
}

// Feeds `s` in pieces of `piece` bytes, the first being `first`.
std::vector<Cut> Split(std::string_view s, size_t first, size_t piece, size_t expected = 0) {
  LineSplitter splitter(1 << 20);
  std::vector<Cut> out;
  const auto drain = [&] {
    Line line;
    while (splitter.Next(&line)) {
      const std::string_view text(line.p, line.n);
      const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
      CHECK(line.ascii == ascii);
      out.push_back({std::string(text), line.end});
    }
  };
  for (size_t at = 0; at < s.size();) {
    const std::span<char> space = splitter.Space(expected == 0 ? 1 : expected);
    REQUIRE(!space.empty());
    const size_t n = std::min({at == 0 ? first : piece, s.size() - at, space.size()});
    std::memcpy(space.data(), s.data() + at, n);
    splitter.Filled(n);
    at += n;
    drain();
  }
  CHECK(splitter.read_position() == static_cast<int64_t>(s.size()));
  return out;
}

}  // namespace

TEST_CASE("line splitter: every text of up to 7 bytes over \\n, \\r, a letter and a high byte, in every cut") {
  constexpr std::string_view kAlphabet = "\n\ra\xC3";
  for (size_t length = 1; length <= 7; ++length) {
    const size_t texts = size_t{1} << (2 * length);
    for (size_t t = 0; t < texts; ++t) {
      std::string s;
      for (size_t i = 0; i < length; ++i) s += kAlphabet[(t >> (2 * i)) & 3];
      const std::vector<Cut> expected = Expected(s);
      for (size_t first = 1; first <= length; ++first) {
        for (const size_t piece : {size_t{1}, size_t{2}, length}) {
          if (Split(s, first, piece) != expected) FAIL_CHECK("text " << s << " first " << first << " piece " << piece);
        }
      }
    }
  }
}

TEST_CASE("line splitter: terminators at every place around the end of a block") {
  for (const std::string_view terminator : {"\n", "\r", "\r\n", "\r\r\n", "\n\r"}) {
    for (const size_t block : {LineSplitter::kSmallBlock, LineSplitter::kBlock}) {
      for (size_t before = block - 4; before <= block + 2; ++before) {
        const std::string s = std::string(before, 'x') + std::string(terminator) + "tail\n\xC3\xA9\n";
        CHECK(Split(s, s.size(), s.size(), block) == Expected(s));
        CHECK(Split(s, 1000, 777, block) == Expected(s));
      }
    }
  }
}

TEST_CASE("line splitter: the search finds a terminator at every distance and sees high bytes only before it") {
  for (size_t n = 0; n < 70; ++n) {
    for (size_t high = 0; high <= n + 1; ++high) {
      std::string s = std::string(n, 'x') + "\n" + std::string(20, 'y');
      s[high] = high == n ? '\n' : '\x80';
      bool not_ascii = false;
      const char* end = FindLineEnd(s.data(), s.data() + s.size(), &not_ascii);
      CHECK(end == s.data() + n);
      CHECK(not_ascii == (high < n));
    }
  }
}

TEST_CASE("line splitter: an unfinished line can be taken, without a lone carriage return") {
  LineSplitter splitter(100);
  Line line;
  CHECK_FALSE(splitter.TakeRest(&line));
  const std::span<char> space = splitter.Space(10);
  std::memcpy(space.data(), "ab\r", 3);
  splitter.Filled(3);
  CHECK_FALSE(splitter.Next(&line));
  REQUIRE(splitter.TakeRest(&line));
  CHECK(std::string_view(line.p, line.n) == "ab");
  CHECK(line.end == 3);
  CHECK(splitter.pending() == 0);
}

TEST_CASE("line splitter: an idle one keeps little memory and loses nothing") {
  LineSplitter splitter(1 << 20);
  std::span<char> space = splitter.Space(LineSplitter::kBlock);
  CHECK(space.size() == LineSplitter::kBlock);
  std::memcpy(space.data(), "one\nunfinished", 14);
  splitter.Filled(14);
  Line line;
  REQUIRE(splitter.Next(&line));
  const std::shared_ptr<char> held = splitter.block();
  splitter.Shrink();
  CHECK(std::string_view(line.p, line.n) == "one");  // still held
  space = splitter.Space(1);
  CHECK(space.size() == LineSplitter::kSmallBlock - 10);
  space[0] = '\n';
  splitter.Filled(1);
  REQUIRE(splitter.Next(&line));
  CHECK(std::string_view(line.p, line.n) == "unfinished");
  CHECK(line.end == 15);
  splitter.Shrink();
  CHECK(splitter.block() == nullptr);
}

TEST_CASE("line splitter: a line beyond the bound is refused, one at the bound is not") {
  for (const size_t n : {size_t{10}, size_t{11}}) {
    LineSplitter splitter(10);
    std::span<char> space = splitter.Space(20);
    std::memset(space.data(), 'x', n);
    space[n] = '\n';
    splitter.Filled(n + 1);
    Line line;
    if (n == 10) {
      CHECK(splitter.Next(&line));
    } else {
      CHECK_THROWS_AS(splitter.Next(&line), millrace::sdk::Error);
    }
  }
}
