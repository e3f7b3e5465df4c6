"""partition.py PARTITION SOURCE - compares the digest that a partition has for a source; prints what became tasks."""

import hashlib
import json
import sys

with open(sys.argv[1]) as file:
    partition = json.load(file)
with open(sys.argv[2], "rb") as file:
    digest = hashlib.sha256(file.read()).hexdigest()
for source in partition["sources"]:
    print(source["file"], "is" if source["sha256"] == digest else "is not", "the text that was compiled")
for site in partition["sites"]:
    if site["cut"] != "none":
        print(site["message"])
