"""What customers are still worth by their orders: BG/NBD with Gamma-Gamma (``kam.value``), fitted as of each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

from kam.model.schema import Label
from kam.settings.figures import Figures, Lifetime
from kam.tables.gathered import SharedTable
from kam.tables.plan import NUMBER, TEXT, Column, Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kam.tables import Tables
    from kam.tables.source import RecordSource

    Floats = NDArray[np.float64]

SHARE = "DECIMAL(18,6)"
COLUMNS: tuple[tuple[str, str, Label], ...] = (
    ("day", "DATE", {"en": "As of", "zh": "截至"}),
    ("account", TEXT, {"en": "Account", "zh": "客户"}),
    ("record", TEXT, {"en": "Last order", "zh": "最近一笔订单"}),
    ("order_days", "INTEGER", {"en": "Days with orders", "zh": "下单天数"}),
    ("first_order", "DATE", {"en": "First order on", "zh": "首次下单日期"}),
    ("last_order", "DATE", {"en": "Last order on", "zh": "最近下单日期"}),
    ("alive", SHARE, {"en": "Probability of still being a customer", "zh": "仍为客户的概率"}),
    ("expected_orders", SHARE, {"en": "Orders expected within the horizon", "zh": "预测期内预计下单次数"}),
    ("expected_amount", NUMBER, {"en": "Expected value of an order", "zh": "预计每次下单金额"}),
    ("value", NUMBER, {"en": "Expected margin within the horizon, discounted", "zh": "预测期内预计毛利（折现后）"}),
    ("note_en", TEXT, {"en": "Why there is no prediction, in English", "zh": "未预测的原因（英文）"}),
    ("note_zh", TEXT, {"en": "Why there is no prediction, in Chinese", "zh": "未预测的原因（中文）"}),
)
TABLE = SharedTable(
    "customer_values",
    {"en": "Predicted value of customers by their orders", "zh": "按订单预测的客户价值"},
    tuple(Column(name, sql, label, Part.FIXED) for name, sql, label in COLUMNS),
)
WEEK, MONTH = 7.0, 365.25 / 12
"""Days; the models count in weeks, and expected orders are discounted month by month."""
HISTORIES = """
WITH daily AS (
  SELECT day, account, "date" AS ordered, sum(total_base) AS amount, max(id) AS record
  FROM (SELECT unnest(CAST($days AS DATE[])) AS day) days, LATERAL (SELECT * FROM orders_on(days.day)) placed
  WHERE coalesce(kind, 'order') = 'order' AND coalesce(state_then, '') <> 'cancelled' AND left(account, 1) <> '_'
    AND "date" <= day
  GROUP BY ALL),
counted AS (SELECT *, min(ordered) OVER (PARTITION BY day, account) AS begun FROM daily)
SELECT day, account, arg_max(record, ordered), count(*), min(ordered), max(ordered),
  count(*) FILTER (ordered > begun AND amount > 0), avg(amount) FILTER (ordered > begun AND amount > 0)
FROM counted GROUP BY day, account ORDER BY day, account
"""
"""One row a day and customer, as the orders stood on that day. Those of one day are one; the first day is where a
history begins, and neither counted nor valued by the models."""


@dataclass(frozen=True, slots=True)
class History:
    """A customer's orders up to a day: on how many days, and of those after the first with a value number and mean."""

    account: str
    record: str
    days: int
    first: date
    last: date
    valued: int
    mean: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is expected of each customer, in the order of the histories, as far as it could be said; ``note`` says what
    stood in the way."""

    alive: Floats | None = None
    orders: Floats | None = None
    amount: Floats | None = None
    value: Floats | None = None
    note: Label = field(default_factory=lambda: {"en": "", "zh": ""})


def rows(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> list[tuple[Any, ...]]:
    """A row for each customer with an order by the day, for each of the days.

    Where there are too few customers, or their orders determine no model, the predictions are missing and the notes
    say why.
    """
    figures = portfolio.settings.part(Figures)
    if "total_base" not in tables.columns_of("orders"):
        return []
    found: list[tuple[Any, ...]] = []
    for day, histories in _iter_days(tables, days):
        said = _predict(day, histories, figures)
        predicted = zip(
            _texts(said.alive, 6), _texts(said.orders, 6), _texts(said.amount, 4), _texts(said.value, 4), strict=False
        )
        for h, cells in zip(histories, predicted, strict=False):
            known = (day, h.account, h.record, h.days, h.first, h.last)
            found.append((*known, *cells, said.note["en"] or None, said.note["zh"] or None))
    return found


def _texts(values: Floats | None, digits: int) -> Iterable[str | None]:
    return repeat(None) if values is None else [f"{value:.{digits}f}" for value in values.tolist()]


def _iter_days(tables: Tables, days: Sequence[date]) -> Iterator[tuple[date, list[History]]]:
    by_day: dict[date, list[History]] = {}
    for day, account, record, count, first, last, valued, mean in tables.query(HISTORIES, {"days": list(days)}).rows:
        history = History(account, record, count, first, last, valued, float(mean or 0))
        by_day.setdefault(day, []).append(history)
    yield from by_day.items()


def _predict(day: date, histories: Sequence[History], figures: Figures) -> Prediction:
    clv = figures.clv
    count, least = len(histories), clv.min_customers
    if count < least:
        return _refused(
            f"only {count} of the {least} customers with orders that are needed (clv.min_customers in figures.yml)",
            f"有订单的客户仅 {count} 个，至少需要 {least} 个（figures.yml 中的 clv.min_customers）",
        )
    from kam.value.fitting import NoFit

    try:
        return _fit(day, histories, figures.margin, clv)
    except NoFit as error:
        return _refused(error.reason["en"], error.reason["zh"])


def _refused(en: str, zh: str) -> Prediction:
    return Prediction(note={"en": en, "zh": zh})


def _fit(day: date, histories: Sequence[History], margin: Decimal | None, clv: Lifetime) -> Prediction:
    import numpy as np

    from kam.value import bg_nbd, gamma_gamma
    from kam.value.fitting import NoFit
    from kam.value.lifetime import discounted_orders

    x = np.array([each.days - 1 for each in histories], dtype=np.float64)
    t_x = np.array([(each.last - each.first).days for each in histories]) / WEEK
    t = np.array([(day - each.first).days for each in histories]) / WEEK
    model = bg_nbd.fit(x, t_x, t)
    horizon = clv.horizon.months * MONTH + clv.horizon.days
    alive = model.p_alive(x, t_x, t)
    orders = model.expected_of(horizon / WEEK, x, t_x, t)
    try:
        valued = np.array([each.valued for each in histories], dtype=np.float64)
        mean = np.array([each.mean for each in histories])
        amount = gamma_gamma.fit(valued, mean).expected(valued, mean)
    except NoFit as error:
        return Prediction(alive, orders, note=error.reason)
    if margin is None:
        note = {"en": "figures.yml names no margin", "zh": "figures.yml 未设置毛利率（margin）"}
        return Prediction(alive, orders, amount, note=note)
    discount = float(clv.discount or 0) / 100
    worth = discounted_orders(model, x, t_x, t, horizon / WEEK, MONTH / WEEK, (1 + discount) ** (1 / 12) - 1)
    return Prediction(alive, orders, amount, worth * amount * float(margin) / 100)
