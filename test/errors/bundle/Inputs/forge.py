"""forge.py BUNDLE - writes changed copies of a good bundle beside it, most with all digests made to fit again.

Each function below is one copy, named after it: it gets the parts of a bundle as Python values and changes them. Its
arguments say which: `manifest`, `partition`, `image` and `index` are JSON, `files` is what goes into the archive.
"""

import hashlib
import inspect
import io
import json
import sys
import tarfile


def unpack(path):
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def blobOf(descriptor):
    return "blobs/sha256/" + descriptor["digest"][7:]


def pack(name, files):
    with tarfile.open(name, "w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def textOf(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def layerOf(image, kind):
    return next(layer for layer in image["layers"] if layer["annotations"]["vnd.cleave.kind"] == kind)


def store(files, descriptor, value):
    content = textOf(value)
    descriptor["digest"] = "sha256:" + hashlib.sha256(content).hexdigest()
    descriptor["size"] = len(content)
    files[blobOf(descriptor)] = content


# Changes that the digests are made to fit again -----------------------------------------------------------------------


def nothing():
    pass


def newer(manifest):
    manifest["format"] = 2


def formatless(manifest):
    manifest["format"] = "1"


def foreign(image):
    layerOf(image, "manifest")["mediaType"] = "application/vnd.oci.image.layer.v1.tar"


def claims(manifest):
    manifest["tasks"][0]["uuid"] = manifest["tasks"][1]["uuid"]


def ids(manifest):
    manifest["tasks"][1]["id"] = 0


def size(manifest):
    manifest["tasks"][0]["size"] += 1


def digestless(manifest):
    manifest["root"]["digest"] = "md5:0"


def escape(manifest):
    manifest["root"]["digest"] = "sha256:../../index.json"


def rootless(manifest):
    del manifest["root"]


def taskless(manifest):
    manifest["tasks"] = {}


def features(manifest):
    manifest["requiredFeatures"].append(7)


def names(manifest):
    manifest["tasks"][0]["name"] = "count\x1b[2J\nBlock"


def types(partition):
    site = {"file": 1, "line": "x", "cut": 3, "task": 0, "cost": {"known": 1}, "message": []}
    refused = {"cut": "none", "reason": 9, "file": None, "line": -1}
    partition["sites"] = [7, None, [], "text", site, refused]


def config(image):
    image["config"]["digest"] = "sha256:" + "0" * 64


def layer(image):
    image["layers"].append({**image["layers"][0], "digest": "sha256:" + "1" * 64})


def index(index):
    index["manifests"] = []


# Whole documents replaced: what is returned takes the place of the first argument's value ----------------------------


def deep(manifest):
    return b'{"format":1,"x":' + b"[" * 1000000 + b"]" * 1000000 + b"}"


def scalar(partition):
    return 5


def image(image):
    return b"{"


# Changes of the archive that the digests tell ------------------------------------------------------------------------


def flip(files, descriptor):
    content = bytearray(files[blobOf(descriptor)])
    content[len(content) // 2] ^= 1
    files[blobOf(descriptor)] = bytes(content)


def make(change):
    files = unpack(sys.argv[1])
    parts = {"index": json.loads(files["index.json"])}
    descriptors = {"image": parts["index"]["manifests"][0]}
    parts["image"] = json.loads(files[blobOf(descriptors["image"])])
    for kind in ("manifest", "partition"):
        descriptors[kind] = layerOf(parts["image"], kind)
        parts[kind] = json.loads(files[blobOf(descriptors[kind])])
    wanted = list(inspect.signature(change).parameters)
    replaced = change(*(parts[part] for part in wanted))
    if replaced is not None:
        parts[wanted[0]] = replaced
    # From the leaves up: each holds the digests of those before it.
    for part in ("partition", "manifest", "image"):
        store(files, descriptors[part], parts[part])
    files["index.json"] = textOf(parts["index"])
    pack(change.__name__ + ".cleave", files)


for change in (nothing, newer, formatless, foreign, claims, ids, size, digestless, escape, rootless, taskless, features,
               names, types, config, layer, index, deep, scalar, image):  # fmt: skip
    make(change)

good = unpack(sys.argv[1])
goodImage = json.loads(good[blobOf(json.loads(good["index.json"])["manifests"][0])])
for kind in ("manifest", "partition"):
    damaged = dict(good)
    flip(damaged, layerOf(goodImage, kind))
    pack(kind + ".cleave", damaged)

with open(sys.argv[1], "rb") as file:
    raw = bytearray(file.read())
second = 512 + (len(next(iter(good.values()))) + 511) // 512 * 512
raw[second : second + 8] = b"\xff" * 8
with open("header.cleave", "wb") as file:
    file.write(raw)

# Cut between two entries: what is left is an archive without an end, and every entry in it is whole.
with tarfile.open(sys.argv[1]) as archive:
    boundary = archive.getmember("index.json").offset
with open(sys.argv[1], "rb") as source, open("cut.cleave", "wb") as file:
    file.write(source.read(boundary))
