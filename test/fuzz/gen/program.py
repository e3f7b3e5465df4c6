"""A whole program from a seed."""

from .functions import FunctionMaker
from .plain import Plain
from .recursion import Recursion
from .scenarios import Scenarios
from .source import Names, Random, Writer
from .types import Types

PRELUDE = """\
unsigned mix(unsigned hash, unsigned value) { return (hash ^ value) * 16777619u + (hash >> 15); }
unsigned digest(unsigned value) { return value; }
unsigned digest(unsigned long value) { return static_cast<unsigned>(value ^ (value >> 32)); }
unsigned digest(int value) { return static_cast<unsigned>(value); }
unsigned digest(bool value) { return value ? 1u : 0u; }
unsigned digest(char value) { return static_cast<unsigned char>(value); }
unsigned digest(double value) { return digest(std::bit_cast<unsigned long>(value)); }
double tamed(double value) { return value > 1e6 || value < -1e6 ? value * 1e-9 : value; }
std::string keyed(unsigned value) { return "k" + std::to_string(value % 1000u); }

struct Trouble {
  unsigned code;
};

struct Counted {
  mutable unsigned hits = 0;
  unsigned next(unsigned by) const {
    hits = mix(hits, by);
    return hits;
  }
};

const Counted counted;
unsigned state = 1;
unsigned table[64];

void describe(unsigned where) {
  try {
    throw;
  } catch (const Trouble &trouble) {
    std::printf("%u: trouble %u\\n", where, trouble.code);
  } catch (const std::out_of_range &error) {
    std::printf("%u: out of range, %s\\n", where, error.what());
  } catch (const std::exception &error) {
    std::printf("%u: %s\\n", where, error.what());
  } catch (unsigned code) {
    std::printf("%u: code %u\\n", where, code);
  }
}

template <class T> T makeValue(unsigned seed, unsigned size);
"""

# What a program includes beside its types' headers; parsing is half of what a program costs.
INCLUDES = {"bit": [""], "cstdio": [""], "stdexcept": [""], "string": [""], "utility": [""], "vector": [""],
            "algorithm": ["std::sort", "std::reverse", "std::transform", "std::count_if", "std::min", "std::max", "std::merge"],
            "iterator": ["std::back_inserter"], "numeric": ["std::accumulate"], "cmath": ["std::fabs", "std::sqrt"],
            "cstdlib": ["std::exit"]}  # fmt: skip


def generate(seed):
    """The text of the program that the seed stands for."""
    headers, text = write(seed, "int main()")
    return f"// test/fuzz/run --seed {seed} --count 1\n{includes(headers)}\n{text}"


def generatePack(seeds, chosen):
    """The programs of several seeds in one file, each in a namespace of its own: headers are read once, and the rest is
    as it was. Its argument is the seed of the one program to run; without any it is the chosen one's."""
    headers, parts = {"cstdlib"}, []
    for seed in seeds:
        more, text = write(seed, "[[gnu::noinline]] int program()")
        headers |= more
        parts.append(f"namespace seed{seed} {{\n// test/fuzz/run --seed {seed} --count 1\n{text}}}\n")
    out = Writer()
    out.open("int main(int count, char **arguments)")
    out.open(f"switch (count > 1 ? std::strtoul(arguments[1], nullptr, 10) : {chosen}ul)")
    for seed in seeds:
        out.line(f"case {seed}ul: return seed{seed}::program();")
    out.close()
    out.line("return 125;")
    out.close()
    return f"{includes(headers)}\n" + "\n".join(parts) + "\n" + out.text()


def includes(headers):
    return "".join(f"#include <{name}>\n" for name in sorted(headers))


def write(seed, entry):
    """(the headers that it needs, the program, whose main function is declared as `entry`)"""
    rng, names, out = Random(seed), Names(), Writer()
    types = Types(rng)
    for _ in range(rng.between(3, 7)):
        types.any(3)
    maker = FunctionMaker(rng, types, names)
    scenarios = Scenarios(rng, types, names, maker)
    kinds = [(8, scenarios.callsInLoop), (3, scenarios.slices), (2, scenarios.left), (3, scenarios.judged), (4, scenarios.straight),
             (3, scenarios.chain), (3, Recursion(rng, types, names, scenarios).write),
             (6, Plain(rng, types, names, scenarios).write)]  # fmt: skip
    called = []
    for _ in range(rng.between(3, 6)):
        called.append(names.fresh("scenario"))
        rng.weighted(kinds)(out, called[-1])
    writeMain(rng, out, called, entry)
    head = Writer()
    types.declare(head)
    body = head.text() + out.text()
    needed = {name for name, words in INCLUDES.items() if any(word in body for word in words)}
    return needed | types.includes, f"{PRELUDE}\n{body}"


def writeMain(rng, out, called, entry):
    out.open(entry)
    out.open("for (unsigned i = 0; i < 64u; ++i)")
    out.line("table[i] = mix(i, 99u);")
    out.close()
    for i, name in enumerate(called):
        isGuarded = i + 1 < len(called) or rng.chance(90)
        if isGuarded:
            out.open("try")
        else:
            out.line("std::fflush(stdout);")
        out.line(f"{name}();")
        if isGuarded:
            out.reopen("catch (...)")
            out.line(f"describe({900 + i}u);")
            out.close()
    if rng.chance(10):
        out.line("std::exit(static_cast<int>(mix(state, counted.hits) % 64u));")
    out.line('std::printf("%u %u\\n", state, counted.hits);')
    out.line("return static_cast<int>(state % 64u);")
    out.close()
