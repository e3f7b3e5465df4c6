"""run-page.py PAGE - runs what a page of the documentation shows.

    run-page.py --source TREE --build FOLDER PAGE      # as from the tree: docs/report.md
    run-page.py --source TREE --untested FOLDER           # the pages with blocks that no test in the folder names

Each code block of a page, fenced or indented, has a directive: a comment in HTML, the last thing before the block that is
not empty, which readers do not see. A block without one is an error, so nobody can add one that is not thought about.

    <!-- file: sums.cpp -->          the block is saved under that name in the page's work folder
    <!-- run -->                     its lines are run by bash, in the work folder; the first that fails fails the page
    <!-- run; app.cpp from examples/kmeans.cpp; /usr/local as prefix -->
                                     the same, with a file of the tree copied first, and a text replaced in the commands
                                     and in the output that is expected: a folder that a test may write, a smaller size
    <!-- output -->                  what the last `run` block wrote, standard output and error together: each line occurs
                                     in it, in this order. A word with a digit matches any such word, `...` anything
    <!-- compiled -->                C++ that g++ accepts by itself
    <!-- tested by test/x/y.test --> another test runs it: a file that is there, is a test or an input of one, and names each
                                     program that the block starts, or for a block that starts none the page
    <!-- not run: reason -->         neither, and why

A block whose first line begins with `$ ` is a session: those lines are commands, the others their output. A directive
`<!-- blocks: ... -->` is that of all blocks below it that have none of their own.

The work folder is the current one. In it, `build` is the project's build folder, `examples`, `test` and `bench` the tree's, and
`cleave` and `cleave++` are in PATH, so commands can be typed as they stand. What a command leaves running is ended with it.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys

TIMEOUT_SECONDS = 240
DIRECTIVE = re.compile(r"^\s*<!--\s*(file|run|output|compiled|tested by|not run|blocks)\b[:;]?\s*(.*?)\s*-->\s*$", re.DOTALL)


class Problem(Exception):
    pass


class Block:
    def __init__(self, line, text, directive):
        self.line, self.text, self.directive = line, text, directive


def pagesOf(tree):
    pages = ["README.md", "CONTRIBUTING.md"]
    for folder, _, names in sorted(os.walk(os.path.join(tree, "docs"))):
        pages += [os.path.relpath(os.path.join(folder, name), tree) for name in sorted(names) if name.endswith(".md")]
    return pages


def parseDirective(comment, line):
    match = DIRECTIVE.match(comment)
    if not match:
        return None
    kind, words = match.group(1), " ".join(match.group(2).split())
    if kind in ("not run", "file", "tested by", "blocks") and not words:
        raise Problem(f"line {line}: '{kind}' says nothing behind it")
    return kind, words


def blocksOf(text):
    """The code blocks of a page in CommonMark's sense, as far as this project writes it: fences of three backticks, and
    lines indented by four after an empty line or a comment, outside of lists."""
    lines = text.split("\n")
    blocks, directive, default, index, isParagraph, isList = [], None, None, 0, False, False
    while index < len(lines):
        line = lines[index]
        start = index + 1
        if line.startswith("<!--"):
            comment = [line]
            while "-->" not in comment[-1]:
                index += 1
                if index == len(lines):
                    raise Problem(f"line {start}: a comment that does not end")
                comment.append(lines[index])
            directive = parseDirective("\n".join(comment), start)
            if directive and directive[0] == "blocks":
                default, directive = parseDirective(f"<!-- {directive[1]} -->", start), None
                if not default:
                    raise Problem(f"line {start}: 'blocks' of no directive")
            isParagraph = False
        elif line.startswith("```"):
            content = []
            index += 1
            while index < len(lines) and lines[index] != "```":
                content.append(lines[index])
                index += 1
            if index == len(lines):
                raise Problem(f"line {start}: a fence that does not end")
            blocks.append(Block(start, content, directive or default))
            directive, isParagraph, isList = None, False, False
        elif line.startswith("    ") and not isParagraph and not isList:
            content = []
            while index < len(lines) and (lines[index].startswith("    ") or not lines[index].strip()):
                content.append(lines[index][4:])
                index += 1
            while content and not content[-1].strip():
                content.pop()
            blocks.append(Block(start, content, directive or default))
            directive = None
            continue
        else:
            isParagraph = bool(line.strip()) and not line.startswith(("#", "|"))
            if line.strip() and not line.startswith(" "):
                isList = bool(re.match(r"([-*+]|\d+[.)]) ", line))
            if line.strip():
                if directive:
                    raise Problem(f"line {start}: the comment before it is for a block of code, and this is none")
                directive = None
        index += 1
    return blocks


def programsOf(commands):
    """The names of the programs that lines of shell start, as far as plain commands, lists and pipes go."""
    programs = []
    for line in commands:
        words = shlex.split(line, comments=True)
        isStart = True
        for word in words:
            if word in ("&&", "||", "|", ";"):
                isStart = True
                continue
            word = word.strip("()")
            if isStart and not re.match(r"\w+=", word):
                programs.append(os.path.basename(word))
                isStart = False
    return [program for program in programs if program != "cd"]


def checkTested(where, block, tree, page):
    path = where.split()[0].rstrip(",;:")
    if not path.startswith("test/") or not os.path.isfile(os.path.join(tree, path)):
        raise Problem(f"there is no test {path}")
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        text = file.read()
    if os.path.basename(page) in text:
        return
    for program in programsOf(block.text):
        if program not in text:
            raise Problem(f"{path} does not name '{program}'")


def patternOf(line):
    """A line as a regular expression: a word with a digit is any such word, `...` is anything."""
    parts = re.split(r"(\.\.\.|[^\s()\[\]{},;:'\"]*\d[^\s()\[\]{},;:'\"]*|\s+)", line.strip())
    out = ""
    for part in parts:
        if part == "...":
            out += ".*"
        elif part.isspace():
            out += r"\s+"
        elif re.search(r"\d", part):
            out += r"[^\s()\[\]{},;:'\"]*\d[^\s()\[\]{},;:'\"]*"
        else:
            out += re.escape(part)
    return out


def checkOutput(expected, got):
    lines, at = got.splitlines(), 0
    for line in expected:
        if not line.strip() or line.strip() == "...":
            continue
        pattern = re.compile(patternOf(line))
        while at < len(lines) and not pattern.fullmatch(lines[at].strip()):
            at += 1
        if at == len(lines):
            raise Problem(f"its output has no line (or not in this place)\n    {line}\nit is\n{got}")
        at += 1


def runShell(commands, environment):
    script = "set -euo pipefail\n" + "\n".join(commands) + "\n"
    process = subprocess.Popen(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, start_new_session=True)  # fmt: skip
    try:
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        raise Problem(f"it still ran after {TIMEOUT_SECONDS} s\n{output.decode(errors='replace')}") from None
    text = output.decode(errors="replace")
    if process.returncode != 0:
        raise Problem(f"it ended with status {process.returncode}\n{text}")
    return text


def prepare(words, tree):
    """Copies files; returns the replacements, a list of (text, text)."""
    replacements = []
    for part in filter(None, (part.strip() for part in words.split(";"))):
        left, word, right = (part.rpartition(" from ") if " from " in part else part.rpartition(" as "))
        if not word:
            raise Problem(f"'{part}' is neither 'FILE from FILE' nor 'TEXT as TEXT'")
        if word == " from ":
            source = os.path.join(tree, right)
            if os.path.dirname(left):
                os.makedirs(os.path.dirname(left), exist_ok=True)
            shutil.copyfile(source, left)
        else:
            replacements.append((left, right))
    return replacements


def replaced(lines, replacements):
    text = "\n".join(lines)
    for old, new in replacements:
        if old not in text:
            raise Problem(f"there is no '{old}' in it to replace")
        text = text.replace(old, new)
    return text.split("\n")


class Runner:
    def __init__(self, options):
        self.options, self.output, self.replacements = options, None, []
        self.counts = {}
        build = os.path.abspath(options.build)
        self.environment = dict(os.environ, HOME=os.getcwd(), PATH=os.pathsep.join(
            [os.path.join(build, "bin"), os.environ["PATH"]]))  # fmt: skip
        self.environment.pop("CLEAVE_OPTIONS", None)
        for name, target in [("build", build)] + [
            (name, os.path.join(os.path.abspath(options.source), name)) for name in ("examples", "test", "bench")
        ]:
            if not os.path.islink(name):
                os.symlink(target, name)

    def do(self, block):
        if not block.directive:
            raise Problem("it has no directive: see test/docs/Inputs/run-page.py")
        kind, words = block.directive
        self.counts[kind] = self.counts.get(kind, 0) + 1
        getattr(self, "do" + kind.title().replace(" ", ""))(block, words)

    def doFile(self, block, name):
        if os.path.dirname(name):
            os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write("\n".join(block.text) + "\n")

    def doRun(self, block, words):
        self.replacements = prepare(words, self.options.source)
        lines = replaced(block.text, self.replacements)
        if not block.text[0].startswith("$ "):
            self.output = runShell(lines, self.environment)
            return
        commands, expected = [], []
        for line in lines:
            (commands if line.startswith("$ ") else expected).append(line.removeprefix("$ "))
        self.output = runShell(commands, self.environment)
        checkOutput(expected, self.output)

    def doOutput(self, block, words):
        if self.output is None:
            raise Problem("nothing was run before it")
        checkOutput(block.text, self.output)

    def doCompiled(self, block, words):
        result = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-"], input="\n".join(block.text),
                                capture_output=True, text=True)  # fmt: skip
        if result.returncode:
            raise Problem(f"it does not compile\n{result.stderr}")

    def doTestedBy(self, block, words):
        checkTested(words, block, self.options.source, self.options.page)

    def doNotRun(self, block, words):
        if len(words.split()) < 3:
            raise Problem("that is no reason")


def untestedPages(tree, folder):
    tests = ""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".test"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                tests += file.read()
    for page in pagesOf(tree):
        with open(os.path.join(tree, page), encoding="utf-8") as file:
            text = file.read()
        try:
            isTested = not blocksOf(text) or re.search(re.escape(page) + r"\s", tests)
        except Problem as problem:
            sys.exit(f"{page}: {problem}")
        if not isTested:
            yield page


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", required=True)
    parser.add_argument("--build")
    parser.add_argument("--untested", metavar="FOLDER")
    parser.add_argument("page", nargs="?")
    options = parser.parse_args()
    if options.untested:
        for page in untestedPages(options.source, options.untested):
            print(f"{page}: no test runs its blocks")
        return
    with open(os.path.join(options.source, options.page), encoding="utf-8") as file:
        text = file.read()
    failures = 0
    try:
        blocks = blocksOf(text)
        runner = Runner(options)
    except Problem as problem:
        sys.exit(f"{options.page}: {problem}")
    for block in blocks:
        try:
            runner.do(block)
        except Problem as problem:
            failures += 1
            print(f"{options.page}:{block.line}: {problem}")
    print(f"{len(blocks)} blocks: " + ", ".join(f"{count} {kind}" for kind, count in sorted(runner.counts.items())))
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
