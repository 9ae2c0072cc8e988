// SPDX-License-Identifier: Apache-2.0
//
// The class table, the thunks and the manifest, with classes linked in as a host does it with its built-in ones.
#include "millrace/cpp/bundle.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "millrace/testing/batch.h"
#include "millrace/testing/instances.h"

using namespace millrace::sdk;
using namespace millrace::sdk::testing;

namespace {

// Throws in each call what its setting "throw" says.
class Thrower : public Source {
 public:
  using Source::Source;
  void Start(const Config& config) override {
    what_ = config.GetString("throw");
    if (what_ == "error") throw Error(MR_AUTH, "not allowed").With("key", "password");
    if (what_ == "ok as an error") throw Error(MR_OK, "confused");
  }
  void Poll(int64_t, mr_batch*) override {
    if (what_ == "standard") throw std::runtime_error("standard text");
    if (what_ == "memory") throw std::bad_alloc();
    if (what_ == "number") throw 5;
  }
  void Stop() override { throw std::runtime_error("stop failed here"); }

 private:
  std::string what_;
};

class Refuses : public Source {
 public:
  explicit Refuses(Context context) : Source(context) { throw Error(MR_UNSUPPORTED, "not on this machine"); }
  void Start(const Config&) override {}
  void Poll(int64_t, mr_batch*) override {}
  void Acked(const mr_batch&, std::span<const uint32_t>, std::span<const int64_t>) override {}
};

constexpr const char* kAliases[] = {"Throws", "say \"no\"\n", nullptr};
constexpr mr_class kClasses[] = {
    SourceClass<Thrower>({.name = "a.Thrower", .version = "1.0", .doc = "", .aliases = kAliases}),
    SourceClass<Refuses>({.name = "a.Refuses", .version = "2.0", .doc = ""}),
};

struct Fixture {
  Fixture() { SetHost(TestHost::Table()); }
  TestHost host;
};

}  // namespace

TEST_CASE("bundle: the manifest is computed from the class table") {
  constexpr BundleInfo kInfo{.name = "b", .version = "3.1", .licence = "Apache-2.0"};
  constexpr auto kText = internal::ManifestText<internal::WriteManifest(kInfo, kClasses, nullptr)>(kInfo, kClasses);
  CHECK(std::string_view(kText.data(), kText.size()) ==
        R"({"manifest_version":1,"name":"b","version":"3.1","abi":"1.0","licence":"Apache-2.0","classes":[)"
        R"({"role":"source","name":"a.Thrower","version":"1.0","aliases":["Throws","say \"no\"\u000a"]},)"
        R"({"role":"source","name":"a.Refuses","version":"2.0"}]})");
}

TEST_CASE("bundle: optional calls are in a table only when a class has them") {
  CHECK_FALSE(MR_HAS(static_cast<const mr_source*>(kClasses[0].table), acked));
  CHECK(MR_HAS(static_cast<const mr_source*>(kClasses[1].table), acked));
  CHECK_FALSE(MR_HAS(&kClasses[0], extension));
}

TEST_CASE_FIXTURE(Fixture, "thunk: whatever is thrown becomes a status and a text") {
  const struct {
    const char* what;
    mr_status start, poll;
    const char* message;
  } kCases[] = {
      {"nothing", MR_OK, MR_OK, ""},
      {"error", MR_AUTH, MR_OK, "not allowed"},
      {"ok as an error", MR_FATAL, MR_OK, "confused"},
      {"standard", MR_OK, MR_FATAL, "standard text"},
      {"memory", MR_OK, MR_RETRIABLE, "out of memory"},
      {"number", MR_OK, MR_FATAL, "the connector threw something that is not a std::exception"},
  };
  for (const auto& c : kCases) {
    CAPTURE(c.what);
    SourceTask task(host, kClasses[0]);
    CHECK(task.Start({{"throw", c.what}}) == c.start);
    if (c.start != MR_OK) {
      CHECK(task.error().message == c.message);
      continue;
    }
    mr_batch batch;
    CHECK(task.Poll(&batch) == c.poll);
    CHECK(task.error().message == c.message);
  }
  CHECK(host.Logged("ERROR millrace.sdk: stopping the source task failed: stop failed here") == 6);
  CHECK_THROWS_WITH(SourceTask(host, kClasses[1]), "not on this machine");
}

TEST_CASE_FIXTURE(Fixture, "open: a host whose table is too short is refused, not called") {
  static constexpr mr_plugin kPlugin = internal::MakePlugin(kClasses);
  mr_host old = *TestHost::Table();
  old.size = offsetof(mr_host, cancelled);
  CallError error;
  CHECK(internal::Open(&old, &kPlugin, error.abi()) == nullptr);
  CHECK(error.status == MR_UNSUPPORTED);
  CHECK(internal::Open(nullptr, &kPlugin, error.abi()) == nullptr);
  CHECK(internal::Open(TestHost::Table(), &kPlugin, error.abi()) == &kPlugin);
}
