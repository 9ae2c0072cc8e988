// SPDX-License-Identifier: Apache-2.0
#include "plugins/class_check.h"

#include <array>
#include <cstddef>
#include <utility>

#include "record/value.h"

namespace millrace::plugins {
namespace {

constexpr uint32_t kMaxClasses = 10'000;
constexpr uint32_t kMaxTable = 1 << 16;  // bytes; a size beyond it is not a size

constexpr std::array<std::pair<int, std::string_view>, 7> kRoles = {{{MR_ROLE_SOURCE, "source"},
                                                                     {MR_ROLE_SINK, "sink"},
                                                                     {MR_ROLE_CONVERTER, "converter"},
                                                                     {MR_ROLE_HEADER_CONVERTER, "header_converter"},
                                                                     {MR_ROLE_TRANSFORM, "transformation"},
                                                                     {MR_ROLE_PREDICATE, "predicate"},
                                                                     {MR_ROLE_CONFIG_PROVIDER, "configprovider"}}};

// Does a struct of `size` bytes reach to the end of the member? For tables whose members are looked at one by one.
#define REACHES(type, size, member) (offsetof(type, member) + sizeof(type::member) <= (size))

Status Lacks(std::string_view table, std::string_view function) {
  return Status::Fatal("its " + std::string(table) + " has no " + std::string(function));
}

Status CheckTable(const mr_class& c) {
  if (c.table == nullptr) return Status::Fatal("its table is NULL");
  const uint32_t size = *static_cast<const uint32_t*>(c.table);
  if (size < 2 * sizeof(uint32_t) || size > kMaxTable) {
    return Status::Fatal("the size of its table is " + std::to_string(size));
  }
  switch (c.role) {
    case MR_ROLE_SOURCE:
      return MR_HAS(static_cast<const mr_source*>(c.table), poll) ? Status() : Lacks("mr_source", "poll");
    case MR_ROLE_SINK: return MR_HAS(static_cast<const mr_sink*>(c.table), put) ? Status() : Lacks("mr_sink", "put");
    case MR_ROLE_CONVERTER:
    case MR_ROLE_HEADER_CONVERTER: {
      const auto* t = static_cast<const mr_converter*>(c.table);
      if (!MR_HAS(t, from_connect) && !MR_HAS(t, to_connect)) {
        return Lacks("mr_converter", "from_connect and no to_connect");
      }
      return {};
    }
    case MR_ROLE_TRANSFORM:
      return MR_HAS(static_cast<const mr_transform*>(c.table), apply) ? Status() : Lacks("mr_transform", "apply");
    case MR_ROLE_PREDICATE:
      return MR_HAS(static_cast<const mr_predicate*>(c.table), test) ? Status() : Lacks("mr_predicate", "test");
    case MR_ROLE_CONFIG_PROVIDER:
      return MR_HAS(static_cast<const mr_config_provider*>(c.table), get) ? Status()
                                                                          : Lacks("mr_config_provider", "get");
    default: return {};
  }
}

}  // namespace

std::string_view RoleName(int role) {
  for (const auto& [number, name] : kRoles) {
    if (number == role) return name;
  }
  return {};
}

int RoleFromName(std::string_view name) {
  for (const auto& [number, known] : kRoles) {
    if (known == name) return number;
  }
  // The words of abi.h where they differ from those of Kafka Connect's REST.
  if (name == "transform") return MR_ROLE_TRANSFORM;
  if (name == "config_provider") return MR_ROLE_CONFIG_PROVIDER;
  return 0;
}

Status CheckClassName(std::string_view name) {
  if (name.empty()) return Status::Fatal("a class has no name");
  if (name.size() > kMaxClassName) {
    return Status::Fatal("the name of a class has " + std::to_string(name.size()) + " bytes; it may have " +
                         std::to_string(kMaxClassName));
  }
  for (const char ch : name) {
    const auto u = static_cast<unsigned char>(ch);
    if (u <= 0x20 || u == 0x7f || ch == ',' || ch == '"') {
      return Status::Fatal("the name of a class has a character that names cannot have (code " + std::to_string(u) +
                           ")");
    }
  }
  return {};
}

Status CheckClass(const mr_class& c) {
  // destroy is the last member that the first version cannot do without; what follows may be missing.
  if (!REACHES(mr_class, c.size, destroy)) {
    return Status::Fatal("its mr_class says it has " + std::to_string(c.size) + " bytes, too few to hold destroy");
  }
  if (c.name.p == nullptr) return Status::Fatal("its name is NULL");
  MILLRACE_RETURN_IF_ERROR(CheckClassName(record::View(c.name)));
  if (c.version.p == nullptr && c.version.n != 0) return Status::Fatal("its version is NULL");
  if (c.create == nullptr) return Status::Fatal("its create is NULL");
  return CheckTable(c);
}

Status CheckPlugin(const mr_plugin* plugin) {
  if (plugin == nullptr) return Status::Fatal("it returned NULL and did not say why");
  if (!REACHES(mr_plugin, plugin->size, classes)) {
    return Status::Fatal("its mr_plugin says it has " + std::to_string(plugin->size) + " bytes; there are " +
                         std::to_string(sizeof(mr_plugin)) + " at least");
  }
  if (plugin->n_classes > kMaxClasses) {
    return Status::Fatal("its mr_plugin says it has " + std::to_string(plugin->n_classes) +
                         " classes; a bundle may have " + std::to_string(kMaxClasses));
  }
  if (plugin->n_classes > 0 && plugin->classes == nullptr)
    return Status::Fatal("the classes of its mr_plugin are NULL");
  if (plugin->n_classes > 0 && (!REACHES(mr_class, plugin->class_stride, destroy) || plugin->class_stride % 8 != 0)) {
    return Status::Fatal("the class_stride of its mr_plugin is " + std::to_string(plugin->class_stride));
  }
  for (uint32_t i = 0; i < plugin->n_classes; ++i) {
    const auto* c = MR_AT(const mr_class, plugin->classes, plugin->class_stride, i);
    Status s = c->size > plugin->class_stride
                   ? Status::Fatal("its mr_class says it has " + std::to_string(c->size) + " bytes, more than the " +
                                   std::to_string(plugin->class_stride) + " of class_stride")
                   : CheckClass(*c);
    if (!s.ok()) {
      std::string which = "class " + std::to_string(i);
      if (c->name.p != nullptr && CheckClassName(record::View(c->name)).ok()) {
        which += " (" + std::string(record::View(c->name)) + ")";
      }
      return s.Context(which);
    }
  }
  return {};
}

}  // namespace millrace::plugins
