// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/bundle.h: the class table of a bundle, and MILLRACE_BUNDLE, which makes the .so of it: the one exported
// function and the manifest.
//
// The manifest is computed from the class table by the compiler: there is no second list to keep in step, no
// generator to run, and any build system will do.
//
//   constexpr mr_class kClasses[] = {
//       sdk::SourceClass<MySource, MyConnector>({.name = "org.example.MySourceConnector", .version = "1.0.0",
//                                                .doc = "...", .config = &kConfig}),
//   };
//   MILLRACE_BUNDLE(kClasses, .name = "mine", .version = "1.0.0", .licence = "Apache-2.0")
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "millrace/abi.h"
#include "millrace/cpp/config_provider.h"
#include "millrace/cpp/connector.h"
#include "millrace/cpp/converter.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/predicate.h"
#include "millrace/cpp/sink.h"
#include "millrace/cpp/source.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/thunk.h"
#include "millrace/cpp/transform.h"

namespace millrace::sdk {

struct ClassInfo {
  std::string_view name;  // the full class name that configurations use
  std::string_view version;
  std::string_view doc;
  const mr_config_table* config = nullptr;
  const char* const* aliases = nullptr;  // further names, NULL-terminated; Java's short forms are derived by the host
};

struct BundleInfo {
  std::string_view name, version, licence;
};

namespace internal {

template <class T>
constexpr mr_class MakeClass(uint32_t role, const void* table, const ClassInfo& info) {
  mr_class c{};
  c.size = sizeof c;
  c.role = role;
  c.name = Str(info.name);
  c.version = Str(info.version);
  c.doc = Str(info.doc);
  c.aliases = info.aliases;
  c.config = info.config;
  c.table = table;
  c.create = [](const mr_class*, mr_ctx* ctx, void** self, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { *self = new T(Context(ctx)); });
  };
  c.destroy = [](void* self) noexcept { delete static_cast<T*>(self); };
  return c;
}

template <class C>
constexpr mr_class WithConnector(mr_class c) {
  if constexpr (!std::is_void_v<C>) {
    c.extension = [](const mr_class*, const char* id) noexcept -> const void* {
      return std::string_view(id) == MR_EXT_CONNECTOR ? &kConnectorTable<C> : nullptr;
    };
  }
  return c;
}

// Writes JSON text, or only counts it while `out` is nullptr.
class ManifestWriter {
 public:
  constexpr explicit ManifestWriter(char* out) : out_(out) {}
  constexpr size_t size() const { return size_; }

  constexpr void Raw(std::string_view s) {
    for (const char c : s) Put(c);
  }
  constexpr void Number(unsigned n) {
    if (n >= 10) Number(n / 10);
    Put(static_cast<char>('0' + n % 10));
  }
  constexpr void String(std::string_view s) {
    Put('"');
    for (const char c : s) {
      const auto u = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        Put('\\');
        Put(c);
      } else if (u < 0x20) {
        Raw("\\u00");
        Put("0123456789abcdef"[u >> 4]);
        Put("0123456789abcdef"[u & 15]);
      } else {
        Put(c);
      }
    }
    Put('"');
  }
  constexpr void Member(std::string_view key, std::string_view value) {
    String(key);
    Put(':');
    String(value);
  }

 private:
  constexpr void Put(char c) {
    if (out_ != nullptr) out_[size_] = c;
    ++size_;
  }
  char* out_;
  size_t size_ = 0;
};

constexpr std::string_view RoleName(uint32_t role) {
  switch (role) {
    case MR_ROLE_SOURCE: return "source";
    case MR_ROLE_SINK: return "sink";
    case MR_ROLE_CONVERTER: return "converter";
    case MR_ROLE_HEADER_CONVERTER: return "header_converter";
    case MR_ROLE_TRANSFORM: return "transform";
    case MR_ROLE_PREDICATE: return "predicate";
    case MR_ROLE_CONFIG_PROVIDER: return "config_provider";
    default: return "unknown";
  }
}

