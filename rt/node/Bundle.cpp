// Bundle.cpp - see Bundle.h.
//
// A bundle comes from anywhere, so nothing in it is believed: the archive is read through libarchive (bounds, header
// checksums), every blob must have the size and the digest that it is asked for by, and each JSON field's type is
// checked. The digests form a chain: index.json names the image manifest, that names all blobs; Cleave's own manifest
// names the binaries once more, with what they are. A flipped bit anywhere is either in padding or breaks the chain.
//
// The file is mapped and no byte of it is copied: libarchive, given the whole mapping as its one buffer, hands out
// pointers into it. What opening costs is one pass of SHA-256 (Digest.cpp).
#include "Bundle.h"
#include "BundleJson.h"
#include "Digest.h"
#include "EmbeddedBundle.h"
#include "cleave/bundle.h"
#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cleave {

namespace {

constexpr std::string_view digestPrefix = "sha256:";

/// Reads one bundle; the first error ends it. Every step answers whether to go on.
class BundleReader {
public:
  explicit BundleReader(const std::string &name) : path(printable(name)) {}

  std::variant<Bundle, BundleError> read(const std::string &path) {
    if (mapFile(path) && findContent() && readArchive() && readImage() && readManifest() && checkOtherBlobs())
      return std::move(bundle);
    return BundleError{message};
  }

private:
  bool fail(std::string text) {
    message = std::move(text);
    return false;
  }
  bool damaged(std::string_view what) { return fail(fmt::format("'{}' is damaged: {}", path, what)); }
  bool notBundle() { return fail(fmt::format("'{}' is not a bundle; cleave++ makes them", path)); }

  bool mapFile(const std::string &path);
  bool findContent();
  bool readArchive();
  bool readEntries(archive *tar);
  bool readEntry(archive *tar, archive_entry *entry);
  bool hasEnd() const;
  bool readImage();
  bool readManifest();
  bool checkFormat();
  bool readRoot();
  bool readTask(const Json &item);
  bool checkOtherBlobs();
  /// Finds the blob of an OCI descriptor and checks size and digest. `what` names it in errors.
  bool readBlob(const Json &descriptor, const std::string &what, std::string_view &content);

  const std::string path; ///< for messages
  std::string message;
  Bundle bundle;
  std::map<std::string, std::string_view> files; ///< of the archive
  std::set<std::string> verified;                ///< digests; a binary that several tasks share is hashed once
  Json image, manifest;
};

} // namespace

MappedFile::~MappedFile() {
  if (address)
    munmap(const_cast<void *>(address), sizeBytes);
}

bool BundleReader::mapFile(const std::string &path) {
  // Not blocking: a pipe without a writer must give an error, not a wait.
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return fail(fmt::format("cannot open '{}': {}", this->path, strerror(errno)));
  struct stat info;
  bool isKnown = fstat(descriptor, &info) == 0;
  bool isRegular = isKnown && S_ISREG(info.st_mode);
  void *address = MAP_FAILED;
  if (isRegular && info.st_size > 0)
    address = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  int error = errno;
  close(descriptor);
  if (isKnown && !isRegular)
    return fail(fmt::format("cannot read '{}': it is {}", this->path,
                            S_ISDIR(info.st_mode) ? "a directory" : "not a regular file"));
  if (isRegular && info.st_size == 0)
    return notBundle();
  if (address == MAP_FAILED)
    return fail(fmt::format("cannot read '{}': {}", this->path, strerror(error)));
  bundle.file = MappedFile(address, static_cast<size_t>(info.st_size));
  return true;
}

/// The file itself, or what it carries.
bool BundleReader::findContent() {
  bundle.content = bundle.file.bytes();
  if (!isElf(bundle.content))
    return true;
  EmbeddedBundle embedded = findEmbeddedBundle(bundle.content);
  switch (embedded.state) {
  case EmbeddedBundle::State::Absent:
    return fail(fmt::format("'{}' is an executable that carries no bundle; cleave++ makes those that do", path));
  case EmbeddedBundle::State::CutShort:
    return damaged("the executable ends early");
  case EmbeddedBundle::State::Damaged:
    return damaged("the executable's bundle does not begin as one, or is longer than its section");
  case EmbeddedBundle::State::Found:
    break;
  }
  bundle.content = embedded.bundle;
  bundle.embeddedDigest.emplace();
  std::copy(std::begin(embedded.header.sha256), std::end(embedded.header.sha256), bundle.embeddedDigest->begin());
  return true;
}

