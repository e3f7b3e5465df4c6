// A program that handles its own faults, and leaves the handler by siglongjmp; the last word says how it ends.
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace {

sigjmp_buf escape;
volatile sig_atomic_t depth;

void leave(int signal) { siglongjmp(escape, signal); }

// Faults in its turn, twice.
void again(int signal) {
  if ((depth = depth + 1) < 3)
    __builtin_trap();
  siglongjmp(escape, signal);
}

void stay(int) {}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {}, before {};
  action.sa_handler = handler;
  action.sa_flags = SA_NODEFER;
  sigaction(signal, &action, &before);
  std::printf("%d handled %s\n", signal, before.sa_handler == SIG_DFL ? "anew" : before.sa_handler == leave ? "as before" : "");
}

void read(unsigned long address) { asm volatile("movb (%0), %%al" ::"r"(address) : "rax"); }
void divide() { asm volatile("xorl %%ecx, %%ecx\n\tmovl $1, %%eax\n\tcltd\n\tidivl %%ecx" ::: "eax", "ecx", "edx"); }

void fault(const char *kind) {
  int signal = sigsetjmp(escape, 0);
  if (signal) {
    std::printf("%s: signal %d\n", kind, signal);
    return;
  }
  if (!std::strcmp(kind, "read"))
    read(8);
  if (!std::strcmp(kind, "kernel"))
    read(0xffffffff80210000ul);
  if (!std::strcmp(kind, "divide"))
    divide();
  if (!std::strcmp(kind, "trap"))
    __builtin_trap();
  if (!std::strcmp(kind, "privileged"))
    asm volatile("cli");
  if (!std::strcmp(kind, "no-stack")) // a handler has nowhere to run, so this is the end
    asm volatile("movq $4096, %rsp\n\tmovb 8, %al");
  std::printf("%s: no fault\n", kind);
}

} // namespace

int main(int, char **arguments) {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  for (int signal : {SIGSEGV, SIGFPE, SIGILL})
    handle(signal, leave);
  for (const char *kind : {"read", "kernel", "divide", "trap", "privileged"})
    fault(kind);
  volatile int count = 0;
  while (count < 2000)
    if (!sigsetjmp(escape, 0)) {
      count = count + 1;
      read(8);
    }
  std::printf("%d faults\n", count);
  handle(SIGILL, again);
  fault("trap");
  std::printf("handlers ran %d times\n", static_cast<int>(depth));
  handle(SIGSEGV, !std::strcmp(arguments[1], "default") ? SIG_DFL : !std::strcmp(arguments[1], "returns") ? stay : leave);
  fault(!std::strcmp(arguments[1], "no-stack") ? "no-stack" : "read");
  std::printf("this is not the end\n");
}
