// Bundle.cpp - see Bundle.h.
//
// A bundle comes from anywhere, so nothing in it is believed: the archive is read entry by entry through libarchive
// (bounds, header checksums), every blob must have the digest that it is asked for by, and JSON is parsed without
// exceptions with each field's type checked. The digests form a chain: index.json names the image manifest, that names
// all blobs; a flipped bit anywhere is either in padding or breaks the chain.
#include "Bundle.h"
#include "cleave/bundle.h"
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cleave {

using Json = nlohmann::json;

namespace {

/// Reads one bundle; the first error ends it.
class BundleReader {
public:
  explicit BundleReader(const std::string &path) : path(path) {}

  std::variant<Bundle, BundleError> read() {
    if (readArchive() && readIndex() && readManifest())
      return std::move(bundle);
    return BundleError{message};
  }

private:
  bool fail(std::string text) {
    message = std::move(text);
    return false;
  }
  bool damaged(std::string_view what) { return fail(fmt::format("'{}' is damaged: {}", path, what)); }

  bool readArchive();
  bool readEntries(archive *tar);
  bool readIndex();
  bool readManifest();
  bool readTasks(const Json &manifest);
  /// The blob of an OCI descriptor, checked against its digest. `what` names it in errors.
  std::optional<std::string_view> blob(const Json &descriptor, const std::string &what);
  std::optional<std::string_view> blobOfDigest(std::string digest, const std::string &what);

  std::string path, message;
  Bundle bundle;
  Json image;
};

std::string textOf(const Json &object, const char *key) {
  auto it = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string hexDigest(std::string_view content) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char *>(content.data()), content.size());
  char text[2 * sizeof hash + 1];
  sodium_bin2hex(text, sizeof text, hash, sizeof hash);
  return text;
}

} // namespace

bool BundleReader::readArchive() {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(fmt::format("cannot open '{}': {}", path, strerror(errno)));
  struct stat info;
  if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(descriptor);
    return fail(fmt::format("cannot read '{}': it is a directory", path));
  }
  bundle.fileBytes = static_cast<uint64_t>(info.st_size);
  archive *tar = archive_read_new();
  archive_read_support_format_tar(tar);
  bool isGood = archive_read_open_fd(tar, descriptor, 1 << 18) == ARCHIVE_OK;
  isGood = isGood ? readEntries(tar) : fail(fmt::format("'{}' is not a bundle", path));
  archive_read_free(tar);
  close(descriptor);
  return isGood;
}

bool BundleReader::readEntries(archive *tar) {
  for (;;) {
    archive_entry *entry = nullptr;
    int status = archive_read_next_header(tar, &entry);
    if (status == ARCHIVE_EOF)
      break;
    if (status != ARCHIVE_OK) {
      if (bundle.files.empty())
        return fail(fmt::format("'{}' is not a bundle", path));
      return damaged("the archive ends early or its structure is broken");
    }
    const char *name = archive_entry_pathname(entry);
    int64_t size = archive_entry_size(entry);
    // The header is not to be believed: a size beyond the file is a truncated or forged entry.
    if (!name || size < 0 || static_cast<uint64_t>(size) > bundle.fileBytes)
      return damaged("the archive ends early or its structure is broken");
    std::string content(static_cast<size_t>(size), '\0');
    la_ssize_t got = archive_read_data(tar, content.data(), content.size());
    if (got != static_cast<la_ssize_t>(content.size()))
      return damaged("the archive ends early");
    bundle.files[name] = std::move(content);
  }
  if (!bundle.files.count("oci-layout") && !bundle.files.count("index.json"))
    return fail(fmt::format("'{}' is not a bundle", path));
  return true;
}

