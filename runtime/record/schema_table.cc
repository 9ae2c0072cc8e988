// SPDX-License-Identifier: Apache-2.0
#include "record/schema_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "record/arena.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::record {

namespace {

// One interned schema. What it points to lives in its arena; it holds references to the schemas below it.
struct Node {
  explicit Node(std::shared_ptr<SchemaTable::Impl> table) : owner(std::move(table)) {}
  mr_schema schema{};
  std::atomic<uint32_t> refs{1};
  uint32_t depth = 1;
  size_t text = 0;
  std::shared_ptr<SchemaTable::Impl> owner;
  Arena arena{512};
};

Node* NodeOf(const mr_schema* s) { return static_cast<Node*>(s->host); }

uint64_t Mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9E3779B97F4A7C15ULL;
  return h ^ (h >> 29);
}

uint64_t HashText(const mr_str& s) { return s.p ? std::hash<std::string_view>()(View(s)) : 0x5bd1e995; }

uint64_t HashPointer(const mr_schema* s) { return std::bit_cast<uintptr_t>(s); }

uint64_t HashSchema(const mr_schema& s) {
  uint64_t h = Mix(s.kind, s.optional != 0);
  h = Mix(h, static_cast<uint64_t>(s.version));
  h = Mix(h, HashText(s.name));
  h = Mix(h, HashText(s.doc));
  h = Mix(h, s.has_default ? Hash(s.dflt) : 1);
  h = Mix(h, HashPointer(s.key));
  h = Mix(h, HashPointer(s.value));
  for (uint32_t i = 0; i < s.n_fields; ++i) {
    h = Mix(Mix(h, HashText(s.fields[i].name)), HashPointer(s.fields[i].schema));
  }
  uint64_t params = s.n_params;
  for (uint32_t i = 0; i < s.n_params; ++i) params += Mix(HashText(s.params[i].k), HashText(s.params[i].v));
  return Mix(h, params);
}

bool SameText(const mr_str& a, const mr_str& b) { return (a.p == nullptr) == (b.p == nullptr) && View(a) == View(b); }

bool SameParams(const mr_schema& a, const mr_schema& b) {
  if (a.n_params != b.n_params) return false;
  for (uint32_t i = 0; i < a.n_params; ++i) {
    // Usually they come in the same order.
    if (SameText(a.params[i].k, b.params[i].k)) {
      if (!SameText(a.params[i].v, b.params[i].v)) return false;
      continue;
    }
    const auto* end = b.params + b.n_params;
    const auto* found = std::find_if(b.params, end, [&](const mr_kv& p) { return SameText(p.k, a.params[i].k); });
    if (found == end || !SameText(found->v, a.params[i].v)) return false;
  }
  return true;
}

bool Same(const mr_schema& a, const mr_schema& b) {
  if (a.kind != b.kind || (a.optional != 0) != (b.optional != 0) || a.version != b.version || a.key != b.key ||
      a.value != b.value || a.n_fields != b.n_fields || (a.has_default != 0) != (b.has_default != 0) ||
      !SameText(a.name, b.name) || !SameText(a.doc, b.doc) || (a.has_default && !Equal(a.dflt, b.dflt)) ||
      !SameParams(a, b)) {
    return false;
  }
  for (uint32_t i = 0; i < a.n_fields; ++i) {
    if (a.fields[i].schema != b.fields[i].schema || !SameText(a.fields[i].name, b.fields[i].name)) return false;
  }
  return true;
}

Status Invalid(std::string why) { return Status::Data("the description of a schema is not valid: " + std::move(why)); }

