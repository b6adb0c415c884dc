"""A mapping file is checked before any row is read: path, line, what is wrong, the nearest known word."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.conftest import SHOP

from kam.importers.mapping import check_mappings
from kam.model.texts import load_texts, render_message
from kam.settings import load_settings


def problems(root: Path, old: str, new: str) -> list[str]:
    assert old in SHOP
    (root / "site-config/imports/shop.yml").write_text(SHOP.replace(old, new, 1), encoding="utf-8")
    found = check_mappings(root, load_settings(root))
    return [f"{p.path}:{p.line} {' '.join(render_message(p, 'en'))}" for p in found]


def test_the_mappings_that_come_with_kam_are_right(root: Path) -> None:
    assert check_mappings(root, load_settings(root)) == []
    assert len(list((root / "site-config/imports").glob("*.yml"))) >= 5


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tables:\n", "tabels:\n", ["tabels", "tables"]),
        ("title: {en: Shop, zh: 商店}", "title: {en: Shop}", ["zh"]),
        ("make: opportunity", "make: oportunity", ["oportunity", "opportunity"]),
        ("table: deals", "table: deels", ["deels", "deals"]),
        ("lookup: country", "lookup: countries", ["countries"]),
        (
            "      owner: {column: Rep, missing: create}\n      contacts",
            "      ownr: Rep\n      contacts",
            ["ownr", "owner"],
        ),
        ("missing: leave", "missing: leav", ["leav", "leave"]),
        ("number: {times: 1000}", "numbr: {times: 1000}", ["numbr", "number"]),
        ("number: {times: 1000}", "number: {time: 1000}", ["time", "times"]),
        ("title: What\n", "title: Waht\n", ["Waht", "What"]),
        ("engaged_on: {column: Opened,", "engaged_on: {column: Opened, plus: {dayz: Value},", ["dayz", "days"]),
        ("engaged_on: {column: Opened,", "engaged_on: {column: Opened, plus: {days: Vlaue},", ["Vlaue", "Value"]),
        ("    key: Deal\n", "    key: deal\n", ["deal", "Deal", "capitals"]),
        ('{column: Opened, date: "%d.%m.%Y"}, to: {value: engage}', '{column: Opened, date: "%q"}, to: engage', ["%q"]),
        ("to: {value: engage}", "to: {value: engaged}", ["choice engaged", "engage"]),
        ("stage: {open: engage,", "stage: {open: engagd,", ["choice engagd", "engage"]),
        ("time_zone: Europe/Berlin", "time_zone: Europe/Berln", ["Europe/Berln"]),
        ("when: {Status: [won, lost]}", "when: {Status: {matches: '(won'}}", ["pattern"]),
        ("when: {Status: [won, lost]}", "when: {Status: {match: won}}", ["match", "matches"]),
        ("title: What", "title: {column: What, text: '{What}'}", ["column, text"]),
        ("title: What", "title: [What]", ["column"]),
        ("each: contacts", "each: contact", ["contact", "contacts"]),
        ("name: Person\n", "nam: Person\n", ["nam", "name"]),
        (
            'file: "deals*.csv", columns: [Deal, Customer, What, Status, Opened, Closed, Value, Rep]',
            "sheet: x",
            ["deals"],
        ),
    ],
)
def test_a_slip_is_named_with_its_line(root: Path, old: str, new: str, words: list[str]) -> None:
    found = problems(root, old, new)
    assert found, "no problem"
    pairs = zip(SHOP.splitlines(), SHOP.replace(old, new, 1).splitlines(), strict=True)
    line = next(number for number, (before, after) in enumerate(pairs, 1) if before != after)
    assert any(problem.startswith(f"site-config/imports/shop.yml:{line} ") for problem in found), found
    assert all(any(word in problem for problem in found) for word in words), found


def test_every_message_is_there_in_both_languages() -> None:
    texts = load_texts()
    for rule in ("import", "import-row", "import-mapping"):
        for key, words in texts[rule]["messages"].items():
            assert set(words) == {"en", "zh"}, key
            assert all(words[lang]["message"] for lang in words), key
