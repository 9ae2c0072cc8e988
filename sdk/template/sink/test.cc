// SPDX-License-Identifier: Apache-2.0
//
// Drives the bundle (argv[1]) through the tables that the host uses.
#include <millrace/testing/batch.h>
#include <millrace/testing/check.h>
#include <millrace/testing/instances.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

int main(int, char** argv) {
  TestHost host;
  const mr_class& type = Bundle::Open(argv[1]).Class("example.ExampleSinkConnector");
  char path[] = "/tmp/example-sink-XXXXXX";
  close(mkstemp(path));
  {
    SinkTask task(host, type);
    MR_CHECK(task.Start({{"path", path}}) == MR_OK);
    TestBatch batch("t");
    batch.Add(sdk::Text("one"));
    batch.Add(sdk::Null());
    batch.Add(sdk::Text("two"));
    MR_CHECK(task.Put(*batch.get()) == MR_OK);
    MR_CHECK(task.Flush() == MR_OK);
    MR_CHECK(batch.references() == 0);

    TestBatch bad("t");
    bad.Add(sdk::Int64(5));
    MR_CHECK(task.Put(*bad.get()) == MR_DATA);
    MR_CHECK(task.error().message == "the value is not text");
  }
  std::ifstream in(path);
  const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  MR_CHECK(content == "t one\nt two\n");
  unlink(path);

  SinkTask wrong(host, type);
  MR_CHECK(wrong.Start({{"path", "/nowhere/file"}}) == MR_CONFIG);
  return Result();
}
