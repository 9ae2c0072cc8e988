// SPDX-License-Identifier: Apache-2.0
#include "plugins/crash_handler.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "fixture.h"
#include "plugins/instance.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

namespace millrace::plugins {
namespace {

// Runs the crashing bundle in a child process; returns what it said, and the signal that ended it.
std::string Crash(TestRegistry& t, const std::string& how, int* signal) {
  const mr_class* type = t.Load("test.BadCrashesInPollConnector");
  int pipe_fds[2];
  REQUIRE(pipe(pipe_fds) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{};
    setrlimit(RLIMIT_CORE, &no_core);
    // The test's own handlers would report the signal as a failed test.
    for (const int s : {SIGSEGV, SIGABRT, SIGBUS}) std::signal(s, SIG_DFL);
    dup2(pipe_fds[1], STDERR_FILENO);
    InstallCrashHandler();
    std::thread([&] {
      TestContext context;
      Result<std::unique_ptr<SourceTask>> task = SourceTask::Make(type, &context);
      mr_batch b;
      (void)(*task)->Start({{"how", how}});
      (void)(*task)->Poll(0, &b);
    }).join();
    _exit(0);
  }
  close(pipe_fds[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(pipe_fds[0], buffer, sizeof(buffer))) > 0;) said.append(buffer, static_cast<size_t>(n));
  close(pipe_fds[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return said;
}

TEST_CASE("the guilty bundle is named when a plugin crashes, and the signal takes its course" *
          doctest::skip(SANITIZED)) {
  TestRegistry t;
  int signal = 0;
  const std::string where = "millrace: it was in a call of bundle " + BundlePath("bad_crashes_in_poll") +
                            ", class test.BadCrashesInPollConnector, function poll, for ";
  std::string said = Crash(t, "", &signal);
  CHECK(signal == SIGSEGV);
  CHECK(said.find("millrace: ended by SIGSEGV (bad memory access) at address 0x10, thread \"") != std::string::npos);
  CHECK(said.find(where) != std::string::npos);

  said = Crash(t, "abort", &signal);
  CHECK(signal == SIGABRT);
  CHECK(said.find("millrace: ended by SIGABRT (abort)") != std::string::npos);
  CHECK(said.find(where) != std::string::npos);

  // a stack overflow: the handler has a stack of its own
  said = Crash(t, "stack", &signal);
  CHECK(signal == SIGSEGV);
  CHECK(said.find(where) != std::string::npos);

  // a thread that the bundle started is in no call of ours, but runs the bundle's code
  said = Crash(t, "thread", &signal);
  CHECK(signal == SIGSEGV);
  CHECK(said.find("millrace: it was running code of bundle " + BundlePath("bad_crashes_in_poll")) != std::string::npos);
}

TEST_CASE("a crash outside of bundles says so, and a long text is cut") {
  char text[2048];
  std::string all(text, DescribeCrash(text, sizeof(text), SIGFPE, 0, 0));
  CHECK(all.find("millrace: ended by SIGFPE (arithmetic error), thread \"") != std::string::npos);
  CHECK(all.find("millrace: it was in no call of a bundle\n") != std::string::npos);
  CHECK(DescribeCrash(text, 10, SIGFPE, 0, 0) == 10);
}

TEST_CASE("nested calls: the innermost is told, then the outer one again") {
  char text[2048];
  const CallFrame outer("/p/outer.so", "x.Outer", "put", nullptr);
  {
    const CallFrame inner("/p/inner.so", "x.Inner", "apply", nullptr);
    const std::string all(text, DescribeCrash(text, sizeof(text), SIGSEGV, 0, 0));
    CHECK(all.find("bundle /p/inner.so, class x.Inner, function apply") != std::string::npos);
  }
  const std::string all(text, DescribeCrash(text, sizeof(text), SIGSEGV, 0, 0));
  CHECK(all.find("bundle /p/outer.so, class x.Outer, function put") != std::string::npos);
}

TEST_CASE("code ranges find their bundle") {
  AddBundleRange(0x7000, 0x8000, "/p/a.so");
  CHECK(std::string(BundleAt(0x7fff)) == "/p/a.so");
  CHECK(BundleAt(0x8000) == nullptr);
}

}  // namespace
}  // namespace millrace::plugins
