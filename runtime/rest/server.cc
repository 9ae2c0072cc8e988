// SPDX-License-Identifier: Apache-2.0
//
// The only translation unit that includes Boost.Beast.
#include "rest/server.h"

#include <fmt/format.h>
#include <strings.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <ctime>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "rest/text.h"
#include "rest/work_pool.h"

namespace millrace::rest {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;
using boost::system::error_code;

constexpr int kIoThreads = 2;
constexpr size_t kDrainLimit = 256 * 1024;
constexpr std::chrono::seconds kDrainTime{2};

std::string_view View(beast::string_view s) { return {s.data(), s.size()}; }
beast::string_view Native(std::string_view s) { return {s.data(), s.size()}; }

std::string HttpDate(int64_t wall_ms) {
  const std::time_t seconds = wall_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const size_t n = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text, n};
}

// A header that may be sent several times is one list.
std::optional<std::string> Field(const Parser::value_type& message, http::field name) {
  std::optional<std::string> out;
  const auto [begin, end] = message.equal_range(name);
  for (auto it = begin; it != end; ++it) {
    out = out ? *out + ", " + std::string(View(it->value())) : std::string(View(it->value()));
  }
  return out;
}

// A Host that is put into a header of the answer must be one.
bool IsHost(std::string_view host) {
  return !host.empty() && host.size() < 300 &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
             std::string_view::npos;
}

Request ToRequest(const Parser::value_type& message) {
  Request out;
  out.method = View(message.method_string());
  out.raw_target = View(message.target());
  out.body = message.body();
  out.accept = Field(message, http::field::accept);
  out.content_type = Field(message, http::field::content_type);
  out.origin = Field(message, http::field::origin);
  out.requested_method = Field(message, http::field::access_control_request_method);
  std::string host = Field(message, http::field::host).value_or("");
  if (IsHost(host)) out.host = std::move(host);
  return out;
}

class HttpServer;

// One connection: read a request, have it handled, write the answer, again. All of it on the connection's strand.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(HttpServer* server, tcp::socket socket, Surface surface);
  ~Session();
  void Start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Read(); });
  }
  // Ends the connection unless a request is being answered; then after that.
  void Close();

 private:
  void Read();
  void OnHeader(error_code error);
  void ReadBody();
  void OnBody(error_code error);
  void Refuse(error_code error);
  void Handle();
  void OnTimeout(uint64_t exchange);
  void Answer(uint64_t exchange, Response response);
  void Write(Response response, bool keep_alive);
  void OnWritten(bool keep_alive);
  void Drain();

  HttpServer* const server_;
  beast::tcp_stream stream_;
  const Surface surface_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  asio::steady_timer deadline_;
  std::shared_ptr<Request> request_;
  std::shared_ptr<http::response<http::string_body>> response_;
  std::shared_ptr<http::response<http::empty_body>> head_response_;
  uint64_t exchange_ = 0;  // counts requests, so that a late answer to an old one is known
  bool handling_ = false, closing_ = false, keep_alive_ = false, head_ = false;
  size_t drained_ = 0;
};

class HttpServer final : public Server {
 public:
  HttpServer(Options options, Handler handler, Log* log)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        log_(log->Get("org.apache.kafka.connect.runtime.rest.RestServer")),
        quick_(options_.quick_threads, options_.max_queued),
        waiting_(options_.waiting_threads, options_.max_queued) {}

  ~HttpServer() override {
    Close();
    quick_.Stop();
    waiting_.Stop();
    {
      // Answers that are being written get a moment more.
      std::unique_lock lock(mutex_);
      session_ended_.wait_for(lock, kDrainTime, [this] { return connections_ == 0; });
    }
    io_.stop();
    for (std::thread& t : threads_) t.join();
  }

