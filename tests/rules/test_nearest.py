"""What somebody may have meant."""

from __future__ import annotations

import pytest

from kam.rules.known import KnownRecords
from kam.rules.nearest import nearest
from kam.rules.unknown_person import nearest_person
from kam.settings import Settings

KNOWN = KnownRecords({
    "acme/profile": "profile",
    "acme/contracts/2026-01-15-frame": "contract",
    "acme/orders/2026-03#SO-1": "order",
    "nordwind/profile": "profile",
    "nordwind/contracts/2026-01-15-frame": "contract",
})  # fmt: skip


@pytest.mark.parametrize(
    ("value", "types", "meant"),
    [
        ("acme/contracts/2026-01-15-fram", ["contract"], "acme/contracts/2026-01-15-frame"),
        ("acne/contracts/2026-01-15-frame", ["contract"], "acme/contracts/2026-01-15-frame"),
        ("2026-01-15-frame", ["contract"], "acme/contracts/2026-01-15-frame"),
        ("nordwint", ["account"], "nordwind"),
        ("acme/orders/2026-03#SO-2", ["order", "contract"], "acme/orders/2026-03#SO-1"),
        ("acme/orders/2026-03#SO-2", ["contract"], ""),
        ("something/else", ["contract"], ""),
        ("acme/contracts/2026-01-15-nothing", ["contract"], ""),
        ("SO-1", ["order"], "acme/orders/2026-03#SO-1"),
    ],
)
def test_the_record_somebody_meant(value: str, types: list[str], meant: str) -> None:
    assert KNOWN.nearest(value, types, "acme/issues/2026-03-02-late") == meant


def test_suggestions_end_where_they_would_take_too_long() -> None:
    known = KnownRecords({"acme/contracts/2026-frame": "contract"})
    found = [known.nearest(f"acme/contracts/2026-frame{n}", ["contract"], "acme/profile") for n in range(200)]
    assert found[0] == "acme/contracts/2026-frame" and found[-1] == ""


def test_nothing_is_near_to_nothing() -> None:
    assert nearest("x", []) == "" and nearest("", ["a"]) == ""


@pytest.mark.parametrize(
    ("value", "meant"),
    [("李明", "li-ming"), ("wang-fangg", "wang-fang"), ("Zhao  Leii", "zhao-lei"), ("林溪", ""), ("", "")],
)
def test_the_person_somebody_meant(settings: Settings, value: str, meant: str) -> None:
    assert nearest_person(value, settings) == meant


def test_a_misspelt_chinese_name_is_nearly_a_person(settings: Settings) -> None:
    assert nearest_person("李明x", settings) == "li-ming"
