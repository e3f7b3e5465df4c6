"""Writes lines of made-up words whose frequencies fall off as those of a language do (Zipf), the same at each run.

    make-text.py BYTES VOCABULARY
"""

import itertools
import random
import sys

size, vocabulary = int(sys.argv[1]), int(sys.argv[2])
chosen = random.Random(1949)
syllables = ["".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou")]
words = ["".join(chosen.choices(syllables, k=1 + rank.bit_length() // 4)) for rank in range(vocabulary)]
sums = list(itertools.accumulate(1 / (rank + 2) for rank in range(vocabulary)))
while size > 0:
    line = " ".join(chosen.choices(words, cum_weights=sums, k=12)) + "\n"
    size -= len(line)
    sys.stdout.write(line)
