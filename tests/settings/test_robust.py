"""Whatever a settings file holds, loading ends with problems in words, never with a traceback."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam.model.texts import render_message
from kam.settings.compile_all import compile_settings
from kam.settings.files import read_files
from kam.settings.yaml_reader import load_yaml_with_lines

MINIMAL = Path(__file__).parent / "examples" / "minimal"
FILES = {path: load_yaml_with_lines(path, raw).value for path, raw in read_files(MINIMAL).items()}
ODD = [
    None, True, 0, -1, 1.5, "", "x", "text with spaces", "${", [], ["x"], [None], [["a", "b"]], {}, {"en": "x"},
    {"x": None}, {"$ref": "#/$defs/person"}, {"type": "array", "items": {}}, "2026-02-30", "中文", 10**30,
]  # fmt: skip


def iter_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from iter_places(inner, (*path, key))


PLACES = [(name, place) for name, value in FILES.items() for place in iter_places(value)]


def replace_at(value: Any, place: tuple[Any, ...], odd: Any) -> Any:
    changed = copy.deepcopy(value)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    return changed


def load(raws: dict[str, bytes]) -> None:
    for problem in compile_settings(Path("nowhere"), raws, "digest").problems:
        for lang in ("en", "zh"):
            message, _ = render_message(problem, lang)
            assert message


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_any_value_anywhere_is_answered_in_words(where: tuple[str, tuple[Any, ...]], odd: Any) -> None:
    name, place = where
    raws = read_files(MINIMAL)
    raws[name] = json.dumps(replace_at(FILES[name], place, odd), default=float).encode()
    load(raws)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 3000), st.integers(0, 60), st.binary(max_size=6))
def test_any_damage_to_a_file_is_answered_in_words(name: str, start: int, length: int, middle: bytes) -> None:
    raws = read_files(MINIMAL)
    raws[name] = raws[name][:start] + middle + raws[name][start + length :]
    load(raws)
