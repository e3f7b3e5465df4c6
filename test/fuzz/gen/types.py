"""Types: scalars, and what can be built of them. Each type that a program uses gets a `digest` overload, which folds a
value to 32 bits in a defined order, and a `make` function, which builds a value from a seed.

Invariants that expressions rely on: containers, strings and optionals' containers are never empty once made (sizes only
grow); an int lies within INT_BOUND; a double within DOUBLE_BOUND.
"""

from .source import Names

INT_BOUND = 1000000
DOUBLE_BOUND = 1e6
SCALARS = ("unsigned", "unsigned long", "int", "double", "bool")
SEQUENCES = ("vector", "array", "deque", "list")
INDEXED = ("vector", "array", "deque")
SORTED = ("map", "set")

INCLUDES = {
    "string": "string", "vector": "vector", "array": "array", "deque": "deque", "list": "list", "pair": "utility",
    "tuple": "tuple", "optional": "optional", "map": "map", "set": "set", "unordered_map": "unordered_map",
    "variant": "variant",
}  # fmt: skip


class Type:
    def __init__(self, cpp, kind, parts=(), fields=(), count=0):
        self.cpp, self.kind, self.parts, self.fields, self.count = cpp, kind, list(parts), list(fields), count

    def isScalar(self):
        return self.kind == "scalar"

    def isSequence(self):
        return self.kind in SEQUENCES

    def isContainer(self):
        return self.isSequence() or self.kind in ("map", "set", "unordered_map", "string")

    def element(self):
        """What a range-for over it sees; pairs are made by the caller for maps."""
        return self.parts[0]

    def trips(self):
        """Roughly how many rounds a loop over a value of it has."""
        return self.count if self.kind == "array" else 120 if self.kind != "string" else 200

    def __repr__(self):
        return self.cpp


SCALAR = {cpp: Type(cpp, "scalar") for cpp in SCALARS}
U32, U64, I32, F64, BOOL = (SCALAR[cpp] for cpp in SCALARS)
STRING = Type("std::string", "string", [Type("char", "scalar")])


class Types:
    """The types of one program, in the order of their declaration."""

    def __init__(self, rng):
        self.rng = rng
        self.names = Names()
        self.known = {}  # C++ spelling -> Type
        self.order = []
        self.includes = {"string"}
        self.use(STRING)

    def use(self, type):
        if type.isScalar() or type.cpp in self.known:
            return self.known.get(type.cpp, type)
        self.known[type.cpp] = type
        self.order.append(type)
        if type.kind in INCLUDES:
            self.includes.add(INCLUDES[type.kind])
        return type

    def scalar(self):
        return self.rng.pick([U32, U32, U64, I32, F64, F64, BOOL])

    def number(self):
        return self.rng.pick([U32, U32, U64, I32, F64, F64])

    def vectorOf(self, element):
        return self.use(Type(f"std::vector<{element.cpp}>", "vector", [element]))

    def any(self, depth=2):
        rng = self.rng
        if depth <= 0 or rng.chance(20):
            return self.scalar()
        if self.order and rng.chance(35):
            return rng.pick(self.order)
        kind = rng.weighted([(6, "vector"), (3, "array"), (3, "string"), (5, "struct"), (4, "class"), (3, "pair"),
                             (2, "tuple"), (3, "optional"), (3, "map"), (1, "set"), (2, "deque"), (1, "list"),
                             (2, "unordered_map")])  # fmt: skip
        return self.build(kind, depth)

    def build(self, kind, depth):
        rng = self.rng
        if kind == "string":
            return STRING
        if kind in ("struct", "class"):
            return self.record(kind, depth)
        if kind == "array":
            element, count = self.any(depth - 1), rng.between(2, 12)
            return self.use(Type(f"std::array<{element.cpp}, {count}>", kind, [element], count=count))
        if kind in ("pair", "tuple"):
            parts = [self.any(depth - 1) for _ in range(2 if kind == "pair" else rng.between(2, 4))]
            return self.use(Type(f"std::{kind}<{', '.join(p.cpp for p in parts)}>", kind, parts))
        if kind in ("map", "unordered_map"):
            parts = [rng.pick([U32, I32, STRING] if kind == "map" else [U32, STRING]), self.any(depth - 1)]
            return self.use(Type(f"std::{kind}<{parts[0].cpp}, {parts[1].cpp}>", kind, parts))
        element = rng.pick([U32, I32, STRING]) if kind == "set" else self.any(depth - 1)
        return self.use(Type(f"std::{kind}<{element.cpp}>", kind, [element]))

    def record(self, kind, depth):
        fields = [(self.names.fresh("field"), self.any(depth - 1)) for _ in range(self.rng.between(2, 4))]
        name = self.names.fresh("Record" if kind == "struct" else "Object")
        return self.use(Type(name, kind, [t for _, t in fields], fields))

    def container(self, depth=2):
        for _ in range(20):
            type = self.any(depth)
            if type.isContainer() and type.kind != "array":
                return type
        return self.vectorOf(self.number())

    # -- what is written into the program

    def declare(self, out):
        for type in self.order:
            if type.kind == "struct":
                out.open(f"struct {type.cpp}")
                for name, part in type.fields:
                    out.line(f"{part.cpp} {name}{{}};")
                out.close(";")
            elif type.kind == "class":
                declareClass(type, out)
            writeDigest(type, out)
            writeMake(type, out)


