"""check-help-pages.py PREFIX SHARE - compares --help with man pages and completions: no option of the one lacks in the others."""

import os
import re
import shutil
import subprocess
import sys

prefix, share = sys.argv[1:]


def optionsOf(*command):
    text = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (?:-\w,)?(-{1,2}[A-Za-z][\w-]*)", text, re.MULTILINE)), text


def read(*path):
    with open(os.path.join(share, *path), encoding="utf-8") as file:
        return file.read()


for name in ("cleave", "cleave++"):
    binary = os.path.join(prefix, "bin", name)
    options, text = optionsOf(binary)
    if name == "cleave":
        for command in re.findall(r"^  (\w+) {2,}", text, re.MULTILINE):
            options |= optionsOf(binary, command)[0]
    page = read("man", "man1", name + ".1").replace("\\-", "-")
    completions = [read("bash-completion", "completions", name), read("zsh", "site-functions", "_" + name)]
    fish = read("fish", "vendor_completions.d", name + ".fish")
    for option in options:
        assert f" {option}" in page or f",{option}" in page, f"{option} is not on the man page of {name}"
        assert all(option in completion for completion in completions), f"{option} is not completed"
        assert f"'{option.lstrip('-')}'" in fish, f"{option} is not completed in fish"
    print(f"{name}: {len(options)} options")
    # A page that groff finds fault with is none.
    if not shutil.which("man"):
        continue
    result = subprocess.run(["man", "--warnings", "-l", os.path.join(share, "man", "man1", name + ".1")], capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr, result.stderr
