// SPDX-License-Identifier: Apache-2.0
#include "transforms/built_in.h"

#include <string>

#include "transforms/config_tables.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using MakeTransform = std::unique_ptr<TransformImpl> (*)(const mr_host*, int);
using MakePredicate = std::unique_ptr<PredicateImpl> (*)(const mr_host*);

// A class with what makes it: what mr_class.create is given points to the first member.
struct BuiltInClass {
  mr_class type{};
  const mr_host* host = nullptr;
  std::string name;
  int part = MR_PART_VALUE;
  MakeTransform transform = nullptr;
  MakePredicate predicate = nullptr;
};

namespace {

// The version of Kafka Connect whose behaviour these classes have.
constexpr std::string_view kVersion = "4.1.2";
constexpr std::string_view kPackage = "org.apache.kafka.connect.transforms.";

struct Entry {
  std::string_view name, doc;
  bool key_and_value;
  MakeTransform make;
};

constexpr Entry kTransforms[] = {
    {"Cast", "Cast fields or the entire key or value to a specific type", true, MakeCast},
    {"DropHeaders", "Removes one or more headers from each record.", false, MakeDropHeaders},
    {"ExtractField", "Extract the specified field from a Struct or a Map", true, MakeExtractField},
    {"Filter", "Drops all records; to be used with a predicate", false, MakeFilter},
    {"Flatten", "Flatten a nested data structure, joining names with a delimiter", true, MakeFlatten},
    {"HeaderFrom", "Moves or copies fields into that record's headers", true, MakeHeaderFrom},
    {"HoistField", "Wrap data using the specified field name in a Struct or a Map", true, MakeHoistField},
    {"InsertField", "Insert fields from the record's metadata or a configured static value", true, MakeInsertField},
    {"InsertHeader", "Add a header to each record.", false, MakeInsertHeader},
    {"MaskField", "Mask fields with a valid null value for the field type, or a given replacement", true,
     MakeMaskField},
    {"RegexRouter", "Update the record topic using a regular expression and replacement string", false,
     MakeRegexRouter},
    {"ReplaceField", "Filter or rename fields.", true, MakeReplaceField},
    {"SetSchemaMetadata", "Set the schema name, version or both", true, MakeSetSchemaMetadata},
    {"TimestampConverter", "Convert timestamps between Unix epoch, strings, and Connect Date, Time and Timestamp", true,
     MakeTimestampConverter},
    {"TimestampRouter", "Update the record's topic as a function of the topic and the record timestamp", false,
     MakeTimestampRouter},
    {"ValueToKey", "Replace the record key with a new key formed from a subset of fields in the record value", false,
     MakeValueToKey},
};

struct PredicateEntry {
  std::string_view name, doc;
  MakePredicate make;
};

constexpr PredicateEntry kPredicates[] = {
    {"HasHeaderKey", "True for records with at least one header with the configured name", MakeHasHeaderKey},
    {"RecordIsTombstone", "True for records which are tombstones (i.e. have null value)", MakeRecordIsTombstone},
    {"TopicNameMatches", "True for records with a topic name that matches the configured regular expression",
     MakeTopicNameMatches},
};

const BuiltInClass& Self(const mr_class* type) { return *reinterpret_cast<const BuiltInClass*>(type); }

mr_status CreateTransform(const mr_class* type, mr_ctx*, void** self, mr_error*) {
  *self = Self(type).transform(Self(type).host, Self(type).part).release();
  return MR_OK;
}

mr_status CreatePredicate(const mr_class* type, mr_ctx*, void** self, mr_error*) {
  *self = Self(type).predicate(Self(type).host).release();
  return MR_OK;
}

std::unique_ptr<BuiltInClass> Describe(const mr_host* host, std::string name, std::string_view simple,
                                       std::string_view doc) {
  auto c = std::make_unique<BuiltInClass>();
  c->host = host;
  c->name = std::move(name);
  c->type.size = sizeof(mr_class);
  c->type.name = record::Str(c->name);
  c->type.version = record::Str(kVersion);
  c->type.doc = record::Str(doc);
  c->type.config = ConfigTable(simple);
  return c;
}

}  // namespace

BuiltInTransforms::BuiltInTransforms(const mr_host* host) {
  const auto add = [this](std::unique_ptr<BuiltInClass> c) {
    pointers_.push_back(&c->type);
    classes_.push_back(std::move(c));
  };
  for (const Entry& e : kTransforms) {
    const std::string base = std::string(kPackage) + std::string(e.name);
    for (const int part : {MR_PART_KEY, MR_PART_VALUE}) {
      if (!e.key_and_value && part == MR_PART_KEY) continue;
      const std::string suffix = !e.key_and_value ? "" : part == MR_PART_KEY ? "$Key" : "$Value";
      auto c = Describe(host, base + suffix, e.name, e.doc);
      c->part = part;
      c->transform = e.make;
      c->type.role = MR_ROLE_TRANSFORM;
      c->type.table = TransformTable();
      c->type.create = CreateTransform;
      c->type.destroy = DestroyTransform;
      add(std::move(c));
    }
  }
  for (const PredicateEntry& e : kPredicates) {
    auto c = Describe(host, std::string(kPackage) + "predicates." + std::string(e.name), e.name, e.doc);
    c->predicate = e.make;
    c->type.role = MR_ROLE_PREDICATE;
    c->type.table = PredicateTable();
    c->type.create = CreatePredicate;
    c->type.destroy = DestroyPredicate;
    add(std::move(c));
  }
}

BuiltInTransforms::~BuiltInTransforms() = default;

}  // namespace millrace::transforms
