// SPDX-License-Identifier: Apache-2.0
#include "herder/offset_requests.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include "record/json_text.h"
#include "record/value.h"

namespace millrace::herder {
namespace {

constexpr std::string_view kTopic = "kafka_topic", kPartition = "kafka_partition", kOffset = "kafka_offset";

const mr_value* Find(const mr_value& map, std::string_view key) {
  for (uint32_t i = 0; i < map.n; ++i) {
    const mr_value& k = map.u.v[size_t{i} * 2];
    if (k.kind == MR_STRING && record::View(k) == key) return &map.u.v[size_t{i} * 2 + 1];
  }
  return nullptr;
}

// String.valueOf: text without quotes, everything else as JSON shows it.
Result<std::string> ValueText(const mr_value& v) {
  if (v.kind == MR_STRING) return std::string(record::View(v));
  const mr_value pair[2] = {record::Text("v"), v};
  mr_value map{};
  map.kind = MR_MAP;
  map.n = 1;
  map.u.v = pair;
  Result<std::string> json = record::OffsetToJson(map);
  if (!json.ok()) return json.status();
  constexpr size_t kAround = sizeof(R"({"v":)") - 1;
  return json->substr(kAround, json->size() - kAround - 1);
}

// Integer.parseInt and Long.parseLong: decimal digits with an optional sign, nothing else.
std::optional<int64_t> ParseInteger(std::string_view text, int64_t max) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max || value < -max - 1) return std::nullopt;
  return value;
}

Result<mr_value> ParseMap(const std::string& json, record::Arena* arena) {
  if (json.empty()) return record::Null();
  Result<mr_value> value = record::OffsetFromJson(json, arena);
  if (value.ok() && value->kind != MR_MAP && value->kind != MR_NULL) {
    return Status::Fatal("Offsets and partitions are JSON objects, not " + json);
  }
  return value;
}

// A text that is equal for equal partitions, whatever the order of their members.
Result<std::string> Canonical(const mr_value& partition) {
  if (partition.kind != MR_MAP) return std::string("null");
  std::map<std::string_view, const mr_value*> members;
  for (uint32_t i = 0; i < partition.n; ++i) {
    members[record::View(partition.u.v[size_t{i} * 2])] = &partition.u.v[size_t{i} * 2 + 1];
  }
  std::vector<mr_value> slots;
  for (const auto& [key, value] : members) {
    slots.push_back(record::Text(key));
    slots.push_back(*value);
  }
  mr_value sorted{};
  sorted.kind = MR_MAP;
  sorted.n = static_cast<uint32_t>(members.size());
  sorted.u.v = slots.data();
  return record::OffsetToJson(sorted);
}

}  // namespace

