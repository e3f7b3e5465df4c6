/* entries.c - a plugin for QEMU's emulation: whenever one core comes from user code into a kernel.
 *
 *     -plugin entries.so,core=N,out=FILE
 *
 * FILE has a line for each entry: how many instructions of user code went before it since the one before. Blocks of
 * instructions are counted when they begin, so a block that faults half-way counts whole. What a machine does below
 * 2^63 before it has a kernel above looks like user code, and is short.
 *
 * The interface is QEMU's plugin API, version 1, as in path.c. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
typedef uint64_t plugin_id;
typedef void (*vcpu_callback)(unsigned core, void *data);
typedef void (*translation_callback)(plugin_id id, struct qemu_plugin_tb *block);
typedef void (*exit_callback)(plugin_id id, void *data);
enum { kNoRegisters = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translation_callback callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, vcpu_callback callback, int flags, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_callback callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static FILE *out;
static unsigned watched;
static uint64_t ofUser; /* only the watched core's thread uses it and `out` */

static void tell(void) {
  if (ofUser)
    fprintf(out, "%llu\n", (unsigned long long)ofUser);
  ofUser = 0;
}

static void onUserBlock(unsigned core, void *count) {
  if (core == watched)
    ofUser += (uint64_t)(uintptr_t)count;
}

static void onKernelBlock(unsigned core, void *data) {
  (void)data;
  if (core == watched)
    tell();
}

static void onTranslation(plugin_id id, struct qemu_plugin_tb *block) {
  (void)id;
  if (qemu_plugin_tb_vaddr(block) >> 63)
    qemu_plugin_register_vcpu_tb_exec_cb(block, onKernelBlock, kNoRegisters, 0);
  else
    qemu_plugin_register_vcpu_tb_exec_cb(block, onUserBlock, kNoRegisters,
                                         (void *)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void onExit(plugin_id id, void *data) {
  (void)id;
  (void)data;
  tell();
  fflush(out);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info, int count,
                                                               char **words) {
  (void)info;
  for (int i = 0; i != count; ++i) {
    if (!strncmp(words[i], "core=", 5))
      watched = (unsigned)atoi(words[i] + 5);
    if (!strncmp(words[i], "out=", 4))
      out = fopen(words[i] + 4, "w");
  }
  if (!out)
    return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, onTranslation);
  qemu_plugin_register_atexit_cb(id, onExit, 0);
  return 0;
}