  Status Open() {
    for (const Listener& listener : options_.listeners) MILLRACE_RETURN_IF_ERROR(Open(listener));
    for (size_t i = 0; i < acceptors_.size(); ++i) Accept(i);
    for (int i = 0; i < kIoThreads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
    return {};
  }

  uint16_t port(size_t listener) const override { return ports_[listener]; }

  void Close() override {
    std::list<std::weak_ptr<Session>> sessions;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      closed_ = true;
      sessions = sessions_;
    }
    for (auto& acceptor : acceptors_) {
      asio::post(acceptor->get_executor(), [a = acceptor] {
        error_code ignored;
        a->close(ignored);
      });
    }
    for (const std::weak_ptr<Session>& weak : sessions) {
      if (const std::shared_ptr<Session> session = weak.lock()) session->Close();
    }
  }

  const Options& options() const { return options_; }
  Response Call(const Request& request, Surface surface) const { return handler_.handle(request, surface); }
  WorkPool& PoolFor(const Request& request) { return handler_.may_wait(request) ? waiting_ : quick_; }
  void SessionEnded() {
    const std::lock_guard lock(mutex_);
    --connections_;
    session_ended_.notify_all();
  }
  void Decorate(const Request& request, Response* response) const;
  std::optional<Response> Preflight(const Request& request) const;

 private:
  Status Open(const Listener& listener);
  void Accept(size_t i);
  void OnAccepted(size_t i, error_code error, tcp::socket socket);

  const Options options_;
  const Handler handler_;
  const Logger log_;
  std::mutex mutex_;
  std::condition_variable session_ended_;
  size_t connections_ = 0;  // guarded by mutex_
  // Sessions that still stand in its queue end with it, so all they use is declared above.
  asio::io_context io_{kIoThreads};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
  std::vector<uint16_t> ports_;
  std::vector<std::thread> threads_;
  std::list<std::weak_ptr<Session>> sessions_;
  bool closed_ = false;
  WorkPool quick_, waiting_;
};

// ---- HttpServer

Status HttpServer::Open(const Listener& listener) {
  const auto fail = [&](const error_code& error) {
    return Status::Config(fmt::format("opening {} for REST: {}; set listeners to a free address of this machine",
                                      listener.ToString(), error.message()));
  };
  error_code error;
  tcp::endpoint endpoint(tcp::v6(), listener.port);
  if (!listener.host.empty()) {
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(listener.host, std::to_string(listener.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return fail(error);
    // The first address, IPv4 before IPv6, as the Java worker chooses.
    endpoint = found.begin()->endpoint();
    for (const auto& entry : found) {
      if (entry.endpoint().address().is_v4()) {
        endpoint = entry.endpoint();
        break;
      }
    }
  }
  auto acceptor = std::make_shared<tcp::acceptor>(asio::make_strand(io_));
  acceptor->open(endpoint.protocol(), error);
  if (error && listener.host.empty()) {  // a machine without IPv6
    endpoint = tcp::endpoint(tcp::v4(), listener.port);
    acceptor->open(endpoint.protocol(), error);
  }
  if (error) return fail(error);
  acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error && listener.host.empty() && endpoint.protocol() == tcp::v6()) {
    acceptor->set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(error);
  const tcp::endpoint local = acceptor->local_endpoint(error);
  ports_.push_back(local.port());
  acceptors_.push_back(std::move(acceptor));
  Listener shown = listener;
  shown.port = local.port();
  log_.Info("REST listens on {}", shown.ToString());
  if (!local.address().is_loopback()) {
    log_.Warn(
        "REST on {} can be reached from other machines and has no authentication: whoever reaches it can run "
        "connectors with this process's rights. Set listeners=http://127.0.0.1:{} unless the network protects "
        "it",
        shown.ToString(), local.port());
  }
  return {};
}

void HttpServer::Accept(size_t i) {
  acceptors_[i]->async_accept(asio::make_strand(io_), [this, i](error_code error, tcp::socket socket) {
    OnAccepted(i, error, std::move(socket));
  });
}

void HttpServer::OnAccepted(size_t i, error_code error, tcp::socket socket) {
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) return;
  if (error) {
    // Out of descriptors, most likely: let some connections end before the next try.
    auto timer = std::make_shared<asio::steady_timer>(acceptors_[i]->get_executor(), std::chrono::milliseconds(100));
    timer->async_wait([this, i, timer](error_code) {
      if (acceptors_[i]->is_open()) Accept(i);
    });
    return;
  }
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    room = !closed_ && connections_ < options_.max_connections;
    if (room) ++connections_;
  }
  if (room) {
    auto session = std::make_shared<Session>(this, std::move(socket), options_.listeners[i].surface);
    {
      const std::lock_guard lock(mutex_);
      sessions_.remove_if([](const std::weak_ptr<Session>& s) { return s.expired(); });
      sessions_.push_back(session);
    }
    session->Start();
  }
  Accept(i);
}

