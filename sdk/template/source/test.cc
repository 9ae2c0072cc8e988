// SPDX-License-Identifier: Apache-2.0
//
// Drives the bundle (argv[1]) through the tables that the host uses.
#include <millrace/testing/check.h>
#include <millrace/testing/instances.h>

#include <string_view>
#include <thread>

using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

int main(int, char** argv) {
  TestHost host;
  const mr_class& type = Bundle::Open(argv[1]).Class("example.ExampleSourceConnector");
  host.StoreOffset("example", "count", sdk::Int64(41));
  {
    SourceTask task(host, type);
    MR_CHECK(task.Start({{"topic", "t"}, {"interval.ms", "3600000"}}) == MR_OK);
    mr_batch batch;
    MR_CHECK(task.Poll(&batch) == MR_OK && batch.n == 1);
    MR_CHECK(sdk::View(batch.records[0].value) == "tick 42");  // it went on where the last run ended
    batch.release(&batch);
    MR_CHECK(task.Poll(&batch) == MR_OK && batch.n == 0);  // nothing new

    std::thread other([&] { task.Cancel(); });
    MR_CHECK(task.Poll(&batch, 3'600'000) == MR_OK && batch.n == 0);
    other.join();
  }
  SourceTask wrong(host, type);
  MR_CHECK(wrong.Start({{"topic", "t"}, {"interval.ms", "soon"}}) == MR_CONFIG);
  MR_CHECK(wrong.error().details.at("key") == "interval.ms");
  MR_CHECK(host.live_schemas() == 0);
  return Result();
}
