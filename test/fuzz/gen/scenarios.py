"""Scenarios: independent functions that `main` calls one after the other. Each builds its values, has work done on them in
some shape, and prints a digest of everything that it can still see.
"""

from .consume import disturbance, tally
from .expressions import Scope
from .functions import TRAPS
from .statements import Body
from .types import F64, I32, STRING, U32, U64, make


# Results that a loop may be told (Scenarios.tell).
TELLING = (U32, U64, I32, F64)


class Scenarios:
    def __init__(self, rng, types, names, maker):
        self.rng, self.types, self.names, self.maker = rng, types, names, maker
        self.pure = []  # earlier calm functions, which later work may call

    def begin(self, out, name):
        scope = Scope()
        scope.add("state", U32)
        out.open(f"void {name}()")
        return Body(self.rng, self.types, self.names, out, scope)

    def finish(self, body, extra=()):
        """Prints a digest of what is left."""
        for end in extra:
            if callable(end):
                end()
            else:
                body.out.line(f'std::printf("{end} %u\\n", digest({end}));')
        for v in body.scope.variables:
            if not v.limit and v.name != "state":
                body.out.line(f'std::printf("{v.name.strip("(*)")} %u\\n", digest({v.name}));')
        body.out.close()
        body.out.line()

    def work(self, out, **given):
        rng = self.rng
        if "trap" not in given:
            given["trap"] = rng.pick(TRAPS) if rng.chance(22) else None
        given.setdefault("throws", rng.chance(20))
        if rng.chance(40):
            given.setdefault("callees", self.pure[-3:])
        function = self.maker.work(out, **given)
        if function.isCalm:
            self.pure.append(function)
        return function

    def shared(self, body, function, skip=()):
        """Variables that the loop's calls share; what is not declared is built at the call."""
        for i, (_, type, passing) in enumerate(function.params):
            if i in skip or type.isScalar() and self.rng.chance(60):
                continue
            name = self.names.fresh("shared")
            size = self.rng.pick([20, 100, 400])
            body.out.line(f"{type.cpp} {name} = {make(type, f'{self.rng.below(1000)}u', f'{size}u')};")
            body.scope.add(name, type)
            if self.rng.chance(25):
                spare = self.names.fresh("spare")
                body.out.line(f"{type.cpp} {spare} = {make(type, '5u', '30u')};")
                body.scope.add(spare, type)

    # -- calls in a loop

    def callsInLoop(self, out, name):
        rng = self.rng
        function = self.work(out)
        body = self.begin(out, name)
        first = function.params[0][1]
        count, size = rng.between(14, 40), rng.pick([10, 60, 200])
        list = self.types.vectorOf(first)
        inputs = self.names.fresh("inputs")
        out.line(f"{list.cpp} {inputs};")
        out.open(f"for (unsigned i = 0; i < {count}u; ++i)")
        out.line(f"{inputs}.push_back({make(first, f'i * {rng.between(1, 99)}u', f'{size}u')});")
        out.close()
        self.shared(body, function, skip={0})
        whole = body.scope.add(inputs, list)
        whole.isFrozen = True
        changes = [disturbance(rng, self.names, body, inputs, first) for _ in range(rng.pick([0, 0, 0, 1, 1, 2]))]
        guard = rng.pick(["inside", "inside", "around", "outside"]) if function.throws else None
        shape = rng.pick(["range", "range", "index", "index", "iterator", "while", "reverse", "copy", "nested", "fresh", "lambda"])
        item, index = self.header(shape, inputs)
        call = function.call(body, {0: item})
        if shape == "lambda":
            job = self.names.fresh("job")
            inner = function.call(body, {0: "one"})
            out.line(f"const auto {job} = [&](const {first.cpp} &one) {{ return {inner}; }};")
            call = f"{job}({item})"
        write, ends = tally(rng, self.names, body, function, call, index)
        handled = self.names.fresh("handled") if guard == "inside" and rng.chance(65) else None
        if handled:
            out.line(f"unsigned {handled} = 0;")
        if guard == "around":
            out.open("try")
        mark = body.scope.mark()
        self.openLoop(out, shape, inputs, first, item, index, count, size)
        if guard == "inside":
            out.open("try")
        body.loops += 1
        if rng.chance(20):
            body.skip(40, 0)
        before = changes[: rng.below(len(changes) + 1)]
        for change in before:
            change()
        write()
        for change in changes[len(before) :]:
            change()
        body.loops -= 1
        body.scope.release(mark)
        if handled:
            self.handled(body, handled)
        elif guard == "inside":
            self.caught(body)
        for _ in range(2 if shape == "nested" else 1):
            out.close()
        if guard == "around":
            self.caught(body)
        if handled:
            out.line(f'std::printf("handled %u\\n", {handled});')
        self.finish(body, ends)
        return function

    def caught(self, body):
        body.out.reopen("catch (...)")
        body.out.line(f"describe({self.rng.below(100)}u);")
        body.out.close()

    def handled(self, body, counter):
        """Handlers that mostly go on with the loop, and may not be for what is thrown: then it is the caller's."""
        rng, out = self.rng, body.out
        kinds = ["const Trouble &", "const std::out_of_range &", "const std::logic_error &", "const std::runtime_error &",
                 "const std::exception &", "unsigned", "..."]  # fmt: skip
        first = rng.below(len(kinds))
        chosen = [kind for kind in kinds[first:] if kind == kinds[first] or rng.chance(40)]
        for kind in chosen:
            out.reopen(f"catch ({kind})")
            out.line(f"{counter} += {rng.between(1, 9)}u;")
            if rng.chance(12):
                out.open(f"if ({counter} > {rng.between(1, 30)}u)")
                out.line(rng.pick(["break;", "throw;", "throw 7u;", 'throw std::runtime_error("enough");']))
                out.close()
        out.close()

    def header(self, shape, inputs):
        """The texts of the item and of its index inside the loop."""
        index = self.names.fresh("i")
        return {
            "range": (f"item_{inputs}", None),
            "copy": (f"item_{inputs}", None),
            "nested": (f"item_{inputs}", None),
            "fresh": (f"item_{inputs}", index),
            "iterator": (f"*{index}", None),
            "reverse": (f"{inputs}[{index}]", index),
        }.get(shape, (f"{inputs}[{index}]", index))

    def openLoop(self, out, shape, inputs, first, item, index, count, size):
        rng = self.rng
        at = item.strip("*")
        if shape == "range":
            out.open(f"for (const auto &{item} : {inputs})")
        elif shape == "copy":
            out.open(f"for ({first.cpp} {item} : {inputs})")
        elif shape == "nested":
            outer = self.names.fresh("n")
            out.open(f"for (unsigned {outer} = 0; {outer} < 2u; ++{outer})")
            out.open(f"for (const {first.cpp} &{item} : {inputs})")
        elif shape == "fresh":
            out.open(f"for (unsigned {index} = 0; {index} < {count}u; ++{index})")
            out.line(f"{first.cpp} {item} = {make(first, f'{index} * 3u', f'{size}u')};")
        elif shape == "iterator":
            begin, end = rng.pick([("begin", "end"), ("cbegin", "cend"), ("rbegin", "rend")])
            out.open(f"for (auto {at} = {inputs}.{begin}(); {at} != {inputs}.{end}(); ++{at})")
        elif shape == "reverse":
            out.open(f"for (std::size_t {index} = {inputs}.size(); {index}-- > 0u;)")
        elif shape == "while":
            out.line(f"std::size_t {index} = {inputs}.size();")
            out.open(f"while ({index} != 0u)")
            out.line(f"--{index};")
        else:
            out.open(f"for (std::size_t {index} = 0; {index} < {inputs}.size(); ++{index})")

    # -- loops that are left: what lies behind is no work, and must not be done where it does harm

    def left(self, out, name):
        """Items behind the one at which the loop ends lead far out of what is there."""
        rng = self.rng
        work, values, at = self.names.fresh("reach"), self.names.fresh("values"), self.names.fresh("at")
        thrown = rng.pick([None, None, "Trouble{hash}", "std::out_of_range(keyed(hash))", "hash"])
        out.open(f"unsigned {work}(const std::vector<unsigned> &{values}, long {at})")
        out.line(f"unsigned hash = {rng.below(1000)}u + static_cast<unsigned>({at});")
        if thrown:
            out.open(f"if ({at} % {rng.pick([3, 7, 13])} == 1)")
            out.line(f"throw {thrown};")
            out.close()
        out.open(f"for (unsigned k = 0; k < {rng.between(2000, 20000)}u; ++k)")
        out.line(f"hash = mix(hash, {values}[{at} + k % 64u]);")
        out.close()
        out.line("return hash;")
        out.close()
        out.line()
        body = self.begin(out, name)
        count = rng.between(12, 40)
        end = rng.between(2, count - 1)
        list, total, one, last = (self.names.fresh(word) for word in ("list", "total", "one", "last"))
        out.line(f"std::vector<unsigned> {values}(1024);")
        out.open("for (unsigned i = 0; i < 1024u; ++i)")
        out.line(f"{values}[i] = mix(i, {rng.below(1000)}u);")
        out.close()
        out.line(f"std::vector<long> {list};")
        out.open(f"for (long i = 0; i < {count}; ++i)")
        out.line(f"{list}.push_back(i <= {end} ? i * {rng.between(3, 900 // count)} : (1L << 40) * (i % 2 ? 1 : -1));")
        out.close()
        out.line(f"const long {last} = {list}[{end}];")
        out.line(f"unsigned {total} = {rng.below(100)}u;")
        # An exception that leaves is `describe`d here, or by main.
        isAround = rng.chance(50)
        if isAround:
            out.open("try")
        inside = thrown and rng.chance(75)
        item = self.names.fresh("item")
        if rng.chance(60):
            out.open(f"for (const long {item} : {list})")
        else:
            out.open(f"for (std::size_t i = 0; i < {list}.size(); ++i)")
            out.line(f"const long {item} = {list}[i];")
        if inside:
            out.open("try")
        out.line(f"const unsigned {one} = {work}({values}, {item});")
        out.line(f"{total} = mix({total}, {one});")
        leaving = rng.pick(["throw Trouble{7u};", f"throw {total};", 'throw std::runtime_error("left");', "break;",
                            f"std::printf(\"left %u\\n\", {total}); std::exit(3);"])  # fmt: skip
        if inside:
            handler = rng.pick(["const Trouble &", "const std::out_of_range &", "const std::logic_error &", "unsigned", "..."])
            out.reopen(f"catch ({handler})")
            out.line(f"{total} += {rng.between(1, 9)}u;")
            if rng.chance(30):
                out.open(f"if ({item} >= {last})")
                out.line(rng.pick([leaving, "throw;", "return;"]))
                out.close()
            out.close()
        # It is left here at last, whatever was thrown before.
        out.open(f"if ({item} == {last})")
        out.line(leaving)
        out.close()
        out.close()
        if isAround:
            self.caught(body)
        out.line(f'std::printf("%u\\n", {total});')
        self.finish(body)

    # -- what was called with decides, behind the call

    def judged(self, out, name):
        """Each iteration builds what it calls with, looks at it again afterwards, often when it has changed it, and decides by
        that whether the loop goes on, or what is built next."""
        rng = self.rng
        function = self.work(out, throws=False, trap=None)
        body = self.begin(out, name)
        first = function.params[0][1]
        count, size = rng.between(14, 40), rng.pick([10, 60, 200])
        judged, seed = self.names.fresh("judged"), self.names.fresh("seed")
        self.shared(body, function, skip={0})
        write, ends = tally(rng, self.names, body, function, function.call(body, {0: judged}), None)
        out.line(f"unsigned {seed} = {rng.below(1000)}u;")
        out.open(f"for (unsigned i = 0; i < {count}u; ++i)")
        out.line(f"{first.cpp} {judged} = {make(first, f'{seed} + i * {rng.between(1, 99)}u', f'{size}u')};")
        write()
        mark = body.scope.mark()
        variable = body.scope.add(judged, first)
        for _ in range(rng.pick([0, 0, 1, 1, 2])):
            if first.isContainer() and rng.chance(50):
                body.loopOver(variable, 40, 1)
            elif not body.changeIn(variable):
                body.grow(40, 1)
        body.scope.release(mark)
        if rng.chance(60):
            out.open(f"if (digest({judged}) % {rng.between(9, 99)}u == {rng.below(9)}u)")
            out.line("break;")
            out.close()
        if rng.chance(30):
            out.line(f"{seed} = digest({judged}) % 1000u;")
        out.close()
        self.finish(body, ends)

    # -- slices of one container

    def slices(self, out, name):
        rng = self.rng
        first = STRING if rng.chance(40) else self.types.vectorOf(self.types.number())
        passing = rng.weighted([(3, "view" if first is STRING else "span"), (2, "cref")])
        self.types.includes |= {"span", "string_view"}
        params = [(self.names.fresh("input"), first, passing), *self.maker.params()[1:2]]
        function = self.work(out, params=params, throws=False, trap=None)
        body = self.begin(out, name)
        base, at = self.names.fresh("base"), self.names.fresh("at")
        width, stride = rng.between(20, 400), rng.between(20, 400)
        length = stride * rng.between(14, 36) + width
        out.line(f"{first.cpp} {base} = {make(first, '3u', f'{length}u')};")
        self.shared(body, function, skip={0})
        body.scope.add(base, first).isFrozen = True
        if passing == "view":
            part = f"std::string_view({base}).substr({at}, {width})"
        elif first is STRING:
            part = f"{base}.substr({at}, {width})"
        elif passing == "span":
            part = f"std::span<const {first.element().cpp}>({base}).subspan({at}, {width})"
        else:
            part = f"{first.cpp}({base}.begin() + {at}, {base}.begin() + {at} + {width})"
        write, ends = tally(rng, self.names, body, function, function.call(body, {0: part}), None)
        change = disturbance(rng, self.names, body, None, first) if rng.chance(35) else None
        out.open(f"for (long {at} = 0; {at} + {width} <= static_cast<long>({base}.size()); {at} += {stride})")
        write()
        if change:
            mark = body.scope.mark()
            body.loops += 1
            change()
            body.loops -= 1
            body.scope.release(mark)
        if rng.chance(20):
            found = body.expressions.path(body.scope.ofType(first)[-1], wantsWrite=True)
            out.line(f"{found[0]} = {body.value(found[1])};")
        out.close()
        self.finish(body, ends)

    # -- straight lines

    def straight(self, out, name):
        rng = self.rng
        functions = [self.work(out, throws=rng.chance(10)) for _ in range(rng.between(1, 2))]
        body = self.begin(out, name)
        for function in functions:
            self.shared(body, function)
        told = {function.result: self.names.fresh("told") for function in functions if function.result in TELLING}
        for type, array in told.items():
            out.line(f"{body.types.vectorOf(type).cpp} {array}({rng.between(40, 4000)}u);")
        rounds = rng.between(2, 10)
        index = self.names.fresh("n")
        out.open(f"for (unsigned {index} = 0; {index} < {rounds}u; ++{index})")
        body.scope.add(index, U32, isWritable=False)
        mark = body.scope.mark()
        for _ in range(rng.between(2, 4)):
            function = rng.pick(functions)
            result = self.names.fresh("result")
            scalarAndCalm = function.isCalm and function.result in (U32, U64)
            text = function.call(body)
            if scalarAndCalm and rng.chance(40):
                text = f"{text} {rng.pick(['+', '^', '-', '*'])} {function.call(body)}"
            out.line(f"{function.result.cpp} {result} = {text};")
            for _ in range(rng.below(3)):
                body.statement(20, 1)
            body.scope.add(result, function.result)
            if function.result in told and rng.chance(50):
                self.tell(body, rng.pick(functions), told[function.result], function.result, result)
        for array in told.values():
            out.line(f'std::printf("{array} %u\\n", digest({array}));')
        for v in body.scope.variables[mark:]:
            out.line(f'std::printf("{v.name} %u\\n", digest({v.name}));')
            if not v.type.isScalar() and rng.chance(30):
                for target in body.scope.ofType(v.type, isWritable=True)[:1]:
                    if target is not v and not target.isFrozen:
                        out.line(f"{target.name} = std::move({v.name});")
        out.close()
        body.scope.release(mark - 1)
        self.finish(body)

    def tell(self, body, function, array, type, result):
        """Loops that are told a call's result when they begin: what they change by it, how often, what their calls share."""
        rng, out, count = self.rng, body.out, self.names.fresh("k")
        changed = {U32: f"element * 3u ^ {result}", U64: f"element * 3u ^ {result}", I32: f"std::max(element / 2, {result})",
                   F64: f"tamed(element * 0.5 + {result})"}[type]  # fmt: skip
        kind = rng.below(3)
        if kind == 0:
            out.line(f"for (auto &element : {array}) element = {changed};")
        elif kind == 1:
            ends = {F64: f"{array}.size() / 2", I32: f"{array}.size() / 3"}.get(type, f"{result} % {array}.size()")
            out.open(f"for (std::size_t {count} = 0; {count} < {ends}; ++{count})")
            out.line(f"auto &element = {array}[{count}];")
            out.line(f"element = {changed};")
            out.close()
        else:
            out.open(f"for (unsigned {count} = 0; {count} < {rng.between(2, 6)}u; ++{count})")
            out.line(f"const unsigned found = digest({function.call(body)});")
            out.line(f"state = mix(state, found + {count});")
            out.close()

    # -- chains: x = f(x), and stages

    def chain(self, out, name):
        rng = self.rng
        type = rng.pick([t for t in self.types.order if t.isContainer() or t.kind in ("struct", "class")])
        step = self.work(out, params=[(self.names.fresh("input"), type, rng.pick(["cref", "value"])),
                                      *self.maker.params()[1:2]], result=type)  # fmt: skip
        look = self.work(out, params=[(self.names.fresh("input"), type, "cref")], throws=False)
        body = self.begin(out, name)
        self.shared(body, step, skip={0})
        worlds, rounds, world = rng.between(3, 8), rng.between(2, 5), self.names.fresh("world")
        list = self.types.vectorOf(type)
        out.line(f"{list.cpp} {world};")
        out.open(f"for (unsigned i = 0; i < {worlds}u; ++i)")
        out.line(f"{world}.push_back({make(type, 'i', '60u')});")
        out.close()
        body.scope.add(world, list).isFrozen = True
        index = self.names.fresh("n")
        if rng.chance(50):
            each = self.names.fresh("each")
            out.open(f"for (unsigned {index} = 0; {index} < {rounds}u; ++{index})")
            out.open(f"for (auto &{each} : {world})")
            moved = f"std::move({each})" if step.params[0][2] == "value" and rng.chance(60) else each
            hidden = body.scope.variables.pop()  # the other arguments must not read what is moved from
            out.line(f"{each} = {step.call(body, {0: moved})};")
            body.scope.variables.append(hidden)
            out.close()
        else:
            self.doubleBuffer(body, list, world, index, rounds, step)
        if rng.chance(30):
            mark = body.scope.mark()
            body.statement(10, 1)
            body.scope.release(mark)
        out.close()
        write, ends = tally(rng, self.names, body, look, look.call(body, {0: f"last_{world}"}), None)
        out.open(f"for (const auto &last_{world} : {world})")
        write()
        out.close()
        self.finish(body, ends)

    def doubleBuffer(self, body, list, world, index, rounds, step):
        """Leaves the loop over rounds open."""
        out, next, at = body.out, self.names.fresh("next"), self.names.fresh("i")
        out.line(f"{list.cpp} {next} = {world};")
        body.scope.add(next, list).isFrozen = True
        out.open(f"for (unsigned {index} = 0; {index} < {rounds}u; ++{index})")
        source = self.rng.pick([at, f"({at} + 1u) % {world}.size()"])
        target = self.rng.pick([next, next, world])
        out.open(f"for (std::size_t {at} = 0; {at} < {world}.size(); ++{at})")
        out.line(f"{target}[{at}] = {step.call(body, {0: f'{world}[{source}]'})};")
        out.close()
        out.open(f"if ({index} % 2u == 0u)")
        out.line(f"std::swap({world}, {next});")
        out.close()
