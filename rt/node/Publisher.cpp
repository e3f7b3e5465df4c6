// Publisher.cpp - see Publisher.h. The folder is watched before it is read, so nothing falls between the two; what was told is
// kept in mind, so that a lease that ran out while the link was cut is made good by telling it again.
#include "Publisher.h"
#include "Memory.h"
#include "Readable.h"

#include "../store/Locator.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/random.h>

namespace cleave {

namespace {

constexpr int kLeaseSeconds = 10;
constexpr uint64_t kKeepNs = 3'000'000'000, kAgainNs = 1'000'000'000;
constexpr size_t kAtATime = 100; // etcd admits 128 operations in a transaction
constexpr uint32_t kWatched = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR;

void say(const std::string &message) { fmt::print(stderr, "cleave: {}\n", message); }

template <class Visit> void eachEntry(const std::string &folder, Visit visit) {
  DIR *entries = opendir(folder.c_str());
  while (dirent *entry = entries ? readdir(entries) : nullptr)
    if (entry->d_name[0] != '.')
      visit(std::string(entry->d_name));
  if (entries)
    closedir(entries);
}

std::string randomNode() {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number)
    number = monotonicNs();
  return fmt::format("{:016x}", number);
}

} // namespace

Publisher::Publisher(std::string store, EtcdAddresses index, std::string address)
    : store(std::move(store)), address(std::move(address)), node(randomNode()), etcd(std::move(index)) {}

