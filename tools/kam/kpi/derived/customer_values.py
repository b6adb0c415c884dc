"""What customers are still worth by their orders: BG/NBD with Gamma-Gamma (``kam.value``), fitted as of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.model.schema import Label
from kam.settings.figures import Figures, Lifetime
from kam.tables.gathered import SharedTable
from kam.tables.plan import NUMBER, TEXT, Column, Part

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kam.tables import Tables
    from kam.tables.source import RecordSource
    from kam.value.bg_nbd import BgNbd
    from kam.value.gamma_gamma import GammaGamma

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
SELECT day, account, arg_max(record, ordered) AS record, count(*) AS order_days, min(ordered) AS first_order,
  max(ordered) AS last_order, count(*) FILTER (ordered > begun AND amount > 0) AS valued,
  avg(amount) FILTER (ordered > begun AND amount > 0) AS mean
FROM counted GROUP BY day, account ORDER BY day, account
"""
"""One row a day and customer, as the orders stood on that day. Those of one day are one; the first day is where a
history begins, and neither counted nor valued by the models."""


@dataclass(frozen=True, slots=True)
class Histories:
    """The orders of customers up to a day: ``x`` days with orders after the first, the last of them at ``t_x``, seen
    until ``t`` (weeks, from the first on); and how many of these days had a value, with its mean."""

    x: Floats
    t_x: Floats
    t: Floats
    valued: Floats
    mean: Floats


@dataclass
class Models:
    """The models of the day before, from which the search for those of a day starts."""

    orders: BgNbd | None = None
    amounts: GammaGamma | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is expected of each customer, in the order of the histories, as far as it could be said; ``note`` says what
    stood in the way."""

    alive: Floats | None = None
    orders: Floats | None = None
    amount: Floats | None = None
    value: Floats | None = None
    note: Label = field(default_factory=lambda: {"en": "", "zh": ""})


def rows(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> Sequence[tuple[Any, ...]] | pa.Table:
    """A row for each customer with an order by the day, for each of the days.

    Where there are too few customers, or their orders determine no model, the predictions are missing and the notes
    say why.
    """
    figures = portfolio.settings.part(Figures)
    if "total_base" not in tables.columns_of("orders"):
        return ()
    import numpy as np
    import pyarrow as pa

    known = tables.query_arrow(HISTORIES, {"days": list(days)})
    _, begins, counts = np.unique(known["day"].to_numpy(), return_index=True, return_counts=True)
    models = Models()
    found = []
    for begin, count in zip(begins.tolist(), counts.tolist(), strict=True):
        of_day = known.slice(begin, count)
        found.append(_with(of_day, _predict(_histories(of_day), figures, models)))
    return pa.concat_tables(found) if found else ()


def _histories(known: pa.Table) -> Histories:
    import numpy as np

    day, first, last = (known[name].to_numpy() for name in ("day", "first_order", "last_order"))
    spans = ((last - first).astype(np.float64) / WEEK, (day - first).astype(np.float64) / WEEK)
    counts, valued = (known[name].to_numpy().astype(np.float64) for name in ("order_days", "valued"))
    return Histories(counts - 1, *spans, valued, np.nan_to_num(known["mean"].to_numpy().astype(np.float64)))


def _with(known: pa.Table, said: Prediction) -> pa.Table:
    """What is known of the customers of a day, with what is said of them."""
    import pyarrow as pa

    count = known.num_rows
    columns = {name: known[name] for name in ("day", "account", "record", "order_days", "first_order", "last_order")}
    shown = {"alive": 6, "expected_orders": 6, "expected_amount": 4, "value": 4}
    for (name, digits), values in zip(shown.items(), (said.alive, said.orders, said.amount, said.value), strict=True):
        texts = None if values is None else [f"{value:.{digits}f}" for value in values.tolist()]
        columns[name] = pa.array(texts, pa.string()) if texts else pa.nulls(count, pa.string())
    for lang in ("en", "zh"):
        columns[f"note_{lang}"] = pa.repeat(pa.scalar(said.note[lang] or None, pa.string()), count)
    return pa.table(columns)


def _predict(histories: Histories, figures: Figures, models: Models) -> Prediction:
    clv = figures.clv
    count, least = len(histories.x), clv.min_customers
    if count < least:
        return _refused(
            f"only {count} of the {least} customers with orders that are needed (clv.min_customers in figures.yml)",
            f"有订单的客户仅 {count} 个，至少需要 {least} 个（figures.yml 中的 clv.min_customers）",
        )
    from kam.value.fitting import NoFit

    try:
        return _fit(histories, figures.margin, clv, models)
    except NoFit as error:
        return _refused(error.reason["en"], error.reason["zh"])


def _refused(en: str, zh: str) -> Prediction:
    return Prediction(note={"en": en, "zh": zh})


def _fit(histories: Histories, margin: Decimal | None, clv: Lifetime, models: Models) -> Prediction:
    from kam.value import bg_nbd, gamma_gamma
    from kam.value.fitting import NoFit
    from kam.value.lifetime import discounted_orders

    x, t_x, t = histories.x, histories.t_x, histories.t
    model = models.orders = bg_nbd.fit(x, t_x, t, near=models.orders)
    horizon = clv.horizon.months * MONTH + clv.horizon.days
    alive = model.p_alive(x, t_x, t)
    orders = model.expected_of(horizon / WEEK, x, t_x, t)
    try:
        amounts = models.amounts = gamma_gamma.fit(histories.valued, histories.mean, near=models.amounts)
    except NoFit as error:
        return Prediction(alive, orders, note=error.reason)
    amount = amounts.expected(histories.valued, histories.mean)
    if margin is None:
        note = {"en": "figures.yml names no margin", "zh": "figures.yml 未设置毛利率（margin）"}
        return Prediction(alive, orders, amount, note=note)
    discount = float(clv.discount or 0) / 100
    worth = discounted_orders(model, x, t_x, t, horizon / WEEK, MONTH / WEEK, (1 + discount) ** (1 / 12) - 1)
    return Prediction(alive, orders, amount, worth * amount * float(margin) / 100)
