// SPDX-License-Identifier: Apache-2.0
#include "plugins/registry.h"

#include <atomic>
#include <thread>

#include "fixture.h"
#include "plugins/instance.h"

namespace millrace::plugins {
namespace {

std::string LoadError(TestRegistry& t, const std::string& name) {
  Result<const mr_class*> c = t.registry.Load(0, name);
  return c.ok() ? "loaded" : c.status().message();
}

TEST_CASE("every broken bundle is listed with its reason and the good ones work") {
  TestRegistry t;
  const auto reason = [&](const char* name) {
    const BundleInfo b = t.Bundle(std::string(name) + ".so");
    CHECK_FALSE(b.usable);
    return b.reason;
  };
  CHECK(reason("bad_text") == "not an ELF file");
  CHECK(reason("bad_truncated").starts_with("truncated: its section table should end at byte "));
  CHECK(reason("bad_no_manifest").starts_with("carries no manifest"));
  CHECK(reason("bad_wrong_abi").starts_with("built for ABI 2.0"));
  CHECK(reason("bad_newer_manifest").starts_with("the manifest has manifest_version 2"));
  CHECK(reason("bad_invalid_json").starts_with("the manifest is not valid JSON"));
  CHECK(reason("bad_unknown_role").starts_with("nothing usable in it: class test.unknown_role was left out"));
  CHECK(t.log_lines.Has("bad_text.so is not used: not an ELF file"));
  CHECK(t.Bundle("counting_source.so").usable);
  CHECK_FALSE(t.Bundle("counting_source.so").loaded);
  CHECK(t.registry.Load(MR_ROLE_SOURCE, "CountingSource").ok());
}

TEST_CASE("what is wrong inside a bundle is found when it is loaded, and said each time") {
  TestRegistry t;
  const auto error = [&](const char* name) {
    const std::string first = LoadError(t, std::string("test.") + name);
    CHECK(LoadError(t, std::string("test.") + name) == first);
    const std::string prefix = "bundle " + BundlePath(std::string("bad_") + name) + ": ";
    CHECK(first.starts_with(prefix));
    const BundleInfo b = t.Bundle(std::string("bad_") + name + ".so");
    CHECK_FALSE(b.usable);
    CHECK(prefix + b.reason == first);
    return b.reason;
  };
  CHECK(error("no_symbol").starts_with("exports no function mr_plugin_open_v1"));
  CHECK(error("wrong_symbol_version").starts_with("built for ABI major version 2"));
  CHECK(error("null_plugin") == "refused to start: mr_plugin_open_v1 failed with MR_FATAL and did not say why");
  CHECK(error("refuses") == "refused to start: this machine has no flux capacitor");
  const std::string tables = "what it offers is not as abi.h wants it: ";
  CHECK(error("zero_size") == tables + "its mr_plugin says it has 0 bytes; there are 24 at least");
  CHECK(error("billion_classes").starts_with(tables + "its mr_plugin says it has 1000000000 classes"));
  CHECK(error("odd_stride") == tables + "the class_stride of its mr_plugin is 3");
  CHECK(error("null_table") == tables + "class 0 (test.null_table): its table is NULL");
  CHECK(error("zero_table") == tables + "class 0 (test.zero_table): the size of its table is 0");
  CHECK(error("short_table") == tables + "class 0 (test.short_table): its mr_source has no poll");
  CHECK(error("null_create") == tables + "class 0 (test.null_create): its create is NULL");
  CHECK(error("null_name") == tables + "class 0: its name is NULL");
  CHECK(
      error("missing_library").starts_with("cannot be loaded: libmillrace_not_there.so.1: cannot open shared object"));
  CHECK(LoadError(t, "test.BadThrowsInOpenConnector")
            .find("mr_plugin_open_v1 let a C++ exception out of its bundle (std::runtime_error: thrown by "
                  "bad_throws_in_open)") != std::string::npos);
}

TEST_CASE("differences between manifest and class table are named, and logged once") {
  TestRegistry t;
  CHECK(LoadError(t, "test.lies_in_manifest") == "loaded");
  CHECK(LoadError(t, "liar") == "loaded");
  const BundleInfo b = t.Bundle("bad_lies_in_manifest.so");
  CHECK(b.usable);
  CHECK(b.notes == std::vector<std::string>{
                       "class test.lies_in_manifest: version is \"9.9\" in the manifest and \"1.0\" in the class table",
                       "class test.lies_in_manifest: aliases are not those of the class table",
                       "class test.OtherRole: role is source in the manifest and sink in the class table",
                       "class test.NotInTheTable: the manifest names it, the class table does not",
                       "class test.NotInTheManifest: the class table has it, the manifest does not"});
  CHECK(t.log_lines.Has("version is \"9.9\" in the manifest"));
  CHECK(LoadError(t, "test.NotInTheTable").find("the class table of the bundle does not") != std::string::npos);
  CHECK(LoadError(t, "test.OtherRole").find("names class test.OtherRole (source)") != std::string::npos);
}

TEST_CASE("the same class from two bundles: the first is used, the other says so") {
  TestRegistry t;
  // bad_duplicate_class.so comes first by name
  CHECK(t.registry.Resolve(0, "test.CountingSourceConnector", "1.0")->location == BundlePath("bad_duplicate_class"));
  const std::vector<std::string> notes = t.Bundle("counting_source.so").notes;
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "class test.CountingSourceConnector 1.0 is not used: it is also in " +
                        BundlePath("bad_duplicate_class") + ", which comes first");
  CHECK(t.Bundle("bad_duplicate_class.so").notes ==
        std::vector<std::string>{"class test.CountingSourceConnector 1.0 is not used: the manifest names it twice"});
}

TEST_CASE("several versions of a class live side by side") {
  const TempDir dir;
  dir.CopyBundle("counting_source", "one.so");
  dir.CopyBundle("counting_source_2", "two.so");
  TestRegistry t({dir.path()});
  CHECK(t.registry.Resolve(MR_ROLE_SOURCE, "CountingSource")->version == "2.0");
  CHECK(t.registry.Resolve(MR_ROLE_SOURCE, "count")->version == "2.0");
  CHECK(t.registry.Resolve(MR_ROLE_SOURCE, "CountingSource", "[1,2)")->version == "1.0");
  const mr_class* one = *t.registry.Load(MR_ROLE_SOURCE, "CountingSource", "1.0");
  const mr_class* two = *t.registry.Load(MR_ROLE_SOURCE, "CountingSource");
  CHECK(one != two);
  CHECK(std::string_view(one->version.p, one->version.n) == "1.0");
  CHECK(std::string_view(two->version.p, two->version.n) == "2.0");
  CHECK(t.registry.Load(0, "CountingSource", "3").status().message() ==
        "Plugin test.CountingSourceConnector not found that matches the version range [3,3], available versions: [1.0, "
        "2.0]");
  const auto found = t.registry.Find(MR_ROLE_SOURCE, "CountingSource");
  REQUIRE(found.size() == 2);
  CHECK(found[0].version == "1.0");
  CHECK(t.registry.Find(MR_ROLE_SINK, "CountingSource").empty());
}

TEST_CASE("a bundle is opened once in a process, also by a second registry") {
  const mr_class* first = nullptr;
  {
    TestRegistry t;
    first = t.Load("test.CSource");
  }
  TestRegistry t;
  CHECK(t.Load("test.CSource") == first);
}

TEST_CASE("threads may load, resolve and list at once") {
  TestRegistry t;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&t, &wrong] {
      const mr_class* first = nullptr;
      for (const char* name :
           {"test.CSource", "test.HexConverter", "test.null_table", "test.CSource", "SplittingSource"}) {
        Result<const mr_class*> c = t.registry.Load(0, name);
        if (c.ok() == (std::string_view(name) == "test.null_table")) ++wrong;
        if (std::string_view(name) != "test.CSource") continue;
        if (first != nullptr && (!c.ok() || *c != first)) ++wrong;
        first = c.ok() ? *c : nullptr;
      }
      if (t.registry.Bundles().empty() || t.registry.Classes().empty()) ++wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("built-in classes come before those of bundles") {
  TestRegistry t;
  const mr_class* mine = t.Load("test.CSource");
  const mr_class copy = *mine;
  const mr_class* const classes[] = {&copy};
  t.registry.AddBuiltIn(classes, 1);
  CHECK(*t.registry.Load(MR_ROLE_SOURCE, "test.CSource") == &copy);
  CHECK(t.registry.Resolve(0, "CSource")->location == "classpath");
  const auto found = t.registry.Find(0, "CSource");
  REQUIRE(found.size() == 2);
  CHECK_FALSE(found[0].built_in);
  CHECK(found[1].built_in);
}

TEST_CASE("the settings of a class come from its table") {
  TestRegistry t;
  const auto classes = t.registry.Find(0, "test.CSource");
  REQUIRE(classes.size() == 1);
  Result<config::ConfigDef> def = t.registry.Definition(classes[0]);
  REQUIRE(def.ok());
  CHECK(def->keys().empty());
  CHECK_FALSE(t.registry.Definition({"test.null_table", "1.0", MR_ROLE_SOURCE}).ok());
}

TEST_CASE("all classes of a role, by name") {
  const TempDir dir;
  dir.CopyBundle("stages", "stages.so");
  TestRegistry t({dir.path()});
  CHECK(t.registry.All(MR_ROLE_HEADER_CONVERTER).size() == 2);
  CHECK(t.registry.All(MR_ROLE_CONVERTER).size() == 1);
  CHECK(t.registry.All(0).size() == 5);
  CHECK(t.registry.Classes().size() == 5);
}

TEST_CASE("plugin.discovery=hybrid_fail wants a manifest everywhere") {
  TestRegistry t;
  CHECK(t.registry.CheckDiscovery("service_load").ok());
  CHECK(t.registry.CheckDiscovery("only_scan").ok());
  CHECK(t.registry.CheckDiscovery("hybrid_warn").ok());
  CHECK(t.log_lines.Has("One or more plugins carry no manifest"));
  const Status s = t.registry.CheckDiscovery("hybrid_fail");
  CHECK(s.code() == Code::kConfig);
  CHECK(s.message().find("bad_no_manifest.so") != std::string::npos);
  CHECK(s.message().find("bad_text.so") == std::string::npos);
}

}  // namespace
}  // namespace millrace::plugins
