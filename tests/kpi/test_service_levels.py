"""Service levels in the tables: a service desk's incidents against plain pandas, random issues against plain SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from reckoning import ACME, Given

from kam.kpi import compute
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import Settings
from kam.settings.parts import Parts
from kam.settings.service_levels import Level, ServiceLevels, parse_limit
from kam.starter import write_portfolio
from kam.tables import open_tables

if TYPE_CHECKING:
    import pandas

AS_OF = date(2016, 6, 30)
FIRST = {"1 - Critical": 1, "2 - High": 4, "3 - Moderate": 24, "4 - Low": 48}
SOLVED = {"1 - Critical": 24, "2 - High": 72, "3 - Moderate": 168, "4 - Low": 336}
"""Hours promised in the service levels of a new portfolio to accounts without a tier, by priority."""


@pytest.fixture(scope="module")
def portfolio(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portfolio]:
    from kam.cli.main import cli

    folder = tmp_path_factory.mktemp("desk") / "p"
    (events,) = (shared_data / "uci_incident").glob("*.csv")
    write_portfolio(folder, {"language": "en", "time_zone": "UTC", "currency": "EUR"})
    words = ["-C", str(folder), "import", "uci_incident", str(events), "--account", "desk"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with open_portfolio(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def incidents(shared_data: Path) -> pandas.DataFrame:
    """One row for each incident: when it was due and when it was answered and solved, in pandas alone."""
    import pandas as pd

    (events,) = (shared_data / "uci_incident").glob("*.csv")
    log = pd.read_csv(events, na_values="?")
    for name in ("opened_at", "sys_updated_at", "resolved_at", "closed_at"):
        log[name] = pd.to_datetime(log[name], format="%d/%m/%Y %H:%M", utc=True)
    log["at"] = log[["opened_at", "sys_updated_at"]].max(axis=1)
    log["was"] = log.groupby("number")["priority"].shift()
    rows = log.groupby("number").last()
    rows["answered"] = log[~log["incident_state"].isin(["New", "-100"])].groupby("number")["at"].first()
    states = log.groupby("number")["incident_state"].agg(set)
    rows["is_plain"] = states.map(lambda seen: seen <= {"New", "Active", "Resolved", "Closed"}) & (
        log.groupby("number")["reopen_count"].max() == 0
    )
    rows["was_first"] = log.groupby("number")["priority"].first()
    rows["ended"] = rows["resolved_at"].fillna(rows["closed_at"])
    for name, hours, end in (("first", FIRST, "answered"), ("solved", SOLVED, "ended")):
        # A priority given after the end says nothing of it.
        known = log[log["at"] <= log["number"].map(rows[end])]
        changed = known[known["was"].notna() & (known["was"] != known["priority"])].groupby("number")["at"].max()
        priority = known.groupby("number")["priority"].last().reindex(rows.index).fillna(rows["was_first"])
        plain = rows["opened_at"] + pd.to_timedelta(priority.map(hours), unit="h")
        rows[f"{name}_due"] = plain.where(~(changed.reindex(rows.index) > plain), changed.reindex(rows.index))
    return rows


def test_incidents_are_due_when_pandas_says(portfolio: Portfolio, incidents: pandas.DataFrame) -> None:
    with open_tables(portfolio, AS_OF, cache=False) as tables:
        found = tables.query(
            "SELECT source_id, first_response_due, first_response_state, resolution_due, resolution_state FROM issues"
        ).rows
    assert len(found) == len(incidents) > 300
    plain = 0
    for number, first_due, first_state, due, state in found:
        row = incidents.loc[number]
        assert first_due == row["first_due"]
        assert first_state == ("met" if row["answered"] <= row["first_due"] else "missed"), number
        if row["is_plain"]:
            plain += 1
            assert due == row["solved_due"], number
            assert state == ("met" if row["ended"] <= row["solved_due"] else "missed"), number
    assert plain > 200


def test_the_kpi_counts_what_pandas_counts(portfolio: Portfolio, incidents: pandas.DataFrame) -> None:
    as_of = date(2016, 4, 30)
    (result,) = compute(portfolio, as_of, ["first_response_in_time"])
    days = incidents["first_due"].dt.date
    due = incidents[(days >= date(2016, 2, 1)) & (days <= as_of)]
    assert result.n == len(due) > 0
    assert result.figure.numerator == int((due["answered"] <= due["first_due"]).sum())


PLAIN = """
  WITH entries AS (
    SELECT h.*, coalesce(i.first_response_at_date <= $as_of AND h."at" > i.first_response_at, false) AS after_answer,
      coalesce(i.resolved_at_date <= $as_of AND h."at" > i.resolved_at, false) AS after_solution
    FROM issues_severity_history h JOIN issues i ON i.id = h.record WHERE h.at_date <= $as_of
  ), severities AS (
    SELECT record, arg_max("to", (at_date, idx)) FILTER (NOT after_answer) AS answer_severity,
      max("at") FILTER (NOT after_answer) AS answer_since,
      arg_max("to", (at_date, idx)) FILTER (NOT after_solution) AS solve_severity,
      max("at") FILTER (NOT after_solution) AS solve_since
    FROM entries GROUP BY record
  ), held AS (
    SELECT record, CAST(sum(date_diff('second', "from", "to")) FILTER (to_date <= $as_of) AS BIGINT) AS seconds,
      bool_or(to_date IS NULL OR to_date > $as_of) AS still
    FROM issues_holds WHERE from_date <= $as_of GROUP BY record
  ), levels(severity, first_response, resolution) AS (VALUES ('high', 4, 72), ('low', 48, 336)),
  judged AS (
    SELECT i.*, resolved_at IS NOT NULL AND resolved_at_date <= $as_of AS solved, coalesce(h.still, false) AS still,
      greatest(i.reported_at + to_hours(a.first_response), s.answer_since) AS answer_by,
      greatest(i.reported_at + to_hours(l.resolution) + to_seconds(coalesce(h.seconds, 0)), s.solve_since) AS solve_by
    FROM issues_on($as_of) i LEFT JOIN severities s ON s.record = i.id LEFT JOIN held h ON h.record = i.id
    LEFT JOIN levels a ON a.severity = coalesce(s.answer_severity, i.severity)
    LEFT JOIN levels l ON l.severity = coalesce(s.solve_severity, i.severity)
  )
  SELECT id, CASE WHEN first_response_at_date <= $as_of THEN if(first_response_at <= answer_by, 'met', 'missed')
      WHEN CAST(answer_by AS DATE) <= $as_of THEN 'missed' ELSE 'due' END,
    CASE WHEN solved THEN if(resolved_at <= solve_by, 'met', 'missed') WHEN still THEN 'paused'
      WHEN CAST(solve_by AS DATE) <= $as_of THEN 'missed' ELSE 'due' END
  FROM judged ORDER BY id
