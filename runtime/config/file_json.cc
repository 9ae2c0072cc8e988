// SPDX-License-Identifier: Apache-2.0
// JSON to the flat form, in one pass and without recursion: nested objects flatten with dots, arrays join with commas,
// numbers keep their text.
#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "config/file_builder.h"

namespace millrace::config::internal {
namespace {

// A RapidJSON input stream over a string_view (which need not end in NUL).
struct Stream {
  using Ch = char;
  std::string_view text;
  size_t at = 0;
  char Peek() const { return at < text.size() ? text[at] : '\0'; }
  char Take() { return at < text.size() ? text[at++] : '\0'; }
  size_t Tell() const { return at; }
  char* PutBegin() { return nullptr; }
  void Put(char) {}
  void Flush() {}
  size_t PutEnd(char*) { return 0; }
};

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  Handler(const Stream* in, const LineIndex* lines, FileBuilder* out) : in_(in), lines_(lines), out_(out) {}

  bool Null() {
    if (NotInMap()) return false;
    out_->Error(ValueAt(), KeyHere(), "null is not a value", "leave the key out, or write \"\" for an empty text");
    return true;
  }
  bool Bool(bool b) { return Scalar(b ? "true" : "false"); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) { return Scalar({s, n}); }
  bool String(const char* s, rapidjson::SizeType n, bool) { return Scalar({s, n}); }

  bool Key(const char* s, rapidjson::SizeType n, bool) {
    key_at_ = KeyPosition();
    if (!out_->Count(key_at_)) return false;
    key_.assign(s, n);
    if (prefixes_.size() == 1) top_.push_back(key_);
    return true;
  }
  bool StartObject() {
    if (in_array_) return ArrayOfPlainValues();
    if (prefixes_.empty()) {
      prefixes_.emplace_back();
      return true;
    }
    if (static_cast<int>(prefixes_.size()) >= kMaxDepth) {
      out_->Error(key_at_, KeyHere(), fmt::format("objects are nested more than {} deep", kMaxDepth),
                  "write the key with dots");
      return false;
    }
    if (prefixes_.size() == 1 && key_ == "config") config_is_map_ = true;
    prefixes_.push_back(KeyHere() + ".");
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    prefixes_.pop_back();
    return true;
  }
  bool StartArray() {
    if (in_array_) return ArrayOfPlainValues();
    if (NotInMap()) return false;
    in_array_ = true;
    array_.clear();
    array_size_ = 0;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    in_array_ = false;
    out_->Put(KeyHere(), array_, key_at_);
    return true;
  }

  const std::vector<std::string>& top_level_keys() const { return top_; }
  bool config_is_map() const { return config_is_map_; }

 private:
  std::string KeyHere() const { return prefixes_.empty() ? key_ : prefixes_.back() + key_; }

  bool NotInMap() {
    if (!prefixes_.empty()) return false;
    out_->Error(lines_->At(0), "", "a configuration is an object of keys and values", "write {\"key\": \"value\"}");
    return true;
  }
  bool ArrayOfPlainValues() {
    out_->Error(ValueAt(), KeyHere(), "an array holds plain values only", "write one text per element");
    return false;
  }
  bool Scalar(std::string_view text) {
    if (NotInMap()) return false;
    if (!in_array_) {
      out_->Put(KeyHere(), std::string(text), key_at_);
      return true;
    }
    if (!out_->Count(key_at_)) return false;
    if (text.find(',') != std::string_view::npos) {
      out_->Warning(ValueAt(), KeyHere(),
                    "this element has a comma: arrays are joined with commas, so it counts as several",
                    "write one element each");
    }
    if (array_size_++ > 0) array_ += ',';
    array_ += text;
    return true;
  }

  // The reader has just passed the value or the key's closing quote.
  Position ValueAt() const { return lines_->At(in_->Tell() > 0 ? in_->Tell() - 1 : 0); }
  Position KeyPosition() const {
    size_t i = in_->Tell() - 1;  // the closing quote
    while (i > 0) {
      --i;
      if (in_->text[i] != '"') continue;
      size_t backslashes = 0;
      while (backslashes < i && in_->text[i - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 == 0) break;
    }
    return lines_->At(i);
  }

  const Stream* in_;
  const LineIndex* lines_;
  FileBuilder* out_;
  std::vector<std::string> prefixes_;  // one per open object, each with its dot
  std::string key_;
  Position key_at_;
  bool in_array_ = false;
  std::string array_;
  size_t array_size_ = 0;
  std::vector<std::string> top_;
  bool config_is_map_ = false;
};

}  // namespace

void ParseJson(std::string_view text, FileBuilder* out) {
  LineIndex lines(text);
  Stream stream{text};
  Handler handler(&stream, &lines, out);
  rapidjson::Reader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (result.IsError()) {
    if (result.Code() != rapidjson::kParseErrorTermination) {
      out->Error(lines.At(result.Offset()), "",
                 fmt::format("not valid JSON: {}", rapidjson::GetParseError_En(result.Code())),
                 "correct the text there");
    }
    return;
  }
  if (stream.Tell() < text.size()) {  // the reader takes a NUL for the end
    out->Error(lines.At(stream.Tell()), "", "not valid JSON: a NUL byte", "correct the text there");
    return;
  }
  out->Unwrap(handler.top_level_keys(), handler.config_is_map());
}

}  // namespace millrace::config::internal
