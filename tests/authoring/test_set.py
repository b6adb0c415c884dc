"""Values of records changed by ``kam set``: in the words people use, one line at a time, never for the worse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kam.load import load_document
from kam.policy.seal import seal
from kam.settings import Settings, load_settings
from kam.settings.approvals import Approvals

Kam = Callable[..., Any]
Read = Callable[[str], str]
LATE = "acme/issues/2026-03-02-late"
A2 = "- {id: a2, what: Tell the customer, owner: lin-ruoxi"
ZHANG = "- {id: zhang-wei, name: 张伟, role: Buyer, influence: champion, primary: true}"
LINE = "- {product: ph-200, quantity: 2, unit_price: 48600, promised: 2026-04-01}"


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that are new or different, in order."""
    old = before.splitlines(keepends=True)
    return [line.strip() for line in after.splitlines(keepends=True) if line not in old]


@pytest.mark.parametrize(
    ("record", "word", "line"),
    [
        (LATE, "severity=low", "severity: low"),
        (LATE, "严重程度=紧急", "severity: critical"),
        (LATE, "Severity=Medium", "severity: medium"),
        (LATE, "handler=林若溪", "handler: lin-ruoxi"),
        (LATE, "handler=Lin Ruoxi (lin-ruoxi)", "handler: lin-ruoxi"),
        (LATE, "handler=LIN.RUOXI@taihe-brandt.example.com", "handler: lin-ruoxi"),
        (LATE, "reported_by=Anna Keller", "reported_by: anna-keller"),
        (LATE, "product=PH200", "product: ph-200"),
        (LATE, "reported_at=2026/3/2 9:30", "reported_at: 2026-03-02T09:30+08:00"),
        (LATE, "order=SO-3", "order: acme/orders/2026-03#SO-3"),
        (LATE, "actions[a2].due=3月25日", f"{A2}, due: 2026-03-25}}"),
        (LATE, "行动事项.a2.截止日期=2026年4月1日", f"{A2}, due: 2026-04-01}}"),
        (LATE, "confirmed_by_customer.satisfied=是", "confirmed_by_customer: {satisfied: true}"),
        ("Acme", "annual_revenue=1,250,000.50", "annual_revenue: 1250000.50"),
        ("acme", "annual_revenue=120万", "annual_revenue: 1200000"),
        ("acme", "contacts.zhang-wei.role=采购经理", ZHANG.replace("Buyer", "采购经理")),
        ("acme", "contacts[张伟].influence=决策者", ZHANG.replace("champion", "decision_maker")),
        ("acme", "tags+=key, 重点", "tags: [pumps, new, key, 重点]"),
        ("acme", "tags-=pumps", "tags: [new]"),
        ("acme", "since=yesterday", "since: 2026-03-19"),
        ("acme", "currency=usd", "currency: USD"),
        ("acme", "currency=美元", "currency: USD"),
        ("acme", "country=de", "country: DE"),
        ("acme", "country=中国", "country: CN"),
        ("acme", "country=Germany", "country: DE"),
        ("acme", "website=https://acme.example.com/a?b=c", "website: https://acme.example.com/a?b=c"),
        ("acme/orders/2026-03#SO-1", "lines[0].quantity=3", LINE.replace("2,", "3,")),
        ("acme/orders/2026-03#SO-3", "amount=2000", "amount: 2000"),
    ],
)  # fmt: skip
def test_one_value_changes_one_line(kam: Kam, read: Read, record: str, word: str, line: str) -> None:
    full = {"Acme": "acme/profile", "acme": "acme/profile"}.get(record, record)
    before = read(full.partition("#")[0])
    kam("set", record, word)
    after = read(full.partition("#")[0])
    assert changed_lines(before, after) == [line]
    assert abs(after.count("\n") - before.count("\n")) <= 1


def test_an_empty_value_takes_the_field_away(kam: Kam, read: Read) -> None:
    before = read(LATE)
    kam("set", LATE, "reported_by=", "actions-=a2")
    gone = "  - {id: a2, what: Tell the customer, owner: lin-ruoxi}\n"
    assert read(LATE) == before.replace("reported_by: zhang-wei\n", "").replace(gone, "")