template <size_t N>
constexpr size_t WriteManifest(const BundleInfo& bundle, const mr_class (&classes)[N], char* out) {
  ManifestWriter w(out);
  w.Raw("{\"manifest_version\":");
  w.Number(MR_MANIFEST_VERSION);
  w.Raw(",");
  w.Member("name", bundle.name);
  w.Raw(",");
  w.Member("version", bundle.version);
  w.Raw(",\"abi\":\"");
  w.Number(MR_ABI_MAJOR);
  w.Raw(".");
  w.Number(MR_ABI_MINOR);
  w.Raw("\",");
  w.Member("licence", bundle.licence);
  w.Raw(",\"classes\":[");
  for (size_t i = 0; i < N; ++i) {
    w.Raw(i == 0 ? "{" : ",{");
    w.Member("role", RoleName(classes[i].role));
    w.Raw(",");
    w.Member("name", View(classes[i].name));
    w.Raw(",");
    w.Member("version", View(classes[i].version));
    if (classes[i].aliases != nullptr) {
      w.Raw(",\"aliases\":[");
      for (size_t a = 0; classes[i].aliases[a] != nullptr; ++a) {
        if (a != 0) w.Raw(",");
        w.String(classes[i].aliases[a]);
      }
      w.Raw("]");
    }
    w.Raw("}");
  }
  w.Raw("]}");
  return w.size();
}

template <size_t Size, size_t N>
constexpr std::array<char, Size> ManifestText(const BundleInfo& bundle, const mr_class (&classes)[N]) {
  std::array<char, Size> text{};
  WriteManifest(bundle, classes, text.data());
  return text;
}

template <size_t N>
constexpr mr_plugin MakePlugin(const mr_class (&classes)[N]) {
  return mr_plugin{sizeof(mr_plugin), MR_ABI_MINOR, sizeof(mr_class), static_cast<uint32_t>(N), classes};
}

// A host from before a field that the SDK itself needs cannot run the bundle.
inline const mr_plugin* Open(const mr_host* host, const mr_plugin* plugin, mr_error* error) noexcept {
  if (host == nullptr) return nullptr;
  if (!MR_HAS(host, extension)) {
    if (MR_HAS(host, error_set)) {
      host->error_set(error, MR_UNSUPPORTED, Str("the host's function table is shorter than this bundle needs"),
                      nullptr, 0);
    }
    return nullptr;
  }
  SetHost(host);
  return plugin;
}

}  // namespace internal

// C: the connector side, when the class has one.
template <class T, class C = void>
constexpr mr_class SourceClass(const ClassInfo& info) {
  return internal::WithConnector<C>(internal::MakeClass<T>(MR_ROLE_SOURCE, &internal::kSourceTable<T>, info));
}
template <class T, class C = void>
constexpr mr_class SinkClass(const ClassInfo& info) {
  return internal::WithConnector<C>(internal::MakeClass<T>(MR_ROLE_SINK, &internal::kSinkTable<T>, info));
}
template <class T>
constexpr mr_class ConverterClass(const ClassInfo& info) {
  return internal::MakeClass<T>(MR_ROLE_CONVERTER, &internal::kConverterTable<T>, info);
}
template <class T>
constexpr mr_class HeaderConverterClass(const ClassInfo& info) {
  return internal::MakeClass<T>(MR_ROLE_HEADER_CONVERTER, &internal::kConverterTable<T>, info);
}
template <class T>
constexpr mr_class TransformClass(const ClassInfo& info) {
  return internal::MakeClass<T>(MR_ROLE_TRANSFORM, &internal::kTransformTable<T>, info);
}
template <class T>
constexpr mr_class PredicateClass(const ClassInfo& info) {
  return internal::MakeClass<T>(MR_ROLE_PREDICATE, &internal::kPredicateTable<T>, info);
}
template <class T>
constexpr mr_class ConfigProviderClass(const ClassInfo& info) {
  return internal::MakeClass<T>(MR_ROLE_CONFIG_PROVIDER, &internal::kConfigProviderTable<T>, info);
}

}  // namespace millrace::sdk

// `classes` is a constexpr array of mr_class; the rest initialises a BundleInfo. Once per bundle, outside of any
// namespace.
#define MILLRACE_BUNDLE(classes, ...)                                                                                \
  static constexpr ::millrace::sdk::BundleInfo mr_bundle_info{__VA_ARGS__};                                          \
  static constexpr mr_plugin mr_bundle_plugin = ::millrace::sdk::internal::MakePlugin(classes);                      \
  __attribute__((section(MR_MANIFEST_SECTION), used, retain, aligned(1))) static constexpr auto mr_bundle_manifest = \
      ::millrace::sdk::internal::ManifestText<::millrace::sdk::internal::WriteManifest(                              \
          mr_bundle_info, classes, nullptr)>(mr_bundle_info, classes);                                               \
  extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host* host, mr_str, mr_error* error) {            \
    return ::millrace::sdk::internal::Open(host, &mr_bundle_plugin, error);                                          \
  }                                                                                                                  \
  static_assert(true, "takes the semicolon")
