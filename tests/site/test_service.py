"""Open issues say when they are due; the handbook shows the service levels as they are set."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kam.model.record import Record
from kam.portfolio import open_portfolio
from kam.settings import Settings
from kam.site.generated import fill_generated
from kam.site.service import ServiceNotes
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.view import View

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def snapshot(repository: Path, sample_settings: Settings) -> Snapshot:
    return load_snapshot(open_portfolio(repository, sample_settings, cache=False), AS_OF)


@pytest.mark.parametrize(
    ("account", "day", "lang", "note"),
    [
        ("清源水务", "2026-10-19", "en", ("overdue", "overdue since 2026-10-21 17:30")),
        ("清源水务", "2026-10-19", "zh", ("overdue", "解决逾期（2026-10-21 17:30）")),
        ("huarui-chemical", "2026-11-09", "zh", ("on_hold", "等待客户，暂停计时")),
        ("halvorsund-dairies", "2026-10-26", "en", ("planned", "solve by 2026-12-05 00:00")),
        ("halvorsund-dairies", "2026-07-20", "en", ("", "")),
    ],
)
def test_an_open_issue_says_when_it_is_due(
    snapshot: Snapshot, account: str, day: str, lang: str, note: tuple[str, str]
) -> None:
    (issue,) = [r for r in snapshot.records(account, "issue") if str(r.data["reported_at"]).startswith(day)]
    assert ServiceNotes(snapshot, lang).note(issue) == note


def test_the_first_response_goes_before_the_solution(snapshot: Snapshot) -> None:
    data = {"status": "open", "severity": "low", "reported_at": "2026-11-20T10:00:00+08:00"}
    issue = Record("清源水务/issues/x", "issue", "清源水务", "accounts/清源水务/issues/x.md", dict(data))
    notes = ServiceNotes(snapshot, "en")
    assert notes.note(issue) == ("planned", "answer by 2026-11-24 10:00")
    assert notes.note(Record("a", "meeting", "清源水务", "a", {})) == ("", "")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("2 working hours", "all others", "Mon–Thu 08:00–12:00", "the executive sponsor", "Tang Weiguo",
                "Fri 2026-11-20 15:30", "Tue 2026-11-24 15:30", "Wed 2026-11-25 15:30")),
        ("zh", ("2 个工作小时", "其他客户", "周一–周四", "高层对接人", "时限用去 100%", "周二 2026-11-24 15:30")),
    ],
)  # fmt: skip
def test_the_handbook_shows_levels_calendars_escalation_and_an_example(
    snapshot: Snapshot, lang: str, words: tuple[str, ...]
) -> None:
    page = fill_generated("<!-- kam:service_levels -->\n", View(snapshot, lang), "handbook/x", "x.md")
    assert [word for word in words if word not in page] == []
    assert "kam:service_levels" not in page
