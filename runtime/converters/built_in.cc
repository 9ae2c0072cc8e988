// SPDX-License-Identifier: Apache-2.0
#include "converters/built_in.h"

#include <iterator>

#include "converters/json_converter.h"
#include "converters/primitive_converters.h"
#include "converters/simple_header_converter.h"
#include "converters/string_converter.h"
#include "converters/support.h"

namespace millrace::converters {

namespace {

constexpr mr_str Literal(std::string_view s) { return {s.data(), static_cast<uint32_t>(s.size()), 0}; }

// The version of Kafka Connect whose behaviour these classes have.
constexpr std::string_view kVersion = "4.1.2";

constexpr mr_config_key Key(std::string_view name, uint8_t type, uint8_t importance) {
  mr_config_key k{};
  k.name = Literal(name);
  k.type = type;
  k.importance = importance;
  k.order = -1;
  return k;
}

constexpr mr_config_key kType = [] {
  mr_config_key k = Key("converter.type", MR_T_STRING, MR_IMPORTANCE_LOW);
  k.doc = Literal("How this converter will be used.");
  k.validator = Literal("in(key,value,header)");
  k.required = 1;
  return k;
}();

constexpr mr_config_key Grouped(mr_config_key k, std::string_view group, int order, std::string_view display,
                                std::string_view dflt, std::string_view doc) {
  k.group = Literal(group);
  k.order = order;
  k.width = MR_WIDTH_MEDIUM;
  k.display = Literal(display);
  k.dflt = Literal(dflt);
  k.doc = Literal(doc);
  return k;
}

constexpr mr_config_key kJsonKeys[] = {
    kType,
    Grouped(Key("schemas.enable", MR_T_BOOLEAN, MR_IMPORTANCE_HIGH), "Schemas", 0, "Enable Schemas", "true",
            "Include schemas within each of the serialized values and keys."),
    Grouped(Key("schemas.cache.size", MR_T_INT, MR_IMPORTANCE_HIGH), "Schemas", 1, "Schema Cache Size", "1000",
            "The maximum number of schemas that can be cached in this converter instance."),
    [] {
      mr_config_key k =
          Grouped(Key("decimal.format", MR_T_STRING, MR_IMPORTANCE_LOW), "Serialization", 0, "Decimal Format", "BASE64",
                  "Controls which format this converter will serialize decimals in. This value is case "
                  "insensitive and can be either 'BASE64' (default) or 'NUMERIC'");
      k.validator = Literal("in-ignore-case(NUMERIC,BASE64)");
      return k;
    }(),
    Grouped(
        Key("replace.null.with.default", MR_T_BOOLEAN, MR_IMPORTANCE_LOW), "Serialization", 1,
        "Replace null with default", "true",
        "Whether to replace fields that have a default value and that are null to the default value. When set to true, "
        "the default value is used, otherwise null is used."),
};

constexpr mr_config_key kStringKeys[] = {
    kType,
    [] {
      mr_config_key k = Key("converter.encoding", MR_T_STRING, MR_IMPORTANCE_HIGH);
      k.dflt = Literal("UTF-8");
      k.width = MR_WIDTH_MEDIUM;
      k.display = Literal("Encoding");
      k.doc = Literal("The name of the Java character set to use for encoding strings as byte arrays.");
      return k;
    }(),
};

constexpr mr_config_key kPlainKeys[] = {kType};

template <size_t N>
constexpr mr_config_table Table(const mr_config_key (&keys)[N]) {
  return {N, sizeof(mr_config_key), keys};
}

constexpr mr_config_table kJsonTable = Table(kJsonKeys);
constexpr mr_config_table kStringTable = Table(kStringKeys);
constexpr mr_config_table kPlainTable = Table(kPlainKeys);
constexpr mr_config_table kNoTable = {0, sizeof(mr_config_key), nullptr};

struct Entry {
  std::string_view name, doc;
  uint32_t role;
  const mr_config_table* config;
  decltype(mr_class::create) create;
};

constexpr Entry kEntries[] = {
    {"org.apache.kafka.connect.json.JsonConverter", "JSON, with or without an envelope that carries the schema",
     MR_ROLE_CONVERTER, &kJsonTable, CreateConverter<JsonConverter>},
    {"org.apache.kafka.connect.storage.StringConverter", "The text of any value", MR_ROLE_CONVERTER, &kStringTable,
     CreateConverter<StringConverter>},
    {"org.apache.kafka.connect.converters.ByteArrayConverter", "Bytes as they are", MR_ROLE_CONVERTER, &kPlainTable,
     CreateConverter<ByteArrayConverter>},
    {"org.apache.kafka.connect.converters.BooleanConverter", "One byte, 0 or 1", MR_ROLE_CONVERTER, &kPlainTable,
     CreateConverter<BooleanConverter>},
    {"org.apache.kafka.connect.converters.ShortConverter", "Big-endian 16 bit integers", MR_ROLE_CONVERTER,
     &kPlainTable, CreateConverter<ShortConverter>},
    {"org.apache.kafka.connect.converters.IntegerConverter", "Big-endian 32 bit integers", MR_ROLE_CONVERTER,
     &kPlainTable, CreateConverter<IntegerConverter>},
    {"org.apache.kafka.connect.converters.LongConverter", "Big-endian 64 bit integers", MR_ROLE_CONVERTER, &kPlainTable,
     CreateConverter<LongConverter>},
    {"org.apache.kafka.connect.converters.FloatConverter", "Big-endian IEEE 754 single precision", MR_ROLE_CONVERTER,
     &kPlainTable, CreateConverter<FloatConverter>},
    {"org.apache.kafka.connect.converters.DoubleConverter", "Big-endian IEEE 754 double precision", MR_ROLE_CONVERTER,
     &kPlainTable, CreateConverter<DoubleConverter>},
    {"org.apache.kafka.connect.storage.SimpleHeaderConverter", "Headers as texts from which types are inferred",
     MR_ROLE_HEADER_CONVERTER, &kNoTable, CreateConverter<SimpleHeaderConverter>},
};

}  // namespace

BuiltInConverters::BuiltInConverters(const mr_host* host) {
  for (const Entry& e : kEntries) {
    auto c = std::make_unique<BuiltInClass>();
    c->host = host;
    c->type.size = sizeof(mr_class);
    c->type.role = e.role;
    c->type.name = Literal(e.name);
    c->type.version = Literal(kVersion);
    c->type.doc = Literal(e.doc);
    c->type.config = e.config;
    c->type.table = ConverterTable();
    c->type.create = e.create;
    c->type.destroy = DestroyConverter;
    pointers_.push_back(&c->type);
    classes_.push_back(std::move(c));
  }
}

BuiltInConverters::~BuiltInConverters() = default;

}  // namespace millrace::converters
