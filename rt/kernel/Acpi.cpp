// Acpi.cpp - RSDP, then RSDT or XSDT, then MADT (cores), SRAT (nodes) and SLIT (how far they are apart). Tables only:
// no AML. Lengths are the firmware's word and are checked against the tables' checksums and the direct map before
// anything is read.
#include "Acpi.h"
#include "Layout.h"

namespace cleave {

namespace {

struct [[gnu::packed]] Rsdp {
  char signature[8];
  uint8_t checksum;
  char vendor[6];
  uint8_t revision;
  uint32_t rsdt, bytes;
  uint64_t xsdt;
  uint8_t checksum2, reserved[3];
};
static_assert(sizeof(Rsdp) == 36);

struct [[gnu::packed]] Header {
  char signature[4];
  uint32_t bytes;
  uint8_t revision, checksum;
  char vendor[6], table[8];
  uint32_t vendorRevision, creator, creatorRevision;
};
static_assert(sizeof(Header) == 36);

constexpr uint64_t kMapped = uint64_t{4} << 30; // at least so much is in the direct map
constexpr uint32_t kTableMax = 1 << 20;

const Header *tableAt(uint64_t physical) {
  if (!physical || physical > kMapped - sizeof(Header))
    return nullptr;
  auto *header = reinterpret_cast<const Header *>(direct(physical));
  if (header->bytes < sizeof *header || header->bytes > kTableMax || physical > kMapped - header->bytes)
    return nullptr;
  uint8_t sum = 0;
  for (uint32_t i = 0; i != header->bytes; ++i)
    sum = static_cast<uint8_t>(sum + direct(physical)[i]);
  return sum ? nullptr : header;
}

template <typename T> T read(const uint8_t *from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}

const Rsdp *findRsdp(const BootInfo &info) {
  if (info.hasRsdpCopy)
    return reinterpret_cast<const Rsdp *>(info.rsdpCopy);
  if (info.rsdp && info.rsdp < kMapped)
    return reinterpret_cast<const Rsdp *>(direct(info.rsdp));
  for (uint64_t at = 0xe0000; at != 0x100000; at += 16) // where a BIOS leaves it
    if (!memcmp(direct(at), "RSD PTR ", 8))
      return reinterpret_cast<const Rsdp *>(direct(at));
  return nullptr;
}

const Header *findTable(const Rsdp &rsdp, const char *signature) {
  bool isLong = rsdp.revision >= 2 && rsdp.xsdt;
  const Header *root = tableAt(isLong ? rsdp.xsdt : rsdp.rsdt);
  if (!root)
    return nullptr;
  auto *begin = reinterpret_cast<const uint8_t *>(root + 1);
  uint32_t step = isLong ? 8 : 4;
  for (uint32_t at = 0; at + step <= root->bytes - sizeof *root; at += step) {
    const Header *table = tableAt(isLong ? read<uint64_t>(begin + at) : read<uint32_t>(begin + at));
    if (table && !memcmp(table->signature, signature, 4))
      return table;
  }
  return nullptr;
}

/* Entries are type, length, content; `fixed` bytes stand before the first. */
template <typename Visit> void forEntries(const Header &table, uint32_t fixed, Visit visit) {
  auto *begin = reinterpret_cast<const uint8_t *>(&table);
  for (uint32_t at = fixed; at + 2 <= table.bytes;) {
    uint8_t bytes = begin[at + 1];
    if (bytes < 2 || at + bytes > table.bytes)
      return;
    visit(begin[at], begin + at, bytes);
    at += bytes;
  }
}

void addCore(Topology &topology, uint32_t apicId, uint32_t flags) {
  constexpr uint32_t kEnabled = 1;
  if ((flags & kEnabled) && topology.coreCount != Topology::kCoresMax)
    topology.cores[topology.coreCount++] = {apicId, 0};
}

void setNode(Topology &topology, uint32_t apicId, uint32_t node, uint32_t flags) {
  for (unsigned i = 0; (flags & 1) && i != topology.coreCount; ++i)
    if (topology.cores[i].apicId == apicId)
      topology.cores[i].node = static_cast<uint8_t>(node < kNodesMax ? node : 0);
}

void readNodes(const Header &srat, Topology &topology) {
  forEntries(srat, 48, [&](uint8_t type, const uint8_t *entry, uint8_t bytes) {
    if (type == 0 && bytes >= 16)
      setNode(topology, entry[3], entry[2], read<uint32_t>(entry + 4));
    if (type == 2 && bytes >= 24)
      setNode(topology, read<uint32_t>(entry + 8), read<uint32_t>(entry + 4), read<uint32_t>(entry + 12));
    if (type == 1 && bytes >= 40 && (read<uint32_t>(entry + 28) & 1) && topology.memoryCount != Topology::kRangesMax) {
      auto base = read<uint64_t>(entry + 8), length = read<uint64_t>(entry + 16);
      topology.memory[topology.memoryCount++] = {{base, base + length}, entry[2]};
    }
  });
}

void readDistances(const Header &slit, Topology &topology) {
  auto *begin = reinterpret_cast<const uint8_t *>(&slit + 1);
  uint64_t room = slit.bytes - sizeof slit;
  auto count = room < 8 ? 0 : read<uint64_t>(begin);
  for (uint64_t from = 0; from != kNodesMax; ++from)
    for (uint64_t to = 0; to != kNodesMax; ++to)
      if (from < count && to < count && count <= room && 8 + from * count + to < room)
        topology.distances[from][to] = begin[8 + from * count + to];
}

} // namespace

Error readTopology(const BootInfo &info, Topology &topology) {
  const Rsdp *rsdp = findRsdp(info);
  const Header *madt = rsdp ? findTable(*rsdp, "APIC") : nullptr;
  if (!madt)
    return Error::Absent;
  forEntries(*madt, 44, [&](uint8_t type, const uint8_t *entry, uint8_t bytes) {
    if (type == 0 && bytes >= 8)
      addCore(topology, entry[3], read<uint32_t>(entry + 4));
    if (type == 9 && bytes >= 16)
      addCore(topology, read<uint32_t>(entry + 4), read<uint32_t>(entry + 8));
  });
  if (const Header *srat = findTable(*rsdp, "SRAT"))
    readNodes(*srat, topology);
  if (const Header *slit = findTable(*rsdp, "SLIT"))
    readDistances(*slit, topology);
  return Error::None;
}

} // namespace cleave
