"""Where each record is shown: which page, which anchor, and how to get there from another page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from kam.model.record import Record

ON_ACCOUNT = 30
"""So many records of a type an account's own page shows; more of them get pages of their own."""
ON_PAGE = 200
"""So many records a page of records shows."""

_NO_ANCHOR = re.compile(r"[^\w.-]+")


class Places:
    """Pages and anchors of all records shown. ``by_account``: account → type → records, newest first."""

    def __init__(self, by_account: Mapping[str, Mapping[str, Sequence[Record]]], folders: Mapping[str, str]) -> None:
        self.folders = folders
        self._page: dict[str, str] = {}
        self._anchor: dict[str, str] = {}
        for account, by_type in by_account.items():
            for rtype, records in by_type.items():
                self._place(account, folders[rtype], records)

    def _place(self, account: str, folder: str, records: Sequence[Record]) -> None:
        taken: set[str] = set()
        for at, record in enumerate(records):
            anchor = anchor_of(record.id)
            while anchor in taken:
                anchor += "_"
            taken.add(anchor)
            self._anchor[record.id] = anchor
            many = len(records) > ON_ACCOUNT
            self._page[record.id] = list_page(account, folder, at // ON_PAGE) if many else account_page(account)

    def anchor(self, record_id: str) -> str:
        """The id of the record's element."""
        return self._anchor[record_id]

    def href(self, page: str, record_id: str) -> str | None:
        """The way from ``page`` to a record; None where it is not shown."""
        target = self._page.get(record_id)
        if target is None:
            return None
        return f"{relative(page, target)}#{quote(self._anchor[record_id])}"


def account_page(account: str) -> str:
    """The page of an account, as a path without ``.md``."""
    return f"accounts/{account}" if account != "index" else "accounts/index-account"


def list_page(account: str, folder: str, part: int = 0) -> str:
    """The page with all records of one type of an account; long lists have several parts."""
    return f"{account_page(account)}/{folder}" + (f"-{part + 1}" if part else "")


def anchor_of(record_id: str) -> str:
    """``acme/issues/2026-03-02-late`` → ``issues-2026-03-02-late``."""
    return _NO_ANCHOR.sub("-", record_id.partition("/")[2]).strip("-") or "record"


def page_url(page: str) -> str:
    """The address of a page below the site's root: ``accounts/acme`` → ``accounts/acme/``."""
    if page == "index":
        return ""
    return f"{page.removesuffix('/index')}/"


def relative(page: str, target: str) -> str:
    """The relative address from one page to another (both paths without ``.md``), percent-encoded."""
    way = posixpath.relpath("/" + page_url(target), "/" + page_url(page))
    return quote("./" if way == "." else f"{way}/")