// What every answer carries: CORS and the configured headers.
void HttpServer::Decorate(const Request& request, Response* response) const {
  const std::string& allowed = options_.allow_origin;
  if (request.origin && !allowed.empty()) {
    bool matches = allowed == "*";
    for (size_t begin = 0; !matches && begin <= allowed.size();) {
      const size_t end = std::min(allowed.find(',', begin), allowed.size());
      std::string_view one(allowed.data() + begin, end - begin);
      while (one.starts_with(' ')) one.remove_prefix(1);
      while (one.ends_with(' ')) one.remove_suffix(1);
      matches = one == *request.origin || one == "*";
      begin = end + 1;
    }
    if (matches) {
      response->headers.emplace_back("Access-Control-Allow-Origin", *request.origin);
      response->headers.emplace_back("Vary", "Origin");
    }
  }
  const int64_t now = Clock::System().WallMillis();
  for (const config::HttpHeaderRule& rule : options_.headers) {
    const bool date = rule.action == "setDate" || rule.action == "addDate";
    if (rule.action == "set" || rule.action == "setDate") {
      std::erase_if(response->headers,
                    [&](const auto& header) { return strcasecmp(header.first.c_str(), rule.name.c_str()) == 0; });
    }
    response->headers.emplace_back(rule.name,
                                   date ? HttpDate(now + std::strtoll(rule.value.c_str(), nullptr, 10)) : rule.value);
  }
}

// A browser's question before a cross-origin request.
std::optional<Response> HttpServer::Preflight(const Request& request) const {
  if (options_.allow_origin.empty() || request.method != "OPTIONS" || !request.origin || !request.requested_method) {
    return std::nullopt;
  }
  Response response{200, "", "", {}};
  response.headers.emplace_back("Access-Control-Allow-Methods",
                                options_.allow_methods.empty() ? "GET,POST,HEAD" : options_.allow_methods);
  response.headers.emplace_back("Access-Control-Allow-Headers", "X-Requested-With,Content-Type,Accept,Origin");
  response.headers.emplace_back("Access-Control-Max-Age", "1800");
  return response;
}

// ---- Session

Session::Session(HttpServer* server, tcp::socket socket, Surface surface)
    : server_(server), stream_(std::move(socket)), surface_(surface), deadline_(stream_.get_executor()) {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
}

Session::~Session() { server_->SessionEnded(); }

void Session::Close() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->closing_ = true;
    if (!self->handling_) self->stream_.close();
  });
}

void Session::Read() {
  const Options& options = server_->options();
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options.header_limit));
  parser_->body_limit(options.body_limit);
  stream_.expires_after(options.read_timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code error, size_t) { self->OnHeader(error); });
}

void Session::OnHeader(error_code error) {
  if (error) return Refuse(error);
  const auto& message = parser_->get();
  if (message.find(http::field::expect) != message.end() &&
      beast::iequals(message[http::field::expect], "100-continue")) {
    static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue), [self = shared_from_this()](error_code failed, size_t) {
      if (!failed) self->ReadBody();
    });
    return;
  }
  ReadBody();
}

void Session::ReadBody() {
  stream_.expires_after(server_->options().read_timeout);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, size_t) { self->OnBody(error); });
}

void Session::OnBody(error_code error) {
  if (error) return Refuse(error);
  Handle();
}

