// Bundle.cpp - packs a linked program into one file: an OCI image layout in a tar archive (docs/bundle.md).
//
// Deterministic: blobs are named by their content, entries are sorted, no time, user or path of the building machine
// goes in. Atomic: everything is written to a new file beside the target, flushed to the disk and renamed, so that
// whoever looks sees the old bundle or the new one; on any error the new file is removed. A target that is no regular
// file (/dev/null, a pipe) cannot be renamed over and is written directly.
#include "cleave/bundle.h"
#include "linker/Program.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace cleave {

namespace {

/// The files of the layout, by path: sorted, each content once.
class Layout {
public:
  /// Adds a blob; returns its OCI descriptor.
  json::Object add(StringRef content, StringRef mediaType) {
    std::string digest = digestOf(content);
    files.try_emplace("blobs/sha256/" + digest, content.str());
    return json::Object{{"mediaType", mediaType}, {"digest", "sha256:" + digest}, {"size", static_cast<int64_t>(content.size())}};
  }
  json::Object addJson(const json::Value &content, StringRef mediaType) {
    return add(StringRef(formatv("{0}", content).str()), mediaType);
  }
  void addFile(StringRef path, const json::Value &content) { files[path.str()] = formatv("{0}", content).str(); }

  static std::string digestOf(StringRef content) {
    SHA256 hash;
    hash.update(content);
    return toHex(hash.final(), /*LowerCase=*/true);
  }

  std::map<std::string, std::string> files;
};

/// The file that is written: the target itself only in the last step.
class Output {
public:
  explicit Output(const std::string &target) : target(target) {}
  ~Output() {
    if (descriptor >= 0)
      close(descriptor);
    if (!temporary.empty())
      unlink(temporary.c_str());
  }

  Error open() {
    struct stat info;
    if (stat(target.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
      if (S_ISDIR(info.st_mode))
        return failure(EISDIR);
      descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
      return descriptor < 0 ? failure(errno) : Error::success();
    }
    // A target that may not be written must not be replaced either.
    if (stat(target.c_str(), &info) == 0 && access(target.c_str(), W_OK) != 0)
      return failure(errno);
    std::string name = target + ".new-XXXXXX";
    descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0)
      return failure(errno);
    temporary = name;
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(descriptor, 0666 & ~mask) != 0)
      return failure(errno);
    return Error::success();
  }

  bool write(const void *data, size_t bytes) {
    const char *at = static_cast<const char *>(data);
    while (bytes) {
      ssize_t done = ::write(descriptor, at, bytes);
      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0) {
        error = errno;
        return false;
      }
      at += done;
      bytes -= done;
    }
    return true;
  }

  Error finish() {
    if (!temporary.empty() && fsync(descriptor) != 0)
      return failure(errno);
    int closed = ::close(descriptor);
    descriptor = -1;
    if (closed != 0)
      return failure(errno);
    if (!temporary.empty() && rename(temporary.c_str(), target.c_str()) != 0)
      return failure(errno);
    temporary.clear();
    return Error::success();
  }

  Error failure(int number) const {
    return createStringError(std::error_code(number, std::generic_category()), "cannot write '%s': %s", target.c_str(),
                             std::error_code(number, std::generic_category()).message().c_str());
  }
  int error = 0;

private:
  std::string target, temporary;
  int descriptor = -1;
};

la_ssize_t writeCallback(archive *, void *data, const void *buffer, size_t bytes) {
  return static_cast<Output *>(data)->write(buffer, bytes) ? static_cast<la_ssize_t>(bytes) : -1;
}

} // namespace

static Error writeArchive(const Layout &layout, Output &output) {
  archive *tar = archive_write_new();
  archive_write_set_format_ustar(tar);
  archive_write_set_bytes_per_block(tar, 1 << 20);
  archive_write_set_bytes_in_last_block(tar, 512);
  bool isGood = archive_write_open(tar, &output, nullptr, writeCallback, nullptr) == ARCHIVE_OK;
  archive_entry *entry = archive_entry_new();
  for (const auto &[path, content] : layout.files) {
    if (!isGood)
      break;
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    isGood = archive_write_header(tar, entry) == ARCHIVE_OK &&
             archive_write_data(tar, content.data(), content.size()) == static_cast<la_ssize_t>(content.size());
  }
  isGood = archive_write_close(tar) == ARCHIVE_OK && isGood;
  std::string text = isGood || !archive_error_string(tar) ? "" : archive_error_string(tar);
  archive_entry_free(entry);
  archive_write_free(tar);
  if (output.error)
    return output.failure(output.error);
  if (!isGood)
    return createStringError("cannot write the bundle: " + text);
  return Error::success();
}

