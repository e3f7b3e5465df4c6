// Binary.cpp - see Binary.h. The file is not trusted: each number is checked before it is used, nothing is mapped over
// what is there already, and a segment that is writable and executable is refused.
//
// Read-only segments show the file's own pages where offsets and addresses agree modulo the page (lld makes them so):
// a task kind's code is in memory once. Writable segments are fresh pages with a copy.
#include "Binary.h"
#include "Frames.h"
#include "Layout.h"

namespace cleave {

namespace {

struct ElfHeader {
  uint8_t identity[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, headers, sections;
  uint32_t flags;
  uint16_t headerBytes, entryBytes, entryCount, sectionBytes, sectionCount, names;
};
struct Segment {
  uint32_t type, flags;
  uint64_t offset, address, physical, fileBytes, memoryBytes, alignment;
};
static_assert(sizeof(ElfHeader) == 64 && sizeof(Segment) == 56);

constexpr uint16_t kExecutable = 2, kX86 = 62;
constexpr uint32_t kLoad = 1, kDynamic = 2, kInterpreter = 3, kHeaders = 6, kTls = 7;
constexpr uint32_t kMayExecute = 1, kMayWrite = 2;
constexpr unsigned kSegmentsMax = 32;
constexpr uint64_t kTlsMax = 1 << 20, kTlsAlignmentMax = 4096;

Error mapCopy(AddressSpace &space, const FileView &file, const Segment &segment, Access access) {
  uint64_t end = segment.address + segment.memoryBytes, fileEnd = segment.address + segment.fileBytes;
  for (uint64_t at = pageDown(segment.address); at < end; at += kPage) {
    auto frame = allocateFrame();
    if (!frame)
      return frame.error;
    uint64_t from = at > segment.address ? at : segment.address;
    uint64_t to = at + kPage < fileEnd ? at + kPage : fileEnd;
    if (from < to)
      memcpy(direct(*frame) + (from - at), file.bytes + segment.offset + (from - segment.address), to - from);
    if (Error error = space.map(at, *frame, access); error != Error::None) {
      releaseFrame(*frame);
      return error == Error::Refused ? Error::Malformed : error;
    }
  }
  return Error::None;
}

Error mapInPlace(AddressSpace &space, const FileView &file, const Segment &segment, Access access) {
  uint64_t first = pageDown(segment.offset);
  for (uint64_t at = pageDown(segment.address), end = segment.address + segment.memoryBytes; at < end; at += kPage) {
    Error error = space.map(at, file.physical + first + (at - pageDown(segment.address)), access, kBorrowed);
    if (error != Error::None)
      return error == Error::Refused ? Error::Malformed : error;
  }
  return Error::None;
}

Error mapSegment(AddressSpace &space, Binary &binary, const Segment &segment) {
  bool isWritable = segment.flags & kMayWrite, isExecutable = segment.flags & kMayExecute;
  if (isWritable && isExecutable)
    return Error::Malformed;
  if (segment.address + segment.memoryBytes > binary.end)
    binary.end = segment.address + segment.memoryBytes;
  if (isWritable) {
    if (binary.writableCount == Binary::kWritableMax)
      return Error::Malformed;
    binary.writable[binary.writableCount++] = {segment.address, segment.offset, segment.fileBytes, segment.memoryBytes};
    return mapCopy(space, binary.file, segment, Access::Write);
  }
  Access access = isExecutable ? Access::Execute : Access::Read;
  bool isInPlace = binary.file.physical && segment.offset % kPage == segment.address % kPage &&
                   segment.fileBytes == segment.memoryBytes;
  return isInPlace ? mapInPlace(space, binary.file, segment, access) : mapCopy(space, binary.file, segment, access);
}

bool isSound(const Segment &segment, const FileView &file, uint64_t begin, uint64_t limit) {
  return isWithin(segment.offset, segment.fileBytes, 0, file.size) && segment.fileBytes <= segment.memoryBytes &&
         isWithin(segment.address, segment.memoryBytes, begin, limit - begin);
}

Error takeTls(Binary &binary, const Segment &segment) {
  uint64_t alignment = segment.alignment ? segment.alignment : 1;
  if (!isWithin(segment.offset, segment.fileBytes, 0, binary.file.size) || segment.fileBytes > segment.memoryBytes ||
      segment.memoryBytes > kTlsMax || alignment > kTlsAlignmentMax || (alignment & (alignment - 1)))
    return Error::Malformed;
  binary.tlsAddress = segment.address;
  binary.tlsOffset = segment.offset;
  binary.tlsFileBytes = segment.fileBytes;
  binary.tlsBytes = segment.memoryBytes;
  binary.tlsAlignment = alignment;
  return Error::None;
}

} // namespace

Result<Binary> loadBinary(AddressSpace &space, FileView file, uint64_t begin, uint64_t limit, uint64_t memoryMax) {
  ElfHeader header;
  static constexpr uint8_t kIdentity[6] = {0x7f, 'E', 'L', 'F', 2, 1};
  if (file.size < sizeof header)
    return Error::Malformed;
  memcpy(&header, file.bytes, sizeof header);
  if (memcmp(header.identity, kIdentity, sizeof kIdentity) || header.type != kExecutable || header.machine != kX86 ||
      header.entryBytes != sizeof(Segment) || header.entryCount > kSegmentsMax ||
      !isWithin(header.headers, header.entryCount * sizeof(Segment), 0, file.size))
    return Error::Malformed;
  Binary binary;
  binary.file = file;
  binary.entry = header.entry;
  binary.headerCount = header.entryCount;
  bool isEntryExecutable = false;
  for (unsigned i = 0; i != header.entryCount; ++i) {
    Segment segment;
    memcpy(&segment, file.bytes + header.headers + i * sizeof segment, sizeof segment);
    if (segment.type == kInterpreter || segment.type == kDynamic)
      return Error::Malformed;
    if (segment.type == kHeaders)
      binary.headers = segment.address;
    if (segment.type == kTls)
      if (Error error = takeTls(binary, segment); error != Error::None)
        return error;
    if (segment.type != kLoad || !segment.memoryBytes)
      continue;
    if (!isSound(segment, file, begin, limit))
      return Error::Malformed;
    if (segment.memoryBytes > memoryMax)
      return Error::OverQuota;
    memoryMax -= segment.memoryBytes;
    if (Error error = mapSegment(space, binary, segment); error != Error::None)
      return error;
    if ((segment.flags & kMayExecute) && isWithin(header.entry, 1, segment.address, segment.memoryBytes))
      isEntryExecutable = true;
  }
  if (!isEntryExecutable)
    return Error::Malformed;
  return binary;
}

} // namespace cleave
