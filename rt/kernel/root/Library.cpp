// Library.cpp - the start of a Linux program, and its calls. See Library.h.
#include "Library.h"

#include "cleave/exchange.h"

namespace cleave {

RootStart start;

namespace {

uint64_t randomState;

uint64_t nextRandom() { // splitmix64, from a seed that the launcher drew
  uint64_t z = randomState += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

int64_t fillRandom(uint64_t to, uint64_t bytes) {
  for (uint64_t i = 0; i != bytes; ++i)
    reinterpret_cast<uint8_t *>(to)[i] = static_cast<uint8_t>(nextRandom() >> 32);
  return static_cast<int64_t>(bytes);
}

int64_t archControl(uint64_t what, uint64_t argument) {
  constexpr uint64_t kSetFs = 0x1002, kGetFs = 0x1003;
  if (what == kSetFs) {
    asm volatile("wrfsbase %0" : : "r"(argument));
    return 0;
  }
  if (what != kGetFs)
    return kInvalid;
  uint64_t base;
  asm volatile("rdfsbase %0" : "=r"(base));
  *reinterpret_cast<uint64_t *>(argument) = base;
  return 0;
}

int64_t limits(uint64_t resource, uint64_t to) {
  constexpr uint64_t kStack = 3, kFiles = 7, kNone = ~uint64_t{0};
  if (!to)
    return 0;
  auto *values = reinterpret_cast<uint64_t *>(to);
  values[0] = resource == kStack ? 8 << 20 : resource == kFiles ? 1024 : kNone;
  values[1] = resource == kFiles ? 1024 : kNone;
  return 0;
}

int64_t systemName(uint64_t to) {
  static constexpr char kNames[6][8] = {"Linux", "cleave", "6.1.0", "cleave", "x86_64", ""};
  constexpr uint64_t kField = 65;
  memset(reinterpret_cast<void *>(to), 0, 6 * kField);
  for (uint64_t i = 0; i != 6; ++i)
    memcpy(reinterpret_cast<void *>(to + i * kField), kNames[i], sizeof kNames[i]);
  return 0;
}

int64_t systemInfo(uint64_t to) {
  auto *words = reinterpret_cast<uint64_t *>(to); // struct sysinfo: uptime, loads, total and free memory, ...
  memset(words, 0, 112);
  words[0] = kernelNs() / 1000000000;
  words[4] = words[5] = start.memoryBytes;
  *reinterpret_cast<uint32_t *>(to + 104) = 1; // unit
  return 0;
}

int64_t affinity(uint64_t bytes, uint64_t to) {
  if (bytes < 8 || bytes % 8)
    return kInvalid;
  *reinterpret_cast<uint64_t *>(to) = start.cpus >= 64 ? ~uint64_t{0} : (uint64_t{1} << start.cpus) - 1;
  return 8;
}

int64_t workingFolder(uint64_t to, uint64_t bytes) {
  if (bytes < 2)
    return kRange;
  memcpy(reinterpret_cast<void *>(to), "/", 2);
  return 2;
}

int64_t otherCall(const Arguments &call) {
  switch (call.number) {
  case 9:
    return map(call);
  case 10: // mprotect: the program's own protection from itself
    return 0;
  case 11:
    return unmap(call.a, call.b);
  case 12:
    return changeBreak(call.a);
  case 25:
    return remap(call.a, call.b, call.c, call.d);
  case 28:
    return advise(call.a, call.b, call.c);
  case 13: // rt_sigaction
    return setHandler(call.a, call.b, call.c, call.d);
  case 14:  // rt_sigprocmask
  case 131: // sigaltstack
  case 273: // set_robust_list
    return 0;
  case 39:  // getpid
  case 186: // gettid
  case 218: // set_tid_address
    return 1;
  case 102: // getuid, getgid, geteuid, getegid
  case 104:
  case 107:
  case 108:
    return 0;
  case 62:  // kill
  case 200: // tkill
    return raise(call.b);
  case 234: // tgkill
    return raise(call.c);
  case 60:  // exit
  case 231: // exit_group
    end(false, call.a & 0xff);
  case 63:
    return systemName(call.a);
  case 79:
    return workingFolder(call.a, call.b);
  case 97: // getrlimit
    return limits(call.a, call.b);
  case 302: // prlimit64
    return limits(call.b, call.d);
  case 99:
    return systemInfo(call.a);
  case 158:
    return archControl(call.a, call.b);
  case 204:
    return affinity(call.b, call.c);
  case 318:
    return fillRandom(call.a, call.b);
  default:
    return kNoCall;
  }
}

/* The stack as Linux leaves it: argc, argv, environment, auxiliary vector; texts and the random bytes are where the
 * kernel put them. */
class StackWriter {
public:
  explicit StackWriter(uint64_t top) : at(top) {}
  void push(uint64_t value) {
    at -= 8;
    *reinterpret_cast<uint64_t *>(at) = value;
  }
  uint64_t at;
};

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)
constexpr char kNodeVariable[] = CLEAVE_NODE_VARIABLE "=" TEXT(CLEAVE_EXCHANGE_VERSION) ":900:901:902:903";
static_assert(kNodeFirst == 900);

} // namespace

[[noreturn]] void end(bool isSignal, uint64_t number) {
  cleave_kernel_call(kRootEnd, isSignal, number);
  __builtin_trap();
}

struct ProgramStart {
  uint64_t stack, entry;
};

extern "C" ProgramStart cleave_library_start(const RootStart *from) {
  start = *from;
  memcpy(&randomState, start.random, sizeof randomState);
  randomState ^= start.originTicks;
  startMemory();
  startFiles();
  uint64_t texts = start.argumentCount + start.environmentCount;
  bool hasNode = start.control != 0;
  constexpr uint64_t kHeaders = 3, kHeaderBytes = 4, kHeaderCount = 5, kPageBytes = 6, kEntry = 9, kUser = 11,
                     kEffectiveUser = 12, kGroup = 13, kEffectiveGroup = 14, kTicks = 17, kSecure = 23, kRandom = 25,
                     kName = 31;
  const uint64_t auxiliary[][2] = {{kHeaders, start.headers},
                                   {kHeaderBytes, 56},
                                   {kHeaderCount, start.headerCount},
                                   {kPageBytes, kPage},
                                   {kEntry, start.entry},
                                   {kUser, 0},
                                   {kEffectiveUser, 0},
                                   {kGroup, 0},
                                   {kEffectiveGroup, 0},
                                   {kTicks, 100},
                                   {kSecure, 0},
                                   {kRandom, reinterpret_cast<uint64_t>(start.random)},
                                   {kName, start.texts},
                                   {0, 0}};
  constexpr uint64_t kAuxiliary = sizeof auxiliary / sizeof auxiliary[0];
  /* argc, each text, two zeros, the node's variable, pairs: 16-aligned at argc. */
  uint64_t words = 1 + texts + 2 + hasNode + 2 * kAuxiliary;
  StackWriter writer((reinterpret_cast<uint64_t>(__builtin_frame_address(0)) - kPage) & ~uint64_t{15});
  if (words % 2)
    writer.push(0);
  for (uint64_t i = kAuxiliary; i-- != 0;) {
    writer.push(auxiliary[i][1]);
    writer.push(auxiliary[i][0]);
  }
  writer.push(0);
  if (hasNode)
    writer.push(reinterpret_cast<uint64_t>(kNodeVariable));
  writer.at -= 8 * (texts + 2);
  auto *slot = reinterpret_cast<uint64_t *>(writer.at);
  *slot++ = start.argumentCount;
  auto *text = reinterpret_cast<const char *>(start.texts);
  for (uint64_t i = 0; i != texts; ++i) {
    if (i == start.argumentCount)
      *slot++ = 0;
    *slot++ = reinterpret_cast<uint64_t>(text);
    while (*text++)
      ;
  }
  if (!start.environmentCount)
    *slot = 0;
  return {writer.at, start.entry};
}

extern "C" int64_t cleave_library_call(const Arguments *call) {
  bool isKnown = true;
  int64_t result = fileCall(*call, isKnown);
  if (!isKnown) {
    isKnown = true;
    result = timeCall(*call, isKnown);
  }
  return isKnown ? result : otherCall(*call);
}

} // namespace cleave