Status CheckPointers(const mr_schema& d) {
  if (d.kind < MR_BOOL || d.kind > MR_STRUCT) return Invalid(fmt::format("kind {} does not exist", d.kind));
  if (d.n_fields > 0 && d.kind != MR_STRUCT) return Invalid("only a STRUCT has fields");
  if (d.n_fields > SchemaTable::kMaxFields) return Invalid(fmt::format("{} fields are too many", d.n_fields));
  if (d.n_fields > 0 && d.fields == nullptr) return Invalid("fields are counted but null");
  if (d.n_params > SchemaTable::kMaxFields) return Invalid(fmt::format("{} parameters are too many", d.n_params));
  if (d.n_params > 0 && d.params == nullptr) return Invalid("parameters are counted but null");
  if (d.key != nullptr && d.kind != MR_MAP) return Invalid("only a MAP has a key schema");
  if (d.value != nullptr && d.kind != MR_MAP && d.kind != MR_ARRAY)
    return Invalid("only MAP and ARRAY have a value schema");
  return {};
}

Status CheckFields(const mr_schema& d) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(d.n_fields);
  for (uint32_t i = 0; i < d.n_fields; ++i) {
    if (d.fields[i].name.p == nullptr) return Invalid(fmt::format("field {} has no name", i));
    if (d.fields[i].schema == nullptr) {
      return Invalid(fmt::format("field {} has no schema", View(d.fields[i].name)));
    }
    if (!seen.insert(View(d.fields[i].name)).second) {
      return Invalid(fmt::format("field {} is there twice", View(d.fields[i].name)));
    }
  }
  seen.clear();
  for (uint32_t i = 0; i < d.n_params; ++i) {
    if (d.params[i].k.p == nullptr) return Invalid(fmt::format("parameter {} has no name", i));
    if (!seen.insert(View(d.params[i].k)).second) {
      return Invalid(fmt::format("parameter {} is there twice", View(d.params[i].k)));
    }
  }
  return {};
}

size_t TextOf(const mr_schema& d) {
  size_t n = size_t{d.name.n} + d.doc.n;
  for (uint32_t i = 0; i < d.n_fields; ++i) n += d.fields[i].name.n;
  for (uint32_t i = 0; i < d.n_params; ++i) n += size_t{d.params[i].k.n} + d.params[i].v.n;
  return n;
}

template <class F>
void ForEachChild(const mr_schema& d, F f) {
  if (d.key) f(d.key);
  if (d.value) f(d.value);
  for (uint32_t i = 0; i < d.n_fields; ++i) f(d.fields[i].schema);
}

}  // namespace

struct SchemaTable::Impl {
  mutable std::mutex mutex;
  std::unordered_multimap<uint64_t, Node*> nodes;  // a node whose count is 0 is about to remove itself

  // A live equal node with a reference taken, or nullptr. Needs the lock.
  Node* Find(uint64_t hash, const mr_schema& d) {
    const auto [from, to] = nodes.equal_range(hash);
    for (auto it = from; it != to; ++it) {
      if (!Same(it->second->schema, d)) continue;
      uint32_t n = it->second->refs.load(std::memory_order_relaxed);
      while (n != 0) {
        if (it->second->refs.compare_exchange_weak(n, n + 1, std::memory_order_acq_rel)) return it->second;
      }
    }
    return nullptr;
  }

  void Remove(const Node* node) {
    const std::lock_guard lock(mutex);
    const auto [from, to] = nodes.equal_range(node->schema.hash);
    for (auto it = from; it != to; ++it) {
      if (it->second == node) {
        nodes.erase(it);
        return;
      }
    }
  }
};