// What could not be read as a request: said if there is a way to say it, then the connection ends.
void Session::Refuse(error_code error) {
  head_ = false;
  if (!request_) request_ = std::make_shared<Request>();
  if (error == http::error::header_limit) return Write(ErrorPage(431, "Request Header Fields Too Large"), false);
  if (error == http::error::body_limit) return Write(ErrorPage(413, "Payload Too Large"), false);
  const bool malformed = error.category() == http::make_error_code(http::error::bad_method).category() &&
                         error != http::error::end_of_stream && error != http::error::partial_message;
  if (malformed) return Write(ErrorPage(400, "Bad Request"), false);
  stream_.close();
}

void Session::Handle() {
  const auto& message = parser_->get();
  keep_alive_ = message.keep_alive();
  request_ = std::make_shared<Request>(ToRequest(message));
  head_ = request_->method == "HEAD";
  parser_.reset();
  handling_ = true;
  const uint64_t exchange = ++exchange_;
  stream_.expires_never();

  if (std::optional<Response> preflight = server_->Preflight(*request_)) return Answer(exchange, *std::move(preflight));
  deadline_.expires_after(server_->options().request_timeout);
  deadline_.async_wait([self = shared_from_this(), exchange](error_code error) {
    if (!error) self->OnTimeout(exchange);
  });
  // A request that waited too long for a thread was answered by OnTimeout and need not run any more.
  const auto began = std::chrono::steady_clock::now();
  const bool taken = server_->PoolFor(*request_).Post([self = shared_from_this(), request = request_, exchange, began] {
    if (std::chrono::steady_clock::now() - began > self->server_->options().request_timeout) return;
    Response response = self->server_->Call(*request, self->surface_);
    asio::post(self->stream_.get_executor(), [self, exchange, response = std::move(response)]() mutable {
      self->Answer(exchange, std::move(response));
    });
  });
  if (!taken) Answer(exchange, JsonError(503, "Too many requests are waiting already; try again later"));
}

void Session::OnTimeout(uint64_t exchange) {
  keep_alive_ = false;
  Answer(exchange, JsonError(500, "Request timed out"));
}

void Session::Answer(uint64_t exchange, Response response) {
  if (exchange != exchange_ || !handling_) return;
  handling_ = false;
  deadline_.cancel();
  Write(std::move(response), keep_alive_ && !closing_);
}

void Session::Write(Response response, bool keep_alive) {
  server_->Decorate(*request_, &response);
  stream_.expires_after(server_->options().write_timeout);
  const auto fill = [&](auto& message) {
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    message.reason(Native(ReasonPhrase(response.status)));
    message.set(http::field::date, HttpDate(Clock::System().WallMillis()));
    message.set(http::field::server, "Millrace");
    if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    message.keep_alive(keep_alive);
  };
  const auto written = [self = shared_from_this(), keep_alive](error_code error, size_t) {
    if (error) {
      self->stream_.close();
    } else {
      self->OnWritten(keep_alive);
    }
  };
  if (head_) {
    head_response_ = std::make_shared<http::response<http::empty_body>>();
    fill(*head_response_);
    head_response_->content_length(response.body.size());
    auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*head_response_);
    http::async_write_header(stream_, *serializer,
                             [serializer, written](error_code error, size_t n) { written(error, n); });
    return;
  }
  response_ = std::make_shared<http::response<http::string_body>>();
  fill(*response_);
  response_->body() = std::move(response.body);
  response_->prepare_payload();
  http::async_write(stream_, *response_, written);
}

void Session::OnWritten(bool keep_alive) {
  response_.reset();
  head_response_.reset();
  if (keep_alive && !closing_) return Read();
  // What the client still sends is read for a while: closing at once would reset the connection under our answer.
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kDrainTime);
  Drain();
}

void Session::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, size_t n) {
    self->drained_ += n;
    if (error || self->drained_ > kDrainLimit) return self->stream_.close();
    self->Drain();
  });
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(Options options, Handler handler, Log* log) {
  auto server = std::make_unique<HttpServer>(std::move(options), std::move(handler), log);
  MILLRACE_RETURN_IF_ERROR(server->Open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace millrace::rest
