"""Compares the functions of two .ll files, by name: `same_functions.py CUT PLAIN`.

Each function that PLAIN defines must be in CUT, with the same instructions. What differs between any two modules is left
out: lines (`!dbg`), numbers of metadata, attributes and strings, names and numbers of values; and the types of functions that
-fwhole-program-vtables notes. Marks of Cleave's own (`!cleave.*`) are not left out.
"""

import re
import sys


def functions(path):
    found, body = {}, None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name = re.match(r'define .*?@("[^"]*"|[\w.$]+)\(', line)
            if name:
                body = found[name[1]] = []
            if body is not None:
                body.append(line)
            if line.startswith("}"):
                body = None
    return {name: normalised("".join(body)) for name, body in found.items()}


def normalised(text):
    text = re.sub(r",? !dbg !(\d+|DILocation\([^\n]*\))", "", text)
    text = re.sub(r"\n *; .*|;.*", "", text)
    text = re.sub(r" !type !\d+", "", text)
    text = re.sub(r" #\d+", " #", text)
    text = re.sub(r"@\.str(\.\d+)?\b", "@.str", text)
    text = re.sub(r"!\d+", "!", text)
    values = {}
    # Labels are defined without the percent sign.
    text = re.sub(r'^("[^"]*"|[\w.$-]+):', r"%\1:", text, flags=re.M)
    return re.sub(r'%("[^"]*"|[\w.$-]+)', lambda value: values.setdefault(value[0], f"%{len(values)}"), text)


def main():
    cut, plain = (functions(path) for path in sys.argv[1:])
    different = [name for name in plain if cut.get(name) != plain[name]]
    for name in different:
        print(f"{name}: {'differs' if name in cut else 'is not there'}")
        if name in cut:
            for one, other in zip(cut[name].splitlines(), plain[name].splitlines()):
                if one != other:
                    print(f"  {one}\n  {other}")
                    break
    print(f"{len(plain) - len(different)} functions are the same, {len(different)} are not")
    return 1 if different or not plain else 0


if __name__ == "__main__":
    sys.exit(main())
