"""Table macros that tell the state a record was in on a day, from spans of days that are worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kam.model.schema import States
from kam.tables.gathered import LABELS, quoted
from kam.tables.plan import Part, TablePlan
from kam.tables.service import JOINED, KNOWN, known_sql, missed_sql

if TYPE_CHECKING:
    from kam.settings import Currencies

CLOSING_DATES = ("closed_on", "closed_at_date", "resolved_at_date", "completed_on", "decided_on", "end")
"""Columns that tell when a record without history ended, the strongest first."""

GENERAL = """
CREATE SCHEMA changes;
CREATE TABLE changes.states AS
  SELECT record, type, field, state, at_date AS valid_from,
    lead(at_date, 1, DATE 'infinity') OVER (PARTITION BY record, type, field ORDER BY at_date) AS valid_to
  FROM (SELECT record, type, field, at_date, arg_max("to", idx) AS state FROM transitions
    WHERE at_date IS NOT NULL GROUP BY record, type, field, at_date);
CREATE MACRO states_on(day) AS TABLE
  SELECT record, type, field, state, valid_from AS since FROM changes.states
  WHERE valid_from <= day AND day < valid_to;
CREATE MACRO times(a, b) AS CAST(a AS DECIMAL(38,4)) * CAST(b AS DECIMAL(38,4));
CREATE MACRO percent_of(amount, percent) AS CAST(amount AS DECIMAL(38,4)) * CAST(percent AS DECIMAL(38,4)) * 0.01;
CREATE MACRO rate_on(code, day) AS CASE code {rates} END;
CREATE MACRO to_base(amount, code, day, id := '') AS
  CASE WHEN amount IS NULL OR day IS NULL THEN NULL
    WHEN code = {base} THEN CAST(amount AS DECIMAL(38,4))
    ELSE CAST(CAST(amount AS DECIMAL(38,4)) * coalesce(rate_on(code, day),
      error(CASE WHEN id = '' THEN '' ELSE id || ', {amount_en}: ' END || 'no rate for ' || code || ' on ' || day
        || chr(31) || CASE WHEN id = '' THEN '' ELSE id || '，{amount_zh}：' END || '缺少 ' || code || ' 在 ' || day
        || ' 的汇率')) AS DECIMAL(38,4)) END;
"""
RATE = "(CAST([{rates}] AS DECIMAL(18,8)[]))[len(list_filter(CAST([{days}] AS DATE[]), lambda since: since <= day))]"
"""The rates of a currency stand in the macro itself: no query has to be joined to them."""
SPANS = """
CREATE OR REPLACE TEMP TABLE "record spans" AS
  WITH past AS (
    SELECT record AS id, state, valid_from, valid_to FROM changes.states WHERE type = {type} AND field = {field}),
  known AS (
    SELECT t.id, {current} AS state, coalesce(born, DATE 'infinity') AS until, {begin} AS begin, born,
      CASE WHEN {current} IN ({terminal}) THEN {end} END AS ended
    FROM {name} t LEFT JOIN (SELECT id, min(valid_from) AS born FROM past GROUP BY id) USING (id)),
  stated AS (
    SELECT id, state AS state_then, valid_from AS since_then, valid_from, valid_to FROM past SEMI JOIN known USING (id)
    UNION ALL
    SELECT id, CASE WHEN born IS NULL AND ended IS NULL THEN state ELSE {first} END, NULL,
      coalesce(least(begin, born), begin, born, DATE '-infinity'), least(coalesce(ended, until), until) FROM known
    UNION ALL
    SELECT id, CASE WHEN born IS NULL THEN state ELSE {first} END, ended,
      greatest(ended, coalesce(least(begin, born), begin, born, ended)), until FROM known WHERE ended < until)
  SELECT *, coalesce(state_then IN ({opened}), true) AS open_then FROM stated WHERE valid_from < valid_to;
