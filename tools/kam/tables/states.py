"""Table macros that tell the state a record was in on a day, from its history."""

from __future__ import annotations

from collections.abc import Sequence

from kam.model.schema import States
from kam.tables.gathered import LABELS, quoted
from kam.tables.plan import Part, TablePlan
from kam.tables.service import promised_sql, replaced_sql, severity_sql

CLOSING_DATES = ("closed_on", "closed_at_date", "resolved_at_date", "completed_on", "decided_on", "end")
"""Columns that tell when a record without history ended, the strongest first."""

GENERAL = """
CREATE MACRO states_on(day) AS TABLE
  SELECT record, type, field, arg_max("to", (at_date, idx)) AS state, max(at_date) AS since
  FROM transitions WHERE at_date <= day GROUP BY record, type, field;
CREATE MACRO times(a, b) AS CAST(a AS DECIMAL(38,4)) * CAST(b AS DECIMAL(38,4));
CREATE MACRO percent_of(amount, percent) AS CAST(amount AS DECIMAL(38,4)) * CAST(percent AS DECIMAL(38,4)) * 0.01;
CREATE MACRO rate_on(code, day) AS (
  SELECT arg_max(r.rate, r."from") FROM rates r WHERE r.currency = code AND r."from" <= day);
CREATE MACRO to_base(amount, code, day, id := '') AS
  CASE WHEN amount IS NULL OR day IS NULL THEN NULL
    WHEN code = {base} THEN CAST(amount AS DECIMAL(38,4))
    WHEN rate_on(code, day) IS NULL
      THEN error(CASE WHEN id = '' THEN '' ELSE id || ', {amount_en}: ' END || 'no rate for ' || code || ' on ' || day
        || chr(31) || CASE WHEN id = '' THEN '' ELSE id || '，{amount_zh}：' END || '缺少 ' || code || ' 在 ' || day
        || ' 的汇率')
    ELSE CAST(CAST(amount AS DECIMAL(38,4)) * rate_on(code, day) AS DECIMAL(38,4)) END;
"""


def macro_sql(plans: Sequence[TablePlan], base: str) -> str:
    """Macros for fact queries: ``states_on(day)`` for all records, ``<table>_on(day)`` for each type with states,
    ``to_base(amount, currency, day[, id])`` for money at the rate of a day of the query's own; ``id`` is that of the
    record, for the message where a rate is missing."""
    amount = LABELS["amount"]
    return GENERAL.format(base=_text(base), amount_en=amount["en"], amount_zh=amount["zh"]) + "".join(
        _on_sql(plan, plan.rtype.states) for plan in plans if plan.rtype.states
    )


def _on_sql(plan: TablePlan, states: States) -> str:
    own = {c.name for c in plan.columns}
    ends = [quoted(name) for name in CLOSING_DATES if name in own]
    end = f"coalesce({', '.join(f't.{e}' for e in ends)})" if ends else "CAST(NULL AS DATE)"
    date_name = plan.rtype.date_field
    day_column = f"{date_name}_date" if f"{date_name}_date" in own else date_name
    begin = f"t.{quoted(day_column)}" if day_column in own else "CAST(NULL AS DATE)"
    current = f"t.{quoted(states.field)}"
    terminal = ", ".join(_text(s) for s in states.terminal) or "NULL"
    opened = ", ".join(_text(s) for s in states.open) or "NULL"
    first = _text(states.initial[0]) if states.initial else "NULL"
    is_promised = any(c.part is Part.SERVICE for c in plan.columns)
    promised = f",\n  promised AS ({promised_sql('day')})" if is_promised else ""
    replaced = f" REPLACE ({replaced_sql(plan.columns, 'day')})" if is_promised else ""
    severity = f",\n    {severity_sql('severity')} AS severity_then" if is_promised and "severity" in own else ""
    joined = " LEFT JOIN promised ON promised.record = known.id" if is_promised else ""
    return f"""
CREATE MACRO {quoted(plan.name + "_on")}(day) AS TABLE
  WITH past AS (
    SELECT record, arg_max("to", (at_date, idx)) FILTER (at_date <= day) AS state,
      max(at_date) FILTER (at_date <= day) AS since, min(at_date) AS born
    FROM transitions WHERE type = {_text(plan.rtype.name)} AND field = {_text(states.field)} GROUP BY record),
  known AS (
    SELECT t.*, past.since AS past_since, past.state AS past_state, past.born AS past_born,
      CASE WHEN {current} IN ({terminal}) THEN {end} END AS past_end, {begin} AS past_begin
    FROM {quoted(plan.name)} t LEFT JOIN past ON past.record = t.id){promised}
  SELECT known.* EXCLUDE (past_since, past_state, past_born, past_end, past_begin){replaced},
    CASE WHEN past_state IS NOT NULL THEN past_state
      WHEN past_born IS NOT NULL OR past_end > day THEN {first}
      ELSE {current.replace("t.", "known.")} END AS state_then,
    coalesce(past_since, CASE WHEN past_end <= day THEN past_end END) AS since_then,
    coalesce(state_then IN ({opened}), true) AS open_then{severity}
  FROM known{joined} WHERE coalesce(least(past_begin, past_born), past_begin, past_born, day) <= day;
"""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
