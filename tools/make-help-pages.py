#!/usr/bin/env python3
"""make-help-pages.py BIN OUTPUT VERSION - man pages and shell completions from what `cleave --help` and `cleave++ --help` say.

There is one text, the one in the programs: what is written here is how it looks elsewhere. Writes below OUTPUT:
man/man1, bash-completion/completions, zsh/site-functions and fish/vendor_completions.d.
"""

import os
import re
import subprocess
import sys



def helpOf(*command):
    # A fixed environment: the text must not depend on where it is built.
    result = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True, env={"LC_ALL": "C.UTF-8"})
    return result.stdout.rstrip("\n").split("\n")


class Help:
    """A help text in parts: `about`, `usage`, and sections of entries (heading, [(term, description)], free text)."""

    def __init__(self, lines):
        self.about, self.usage, self.sections, self.footer = [], "", [], []
        entries = None
        for line in lines:
            heading = re.fullmatch(r"([A-Za-z+ ]+?)( of an executable that cleave\+\+ made)?:", line)
            if match := re.match(r"(?:OVERVIEW: )(.*)", line):
                self.about.append(match[1])
            elif match := re.match(r"(?:USAGE|Usage): (.*)", line):
                self.usage = match[1]
            elif heading:
                entries = []
                self.sections.append((heading[1] + (heading[2] or ""), entries))
            elif entries is not None and (match := re.match(r"  (\S.*?)(?:\s{2,}(.*))?$", line)) and not line.startswith("   "):
                entries.append([match[1], match[2] or ""])
            elif entries and line.startswith("    "):
                entries[-1][1] = (entries[-1][1] + " " + line.strip()).strip()
            elif not line.strip():
                if entries:
                    entries = None
                elif entries is None:
                    (self.footer if self.sections else self.about).append("")
            elif self.sections:
                self.footer.append(line)
            else:
                self.about.append(line)

    def options(self):
        seen = set()
        for _, entries in self.sections:
            for term, description in entries:
                # CLI11 writes "-o,--output FILE", "--workers N:INT in [1 - 65535]"; clang "-cleave-sarif=FILE".
                names = re.findall(r"(?:^|,\s*)(-[^\s,=\[]+=?)", term)
                takesFile = bool(re.search(r"[ =](FILE|FOLDER)\b", term))
                for name in names:
                    if name not in seen:
                        yield name, description, takesFile
                    seen.add(name)

    def commands(self):
        return [(term, text) for heading, entries in self.sections if heading == "Subcommands" for term, text in entries]


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def paragraphs(lines):
    return [" ".join(part.split()) for part in "\n".join(lines).split("\n\n") if part.strip()]


def entriesAsRoff(help):
    for heading, entries in help.sections:
        yield ".SS " + roff(heading.capitalize())
        for term, description in entries:
            yield f".TP\n.B {roff(term)}\n{roff(description)}"
    for text in paragraphs(help.footer):
        yield ".PP\n" + roff(text)


