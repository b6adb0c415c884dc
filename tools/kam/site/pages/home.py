"""The home page: the portfolio's figures, what needs attention, the accounts at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from kam.model.problem import Level
from kam.model.record import Record
from kam.site.attention import alert_lines, health_chip
from kam.site.due_lists import SOON, count_states, due_lines, not_alerted
from kam.site.figures import Shown, show_all, show_result, worst_first
from kam.site.page import Page
from kam.site.places import account_page
from kam.site.tiers import attention_tiers, show_tier
from kam.site.view import View
from kam.site.waiting import waiting_lines
from kam.site.work import SEVERE, severe_issues

SHOWN = 8
"""So many lines each list of the home page shows."""
ACCOUNTS = 12
COLUMNS = ("tier", "lifecycle", "owner", "region")
CONTRIBUTION = "contribution"
"""The KPI that says which accounts matter most."""
FIGURES = 15
OTHERS = 5
"""So many KPIs the home page shows, and so many of them without a target."""


def render(view: View) -> Iterator[Page]:
    """The one page ``index``."""
    snapshot = view.snapshot
    places = [*snapshot.accounts, "_portfolio", "_unassigned"]
    severe = most_severe_first([r for a in places for r in severe_issues(snapshot, a)])
    soon = (snapshot.as_of + SOON).isoformat()
    near = [item for item in snapshot.due if item.due and item.due <= soon]
    due = not_alerted(view, near, snapshot.alerts)
    undecided = attention_tiers(view)
    waiting = waiting_lines(view, "index")
    accounts = [account_line(view, slug, "index") for slug in first_accounts(view, ACCOUNTS)]
    yield view.page(
        "index",
        "home.html",
        company(view),
        search=True,
        hide=("navigation", "toc"),
        figures=main_figures(view),
        figure_count=len(snapshot.kpis),
        failed=[show_result(view, each) for each in snapshot.kpis if each.failed],
        alerts=alert_lines(view, snapshot.alerts[:SHOWN], "index"),
        alerts_count=len(snapshot.alerts),
        due=due_lines(view, due[:SHOWN], "index"),
        due_count=len(near),
        due_counts=count_states(view, near),
        due_elsewhere=len(near) - len(due),
        severe=[view.card(r, "index", details=False) for r in severe[:SHOWN]],
        severe_count=len(severe),
        tiers=[(each, show_tier(view, each.account)) for each in undecided[:SHOWN]],
        tiers_count=len(undecided),
        waiting=waiting[:SHOWN],
        waiting_count=len(waiting),
        errors=sum(p.level is Level.ERROR for p in snapshot.problems),
        warnings=sum(p.level is Level.WARNING for p in snapshot.problems),
        unassigned=sum(len(r) for r in snapshot.by_account.get("_unassigned", {}).values()),
        unassigned_page=account_page("_unassigned"),
        accounts=accounts,
        columns=used_columns(accounts, COLUMNS),
        has_health=any(line["health"] for line in accounts),
        account_count=len(snapshot.accounts),
        record_count=sum(len(r) for by_type in snapshot.by_account.values() for r in by_type.values()),
        shower=view.shower,
    )


def main_figures(view: View) -> list[Shown]:
    """The KPIs that have a value: those with a target, the worst first, and then money and counts."""
    known = worst_first(each for each in show_all(view, view.snapshot.kpis) if each.has_value)
    judged = [each for each in known if each.status != "none"]
    others = sorted((each for each in known if each.status == "none"), key=lambda each: not each.is_money)
    return (judged[: FIGURES - min(len(others), OTHERS)] + others)[:FIGURES]


def most_severe_first(issues: list[Record]) -> list[Record]:
    """Critical before high, and within that the longest open first."""
    return sorted(issues, key=lambda r: (SEVERE.index(str(r.data["severity"])), str(r.data.get("reported_at")), r.id))


def company(view: View) -> str:
    """What the company is called in the view's language."""
    return view.label(view.snapshot.settings.site.company)


def first_accounts(view: View, count: int) -> list[str]:
    """The accounts of the best tiers first, within a tier those that contribute most."""
    profile, share = view.snapshot.profile, {slug: _share(view, slug) for slug in view.snapshot.accounts}
    return sorted(view.snapshot.accounts, key=lambda slug: (str(profile(slug).get("tier", "~")), -share[slug]))[:count]


def _share(view: View, slug: str) -> Decimal:
    parts = view.snapshot.kpi_parts.get(slug, {}).get(CONTRIBUTION, ())
    return next((part.figure.value for part in parts if part.figure.value is not None), Decimal(0))


def used_columns(lines: Sequence[Mapping[str, object]], names: Sequence[str]) -> list[str]:
    """The columns in which any account has a value."""
    return [name for name in names if any(line[name] for line in lines)]


def account_line(view: View, slug: str, page: str) -> dict[str, object]:
    """One account in a table of accounts: its fields as words, for showing and for filtering."""
    snapshot, data = view.snapshot, view.snapshot.profile(slug)
    profile = snapshot.profiles.get(slug)
    fields = snapshot.types[profile.type].by_name if profile else {}

    def words(name: str) -> str:
        value = data.get(name)
        if value is None or name not in fields:
            return ""
        if name == "owner":
            return view.shower.person(str(value))
        return view.shower.choice(fields[name], str(value))

    due = snapshot.due_by_account.get(slug, ())
    return {
        "slug": slug,
        "page": account_page(slug),
        "name": view.shower.account(slug),
        "legal": str(data.get("legal_name", "")),
        "value": {name: str(data.get(name, "")) for name in ("tier", "lifecycle")},
        **{name: words(name) for name in ("tier", "owner", "region", "industry", "lifecycle", "country")},
        "tier_panel": show_tier(view, slug),
        "severe": len(severe_issues(snapshot, slug)),
        "health": health_chip(view, slug),
        "actions": sum(item.kind == "action" for item in due),
        "overdue": sum(item.is_overdue(snapshot.as_of) for item in due),
        "records": sum(len(r) for r in snapshot.by_account.get(slug, {}).values()),
    }
