"""fuzz-binaries.py FOLDER TASK COUNT - copies of a task binary, each damaged in its own way, the same ways every time.

Half of them have a header or program header changed (where every number matters), the others are cut short or have
random bytes changed anywhere. The first is left as it is.
"""
import os
import random
import shutil
import sys

folder, task, count = sys.argv[1], shutil.which(sys.argv[2]), int(sys.argv[3])
with open(task, "rb") as file:
    whole = file.read()
edges = [0, 1, 0xFFF, 0x1000, 1 << 20, 1 << 32, 1 << 40, 1 << 47, (1 << 63) - 1, (1 << 64) - 1, 0xFFFFFFFF80200000]
with open(os.path.join(folder, "whole"), "wb") as file:
    file.write(whole)
for number in range(1, count):
    dice = random.Random(number)
    damaged = bytearray(whole)
    if number % 2:
        at = dice.randrange(16, 64 + 6 * 56) & ~7
        damaged[at : at + 8] = dice.choice(edges).to_bytes(8, "little")
    elif number % 4 == 0:
        del damaged[dice.randrange(len(damaged)) :]
    else:
        for _ in range(8):
            damaged[dice.randrange(0, 400)] = dice.randrange(256)
    with open(os.path.join(folder, f"damaged{number}"), "wb") as file:
        file.write(damaged)
