"""The page of what is due, alerts and health on the home page and the accounts' pages, in both languages."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kam.due import find_due
from kam.portfolio import open_portfolio
from kam.settings import Settings
from kam.site.attention import show_health
from kam.site.due_lists import count_states, due_lines, not_alerted
from kam.site.pages.due import render
from kam.site.pages.home import render as render_home
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.view import View

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def snapshot(repository: Path, sample_settings: Settings) -> Snapshot:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        return load_snapshot(portfolio, AS_OF)


def words(content: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_lists_what_the_command_lists(
    repository: Path, sample_settings: Settings, snapshot: Snapshot, lang: str
) -> None:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        found = find_due(portfolio, AS_OF)
    assert [item.id for item in snapshot.due] == [item.id for item in found if item.type in snapshot.types]
    (page,) = render(View(snapshot, lang))
    rows = re.findall(r"<tr data-person=", page.content)
    assert len(rows) == sum(not item.due or item.due <= "2027-01-21" for item in snapshot.due)


def test_everybody_finds_their_own_work_by_name(snapshot: Snapshot) -> None:
    (page,) = render(View(snapshot, "zh"))
    assert '<option value="su-peiyu">苏佩瑜</option>' in page.content
    mine = re.findall(r'<tr data-person="su-peiyu"', page.content)
    assert len(mine) == sum("su-peiyu" in item.people and item.due <= "2027-01-21" for item in snapshot.due)


def test_who_stands_in_finds_the_work_of_somebody_away(snapshot: Snapshot) -> None:
    settings = snapshot.settings
    from kam.settings.values import Absence

    away = settings.people["su-peiyu"]._replace(absences=(Absence("2026-11-01", "2026-12-31"),))
    view = View(replace(snapshot, settings=replace(settings, people={**settings.people, "su-peiyu": away})), "en")
    line = next(each for each in due_lines(view, snapshot.due, "due") if "su-peiyu" in each.people)
    assert line.people == "fischer-lena¦su-peiyu"
    assert line.who == "Lena Fischer (for Su Peiyu)"


def test_the_home_page_tells_nothing_twice(snapshot: Snapshot) -> None:
    view = View(snapshot, "en")
    left = not_alerted(view, snapshot.due, snapshot.alerts)
    told = {(alert.kind, alert.record) for alert in snapshot.alerts}
    assert told and not told & {(item.kind, item.record) for item in left if item.kind in ("contract", "service")}
    assert not [item for item in left if item.kind in ("approval", "verification")]


@pytest.mark.parametrize(("lang", "elsewhere"), [("en", "of them"), ("zh", "此处不重复")])
def test_the_home_page_and_the_page_of_what_is_due_count_the_same(
    snapshot: Snapshot, lang: str, elsewhere: str
) -> None:
    view = View(snapshot, lang)
    (home,), (due,) = render_home(view), render(view)
    near = [item for item in snapshot.due if item.due and item.due <= "2026-11-29"]
    for state, word, count in count_states(view, near):
        assert f"{word} {count} " in words(home.content) and f"{word} {count} " in words(due.content)
        assert len(re.findall(f'data-state="{state}"', due.content)) == count
    assert f"{view.word('due_soon')} {len(near)}" in words(home.content) and elsewhere in words(home.content)


@pytest.mark.parametrize(
    ("lang", "reason"), [("en", "too few satisfied answers (0.0 %)"), ("zh", "客户满意度偏低（0.0 %）")]
)
def test_health_says_why(snapshot: Snapshot, lang: str, reason: str) -> None:
    found = show_health(View(snapshot, lang), "清源水务")
    assert found is not None and found["status"] == "bad"
    assert reason in [each["words"] for each in found["reasons"]]  # type: ignore[attr-defined]


def test_health_is_not_shown_where_its_figure_is_kept_back(snapshot: Snapshot) -> None:
    hidden = replace(snapshot, kpis=[each for each in snapshot.kpis if each.id != "health"])
    assert show_health(View(hidden, "en"), "清源水务") is None


def test_the_value_behind_a_reason_is_not_shown_where_it_is_kept_back(snapshot: Snapshot) -> None:
    hidden = replace(snapshot, kpis=[each for each in snapshot.kpis if each.id != "csat"])
    found = show_health(View(hidden, "en"), "清源水务")
    assert found is not None and "Satisfaction" in [each["words"] for each in found["reasons"]]  # type: ignore[attr-defined]
