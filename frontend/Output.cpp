// Output.cpp - see Output.h. A neighbour file is written, checked and renamed. LLVM's own writeToOutput does not look
// at the stream's error state (a full disk then ends the process in the stream's destructor) and replaces a file that
// the user may not write. What is not a regular file (/dev/null, a pipe) cannot be renamed to and is written directly.
#include "frontend/Output.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(code, "unable to open output file '" + path + "': '" + code.message() + "'");
}

static bool isSpecial(StringRef path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && sys::fs::exists(status) && !sys::fs::is_regular_file(status) &&
         !sys::fs::is_directory(status);
}

Error checkOutput(StringRef path) {
  if (path == "-" || isSpecial(path))
    return Error::success();
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (sys::fs::exists(path) && sys::fs::access(path, sys::fs::AccessMode::Write))
    return cannotWrite(path, std::make_error_code(std::errc::permission_denied));
  SmallString<128> folder(sys::path::parent_path(path));
  if (folder.empty())
    folder = ".";
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(folder, status))
    return cannotWrite(path, code);
  if (!sys::fs::is_directory(status))
    return cannotWrite(path, std::make_error_code(std::errc::not_a_directory));
  if (sys::fs::access(folder, sys::fs::AccessMode::Write))
    return cannotWrite(path, std::make_error_code(std::errc::permission_denied));
  return Error::success();
}

/// The stream's error, cleared so that its destructor stays quiet.
static std::error_code finish(raw_fd_ostream &out) {
  out.flush();
  std::error_code code = out.error();
  out.clear_error();
  return code;
}

static Error writeDirectly(StringRef path, function_ref<void(raw_ostream &)> write) {
  std::error_code code;
  raw_fd_ostream out(path, code, sys::fs::CD_OpenExisting);
  if (code)
    return cannotWrite(path, code);
  write(out);
  if ((code = finish(out)))
    return createStringError(code, "cannot write '" + path + "': " + code.message());
  return Error::success();
}

Error writeOutput(StringRef path, function_ref<void(raw_ostream &)> write) {
  if (path == "-") {
    write(outs());
    if (std::error_code code = finish(outs()))
      return createStringError(code, "cannot write to standard output: " + code.message());
    return Error::success();
  }
  if (isSpecial(path))
    return writeDirectly(path, write);
  if (Error error = checkOutput(path))
    return error;
  Expected<sys::fs::TempFile> file = sys::fs::TempFile::create(path + ".tmp-%%%%%%%%", 0666);
  if (!file)
    return cannotWrite(path, errorToErrorCode(file.takeError()));
  std::error_code code;
  {
    raw_fd_ostream out(file->FD, /*shouldClose=*/false);
    write(out);
    code = finish(out);
  }
  if (code) {
    consumeError(file->discard());
    return createStringError(code, "cannot write '" + path + "': " + code.message());
  }
  return file->keep(path);
}

} // namespace cleave
