"""``kam check`` and the start of ``kam`` against plain tools doing the same work."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generate import generate
from measure import KAM, REPOSITORY, Cost, Line, median, run

AS_OF = "2026-01-01"
CHECK = (*KAM, "check", "--as-of", AS_OF)
SETTLED_SECONDS = 2.5
"""After this long a file's times say for sure whether it changed."""
SAMPLE = 2_000
"""Files that check-jsonschema looks at: so many that its start, which is left out, does not decide."""


class Portfolios:
    """Portfolios by size, generated once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, records: int) -> Path:
        """A portfolio of that many records."""
        root = self.folder / f"records-{records}"
        if not root.exists():
            generate(root, records)
        return root


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """All lines of this benchmark; ``small`` takes a tenth of the records."""
    portfolios = Portfolios(folder)
    yield from _starts(portfolios)
    yield from _cold(portfolios.of(1_000 if small else 10_000), 1 if small else 3)
    yield from _large(portfolios.of(10_000 if small else 100_000))


def _forget(root: Path) -> None:
    shutil.rmtree(root / ".kam", ignore_errors=True)


def _forget_records(root: Path) -> None:
    for file in (root / ".kam/cache").glob("portfolio*"):
        file.unlink()


def _starts(portfolios: Portfolios) -> Iterator[Line]:
    root = portfolios.of(100)
    bare = median((sys.executable, "-c", "pass"), root, 15).cpu
    yield Line("kam --help, CPU : python -c pass", median((*KAM, "--help"), root, 9).cpu, bare, 6)
    _forget(root)
    run(CHECK, root)
    cold = median(CHECK, root, 5, before=lambda: shutil.rmtree(root / ".kam/cache"), warm=0).cpu
    yield Line("kam check of 100 records, nothing cached, CPU : python -c pass", cold, bare, 0, note="no goal set")
    settle(root)
    yield Line("kam check of 100 records, CPU : python -c pass", median(CHECK, root, 9).cpu, bare, 10)


def _cold(root: Path, times: int) -> Iterator[Line]:
    count = len(list((root / "accounts").rglob("*.md")))
    run(CHECK, root)  # compiles the settings: the plain loop has its validators ready too
    plain = median((sys.executable, REPOSITORY / "tests/bench/plain_loop.py", root), root, times, warm=0)
    ours = median(CHECK, root, times, before=lambda: _forget_records(root), warm=0)
    yield Line(f"cold check of {count} files, CPU : frontmatter + jsonschema", ours.cpu, plain.cpu, 1 / 2)
    yield Line("the same, wall", ours.wall, plain.wall, 0, note="no goal set")
    bare = median(CHECK, root, 1, before=lambda: _forget(root), warm=0)
    yield Line("the same with all settings compiled and checked anew, CPU", bare.cpu, plain.cpu, 0, note="no goal set")
    yield _against_check_jsonschema(root, times)


def _against_check_jsonschema(root: Path, times: int) -> Line:
    """Both by turns, as a machine has slower and faster minutes: the median of each."""
    files, records = _as_yaml(root), json.loads(_said((*CHECK, "--format", "json"), root))["summary"]["records"]
    ours, theirs = [], []
    for _ in range(times):
        ours.append(median(CHECK, root, 1, before=lambda: _forget_records(root), warm=0).cpu)
        theirs.append(_check_jsonschema(files) * records)
    note = f"{sum(map(len, files.values()))} records measured, scaled to {records}; by turns, {times} times"
    middle = statistics.median
    return Line(
        f"cold check of {records} records, CPU : check-jsonschema", middle(ours), middle(theirs), 1 / 15, note=note
    )


def _as_yaml(root: Path) -> dict[Path, list[Path]]:
    """The records of a sample as YAML files, by the schema of their type."""
    from kam.settings import load_settings

    folder = root.parent / "yaml"
    shutil.rmtree(folder, ignore_errors=True)
    types = {t.folder: t for t in load_settings(root).types.values()}
    files: dict[Path, list[Path]] = {}
    for at, path in enumerate(sorted((root / "accounts").rglob("*.md"))[:SAMPLE]):
        kind = "profile" if path.name == "profile.md" else path.parent.name
        for number, text in enumerate(_documents(path, types[kind].layout)):
            target = folder / kind / f"{at}-{number}.yml"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            files.setdefault(folder / f"{kind}.json", []).append(target)
    for schema in files:
        schema.write_text(json.dumps(_plain(types[schema.stem].json_schema)), encoding="utf-8")
    return files


def _check_jsonschema(files: Mapping[Path, Sequence[Path]]) -> float:
    """CPU seconds a record of ``check-jsonschema`` over files by their schema, its start left out."""
    cpu, count = 0.0, 0
    for schema, paths in files.items():
        tool = (sys.executable, "-m", "check_jsonschema", "--schemafile", schema)
        start = run((*tool, paths[0]), schema.parent, ok=(0, 1)).cpu
        cpu += run((*tool, *paths), schema.parent, ok=(0, 1)).cpu - start
        count += len(paths) - 1
    return cpu / count


def _documents(path: Path, layout: str) -> list[str]:
    front = path.read_text(encoding="utf-8").split("---\n")[1]
    if layout != "ledger":
        return [front]
    return [part.replace("\n    ", "\n").lstrip("- ") for part in front.removeprefix("entries:\n  ").split("\n  - ")]


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _said(command: tuple[str, ...], cwd: Path) -> str:
    import subprocess

    from measure import surroundings

    return subprocess.run(command, cwd=cwd, env=surroundings(), capture_output=True, text=True, check=False).stdout


def _large(root: Path) -> Iterator[Line]:
    _forget(root)
    cold = run(CHECK, root, watch=True)
    count = len(list((root / "accounts").rglob("*.md")))
    yield Line(f"cold check of {count} files, peak memory", cold.peak, None, 500, "MB", note=f"{cold.wall:.1f} s")
    make_repository(root)
    settle(root)
    status = ("git", "status", "--porcelain")
    git = median(status, root, 7)
    yield Line("nothing changed, wall : git status", median(CHECK, root, 7).wall, git.wall, 3)
    ours, theirs = _one_changed(root, status)
    yield Line("one record changed, wall : git status", ours, theirs, 6)


def make_repository(root: Path) -> None:
    """Commit the portfolio as it is."""
    if not (root / ".git").exists():
        run(("git", "init", "-q"), root)
        run(("git", "config", "core.untrackedCache", "true"), root)
        run(("git", "add", "-A"), root)
        run(("git", "-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "-qm", "Begin"), root)


def settle(root: Path) -> None:
    """Wait until file times can be trusted, and let the cache be made."""
    time.sleep(SETTLED_SECONDS)
    run(CHECK, root)


def _one_changed(root: Path, status: tuple[str, ...]) -> tuple[float, float]:
    """Median wall time of a check and of ``git status`` after each of some edits."""
    from statistics import median as middle

    ours: list[Cost] = []
    theirs: list[Cost] = []
    for path in sorted((root / "accounts").glob("*/issues/*.md"))[::997][:7]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("title: ", "title: X ", 1), encoding="utf-8")
        ours.append(run(CHECK, root))
        theirs.append(run(status, root))
        path.write_text(text, encoding="utf-8")
        run(CHECK, root)
        settle(root)
    return middle(c.wall for c in ours), middle(c.wall for c in theirs)