/// RFC 9562 version 8, from the content: the name of a task as an object.
static std::string uuidOf(StringRef digest) {
  std::string hex = digest.take_front(32).str();
  hex[12] = '8';
  hex[16] = hexdigit(8 | (hexDigitValue(hex[16]) & 3), /*LowerCase=*/true);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

Error writeBundle(const std::string &path, const LinkedProgram &program) {
  Layout layout;
  json::Array layers, tasks;
  auto addLayer = [&](json::Object descriptor, StringRef title) {
    descriptor["annotations"] = json::Object{{"org.opencontainers.image.title", title}};
    layers.push_back(std::move(descriptor));
  };
  StringRef root(program.root.data(), program.root.size());
  addLayer(layout.add(root, CLEAVE_ROOT_TYPE), "root");
  for (size_t id = 0; id < program.tasks.size(); ++id) {
    const TaskBinary &task = program.tasks[id];
    StringRef elf(task.elf.data(), task.elf.size());
    addLayer(layout.add(elf, CLEAVE_TASK_TYPE), task.name);
    tasks.push_back(json::Object{{"id", static_cast<int64_t>(id)},
                                 {"name", task.name},
                                 {"file", task.file},
                                 {"line", task.line},
                                 {"entry", "_start"},
                                 {"digest", "sha256:" + Layout::digestOf(elf)},
                                 {"size", static_cast<int64_t>(elf.size())},
                                 {"uuid", uuidOf(Layout::digestOf(elf))},
                                 {"signature", task.signature}});
  }
  json::Array features;
  for (const std::string &feature : program.requiredFeatures)
    features.push_back(feature);
  json::Object manifest{{"format", CLEAVE_BUNDLE_FORMAT},
                        {"target", program.target},
                        {"requiredFeatures", std::move(features)},
                        {"root", json::Object{{"digest", "sha256:" + Layout::digestOf(root)}, {"size", static_cast<int64_t>(root.size())}}},
                        {"tasks", std::move(tasks)}};
  addLayer(layout.addJson(json::Value(std::move(manifest)), CLEAVE_MANIFEST_TYPE), "manifest");
  addLayer(layout.addJson(program.partition, CLEAVE_PARTITION_TYPE), "partition");

  json::Array diffs;
  for (const json::Value &layer : layers)
    diffs.push_back(*layer.getAsObject()->getString("digest"));
  json::Object config = layout.addJson(
      json::Value(json::Object{{"architecture", "amd64"},
                               {"os", "linux"},
                               {"config", json::Object{}},
                               {"rootfs", json::Object{{"type", "layers"}, {"diff_ids", std::move(diffs)}}}}),
      CLEAVE_OCI_CONFIG_TYPE);
  json::Object image = layout.addJson(json::Value(json::Object{{"schemaVersion", 2},
                                                           {"mediaType", CLEAVE_OCI_MANIFEST_TYPE},
                                                           {"config", std::move(config)},
                                                           {"layers", std::move(layers)}}),
                                  CLEAVE_OCI_MANIFEST_TYPE);
  image["platform"] = json::Object{{"architecture", "amd64"}, {"os", "linux"}};
  layout.addFile("index.json", json::Object{{"schemaVersion", 2},
                                            {"mediaType", CLEAVE_OCI_INDEX_TYPE},
                                            {"manifests", json::Array{std::move(image)}}});
  layout.addFile("oci-layout", json::Object{{"imageLayoutVersion", "1.0.0"}});

  Output output(path);
  if (Error error = output.open())
    return error;
  if (Error error = writeArchive(layout, output))
    return error;
  return output.finish();
}

} // namespace cleave
