"""A front matter that cannot be read as it stands: slips are mended in memory, so that the rest is judged as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from kam.load.flow import close_brackets, mend_flow
from kam.load.layout import continues_text, find_above, find_hidden, find_indent, find_text_indent
from kam.load.lines import KEYED, ODD_INDENT, TAB_INDENT, explain_line, knows_name
from kam.load.plan import Plan
from kam.load.resolve import Resolved, resolve
from kam.load.slip import Slip
from kam.load.syntax import CERTAIN, explain_error
from kam.load.tree import Tree, parse_tree
from kam.model.problem import Level

BUDGET = 400_000
"""So many characters are parsed again and again at most; larger files are read once."""
MAX_ROUNDS = 30
MAX_COMPARED = 2000
MAX_ABOVE = 200
SUSPECT_KEYS = frozenset({"odd-key", "odd-space"})
INDENT = re.compile("[ \t\u3000\xa0\u2000-\u200a\u202f\u205f]+")
VALUE_OF_KEY = re.compile(r"[ \t]*[\w.-]+:(?=[ \t])")
GROUPED = re.compile(r'"([^\s"0-9]{0,9}[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?)"')
EMPTIED = frozenset({"reserved-char", "bad-yaml"})


@dataclass(slots=True)
class Reading:
    """A front matter as far as it could be read. ``slips`` are those of its YAML, with their places in the file.

    ``mended`` are the lines of the file that were read otherwise than they stand there, as they should be; those whose
    value was left out are not among them.
    """

    tree: Tree
    resolved: Resolved | None
    slips: list[Slip] = field(default_factory=list)
    mended: dict[int, str] = field(default_factory=dict)


def read_front(front: str, first_line: int, plan: Plan) -> Reading:
    """Read a front matter by ``plan``, mending what is certain."""
    return _Mender(front, first_line, plan).read()


class _Mender:
    def __init__(self, front: str, first_line: int, plan: Plan) -> None:
        self.first_line, self.plan = first_line, plan
        self.original = front.split("\n")
        self.lines = list(self.original)
        self.names, self.numbers = frozenset(_iter_names(plan)), frozenset(_iter_numbers(plan))
        self.slips: list[Slip] = []
        self.seen: set[tuple[str, int]] = set()
        self.emptied: set[int] = set()

    def read(self) -> Reading:
        spent = 0
        for _ in range(MAX_ROUNDS):
            front = "\n".join(self.lines)
            spent += len(front)
            tree = parse_tree(front, self.first_line)
            is_map = tree.root is not None and tree.root.kind == "map"
            resolved = resolve(tree.root, self.plan, front) if tree.root is not None and is_map else None
            if not self._mend(tree, resolved) or spent + len(front) > BUDGET:
                break
        else:
            resolved = None
        if tree.error is not None:
            resolved = None
        return self._finish(tree, resolved)

    def _mend(self, tree: Tree, resolved: Resolved | None) -> bool:
        """Mend what can be; False where nothing is left to mend."""
        if tree.error is None and tree.root is None:
            return False
        if self._mend_certain(self._suspects(tree, resolved)):
            return True
        if tree.error is None:
            return False
        hidden = find_hidden(self.lines)
        hidden |= {line for first, last in tree.blocks for line in range(first + 1, last + 1)}
        slip = explain_error(tree, self.lines, self.first_line, self.names, hidden)
        index = slip.line - self.first_line
        if index in self.emptied:
            return False
        if slip.rule != "missing-colon" or index - 1 not in self.emptied:
            self._add(slip)
        return self._replace(slip, index)

    def _suspects(self, tree: Tree, resolved: Resolved | None) -> list[int]:
        hidden = find_hidden(self.lines)
        if resolved is None:
            hidden |= {line for first, last in tree.blocks for line in range(first + 1, last + 1)}
            return [index for index in range(len(self.lines)) if index not in hidden]
        found = {slip.line for slip in tree.slips if slip.rule in SUSPECT_KEYS}
        found |= {slip.line for slip in resolved.slips if slip.rule in CERTAIN}
        found |= {resolved.keys[path][0] for path in resolved.unknown}
        return sorted({line - self.first_line for line in found} - hidden)

    def _mend_certain(self, suspects: list[int]) -> bool:
        changed = False
        for index in suspects:
            line = self.lines[index]
            above = self.lines[max(0, index - MAX_ABOVE) : index] if INDENT.match(line) else []
            slip, mended = self._mend_line(line, index, above)
            if slip is not None:
                self._add(slip)
            changed = changed or mended != line
            self.lines[index] = mended
        return changed

    def _mend_line(self, line: str, index: int, above: list[str]) -> tuple[Slip | None, str]:
        number = index + self.first_line
        inside = bool(above) and continues_text(line, find_above(line, above))
        if inside and not self._is_field(line):
            return None, line
        found: Slip | None = None
        mended = line
        for _ in range(4):
            slip, mended = self._mend_once(mended, number, above)
            found = found or slip
            if slip is None:
                break
        if found is not None:
            shown = mended if found.column == 1 or found.rule == "tab-indent" else mended.strip()
            shown = GROUPED.sub(lambda m: m[0] if m[0] in line else re.sub("[,，]", "", m[1]), shown)
            found = replace(found, args={**found.args, "fixed": shown})
        return found, mended

    def _mend_once(self, line: str, number: int, above: list[str]) -> tuple[Slip | None, str]:
        slip = explain_line(line, number, self.names)
        if slip is not None and (TAB_INDENT.match(line) or ODD_INDENT.match(line)):
            return slip, self._indent(line, above)
        if slip is not None:
            return slip, whole_line(line, slip)
        flow = mend_flow(line, lambda name: knows_name(name, self.names), self.numbers)
        if flow is None:
            return None, line
        args = {"name": flow.name, "fixed": flow.line.strip()}
        if not flow.rule:
            return None, flow.line
        return Slip(flow.rule, number, flow.column, flow.key, args, level=Level.ERROR), flow.line

    def _is_field(self, line: str) -> bool:
        """True where a line that is indented with odd signs holds a known field."""
        rest = INDENT.sub("", line, count=1)
        name = re.match(r"([\w.-]+)[ \t]*[:：]", rest)
        odd = TAB_INDENT.match(line) or ODD_INDENT.match(line)
        return odd is not None and name is not None and knows_name(name[1], self.names)

    def _indent(self, line: str, above: list[str]) -> str:
        match = INDENT.match(line)
        blank = match[0] if match else ""
        text = line[len(blank) :]
        wanted = sum(1 if char == " " else 2 for char in blank)
        if not KEYED.match(f"{text} ") and not text.startswith("- ") and "：" not in text:
            return " " * find_text_indent(wanted, above) + text
        return " " * find_indent(wanted, above, is_item=text.startswith("- ")) + text

    def _replace(self, slip: Slip, index: int) -> bool:
        """Put the line in order by the slip's own words; else leave its value out. False where neither is safe."""
        line = self.lines[index]
        if slip.key == "block" and self._has_inner(index):
            return False
        if "fixed" in slip.args:
            self.lines[index] = whole_line(line, slip)
            return self.lines[index] != line
        if self._has_inner(index) or slip.key in ("key", "extra"):
            return False
        key = VALUE_OF_KEY.match(line)
        if slip.rule == "unclosed-bracket":
            self.lines[index] = close_brackets(line)
        elif slip.rule == "missing-colon":
            self.lines[index] = ""
        elif slip.rule in EMPTIED and key is not None:
            self.lines[index] = key[0]
        else:
            return False
        self.emptied.add(index)
        return True

    def _has_inner(self, index: int) -> bool:
        below = next((line for line in self.lines[index + 1 :] if line.strip()), "")
        width = len(self.lines[index]) - len(self.lines[index].lstrip(" "))
        return below[: width + 1].strip(" \t") == "" and bool(below)

    def _add(self, slip: Slip) -> None:
        line, column = self._place(slip.line, slip.column)
        if (slip.rule, line) not in self.seen:
            self.seen.add((slip.rule, line))
            self.slips.append(replace(slip, line=line, column=column))

    def _place(self, line: int, column: int) -> tuple[int, int]:
        """The place in the file of a place in the mended lines."""
        index = line - self.first_line
        if not 0 <= index < len(self.lines) or self.lines[index] == self.original[index]:
            return line, column
        before, after = self.original[index], self.lines[index]
        if max(len(before), len(after)) > MAX_COMPARED:
            return line, min(column, len(before) + 1)
        place = 0
        for one, other, length in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
            if other > column - 1:
                break
            place = one + min(column - 1 - other, length)
        return line, place + 1

    def _finish(self, tree: Tree, resolved: Resolved | None) -> Reading:
        if self.lines == self.original:
            return Reading(tree, resolved, self.slips + tree.slips)
        found = [s for s in tree.slips if s.line - self.first_line not in self.emptied]
        for slip in found:
            self._add(slip)
        if resolved is not None:
            kept = [s for s in resolved.slips if s.line - self.first_line not in self.emptied]
            resolved.slips = [replace(s, line=p[0], column=p[1]) for s in kept for p in [self._place(s.line, s.column)]]
            resolved.places = {path: self._place(*place) for path, place in resolved.places.items()}
            resolved.keys = {path: self._place(*place) for path, place in resolved.keys.items()}
        pairs = enumerate(zip(self.original, self.lines, strict=True))
        mended = {i + self.first_line: new for i, (old, new) in pairs if old != new and i not in self.emptied}
        return Reading(tree, resolved, self.slips, mended)


def whole_line(line: str, slip: Slip) -> str:
    """The line as the slip says that it should be written, with its indentation."""
    fixed = slip.args["fixed"]
    if slip.rule in ("bad-indent", "tab-indent") or slip.column == 1:
        return fixed
    return line[: len(line) - len(line.lstrip())] + fixed.lstrip()


def _iter_names(plan: Plan) -> Iterator[str]:
    for name, inner in plan.fields.items():
        yield name
        yield from _iter_names(inner)
    if plan.items:
        yield from _iter_names(plan.items)


def _iter_numbers(plan: Plan) -> Iterator[str]:
    for name, inner in plan.fields.items():
        if inner.kind in ("integer", "number"):
            yield name
        yield from _iter_numbers(inner)
    if plan.items:
        yield from _iter_numbers(plan.items)
