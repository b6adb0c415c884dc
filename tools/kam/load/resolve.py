"""Nodes of a front matter become values of the types that the schema gives them; whatever does not fit is reported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kam.load.attachments import explain_attachment
from kam.load.characters import spell
from kam.load.dates import read_date, read_datetime, read_moment
from kam.load.exact import FULLWIDTH, MAX_DIGITS, NULL_TEXTS, NULL_WORDS, SUSPICIOUS
from kam.load.lines import ODD_INDENT, explain_line, quote_item
from kam.load.numbers import read_boolean, read_integer, read_number
from kam.load.plan import Plan
from kam.load.sensitive import find_sensitive
from kam.load.slip import Slip
from kam.load.tree import Node
from kam.load.wrong import Wrong
from kam.model.problem import FieldPath

TAB = re.compile("\t")
WRAPPED = re.compile(r"[“”„‘’「『«](.*)[“”‘’」』»]\Z", re.DOTALL)
FORMULA = re.compile(r"[=＝](?=\S)|[@＠+-][A-Za-z]+\(|[+＋-][A-Z]{1,3}[0-9]+[!:+*/-]")
BRACKETED = re.compile(r"\s*[［【\[](.*)[］】\]]\s*\Z", re.DOTALL)
SEPARATORS = re.compile("[，、；]")
MAX_TYPED = 80
CUT = re.compile(r"([ \t]+)(#[^\s#].*)")

SCALARS: dict[str, Callable[[str], str | Wrong]] = {"date": read_date, "datetime": read_datetime, "moment": read_moment}
NUMBERS: dict[str, Callable[[str, bool], Any]] = {
    "integer": read_integer, "number": read_number, "boolean": read_boolean,
}  # fmt: skip


class _Absent:
    """The mark of a value that was reported and is left out."""


ABSENT = _Absent()


@dataclass(slots=True)
class Resolved:
    """The values of a front matter with the place of each.

    ``left_out`` are the paths of values that were reported (None where they stand in a list), ``unknown`` those of keys
    that the schema does not know.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[FieldPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[FieldPath, tuple[int, int]] = field(default_factory=dict)
    nodes: dict[FieldPath, Node] = field(default_factory=dict)
    left_out: set[FieldPath] = field(default_factory=set)
    unknown: list[FieldPath] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)


def resolve(root: Node, plan: Plan, front: str) -> Resolved:
    """Read the map ``root`` by ``plan``; ``front`` is the text that it stands in."""
    walk = _Walk(front)
    data = walk.read(root, plan, ())
    walk.result.data = data if isinstance(data, dict) else {}
    return walk.result


