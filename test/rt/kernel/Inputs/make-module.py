"""make-module.py OUT ROOT TEXT [FIELD=VALUE ...] [cut=BYTES] - a boot module (rt/kernel/BootModule.h) by hand.

The fields are the header's; a value given for one replaces the right one. cut: leave out so many bytes at the end.
"""
import shutil
import struct
import sys

out, root, text = sys.argv[1:4]
changes = dict(change.split("=") for change in sys.argv[4:])
with open(shutil.which(root) or root, "rb") as file:
    elf = file.read()
LAYOUT = "<QIIQQQIIIIQQQ16s32s"
objects = struct.calcsize(LAYOUT)
texts = objects + 32
content = text.encode() + b"\0"
begin = (texts + len(content) + 4095) & ~4095
end = (begin + len(elf) + 4095) & ~4095
fields = {"magic": 0x31444F4D56414C43, "version": 1, "tasks": 0, "bytes": end, "textOffset": texts,
          "textBytes": len(content), "arguments": 1, "environment": 0, "mode": 2, "trace": 0, "memory": 0, "limit": 0,
          "time": 0}  # fmt: skip
cut = int(changes.pop("cut", "0"), 0)
objectOffset = int(changes.pop("objectOffset", str(begin)), 0)
for name, value in changes.items():
    fields[name] = int(value, 0)
module = struct.pack(LAYOUT, *fields.values(), bytes(16), bytes(32))
module += struct.pack("<16sQQ", bytes(16), objectOffset, len(elf)) + content
module = module.ljust(begin, b"\0") + elf
module = module.ljust(end, b"\0")
with open(out, "wb") as file:
    file.write(module[: len(module) - cut])
