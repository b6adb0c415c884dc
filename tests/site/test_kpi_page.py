"""The page of a KPI, and its card: what they tell beside the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup

from kam.portfolio import open_portfolio
from kam.settings import Settings
from kam.site.charts import value_axis
from kam.site.figures import show_all
from kam.site.nav import make_nav
from kam.site.page import Page
from kam.site.pages.kpis import render
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.sources import find_gathered, find_sources
from kam.site.sparks import make_spark, shorten, spark_points
from kam.site.view import View

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def snapshot(repository: Path, sample_settings: Settings) -> Snapshot:
    """The sample as readers see it."""
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        return load_snapshot(portfolio, AS_OF)


def words(html: str) -> str:
    """The text of a page, in one line."""
    return re.sub(r"\s+", " ", str(Markup(html.replace("<", " <")).striptags()))


@pytest.fixture(scope="module")
def pages(snapshot: Snapshot) -> Mapping[str, Page]:
    """The pages of the sample's KPIs in English, by KPI."""
    return {page.path.removeprefix("kpis/"): page for page in render(View(snapshot, "en"))}


def test_a_target_says_which_way_it_is_meant(pages: Mapping[str, Page]) -> None:
    cards = words(pages["index"].content)
    assert "Target ≥ 105.0 %" in cards and "Target ≤ 60.0 days" in cards
    assert not re.search(r"Target \d", cards)
    assert "Dashed line: target ≥ 105.0 %" in words(pages["nrr"].content)


def test_a_card_without_a_value_says_why(snapshot: Snapshot, pages: Mapping[str, Page]) -> None:
    empty = [each for each in show_all(View(snapshot, "en"), snapshot.kpis) if not each.has_value and each.target]
    cards = dict(re.findall(r'<a class="kam-figure[^"]*" href="([\w]+)/">(.*?)</a>', pages["index"].content))
    assert empty
    for each in empty:
        assert each.reason and each.reason in words(cards[each.id]), each.id


def test_the_number_of_records_agrees_with_their_list(pages: Mapping[str, Page]) -> None:
    assert "Records behind it 3 accounts, 7 records in 8 rows" in words(pages["nrr"].content)
    assert pages["nrr"].content.partition('id="records"')[2].count("<tr>") in (0, 9)


def test_a_row_says_which_side_it_counts_on_where_amounts_are_not_shown(pages: Mapping[str, Page]) -> None:
    rows = pages["nrr"].content.rpartition("<tbody>")[2]
    assert rows.count("<td>denominator</td>") == 3 and rows.count("<td>numerator</td>") == 5
    assert "Counts in" not in words(pages["win_rate"].content) and "Counts in" not in words(pages["dso"].content)


def test_health_opens_to_its_parts(pages: Mapping[str, Page]) -> None:
    text = pages["health"].content
    assert "By part" in words(text) and "Records behind it 4 accounts, 4 records in 22 rows" in words(text)
    rows = text.partition("#by-part")[2] or text
    assert rows.count("#health") == 22


def test_columns_without_anything_are_not_there(pages: Mapping[str, Page]) -> None:
    assert "<th>Person</th>" not in pages["nrr"].content
    assert "<th>Status</th>" not in pages["clv"].content and "<th>Status</th>" in pages["win_rate"].content


def test_a_trend_says_where_its_axis_begins_and_until_when_its_window_was_not_full(pages: Mapping[str, Page]) -> None:
    clv, nrr = words(pages["clv"].content), words(pages["nrr"].content)
    assert "the window is not yet full" in clv and "The axis begins at" not in clv
    assert "The axis begins at 100.0 %, not at 0." in nrr


