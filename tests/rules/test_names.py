"""Names are the same where people would say so, and only there."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.rules.names import company_key, company_name, fold, number_key, person_key, squash

SAME = [
    ("Acme GmbH", "ACME Gmbh."),
    ("Acme Ltd", "Acme Limited"),
    ("Acme Co., Ltd.", "Acme Company Limited"),
    ("Acme, Inc.", "ACME Incorporated"),
    ("Acme", "Acme Corporation"),
    ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne GmbH und Co KG"),
    ("Société Générale S.A.", "Societe Generale SA"),
    ("Aurora S. p. A.", "Aurora SpA"),
    ("Green-Plus", "Greenplus"),
    ("The New York Inquirer", "New York Inquirer"),
    ("ＡＣＭＥ　Ltd", "Acme ltd"),
    ("O'Neill Ltd", "ONeill Limited"),
    ("Northwind Pty Ltd", "Northwind Pty. Limited"),
    ("华星科技有限公司", "华星科技有限责任公司"),
    ("华星科技有限公司", "华星科技股份有限公司"),
    ("华星科技有限公司", "华星科技"),
    ("华星科技（集团）有限公司", "华星科技集团有限公司"),
    ("西门子（中国）有限公司", "西门子(中国)有限公司"),
    ("华 星 科 技 有限公司", "华星科技有限公司"),
    ("ABC科技有限公司", "ａｂｃ科技有限公司"),
]
SIMILAR = [
    ("Acme GmbH", "Acme Ltd"),
    ("Smith LLC", "Smith PLC"),
    ("Acme Group", "Acme"),
    ("海尔集团有限公司", "海尔有限公司"),
    ("西门子（中国）有限公司", "西门子有限公司"),
    ("Acme (China) Co., Ltd.", "Acme Ltd"),
]
DIFFERENT = [
    ("Acme North", "Acme South"),
    ("Acme", "Acme Logistics"),
    ("华为技术（上海）有限公司", "华为技术（北京）有限公司"),
    ("华星科技有限公司", "华星传媒有限公司"),
    ("Statholdings", "Stat"),
    ("Sonron", "Scotfind"),
    ("Company Ltd", "Group Ltd"),
    ("Konex", "Conecom"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_company_written_in_two_ways(one: str, other: str) -> None:
    assert company_name(one).is_same(company_name(other))


@pytest.mark.parametrize(("one", "other"), SIMILAR)
def test_a_common_name_with_another_legal_form_is_only_similar(one: str, other: str) -> None:
    first, second = company_name(one), company_name(other)
    assert first.core == second.core and not first.is_same(second)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_companies_stay_different(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Smith, Anna", "Dr. Anna SMITH"), ("王芳 女士", "王芳"), ("José Núñez", "Jose Nunez"), ("Jean-Luc", "jean luc")],
)
def test_one_person_written_in_two_ways(one: str, other: str) -> None:
    assert person_key(one) == person_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("合同编号：HT-2025/014", "HT2025014"), ("No. 123", "123"), ("ＨＴ－７", "ht-7"), ("Contract no. A-1", "a1")],
)
def test_one_number_written_in_two_ways(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


def test_numbers_that_begin_like_a_prefix_keep_it() -> None:
    assert number_key("north-12") == "north12"


PIECES = [
    "acme", "North", "华星", "科技", "有限公司", "集团", "公司", "（中国）", "(China)", "Ltd.",
    "GmbH", "&", "Co.", "KG", "S.A.", "the", "The", "Inc", ",", ".",
    "-", "Group", "é", "ß", "先生", "no", "合同", "编号", "12",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(PIECES),
        max_size=7,
    ).map(" ".join),
)


@given(TEXTS)
def test_a_key_is_its_own_key(text: str) -> None:
    for key in (squash, company_key, person_key, number_key):
        assert key(key(text)) == key(text), key.__name__
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_case_width_and_spaces_change_nothing(text: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)
    assert company_key(wide) == company_key(text)
    assert company_key(f"  {text} ") == company_key(text)


@given(TEXTS)
def test_a_name_with_letters_has_a_key(text: str) -> None:
    assert bool(company_key(text)) == bool(squash(text)), text


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        alike[company_key(name)].append(name)
    return [pair for group in alike.values() for pair in combinations(group, 2)]


def test_real_account_names_are_all_different(shared_data: Path) -> None:
    with (shared_data / "maven_crm" / "accounts.csv").open(encoding="utf-8") as file:
        names = [row["account"] for row in csv.DictReader(file)]
    assert len(names) == 85
    assert _pairs(names) == []


def test_five_hundred_chinese_companies_give_no_false_alarm(shared_data: Path) -> None:
    path = shared_data / "chinese" / "faker_zh_CN_seed20240101_500.utf8bom.csv"
    with path.open(encoding="utf-8-sig") as file:
        names = [row["客户名称"] for row in csv.DictReader(file)]
    assert _pairs(names) == []


def test_invented_companies_of_one_family_name_are_at_most_similar(shared_data: Path) -> None:
    path = shared_data / "hubspot" / "toofan_csv" / "hubspot_companies.csv"
    with path.open(encoding="utf-8-sig") as file:
        pairs = _pairs([row["Company Name"] for row in csv.DictReader(file)])
    assert ("Smith PLC", "Smith LLC") in pairs
    assert not [pair for pair in pairs if company_name(pair[0]).is_same(company_name(pair[1]))]
