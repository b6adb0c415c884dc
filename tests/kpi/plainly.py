"""KPIs worked out plainly: the fact query asked for one day, and every group put together record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kam.kpi import Kpi
from kam.kpi.window import window_on
from kam.model.record import Record
from kam.settings import Settings
from kam.tables import Tables

Fact = dict[str, Any]
Key = str | None
ADDITIVE = ("sum", "count", "share")


def facts_of(kpi: Kpi, day: date, tables: Tables) -> list[Fact]:
    """The facts on a day, asked for as an analyst would."""
    window = window_on(kpi.window, day)
    days = {"as_of": day, "from": window.from_ or date.min, "to": day}
    found = tables.query(kpi.sql, days)
    rows = [dict(zip((c.lower() for c in found.columns), row, strict=True)) for row in found.rows]
    return [row for row in rows if _is_inside(row["at"], window.from_, day, kpi.window == "now")]


def _is_inside(at: date | None, first: date | None, last: date, is_state: bool) -> bool:
    if at is None:
        return is_state
    return at <= last and (first is None or at >= first)


@dataclass
class Traits:
    """What is known of accounts and people on a day."""

    settings: Settings
    profiles: Mapping[str, Mapping[str, Any]]
    lifecycle: Mapping[str, str]
    day: date

    @classmethod
    def on(cls, day: date, settings: Settings, records: Iterable[Record], tables: Tables) -> Traits:
        states = dict(tables.query("SELECT account, state_then FROM accounts_on($as_of)", {"as_of": day}).rows)
        return cls(settings, {r.account: r.data for r in records if r.type == "profile"}, states, day)

    def there(self, grouping: str) -> set[Key]:
        """The groups that the accounts belong to which have begun by the day and are not closed."""
        by_account = grouping not in {"person", *self._period(None)}
        return {
            self.key({"account": account, "person": None, "at": None}, grouping)
            for account, profile in self.profiles.items()
            if by_account and profile.get("since", "") <= self.day.isoformat() and self.lifecycle[account] != "closed"
        } - {None}

    def key(self, fact: Fact, grouping: str) -> Key:
        """The group that a fact belongs to."""
        account = fact["account"]
        profile = self.profiles.get(account, {})
        keeper = self._in_force(profile, "owner", "person")
        owner = fact["person"] or keeper
        person = self.settings.people.get(owner or "")
        if grouping in ("team", "manager"):
            return self._text(getattr(person, grouping) or None) if person else None
        office = person.region or None if person else None
        known: dict[str, Key] = {
            "account": account,
            "person": fact["person"],
            "owner": owner,
            "account_owner": keeper,
            "tier": self._in_force(profile, "tier", "tier"),
            "lifecycle": self.lifecycle.get(account),
            "office": office,
            "region": profile.get("region") or office,
            **{name: profile.get(name) for name in ("industry", "country", "parent")},
            **self._period(fact["at"]),
        }
        if grouping in known:
            return known[grouping]
        value = fact.get(grouping)
        return value if value is None or isinstance(value, str) else str(value)

    def _period(self, at: date | None) -> dict[str, Key]:
        if at is None:
            return dict.fromkeys(("month", "quarter", "year", "fiscal_quarter", "fiscal_year"))
        months = at.year * 12 + at.month - self.settings.site.fiscal_year_start_month
        quarter, fiscal = f"{at.year}-Q{(at.month + 2) // 3}", f"FY{months // 12}"
        by_calendar = {"month": f"{at:%Y-%m}", "quarter": quarter, "year": f"{at.year:04}"}
        return by_calendar | {"fiscal_quarter": f"{fiscal}-Q{months % 12 // 3 + 1}", "fiscal_year": fiscal}

    def _in_force(self, profile: Mapping[str, Any], field: str, value: str) -> Key:
        history = profile.get(f"{field}s") or []
        if not history:
            return self._text(profile.get(field))
        today = self.day.isoformat()
        valid = [
            (entry.get("from", ""), at, entry.get(value))
            for at, entry in enumerate(history)
            if entry.get("from", "") <= today <= entry.get("to", "9999-12-31") and entry.get(value)
        ]
        return self._text(max(valid)[2]) if valid else None

    @staticmethod
    def _text(value: object) -> Key:
        return None if value is None else str(value)


def worked_out(kpi: Kpi, facts: list[Fact], everything: list[Fact], tables: Tables) -> Fraction | None:
    """The value of a group, in the KPI's unit."""
    found = _value(kpi, facts, everything, tables)
    if found is None:
        return None
    value, n = found
    below = _sum(facts, kpi.not_negative) if kpi.not_negative else Fraction(0)
    if n < kpi.min_facts or (below is not None and below < 0):
        return None
    scaled = value if kpi.aggregation in ("sum", "count", "count_distinct", "mean", "median") else value * kpi.scale
    return scaled if kpi.cap is None else min(scaled, Fraction(kpi.cap))


