"""What a person is to sell in a span of days: the part of each quota that falls into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from kam.model.exact import EXACT
from kam.settings.values import Currencies, Quota
from kam.tables import TablesError


def quota_in(quotas: Iterable[Quota], first: date, last: date) -> dict[str, Decimal]:
    """Currency (empty: the base currency) → quota of the span, both days included."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each, amount in _parts(quotas, first, last):
        found[each.currency] += amount
    return dict(found)


def base_quota(money: Currencies, quotas: Iterable[Quota], first: date, last: date) -> Decimal | None:
    """The quota of the span in the base currency, each at the rate of its first day; None where there is none.

    Raises TablesError where a rate is missing.
    """
    parts = [_to_base(money, each, amount) for each, amount in _parts(quotas, first, last)]
    return sum(parts, Decimal(0)) if parts else None


def _parts(quotas: Iterable[Quota], first: date, last: date) -> Iterator[tuple[Quota, Decimal]]:
    """Each quota with the part of it that falls into the span.

    One that reaches beyond the span counts in proportion: by months where it and the part are whole months, so that
    half a year is half of a year's, else by days.
    """
    for each in quotas:
        begin, end = date.fromisoformat(each.from_), date.fromisoformat(each.to)
        start, stop = max(begin, first), min(end, last)
        if start <= stop:
            part, whole = _months(start, stop), _months(begin, end)
            if part is None or whole is None:
                part, whole = (stop - start).days + 1, (end - begin).days + 1
            yield each, EXACT.divide(EXACT.multiply(each.amount, Decimal(part)), Decimal(whole))


def _to_base(money: Currencies, quota: Quota, amount: Decimal) -> Decimal:
    rate = money.rate(quota.currency or money.base, quota.from_)
    if rate is None:
        raise TablesError(
            f"a quota is in {quota.currency}, but currencies.yml has no rate for {quota.currency} on {quota.from_}",
            f"有销售指标以 {quota.currency} 计，但 currencies.yml 中没有 {quota.currency} 在 {quota.from_} 的汇率",
        )
    return EXACT.multiply(amount, rate)


def _months(first: date, last: date) -> int | None:
    """How many calendar months the span is; None where it is not whole months."""
    after = last + timedelta(days=1) if last < date.max else last
    if first.day != 1 or after.day != 1:
        return None
    return (after.year - first.year) * 12 + after.month - first.month