def test_a_change_of_state_goes_into_the_history_with_time_person_and_reason(kam: Kam, read: Read) -> None:
    before = read(LATE)
    result = kam("set", LATE, "status=处理中", "--why", "已派工程师")
    entry = "  - {at: 2026-03-20T09:00+08:00, to: in_progress, by: tang-weiguo, why: 已派工程师}\n"
    wanted = before.replace("status: open\nhistory", "status: in_progress\nhistory").replace(
        "severity", f"{entry}severity"
    )
    assert read(LATE) == wanted.replace("  - {id: a1", "  - {id: a1")
    assert "status: open → in_progress" in result.stdout


def test_a_change_of_state_that_the_process_does_not_know_is_refused(kam: Kam, read: Read) -> None:
    kam("set", LATE, "status=closed", "closed_at=2026-03-18 10:00")
    before = read(LATE)
    result = kam("set", LATE, "status=waiting", status=1)
    assert "state-transition" in result.stderr and read(LATE) == before


def test_what_is_opened_again_needs_a_reason_and_is_counted(kam: Kam, read: Read) -> None:
    kam("set", LATE, "status=closed", "closed_at=2026-03-18 10:00")
    assert "--why" in kam("set", LATE, "status=in_progress", status=2).stderr
    kam("set", LATE, "status=in_progress", "closed_at=", "--why", "Late once more")
    assert "reopened: 1\n" in read(LATE) and "why: Late once more}" in read(LATE)
    kam("set", LATE, "status=closed")
    kam("set", LATE, "reopened=2", "status=in_progress", "--why", "And again")
    assert "reopened: 2\n" in read(LATE)


def test_an_action_that_is_done_gets_its_day(kam: Kam, read: Read) -> None:
    kam("set", LATE, "actions[a1].status=已完成")
    assert "due: 2026-03-05, status: done, done_on: 2026-03-20}" in read(LATE)


