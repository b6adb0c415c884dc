"""A page per record type: how many there are, the newest, and where the rest is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kam.model.schema import RecordType
from kam.site.cards import Card, is_open, state_field
from kam.site.page import Page
from kam.site.pages.account import state_counts
from kam.site.places import ON_ACCOUNT, account_page, list_page
from kam.site.view import View

NEWEST = 200


def render(view: View) -> Iterator[Page]:
    """``records/index`` and ``records/<folder>`` for each type."""
    kinds = []
    for rtype in view.types:
        records = view.snapshot.all_records(rtype.name)
        opened = sum(is_open(r, rtype) for r in records)
        kinds.append(
            {
                "title": view.plural(rtype),
                "help": view.label(rtype.help),
                "page": f"records/{rtype.folder}",
                "count": len(records),
                "open": opened if rtype.states else None,
                "scope": rtype.scope,
            }
        )
        yield _type_page(view, rtype)
    yield view.page(
        "records/index", "records.html", view.word("records"), search=True, hide=("navigation", "toc"), kinds=kinds
    )


def _type_page(view: View, rtype: RecordType) -> Page:
    page = f"records/{rtype.folder}"
    records = view.snapshot.all_records(rtype.name)
    by_account = Counter(r.account for r in records)
    opened = Counter(r.account for r in records if is_open(r, rtype))
    cards = [view.card(r, page, details=False) for r in records[:NEWEST]]
    lines = [
        {
            "name": view.shower.account(account),
            "page": list_page(account, rtype.folder) if count > ON_ACCOUNT else account_page(account),
            "anchor": "" if count > ON_ACCOUNT else rtype.folder,
            "count": count,
            "open": opened[account],
        }
        for account, count in sorted(by_account.items(), key=lambda each: (-each[1], each[0]))
    ]
    return view.page(
        page,
        "record_type.html",
        view.plural(rtype),
        hide=("toc",),
        help=view.label(rtype.help),
        count=len(records),
        counts=state_counts(view, rtype, records),
        has_states=state_field(rtype) is not None,
        has_open=bool(rtype.states),
        fact_names=_fact_names(cards),
        cards=cards,
        lines=lines,
        handbook=view.handbook_page(rtype),
        shower=view.shower,
    )


def _fact_names(cards: list[Card]) -> list[str]:
    """The facts that most cards have become columns, at most three."""
    names = Counter(name for card in cards for name, _ in card.facts)
    return [name for name, _ in names.most_common(3)]
