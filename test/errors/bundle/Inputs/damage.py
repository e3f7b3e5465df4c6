"""damage.py BUNDLE - writes broken copies of a good bundle beside it: truncated, task, root, newer and missing."""

import hashlib
import io
import json
import sys
import tarfile

good = open(sys.argv[1], "rb").read()
files = {}
with tarfile.open(fileobj=io.BytesIO(good)) as archive:
    for member in archive:
        files[member.name] = archive.extractfile(member).read()


def digest_name(content):
    return "blobs/sha256/" + hashlib.sha256(content).hexdigest()


def write(name, contents):
    with tarfile.open(name, "w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in sorted(contents.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


index = json.loads(files["index.json"])
image = json.loads(files["blobs/sha256/" + index["manifests"][0]["digest"][7:]])


def layer(kind):
    for entry in image["layers"]:
        if kind in entry["mediaType"]:
            return entry
    raise SystemExit(f"no layer {kind}")


def flipped(kind):
    path = "blobs/sha256/" + layer(kind)["digest"][7:]
    content = bytearray(files[path])
    content[len(content) // 2] ^= 1
    return {**files, path: bytes(content)}


open("truncated.cleave", "wb").write(good[: len(good) * 2 // 3])
write("task.cleave", flipped("task"))
write("root.cleave", flipped("root"))
write("missing.cleave", {k: v for k, v in files.items() if k != "blobs/sha256/" + layer("root")["digest"][7:]})

# A newer format is a whole bundle: every digest fits.
entry = layer("manifest.v1+json") if "cleave.manifest" in layer("manifest.v1+json")["mediaType"] else None
manifest = json.loads(files["blobs/sha256/" + entry["digest"][7:]])
manifest["format"] += 1
content = json.dumps(manifest).encode()
newer = {**files, digest_name(content): content}
entry["digest"], entry["size"] = "sha256:" + hashlib.sha256(content).hexdigest(), len(content)
content = json.dumps(image).encode()
newer[digest_name(content)] = content
index["manifests"][0]["digest"] = "sha256:" + hashlib.sha256(content).hexdigest()
index["manifests"][0]["size"] = len(content)
newer["index.json"] = json.dumps(index).encode()
write("newer.cleave", newer)
