"""Compares the machine code of a program's functions, built split and not: `same_code.py CLEAVEXX OUTPUT SOURCE`.

Builds SOURCE with and without -fno-cleave, both with -g for the symbols, takes the programs out of the bundles, and compares
what is in both, instruction by instruction. Only addresses may differ.
"""

import json
import os
import re
import subprocess
import sys
import tarfile


def build(cleavexx, options, source, output):
    subprocess.run([cleavexx, "-std=c++20", "-O3", "-g", "-w", *options, source, "-o", output + ".cleave"], check=True)
    with tarfile.open(output + ".cleave") as bundle:

        def blob(digest):
            return bundle.extractfile("blobs/" + digest.replace(":", "/")).read()

        index = json.loads(bundle.extractfile("index.json").read())
        layers = json.loads(blob(index["manifests"][0]["digest"]))["layers"]
        with open(output, "wb") as file:
            file.write(blob(next(layer["digest"] for layer in layers if layer["mediaType"].endswith("root.v1+elf"))))
    return functions(output), any("task" in layer["mediaType"] for layer in layers)


def functions(path):
    text = subprocess.run(["llvm-objdump", "-d", "--no-show-raw-insn", "--no-leading-addr", path], check=True,
                          capture_output=True, text=True).stdout  # fmt: skip
    found, body = {}, []
    for line in text.splitlines():
        if name := re.fullmatch(r"<(.*)>:", line):
            body = found[name[1]] = []
        elif line.strip() and line.strip() != "...":
            line = re.sub(r"\s*(#.*|<.*>)", "", line.strip())
            body.append(re.sub(r"0x[0-9a-f]{5,}", "ADDRESS", line))
    return found


def main():
    cleavexx, output, source = sys.argv[1:]
    os.makedirs(output, exist_ok=True)
    plain, _ = build(cleavexx, ["-fno-cleave"], source, os.path.join(output, "plain"))
    split, hasTasks = build(cleavexx, [], source, os.path.join(output, "split"))
    if not hasTasks or "main.plain" not in split:
        sys.exit("nothing of the program was split")
    split["main"] = split["main.plain"]
    names = [name for name in plain if name.endswith(".cleave") or name == "main"]
    different = [name for name in names if split.get(name) != plain[name]]
    for name in different:
        print(f"{name}: {len(plain[name])} instructions, {len(split.get(name, []))} where the program is split")
    print(f"{len(names) - len(different)} functions are the same, {len(different)} are not")
    return 1 if different or len(names) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
