// SPDX-License-Identifier: Apache-2.0
//
// JsonReader: reads one JSON value from bytes that anybody may have sent, in one pass into an arena. It accepts and
// refuses what Jackson 2.19 does as Kafka Connect's JsonDeserializer sets it up (leading zeros allowed, nesting up to
// 1000, what follows the first value is not looked at, a UTF-16 or UTF-32 text is recognised), and reports faults in
// its words with its position.
//
// The result is a tree of slots: NULL, BOOL, I32 (fits an int), I64 (fits a long), STRING, ARRAY, MAP with STRING
// keys, and the two kinds below for other numbers. Of duplicate keys the last value wins, at the first's place. Texts
// without escapes point into the input, all else lives in the arena. One thread at a time; reuse it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::record {

// Kinds of a JsonReader's tree beside those of mr_value; u.s and n are the number's text.
enum : uint8_t {
  kJsonMissing = 0x80,  // there was nothing but blanks
  kJsonBigInt,          // an integer beyond 64 bits
  kJsonDecimal,         // a number with a fraction or an exponent
};

class JsonReader {
 public:
  // False: see the error. `text` must live as long as the tree.
  bool Read(std::string_view text, Arena* arena, mr_value* out);

  // Reads a value that stands inside of an object, in UTF-8: what follows it is left in rest(), after blanks. No error
  // is told that would be right for the whole text.
  bool ReadMember(std::string_view text, Arena* arena, mr_value* out);

  // After Read was false: the class of Java's exception, and its message.
  const std::string& error_class() const { return error_class_; }
  const std::string& error_message() const { return error_message_; }
  // What followed the value that Read returned.
  std::string_view rest() const { return {p_, static_cast<size_t>(end_ - p_)}; }

 private:
  static constexpr int kEnd = -1;
  enum class Scope { kRoot, kArray, kObject };

  bool Decode(std::string_view text, Arena* arena);
  bool Value(int c, Scope scope, int depth, mr_value* out);
  bool Array(int depth, mr_value* out);
  bool Object(int depth, mr_value* out);
  bool Name(int c, mr_value* out);
  bool String(mr_value* out);
  bool SlowString(const char* start, mr_value* out);
  bool SlowName(const char* start, mr_value* out);
  uint32_t NameWord(size_t at) const;
  static int FollowingBytes(unsigned c);
  void PutUnit(uint32_t unit) { units_.push_back(static_cast<uint16_t>(unit)); }
  void PutCode(uint32_t code, int more);
  mr_value UnitsToText();
  bool Escape(uint32_t* unit);
  bool Number(bool negative, int c, Scope scope, mr_value* out);
  bool Fraction(int c, Scope scope, const char* start, int int_digits, mr_value* out);
  bool RootSpace(int c);
  bool Literal(std::string_view word, mr_value value, mr_value* out);
  bool Unexpected(int c, Scope scope);
  bool BadNumberStart(int c, bool negative);
  bool MatchForError(std::string_view word, size_t from);
  int SkipBlanks();  // the next byte, taken; kEnd, or kFault with the error set
  int SkipColon();

  static constexpr int kFault = -2;
  bool Fail(std::string_view message, const char* at);
  bool FailEof(std::string_view message) { return FailEof(message, end_); }
  bool FailEof(std::string_view message, const char* at);
  bool FailControl(unsigned c, std::string_view where);
  bool FailLimit(std::string message);
  bool FailChar(int code, std::string_view what, std::string_view comment, const char* at);
  bool FailToken(std::string_view matched);
  bool DecodeForError(int first, uint32_t* code);
  std::string Position(const char* at) const { return Position(at, at); }
  std::string Position(const char* at, const char* lines_to) const;

  const char* begin_ = nullptr;
  const char* p_ = nullptr;
  const char* end_ = nullptr;
  Arena* arena_ = nullptr;
  const char* token_ = nullptr;  // the last one, for messages
  std::vector<mr_value> stack_;  // elements of open arrays and objects
  std::vector<uint16_t> units_;  // a text that is being decoded
  std::string bytes_;            // a name that is being decoded
  std::string error_class_, error_message_;
};

// Turns a tree into what Kafka Connect makes of JSON without a schema: integers are I64 (those beyond keep their low
// 64 bits), other numbers F64, a missing value is NULL. In place.
void ToSchemaless(mr_value* tree);

// Numbers of a tree as Java's Number does: intValue and longValue drop the fraction and high bits, the texts of
// decimals are those of java.math.BigDecimal.
int64_t JsonToInt64(const mr_value& number);
double JsonToDouble(const mr_value& number);
float JsonToFloat(const mr_value& number);

}  // namespace millrace::record