def make(type, seed, size):
    """An expression that builds a value."""
    return makeScalar(type, seed) if type.isScalar() else f"makeValue<{type.cpp}>({seed}, {size})"


def makeScalar(type, seed):
    return {
        "unsigned": f"static_cast<unsigned>({seed})",
        "unsigned long": f"({seed}) * 6364136223846793005ul",
        "int": f"static_cast<int>(({seed}) % 2001u) - 1000",
        "double": f"static_cast<double>(({seed}) % 4096u) * 0.125",
        "bool": f"(({seed}) % 3u == 1u)",
        "char": f"static_cast<char>('a' + ({seed}) % 26u)",
    }[type.cpp]


def declareClass(type, out):
    """Private members behind functions: `get` by value or reference, `set`, and a mutable counter nobody prints."""
    out.open(f"class {type.cpp}")
    for name, part in type.fields:
        out.line(f"{part.cpp} {name}_{{}};")
    out.depth -= 1
    out.line("public:")
    out.depth += 1
    for name, part in type.fields:
        if part.isScalar():
            out.line(f"{part.cpp} {name}() const {{ return {name}_; }}")
            out.line(f"void set_{name}({part.cpp} value) {{ {name}_ = value; }}")
        else:
            out.line(f"const {part.cpp} &{name}() const {{ return {name}_; }}")
            out.line(f"{part.cpp} &{name}() {{ return {name}_; }}")
            out.line(f"void set_{name}({part.cpp} value) {{ {name}_ = std::move(value); }}")
    out.close(";")


def writeDigest(type, out):
    out.open(f"inline unsigned digest(const {type.cpp} &value)")
    out.line("unsigned hash = 17;")
    if type.isContainer():
        if type.kind in ("map", "unordered_map"):
            out.open("for (const auto &[key, mapped] : value)")
            out.line("hash = mix(mix(hash, digest(key)), digest(mapped));")
        else:
            out.open("for (const auto &element : value)")
            out.line("hash = mix(hash, digest(element));")
        out.close()
    elif type.kind == "optional":
        out.open("if (value)")
        out.line("hash = mix(hash, digest(*value));")
        out.close()
    else:
        for part in members(type, "value"):
            out.line(f"hash = mix(hash, digest({part}));")
    out.line("return hash;")
    out.close()
    out.line()


def members(type, value):
    if type.kind == "pair":
        return [f"{value}.first", f"{value}.second"]
    if type.kind == "tuple":
        return [f"std::get<{i}>({value})" for i in range(len(type.parts))]
    if type.kind == "struct":
        return [f"{value}.{name}" for name, _ in type.fields]
    return [f"{value}.{name}()" for name, _ in type.fields]


def writeMake(type, out):
    """`size` counts elements, and shrinks inwards."""
    out.line("template <>")
    out.open(f"inline {type.cpp} makeValue<{type.cpp}>(unsigned seed, unsigned size)")
    inner = "size / 8u + 2u"
    if type.kind == "optional":
        out.line(f"{type.cpp} value;")
        out.open("if (seed % 4u != 0u)")
        out.line(f"value = {make(type.element(), 'seed * 7u + 1u', 'size')};")
        out.close()
    elif type.kind == "array":
        out.line(f"{type.cpp} value{{}};")
        out.open(f"for (unsigned i = 0; i < {type.count}u; ++i)")
        out.line(f"value[i] = {make(type.element(), 'seed * 31u + i', inner)};")
        out.close()
    elif type.isContainer():
        out.line(f"{type.cpp} value;")
        if type.kind in ("vector", "string"):
            out.line("value.reserve(size + seed % 5u + 1u);")
        out.open("for (unsigned i = 0; i < size + seed % 5u + 1u; ++i)")
        element = make(type.element(), "mix(seed, i)", inner)
        if type.kind in ("map", "unordered_map"):
            out.line(f"value[{element}] = {make(type.parts[1], 'mix(seed, i + 77u)', inner)};")
        elif type.kind == "set":
            out.line(f"value.insert({element});")
        else:
            out.line(f"value.push_back({element});")
        out.close()
    elif type.kind == "class":
        out.line(f"{type.cpp} value;")
        for i, (name, part) in enumerate(type.fields):
            out.line(f"value.set_{name}({make(part, f'seed * 13u + {i}u', inner)});")
    else:
        out.line(f"{type.cpp} value{{}};")
        for i, (name, part) in enumerate(zip(members(type, "value"), type.parts)):
            out.line(f"{name} = {make(part, f'seed * 13u + {i}u', inner)};")
    out.line("return value;")
    out.close()
    out.line()
