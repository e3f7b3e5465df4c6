// Http.cpp - see Http.h. libevent, because it has both sides, is kept, and comes as a static library: executables carry the
// node, and libcurl's static form draws in a dozen more (docs/dependencies.md). Host names are its own resolver's affair,
// since the C library's cannot be linked statically.
#include "Http.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fmt/format.h>

namespace cleave {

static constexpr int64_t kMostBytes = 64 << 20; // of an answer

std::string Address::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::optional<Address> parseAddress(const std::string &text) {
  size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() || text.size() - colon > 6)
    return std::nullopt;
  Address address;
  address.host = text.substr(0, colon);
  if (address.host.front() == '[' && address.host.back() == ']')
    address.host = address.host.substr(1, address.host.size() - 2);
  else if (address.host.find(':') != std::string::npos)
    return std::nullopt;
  unsigned long port = 0;
  for (char digit : text.substr(colon + 1)) {
    if (digit < '0' || digit > '9')
      return std::nullopt;
    port = port * 10 + static_cast<unsigned long>(digit - '0');
  }
  bool isHost = !address.host.empty() && std::none_of(address.host.begin(), address.host.end(), [](unsigned char c) {
    return c <= ' ' || c == '/' || c == '@' || c == '?' || c == '#' || c > '~';
  });
  if (!isHost || port > 65535)
    return std::nullopt;
  address.port = static_cast<uint16_t>(port);
  return address;
}

struct HttpClient::Running {
  HttpClient *client;
  HttpCall *call;
  Connection *connection;
  bool mayRetry;
};

HttpClient::HttpClient()
    : base(event_base_new()), names(evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE)) {
  if (names) // without that file there are defaults
    evdns_base_resolv_conf_parse(names, DNS_OPTIONS_ALL, "/etc/resolv.conf");
  event_set_log_callback([](int, const char *) {}); // what fails is told by who asked
}

HttpClient::~HttpClient() {
  for (auto &[address, all] : connections)
    for (std::unique_ptr<Connection> &connection : all)
      evhttp_connection_free(connection->handle);
  if (names)
    evdns_base_free(names, 0);
  event_base_free(base);
}

/// "bytes 0-1048575/5000000"
static uint64_t totalOf(const evkeyvalq *headers) {
  const char *range = evhttp_find_header(headers, "Content-Range");
  const char *slash = range ? std::strchr(range, '/') : nullptr;
  return slash ? std::strtoull(slash + 1, nullptr, 10) : 0;
}

void HttpClient::answered(evhttp_request *request, void *argument) {
  std::unique_ptr<Running> done(static_cast<Running *>(argument));
  HttpClient &client = *done->client;
  HttpCall &call = *done->call;
  done->connection->isBusy = false;
  --client.running;
  call.status = request ? evhttp_request_get_response_code(request) : 0;
  if (call.status) {
    evbuffer *body = evhttp_request_get_input_buffer(request);
    call.reply.resize(evbuffer_get_length(body));
    evbuffer_remove(body, call.reply.data(), call.reply.size());
    call.totalBytes = totalOf(evhttp_request_get_input_headers(request));
    return;
  }
  done->connection->isBroken = true; // freed outside of its own call
  if (done->mayRetry)
    call.status = -1; // a kept connection that the other side had closed: once more, on a new one
}

void HttpClient::begin(HttpCall &call, Connection &connection, bool mayRetry) {
  auto *running = new Running{this, &call, &connection, mayRetry};
  evhttp_request *request = evhttp_request_new(answered, running);
  evkeyvalq *headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Host", call.address.text().c_str());
  if (call.isPost)
    evhttp_add_header(headers, "Content-Type", "application/json");
  if (call.rangeBegin != call.rangeEnd)
    evhttp_add_header(headers, "Range", fmt::format("bytes={}-{}", call.rangeBegin, call.rangeEnd - 1).c_str());
  evbuffer_add(evhttp_request_get_output_buffer(request), call.body.data(), call.body.size());
  timeval timeout = {call.timeoutMs / 1000, call.timeoutMs % 1000 * 1000};
  evhttp_connection_set_timeout_tv(connection.handle, &timeout);
  connection.isBusy = true;
  ++this->running;
  call.status = 0;
  if (evhttp_make_request(connection.handle, request, call.isPost ? EVHTTP_REQ_POST : EVHTTP_REQ_GET, call.path.c_str())) {
    // The request is gone, and nobody will be called.
    connection.isBusy = false;
    connection.isBroken = true;
    --this->running;
    delete running;
  }
}

HttpClient::Connection *HttpClient::findFree(const Address &address, size_t atATime) {
  std::vector<std::unique_ptr<Connection>> &all = connections[address];
  for (std::unique_ptr<Connection> &connection : all)
    if (!connection->isBusy && !connection->isBroken)
      return connection.get();
  size_t alive = static_cast<size_t>(std::count_if(all.begin(), all.end(), [](auto &one) { return !one->isBroken; }));
  if (alive >= atATime)
    return nullptr;
  auto connection = std::make_unique<Connection>();
  connection->handle = evhttp_connection_base_new(base, names, address.host.c_str(), address.port);
  if (!connection->handle)
    return nullptr;
  evhttp_connection_set_max_body_size(connection->handle, kMostBytes);
  all.push_back(std::move(connection));
  return all.back().get();
}

void HttpClient::dropBroken() {
  for (auto &[address, all] : connections)
    std::erase_if(all, [](std::unique_ptr<Connection> &connection) {
      if (!connection->isBroken || connection->isBusy)
        return false;
      evhttp_connection_free(connection->handle);
      return true;
    });
}

void HttpClient::askAll(HttpCall *calls, size_t count, size_t atATime) {
  std::vector<size_t> waiting;
  for (size_t i = count; i--;)
    waiting.push_back(i);
  std::vector<bool> isBegun(count), isRetried(count);
  for (;;) {
    for (size_t i = 0; i != count; ++i)
      if (isBegun[i] && calls[i].status == -1) {
        isRetried[i] = true;
        waiting.push_back(i);
        calls[i].status = 0;
      }
    for (size_t at = waiting.size(); at--;) {
      size_t i = waiting[at];
      if (Connection *connection = findFree(calls[i].address, atATime)) {
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
        isBegun[i] = true;
        begin(calls[i], *connection, connection->wasUsed && !isRetried[i]);
        connection->wasUsed = true;
      }
    }
    if (!running)
      break;
    event_base_loop(base, EVLOOP_ONCE);
    dropBroken();
  }
  dropBroken();
}

} // namespace cleave
