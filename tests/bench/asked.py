"""What Polars and pandas are asked, and the tables that both are given: as kam keeps them, in Arrow.

Decimals are binary floating point, spans of days have ends that every library knows, and only columns that some KPI
looks at are there. Everything is in the base currency but quotas, which are converted. All this favours the libraries:
kam converts, and adds decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kam.kpi.definition import Kpi
from kam.kpi.window import window_on
from kam.tables import Tables

SPANS = ("state_then", "since_then", "open_then", "valid from", "valid to")
COLUMNS = {
    "accounts then": ("id", "account", "since", *SPANS),
    "accounts": ("id", "account", "tier", "acquisition_cost_base"),
    "accounts_tiers": ("record", "idx", "tier", "from", "to"),
    "accounts_category_spend": ("account", "category", "year", "amount", "amount_base"),
    "actions": ("record", "account", "owner", "due", "status", "done_on"),
    "amendments then": ("contract", "on", "effective_from", "recurring_change", "new_end", *SPANS),
    "contracts then": (
        "id", "account", "kind", "status", "signed_on", "start", "end", "renewal", "terminated_on", "predecessor",
        "recurring_value", *SPANS,
    ),
    "contracts_history": ("record",),
    "expenses": ("account", "date", "amount_base"),
    "feedback": ("account", "kind", "on", "score", "scale", "method"),
    "invoices then": ("id", "account", "date", "due", "kind", "amount_base", *SPANS),
    "issues then": (
        "account", "handler", "reported_at_date", "first_response_state", "first_response_due_date",
        "resolution_state", "resolution_due_date", *SPANS,
    ),
    "opportunities": ("id", "account"),
    "opportunities then": (
        "account", "owner", "stage", "amount_base", "probability", "created_on", "engaged_on", "closed_on", *SPANS,
    ),
    "orders then": ("id", "account", "date", "kind", "total_base", *SPANS),
    "orders_lines": ("record", "idx", "product", "quantity", "cost_base", "promised", "amount_base"),
    "orders_lines_deliveries": ("record", "lines_idx", "on", "quantity"),
    "parameters": ("name", "value"),
    "payments": ("id", "account", "date", "invoice", "amount_base"),
    "payments_allocations": ("record", "invoice", "amount_base"),
    "people": ("id", "role", "capacity", "cost_rate", "from", "until"),
    "products": ("id", "category", "cost"),
    "projects then": ("id", "account", "start", *SPANS),
    "projects_milestones": ("record", "planned", "actual"),
    "projects_tasks": ("record", "status", "done_on", "weight"),
    "quotas": ("person", "from", "until", "amount", "currency"),
    "rates": ("currency", "from", "rate"),
    "records": ("id", "day"),
    "services": ("account", "person", "on", "hours"),
    "services then": ("account", "person", "kind", "on", "hours", "hourly_rate_base", "cost_base", *SPANS),
    "trainings": ("id", "course", "on", "status"),
    "trainings_participants": ("record", "person", "result", "valid_until"),
    "transitions": ("record", "type", "field", "at_date", "to"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A KPI on some days, each with the first day of its window: of every account, or of the whole."""

    kpi: Kpi
    days: tuple[tuple[date, date], ...]

    @classmethod
    def of(cls, kpi: Kpi, days: Sequence[date]) -> Asked:
        """A KPI on some days."""
        return cls(kpi, tuple((day, window_on(kpi.window, day).from_ or date.min) for day in days))

    @property
    def is_by_account(self) -> bool:
        """Whether the KPI is one of accounts; else it is one of our people or of the whole."""
        return "account" in self.kpi.groupings

    @property
    def is_state(self) -> bool:
        """Whether facts without a date count."""
        return self.kpi.window == "now"


def read_frames(tables: Tables) -> dict[str, Any]:
    """Each table as Arrow."""
    kinds = {
        (table, column): kind
        for table, column, kind in tables.connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        ).fetchall()
    }
    frames = {}
    for table, columns in COLUMNS.items():
        picked = ", ".join(_picked(column, kinds[table, column]) for column in columns)
        frames[table] = tables.connection.sql(f'SELECT {picked} FROM "{table}"').to_arrow_table()
    frames["trainings_roles"] = tables.connection.sql(
        "SELECT id AS record, unnest(roles) AS role FROM trainings"
    ).to_arrow_table()
    return frames


def _picked(column: str, kind: str) -> str:
    if column in ("valid from", "valid to"):
        first, last = (f"CAST('{day}' AS DATE)" for day in (date.min, date.max))
        return f'least(greatest("{column}", {first}), {last}) AS "{column}"'
    return f'CAST("{column}" AS DOUBLE) AS "{column}"' if kind.startswith("DECIMAL") else f'"{column}"'
