"""Statements: changes of what is in scope, loops of all shapes, early exits.

`times` is how often the place is reached, roughly; a loop is opened only while that stays below the budget, so that a
program ends soon. What a loop iterates over is frozen: it may be changed element by element, but not resized.
"""

from .expressions import Expressions
from .types import BOOL, F64, I32, STRING, U32, U64, make

BUDGET = 30000


class Body:
    """Writes one function's body. `leave` is called to write an early return, or is None where there is none;
    `callees` are functions that may be called for their value."""

    def __init__(self, rng, types, names, out, scope, leave=None, callees=(), budget=BUDGET):
        self.rng, self.types, self.names, self.out, self.scope = rng, types, names, out, scope
        self.expressions = Expressions(rng, scope)
        self.leave, self.callees, self.budget = leave, list(callees), budget
        self.cost = 0
        self.loops = 0  # how many loops of ours are open: break and continue are allowed inside

    def value(self, type, depth=2):
        return self.expressions.value(type, depth)

    def charge(self, times, each=4):
        self.cost += times * each

    # -- blocks

    def block(self, times, depth, count=None):
        mark = self.scope.mark()
        for _ in range(count or self.rng.between(1, 3)):
            self.statement(times, depth)
        self.scope.release(mark)

    def statement(self, times, depth):
        rng = self.rng
        self.charge(times)
        isRoom = depth > 0 and times * 12 < self.budget
        rng.weighted([
            (8, self.assign), (6, self.changePart), (3, self.declare), (2, self.grow if times < 200 else self.assign),
            (4 if depth > 0 else 0, self.branch), (9 if isRoom else 0, self.loop),
            (2 if self.loops else 0, self.skip), (1 if self.leave and self.loops else 0, self.returnEarly),
            (3 if self.callees and times < 12 else 0, self.callForValue),
            (2 if times * 200 < self.budget else 0, self.algorithm), (1 if times < 100 else 0, self.handOn),
            (1, self.lambdaStep),
        ])(times, depth)  # fmt: skip

    # -- changes

    def assign(self, times, depth):
        scalars = self.scope.where(lambda v: v.isWritable and v.type.isScalar() and not v.limit)
        if not scalars:
            return self.declare(times, depth)
        v = self.rng.pick(scalars)
        self.out.line(f"{v.name} = {self.value(v.type)};")

    def changePart(self, times, depth):
        composite = self.scope.where(lambda v: v.isWritable and not v.type.isScalar())
        for v in self.rng.shuffled(composite)[:3]:
            if v.type.kind in ("map", "unordered_map"):
                return self.changeMapped(v)
            found = self.expressions.path(v, wantsWrite=True)
            if not found:
                continue
            place, type = found
            if place.rpartition(".")[2].startswith("set_"):
                self.out.line(f"{place}({self.value(type)});")
            elif type in (U32, U64) and self.rng.chance(50):
                self.out.line(f"{place} {self.rng.pick(['+=', '^=', '-='])} {self.value(type)};")
            else:
                self.out.line(f"{place} = {self.value(type)};")
            return
        self.assign(times, depth)

    def changeIn(self, variable):
        """Assigns to the variable or to a part of it. False: nothing was found that can be assigned to."""
        found = self.expressions.path(variable, wantsWrite=True)
        if not found or found[0].rpartition(".")[2].startswith("set_"):
            return False
        self.out.line(f"{found[0]} = {self.value(found[1])};")
        return True

    def key(self, type):
        return f"keyed({self.value(U32)})" if type is STRING else self.value(type)

    def changeMapped(self, v):
        key, mapped = self.key(v.type.parts[0]), v.type.parts[1]
        if v.isFrozen or v.type.kind == "unordered_map":
            if v.isFrozen and not mapped.isScalar():
                return  # somebody may iterate over that mapped value
            self.out.open(f"if (const auto found = {v.name}.find({key}); found != {v.name}.end())")
            self.assignWhole("found->second", mapped)
            self.out.close()
        else:
            self.out.open(f"if ({v.name}.size() < 500u)")
            self.assignWhole(f"{v.name}[{key}]", mapped)
            self.out.close()

    def assignWhole(self, place, type):
        if type.isScalar():
            self.out.line(f"{place} = {self.value(type)};")
        else:
            same = [v.name for v in self.scope.ofType(type)]
            self.out.line(f"{place} = {self.rng.pick(same) if same else self.makeExpression(type, 3)};")

    def makeExpression(self, type, size):
        return make(type, f"{self.value(U32, 1)} % 1000u", f"{size}u")

    def declare(self, times, depth):
        rng = self.rng
        name = self.names.fresh("local")
        if rng.chance(65) or times > 300:
            type = self.types.scalar()
            self.out.line(f"{type.cpp} {name} = {self.value(type)};")
        else:
            type = rng.pick(self.types.order)
            same = self.scope.ofType(type)
            text = rng.pick(same).name if same and rng.chance(60) else self.makeExpression(type, rng.between(2, 20))
            self.out.line(f"{type.cpp} {name} = {text};")
            self.charge(times, 400)
        self.scope.add(name, type)

    def grow(self, times, depth):
        growing = self.scope.where(
            lambda v: v.isWritable and not v.isFrozen and v.type.kind in ("vector", "deque", "list", "string", "set")
        )
        if not growing:
            return self.declare(times, depth)
        v = self.rng.pick(growing)
        element = v.type.element()
        self.out.open(f"if ({v.name}.size() < 600u)")
        text = self.value(element) if element.isScalar() else None
        if v.type.kind == "set":
            self.out.line(f"{v.name}.insert({self.key(element)});")
        elif v.type.kind == "string" and self.rng.chance(40):
            self.out.line(f"{v.name} += keyed({self.value(U32)});")
        else:
            same = [o.name for o in self.scope.ofType(element)]
            text = text or (self.rng.pick(same) if same else self.makeExpression(element, 3))
            self.out.line(f"{v.name}.push_back({text});")
        self.out.close()

    def handOn(self, times, depth):
        """Swaps and moves between two variables of a type."""
        free = self.scope.where(lambda v: v.isWritable and not v.isFrozen and not v.type.isScalar())
        pairs = [(a, b) for a in free for b in free if a is not b and a.type is b.type]
        if not pairs:
            return self.assign(times, depth)
        a, b = self.rng.pick(pairs)
        if self.rng.chance(50):
            self.out.line(f"std::swap({a.name}, {b.name});")
        else:
            text = self.makeExpression(b.type, 9)
            if b.name in text:  # nothing is known of what was moved from, so it must be read before
                kept = self.names.fresh("kept")
                self.out.line(f"{b.type.cpp} {kept} = {text};")
                text = f"std::move({kept})"
            self.out.line(f"{a.name} = std::move({b.name});")
            self.out.line(f"{b.name} = {text};")
            self.charge(times, 300)

    # -- exits

    def branch(self, times, depth):
        self.out.open(f"if ({self.expressions.boolean()})")
        self.block(times, depth - 1)
        if self.rng.chance(40):
            self.out.reopen("else")
            self.block(times, depth - 1)
        self.out.close()

    def skip(self, times, depth):
        self.out.open(f"if ({self.expressions.boolean()})")
        self.out.line(self.rng.pick(["continue;", "continue;", "break;"]))
        self.out.close()

    def returnEarly(self, times, depth):
        self.out.open(f"if ({self.value(U32)} % {self.rng.between(50, 5000)}u == 7u)")
        self.leave(self)
        self.out.close()

    # -- calls

    def callForValue(self, times, depth):
        callee = self.rng.pick(self.callees)
        call = callee.call(self)
        name = self.names.fresh("value")
        self.charge(times, callee.cost)
        self.out.line(f"const {callee.result.cpp} {name} = {call};")
        self.scope.add(name, callee.result, isWritable=False)

    def algorithm(self, times, depth):
        sequences = self.scope.where(lambda v: v.type.kind in ("vector", "deque", "array") and v.type.element() in (U32, I32, F64))
        if not sequences:
            return self.assign(times, depth)
        v = self.rng.pick(sequences)
        begin, end, element = f"{v.name}.begin()", f"{v.name}.end()", v.type.element()
        self.charge(times, 600)
        if v.isWritable and self.rng.chance(50):
            if element is U32:
                self.out.line(f"std::transform({begin}, {end}, {begin}, [](unsigned one) {{ return mix(one, 5u); }});")
            else:
                self.out.line(f"std::{self.rng.pick(['sort', 'reverse'])}({begin}, {end});")
            return
        name = self.names.fresh("found")
        if element is U32 and self.rng.chance(50):
            self.out.line(f"unsigned {name} = std::accumulate({begin}, {end}, {self.value(U32)});")
            self.scope.add(name, U32)
        else:
            bound = self.value(element)
            self.out.line(f"const auto bound_{name} = {bound};")
            condition = f"[&](const auto &one) {{ return one < bound_{name}; }}"
            self.out.line(f"unsigned {name} = static_cast<unsigned>(std::count_if({begin}, {end}, {condition}));")
            self.scope.add(name, U32)

    def lambdaStep(self, times, depth):
        name, argument = self.names.fresh("step"), self.names.fresh("argument")
        mark = self.scope.mark()
        self.scope.add(argument, U32, isWritable=False)
        self.out.line(f"const auto {name} = [&](unsigned {argument}) {{ return {self.value(U32)}; }};")
        self.scope.release(mark)
        result = self.names.fresh("local")
        self.out.line(f"unsigned {result} = {name}({self.value(U32, 1)});")
        self.scope.add(result, U32)

    # -- loops

    def loop(self, times, depth):
        over = self.scope.where(lambda v: v.type.isContainer() and times * v.type.trips() < self.budget)
        if over and self.rng.chance(70):
            return self.loopOver(self.rng.pick(over), times, depth)
        self.countingLoop(times, depth)

    def loopOver(self, v, times, depth):
        wasFrozen, v.isFrozen = v.isFrozen, True
        mark = self.scope.mark()
        inner = times * v.type.trips()
        shape = self.rng.pick(["range", "range", "index", "iterator", "while"])
        if v.type.kind not in ("vector", "array", "deque", "string") and shape in ("index", "while"):
            shape = "range"
        if shape in ("index", "while"):
            index, size = self.names.fresh("i"), self.expressions.sizeOf(v.name, v.type)
            start, step = self.rng.pick([0, 0, 0, 1, 2]), self.rng.pick([1, 1, 1, 2, 3])
            if shape == "index":
                self.out.open(f"for (std::size_t {index} = {start}; {index} < {size}; {index} += {step})")
            else:
                self.out.line(f"std::size_t {index} = {start};")
                self.out.open(f"while ({index} < {size})")
                self.out.line(f"const std::size_t next_{index} = {index};")
                self.out.line(f"{index} += {step};")
                index = f"next_{index}"
            self.scope.add(index, U64, isWritable=False, limit=size)
        elif v.type.kind in ("map", "unordered_map"):
            key, mapped = self.names.fresh("key"), self.names.fresh("mapped")
            isWritable = v.isWritable and self.rng.chance(40)
            self.out.open(f"for ({'' if isWritable else 'const '}auto &[{key}, {mapped}] : {v.name})")
            self.scope.add(key, v.type.parts[0], isWritable=False)
            self.scope.add(mapped, v.type.parts[1], isWritable).isFrozen = True
        elif shape == "range":
            element = self.names.fresh("element")
            canWrite = v.isWritable and v.type.kind != "set" and v.type.element() is not BOOL
            isWritable = canWrite and self.rng.chance(35) and v.type.kind != "string"
            self.out.open(f"for ({'' if isWritable else 'const '}auto &{element} : {v.name})")
            self.addElement(element, v.type, isWritable)
        else:
            iterator, element = self.names.fresh("at"), self.names.fresh("element")
            self.out.open(f"for (auto {iterator} = {v.name}.begin(); {iterator} != {v.name}.end(); ++{iterator})")
            self.out.line(f"const auto &{element} = *{iterator};")
            self.addElement(element, v.type, False)
        self.inside(inner, depth)
        self.out.close()
        self.scope.release(mark)
        v.isFrozen = wasFrozen

    def addElement(self, name, type, isWritable):
        if type.kind == "string":
            unsigned = self.names.fresh("letter")
            self.out.line(f"const unsigned {unsigned} = static_cast<unsigned char>({name});")
            self.scope.add(unsigned, U32, isWritable=False)
        else:
            # Frozen for good: two loops over one container may hold two names of one element.
            self.scope.add(name, type.element(), isWritable).isFrozen = True

    def countingLoop(self, times, depth):
        rng, index = self.rng, self.names.fresh("n")
        trips = rng.between(2, max(2, min(60, self.budget // max(times, 1) // 4)))
        mark = self.scope.mark()
        shape = rng.pick(["for", "for", "down", "do", "halving"])
        if shape == "for":
            self.out.open(f"for (unsigned {index} = 0; {index} < {trips}u; ++{index})")
        elif shape == "down":
            self.out.open(f"for (unsigned {index} = {trips}; {index}-- > 0u;)")
        elif shape == "halving":
            self.out.open(f"for (unsigned {index} = {self.value(U32)}; {index} != 0u; {index} /= 2u)")
            trips = 32
        else:
            self.out.line(f"unsigned {index} = 0;")
            self.out.open("do")
            self.out.line(f"++{index};")
        self.scope.add(index, U32, isWritable=False)
        self.inside(times * trips, depth)
        self.out.close(f" while ({index} < {trips}u);" if shape == "do" else "")
        self.scope.release(mark)

    def inside(self, times, depth):
        self.loops += 1
        self.block(times, depth - 1, self.rng.between(1, 4))
        self.loops -= 1