def test_items_are_added_on_one_line(kam: Kam, read: Read) -> None:
    kam(
        "set",
        LATE,
        "actions+=Send a report; 林若溪; +7d",
        "log+=Carrier called back",
        "行动事项+=事项=回访; 截止日期=明天",
    )
    text = read(LATE)
    assert "  - {id: a3, what: Send a report, owner: lin-ruoxi, due: 2026-03-27, status: open}\n" in text
    assert "  - {id: a4, what: 回访, owner: tang-weiguo, due: 2026-03-21, status: open}\n" in text
    assert "log:\n  - {id: l1, at: 2026-03-20T09:00+08:00, by: tang-weiguo, text: Carrier called back}\n" in text
    kam("set", "acme", "contacts+=王芳; 采购总监; 决策者; phone=+86 21 5555 0100")
    assert '- {id: 王芳, name: 王芳, role: 采购总监, influence: decision_maker, phone: "+86 21 5555 0100"}' in read(
        "acme/profile"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((LATE, "severity=very high"), 1, "not-a-choice"),
        ((LATE, "handler=Nobody"), 1, "unknown-person"),
        ((LATE, "reported_by=nobody"), 1, "unknown-contact"),
        ((LATE, "order=SO-77"), 1, "reference"),
        ((LATE, "reported_at=3/4/2026 9:00"), 1, "2026-03-04"),
        ((LATE, "title="), 1, "required"),
        (("acme", "annual_revenue=lots"), 1, "not-a-number"),
        (("acme/orders/2026-03#SO-1", "lines[0].product=x9"), 1, "unknown-product"),
        ((LATE, "severty=low"), 2, "Did you mean severity"),
        ((LATE, "actions[a9].due=2026-04-01"), 2, "There are: a1, a2"),
        ((LATE, "actions=x"), 2, "actions+=…"),
        ((LATE, "title+=x"), 2, "holds one value"),
        ((LATE, "tags-=x"), 2, "does not hold x"),
        ((LATE, "severity"), 2, "is no FIELD=VALUE"),
        ((LATE,), 2, "say what to change"),
        (("acme/issues/2026-03-02-lat", "severity=low"), 2, f"Did you mean {LATE}?"),
        (("acme/orders/2026-03", "amount=1"), 2, "Name one: acme/orders/2026-03#SO-1, acme/orders/2026-03#SO-3"),
        (("nobody", "tier=A"), 2, "there is no record nobody"),
    ],
)  # fmt: skip
def test_what_would_be_wrong_is_refused_with_words(
    kam: Kam, root: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    before = {p: p.read_bytes() for p in (root / "accounts").rglob("*.md")}
    result = kam("set", *words, status=status)
    assert said in result.stderr
    assert any("\u4e00" <= c <= "\u9fff" for c in kam("set", *words, status=status, lang="zh").stderr)
    assert {p: p.read_bytes() for p in (root / "accounts").rglob("*.md")} == before


def test_mistakes_that_are_there_already_do_not_stop_other_changes(kam: Kam, read: Read, root: Path) -> None:
    path = root / f"accounts/{LATE}.md"
    path.write_text(path.read_text("utf-8").replace("severity: high", "severity: hihg\nmood: x"), "utf-8")
    kam("set", LATE, "category=Delivery")
    assert "category: Delivery" in read(LATE)
    result = kam("set", LATE, "handler=Nobody", status=1)
    assert "unknown-person" in result.stderr and "hihg" not in result.stderr
    path.write_text("---\ntitle: [\n---\n", "utf-8")
    assert f"kam check accounts/{LATE}.md" in kam("set", LATE, "category=x", status=2).stderr


def test_what_says_so_already_is_not_written(kam: Kam, root: Path) -> None:
    path = root / f"accounts/{LATE}.md"
    before = path.stat().st_mtime_ns
    assert "says so already" in kam("set", LATE, "severity=High", "title=Pumps late", "status=open").stdout
    assert path.stat().st_mtime_ns == before


def test_a_year_that_was_left_out_is_shown(kam: Kam, read: Read) -> None:
    result = kam("set", LATE, "actions[a1].due=3月5日")
    assert "due: 2027-03-05" in read(LATE)
    assert "3月5日 was taken as 2027-03-05" in result.stderr


def test_a_dry_run_shows_the_difference_and_writes_nothing(kam: Kam, read: Read) -> None:
    before = read(LATE)
    result = kam("set", LATE, "severity=low", "--dry-run")
    assert "-severity: high\n+severity: low\n" in result.stdout and read(LATE) == before


def test_an_unknown_writer_is_left_out(kam: Kam, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "somebody@example.com")
    kam("set", LATE, "status=waiting")
    assert "  - {at: 2026-03-20T09:00+08:00, to: waiting}\n" in read(LATE)


def test_what_voids_an_approval_must_be_meant(
    kam: Kam, read: Read, root: Path, repository: Path, sample_settings: Settings
) -> None:
    shutil.copy(repository / "site-config/approvals.yml", root / "site-config")
    kam("new", "contract", "acme", "title=Frame", "value=100000", "signed_on=2026-03-20")
    path = "accounts/acme/contracts/2026-03-20-frame.md"
    rtype, covers = sample_settings.types["contract"], load_settings(root).part(Approvals).covers.get("contract", ())
    record = load_document(path, (root / path).read_bytes(), rtype, account="acme").records[0]
    mark = seal(record, rtype, covers)
    approval = f"approvals+=role=sales-director; person=weber-klara; decision=approved; hash={mark}; on=today"
    kam("set", record.id, approval, "status=signed")
    result = kam("set", record.id, "value=200000", status=1)
    assert "approval-void" in result.stderr and "--void-approvals" in result.stderr
    assert "value: 100000" in read(record.id)
    kam("set", record.id, "value=200000", "--void-approvals")
    assert "value: 200000" in read(record.id)


@pytest.mark.parametrize("words", [("tags=a", "标签=b"), ("annual_revenue=120万", "annual_revenue=")])
def test_a_field_given_twice_is_not_guessed_at(kam: Kam, read: Read, words: tuple[str, str]) -> None:
    before = read("acme/profile")
    assert f"given twice: {words[0]} and {words[1]}" in kam("set", "acme", *words, status=2).stderr
    assert "同一字段写了两次" in kam("set", "acme", *words, status=2, lang="zh").stderr
    assert read("acme/profile") == before


def test_a_list_can_be_added_to_twice(kam: Kam, read: Read) -> None:
    kam("set", "acme", "tags=one", "tags+=two", "tags+=three")
    assert "tags: [one, two, three]" in read("acme/profile")
