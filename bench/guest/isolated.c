/* isolated.c - the whole user space of a Linux guest: how often the kernel is entered on an isolated CPU while a
 * program there computes. The program is pinned, has touched its memory, makes no call, and reads no clock; whoever
 * watches it does so from CPU 0. Counted: what /proc/interrupts says of that CPU, and the program's page faults and
 * switches.
 *
 *     init SECONDS CPU       (from the kernel's command line, behind `--`)
 *
 * Prints a line `kind count` for each kind that came, then `end`. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kKindsMax = 200 /* and two more */ };

struct shared {
  volatile int is_running, is_over;
  volatile unsigned long rounds;
};

struct counts {
  int kinds;
  char name[kKindsMax + 2][48];
  unsigned long count[kKindsMax + 2];
};

static struct counts before, after;

static void say(const char *text) {
  for (; *text; ++text)
    outb((unsigned char)*text, 0x3f8);
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set))
    say("it cannot be pinned\n");
}

/* One line a kind: its name, a colon, a number for each CPU, words. Some kinds have one number for all. */
static void readCounts(struct counts *counts, int cpu, int cpus) {
  char line[4096];
  FILE *file = fopen("/proc/interrupts", "r");
  counts->kinds = 0;
  while (file && fgets(line, sizeof line, file) && counts->kinds < kKindsMax) {
    char *colon = strchr(line, ':'), *at = colon + 1;
    unsigned long number = 0;
    int column = 0;
    if (!colon)
      continue;
    for (; column != cpus; ++column) {
      char *end;
      unsigned long value = strtoul(at, &end, 10);
      if (end == at)
        break;
      if (column == cpu)
        number = value;
      at = end;
    }
    if (column != cpus)
      continue;
    *colon = 0;
    snprintf(counts->name[counts->kinds], sizeof counts->name[0], "%s", line + strspn(line, " "));
    counts->count[counts->kinds++] = number;
  }
  if (file)
    fclose(file);
}

static void add(struct counts *counts, const char *name, unsigned long number) {
  snprintf(counts->name[counts->kinds], sizeof counts->name[0], "%s", name);
  counts->count[counts->kinds++] = number;
}

/* The program's faults, and how often it was taken off its CPU. */
static void readProgram(struct counts *counts, pid_t program) {
  char path[64], line[4096];
  unsigned long small = 0, large = 0, number, switches = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", program);
  FILE *file = fopen(path, "r");
  if (file && fgets(line, sizeof line, file))
    sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %lu %*u %lu", &small, &large);
  if (file)
    fclose(file);
  snprintf(path, sizeof path, "/proc/%d/status", program);
  file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "voluntary_ctxt_switches: %lu", &number) == 1 ||
        sscanf(line, "nonvoluntary_ctxt_switches: %lu", &number) == 1)
      switches += number;
  if (file)
    fclose(file);
  add(counts, "faults", small + large);
  add(counts, "switches", switches);
}

static void readAll(struct counts *counts, int cpu, int cpus, pid_t program) {
  readCounts(counts, cpu, cpus);
  readProgram(counts, program);
}

static void compute(struct shared *shared, int cpu) {
  unsigned long rounds = 0;
  pin(cpu);
  shared->is_running = 1;
  while (!shared->is_over)
    shared->rounds = ++rounds;
}

int main(int count, char **words) {
  int seconds = count > 1 ? atoi(words[1]) : 10, cpu = count > 2 ? atoi(words[2]) : 2;
  struct timespec settle = {2, 0}, span = {seconds, 0};
  char text[128];
  if (iopl(3) || mount("proc", "/proc", "proc", 0, 0))
    return 1;
  struct shared *shared = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(shared, 0, sizeof *shared);
  pid_t child = fork();
  if (!child) {
    compute(shared, cpu);
    _exit(0);
  }
  pin(0);
  while (!shared->is_running)
    sched_yield();
  nanosleep(&settle, 0); /* what setting up has left behind is not counted */
  int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
  readAll(&before, cpu, cpus, child);
  unsigned long rounds = shared->rounds;
  nanosleep(&span, 0);
  readAll(&after, cpu, cpus, child);
  rounds = shared->rounds - rounds;
  shared->is_over = 1;
  waitpid(child, 0, 0);
  for (int i = 0; i != after.kinds; ++i)
    if (after.count[i] != before.count[i]) {
      snprintf(text, sizeof text, "%s %lu\n", after.name[i], after.count[i] - before.count[i]);
      say(text);
    }
  snprintf(text, sizeof text, "rounds %lu\nend\n", rounds);
  say(text);
  outb(0, 0x501);
  for (;;)
    pause();
}
