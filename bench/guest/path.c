/* path.c - a plugin for QEMU's emulation: the path that one core takes, instruction by instruction.
 *
 *     -plugin path.so,core=N,out=FILE
 *
 * FILE is a row of 64-bit numbers. One with its top bit set is the address of an instruction of the kernel. Any other
 * is how many instructions of user code came before the next. An instruction is noted when it begins: one that faults
 * is there again when it is repeated, and one with a repeat prefix as often as it goes round. */
#include "plugin.h"

static void note(uint64_t number) { fwrite(&number, sizeof number, 1, out); }

static void onInstruction(unsigned core, void *data) {
  uint64_t address = (uint64_t)(uintptr_t)data;
  if (core != watched)
    return;
  if (!(address >> 63)) {
    ++ofUser;
    return;
  }
  if (ofUser)
    note(ofUser);
  ofUser = 0;
  note(address);
}

static void onTranslation(plugin_id id, struct qemu_plugin_tb *block) {
  (void)id;
  for (size_t i = 0; i != qemu_plugin_tb_n_insns(block); ++i) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
    void *address = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);
    qemu_plugin_register_vcpu_insn_exec_cb(insn, onInstruction, kNoRegisters, address);
  }
}

static void onExit(plugin_id id, void *data) {
  (void)id;
  (void)data;
  if (ofUser)
    note(ofUser);
  fflush(out);
}
