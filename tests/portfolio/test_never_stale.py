"""Whatever happens to the files, a check with a cache says what a check without one says."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from kam.portfolio import open_portfolio, tree
from kam.portfolio.report import report_row

DAY = date(2026, 3, 31)
SAME_SIZE = (
    ("high", "hihg"),
    ("zhou-kaiwen", "zhou-kaiwem"),
    ("open", "opem"),
    ("CNY", "CNX"),
    ("c1", "c2"),
    ("2026-03-0", "2026-13-0"),
    ("\nowner:", "\ntier: A\nowner:"),
    ("tier: A", "tier: B"),
)
Plant = Callable[[dict[str, str]], Path]
Change = Callable[[random.Random, Path], None]


def everything(root: Path, *, cache: bool, as_of: date = DAY, expected: date | None = None) -> list[Any]:
    """All that a portfolio tells: the report, the records, the digest; ``expected`` is the day named beforehand."""
    with open_portfolio(root, cache=cache, as_of=expected) as portfolio:
        records = [(r.id, r.faulty, repr(r.data), r.body) for r in portfolio.iter_records(faulty=True)]
        sound = [r.id for r in portfolio.iter_records()]
        return [report_row(portfolio.check(as_of)), records, sound, portfolio.accounts(), portfolio.digest]


def any_file(draw: random.Random, root: Path) -> Path:
    files = sorted(p for p in (root / "accounts").rglob("*") if p.is_file() and not p.is_symlink())
    return draw.choice(files) if files else root / "accounts/none.md"


def edit(draw: random.Random, root: Path) -> None:
    path = any_file(draw, root)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = text.splitlines(keepends=True)
    at = draw.randrange(len(lines) + 1)
    choice = draw.choice(("drop", "double", "add", "break"))
    if choice == "drop":
        lines[at : at + 1] = []
    elif choice == "double":
        lines[at:at] = lines[at : at + 1]
    else:
        lines.insert(at, "severity: low\n" if choice == "add" else "：“\tx: [\n")
    path.write_text("".join(lines), encoding="utf-8")


def edit_same_size(draw: random.Random, root: Path) -> None:
    path = any_file(draw, root)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    old, new = draw.choice(SAME_SIZE)
    path.write_text(text.replace(old, new) if old in text else text.replace(new, old), encoding="utf-8")


def edit_keeping_times(draw: random.Random, root: Path) -> None:
    path = any_file(draw, root)
    before = path.stat() if path.exists() else None
    edit_same_size(draw, root)
    if before:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rename(draw: random.Random, root: Path) -> None:
    path = any_file(draw, root)
    if path.exists():
        path.rename(
            path.with_name(
                draw.choice(("2026-03-03-new.md", "profile.md", "Profile.md", "x.txt", "新的.md", ".hidden"))
            )
        )


def exchange(draw: random.Random, root: Path) -> None:
    one, other, free = any_file(draw, root), any_file(draw, root), root / "free"
    if one != other:
        one.rename(free)
        other.rename(one)
        free.rename(other)


def delete(draw: random.Random, root: Path) -> None:
    any_file(draw, root).unlink(missing_ok=True)


def copy(draw: random.Random, root: Path) -> None:
    path = any_file(draw, root)
    folder = (
        root
        / "accounts"
        / draw.choice(("acme/issues", "beta/orders", "gamma/isues", "_unassigned/issues", "_portfolio/issues"))
    )
    folder.mkdir(parents=True, exist_ok=True)
    if path.exists() and not (folder / path.name).exists():
        shutil.copy2(path, folder / path.name)


def move_account(draw: random.Random, root: Path) -> None:
    accounts = sorted(p for p in (root / "accounts").iterdir() if p.is_dir() and not p.is_symlink())
    target = root / "accounts" / draw.choice(("acme", "beta", "delta", "Acme"))
    if accounts and not target.exists():
        draw.choice(accounts).rename(target)


def link(draw: random.Random, root: Path) -> None:
    target = root / "accounts" / draw.choice(("acme/issues/link.md", "linked"))
    if target.parent.is_dir() and not target.is_symlink() and not target.exists():
        target.symlink_to(any_file(draw, root))


def attach(draw: random.Random, root: Path) -> None:
    path = root / "accounts/acme/attachments" / draw.choice(("a.pdf", "b.exe", "deep/c.pdf"))
    if path.exists():
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * draw.randrange(9))


def archive(draw: random.Random, root: Path) -> None:
    """A file leaves for the archive, or comes back."""
    paths = sorted(p for tree in ("accounts", "archive") for p in (root / tree).rglob("*.md") if p.is_file())
    if not paths:
        return
    path = draw.choice(paths)
    tree, *rest = path.relative_to(root).parts
    target = root.joinpath("archive" if tree == "accounts" else "accounts", *rest)
    if not target.exists() and not path.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def change_settings(draw: random.Random, root: Path) -> None:
    path = root / "site-config" / draw.choice(("people.yml", "kam.yml"))
    text = path.read_text(encoding="utf-8")
    old, new = draw.choice((("zhou-kaiwen", "zhou-kaiven"), ("pdf", "pdg"), ("max_mb: 20", "max_mb: 21")))
    path.write_text(text.replace(old, new) if old in text else text.replace(new, old), encoding="utf-8")


CHANGES: tuple[Change, ...] = (
    edit, edit, edit_same_size, edit_same_size, edit_keeping_times, rename, exchange, delete, copy, copy, move_account,
    link, attach, archive, archive,
)  # fmt: skip


POLICY = {
    "checks.yml": """rules:
  unknown-person: {level: warning, tiers: {A: error, B: off}}
  duplicate-account: {tiers: {A: info, B: warning}}
  incomplete: {level: "off", types: {order: error}}
  file-name: warning
