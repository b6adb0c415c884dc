"""Who is asked to review a change of what."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kam.exports.code_owners import NOBODY, render_code_owners
from kam.model.record import Record
from kam.settings import Person, Settings, SiteSettings
from kam.settings.code_owners import CodeOwners
from kam.settings.parts import Parts
from kam.settings.values import Currencies

AS_OF = date(2026, 11, 22)


def person(name: str, **more: str) -> Person:
    return Person(name, {"en": name, "zh": name}, emails=(f"{name}@x.example",), **more)  # type: ignore[arg-type]


PEOPLE = {
    each.id: each
    for each in (
        person("boss", role="director"),
        person("li", role="kam", stand_in="wu", manager="boss", handle="@li"),
        person("wu", role="kam", stand_in="old", manager="boss"),
        person("solo", role="kam", manager="boss"),
        person("old", role="director", to="2026-11-21", stand_in="wu"),
        Person("mute", {"en": "mute", "zh": "mute"}),
    )
}


def lines(owners: dict[str, str], asked: CodeOwners, prefix: str = "") -> list[str]:
    settings = Settings(
        root=Path(), types={}, folders={}, people=PEOPLE, products={}, currencies=Currencies(""),
        site=SiteSettings({}), digest="", parts=Parts({"CodeOwners": asked}),
    )  # fmt: skip
    profiles = [
        Record(
            id=f"{name}/profile", type="profile", account=name, path=f"accounts/{name}/profile.md", data=data, body=""
        )
        for name, owner in owners.items()
        for data in ({"owner": owner} if owner else {},)
    ]
    text = render_code_owners(profiles, settings, AS_OF, prefix)
    return [line for line in text.splitlines() if not line.startswith("# ") or line.startswith(NOBODY)]


@pytest.mark.parametrize(
    ("owner", "line"),
    [
        ("li", "/accounts/acme/ @li wu@x.example"),
        ("wu", "/accounts/acme/ wu@x.example boss@x.example"),
        ("solo", "/accounts/acme/ solo@x.example boss@x.example"),
        ("old", "/accounts/acme/ wu@x.example"),
        ("mute", f"{NOBODY}/accounts/acme/"),
        ("nobody", f"{NOBODY}/accounts/acme/"),
        ("", f"{NOBODY}/accounts/acme/"),
    ],
)
def test_an_account_is_reviewed_by_its_owner_and_one_more_who_is_with_us(owner: str, line: str) -> None:
    assert lines({"acme": owner}, CodeOwners()) == [line]


def test_the_more_exact_place_comes_later_where_it_counts() -> None:
    asked = CodeOwners(paths={"/accounts/_portfolio/": ("wu",), "/": ("director",)})
    assert lines({"清源水务": "li"}, asked) == [
        "/ boss@x.example",
        "/accounts/_portfolio/ wu@x.example",
        "/accounts/清源水务/ @li wu@x.example",
    ]


def test_a_portfolio_below_the_top_of_its_repository_names_its_folder() -> None:
    asked = CodeOwners(paths={"/sop/": ("kam",)})
    assert lines({"acme": "solo"}, asked, "crm/") == [
        "/crm/sop/ @li wu@x.example solo@x.example",
        "/crm/accounts/acme/ solo@x.example boss@x.example",
    ]
