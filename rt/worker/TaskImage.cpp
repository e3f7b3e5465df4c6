/* TaskImage.cpp - a task's ELF in memory, and its pristine state again before each task.
 *
 * Segments that are not writable are mapped from the file, with the file's own protections; writable ones are private
 * memory that restoreTask() fills from a read-only mapping of the whole file. A task thus starts as a fresh process
 * would, for the price of copying its .data (a few hundred bytes as a rule). Forking a pristine process for each task
 * was rejected: 75 us instead of less than one.
 *
 * The file is not trusted: each number is checked before use, and nothing is mapped over what is already there
 * (MAP_FIXED_NOREPLACE; the worker itself is linked far away from where programs are linked). A segment that is both
 * writable and executable is refused. */
#include "Syscalls.h"
#include "Worker.h"

#include <asm/prctl.h>
#include <elf.h>
#include <linux/auxvec.h>
#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/stat.h>
#include <sys/stat.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

namespace cleave {

uint64_t taskEntry;

namespace {

constexpr unsigned kSegmentsMax = 32, kWritableMax = 8;
constexpr uint64_t kAddressMax = uint64_t{1} << 40; /* the worker begins there */
constexpr uint64_t kTlsBytesMax = 1 << 20, kThreadBlockBytes = 256;
/* .bss beyond this is handed back to the kernel instead of being overwritten. */
constexpr uint64_t kZeroByHand = 256 << 10;
constexpr StepResult kMalformed{true, 0};

struct Writable {
  uint8_t *address;
  uint64_t fileOffset, fileBytes, memoryBytes;
};

const uint8_t *file;
uint64_t fileBytes;
Writable writables[kWritableMax];
unsigned writableCount;
Elf64_Phdr tls;
uint8_t *tlsBlock;

bool isInFile(uint64_t offset, uint64_t bytes) { return offset <= fileBytes && bytes <= fileBytes - offset; }

StepResult mapWritable(const Elf64_Phdr &segment) {
  if (writableCount == kWritableMax)
    return kMalformed;
  uint64_t begin = pageDown(segment.p_vaddr), end = pageUp(segment.p_vaddr + segment.p_memsz);
  long mapped = mapMemory(begin, end - begin, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
  if (isFailure(mapped))
    return stepFailed(mapped);
  writables[writableCount++] = {reinterpret_cast<uint8_t *>(segment.p_vaddr), segment.p_offset, segment.p_filesz,
                                segment.p_memsz};
  return kStepDone;
}

StepResult mapSegment(const Elf64_Phdr &segment) {
  if (!segment.p_memsz)
    return kStepDone;
  if (!isInFile(segment.p_offset, segment.p_filesz) || segment.p_filesz > segment.p_memsz ||
      segment.p_vaddr > kAddressMax || segment.p_memsz > kAddressMax - segment.p_vaddr)
    return kMalformed;
  bool isWritable = segment.p_flags & PF_W, isExecutable = segment.p_flags & PF_X;
  if (isWritable && isExecutable)
    return kMalformed;
  if (isWritable)
    return mapWritable(segment);
  /* What is not writable has all its bytes in the file. */
  if (segment.p_filesz != segment.p_memsz || (segment.p_vaddr - segment.p_offset) % kPage)
    return kMalformed;
  uint64_t begin = pageDown(segment.p_vaddr), end = pageUp(segment.p_vaddr + segment.p_memsz);
  long mapped = mapMemory(begin, end - begin, (segment.p_flags & PF_R ? PROT_READ : 0) | (isExecutable ? PROT_EXEC : 0),
                          MAP_PRIVATE | MAP_FIXED_NOREPLACE, kTaskDescriptor, pageDown(segment.p_offset));
  return isFailure(mapped) ? stepFailed(mapped) : kStepDone;
}

/* The thread pointer stands at the aligned end of the TLS block (variant II); a thread control block follows, of which
 * compiled code uses the pointer to itself and, at 40, the stack protector's canary. */
StepResult placeThreadPointer() {
  uint64_t align = tls.p_align ? tls.p_align : 1;
  if (tls.p_memsz > kTlsBytesMax || align > kPage || (align & (align - 1)) || tls.p_filesz > tls.p_memsz ||
      !isInFile(tls.p_offset, tls.p_filesz))
    return kMalformed;
  uint64_t blockBytes = pageUp(tls.p_memsz + align);
  long mapped = mapMemory(0, blockBytes + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (isFailure(mapped))
    return stepFailed(mapped);
  uint64_t pointer = static_cast<uint64_t>(mapped) + blockBytes;
  tlsBlock = reinterpret_cast<uint8_t *>(pointer - tls.p_memsz - ((-tls.p_vaddr - tls.p_memsz) & (align - 1)));
  long set = systemCall(__NR_arch_prctl, ARCH_SET_FS, static_cast<long>(pointer));
  return isFailure(set) ? stepFailed(set) : kStepDone;
}

StepResult readHeader(Elf64_Ehdr &header) {
  struct stat status;
  long result = systemCall(__NR_fstat, kTaskDescriptor, reinterpret_cast<long>(&status));
  if (isFailure(result))
    return stepFailed(result);
  fileBytes = static_cast<uint64_t>(status.st_size);
  if (fileBytes < sizeof(Elf64_Ehdr))
    return kMalformed;
  long mapped = mapMemory(0, fileBytes, PROT_READ, MAP_PRIVATE, kTaskDescriptor, 0);
  if (isFailure(mapped))
    return stepFailed(mapped);
  file = reinterpret_cast<const uint8_t *>(mapped);
  memcpy(&header, file, sizeof header);
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_type != ET_EXEC ||
      header.e_machine != EM_X86_64 || header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > kSegmentsMax ||
      !isInFile(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr)))
    return kMalformed;
  return kStepDone;
}

void zero(uint8_t *from, uint64_t bytes) {
  uint64_t begin = reinterpret_cast<uint64_t>(from), end = begin + bytes;
  if (bytes > kZeroByHand) {
    uint64_t firstPage = pageUp(begin), lastPage = pageDown(end);
    if (systemCall(__NR_madvise, static_cast<long>(firstPage), static_cast<long>(lastPage - firstPage),
                   MADV_DONTNEED) == 0) {
      memset(from, 0, firstPage - begin);
      memset(reinterpret_cast<void *>(lastPage), 0, end - lastPage);
      return;
    }
  }
  memset(from, 0, bytes);
}

} // namespace

StepResult loadTask() {
  Elf64_Ehdr header;
  if (StepResult result = readHeader(header); result.failed)
    return result;
  bool isEntryExecutable = false;
  for (unsigned i = 0; i != header.e_phnum; ++i) {
    Elf64_Phdr segment;
    memcpy(&segment, file + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_INTERP || segment.p_type == PT_DYNAMIC)
      return kMalformed;
    if (segment.p_type == PT_TLS)
      tls = segment;
    if (segment.p_type != PT_LOAD)
      continue;
    if (StepResult result = mapSegment(segment); result.failed)
      return result;
    if ((segment.p_flags & PF_X) && header.e_entry >= segment.p_vaddr &&
        header.e_entry - segment.p_vaddr < segment.p_memsz)
      isEntryExecutable = true;
  }
  if (!isEntryExecutable)
    return kMalformed;
  taskEntry = header.e_entry;
  return placeThreadPointer();
}

void restoreTask() {
  for (unsigned i = 0; i != writableCount; ++i) {
    const Writable &segment = writables[i];
    memcpy(segment.address, file + segment.fileOffset, segment.fileBytes);
    zero(segment.address + segment.fileBytes, segment.memoryBytes - segment.fileBytes);
  }
  memcpy(tlsBlock, file + tls.p_offset, tls.p_filesz);
  memset(tlsBlock + tls.p_filesz, 0, tls.p_memsz - tls.p_filesz);
  /* p_memsz is below the thread pointer by less than one alignment; what follows is the control block. */
  uint64_t align = tls.p_align ? tls.p_align : 1;
  auto *block = tlsBlock + tls.p_memsz + ((-tls.p_vaddr - tls.p_memsz) & (align - 1));
  memset(block, 0, kThreadBlockBytes);
  auto *words = reinterpret_cast<uint64_t *>(block);
  words[0] = words[2] = reinterpret_cast<uint64_t>(block);
  /* The same for all tasks, for a task must not be able to draw a random number; a null byte stops string overruns. */
  words[5] = 0x9d1e5c83a7f24b00u;
}

} // namespace cleave
