"""check-page.py PAGE - checks that a report is well-formed HTML that loads nothing, and prints what a person reads in it.

Every element that must be closed is, in order; no address leads out of the page; no id is there twice; each link within the
page has its target. Printed are headings, tiles, kinds, and the lines of the source that have marks, with these.
"""

import html.parser
import re
import sys

VOID = {"meta", "link", "input", "br", "hr", "img"}
BLOCKS = {"h1", "h2", "h3", "p", "summary", "dt", "dd", "figcaption", "pre", "th", "td", "li", "text", "title"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.texts, self.classes = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in ("href", "src", "xlink:href", "action", "data"):
            address = attributes.get(name)
            if address is not None:
                assert address.startswith(("#", "data:,")), f"{tag} leads out of the page: {address}"
                self.links.append(address)
        assert not any(name.startswith("on") for name in attributes), f"{tag} has a handler of its own"
        if tag not in VOID:
            self.open.append((tag, attributes))
        if tag in BLOCKS or (tag == "code" and self.isIn("lines") and not self.isIn("mark")):
            self.texts.append([tag, attributes, self.context(), ""])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}, at {self.getpos()}"
        self.open.pop()

    def isIn(self, name):
        return any(name in attributes.get("class", "").split() for _, attributes in self.open)

    def context(self):
        for tag, attributes in reversed(self.open):
            if tag == "li" and re.fullmatch(r"f\d+l\d+", attributes.get("id", "")):
                return attributes["id"]
        return None

    def handle_data(self, data):
        if self.open and self.open[-1][0] in ("style", "script"):
            assert "@import" not in data and "url(" not in data and "fetch(" not in data
            return
        if self.texts:
            self.texts[-1][3] += data


with open(sys.argv[1], encoding="utf-8") as file:
    content = file.read()
assert content.startswith("<!doctype html>")
assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", content), "control characters"
page = Page()
page.feed(content)
page.close()
assert not page.open, page.open
assert len(page.ids) == len(set(page.ids)), [id for id in page.ids if page.ids.count(id) > 1]
for link in page.links:
    assert link == "data:," or link[1:] in page.ids, f"{link} leads nowhere"

code = {}
for tag, attributes, line, text in page.texts:
    text = " ".join(text.split())
    if tag == "code" and line:
        code[line] = text
    elif tag == "summary" and line:
        print("line", line, "|", code.pop(line, ""), "|", text)
    elif line and tag == "p" and text:
        print("    ", text)
    elif not line and text and tag != "li":
        print(f"{tag}: {text}")