"""
"""From when on, and up to but without when, a record was in which state, and since when that is known. Before its
first change it was in the first state, and a record without changes in that of today; one that ended without having
been seen to was in the first state until then. It is not there before it began."""
ON = """
CREATE TABLE {then} AS
  SELECT t.*{replaced}, s.state_then, s.since_then, s.open_then{severity},
    s.valid_from AS {first_day}, s.valid_to AS {day_after}
  FROM {name} t JOIN "record spans" s ON s.id = t.id ORDER BY t.id, s.valid_from;
DROP TABLE "record spans";
CREATE MACRO {on}(day) AS TABLE
  SELECT * EXCLUDE ({first_day}, {day_after}){by_day} FROM {then} WHERE {first_day} <= day AND day < {day_after};
"""
"""The records themselves with what they were then, a row for each span: so that no query has to join them by id."""
FIRST_DAY, DAY_AFTER = '"valid from"', '"valid to"'


def then_table(table: str) -> str:
    """The table with a row for each span of a record's states; no field can be named as its own columns are."""
    return f"{table} then"


def macro_sql(plans: Sequence[TablePlan], currencies: Currencies) -> str:
    """Macros for fact queries: ``states_on(day)`` for all records, ``<table>_on(day)`` for each type with states,
    ``to_base(amount, currency, day[, id])`` for money at the rate of a day of the query's own; ``id`` is that of the
    record, for the message where a rate is missing."""
    amount = LABELS["amount"]
    general = GENERAL.format(
        base=text(currencies.base),
        rates=_rates_sql(currencies),
        amount_en=amount["en"],
        amount_zh=amount["zh"],
    )
    return general + "".join(_on_sql(plan, plan.rtype.states) for plan in plans if plan.rtype.states)


def _rates_sql(currencies: Currencies) -> str:
    found = ["WHEN NULL THEN CAST(NULL AS DECIMAL(18,8))"]  # a CASE needs a branch
    for code, currency in currencies.listed.items():
        listed = sorted(currency.rates)
        days, rates = (", ".join(map(text, each)) for each in zip(*listed, strict=True)) if listed else ("", "")
        found.append(f"WHEN {text(code)} THEN {RATE.format(days=days, rates=rates)}")
    return " ".join(found)


def _on_sql(plan: TablePlan, states: States) -> str:
    own = {c.name for c in plan.columns}
    ends = [f"t.{quoted(name)}" for name in CLOSING_DATES if name in own]
    date_name = plan.rtype.date_field
    day_column = f"{date_name}_date" if f"{date_name}_date" in own else date_name
    is_promised = any(c.part is Part.SERVICE for c in plan.columns)
    name = quoted(plan.name)
    spans = SPANS.format(
        name=name,
        type=text(plan.rtype.name),
        field=text(states.field),
        current=f"t.{quoted(states.field)}",
        opened=", ".join(map(text, states.open)) or "NULL",
        terminal=", ".join(map(text, states.terminal)) or "NULL",
        end=f"coalesce({', '.join(ends)})" if ends else "CAST(NULL AS DATE)",
        begin=f"t.{quoted(day_column)}" if day_column in own else "CAST(NULL AS DATE)",
        first=text(states.initial[0]) if states.initial else "CAST(NULL AS VARCHAR)",
    )
    missed = missed_sql(plan.columns, "day")
    return (spans + JOINED if is_promised else spans) + ON.format(
        on=quoted(plan.name + "_on"),
        name=name,
        then=quoted(then_table(plan.name)),
        first_day=FIRST_DAY,
        day_after=DAY_AFTER,
        replaced=f" REPLACE ({known_sql(plan.columns)})" if is_promised else "",
        by_day=f" REPLACE ({missed})" if missed else "",
        severity=f", coalesce(s.{KNOWN}, t.severity) AS severity_then" if is_promised and "severity" in own else "",
    )


def text(value: object) -> str:
    """A value as a text of SQL."""
    return "'" + str(value).replace("'", "''") + "'"
