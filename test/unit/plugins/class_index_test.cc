// SPDX-License-Identifier: Apache-2.0
#include "plugins/class_index.h"

#include <doctest/doctest.h>

#include "millrace/abi.h"

namespace millrace::plugins {
namespace {

ClassIndex Make(const std::vector<std::tuple<std::string, std::string, int>>& classes) {
  ClassIndex index;
  size_t id = 0;
  for (const auto& [name, version, role] : classes) {
    index.Add({name, config::Version(version), role, "classpath", {}, id++});
  }
  index.Build();
  return index;
}

std::string Name(const ClassIndex& index, int role, const std::string& name, const std::string& version = "") {
  Result<const ClassIndex::Entry*> e = index.Resolve(role, name, version);
  return e.ok() ? (*e)->name + " " + (*e)->version.text() : e.status().message();
}

using Aliases = std::set<std::string>;

TEST_CASE("the short forms of a class name are Java's") {
  CHECK(DerivedAliases("org.x.FileStreamSourceConnector", MR_ROLE_SOURCE) ==
        Aliases{"FileStreamSourceConnector", "FileStreamSource"});
  CHECK(DerivedAliases("org.x.JsonConverter", MR_ROLE_CONVERTER) == Aliases{"JsonConverter", "Json"});
  CHECK(DerivedAliases("org.x.SimpleHeaderConverter", MR_ROLE_HEADER_CONVERTER) ==
        Aliases{"SimpleHeaderConverter", "Simple"});
  CHECK(DerivedAliases("org.x.FancyTransformation", MR_ROLE_TRANSFORM) == Aliases{"FancyTransformation", "Fancy"});
  CHECK(DerivedAliases("org.x.InsertField$Value", MR_ROLE_TRANSFORM) == Aliases{"Value"});
  CHECK(DerivedAliases("org.x.HasHeaderKey", MR_ROLE_PREDICATE) == Aliases{"HasHeaderKey"});
  CHECK(DerivedAliases("org.x.FileConfigProvider", MR_ROLE_CONFIG_PROVIDER) == Aliases{"FileConfigProvider", "File"});
  // the kind's name alone is kept, and one in the middle cuts off the rest
  CHECK(DerivedAliases("org.x.Connector", MR_ROLE_SINK) == Aliases{"Connector"});
  CHECK(DerivedAliases("org.x.FooConnectorV2", MR_ROLE_SINK) == Aliases{"FooConnectorV2", "Foo"});
  CHECK(DerivedAliases("NoPackage", MR_ROLE_SINK) == Aliases{"NoPackage"});
}

TEST_CASE("a class is found by full name, simple name and without its kind") {
  const ClassIndex index = Make({{"org.x.FileStreamSourceConnector", "1", MR_ROLE_SOURCE},
                                 {"org.x.InsertField$Value", "1", MR_ROLE_TRANSFORM},
                                 {"org.x.JsonConverter", "1", MR_ROLE_CONVERTER}});
  for (const char* name : {"org.x.FileStreamSourceConnector", "FileStreamSourceConnector", "FileStreamSource"}) {
    CHECK(Name(index, kRoleConnector, name) == "org.x.FileStreamSourceConnector 1");
    CHECK(Name(index, MR_ROLE_SOURCE, name) == "org.x.FileStreamSourceConnector 1");
  }
  CHECK(Name(index, MR_ROLE_TRANSFORM, "org.x.InsertField$Value") == "org.x.InsertField$Value 1");
  CHECK(Name(index, 0, "Json") == "org.x.JsonConverter 1");
  CHECK(Name(index, 0, "json") == "Class json could not be found.");
}

TEST_CASE("a converter serves as header converter, not the other way") {
  const ClassIndex index =
      Make({{"x.JsonConverter", "1", MR_ROLE_CONVERTER}, {"x.SimpleHeaderConverter", "1", MR_ROLE_HEADER_CONVERTER}});
  CHECK(Name(index, MR_ROLE_HEADER_CONVERTER, "Json") == "x.JsonConverter 1");
  CHECK(Name(index, MR_ROLE_CONVERTER, "x.SimpleHeaderConverter") ==
        "Class x.SimpleHeaderConverter could not be found.");
}

TEST_CASE("an alias of several classes means none of them") {
  const ClassIndex index = Make({{"a.Cast$Key", "1", MR_ROLE_TRANSFORM},
                                 {"b.Mask$Key", "1", MR_ROLE_TRANSFORM},
                                 {"a.FooSource", "1", MR_ROLE_SOURCE},
                                 {"b.FooSource", "1", MR_ROLE_SOURCE}});
  CHECK(Name(index, MR_ROLE_TRANSFORM, "Key") == "Class Key could not be found.");
  CHECK(Name(index, MR_ROLE_TRANSFORM, "a.Cast$Key") == "a.Cast$Key 1");
  CHECK(Name(index, kRoleConnector, "FooSource")
            .starts_with("More than one connector matches alias FooSource. Please use full package and class name "
                         "instead. Classes found: PluginDesc{klass=class a.FooSource, "));
}

TEST_CASE("a connector's alias survives a class of another kind that takes it") {
  const ClassIndex index = Make({{"a.FooConnector", "1", MR_ROLE_SINK}, {"b.Foo", "1", MR_ROLE_TRANSFORM}});
  CHECK(Name(index, kRoleConnector, "Foo") == "a.FooConnector 1");
  CHECK(Name(index, MR_ROLE_TRANSFORM, "Foo") == "Class Foo could not be found.");
}

TEST_CASE("an unknown connector is answered in Java's words, with the list") {
  const ClassIndex index = Make({{"x.SinkA", "1.0", MR_ROLE_SINK}, {"x.Json", "1", MR_ROLE_CONVERTER}});
  const std::string list =
      "PluginDesc{klass=class x.SinkA, name='x.SinkA', version='1.0', encodedVersion=1.0, type=sink, typeName='sink', "
      "location='classpath'}";
  CHECK(Name(index, kRoleConnector, "Nope") ==
        "Failed to find any class that implements Connector and which name matches Nope, available connectors are: " +
            list);
  CHECK(Name(index, kRoleConnector, "") ==
        "Failed to find any class that implements Connector and which name matches , available connectors are: " +
            list);
  // a class, but no connector
  CHECK(Name(index, kRoleConnector, "x.Json") ==
        "Failed to find any class that implements Connector and which name matches x.Json, available connectors are: " +
            list);
}

TEST_CASE("the highest version is the default and a requirement picks another") {
  const ClassIndex index = Make({{"x.A", "1.9", MR_ROLE_SOURCE},
                                 {"x.A", "1.10", MR_ROLE_SOURCE},
                                 {"x.A", "2.0-rc1", MR_ROLE_SOURCE},
                                 {"x.A", "1.0", MR_ROLE_SOURCE}});
  CHECK(Name(index, 0, "x.A") == "x.A 2.0-rc1");
  CHECK(Name(index, 0, "x.A", "latest") == "x.A 2.0-rc1");
  CHECK(Name(index, 0, "A", "[1.0,1.10]") == "x.A 1.10");
  CHECK(Name(index, 0, "A", "1") == "x.A 1.0");
  CHECK(Name(index, 0, "A", "(,1.9)") == "x.A 1.0");
  CHECK(
      Name(index, 0, "A", "99.0") ==
      "Plugin x.A not found that matches the version range [99.0,99.0], available versions: [1.0, 1.9, 1.10, 2.0-rc1]");
  CHECK(Name(index, 0, "A", "[9,") == "Unbounded range: [9,");
  CHECK(index.Find(0, "A").size() == 4);
  CHECK(index.Find(0, "A").back()->version.text() == "2.0-rc1");
}

TEST_CASE("Java counts a converter's versions twice") {
  const ClassIndex index = Make({{"x.J", "4.1.2", MR_ROLE_CONVERTER}});
  CHECK(Name(index, MR_ROLE_CONVERTER, "x.J", "99") ==
        "Plugin x.J not found that matches the version range [99,99], available versions: [4.1.2, 4.1.2]");
}

TEST_CASE("of the same class in the same version the first one added is used") {
  const ClassIndex index = Make({{"x.A", "1.0", MR_ROLE_SOURCE}, {"x.A", "1", MR_ROLE_SOURCE}});
  CHECK((*index.Resolve(0, "x.A", ""))->id == 0);
}

TEST_CASE("near matches are named") {
  const ClassIndex index = Make({{"org.x.FileStreamSourceConnector", "1", MR_ROLE_SOURCE},
                                 {"org.x.FileStreamSinkConnector", "1", MR_ROLE_SINK},
                                 {"org.x.JsonConverter", "1", MR_ROLE_CONVERTER}});
  const auto hint = [&](int role, const char* name) {
    return std::string(index.Resolve(role, name, "").status().detail("hint"));
  };
  CHECK(hint(kRoleConnector, "FileStreamSorce") == "did you mean org.x.FileStreamSourceConnector?");
  CHECK(hint(kRoleConnector, "org.y.FileStreamSourceConnector") == "did you mean org.x.FileStreamSourceConnector?");
  CHECK(hint(kRoleConnector, "FileStreamSork") ==
        "did you mean org.x.FileStreamSinkConnector or org.x.FileStreamSourceConnector?");
  CHECK(hint(MR_ROLE_CONVERTER, "jsonconverter") == "did you mean org.x.JsonConverter?");
  CHECK(hint(MR_ROLE_CONVERTER, "Avro").empty());
}

}  // namespace
}  // namespace millrace::plugins
