// Bundle.h - reads and verifies a bundle (docs/bundle.md). No LLVM: this is the node's side.
#ifndef CLEAVE_NODE_BUNDLE_H
#define CLEAVE_NODE_BUNDLE_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cleave {

/// A task kind as the manifest lists it.
struct BundledTask {
  std::string name; ///< as in the source
  std::string file;
  uint32_t line = 0;
  std::string uuid;   ///< the task's name as an object
  std::string digest; ///< hexadecimal SHA-256 of the binary
  std::string_view elf;
};

/// One sentence for a person, without the program's name in front.
struct BundleError {
  std::string message;
};

/// An opened bundle. All digests have been checked; the views live as long as it does.
struct Bundle {
  std::string target;
  std::vector<std::string> requiredFeatures;
  std::string_view root;
  std::string rootDigest;
  std::vector<BundledTask> tasks; ///< index = cleave_kind::id
  std::string_view manifestJson, partitionJson;
  uint64_t fileBytes = 0;

  std::map<std::string, std::string> files; ///< of the archive, by path; what the views point into
};

/// Errors: unreadable, not a bundle, truncated, damaged (which part), made by a newer version.
std::variant<Bundle, BundleError> openBundle(const std::string &path);

} // namespace cleave

#endif
