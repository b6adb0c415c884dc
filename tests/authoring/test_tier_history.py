"""Where a profile keeps the tiers or owners of an account, a new one is added there, not only written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Kam = Callable[..., Result]
Read = Callable[[str], str]


def keep_history(root: Path, since: str) -> None:
    path = root / "accounts/acme/profile.md"
    history = f"tier: C\ntiers:\n  - {{tier: C, from: {since}}}\ntags:"
    path.write_text(path.read_text("utf-8").replace("tags:", history), encoding="utf-8")


def test_a_new_tier_ends_the_open_entry_and_begins_another(kam: Kam, read: Read, root: Path) -> None:
    keep_history(root, "2026-01-01")
    kam("set", "acme", "tier=B", "--why", "Points")
    text = read("acme/profile")
    assert "tier: B\n" in text
    assert "  - {tier: C, from: 2026-01-01, to: 2026-03-19}\n" in text
    assert "  - {tier: B, from: 2026-03-20, why: Points, by: tang-weiguo}\n" in text


def test_a_tier_of_today_is_corrected_in_its_entry(kam: Kam, read: Read, root: Path) -> None:
    keep_history(root, "2026-03-20")
    kam("set", "acme", "tier=B")
    assert "  - {tier: B, from: 2026-03-20}\n" in read("acme/profile")


def test_without_a_history_only_the_tier_is_written(kam: Kam, read: Read) -> None:
    kam("set", "acme", "tier=B")
    assert "tier: B\n" in read("acme/profile")
    assert "tiers:" not in read("acme/profile")
