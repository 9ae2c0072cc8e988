// SPDX-License-Identifier: Apache-2.0
#include "converters/values_parser.h"

#include <cmath>
#include <cstring>

#include "converters/logical.h"
#include "converters/map_slots.h"
#include "converters/temporal.h"
#include "record/decimal.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

namespace {

constexpr int kMaxDepth = 900;  // where Java's stack would have an end, and below what schemas can nest

std::string_view Trim(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

bool IsBlank(std::string_view s) { return Trim(s).empty(); }

// The type that both have in common, or none. Numbers widen; of two schemas of one type Java takes the later.
const mr_schema* Merge(const mr_schema* previous, const mr_schema* latest) {
  if (previous->kind == latest->kind) {
    if (previous->optional == latest->optional) return previous->optional ? previous : latest;
    return nullptr;
  }
  const auto number = [](const mr_schema* s) { return s->kind >= MR_I8 && s->kind <= MR_F64; };
  if (!number(previous) || !number(latest)) return nullptr;
  return previous->kind > latest->kind ? previous : latest;
}

bool IsInteger(const mr_value& v) { return v.logical == MR_L_NONE && v.kind >= MR_I8 && v.kind <= MR_I64; }
bool IsNumber(const mr_value& v) { return v.logical == MR_L_NONE && v.kind >= MR_I8 && v.kind <= MR_F64; }
double AsDouble(const mr_value& v) { return v.kind >= MR_F32 ? v.u.d : static_cast<double>(v.u.i); }

}  // namespace

// ---------------------------------------------------------------- tokens

void ValuesParser::RewindTo(size_t position) {
  at_ = position;
  has_token_ = false;
  previous_ = {};
}

std::string_view ValuesParser::ConsumeToken() {
  constexpr std::string_view kDelimiters = ":,{}[]\"";
  bool escaped = false;
  const size_t start = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\\') {
      escaped = !escaped;
    } else if (kDelimiters.find(c) != std::string_view::npos && !escaped) {
      if (start == at_) ++at_;
      return text_.substr(start, at_ - start);
    } else {
      escaped = false;
    }
  }
  return text_.substr(start);
}

std::string_view ValuesParser::Next() {
  previous_ = has_token_ ? token_ : ConsumeToken();
  has_token_ = false;
  return previous_;
}

std::string_view ValuesParser::Next(int n, bool* ok) {
  const size_t start = Mark();
  for (int i = 0; i < n; ++i) {
    if (!HasNext()) {
      RewindTo(start);
      *ok = false;
      return {};
    }
    Next();
  }
  *ok = true;
  return text_.substr(start, at_ - start);
}

bool ValuesParser::CanConsume(std::string_view expected) {
  if (!has_token_) {
    if (!HasNext()) return false;
    token_ = ConsumeToken();
    has_token_ = true;
  }
  while (IsBlank(token_) && at_ < text_.size()) token_ = ConsumeToken();
  if (Trim(token_) != expected) return false;
  has_token_ = false;
  return true;
}

bool ValuesParser::CanConsumeLiteral(bool embedded, std::string_view literal) {
  const size_t start = Mark();
  if (CanConsume(literal) && (embedded || !HasNext())) return true;
  RewindTo(start);
  return false;
}

// ---------------------------------------------------------------- schemas

bool ValuesParser::SetSchema(const mr_schema& description, Parsed* out) {
  Result<record::SchemaRef> schema = intern_(description);
  if (!schema.ok()) return false;
  out->schema = *std::move(schema);
  return true;
}

bool ValuesParser::SetPrimitive(uint8_t kind, const mr_value& v, Parsed* out) {
  out->value = v;
  return SetSchema(record::DescribeSchema(kind), out);
}

bool ValuesParser::SetLogical(const mr_value& v, Parsed* out) {
  mr_schema d = record::DescribeSchema(v.kind);
  d.name = record::Str(record::LogicalName(v.logical));
  d.version = 1;
  const std::string scale = std::to_string(v.scale);
  const mr_kv param{record::Str("scale"), record::Str(scale)};
  if (v.logical == MR_L_DECIMAL) {
    d.n_params = 1;
    d.params = &param;
  }
  out->value = v;
  return SetSchema(d, out);
}

void ValuesParser::Merger::Add(const Parsed& latest) {
  if (latest.schema.get() == nullptr || !compatible) return;
  if (common.get() == nullptr) {
    common = latest.schema;
    return;
  }
  const mr_schema* merged = Merge(common.get(), latest.schema.get());
  compatible = merged != nullptr;
  if (merged == latest.schema.get()) {
    common = latest.schema;
  } else if (merged == nullptr) {
    common = record::SchemaRef();
  }
}

// ---------------------------------------------------------------- values

