/* task.c - a task binary by hand: does what the first word of input 1 says. Lower-case words are honest uses of the
 * interface; words in capitals are what an escaped task would try, each of which must end its process.
 *
 *     clang -nostdlib -static -no-pie -ffreestanding -fno-stack-protector task.c
 *
 * Inputs are not images here but plain bytes: the node carries them and does not look. Answers are bytes too. */
#include "cleave/node.h"

#define TASK_OPERATION_BYTES 16

typedef struct request {
  char operation[TASK_OPERATION_BYTES];
  uint64_t a, b;
} request;

static const cleave_node *node;
static int initialised = 7;
static int zeroed[100000];
static _Thread_local int threadInitialised = 9;
static _Thread_local int threadZeroed;

void *memcpy(void *to, const void *from, unsigned long bytes) {
  for (unsigned long i = 0; i != bytes; ++i)
    ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

static int is(const request *r, const char *word) {
  for (int i = 0; i != TASK_OPERATION_BYTES; ++i) {
    if (r->operation[i] != word[i])
      return 0;
    if (!word[i])
      return 1;
  }
  return 1;
}

static long systemCall(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static long text(const char *words) {
  long length = 0;
  while (words[length])
    ++length;
  return length;
}

static void say(const char *words) { node->log(words, (uint64_t)text(words)); }

static void answer(const void *bytes, uint64_t count) {
  cleave_buffer buffer;
  cleave_name name;
  if (node->request(count + 1, CLEAVE_BUFFER_OUTPUT, &buffer) != CLEAVE_OK) {
    say("no room for the answer");
    node->finish(CLEAVE_PANIC, 0, 0);
  }
  for (uint64_t i = 0; i != count + 1; ++i)
    if (((char *)buffer.address)[i]) {
      say("the output area was not zero");
      node->finish(CLEAVE_PANIC, 0, 0);
    }
  memcpy(buffer.address, bytes, count);
  node->commit(&buffer, count, &name);
  node->finish(CLEAVE_DONE, &name, 1);
}

static void answerNumber(uint64_t number) { answer(&number, sizeof number); }

/* What a fresh process would see; then everything is made dirty for the next task. Answers 0 for "all pristine". */
static uint64_t dirtyEverything(void) {
  uint64_t bad = (initialised != 7) | (threadInitialised != 9) << 1 | (threadZeroed != 0) << 2;
  for (int i = 0; i != 100000; ++i)
    bad |= (uint64_t)(zeroed[i] != 0) << 3;
  uint32_t mxcsr;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
  bad |= (uint64_t)(mxcsr != 0x1f80) << 4;
  cleave_buffer heap;
  bad |= (uint64_t)(node->request(5 << 20, CLEAVE_BUFFER_HEAP, &heap) != CLEAVE_OK) << 5;
  for (uint64_t i = 0; i != heap.size_bytes; ++i)
    bad |= (uint64_t)(((char *)heap.address)[i] != 0) << 6;
  initialised = threadInitialised = threadZeroed = 1;
  for (int i = 0; i != 100000; ++i)
    zeroed[i] = -1;
  mxcsr = 0x7f80;
  __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
  for (uint64_t i = 0; i != heap.size_bytes; ++i)
    ((volatile char *)heap.address)[i] = 1;
  return bad;
}

static uint64_t sumObject(const cleave_name *name, uint32_t how) {
  cleave_view view;
  cleave_status status = node->open(name, how, &view);
  if (status != CLEAVE_OK)
    return ~(uint64_t)0 - status;
  uint64_t sum = 0;
  for (uint64_t i = 0; i != view.size_bytes; ++i) {
    sum += ((const uint8_t *)view.address)[i];
    if (how & CLEAVE_OPEN_PRIVATE)
      ((uint8_t *)view.address)[i] = 0xff;
  }
  return sum;
}

static cleave_name grantName(uint64_t number) {
  cleave_name name = {{0}};
  name.bytes[0] = 0xe0;
  name.bytes[1] = (uint8_t)number;
  name.bytes[2] = (uint8_t)(number >> 8);
  return name;
}

/* Each refused call must say so and change nothing. */
static uint64_t abuseInterface(void) {
  cleave_buffer buffer, stranger = {(void *)0x1000, 64};
  cleave_view view;
  cleave_name name = grantName(99);
  return (uint64_t)(node->request(0, 0, &buffer) != CLEAVE_E_INVALID) |
         (uint64_t)(node->request(64, 7, &buffer) != CLEAVE_E_INVALID) << 1 |
         (uint64_t)(node->request(64, 0, 0) != CLEAVE_E_INVALID) << 2 |
         (uint64_t)(node->request(~(uint64_t)0, 0, &buffer) != CLEAVE_E_MEMORY) << 3 |
         (uint64_t)(node->commit(&stranger, 64, &name) != CLEAVE_E_INVALID) << 4 |
         (uint64_t)(node->open(&name, 0, &view) != CLEAVE_E_ABSENT) << 5 |
         (uint64_t)(node->open(0, 0, &view) != CLEAVE_E_INVALID) << 6 |
         (uint64_t)(node->execute(&name, &name, 1, &name, 1) != CLEAVE_E_REFUSED) << 7 |
         (uint64_t)(node->wait(&name, 1, CLEAVE_WAIT_ALL) != CLEAVE_E_REFUSED) << 8 |
         (uint64_t)(node->request((uint64_t)1 << 45, 0, &buffer) != CLEAVE_E_MEMORY) << 9;
}

__attribute__((noinline)) static int recurse(volatile char *caller) {
  volatile char frame[4096];
  frame[0] = caller[0];
  return recurse(frame) + frame[0];
}

/* Bypasses the node interface, as code that took over the process would. */
static void attack(const request *r) {
  static char path[] = "/etc/hostname";
  const long protRead = 1, protWrite = 2, protExec = 4, shared = 1, privately = 2, fixed = 16, anonymous = 32,
             noReserve = 0x4000, arena = 5;
  if (is(r, "OPEN"))
    systemCall(2, (long)path, 0, 0, 0, 0, 0);
  else if (is(r, "SOCKET"))
    systemCall(41, 2, 1, 0, 0, 0, 0);
  else if (is(r, "WRITE"))
    systemCall(1, 2, (long)path, sizeof path, 0, 0, 0);
  else if (is(r, "READ"))
    systemCall(0, arena, (long)zeroed, 16, 0, 0, 0);
  else if (is(r, "GETPID"))
    systemCall(39, 0, 0, 0, 0, 0, 0);
  else if (is(r, "CLOCK"))
    systemCall(228, 1, (long)zeroed, 0, 0, 0, 0);
  else if (is(r, "FORK"))
    systemCall(57, 0, 0, 0, 0, 0, 0);
  else if (is(r, "EXECVE"))
    systemCall(59, (long)path, 0, 0, 0, 0, 0);
  else if (is(r, "KILL"))
    systemCall(62, (long)r->a, 9, 0, 0, 0, 0);
  else if (is(r, "PTRACE"))
    systemCall(101, 16, (long)r->a, 0, 0, 0, 0);
  else if (is(r, "MPROTECT"))
    systemCall(10, (long)zeroed & -4096, 4096, protRead | protExec, 0, 0, 0);
  else if (is(r, "MREMAP"))
    systemCall(25, (long)zeroed & -4096, 4096, 8192, 1, 0, 0);
  else if (is(r, "SLEEP"))
    systemCall(202, (long)zeroed, 0, 0, (long)path, 0, 0); /* a futex with a timeout is a clock */
  else if (is(r, "FUTEX_OTHER"))
    systemCall(202, (long)zeroed, 6, 0, 0, 0, 0);
  else if (is(r, "IO_URING"))
    systemCall(425, 8, (long)zeroed, 0, 0, 0, 0);
  else if (is(r, "INT80"))
    __asm__ volatile("int $0x80" : : "a"(20) : "memory"); /* the 32-bit door: getpid */
  else if (is(r, "X32"))
    systemCall(0x40000000 | 39, 0, 0, 0, 0, 0, 0);
  else if (is(r, "MAP_EXEC"))
    systemCall(9, 0, 4096, protRead | protExec, privately | anonymous | noReserve, -1, 0);
  else if (is(r, "MAP_FOREIGN"))
    systemCall(9, 0, (long)r->b, protRead, privately, arena, (long)r->a);
  else if (is(r, "MAP_SHARED"))
    systemCall(9, 0, (long)r->b, protRead, shared, arena, (long)r->a);
  else if (is(r, "MAP_WRITE"))
    systemCall(9, 0, (long)r->b, protRead | protWrite, privately, arena, (long)r->a);
  else if (is(r, "MAP_FIXED"))
    systemCall(9, 0x10000000, 4096, protRead, privately | fixed, arena, (long)r->a);
  else if (is(r, "MAP_ANONYMOUS"))
    systemCall(9, 0, 4096, protRead | protWrite, privately | anonymous | noReserve, -1, 0);
  else if (is(r, "MAP_EXCHANGE"))
    systemCall(9, 0, 4096, protRead, privately, 4, 0); /* where the exchange's descriptor was */
  else if (is(r, "WRITE_INPUT"))
    *(volatile char *)r = 'x';
  else if (is(r, "WRITE_CODE"))
    *(volatile char *)&attack = 'x';
  else if (is(r, "READ_NULL"))
    *(volatile char *)r->a = 'x';
  else if (is(r, "STACK"))
    recurse((volatile char *)r);
  else if (is(r, "EXIT"))
    systemCall(231, 3, 0, 0, 0, 0, 0);
  else if (is(r, "FOREVER"))
    for (;;)
      __asm__ volatile("pause");
}

/* The worker's own descriptors are gone, its inputs cannot be emptied behind a read-only mapping. Both are refused
 * without death. */
static uint64_t emptyInput(const request *r) {
  long page = (long)r & -4096;
  return systemCall(28, page, 4096, 9, 0, 0, 0) == 0; /* MADV_REMOVE */
}

void _start(const cleave_start *start) {
  node = start->node;
  cleave_view shared, items;
  if (node->version != CLEAVE_NODE_VERSION || start->input_count != 2 ||
      node->open(&start->inputs[0], CLEAVE_OPEN_RELAXED, &shared) != CLEAVE_OK ||
      node->open(&start->inputs[1], CLEAVE_OPEN_RELAXED, &items) != CLEAVE_OK)
    node->finish(CLEAVE_PANIC, 0, 0);
  const request *r = items.address;
  cleave_name granted = grantName(r->a);
  cleave_buffer buffer;
  if (is(r, "echo"))
    answer(items.address, items.size_bytes);
  else if (is(r, "shared"))
    answer(shared.address, shared.size_bytes);
  else if (is(r, "pristine"))
    answerNumber(dirtyEverything());
  else if (is(r, "sum"))
    answerNumber(sumObject(&granted, CLEAVE_OPEN_RELAXED));
  else if (is(r, "sum-private"))
    answerNumber(sumObject(&granted, CLEAVE_OPEN_PRIVATE));
  else if (is(r, "abuse"))
    answerNumber(abuseInterface());
  else if (is(r, "empty-input"))
    answerNumber(emptyInput(r));
  else if (is(r, "throw"))
    node->finish(CLEAVE_THROWN, 0, 0);
  else if (is(r, "return"))
    return;
  else if (is(r, "panic")) {
    say("the invariant of this test is broken\n");
    node->finish(CLEAVE_PANIC, 0, 0);
  } else if (is(r, "no-output"))
    node->finish(CLEAVE_DONE, &granted, 1);
  else if (is(r, "heap"))
    answerNumber(node->request(r->a, CLEAVE_BUFFER_HEAP, &buffer));
  else if (is(r, "output"))
    answerNumber(node->request(r->a, CLEAVE_BUFFER_OUTPUT, &buffer));
  attack(r);
  node->finish(CLEAVE_PANIC, 0, 0);
}
