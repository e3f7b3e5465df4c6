// Bundle.cpp - packs a linked program into one file: an OCI image layout in a tar archive (docs/bundle.md).
//
// Deterministic: blobs are named by their content, entries are sorted, no time, user or path of the building machine
// goes in. Each content is there once: two task kinds with the same machine code share a blob, so a file of the layout
// is a view of bytes that live elsewhere, in the linked program or among the JSON texts made here. How the file gets to
// its place whole or not at all is BundleFile.cpp.
#include "cleave/bundle.h"
#include "cleave/exchange.h"
#include "linker/BundleFile.h"
#include "linker/Executable.h"
#include "linker/Program.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include <archive.h>
#include <archive_entry.h>
#include <deque>
#include <map>
#include <optional>

using namespace llvm;

namespace cleave {

namespace {

constexpr StringLiteral digestPrefix = "sha256:";

/// What an OCI descriptor says of a blob.
struct Blob {
  std::string digest; ///< hexadecimal
  int64_t sizeBytes;

  json::Object reference() const {
    return json::Object{{"digest", (digestPrefix + digest).str()}, {"size", sizeBytes}};
  }
  json::Object descriptor(StringRef mediaType) const {
    json::Object object = reference();
    object["mediaType"] = mediaType;
    return object;
  }
};

/// The files of the layout, by path: sorted, each content once.
class Layout {
public:
  /// `content` must outlive the layout.
  Blob add(StringRef content) {
    SHA256 hash;
    hash.update(content);
    std::string digest = toHex(hash.final(), /*LowerCase=*/true);
    files.try_emplace("blobs/sha256/" + digest, content);
    return {digest, static_cast<int64_t>(content.size())};
  }
  Blob add(const std::vector<char> &content) { return add(StringRef(content.data(), content.size())); }
  Blob add(json::Value content) { return add(keep(std::move(content))); }
  void addFile(StringRef path, json::Value content) { files[path.str()] = keep(std::move(content)); }