"""


def test_hours_round_the_clock_are_those_of_plain_sql(given: Given, sample_settings: Settings) -> None:
    levels = {
        "high": Level(parse_limit("4h"), parse_limit("72h")),
        "low": Level(parse_limit("48h"), parse_limit("336h")),
    }
    parts = Parts({"ServiceLevels": ServiceLevels({"default": levels})})
    settings = replace(sample_settings, parts=parts)
    drawn = random.Random(5)
    source = given(ACME | {f"acme/issues/i{n:03}": draw_issue(drawn) for n in range(400)}, settings)
    own = "SELECT id, first_response_state, resolution_state FROM issues_on($as_of) ORDER BY id"
    for day in (date(2026, 6, 2), date(2026, 6, 8), date(2026, 6, 20), date(2026, 8, 1)):
        with open_tables(source, day, cache=False) as tables:
            assert tables.query(own).rows == tables.query(PLAIN).rows


def draw_issue(drawn: random.Random) -> dict[str, Any]:
    """An issue whose holds end before anything is due, as only then the plain sum of them is right."""
    reported = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=drawn.randrange(8_000))

    def after(most: int, least: int = 0) -> str:
        return (reported + timedelta(minutes=drawn.randrange(least, most))).isoformat()

    data: dict[str, Any] = {
        "title": "x",
        "status": "open",
        "severity": drawn.choice(("high", "low")),
        "reported_at": reported.isoformat(),
    }
    if drawn.random() < 0.5:
        data["first_response_at"] = after(4_000)
    if drawn.random() < 0.5:
        data |= {"resolved_at": after(30_000, 3_000), "status": "resolved"}
    if drawn.random() < 0.3:
        data["severity_history"] = [{"at": after(6_000), "to": data["severity"]}]
    if drawn.random() < 0.3:
        data["holds"] = [{"from": after(1_000), "to": after(2_900, 1_001)}]
    return data
