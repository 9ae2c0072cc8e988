// SPDX-License-Identifier: Apache-2.0
// Well-behaved, with a connector side (mr.connector/1): `tasks` (default 2) task configurations, each with `task` set
// to its number; validate finds fault with `topic` = "wrong"; offsets may be altered unless a partition is "sealed".
#include "millrace/ext/connector.h"
#include "support.h"

namespace {

struct Side {
  test::Config cfg;
  bool started = false;
};

mr_status Create(const mr_class*, mr_ctx*, void** self, mr_error*) {
  *self = new Side;
  return MR_OK;
}

mr_status Validate(void*, const mr_kv* cfg, uint32_t n, mr_config_report* report, mr_error*) {
  if (test::Get(test::ToConfig(cfg, n), "topic", "") == "wrong") {
    report->problem(report->sink, test::Str("topic"), test::Str("the topic is wrong"));
  }
  return MR_OK;
}

mr_status Start(void* self, const mr_kv* cfg, uint32_t n, mr_error* e) {
  auto* side = static_cast<Side*>(self);
  side->cfg = test::ToConfig(cfg, n);
  side->started = true;
  return test::Get(side->cfg, "fail", "") == "start" ? test::Fail(e, MR_RETRIABLE, "not yet") : MR_OK;
}

mr_status TaskConfigs(void* self, uint32_t max_tasks, mr_task_configs* out, mr_error* e) {
  auto* side = static_cast<Side*>(self);
  if (!side->started) return test::Fail(e, MR_FATAL, "task_configs before start");
  const int64_t wanted = test::GetInt(side->cfg, "tasks", 2);
  for (int64_t i = 0; i < wanted && i < int64_t{max_tasks}; ++i) {
    test::Config task = side->cfg;
    task["task"] = std::to_string(i);
    std::vector<mr_kv> kv;
    for (const auto& [k, v] : task) kv.push_back({test::Str(k), test::Str(v)});
    out->add(out->sink, kv.data(), static_cast<uint32_t>(kv.size()));
  }
  return MR_OK;
}

mr_status Alter(void*, const mr_kv*, uint32_t, const mr_source_offset* offsets, uint32_t n, int32_t* handled,
                mr_error* e) {
  for (uint32_t i = 0; i < n; ++i) {
    const mr_value& p = offsets[i].partition;
    if (p.kind == MR_MAP && p.n == 1 && std::string_view(p.u.v[1].u.s, p.u.v[1].n) == "sealed") {
      return test::Fail(e, MR_CONFIG, "that partition is sealed");
    }
  }
  *handled = 1;
  return MR_OK;
}

int32_t ExactlyOnce(void*, const mr_kv*, uint32_t) { return 1; }
void Stop(void* self) { static_cast<Side*>(self)->started = false; }

constexpr mr_connector kConnector = {sizeof(mr_connector),
                                     0,
                                     Create,
                                     test::Destroy<Side>,
                                     Validate,
                                     Start,
                                     TaskConfigs,
                                     Alter,
                                     nullptr,
                                     ExactlyOnce,
                                     nullptr,
                                     nullptr,
                                     Stop};

const void* Extension(const mr_class*, const char* id) {
  return std::strcmp(id, MR_EXT_CONNECTOR) == 0 ? &kConnector : nullptr;
}

constexpr mr_class Make() {
  mr_class c = test::SourceClass<test::CountingSource>("test.SplittingSourceConnector");
  c.extension = Extension;
  return c;
}
constexpr mr_class kClasses[] = {Make()};

}  // namespace

TEST_OPEN(kClasses)
TEST_MANIFEST("connector_source", "source", "test.SplittingSourceConnector");
