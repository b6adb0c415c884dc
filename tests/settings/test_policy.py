"""Sections of ``policy.yml``: what a company demands of accounts, records and people, and where it is mistaken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kam.settings import Settings, load_settings
from kam.settings.ages import Ages
from kam.settings.division import Responsibilities
from kam.settings.handing_over import HandOver
from kam.settings.requirements import Requirements, WantedRecord


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "site-config" / "schemas", tmp_path / "site-config" / "schemas")
    for name in ("kam.yml", "currencies.yml", "people.yml"):
        shutil.copy(repository / "site-config" / name, tmp_path / "site-config")
    return tmp_path


def load(root: Path, text: str) -> Settings:
    (root / "site-config" / "policy.yml").write_text(text, "utf-8")
    return load_settings(root)


def test_what_is_read_comes_back_from_the_cache(root: Path) -> None:
    text = (
        "requirements:\n  a: {tiers: A, fields: [needs, credit.limit], contacts: [champion], stand_in: true,\n"
        "      records: [{type: review, within_months: 4}]}\n"
        "ages: {A: {profile: 60, risk: never}, default: {profile: 120}}\n"
        "responsibilities: {items: [{item: Calls, responsible: owner, accountable: owner}]}\n"
        "hand_over: {tiers: [A], note_within_days: 7}\n"
    )
    first, again = load(root, text), load_settings(root)
    assert first.problems == []
    for made in (Requirements, Ages, Responsibilities, HandOver):
        assert first.part(made) == again.part(made) != made()
    assert again.part(Requirements).by_name["a"].records == (WantedRecord("review", within_months=4),)


@pytest.mark.parametrize(
    ("tier", "name", "days"),
    [("A", "profile", 60), ("B", "profile", 120), ("A", "risk", None), ("B", "risk", 90), ("", "order", None)],
)
def test_the_age_of_the_tier_goes_before_the_default_and_that_before_the_schema(
    root: Path, tier: str, name: str, days: int | None
) -> None:
    settings = load(root, "ages: {A: {profile: 60, risk: never}, default: {profile: 120}}\n")
    assert settings.part(Ages).allowed(settings.types[name], tier) == days


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("requirements: {a: {tiers: [E]}}", "requirements.a.tiers[0]", "E"),
        ("requirements: {a: {fields: [neds]}}", "requirements.a.fields[0]", "neds"),
        ("requirements: {a: {contacts: [chanpion]}}", "requirements.a.contacts[0]", "chanpion"),
        ("requirements: {a: {records: [{type: plans}]}}", "requirements.a.records[0].type", "plans"),
        ("requirements: {a: {records: [{type: plan, states: [done]}]}}", "requirements.a.records[0].states[0]", "done"),
        ("ages: {E: {profile: 9}}", "ages.E", "E"),
        ("responsibilities: {items: [{item: X, accountable: owner}]}", "responsibilities.items[0]", ""),
        ("responsibilities: {items: [{item: X, responsible: owner}]}", "responsibilities.items[0]", ""),
        ("hand_over: {tiers: [Z]}", "hand_over.tiers[0]", "Z"),
    ],
)
def test_a_slip_is_named_with_its_place(root: Path, text: str, where: str, found: str) -> None:
    (problem,) = load(root, text).problems
    assert (problem.field, problem.args.get("found", "")) == (where, found)


def test_no_policy_demands_nothing(root: Path) -> None:
    settings = load_settings(root)
    assert settings.problems == []
    assert settings.part(Requirements).by_name == {} and settings.part(HandOver).note_within_days == 0
