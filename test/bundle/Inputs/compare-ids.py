"""compare-ids.py INSPECTED - prints each taken site's manner and callee, and the name that the manifest has for its task."""

import json
import sys

with open(sys.argv[1]) as file:
    manifest = json.load(file)
partition = manifest["partition"]
for kind in partition["tasks"]:
    task = manifest["tasks"][kind["id"]]
    assert (kind["name"], kind["file"], kind["line"]) == (task["name"], task["file"], task["line"]), (kind, task)
for site in partition["sites"]:
    if site["cut"] != "none":
        name = manifest["tasks"][site["task"]]["name"]
        print(site["cut"], site.get("callee", name), name)
