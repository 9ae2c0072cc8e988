// SPDX-License-Identifier: Apache-2.0
// Bundles whose tables or manifests are wrong; compiled once for each of them, with BAD set to one of these. The class
// is called test.<BAD> in all of them.
#include "support.h"

#define NO_SYMBOL 1             // exports nothing
#define WRONG_SYMBOL_VERSION 2  // exports mr_plugin_open_v2
#define NULL_PLUGIN 3           // open returns NULL without a reason
#define REFUSES 4               // open returns NULL with a reason
#define ZERO_SIZE 5             // mr_plugin.size is 0
#define NULL_TABLE 6            // mr_class.table is NULL
#define ZERO_TABLE 7            // the size of the table is 0
#define SHORT_TABLE 8           // the table ends before poll
#define NULL_CREATE 9           // mr_class.create is NULL
#define NULL_NAME 10            // mr_class.name is NULL
#define BILLION_CLASSES 11      // mr_plugin.n_classes is a billion
#define ODD_STRIDE 12           // mr_plugin.class_stride is 3
#define UNKNOWN_ROLE 13         // manifest and table have a role that does not exist
#define WRONG_ABI 14            // the manifest says ABI 2.0
#define NEWER_MANIFEST 15       // manifest_version 2
#define INVALID_JSON 16         // the manifest is cut off
#define NO_MANIFEST 17          // no manifest at all
#define LIES_IN_MANIFEST 18     // other version, role and aliases, a class too many and one too few
#define DUPLICATE_CLASS 19      // test.CountingSourceConnector 1.0, as in counting_source; and twice in the manifest
#define MISSING_LIBRARY 20      // needs a library that is not there
#define THROWS_IN_EXTENSION 21  // throws when asked for mr.connector/1

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define NAME "test." TEXT(BAD_NAME)

namespace {

#if BAD == ZERO_TABLE || BAD == SHORT_TABLE
constexpr mr_source kTable = {BAD == ZERO_TABLE ? 0 : offsetof(mr_source, poll)};
#endif

constexpr mr_class Make() {
  mr_class c = test::SourceClass<test::CountingSource>(BAD == DUPLICATE_CLASS ? "test.CountingSourceConnector" : NAME);
#if BAD == NULL_TABLE
  c.table = nullptr;
#elif BAD == ZERO_TABLE || BAD == SHORT_TABLE
  c.table = &kTable;
#elif BAD == NULL_CREATE
  c.create = nullptr;
#elif BAD == NULL_NAME
  c.name = {};
#elif BAD == UNKNOWN_ROLE
  c.role = 77;
#elif BAD == THROWS_IN_EXTENSION
  c.extension = [](const mr_class*, const char*) -> const void* { throw 1; };
#endif
  return c;
}

[[maybe_unused]] constexpr mr_class kClasses[] = {
    Make(),
#if BAD == LIES_IN_MANIFEST
    test::SourceClass<test::CountingSource>("test.NotInTheManifest"),
    test::SinkClass<test::NullSink>("test.OtherRole"),
#endif
};

}  // namespace

#if BAD == NULL_PLUGIN
extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host*, mr_str, mr_error*) { return nullptr; }
#elif BAD == REFUSES
extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host* host, mr_str, mr_error* e) {
  test::g_host = host;
  test::Fail(e, MR_UNSUPPORTED, "this machine has no flux capacitor");
  return nullptr;
}
#elif BAD == WRONG_SYMBOL_VERSION
extern "C" MR_EXPORT const void* mr_plugin_open_v2(void) { return nullptr; }
#elif BAD == ZERO_SIZE || BAD == BILLION_CLASSES || BAD == ODD_STRIDE
extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host*, mr_str, mr_error*) {
  static const mr_plugin plugin = {BAD == ZERO_SIZE ? 0 : sizeof(mr_plugin), 0,
                                   BAD == ODD_STRIDE ? 3 : sizeof(mr_class), BAD == BILLION_CLASSES ? 1'000'000'000 : 1,
                                   kClasses};
  return &plugin;
}
#elif BAD == MISSING_LIBRARY
extern "C" int millrace_not_there(void);
extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host*, mr_str, mr_error*) {
  return millrace_not_there() != 0 ? nullptr : nullptr;
}
#elif BAD != NO_SYMBOL
TEST_OPEN(kClasses)
#endif

#define HEAD(version, abi) \
  "{\"manifest_version\":" version ",\"name\":\"bad\",\"version\":\"1.0\",\"abi\":\"" abi "\",\"classes\":["
#if BAD == WRONG_ABI
MR_MANIFEST(HEAD("1", "2.0") "{\"role\":\"source\",\"name\":\"" NAME "\"}]}");
#elif BAD == NEWER_MANIFEST
MR_MANIFEST(HEAD("2", "1.0") "{\"role\":\"source\",\"name\":\"" NAME "\"}]}");
#elif BAD == INVALID_JSON
MR_MANIFEST(HEAD("1", "1.0") "{\"role\":\"source\",");
#elif BAD == UNKNOWN_ROLE
MR_MANIFEST(HEAD("1", "1.0") "{\"role\":\"oracle\",\"name\":\"" NAME "\"}]}");
#elif BAD == LIES_IN_MANIFEST
MR_MANIFEST(HEAD("1", "1.0") "{\"role\":\"source\",\"name\":\"" NAME
                             "\",\"version\":\"9.9\",\"aliases\":[\"liar\"]},"
                             "{\"role\":\"source\",\"name\":\"test.OtherRole\"},"
                             "{\"role\":\"sink\",\"name\":\"test.NotInTheTable\"}]}");
#elif BAD == DUPLICATE_CLASS
MR_MANIFEST(HEAD(
    "1", "1.0") "{\"role\":\"source\",\"name\":\"test.CountingSourceConnector\"},"
                "{\"role\":\"source\",\"name\":\"test.CountingSourceConnector\"}]}");
#elif BAD != NO_MANIFEST
MR_MANIFEST(HEAD("1", "1.0") "{\"role\":\"source\",\"name\":\"" NAME "\"}]}");
#endif
