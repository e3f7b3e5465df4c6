"""Random numbers that do not depend on the Python version, and indented text.

Python promises that seeds give the same numbers only for some methods of `random`; a seed in a bug report must mean the
same program for ever, so the generator has its own (splitmix64).
"""

MASK = (1 << 64) - 1


class Random:
    def __init__(self, seed):
        self.state = seed & MASK

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        return self.bits() % count

    def between(self, low, high):
        """Both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def weighted(self, pairs):
        """pairs: (weight, choice); a weight of 0 is never taken."""
        at = self.below(sum(weight for weight, _ in pairs))
        for weight, choice in pairs:
            if at < weight:
                return choice
            at -= weight
        raise AssertionError("weights do not add up")

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


class Writer:
    """One statement a line, braces at line ends: what test/fuzz/reduce takes apart."""

    def __init__(self):
        self.lines = []
        self.depth = 0

    def line(self, text=""):
        self.lines.append("  " * self.depth + text if text else "")

    def open(self, text):
        self.line(text + " {")
        self.depth += 1

    def reopen(self, text):
        """`} else {`, `} catch (...) {`"""
        self.depth -= 1
        self.line("} " + text + " {")
        self.depth += 1

    def close(self, tail=""):
        self.depth -= 1
        self.line("}" + tail)

    def text(self):
        return "\n".join(self.lines) + "\n"


class Names:
    def __init__(self):
        self.counts = {}

    def fresh(self, stem):
        number = self.counts.get(stem, 0)
        self.counts[stem] = number + 1
        return f"{stem}{number}"
