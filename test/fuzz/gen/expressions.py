"""Expressions over the variables in scope.

Unsigned arithmetic wraps. Signed expressions carry a bound, and an operation that could pass 2^31 is not written without
a remainder in between. Doubles carry a bound too, so that no infinity and no NaN arises (their signs are not portable);
they use + - * and division by something that is at least 1, which IEEE fixes to the last bit when nothing is contracted.
Operands have no side effects; the order of their evaluation cannot matter.
"""

from .types import BOOL, DOUBLE_BOUND, F64, I32, INT_BOUND, U32, U64


class Variable:
    """`isFrozen`: must not be resized, moved from or assigned as a whole, since something iterates over it or refers into
    it. `limit`: for an index, the text of the size that it stays below."""

    def __init__(self, name, type, isWritable=True, limit=None):
        self.name, self.type, self.isWritable, self.limit = name, type, isWritable, limit
        self.isFrozen = False


class Scope:
    def __init__(self):
        self.variables = []

    def add(self, name, type, isWritable=True, limit=None):
        variable = Variable(name, type, isWritable, limit)
        self.variables.append(variable)
        return variable

    def mark(self):
        return len(self.variables)

    def release(self, mark):
        del self.variables[mark:]

    def ofType(self, type, isWritable=False):
        return [v for v in self.variables if v.type is type and (v.isWritable or not isWritable)]

    def where(self, predicate):
        return [v for v in self.variables if predicate(v)]