""",
    "suppressions.yml": """suppressions:
  - {rule: unknown-contact, record: acme, reason: Left, by: zhou-kaiwen, until: 2026-04-05}
  - {rule: unknown-person, record: "beta/issues/*", reason: New, by: zhou-kaiwen, until: 2026-12-31}
  - {rule: reference, record: delta, reason: Soon, by: zhou-kaiwen, until: 2026-04-02}
""",
}
"""Levels and exceptions; tiers come and go with the slips below."""


@pytest.mark.parametrize("is_patient", [True, False], ids=["settled", "racy"])
@pytest.mark.parametrize("seed", range(6))
def test_a_check_with_a_cache_equals_one_without(
    seed: int, is_patient: bool, plant: Plant, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed)
    if is_patient:
        monkeypatch.setattr(tree, "RACY_NS", 10_000_000)
    root = plant(texts)
    if seed % 2:
        for name, text in POLICY.items():
            (root / "site-config" / name).write_text(text, encoding="utf-8")
    as_of = DAY - timedelta(days=30 * (seed % 3))
    for step in range(14):
        change = change_settings if step == 9 and seed % 4 == 0 else draw.choice(CHANGES)
        change(draw, root)
        if is_patient and draw.random() < 0.8:
            sleep(0.02)
        as_of += timedelta(days=draw.randrange(3))
        expected = draw.choice((None, as_of, as_of, as_of + timedelta(days=1)))
        cached = everything(root, cache=True, as_of=as_of, expected=expected)
        fresh = everything(root, cache=False, as_of=as_of)
        assert cached == fresh, f"after step {step}: {change.__name__}"
    shutil.rmtree(root / ".kam")
    assert everything(root, cache=True, as_of=as_of) == fresh


def test_a_file_written_while_it_was_looked_at_is_read_again(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    path = root / "accounts/acme/issues/2026-03-02-late.md"
    for name in ("high", "hihg", "high", "hihg"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("hihg", "high").replace("high", name), encoding="utf-8")
        assert everything(root, cache=True) == everything(root, cache=False)


def test_old_files_are_taken_from_the_cache_until_verified(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    open_portfolio(root).close()
    with open_portfolio(root) as again:
        assert again.changed_paths == frozenset()
    path = root / "accounts/acme/profile.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Acme", "Apex"), encoding="utf-8")
    with open_portfolio(root, verify=True) as verified:
        assert verified.changed_paths == {"accounts/acme/profile.md"}
        found = verified.find_record("acme/profile")
    assert found and found.data["name"] == "Apex"
