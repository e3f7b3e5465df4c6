"""What a loop does with a result, and what it changes behind the work's back while others may be ahead.

A `Use` collects what stands before the loop (declarations), the call's line or lines, and what follows it.
"""

from .types import I32, STRING, U32, U64


def tally(rng, names, body, function, call, index):
    """Writes the declaration before the loop; returns a function that writes the lines inside. `call` is the text of the
    call, evaluated once; `index` is the text of an index below the number of rounds, or None."""
    result, out = function.result, body.out
    kinds = [(5, pushed), (4, mixedIn), (3, namedFirst), (2, mapped)]
    if result.isScalar():
        kinds += [(6, summed), (2, greatest)]
    if index:
        kinds += [(4, stored)]
    if result is STRING:
        kinds += [(6, appended)]
    return rng.weighted(kinds)(rng, names, body, function, call, index, out)


def pushed(rng, names, body, function, call, index, out):
    list = body.types.vectorOf(function.result)
    name = names.fresh("results")
    out.line(f"{list.cpp} {name};")
    how = rng.pick(["push_back", "emplace_back"])
    return (lambda: out.line(f"{name}.{how}({call});")), [name]


def stored(rng, names, body, function, call, index, out):
    list = body.types.vectorOf(function.result)
    name = names.fresh("results")
    out.line(f"{list.cpp} {name}(64);")
    place = rng.pick([index, index, f"63u - {index}", f"({index} * 7u + 3u) % 64u", f"{index} / 2u"])
    return (lambda: out.line(f"{name}[{place}] = {call};")), [name]


def mixedIn(rng, names, body, function, call, index, out):
    name = names.fresh("total")
    out.line(f"unsigned {name} = {rng.below(100)}u;")
    body.scope.add(name, U32).isFrozen = True
    return (lambda: out.line(f"{name} = mix({name}, digest({call}));")), []


def summed(rng, names, body, function, call, index, out):
    name, type = names.fresh("total"), function.result
    out.line(f"{type.cpp} {name} = 0;")
    if type in (U32, U64):
        return (lambda: out.line(f"{name} {rng.pick(['+=', '^=', '+='])} {call};")), [name]
    if type is I32:
        return (lambda: out.line(f"{name} = ({name} + {call}) % 100003;")), [name]
    return (lambda: out.line(f"{name} = tamed({name} + {call});")), [name]


def greatest(rng, names, body, function, call, index, out):
    name, type = names.fresh("best"), function.result
    out.line(f"{type.cpp} {name} = 0;")
    return (lambda: out.line(f"{name} = std::max<{type.cpp}>({name}, {call});")), [name]


def appended(rng, names, body, function, call, index, out):
    name = names.fresh("text")
    out.line(f"std::string {name};")
    return (lambda: out.line(f"{name} += {call};")), [name]


def mapped(rng, names, body, function, call, index, out):
    name = names.fresh("byKey")
    body.types.includes.add("map")
    out.line(f"std::map<unsigned, {function.result.cpp}> {name};")
    key = f"{index} % {rng.between(5, 64)}u" if index else f"static_cast<unsigned>({name}.size())"

    def write():
        if rng.chance(50):
            out.line(f"const unsigned key_{name} = static_cast<unsigned>({key});")
            out.line(f"{name}[key_{name}] = {call};")
        else:
            out.line(f"{name}.emplace({key}, {call});")

    def digestOf():
        out.open(f"for (const auto &[key, value] : {name})")
        out.line('std::printf("%u:%u ", static_cast<unsigned>(key), digest(value));')
        out.close()
        out.line('std::printf("\\n");')

    return write, [digestOf]


def namedFirst(rng, names, body, function, call, index, out):
    """The result gets a name, is looked at, changed, kept or not."""
    list = body.types.vectorOf(function.result)
    kept, name = names.fresh("kept"), names.fresh("result")
    out.line(f"{list.cpp} {kept};")
    out.line(f"unsigned sum_{kept} = 0;")
    body.scope.add(f"sum_{kept}", U32)

    def write():
        out.line(f"{rng.pick(['auto', function.result.cpp, 'const auto'])} {name} = {call};")
        mark = body.scope.mark()
        body.scope.add(name, function.result, isWritable=False)
        out.line(f"sum_{kept} = mix(sum_{kept}, digest({name}));")
        if rng.chance(60):
            body.statement(40, 1)
        if rng.chance(30):
            out.open(f"if (digest({name}) % {rng.between(2, 30)}u == 1u)")
            out.line(rng.pick(["continue;", "continue;", "break;"]))
            out.close()
        if rng.chance(35):
            out.line(f'std::printf("result %u\\n", digest({name}));')
        out.line(f"{kept}.push_back({name});")
        body.scope.release(mark)

    return write, [kept]


# -- behind the work's back


def disturbance(rng, names, body, inputs, element):
    """Declares an alias before the loop and returns what writes through it inside, or None. `inputs`: the container of
    arguments, `element` its element type."""
    out = body.out
    kinds = [(4, "statement"), (2, "global"), (2, "swap"), (2, "pointer"), (2, "print")]
    if inputs and not element.isScalar():
        kinds += [(4, "alias"), (3, "element pointer"), (2, "iterator")]
    kind = rng.weighted(kinds)
    if kind == "statement":
        return lambda: body.statement(40, 1)
    if kind == "global":
        return lambda: out.line(f"state = mix(state, {body.value(U32, 1)});")
    if kind == "print":
        return lambda: out.line(f'std::printf("at %u\\n", {body.value(U32, 1)});')
    if kind == "swap":
        return lambda: body.handOn(40, 0)
    if kind == "pointer":
        return throughPointer(rng, names, body)
    alias = names.fresh("alias")
    place = f"{inputs}[{rng.below(9)} % {inputs}.size()]"
    out.line({
        "alias": f"auto &{alias} = {place};",
        "element pointer": f"auto *const {alias} = &{place};",
        "iterator": f"const auto {alias} = {inputs}.begin() + {rng.below(9)} % {inputs}.size();",
    }[kind])  # fmt: skip
    name = alias if kind == "alias" else f"(*{alias})"
    variable = body.scope.add(name, element)
    variable.isFrozen = True
    rare = body.value(U32, 1)

    def write():
        out.open(f"if ({rare} % {rng.between(1, 4)}u == 0u)")
        if not body.changeIn(variable):
            out.line(f"{name} = {body.makeExpression(element, 30)};")
        out.close()

    return write


def throughPointer(rng, names, body):
    """Some variable that calls may be given is replaced as a whole through a pointer to it."""
    free = body.scope.where(lambda v: v.isWritable and not v.isFrozen and not v.type.isScalar() and not v.limit)
    if not free:
        return lambda: body.assign(40, 0)
    variable, pointer = rng.pick(free), names.fresh("pointer")
    body.out.line(f"{variable.type.cpp} *{pointer} = &{variable.name};")
    return lambda: body.out.line(f"*{pointer} = {body.makeExpression(variable.type, 20)};")
