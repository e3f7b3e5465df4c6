// Http.h - what nodes and the index say to each other: HTTP/1.1, by libevent.
#ifndef CLEAVE_NODE_HTTP_H
#define CLEAVE_NODE_HTTP_H

#include "Descriptor.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct event_base;
struct evdns_base;
struct evhttp_connection;
struct evhttp_request;

namespace cleave {

struct Address {
  std::string host;
  uint16_t port = 0;

  std::string text() const;
  bool operator<(const Address &other) const { return host != other.host ? host < other.host : port < other.port; }
  bool operator==(const Address &other) const { return host == other.host && port == other.port; }
};

/// HOST:PORT, or [HOST]:PORT for one with colons in it.
std::optional<Address> parseAddress(const std::string &text);

struct HttpCall {
  Address address;
  bool isPost = false;
  std::string path, body;
  uint64_t rangeBegin = 0, rangeEnd = 0; ///< of what is asked for, end excluded; equal: all of it
  int timeoutMs = 2000;                  ///< without anything happening

  int status = 0; ///< 0: no answer
  std::string reply;
  uint64_t totalBytes = 0; ///< of the whole, where a range was asked for
};

/// Connections are kept from call to call. One thread.
class HttpClient {
public:
  HttpClient();
  HttpClient(const HttpClient &) = delete;
  ~HttpClient();

  void ask(HttpCall &call) { askAll(&call, 1, 1); }
  /// At most so many at a time to one address. Returns when each is answered or has failed.
  void askAll(HttpCall *calls, size_t count, size_t atATime);

private:
  struct Running;
  struct Connection {
    evhttp_connection *handle = nullptr;
    bool isBusy = false, isBroken = false, wasUsed = false;
  };

  void begin(HttpCall &call, Connection &connection, bool mayRetry);
  Connection *findFree(const Address &address, size_t atATime);
  void dropBroken();
  static void answered(evhttp_request *request, void *argument);

  event_base *base;
  evdns_base *names;
  std::map<Address, std::vector<std::unique_ptr<Connection>>> connections;
  size_t running = 0;
};

} // namespace cleave

#endif
