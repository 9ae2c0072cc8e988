// SPDX-License-Identifier: Apache-2.0
#include "rest/server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "rest/work_pool.h"

using namespace millrace;
using namespace millrace::rest;

namespace {

// A plain socket to a server on this machine.
class Client {
 public:
  explicit Client(uint16_t port) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    timeval limit{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~Client() { close(fd_); }
  void Send(std::string_view text) { (void)!send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // One answer: its header and as many bytes of body as it announces.
  std::string Answer(bool head = false) {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!Read()) return std::exchange(buffer_, {});
    }
    const size_t header = buffer_.find("\r\n\r\n") + 4;
    size_t body = 0;
    if (const size_t at = buffer_.find("Content-Length: "); !head && at < header)
      body = std::stoul(buffer_.substr(at + 16));
    while (buffer_.size() < header + body && Read()) {
    }
    const std::string answer = buffer_.substr(0, header + body);
    buffer_.erase(0, header + body);
    return answer;
  }
  bool Ended() {
    while (Read()) {
    }
    return buffer_.empty();
  }

 private:
  bool Read() {
    char chunk[4096];
    const ssize_t n = recv(fd_, chunk, sizeof(chunk), 0);
    if (n <= 0) return false;
    buffer_.append(chunk, static_cast<size_t>(n));
    return true;
  }
  int fd_ = -1;
  std::string buffer_;
};

struct Fixture {
  Log log;
  Options options;
  Handler handler;
  std::unique_ptr<Server> server;

  Fixture() {
    log.SetSink([](LogLevel, std::string_view) {});
    options.listeners = {{"127.0.0.1", 0, {}}};
    handler.may_wait = [](const Request& r) { return r.raw_target.starts_with("/slow"); };
    handler.handle = [](const Request& r, Surface) {
      return Response{200, "text/plain", r.method + " " + r.raw_target + " " + r.body, {}};
    };
  }
  uint16_t Start() {
    Result<std::unique_ptr<Server>> started = Server::Start(options, handler, &log);
    REQUIRE_MESSAGE(started.ok(), started.status().message());
    server = *std::move(started);
    return server->port(0);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a connection is used again") {
  Client client(Start());
  client.Send("GET /a%2Fb?x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.Answer().ends_with("GET /a%2Fb?x "));
  client.Send("PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(client.Answer().ends_with("PUT /b hi"));
  client.Send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  CHECK(client.Answer().ends_with("POST /c abc"));
  client.Send("HEAD /d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string head = client.Answer(/*head=*/true);
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK(client.Ended());
}

TEST_CASE_FIXTURE(Fixture, "a client that expects it is told to continue") {
  Client client(Start());
  client.Send("PUT /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.Answer().starts_with("HTTP/1.1 100 Continue"));
  client.Send("hi");
  CHECK(client.Answer().ends_with("PUT /b hi"));
}

TEST_CASE_FIXTURE(Fixture, "sizes are bounded") {
  options.header_limit = 1024;
  options.body_limit = 16;
  const uint16_t port = Start();
  Client header(port);
  header.Send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  CHECK(header.Answer().starts_with("HTTP/1.1 431 "));
  Client announced(port);
  announced.Send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 17\r\n\r\n");
  CHECK(announced.Answer().starts_with("HTTP/1.1 413 "));
  Client chunked(port);
  chunked.Send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + std::string(32, 'x') + "\r\n");
  CHECK(chunked.Answer().starts_with("HTTP/1.1 413 "));
  Client garbage(port);
  garbage.Send("what is this\r\n\r\n");
  CHECK(garbage.Answer().starts_with("HTTP/1.1 400 "));
}

TEST_CASE_FIXTURE(Fixture, "slow clients cost nobody else anything") {
  const uint16_t port = Start();
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<Client>(port));
    slow.back()->Send("GET / HT");
  }
  Client good(port);
  good.Send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(good.Answer().ends_with("GET /good "));
}

TEST_CASE_FIXTURE(Fixture, "a client that sends nothing is let go") {
  options.read_timeout = std::chrono::milliseconds(50);
  Client client(Start());
  client.Send("GET / HT");
  CHECK(client.Ended());
}

TEST_CASE_FIXTURE(Fixture, "handlers that hang do not hold up the others, and are answered for") {
  std::mutex mutex;
  std::condition_variable changed;
  bool free = false;
  options.waiting_threads = 2;
  options.request_timeout = std::chrono::milliseconds(200);
  handler.handle = [&](const Request& r, Surface) {
    if (r.raw_target == "/slow") {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return free; });
    }
    return Response{200, "text/plain", r.raw_target, {}};
  };
  const uint16_t port = Start();
  std::vector<std::unique_ptr<Client>> hanging;
  for (int i = 0; i < 5; ++i) {
    hanging.push_back(std::make_unique<Client>(port));
    hanging.back()->Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  Client quick(port);
  quick.Send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(quick.Answer().ends_with("/quick"));
  for (const auto& client : hanging) {
    const std::string answer = client->Answer();
    CHECK(answer.starts_with("HTTP/1.1 500 "));
    CHECK(answer.ends_with(R"({"error_code":500,"message":"Request timed out"})"));
  }
  const std::lock_guard lock(mutex);
  free = true;
  changed.notify_all();
}

TEST_CASE_FIXTURE(Fixture, "too many waiting requests are refused") {
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;
  bool free = false;
  options.waiting_threads = 1;
  options.max_queued = 1;
  handler.handle = [&](const Request&, Surface) {
    std::unique_lock lock(mutex);
    ++running;
    changed.notify_all();
    changed.wait(lock, [&] { return free; });
    return Response{200, "", "", {}};
  };
  const uint16_t port = Start();
  const std::string_view request = "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
  Client first(port);
  first.Send(request);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return running == 1; });
  }
  // Of two more, one waits; the other is told at once to come back.
  Client second(port), third(port);
  second.Send(request);
  third.Send(request);
  std::atomic<int> busy = 0;
  std::thread reader([&] {
    busy += second.Answer().starts_with("HTTP/1.1 503 ");
    const std::lock_guard lock(mutex);
    free = true;
    changed.notify_all();
  });
  busy += third.Answer().starts_with("HTTP/1.1 503 ");
  {
    const std::lock_guard lock(mutex);
    free = true;
    changed.notify_all();
  }
  reader.join();
  CHECK(busy == 1);
}