bool BundleReader::readArchive() {
  std::string_view bytes = bundle.content;
  archive *tar = archive_read_new();
  archive_read_support_format_tar(tar);
  bool isOpen = archive_read_open_memory(tar, bytes.data(), bytes.size()) == ARCHIVE_OK;
  bool isGood = isOpen ? readEntries(tar) : notBundle();
  archive_read_free(tar);
  return isGood;
}

/// An archive ends in two blocks of zeros. Without this, one that was cut short between two entries would lack blobs
/// for no reason that could be told.
bool BundleReader::hasEnd() const {
  constexpr size_t endBytes = 1024;
  std::string_view bytes = bundle.content;
  return bytes.size() >= endBytes && bytes.substr(bytes.size() - endBytes).find_first_not_of('\0') == bytes.npos;
}

bool BundleReader::readEntries(archive *tar) {
  for (;;) {
    archive_entry *entry = nullptr;
    int status = archive_read_next_header(tar, &entry);
    if (status == ARCHIVE_EOF)
      break;
    if (status != ARCHIVE_OK && files.empty())
      return notBundle();
    if (status != ARCHIVE_OK || !readEntry(tar, entry))
      return damaged(hasEnd() ? "the structure of the archive is broken" : "the archive ends early");
  }
  bool isLayout = files.count("oci-layout") && files.count("index.json");
  if (!isLayout && !hasEnd())
    return damaged("the archive ends early");
  return isLayout || notBundle();
}

/// Notes where the entry's content lies. False: the archive is broken or cut short there.
bool BundleReader::readEntry(archive *tar, archive_entry *entry) {
  const char *name = archive_entry_pathname(entry);
  if (!name)
    return false;
  if (archive_entry_filetype(entry) != AE_IFREG)
    return true; // folders, in archives of other tools
  std::string_view key = name;
  if (key.substr(0, 2) == "./")
    key.remove_prefix(2);
  const void *data = nullptr;
  size_t bytes = 0;
  la_int64_t offset = 0;
  int status = archive_read_data_block(tar, &data, &bytes, &offset);
  if (status == ARCHIVE_EOF)
    bytes = 0;
  else if (status != ARCHIVE_OK || offset != 0)
    return false;
  // The header's word for the size is not enough. One block holds all, because the mapping is libarchive's one buffer.
  if (static_cast<la_int64_t>(bytes) != archive_entry_size(entry))
    return false;
  files.insert_or_assign(std::string(key), std::string_view(static_cast<const char *>(data), bytes));
  return true;
}

bool BundleReader::readBlob(const Json &descriptor, const std::string &what, std::string_view &content) {
  std::string digest = textOf(descriptor, "digest");
  if (digest.compare(0, digestPrefix.size(), digestPrefix) != 0)
    return damaged(fmt::format("{} has no digest", what));
  digest.erase(0, digestPrefix.size());
  auto it = files.find("blobs/sha256/" + digest);
  if (it == files.end())
    return damaged(fmt::format("{} is missing", what));
  content = it->second;
  if (numberOf(descriptor, "size") != content.size())
    return damaged(fmt::format("{} does not have its size", what));
  if (verified.count(digest))
    return true;
  if (hexOf(sha256(content)) != digest)
    return damaged(fmt::format("{} does not match its digest", what));
  verified.insert(digest);
  return true;
}

bool BundleReader::readImage() {
  std::optional<Json> index = parseJson(files["index.json"]);
  if (!index || listOf(*index, "manifests").empty())
    return damaged("index.json is not readable");
  std::string_view content;
  if (!readBlob(listOf(*index, "manifests")[0], "the image manifest", content))
    return false;
  std::optional<Json> parsed = parseJson(content);
  if (!parsed)
    return damaged("the image manifest is not readable");
  image = std::move(*parsed);
  return true;
}

