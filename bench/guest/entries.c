/* entries.c - a plugin for QEMU's emulation: whenever one core comes from user code into a kernel.
 *
 *     -plugin entries.so,core=N,out=FILE
 *
 * FILE has a line for each entry: how many instructions of user code went before it since the one before. Blocks of
 * instructions are counted when they begin, so a block that faults half-way counts whole. What a machine does below
 * 2^63 before it has a kernel above looks like user code, and is short. */
#include "plugin.h"

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
