/* hostile.c - a task binary that tries what a task must not be able to do, under the node kernel. Words in capitals
 * must end it; words in lower case are refused or harmless, and it answers with a number, 0 for "as it should be".
 * Addresses are those of rt/kernel/Layout.h: what an attacker would know. */
#include "cleave/node.h"

typedef struct request {
  char operation[16];
  uint64_t a, b;
} request;

static const cleave_node *node;
static const cleave_start *started;
static volatile uint64_t counter;
static char page[8192] __attribute__((aligned(4096)));

void *memcpy(void *to, const void *from, unsigned long bytes) {
  for (unsigned long i = 0; i != bytes; ++i)
    ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}
void *memset(void *to, int byte, unsigned long bytes) {
  for (unsigned long i = 0; i != bytes; ++i)
    ((volatile char *)to)[i] = (char)byte;
  return to;
}

static int is(const request *r, const char *word) {
  for (int i = 0; i != 16; ++i) {
    if (r->operation[i] != word[i])
      return 0;
    if (!word[i])
      return 1;
  }
  return 1;
}

static void answer(uint64_t number) {
  cleave_buffer buffer;
  cleave_name name;
  if (node->request(8, CLEAVE_BUFFER_OUTPUT, &buffer) != CLEAVE_OK)
    node->finish(CLEAVE_PANIC, 0, 0);
  *(uint64_t *)buffer.address = number;
  node->commit(&buffer, 8, &name);
  node->finish(CLEAVE_DONE, &name, 1);
}

static uint64_t randomState = 88172645463325252u;
static uint64_t nextRandom(void) {
  randomState ^= randomState << 13;
  randomState ^= randomState >> 7;
  randomState ^= randomState << 17;
  return randomState;
}

/* An argument of the kind that goes wrong: small numbers, edges, kernel addresses, one's own memory, anything. */
static uint64_t oddNumber(void) {
  static const uint64_t edges[] = {0,
                                   1,
                                   4095,
                                   4096,
                                   0x7fffffffffff,
                                   0x800000000000,
                                   0xffff800000000000,
                                   0xffffffff80209000,
                                   0xffffffffffffffff,
                                   0x7f0000000000,
                                   0x10000000000,
                                   0x420000000000,
                                   0x430000000000,
                                   0x440000000000,
                                   0x200000000000};
  uint64_t number = nextRandom();
  switch (number % 8) {
  case 0:
  case 1:
    return edges[number / 8 % (sizeof edges / sizeof edges[0])] + number / 1024 % 3 - 1;
  case 2:
  case 3:
    return (uint64_t)page + number / 8 % 8300;
  case 4:
    return (uint64_t)started->inputs + number / 8 % 48;
  case 5:
    return number / 8 % 70000;
  case 6:
    return ~(number / 8 % 70000);
  default:
    return nextRandom();
  }
}

/* Makes any call with any registers, as no C compiler would: through the gate's own instructions. */
static uint64_t call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  uint64_t result;
  register uint64_t r8 __asm__("r8") = nextRandom();
  register uint64_t r9 __asm__("r9") = nextRandom();
  __asm__ volatile("call *%1"
                   : "=a"(result), "+r"(function), "+D"(a), "+S"(b), "+d"(c), "+c"(d), "+r"(r8), "+r"(r9)
                   :
                   : "r10", "r11", "memory");
  return result;
}

/* Every call but finish, with odd arguments. Heap that it gets by luck stays within the quota or ends it, which is not
 * what this is about: requests are kept small. */
