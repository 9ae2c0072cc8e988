// SPDX-License-Identifier: Apache-2.0
//
// ValuesParser: what org.apache.kafka.connect.data.Values.parseString makes of a text: literals, numbers in the
// smallest type that holds them, dates, arrays and maps with the schema that their elements have in common, and a
// text where nothing else fits. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"

namespace millrace::converters {

class ValuesParser {
 public:
  using InternFn = std::function<Result<record::SchemaRef>(const mr_schema&)>;
  explicit ValuesParser(InternFn intern) : intern_(std::move(intern)) {}

  struct Parsed {
    record::SchemaRef schema;  // empty: no schema
    mr_value value{};
  };
  // Well-formed UTF-8 that lives as long as the result. kData: Java would have thrown here.
  Status Parse(std::string_view text, record::Arena* arena, Parsed* out);

 private:
  // What a Java method did: returned, threw a DataException (which some callers catch), threw anything else.
  enum class Outcome { kValue, kNull, kData, kOther };
  struct Merger {
    record::SchemaRef common;
    bool compatible = true;
    void Add(const Parsed& latest);
  };

  // The tokenizer.
  size_t Mark() const { return at_ - (has_token_ ? token_.size() : 0); }
  void RewindTo(size_t position);
  bool HasNext() const { return has_token_ || at_ < text_.size(); }
  std::string_view Next();
  std::string_view Next(int n, bool* ok);
  std::string_view ConsumeToken();
  bool CanConsume(std::string_view expected);
  bool CanConsumeLiteral(bool embedded, std::string_view literal);

  Outcome ParseValue(bool embedded, int depth, Parsed* out);
  Outcome ParseToken(bool embedded, std::string_view token, Parsed* out);
  Outcome ParseQuoted(Parsed* out);
  Outcome ParseArray(int depth, Parsed* out);
  Outcome ParseMap(int depth, Parsed* out);
  Outcome ParseNumber(std::string_view token, bool* number, Parsed* out);
  bool ParseTemporalTokens(std::string_view token, Parsed* out);
  bool ParseTemporalText(std::string_view token, Parsed* out);
  Outcome Align(const mr_schema* schema, const mr_value& v, mr_value* out) const;

  bool SetPrimitive(uint8_t kind, const mr_value& v, Parsed* out);
  bool SetLogical(const mr_value& v, Parsed* out);
  bool SetSchema(const mr_schema& description, Parsed* out);

  InternFn intern_;
  record::Arena* arena_ = nullptr;
  std::string_view text_;
  size_t at_ = 0;
  std::string_view token_, previous_;
  bool has_token_ = false;
};

}  // namespace millrace::converters