def _sum(facts: list[Fact], name: str) -> Fraction | None:
    values = [Fraction(f[name]) for f in facts if f[name] is not None]
    return sum(values, Fraction(0)) if values else None


def _value(kpi: Kpi, facts: list[Fact], everything: list[Fact], tables: Tables) -> tuple[Fraction, int] | None:
    how = kpi.aggregation
    if how in ("count", "count_distinct"):
        return Fraction(len({f["account"] for f in facts}) if how == "count_distinct" else len(facts)), len(facts)
    if how == "formula":
        return _formula(kpi, facts, tables)
    if how == "ratio":
        above, below = _sum(facts, "numerator") or Fraction(0), _sum(facts, "denominator")
        return (above / below, sum(f["denominator"] is not None for f in facts)) if below else None
    counted = [f for f in facts if f["numerator"] is not None]
    if not counted:
        return None
    values = sorted(Fraction(f["numerator"]) for f in counted)
    whole, n = sum(values, Fraction(0)), len(values)
    if how == "share":
        below = _sum(everything, "numerator")
        return (whole / below, n) if below else None
    if how == "median":
        return (values[n // 2] + values[(n - 1) // 2]) / 2, n
    if how in ("sum", "mean"):
        return (whole if how == "sum" else whole / n), n
    return _spread(kpi, counted, n)


def _spread(kpi: Kpi, facts: list[Fact], n: int) -> tuple[Fraction, int] | None:
    who = "person" if kpi.aggregation in ("gini", "max_to_mean") else "account"
    own: dict[Key, list[Fraction]] = defaultdict(list)
    for fact in facts:
        own[fact[who]].append(Fraction(fact["numerator"]))
    if kpi.aggregation == "repeat_rate":
        return Fraction(sum(len(each) > 1 for each in own.values()), len(own)), len(own)
    if who == "person":
        n -= len(own.pop(None, []))
    sums = sorted((sum(each, Fraction(0)) for each in own.values()), reverse=True)
    if who == "account":
        sums = [each for each in sums if each > 0]
    whole = sum(sums, Fraction(0))
    if not whole or (who == "person" and (len(sums) < 2 or sums[-1] < 0)):
        return None
    if kpi.aggregation == "concentration":
        return sum((each / whole) ** 2 for each in sums) + Fraction(0), n
    if kpi.aggregation == "top_share":
        return (sum(sums[: kpi.top], Fraction(0)) / whole, n) if len(sums) > kpi.top else None
    if kpi.aggregation == "max_to_mean":
        return sums[0] * len(sums) / whole, n
    differences = sum(abs(a - b) for a in sums for b in sums)
    return differences / (2 * len(sums) * whole), n


def _formula(kpi: Kpi, facts: list[Fact], tables: Tables) -> tuple[Fraction, int] | None:
    """The formula asked of nothing but the group's rows."""
    import pyarrow as pa

    if not facts:
        return None
    exact = pa.decimal128(38, 10)
    columns = {name: [fact[name] for fact in facts] for name in facts[0]}
    arrays = {n: pa.array(v, exact) if n in ("numerator", "denominator") else pa.array(v) for n, v in columns.items()}
    tables.connection.register("plain_rows", pa.table(arrays))
    ((value,),) = tables.read(f"SELECT ({kpi.value}) FROM plain_rows")
    tables.connection.unregister("plain_rows")
    is_number = value is not None and (isinstance(value, int | Decimal) or abs(value) < float("inf"))
    return (Fraction(value), len(facts)) if is_number else None