Problem Publisher::start() {
  changes = Descriptor(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  stop = Descriptor(eventfd(0, EFD_CLOEXEC));
  if (!changes || !stop || !watchFolders())
    return fmt::format("the store '{}' cannot be watched: {}", store, std::strerror(errno));
  // Signals are the other thread's.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return std::nullopt;
}

Publisher::~Publisher() {
  if (!thread.joinable())
    return;
  uint64_t one = 1;
  while (write(stop.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread.join();
}

bool Publisher::watchFolders() {
  bool isWatching = true;
  auto watch = [&](const std::string &folder) {
    int number = inotify_add_watch(changes.get(), (store + "/" + folder).c_str(), kWatched);
    isWatching &= number >= 0;
    if (number >= 0)
      folders[number] = folder;
  };
  for (const char *part : {"objects", "blobs"}) {
    watch(part);
    eachEntry(store + "/" + part, [&](const std::string &name) { watch(fmt::format("{}/{}", part, name)); });
  }
  return isWatching;
}

void Publisher::lookAround() {
  std::set<std::string> there;
  for (const char *part : {"objects", "blobs"})
    eachEntry(store + "/" + part, [&](const std::string &folder) {
      eachEntry(fmt::format("{}/{}/{}", store, part, folder), [&](const std::string &name) { there.insert(name); });
    });
  for (const std::string &name : told)
    if (!there.contains(name))
      removed.insert(name);
  for (const std::string &name : there)
    if (!told.contains(name))
      added.insert(name);
}

void Publisher::takeEvents() {
  alignas(inotify_event) char buffer[65536];
  for (ssize_t got; (got = read(changes.get(), buffer, sizeof buffer)) > 0;)
    for (ssize_t at = 0; at < got;) {
      auto *event = reinterpret_cast<inotify_event *>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if (event->mask & IN_Q_OVERFLOW) {
        lookAround();
        continue;
      }
      auto folder = folders.find(event->wd);
      if (folder == folders.end() || !event->len)
        continue;
      std::string name = event->name;
      if (folder->second.find('/') == std::string::npos) { // a new folder, which may hold something already
        if (event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO)) {
          std::string path = folder->second + "/" + name;
          int number = inotify_add_watch(changes.get(), (store + "/" + path).c_str(), kWatched);
          if (number >= 0)
            folders[number] = path;
          eachEntry(store + "/" + path, [&](const std::string &file) { added.insert(file); });
        }
        continue;
      }
      bool isThere = event->mask & (IN_CREATE | IN_MOVED_TO);
      (isThere ? added : removed).insert(name);
      (isThere ? removed : added).erase(name);
    }
}

std::string Publisher::keyOf(const std::string &name) const {
  cleave_name parsed = {};
  parseName(name.c_str(), parsed);
  return Etcd::encode(fmt::format("{}{}/{}", kHoldersPrefix, textOf(locatorOf(parsed)).digits, node));
}

void Publisher::fellSilent() {
  if (!isSilent)
    say(fmt::format("{}; other nodes are told when it does", etcd.why()));
  isSilent = true;
}

bool Publisher::grantLease() {
  std::optional<Json> reply = etcd.ask("/v3/lease/grant", {{"TTL", kLeaseSeconds}});
  lease = reply ? textOf(*reply, "ID") : "";
  if (lease.empty()) {
    fellSilent();
    return false;
  }
  added.insert(told.begin(), told.end());
  told.clear();
  return true;
}

/// False: it has run out, or nobody answers.
bool Publisher::keepLease() {
  std::optional<Json> reply = etcd.ask("/v3/lease/keepalive", {{"ID", lease}});
  if (!reply) {
    fellSilent();
    return false;
  }
  bool isAlive = !textOf(memberOf(*reply, "result"), "TTL").empty();
  if (!isAlive)
    lease.clear();
  return isAlive;
}

bool Publisher::tell() {
  while (!added.empty() || !removed.empty()) {
    std::vector<std::string> names, gone;
    Json operations = Json::array();
    for (auto name = added.begin(); name != added.end() && operations.size() != kAtATime; ++name) {
      cleave_name parsed;
      names.push_back(*name);
      if (parseName(name->c_str(), parsed))
        operations.push_back({{"request_put", {{"key", keyOf(*name)}, {"value", Etcd::encode(address)}, {"lease", lease}}}});
    }
    for (auto name = removed.begin(); name != removed.end() && operations.size() != kAtATime; ++name) {
      gone.push_back(*name);
      operations.push_back({{"request_delete_range", {{"key", keyOf(*name)}}}});
    }
    if (!operations.empty()) {
      std::optional<Json> reply = etcd.ask("/v3/kv/txn", {{"success", operations}});
      if (!reply) {
        // Told that the lease is gone, it answers with an error: another one is granted then.
        if (etcd.why().find("lease not found") != std::string::npos)
          lease.clear();
        else
          fellSilent();
        return false;
      }
    }
    for (const std::string &name : names) {
      told.insert(name);
      added.erase(name);
    }
    for (const std::string &name : gone) {
      told.erase(name);
      removed.erase(name);
    }
  }
  if (isSilent || !wasTold)
    say(fmt::format("{} answers{}: it is told of {}", etcd.describe(), isSilent ? " again" : "", counted(told.size(), "object")));
  isSilent = false;
  wasTold = true;
  return true;
}

uint64_t Publisher::step() {
  uint64_t now = monotonicNs();
  auto later = [&] { return lease.empty() && !isSilent ? 0 : kAgainNs; };
  if (lease.empty() || now >= keepAtNs) {
    keepAtNs = now + kKeepNs;
    if (!(lease.empty() ? grantLease() : keepLease()))
      return later();
  }
  return tell() ? keepAtNs - now : later();
}

void Publisher::run() {
  lookAround();
  for (uint64_t nextNs = 0;;) {
    uint64_t now = monotonicNs();
    if (now >= nextNs)
      nextNs = now + step();
    now = monotonicNs();
    int waitMs = nextNs > now ? static_cast<int>((nextNs - now) / 1'000'000 + 1) : 0;
    pollfd watched[] = {{stop.get(), POLLIN, 0}, {changes.get(), POLLIN, 0}};
    poll(watched, 2, waitMs);
    if (watched[0].revents)
      break;
    if (watched[1].revents) {
      takeEvents();
      nextNs = isSilent ? nextNs : 0;
    }
  }
  if (!lease.empty())
    etcd.ask("/v3/lease/revoke", {{"ID", lease}});
}

} // namespace cleave
