// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/config_provider.h: ConfigProvider, the base class of a source of ${provider:path:key} values. One
// thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

class ConfigProvider {
 public:
  explicit ConfigProvider(Context context) : context_(context) {}
  virtual ~ConfigProvider() = default;
  ConfigProvider(const ConfigProvider&) = delete;
  ConfigProvider& operator=(const ConfigProvider&) = delete;

  virtual void Configure(const Config& config) = 0;
  // The value of one key at a path; nullopt: there is none. ttl_ms comes in as -1 (good for ever); the smallest of a
  // request counts.
  virtual std::optional<std::string> Get(std::string_view path, std::string_view key, int64_t* ttl_ms) = 0;

  // Fills a request; the values live until the next one.
  void GetAll(std::string_view path, std::span<mr_kv> inout, int64_t* ttl_ms) {
    values_.assign(inout.size(), std::nullopt);
    *ttl_ms = -1;
    for (size_t i = 0; i < inout.size(); ++i) {
      int64_t ttl = -1;
      values_[i] = Get(path, View(inout[i].k), &ttl);
      inout[i].v = values_[i] ? Str(*values_[i]) : mr_str{};
      if (ttl >= 0 && (*ttl_ms < 0 || ttl < *ttl_ms)) *ttl_ms = ttl;
    }
  }

 protected:
  Context context_;

 private:
  std::vector<std::optional<std::string>> values_;
};

namespace internal {

template <class T>
constexpr mr_config_provider ConfigProviderTable() {
  mr_config_provider t{};
  t.size = sizeof t;
  t.configure = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Configure(Config(cfg, n)); });
  };
  t.get = [](void* self, mr_str path, mr_kv* inout, uint32_t n, int64_t* ttl_ms, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->GetAll(View(path), {inout, n}, ttl_ms); });
  };
  return t;
}
template <class T>
inline constexpr mr_config_provider kConfigProviderTable = ConfigProviderTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
