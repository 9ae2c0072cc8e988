// SPDX-License-Identifier: Apache-2.0
// Well-behaved, one class of each role between connectors and Kafka:
//   test.RouteByValue          transformation: the topic becomes the value; value "bad" is an error of that record,
//                              value "drop" drops it; with `big` = n asks the arena for n bytes first
//   test.EveryOther            predicate: every second record, beginning with the first
//   test.HexConverter          converter: bytes as hexadecimal text, both ways
//   test.ReverseHeaderConverter  header converter: text backwards (writing only)
//   test.EnvelopeConfigProvider  config provider: the value of key k at path p is "p/k"; no value for the key "none"
#include "support.h"

namespace {

struct Stage {
  test::Config cfg;
  std::vector<std::string> kept;
};

template <class T>
mr_status Make(const mr_class*, mr_ctx*, void** self, mr_error*) {
  *self = new T;
  return MR_OK;
}

mr_status Configure(void* self, const mr_kv* cfg, uint32_t n, mr_error*) {
  static_cast<Stage*>(self)->cfg = test::ToConfig(cfg, n);
  return MR_OK;
}

mr_status ConfigurePart(void* self, const mr_kv* cfg, uint32_t n, int32_t, mr_error* e) {
  return Configure(self, cfg, n, e);
}

mr_status Apply(void* self, mr_batch* b, const uint8_t* mask, mr_arena* arena, mr_error* e) {
  const int64_t big = test::GetInt(static_cast<Stage*>(self)->cfg, "big", 0);
  if (big > 0) *static_cast<char*>(test::g_host->arena_alloc(arena, static_cast<size_t>(big), 8)) = 1;
  mr_status result = MR_OK;
  for (uint32_t i = 0; i < b->n; ++i) {
    auto* r = MR_AT(mr_record, b->records, b->stride, i);
    if ((r->flags & MR_REC_DROP) != 0 || (mask != nullptr && mask[i] == 0)) continue;
    const std::string_view text(r->value.u.s, r->value.n);
    if (r->value.kind != MR_STRING || text == "bad") {
      test::g_host->error_record(e, i, MR_DATA, test::Str("the value is no topic"), nullptr, 0);
      result = MR_DATA;
    } else if (text == "drop") {
      r->flags |= MR_REC_DROP;
    } else {
      r->topic = test::g_host->batch_topic(b, test::Str(text));
    }
  }
  return result;
}

mr_status Test(void*, const mr_batch* b, uint8_t* mask, mr_error*) {
  for (uint32_t i = 0; i < b->n; ++i) mask[i] = i % 2 == 0;
  return MR_OK;
}

mr_status ToHex(void*, const mr_batch* b, int32_t part, mr_arena* arena, mr_str* bytes, mr_error* e) {
  mr_status result = MR_OK;
  for (uint32_t i = 0; i < b->n; ++i) {
    const auto* r = MR_AT(const mr_record, b->records, b->stride, i);
    const mr_value& v = part == MR_PART_KEY ? r->key : r->value;
    bytes[i] = {};
    if ((r->flags & MR_REC_DROP) != 0 || v.kind == MR_NULL) continue;
    if (v.kind != MR_STRING && v.kind != MR_BYTES) {
      test::g_host->error_record(e, i, MR_DATA, test::Str("neither text nor bytes"), nullptr, 0);
      result = MR_DATA;
      continue;
    }
    auto* out = static_cast<char*>(test::g_host->arena_alloc(arena, size_t{v.n} * 2 + 1, 1));
    for (uint32_t j = 0; j < v.n; ++j) {
      out[2 * j] = "0123456789abcdef"[static_cast<uint8_t>(v.u.s[j]) >> 4];
      out[2 * j + 1] = "0123456789abcdef"[v.u.s[j] & 15];
    }
    bytes[i] = {out, v.n * 2, 0};
  }
  return result;
}

int Digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1); }

