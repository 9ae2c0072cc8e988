// SPDX-License-Identifier: Apache-2.0
//
// Api: /connector-plugins and all below.
#include <fmt/format.h>

#include "rest/api.h"
#include "rest/bodies.h"
#include "rest/entities.h"
#include "rest/text.h"

namespace millrace::rest {
namespace {

// A class or an alias without the suffix "Connector", so that the one fits the other.
std::string_view Normalized(std::string_view name) {
  constexpr std::string_view kSuffix = "Connector";
  if (name.ends_with(kSuffix) && name.size() > kSuffix.size()) name.remove_suffix(kSuffix.size());
  return name;
}

}  // namespace

Response Api::ListPlugins(const Call& call) const {
  const std::optional<std::string_view> only = call.target.Query("connectorsOnly");
  return Ok(PluginsJson(services_.herder->Plugins(!only || IsTrue(*only))));
}

Response Api::PluginConfig(const Call& call) const {
  const std::string version(call.target.Query("version").value_or(""));
  Result<std::vector<config::ConfigKey>> keys = services_.herder->PluginConfig(call.parameters[0], version);
  return keys.ok() ? Ok(ConfigKeysJson(*keys)) : Answer(keys.status());
}

Response Api::ValidateConfig(const Call& call) const {
  Result<std::optional<config::RawConfig>> body = ParseConfigBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) {
    return JsonError(500, "The request body must be a JSON object with the configuration, but it is empty or null");
  }
  const std::string& plugin = call.parameters[0];
  const auto type = (*body)->find("connector.class");
  if (type != (*body)->end() && type->second && !Normalized(*type->second).ends_with(Normalized(plugin))) {
    return JsonError(400,
                     fmt::format("Included connector type {} does not match request type {}", *type->second, plugin));
  }
  Result<config::ConfigInfos> infos = services_.herder->Validate(plugin, **body);
  return infos.ok() ? Ok(ConfigInfosJson(*infos)) : Answer(infos.status());
}

}  // namespace millrace::rest