std::optional<std::string_view> BundleReader::blobOfDigest(std::string digest, const std::string &what) {
  if (digest.rfind("sha256:", 0) != 0) {
    damaged(fmt::format("{} has no digest", what));
    return std::nullopt;
  }
  digest.erase(0, 7);
  auto it = bundle.files.find("blobs/sha256/" + digest);
  if (it == bundle.files.end()) {
    damaged(fmt::format("{} is missing", what));
    return std::nullopt;
  }
  if (hexDigest(it->second) != digest) {
    damaged(fmt::format("{} does not match its digest", what));
    return std::nullopt;
  }
  return it->second;
}

std::optional<std::string_view> BundleReader::blob(const Json &descriptor, const std::string &what) {
  return blobOfDigest(textOf(descriptor, "digest"), what);
}

bool BundleReader::readIndex() {
  auto it = bundle.files.find("index.json");
  if (it == bundle.files.end())
    return damaged("it has no index");
  Json index = Json::parse(it->second, nullptr, false);
  if (!index.is_object() || !index.contains("manifests") || !index["manifests"].is_array() || index["manifests"].empty())
    return damaged("its index is not readable");
  auto manifest = blob(index["manifests"][0], "the image manifest");
  if (!manifest)
    return false;
  image = Json::parse(*manifest, nullptr, false);
  if (!image.is_object() || !image.contains("layers") || !image["layers"].is_array())
    return damaged("its image manifest is not readable");
  return true;
}

bool BundleReader::readManifest() {
  for (const Json &layer : image["layers"]) {
    std::string type = textOf(layer, "mediaType");
    if (type != CLEAVE_MANIFEST_TYPE && type != CLEAVE_PARTITION_TYPE)
      continue;
    bool isManifest = type == CLEAVE_MANIFEST_TYPE;
    auto content = blob(layer, isManifest ? "the manifest" : "the partition");
    if (!content)
      return false;
    (isManifest ? bundle.manifestJson : bundle.partitionJson) = *content;
  }
  Json manifest = Json::parse(bundle.manifestJson, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("format") || !manifest["format"].is_number_integer())
    return fail(fmt::format("'{}' is an image, but not one of cleave's", path));
  int64_t format = manifest["format"].get<int64_t>();
  if (format > CLEAVE_BUNDLE_FORMAT)
    return fail(fmt::format("'{}' was made by a newer cleave (format {}); this one reads format {}", path, format,
                            CLEAVE_BUNDLE_FORMAT));
  bundle.target = textOf(manifest, "target");
  if (auto it = manifest.find("requiredFeatures"); it != manifest.end() && it->is_array())
    for (const Json &feature : *it)
      if (feature.is_string())
        bundle.requiredFeatures.push_back(feature.get<std::string>());
  auto root = manifest.find("root");
  auto content = root == manifest.end() ? std::nullopt : blob(*root, "the root program");
  if (!content)
    return message.empty() ? damaged("its manifest names no root program") : false;
  bundle.root = *content;
  bundle.rootDigest = textOf(*root, "digest").substr(7);
  return readTasks(manifest);
}

bool BundleReader::readTasks(const Json &manifest) {
  auto list = manifest.find("tasks");
  if (list == manifest.end() || !list->is_array())
    return damaged("its manifest lists no tasks");
  for (const Json &item : *list) {
    BundledTask task;
    task.name = textOf(item, "name");
    task.file = textOf(item, "file");
    task.uuid = textOf(item, "uuid");
    if (item.is_object() && item.contains("line") && item["line"].is_number_unsigned())
      task.line = item["line"].get<uint32_t>();
    auto elf = blob(item, fmt::format("the binary of task '{}'", task.name));
    if (!elf)
      return false;
    task.elf = *elf;
    task.digest = textOf(item, "digest").substr(7);
    bundle.tasks.push_back(std::move(task));
  }
  return true;
}

std::variant<Bundle, BundleError> openBundle(const std::string &path) {
  if (sodium_init() < 0)
    return BundleError{"libsodium does not start"};
  return BundleReader(path).read();
}

} // namespace cleave