def test_a_trend_is_drawn_for_a_desk_and_for_a_phone(pages: Mapping[str, Page]) -> None:
    widths = [float(each) for each in re.findall(r"max-width:([\d.]+)px", pages["clv"].content)]
    assert len(widths) == 2 and 700 < widths[0] < 800 and 290 < widths[1] < 350


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ([Decimal(0), Decimal(0)], "0.0,26.0 120.0,26.0"),
        ([Decimal(5), Decimal(5)], "0.0,14.0 120.0,14.0"),
        ([Decimal(0), Decimal(1)], "0.0,26.0 120.0,2.0"),
    ],
)
def test_a_small_line_of_nothing_lies_on_the_ground(values: list[Decimal], points: str) -> None:
    assert spark_points(values) == points


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Trend from 2026-01 to 2026-03: 10 at first, 20 at last; lowest 5, highest 20"),
        ("zh", "2026-01 至 2026-03 走势：期初 10，期末 20；最低 5，最高 20"),
    ],
)
def test_a_small_line_has_its_scale_beside_it_and_words_for_who_cannot_see_it(
    snapshot: Snapshot, lang: str, words: str
) -> None:
    trend = [(date(2026, month, 1), Decimal(value)) for month, value in enumerate((10, 5, 20), 1)]
    found = make_spark(View(snapshot, lang), trend, str, str)
    assert found is not None and (found.high, found.low, found.words) == ("20", "5", words)
    flat = make_spark(View(snapshot, lang), [(day, Decimal(0)) for day, _ in trend], str, str)
    assert flat is not None and (flat.high, flat.low, flat.is_zero) == ("0", "", True)
    assert make_spark(View(snapshot, lang), trend[:1], str, str) is None


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        ("950", "950", "950"),
        ("9999", "9,999", "9,999"),
        ("25800", "25.8k", "2.6万"),
        ("336051", "336k", "33.6万"),
        ("16299987", "16.3M", "1,630万"),
        ("-9000000", "−9M", "−900万"),
        ("2700000000", "2.7B", "27亿"),
    ],
)
def test_amounts_beside_a_small_line_are_short(value: str, en: str, zh: str) -> None:
    assert (shorten(Decimal(value), "en"), shorten(Decimal(value), "zh")) == (en, zh)


def test_the_axis_of_money_counts_in_the_words_of_the_language(snapshot: Snapshot) -> None:
    assert "万" in value_axis("money", "zh")["labelExpr"] and "labelExpr" not in value_axis("money", "en")
    content = next(page.content for page in render(View(snapshot, "zh")) if page.path == "kpis/clv")
    assert "纵轴单位：CNY。" in content and "期初" in content


@pytest.mark.parametrize(
    ("kpi", "types", "tables"),
    [
        ("nrr", {"contract", "amendment"}, []),
        ("churn", {"profile", "order", "service", "contract"}, []),
        ("clv_predicted", {"order"}, []),
        ("cadence_kept", {"profile", "meeting"}, []),
        ("health", {"profile", "feedback"}, []),
        ("tier_score", {"profile"}, []),
        ("tasks_due", set(), ["actions"]),
        ("quota_pace", {"opportunity"}, ["quotas"]),
    ],
)
def test_a_kpi_names_the_records_behind_its_macros_and_tables(
    snapshot: Snapshot, kpi: str, types: set[str], tables: list[str]
) -> None:
    found = next(each.kpi for each in snapshot.kpis if each.id == kpi)
    assert types <= {each.name for each in find_sources(found, View(snapshot, "en"))}
    assert [each.name for each in find_gathered(found)] == tables


def test_every_kpi_says_what_it_counts(snapshot: Snapshot) -> None:
    view = View(snapshot, "en")
    bare = [each.id for each in snapshot.kpis if not find_sources(each.kpi, view) and not find_gathered(each.kpi)]
    assert not bare


@pytest.mark.parametrize(("lang", "first"), [("en", "A"), ("zh", "")])
def test_kpis_in_the_navigation_are_in_the_order_of_their_titles(snapshot: Snapshot, lang: str, first: str) -> None:
    (listed,) = [
        each for entry in make_nav(View(snapshot, lang)) for name, each in entry.items() if "kpis/" in str(each)
    ]
    titles = [next(iter(each)) for each in listed[1:]]
    assert len(titles) > 30 and titles[0].startswith(first)
    assert titles == sorted(titles, key=lambda each: each.casefold().encode("gb18030"))


def test_readers_see_no_fingerprint_of_a_seal(snapshot: Snapshot) -> None:
    view = View(snapshot, "en")
    cards = [view.card(record, "index") for rtype in view.types for record in snapshot.all_records(rtype.name)]
    tables = [table for card in cards for table in card.tables]
    assert any("approv" in table.label.casefold() for table in tables)
    assert not [table.label for table in tables if any("ingerprint" in name for name in table.columns)]
