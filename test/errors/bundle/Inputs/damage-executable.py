"""damage-executable.py EXECUTABLE - writes broken copies beside it: cut, magic, longer, body, padding, plain and table-N.

plain has no bundle any more; table-N has one byte of the section headers or of the ELF header changed.
"""

import io
import os
import struct
import sys
import tarfile

good = open(sys.argv[1], "rb").read()
HEADER_BYTES = 64
tableOffset = struct.unpack_from("<Q", good, 0x28)[0]
entryBytes, count, names = struct.unpack_from("<HHH", good, 0x3A)
namesOffset = struct.unpack_from("<Q", good, tableOffset + names * entryBytes + 0x18)[0]


def nameOf(index):
    start = namesOffset + struct.unpack_from("<I", good, tableOffset + index * entryBytes)[0]
    return good[start : good.index(b"\0", start)]


index = next(i for i in range(count) if nameOf(i) == b".cleave.bundle")
content = struct.unpack_from("<Q", good, tableOffset + index * entryBytes + 0x18)[0]


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    os.chmod(name, 0o755)


def changed(offset, value):
    return good[:offset] + value + good[offset + len(value) :]


write("cut", good[: content + 1000])
write("magic", changed(content, b"C"))
write("longer", changed(content + 24, struct.pack("<Q", 1 << 40)))
start, size = content + HEADER_BYTES, struct.unpack_from("<Q", good, content + 24)[0]
body = start + size // 2
write("body", changed(body, bytes([good[body] ^ 1])))
# What fills an entry of the archive up to its block's end is covered by no digest within the bundle.
with tarfile.open(fileobj=io.BytesIO(good[start : start + size])) as archive:
    last = archive.getmembers()[-1]
assert last.size % 512
write("padding", changed(start + last.offset_data + last.size, b"\1"))
write("plain", changed(namesOffset + good[namesOffset:].index(b".cleave.bundle"), b"_"))
for number, offset in enumerate([*range(0x28, 0x40), *range(tableOffset, tableOffset + count * entryBytes, 11)]):
    write(f"table-{number}", changed(offset, bytes([good[offset] ^ 0xFF])))
