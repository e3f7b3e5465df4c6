// Peers.cpp - see Peers.h.
#include "Peers.h"
#include "Memory.h"

#include "../store/Locator.h"
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <sys/mman.h>
#include <thread>

namespace cleave {

namespace {

constexpr uint64_t kChunkBytes = 1 << 20;
constexpr size_t kChunksAtATime = 4; // to one node
constexpr size_t kChunksInMemory = 32;
constexpr uint64_t kSecondNs = 1'000'000'000;
constexpr std::chrono::milliseconds kAskAgain(500), kAskSilent(2000);
constexpr uint64_t kFirstSilenceNs = 2 * kSecondNs, kLongestSilenceNs = 60 * kSecondNs;
constexpr uint64_t kMostBytes = uint64_t{1} << 40;

uint64_t tableKey(const cleave_name &locator) {
  uint64_t key;
  std::memcpy(&key, &locator, sizeof key);
  return key ? key : 1; // 0 is a free place
}

} // namespace

void Peers::say(const std::string &message) const {
  if (!isQuiet)
    fmt::print(stderr, "cleave: {}\n", message);
}

/// The program reads while this writes: a place goes from 0 to its key, once.
void Peers::note(const cleave_name &locator) {
  if (!control || !control->store.known_capacity)
    return;
  cleave_store &plan = control->store;
  uint64_t *table = cleave_control_known(control), mask = plan.known_capacity - 1, key = tableKey(locator);
  for (uint64_t at = key & mask;; at = (at + 1) & mask) {
    if (table[at] == key)
      return;
    if (table[at])
      continue;
    if (plan.known_count * 4 >= plan.known_capacity * 3) {
      __atomic_store_n(&plan.known_is_full, 1, __ATOMIC_RELEASE);
      return;
    }
    ++plan.known_count;
    __atomic_store_n(&table[at], key, __ATOMIC_RELEASE);
    return;
  }
}

void Peers::takeIn(const std::vector<EtcdEntry> &entries) {
  std::lock_guard lock(mutex);
  size_t prefix = std::strlen(kHoldersPrefix);
  for (const EtcdEntry &entry : entries) {
    cleave_name locator;
    std::optional<Address> holder = parseAddress(entry.value);
    if (!holder || entry.key.size() < prefix + 32 || !parseName(entry.key.substr(prefix, 32).c_str(), locator))
      continue;
    holders[locator].insert(*holder);
    note(locator);
  }
}

void Peers::refresh() {
  std::vector<EtcdEntry> entries;
  uint64_t answered = 0;
  if (!watched.list(kHoldersPrefix, revision + 1, entries, answered)) {
    if (!isIndexSilent)
      say(fmt::format("{}; what other nodes have made since is not seen", watched.why()));
    isIndexSilent = true;
    return;
  }
  if (isIndexSilent)
    say(fmt::format("{} answers again", watched.describe()));
  isIndexSilent = false;
  revision = answered < revision ? 0 : answered; // less: it is another index than before, or one that was put back
  takeIn(entries);
}

void Peers::watch() {
  refresh();
  std::thread([this] {
    for (;;) {
      std::this_thread::sleep_for(isIndexSilent ? kAskSilent : kAskAgain);
      refresh();
    }
  }).detach();
}

std::vector<Address> Peers::holdersOf(const cleave_name &name, bool evenSilent) {
  std::vector<Address> found;
  uint64_t now = monotonicNs();
  std::lock_guard lock(mutex);
  if (auto known = holders.find(locatorOf(name)); known != holders.end())
    for (const Address &holder : known->second)
      if (auto silence = silent.find(holder); evenSilent || silence == silent.end() || silence->second.untilNs <= now)
        found.push_back(holder);
  return found;
}

/// It was taken out of its store.
void Peers::forget(const cleave_name &name, const Address &holder) {
  std::lock_guard lock(mutex);
  holders[locatorOf(name)].erase(holder);
}

void Peers::fellSilent(const Address &holder) {
  Silence &silence = silent[holder];
  if (!silence.lengthNs)
    say(fmt::format("the node {} does not answer; what it alone has is made again", holder.text()));
  silence.lengthNs = std::clamp(2 * silence.lengthNs, kFirstSilenceNs, kLongestSilenceNs);
  silence.untilNs = monotonicNs() + silence.lengthNs;
}

/// The first chunk tells how large all is; the others come from whoever has the object, several at a time.
bool Peers::fetch(const char *what, const cleave_name &name, const std::vector<Address> &from, int file, uint64_t &bytes) {
  std::string path = fmt::format("/{}/{}", what, textOf(name).digits);
  std::vector<Address> able;
  auto ask = [&](uint64_t begin, uint64_t end, const Address &holder) {
    HttpCall call;
    call.address = holder;
    call.path = path;
    call.rangeBegin = begin;
    call.rangeEnd = end;
    return call;
  };
  auto isGood = [&](const HttpCall &call) { return call.status == 206 && call.reply.size() <= kChunkBytes; };
  auto put = [&](const HttpCall &call) {
    return pwrite(file, call.reply.data(), call.reply.size(), static_cast<off_t>(call.rangeBegin)) ==
           static_cast<ssize_t>(call.reply.size());
  };
  bytes = 0;
  for (const Address &holder : from) {
    HttpCall call = ask(0, kChunkBytes, holder);
    http.ask(call);
    if (call.status == 0)
      fellSilent(holder);
    else if (call.status == 404)
      forget(name, holder);
    if (!isGood(call))
      continue;
    silent.erase(holder);
    if (able.empty()) {
      bytes = call.totalBytes;
      if (bytes > kMostBytes || call.reply.size() != std::min(bytes, kChunkBytes) || !put(call))
        return false;
    }
    able.push_back(holder);
    if (bytes <= kChunkBytes * kChunksAtATime) // not worth a second one
      break;
  }
  if (able.empty())
    return false;
  std::vector<HttpCall> calls;
  uint64_t at = std::min(bytes, kChunkBytes);
  while (at != bytes) {
    calls.clear();
    for (size_t i = 0; i != kChunksInMemory && at != bytes; ++i) {
      uint64_t end = std::min(at + kChunkBytes, bytes);
      calls.push_back(ask(at, end, able[i % able.size()]));
      at = end;
    }
    http.askAll(calls.data(), calls.size(), kChunksAtATime);
    for (HttpCall &call : calls) {
      for (size_t i = 0; i != able.size() && !isGood(call); ++i) { // whoever else has it
        call.address = able[i];
        http.ask(call);
      }
      if (!isGood(call) || call.reply.size() != call.rangeEnd - call.rangeBegin || !put(call)) {
        if (!call.status)
          fellSilent(call.address);
        return false;
      }
    }
  }
  return true;
}

bool Peers::fetchBlob(const LabelEntry &entry, std::string &why) {
  // Asked for by itself: it may have been told of a moment ago.
  std::vector<EtcdEntry> entries;
  uint64_t now;
  if (etcd.list(fmt::format("{}{}/", kHoldersPrefix, textOf(locatorOf(entry.blob)).digits), 0, entries, now))
    takeIn(entries);
  std::vector<Address> from = holdersOf(entry.blob, true);
  NewBlob blob(store);
  if (Problem problem = blob.open()) {
    why = *problem;
    return false;
  }
  uint64_t bytes;
  if (from.empty() || !fetch("blobs", entry.blob, from, blob.get(), bytes)) {
    why = from.empty() ? "no node has its content" : fmt::format("the node {} does not give its content", from[0].text());
    ++total.failed;
    return false;
  }
  cleave_name name;
  if (Problem problem = blob.keep(name, bytes)) {
    why = *problem;
    return false;
  }
  if (!isSameName(name, entry.blob)) { // what came lies under its own name, and does no harm there
    why = "what was given for its content is something else";
    ++total.failed;
    return false;
  }
  ++total.blobs;
  total.bytes += bytes;
  return true;
}

bool Peers::keepRecord(const cleave_name &item, int file, uint64_t bytes) {
  if (!bytes)
    return false;
  void *mapped = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED)
    return false;
  RecordView view;
  const FilePart all = {mapped, bytes};
  bool isGood = readRecord(store.keys, static_cast<const uint8_t *>(mapped), bytes, view) == RecordFault::None &&
                placeOf(view, item) != view.header->item_count;
  bool isKept = isGood && !writeObject(store.path.c_str(), view.names[0], &all, 1, monotonicNs());
  if (isKept && !isSameName(view.names[0], item))
    linkObject(store.path.c_str(), view.names[0], item);
  munmap(mapped, bytes);
  return isKept;
}

bool Peers::fetchRecord(const cleave_name &item) {
  std::vector<Address> from = holdersOf(item, false);
  if (from.empty())
    return false;
  Descriptor file = makeMemoryFile("cleave-fetched", {});
  uint64_t bytes;
  if (!file || !fetch("objects", item, from, file.get(), bytes) || !keepRecord(item, file.get(), bytes)) {
    ++total.failed;
    return false;
  }
  ++total.records;
  total.bytes += bytes;
  return true;
}

} // namespace cleave
