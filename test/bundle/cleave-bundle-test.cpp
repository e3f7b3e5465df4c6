// cleave-bundle-test.cpp - writes and reads bundles of made-up binaries: the format, tested without a compiler.
//
//   write FILE [option=number]...   root-bytes, task-bytes, tasks; twins=1: all tasks have the same binary;
//                                   signal-at-sync: the process gets this signal when all is written and nothing is in
//                                   its place, which is the worst moment to die at; error-at-sync: the disk reports
//                                   this errno then
//   inspect FILE [--json]
//   damage FILE                     opens it with each byte flipped in turn, then cut short at each length
//   digests                         holds the fast SHA-256 beside libsodium's
//
// The definition of fsync below takes the place of libc's in this program.
#include "cleave/bundle.h"
#include "linker/Program.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "rt/node/Bundle.h"
#include "rt/node/Digest.h"
#include "rt/node/Inspect.h"
#include <csignal>
#include <map>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llvm;
using namespace cleave;

static int signalAtSync = 0, errorAtSync = 0;

extern "C" int fsync(int descriptor) {
  if (signalAtSync)
    raise(signalAtSync);
  if (errorAtSync) {
    errno = errorAtSync;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

static std::vector<char> madeUpElf(size_t bytes, uint32_t seed) {
  std::vector<char> elf(bytes);
  for (char &byte : elf) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  StringRef magic("\x7f"
                  "ELF");
  std::copy_n(magic.begin(), std::min(bytes, magic.size()), elf.begin());
  return elf;
}

static json::Object site(const char *file, unsigned line, const char *cut) {
  return json::Object{{"file", file}, {"line", line}, {"callee", "count(const Block &)"}, {"in", "main"}, {"cut", cut}};
}

/// Two taken sites of task 0, and three calls that stay for two reasons.
static json::Value madeUpPartition(bool hasTasks) {
  json::Array sites;
  if (hasTasks) {
    json::Object loop = site("words.cpp", 30, "loop"), future = site("words.cpp", 41, "future");
    loop["task"] = future["task"] = 0;
    loop["cost"] = json::Object{{"known", true}, {"base_ns", 120.0}, {"per_byte_ns", 0.5}};
    future["cost"] = json::Object{{"known", false}};
    sites.push_back(std::move(loop));
    sites.push_back(std::move(future));
  }
  for (unsigned line : {7, 8, 50}) {
    json::Object refused = site("words.cpp", line, "none");
    refused["reason"] = line == 50 ? "io" : "too-small";
    refused["message"] = line == 50 ? "'show' writes to a stream" : "'twice' is too small to be worth a task";
    sites.push_back(std::move(refused));
  }
  json::Object kind{{"id", 0}, {"name", "count(const Block &)"}, {"cost", json::Object{{"base_ns", 120.0}}}};
  return json::Object{{"version", 1}, {"tasks", json::Array{std::move(kind)}}, {"sites", std::move(sites)}};
}

static LinkedProgram madeUpProgram(std::map<std::string, size_t> &options) {
  LinkedProgram program;
  program.root = madeUpElf(options["root-bytes"], 1);
  for (size_t id = 0; id < options["tasks"]; ++id) {
    TaskBinary &task = program.tasks.emplace_back();
    task.name = id ? "scale(double, Block)<" + std::to_string(id) + ">" : "count(const Block &)";
    task.file = "words.cpp";
    task.line = 12 + static_cast<unsigned>(id);
    task.elf = madeUpElf(options["task-bytes"], options["twins"] ? 2 : 2 + static_cast<uint32_t>(id));
    json::Object parameter{{"name", "block"}, {"type", "const Block &"}, {"passing", "borrowed"}, {"bytes", 24}};
    task.signature = json::Object{{"parameters", json::Array{std::move(parameter)}},
                                  {"result", json::Object{{"type", "Total"}, {"bytes", 16}}}};
  }
  program.partition = madeUpPartition(options["tasks"] > 0);
  program.target = "x86_64-linux-gnu";
  program.requiredFeatures = {"avx2", "fma"};
  return program;
}

static int writeCommand(const std::string &path, ArrayRef<char *> arguments) {
  std::map<std::string, size_t> options{{"root-bytes", 20000}, {"task-bytes", 3000}, {"tasks", 2}};
  for (StringRef argument : arguments)
    if (!to_integer(argument.split('=').second, options[argument.split('=').first.str()])) {
      errs() << "cleave-bundle-test: not option=number: " << argument << "\n";
      return 2;
    }
  signalAtSync = static_cast<int>(options["signal-at-sync"]);
  errorAtSync = static_cast<int>(options["error-at-sync"]);
  if (signalAtSync)
    signal(signalAtSync, SIG_DFL); // a shell may have started us with SIGINT ignored
  if (Error error = writeBundle(path, madeUpProgram(options))) {
    errs() << "error: " << toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}

static bool isSame(const Bundle &left, const Bundle &right) {
  auto isSameTask = [](const BundledTask &a, const BundledTask &b) {
    return a.name == b.name && a.file == b.file && a.line == b.line && a.uuid == b.uuid && a.elf == b.elf;
  };
  return left.target == right.target && left.requiredFeatures == right.requiredFeatures && left.root == right.root &&
         left.manifestJson == right.manifestJson && left.partitionJson == right.partitionJson &&
         std::equal(left.tasks.begin(), left.tasks.end(), right.tasks.begin(), right.tasks.end(), isSameTask);
}

/// Every damage gives an error or does not matter; `errorCount` counts the former.
static bool opensSafely(const std::string &path, const Bundle &good, const char *damage, size_t at,
                        size_t &errorCount) {
  auto opened = openBundle(path);
  if (auto *error = std::get_if<BundleError>(&opened)) {
    ++errorCount;
    if (!error->message.empty() && !StringRef(error->message).contains('\n'))
      return true;
  } else if (isSame(std::get<Bundle>(opened), good)) {
    return true;
  }
  errs() << "error: a bundle that is " << damage << " at byte " << at << " opens, or says nothing\n";
  return false;
}

static int damageCommand(const std::string &path) {
  auto opened = openBundle(path);
  if (auto *error = std::get_if<BundleError>(&opened)) {
    errs() << "error: " << error->message << "\n";
    return 1;
  }
  const Bundle &good = std::get<Bundle>(opened);
  std::string_view bytes = good.file.bytes();
  int copy = memfd_create("bundle", MFD_CLOEXEC);
  if (copy < 0 || pwrite(copy, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    errs() << "error: cannot copy the bundle\n";
    return 1;
  }
  std::string copyPath = "/proc/self/fd/" + std::to_string(copy);
  size_t flipErrors = 0, cutErrors = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    char flipped = static_cast<char>(bytes[at] ^ (1 << at % 8));
    if (pwrite(copy, &flipped, 1, static_cast<off_t>(at)) != 1 ||
        !opensSafely(copyPath, good, "flipped", at, flipErrors) ||
        pwrite(copy, &bytes[at], 1, static_cast<off_t>(at)) != 1)
      return 1;
  }
  for (size_t at = bytes.size(); at-- > 0;)
    if (ftruncate(copy, static_cast<off_t>(at)) != 0 || !opensSafely(copyPath, good, "cut short", at, cutErrors))
      return 1;
  outs() << bytes.size() << " bytes, " << flipErrors << " flips noticed, " << cutErrors << " cuts noticed\n";
  return 0;
}

static int digestsCommand() {
  if (sodium_init() < 0)
    return 1;
  std::vector<char> bytes = madeUpElf(70000, 3);
  // All positions of the padding; then many blocks at once, at an odd address.
  for (size_t length = 0; length <= 300; ++length)
    if (std::string_view text(bytes.data(), length); sha256(text) != portableSha256(text)) {
      errs() << "error: the digests of " << length << " bytes differ\n";
      return 1;
    }
  std::string_view odd(bytes.data() + 1, bytes.size() - 1);
  if (sha256(odd) != portableSha256(odd)) {
    errs() << "error: the digests of many blocks differ\n";
    return 1;
  }
  outs() << hexOf(sha256("abc")) << "\n";
  return 0;
}

int main(int argc, char **argv) {
  StringRef command = argc > 1 ? argv[1] : "";
  if (command == "write" && argc > 2)
    return writeCommand(argv[2], ArrayRef(argv + 3, argv + argc));
  if (command == "inspect" && argc > 2)
    return inspectCommand(argv[2], argc > 3 && StringRef(argv[3]) == "--json");
  if (command == "damage" && argc > 2)
    return damageCommand(argv[2]);
  if (command == "digests")
    return digestsCommand();
  errs() << "usage: cleave-bundle-test write|inspect|damage FILE, or digests\n";
  return 2;
}
