"""The index of accounts, which readers sort and filter."""

from __future__ import annotations

from collections.abc import Iterator

from kam.site.page import Page
from kam.site.pages.home import account_line, used_columns
from kam.site.places import account_page
from kam.site.view import View

COLUMNS = ("tier", "lifecycle", "owner", "region", "industry")
FILTERS = ("tier", "lifecycle", "owner", "region", "industry")
SEARCHED = 500
"""With more accounts than these the index stays out of the site's search; it has its own."""


def render(view: View) -> Iterator[Page]:
    """The one page ``accounts/index``."""
    snapshot = view.snapshot
    lines = [account_line(view, slug, "accounts/index") for slug in snapshot.accounts]
    rtype = next((t for t in snapshot.types.values() if t.folder == "profile"), None)
    fields = rtype.by_name if rtype else {}
    filters = [
        (name, view.label(fields[name].label), sorted({str(line[name]) for line in lines if line[name]}))
        for name in FILTERS
        if name in fields
    ]
    yield view.page(
        "accounts/index",
        "accounts.html",
        view.word("accounts"),
        search=len(lines) <= SEARCHED,
        hide=("navigation", "toc"),
        lines=lines,
        columns=used_columns(lines, COLUMNS),
        has_health=any(line["health"] for line in lines),
        filters=[each for each in filters if each[2]],
        others=[
            (view.shower.account(each), account_page(each))
            for each in ("_portfolio", "_unassigned")
            if each in snapshot.by_account
        ],
    )
