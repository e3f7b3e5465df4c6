#include "WholeRun.h"

#include "../store/Folder.h"
#include "../store/KeptErrno.h"
#include "Agent.h"
#include "Memo.h"
#include "Names.h"
#include "Session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

namespace cleave::whole {

bool isWatching, isWritten;

namespace {

constexpr uint32_t kMostFiles = 4096;
constexpr uint64_t kMostBytes = 64 << 20; /* of output */
/* Of times that file systems keep, and of clocks of machines that share one. */
constexpr int64_t kTimesAreSureAfterNs = 2000000000;

/* In place of a task's name. */
constexpr cleave_name kReads = {{'w', 'h', 'o', 'l', 'e', ' ', 'r', 'u', 'n', ':', ' ', 'r', 'e', 'a', 'd', 's'}};
constexpr cleave_name kPrints = {{'w', 'h', 'o', 'l', 'e', ' ', 'r', 'u', 'n', ' ', 'p', 'r', 'i', 'n', 't', 's'}};

/* Bytes that grow, from mmap: the program's heap looks as it would without. Nothing is given back by itself: the program's own
 * destructors may still print. */
class Buffer {
public:
  bool append(const void *data, size_t count) {
    if (used + count > room && !grow(used + count))
      return false;
    memcpy(bytes + used, data, count);
    used += count;
    return true;
  }
  template <typename Value> bool append(const Value &value) { return append(&value, sizeof value); }
  void release() {
    if (room)
      munmap(bytes, room);
    bytes = nullptr;
    used = room = 0;
  }
  uint8_t *begin() const { return bytes; }
  size_t size() const { return used; }

private:
  bool grow(size_t least) {
    size_t larger = room ? room : 65536;
    while (larger < least)
      larger *= 2;
    void *moved = room ? mremap(bytes, room, larger, MREMAP_MAYMOVE)
                       : mmap(nullptr, larger, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (moved == MAP_FAILED)
      return false;
    bytes = static_cast<uint8_t *>(moved);
    room = larger;
    return true;
  }
  uint8_t *bytes = nullptr;
  size_t used = 0, room = 0;
};

/* Which file, and as it was when. */
struct Identity {
  uint64_t device, inode, bytes;
  int64_t changedNs, statusChangedNs;

  bool operator==(const Identity &) const = default;
};

/* A file as a record has it; its path follows, without a 0. Standard input has an empty one. */
struct FileEntry {
  Identity identity;
  Hash128 content; /* of one that was not there: the error that opening it gave */
  int32_t error;   /* 0: it was there */
  uint32_t pathBytes;
  int64_t notedNs; /* when its content was read */
};

/* They lie one behind the other. */
struct FileEntries {
  const uint8_t *at;
  uint64_t left;