class Expressions:
    def __init__(self, rng, scope):
        self.rng, self.scope = rng, scope

    # -- places

    def index(self, sizeText, depth=1):
        """Below `sizeText`, which is not 0."""
        bounded = [v.name for v in self.scope.variables if v.limit == sizeText]
        if bounded and self.rng.chance(60):
            return self.rng.pick(bounded)
        if depth <= 0:
            indices = [v.name for v in self.scope.variables if v.limit]
            return f"{self.rng.pick(indices) if indices else self.rng.below(1000)} % {sizeText}"
        return f"({self.u32(depth - 1)}) % {sizeText}"

    def sizeOf(self, name, type):
        return f"{type.count}u" if type.kind == "array" else f"{name}.size()"

    def path(self, variable, wantsWrite=False, depth=2):
        """(text, type) of a scalar inside the variable, or None. For a class, text of a write is the setter's name."""
        text, type = variable.name, variable.type
        for _ in range(6):
            if type.isScalar():
                return text, type
            if type.kind in ("vector", "array", "deque"):
                if wantsWrite and type.element() is BOOL:
                    return None
                text, type = f"{text}[{self.index(self.sizeOf(text, type), depth)}]", type.element()
            elif type.kind == "string":
                byte = f"{text}[{self.index(text + '.size()', depth)}]"
                return (byte, type.element()) if wantsWrite else (f"static_cast<unsigned char>({byte})", I32)
            elif type.kind in ("struct", "pair", "tuple"):
                i = self.rng.below(len(type.parts))
                member = [f".{type.fields[i][0]}"] if type.fields else [".first", ".second"]
                text = f"std::get<{i}>({text})" if type.kind == "tuple" else text + member[i if not type.fields else 0]
                type = type.parts[i]
            elif type.kind == "class":
                i = self.rng.below(len(type.parts))
                name, part = type.fields[i]
                if wantsWrite and part.isScalar():
                    return f"{text}.set_{name}", part
                text, type = f"{text}.{name}()", part
            elif type.kind == "list":
                text, type = f"{text}.{self.rng.pick(['front', 'back'])}()", type.element()
            elif type.kind == "optional":
                if wantsWrite or not type.element().isScalar():
                    return None if wantsWrite else (f"{text}.has_value()", BOOL)
                return f"{text}.value_or({'false' if type.element() is BOOL else '1'})", type.element()
            elif wantsWrite:
                return None
            else:
                return f"{text}.size()", U64
        return None

    def leaf(self, depth):
        readable = [v for v in self.scope.variables]
        for _ in range(4):
            if not readable:
                break
            found = self.path(self.rng.pick(readable), depth=depth)
            if found:
                return found
        return None

    # -- values

    def value(self, type, depth=2):
        """A scalar of the given type, within its bound."""
        if type is U32:
            return self.u32(depth)
        if type is U64:
            return self.u64(depth)
        if type is I32:
            text, bound = self.i32(depth)
            return text if bound <= INT_BOUND else f"({text}) % 10007"
        if type is F64:
            text, bound = self.f64(depth)
            return text if bound <= DOUBLE_BOUND else f"tamed({text})"
        if type is BOOL:
            return self.boolean(depth)
        return f"static_cast<char>('a' + ({self.u32(depth)}) % 26u)"

    def u32(self, depth=2):
        rng = self.rng
        if depth <= 0 or rng.chance(15):
            found = self.leaf(depth) if rng.chance(80) else None
            if not found:
                return f"{rng.between(1, 997)}u"
            text, type = found
            if type is U32:
                return text
            return f"static_cast<unsigned>({text})" if type is not F64 else f"digest({text})"
        a, b = self.u32(depth - 1), self.u32(depth - 1)
        return rng.weighted([
            (4, f"({a} + {b})"), (3, f"({a} - {b})"), (3, f"({a} * {b})"), (3, f"({a} ^ {b})"), (2, f"({a} & {b})"),
            (1, f"({a} | {b})"), (2, f"({a} >> {rng.between(1, 15)})"), (2, f"({a} << {rng.between(1, 15)})"),
            (2, f"({a} % {rng.between(2, 999)}u)"), (1, f"({a} / {rng.between(2, 99)}u)"),
            (2, f"({self.boolean(depth - 1)} ? {a} : {b})"), (3, f"mix({a}, {b})"), (1, f"~{a}"),
        ])  # fmt: skip

    def u64(self, depth=2):
        rng = self.rng
        if depth <= 0 or rng.chance(20):
            found = self.leaf(depth)
            if found and found[1] in (U64, U32):
                return found[0] if found[1] is U64 else f"static_cast<unsigned long>({found[0]})"
            return f"{rng.between(1, 99999)}ul"
        a, b = self.u64(depth - 1), self.u64(depth - 1)
        return rng.weighted([
            (4, f"({a} + {b})"), (3, f"({a} * {b})"), (3, f"({a} ^ {b})"), (2, f"({a} >> {rng.between(1, 40)})"),
            (2, f"({a} << {rng.between(1, 40)})"), (2, f"({a} % {rng.between(2, 99999)}ul)"),
            (2, f"static_cast<unsigned long>({self.u32(depth - 1)})"),
            (2, f"({self.boolean(depth - 1)} ? {a} : {b})"),
        ])  # fmt: skip

    def i32(self, depth=2):
        rng = self.rng
        if depth <= 0 or rng.chance(20):
            found = self.leaf(depth)
            if found and found[1] is I32:
                return found[0], INT_BOUND
            if found and found[1] is U32:
                return f"static_cast<int>({found[0]} % 1000u)", 1000
            number = rng.between(-500, 500)
            return (f"({number})" if number < 0 else str(number)), 500
        (a, aBound), (b, bBound) = self.i32(depth - 1), self.i32(depth - 1)
        kind = rng.weighted([(4, "+"), (4, "-"), (3, "*"), (2, "?"), (2, "%"), (1, "min"), (1, "max")])
        if kind in "+-":
            return f"({a} {kind} {b})", aBound + bBound
        if kind == "*":
            return f"(({a}) % 997 * (({b}) % 499))", 996 * 498
        if kind == "%":
            return f"({a} % {rng.between(2, 500)})", min(aBound, 500)
        if kind == "?":
            return f"({self.boolean(depth - 1)} ? {a} : {b})", max(aBound, bBound)
        return f"std::{kind}<int>({a}, {b})", max(aBound, bBound)

    def f64(self, depth=2):
        rng = self.rng
        if depth <= 0 or rng.chance(20):
            found = self.leaf(depth)
            if found and found[1] is F64:
                return found[0], DOUBLE_BOUND
            if found and found[1] is U32:
                return f"static_cast<double>({found[0]} % 1024u)", 1024
            if found and found[1] is I32:
                return f"static_cast<double>({found[0]})", INT_BOUND
            return rng.pick(["0.5", "1.5", "0.25", "3.0", "-2.0", "0.1", "1.0", "7.75"]), 8
        (a, aBound), (b, bBound) = self.f64(depth - 1), self.f64(depth - 1)
        kind = rng.weighted([(5, "+"), (4, "-"), (3, "*"), (2, "scale"), (2, "/"), (2, "?"), (1, "sqrt"), (1, "min")])
        if kind in "+-":
            return f"({a} {kind} {b})", aBound + bBound
        if kind == "*":
            if aBound * bBound > 1e14:
                return f"({a} * 0.5 + {b} * 0.25)", aBound + bBound
            return f"({a} * {b})", aBound * bBound
        if kind == "scale":
            return f"({a} * {rng.pick(['0.5', '0.1', '0.75', '1.25', '-0.5'])})", aBound * 1.25
        if kind == "/":
            return f"({a} / (1.0 + std::fabs({b})))", aBound
        if kind == "?":
            return f"({self.boolean(depth - 1)} ? {a} : {b})", max(aBound, bBound)
        if kind == "sqrt":
            return f"std::sqrt(std::fabs({a}))", aBound + 1
        return f"std::{rng.pick(['min', 'max'])}<double>({a}, {b})", max(aBound, bBound)

    def boolean(self, depth=1):
        rng = self.rng
        if rng.chance(15):
            found = self.leaf(depth)
            if found and found[1] is BOOL:
                return f"({found[0]} != false)"
        kind = rng.weighted([(6, "u32"), (3, "i32"), (3, "f64"), (1, "not")])
        if kind == "not":
            return f"!({self.boolean(depth - 1) if depth > 0 else 'false'})"
        if kind == "u32":
            modulus = rng.between(2, 9)
            return f"({self.u32(depth - 1)} % {modulus}u {rng.pick(['==', '!=', '<', '>'])} {rng.below(modulus)}u)"
        if kind == "i32":
            return f"({self.i32(depth - 1)[0]} {rng.pick(['<', '>', '=='])} {self.i32(depth - 1)[0]})"
        return f"({self.f64(depth - 1)[0]} {rng.pick(['<', '>'])} {self.f64(depth - 1)[0]})"
