"""Table macros that tell how things stood on a day: which accounts were active, which contracts were in force, and what
work was open, by whom it is to be done.

They need the record types that their words come from; where a company has dropped one, that source is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from kam.tables.plan import TablePlan
from kam.tables.states import text

BEGIN = """
CREATE MACRO parameter(name) AS CASE name {parameters} END;
CREATE MACRO span_start(day, name) AS
  CAST(day + 1 - to_months(CAST(parameter(name || '.months') AS INTEGER)) AS DATE)
    - CAST(parameter(name || '.days') AS INTEGER);
CREATE MACRO margin_of(amount, quantity, unit_cost) AS
  CASE WHEN quantity IS NULL OR unit_cost IS NULL
    THEN CAST(percent_of(amount, parameter('margin')) AS DECIMAL(38,8)) ELSE amount - times(quantity, unit_cost) END;
"""
ACTIVE = """
  SELECT a.account, a.id FROM accounts_on(asked) a
  SEMI JOIN ({signs}) s ON s.account = a.account
  WHERE coalesce(a.state_then, 'active') IN ('active', 'at_risk') AND coalesce(a.since <= asked, true)
"""
SIGNS = {
    "orders": """SELECT account FROM orders_on(asked)
    WHERE "date" BETWEEN span_start(asked, 'active_within') AND asked
      AND coalesce(state_then, '') <> 'cancelled' AND coalesce(kind, 'order') = 'order'""",
    "services": """SELECT account FROM services_on(asked)
    WHERE "on" BETWEEN span_start(asked, 'active_within') AND asked
      AND coalesce(state_then, 'done') = 'done' AND coalesce(kind, '') NOT IN ('newsletter', 'gift')""",
    "contracts": "SELECT account FROM in_force_on(asked) WHERE coalesce(kind, '') <> 'nda'",
}
"""What shows that an account is a customer, by the table it stands in. What we send to everybody shows nothing, and
neither does a promise to keep a secret."""
IN_FORCE = """
  WITH later AS (
    SELECT predecessor AS id FROM contracts_on(asked)
    WHERE predecessor IS NOT NULL AND "start" <= asked AND state_then IN ('signed', 'in_force')
  ), told AS (SELECT DISTINCT record FROM contracts_history), changes AS ({changes})
  SELECT c.id, c.account, c.kind, c.currency, c.owner, c."start", coalesce(n.new_end, c."end") AS "end",
    CAST(c.recurring_value + coalesce(n.recurring_change, 0) AS DECIMAL(18,4)) AS recurring_value
  FROM contracts_on(asked) c LEFT JOIN told t ON t.record = c.id LEFT JOIN changes n ON n.id = c.id
  LEFT JOIN later l ON l.id = c.id
  WHERE coalesce(c."start", c.signed_on, asked) <= asked AND coalesce(c.terminated_on > asked, true)
    AND (coalesce(coalesce(n.new_end, c."end") >= asked, true) OR (c.renewal = 'automatic' AND c.open_then))
    AND (c.state_then IN ('signed', 'in_force') OR (c.state_then = 'renewed' AND l.id IS NULL)
      OR (t.record IS NULL AND c.status IN ('expired', 'terminated', 'renewed')))
"""
CHANGES = """SELECT contract AS id, sum(recurring_change) AS recurring_change,
      arg_max(new_end, coalesce(effective_from, "on")) FILTER (new_end IS NOT NULL) AS new_end
    FROM amendments_on(asked)
    WHERE state_then IN ('signed', 'in_force') AND coalesce(effective_from, "on") <= asked GROUP BY contract"""
UNCHANGED = (
    "SELECT CAST(NULL AS VARCHAR) AS id, CAST(NULL AS DATE) AS new_end, CAST(NULL AS DECIMAL(18,4)) AS recurring_change"
    " WHERE false"
)


STAFF = """
  SELECT s.id, s.capacity FROM people s
  WHERE s.capacity > 0 AND coalesce(s."from" <= asked, true) AND coalesce(s."until" >= asked, true)
    AND s.role IN (SELECT p.role FROM people p SEMI JOIN open_work_on(asked) w ON w.person = p.id)
"""
WORKS = {
    "issues": (
        ("handler", "reported_at_date"),
        """SELECT account, handler AS person, id AS record
    FROM issues_on(asked) WHERE open_then AND reported_at_date <= asked""",
    ),
    "opportunities": (
        ("owner", "created_on", "engaged_on"),
        """SELECT account, owner AS person, id AS record
    FROM opportunities_on(asked) WHERE open_then AND coalesce(created_on, engaged_on, asked) <= asked""",
    ),
}
"""Work by the table it stands in, with the columns that it takes; actions there always are."""
ACTIONS = """SELECT account, owner AS person, record FROM actions
    WHERE coalesce(record_day <= asked, true) AND (coalesce(status, 'open') = 'open' OR done_on > asked)"""


def standing_sql(plans: Sequence[TablePlan], parameters: Mapping[str, Decimal | str]) -> str:
    """Macros for fact queries: ``parameter(name)``, a number of ``figures.yml``; ``span_start(day, name)``, the first
    day of a span of ``figures.yml`` that ends with the day; and those of ``standing_queries``. Numbers of the settings
    stand in the macros themselves: no query has to look them up row by row."""
    numbers = ((name, value) for name, value in parameters.items() if not isinstance(value, str))
    stated = [f"WHEN {text(name)} THEN CAST({text(value)} AS DECIMAL(18,6))" for name, value in numbers]
    made = BEGIN.format(parameters=" ".join(stated))
    return made + "".join(f"CREATE MACRO {name}(asked) AS TABLE {q};\n" for name, q in standing_queries(plans).items())


def standing_queries(plans: Sequence[TablePlan]) -> dict[str, str]:
    """Name → query of the table macros, in the order in which they need each other: ``in_force_on(day)``, the contracts
    in force with their yearly value as amended until then; ``active_on(day)``, the accounts that are active customers
    as ``figures.yml`` says; ``open_work_on(day)``, the open issues, opportunities and actions with the person who is to
    see to them; ``staff_on(day)``, the people with working hours whose role has such work. In the queries the day is
    called ``asked``, as no column is."""
    known = {plan.name: {c.name for c in plan.columns} for plan in plans if plan.rtype.states is not None}
    made = {}
    if _has(known, "contracts", ("recurring_value", "predecessor", "terminated_on", "renewal", "kind", "owner")):
        amended = _has(known, "amendments", ("contract", "new_end", "recurring_change", "effective_from"))
        made["in_force_on"] = IN_FORCE.format(changes=CHANGES if amended else UNCHANGED)
    else:
        known.pop("contracts", None)
    signs = [sql for name, sql in SIGNS.items() if name in known]
    if signs and _has(known, "accounts", ("since",)):
        made["active_on"] = ACTIVE.format(signs="\n    UNION ALL ".join(signs))
    works = [sql for name, (columns, sql) in WORKS.items() if _has(known, name, columns)]
    made["open_work_on"] = "\n    UNION ALL ".join([*works, ACTIONS])
    made["staff_on"] = STAFF
    return made


def _has(known: dict[str, set[str]], table: str, columns: Collection[str]) -> bool:
    return set(columns) <= known.get(table, set())
