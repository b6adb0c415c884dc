"""``approvals.yml``: what it says is read, and each mistake is told at its place."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from kam.model.texts import render_message
from kam.settings import Settings, load_settings
from kam.settings.approvals import Approvals, Identity
from kam.settings.codec import decode, encode

PEOPLE = "people:\n  wang: {name: Wang, email: w@example.com, role: sales-director}\n"
GOOD = """identity: signature
roles: {sales-director: {en: Sales director, zh: 销售总监}}
rules:
  contract:
    label: {en: Large contracts, zh: 大额合同}
    type: contract
    where: {kind: [frame]}
    at_least: {value: 500000.50}
    since: 2026-01-01
    states: [signed, in_force]
    all: [owner-manager, sales-director]
    in_order: true
  order: {type: order, at_least: {lines.discount: 15}, any: [sales-director], identity: email}
covers: {contract: [value, parties.name, body]}
verification: {profile: {tiers: [A], within_days: 7, fields: [name]}}
"""
MISTAKES = [
    ("identity: signature", "identity: signed", "1:11 signed cannot be chosen here"),
    ("type: contract", "type: contrct", "6:11 contrct cannot be chosen here"),
    ("where: {kind: [frame]}", "where: {knd: [frame]}", "7:13 knd cannot be chosen here"),
    ("kind: [frame]", "kind: [frme]", "7:20 frme cannot be chosen here"),
    ("value: 500000.50", "vlue: 5", "8:16 vlue cannot be chosen here"),
    ("value: 500000.50", "value: much", "8:23 much is not a number"),
    ("since: 2026-01-01", "since: January", "9:12 January is not a day of the calendar"),
    ("[signed, in_force]", "[sgned]", "10:14 sgned cannot be chosen here"),
    ("[owner-manager, sales-director]", "[owner-manger]", "11:11 owner-manger is not listed"),
    ("any: [sales-director], ", "", "13:10 It is not clear who has to approve"),
    ("parties.name", "parties.nme", "14:28 parties.nme cannot be chosen here"),
    ("{profile: {", "{prfile: {", "15:16 prfile cannot be chosen here"),
    ("within_days: 7", "within_days: -1", "15:51 -1 lies outside 0 to 3660"),
]


def load(repository: Path, root: Path, text: str) -> Settings:
    shutil.copytree(repository / "site-config/schemas", root / "site-config/schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    (root / "site-config/people.yml").write_text(PEOPLE, encoding="utf-8")
    (root / "site-config/approvals.yml").write_text(text, encoding="utf-8")
    return load_settings(root)


def test_a_whole_file(repository: Path, tmp_path: Path) -> None:
    settings = load(repository, tmp_path, GOOD)
    assert not [each for each in settings.problems if each.path.endswith("approvals.yml")]
    found = settings.part(Approvals)
    contract, order = found.rules
    assert contract.at_least == {"value": Decimal("500000.50")} and contract.identity is Identity.SIGNATURE
    assert contract.roles == ("owner-manager", "sales-director") and contract.in_order
    assert order.states == () and order.identity is Identity.EMAIL and order.any_of == ("sales-director",)
    assert found.covers == {"contract": ("value", "parties.name", "body")}
    assert found.verification["profile"].within_days == 7
    assert decode(Approvals, encode(found)) == found


def test_without_the_file_nothing_is_asked_for(repository: Path, tmp_path: Path) -> None:
    found = load(repository, tmp_path, "").part(Approvals)
    assert found == Approvals() and not found.rules and not found.verification


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_mistake_is_told_at_its_place(repository: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    settings = load(repository, tmp_path, GOOD.replace(old, new))
    told = [f"{each.line}:{each.column} {render_message(each, 'en')[0]}" for each in settings.problems]
    assert any(each.startswith(said) for each in told), told
