// SPDX-License-Identifier: Apache-2.0
//
// org.apache.kafka.connect.json.JsonConverter. Writing goes along a plan per schema (json_encode). Reading expects
// that the schema part of the envelope is byte for byte that of an earlier record: then only the payload is parsed.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "converters/json_encode.h"
#include "converters/json_format.h"
#include "converters/support.h"
#include "record/json_reader.h"

namespace millrace::converters {

class JsonConverter : public ConverterImpl {
 public:
  using ConverterImpl::ConverterImpl;
  Status Configure(const Settings& settings, int part) override;
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;
  void ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) override;

 private:
  // An envelope's head that was seen, up to where the payload begins.
  struct Head {
    std::string text;
    record::SchemaRef schema;
  };
  Status Read(std::string_view text, record::Arena* arena, mr_error* error, const mr_schema** schema, mr_value* value);
  bool ReadKnown(const Head& head, std::string_view text, record::Arena* arena, Status* status, mr_value* value);
  bool ReadRecent(std::string_view text, record::Arena* arena, Status* status, const mr_schema** schema,
                  mr_value* value);
  void Remember(std::string_view text, const record::SchemaRef& schema, record::Arena* arena);

  JsonFormat format_;
  bool schemas_enable_ = true;
  size_t cache_size_ = 1000;
  std::unique_ptr<JsonEncoder> encoder_;
  record::JsonReader reader_;
  record::Arena scratch_{4096};
  std::unordered_map<std::string_view, std::unique_ptr<Head>> heads_;  // by the text of the schema
  std::vector<const Head*> recent_;                                    // the last used first
};

}  // namespace millrace::converters
