// SPDX-License-Identifier: Apache-2.0
//
// The converters of one primitive type: Boolean, Short, Integer, Long, Float, Double (fixed width, big-endian) and
// ByteArray (bytes as they are, by pointer).
#pragma once

#include "converters/support.h"

namespace millrace::converters {

// What to_connect of all of them has in common: one optional schema, set on every record.
class PrimitiveConverter : public ConverterImpl {
 public:
  PrimitiveConverter(const mr_host* host, uint8_t kind) : ConverterImpl(host), kind_(kind) {}
  Status Configure(const Settings&, int) override { return {}; }
  void ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) override;

 protected:
  virtual Status Read(std::string_view bytes, mr_value* out) const = 0;
  uint8_t kind() const { return kind_; }

 private:
  uint8_t kind_;
  record::SchemaRef schema_;
};

class ByteArrayConverter : public PrimitiveConverter {
 public:
  explicit ByteArrayConverter(const mr_host* host) : PrimitiveConverter(host, MR_BYTES) {}
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;

 protected:
  Status Read(std::string_view bytes, mr_value* out) const override;
};

class BooleanConverter : public PrimitiveConverter {
 public:
  explicit BooleanConverter(const mr_host* host) : PrimitiveConverter(host, MR_BOOL) {}
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;

 protected:
  Status Read(std::string_view bytes, mr_value* out) const override;
};

// `name` is the type in messages, `java_name` that of the serializer and the Java class.
class NumberConverter : public PrimitiveConverter {
 public:
  NumberConverter(const mr_host* host, uint8_t kind, size_t width, std::string_view name, std::string_view java_name)
      : PrimitiveConverter(host, kind), width_(width), name_(name), java_name_(java_name) {}
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;

 protected:
  Status Read(std::string_view bytes, mr_value* out) const override;

 private:
  Status Misfit(const mr_value& v) const;
  size_t width_;
  std::string_view name_, java_name_;
};

class ShortConverter : public NumberConverter {
 public:
  explicit ShortConverter(const mr_host* host) : NumberConverter(host, MR_I16, 2, "short", "Short") {}
};
class IntegerConverter : public NumberConverter {
 public:
  explicit IntegerConverter(const mr_host* host) : NumberConverter(host, MR_I32, 4, "integer", "Integer") {}
};
class LongConverter : public NumberConverter {
 public:
  explicit LongConverter(const mr_host* host) : NumberConverter(host, MR_I64, 8, "long", "Long") {}
};
class FloatConverter : public NumberConverter {
 public:
  explicit FloatConverter(const mr_host* host) : NumberConverter(host, MR_F32, 4, "float", "Float") {}
};
class DoubleConverter : public NumberConverter {
 public:
  explicit DoubleConverter(const mr_host* host) : NumberConverter(host, MR_F64, 8, "double", "Double") {}
};

}  // namespace millrace::converters