Status ValuesParser::Parse(std::string_view text, record::Arena* arena, Parsed* out) {
  arena_ = arena;
  text_ = text;
  RewindTo(0);
  *out = Parsed();
  if (text.empty()) {
    if (!SetPrimitive(MR_STRING, record::Text(text), out)) return Status::Data("a schema was refused");
    return {};
  }
  switch (ParseValue(false, 0, out)) {
    case Outcome::kValue: return {};
    case Outcome::kNull: *out = Parsed(); return {};
    default: return Status::Data("a text cannot be read as a value");
  }
}

ValuesParser::Outcome ValuesParser::ParseValue(bool embedded, int depth, Parsed* out) {
  if (depth > kMaxDepth) return Outcome::kOther;
  if (!HasNext()) return Outcome::kNull;
  if (embedded && CanConsume("\"")) return ParseQuoted(out);
  if (CanConsumeLiteral(embedded, "null")) return Outcome::kNull;
  for (const bool b : {true, false}) {
    if (CanConsumeLiteral(embedded, b ? "true" : "false")) {
      return SetPrimitive(MR_BOOL, record::Bool(b), out) ? Outcome::kValue : Outcome::kOther;
    }
  }
  const size_t start = Mark();
  Outcome composite = Outcome::kData;
  bool tried = false;
  if (CanConsume("[")) {
    tried = true;
    composite = ParseArray(depth, out);
  } else if (CanConsume("{")) {
    tried = true;
    composite = ParseMap(depth, out);
  }
  if (tried && composite != Outcome::kData) return composite;
  if (tried) RewindTo(start);
  const std::string_view token = Next();
  if (IsBlank(token)) return SetPrimitive(MR_STRING, record::Text(token), out) ? Outcome::kValue : Outcome::kOther;
  return ParseToken(embedded, Trim(token), out);
}

ValuesParser::Outcome ValuesParser::ParseToken(bool embedded, std::string_view token, Parsed* out) {
  const bool digit = token[0] >= '0' && token[0] <= '9';
  if (digit && ParseTemporalTokens(token, out)) return Outcome::kValue;
  if (digit || token[0] == '+' || token[0] == '-') {
    bool number = false;
    const Outcome outcome = ParseNumber(token, &number, out);
    if (number) return outcome;
  }
  if (embedded) return Outcome::kData;
  return SetPrimitive(MR_STRING, record::Text(text_), out) ? Outcome::kValue : Outcome::kOther;
}

ValuesParser::Outcome ValuesParser::ParseQuoted(Parsed* out) {
  std::string content;
  while (HasNext()) {
    if (CanConsume("\"")) break;
    content += Next();
  }
  if (ParseTemporalText(content, out)) return Outcome::kValue;
  const mr_str copy = arena_->Copy(content);
  return SetPrimitive(MR_STRING, record::Text(View(copy)), out) ? Outcome::kValue : Outcome::kOther;
}

ValuesParser::Outcome ValuesParser::ParseNumber(std::string_view token, bool* number, Parsed* out) {
  const std::optional<record::Decimal> d = record::Decimal::Parse(token);
  if (!d) return Outcome::kData;
  *number = true;
  const auto done = [](bool ok) { return ok ? Outcome::kValue : Outcome::kOther; };
  if (const std::optional<int64_t> whole = d->ToInt64Exact()) {
    const int64_t i = *whole;
    const uint8_t kind = i == static_cast<int8_t>(i)    ? MR_I8
                         : i == static_cast<int16_t>(i) ? MR_I16
                         : i == static_cast<int32_t>(i) ? MR_I32
                                                        : MR_I64;
    return done(SetPrimitive(kind, record::Int(kind, i), out));
  }
  if (d->scale() != 0) {
    const float f = d->ToFloat();
    if (std::isfinite(f)) return done(SetPrimitive(MR_F32, record::Double(MR_F32, static_cast<double>(f)), out));
    const double dd = d->ToDouble();
    if (std::isfinite(dd)) return done(SetPrimitive(MR_F64, record::Double(MR_F64, dd), out));
  }
  if (d->scale() != static_cast<int16_t>(d->scale())) return Outcome::kOther;  // beyond what a slot can hold
  mr_value v = record::Bytes(View(arena_->Copy(d->UnscaledBytes())));
  v.logical = MR_L_DECIMAL;
  v.scale = static_cast<int16_t>(d->scale());
  return done(SetLogical(v, out));
}

// A time is cut into several tokens by its colons.
bool ValuesParser::ParseTemporalTokens(std::string_view token, Parsed* out) {
  const size_t position = Mark();
  bool ok = false;
  const std::string_view rest = Next(4, &ok);
  if (ok && ParseTemporalText(std::string(token) + std::string(rest), out)) return true;
  RewindTo(position);
  return ParseTemporalText(token, out);
}

bool ValuesParser::ParseTemporalText(std::string_view token, Parsed* out) {
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '\\' && i + 1 < token.size() && token[i + 1] == ':') continue;
    text += token[i];
  }
  const std::optional<mr_value> v = ParseTemporal(text);
  return v && SetLogical(*v, out);
}

