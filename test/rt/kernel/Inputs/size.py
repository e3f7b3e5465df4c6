"""size.py IMAGE FOLDER - the kernel's size and limits: 128 KiB stripped, 7,000 lines with the program's library.

Also what holds for the image as a whole: no segment that is mapped after the start is both writable and executable.
"""
import os
import struct
import sys

image, folder = sys.argv[1:]
size = os.path.getsize(image)
lines = 0
for where, _, names in os.walk(folder):
    for name in names:
        if name.endswith((".cpp", ".h", ".S", ".ld")):
            with open(os.path.join(where, name), encoding="utf-8") as source:
                count = sum(1 for _ in source)
            lines += count
            if count > 400:
                print(f"{name} has {count} lines, more than 400")
print(f"{size} bytes, {'within' if size <= 128 << 10 else 'over'} {128 << 10}")
print(f"{lines} lines, {'within' if lines <= 7000 else 'over'} 7000")
with open(image, "rb") as file:
    elf = file.read()
first, = struct.unpack_from("<Q", elf, 32)
count, = struct.unpack_from("<H", elf, 56)
for i in range(count):
    kind, flags, _, address = struct.unpack_from("<IIQQ", elf, first + 56 * i)
    if kind == 1 and address >= 1 << 63 and flags & 3 == 3:
        print(f"a segment at {address:#x} is writable and executable")
