// BootInfo.cpp - the two loaders' formats: Xen's struct hvm_start_info (PVH) and multiboot2's list of tags. Both give
// a memory map, modules and the way to ACPI's tables; all else in them is not looked at.
#include "BootInfo.h"

namespace cleave {

namespace {

constexpr uint32_t kPvhMagic = 0x336ec578;
constexpr uint32_t kUsable = 1; // in both formats, as in the BIOS's own

struct PvhStart {
  uint32_t magic, version, flags, moduleCount;
  uint64_t modules, commandLine, rsdp, memoryMap;
  uint32_t memoryMapCount, reserved;
};
struct PvhModule {
  uint64_t address, bytes, commandLine, reserved;
};
struct PvhRange {
  uint64_t address, bytes;
  uint32_t type, reserved;
};

struct Tag {
  uint32_t type, bytes;
};
struct ModuleTag {
  Tag tag;
  uint32_t begin, end;
};
struct MemoryTag {
  Tag tag;
  uint32_t entryBytes, entryVersion;
};
struct MultibootRange {
  uint64_t address, bytes;
  uint32_t type, reserved;
};

constexpr uint64_t kBelow = uint64_t{4} << 30; // what the first tables show

void addRange(BootInfo &info, uint64_t address, uint64_t bytes, uint32_t type) {
  uint64_t begin = pageUp(address), end = pageDown(address + bytes);
  if (type == kUsable && begin < end && info.usableCount != BootInfo::kRangesMax)
    info.usable[info.usableCount++] = {begin, end};
}

/* QEMU's microvm says where its devices are as it says it to Linux: virtio_mmio.device=512@0xfeb00e00:12 */
void readCommandLine(const char *line, BootInfo &info) {
  static constexpr char kKey[] = "virtio_mmio.device=";
  for (; *line; ++line) {
    unsigned matched = 0;
    while (kKey[matched] && line[matched] == kKey[matched])
      ++matched;
    if (kKey[matched])
      continue;
    while (*line && *line != ' ' && *line != 'x')
      ++line;
    uint64_t address = 0;
    for (const char *digit = *line == 'x' ? line + 1 : line;; ++digit) {
      char lower = static_cast<char>(*digit | 32);
      if (*digit >= '0' && *digit <= '9')
        address = address * 16 + static_cast<uint64_t>(*digit - '0');
      else if (lower >= 'a' && lower <= 'f')
        address = address * 16 + static_cast<uint64_t>(lower - 'a' + 10);
      else
        break;
    }
    if (address && address < kBelow && info.transportCount != BootInfo::kTransportsMax)
      info.transports[info.transportCount++] = address;
  }
}

Error readPvh(uint64_t address, BootInfo &info) {
  auto *start = reinterpret_cast<const PvhStart *>(address);
  if (start->magic != kPvhMagic || start->version < 1)
    return Error::Malformed;
  info.rsdp = start->rsdp;
  if (start->commandLine && start->commandLine < kBelow)
    readCommandLine(reinterpret_cast<const char *>(start->commandLine), info);
  if (start->moduleCount && start->modules < kBelow) {
    auto *module = reinterpret_cast<const PvhModule *>(start->modules);
    info.moduleBegin = module->address;
    info.moduleBytes = module->bytes;
  }
  if (!start->memoryMap || start->memoryMap >= kBelow)
    return Error::Malformed;
  auto *ranges = reinterpret_cast<const PvhRange *>(start->memoryMap);
  for (uint32_t i = 0; i != start->memoryMapCount; ++i)
    addRange(info, ranges[i].address, ranges[i].bytes, ranges[i].type);
  return Error::None;
}

Error readMultiboot(uint64_t address, BootInfo &info) {
  auto bytes = *reinterpret_cast<const uint32_t *>(address);
  for (uint64_t at = 8; at + sizeof(Tag) <= bytes;) {
    auto *tag = reinterpret_cast<const Tag *>(address + at);
    if (tag->type == 0 || tag->bytes < sizeof(Tag))
      break;
    switch (tag->type) {
    case 3: {
      auto *module = reinterpret_cast<const ModuleTag *>(tag);
      if (!info.moduleBytes) {
        info.moduleBegin = module->begin;
        info.moduleBytes = module->end - module->begin;
      }
      break;
    }
    case 6: {
      auto *map = reinterpret_cast<const MemoryTag *>(tag);
      for (uint64_t entry = sizeof *map; map->entryBytes && entry + map->entryBytes <= tag->bytes;
           entry += map->entryBytes) {
        auto *range = reinterpret_cast<const MultibootRange *>(address + at + entry);
        addRange(info, range->address, range->bytes, range->type);
      }
      break;
    }
    case 14: // ACPI 1
    case 15: // ACPI 2 and later: the better one
      memset(info.rsdpCopy, 0, sizeof info.rsdpCopy);
      memcpy(info.rsdpCopy, tag + 1, tag->type == 14 ? 20 : sizeof info.rsdpCopy);
      info.hasRsdpCopy = true;
      break;
    default:
      break;
    }
    at += (tag->bytes + 7) & ~7u;
  }
  return Error::None;
}

} // namespace

Error readBootInfo(Loader loader, uint64_t information, BootInfo &info) {
  Error error = loader == Loader::Pvh ? readPvh(information, info) : readMultiboot(information, info);
  if (error == Error::None && !info.usableCount)
    return Error::Malformed;
  return error;
}

} // namespace cleave