def manPage(name, version, help, parts, others):
    first, *more = paragraphs(help.about)
    lines = [f'.TH {name.upper()} 1 "" "Cleave {version}" "Cleave"', ".SH NAME", f"{roff(name)} \\- {roff(first.rstrip('.').removeprefix(name + ', '))}"]
    lines += [".SH SYNOPSIS"] + [f".B {roff(usage)}\n.br" for usage in [help.usage] + [part.usage for _, part in parts]]
    if more:
        lines += [".SH DESCRIPTION"] + [".PP\n" + roff(text) for text in more]
    lines += [".SH OPTIONS", *entriesAsRoff(help)]
    for command, part in parts:
        lines += [".SH " + roff(f"{name} {command}".upper()), *map(roff, paragraphs(part.about)), *entriesAsRoff(part)]
    lines += [".SH SEE ALSO", ", ".join(f".BR {roff(other)} (1)" for other in others)]
    return "\n".join(lines) + "\n"


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def bashCompletion(name, help, parts):
    function = "_" + re.sub(r"\W", "_", name)
    words = " ".join(option for option, _, _ in help.options())
    lines = [f"# Completion of {name} for bash, made from its --help.", f"{function}() {{",
             '  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" command="${COMP_WORDS[1]}"',
             "  COMPREPLY=()"]  # fmt: skip
    if parts:
        lines += ["  if ((COMP_CWORD == 1)); then",
                  f"    COMPREPLY=($(compgen -W {quoted(words + ' ' + ' '.join(c for c, _ in parts))} -- \"$word\"))", "    return",
                  "  fi", '  case "$command" in']  # fmt: skip
        for command, part in parts:
            lines.append(f"  {command}) words={quoted(' '.join(option for option, _, _ in part.options()))} ;;")
        lines += ['  *) words="" ;;', "  esac"]
        lines.insert(3, "  local words")
    else:
        lines.append(f"  local words={quoted(words)}")
    lines += ['  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); fi',
              "  # Whatever else it is, it is a file.",
              '  if ((${#COMPREPLY[@]} == 0)); then COMPREPLY=($(compgen -f -- "$word")); fi',
              "}", f"complete -o filenames -F {function} {name}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def zshCompletion(name, help, parts):
    def specification(part):
        for option, description, takesFile in part.options():
            text = re.sub(r"([\[\]:\\])", r"\\\1", description)
            value = ":file:_files" if takesFile else ""
            yield quoted(f"{option}[{text}]{value}")

    lines = [f"#compdef {name}", f"# Completion of {name} for zsh, made from its --help."]
    if parts:
        lines += ["if ((CURRENT == 2)); then", "  local -a commands=("]
        lines += ["    " + quoted(command + ":" + about.replace(":", "\\:")) for command, about in help.commands()]
        lines += ["  )", f"  _arguments {' '.join(specification(help))}", "  _describe command commands", "  return", "fi", "local command=$words[2]", "shift words", "((CURRENT--))",
                  "case $command in"]  # fmt: skip
        for command, part in parts:
            lines.append(f"{command}) _arguments {' '.join(specification(part))} '*:file:_files' ;;")
        lines.append("esac")
    else:
        lines.append(f"_arguments {' '.join(specification(help))} '*:file:_files'")
    return "\n".join(lines) + "\n"


def fishCompletion(name, help, parts):
    lines = [f"# Completion of {name} for fish, made from its --help."]

    def add(option, description, takesFile, condition):
        bare = option.rstrip("=").lstrip("-")
        kind = "l" if option.startswith("--") else "s" if len(bare) == 1 else "o"
        lines.append(f"complete -c {name} {condition}-{kind} {quoted(bare)}{' -r' if takesFile else ''} -d {quoted(description)}")

    for command, about in help.commands():
        lines.append(f"complete -c {name} -n __fish_use_subcommand -f -a {command} -d {quoted(about)}")
    for option, description, takesFile in help.options():
        add(option, description, takesFile, "-n __fish_use_subcommand " if parts else "")
    for command, part in parts:
        for option, description, takesFile in part.options():
            add(option, description, takesFile, f"-n '__fish_seen_subcommand_from {command}' ")
    return "\n".join(lines) + "\n"


def main():
    binaries, output, version = sys.argv[1:]

    def write(path, content):
        path = os.path.join(output, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

    names = ("cleave", "cleave++")
    for name in names:
        binary = os.path.join(binaries, name)
        help = Help(helpOf(binary))
        parts = [(command, Help(helpOf(binary, command))) for command, _ in help.commands()]
        # A command of commands: the page has each, and completions offer the options of all of them.
        inner = {command: [(f"{command} {name}", Help(helpOf(binary, command, name))) for name, _ in part.commands()]
                 for command, part in parts}  # fmt: skip
        pages = [entry for command, part in parts for entry in [(command, part), *inner[command]]]
        write(f"man/man1/{name}.1", manPage(name, version, help, pages, [other for other in names if other != name]))
        for command, part in parts:
            part.sections += [section for _, nested in inner[command] for section in nested.sections]
        write(f"bash-completion/completions/{name}", bashCompletion(name, help, parts))
        write(f"zsh/site-functions/_{name}", zshCompletion(name, help, parts))
        write(f"fish/vendor_completions.d/{name}.fish", fishCompletion(name, help, parts))


if __name__ == "__main__":
    main()
