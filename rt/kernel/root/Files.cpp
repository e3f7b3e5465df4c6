// Files.cpp - descriptors: the three streams, objects from outside, and the four that exchange.h speaks of.
#include "Library.h"

namespace cleave {

namespace {

enum class Kind : uint8_t { Closed, Input, Output, Error, Nothing, Object, Created, Control, Exchange, Arena, Event };

struct File {
  Kind kind;
  uint32_t number;        ///< Created
  uint64_t content, size; ///< Object
  uint64_t position;
};

constexpr int kFilesMax = 1024;
constexpr uint64_t kWriteOnly = 1, kReadWrite = 2, kCreate = 0100;
File files[kFilesMax];

struct Vector {
  uint64_t address, bytes;
};

/* struct stat */
struct Status {
  uint64_t device, inode, links;
  uint32_t mode, user, group, pad;
  uint64_t special;
  int64_t size, blockSize, blocks;
  uint64_t times[6], reserved[3];
};
static_assert(sizeof(Status) == 144);

File *fileOf(uint64_t descriptor) {
  if (descriptor >= kFilesMax || files[descriptor].kind == Kind::Closed)
    return nullptr;
  return &files[descriptor];
}

int lowestFree(int from) {
  while (from < kFilesMax && files[from].kind != Kind::Closed)
    ++from;
  return from < kFilesMax ? from : -1;
}

bool isPath(uint64_t path, const char *wanted) {
  auto *text = reinterpret_cast<const char *>(path);
  while (*text && *text == *wanted) {
    ++text;
    ++wanted;
  }
  return *text == *wanted;
}

int64_t openForReading(uint64_t path, File &file) {
  file = {Kind::Object, 0, 0, 0, 0};
  return openOutside(path, file.content, file.size);
}

int64_t create(uint64_t path, uint64_t flags, uint64_t mode, File &file) {
  file = {Kind::Created, 0, 0, 0, 0};
  return createOutside(path, flags, mode, file.number);
}

int64_t open(uint64_t path, uint64_t flags, uint64_t mode) {
  int number = lowestFree(0);
  if (number < 0)
    return kTooMany;
  File file = {Kind::Nothing, 0, 0, 0, 0};
  int64_t result = 0;
  if (isPath(path, "/dev/null"))
    result = 0;
  else if ((flags & (kWriteOnly | kReadWrite)) || (flags & kCreate))
    result = create(path, flags, mode, file);
  else
    result = openForReading(path, file);
  if (result < 0)
    return result;
  files[number] = file;
  return number;
}

int64_t close(uint64_t descriptor) {
  File *file = fileOf(descriptor);
  if (!file)
    return kBadFile;
  File old = *file;
  file->kind = Kind::Closed;
  bool isElsewhere = false;
  for (const File &other : files)
    isElsewhere |= other.kind == old.kind && other.content == old.content && other.number == old.number;
  if (isElsewhere)
    return 0;
  if (old.kind == Kind::Object)
    unmap(old.content, old.size + 1);
  return old.kind == Kind::Created ? closeOutside(old.number) : 0;
}

int64_t readAt(const File &file, uint64_t to, uint64_t bytes, uint64_t position) {
  if (position >= file.size)
    return 0;
  uint64_t count = bytes < file.size - position ? bytes : file.size - position;
  memcpy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(file.content + position), count);
  return static_cast<int64_t>(count);
}

int64_t read(uint64_t descriptor, uint64_t to, uint64_t bytes) {
  File *file = fileOf(descriptor);
  if (!file)
    return kBadFile;
  switch (file->kind) {
  case Kind::Input:
    return readOutside(to, bytes);
  case Kind::Nothing:
    return 0;
  case Kind::Object: {
    int64_t count = readAt(*file, to, bytes, file->position);
    file->position += static_cast<uint64_t>(count);
    return count;
  }
  default:
    return kBadFile;
  }
}

int64_t write(uint64_t descriptor, uint64_t from, uint64_t bytes) {
  File *file = fileOf(descriptor);
  if (!file)
    return kBadFile;
  switch (file->kind) {
  case Kind::Output:
  case Kind::Error:
    break;
  case Kind::Nothing:
    return static_cast<int64_t>(bytes);
  case Kind::Created:
    appendOutside(file->number, from, bytes);
    file->position += bytes;
    return static_cast<int64_t>(bytes);
  case Kind::Event:
    cleave_kernel_call(kRootServe);
    return static_cast<int64_t>(bytes);
  default:
    return kBadFile;
  }
  return printOutside(file->kind == Kind::Error, from, bytes);
}

template <typename One> int64_t forVectors(uint64_t vectors, uint64_t count, One one) {
  int64_t total = 0;
  for (uint64_t i = 0; i != count; ++i) {
    auto &vector = reinterpret_cast<const Vector *>(vectors)[i];
    int64_t done = one(vector.address, vector.bytes);
    if (done < 0)
      return total ? total : done;
    total += done;
    if (static_cast<uint64_t>(done) != vector.bytes)
      break;
  }
  return total;
}

int64_t seek(uint64_t descriptor, int64_t offset, uint64_t from) {
  File *file = fileOf(descriptor);
  if (!file)
    return kBadFile;
  if (file->kind != Kind::Object && file->kind != Kind::Created)
    return kNoSeek;
  uint64_t end = file->kind == Kind::Object ? file->size : file->position;
  int64_t base = from == 0 ? 0 : static_cast<int64_t>(from == 1 ? file->position : end), wanted = base + offset;
  if (from > 2 || wanted < 0)
    return kInvalid;
  if (file->kind == Kind::Created && static_cast<uint64_t>(wanted) != file->position)
    return kNoSeek;
  file->position = static_cast<uint64_t>(wanted);
  return wanted;
}

int64_t status(const File &file, uint64_t to) {
  constexpr uint32_t kRegular = 0100000, kPipe = 0010000, kCharacter = 0020000, kOwnerMayReadWrite = 0600;
  auto &status = *reinterpret_cast<Status *>(to);
  status = {};
  bool isStream = file.kind == Kind::Input || file.kind == Kind::Output || file.kind == Kind::Error;
  status.mode = (isStream ? kPipe : file.kind == Kind::Nothing ? kCharacter : kRegular) | kOwnerMayReadWrite;
  status.links = 1;
  status.inode = static_cast<uint64_t>(&file - files) + 1;
  status.blockSize = kPage;
  uint64_t size = file.kind == Kind::Object ? file.size : file.kind == Kind::Created ? file.position : 0;
  if (file.kind == Kind::Control)
    size = start.controlBytes;
  if (file.kind == Kind::Exchange)
    size = start.exchangeBytes;
  if (file.kind == Kind::Arena)
    size = start.arenaBytes;
  status.size = static_cast<int64_t>(size);
  status.blocks = static_cast<int64_t>((size + 511) / 512);
  return 0;
}

int64_t statusOf(uint64_t path, uint64_t to) {
  File file;
  if (int64_t result = openForReading(path, file); result < 0)
    return result;
  status(file, to);
  unmap(file.content, file.size + 1);
  return 0;
}

int64_t duplicate(uint64_t descriptor, int from) {
  File *file = fileOf(descriptor);
  if (!file)
    return kBadFile;
  int number = lowestFree(from);
  if (number < 0)
    return kTooMany;
  files[number] = *file;
  return number;
}

int64_t duplicateTo(uint64_t descriptor, uint64_t wanted) {
  if (!fileOf(descriptor) || wanted >= kFilesMax)
    return kBadFile;
  if (descriptor != wanted) {
    if (fileOf(wanted))
      close(wanted);
    files[wanted] = files[descriptor];
  }
  return static_cast<int64_t>(wanted);
}

int64_t control(uint64_t descriptor, uint64_t what, uint64_t argument) {
  if (!fileOf(descriptor))
    return kBadFile;
  constexpr uint64_t kDuplicate = 0, kGetStatus = 3, kDuplicateCloseOnExec = 1030;
  if (what == kDuplicate || what == kDuplicateCloseOnExec)
    return duplicate(descriptor, static_cast<int>(argument));
  return what == kGetStatus ? kReadWrite : 0;
}

} // namespace

