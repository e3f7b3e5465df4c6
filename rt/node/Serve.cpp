// Serve.cpp - see Serve.h.
#include "Serve.h"
#include "Blobs.h"
#include "Publisher.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <sys/stat.h>

namespace cleave {

namespace {

constexpr int kBad = 1, kUsage = 2;
constexpr uint64_t kMostAtOnce = 4 << 20;

int complain(int status, const std::string &message) {
  fmt::print(stderr, "cleave: {}\n", message);
  return status;
}

/// 32 small digits and nothing else: one spelling for each name.
bool parseStrictly(const std::string &text, cleave_name &name) {
  return text.size() == 32 && parseName(text.c_str(), name) && text == textOf(name).digits;
}

/// Its file, whichever it is; empty: there is none.
Descriptor openNamed(const std::string &store, const std::string &path) {
  cleave_name name;
  std::string file;
  if (path.starts_with("/objects/") && parseStrictly(path.substr(9), name))
    file = fmt::format("{}/objects/{:.2}/{}", store, textOf(name).digits, textOf(name).digits);
  else if (path.starts_with("/blobs/") && parseStrictly(path.substr(7), name))
    file = blobPath(store, name);
  else
    return Descriptor();
  Descriptor found(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (found)
    utimensat(AT_FDCWD, file.c_str(), nullptr, 0); // who gives it has use for it
  return found;
}

/// "bytes=0-1048575"
bool parseRange(const char *text, uint64_t &begin, uint64_t &end) {
  unsigned long long first, last;
  char more;
  if (!text || std::sscanf(text, "bytes=%llu-%llu%c", &first, &last, &more) != 2 || last < first || last >= UINT64_MAX / 2)
    return false;
  begin = first;
  end = last + 1;
  return true;
}

void answer(evhttp_request *request, void *argument) {
  const std::string &store = *static_cast<std::string *>(argument);
  const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
  Descriptor file = openNamed(store, path ? path : "");
  struct stat status;
  uint64_t begin, end;
  const char *range = evhttp_find_header(evhttp_request_get_input_headers(request), "Range");
  if (!file || fstat(file.get(), &status) || !S_ISREG(status.st_mode) || !parseRange(range, begin, end)) {
    evhttp_send_reply(request, HTTP_NOTFOUND, "Not Found", nullptr);
    return;
  }
  auto size = static_cast<uint64_t>(status.st_size);
  begin = std::min(begin, size);
  end = std::clamp(end, begin, std::min(size, begin + kMostAtOnce));
  evkeyvalq *headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", "application/octet-stream");
  evhttp_add_header(headers, "Content-Range", fmt::format("bytes {}-{}/{}", begin, end ? end - 1 : 0, size).c_str());
  evbuffer *body = evbuffer_new();
  if (end != begin) {
    int copy = fcntl(file.get(), F_DUPFD_CLOEXEC, 0); // the buffer closes it
    if (copy < 0 || evbuffer_add_file(body, copy, static_cast<ev_off_t>(begin), static_cast<ev_off_t>(end - begin))) {
      evbuffer_free(body);
      evhttp_send_reply(request, HTTP_INTERNAL, "Internal Server Error", nullptr);
      return;
    }
  }
  evhttp_send_reply(request, 206, "Partial Content", body);
  evbuffer_free(body);
}

uint16_t portOf(evhttp_bound_socket *bound) {
  sockaddr_storage storage = {};
  socklen_t length = sizeof storage;
  if (getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr *>(&storage), &length))
    return 0;
  in_port_t port = storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6 *>(&storage)->sin6_port
                                                 : reinterpret_cast<sockaddr_in *>(&storage)->sin_port;
  return ntohs(port);
}

void stopLoop(evutil_socket_t, short, void *base) { event_base_loopbreak(static_cast<event_base *>(base)); }

bool isEverywhere(const std::string &host) { return host == "0.0.0.0" || host == "::"; }

int serve(const std::string &store, Address listen, std::optional<Address> advertised, const EtcdAddresses &index) {
  std::unique_ptr<event_base, decltype(&event_base_free)> base(event_base_new(), event_base_free);
  std::unique_ptr<evhttp, decltype(&evhttp_free)> http(evhttp_new(base.get()), evhttp_free);
  evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http.get(), listen.host.c_str(), listen.port);
  if (!bound)
    return complain(kBad, fmt::format("cannot listen at {}: {}", listen.text(), std::strerror(errno)));
  listen.port = portOf(bound);
  evhttp_set_allowed_methods(http.get(), EVHTTP_REQ_GET);
  evhttp_set_max_headers_size(http.get(), 8192);
  evhttp_set_max_body_size(http.get(), 1024);
  evhttp_set_timeout(http.get(), 60);
  std::string path = store;
  evhttp_set_gencb(http.get(), answer, &path);
  event *interrupt = evsignal_new(base.get(), SIGINT, stopLoop, base.get());
  event *terminate = evsignal_new(base.get(), SIGTERM, stopLoop, base.get());
  evsignal_add(interrupt, nullptr);
  evsignal_add(terminate, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  int status = 0;
  {
    Address told = advertised.value_or(listen);
    told.port = told.port ? told.port : listen.port;
    Publisher publisher(store, index, told.text());
    if (Problem problem = publisher.start()) {
      status = complain(kBad, *problem);
    } else {
      fmt::print("serving '{}' at {}\n", store, told.text());
      std::fflush(stdout);
      event_base_dispatch(base.get());
    }
  }
  event_free(interrupt);
  event_free(terminate);
  return status;
}

} // namespace

int serveStoreCommand(const ServeOptions &options) {
  std::string store = options.path;
  if (Problem problem = openStore(store))
    return complain(kUsage, *problem);
  std::optional<Address> listen = parseAddress(options.listen), advertised;
  if (!listen)
    return complain(kUsage, fmt::format("--listen={} is no HOST:PORT", options.listen));
  if (!options.advertise.empty()) {
    advertised = parseAddress(options.advertise);
    if (!advertised)
      return complain(kUsage, fmt::format("--advertise={} is no HOST:PORT", options.advertise));
  } else if (isEverywhere(listen->host)) {
    return complain(kUsage, fmt::format("other nodes cannot come to {}; --advertise=HOST:PORT says where to", listen->text()));
  }
  EtcdAddresses index;
  if (Problem problem = parseIndex(options.index, index))
    return complain(kUsage, *problem);
  return serve(store, *listen, advertised, index);
}

} // namespace cleave
