"""Asking what a check would say of files that are not written yet, and what archived records are good for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from kam.model.problem import Problem
from kam.portfolio import open_portfolio
from kam.portfolio.trial import try_changes
from kam.settings import load_settings

Plant = Callable[[dict[str, str]], Path]
DAY = date(2026, 3, 31)
LATE = "accounts/acme/issues/2026-03-02-late.md"


def write(root: Path, changes: Mapping[str, bytes | None]) -> None:
    for path, content in changes.items():
        place = root / path
        if content is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def problems(root: Path, accounts: tuple[str, ...]) -> list[Problem]:
    with open_portfolio(root, cache=False) as portfolio:
        found = portfolio.check(DAY).problems
    return [each for each in found if each.path.split("/")[1] in accounts]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (LATE, b"high", b"hihg"),
        (LATE, b"c1", b"c9"),
        (LATE, b"zhou-kaiwen", b"zhou-kaiwem"),
        ("accounts/acme/profile.md", b"Acme", b"Beta"),
        ("accounts/acme/profile.md", b"id: c1", b"id: c2"),
        ("accounts/acme/orders/2026-03.md", b"SO-1", b"SO-0"),
        ("accounts/acme/orders/2026-04.md", b"", b"---\nentries:\n  - {id: SO-9, date: 2026-03-02}\n---\n"),
        ("accounts/acme/issues/New One.md", b"", b"---\ntitle: x\nstatus: open\n---\n"),
        ("accounts/acme/issus/new.md", b"", b"---\ntitle: x\nstatus: open\n---\n"),
        ("accounts/gamma/issues/2026-03-02-new.md", b"", b"---\ntitle: x\nstatus: open\n---\n"),
        (LATE, b"", None),
        ("accounts/acme/profile.md", b"", None),
        ("accounts/acme/orders/2026-03.md", b"", None),
    ],
)
@pytest.mark.parametrize("is_cached", [True, False])
def test_a_trial_says_what_a_check_says_afterwards(
    plant: Plant, texts: dict[str, str], path: str, old: bytes, new: bytes | None, is_cached: bool
) -> None:
    root = plant(texts)
    if not is_cached:
        (root / ".kam").write_text("no folder", encoding="utf-8") if not (root / ".kam").exists() else None
    place = root / path
    content = new if new is None or not place.exists() else place.read_bytes().replace(old, new) if old else new
    settings = load_settings(root)
    files = {each: each.read_bytes() for each in root.rglob("accounts/**/*") if each.is_file()}
    found = try_changes(root, settings, {path: content}, DAY)
    assert files == {each: each.read_bytes() for each in root.rglob("accounts/**/*") if each.is_file()}
    account = (path.split("/")[1],)
    assert set(map(str, found.before)) >= {str(p) for p in problems(root, account)}
    write(root, {path: content})
    assert sorted(str(p) for p in found.after if p.path.split("/")[1] in account) == sorted(
        str(p) for p in problems(root, account)
    )
    with open_portfolio(root) as cached, open_portfolio(root, cache=False) as fresh:
        assert cached.check(DAY) == fresh.check(DAY)


def test_references_to_archived_records_lead_somewhere(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    orders = root / "accounts/acme/orders/2026-03.md"

    def rules() -> list[str]:
        with open_portfolio(root) as cached, open_portfolio(root, cache=False) as fresh:
            assert cached.check(DAY) == fresh.check(DAY)
            assert list(cached.accounts()) == ["acme", "beta"]
            return [p.rule for p in fresh.check(DAY).problems if p.path.startswith("accounts/beta")]

    assert "reference" not in rules()
    text = orders.read_text(encoding="utf-8")
    orders.unlink()
    assert "reference" in rules()
    target = root / "archive/acme/orders/2026-03.md"
    target.parent.mkdir(parents=True)
    target.write_text(text.replace("- id: SO-1", "- id: SO-1\n    archived: {on: 2026-03-31}"), encoding="utf-8")
    assert "reference" not in rules()
    target.write_text(text.replace("SO-1", "SO-0"), encoding="utf-8")
    assert "reference" in rules()
    target.write_text(text, encoding="utf-8")
    assert "reference" not in rules()
    target.rename(target.with_name("2026-04.md"))
    assert "reference" in rules()
