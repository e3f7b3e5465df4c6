/* path.c - a plugin for QEMU's emulation: the path that one core takes, instruction by instruction.
 *
 *     -plugin path.so,core=N,out=FILE
 *
 * FILE is a row of 64-bit numbers. One with its top bit set is the address of an instruction of the kernel. Any other
 * is how many instructions of user code came before the next. An instruction is noted when it begins: one that faults
 * is there again when it is repeated, and one with a repeat prefix as often as it goes round.
 *
 * The interface is QEMU's plugin API, version 1 (QEMU 4.2 to 8.2); its few declarations are here because Debian packs
 * no header for them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
typedef void (*vcpu_callback)(unsigned core, void *data);
typedef void (*translation_callback)(plugin_id id, struct qemu_plugin_tb *block);
typedef void (*exit_callback)(plugin_id id, void *data);
enum { kNoRegisters = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translation_callback callback);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_callback callback, int flags,
                                            void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_callback callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static FILE *out;
static unsigned watched;
static uint64_t ofUser; /* only the watched core's thread uses it and `out` */

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

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info, int count,
                                                               char **words) {
  (void)info;
  for (int i = 0; i != count; ++i) {
    if (!strncmp(words[i], "core=", 5))
      watched = (unsigned)atoi(words[i] + 5);
    if (!strncmp(words[i], "out=", 4))
      out = fopen(words[i] + 4, "wb");
  }
  if (!out)
    return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, onTranslation);
  qemu_plugin_register_atexit_cb(id, onExit, 0);
  return 0;
}
