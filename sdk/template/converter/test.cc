// SPDX-License-Identifier: Apache-2.0
//
// Drives the bundle (argv[1]) through the tables that the host uses.
#include <millrace/testing/batch.h>
#include <millrace/testing/check.h>
#include <millrace/testing/instances.h>

#include <vector>

using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

int main(int, char** argv) {
  TestHost host;
  ConverterInstance c(host, Bundle::Open(argv[1]).Class("example.ExampleConverter"));
  MR_CHECK(c.Configure({{"upper.case", "true"}}) == MR_OK);

  TestBatch out;
  out.Add(sdk::Text("\xAB~"));
  out.Add(sdk::Null());
  out.Add(sdk::Int64(5));
  std::vector<mr_str> bytes;
  MR_CHECK(c.FromConnect(*out.get(), &bytes) == MR_DATA);
  MR_CHECK(sdk::View(bytes[0]) == "AB7E");
  MR_CHECK(bytes[1].p == nullptr);
  MR_CHECK(c.error().records.size() == 1 && c.error().records[0].index == 2);

  TestBatch in;
  for (int i = 0; i < 3; ++i) in.Add(sdk::Null());
  MR_CHECK(c.ToConnect(in.get(), {sdk::Str("ab7e"), mr_str{}, sdk::Str("x1")}) == MR_DATA);
  MR_CHECK(in[0].value.kind == MR_BYTES && sdk::View(in[0].value) == "\xAB~");
  MR_CHECK(in[0].value_schema != nullptr && in[0].value_schema->kind == MR_BYTES);
  MR_CHECK(sdk::IsNull(in[1].value));
  MR_CHECK(c.error().records.size() == 1 && c.error().records[0].index == 2);
  return Result();
}