class _Walk:
    def __init__(self, front: str) -> None:
        self.front = front
        self.result = Resolved()

    def read(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        self.result.places[path] = (node.line, node.column)
        self.result.nodes[path] = node
        value = ABSENT if node.broken else self._read(node, plan, path)
        if value is ABSENT:
            self.result.left_out.add(path)
        return value

    def _read(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        if node.kind == "scalar" and not node.text:
            continues = ODD_INDENT.match(self.front, self.front.find("\n", node.end) + 1)
            return ABSENT if continues else self._slip("empty-value", node, path)
        if node.kind == "scalar" and not node.style and node.text in NULL_WORDS:
            return self._slip("null", node, path, text=node.text)
        if self.front.startswith("{{", node.start):
            return ABSENT
        if plan.kind == "map":
            return self._read_map(node, plan, path)
        if plan.kind == "list":
            return self._read_list(node, plan, path)
        if node.kind != "scalar":
            return self._slip("not-a-single-value", node, path, "a-list" if node.kind == "list" else "a-map")
        return self._read_scalar(node, plan, path)

    def _read_map(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        if node.kind != "map":
            return self._explain_no_map(node, plan, path)
        data: dict[str, Any] = {}
        for key, value in node.pairs:
            inner = plan.fields.get(key.text) or plan.other
            below = (*path, key.text)
            self.result.keys[below] = (key.line, key.column)
            if inner is None:
                if not value.broken:
                    self.result.unknown.append(below)
                self.result.places[below] = (value.line, value.column)
                continue
            found = self.read(value, inner, below)
            if found is not ABSENT:
                data[key.text] = found
        return data

    def _explain_no_map(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        if node.kind == "scalar" and not node.style:
            line = self.front[self.front.rfind("\n", 0, node.start) + 1 :].split("\n", 1)[0]
            slip = explain_line(line, node.line, frozenset(plan.fields))
            if slip:
                self.result.slips.append(slip)
                return ABSENT
        return self._slip("not-a-map", node, path, names=", ".join(list(plan.fields)[:4]))

    def _read_list(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        if node.kind != "list":
            if node.kind == "scalar" and plan.items and plan.items.kind == "text":
                bare = BRACKETED.sub(r"\1", node.text)
                parts = [p.strip() for p in re.split("[,，、;；]", bare) if p.strip()]
                return self._slip("not-a-list", node, path, "fixed", fixed=f"[{', '.join(map(quote_item, parts))}]")
            return self._slip("not-a-list", node, path, "map" if node.kind == "map" else "default")
        items = []
        for index, item in enumerate(node.items):
            found = self.read(item, plan.items or Plan(), (*path, index))
            if node.flow and isinstance(found, str) and not item.style and SEPARATORS.search(found):
                parts = [p.strip() for p in SEPARATORS.split(found) if p.strip()]
                self._slip("fullwidth-comma", item, (*path, index), fixed=", ".join(map(quote_item, parts)))
            items.append(None if found is ABSENT else found)
        return items

    def _read_scalar(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        text, quoted = node.text, bool(node.style)
        if plan.kind == "text":
            return self._read_text(node, plan, path)
        if not quoted and text in NULL_TEXTS and text != "NaN":
            return self._slip("null-like-text", node, path, text=text)
        if len(text) > MAX_TYPED:
            return self._report(_explain_long(text, plan.kind), node, path)
        value = SCALARS[plan.kind](text) if plan.kind in SCALARS else NUMBERS[plan.kind](text, quoted)
        if not isinstance(value, Wrong):
            return value
        wrapped = WRAPPED.match(text)
        if wrapped and wrapped[1].strip():
            return self._slip("fullwidth-quotes", node, path, "typed", fixed=self._line(path, wrapped[1].strip()))
        return self._report(value, node, path)

    def _read_text(self, node: Node, plan: Plan, path: FieldPath) -> Any:
        text = node.text
        if not node.style:
            if text in NULL_TEXTS:
                return self._slip("null-like-text", node, path, text=text)
            self._look_at_plain(node, path)
        if not plan.multiline and "\n" in text.rstrip("\n"):
            return self._slip("line-break", node, path)
        if not plan.multiline and "\n" in text:
            text = text.rstrip("\n")
        odd = SUSPICIOUS.search(text) or (None if plan.multiline else TAB.search(text))
        if odd and (odd[0] == "\t" or odd[0] not in self.front):
            key = "tab" if odd[0] == "\t" else "escaped"
            return self._slip("control-char", node, path, key, char=spell(odd[0]))
        if plan.strict and FULLWIDTH.search(text):
            narrow = unicodedata.normalize("NFKC", text).strip()
            if plan.choices and narrow not in plan.choices:
                return text
            return self._slip("fullwidth-id", node, path, fixed=self._line(path, narrow))
        if plan.attachment:
            wrong = explain_attachment(text)
            if wrong:
                return self._report(wrong, node, path)
        self._look_for_people(node, plan, path)
        if not plan.strict and FORMULA.match(text):
            self._slip("formula-like", node, path, text=text[:40])
        if "{{" in text or "{%" in text:
            self._slip("template-marker", node, path)
        return text

    def _look_at_plain(self, node: Node, path: FieldPath) -> None:
        wrapped = WRAPPED.match(node.text)
        if wrapped and not re.search("[“”‘’「」『』«»]", wrapped[1]):
            self._slip("fullwidth-quotes", node, path, fixed=self._line(path, quote_item(wrapped[1])))
        cut = CUT.match(self.front, node.end)
        if cut:
            whole = (node.text + cut[0].rstrip()).replace("\\", "\\\\").replace('"', '\\"')
            self._slip("comment-cuts-value", node, path, cut=cut[2][:40], fixed=self._line(path, f'"{whole}"'))

    def _look_for_people(self, node: Node, plan: Plan, path: FieldPath) -> None:
        told: set[str] = set()
        for rule, _, shown in find_sensitive(node.text):
            if rule in told or (rule in ("pii-phone", "pii-bank-card") and (plan.private or plan.strict)):
                continue
            told.add(rule)
            self._slip(rule, node, path, shown=shown)

    def _report(self, wrong: Wrong, node: Node, path: FieldPath) -> Any:
        words = {"text": node.text[:60], **dict(wrong.words)}
        if wrong.fixed:
            words["fixed"] = self._line(path, wrong.fixed)
        return self._slip(wrong.rule, node, path, wrong.key, **words)

    def _line(self, path: FieldPath, value: str) -> str:
        """The line as it should be written."""
        name = path[-1] if path else ""
        return f"- {value}" if isinstance(name, int) else f"{name}: {value}"

    def _slip(self, rule: str, node: Node, path: FieldPath, key: str = "default", **args: str) -> Any:
        name = next((p for p in reversed(path) if isinstance(p, str)), "")
        words = {"name": name, **args}
        self.result.slips.append(Slip(rule, node.line, node.column, key, words, path))
        return ABSENT


def _explain_long(text: str, kind: str) -> Wrong:
    if kind in SCALARS:
        return Wrong("date-form")
    if kind == "boolean":
        return Wrong("bool-like")
    return Wrong("number-too-long", words=(("limit", str(MAX_DIGITS)),)) if text.isdigit() else Wrong("not-a-number")
