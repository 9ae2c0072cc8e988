// SPDX-License-Identifier: Apache-2.0
//
// What the built-in converters share: a C++ interface behind the C call table, errors in Java's words, and access to
// settings. A converter subclasses ConverterImpl; ConverterTable turns its calls into the ABI's. Everything here is
// called by the instance's thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"
#include "record/value.h"

namespace millrace::converters {

// A class with the host that it was registered with: what mr_class.create is given points to the first member.
struct BuiltInClass {
  mr_class type{};
  const mr_host* host = nullptr;
};

// The Java exceptions that conversions throw.
inline constexpr char kDataException[] = "org.apache.kafka.connect.errors.DataException";
inline constexpr char kSchemaBuilderException[] = "org.apache.kafka.connect.errors.SchemaBuilderException";
inline constexpr char kSerializationException[] = "org.apache.kafka.common.errors.SerializationException";
inline constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";

Status JavaError(Code code, std::string_view java_class, std::string message);
inline Status DataError(std::string message) { return JavaError(Code::kData, kDataException, std::move(message)); }
// The same with the exception that caused it.
Status CausedBy(Status status, std::string_view cause_class, std::string_view cause_message);
// Status of a lower layer that knows no Java class: it is a DataException.
Status AsDataError(const Status& status);

// "Invalid value V for configuration K: why", as Java's ConfigException has it.
Status InvalidSetting(std::string_view key, std::string_view value, std::string_view why);

// The settings of one configure call, parsed as ConfigDef does.
class Settings {
 public:
  Settings(const mr_kv* cfg, uint32_t n) : cfg_(cfg), n_(n) {}
  // nullptr data: not set, or null.
  std::string_view Get(std::string_view key) const;
  bool Has(std::string_view key) const { return Get(key).data() != nullptr; }
  std::string Text(std::string_view key, std::string_view fallback) const;
  // An error when it is not set.
  Result<std::string> Required(std::string_view key) const;
  // Elements between commas, without the blanks around them; not set or blank: none.
  std::vector<std::string> List(std::string_view key) const;
  Result<bool> Bool(std::string_view key, bool fallback) const;
  Result<int> Int(std::string_view key, int fallback) const;

 private:
  const mr_kv* cfg_;
  uint32_t n_;
};

// Where a call reports its failed records.
class Reporter {
 public:
  Reporter(const mr_host* host, mr_error* error) : host_(host), error_(error) {}
  void Record(uint32_t index, const Status& status);
  void Call(const Status& status);
  bool any() const { return any_; }
  mr_error* abi() const { return error_; }

 private:
  const mr_host* host_;
  mr_error* error_;
  bool any_ = false;
};

class ConverterImpl {
 public:
  explicit ConverterImpl(const mr_host* host) : host_(host) {}
  virtual ~ConverterImpl() = default;
  ConverterImpl(const ConverterImpl&) = delete;
  ConverterImpl& operator=(const ConverterImpl&) = delete;

  virtual Status Configure(const Settings& settings, int part) = 0;
  virtual void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) = 0;
  virtual void ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) = 0;

  const mr_host* host() const { return host_; }
  // The interned schema, held for as long as the caller keeps the reference.
  Result<record::SchemaRef> Intern(const mr_schema& description, mr_error* error) const;

 private:
  const mr_host* host_;
};

// The call table of every built-in converter.
const mr_converter* ConverterTable();
template <class Converter>
mr_status CreateConverter(const mr_class* type, mr_ctx*, void** self, mr_error*) {
  *self = static_cast<ConverterImpl*>(new Converter(reinterpret_cast<const BuiltInClass*>(type)->host));
  return MR_OK;
}
void DestroyConverter(void* self);

// The part of a record that a call is about.
struct Slot {
  const mr_value* value;
  const mr_schema* schema;
};
inline Slot SlotOf(const mr_record& r, int part) {
  return part == MR_PART_KEY ? Slot{&r.key, r.key_schema} : Slot{&r.value, r.value_schema};
}
inline void SetSlot(mr_record* r, int part, const mr_schema* schema, const mr_value& value) {
  if (part == MR_PART_KEY) {
    r->key = value;
    r->key_schema = schema;
  } else {
    r->value = value;
    r->value_schema = schema;
  }
}

// Calls f(index, record) for the records that are not dropped.
template <class F>
void ForEachRecord(const mr_batch& batch, F f) {
  for (uint32_t i = 0; i < batch.n; ++i) {
    mr_record& r = *MR_AT(mr_record, batch.records, batch.stride, i);
    if ((r.flags & MR_REC_DROP) == 0) f(i, r);
  }
}

}  // namespace millrace::converters
