// Jail.cpp - see Jail.h.
//
// A jailed worker has five kinds of system call left. Who holds its instruction pointer can
//   sleep on and wake futexes (its own partition's: it maps no other shared page; no timeouts, which would be a clock),
//   unmap and empty its own memory,
//   ask for a read-only private mapping of the arena, which the node grants if the root granted that very range,
//   report an over-large heap (an anonymous mapping, which is never granted: the quota is mapped before the jail),
//   and end.
// mmap's arguments are registers, so between the node's look and the kernel's there is nothing to change. Protection,
// flags and descriptor are compared in the filter itself and never reach the node: no PROT_EXEC, no PROT_WRITE on the
// arena, no MAP_FIXED.
//
// What this does not do: a process that was taken over may keep a mapping that it was once granted, and so see what the
// program puts into those pages later, until the process ends. Pages, not bytes, are granted. And memory that a task
// dirties outside its heap (four output areas, each no larger than the quota) is bounded, but not counted with it.
#include "Jail.h"
#include "../worker/Setup.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

namespace cleave {

namespace {

struct Context {
  scmp_filter_ctx context;
  int error = 0;

  explicit Context(uint32_t otherwise) : context(seccomp_init(otherwise)) {
    error = context ? seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) : -ENOMEM;
  }
  ~Context() {
    if (context)
      seccomp_release(context);
  }
  Context(const Context &) = delete;

  void rule(uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    if (!error)
      error = seccomp_rule_add_exact_array(context, action, call, static_cast<unsigned>(arguments.size()),
                                           arguments.begin());
  }

  /// libseccomp writes to a descriptor only.
  int exportTo(FilterProgram &program) {
    if (error)
      return error;
    Descriptor file(memfd_create("cleave-filter", MFD_CLOEXEC));
    if (!file)
      return -errno;
    if (int failed = seccomp_export_bpf(context, file.get()))
      return failed;
    off_t bytes = lseek(file.get(), 0, SEEK_END);
    program.resize(static_cast<size_t>(bytes) / sizeof(sock_filter));
    if (bytes <= 0 || program.size() > kFilterInstructionsMax)
      return -E2BIG;
    return pread(file.get(), program.data(), static_cast<size_t>(bytes), 0) == bytes ? 0 : -EIO;
  }
};

/// libseccomp's own SCMP_A0() and so on leave a field out, which compilers warn about here.
scmp_arg_cmp equals(unsigned argument, uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }

int generateListener(FilterProgram &program) {
  Context filter(SCMP_ACT_ALLOW);
  filter.rule(SCMP_ACT_NOTIFY, SCMP_SYS(mmap));
  return filter.exportTo(program);
}

int generateJail(FilterProgram &program) {
  Context filter(SCMP_ACT_KILL_PROCESS);
  for (uint64_t operation : {FUTEX_WAIT, FUTEX_WAKE})
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(futex), {equals(1, operation), equals(3, 0)});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(exit_group));
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(munmap));
  for (uint64_t advice : {MADV_DONTNEED, MADV_REMOVE})
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(madvise), {equals(2, advice)});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mmap),
              {equals(2, PROT_READ), equals(3, MAP_PRIVATE), equals(4, kArenaDescriptor)});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mmap),
              {equals(2, PROT_READ | PROT_WRITE), equals(3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)});
  return filter.exportTo(program);
}

} // namespace

Problem JailFilters::generate() {
  int error = generateListener(listener);
  if (!error)
    error = generateJail(jail);
  if (error)
    return fmt::format("the jail's filters cannot be made: {}", std::strerror(-error));
  return std::nullopt;
}

Problem checkJailIsPossible() {
  uint32_t action = SECCOMP_RET_USER_NOTIF;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
    return "this kernel has no seccomp user notification, which the jail of tasks is built on";
  return std::nullopt;
}

/// Whole pages: a grant that begins or ends within a page shows the rest of that page.
static bool isWithin(const MappingRequest &request, const cleave_grant &grant) {
  uint64_t first = grant.arena_offset & ~uint64_t{4095};
  uint64_t end = (grant.arena_offset + grant.bytes + 4095) & ~uint64_t{4095};
  return request.offset >= first && request.offset <= end && request.bytes <= end - request.offset;
}

MappingVerdict judgeMapping(const MappingRequest &request, const cleave_inbox &inbox, const MappingLimits &limits) {
  if (request.isAnonymous) {
    if (request.bytes > limits.machineBytes)
      return {MappingVerdict::NoMemory};
    if (request.bytes > limits.memoryBytes)
      return {MappingVerdict::Kill, CLEAVE_CAUSE_MEMORY, request.bytes};
    return {MappingVerdict::Kill, CLEAVE_CAUSE_JAIL};
  }
  for (int entry = 0; entry != CLEAVE_RING; ++entry) {
    uint32_t count = inbox.messages[entry].grant_count;
    for (uint32_t i = 0; i < count && i < CLEAVE_GRANTS_MAX; ++i)
      if (isWithin(request, inbox.grants[entry][i]))
        return {MappingVerdict::Allow};
  }
  return {MappingVerdict::Kill, CLEAVE_CAUSE_JAIL};
}

} // namespace cleave
