// Bundle.h - reads and verifies a bundle (docs/bundle.md). No LLVM: this is the node's side.
#ifndef CLEAVE_NODE_BUNDLE_H
#define CLEAVE_NODE_BUNDLE_H

#include "Digest.h"
#include "cleave/node.h"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cleave {

/// A task kind as the manifest lists it.
struct BundledTask {
  std::string name; ///< as in the source
  std::string file;
  uint32_t line = 0;
  cleave_name object{}; ///< the task's own name, derived from the digest: what outputs' names are derived from
  std::string uuid;     ///< the same as text
  std::string digest;   ///< hexadecimal SHA-256 of the binary
  std::string_view elf;
};

/// One sentence for a person, without the program's name in front.
struct BundleError {
  std::string message;
};

/// A file mapped read-only, for as long as this object. The mapping is of the file as it is, so whoever writes into the
/// file in place changes it: writeBundle never does, it replaces the file.
class MappedFile {
public:
  MappedFile() = default;
  MappedFile(const void *address, size_t sizeBytes) : address(address), sizeBytes(sizeBytes) {}
  MappedFile(MappedFile &&other) noexcept
      : address(std::exchange(other.address, nullptr)), sizeBytes(std::exchange(other.sizeBytes, 0)) {}
  MappedFile &operator=(MappedFile &&other) noexcept {
    std::swap(address, other.address);
    std::swap(sizeBytes, other.sizeBytes);
    return *this;
  }
  ~MappedFile();
  std::string_view bytes() const { return {static_cast<const char *>(address), sizeBytes}; }

private:
  const void *address = nullptr;
  size_t sizeBytes = 0;
};

/// An opened bundle. All digests have been checked; the views point into `file` and live as long as it does.
struct Bundle {
  std::string target;
  std::vector<std::string> requiredFeatures;
  uint64_t exchangeVersion = 0; ///< which the program speaks (exchange.h); 0: it does not say
  std::string_view root;
  std::string rootDigest;
  std::vector<BundledTask> tasks; ///< index = cleave_kind::id
  std::string_view manifestJson, partitionJson;
  std::string_view content; ///< all of the bundle
  std::optional<Digest> embeddedDigest; ///< what the executable around the bundle says its digest is; not checked
  MappedFile file;
};

/// `path` is a bundle, or an executable that carries one. Errors, which call it `name`: unreadable, not a bundle,
/// truncated, damaged (which part), made by a newer version.
std::variant<Bundle, BundleError> openBundle(const std::string &path, const std::string &name);
inline std::variant<Bundle, BundleError> openBundle(const std::string &path) { return openBundle(path, path); }

/// `text` with control characters (of a name in a bundle from anywhere) made visible, so that it stays one line and
/// gives no orders to a terminal.
std::string printable(std::string_view text);

} // namespace cleave

#endif
