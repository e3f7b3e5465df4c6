"""The work: functions from values to a value. Most are pure; a trap is an effect that a boundary must not hide.

What a trap changes is always printed or returned, so that work which moved in spite of it gives other bytes.
"""

from .expressions import Scope
from .statements import Body
from .types import BOOL, F64, I32, U32, U64, Type, make

TRAPS = ("static", "global-write", "global-read", "print", "const-cast", "mutable", "table")
LEAST_COST = 12000


class Function:
    """`isCalm`: neither throws nor has an effect, so that calls may stand in any expression and any order."""

    def __init__(self, name, params, result):
        self.name, self.params, self.result = name, params, result
        self.trap = None
        self.throws = False
        self.cost = 0

    @property
    def isCalm(self):
        return not self.throws and self.trap in (None, "table")

    def call(self, body, given=()):
        """`given`: {parameter number: text}."""
        given = dict(given)
        texts = [given.get(i) or argument(body, type, self.trap == "const-cast") for i, (_, type, _) in enumerate(self.params)]
        return f"{self.name}({', '.join(texts)})"


def argument(body, type, isChanged=False):
    """`isChanged`: the callee casts const away, so the object must not be const."""
    rng = body.rng
    if type.isScalar():
        return body.value(type)
    same = body.scope.ofType(type, isWritable=isChanged)
    if same and rng.chance(85):
        return rng.pick(same).name
    return body.makeExpression(type, rng.between(5, 60))


def viewed(type, passing):
    """The type of the parameter as its function sees it."""
    if passing == "span":
        return Type(f"std::span<const {type.element().cpp}>", "vector", type.parts)
    return Type("std::string_view", "string", type.parts) if passing == "view" else type


def spelled(type, name, passing):
    return {
        "value": f"{type.cpp} {name}",
        "cref": f"const {type.cpp} &{name}",
    }.get(passing) or f"{viewed(type, passing).cpp} {name}"


class FunctionMaker:
    def __init__(self, rng, types, names):
        self.rng, self.types, self.names = rng, types, names

    def params(self, first=None):
        """At least one container; a span or view stands for a part of one."""
        rng, params = self.rng, []
        for i in range(rng.between(1, 4)):
            type = first if i == 0 and first else self.types.container() if i == 0 else rng.pick(
                [*self.types.order, self.types.scalar(), self.types.scalar(), self.types.scalar()])  # fmt: skip
            passing = "value" if type.isScalar() or rng.chance(15) else "cref"
            if type.kind == "vector" and type.element() is not BOOL and rng.chance(20):
                passing = "span"
                self.types.includes.add("span")
            elif type.kind == "string" and rng.chance(30):
                passing = "view"
                self.types.includes.add("string_view")
            params.append((self.names.fresh("input"), type, passing))
        return params

    def work(self, out, trap=None, throws=False, callees=(), params=None, result=None):
        rng = self.rng
        result = result or (self.types.number() if rng.chance(35) else rng.pick(self.types.order))
        function = Function(self.names.fresh("work"), params or self.params(), result)
        function.trap, function.throws = trap, throws
        signature = ", ".join(spelled(type, name, passing) for name, type, passing in function.params)
        prefix = rng.pick(["", "", "static ", "[[gnu::noinline]] "])
        out.open(f"{prefix}{result.cpp} {function.name}({signature})")
        self.body(out, function, callees)
        out.close()
        out.line()
        return function

    def body(self, out, function, callees):
        rng, scope = self.rng, Scope()
        for name, type, passing in function.params:
            scope.add(name, viewed(type, passing), isWritable=passing == "value").isFrozen = passing != "value"
        body = Body(rng, self.types, self.names, out, scope, callees=[f for f in callees if f.isCalm])
        out.line(f"unsigned hash = {body.value(U32, 1)};")
        scope.add("hash", U32)
        out.line(f"{function.result.cpp} answer = {self.start(body, function)};")
        scope.add("answer", function.result)
        body.leave = lambda inner: inner.out.line(f"return {self.early(inner, function)};")
        for _ in range(rng.between(1, 2)):
            body.loop(1, 3)
        if function.trap:
            self.spring(body, function)
        for _ in range(rng.between(1, 3)):
            body.statement(1, 3)
        if function.throws:
            self.throw(body)
        if body.cost < LEAST_COST:
            self.spin(body)
        function.cost = max(body.cost, LEAST_COST)
        if function.result.isScalar():
            mixed = {U32: "answer + hash", U64: "answer + hash", I32: "(answer + static_cast<int>(hash % 100u)) % 10007",
                     F64: "tamed(answer + hash % 100u)", BOOL: "answer != (hash % 2u == 0u)"}  # fmt: skip
            out.line(f"return {mixed[function.result]};")
        else:
            body.changePart(1, 0)
            out.line("return answer;")

    def start(self, body, function):
        if function.result.isScalar():
            return body.value(function.result)
        copies = [name for name, type, passing in function.params if type is function.result and passing == "cref"]
        if copies and self.rng.chance(50):
            return self.rng.pick(copies)
        return make(function.result, "hash % 1000u", f"{self.rng.between(3, 80)}u")

    def early(self, body, function):
        if function.result.isScalar():
            return body.value(function.result)
        return "answer" if self.rng.chance(70) else make(function.result, "hash % 77u", "5u")

    def spin(self, body):
        """Cheap bodies would never be sent."""
        rounds, name = LEAST_COST // 4 * self.rng.between(2, 6), self.names.fresh("round")
        body.out.open(f"for (unsigned {name} = 0; {name} < {rounds}u; ++{name})")
        body.out.line(f"hash = mix(hash, {name});")
        body.out.close()
        body.cost += rounds * 4

    def throw(self, body):
        kind = self.rng.pick(["std::runtime_error(keyed(hash))", "Trouble{hash}", "hash", "std::out_of_range(keyed(hash))"])
        body.out.open(f"if (hash % {self.rng.pick([2, 5, 11, 40])}u == 1u)")
        body.out.line(f"throw {kind};")
        body.out.close()

    # -- traps

    def spring(self, body, function):
        out, trap = body.out, function.trap
        if trap == "static":
            name = self.names.fresh("remembered")
            if self.rng.chance(50):
                out.line(f"static unsigned {name} = 1;")
                out.line(f"{name} = mix({name}, hash);")
                out.line(f"hash += {name};")
            else:
                out.line(f"static std::vector<unsigned> {name};")
                out.line(f"{name}.push_back(hash);")
                out.line(f"hash += {name}[{name}.size() / 2u];")
        elif trap == "global-write":
            out.line("state = mix(state, hash);")
            if self.rng.chance(50):
                out.line("hash += state;")
        elif trap == "global-read":
            out.line("hash ^= state;")
        elif trap == "table":
            out.line("hash += table[hash % 64u];")
        elif trap == "print":
            out.line(f'std::printf("{function.name} %u\\n", hash);')
        elif trap == "mutable":
            out.line("hash += counted.next(hash);")
        elif trap == "const-cast":
            self.castAway(body, function)

    def castAway(self, body, function):
        for name, type, passing in function.params:
            if passing == "cref" and type.kind == "vector" and type.element() in (U32, U64, I32, F64):
                body.out.line(f"const_cast<{type.cpp} &>({name})[hash % {name}.size()] = {body.value(type.element())};")
                return
        function.trap = "static"
        self.spring(body, function)
