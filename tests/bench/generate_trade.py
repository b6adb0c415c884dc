"""What the accounts of a generated portfolio bought: contracts, orders, invoices, payments, expenses, projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generate import Account

COURSES = ("key-account-basics", "service-desk", "complaints")
ROLES = ("key-account-manager", "service-engineer", "sales-manager")
PRICE = 48600
MONTHS = 3
"""In so many of the months behind it an account ordered."""


@dataclass(frozen=True)
class Order:
    """An order, for the invoice that follows."""

    id: str
    on: date
    amount: int


def files(account: Account) -> Iterator[tuple[str, str, int]]:
    """Path below the account's folder, text, and how many records it holds: ten in all, beside the frame contract."""
    placed = []
    for month, count in zip(_months(account), (2, 1, 1), strict=True):
        made = [_order(account, month, at) for at in range(count)]
        placed += [order for order, _ in made]
        yield f"orders/{month:%Y-%m}.md", _ledger([line for _, lines in made for line in lines]), count
    yield from _money(account, placed[-2:])
    yield "projects/2024-11-04-retrofit.md", project(account), 1
    if account.number % 4 == 0:
        yield "amendments/2025-03-03-volume.md", amendment(account), 1
    elif account.number % 8 == 3:
        yield "contracts/2025-frame.md", successor(account), 1
    else:
        day = account.day()
        yield f"expenses/{day:%Y-%m}.md", expense(account, day), 1


def frame(account: Account) -> str:
    """A frame contract: running, over, ended early, renewed by itself or followed by another."""
    way = account.number % 8
    status, history = {0: ("expired", "2025-07-01"), 3: ("renewed", "2025-05-01")}.get(way, ("in_force", ""))
    lines = [
        *_contract(account, f"FC-{account.number:06d}"),
        f"status: {'terminated' if way == 1 else status}",
        "signed_on: 2024-01-15",
        "start: 2024-02-01",
        f"end: {'2025-06-30' if way == 0 else '2025-03-31' if way == 2 else '2027-01-31'}",
        "notice_days: 90",
        f"renewal: {'automatic' if way == 2 else 'negotiated'}",
    ]
    if way == 1:
        lines += ["terminated_on: 2025-09-15", "termination_reason: price"]
    if history:
        lines += ["history:", f"  - {{at: 2024-02-01, to: in_force, by: {account.person()}}}"]
        lines.append(f"  - {{at: {history}, to: {status}, by: {account.person()}}}")
    return account.keep(lines, "notice_days")


def successor(account: Account) -> str:
    """The contract that follows on a frame contract."""
    lines = [
        *_contract(account, f"FC-{account.number:06d}-2"),
        "status: in_force",
        "signed_on: 2025-04-15",
        "start: 2025-05-01",
        "end: 2028-04-30",
        "notice_days: 90",
        "renewal: negotiated",
        f"predecessor: {account.slug}/contracts/2024-frame",
    ]
    return account.keep(lines, "notice_days")


def _contract(account: Account, number: str) -> list[str]:
    recurring = account.draw.randrange(0, 400) * 1000
    return [
        f"title: {'框架供货合同' if account.chinese else 'Frame supply contract'}",
        f"number: {number}",
        "kind: frame",
        "parties:",
        "  - {name: Taihe-Brandt, role: supplier}",
        f"  - {{name: {account.legal}, role: customer}}",
        f"value: {account.draw.randrange(100, 5000) * 1000}",
        *([f"recurring_value: {recurring}"] if recurring > 40000 else []),
        "currency: CNY",
        f"owner: {account.person()}",
        "approvals:",
        f"  - {{id: a1, role: sales, person: {account.person()}, decision: approved, on: 2024-01-12}}",
    ]


