from __future__ import annotations

import os
from pathlib import Path

import pytest

from kam.write import RefusedError, clear_leftovers, write_file


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "accounts" / "acme" / "profile.md"
    write_file(path, "---\nname: 华北\n---\n", expected=None)
    assert path.read_text(encoding="utf-8") == "---\nname: 华北\n---\n"
    assert [p.name for p in path.parent.iterdir()] == ["profile.md"]


def test_line_ends_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    write_file(path, "a\r\nb\n", expected=None, sync=False)
    assert path.read_bytes() == b"a\r\nb\n"


@pytest.mark.parametrize(("there", "expected"), [(b"theirs", b"ours"), (b"theirs", None), (None, b"ours")])
def test_a_change_by_someone_else_is_never_lost(tmp_path: Path, there: bytes | None, expected: bytes | None) -> None:
    path = tmp_path / "a.md"
    if there is not None:
        path.write_bytes(there)
    with pytest.raises(RefusedError):
        write_file(path, "new", expected=expected)
    assert (path.read_bytes() if path.exists() else None) == there
    assert len(list(tmp_path.iterdir())) == (there is not None)


def test_what_was_expected_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    write_file(path, "new", expected=b"old")
    assert path.read_bytes() == b"new"


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "target.md").write_bytes(b"old")
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "acme").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "accounts" / "link.md").symlink_to(tmp_path / "elsewhere" / "target.md")
    for name in ("acme/target.md", "acme/new.md", "link.md"):
        with pytest.raises(RefusedError, match="symbolic link"):
            write_file(tmp_path / "accounts" / name, "new", expected=b"old" if "new" not in name else None)
    assert (tmp_path / "elsewhere" / "target.md").read_bytes() == b"old"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_file(path, "new", expected=b"old")
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_writer_left_behind_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    dead, alive = tmp_path / ".kam-a.md.999999999.tmp", tmp_path / f".kam-a.md.{os.getpid()}.tmp"
    for path in (dead, alive, tmp_path / ".kam-notes.tmp"):
        path.touch()
    clear_leftovers(tmp_path.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive.name, ".kam-notes.tmp"])
