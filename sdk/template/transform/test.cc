// SPDX-License-Identifier: Apache-2.0
//
// Drives the bundle (argv[1]) through the tables that the host uses.
#include <millrace/testing/batch.h>
#include <millrace/testing/check.h>
#include <millrace/testing/instances.h>

using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

int main(int, char** argv) {
  TestHost host;
  TransformInstance t(host, Bundle::Open(argv[1]).Class("example.ExampleTransform"));
  MR_CHECK(t.Configure({}) == MR_CONFIG);
  MR_CHECK(t.error().details.at("key") == "prefix");
  MR_CHECK(t.Configure({{"prefix", "p-"}}) == MR_OK);

  TestBatch batch;
  batch.Add(sdk::Text("one"));
  batch.Add(sdk::Null());
  batch.Add(sdk::Int64(5));
  batch.Add(sdk::Text("left alone"));
  const uint8_t mask[] = {1, 1, 1, 0};
  MR_CHECK(t.Apply(batch.get(), mask) == MR_DATA);
  MR_CHECK(sdk::View(batch[0].value) == "p-one");
  MR_CHECK((batch[1].flags & MR_REC_DROP) != 0);
  MR_CHECK(t.error().records.size() == 1 && t.error().records[0].index == 2);
  MR_CHECK(batch[2].value.kind == MR_I64);  // a failing record is left as it was
  MR_CHECK(sdk::View(batch[3].value) == "left alone");
  return Result();
}
