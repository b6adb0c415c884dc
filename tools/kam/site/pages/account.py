"""A page per account, and pages of their own for its long lists."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from kam.model.record import Record
from kam.model.schema import RecordType
from kam.site.attention import alert_lines, alerts_of, show_health
from kam.site.bodies import render_body
from kam.site.cards import add_fields, date_of, is_open, state_field
from kam.site.contacts_due import show_care
from kam.site.division import show_division
from kam.site.due_lists import DECISIONS, due_lines
from kam.site.figures import show_account
from kam.site.page import Page
from kam.site.pages.home import account_line
from kam.site.places import ON_ACCOUNT, ON_PAGE, account_page, list_page
from kam.site.show import At
from kam.site.tiers import show_tier
from kam.site.view import View
from kam.site.waiting import waiting_lines
from kam.site.work import last_contact, open_records

TIME_LINE = 40
OPEN_WORK = 40
NEWEST = 5
"""Of a list too long for the account's page, so many of the newest stand there."""

_SHOWN_ELSEWHERE = frozenset(
    [
        "name",
        "legal_name",
        "owner",
        "lifecycle",
        "tier",
        "tier_override",
        "region",
        "country",
        "industry",
        "contacts",
        "team",
        "responsibilities",
        "reminders",
        "tags",
    ]
)


def render(view: View) -> Iterator[Page]:
    """``accounts/<account>`` and ``accounts/<account>/<folder>`` where there is much of a type."""
    for account in (*view.snapshot.accounts, *(a for a in view.snapshot.by_account if a.startswith("_"))):
        yield _account(view, account)
        for rtype in view.types:
            records = view.snapshot.records(account, rtype.name)
            if len(records) > ON_ACCOUNT:
                yield from _lists(view, account, rtype, list(records))


def _account(view: View, account: str) -> Page:
    page, snapshot = account_page(account), view.snapshot
    profile = snapshot.profiles.get(account)
    sections = [_section(view, account, rtype, page) for rtype in view.types if snapshot.records(account, rtype.name)]
    due = [item for item in snapshot.due_by_account.get(account, ()) if item.kind not in DECISIONS]
    events = _events(view, account, page)
    return view.page(
        page,
        "account.html",
        view.shower.account(account),
        line=account_line(view, account, page),
        is_account=not account.startswith("_"),
        figures=show_account(view, account),
        tiles=_tiles(view, account, has_time_line=bool(events)),
        health=show_health(view, account),
        alerts=alert_lines(view, alerts_of(view, account), page),
        due=due_lines(view, due[:OPEN_WORK], page),
        due_count=len(due),
        issues=[view.card(r, page, details=False) for r in open_records(snapshot, account, "issue")[:OPEN_WORK]],
        waiting=waiting_lines(view, page, account)[:OPEN_WORK],
        sections=sections,
        events=events,
        shower=view.shower,
        family=_family(view, account),
        tier_panel=show_tier(view, account),
        care=show_care(view, account, page),
        **_profile(view, profile, page),
    )


def _profile(view: View, profile: Record | None, page: str) -> dict[str, object]:
    """The parts of the profile that have a section of their own, and the rest."""
    if profile is None:
        return dict.fromkeys(("contacts", "people", "fields", "tables", "body", "tags", "since"), "")
    rtype, at = view.snapshot.types[profile.type], At(page, profile.account)

    def tables(*names: str) -> list[object]:
        fields = tuple(f for f in rtype.fields if f.name in names)
        return list(add_fields(profile.data, fields, view.shower, at)[1])

    rows, rest = add_fields(profile.data, rtype.fields, view.shower, at, _SHOWN_ELSEWHERE)
    return {
        "contacts": _contacts(view, profile, page),
        "people": [*tables("team"), *filter(None, (show_division(view, profile),))],
        "fields": rows,
        "tables": rest,
        "body": Markup(render_body(profile.body)),
        "tags": profile.data.get("tags", []),
        "since": profile.data.get("since", ""),
    }