void startFiles() {
  files[0].kind = Kind::Input;
  files[1].kind = Kind::Output;
  files[2].kind = Kind::Error;
  if (!start.control)
    return;
  files[kNodeFirst].kind = Kind::Control;
  files[kNodeFirst + 1].kind = Kind::Exchange;
  files[kNodeFirst + 2].kind = Kind::Arena;
  files[kNodeFirst + 3].kind = Kind::Event;
}

uint64_t contentOf(int descriptor, uint64_t &bytes, bool &isShared) {
  File *file = descriptor < 0 ? nullptr : fileOf(static_cast<uint64_t>(descriptor));
  if (!file)
    return 0;
  isShared = true;
  switch (file->kind) {
  case Kind::Control:
    bytes = start.controlBytes;
    return start.control;
  case Kind::Exchange:
    bytes = start.exchangeBytes;
    return start.exchange;
  case Kind::Arena:
    bytes = start.arenaBytes;
    return start.arena;
  case Kind::Object:
    isShared = false;
    bytes = file->size;
    return file->content;
  default:
    return 0;
  }
}

int64_t fileCall(const Arguments &call, bool &isKnown) {
  constexpr int64_t kHere = -100; // AT_FDCWD
  constexpr uint64_t kEmptyPath = 0x1000;
  switch (call.number) {
  case 0: // read
    return read(call.a, call.b, call.c);
  case 1: // write
    return write(call.a, call.b, call.c);
  case 2: // open
    return open(call.a, call.b, call.c);
  case 3: // close
    return close(call.a);
  case 4: // stat
  case 6: // lstat
    return statusOf(call.a, call.b);
  case 5: // fstat
    return fileOf(call.a) ? status(*fileOf(call.a), call.b) : kBadFile;
  case 8: // lseek
    return seek(call.a, static_cast<int64_t>(call.b), call.c);
  case 16: // ioctl
    return fileOf(call.a) ? kNoTerminal : kBadFile;
  case 17: // pread64
    if (File *file = fileOf(call.a); file && file->kind == Kind::Object)
      return readAt(*file, call.b, call.c, call.d);
    return kBadFile;
  case 19: // readv
    return forVectors(call.b, call.c, [&](uint64_t at, uint64_t bytes) { return read(call.a, at, bytes); });
  case 20: // writev
    return forVectors(call.b, call.c, [&](uint64_t at, uint64_t bytes) { return write(call.a, at, bytes); });
  case 32: // dup
    return duplicate(call.a, 0);
  case 33:  // dup2
  case 292: // dup3
    return duplicateTo(call.a, call.b);
  case 72: // fcntl
    return control(call.a, call.b, call.c);
  case 74: // fsync
  case 75: // fdatasync
    return fileOf(call.a) ? 0 : kBadFile;
  case 82: // rename
    return changeOutside(kChangeRename, call.a, call.b, 0);
  case 83: // mkdir
    return changeOutside(kChangeMakeFolder, call.a, 0, call.b);
  case 86: // link
    return changeOutside(kChangeLink, call.a, call.b, 0);
  case 87: // unlink
    return changeOutside(kChangeUnlink, call.a, 0, 0);
  case 91:  // fchmod: files are made with their mode
  case 280: // utimensat, of a descriptor: whoever holds the file notes that it is used
    return call.number == 280 && call.b ? kNoCall : fileOf(call.a) ? 0 : kBadFile;
  case 257: // openat
    return static_cast<int32_t>(call.a) == kHere || *reinterpret_cast<char *>(call.b) == '/'
               ? open(call.b, call.c, call.d)
               : kBadFile;
  case 262: // newfstatat
    if ((call.d & kEmptyPath) && !*reinterpret_cast<char *>(call.b))
      return fileOf(call.a) ? status(*fileOf(call.a), call.c) : kBadFile;
    return statusOf(call.b, call.c);
  case 89:  // readlink
  case 267: // readlinkat
    return kNoEntry;
  default:
    isKnown = false;
    return kNoCall;
  }
}

} // namespace cleave
