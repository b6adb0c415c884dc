"""The quick way to where a value stands agrees with the careful one, wherever it answers at all."""

from __future__ import annotations

from pathlib import Path

from kam.load import locate, locate_field
from kam.settings import load_settings


def test_the_quick_and_the_careful_way_find_the_same_places(repository: Path) -> None:
    settings = load_settings(repository)
    found = 0
    for path in sorted((repository / "accounts").rglob("*.md")):
        name = path.relative_to(repository).as_posix()
        rtype = settings.type_of_path(name)
        if rtype is None:
            continue
        for ending in (b"\n", b"\r\n"):
            raw = path.read_bytes().replace(b"\n", ending)
            places = locate(name, raw, rtype)
            for field in rtype.by_name:
                place = locate_field(raw, rtype, field)
                found += place is not None
                assert place in (None, places.get((field,)))
    assert found > 100


def test_a_line_inside_a_text_is_not_taken_for_a_field(repository: Path) -> None:
    rtype = load_settings(repository).types["issue"]
    for front in ('title: "a\nstatus: b"', "title: >\n  a\nstatus: open", "status:\n  open", "title: [a,\nstatus: b]"):
        assert locate_field(f"---\n{front}\n---\n".encode(), rtype, "status") is None
    assert locate_field(b"---\ntitle: A\nstatus: open\n---\nstatus: b\n", rtype, "status") == (3, 9)
