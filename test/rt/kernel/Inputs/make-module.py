"""make-module.py OUT ROOT TEXT [FIELD=VALUE ...] [task=FILE] [cut=BYTES] - a boot module (rt/kernel/BootModule.h) by hand.

TEXT: the arguments, separated by spaces. The fields are the header's; a value given for one replaces the right one.
task: with a task kind, and tasks are used. cut: leave out so many bytes at the end.
"""
import shutil
import struct
import sys

out, root, text = sys.argv[1:4]
changes = dict(change.split("=") for change in sys.argv[4:])
binaries = []
for name in [root] + ([changes.pop("task")] if "task" in changes else []):
    with open(shutil.which(name) or name, "rb") as file:
        binaries.append(file.read())
LAYOUT = "<QIIQQQIIIIQQQQ16s32s4176s"
objects = struct.calcsize(LAYOUT)
texts = objects + 32 * len(binaries)
content = text.replace(" ", "\0").encode() + b"\0"
begin = (texts + len(content) + 4095) & ~4095
begins = [begin]
for elf in binaries:
    begins.append((begins[-1] + len(elf) + 4095) & ~4095)
fields = {"magic": 0x31444F4D56414C43, "version": 3, "tasks": len(binaries) - 1, "bytes": begins[-1],
          "textOffset": texts, "textBytes": len(content), "arguments": content.count(0), "environment": 0,
          "mode": 1 if len(binaries) > 1 else 2, "trace": 0, "memory": 0, "limit": 0, "progress": 0, "time": 0}  # fmt: skip
cut = int(changes.pop("cut", "0"), 0)
objectOffset = int(changes.pop("objectOffset", str(begin)), 0)
for name, value in changes.items():
    fields[name] = int(value, 0)
module = struct.pack(LAYOUT, *fields.values(), bytes(16), bytes(32), bytes(4176))
for i, elf in enumerate(binaries):
    module += struct.pack("<16sQQ", bytes([i]) * 16, begins[i] if i else objectOffset, len(elf))
module += content
for place, elf in zip(begins, binaries):
    module = module.ljust(place, b"\0") + elf
module = module.ljust(begins[-1], b"\0")
with open(out, "wb") as file:
    file.write(module[: len(module) - cut])