namespace {

// The node's own copy of all that the description points to.
void Fill(Node* node, const mr_schema& d, uint64_t hash) {
  Arena& a = node->arena;
  mr_schema& s = node->schema;
  const auto text = [&a](const mr_str& t) { return t.p ? a.Copy(View(t)) : mr_str{}; };
  s.size = sizeof(mr_schema);
  s.kind = d.kind;
  s.optional = d.optional != 0;
  s.has_default = d.has_default != 0;
  s.logical = d.logical;
  s.version = d.version;
  s.n_fields = d.n_fields;
  s.n_params = d.n_params;
  s.hash = hash;
  s.name = text(d.name);
  s.doc = text(d.doc);
  if (s.has_default) s.dflt = CopyValue(d.dflt, &a);
  s.key = d.key;
  s.value = d.value;
  if (d.n_fields > 0) {
    auto* fields = a.AllocArray<mr_field>(d.n_fields);
    for (uint32_t i = 0; i < d.n_fields; ++i) fields[i] = {text(d.fields[i].name), d.fields[i].schema};
    s.fields = fields;
  }
  if (d.n_params > 0) {
    auto* params = a.AllocArray<mr_kv>(d.n_params);
    for (uint32_t i = 0; i < d.n_params; ++i) params[i] = {text(d.params[i].k), text(d.params[i].v)};
    s.params = params;
  }
  s.host = node;
  ForEachChild(s, [](const mr_schema* c) { RetainSchema(c); });
}

}  // namespace

SchemaTable::SchemaTable() : impl_(std::make_shared<Impl>()) {}
SchemaTable::~SchemaTable() = default;

Result<const mr_schema*> SchemaTable::Intern(const mr_schema& description) {
  if (description.size < sizeof(mr_schema)) return Invalid(fmt::format("its size is {}", description.size));
  MILLRACE_RETURN_IF_ERROR(CheckPointers(description));
  mr_schema d = description;
  d.logical = LogicalFromName(View(d.name));
  if (d.has_default && d.dflt.kind == MR_NULL) d.has_default = 0;
  uint32_t depth = 1;
  size_t text = TextOf(d);
  bool foreign = false;
  ForEachChild(d, [&](const mr_schema* c) {
    if (c == nullptr) return;
    const Node* child = NodeOf(c);
    if (child == nullptr || child->owner != impl_) {
      foreign = true;
      return;
    }
    depth = std::max(depth, child->depth + 1);
    text += child->text;
  });
  if (foreign) return Invalid("a schema below it is not interned in this table");
  if (depth > kMaxDepth) return Invalid(fmt::format("it is nested more than {} deep", kMaxDepth));
  if (text > kMaxText) return Invalid(fmt::format("its names and texts are longer than {} bytes", kMaxText));

  const uint64_t hash = HashSchema(d);
  {
    const std::lock_guard lock(impl_->mutex);
    if (Node* found = impl_->Find(hash, d)) return &found->schema;
  }
  // What is equal to a valid schema needs no check, so only a new one pays for it.
  MILLRACE_RETURN_IF_ERROR(CheckFields(d));
  if (d.has_default) {
    MILLRACE_RETURN_IF_ERROR(CheckValue(d.dflt, &d, {.max_depth = kMaxDepth}).Context("the default of a schema"));
    MILLRACE_RETURN_IF_ERROR(ValidateValue(d, d.dflt).Context("the default of a schema"));
  }
  auto node = std::make_unique<Node>(impl_);
  node->depth = depth;
  node->text = text;
  Fill(node.get(), d, hash);
  Node* raced = nullptr;
  {
    const std::lock_guard lock(impl_->mutex);
    raced = impl_->Find(hash, d);
    if (raced == nullptr) impl_->nodes.emplace(hash, node.get());
  }
  if (raced != nullptr) {
    ForEachChild(node->schema, [](const mr_schema* c) { ReleaseSchema(c); });
    return &raced->schema;
  }
  return &node.release()->schema;
}

size_t SchemaTable::size() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->nodes.size();
}

void RetainSchema(const mr_schema* schema) { NodeOf(schema)->refs.fetch_add(1, std::memory_order_relaxed); }

void ReleaseSchema(const mr_schema* schema) {
  if (schema == nullptr) return;
  Node* node = NodeOf(schema);
  if (node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::unique_ptr<Node> dead(node);
  dead->owner->Remove(node);
  ForEachChild(dead->schema, [](const mr_schema* c) { ReleaseSchema(c); });
}

}  // namespace millrace::record
