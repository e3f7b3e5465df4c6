"""A program as a tree of lines, as the generator writes them: one statement a line, braces at line ends. Text that is laid
out otherwise parses too; it only comes apart less finely."""


class Node:
    """A line, or a block: `sections` are (opening line, nodes), more than one for `} else {` and `} catch (...) {`."""

    def __init__(self, line=None):
        self.line, self.sections, self.footer = line, [], None

    def isBlock(self):
        return bool(self.sections)

    def text(self):
        if not self.isBlock():
            return [self.line]
        lines = []
        for header, nodes in self.sections:
            lines.append(header)
            lines += flattened(nodes)
        return [*lines, self.footer]


def flattened(nodes):
    return [line for node in nodes for line in node.text()]


def parse(lines):
    """The nodes of a whole file. An unbalanced brace ends as a plain line."""
    root, stack = [], []
    into = root
    for line in lines:
        bare = line.strip()
        opens, closes = bare.endswith("{"), bare.startswith("}")
        if closes and not stack:
            into.append(Node(line))
        elif closes and opens:
            node, outer, _ = stack[-1]
            into = []
            node.sections.append((line, into))
        elif closes:
            node, outer, _ = stack.pop()
            node.footer = line
            outer.append(node)
            into = outer
        elif opens:
            node, inner = Node(), []
            node.sections.append((line, inner))
            stack.append((node, into, inner))
            into = inner
        else:
            into.append(Node(line))
    while stack:  # a block that never ends: its lines as they are
        node, outer, _ = stack.pop()
        outer += [Node(header) for header, _ in node.sections] + [n for _, nodes in node.sections for n in nodes]
        into = outer
    return into if not stack and into is root else root


def groups(line):
    """(begin, end) of each balanced pair of parentheses, the widest first."""
    found, open = [], []
    for i, letter in enumerate(line):
        if letter == "(":
            open.append(i)
        elif letter == ")" and open:
            found.append((open.pop(), i + 1))
    return sorted(found, key=lambda pair: pair[0] - pair[1])
