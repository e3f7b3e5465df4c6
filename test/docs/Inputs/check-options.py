"""check-options.py TREE - options that the pages name in their text (`cleave run --stats=FILE`) are those of --help.

Of the code within sentences and tables, what begins with one of the two commands is looked at: each word that is an option must be
one that the command's --help has. cleave++ takes clang++'s options too, so of these only its own kinds are.
"""

import os
import re
import subprocess
import sys


def helpOf(*command):
    return subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout


def main():
    tree = sys.argv[1]
    texts, counted, wrong = {}, 0, 0
    for folder in (tree, os.path.join(tree, "docs")):
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".md"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                page = re.sub(r"^```.*?^```$", "", file.read(), flags=re.DOTALL | re.MULTILINE)
            for span in re.findall(r"`((?:build/bin/)?cleave(?:\+\+)? [^`]*)`", page):
                words = span.split()
                tool = os.path.basename(words[0])
                command = [tool] if tool == "cleave++" or words[1].startswith("-") else [tool, words[1]]
                if command[-1] == "store" and re.match("[a-z]+$", words[2]):
                    command.append(words[2])
                for word in words[1:]:
                    match = re.match(r"--?[A-Za-z][\w-]*", word)
                    if not match or (tool == "cleave++" and "cleave" not in word):
                        continue
                    counted += 1
                    key = tuple(command)
                    texts[key] = texts.get(key) or helpOf(*command)
                    if not re.search(re.escape(match.group(0)) + r"(?![\w-])", texts[key]):
                        wrong += 1
                        print(f"{name}: `{span}`: {' '.join(command)} has no {match.group(0)}")
    print(f"{counted} options, {wrong} wrong")


main()