mr_status FromHex(void*, mr_batch* b, int32_t part, const mr_str* bytes, mr_arena* arena, mr_error* e) {
  mr_status result = MR_OK;
  for (uint32_t i = 0; i < b->n; ++i) {
    auto* r = MR_AT(mr_record, b->records, b->stride, i);
    mr_value v{};
    if (bytes[i].p != nullptr) {
      v.kind = MR_BYTES;
      v.n = bytes[i].n / 2;
      auto* out = static_cast<char*>(test::g_host->arena_alloc(arena, size_t{v.n} + 1, 1));
      bool good = bytes[i].n % 2 == 0;
      for (uint32_t j = 0; j < v.n; ++j) {
        const int high = Digit(bytes[i].p[2 * j]), low = Digit(bytes[i].p[2 * j + 1]);
        good = good && high >= 0 && low >= 0;
        out[j] = static_cast<char>(high * 16 + low);
      }
      if (!good) {
        test::g_host->error_record(e, i, MR_DATA, test::Str("not hexadecimal"), nullptr, 0);
        result = MR_DATA;
        continue;
      }
      v.u.s = out;
    }
    (part == MR_PART_KEY ? r->key : r->value) = v;
  }
  return result;
}

mr_status Reverse(void*, const mr_batch* b, int32_t, mr_arena* arena, mr_str* bytes, mr_error*) {
  for (uint32_t i = 0; i < b->n; ++i) {
    const mr_value& v = MR_AT(const mr_record, b->records, b->stride, i)->value;
    auto* out = static_cast<char*>(test::g_host->arena_alloc(arena, size_t{v.n} + 1, 1));
    for (uint32_t j = 0; j < v.n; ++j) out[j] = v.u.s[v.n - 1 - j];
    bytes[i] = {out, v.n, 0};
  }
  return MR_OK;
}

mr_status GetValues(void* self, mr_str path, mr_kv* inout, uint32_t n, int64_t* ttl_ms, mr_error* e) {
  auto* stage = static_cast<Stage*>(self);
  if (path.n == 0) return test::Fail(e, MR_NOT_FOUND, "no path");
  stage->kept.clear();
  stage->kept.reserve(n);
  for (uint32_t i = 0; i < n; ++i) {
    if (std::string_view(inout[i].k.p, inout[i].k.n) == "none") continue;
    stage->kept.push_back(std::string(path.p, path.n) + "/" + std::string(inout[i].k.p, inout[i].k.n));
    inout[i].v = test::Str(stage->kept.back());
  }
  *ttl_ms = 5000;
  return MR_OK;
}

constexpr mr_transform kTransform = {sizeof(mr_transform), 0, Configure, Apply};
constexpr mr_predicate kPredicate = {sizeof(mr_predicate), 0, Configure, Test};
constexpr mr_converter kConverter = {sizeof(mr_converter), 0, ConfigurePart, ToHex, FromHex};
constexpr mr_converter kHeaderConverter = {sizeof(mr_converter), 0, ConfigurePart, Reverse, nullptr};
constexpr mr_config_provider kProvider = {sizeof(mr_config_provider), 0, Configure, GetValues};

constexpr mr_class Class(uint32_t role, const char* name, const void* table) {
  return {sizeof(mr_class), role,  test::Lit(name), test::Lit("1.0"),     {},     nullptr,
          nullptr,          table, Make<Stage>,     test::Destroy<Stage>, nullptr};
}
constexpr mr_class kClasses[] = {Class(MR_ROLE_TRANSFORM, "test.RouteByValue", &kTransform),
                                 Class(MR_ROLE_PREDICATE, "test.EveryOther", &kPredicate),
                                 Class(MR_ROLE_CONVERTER, "test.HexConverter", &kConverter),
                                 Class(MR_ROLE_HEADER_CONVERTER, "test.ReverseHeaderConverter", &kHeaderConverter),
                                 Class(MR_ROLE_CONFIG_PROVIDER, "test.EnvelopeConfigProvider", &kProvider)};

}  // namespace

TEST_OPEN(kClasses)
MR_MANIFEST(
    "{\"manifest_version\":1,\"name\":\"stages\",\"version\":\"1.0\",\"abi\":\"1.0\",\"licence\":\"Apache-2.0\","
    "\"classes\":["
    "{\"role\":\"transform\",\"name\":\"test.RouteByValue\"},{\"role\":\"predicate\",\"name\":\"test.EveryOther\"},"
    "{\"role\":\"converter\",\"name\":\"test.HexConverter\"},"
    "{\"role\":\"header_converter\",\"name\":\"test.ReverseHeaderConverter\"},"
    "{\"role\":\"config_provider\",\"name\":\"test.EnvelopeConfigProvider\"}]}");
