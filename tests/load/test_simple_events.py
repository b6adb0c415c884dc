"""The quick split of a front matter gives the very events that the YAML parser gives, or refuses."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from yaml import YAMLError
from yaml.cyaml import CParser
from yaml.events import DocumentStartEvent, NodeEvent, ScalarEvent, StreamEndEvent, StreamStartEvent

from kam.load.simple_events import MAX_DEPTH, NotSimple, simple_events

PIECES = [
    *"abz09 :-,[]{}#'\"?&*!|>%@`~=<./+_\n", "  ", "- ", ": ", "\n  ", "\n- ", "\n    - ", "客户", "：", "，",
    "null", "<<: ",
    "---", "...", " #", "key:", "key: v", "{a: b}", "[a, b]", "é", "😀", "\u3000", "a:b", "12:30",
]  # fmt: skip


def parsed(front: str) -> list[Any] | str:
    """The events of the YAML parser between the ends of the document."""
    parser, found = CParser(front), []
    try:
        while type(event := parser.get_event()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent and (found or event.explicit):
                return "several documents"
            if type(event) is not StreamStartEvent and not type(event).__name__.startswith("Document"):
                found.append(plain(event))
    except YAMLError as error:
        return str(error)
    return found


def plain(event: Any) -> tuple[Any, ...]:
    """What of an event makes its meaning."""
    if type(event) is ScalarEvent:
        return ("scalar", event.value, event.style or None, getattr(event, "anchor", None), getattr(event, "tag", None))
    marks = (getattr(event, "anchor", None), getattr(event, "tag", None)) if isinstance(event, NodeEvent) else ()
    return (type(event).__name__, *marks)


def split(front: str) -> list[Any] | None:
    """The events of the quick way, or None where it refuses."""
    try:
        return [plain(event) for event in iter(simple_events(front), object())]
    except NotSimple:
        return None


@pytest.fixture(scope="module")
def fronts(repository: Path) -> list[str]:
    """Front matters of the sample portfolio."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((repository / "accounts").rglob("*.md"))]
    return [text[3 : text.find("\n---\n", 3) + 1] for text in texts if text.startswith("---\n")]


def test_most_records_are_simple(fronts: list[str]) -> None:
    simple = [front for front in fronts if split(front) is not None]
    assert len(simple) > len(fronts) / 2
    assert [split(front) for front in simple] == [parsed(front) for front in simple]


@pytest.mark.parametrize("seed", range(4))
def test_changed_at_random_they_mean_the_same_or_are_refused(seed: int, fronts: list[str]) -> None:
    draw = random.Random(seed)
    for _ in range(2500):
        front = draw.choice(fronts)
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(1, len(front))
            front = front[:at] + draw.choice(PIECES) + front[at + draw.choice((0, 0, 1, 2, 5)) :]
        front = front if front.endswith("\n") else front + "\n"
        found = split(front)
        assert found is None or found == parsed(front), front


def test_deep_nesting_is_refused_not_followed() -> None:
    deep = "\n" + "".join(f"{' ' * n}a:\n" for n in range(5000)) + " " * 5000 + "b: c\n"
    assert split(deep) is None
    assert split("\n" + "".join(f"{' ' * n}a:\n" for n in range(MAX_DEPTH)) + " " * MAX_DEPTH + "b: c\n") is not None
