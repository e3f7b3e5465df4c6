"""hostile.py BUNDLE OUTPUT - a copy of a bundle whose partition and names are made to break out of a page.

All digests fit, as in a bundle that someone made for the purpose.
"""

import hashlib
import io
import json
import sys
import tarfile

BREAKOUT = """</code></script></style></title>--><img src=x onerror=alert(1)>"'&{{{script}}}{{#kinds}}\\"];}\x1b[31m\u202e"""
files = {}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        files[member.name] = archive.extractfile(member).read()


def blob(descriptor):
    return files["blobs/sha256/" + descriptor["digest"][7:]]


def replace(descriptor, content):
    del files["blobs/sha256/" + descriptor["digest"][7:]]
    digest = hashlib.sha256(content).hexdigest()
    files["blobs/sha256/" + digest] = content
    descriptor["digest"], descriptor["size"] = "sha256:" + digest, len(content)


index = json.loads(files["index.json"])
image = json.loads(blob(index["manifests"][0]))
for layer in image["layers"]:
    if "partition" in layer["mediaType"]:
        place = {"file": BREAKOUT, "line": 3, "column": 2}
        partition = {
            "version": 1,
            "tasks": [{"id": 0, "cost": {"base_ns": "many", "open": 7}}, 9, None],
            "sites": [
                {**place, "cut": "loop", "task": 0, "message": BREAKOUT, "in": BREAKOUT, "callee": BREAKOUT, "shared": [BREAKOUT, 5]},
                {**place, "cut": "range", "task": 77, "message": "another's", "in": "main"},
                {**place, "cut": "none", "reason": BREAKOUT, "message": BREAKOUT, "callee": 4, "in": 5,
                 "notes": [{"text": BREAKOUT, **place}, {"text": 8, "file": 9, "line": -1}, 3]},
                {"cut": "none", "reason": "io", "message": "nowhere", "file": "a.cpp", "line": 10**18},
                {"cut": "none", "reason": "\n## io", "message": "nowhere", "file": "", "line": 1},
                "site", None, [], {},
            ],
            "edges": [{"from": BREAKOUT, "to": 0, "kind": BREAKOUT}, {"from": "_ZZZ", "to": 99}, {"from_task": 98, "to": 0}, 4],
            "sources": [{"file": BREAKOUT, "sha256": "0" * 64}, {"file": 4}, {"file": "a.cpp", "sha256": "../../etc/passwd"}],
        }  # fmt: skip
        replace(layer, json.dumps(partition).encode())
    if "cleave.manifest" in layer["mediaType"]:
        manifest = json.loads(blob(layer))
        for task in manifest["tasks"]:
            task["name"], task["file"], task["line"] = BREAKOUT, BREAKOUT, 4294967295
            task["signature"] = {"parameters": [{"name": BREAKOUT, "type": BREAKOUT}, 3], "result": {"type": BREAKOUT}}
        manifest["target"] = BREAKOUT
        replace(layer, json.dumps(manifest).encode())
replace(index["manifests"][0], json.dumps(image).encode())
files["index.json"] = json.dumps(index).encode()
with tarfile.open(sys.argv[2], "w", format=tarfile.USTAR_FORMAT) as archive:
    for path, content in sorted(files.items()):
        entry = tarfile.TarInfo(path)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
