// Lld.h - lld in this process: bytes in, bytes out, its words as an error.
#ifndef CLEAVE_LINKER_LLD_H
#define CLEAVE_LINKER_LLD_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace cleave {

/// A file that exists only in memory, for as long as this object.
class MemoryFile {
public:
  static llvm::Expected<MemoryFile> create(llvm::ArrayRef<char> bytes);
  MemoryFile(MemoryFile &&other) : descriptor(std::exchange(other.descriptor, -1)) {}
  MemoryFile &operator=(MemoryFile &&) = delete;
  ~MemoryFile();
  /// A path by which this process can open it.
  std::string path() const;

private:
  explicit MemoryFile(int fd) : descriptor(fd) {}
  int descriptor;
};

/// lld refused; `words` is what it said, its own name and ours for memory files taken out.
class LinkFailure : public llvm::ErrorInfo<LinkFailure> {
public:
  static char ID;
  explicit LinkFailure(std::string words) : words(std::move(words)) {}
  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }
  /// The symbols that nothing defines, in lld's order, as a person writes them.
  std::vector<std::string> undefinedSymbols() const;

private:
  std::string words;
};

/// Runs `ld.lld arguments -o <memory>` and returns the image. Not to be called by two threads at once, nor while
/// any other thread runs LLVM: lld resets the process's cl::opt values.
llvm::Expected<std::vector<char>> runLld(const std::vector<std::string> &arguments, bool verbose);

} // namespace cleave

#endif