static uint64_t fuzz(uint64_t rounds) {
  const uint64_t calls[] = {(uint64_t)node->request, (uint64_t)node->commit, (uint64_t)node->open,
                            (uint64_t)node->execute, (uint64_t)node->wait,   (uint64_t)node->log};
  uint64_t bad = 0;
  for (uint64_t i = 0; i != rounds; ++i) {
    uint64_t which = nextRandom() % 6, a = oddNumber(), b = oddNumber(), c = oddNumber(), d = oddNumber();
    /* What could be granted is granted a few times only: it would end the task for its quota. */
    if (which == 0 && i % 1024 && a < (uint64_t)1 << 47)
      c = 0xffff800000000000u + i;
    else if (which == 0 && a > 4096 && a < (uint64_t)1 << 47)
      a = 4096;
    uint64_t status = call(calls[which], a, b, c, d);
    bad += which != 5 && (uint32_t)status > CLEAVE_E_VERSION;
  }
  return bad;
}

static uint64_t badPointers(void) {
  const uint64_t bad[] = {0,
                          8,
                          0x7fffffffffff,
                          0x800000000000,
                          0xffff800000001000,
                          0xffffffff80209000,
                          0x200000000000,
                          0x780000000000,
                          ~(uint64_t)7};
  cleave_buffer buffer;
  uint64_t wrong = 0;
  for (unsigned i = 0; i != sizeof bad / sizeof bad[0]; ++i) {
    void *at = (void *)bad[i];
    wrong += node->request(64, CLEAVE_BUFFER_HEAP, at) != CLEAVE_E_INVALID;
    wrong += node->commit(at, 1, (cleave_name *)page) != CLEAVE_E_INVALID;
    wrong += node->open(at, 0, (cleave_view *)page) != CLEAVE_E_INVALID;
    wrong += node->open(&started->inputs[0], 0, at) != CLEAVE_E_INVALID;
    node->log(at, 64);
  }
  /* Results into memory that the task can only read, and over a page's end into nothing. */
  wrong += node->request(64, CLEAVE_BUFFER_HEAP, (cleave_buffer *)started->inputs) != CLEAVE_E_INVALID;
  wrong += node->open(&started->inputs[0], 0, (cleave_view *)started) != CLEAVE_E_INVALID;
  wrong += node->request(4096, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK;
  wrong += node->request(64, CLEAVE_BUFFER_HEAP, (void *)((char *)buffer.address + 4096 - 8)) != CLEAVE_E_INVALID;
  node->log((const char *)buffer.address + 4000, 4096);
  /* A buffer that is the task's, but not an output. */
  wrong += node->commit(&buffer, 1, (cleave_name *)page) != CLEAVE_E_INVALID;
  return wrong;
}

/* Honest, for bench/kernel-calls.py: the same call again and again. */
static uint64_t manyOpens(unsigned input, uint64_t count) {
  cleave_view view;
  uint64_t bad = 0;
  for (uint64_t i = 0; i != count; ++i)
    bad += node->open(&started->inputs[input], CLEAVE_OPEN_RELAXED, &view) != CLEAVE_OK;
  return bad;
}

/* As many objects as there are grants; the program has written each one's number into it. */
static uint64_t openGranted(uint64_t count) {
  cleave_view view;
  uint64_t bad = 0;
  for (uint64_t i = 0; i != count; ++i) {
    cleave_name name = {{0xe0, (uint8_t)i, (uint8_t)(i >> 8)}};
    bad += node->open(&name, CLEAVE_OPEN_RELAXED, &view) != CLEAVE_OK || *(const uint8_t *)view.address != (uint8_t)i;
  }
  return bad;
}

static uint64_t manyRequests(uint64_t count, uint64_t bytes) {
  cleave_buffer buffer;
  uint64_t bad = 0;
  for (uint64_t i = 0; i != count; ++i)
    bad += node->request(bytes, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK;
  return bad;
}

/* Tasks of tasks, without end; every call is refused. */
static uint64_t manySpawns(uint64_t count) {
  uint64_t allowed = 0;
  for (uint64_t i = 0; i != count; ++i)
    allowed += node->execute(&started->inputs[0], started->inputs, 2, (cleave_name *)page, 1) != CLEAVE_E_REFUSED;
  return allowed;
}

__attribute__((noinline)) static int recurse(volatile char *caller) {
  volatile char frame[4096];
  frame[0] = caller[0];
  return recurse(frame) + frame[0];
}

static void touch(uint64_t at, int isWrite) {
  if (isWrite)
    *(volatile char *)at = 1;
  else
    counter += *(volatile char *)at;
}

static void jump(uint64_t at) { __asm__ volatile("jmp *%0" : : "r"(at) : "memory"); }

/* What only a kernel may execute. */
static void privileged(const request *r) {
  uint64_t value = 0, pointer[2] = {0, 0};
  if (is(r, "CLI"))
    __asm__ volatile("cli");
  if (is(r, "STI"))
    __asm__ volatile("sti");
  if (is(r, "HLT"))
    __asm__ volatile("hlt");
  if (is(r, "RDMSR"))
    __asm__ volatile("rdmsr" : : "c"(0xc0000082) : "eax", "edx");
  if (is(r, "WRMSR"))
    __asm__ volatile("wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0));
  if (is(r, "READ_CR3"))
    __asm__ volatile("movq %%cr3, %0" : "=r"(value));
  if (is(r, "WRITE_CR3"))
    __asm__ volatile("movq %0, %%cr3" : : "r"(value));
  if (is(r, "WRITE_CR4"))
    __asm__ volatile("movq %0, %%cr4" : : "r"(value));
  if (is(r, "LIDT"))
    __asm__ volatile("lidt %0" : : "m"(pointer));
  if (is(r, "SIDT"))
    __asm__ volatile("sidt %0" : "=m"(pointer));
  if (is(r, "LTR"))
    __asm__ volatile("ltr %w0" : : "r"(0x30));
  if (is(r, "INVLPG"))
    __asm__ volatile("invlpg (%0)" : : "r"(page));
  if (is(r, "WBINVD"))
    __asm__ volatile("wbinvd");
  if (is(r, "SWAPGS"))
    __asm__ volatile("swapgs");
  if (is(r, "SYSRET"))
    __asm__ volatile("sysretq");
  if (is(r, "XSETBV"))
    __asm__ volatile("xsetbv" : : "c"(0), "a"(1), "d"(0));
  if (is(r, "RDTSC")) /* a task that can tell the time can tell machines apart */
    __asm__ volatile("rdtsc" : : : "eax", "edx");
  if (is(r, "IN"))
    __asm__ volatile("inb $0x60, %%al" : : : "eax");
  if (is(r, "OUT")) /* where the machine is ended */
    __asm__ volatile("outb %%al, %%dx" : : "a"(0), "d"(0x501));
  if (is(r, "INT80"))
    __asm__ volatile("int $0x80" : : "a"(20) : "memory");
  if (is(r, "INT_NMI"))
    __asm__ volatile("int $2");
  if (is(r, "INT_WAKE"))
    __asm__ volatile("int $0x40");
  if (is(r, "INT3"))
    __asm__ volatile("int3");
  if (is(r, "UD2"))
    __asm__ volatile("ud2");
  if (is(r, "DIVIDE"))
    __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
  if (is(r, "TRAP_FLAG"))
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory", "cc");
  if (is(r, "KERNEL_SEGMENT"))
    __asm__ volatile("movw %w0, %%ss" : : "r"(0x10));
  if (is(r, "KERNEL_RETURN")) /* an iretq to ring 0 */
    __asm__ volatile("pushq $0x10; pushq %%rsp; pushq $2; pushq $8; pushq $0; iretq" : : : "memory");
}

static void attack(const request *r) {
  cleave_buffer buffer;
  if (is(r, "READ"))
    touch(r->a, 0);
  else if (is(r, "WRITE"))
    touch(r->a, 1);
  else if (is(r, "JUMP"))
    jump(r->a);
  else if (is(r, "WRITE_INPUT"))
    touch((uint64_t)r, 1);
  else if (is(r, "WRITE_CODE"))
    touch((uint64_t)&attack, 1);
  else if (is(r, "WRITE_START"))
    touch((uint64_t)started, 1);
  else if (is(r, "WRITE_TABLE"))
    touch((uint64_t)node, 1);
  else if (is(r, "RUN_DATA")) {
    page[0] = (char)0xc3;
    jump((uint64_t)page);
  } else if (is(r, "RUN_STACK")) {
    volatile char code[16] = {(char)0xc3};
    jump((uint64_t)code);
  } else if (is(r, "STACK"))
    recurse((volatile char *)r);
  else if (is(r, "SYSCALL"))
    __asm__ volatile("syscall" : : "a"(r->a) : "rcx", "r11", "memory");
  else if (is(r, "SYSENTER"))
    __asm__ volatile("sysenter" : : "a"(r->a) : "memory");
  else if (is(r, "CALL_NUMBER")) /* the gate's tail, with a number that it does not have */
    __asm__ volatile("call *%1" : : "a"(r->a), "r"((uint64_t)node->request + 7 * 16) : "rcx", "r10", "r11", "memory");
  else if (is(r, "NO_STACK")) /* a fault with a stack pointer that is nowhere */
    __asm__ volatile("movq $0xffff800000000000, %%rsp; pushq $0" : : : "memory");
  else if (is(r, "FOREVER"))
    for (;;)
      ++counter;
  else if (is(r, "HEAP"))
    while (node->request(1 << 20, CLEAVE_BUFFER_HEAP, &buffer) == CLEAVE_OK)
      ;
  else if (is(r, "OUTPUT"))
    while (node->request(1 << 20, CLEAVE_BUFFER_OUTPUT, &buffer) == CLEAVE_OK)
      ;
  privileged(r);
}

/* State that is the task's own to spoil: calls must work on whatever it leaves in segments, flags and the stack. */
static uint64_t spoil(void) {
  cleave_buffer buffer;
  uint64_t bad = 0;
  __asm__ volatile("wrgsbase %0" : : "r"(0xffff800000100000));
  bad += node->request(64, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK;
  __asm__ volatile("pushfq; orq $0x40400, (%%rsp); popfq" : : : "memory", "cc"); /* AC and DF */
  bad += node->request(64, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK;
  __asm__ volatile("cld");
  __asm__ volatile("movw %w0, %%ds; movw %w0, %%es; movw %w0, %%fs; movw %w0, %%gs" : : "r"(0));
  bad += node->request(64, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK;
  return bad;
}

static uint64_t work(uint64_t rounds) {
  for (uint64_t i = 0; i != rounds; ++i)
    counter += i;
  return counter;
}

static void fill(uint64_t bytes) {
  cleave_buffer buffer;
  if (node->request(bytes, CLEAVE_BUFFER_HEAP, &buffer) != CLEAVE_OK)
    answer(1);
  for (uint64_t i = 0; i != buffer.size_bytes; i += 4096) {
    if (((volatile char *)buffer.address)[i])
      answer(2);
    ((volatile char *)buffer.address)[i] = 1;
  }
  work(200000);
  answer(0);
}

void _start(const cleave_start *start) {
  node = start->node;
  started = start;
  cleave_view items;
  if (node->open(&start->inputs[1], CLEAVE_OPEN_RELAXED, &items) != CLEAVE_OK)
    node->finish(CLEAVE_PANIC, 0, 0);
  const request *r = items.address;
  if (is(r, "fuzz")) {
    randomState += r->b;
    answer(fuzz(r->a));
  } else if (is(r, "bad-pointers"))
    answer(badPointers());
  else if (is(r, "opens"))
    answer(manyOpens(1, r->a));
  else if (is(r, "opens-far"))
    answer(manyOpens(0, r->a));
  else if (is(r, "opens-granted"))
    answer(openGranted(r->a));
  else if (is(r, "requests"))
    answer(manyRequests(r->a, r->b));
  else if (is(r, "spawns"))
    answer(manySpawns(r->a));
  else if (is(r, "spoil"))
    answer(spoil());
  else if (is(r, "work"))
    answer(work(r->a));
  else if (is(r, "fill"))
    fill(r->a);
  attack(r);
  answer(~(uint64_t)0);
}