Result<std::vector<kafka::TopicPartition>> ParseSinkOffsets(const std::string& connector,
                                                            const std::vector<OffsetEntry>& entries) {
  record::Arena arena;
  std::map<std::pair<std::string, int32_t>, int64_t> parsed;
  for (const OffsetEntry& entry : entries) {
    const Result<mr_value> partition = ParseMap(entry.partition_json, &arena);
    if (!partition.ok()) return partition.status();
    if (partition->kind == MR_NULL) {
      return Status::BadRequest("The partition for a sink connector offset cannot be null or missing");
    }
    const mr_value* topic = Find(*partition, kTopic);
    const mr_value* number = Find(*partition, kPartition);
    if (topic == nullptr || number == nullptr) {
      return Status::BadRequest(
          "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'");
    }
    if (topic->kind == MR_NULL) {
      return Status::BadRequest("Kafka topic names must be valid strings and may not be null");
    }
    if (number->kind == MR_NULL) {
      return Status::BadRequest("Kafka partitions must be valid numbers and may not be null");
    }
    const Result<std::string> topic_text = ValueText(*topic);
    if (!topic_text.ok()) return topic_text.status();
    const Result<std::string> number_text = ValueText(*number);
    if (!number_text.ok()) return number_text.status();
    const std::optional<int64_t> p = ParseInteger(*number_text, std::numeric_limits<int32_t>::max());
    if (!p) {
      return Status::BadRequest("Failed to parse the following Kafka partition value in the provided offsets: '" +
                                *number_text + "'. Partition values for sink connectors need to be integers.");
    }
    const Result<mr_value> offset = ParseMap(entry.offset_json, &arena);
    if (!offset.ok()) return offset.status();
    int64_t position = -1;
    if (offset->kind != MR_NULL) {
      const mr_value* value = Find(*offset, kOffset);
      if (value == nullptr) {
        return Status::BadRequest(
            "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
      }
      const Result<std::string> text = ValueText(*value);
      if (!text.ok()) return text.status();
      const std::optional<int64_t> parsed_offset = ParseInteger(*text, std::numeric_limits<int64_t>::max());
      if (!parsed_offset) {
        return Status::BadRequest("Failed to parse the following Kafka offset value in the provided offsets: '" +
                                  *text + "'. Offset values for sink connectors need to be integers.");
      }
      if (*parsed_offset < 0) return Status::Fatal("Failed to modify offsets for sink connector " + connector);
      position = *parsed_offset;
    }
    parsed[{*topic_text, static_cast<int32_t>(*p)}] = position;
  }
  std::vector<kafka::TopicPartition> out;
  for (const auto& [tp, offset] : parsed) out.push_back({tp.first, tp.second, offset});
  return out;
}

std::vector<OffsetEntry> FormatSinkOffsets(const std::vector<kafka::TopicPartition>& offsets) {
  std::vector<OffsetEntry> out;
  for (const kafka::TopicPartition& tp : offsets) {
    if (tp.offset < 0) continue;
    // A topic name holds nothing that JSON would have to escape.
    out.push_back({R"({"kafka_partition":)" + std::to_string(tp.partition) + R"(,"kafka_topic":")" + tp.topic + R"("})",
                   R"({"kafka_offset":)" + std::to_string(tp.offset) + "}"});
  }
  return out;
}

Result<std::vector<mr_source_offset>> ParseSourceOffsets(const std::vector<OffsetEntry>& entries,
                                                         record::Arena* arena) {
  std::vector<mr_source_offset> out;
  std::map<std::string, size_t> places;  // of two entries for the same partition the last counts
  for (const OffsetEntry& entry : entries) {
    const Result<mr_value> partition = ParseMap(entry.partition_json, arena);
    if (!partition.ok()) return Status::Fatal(partition.status().message());
    const Result<mr_value> offset = ParseMap(entry.offset_json, arena);
    if (!offset.ok()) return Status::Fatal(offset.status().message());
    const Result<std::string> text = Canonical(*partition);
    if (!text.ok()) return Status::Fatal(text.status().message());
    const auto [place, added] = places.emplace(*text, out.size());
    if (added) {
      out.push_back({*partition, *offset});
    } else {
      out[place->second].offset = *offset;
    }
  }
  return out;
}

Result<storage::OffsetMap> SourceOffsetChanges(const storage::OffsetMap& stored, const std::string& connector,
                                               const std::vector<mr_source_offset>& offsets) {
  std::map<std::string, std::string> keys;  // by partition
  for (const auto& [key, value] : stored) {
    record::Arena arena;
    const Result<record::OffsetKey> parsed = record::OffsetKeyFromJson(key, &arena);
    if (!parsed.ok() || parsed->connector != connector) continue;
    const Result<std::string> partition = Canonical(parsed->partition);
    if (partition.ok()) keys.emplace(*partition, key);
  }
  storage::OffsetMap changes;
  for (const mr_source_offset& o : offsets) {
    const Result<std::string> partition = Canonical(o.partition);
    if (!partition.ok()) return Status::Fatal(partition.status().message());
    const Result<std::string> key = record::OffsetKeyToJson(connector, o.partition);
    if (!key.ok()) return Status::Fatal(key.status().message());
    const Result<std::string> value = record::OffsetToJson(o.offset);
    if (!value.ok()) return Status::Fatal(value.status().message());
    const auto known = keys.find(*partition);
    changes[known == keys.end() ? *key : known->second] =
        o.offset.kind == MR_NULL ? std::nullopt : std::optional<std::string>(*value);
  }
  return changes;
}

std::string OffsetsAnswer(std::string_view done, bool handled) {
  const std::string how(done);
  if (handled) return "The offsets for this connector have been " + how + " successfully";
  return "The Connect framework-managed offsets for this connector have been " + how +
         " successfully. However, if this connector manages offsets externally, they will need to be manually " + how +
         " in the system that the connector uses.";
}

}  // namespace millrace::herder