def _contacts(view: View, profile: Record, page: str) -> list[dict[str, object]]:
    field = view.snapshot.types[profile.type].by_name.get("contacts")
    value = profile.data.get("contacts", [])
    if field is None or field.items is None or not isinstance(value, list):
        return []
    found: list[dict[str, object]] = []
    apart = frozenset({"id", "name", "role", "primary", "influence"})
    for row in (row for row in value if isinstance(row, dict)):
        rows, _ = add_fields(row, field.items.fields, view.shower, At(page, profile.account), apart)
        inner = field.by_name.get("influence")
        influence = str(row.get("influence", ""))
        found.append(
            {
                "name": row.get("name", row.get("id", "")),
                "role": row.get("role", ""),
                "primary": row.get("primary") is True,
                "influence": influence,
                "influence_label": view.shower.choice(inner, influence) if inner and influence else "",
                "rows": rows,
            }
        )
    return sorted(found, key=lambda c: not c["primary"])


def _family(view: View, account: str) -> dict[str, object]:
    """Parent company and subsidiaries, as folders of accounts."""
    parent = view.snapshot.profile(account).get("parent")
    children = [slug for slug in view.snapshot.accounts if view.snapshot.profile(slug).get("parent") == account]
    pages = {slug: account_page(slug) for slug in (*children, str(parent)) if slug in view.snapshot.profiles}
    return {"parent": parent if parent in pages else None, "children": children, "pages": pages}


def _tiles(view: View, account: str, *, has_time_line: bool) -> list[tuple[str, str, str, str]]:
    """Counts at the top of an account: word, value, what it is part of, anchor of the section."""
    snapshot = view.snapshot
    tiles = [
        (view.word("last_contact"), last_contact(snapshot, account) or "–", "", "timeline" if has_time_line else "")
    ]
    for rtype in view.types:
        records = snapshot.records(account, rtype.name)
        if rtype.states and records:
            count = sum(is_open(r, rtype) for r in records)
            tiles.append((view.plural(rtype), str(count), view.word("open_of", n=len(records)), rtype.folder))
    return tiles


def _section(view: View, account: str, rtype: RecordType, page: str) -> dict[str, object]:
    records = view.snapshot.records(account, rtype.name)
    many = len(records) > ON_ACCOUNT
    shown = records[:NEWEST] if many else records
    return {
        "title": view.plural(rtype),
        "anchor": rtype.folder,
        "count": len(records),
        "states": state_counts(view, rtype, records),
        "cards": [view.card(r, page, details=not many) for r in shown],
        "all_page": list_page(account, rtype.folder) if many else "",
    }


def state_counts(view: View, rtype: RecordType, records: object) -> list[tuple[str, str, int]]:
    """How many records are in each state: value, word, count, in the order of the choices."""
    field = state_field(rtype)
    if field is None or not isinstance(records, list | tuple):
        return []
    counts: dict[str, int] = {}
    for record in records:
        state = str(record.data.get(field.name, ""))
        counts[state] = counts.get(state, 0) + 1
    order = list(field.choices or {})
    known = sorted((s for s in counts if s), key=lambda s: order.index(s) if s in order else len(order))
    return [(state, view.shower.choice(field, state), counts[state]) for state in known]


def _events(view: View, account: str, page: str) -> list[dict[str, object]]:
    """What happened, newest first: records by their date; nothing after the day looked from."""
    today = view.snapshot.as_of.isoformat()
    dated = [
        (day, rtype, record)
        for rtype in view.types
        for record in view.snapshot.records(account, rtype.name)[: TIME_LINE * 4]
        if (day := date_of(record, rtype)) and day <= today
    ]
    dated.sort(key=lambda each: (each[0], each[2].id), reverse=True)
    return [
        {"date": day, "kind": view.label(rtype.label), "card": view.card(record, page, details=False)}
        for day, rtype, record in dated[:TIME_LINE]
    ]


def _lists(view: View, account: str, rtype: RecordType, records: list[Record]) -> Iterator[Page]:
    parts = range(0, len(records), ON_PAGE)
    pages = [list_page(account, rtype.folder, part) for part in range(len(parts))]
    for part, start in enumerate(parts):
        yield view.page(
            pages[part],
            "account_records.html",
            f"{view.plural(rtype)} · {view.shower.account(account)}",
            hide=("navigation", "toc"),
            account=view.shower.account(account),
            account_page=account_page(account),
            plural=view.plural(rtype),
            count=len(records),
            counts=state_counts(view, rtype, records),
            cards=[view.card(r, pages[part]) for r in records[start : start + ON_PAGE]],
            part=part,
            pages=pages,
        )
