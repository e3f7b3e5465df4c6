/* plugin.h - what the two plugins for QEMU's emulation beside it share: watching one core, into a file.
 *
 *     -plugin NAME.so,core=N,out=FILE
 *
 * The interface is QEMU's plugin API, version 1 (QEMU 4.2 to 8.2); its few declarations are here because Debian packs
 * no header for them. A plugin defines onTranslation and onExit, and includes this once. */
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
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, vcpu_callback callback, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_callback callback, int flags,
                                            void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_callback callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static FILE *out;
static unsigned watched;
static uint64_t ofUser; /* only the watched core's thread uses it and `out` */

static void onTranslation(plugin_id id, struct qemu_plugin_tb *block);
static void onExit(plugin_id id, void *data);

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
