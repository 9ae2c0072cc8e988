// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/text.h: between mr_str and std::string_view, and Cat, which joins pieces of a message.
//
// An mr_str borrows: it is as valid as the text it was made from.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/abi.h"

namespace millrace::sdk {

// The empty text is not the absent one, hence the "". (Not asked by comparing the pointer: GCC does not take that for a
// constant when sanitizers are on.)
constexpr mr_str Str(std::string_view s) {
  return mr_str{s.empty() ? "" : s.data(), static_cast<uint32_t>(s.size()), 0};
}
// An absent text gives an empty view whose data() is nullptr.
constexpr std::string_view View(const mr_str& s) { return {s.p, s.n}; }

namespace internal {

template <class T>
concept Number = (std::integral<T> || std::floating_point<T>)&&!std::same_as<T, bool> && !std::same_as<T, char>;

inline void AppendPiece(std::string& out, std::string_view s) { out.append(s); }
inline void AppendPiece(std::string& out, const mr_str& s) { out.append(View(s)); }
// Constrained, since a literal would rather become a bool than a string_view.
inline void AppendPiece(std::string& out, std::same_as<bool> auto b) { out.append(b ? "true" : "false"); }
inline void AppendPiece(std::string& out, std::same_as<char> auto c) { out.push_back(c); }
template <Number T>
void AppendPiece(std::string& out, T number) {
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

}  // namespace internal

// Cat("file ", path, " has ", n, " bytes")
template <class... A>
std::string Cat(const A&... pieces) {
  std::string out;
  (internal::AppendPiece(out, pieces), ...);
  return out;
}

}  // namespace millrace::sdk
