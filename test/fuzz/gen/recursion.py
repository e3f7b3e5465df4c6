"""Recursive work: over numbers, over halves of a vector, over a tree of values, between two functions."""

from .expressions import Scope
from .statements import Body
from .types import F64, I32, U32, U64, make


class Recursion:
    def __init__(self, rng, types, names, scenarios):
        self.rng, self.types, self.names, self.scenarios = rng, types, names, scenarios

    def write(self, out, name):
        self.rng.pick([self.numbers, self.halves, self.tree, self.mutual])(out, name)

    def leafWork(self, out, seed):
        rounds = self.rng.pick([40, 400, 4000])
        out.line(f"unsigned hash = {seed};")
        out.open(f"for (unsigned round = 0; round < {rounds}u; ++round)")
        out.line("hash = mix(hash, round);")
        out.close()
        return rounds

    def combined(self, a, b):
        return self.rng.pick([f"{a} + {b}", f"mix({a}, {b})", f"{a} ^ ({b} >> 3)", f"{a} * 3u + {b}", f"std::max({a}, {b})"])

    def numbers(self, out, name):
        rng, function = self.rng, self.names.fresh("descend")
        isGrowing, isPrinting = rng.chance(20), rng.chance(15)
        out.open(f"unsigned {function}(unsigned depth, unsigned seed)")
        out.open("if (depth == 0u)")
        rounds = self.leafWork(out, "seed")
        out.line("return hash;")
        out.close()
        if rng.chance(20):
            out.open("if (seed % 61u == 7u)")
            out.line(rng.pick(["return seed;", 'throw std::runtime_error(keyed(seed));']))
            out.close()
        a, b = self.names.fresh("left"), self.names.fresh("right")
        out.line(f"const unsigned {a} = {function}(depth - 1u, mix(seed, 1u));")
        if isGrowing:
            out.line("state = mix(state, depth);")
        if isPrinting:
            out.open("if (depth % 4u == 2u)")
            out.line(f'std::printf("depth %u %u\\n", depth, {a});')
            out.close()
        argument = rng.pick(["mix(seed, 2u)", "mix(seed, 2u)", f"mix(seed, {a})"])
        less = rng.pick(["1u", "1u", "(depth > 2u ? 2u : 1u)"])
        out.line(f"const unsigned {b} = {function}(depth - {less}, {argument});")
        out.line(f"return {self.combined(a, b)};")
        out.close()
        out.line()
        body = self.scenarios.begin(out, name)
        depth = {40: 12, 400: 10, 4000: 7}[rounds]
        out.open("try")
        out.line(f'std::printf("{name} %u\\n", {function}({depth}u, {body.value(U32, 1)}));')
        self.scenarios.caught(body)
        self.scenarios.finish(body)

    def halves(self, out, name):
        """Divide and conquer over a vector: sorting, summing or mapping its halves."""
        rng, element = self.rng, self.rng.pick([U32, I32, F64])
        list = self.types.vectorOf(element)
        function, merge = self.names.fresh("solved"), self.names.fresh("joined")
        passing = rng.pick([f"const {list.cpp} &values", f"{list.cpp} values"])
        out.open(f"{list.cpp} {merge}({rng.pick([f'const {list.cpp} &', f'{list.cpp} '])}left, const {list.cpp} &right)")
        out.line(f"{list.cpp} both;")
        out.line("both.reserve(left.size() + right.size());")
        if rng.chance(60):
            out.line("std::merge(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(both));")
        else:
            out.line("both.insert(both.end(), right.begin(), right.end());")
            out.line("both.insert(both.end(), left.begin(), left.end());")
        out.line("return both;")
        out.close()
        out.line()
        out.open(f"{list.cpp} {function}({passing})")
        out.open(f"if (values.size() <= {rng.pick([30, 200, 700])}u)")
        out.line(f"{list.cpp} own = values;")
        out.line("std::sort(own.begin(), own.end());")
        scope = Scope()
        scope.add("own", list).isFrozen = True
        Body(rng, self.types, self.names, out, scope).block(10, 2)
        if rng.chance(60):
            out.line("std::sort(own.begin(), own.end());")
        out.line("return own;")
        out.close()
        out.line(f"const auto middle = values.begin() + static_cast<long>(values.size() {rng.pick(['/ 2u', '/ 3u + 1u'])});")
        low, high = f"{list.cpp}(values.begin(), middle)", f"{list.cpp}(middle, values.end())"
        if rng.chance(50):
            out.line(f"const {list.cpp} low = {function}({low});")
            out.line(f"const {list.cpp} high = {function}({high});")
            out.line(f"return {merge}(low, high);")
        else:
            out.line(f"return {merge}({function}({low}), {function}({high}));")
        out.close()
        out.line()
        body = self.scenarios.begin(out, name)
        values = self.names.fresh("values")
        out.line(f"{list.cpp} {values} = {make(list, '9u', f'{rng.between(2000, 8000)}u')};")
        body.scope.add(values, list)
        for _ in range(rng.between(1, 2)):
            target = rng.pick([values, values, self.names.fresh("answer")])
            out.line(f"{'' if target == values else 'const auto '}{target} = {function}({values});")
            out.line(f'std::printf("{target} %u\\n", digest({target}));')
            body.statement(10, 1)
        self.scenarios.finish(body)

    def tree(self, out, name):
        """A value that holds values of its own type."""
        rng = self.rng
        node, grown, folded = self.names.fresh("Node"), self.names.fresh("grown"), self.names.fresh("folded")
        out.open(f"struct {node}")
        out.line("unsigned weight = 0;")
        out.line("std::string label;")
        out.line(f"std::vector<{node}> children;")
        out.close(";")
        out.line()
        out.open(f"{node} {grown}(unsigned depth, unsigned seed)")
        out.line(f"{node} one{{seed, keyed(seed), {{}}}};")
        out.open(f"for (unsigned i = 0; depth != 0u && i < 2u + seed % {rng.between(1, 3)}u; ++i)")
        out.line(f"one.children.push_back({grown}(depth - 1u, mix(seed, i)));")
        out.close()
        out.line("return one;")
        out.close()
        out.line()
        result = rng.pick([U32, U64])
        out.open(f"{result.cpp} {folded}(const {node} &node, unsigned salt)")
        self.leafWork(out, "mix(node.weight, salt)")
        out.line(f"{result.cpp} total = hash + node.label.size();")
        out.open("for (const auto &child : node.children)")
        out.line(rng.pick([f"total += {folded}(child, salt);", f"total = total * 31u + {folded}(child, hash);",
                           f"total ^= {folded}(child, salt + 1u);"]))  # fmt: skip
        out.close()
        out.line("return total;")
        out.close()
        out.line()
        body = self.scenarios.begin(out, name)
        out.line(f"{node} root = {grown}({rng.between(3, 5)}u, {rng.below(100)}u);")
        out.open("for (auto &child : root.children)")
        out.line(f"child.weight += digest({folded}(child, 3u));")
        if rng.chance(50):
            out.line(f'std::printf("child %u\\n", digest({folded}(root, child.weight)));')
        out.close()
        out.line(f'std::printf("{name} %u\\n", digest({folded}(root, 5u)));')
        self.scenarios.finish(body)

    def mutual(self, out, name):
        rng, even, odd = self.rng, self.names.fresh("even"), self.names.fresh("odd")
        out.line(f"unsigned {odd}(const std::vector<unsigned> &values, unsigned depth);")
        self.types.vectorOf(U32)
        for one, other in ((even, odd), (odd, even)):
            out.open(f"unsigned {one}(const std::vector<unsigned> &values, unsigned depth)")
            self.leafWork(out, f"values[depth % values.size()]")
            out.open("if (depth == 0u)")
            out.line("return hash;")
            out.close()
            if rng.chance(40):
                out.line("std::vector<unsigned> changed = values;")
                out.line("changed[hash % changed.size()] ^= hash;")
                out.line(f"return {self.combined(f'{other}(values, depth - 1u)', f'{other}(changed, depth - 1u)')};")
            else:
                out.line(f"return {self.combined(f'{other}(values, depth - 1u)', f'{other}(values, depth / 2u)')};")
            out.close()
            out.line()
        body = self.scenarios.begin(out, name)
        values = self.names.fresh("values")
        out.line(f"std::vector<unsigned> {values} = makeValue<std::vector<unsigned>>(4u, {rng.between(20, 400)}u);")
        out.line(f'std::printf("{name} %u\\n", {even}({values}, {rng.between(4, 6)}u));')
        body.scope.add(values, self.types.vectorOf(U32))
        self.scenarios.finish(body)
