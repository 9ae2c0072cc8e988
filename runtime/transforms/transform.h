// SPDX-License-Identifier: Apache-2.0
//
// What the built-in transforms and predicates share: C++ interfaces behind the C call tables, and the helpers that
// make a new value out of an old one. A transform works on one record at a time and changes it only when nothing can
// fail any more, so a failing record stays as it was. Memory of new values is the batch's arena. Everything here is
// called by the instance's thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "converters/support.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"
#include "record/value.h"

namespace millrace::transforms {

using converters::DataError;
using converters::Settings;

// What one apply call works with.
struct Call {
  const mr_host* host;
  mr_batch* batch;
  record::Arena* arena;
  mr_error* error;

  // The arena keeps the schema for the batch.
  const mr_schema* Keep(const record::SchemaRef& schema) const;
  std::string_view TopicOf(const mr_record& r) const { return record::View(batch->topics[r.topic]); }
};

class TransformImpl {
 public:
  TransformImpl(const mr_host* host, int part) : host_(host), part_(part) {}
  virtual ~TransformImpl() = default;
  TransformImpl(const TransformImpl&) = delete;
  TransformImpl& operator=(const TransformImpl&) = delete;

  virtual Status Configure(const Settings& settings) = 0;
  virtual Status Apply(const Call& call, mr_record* r) = 0;

  const mr_host* host() const { return host_; }

 protected:
  // The key or the value, as the class name says.
  int part() const { return part_; }
  const mr_value& value(const mr_record& r) const { return *converters::SlotOf(r, part_).value; }
  const mr_schema* schema(const mr_record& r) const { return converters::SlotOf(r, part_).schema; }
  void Set(mr_record* r, const mr_schema* schema, const mr_value& value) const {
    converters::SetSlot(r, part_, schema, value);
  }

 private:
  const mr_host* host_;
  int part_;
};

class PredicateImpl {
 public:
  explicit PredicateImpl(const mr_host* host) : host_(host) {}
  virtual ~PredicateImpl() = default;
  PredicateImpl(const PredicateImpl&) = delete;
  PredicateImpl& operator=(const PredicateImpl&) = delete;
  virtual Status Configure(const Settings& settings) = 0;
  virtual Result<bool> Test(const mr_batch& batch, const mr_record& r) = 0;
  const mr_host* host() const { return host_; }

 private:
  const mr_host* host_;
};

const mr_transform* TransformTable();
const mr_predicate* PredicateTable();
void DestroyTransform(void* self);
void DestroyPredicate(void* self);

// Java's Requirements: the value is a struct, or a map where there is no schema. `purpose` stands in the message.
Status RequireStruct(const mr_value& v, std::string_view purpose);
Status RequireMap(const mr_value& v, std::string_view purpose);

inline constexpr char kReplaceNull[] = "replace.null.with.default";

// A field's value, the default in place of a null where that is wanted.
inline const mr_value& WithDefault(const mr_value& v, const mr_schema& schema, bool replace_null) {
  return v.kind == MR_NULL && replace_null && schema.has_default ? schema.dflt : v;
}
// The index of a field, -1 when there is none.
int FieldIndex(const mr_schema& schema, std::string_view name);
// "Cannot look up fields on non-struct type" and its kin.
Status NotAStruct(std::string_view doing);
// Struct.put: does the value fit the field?
Status CheckField(const mr_field& field, const mr_value& v);

// The value of a key of a schemaless map; nullptr when it is not there.
const mr_value* MapFind(const mr_value& map, std::string_view key);

// A copy of a schemaless map with room for more entries, in the arena.
class MapEdit {
 public:
  MapEdit(const mr_value& map, uint32_t room, record::Arena* arena);
  void Put(std::string_view key, const mr_value& value);
  void Remove(std::string_view key);
  mr_value Finish() const { return record::Composite(MR_MAP, slots_, n_); }

 private:
  mr_value* slots_;
  uint32_t n_;
};

// A schema in the making, as Java's SchemaBuilder.
class SchemaDraft {
 public:
  explicit SchemaDraft(uint8_t kind) : d_(record::DescribeSchema(kind)) {}
  // Name, version, doc and parameters of another (SchemaUtil.copySchemaBasics); for an array its elements too.
  void CopyBasics(const mr_schema& from);
  Status Add(std::string_view name, const mr_schema* schema);
  bool Has(std::string_view name) const;
  mr_schema& description() { return d_; }
  // Checks the default as Java does when it is set.
  Status SetDefault(const mr_value& v);
  Result<record::SchemaRef> Build(const Call& call);

 private:
  mr_schema d_;
  std::vector<mr_field> fields_;
};

// Plans by the schema that they were made for, each made once. Schemas that come and go do not pile up.
template <class Plan>
class PlanCache {
 public:
  template <class Make>  // Status(Plan*)
  Result<const Plan*> Get(const mr_schema* schema, Make make) {
    if (const auto found = plans_.find(schema); found != plans_.end()) return &found->second->plan;
    auto entry = std::make_unique<Entry>();
    MILLRACE_RETURN_IF_ERROR(make(&entry->plan));
    record::RetainSchema(schema);
    entry->from = record::SchemaRef(schema);
    if (plans_.size() >= kMax) plans_.clear();
    const Plan* plan = &entry->plan;
    plans_.emplace(schema, std::move(entry));
    return plan;
  }

 private:
  static constexpr size_t kMax = 256;
  struct Entry {
    record::SchemaRef from;
    Plan plan;
  };
  std::unordered_map<const mr_schema*, std::unique_ptr<Entry>> plans_;
};

}  // namespace millrace::transforms
