"""fuzz-module.py KERNEL MODULE COUNT SEED - boots the module cut off at COUNT places, and with COUNT words of what describes
it changed at random: the kernel refuses each in a sentence, or runs what is still a module, and never panics.

Changed words are those of the header and the objects' table; binaries.test damages the binaries themselves.
"""
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

kernel, module, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
boot = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot.py")
REFUSED = r"kernel: the (boot module|program): [a-z ]+\nended with 3\n"
RAN = r"kernel: the program has ended, (with status|by signal) \d+\nended with 1\n"
draw = random.Random(seed)
with open(module, "rb") as file:
    sound = file.read()
described = struct.unpack_from("<Q", sound, 24)[0]  # the texts begin after header and table
seen = {"refused": 0, "ran": 0}


def check(what, content):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        said = subprocess.run([sys.executable, boot, kernel, file.name], stdout=subprocess.PIPE).stdout.decode()
    end = re.search(f"({REFUSED})|({RAN})", said)
    if not end or "panic" in said:
        sys.exit(f"seed {seed}, {what}: {said}")
    seen["refused" if end[1] else "ran"] += 1


check("as it is", sound)
if seen != {"refused": 0, "ran": 1}:
    sys.exit("the sound module is refused")
for i in range(count):
    size = draw.randrange(1, described + 64) if i % 2 else draw.randrange(1, len(sound))
    check(f"{size} bytes of {len(sound)}", sound[:size])
if seen["refused"] != count:
    sys.exit(f"{count} were cut off, {seen['refused']} refused")
VALUES = [0, 1, 2, 7, 4095, 4096, len(sound), len(sound) + 1, 1 << 31, (1 << 32) - 1, 1 << 63, (1 << 64) - 1]
for i in range(count):
    at = draw.randrange(0, described // 4) * 4
    value = draw.choice([draw.choice(VALUES), draw.getrandbits(64)])
    size = draw.choice([4, 8]) if at + 8 <= described else 4
    changed = bytearray(sound)
    changed[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    check(f"{size} bytes at {at} are {value:#x}", bytes(changed))
print(f"{2 * count} modules, {seen['refused']} refused, {seen['ran'] - 1} ran")