  std::map<std::string, StringRef> files;

private:
  StringRef keep(json::Value content) { return texts.emplace_back(formatv("{0}", content).str()); }
  std::deque<std::string> texts; // a deque, because its elements do not move
};

} // namespace

/// RFC 9562 version 8, from the content: the name of a task as an object.
static std::string uuidOf(StringRef digest) {
  std::string hex = digest.take_front(32).str();
  hex[12] = '8';
  hex[16] = hexdigit(8 | (hexDigitValue(hex[16]) & 3), /*LowerCase=*/true);
  return join(ArrayRef<std::string>{hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                                    hex.substr(20)},
              "-");
}

/// The static cost that the partition gives for a kind, or null.
static json::Value costOf(const json::Value &partition, size_t id) {
  const json::Object *object = partition.getAsObject();
  const json::Array *kinds = object ? object->getArray("tasks") : nullptr;
  if (kinds)
    for (const json::Value &kind : *kinds)
      if (const json::Object *fields = kind.getAsObject(); fields && fields->getInteger("id") == int64_t(id))
        if (const json::Value *cost = fields->get("cost"))
          return *cost;
  return nullptr;
}

static json::Object describeTask(const TaskBinary &task, size_t id, const Blob &binary, const json::Value &partition) {
  json::Object object = binary.reference();
  object["id"] = static_cast<int64_t>(id);
  // Names of files may be in any encoding; JSON is UTF-8.
  object["name"] = json::fixUTF8(task.name);
  object["file"] = json::fixUTF8(task.file);
  object["line"] = task.line;
  object["entry"] = "_start";
  object["uuid"] = uuidOf(binary.digest);
  object["signature"] = task.signature;
  if (json::Value cost = costOf(partition, id); cost.kind() != json::Value::Null)
    object["cost"] = std::move(cost);
  return object;
}

/// Adds binaries, manifest and partition; returns the image's layers.
static json::Array addLayers(Layout &layout, const LinkedProgram &program) {
  json::Array layers, tasks;
  auto addLayer = [&](const Blob &blob, StringRef mediaType, StringRef kind, StringRef name) {
    json::Object layer = blob.descriptor(mediaType);
    layer["annotations"] =
        json::Object{{CLEAVE_KIND_ANNOTATION, kind}, {CLEAVE_NAME_ANNOTATION, json::fixUTF8(name)}};
    layers.push_back(std::move(layer));
  };
  Blob root = layout.add(program.root);
  addLayer(root, CLEAVE_ROOT_TYPE, "root", "root");
  for (size_t id = 0; id < program.tasks.size(); ++id) {
    const TaskBinary &task = program.tasks[id];
    Blob binary = layout.add(task.elf);
    addLayer(binary, CLEAVE_TASK_TYPE, "task", task.name);
    tasks.push_back(describeTask(task, id, binary, program.partition));
  }
  Blob manifest = layout.add(json::Object{{"format", CLEAVE_BUNDLE_FORMAT},
                                          {"exchange", CLEAVE_EXCHANGE_VERSION},
                                          {"target", program.target},
                                          {"requiredFeatures", json::Array(program.requiredFeatures)},
                                          {"root", root.reference()},
                                          {"tasks", std::move(tasks)}});
  addLayer(manifest, CLEAVE_MANIFEST_TYPE, "manifest", "manifest");
  addLayer(layout.add(program.partition), CLEAVE_PARTITION_TYPE, "partition", "partition");
  return layers;
}

static void fillLayout(Layout &layout, const LinkedProgram &program) {
  json::Array layers = addLayers(layout, program);
  json::Array contents; // what a layer holds once it is unpacked: here, itself
  for (const json::Value &layer : layers)
    contents.push_back(*layer.getAsObject()->getString("digest"));
  json::Object rootfs{{"type", "layers"}, {"diff_ids", std::move(contents)}};
  Blob config = layout.add(json::Object{
      {"architecture", "amd64"}, {"os", "linux"}, {"config", json::Object{}}, {"rootfs", std::move(rootfs)}});
  Blob image = layout.add(json::Object{{"schemaVersion", 2},
                                       {"mediaType", CLEAVE_OCI_MANIFEST_TYPE},
                                       {"config", config.descriptor(CLEAVE_OCI_CONFIG_TYPE)},
                                       {"layers", std::move(layers)}});
  json::Object entry = image.descriptor(CLEAVE_OCI_MANIFEST_TYPE);
  entry["platform"] = json::Object{{"architecture", "amd64"}, {"os", "linux"}};
  layout.addFile("index.json", json::Object{{"schemaVersion", 2},
                                            {"mediaType", CLEAVE_OCI_INDEX_TYPE},
                                            {"manifests", json::Array{std::move(entry)}}});
  layout.addFile("oci-layout", json::Object{{"imageLayoutVersion", "1.0.0"}});
}

/// Takes the archive piece by piece; false: it could not.
using Sink = function_ref<bool(const void *data, size_t bytes)>;

static la_ssize_t writeCallback(archive *, void *data, const void *buffer, size_t bytes) {
  return (*static_cast<Sink *>(data))(buffer, bytes) ? static_cast<la_ssize_t>(bytes) : -1;
}

static bool writeEntry(archive *tar, archive_entry *entry, const std::string &path, StringRef content) {
  archive_entry_clear(entry);
  archive_entry_set_pathname(entry, path.c_str());
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_mtime(entry, 0, 0);
  archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
  return archive_write_header(tar, entry) == ARCHIVE_OK &&
         archive_write_data(tar, content.data(), content.size()) == static_cast<la_ssize_t>(content.size());
}

/// Nothing, or why not.
static std::optional<std::string> writeArchive(const Layout &layout, Sink sink) {
  archive *tar = archive_write_new();
  archive_entry *entry = archive_entry_new();
  archive_write_set_format_ustar(tar);
  archive_write_set_bytes_per_block(tar, 1 << 20);
  archive_write_set_bytes_in_last_block(tar, 512);
  bool isGood = archive_write_open(tar, &sink, nullptr, writeCallback, nullptr) == ARCHIVE_OK;
  for (const auto &[path, content] : layout.files)
    isGood = isGood && writeEntry(tar, entry, path, content);
  isGood = isGood && archive_write_close(tar) == ARCHIVE_OK;
  std::optional<std::string> problem;
  if (!isGood) {
    const char *words = archive_error_string(tar);
    problem = words ? words : "the archive could not be made";
  }
  archive_entry_free(entry);
  archive_write_free(tar);
  return problem;
}

Error writeBundle(const std::string &path, const LinkedProgram &program) {
  Layout layout;
  fillLayout(layout, program);
  BundleFile output(path);
  if (Error error = output.open())
    return error;
  if (auto problem = writeArchive(layout, [&](const void *data, size_t bytes) { return output.write(data, bytes); }))
    return output.failure(*problem);
  return output.finish();
}

Error writeExecutable(const std::string &path, const LinkedProgram &program, const std::string &nodePath) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> node = MemoryBuffer::getFile(nodePath);
  if (!node)
    return createStringError(node.getError(), "cannot read the embedded node, a part of cleave++'s installation, '" +
                                                  nodePath + "': " + node.getError().message());
  Layout layout;
  fillLayout(layout, program);
  BundleFile output(path, /*isExecutable=*/true);
  if (Error error = output.open())
    return error;
  // In memory, because digest and length stand before it.
  std::string bundle;
  if (auto problem = writeArchive(layout, [&](const void *data, size_t bytes) {
        bundle.append(static_cast<const char *>(data), bytes);
        return true;
      }))
    return output.failure(*problem);
  Expected<std::string> file = embedBundle((*node)->getBuffer(), bundle);
  if (!file)
    return output.failure("'" + nodePath + "': " + toString(file.takeError()));
  if (!output.write(file->data(), file->size()))
    return output.failure("");
  return output.finish();
}

} // namespace cleave
