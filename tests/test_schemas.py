"""The record types that come with kam: all of them there, explained in both languages, and not too demanding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kam.model.schema import RecordType, Sensitivity
from kam.settings import Settings, load_settings

TYPES = [
    "amendment",
    "appraisal",
    "audit",
    "campaign",
    "contract",
    "expense",
    "feedback",
    "handover",
    "invoice",
    "issue",
    "meeting",
    "opportunity",
    "order",
    "payment",
    "plan",
    "profile",
    "project",
    "proposal",
    "review",
    "risk",
    "rollout",
    "service",
    "training",
]
PORTFOLIO_LEVEL = {"appraisal", "audit", "campaign", "proposal", "rollout", "training"}
LEDGERS = {"expense", "invoice", "order", "payment"}
MOST_REQUIRED = 4
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]")
CONFIDENTIAL = {
    "profile": [("credit", "limit"), ("category_spend", "amount"), ("contacts", "mobile"), ("contacts", "email")],
    "order": [("lines", "unit_price"), ("lines", "discount"), ("lines", "cost")],
    "contract": [("price_terms",)],
    "service": [("hourly_rate",), ("cost",)],
}


@pytest.fixture(scope="module")
def settings(repository: Path) -> Settings:
    """The settings of this repository."""
    return load_settings(repository)


def test_every_record_type_of_the_mission_is_there(settings: Settings) -> None:
    assert sorted(settings.types) == TYPES


@pytest.mark.parametrize("name", TYPES)
def test_type_and_fields_are_explained_in_both_languages(settings: Settings, name: str) -> None:
    rtype = settings.types[name]
    for label in (rtype.label, rtype.plural, rtype.help):
        assert label["en"] and label["zh"]
    for path, field in rtype.iter_fields():
        assert field.label["en"] and field.label["zh"], path
        assert field.help.get("en") and field.help.get("zh"), path


@pytest.mark.parametrize("name", TYPES)
def test_help_says_more_than_the_label(settings: Settings, name: str) -> None:
    for path, field in settings.types[name].iter_fields():
        for language, text in field.help.items():
            assert len(text) > len(field.label[language]) + 1, path
            assert text.rstrip("。.").casefold() != field.label[language].casefold(), path


@pytest.mark.parametrize("name", TYPES)
def test_help_is_punctuated_as_its_language_is(settings: Settings, name: str) -> None:
    for path, field in settings.types[name].iter_fields():
        assert field.help["en"].endswith((".", "…")), path
        assert field.help["zh"].endswith("。"), path
        assert not HALF_WIDTH.search(field.help["zh"]), path


@pytest.mark.parametrize("name", TYPES)
def test_an_imported_row_can_give_what_is_required(settings: Settings, name: str) -> None:
    required = [field.name for field in settings.types[name].fields if field.required]
    assert 1 <= len(required) <= MOST_REQUIRED


@pytest.mark.parametrize("name", TYPES)
def test_each_record_can_say_where_it_comes_from(settings: Settings, name: str) -> None:
    assert set(settings.types[name].by_name["source"].by_name) == {"system", "id"}


def test_layouts_and_scopes(settings: Settings) -> None:
    types = settings.types.values()
    assert {each.name for each in types if each.scope == "portfolio"} == PORTFOLIO_LEVEL
    assert {each.name for each in types if each.layout == "ledger"} == LEDGERS


def test_one_shape_for_actions_wherever_they_occur(settings: Settings) -> None:
    shared = {"id", "what", "owner", "due", "status", "done_on"}
    found = [field for rtype in settings.types.values() for _, field in rtype.iter_fields() if field.shape == "action"]
    assert len(found) >= len(TYPES) // 2
    assert all(shared <= set(field.by_name) for field in found)


@pytest.mark.parametrize(("name", "paths"), CONFIDENTIAL.items())
def test_private_values_are_at_least_confidential(settings: Settings, name: str, paths: list[tuple[str, ...]]) -> None:
    levels = {path: field.sensitivity for path, field in settings.types[name].iter_fields()}
    assert all(levels[path].rank >= Sensitivity.CONFIDENTIAL.rank for path in paths)


def test_appraisals_are_restricted_to_the_last_field(settings: Settings) -> None:
    rtype: RecordType = settings.types["appraisal"]
    assert rtype.sensitivity is Sensitivity.RESTRICTED
    assert all(field.sensitivity is Sensitivity.RESTRICTED for field in rtype.fields)
