"""Random portfolios: every figure and every group equals a plain computation over the records themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any

import pytest

from kam.kpi import KpiResult, compute, figures, load_kpis
from kam.settings import Currency, Person, Settings
from kam.settings.figures import USUAL
from kam.tables import open_tables

DAY = date(2026, 6, 30)
FROM = date(2025, 7, 1)
RATES = {"EUR": [(date(2024, 1, 1), Decimal("7.8")), (date(2026, 1, 1), Decimal("8.1"))]}
OPEN = ("identify", "engage", "qualify", "propose", "negotiate")
PEOPLE = {
    "ann": Person("ann", {"en": "Ann", "zh": "安"}, team="North", manager="eve", region="EU"),
    "bob": Person("bob", {"en": "Bob", "zh": "鲍勃"}, team="South", manager="eve", region="US"),
    "eve": Person("eve", {"en": "Eve", "zh": "伊芙"}),
}


@dataclass
class Fact:
    """One contributing record, worked out without SQL."""

    account: str
    person: str | None
    at: date | None
    numerator: Decimal | None = Decimal(1)
    denominator: Decimal | None = Decimal(1)
    product: str | None = None


Records = dict[str, dict[str, Any]]


def make_portfolio(random: Random, products: list[str]) -> Records:
    """Some accounts with deals, orders, feedback and issues over two years; much is left empty."""
    records: Records = {}
    for name in ("acme", "bolt", "cord", "dune", "echo", "fern", "gale", "华瑞"):
        profile = {
            "tier": random.choice("ABC"),
            "owner": random.choice(("ann", "bob")),
            "industry": random.choice("xyz"),
        }
        profile |= {"region": random.choice(("East", "West")), "country": random.choice(("CN", "DE"))}
        kept = {key: value for key, value in profile.items() if random.random() < 0.8}
        records[f"{name}/profile"] = {"name": name.title(), **kept}
    for number in range(random.randint(20, 60)):
        account = random.choice(("acme", "bolt", "cord", "dune", "华瑞"))
        make = random.choice((_deal, _deal, _order, _order, _feedback, _issue))
        folder, data = make(random, number, products)
        records[f"{account}/{folder}"] = data
    return records


def _some_day(random: Random) -> date:
    return DAY - timedelta(days=random.randint(-60, 600))


def _deal(random: Random, number: int, products: list[str]) -> tuple[str, dict[str, Any]]:
    stage = random.choice((*OPEN, "won", "won", "lost"))
    data: dict[str, Any] = {"title": f"Deal {number}", "stage": stage}
    created = _some_day(random)
    if random.random() < 0.9 or stage in ("won", "lost"):
        data["created_on"] = created.isoformat()
    if stage in ("won", "lost"):
        data["closed_on"] = (created + timedelta(days=random.randint(0, 120))).isoformat()
    data |= _sometimes(random, amount=_amount(random), currency=random.choice(("EUR", "CNY")), product=products[0])
    data |= _sometimes(random, owner=random.choice(("ann", "bob")), probability=random.randint(0, 100))
    return f"opportunities/d{number}", data


def _order(random: Random, number: int, _: list[str]) -> tuple[str, dict[str, Any]]:
    day = _some_day(random)
    data: dict[str, Any] = {"date": day.isoformat(), "amount": _amount(random)}
    data |= _sometimes(random, currency="EUR", owner=random.choice(("ann", "bob")))
    if random.random() < 0.2:
        data |= {"kind": "return", "amount": -data["amount"]}
    if random.random() < 0.1:
        data["status"] = "cancelled"
    return f"orders/{day:%Y-%m}#{number}", data


def _feedback(random: Random, number: int, products: list[str]) -> tuple[str, dict[str, Any]]:
    kind = random.choice(("csat", "nps", "complaint"))
    data: dict[str, Any] = {"kind": kind, "on": _some_day(random).isoformat()}
    if kind != "complaint":
        low, high = (1, 5) if kind == "csat" else (0, 10)
        data |= {"score": random.randint(low, high), "scale": f"{low}-{high}"}
    return f"feedback/f{number}", data | _sometimes(random, product=products[1], owner="ann")


def _issue(random: Random, number: int, _: list[str]) -> tuple[str, dict[str, Any]]:
    day = _some_day(random)
    data: dict[str, Any] = {"title": f"Issue {number}", "status": "open", "reported_at": f"{day}T09:00+08:00"}
    return f"issues/i{number}", data | _sometimes(random, handler=random.choice(("ann", "bob")))


def _sometimes(random: Random, **data: Any) -> dict[str, Any]:
    return {key: value for key, value in data.items() if random.random() < 0.7}


def _amount(random: Random) -> Decimal:
    return Decimal(random.randint(1, 10_000_000)) / 100


def _rows(records: Records, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for record_id, data in records.items():
        if record_id.split("/")[1] == folder:
            yield record_id.split("/")[0], data


def _day(data: dict[str, Any], *names: str) -> date | None:
    return next((date.fromisoformat(data[n][:10]) for n in names if n in data), None)


def _base(data: dict[str, Any], day: date | None) -> Decimal | None:
    if "amount" not in data:
        return None
    if data.get("currency", "CNY") == "CNY":
        return Decimal(data["amount"])
    rates = RATES["EUR"]
    rate = max(r for r in rates if r[0] <= day)[1] if day else rates[0][1]
    return (data["amount"] * rate).quantize(Decimal("0.0001"))


def _deals(records: Records, *stages: str) -> Iterator[tuple[str, dict[str, Any], Fact]]:
    """Deals in one of the stages on the day; one that was closed later was open."""
    for account, data in _rows(records, "opportunities"):
        created, closed = _day(data, "created_on"), _day(data, "closed_on")
        if created and created > DAY:
            continue
        stage = "identify" if closed and closed > DAY else data["stage"]
        if stage in stages:
            at = closed if stage in ("won", "lost") else created
            yield account, data, Fact(account, data.get("owner"), at, product=data.get("product"))


def won_value(records: Records) -> Iterator[Fact]:
    for _, data, fact in _deals(records, "won"):
        yield replace(fact, numerator=_base(data, fact.at))


def win_rate(records: Records) -> Iterator[Fact]:
    for _, data, fact in _deals(records, "won", "lost"):
        yield replace(fact, numerator=Decimal(data["stage"] == "won"))


def sales_cycle(records: Records) -> Iterator[Fact]:
    for _, data, fact in _deals(records, "won"):
        start = _day(data, "created_on")
        if start and fact.at:
            yield replace(fact, numerator=Decimal((fact.at - start).days))


def opportunities_open(records: Records) -> Iterator[Fact]:
    for _, _, fact in _deals(records, *OPEN):
        yield fact


def weighted_pipeline(records: Records) -> Iterator[Fact]:
    for _, data, fact in _deals(records, *OPEN):
        if "amount" in data and "probability" in data:
            base = _base(data, DAY) or Decimal(0)
            probability = data["probability"] if data["stage"] in OPEN else USUAL["identify"]
            yield replace(fact, numerator=base * probability / 100)


def order_value(records: Records) -> Iterator[Fact]:
    for account, data in _rows(records, "orders"):
        if data.get("status") != "cancelled":
            day = _day(data, "date")
            yield Fact(account, data.get("owner"), day, _base(data, day))


def real_orders(records: Records) -> Iterator[Fact]:
    for account, data in _rows(records, "orders"):
        if data.get("status") != "cancelled" and "kind" not in data:
            day = _day(data, "date")
            yield Fact(account, data.get("owner"), day, _base(data, day))


def all_sales(records: Records) -> Iterator[Fact]:
    ordering = {f.account for f in order_value(records) if f.at and f.at <= DAY}
    yield from order_value(records)
    for fact in won_value(records):
        if fact.account not in ordering:
            yield replace(fact, product=None)


def csat(records: Records) -> Iterator[Fact]:
    yield from _scores(records, "csat", lambda score: Decimal(score >= 4))


def nps(records: Records) -> Iterator[Fact]:
    yield from _scores(records, "nps", lambda score: Decimal((score >= 9) - (score <= 6)))


def _scores(records: Records, kind: str, points: Callable[[int], Decimal]) -> Iterator[Fact]:
    for account, data in _rows(records, "feedback"):
        if data["kind"] == kind:
            point = points(data["score"])
            yield Fact(account, data.get("owner"), _day(data, "on"), point, product=data.get("product"))


def complaint_rate(records: Records) -> Iterator[Fact]:
    for account, data in _rows(records, "feedback"):
        if data["kind"] == "complaint":
            yield Fact(account, data.get("owner"), _day(data, "on"), denominator=None)
    for fact in real_orders(records):
        yield replace(fact, numerator=None)


def issues_open(records: Records) -> Iterator[Fact]:
    for account, data in _rows(records, "issues"):
        yield Fact(account, data.get("handler"), _day(data, "reported_at"))


def total(facts: list[Fact]) -> Decimal:
    return sum((f.numerator for f in facts if f.numerator is not None), Decimal(0))


def by_account(facts: list[Fact]) -> dict[str, list[Fact]]:
    return {name: [f for f in facts if f.account == name] for name in {f.account for f in facts}}


def ratio(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    below = sum((f.denominator for f in facts if f.denominator is not None), Decimal(0))
    return 100 * total(facts) / below if below else None


def average(facts: list[Fact], everything: list[Fact]) -> Decimal | None:
    found = ratio(facts, everything)
    return None if found is None else found / 100


def summed(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    return total(facts) if any(f.numerator is not None for f in facts) else None


def counted(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    return Decimal(len(facts))


def middle(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    return median(f.numerator for f in facts if f.numerator is not None) if facts else None


def share(facts: list[Fact], everything: list[Fact]) -> Decimal | None:
    return 100 * total(facts) / total(everything) if summed(facts, []) is not None and total(everything) else None


def herfindahl(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    sums = [s for s in map(total, by_account(facts).values()) if s > 0]
    return sum((s / sum(sums)) ** 2 for s in sums) if sums else None  # type: ignore[return-value]


def top_five(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    sums = sorted((s for s in map(total, by_account(facts).values()) if s > 0), reverse=True)
    return 100 * sum(sums[:5], Decimal(0)) / sum(sums, Decimal(0)) if len(sums) > 5 else None


def repeated(facts: list[Fact], _: list[Fact]) -> Decimal | None:
    counts = [len(own) for own in by_account(facts).values()]
    return Decimal(100 * sum(c > 1 for c in counts)) / len(counts) if counts else None


NAIVE: dict[str, tuple[Callable[[Records], Iterator[Fact]], Callable[..., Decimal | None]]] = {
    "won_value": (won_value, summed),
    "win_rate": (win_rate, ratio),
    "sales_cycle": (sales_cycle, middle),
    "opportunities_open": (opportunities_open, counted),
    "weighted_pipeline": (weighted_pipeline, summed),
    "order_value": (order_value, summed),
    "average_order_value": (real_orders, average),
    "repurchase_rate": (real_orders, repeated),
    "contribution": (all_sales, share),
    "sales_concentration": (all_sales, herfindahl),
    "top_accounts_share": (all_sales, top_five),
    "csat": (csat, ratio),
    "nps": (nps, ratio),
    "complaint_rate": (complaint_rate, ratio),
    "issues_open": (issues_open, counted),
}
ADDITIVE = ("won_value", "opportunities_open", "weighted_pipeline", "order_value", "contribution", "issues_open")
NOW = ("opportunities_open", "weighted_pipeline", "issues_open")


def key_of(fact: Fact, grouping: str, records: Records) -> str | None:
    """The group a fact belongs to."""
    profile = records[f"{fact.account}/profile"]
    owner = fact.person or profile.get("owner")
    person = PEOPLE.get(owner or "", Person("", {}))
    at = fact.at or date.min
    quarter = f"{at.year}-Q{(at.month + 2) // 3}"
    keys: dict[str, str | None] = {
        "account": fact.account,
        "person": fact.person,
        "owner": owner,
        "account_owner": profile.get("owner"),
        "team": person.team or None,
        "manager": person.manager or None,
        "office": person.region or None,
        "region": profile.get("region") or person.region or None,
        "product": fact.product,
        **dict(zip(("month", "quarter", "year"), (f"{at:%Y-%m}", quarter, f"{at:%Y}"), strict=True)),
    }
    return keys[grouping] if grouping in keys else profile.get(grouping)


def expected_groups(
    kpi: str, grouping: str, records: Records
) -> tuple[Decimal | None, dict[str | None, Decimal | None]]:
    make, aggregate = NAIVE[kpi]
    facts = [f for f in make(records) if (f.at is None and kpi in NOW) or (f.at and f.at <= DAY)]
    facts = [f for f in facts if kpi in NOW or (f.at and f.at >= FROM)]
    keys = {key_of(f, grouping, records) for f in facts}
    if aggregate is counted and grouping not in ("person", "product", "month", "quarter", "year"):
        accounts = {path.split("/")[0] for path in records}
        keys |= {key_of(Fact(name, None, None), grouping, records) for name in accounts} - {None}
    own = {key: [f for f in facts if key_of(f, grouping, records) == key] for key in keys}
    return aggregate(facts, facts), {key: aggregate(part, facts) for key, part in own.items()}


KNOWN = {"account", "tier", "industry", "country", "account_owner", "person", "owner", "team", "manager", "office",
         "region", "product", "month", "quarter", "year"}  # fmt: skip


def prepared(settings: Settings) -> Settings:
    euro = Currency("EUR", {"en": "Euro", "zh": "欧元"}, rates=tuple((on.isoformat(), r) for on, r in RATES["EUR"]))
    currencies = settings.currencies._replace(base="CNY", listed={"EUR": euro})
    return replace(settings, people=PEOPLE, currencies=currencies)


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_and_group_equals_the_plain_computation(
    given: Callable[..., Any], sample_settings: Settings, seed: int
) -> None:
    settings = prepared(sample_settings)
    records = make_portfolio(Random(seed), sorted(settings.products)[:2])
    source = given(records, settings)
    kpis = {kpi.id: kpi for kpi in load_kpis(settings.root)}
    with open_tables(source, DAY, cache=False) as tables:
        for grouping in sorted(KNOWN):
            named = [name for name in NAIVE if grouping in kpis[name].groupings]
            for result in compute(source, DAY, named, by=grouping, tables=tables):
                whole, parts = expected_groups(result.id, grouping, records)
                assert same(result.value, whole), f"{result.id}: {result.value} is not {whole}"
                check_groups(result, grouping, parts)
                rows = figures(source, [DAY], [result.id], by=grouping, tables=tables).to_pylist()
                check_columns(result, {row["key"]: row["value"] for row in rows})


def check_groups(result: KpiResult, grouping: str, parts: dict[str | None, Decimal | None]) -> None:
    ours = {group.key: group.figure.value for group in result.by}
    assert ours.keys() == parts.keys(), f"{result.id} by {grouping}"
    for key, expected in parts.items():
        assert same(ours[key], expected), f"{result.id} by {grouping} {key}: {ours[key]} is not {expected}"
    if result.id in ADDITIVE and result.figure.numerator is not None:
        assert sum(g.figure.numerator or 0 for g in result.by) == result.figure.numerator, "groups sum to the total"


def check_columns(result: KpiResult, found: dict[str | None, float | None]) -> None:
    for group in result.by:
        value = found.pop(group.key, None)
        if group.figure.n:
            expected = None if group.figure.value is None else pytest.approx(float(group.figure.value), rel=1e-12)
            assert value == expected, f"{result.id} by {result.grouping} {group.key}"
    assert not found


def same(ours: Decimal | None, theirs: Decimal | None) -> bool:
    """Equal; quotients to twenty digits."""
    if ours is None or theirs is None:
        return ours is theirs
    return ours == theirs or abs(ours - theirs) <= abs(theirs) * Decimal("1e-20")
