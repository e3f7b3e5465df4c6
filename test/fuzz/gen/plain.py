"""Loops over arrays that call nothing: maps, stencils, reductions, histograms, triangular nests, in-place updates, gather
and scatter, tables by row and column, prefix sums, grids by row, double buffers, drawn numbers, digests, rows and words that
are made anew, linked cells. Some are what an outliner may split, others only look like it.
"""

import re

from .expressions import Expressions, Scope
from .types import F64, I32, INT_BOUND, U32, U64, make


class Plain:
    def __init__(self, rng, types, names, scenarios):
        self.rng, self.types, self.names, self.scenarios = rng, types, names, scenarios

    def write(self, out, name):
        """Arrays a, b, c of one length, an index array, a histogram and some scalars; then three to six loops, inside
        one function or in a kernel that takes them by reference, perhaps one of them twice."""
        rng = self.rng
        self.out, self.element = out, rng.pick([F64, F64, U32, I32, U64])
        self.list = self.types.vectorOf(self.element)
        self.indices = self.types.vectorOf(U32)
        isKernel = rng.chance(55)
        body = self.scenarios.begin(out, name) if not isKernel else None
        if isKernel:
            self.kernel(name)
            body = self.scenarios.begin(out, name)
        length = rng.between(300, 6000)
        out.line(f"const unsigned n = {length};")
        self.declareArrays(body)
        if isKernel:
            names = [rng.pick("abc") for _ in range(3)] if rng.chance(25) else ["a", "b", "c"]
            if rng.chance(60):
                out.open(f"for (unsigned round = 0; round < {rng.between(2, 12)}u; ++round)")
                out.line(f"total += kernel_{name}({', '.join(names)}, where, counts, n);")
                if rng.chance(40):
                    out.line("std::swap(a, b);")
                out.close()
            else:
                out.line(f"total += kernel_{name}({', '.join(names)}, where, counts, n);")
        else:
            self.loops()
        for array in ("a", "b", "c", "counts"):
            out.line(f'std::printf("{array} %u\\n", digest({array}));')
        out.line('std::printf("total %u\\n", total);')
        out.close()
        out.line()

    def declareArrays(self, body):
        out = self.out
        for i, array in enumerate("abc"):
            out.line(f"{self.list.cpp} {array} = {make(self.list, f'{i + 3}u', 'n')};")
            out.line(f"{array}.resize(n);")
        out.line(f"{self.indices.cpp} where(n);")
        out.open("for (unsigned i = 0; i < n; ++i)")
        out.line(self.rng.pick(["where[i] = (i * 7919u) % n;", "where[i] = n - 1u - i;", "where[i] = mix(i, 5u) % n;",
                                "where[i] = i / 3u;"]))  # fmt: skip
        out.close()
        out.line("std::vector<unsigned> counts(64);")
        out.line("unsigned total = 0;")

    def kernel(self, name):
        cpp, out = self.list.cpp, self.out
        isConst = "const " if self.rng.chance(40) else ""
        self.readOnly = {"b", "c"} if isConst else set()
        out.open(f"unsigned kernel_{name}({cpp} &a, {isConst}{cpp} &b, {isConst}{cpp} &c, "
                 "const std::vector<unsigned> &where, std::vector<unsigned> &counts, unsigned n)")  # fmt: skip
        out.line("unsigned total = 0;")
        self.loops()
        out.line("return total;")
        out.close()
        out.line()

    readOnly = frozenset()

    def loops(self):
        rng = self.rng
        if self.out.lines[-1].endswith("total = 0;") and not self.out.lines[-2].startswith("unsigned kernel"):
            self.readOnly = frozenset()
        forms = [self.map, self.map, self.inPlace, self.stencil, self.shifted, self.sum, self.greatest, self.histogram,
                 self.triangle, self.gather, self.scatter, self.prefix, self.strided, self.rows, self.buffers, self.search,
                 self.conditional, self.scratch, self.fixedArray, self.iterators, self.split, self.table, self.table, self.drawn, self.drawn,
                 self.digested, self.digested, self.owned, self.owned, self.words, self.linked, self.linked]  # fmt: skip
        for _ in range(rng.between(3, 6)):
            self.out.open("")  # each loop's locals are its own
            rng.pick(forms)()
            self.out.close()

    # -- texts

    def target(self):
        return self.rng.pick([name for name in "abc" if name not in self.readOnly])

    def source(self):
        return self.rng.pick("abc")

    def expression(self, reads, extra=(), depth=2):
        """Over the given places of the element type, and the unsigned names in extra."""
        scope = Scope()
        for read in reads:
            scope.add(read, self.element)
        for name in extra:
            scope.add(name, U32, isWritable=False)
        return Expressions(self.rng, scope).value(self.element, depth)

    def rounds(self):
        """Now and then the whole loop is done several times over."""
        return self.rng.pick([1, 1, 1, 3, 10])

    def open(self, text="for (unsigned i = 0; i < n; ++i)"):
        self.out.open(text)

    # -- forms

    def map(self):
        self.open()
        self.out.line(f"{self.target()}[i] = {self.expression([self.source() + '[i]', self.source() + '[i]'], ['i'], 3)};")
        if self.rng.chance(30):
            self.out.line(f"{self.target()}[i] = {self.expression([self.source() + '[i]'], ['i'])};")
        self.out.close()

    def inPlace(self):
        a = self.target()
        rounds = self.rounds()
        self.open(f"for (unsigned round = 0; round < {rounds}u; ++round)")
        self.open("for (std::size_t i = 0; i != n; ++i)")
        self.out.line(f"{a}[i] = {self.expression([a + '[i]'], ['round'])};")
        self.out.close()
        self.out.close()

    def stencil(self):
        a, b = self.target(), self.source()  # may be the same: then it carries
        self.open("for (unsigned i = 1; i + 1u < n; ++i)")
        self.out.line(f"{a}[i] = {self.expression([f'{b}[i - 1u]', f'{b}[i]', f'{b}[i + 1u]'], [], 3)};")
        self.out.close()

    def shifted(self):
        a, b, by = self.target(), self.source(), self.rng.between(1, 70)
        self.out.line(f"const unsigned by = {by}u + counts[3] % 2u;")
        way = self.rng.pick(["for (unsigned i = 0; i + by < n; ++i)", "for (unsigned i = n - by; i-- > 0u;)"])
        self.open(way)
        self.out.line(f"{a}[i] = {self.expression([f'{b}[i + by]', f'{a}[i]'])};")
        self.out.close()

    def sum(self):
        rng, b = self.rng, self.source()
        type = self.element.cpp
        value = self.expression([b + "[i]", self.source() + "[i]"])
        self.out.line(f"{type} sum = 0;")
        self.open(rng.pick(["for (unsigned i = 0; i < n; ++i)", "for (unsigned i = n; i-- > 0u;)"]))
        if rng.chance(30):
            self.out.line(f"if ({b}[i] {'> 3' if self.element is not U64 else '> 3ul'})")
        if self.element is I32:
            self.out.line(f"sum = (sum + {value}) % 100003;")
        else:
            self.out.line(f"sum += {value};")
        self.out.close()
        self.out.line("total += digest(sum);")

    def greatest(self):
        b, type = self.source(), self.element.cpp
        self.out.line(f"{type} best = {b}[0];")
        self.out.line("unsigned at = 0;")
        self.open()
        if self.rng.chance(50):
            self.out.line(f"if ({b}[i] {self.rng.pick(['<', '>', '>='])} best) {{ best = {b}[i]; at = i; }}")
        else:
            self.out.line(f"best = std::{self.rng.pick(['min', 'max'])}(best, {b}[i]);")
        self.out.close()
        self.out.line("total = mix(total, digest(best) + at);")

    def histogram(self):
        b = self.source()
        self.open()
        key = f"digest({b}[i]) / {self.rng.between(1, 50)}u % 64u"
        self.out.line(self.rng.pick([f"++counts[{key}];", f"counts[{key}] += i;", f"counts[{key}] ^= digest({b}[i]) + i;",
                                     f"counts[{key}] = counts[{key}] * 3u + 1u;"]))  # fmt: skip
        self.out.close()

    def triangle(self):
        a, b = self.target(), self.source()
        upper = self.rng.chance(50)
        self.out.line("unsigned side = 1;")
        self.open("while ((side + 1u) * (side + 1u) <= n && side < 60u)")
        self.out.line("++side;")
        self.out.close()
        self.open("for (unsigned i = 0; i < side; ++i)")
        self.open(f"for (unsigned j = {'i' if upper else '0'}; j < {'side' if upper else 'i'}; ++j)")
        value = self.expression([f"{b}[j * side + i]", f"{b}[i * side + j]"], ["i", "j"])
        self.out.line(f"{a}[i * side + j] = {value};")
        self.out.close()
        self.out.close()

    def table(self):
        """Rows and columns of a table, of rows or in one piece: mirrored, transposed, shifted; some iterations meet, some never do."""
        rng, out, side = self.rng, self.out, self.rng.between(4, 70)
        isFlat = rng.chance(50)
        places = ["[i][j]", "[j][i]", "[i][j]", "[j][i]", "[i][j + 1]", "[j][i + 1]", "[j - 1][i]", "[j + 1][i - 1]", "[i][i]", "[j / 2][i]",
                  f"[{side + 3} - i][j]", f"[j][{side + 3} - i]", "[j][2]"]  # fmt: skip
        if isFlat:
            out.line(f"{self.list.cpp} table = {make(self.list, '3u', f'{(side + 6) ** 2}u')};")
            out.line(f"table.resize({(side + 6) ** 2}u);")
            # Known, told by the program, or shorter than what is written of a row.
            length = rng.pick([f"{side + 6}", f"{side + 6} - int(counts[2] % 2u)", f"{side}", f"{side + 2} + int(counts[2] % 3u)",
                               f"{side // 2 + 1} + int(counts[4] % 2u)"])  # fmt: skip
            out.line(f"{rng.pick(['const int', 'int', 'const std::size_t', 'const long'])} length = {length};")
        else:
            out.line(f"std::vector<{self.list.cpp}> table({side + 6}, {self.list.cpp}({side + 6}));")
            self.open(f"for (unsigned i = 0; i < {side + 6}u; ++i)")
            out.line(f"table[i] = {make(self.list, 'i + 3u', f'{side + 6}u')};")
            out.line(f"table[i].resize({side + 6}u);")
            out.close()
        bounds = [f"< {side}", f"< {side}", "< length - 2", "+ 6 <= length"] if isFlat else [f"< {side}"]
        self.open(rng.pick([f"for (int i = 2; i < {side + 2}; ++i)", f"for (int i = {side + 1}; i >= 2; --i)",
                            f"for (std::size_t i = 2; i != {side + 2}; ++i)"]))  # fmt: skip
        end = rng.pick(bounds)
        first, bound = rng.pick([("1", end), ("1", "<= i"), ("1", "< i"), ("i", end), ("i + 1", end), ("1", "<= i + 1"), ("i - 1", end),
                                 ("1", "<= i"), ("i + 1", end)])  # fmt: skip
        self.open(f"for (auto j = i - i + {first}; j {bound}; ++j)" if rng.chance(50) else f"for (decltype(i) j = {first}; j {bound}; ++j)")
        out.line("const unsigned u = unsigned(i) * 7u + unsigned(j);")
        reads = [f"table{rng.pick(places)}" for _ in range(rng.between(0, 2))] + [self.source() + "[u % n]"]
        value = self.expression(reads, ["u"])
        targets = [f"table{rng.pick(places)}" for _ in range(rng.pick([1, 1, 2]))]
        line = f"{' = '.join(targets)} = {value};"
        out.line(re.sub(r"table\[([^]]*)\]\[([^]]*)\]", r"table[(\1) * length + (\2)]", line) if isFlat else line)
        out.close()
        out.close()
        if isFlat:
            out.line("total = mix(total, digest(table));")
        else:
            out.line("for (const auto &row : table)")
            out.line("  total = mix(total, digest(row));")

    # Generators: type, step. Most are affine maps modulo something; the last ones only look like it.
    STEPS = [("unsigned", "state * 1664525u + 1013904223u"), ("unsigned", "state * 69069u"), ("unsigned", "(state << 5) + state + 3u"),
             ("unsigned", "7u - state"), ("unsigned", "(state + 5u) % 4096u"), ("unsigned", "(state * 77u + 5u) & 0xffffu"),
             ("unsigned long", "state * 6364136223846793005ul + 1442695040888963407ul"), ("unsigned long", "state * 48271ul % 2147483647ul"),
             ("unsigned long", "(state * 1103515245ul + 12345ul) & 0x7ffffffful"), ("long", "state * 16807l % 2147483647l"),
             ("unsigned short", "state * 75u + 74u"), ("short", "state * 13 - 7"), ("unsigned", "state * 48271u % 2147483647u"),
             ("unsigned", "state * state + 1u"), ("unsigned", "state * 3u + i"), ("unsigned long", "(state * 6364136223846793005ul + 1ul) >> 1"),
             ("unsigned", "state ^ (state << 13)"), ("unsigned", "state % 1000u * 7u + 1u")]  # fmt: skip

    def drawn(self):
        """Numbers of a generator, drawn once or several times by each iteration, or not by each one equally often."""
        rng, out = self.rng, self.out
        type, step = rng.pick(self.STEPS)
        out.line(f"{type} state = static_cast<{type}>({rng.pick(['1', '12345', 'n', 'counts[3] % 90u'])});")
        out.line(f"const unsigned often = {rng.between(0, 3)}u + counts[5] % 2u;")
        draw = f"state = static_cast<{type}>({step});"
        a = self.target()
        self.open()
        out.line(f"{'unsigned drawn = 0;' if rng.chance(50) else 'unsigned drawn = static_cast<unsigned>(state);'}")
        for _ in range(rng.pick([1, 1, 2])):
            form = rng.pick(["once", "once", "inner", "inner", "nest", "either", "one"])
            if form in ("inner", "nest"):
                self.open(f"for (unsigned k = 0; k < {rng.pick(['3u', 'often', 'often', 'i % 3u'])}; ++k)")
            if form == "nest":
                self.open(f"for (unsigned m = 0; m != {rng.pick(['2u', 'often', 'often'])}; ++m)")
            if form in ("either", "one"):
                self.open(f"if (digest({self.source()}[i]) % 3u == 1u)")
            out.line(draw)
            out.line("drawn += static_cast<unsigned>(state >> 3);")
            if form == "either":
                out.reopen("else")
                out.line(draw)
            if form != "once":
                out.close()
            if form == "nest":
                out.line(draw)
                out.close()
        out.line(f"{a}[i] = {self.expression([self.source() + '[i]'], ['drawn'])};")
        if rng.chance(15):
            out.line(f"if (drawn % {rng.between(100, 4000)}u == 3u)")
            out.line("  break;")
        out.close()
        out.line("total = mix(total, static_cast<unsigned>(state));")

    def digested(self):
        """A digest of an array, of which nobody looks at what is between, or somebody does."""
        rng, out = self.rng, self.out
        type = rng.pick(["unsigned", "unsigned", "unsigned long", "unsigned short"])
        update = rng.pick(["hash * 31u + v", "hash * 31u + v", "(hash << 5) + hash + v", "v - hash * 17u", "hash * 10u + v % 7u + 1u",
                           "(hash ^ v) * 16777619u", "hash * (v | 1u)", "(hash * 31u + v) % 1000003u", "hash * 3u + v + hash"])  # fmt: skip
        update = f"hash = static_cast<{type}>({update});"
        out.line(f"{type} hash = {rng.between(0, 9)};")
        out.line("const unsigned columns = 1u + counts[7] % 5u;")
        isNested = rng.chance(50)
        if not isNested:
            self.open(rng.pick(["for (unsigned i = 0; i < n; ++i)", "for (unsigned i = n; i-- > 0u;)"]))
        else:
            self.open("for (unsigned y = 0; y < n / columns; ++y)")
            if rng.chance(30):
                out.line("hash = hash * 3u + y;" if type != "unsigned short" else "hash = static_cast<unsigned short>(hash + y);")
            self.open(f"for (unsigned x = 0; x < {rng.pick(['columns', 'columns', 'y % columns'])}; ++x)")
            out.line("const unsigned i = y * columns + x;")
        out.line(f"const unsigned v = digest({self.source()}[i]);")
        if rng.chance(20):
            out.line(f"if (v % {rng.between(2, 5)}u == 0u)")
        out.line(update)
        if rng.chance(15):
            out.line("counts[hash % 64u] += 1u;")
        out.close()
        if isNested:
            out.close()
        out.line("total = mix(total, static_cast<unsigned>(hash));")

    def gather(self):
        self.open()
        self.out.line(f"{self.target()}[i] = {self.expression([self.source() + '[where[i]]', self.source() + '[i]'])};")
        self.out.close()

    def scatter(self):
        a, b = self.target(), self.source()
        self.open()
        place = f"{a}[where[i]]"
        self.out.line(f"{place} = {self.expression([b + '[i]', place] if self.rng.chance(60) else [b + '[i]'])};")
        self.out.close()

    def prefix(self):
        a, b = self.target(), self.source()
        self.open("for (unsigned i = 1; i < n; ++i)")
        self.out.line(f"{a}[i] = {self.expression([f'{a}[i - 1u]', f'{b}[i]'])};")
        self.out.close()

    def strided(self):
        a, b, step = self.target(), self.source(), self.rng.between(2, 9)
        self.open(f"for (unsigned lane = 0; lane < {step}u; ++lane)")
        self.open(f"for (unsigned i = lane; i < n; i += {step}u)")
        reads = [f"{b}[i]"] + ([f"{a}[lane]"] if self.rng.chance(30) else [])
        self.out.line(f"{a}[i] = {self.expression(reads, ['lane'])};")
        self.out.close()
        self.out.close()

    def rows(self):
        """A grid as a vector of rows, each row worked out from the row above, from itself, or from another grid."""
        rng, type = self.rng, self.element.cpp
        width = rng.between(20, 80)
        self.out.line(f"std::vector<std::vector<{type}>> grid({rng.between(16, 40)}, std::vector<{type}>({width}));")
        self.out.line("auto other = grid;")
        self.open("for (unsigned y = 0; y < grid.size(); ++y)")
        self.open(f"for (unsigned x = 0; x < {width}u; ++x)")
        self.out.line(f"grid[y][x] = {self.expression([self.source() + '[(y * 31u + x) % n]'], ['x', 'y'], 3)};")
        self.out.close()
        self.out.close()
        self.open("for (unsigned y = 1; y < grid.size(); ++y)")
        self.out.line(f"auto &row = {rng.pick(['grid[y]', 'other[y]', 'other[y - 1u]'])};")
        self.open(f"for (unsigned x = 1; x < {width}u; ++x)")
        self.out.line(f"row[x] = {self.expression(['grid[y][x - 1u]', 'grid[y - 1u][x]', 'row[x]'], ['x'], 3)};")
        self.out.close()
        self.out.close()
        self.open("for (const auto &row : other)")
        self.open("for (const auto &one : row)")
        self.out.line("total = mix(total, digest(one));")
        self.out.close()
        self.out.close()
        self.out.line("total = mix(total, digest(grid.back().back()));")

    def buffers(self):
        a, type = self.source(), self.element.cpp
        self.out.line(f"std::vector<{type}> now = {a};")
        self.out.line(f"std::vector<{type}> next(n);")
        self.open(f"for (unsigned step = 0; step < {self.rng.between(2, 12)}u; ++step)")
        self.open()
        value = self.expression(["now[i]", "now[(i + 1u) % n]", "now[(i + n - 1u) % n]"], ["step"], 3)
        self.out.line(f"next[i] = {value};")
        self.out.close()
        self.out.line(self.rng.pick(["std::swap(now, next);", "now = next;", "now.swap(next);"]))
        self.out.close()
        self.out.line("total += digest(now);")

    def search(self):
        b = self.source()
        self.out.line("unsigned found = n;")
        self.open()
        self.open(f"if (digest({b}[i]) % {self.rng.between(50, 3000)}u == 3u)")
        self.out.line("found = i;")
        self.out.line("break;")
        self.out.close()
        self.out.close()
        self.out.line("total += found;")

    def conditional(self):
        a = self.target()
        self.open()
        self.open(f"if (digest({self.source()}[i]) % {self.rng.between(2, 5)}u == 0u)")
        self.out.line(self.rng.pick(["continue;", f"{self.target()}[i] = {self.expression([a + '[i]'], ['i'])};"]))
        self.out.close()
        self.out.line(f"{a}[i] = {self.expression([a + '[i]', self.source() + '[i]'])};")
        self.out.close()

    def scratch(self):
        """An array that belongs to one round, declared inside or (a false dependence) outside."""
        a, type = self.target(), self.element.cpp
        declaration = f"{type} own[8] = {{}};"
        isInside = self.rng.chance(60)
        if not isInside:
            self.out.line(declaration)
        self.open("for (unsigned i = 0; i + 8u < n; i += 8u)")
        if isInside:
            self.out.line(declaration)
        self.open("for (unsigned k = 0; k < 8u; ++k)")
        self.out.line(f"own[k] = {self.expression([a + '[i + k]', 'own[(k + 7u) % 8u]'])};")
        self.out.close()
        self.open("for (unsigned k = 0; k < 8u; ++k)")
        self.out.line(f"{a}[i + k] = {self.expression(['own[7u - k]', self.source() + '[i + k]'])};")
        self.out.close()
        self.out.close()

    def fixedArray(self):
        type = self.element.cpp
        self.out.line(self.rng.pick([f"std::array<{type}, 512> local{{}};", f"{type} local[512] = {{}};",
                                     f"static {type} local[512];"]))  # fmt: skip
        self.types.includes.add("array")
        self.open("for (unsigned i = 0; i < 512u; ++i)")
        self.out.line(f"local[i] = {self.expression([self.source() + '[i % n]', 'local[i]'], ['i'], 3)};")
        self.out.close()
        self.open("for (unsigned i = 0; i < 512u; ++i)")
        self.out.line("total = total * 31u + digest(local[i]);")
        self.out.close()

    def iterators(self):
        a, b = self.target(), self.source()
        self.out.line(f"auto from = {b}.begin();")
        self.open(f"for (auto to = {a}.begin(); to != {a}.end(); ++to, ++from)")
        self.out.line(f"*to = {self.expression(['(*from)', '(*to)'])};")
        self.out.close()

    def split(self):
        """Two references, or two halves of one array."""
        a = self.target()
        self.out.line(f"auto &same = {a};")
        self.out.line("const unsigned half = n / 2u;")
        self.open("for (unsigned i = 0; i < half; ++i)")
        self.out.line(f"same[i] = {self.expression([f'{a}[i + half]', f'{a}[half - 1u - i]' if self.rng.chance(30) else f'{a}[i]'])};")
        self.out.close()

    def someOf(self, most, steps, traps):
        """One to `most` steps of a loop's body, and now and then a trap."""
        for _ in range(self.rng.between(1, most)):
            self.out.line("{ " + self.rng.pick(steps) + " }")
        if self.rng.chance(25):
            self.out.line(self.rng.pick(traps))

    def owned(self):
        """Rows that grow, are made anew, change places; some look at a neighbour's."""
        rng, out, type = self.rng, self.out, self.element.cpp
        self.types.includes.update(["algorithm", "utility"])
        out.line(f"std::vector<std::vector<{type}>> rows({rng.between(40, 300)});")
        out.line(f"std::vector<{type}> spare(3);")
        self.open("for (unsigned i = 0; i < rows.size(); ++i)")
        out.line(f"rows[i].assign(1u + i % {rng.between(2, 9)}u, {self.source()}[i]);")
        out.close()
        out.open(f"const auto grown = [&](std::vector<{type}> &row, unsigned i)")
        out.line(f"row.push_back({self.expression([self.source() + '[i]', 'row[0]'], ['i'])});")
        out.close(";")
        value = self.expression([self.source() + "[i]", "rows[i][0]"], ["i"])
        steps = [f"rows[i].push_back({value});", f"rows[i] = std::vector<{type}>(1u + i % 7u, {value});", "grown(rows[i], i);",
                 f"std::vector<{type}> made(rows[i]); made.push_back({value}); rows[i] = std::move(made);",
                 "std::reverse(rows[i].begin(), rows[i].end());", f"rows[i].resize(1u + rows[i].size() / 2u, {value});",
                 f"for (auto &one : rows[i]) one = {self.expression(['one', self.source() + '[i]'], ['i'])};"]  # fmt: skip
        traps = ["rows[i] = rows[(i + 1u) % rows.size()];", "rows[i].push_back(rows[i ? i - 1u : 0u][0]);",
                 "rows[i].swap(rows[rows.size() - 1u - i]);", "rows[i].swap(spare); if (rows[i].empty()) rows[i].resize(1);",
                 "grown(rows[(i * 7u) % rows.size()], i);", "total += static_cast<unsigned>(rows[(i + 1u) % rows.size()].size());"]  # fmt: skip
        self.open(f"for (unsigned round = 0; round < {rng.pick([1, 1, 3])}u; ++round)")
        self.open("for (unsigned i = 0; i < rows.size(); ++i)")
        self.someOf(3, steps, traps)
        out.close()
        out.close()
        self.open("for (const auto &row : rows)")
        out.line("total = mix(total, digest(row) + static_cast<unsigned>(row.size()));")
        out.close()
        out.line("total = mix(total, digest(spare));")

    def words(self):
        """Strings that are assigned to."""
        rng, out = self.rng, self.out
        self.types.includes.update(["string", "cctype", "cstdlib"])
        out.line(f"std::vector<std::string> words({rng.between(40, 300)});")
        steps = [f'words[i] = "w" + std::to_string(digest({self.source()}[i]) % 5000u);', "words[i] += static_cast<char>('a' + i % 26u);",
                 "for (char &c : words[i]) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));",
                 "std::string made; for (const char c : words[i]) made.insert(made.begin(), c); words[i] = made;",
                 "words[i].append(i % 40u, 'x');", "words[i] = words[i].substr(words[i].size() / 2u);"]  # fmt: skip
        traps = ["if (i) words[i] += words[i - 1u].substr(0, 3);", "words[i].swap(words[(i * 5u) % words.size()]);",
                 "if (words[i] < words[0]) words[0] = words[i];"]  # fmt: skip
        self.open("for (unsigned i = 0; i < words.size(); ++i)")
        self.someOf(4, steps, traps)
        out.close()
        self.open("for (const auto &word : words)")
        out.line("for (const char c : word) total = mix(total, static_cast<unsigned>(c));")
        out.line("total += static_cast<unsigned>(std::atoi(word.c_str() + (word.empty() ? 0 : 1)));")
        out.close()

    def linked(self):
        """Cells that lead to each other and into an array, which may be the one that is written; a map that is looked up."""
        rng, out, type = self.rng, self.out, self.element.cpp
        self.types.includes.add("map")
        a, b, size = self.target(), self.source(), rng.between(40, 300)
        out.line(f"struct Cell {{ {type} value{{}}; Cell *next = nullptr; const {type} *place = nullptr; }};")
        out.line(f"std::vector<Cell> cells({size});")
        out.line(f"std::map<unsigned, {type}> table;")
        self.open("for (unsigned i = 0; i < cells.size(); ++i)")
        out.line(f"cells[i] = Cell{{{b}[i], &cells[(i * {rng.between(1, 9)}u + 1u) % cells.size()], &{b}[(i * 3u) % n]}};")
        out.line(f"table[i * {rng.between(1, 5)}u] = {self.source()}[i];")
        out.close()
        reads = [f"cells[i % {size}u].next->value", f"(*cells[i % {size}u].place)", f"cells[i % {size}u].value"]
        self.open()
        if rng.chance(50):
            out.line(f"const Cell *cell = &cells[i % {size}u];")
            out.line(f"for (unsigned k = 0; k < i % 7u; ++k) cell = cell->next;")
            reads.append("cell->value")
        if rng.chance(50):
            out.line("const auto found = table.find(i);")
            out.line("if (found == table.end()) continue;")
            reads.append("found->second")
        picked = [rng.pick(reads) for _ in range(2)]
        if rng.chance(20):
            out.line(f"cells[i % {size}u].value = {self.expression(picked, ['i'])};")
        out.line(f"{a}[i] = {self.expression(picked + [self.source() + '[i]'], ['i'], 3)};")
        out.close()
        self.open("for (const Cell &cell : cells)")
        out.line("total = mix(total, digest(cell.value) + digest(*cell.place));")
        out.close()