def amendment(account: Account) -> str:
    """A change of the yearly volume, and sometimes of the term."""
    lines = [
        f"title: {'年度采购量变更' if account.chinese else 'Change of the yearly volume'}",
        f"contract: {account.slug}/contracts/2024-frame",
        f"number: FC-{account.number:06d}-A1",
        "on: 2025-03-03",
        "effective_from: 2025-04-01",
        f"changes: {'调整年度采购量' if account.chinese else 'Another volume a year'}",
        f"reason: {'扩产' if account.chinese else 'Growth'}",
        f"recurring_change: {account.draw.randrange(-30, 60) * 1000}",
        *(["new_end: 2025-11-30"] if account.number % 8 == 0 else []),
        "currency: CNY",
        "status: in_force",
        f"owner: {account.person()}",
        "approvals:",
        f"  - {{id: a1, role: sales, person: {account.person()}, decision: approved, on: 2025-03-01}}",
    ]
    return account.keep(lines, "reason")


def _months(account: Account) -> list[date]:
    days = sorted(account.draw.sample(range(22), MONTHS))
    return [date(2024 + at // 12, at % 12 + 1, 1) for at in days]


def _order(account: Account, month: date, at: int) -> tuple[Order, list[str]]:
    """One order of one or two lines, most of them delivered in time."""
    day, draw = month + timedelta(days=3 + at * 11 + account.draw.randrange(8)), account.draw
    promised = day + timedelta(days=30)
    is_gone, is_return = draw.random() < 0.05, draw.random() < 0.04
    entry = f"SO-{account.number:05d}-{month:%y%m}-{at + 1}"
    lines = [f"  - id: {entry}", f"    date: {day}", "    currency: CNY"]
    lines.append(f"    status: {'cancelled' if is_gone else 'delivered'}")
    if is_gone:
        lines += [f"    history: [{{at: {day + timedelta(days=20)}, to: cancelled, by: {account.person()}}}]"]
    lines += ["    kind: return"] if is_return else []
    lines += [f"    owner: {account.person()}", "    lines:"]
    amount = 0
    for _ in range(draw.choice((1, 1, 2))):
        quantity = draw.randrange(1, 9) * (-1 if is_return else 1)
        amount += quantity * PRICE
        came = promised + timedelta(days=draw.choice((-6, -3, -1, 0, 4)))
        cost = f", cost: {draw.randrange(200, 450)}00" if draw.random() < 0.3 else ""
        sent = f", deliveries: [{{on: {came}, quantity: {quantity}}}]" if quantity > 0 and not is_gone else ""
        lines.append(
            f"      - {{product: {account.product()}, quantity: {quantity}, unit_price: {PRICE}.00, "
            f"promised: {promised}{cost}{sent}}}"
        )
    return Order(f"{account.slug}/orders/{month:%Y-%m}#{entry}", day, amount), lines


def _money(account: Account, orders: list[Order]) -> Iterator[tuple[str, str, int]]:
    """An invoice for each of the last orders, and a payment: of one, of parts of both, or not told of which."""
    billed = []
    for at, order in enumerate(orders, 1):
        day, amount = order.on + timedelta(days=5), abs(order.amount)
        ref = f"{account.slug}/invoices/{day:%Y-%m}#INV-{account.number:05d}-{at}"
        status = account.draw.choice(("issued", "issued", "issued", "paid", "written_off"))
        lines = [
            f"  - id: INV-{account.number:05d}-{at}",
            f"    date: {day}",
            f"    due: {day + timedelta(days=45)}",
            f"    kind: {'credit_note' if order.amount < 0 else 'invoice'}",
            f"    status: {status}",
            "    currency: CNY",
            f"    amount: {amount if order.amount > 0 else -amount}",
            f"    orders: ['{order.id}']",
        ]
        if status != "issued":
            lines.append(f"    history: [{{at: {day + timedelta(days=60)}, to: {status}, by: {account.person()}}}]")
        billed.append((f"invoices/{day:%Y-%m}", lines, ref, day, amount))
    if billed[0][0] == billed[1][0]:
        yield f"{billed[0][0]}.md", _ledger([line for each in billed for line in each[1]]), 2
    else:
        for path, lines, *_ in billed:
            yield f"{path}.md", _ledger(lines), 1
    refs = [(ref, amount) for _, _, ref, _, amount in billed]
    yield from _payment(account, billed[-1][3] + timedelta(days=account.draw.randrange(20, 70)), refs)


def _payment(account: Account, day: date, invoices: list[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    first, last = invoices
    way = account.draw.choice(("whole", "part", "both", "unknown"))
    amount = {"whole": first[1], "part": last[1] // 2, "both": (first[1] + last[1]) // 2, "unknown": last[1] // 4}[way]
    lines = [f"  - id: RC-{account.number:05d}", f"    date: {day}", f"    amount: {amount}", "    currency: CNY"]
    lines.append("    method: transfer")
    if way == "both":
        half = first[1] // 2
        lines.append("    allocations:")
        lines += [f"      - {{invoice: '{first[0]}', amount: {half}}}"]
        lines += [f"      - {{invoice: '{last[0]}', amount: {amount - half}}}"]
    elif way != "unknown":
        lines.append(f"    invoice: '{first[0] if way == 'whole' else last[0]}'")
    yield f"payments/{day:%Y-%m}.md", _ledger(lines), 1


def expense(account: Account, day: date) -> str:
    """What a visit cost."""
    lines = [f"  - id: EX-{account.number:05d}", f"    date: {day}", "    category: travel"]
    lines += [f"    amount: {account.draw.randrange(200, 9000)}.50", "    currency: CNY"]
    lines += [f"    person: {account.person()}", f"    what: {'出差' if account.chinese else 'Visit'}"]
    return _ledger(lines)


def project(account: Account) -> str:
    """A retrofit with milestones and tasks: under way, or done."""
    draw, is_done = account.draw, account.number % 3 == 0
    start = date(2024, 11, 4)
    lines = [
        f"title: {'泵站改造' if account.chinese else 'Retrofit of the pump station'}",
        f"status: {'done' if is_done else 'active'}",
        f"goal: {'提高效率' if account.chinese else 'More output'}",
        f"owner: {account.person()}",
        f"start: {start}",
        "end: 2026-06-30",
        "history:",
        f"  - {{at: {start}, to: active, by: {account.person()}}}",
        *([f"  - {{at: 2025-10-15, to: done, by: {account.person()}}}", "finished_on: 2025-10-15"] if is_done else []),
        f"reviewed: {date(2025, 12, 3) + timedelta(days=draw.randrange(18))}",
        "milestones:",
    ]
    for at in range(1, 4):
        planned = start + timedelta(days=at * 100)
        actual = planned + timedelta(days=draw.choice((-9, -2, 0, 6)))
        met = f", actual: {actual}" if is_done or (at < 3 and draw.random() < 0.9) else ""
        lines.append(f"  - {{id: m{at}, name: Step {at}, planned: {planned}{met}}}")
    lines.append("tasks:")
    for at in range(1, 4):
        due = start + timedelta(days=at * 90)
        state = f"status: done, done_on: {due - timedelta(days=2)}" if is_done or at < 3 else "status: open"
        lines.append(
            f"  - {{id: t{at}, what: Step {at}, owner: {account.person()}, due: {due}, {state}, weight: {at}}}"
        )
    return account.keep(lines, "goal")


def trainings(people: list[str]) -> Iterator[tuple[str, str]]:
    """Path and text of the company's own courses."""
    for at, course in enumerate(COURSES):
        day = date(2025, 2 + at * 3, 12)
        lines = [f"title: {course.replace('-', ' ').capitalize()}", f"course: {course}", f"roles: [{ROLES[at]}]"]
        lines += [f"on: {day}", "hours: 6", "status: held", "participants:"]
        lines += [
            f"  - {{person: {person}, result: {('passed', 'absent')[n % 3 == 0]}}}" for n, person in enumerate(people)
        ]
        yield f"{day}-{course}.md", "\n".join(["---", *lines, "---", ""])


def _ledger(lines: list[str]) -> str:
    return "\n".join(["---", "entries:", *lines, "---", ""])
