// SPDX-License-Identifier: Apache-2.0
#include "transforms/config_tables.h"

#include <cassert>

namespace millrace::transforms {

namespace {

constexpr mr_str Literal(std::string_view s) { return {s.data(), static_cast<uint32_t>(s.size()), 0}; }

// No default: required.
constexpr mr_config_key Required(std::string_view name, uint8_t type, uint8_t importance, std::string_view validator,
                                 std::string_view doc) {
  mr_config_key k{};
  k.name = Literal(name);
  k.type = type;
  k.importance = importance;
  k.order = -1;
  k.required = 1;
  k.validator = Literal(validator);
  k.doc = Literal(doc);
  return k;
}

// No text at all as default: null.
constexpr mr_config_key Optional(std::string_view name, uint8_t type, uint8_t importance, std::string_view dflt,
                                 std::string_view validator, std::string_view doc) {
  mr_config_key k = Required(name, type, importance, validator, doc);
  k.required = 0;
  k.dflt = dflt.data() == nullptr ? mr_str{} : Literal(dflt);
  return k;
}

constexpr mr_config_key kReplaceNullKey = Optional(
    "replace.null.with.default", MR_T_BOOLEAN, MR_IMPORTANCE_MEDIUM, "true", "",
    "Whether to replace fields that have a default value and that are null to the default value. When set to true, the "
    "default value is used, otherwise null is used.");

constexpr mr_config_key kCast[] = {
    Required("spec", MR_T_LIST, MR_IMPORTANCE_HIGH, "cast-spec",
             "List of fields and the type to cast them to of the form field1:type,field2:type to cast fields of Maps "
             "or Structs. "
             "A single type to cast the entire value. Valid types are int8, int16, int32, int64, float32, float64, "
             "boolean, and "
             "string. Note that binary fields can only be cast to string."),
    kReplaceNullKey,
};
constexpr mr_config_key kDropHeaders[] = {
    Required("headers", MR_T_LIST, MR_IMPORTANCE_HIGH, "non-empty-list", "The name of the headers to be removed."),
};
constexpr mr_config_key kExtractField[] = {
    Required("field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, "", "Field name to extract."),
    kReplaceNullKey,
    Optional(
        "field.syntax.version", MR_T_STRING, MR_IMPORTANCE_HIGH, "V1", "in-ignore-case(V1,V2)",
        "Defines the version of the syntax to access fields. If set to `V1`, then the field paths are limited to "
        "access the "
        "elements at the root level of the struct or map. If set to `V2`, the syntax will support accessing nested "
        "elements. "
        "To access nested elements, dotted notation is used. If dots are already included in the field name, then "
        "backtick "
        "pairs can be used to wrap field names containing dots. E.g. to access the subfield `baz` from a field named "
        "\"foo.bar\" in a struct/map the following format can be used to access its elements: \"`foo.bar`.baz\"."),
};
constexpr mr_config_key kFlatten[] = {
    Optional("delimiter", MR_T_STRING, MR_IMPORTANCE_MEDIUM, ".", "",
             "Delimiter to insert between field names from the input record when generating field names for the output "
             "record"),
};
constexpr mr_config_key kHeaderFrom[] = {
    Required("fields", MR_T_LIST, MR_IMPORTANCE_HIGH, "non-empty-list",
             "Field names in the record whose values are to be copied or moved to headers."),
    Required("headers", MR_T_LIST, MR_IMPORTANCE_HIGH, "non-empty-list",
             "Header names, in the same order as the field names listed in the fields configuration property."),
    Required("operation", MR_T_STRING, MR_IMPORTANCE_HIGH, "in(move,copy)",
             "Either <code>move</code> if the fields are to be moved to the headers (removed from the key/value), or "
             "<code>copy</code> if the fields are to be copied to the headers (retained in the key/value)."),
    kReplaceNullKey,
};
constexpr mr_config_key kHoistField[] = {
    Required("field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, "",
             "Field name for the single field that will be created in the resulting Struct or Map."),
};
constexpr std::string_view kNull;
constexpr mr_config_key kInsertField[] = {
    Optional("topic.field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Field name for Kafka topic. Suffix with <code>!</code> to make this a required field, or <code>?</code> "
             "to keep it "
             "optional (the default)."),
    Optional("partition.field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Field name for Kafka partition. Suffix with <code>!</code> to make this a required field, or "
             "<code>?</code> to keep "
             "it optional (the default)."),
    Optional("offset.field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Field name for Kafka offset - only applicable to sink connectors.<br/>Suffix with <code>!</code> to make "
             "this a "
             "required field, or <code>?</code> to keep it optional (the default)."),
    Optional("timestamp.field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Field name for record timestamp. Suffix with <code>!</code> to make this a required field, or "
             "<code>?</code> to keep "
             "it optional (the default)."),
    Optional("static.field", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Field name for static data field. Suffix with <code>!</code> to make this a required field, or "
             "<code>?</code> to "
             "keep it optional (the default)."),
    Optional("static.value", MR_T_STRING, MR_IMPORTANCE_MEDIUM, kNull, "",
             "Static field value, if field name configured."),
    kReplaceNullKey,
};
constexpr mr_config_key kInsertHeader[] = {
    Required("header", MR_T_STRING, MR_IMPORTANCE_HIGH, "non-null", "The name of the header."),
    Required("value.literal", MR_T_STRING, MR_IMPORTANCE_HIGH, "non-null",
             "The literal value that is to be set as the header value on all records."),
};
constexpr mr_config_key kMaskField[] = {
    Required("fields", MR_T_LIST, MR_IMPORTANCE_HIGH, "non-empty-list", "Names of fields to mask."),
    Optional("replacement", MR_T_STRING, MR_IMPORTANCE_LOW, kNull, "non-empty",
             "Custom value replacement, that will be applied to all 'fields' values (numeric or non-empty string "
             "values only)."),
    kReplaceNullKey,
};
constexpr mr_config_key kRegexRouter[] = {
    Required("regex", MR_T_STRING, MR_IMPORTANCE_HIGH, "regex", "Regular expression to use for matching."),
    Required("replacement", MR_T_STRING, MR_IMPORTANCE_HIGH, "", "Replacement string."),
};
constexpr mr_config_key kReplaceField[] = {
    Optional("exclude", MR_T_LIST, MR_IMPORTANCE_MEDIUM, "", "",
             "Fields to exclude. This takes precedence over the fields to include."),
    Optional("include", MR_T_LIST, MR_IMPORTANCE_MEDIUM, "", "",
             "Fields to include. If specified, only these fields will be used."),
    Optional("renames", MR_T_LIST, MR_IMPORTANCE_MEDIUM, "", "rename-pairs", "Field rename mappings."),
    kReplaceNullKey,
};
constexpr mr_config_key kSetSchemaMetadata[] = {
    Optional("schema.name", MR_T_STRING, MR_IMPORTANCE_HIGH, kNull, "", "Schema name to set."),
    Optional("schema.version", MR_T_INT, MR_IMPORTANCE_HIGH, kNull, "", "Schema version to set."),
    kReplaceNullKey,
};
constexpr mr_config_key kTimestampConverter[] = {
    Optional("field", MR_T_STRING, MR_IMPORTANCE_HIGH, "", "",
             "The field containing the timestamp, or empty if the entire value is a timestamp"),
    Required("target.type", MR_T_STRING, MR_IMPORTANCE_HIGH, "in(string,unix,Date,Time,Timestamp)",
             "The desired timestamp representation: string, unix, Date, Time, or Timestamp"),
    Optional("format", MR_T_STRING, MR_IMPORTANCE_MEDIUM, "", "",
             "A SimpleDateFormat-compatible format for the timestamp. Used to generate the output when type=string or "
             "used to "
             "parse the input if the input is a string."),
    Optional("unix.precision", MR_T_STRING, MR_IMPORTANCE_LOW, "milliseconds",
             "in(nanoseconds,microseconds,milliseconds,seconds)",
             "The desired Unix precision for the timestamp: seconds, milliseconds, microseconds, or nanoseconds. Used "
             "to generate "
             "the output when type=unix or used to parse the input if the input is a Long.Note: This SMT will cause "
             "precision "
             "loss during conversions from, and to, values with sub-millisecond components."),
    kReplaceNullKey,
};
constexpr mr_config_key kTimestampRouter[] = {
    Optional("topic.format", MR_T_STRING, MR_IMPORTANCE_HIGH, "${topic}-${timestamp}", "",
             "Format string which can contain <code>${topic}</code> and <code>${timestamp}</code> as placeholders for "
             "the topic "
             "and timestamp, respectively."),
    Optional("timestamp.format", MR_T_STRING, MR_IMPORTANCE_HIGH, "yyyyMMdd", "",
             "Format string for the timestamp that is compatible with <code>java.text.SimpleDateFormat</code>."),
};
constexpr mr_config_key kValueToKey[] = {
    Required("fields", MR_T_LIST, MR_IMPORTANCE_HIGH, "non-empty-list",
             "Field names on the record value to extract as the record key."),
    kReplaceNullKey,
};
constexpr mr_config_key kHasHeaderKey[] = {
    Required("name", MR_T_STRING, MR_IMPORTANCE_MEDIUM, "non-empty", "The header name."),
};
constexpr mr_config_key kTopicNameMatches[] = {
    Required("pattern", MR_T_STRING, MR_IMPORTANCE_MEDIUM, "non-empty;regex",
             "A Java regular expression for matching against the name of a record's topic."),
};

struct Named {
  std::string_view name;
  mr_config_table table;
};

template <size_t N>
constexpr Named Table(std::string_view name, const mr_config_key (&keys)[N]) {
  return {name, {N, sizeof(mr_config_key), keys}};
}

constexpr Named kTables[] = {
    Table("Cast", kCast),
    Table("DropHeaders", kDropHeaders),
    Table("ExtractField", kExtractField),
    {"Filter", {0, sizeof(mr_config_key), nullptr}},
    Table("Flatten", kFlatten),
    Table("HeaderFrom", kHeaderFrom),
    Table("HoistField", kHoistField),
    Table("InsertField", kInsertField),
    Table("InsertHeader", kInsertHeader),
    Table("MaskField", kMaskField),
    Table("RegexRouter", kRegexRouter),
    Table("ReplaceField", kReplaceField),
    Table("SetSchemaMetadata", kSetSchemaMetadata),
    Table("TimestampConverter", kTimestampConverter),
    Table("TimestampRouter", kTimestampRouter),
    Table("ValueToKey", kValueToKey),
    Table("HasHeaderKey", kHasHeaderKey),
    {"RecordIsTombstone", {0, sizeof(mr_config_key), nullptr}},
    Table("TopicNameMatches", kTopicNameMatches),
};

}  // namespace

const mr_config_table* ConfigTable(std::string_view simple_name) {
  for (const Named& n : kTables) {
    if (n.name == simple_name) return &n.table;
  }
  assert(false);
  return nullptr;
}

}  // namespace millrace::transforms
