"""Writers as real processes: two at once, killed, on a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kam.load import load_document
from kam.model.schema import RecordType
from kam.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and limits processes as only POSIX can")
LATE = "acme/issues/2026-03-02-late"
WRITER = """
import sys
from click.testing import CliRunner
from kam.cli.main import cli

root, name, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(times):
    word = f"log+={name}{number}"
    result = CliRunner().invoke(cli, ["-C", root, "--as-of", "2026-03-20", "set", "acme/issues/2026-03-02-late", word])
    assert result.exit_code == 0, result.output
"""
LIMITED = """
import resource, sys
from kam.cli.main import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["kam", *sys.argv[2:]]
main()
"""


def start(root: Path, name: str, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), name, str(times)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def texts(root: Path, rtype: RecordType) -> list[str]:
    """What the log of the record says; the file must be in order."""
    path = f"accounts/{LATE}.md"
    document = load_document(path, (root / path).read_bytes(), rtype, account="acme")
    assert not document.problems, document.problems
    log = document.records[0].data.get("log", [])
    assert isinstance(log, list)
    return [entry["text"] for entry in log if isinstance(entry, dict) and isinstance(entry["text"], str)]


def test_two_writers_at_once_lose_nothing(root: Path, sample_settings: Settings) -> None:
    writers = [start(root, name, 6) for name in "ab"]
    for writer in writers:
        output, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0, output
    found = texts(root, sample_settings.types["issue"])
    assert sorted(found) == sorted(f"{name}{number}" for name in "ab" for number in range(6))


def test_a_writer_killed_at_any_time_leaves_the_old_or_the_new_file(root: Path, sample_settings: Settings) -> None:
    rtype = sample_settings.types["issue"]
    for at in range(6):
        writer = start(root, f"k{at}-", 50)
        end = time.monotonic() + 20
        while not any(text.startswith(f"k{at}-") for text in texts(root, rtype)) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.013 * at)
        writer.kill()
        writer.communicate()
        found = [text for text in texts(root, rtype) if text.startswith(f"k{at}-")]
        assert found == [f"k{at}-{number}" for number in range(len(found))] and found
    after = start(root, "after", 1)
    output, _ = after.communicate(timeout=60)
    assert after.returncode == 0, output


def test_a_disk_quota_stops_a_write_and_the_old_file_stays(root: Path) -> None:
    before = (root / f"accounts/{LATE}.md").read_bytes()
    long = "x" * 4000
    words = ["-C", str(root), "set", LATE, f"description={long}"]
    env = {**os.environ, "KAM_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "3000", *words], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 2 and done.stderr.startswith("kam: "), done.stderr
    assert (root / f"accounts/{LATE}.md").read_bytes() == before
    assert not list(root.rglob("accounts/**/.kam-*"))


def test_a_folder_that_may_only_be_read_is_told_in_one_sentence(root: Path) -> None:
    folder = root / f"accounts/{LATE}.md"
    mount = subprocess.run(
        ["mount", "--bind", str(folder.parent), str(folder.parent)], check=False, capture_output=True
    )
    if mount.returncode:
        pytest.skip("only an administrator can lock a folder for everybody")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder.parent)], check=True)
        before = folder.read_bytes()
        done = subprocess.run(
            [sys.executable, "-m", "kam", "-C", str(root), "--lang", "zh", "set", LATE, "severity=low"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2 and "文件系统只读" in done.stderr and "Traceback" not in done.stderr
        assert folder.read_bytes() == before
    finally:
        subprocess.run(["umount", str(folder.parent)], check=True)
