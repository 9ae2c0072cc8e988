// SPDX-License-Identifier: Apache-2.0
#include "rest/json.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <map>

namespace millrace::rest {
namespace {

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                            rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;

// Builds the tree while RapidJSON reads. A false return ends the parse.
class Builder {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool Null() { return Add(Json::Kind::kNull, {}); }
  bool Bool(bool b) { return Add(Json::Kind::kBool, b ? "true" : "false"); }
  bool RawNumber(const char* p, rapidjson::SizeType n, bool) { return Add(Json::Kind::kNumber, {p, n}); }
  bool String(const char* p, rapidjson::SizeType n, bool) { return Add(Json::Kind::kString, {p, n}); }
  bool Key(const char* p, rapidjson::SizeType n, bool) {
    open_.back().key.assign(p, n);
    return true;
  }
  bool StartObject() { return Open(Json::Kind::kObject); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool StartArray() { return Open(Json::Kind::kArray); }
  bool EndArray(rapidjson::SizeType) { return Close(); }
  // Numbers come as text, so these are never called.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  const std::string& refusal() const { return refusal_; }
  Json Take() { return std::move(root_); }

 private:
  struct Level {
    Json json;
    std::string key;
  };

  bool Count() {
    if (++values_ <= limits_.values) return true;
    refusal_ = fmt::format("more than {} values", limits_.values);
    return false;
  }
  bool Put(Json json) {
    if (open_.empty()) {
      root_ = std::move(json);
    } else if (open_.back().json.kind == Json::Kind::kArray) {
      open_.back().json.items.push_back(std::move(json));
    } else {
      open_.back().json.members.emplace_back(std::move(open_.back().key), std::move(json));
    }
    return true;
  }
  bool Add(Json::Kind kind, std::string_view text) {
    Json json;
    json.kind = kind;
    json.text = text;
    return Count() && Put(std::move(json));
  }
  bool Open(Json::Kind kind) {
    if (open_.size() >= limits_.depth) {
      refusal_ = fmt::format("nested deeper than {}", limits_.depth);
      return false;
    }
    if (!Count()) return false;
    open_.emplace_back();
    open_.back().json.kind = kind;
    return true;
  }
  bool Close() {
    Json json = std::move(open_.back().json);
    open_.pop_back();
    return Put(std::move(json));
  }

  const JsonLimits& limits_;
  size_t values_ = 0;
  std::vector<Level> open_;
  Json root_;
  std::string refusal_;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Write(const Json& json, Writer* writer) {
  const auto size = [](const std::string& s) { return static_cast<rapidjson::SizeType>(s.size()); };
  switch (json.kind) {
    case Json::Kind::kNull: writer->Null(); break;
    case Json::Kind::kBool: writer->Bool(json.text == "true"); break;
    case Json::Kind::kNumber: writer->RawValue(json.text.data(), json.text.size(), rapidjson::kNumberType); break;
    case Json::Kind::kString: writer->String(json.text.data(), size(json.text)); break;
    case Json::Kind::kArray:
      writer->StartArray();
      for (const Json& item : json.items) Write(item, writer);
      writer->EndArray();
      break;
    case Json::Kind::kObject: {
      std::map<std::string_view, const Json*> last;
      for (const auto& [key, value] : json.members) last[key] = &value;
      writer->StartObject();
      for (const auto& [key, value] : json.members) {
        const auto it = last.find(key);
        if (it == last.end()) continue;
        writer->Key(key.data(), size(key));
        Write(*it->second, writer);
        last.erase(it);
      }
      writer->EndObject();
      break;
    }
  }
}

}  // namespace

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  Builder builder(limits);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (!result) {
    const std::string why = builder.refusal().empty() ? rapidjson::GetParseError_En(result.Code()) : builder.refusal();
    return Status::Data(fmt::format("The request body is not acceptable JSON, at byte {}: {}", result.Offset(), why));
  }
  return builder.Take();
}

std::string WriteJson(const Json& json) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  Write(json, &writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace millrace::rest
