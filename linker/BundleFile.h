// BundleFile.h - a file that appears at its path whole, or not at all.
#ifndef CLEAVE_LINKER_BUNDLEFILE_H
#define CLEAVE_LINKER_BUNDLEFILE_H

#include "llvm/Support/Error.h"
#include <string>

namespace cleave {

class BundleFile {
public:
  explicit BundleFile(const std::string &target, bool isExecutable = false)
      : target(target), isExecutable(isExecutable) {}
  BundleFile(const BundleFile &) = delete;
  BundleFile &operator=(const BundleFile &) = delete;
  /// Without finish() nothing has happened.
  ~BundleFile();

  /// Errors: the target cannot be written, or nothing can be made beside it.
  llvm::Error open();
  /// False: the system refused, and failure() says why.
  bool write(const void *data, size_t bytes);
  /// To the disk, and to its place.
  llvm::Error finish();

  /// "cannot write ...": for the reason that the system gave write(), else for `words`.
  llvm::Error failure(const std::string &words) const;

private:
  llvm::Error systemFailure(int error) const;

  std::string target;
  bool isExecutable;     ///< of a new file; what is written directly keeps its mode
  std::string temporary; ///< empty: the target is written directly
  int descriptor = -1;
  int writeError = 0;
};

} // namespace cleave

#endif
