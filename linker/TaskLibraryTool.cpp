// TaskLibraryTool.cpp - run once by Cleave's own build: makes libcleave_task_base.a (see TaskLibrary.cpp).
#include "linker/TaskLibrary.h"
#include "llvm/Support/raw_ostream.h"

int main(int count, char **arguments) {
  if (count < 7) {
    llvm::errs() << "usage: cleave-task-library OUTPUT OWN-OBJECT LIBM LIBC LLVMLIBC ARCHIVE...\n";
    return 2;
  }
  cleave::TaskLibrarySources sources{
      {arguments[2]}, arguments[3], arguments[4], arguments[5], {arguments + 6, arguments + count}};
  if (llvm::Error error = cleave::writeTaskLibrary(sources, arguments[1])) {
    llvm::errs() << "cleave-task-library: " << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
