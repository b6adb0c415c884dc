"""What in the free text of a record the site would not show as written: raw HTML, scripts in links, template signs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from kam.load.characters import MAX_SLIPS, Places
from kam.load.exact import has_body_sign
from kam.load.sensitive import find_sensitive
from kam.load.slip import Slip

TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[\s/][^<>]*)?>|<!--|<!\[CDATA\[|<![A-Za-z]|<\?")
ATTRIBUTES = re.compile(r"\{\s*:?\s*(?:[#.][\w-]+|[\w:-]+\s*=)[^{}\n]*\}")
TEMPLATE = re.compile(r"\{\{|\{%|\{#")
SNIPPET = re.compile(r"-{1,}8<-{1,}")
INLINE_LINK = re.compile(r"\]\(\s*<?([^)>\n]{0,2000})")
DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*<?([^>\n]{1,2000})", re.MULTILINE)
AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,20}:[^<>\s]{0,2000})>")
FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
TICKS = re.compile("`+")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
REFUSED = frozenset({"javascript", "vbscript", "data", "file", "jar", "blob", "about", "livescript", "mocha"})


def check_body(body: str, first_line: int) -> Iterator[Slip]:
    """Yield one slip for each rule and line; ``first_line`` is the line of the file at which the body begins."""
    sound = body.encode("utf-8", "replace").decode()
    if not has_body_sign(sound):
        return
    seen: set[tuple[str, int]] = set()
    places = Places(body)
    for rule, index, args in _find(body):
        line, column = places.of(index)
        if (rule, line) not in seen:
            seen.add((rule, line))
            yield Slip(rule, line + first_line - 1, column, args=args)
        if len(seen) >= MAX_SLIPS:
            return


def _find(body: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    for match in SNIPPET.finditer(body):
        yield "snippet", match.start(), {}
    prose = _blank_code(body)
    for match in ATTRIBUTES.finditer(prose):
        yield "bad-attr", match.start(), {"text": match[0][:60]}
    without = ATTRIBUTES.sub(lambda m: " " * len(m[0]), body)
    for match in TEMPLATE.finditer(without):
        yield "template-marker", match.start(), {}
    for match in TAG.finditer(prose):
        yield "raw-html", match.start(), {"text": match[0].split("\n")[0][:40]}
    yield from _find_links(prose)
    for rule, index, shown in find_sensitive(body):
        yield rule, index, {"shown": shown, "name": ""}


def _find_links(prose: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    for pattern in (INLINE_LINK, AUTOLINK):
        for match in pattern.finditer(prose):
            if is_refused(match[1]):
                yield "bad-link", match.start(1), {"target": match[1].strip()[:60]}
    for match in DEFINITION.finditer(prose):
        if is_refused(match[2]):
            yield "bad-link", _first_use(prose, match[1], match.start()), {"target": match[2].strip()[:60]}


def is_refused(target: str) -> bool:
    """True for a link that could run a script or read a file, however its scheme is disguised."""
    plain = html.unescape(html.unescape(target))
    plain = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), plain)
    plain = re.sub(r"[\s\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028\u2029\u2060\ufeff\\]", "", plain).lower()
    match = SCHEME.match(plain)
    return bool(match and match[1] in REFUSED)


def _first_use(prose: str, label: str, definition: int) -> int:
    """Where a reference link stands that readers would click; the definition itself where none does."""
    match = re.search(r"\]\[" + re.escape(label) + r"\]|\[" + re.escape(label) + r"\](?![:\[(])", prose, re.IGNORECASE)
    if match is None:
        return definition
    return prose.rfind("[", 0, match.start() + 1) if prose[match.start()] == "]" else match.start()


def _blank_code(body: str) -> str:
    """The body with spaces for all that stands in code, so that places stay."""
    if "`" not in body and "~~~" not in body:
        return body
    prose = FENCED.sub(lambda m: _blank(m[0]), body)
    return "\n".join(_blank_code_spans(line) if "`" in line else line for line in prose.split("\n"))


def _blank_code_spans(line: str) -> str:
    runs = [(m.start(), m.end()) for m in TICKS.finditer(line)]
    following: dict[int, int] = {}
    closing: list[int | None] = []
    for index in range(len(runs) - 1, -1, -1):
        width = runs[index][1] - runs[index][0]
        closing.append(following.get(width))
        following[width] = index
    closing.reverse()
    index = 0
    while index < len(runs):
        close = closing[index]
        if close is not None:
            start, end = runs[index][0], runs[close][1]
            line = line[:start] + " " * (end - start) + line[end:]
            index = close
        index += 1
    return line


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
