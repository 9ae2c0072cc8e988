// SPDX-License-Identifier: Apache-2.0
//
// JsonEncoder: values to JSON text with the rules of JsonConverter.convertToJson. A plan is compiled once per schema
// (the envelope's head and every field name as text) and found again by the schema's address; values are then written
// straight into the arena. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "converters/json_format.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"

namespace millrace::converters {

// Text that grows in an arena, as one piece.
class ArenaWriter {
 public:
  explicit ArenaWriter(record::Arena* arena) : arena_(arena) {}
  // Room for n more bytes: write at the pointer returned, then Took the end.
  char* Room(size_t n) {
    if (static_cast<size_t>(end_ - at_) < n) [[unlikely]] {
      Grow(n);
    }
    return at_;
  }
  void Took(char* end) { at_ = end; }
  void Append(std::string_view text);
  void Append(char c) {
    *Room(1) = c;
    ++at_;
  }
  // Ends the text and takes it from the arena.
  mr_str Finish();
  // Forgets what was written since the last Finish.
  void Drop() { at_ = start_; }

 private:
  void Grow(size_t n);
  record::Arena* arena_;
  char* start_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

class JsonEncoder {
 public:
  JsonEncoder(const JsonFormat& format, bool envelope, size_t max_plans)
      : format_(format), envelope_(envelope), max_plans_(max_plans) {}

  // Writes one value, with the envelope if so configured. After an error nothing of it is left in the writer.
  Status Encode(const mr_schema* schema, const mr_value& value, ArenaWriter* out);

 private:
  struct Plan {
    record::SchemaRef schema;
    std::string head;  // {"schema":...,"payload":
    // The names of a struct's fields as text with the separator before them; by the address of the struct's schema.
    std::unordered_map<const mr_schema*, std::vector<std::string>> names;
  };
  Result<const Plan*> PlanFor(const mr_schema* schema);
  static void CollectNames(const mr_schema* schema, Plan* plan);

  JsonFormat format_;
  bool envelope_;
  size_t max_plans_;
  std::unordered_map<const mr_schema*, std::unique_ptr<Plan>> plans_;
  const Plan* last_ = nullptr;
  friend class ValueWriter;
};

// One value without an envelope: for defaults in schemas.
Status AppendJsonValue(const mr_schema* schema, const mr_value& value, const JsonFormat& format, std::string* out);

}  // namespace millrace::converters
