// SPDX-License-Identifier: Apache-2.0
// Well-behaved: appends "topic partition offset value" per record to the file of the setting "file" and flushes it.
#include <cerrno>
#include <cstdio>

#include "support.h"

namespace {

struct CollectingSink : test::NullSink {
  FILE* out = nullptr;

  ~CollectingSink() override { Stop(); }

  mr_status Start(mr_error* e) override {
    const std::string path = test::Get(cfg, "file", "");
    out = path.empty() ? nullptr : std::fopen(path.c_str(), "a");
    if (out == nullptr) return test::Fail(e, MR_CONFIG, "cannot append to the file '" + path + "'");
    return MR_OK;
  }

  mr_status Put(const mr_batch* b, mr_error* e) override {
    for (uint32_t i = 0; i < b->n; ++i) {
      const auto* r = MR_AT(const mr_record, b->records, b->stride, i);
      const mr_str& topic = b->topics[r->topic];
      std::fprintf(out, "%.*s %d %lld ", static_cast<int>(topic.n), topic.p, r->partition,
                   static_cast<long long>(r->offset));
      if (r->value.kind == MR_STRING || r->value.kind == MR_BYTES) {
        std::fwrite(r->value.u.s, 1, r->value.n, out);
      } else {
        std::fprintf(out, "(kind %d)", r->value.kind);
      }
      std::fputc('\n', out);
    }
    return std::ferror(out) != 0 ? test::Fail(e, MR_RETRIABLE, "writing failed") : MR_OK;
  }

  mr_status Flush(mr_error* e) override {
    return std::fflush(out) != 0 ? test::Fail(e, MR_RETRIABLE, "flushing failed") : MR_OK;
  }

  void Stop() override {
    if (out != nullptr) std::fclose(out);
    out = nullptr;
  }
};

}  // namespace

TEST_SINK_BUNDLE("collecting_sink", CollectingSink, "test.CollectingSinkConnector");
