"""make-bundle.py OUT ROOT TASK... - packs a bundle from any ELF files, as docs/bundle.md describes it.

A file named without a folder that is not in the current one is looked for in PATH, as our test tools are.
Tests of the node need programs and tasks that no compiler of ours would make. --feature=NAME adds a required feature,
--exchange=N says that the program speaks another version than what there is here.
"""
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tarfile
import uuid

HEADER = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 4, "rt", "include", "cleave", "exchange.h")
with open(HEADER, encoding="utf-8") as header:
    exchange = int(re.search(r"^#define CLEAVE_EXCHANGE_VERSION (\d+)", header.read(), re.M)[1])
for a in sys.argv[1:]:
    if a.startswith("--exchange="):
        exchange = int(a.split("=", 1)[1])
arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
features = [a.split("=", 1)[1] for a in sys.argv[1:] if a.startswith("--feature=")]
out, rootPath, *taskPaths = arguments
blobs = {}


def describe(content, **more):
    digest = hashlib.sha256(content).hexdigest()
    blobs["blobs/sha256/" + digest] = content
    return {"digest": "sha256:" + digest, "size": len(content), **more}


def layer(content, kind):
    return describe(content, mediaType="application/vnd.cleave." + kind)


def nameOf(content):
    name = bytearray(hashlib.sha256(content).digest()[:16])
    name[6] = 0x80 | (name[6] & 0x0F)
    name[8] = 0x80 | (name[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(name)))


def read(path):
    with open(path if os.path.exists(path) else shutil.which(path), "rb") as file:
        return file.read()


root = read(rootPath)
layers = [layer(root, "root.v1+elf")]
tasks = []
for index, path in enumerate(taskPaths):
    content = read(path)
    layers.append(layer(content, "task.v1+elf"))
    tasks.append({"id": index, "name": f"work{index}(int)", "file": "program.cpp", "line": 10 + index,
                  "entry": "_start", "uuid": nameOf(content), **describe(content)})
manifest = {"format": 1, "exchange": exchange, "target": "x86_64-linux-gnu", "requiredFeatures": features,
            "root": describe(root), "tasks": tasks}
layers.append(layer(json.dumps(manifest).encode(), "manifest.v1+json"))
layers.append(layer(b'{"sites":[]}', "partition.v1+json"))
oci = "application/vnd.oci.image."
image = {"schemaVersion": 2, "mediaType": oci + "manifest.v1+json",
         "config": describe(b'{"architecture":"amd64","os":"linux"}', mediaType=oci + "config.v1+json"),
         "layers": layers}
index = {"schemaVersion": 2, "manifests": [describe(json.dumps(image).encode(), mediaType=oci + "manifest.v1+json")]}
files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode(), **blobs}
with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as archive:
    for path in sorted(files):
        entry = tarfile.TarInfo(path)
        entry.size = len(files[path])
        archive.addfile(entry, io.BytesIO(files[path]))