ValuesParser::Outcome ValuesParser::ParseArray(int depth, Parsed* out) {
  std::vector<mr_value> elements;
  Merger merger;
  while (HasNext()) {
    if (CanConsume("]")) {
      auto* slots = arena_->AllocArray<mr_value>(elements.size());
      for (size_t i = 0; i < elements.size(); ++i) {
        if (merger.common.get() == nullptr) {
          slots[i] = elements[i];
        } else if (const Outcome o = Align(merger.common.get(), elements[i], &slots[i]); o != Outcome::kValue) {
          return o;
        }
      }
      mr_schema d = record::DescribeSchema(MR_ARRAY);
      d.value = merger.common.get();
      out->value = record::Composite(MR_ARRAY, slots, static_cast<uint32_t>(elements.size()));
      return SetSchema(d, out) ? Outcome::kValue : Outcome::kOther;
    }
    if (CanConsume(",")) return Outcome::kData;
    Parsed element;
    const Outcome o = ParseValue(true, depth + 1, &element);
    if (o == Outcome::kData || o == Outcome::kOther) return o;
    if (o == Outcome::kNull) element = Parsed();
    merger.Add(element);
    elements.push_back(element.value);
    const size_t position = Mark();
    if (CanConsume("]")) {
      RewindTo(position);
    } else if (!CanConsume(",")) {
      return Outcome::kData;
    }
  }
  return Outcome::kData;
}

ValuesParser::Outcome ValuesParser::ParseMap(int depth, Parsed* out) {
  MapSlots first;
  Merger keys, values;
  while (HasNext()) {
    if (CanConsume("}")) {
      const mr_value unique = first.Finish(arena_);
      MapSlots aligned;
      for (uint32_t i = 0; i < unique.n; ++i) {
        mr_value key = unique.u.v[2 * i], value = unique.u.v[2 * i + 1];
        if (keys.common.get() != nullptr) {
          if (const Outcome o = Align(keys.common.get(), key, &key); o != Outcome::kValue) return o;
          if (values.common.get() != nullptr) {
            if (const Outcome o = Align(values.common.get(), value, &value); o != Outcome::kValue) return o;
          }
        }
        aligned.Put(key, value);
      }
      out->value = aligned.Finish(arena_);
      mr_schema d = record::DescribeSchema(MR_MAP);
      d.key = keys.common.get();
      if (d.key != nullptr) d.value = values.common.get();
      return SetSchema(d, out) ? Outcome::kValue : Outcome::kOther;
    }
    if (CanConsume(",")) return Outcome::kData;
    Parsed key, value;
    Outcome o = ParseValue(true, depth + 1, &key);
    if (o == Outcome::kData || o == Outcome::kOther) return o;
    if (o == Outcome::kNull || key.value.kind == MR_NULL) return Outcome::kData;
    if (!CanConsume(":")) return Outcome::kData;
    o = ParseValue(true, depth + 1, &value);
    if (o == Outcome::kData || o == Outcome::kOther) return o;
    if (o == Outcome::kNull) value = Parsed();
    first.Put(key.value, value.value);
    CanConsume(",");
    keys.Add(key);
    values.Add(value);
  }
  return Outcome::kData;
}

// Values.convertTo without a schema to come from, for what a parsed element can be.
ValuesParser::Outcome ValuesParser::Align(const mr_schema* schema, const mr_value& v, mr_value* out) const {
  *out = v;
  if (v.kind == MR_NULL) return schema->optional ? Outcome::kValue : Outcome::kData;
  switch (schema->kind) {
    case MR_I8:
    case MR_I16:
    case MR_I32:
    case MR_I64:
      if (schema->logical != MR_L_NONE && IsDate(v)) return Outcome::kValue;
      if (!IsInteger(v)) return Outcome::kData;
      switch (schema->logical) {
        case MR_L_DATE: *out = DateValue(v.u.i); return Outcome::kValue;
        case MR_L_TIME:
          if (!CheckTimeRange(static_cast<int32_t>(v.u.i)).ok()) return Outcome::kData;
          *out = TimeValue(v.u.i);
          return Outcome::kValue;
        case MR_L_TIMESTAMP: *out = TimestampValue(v.u.i); return Outcome::kValue;
        default: *out = record::Int(schema->kind, v.u.i); return Outcome::kValue;
      }
    case MR_F32:
      if (!IsNumber(v)) return Outcome::kData;
      *out = record::Double(MR_F32, static_cast<double>(static_cast<float>(AsDouble(v))));
      return Outcome::kValue;
    case MR_F64:
      if (!IsNumber(v)) return Outcome::kData;
      *out = record::Double(MR_F64, AsDouble(v));
      return Outcome::kValue;
    default: return Outcome::kValue;
  }
}

}  // namespace millrace::converters
