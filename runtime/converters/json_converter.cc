// SPDX-License-Identifier: Apache-2.0
#include "converters/json_converter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "converters/json_decode.h"
#include "converters/json_schema.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

namespace {

constexpr std::string_view kHead = "{\"schema\":";
constexpr std::string_view kMiddle = ",\"payload\":";
constexpr size_t kRecent = 8;  // heads to compare with before a schema is parsed again
constexpr char kNoEnvelope[] =
    "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain additional "
    "fields. If "
    "you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.";

bool EqualIgnoringCase(std::string_view a, std::string_view upper) {
  if (a.size() != upper.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(a[i])) != upper[i]) return false;
  }
  return true;
}

}  // namespace

Status JsonConverter::Configure(const Settings& settings, int) {
  const Result<bool> schemas = settings.Bool("schemas.enable", true);
  if (!schemas.ok()) return schemas.status();
  const Result<int> cache = settings.Int("schemas.cache.size", 1000);
  if (!cache.ok()) return cache.status();
  const std::string decimals = settings.Text("decimal.format", "BASE64");
  if (!EqualIgnoringCase(decimals, "BASE64") && !EqualIgnoringCase(decimals, "NUMERIC")) {
    return JavaError(
        Code::kConfig, kConfigException,
        fmt::format("Invalid value {} for configuration decimal.format: String must be one of (case insensitive): "
                    "NUMERIC, BASE64",
                    decimals));
  }
  const Result<bool> replace = settings.Bool("replace.null.with.default", true);
  if (!replace.ok()) return replace.status();
  schemas_enable_ = *schemas;
  cache_size_ = static_cast<size_t>(std::max(*cache, 1));
  format_.decimal_numeric = EqualIgnoringCase(decimals, "NUMERIC");
  format_.replace_null_with_default = *replace;
  encoder_ = std::make_unique<JsonEncoder>(format_, schemas_enable_, cache_size_);
  return {};
}

void JsonConverter::FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes,
                                Reporter* report) {
  ArenaWriter out(arena);
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const Slot slot = SlotOf(r, part);
    bytes[i] = {};
    if (slot.schema == nullptr && slot.value->kind == MR_NULL) return;
    const Status s = encoder_->Encode(slot.schema, *slot.value, &out);
    if (s.ok()) {
      bytes[i] = out.Finish();
    } else {
      report->Record(i, s);
    }
  });
}

void JsonConverter::ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) {
  const mr_schema* kept = nullptr;
  ForEachRecord(*batch, [&](uint32_t i, mr_record& r) {
    const mr_schema* schema = nullptr;
    mr_value value = record::Null();
    if (bytes[i].p != nullptr) {
      const Status s = Read(View(bytes[i]), arena, report->abi(), &schema, &value);
      if (!s.ok()) {
        report->Record(i, s);
        return;
      }
    }
    if (schema != nullptr && schema != kept) {
      host()->arena_keep_schema(arena->abi(), schema);
      kept = schema;
    }
    SetSlot(&r, part, schema, value);
  });
}

// False: the text does not begin with this head, or what follows needs the long way (to see what is wrong, mostly).
bool JsonConverter::ReadKnown(const Head& head, std::string_view text, record::Arena* arena, Status* status,
                              mr_value* value) {
  if (text.size() <= head.text.size() || std::memcmp(text.data(), head.text.data(), head.text.size()) != 0)
    return false;
  mr_value tree;
  if (!reader_.ReadMember(text.substr(head.text.size()), arena, &tree)) return false;
  // What follows the envelope is not looked at, as in Java.
  const std::string_view rest = reader_.rest();
  if (rest.empty() || rest[0] != '}') return false;
  *status = JsonToValue(head.schema.get(), tree, format_, arena, value);
  return true;
}

bool JsonConverter::ReadRecent(std::string_view text, record::Arena* arena, Status* status, const mr_schema** schema,
                               mr_value* value) {
  for (size_t i = 0; i < recent_.size(); ++i) {
    if (!ReadKnown(*recent_[i], text, arena, status, value)) continue;
    *schema = recent_[i]->schema.get();
    if (i > 0)
      std::rotate(recent_.begin(), recent_.begin() + static_cast<ptrdiff_t>(i),
                  recent_.begin() + static_cast<ptrdiff_t>(i) + 1);
    return true;
  }
  return false;
}

Status JsonConverter::Read(std::string_view text, record::Arena* arena, mr_error* error, const mr_schema** schema,
                           mr_value* value) {
  Status status;
  if (ReadRecent(text, arena, &status, schema, value)) return status;
  mr_value tree;
  if (!reader_.Read(text, arena, &tree)) {
    return CausedBy(DataError("Converting byte[] to Kafka Connect data failed due to serialization error: "),
                    kSerializationException, reader_.error_class() + ": " + reader_.error_message());
  }
  if (!schemas_enable_) return JsonToValue(nullptr, tree, format_, arena, value);
  const mr_value* schema_tree = nullptr;
  const mr_value* payload = nullptr;
  for (uint32_t i = 0; tree.kind == MR_MAP && i < tree.n; ++i) {
    const std::string_view name = View(tree.u.v[2 * i]);
    if (name == "schema") schema_tree = &tree.u.v[2 * i + 1];
    if (name == "payload") payload = &tree.u.v[2 * i + 1];
  }
  if (schema_tree == nullptr || payload == nullptr || tree.n != 2) return DataError(kNoEnvelope);
  scratch_.Reset();
  const InternFn intern = [this, error](const mr_schema& d) { return Intern(d, error); };
  const Result<record::SchemaRef> found = SchemaFromJson(*schema_tree, format_, intern, &scratch_);
  if (!found.ok()) return AsDataError(found.status());
  *schema = found->get();
  // Until the caller has told the arena, nobody but this reference keeps it.
  if (*schema != nullptr) host()->arena_keep_schema(arena->abi(), *schema);
  Remember(text, *found, arena);
  return JsonToValue(*schema, *payload, format_, arena, value);
}

// Makes the envelope's head known, if it is of the usual form.
void JsonConverter::Remember(std::string_view text, const record::SchemaRef& schema, record::Arena* arena) {
  if (!text.starts_with(kHead)) return;
  mr_value tree;
  if (!reader_.ReadMember(text.substr(kHead.size()), arena, &tree)) return;
  const std::string_view rest = reader_.rest();
  if (!rest.starts_with(kMiddle)) return;
  const std::string_view head = text.substr(0, text.size() - rest.size() + kMiddle.size());
  const auto found = heads_.find(head);
  const Head* entry = nullptr;
  if (found != heads_.end()) {
    entry = found->second.get();
  } else {
    // Schemas that come and go must not pile up.
    if (heads_.size() >= cache_size_) {
      recent_.clear();
      heads_.clear();
    }
    auto made = std::make_unique<Head>(Head{std::string(head), schema});
    entry = made.get();
    heads_.emplace(entry->text, std::move(made));
  }
  if (recent_.size() == kRecent) recent_.pop_back();
  recent_.insert(recent_.begin(), entry);
}

}  // namespace millrace::converters