bool BundleReader::readManifest() {
  for (const Json &layer : listOf(image, "layers")) {
    std::string type = textOf(layer, "mediaType");
    if (type == CLEAVE_MANIFEST_TYPE && !readBlob(layer, "the manifest", bundle.manifestJson))
      return false;
    if (type == CLEAVE_PARTITION_TYPE && !readBlob(layer, "the partition", bundle.partitionJson))
      return false;
  }
  if (!bundle.manifestJson.data())
    return fail(fmt::format("'{}' is a container image, but not one of cleave's", path));
  std::optional<Json> parsed = parseJson(bundle.manifestJson);
  if (!parsed)
    return damaged("the manifest is not readable");
  manifest = std::move(*parsed);
  if (!checkFormat() || !readRoot())
    return false;
  if (!memberOf(manifest, "tasks").is_array())
    return damaged("the manifest lists no tasks");
  for (const Json &item : listOf(manifest, "tasks"))
    if (!readTask(item))
      return false;
  return true;
}

bool BundleReader::checkFormat() {
  std::optional<uint64_t> format = numberOf(manifest, "format");
  if (!format || *format == 0)
    return damaged("the manifest does not say its format");
  if (*format > CLEAVE_BUNDLE_FORMAT)
    return fail(fmt::format("'{}' was made by a newer cleave (format {}); this one reads format {}", path, *format,
                            CLEAVE_BUNDLE_FORMAT));
  return true;
}

bool BundleReader::readRoot() {
  bundle.target = textOf(manifest, "target");
  bundle.exchangeVersion = numberOf(manifest, "exchange").value_or(0);
  for (const Json &feature : listOf(manifest, "requiredFeatures")) {
    // What is required and not understood must not be passed over.
    if (!feature.is_string())
      return damaged("the manifest's requiredFeatures are not texts");
    bundle.requiredFeatures.push_back(feature.get<std::string>());
  }
  if (!memberOf(manifest, "root").is_object())
    return damaged("the manifest names no root program");
  if (!readBlob(manifest["root"], "the root program", bundle.root))
    return false;
  bundle.rootDigest = textOf(manifest["root"], "digest").substr(digestPrefix.size());
  return true;
}

/// RFC 9562 version 8, from the content: the name of a task as an object.
static cleave_name nameOf(const Digest &digest) {
  cleave_name name;
  std::memcpy(name.bytes, digest.data(), sizeof name.bytes);
  name.bytes[6] = 0x80 | (name.bytes[6] & 0x0f);
  name.bytes[8] = 0x80 | (name.bytes[8] & 0x3f);
  return name;
}

static std::string uuidOf(const cleave_name &name) {
  std::string text;
  for (size_t i = 0; i < sizeof name.bytes; ++i)
    text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", name.bytes[i]);
  return text;
}

bool BundleReader::readTask(const Json &item) {
  BundledTask task;
  task.name = textOf(item, "name");
  task.file = textOf(item, "file");
  task.uuid = textOf(item, "uuid");
  if (task.name.empty() || numberOf(item, "id") != bundle.tasks.size())
    return damaged(fmt::format("task {} of the manifest has no name, or another's id", bundle.tasks.size()));
  task.line = static_cast<uint32_t>(numberOf(item, "line").value_or(0));
  std::string what = fmt::format("the binary of task '{}'", printable(task.name));
  if (!readBlob(item, what, task.elf))
    return false;
  task.digest = textOf(item, "digest").substr(digestPrefix.size());
  // Outputs are found by names that start from this one: a task that could claim another's would be answered with the
  // other's results, so it is derived here and the manifest's word is only compared.
  Digest digest;
  size_t length = 0;
  sodium_hex2bin(digest.data(), digest.size(), task.digest.data(), task.digest.size(), nullptr, &length, nullptr);
  task.object = nameOf(digest);
  if (length != digest.size() || uuidOf(task.object) != task.uuid)
    return damaged(fmt::format("the UUID of task '{}' is not that of its binary", printable(task.name)));
  bundle.tasks.push_back(std::move(task));
  return true;
}

/// The config and layers that the manifest does not mention: nothing reads them here, but other tools do.
bool BundleReader::checkOtherBlobs() {
  std::string_view content;
  if (!readBlob(memberOf(image, "config"), "the image's config", content))
    return false;
  for (const Json &layer : listOf(image, "layers"))
    if (!readBlob(layer, "a layer of the image", content))
      return false;
  return true;
}

std::variant<Bundle, BundleError> openBundle(const std::string &path, const std::string &name) {
  if (sodium_init() < 0)
    return BundleError{"libsodium does not start"};
  return BundleReader(name).read(path);
}

std::string printable(std::string_view text) {
  std::string out;
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      out += fmt::format("\\x{:02x}", c);
    else
      out += static_cast<char>(c);
  return out;
}

} // namespace cleave
