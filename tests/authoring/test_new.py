"""New records: in the right place, filled in as far as can be known, checked before they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Kam = Callable[..., Any]
Read = Callable[[str], str]
EIGHT = "reported_at: 2026-03-01T08:30+08:00"
QUALIFIED = "  - {at: 2026-03-20, to: qualify, by: tang-weiguo}"
OURS, OWNER = "participants_ours: [tang-weiguo]", "owner: tang-weiguo"


def test_an_issue_is_made_with_what_goes_without_saying(kam: Kam, read: Read) -> None:
    result = kam("new", "issue", "acme", "title=Pump leaks", "severity=high", "reported_by=张伟")
    assert "made acme/issues/2026-03-20-pump-leaks" in result.stdout
    assert read("acme/issues/2026-03-20-pump-leaks") == (
        "---\n"
        "title: Pump leaks\n"
        "status: open\n"
        "history:\n"
        "  - {at: 2026-03-20T09:00+08:00, to: open, by: tang-weiguo}\n"
        "severity: high\n"
        "reported_at: 2026-03-20T09:00+08:00\n"
        "reported_by: zhang-wei\n"
        "handler: tang-weiguo\n"
        "---\n"
    )


@pytest.mark.parametrize(
    ("words", "record", "line"),
    [
        (("问题", "清源", "标题=泵体渗漏", "严重程度=高"), "beta/issues/2026-03-20-泵体渗漏", "severity: high"),
        (("Issues", "Acme Pumps Ltd", "title=X", "reported_at=3月1日 8点30"), "acme/issues/2026-03-01-x", EIGHT),
        (("opportunity", "acme", "title=New", "stage=qualify"), "acme/opportunities/2026-03-20-new", QUALIFIED),
        (("meeting", "acme", "title=Call", "at=2026-03-19 14:00"), "acme/meetings/2026-03-19-call", OURS),
        (("contract", "acme", "title=Frame"), "acme/contracts/2026-03-20-frame", "status: draft"),
        (("campaign", "title=Spring", "start=2026-05-01"), "_portfolio/campaigns/2026-05-01-spring", OWNER),
        (("feedback", "acme", "kind=nps", "title=NPS", "score=9"), "acme/feedback/2026-03-20-nps", "on: 2026-03-20"),
        (("risk", "_unassigned", "title=Fog"), "_unassigned/risks/2026-03-20-fog", "identified_on: 2026-03-20"),
    ],
)  # fmt: skip
def test_types_and_accounts_go_by_the_names_people_use(
    kam: Kam, read: Read, words: tuple[str, ...], record: str, line: str
) -> None:
    kam("new", *words)
    assert line in read(record).splitlines()


def test_a_second_record_of_the_same_day_and_title_gets_a_number(kam: Kam, read: Read) -> None:
    for _ in range(2):
        kam("new", "issue", "acme", "title=Late")
    assert read("acme/issues/2026-03-20-late") == read("acme/issues/2026-03-20-late-2")


def test_an_account_begins_with_its_profile(kam: Kam, read: Read, root: Path) -> None:
    kam("new", "profile", "泰和 化工", "industry=化工", "contacts+=李雷; 采购员")
    assert read("泰和-化工/profile") == (
        "---\n"
        "name: 泰和 化工\n"
        "owner: tang-weiguo\n"
        "owners:\n"
        "  - {person: tang-weiguo, from: 2026-03-20}\n"
        "lifecycle: prospect\n"
        "lifecycle_history:\n"
        "  - {at: 2026-03-20, to: prospect, by: tang-weiguo}\n"
        "industry: 化工\n"
        "contacts:\n"
        "  - {id: 李雷, name: 李雷, role: 采购员}\n"
        "---\n"
    )
    assert "exists already" in kam("new", "profile", "泰和 化工", status=2).stderr


def test_an_account_of_the_same_name_is_refused(kam: Kam, root: Path) -> None:
    result = kam("new", "profile", "ACME.", status=2)
    assert "exists already" in result.stderr
    result = kam("new", "profile", "Acme GmbH", "legal_name=Acme Pumps Ltd.", status=1)
    assert "duplicate-account" in result.stderr and not (root / "accounts/acme-gmbh").exists()


def test_an_entry_goes_into_the_ledger_of_its_month_in_the_order_of_ids(kam: Kam, read: Read, root: Path) -> None:
    before = read("acme/orders/2026-03")
    kam("new", "order", "acme", "id=SO-2", "lines+=PH200; 2; 48,600; 2026-04-01", "status=open", "date=2026-03-04")
    after = read("acme/orders/2026-03")
    entry = after[after.index("  - id: SO-2") : after.index("  - id: SO-3")]
    assert after == before.replace("  - id: SO-3", f"{entry}  - id: SO-3")
    assert "\n    date: 2026-03-04\n    status: open\n" in entry and "\n    owner: tang-weiguo\n" in entry
    assert "      - {product: ph-200, quantity: 2, unit_price: 48600, promised: 2026-04-01}\n" in entry
    kam("new", "order", "acme", "id=SO-9", "date=2026-02-03")
    assert read("acme/orders/2026-02").startswith("---\nentries:\n  - id: SO-9\n")
    assert "already has an entry SO-2" in kam("new", "order", "acme", "id=SO-2", status=2).stderr


def test_the_text_and_the_reason_are_kept(kam: Kam, read: Read) -> None:
    kam("new", "issue", "acme", "title=X", "--body", "Two lines.\nOf text.", "--why", "Told by phone")
    text = read("acme/issues/2026-03-20-x")
    assert text.endswith("---\nTwo lines.\nOf text.\n") and "why: Told by phone" in text


@pytest.mark.parametrize(
    ("words", "status", "said", "said_zh"),
    [
        (("issue", "acme"), 2, "still missing: title (Title)", "还缺：标题（title）"),
        (("expense", "acme"), 2, "still missing: id (", "还缺：报销单号（id）、金额（amount）"),
        (("isue", "acme", "title=X"), 2, "Did you mean issue?", "是否应为 issue"),
        (("issue", "acne", "title=X"), 2, "Did you mean Acme (acme)?", "是否应为 Acme (acme)"),
        (("issue", "title=X"), 2, "name the account", "请指明客户"),
        (("issue", "acme", "Pump", "leaks"), 2, "too many words: Pump leaks", "多余的内容：Pump leaks"),
        (("campaign", "acme", "title=X"), 2, "belongs to no single account", "不属于单个客户"),
        (("issue", "acme", "title=X", "severity=huge"), 1, "Choose one of: critical", "严重程度"),
        (("issue", "acme", "title=X", "reported_by=me"), 1, "no contact me", "me"),
        (("profile",), 2, "still missing: name", "还缺：客户简称"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(
    kam: Kam, root: Path, words: tuple[str, ...], status: int, said: str, said_zh: str
) -> None:
    before = sorted((root / "accounts").rglob("*"))
    assert said in kam("new", *words, status=status).stderr
    assert said_zh in kam("new", *words, status=status, lang="zh").stderr
    assert sorted((root / "accounts").rglob("*")) == before


def test_a_talk_is_written_down_with_what_follows(kam: Kam, read: Read) -> None:
    kam(
        "log", "Acme", "Agreed the delivery plan. Two lines from May.", "--channel", "电话", "--with", "Anna Keller",
        "--with", "zhang-wei", "--follow-up", "Send the offer; 林若溪; 4月1日", "--follow-up", "Check stock",
        "--about", "2026-03-02-late",
    )  # fmt: skip
    assert read("acme/meetings/2026-03-20-agreed-the-delivery-plan") == (
        "---\n"
        "title: Agreed the delivery plan\n"
        "at: 2026-03-20\n"
        "channel: call\n"
        "participants_ours: [tang-weiguo]\n"
        "participants_theirs: [anna-keller, zhang-wei]\n"
        "summary: Agreed the delivery plan. Two lines from May.\n"
        "follow_ups:\n"
        "  - {id: a1, what: Send the offer, owner: lin-ruoxi, due: 2026-04-01, status: open}\n"
        "  - {id: a2, what: Check stock, owner: tang-weiguo, status: open}\n"
        "issue: acme/issues/2026-03-02-late\n"
        "---\n"
    )


def test_a_short_talk_needs_only_a_sentence(kam: Kam, read: Read) -> None:
    kam("log", "清源", "客户确认付款", "--at", "昨天 15:30", lang="zh")
    text = read("beta/meetings/2026-03-19-客户确认付款")
    assert "title: 客户确认付款\nat: 2026-03-19T15:30+08:00\n" in text and "summary" not in text


def test_a_talk_with_somebody_unknown_says_how_to_add_them(kam: Kam) -> None:
    result = kam("log", "acme", "x", "--with", "Bob", status=2)
    assert 'kam set acme contacts+="Bob; POSITION"' in result.stderr
    assert "say what was talked about" in kam("log", "acme", status=2).stderr


@pytest.mark.parametrize("words", [("清源",), ("Acme Pumps Ltd.",), ("beta-two", "name=清源")])
def test_a_company_gets_no_second_account(kam: Kam, root: Path, words: tuple[str, ...]) -> None:
    other = "acme" if "Acme" in words[0] else "beta"
    said = kam("new", "profile", *words, "owner=gao-mingzhe", status=2).stderr
    assert f"is an account already: accounts/{other}/profile.md" in said
    assert "已存在" in kam("new", "profile", *words, "owner=gao-mingzhe", status=2, lang="zh").stderr
    assert sorted(each.name for each in (root / "accounts").iterdir()) == ["_unassigned", "acme", "beta"]


def test_a_new_account_may_be_called_otherwise_than_its_folder(kam: Kam, read: Read) -> None:
    kam("new", "profile", "gamma", "name=Gamma Tools", "owner=gao-mingzhe")
    assert "name: Gamma Tools" in read("gamma/profile")
