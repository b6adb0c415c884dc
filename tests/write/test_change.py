"""Several files changed together: killed anywhere, on a full disk or a locked one, it is all of them or none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kam.cli.context import UNFINISHED
from kam.write import Change, RefusedError, finish_changes, write_changes, write_lock
from kam.write.change import NOTE

OLD = {"accounts/acme/a.md": b"old a", "accounts/acme/b.md": b"old b", "accounts/acme/gone.md": b"old gone"}
NEW = {"accounts/acme/a.md": b"new a", "accounts/acme/b.md": b"new b", "accounts/beta/new.md": b"new"}
CHILD = """
import json, os, signal, sys
from pathlib import Path
from kam.write import Change, write_changes, write_lock

root, stop = Path(sys.argv[1]), int(sys.argv[2])
changes = [Change(p, n and n.encode(), o and o.encode()) for p, n, o in json.loads(sys.argv[3])]
seen = 0

def count(event, args):
    global seen
    if event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"):
        seen += 1
        if seen == stop:
            os.kill(os.getpid(), signal.SIGKILL)

with write_lock(root):
    sys.addaudithook(count)
    write_changes(root, changes)
"""


def changes() -> list[Change]:
    """Two files replaced, one taken away, one new."""
    paths = sorted(OLD.keys() | NEW.keys())
    return [Change(path, NEW.get(path), OLD.get(path)) for path in paths]


def plant(root: Path) -> None:
    for path, content in OLD.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def found(root: Path) -> dict[str, bytes]:
    paths = (p for tree in ("accounts", "archive") for p in (root / tree).rglob("*") if p.is_file())
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths if not p.name.startswith(".kam-")}


def run_child(root: Path, step: int) -> int:
    """Make the changes in a process that kills itself at its ``step``-th call that touches the disk."""
    words = json.dumps(
        [[c.path, c.content and c.content.decode(), c.expected and c.expected.decode()] for c in changes()]
    )
    return subprocess.run([sys.executable, "-c", CHILD, str(root), str(step), words], check=False).returncode


def test_all_changes_are_made(tmp_path: Path) -> None:
    plant(tmp_path)
    write_changes(tmp_path, changes())
    assert found(tmp_path) == NEW
    assert not (tmp_path / NOTE).exists()
    assert NOTE == UNFINISHED


@pytest.mark.skipif(os.name != "posix", reason="kills a process as only POSIX can")
def test_killed_at_any_step_every_file_is_old_or_new_and_the_next_writer_carries_on(tmp_path: Path) -> None:
    ends = set()
    for step in range(1, 200):
        root = tmp_path / str(step)
        plant(root)
        status = run_child(root, step)
        for path, content in found(root).items():
            assert content in (OLD.get(path), NEW.get(path)), (step, path)
        with write_lock(root):
            finish_changes(root)
        assert found(root) in (OLD, NEW), step
        ends.add(found(root) == NEW)
        assert not (root / NOTE).exists()
        if status == 0:
            break
        assert status == -9
    assert ends == {True, False} and step > 8


@pytest.mark.skipif(os.name != "posix", reason="kills a process as only POSIX can")
def test_what_somebody_changed_since_the_crash_stays(tmp_path: Path) -> None:
    for step in range(1, 200):
        root = tmp_path / str(step)
        plant(root)
        run_child(root, step)
        if found(root)["accounts/acme/a.md"] == b"new a":
            break
    assert (root / NOTE).exists() and found(root)["accounts/acme/b.md"] == b"old b"
    (root / "accounts/acme/b.md").write_bytes(b"mine")
    finish_changes(root)
    assert found(root) == {**NEW, "accounts/acme/b.md": b"mine"}


@pytest.mark.parametrize(
    ("path", "content", "expected", "key"),
    [
        ("accounts/acme/a.md", b"x", b"other", "changed"),
        ("accounts/acme/a.md", None, b"other", "changed"),
        ("accounts/acme/none.md", b"x", b"old", "gone"),
        ("accounts/acme/b.md", b"x", None, "exists"),
        ("accounts/../x.md", b"x", None, "outside"),
        ("elsewhere/x.md", b"x", None, "outside"),
        ("accounts/link/x.md", b"x", None, "symlink"),
        ("accounts/acme/link.md", b"x", b"old a", "symlink"),
    ],
)
def test_nothing_is_changed_where_one_file_is_not_as_expected(
    tmp_path: Path, path: str, content: bytes | None, expected: bytes | None, key: str
) -> None:
    plant(tmp_path)
    (tmp_path / "accounts/link").symlink_to(tmp_path / "accounts/acme")
    (tmp_path / "accounts/acme/link.md").symlink_to(tmp_path / "accounts/acme/a.md")
    with pytest.raises(RefusedError) as error:
        write_changes(tmp_path, [Change("accounts/acme/a.md", b"new", b"old a"), Change(path, content, expected)])
    assert error.value.key == key
    assert {name: raw for name, raw in found(tmp_path).items() if "link" not in name} == OLD


@pytest.mark.parametrize("note", ["", "[", "[1, 2]", '[["accounts/../../x.md", "eA==", ""]]', '[["x", "e", ""]]'])
def test_a_note_that_is_none_of_ours_does_nothing(tmp_path: Path, note: str) -> None:
    plant(tmp_path)
    (tmp_path / NOTE).parent.mkdir()
    (tmp_path / NOTE).write_text(note, encoding="utf-8")
    assert finish_changes(tmp_path) == []
    assert found(tmp_path) == OLD and not (tmp_path / NOTE).exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 128 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("only an administrator can mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("room", [4096, 8192, 16384, 24576])
def test_on_a_full_disk_everything_stays_as_it_was(small_disk: Path, room: int) -> None:
    plant(small_disk)
    with (small_disk / "ballast").open("wb") as ballast:
        free = os.statvfs(small_disk)
        ballast.write(b"x" * (free.f_bavail * free.f_bsize - room))
    large = [Change(each.path, each.content and each.content * 2000, each.expected) for each in changes()]
    with pytest.raises(OSError, match="No space left"):
        write_changes(small_disk, large)
    assert found(small_disk) == OLD
    assert not list(small_disk.rglob(".kam-*"))
    (small_disk / "ballast").unlink()
    write_changes(small_disk, large)
    assert found(small_disk)["accounts/beta/new.md"] == b"new" * 2000


def test_on_a_disk_that_may_only_be_read_everything_stays_as_it_was(small_disk: Path) -> None:
    plant(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError, match="Read-only"), write_lock(small_disk):
        pass
    with pytest.raises(OSError, match="Read-only"):
        write_changes(small_disk, changes()[:1])
    assert found(small_disk) == OLD


def test_who_comes_second_waits(tmp_path: Path) -> None:
    with write_lock(tmp_path):
        code = "import sys; from pathlib import Path; from kam.write import write_lock, LockedError\n"
        code += "try:\n with write_lock(Path(sys.argv[1]), patience=0.1): print('in')\nexcept LockedError: print('out')"
        held = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        assert held.stdout == "out\n"
    free = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert free.stdout == "in\n"
