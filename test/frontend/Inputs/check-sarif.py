"""check-sarif.py FILE SOURCE - checks a SARIF file against the parts of the 2.1.0 schema that Cleave's files use.

The schema itself is not here (nothing is vendored and tests use no network), so its rules are written down for the
objects in question: which properties there may be, of which type, which must be there, which values they may take. Then
what no schema says: every rule is used and found by its index, every place is in SOURCE.
"""

import json
import sys
import urllib.parse

TEXT = {"text": str, "markdown": str}
REGION = {"startLine": int, "startColumn": int}
PHYSICAL = {"artifactLocation": {"uri": str}, "region": REGION}
LOGICAL = {"fullyQualifiedName": str, "decoratedName": str, "kind": str}
LOCATION = {"id": int, "physicalLocation": PHYSICAL, "logicalLocations": [LOGICAL], "message": TEXT}
RULE = {"id": str, "shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT,
        "defaultConfiguration": {"level": {"none", "note", "warning", "error"}}}  # fmt: skip
RESULT = {"ruleId": str, "ruleIndex": int, "level": {"none", "note", "warning", "error"},
          "kind": {"notApplicable", "pass", "fail", "review", "open", "informational"},
          "message": TEXT, "locations": [LOCATION], "relatedLocations": [LOCATION]}  # fmt: skip
DRIVER = {"name": str, "version": str, "semanticVersion": str, "rules": [RULE]}
RUN = {"tool": {"driver": DRIVER}, "columnKind": {"utf16CodeUnits", "unicodeCodePoints"}, "results": [RESULT]}
LOG = {"$schema": str, "version": {"2.1.0"}, "runs": [RUN]}
REQUIRED = {id(LOG): {"version", "runs"}, id(RUN): {"tool"}, id(DRIVER): {"name"}, id(RULE): {"id"},
            id(RESULT): {"message"}, id(TEXT): {"text"}, id(REGION): {"startLine"}}  # fmt: skip


def check(value, schema, where):
    if isinstance(schema, dict):
        assert isinstance(value, dict), where
        assert not set(value) - set(schema), f"{where}: {set(value) - set(schema)} is not in the schema"
        assert not REQUIRED.get(id(schema), set()) - set(value), f"{where}: lacks what is required"
        for key, item in value.items():
            check(item, schema[key], f"{where}.{key}")
    elif isinstance(schema, list):
        assert isinstance(value, list) and value, where
        for number, item in enumerate(value):
            check(item, schema[0], f"{where}[{number}]")
    elif isinstance(schema, set):
        assert value in schema, f"{where}: {value}"
    else:
        assert type(value) is schema and (schema is not int or value >= 0), f"{where}: {value}"


def places(result):
    for location in result.get("locations", []) + result.get("relatedLocations", []):
        yield location["physicalLocation"]


with open(sys.argv[1], encoding="utf-8") as file:
    log = json.load(file)
check(log, LOG, "log")
run = log["runs"][0]
rules = run["tool"]["driver"]["rules"]
assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
for result in run["results"]:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert (result["level"] == "none") == (result["kind"] != "fail"), "a result that is no failure has no level"
    related = [location["id"] for location in result.get("relatedLocations", [])]
    assert len(set(related)) == len(related)
    for place in places(result):
        assert urllib.parse.unquote(place["artifactLocation"]["uri"]) == sys.argv[2]
        assert 1 <= place["region"]["startLine"] <= len(lines) and place["region"]["startColumn"] >= 1
for result in sorted(run["results"], key=lambda r: (r["ruleId"], r["locations"][0]["physicalLocation"]["region"]["startLine"])):
    place = next(places(result))
    print(result["ruleId"], result["kind"], lines[place["region"]["startLine"] - 1].strip(), "|", result["message"]["text"])
for rule in rules:
    print("rule", rule["id"], "|", rule.get("help", {}).get("markdown", "").partition("\n")[0])
