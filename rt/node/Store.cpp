// Store.cpp - see Store.h.
#include "Store.h"
#include "Blobs.h"
#include "Labels.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <sys/random.h>
#include <sys/stat.h>
#include <vector>

namespace cleave {

namespace {

/// A record is written in milliseconds: whoever began one so long ago is dead.
constexpr int64_t kUnfinishedSeconds = 600;

Problem failed(const std::string &what) { return fmt::format("{}: {}", what, std::strerror(errno)); }

std::string defaultKeyPath() {
  const char *config = std::getenv("XDG_CONFIG_HOME"), *home = std::getenv("HOME");
  if (config && *config == '/')
    return std::string(config) + "/cleave/key";
  return home && *home == '/' ? std::string(home) + "/.config/cleave/key" : std::string();
}

bool makeFolders(const std::string &path) {
  for (size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    if (mkdir(path.substr(0, at).c_str(), 0700) && errno != EEXIST)
      return false;
    if (at == std::string::npos)
      return true;
  }
}

/// Two runs may be the first at the same time: the key is written beside its place, and the first link wins.
Problem makeKey(const std::string &path) {
  if (!makeFolders(path.substr(0, path.rfind('/'))))
    return failed(fmt::format("the folder of the key '{}' cannot be made", path));
  TenantKey key;
  std::string made = path + ".XXXXXX";
  Descriptor file(mkostemp(made.data(), O_CLOEXEC)); // mode 0600
  bool isWritten = file && getrandom(key.data(), key.size(), 0) == ssize_t(key.size()) &&
                   write(file.get(), key.data(), key.size()) == ssize_t(key.size()) && !fsync(file.get()) &&
                   (!link(made.c_str(), path.c_str()) || errno == EEXIST);
  Problem problem = isWritten ? Problem() : failed(fmt::format("the key '{}' cannot be made", path));
  if (file)
    unlink(made.c_str());
  return problem;
}

int64_t nowSeconds() { return std::time(nullptr); }

template <class Visit> void eachEntry(const std::string &folder, Visit visit) {
  DIR *entries = opendir(folder.c_str());
  if (!entries)
    return;
  while (dirent *entry = readdir(entries))
    if (entry->d_name[0] != '.')
      visit(std::string(entry->d_name));
  closedir(entries);
}

void clearUnfinished(const std::string &path) {
  eachEntry(path + "/new", [&](const std::string &name) {
    std::string file = path + "/new/" + name;
    struct stat status;
    if (!lstat(file.c_str(), &status) && nowSeconds() - status.st_mtime > kUnfinishedSeconds)
      unlink(file.c_str());
  });
}

bool isEmptyFolder(const std::string &path) {
  bool isEmpty = true;
  eachEntry(path, [&](const std::string &) { isEmpty = false; });
  return isEmpty;
}

Problem checkMark(const std::string &path) {
  std::string mark = path + "/" CLEAVE_STORE_MARK;
  Descriptor file(open(mark.c_str(), O_RDONLY | O_CLOEXEC));
  char text[64] = {};
  if (!file)
    return fmt::format("'{}' is no store", path);
  if (read(file.get(), text, sizeof text - 1) < 0 || std::strcmp(text, CLEAVE_STORE_FORMAT))
    return fmt::format("'{}' is a store of another format than this version's", path);
  return std::nullopt;
}

Problem makeParts(const std::string &path) {
  for (const char *part : {"/objects", "/blobs", "/labels", "/new", "/runs"})
    if (mkdir((path + part).c_str(), 0700) && errno != EEXIST)
      return failed(fmt::format("the store '{}' cannot be made", path));
  return std::nullopt;
}

/// The mark comes last, and by a rename.
Problem makeStore(const std::string &path) {
  if (Problem problem = makeParts(path))
    return problem;
  std::string made = path + "/new/mark.XXXXXX", mark = path + "/" CLEAVE_STORE_MARK;
  std::string_view text = CLEAVE_STORE_FORMAT;
  Descriptor file(mkostemp(made.data(), O_CLOEXEC));
  bool isMade = file && write(file.get(), text.data(), text.size()) == ssize_t(text.size()) &&
                !rename(made.c_str(), mark.c_str());
  Problem problem = isMade ? Problem() : failed(fmt::format("the store '{}' cannot be made", path));
  if (file && !isMade)
    unlink(made.c_str());
  return problem;
}

Problem makeAbsolute(std::string &path) {
  char resolved[PATH_MAX];
  if (!realpath(path.c_str(), resolved))
    return failed(fmt::format("the store '{}' cannot be opened", path));
  path = resolved;
  if (path.size() > kStorePathMax)
    return fmt::format("the path of the store '{}' is too long", path);
  return std::nullopt;
}

} // namespace

Problem readTenantKey(const std::string &given, TenantKey &key) {
  std::string path = given.empty() ? defaultKeyPath() : given;
  if (path.empty())
    return "there is no home folder for the key of the store; --key=FILE names one";
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT && given.empty()) {
    if (Problem problem = makeKey(path))
      return problem;
    file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  struct stat status;
  if (!file || fstat(file.get(), &status))
    return failed(fmt::format("the key '{}' cannot be read", path));
  if (status.st_mode & (S_IRWXG | S_IRWXO))
    return fmt::format("others may read the key '{}'; chmod 600 makes it yours alone", path);
  char more;
  if (read(file.get(), key.data(), key.size()) != ssize_t(key.size()) || read(file.get(), &more, 1) != 0)
    return fmt::format("the key '{}' does not have 32 bytes; head -c 32 /dev/urandom makes one", path);
  return std::nullopt;
}

Problem openExistingStore(std::string &path) {
  if (Problem problem = makeAbsolute(path))
    return problem;
  return checkMark(path);
}

Problem openStore(std::string &path) {
  if (path.empty() || !makeFolders(path))
    return failed(fmt::format("the store '{}' cannot be made", path));
  if (Problem problem = makeAbsolute(path))
    return problem;
  if (access((path + "/" CLEAVE_STORE_MARK).c_str(), F_OK)) {
    // Another run may be making it at this moment: then there is nothing in it but the parts of a store.
    bool isOurs = isEmptyFolder(path) || !access((path + "/objects").c_str(), F_OK);
    if (!isOurs)
      return fmt::format("'{}' is no store, and there is something in it", path);
    if (Problem problem = makeStore(path))
      return problem;
  }
  if (Problem problem = checkMark(path))
    return problem;
  clearUnfinished(path);
  return makeParts(path); // an older store has no room for inputs
}

Problem openAccess(const std::string &path, const std::string &keyPath, bool makes, StoreAccess &access) {
  access.path = path;
  if (Problem problem = makes ? openStore(access.path) : openExistingStore(access.path))
    return problem;
  if (Problem problem = readTenantKey(keyPath, access.key))
    return problem;
  access.keys = deriveStoreKeys(access.key.data());
  return std::nullopt;
}

static bool isBefore(const cleave_name &a, const cleave_name &b) { return std::memcmp(&a, &b, sizeof a) < 0; }

static void listPart(const std::string &part, bool isBlob, std::vector<StoredFile> &files) {
  std::map<ino_t, size_t> places;
  eachEntry(part, [&](const std::string &digits) {
    std::string folder = part + "/" + digits;
    eachEntry(folder, [&](const std::string &text) {
      cleave_name name;
      struct stat status;
      if (!parseName(text.c_str(), name) || lstat((folder + "/" + text).c_str(), &status) || !S_ISREG(status.st_mode))
        return;
      auto [place, isNew] = places.try_emplace(status.st_ino, files.size());
      if (isNew)
        files.push_back({{}, static_cast<uint64_t>(status.st_size),
                         status.st_mtim.tv_sec * int64_t{1000000000} + status.st_mtim.tv_nsec, isBlob});
      files[place->second].names.push_back(name);
    });
  });
}

std::vector<StoredFile> listStore(const std::string &path) {
  std::vector<StoredFile> files;
  listPart(path + "/objects", false, files);
  listPart(path + "/blobs", true, files);
  for (StoredFile &file : files)
    std::sort(file.names.begin(), file.names.end(), isBefore);
  std::sort(files.begin(), files.end(),
            [&](const StoredFile &a, const StoredFile &b) { return isBefore(a.names[0], b.names[0]); });
  return files;
}

void removeStored(const std::string &path, const StoredFile &file) {
  for (const cleave_name &name : file.names)
    if (file.isBlob)
      unlink(blobPath(path, name).c_str());
    else
      removeObject(path.c_str(), name);
}

uint64_t trimStore(const StoreAccess &store, uint64_t bytes) {
  std::vector<StoredFile> files = listStore(store.path);
  std::vector<LabelEntry> labels = listLabels(store);
  auto isBound = [&](const StoredFile &file) {
    return file.isBlob && std::any_of(labels.begin(), labels.end(), [&](const LabelEntry &label) {
             return isSameName(label.blob, file.names[0]);
           });
  };
  uint64_t total = 0, gone = 0;
  for (const StoredFile &file : files)
    total += file.bytes;
  std::sort(files.begin(), files.end(),
            [](const StoredFile &a, const StoredFile &b) { return a.usedNs < b.usedNs; });
  for (const StoredFile &file : files) {
    if (total <= bytes)
      break;
    if (isBound(file))
      continue;
    removeStored(store.path, file);
    total -= file.bytes;
    ++gone;
  }
  return gone;
}

} // namespace cleave
