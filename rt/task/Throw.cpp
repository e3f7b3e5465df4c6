/* Throw.cpp - the ends that the language knows, and that a task has only one answer to.
 *
 * A task cannot unwind (the linker has dropped its landing pads, and an unwinder would be twenty times the size of the
 * work) and need not: deterministic work may be done again. So whatever would throw, abort, fail an assertion or
 * terminate ends the task as CLEAVE_THROWN, and the program does that one call again in place, where the exception
 * leaves at its point, the handler catches, or the program dies with the message and the status of the plain build.
 *
 * The definitions are strong and cover whole members of libstdc++.a (functexcept.o, eh_throw.o, ...), so that the
 * archive's own members, which bring the unwinder and stdio, are never pulled. */
#include "Task.h"

using cleave::endThrown;

extern "C" {
/* What only the program can go on with: an exit out of the middle of a range of iterations. */
void cleave_task_give_up() { endThrown(); }

/* The exception object is about to be built: it has no reader, so the task ends here already. */
void *__cxa_allocate_exception(size_t) noexcept { endThrown(); }
void __cxa_free_exception(void *) noexcept {}
void *__cxa_allocate_dependent_exception() noexcept { endThrown(); }
void __cxa_free_dependent_exception(void *) noexcept {}
void *__cxa_init_primary_exception(void *, void *, void (*)(void *)) noexcept { endThrown(); }
void __cxa_throw(void *, void *, void (*)(void *)) { endThrown(); }
void __cxa_rethrow() { endThrown(); }
void *__cxa_begin_catch(void *) noexcept { endThrown(); }
void __cxa_end_catch() { endThrown(); }
void *__cxa_get_exception_ptr(void *) noexcept { endThrown(); }
void __cxa_call_unexpected(void *) { endThrown(); }
void __cxa_bad_cast() { endThrown(); }
void __cxa_bad_typeid() { endThrown(); }
void __cxa_throw_bad_array_new_length() { endThrown(); }
void __cxa_pure_virtual() { endThrown(); }
void __cxa_deleted_virtual() { endThrown(); }
void _Unwind_Resume(void *) { endThrown(); }
int __gxx_personality_v0(int, int, uint64_t, void *, void *) { endThrown(); }

void abort() { endThrown(); }
void __assert_fail(const char *, const char *, unsigned, const char *) noexcept { endThrown(); }
void __stack_chk_fail() { cleave::panic("stack smashing detected"); }
void __chk_fail() { endThrown(); }
/* libstdc++'s own assertions (-D_GLIBCXX_ASSERTIONS). */
void _ZSt21__glibcxx_assert_failPKciS0_S0_() { endThrown(); }

/* One thread: a guard is a flag. Bit 0 of the first byte says that the object is built. */
int __cxa_guard_acquire(uint64_t *guard) noexcept { return *reinterpret_cast<char *>(guard) == 0; }
void __cxa_guard_release(uint64_t *guard) noexcept { *reinterpret_cast<char *>(guard) = 1; }
void __cxa_guard_abort(uint64_t *) noexcept {}
/* A task's statics die with it. */
int __cxa_atexit(void (*)(void *), void *, void *) noexcept { return 0; }
int __cxa_thread_atexit(void (*)(void *), void *, void *) noexcept { return 0; }
extern void *const __dso_handle = nullptr;

int *__errno_location() noexcept {
  static int value;
  return &value;
}
}

namespace __cxxabiv1 {
void __terminate(void (*)()) noexcept { endThrown(); }
} // namespace __cxxabiv1

namespace std {
void terminate() noexcept { endThrown(); }
int uncaught_exceptions() noexcept { return 0; }
bool uncaught_exception() noexcept { return false; }

void __throw_bad_exception() { endThrown(); }
void __throw_bad_alloc() { endThrown(); }
void __throw_bad_array_new_length() { endThrown(); }
void __throw_bad_cast() { endThrown(); }
void __throw_bad_typeid() { endThrown(); }
void __throw_bad_function_call() { endThrown(); }
void __throw_logic_error(const char *) { endThrown(); }
void __throw_domain_error(const char *) { endThrown(); }
void __throw_invalid_argument(const char *) { endThrown(); }
void __throw_length_error(const char *) { endThrown(); }
void __throw_out_of_range(const char *) { endThrown(); }
void __throw_out_of_range_fmt(const char *, ...) { endThrown(); }
void __throw_runtime_error(const char *) { endThrown(); }
void __throw_range_error(const char *) { endThrown(); }
void __throw_overflow_error(const char *) { endThrown(); }
void __throw_underflow_error(const char *) { endThrown(); }
void __throw_ios_failure(const char *) { endThrown(); }
void __throw_ios_failure(const char *, int) { endThrown(); }
void __throw_system_error(int) { endThrown(); }
void __throw_future_error(int) { endThrown(); }
void __throw_regex_error(int) { endThrown(); }
} // namespace std