TEST_CASE_FIXTURE(Fixture, "browsers are let in as configured") {
  options.allow_origin = "http://a.example, http://b.example";
  options.allow_methods = "GET,PUT";
  options.headers = {{"set", "X-Frame-Options", "DENY"}, {"addDate", "Expires", "0"}};
  Client client(Start());
  client.Send(
      "OPTIONS /x HTTP/1.1\r\nHost: h\r\nOrigin: http://b.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
  const std::string preflight = client.Answer();
  CHECK(preflight.find("Access-Control-Allow-Methods: GET,PUT\r\n") != std::string::npos);
  CHECK(preflight.find("Access-Control-Allow-Origin: http://b.example\r\n") != std::string::npos);
  client.Send("GET /x HTTP/1.1\r\nHost: h\r\nOrigin: http://c.example\r\n\r\n");
  const std::string other = client.Answer();
  CHECK(other.find("Access-Control-Allow-Origin") == std::string::npos);
  CHECK(other.find("X-Frame-Options: DENY\r\n") != std::string::npos);
  CHECK(other.find("GMT\r\n") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "after Close nobody is served, and what was running is answered") {
  std::mutex mutex;
  std::condition_variable changed;
  bool started = false, free = false;
  handler.handle = [&](const Request&, Surface) {
    std::unique_lock lock(mutex);
    started = true;
    changed.notify_all();
    changed.wait(lock, [&] { return free; });
    return Response{200, "text/plain", "done", {}};
  };
  const uint16_t port = Start();
  Client idle(port), busy(port);
  busy.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return started; });
  }
  server->Close();
  CHECK(idle.Ended());
  {
    const std::lock_guard lock(mutex);
    free = true;
    changed.notify_all();
  }
  CHECK(busy.Answer().ends_with("done"));
  server.reset();
}

TEST_CASE("a port that is taken is said") {
  Fixture one;
  const uint16_t port = one.Start();
  Fixture two;
  two.options.listeners = {{"127.0.0.1", port, {}}};
  const auto started = Server::Start(two.options, two.handler, &two.log);
  REQUIRE_FALSE(started.ok());
  CHECK(started.status().message().find("Address already in use") != std::string::npos);
}

TEST_CASE("the pool makes threads when they are needed and refuses what is too much") {
  WorkPool pool(2, 2);
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;
  bool free = false;
  const auto job = [&] {
    std::unique_lock lock(mutex);
    ++running;
    changed.notify_all();
    changed.wait(lock, [&] { return free; });
  };
  CHECK(pool.Post(job));
  CHECK(pool.Post(job));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return running == 2; });
  }
  CHECK(pool.Post(job));
  CHECK(pool.Post(job));
  CHECK_FALSE(pool.Post(job));
  {
    const std::lock_guard lock(mutex);
    free = true;
    changed.notify_all();
  }
  pool.Stop();
  CHECK_FALSE(pool.Post(job));
}
