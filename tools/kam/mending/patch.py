"""What a fix wants to change, before it is known whether that is safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kam.model.problem import FieldPath


class Span(NamedTuple):
    """The characters from ``start`` to ``end`` of a text, and what is to stand there."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Patch:
    """The spans to replace. ``paths`` are the values that may be others afterwards (below them too).

    With ``adds`` values may come that could not be read before; with ``uncovers`` the file could not be read at all.
    ``raw`` is the whole new content where bytes change that are no part of the text. ``note`` is said besides what was
    replaced, in English and Chinese.
    """

    spans: tuple[Span, ...] = ()
    paths: tuple[FieldPath, ...] = ()
    adds: bool = False
    uncovers: bool = False
    raw: bytes | None = None
    note: tuple[str, str] = ("", "")


def replace_spans(text: str, spans: Iterable[Span]) -> str:
    """The text with the spans, which do not overlap, replaced."""
    out, at = [], 0
    for start, end, new in sorted(spans):
        out += [text[at:start], new]
        at = end
    return "".join((*out, text[at:]))


def overlap(spans: Iterable[Span], others: Sequence[Span]) -> bool:
    """Whether two changes touch the same place."""
    return any(a.start <= b.end and b.start <= a.end for a in spans for b in others)


def difference(old: str, new: str, offset: int = 0) -> Span:
    """The one span in which two texts differ; ``offset`` is where ``old`` begins. Lines put in are whole lines."""
    start = 0
    most = min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = new[start : len(new) - end]
    if start == len(old) - end and "\n" in middle:
        while start and old[start - 1] != "\n" and middle[-1] == old[start - 1]:
            start, end, middle = start - 1, end + 1, middle[-1] + middle[:-1]
    return Span(offset + start, offset + len(old) - end, middle)