  /* False: there is no other, or not all of it. */
  bool next(FileEntry &entry, const char *&path) {
    if (left < sizeof entry)
      return false;
    memcpy(&entry, at, sizeof entry);
    if (left - sizeof entry < entry.pathBytes)
      return false;
    path = reinterpret_cast<const char *>(at) + sizeof entry;
    at += sizeof entry + entry.pathBytes;
    left -= sizeof entry + entry.pathBytes;
    return true;
  }
};

/* The program's output, in order: so many bytes follow. */
struct OutputEntry {
  int32_t descriptor;
  uint32_t bytes;
};
struct Ending {
  int32_t status;
  uint32_t reserved;
  int64_t inputOffset; /* of standard input, if it is a file */
};

enum class Input : uint32_t { Nothing, File, Null, Other };

cleave_name readsName;
Input standardInput;
off_t inputOffset;
uint64_t beganNs;
Buffer files, output;
uint32_t fileCount;
size_t written[3]; /* by descriptor: what a replay that failed has written, and the program has not yet */

/* Why this run is not kept, the first reason. */
void giveUp(uint32_t reason) {
  isWatching = false;
  output.release();
  files.release();
  session.control->store.whole = reason;
}

int64_t nanoseconds(const timespec &time) { return time.tv_sec * int64_t{1000000000} + time.tv_nsec; }

int64_t wallNs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

Identity identityOf(const struct stat &status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

bool isFile(int descriptor, struct stat &status) { return !fstat(descriptor, &status) && S_ISREG(status.st_mode); }

/* As the program opens it. A descriptor, or the error. */
int openAsProgram(const char *path, int &error) {
  int label = agent::findLabel(path);
  int descriptor = label == agent::kNoLabel ? open(path, O_RDONLY | O_CLOEXEC) : agent::openInput(label);
  error = descriptor < 0 ? errno : 0;
  return descriptor;
}

/* All of a file, piece by piece: whoever changes it meanwhile harms nobody. False: it has not as many bytes as it says (as
 * those of /proc), or they cannot be read. */
bool digestContent(int descriptor, uint64_t bytes, Hash128 &digest) {
  constexpr size_t kPiece = 1 << 20;
  void *piece = mmap(nullptr, kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (piece == MAP_FAILED)
    return false;
  const HashKey &key = memo::storeKeys().content;
  Hash128 parts[2] = {keyedHash(key, &bytes, sizeof bytes), {}};
  uint64_t at = 0;
  ssize_t got;
  while ((got = pread(descriptor, piece, kPiece, static_cast<off_t>(at))) > 0) {
    parts[1] = keyedHash(key, piece, static_cast<size_t>(got));
    parts[0] = keyedHash(key, parts, sizeof parts);
    at += static_cast<uint64_t>(got);
    if (static_cast<size_t>(got) < kPiece && at < bytes)
      break;
  }
  munmap(piece, kPiece);
  digest = parts[0];
  return at == bytes && !got;
}

/* What is there now; `known`: what was, whose content need not be read again if nobody touched it. False: it is no file, or
 * changes at this moment. */
bool look(int descriptor, int error, const FileEntry *known, FileEntry &entry) {
  entry = {};
  entry.notedNs = wallNs();
  if (error) {
    entry.error = error;
    entry.content = keyedHash(memo::storeKeys().content, &error, sizeof error);
    return true;
  }
  struct stat before, after;
  if (!isFile(descriptor, before))
    return false;
  entry.identity = identityOf(before);
  if (known && !known->error && entry.identity == known->identity &&
      known->notedNs - kTimesAreSureAfterNs > entry.identity.changedNs &&
      known->notedNs - kTimesAreSureAfterNs > entry.identity.statusChangedNs) {
    entry.content = known->content;
    entry.notedNs = known->notedNs;
    return true;
  }
  return digestContent(descriptor, entry.identity.bytes, entry.content) && isFile(descriptor, after) &&
         identityOf(after) == entry.identity;
}

/* The entry of each file as it is now, in the same order. False: one of them cannot be told. */
bool lookAtAll(FileEntries files, uint32_t count, Buffer &now) {
  for (uint32_t i = 0; i != count; ++i) {
    FileEntry known, entry;
    const char *itsPath;
    char path[4096];
    if (!files.next(known, itsPath) || known.pathBytes >= sizeof path)
      return false;
    memcpy(path, itsPath, known.pathBytes);
    path[known.pathBytes] = 0;
    int error = 0, descriptor = known.pathBytes ? openAsProgram(path, error) : STDIN_FILENO;
    bool isTold = look(descriptor, error, &known, entry);
    if (known.pathBytes && descriptor >= 0)
      close(descriptor);
    entry.pathBytes = known.pathBytes;
    if (!isTold || !now.append(entry) || !now.append(path, known.pathBytes))
      return false;
  }
  return !files.left;
}

FileEntries entriesIn(const Buffer &buffer) { return {buffer.begin(), buffer.size()}; }

/* From the first name and what each file holds. */
cleave_name printsName(const Buffer &entries) {
  const HashKey &key = memo::storeKeys().content;
  Hash128 parts[3] = {};
  memcpy(&parts[0], &readsName, sizeof readsName);
  FileEntry entry;
  const char *path;
  for (FileEntries files = entriesIn(entries); files.next(entry, path);) {
    parts[1] = entry.content;
    parts[2] = keyedHash(key, path, entry.pathBytes);
    parts[0] = keyedHash(key, parts, sizeof parts);
  }
  return itemName(kPrints, 0, parts, 1);
}

/* A record of one item, checked; null: there is none. `file` is to be freed. */
bool read(const cleave_name &name, const cleave_name &kind, uint8_t *&file, RecordView &view) {
  uint32_t place;
  file = memo::load(name, kind, view, place);
  if (!file && memo::bring(name))
    file = memo::load(name, kind, view, place);
  counters().store_read += file != nullptr;
  return file;
}

bool write(const cleave_name &name, const cleave_name &kind, const char *what, const Buffer &body) {
  char provenance[512];
  cleave_name run;
  memcpy(&run, session.control->run_id, sizeof run);
  int length = snprintf(provenance, sizeof provenance, "{\"whole\":\"%s\",\"run\":\"%s\"}", what, textOf(run).digits);
  RecordHeader header = {};
  header.item_count = 1;
  header.provenance_bytes = static_cast<uint32_t>(length);
  header.task = kind;
  header.body_bytes = body.size();
  header.busy_ns = nowNs() - beganNs;
  return memo::keep(header, &name, provenance, body.begin());
}

uint64_t limitOn(__rlimit_resource resource) {
  rlimit limit;
  return getrlimit(resource, &limit) ? RLIM_INFINITY : limit.rlim_cur;
}

/* The program's own code, its tasks', its arguments, where its streams lead, and what memory it may have. */
bool nameReads(int argumentCount, char **arguments) {
  const HashKey &key = memo::storeKeys().content;
  Hash128 parts[4] = {};
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct stat status;
  bool isRead = self >= 0 && isFile(self, status) && digestContent(self, static_cast<uint64_t>(status.st_size), parts[0]);
  if (self >= 0)
    close(self);
  if (!isRead)
    return false;
  Hash128 pair[2] = {};
  for (uint32_t kind = 0; kind != session.control->kind_count; ++kind) {
    pair[1] = keyedHash(key, &cleave_control_kind(session.control, kind)->task, sizeof(cleave_name));
    pair[0] = keyedHash(key, pair, sizeof pair);
  }
  parts[1] = pair[0];
  pair[0] = {};
  for (int i = 0; i != argumentCount; ++i) {
    pair[1] = keyedHash(key, arguments[i], strlen(arguments[i]));
    pair[0] = keyedHash(key, pair, sizeof pair);
  }
  parts[2] = pair[0];
  /* Whether a stream is a terminal decides when it is written, and so how output and errors lie behind each other. */
  const uint64_t surroundings[] = {static_cast<uint64_t>(standardInput),
                                   static_cast<uint64_t>(inputOffset),
                                   static_cast<uint64_t>(isatty(STDOUT_FILENO)),
                                   static_cast<uint64_t>(isatty(STDERR_FILENO)),
                                   limitOn(RLIMIT_AS),
                                   limitOn(RLIMIT_DATA),
                                   limitOn(RLIMIT_STACK)};
  parts[3] = keyedHash(key, surroundings, sizeof surroundings);
  readsName = itemName(kReads, 0, parts, 4);
  return true;
}

void findStandardInput() {
  struct stat status;
  inputOffset = -1;
  if (fstat(STDIN_FILENO, &status))
    standardInput = Input::Nothing;
  else if (S_ISREG(status.st_mode))
    standardInput = Input::File, inputOffset = lseek(STDIN_FILENO, 0, SEEK_CUR);
  else if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3))
    standardInput = Input::Null;
  else
    standardInput = Input::Other;
}

/* False: not all of it could be written. */
bool writeOut(int descriptor, const uint8_t *data, size_t bytes) {
  while (bytes) {
    ssize_t count = ::write(descriptor, data, bytes);
    if (count < 0 && errno == EAGAIN) {
      pollfd ready = {descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    data += count;
    bytes -= static_cast<size_t>(count);
    written[descriptor] += static_cast<size_t>(count);
  }
  return true;
}

/* All of it is in one piece of memory, whose digest was right. Ends the process, or says that it could not write. */
bool isWhole(const RecordView &view) {
  uint64_t at = sizeof(Ending), end = view.header->body_bytes;
  while (at < end) {
    OutputEntry entry;
    if (end - at < sizeof entry)
      return false;
    memcpy(&entry, view.body + at, sizeof entry);
    at += sizeof entry;
    if ((entry.descriptor != STDOUT_FILENO && entry.descriptor != STDERR_FILENO) || end - at < entry.bytes)
      return false;
    at += entry.bytes;
  }
  return at == end;
}

void replay(const RecordView &view) {
  Ending ending;
  if (view.header->body_bytes < sizeof ending || !isWhole(view))
    return;
  memcpy(&ending, view.body, sizeof ending);
  for (uint64_t at = sizeof ending; at < view.header->body_bytes;) {
    OutputEntry entry;
    memcpy(&entry, view.body + at, sizeof entry);
    at += sizeof entry;
    /* The program would have seen that it cannot write: it runs, and of what it writes the beginning is there. */
    if (!writeOut(entry.descriptor, view.body + at, entry.bytes)) {
      isWritten = true;
      return;
    }
    at += entry.bytes;
  }
  if (standardInput == Input::File)
    lseek(STDIN_FILENO, ending.inputOffset, SEEK_SET);
  session.control->store.whole = CLEAVE_WHOLE_FOUND;
  _exit(ending.status);
}

/* What runs read last, and how that is now. False: there is no such record, or it cannot be told. `isAsNoted`: nobody has touched
 * any of it, and all of that can be seen from times. */
bool lookAtLast(uint32_t &count, Buffer &now, bool &isAsNoted) {
  RecordView view;
  uint8_t *file;
  if (!read(readsName, kReads, file, view))
    return false;
  bool isTold = view.header->body_bytes >= sizeof count;
  if (isTold) {
    const uint8_t *entries = view.body + sizeof count;
    uint64_t bytes = view.header->body_bytes - sizeof count;
    memcpy(&count, view.body, sizeof count);
    isTold = lookAtAll({entries, bytes}, count, now);
    isAsNoted = isTold && now.size() == bytes && (!bytes || !memcmp(now.begin(), entries, bytes));
  }
  free(file);
  return isTold;
}

bool keepReads(uint32_t count, const Buffer &entries) {
  Buffer reads;
  bool isKept = reads.append(count) && reads.append(entries.begin(), entries.size()) && write(readsName, kReads, "what a run reads", reads);
  reads.release();
  return isKept;
}

/* The run that is known, if there is one. */
void findRun() {
  RecordView view;
  uint8_t *file;
  uint32_t count;
  bool isAsNoted;
  Buffer now;
  if (!lookAtLast(count, now, isAsNoted) || !read(printsName(now), kPrints, file, view))
    return now.release();
  if (!isAsNoted) /* the next run need not read the files again */
    keepReads(count, now);
  now.release();
  replay(view);
  free(file);
}

/* Of a file that the program has opened. */
bool noteFile(const char *path, int descriptor, int error) {
  FileEntry entry = {};
  struct stat status;
  entry.error = error;
  entry.pathBytes = static_cast<uint32_t>(strlen(path));
  if (!error && !isFile(descriptor, status))
    return false;
  if (!error)
    entry.identity = identityOf(status);
  /* The same again, often. */
  FileEntry other;
  const char *otherPath;
  for (FileEntries known = entriesIn(files); known.next(other, otherPath);)
    if (other.pathBytes == entry.pathBytes && !memcmp(otherPath, path, other.pathBytes))
      return other.error == entry.error && other.identity == entry.identity;
  return fileCount++ < kMostFiles && files.append(entry) && files.append(path, entry.pathBytes);
}

} // namespace

void attach(int argumentCount, char **arguments) {
  if (!session.isAttached || session.control->store.whole != CLEAVE_WHOLE_WANTED)
    return;
  struct stat status;
  bool canBe = &cleave_run_is_repeatable && cleave_run_is_repeatable && !cleave_has_foreign_objects && argumentCount > 0 &&
               !fstat(STDOUT_FILENO, &status) && !fstat(STDERR_FILENO, &status);
  if (!canBe || !memo::isOn())
    return giveUp(CLEAVE_WHOLE_DEPENDS);
  KeptErrno kept;
  beganNs = nowNs();
  findStandardInput();
  if (!nameReads(argumentCount, arguments))
    return giveUp(CLEAVE_WHOLE_DEPENDS);
  findRun();
  isWatching = (standardInput != Input::File || noteFile("", STDIN_FILENO, 0)) && output.append(Ending{});
}

void noteOpened(const char *path, int flags, int descriptor, int error) {
  KeptErrno kept;
  if ((flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC))
    return giveUp(CLEAVE_WHOLE_WRITES);
  if (!path || strlen(path) > 4000 || !noteFile(path, descriptor, error))
    giveUp(CLEAVE_WHOLE_NO_FILE);
}

void noteRead(int descriptor) {
  if (descriptor == STDIN_FILENO && standardInput != Input::File && standardInput != Input::Null)
    giveUp(CLEAVE_WHOLE_NO_FILE);
}

void noteSought(int descriptor) {
  if (descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO)
    giveUp(CLEAVE_WHOLE_OUTPUT);
}

void noteWritten(int descriptor, const void *data, ssize_t count) {
  if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO)
    return;
  KeptErrno kept;
  if (count < 0)
    return giveUp(CLEAVE_WHOLE_OUTPUT);
  OutputEntry entry = {descriptor, static_cast<uint32_t>(count)};
  if (output.size() + static_cast<size_t>(count) > kMostBytes || !output.append(entry) ||
      !output.append(data, static_cast<size_t>(count)))
    giveUp(CLEAVE_WHOLE_LARGE);
}

void noteNoMemory() {
  if (isWatching)
    giveUp(CLEAVE_WHOLE_NO_MEMORY);
}

size_t takeWritten(int descriptor, size_t bytes) {
  if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO)
    return 0;
  size_t taken = written[descriptor] < bytes ? written[descriptor] : bytes;
  written[descriptor] -= taken;
  return taken;
}

void finish(int status) {
  if (!isWatching)
    return;
  isWatching = false;
  if (!session.isAttached || session.control->store.problem)
    return;
  /* What was there when it was opened must be there still. */
  Buffer now;
  bool isSame = lookAtAll(entriesIn(files), fileCount, now);
  FileEntry before, after;
  const char *path;
  for (FileEntries then = entriesIn(files), at = entriesIn(now); isSame && then.next(before, path) && at.next(after, path);)
    isSame = before.error == after.error && before.identity == after.identity;
  if (!isSame)
    return giveUp(CLEAVE_WHOLE_CHANGED);
  Ending ending = {status, 0, standardInput == Input::File ? lseek(STDIN_FILENO, 0, SEEK_CUR) : 0};
  memcpy(output.begin(), &ending, sizeof ending);
  bool isKept = write(printsName(now), kPrints, "what a run printed", output) && keepReads(fileCount, now);
  session.control->store.whole = isKept ? CLEAVE_WHOLE_KEPT : CLEAVE_WHOLE_LARGE;
}

} // namespace cleave::whole
