"""Orders: what they bring, to whom they go, when they come, and what falls off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from in_pandas.records import CUSTOMER, ONE, Day, Frame, Make, Records, facts, of_customers
from in_pandas.sales import closed


def _orders(records: Records, day: Day) -> Frame:
    frame = records.placed(day)
    return facts(frame, frame["date"], frame.total_base, 1)


def _averaged(records: Records, day: Day) -> Frame:
    frame = records.placed(day)
    frame = of_customers(frame[frame.is_order].dropna(subset=["total_base"]))
    return facts(frame, frame["date"], frame.total_base, 1)


def _placed(records: Records, day: Day) -> Frame:
    frame = records.placed(day)
    frame = of_customers(frame[frame.is_order])
    return facts(frame, frame["date"], 1, 1)


def _lines(records: Records, day: Day) -> Frame:
    lines = records.table("orders_lines")[["record", "amount_base"]]
    frame = records.placed(day).merge(lines, left_on="id", right_on="record")
    return facts(frame, frame["date"], frame.amount_base, 1)


def _delivered(records: Records, day: Day) -> Frame:
    lines = records.table("orders_lines")
    lines = lines[lines.promised.between(day.first, day.at) & (lines.quantity > 0)]
    lines = lines[["record", "idx", "promised", "quantity"]]
    came = records.table("orders_lines_deliveries").rename(columns={"lines_idx": "idx", "quantity": "came"})
    came = came.merge(lines, on=["record", "idx"])
    came = came[(came["on"] <= came.promised) & (came["on"] <= day.at)]
    arrived = came.groupby(["record", "idx"], as_index=False)["came"].sum()
    lines = lines.merge(arrived, on=["record", "idx"], how="left")
    orders = records.placed(day)
    orders = orders[orders.is_order & (orders["date"] <= day.at)][["id", "account"]]
    frame = orders.merge(lines, left_on="id", right_on="record")
    in_full = frame.came >= frame.quantity
    frame, in_full = frame[in_full | (frame.promised < day.at)], in_full[in_full | (frame.promised < day.at)]
    return facts(frame, frame.promised, in_full, 1)


def _sales(records: Records, day: Day) -> Frame:
    """Orders; of accounts without any by then, what was won."""
    orders = _orders(records, day)
    won = records.on("opportunities", day)
    won = won[(won.state_then == "won") & ~won.account.isin(orders.account[orders["at"] <= day.at].unique())]
    return pd.concat([orders, facts(won, closed(won), won.amount_base, 1)])


def _sales_of_customers(records: Records, day: Day) -> Frame:
    return of_customers(_sales(records, day))


def margins(records: Records, day: Day) -> Frame:
    """The lines of orders, or orders without lines, with their worth and margin."""
    usual = records.table("products").set_index("id").cost
    lines = records.table("orders_lines")
    lines = lines.assign(cost=lines.cost_base.fillna(lines["product"].map(usual)))
    frame = records.placed(day).merge(
        lines[["record", "quantity", "cost", "amount_base"]], left_on="id", right_on="record", how="left"
    )
    worth = frame.amount_base.where(frame.record.notna(), frame.total_base)
    exact = worth - frame.quantity * frame.cost
    assumed = worth * (records.parameters["margin"] / 100)
    is_known = frame.quantity.notna() & frame.cost.notna()
    return frame.assign(worth=worth, margin=exact.where(is_known, assumed))


def _margin(records: Records, day: Day) -> Frame:
    frame = margins(records, day)
    return facts(frame, frame["date"], frame.margin, frame.worth.where(frame.margin.notna()))


def _frequency(records: Records, day: Day) -> Frame:
    active = records.active(day)
    orders = records.placed(day)
    orders = orders[orders.is_order & orders.account.isin(active.account)]
    begun = records.table("orders then")["date"].min() <= day.at
    return pd.concat([facts(active if begun else active[:0], day.at, None, 1), facts(orders, orders["date"], 1)])


def _wallet(records: Records, day: Day) -> Frame:
    spend = records.table("accounts_category_spend")
    spend = spend[(spend.year <= day.at.year) & (spend.amount > 0)].sort_values("year")
    latest = spend.groupby(["account", "category"], observed=True, as_index=False).amount_base.last()
    category = records.table("products").set_index("id").category
    lines = records.table("orders_lines")
    lines = lines.assign(category=lines["product"].map(category))[["record", "category", "amount_base"]]
    orders = records.placed(day).merge(lines, left_on="id", right_on="record")
    ours = orders.merge(latest[["account", "category"]], on=["account", "category"])
    return pd.concat([facts(latest, day.at, None, latest.amount_base), facts(ours, ours["date"], ours.amount_base)])


def _rfm(records: Records, day: Day) -> Frame:
    orders = of_customers(records.placed(day))
    orders = orders[orders["date"] <= day.at]
    real, recent = orders[orders.is_order], orders[orders["date"] >= day.first]
    bought = real.groupby("account", observed=True)["date"].max().to_frame("last")
    bought["orders"] = recent[recent.is_order].groupby("account", observed=True).size()
    bought["amount"] = recent.groupby("account", observed=True).total_base.sum()
    bought = bought.fillna({"orders": 0, "amount": 0}).reset_index()
    scores = (
        5 - _reached(records, "recency", (day.at - bought["last"]).dt.days, beyond=True),
        1 + _reached(records, "frequency", bought.orders),
        1 + _reached(records, "monetary", bought.amount),
    )
    return pd.concat([facts(bought, day.at, score, 1) for score in scores])


def _reached(records: Records, measure: str, value: Any, *, beyond: bool = False) -> Any:
    limits = [limit for name, limit in records.parameters.items() if name.startswith(f"rfm.{measure}.")]
    return sum(((value > limit) if beyond else (value >= limit)).astype(int) for limit in limits)


def _decline(records: Records, day: Day) -> Frame:
    """Late by the rhythm of the last three days with orders, or two falls in a row of sales by period."""
    orders = records.placed(day)
    orders = orders[orders["date"] <= day.at]
    days = orders.loc[orders.is_order, ["account", "date"]].drop_duplicates().sort_values("date")
    last_three = days.groupby("account", observed=True).tail(3).groupby("account", observed=True)["date"]
    known = last_three.agg(["first", "last", "size"])
    gone, gaps = (day.at - known["last"]).dt.days, (known["last"] - known["first"]).dt.days
    late = (2 * gone > gaps * records.parameters["decline.tolerance"]).where(known["size"] == 3)
    begins = [day.at + ONE]
    for _ in range(3):
        begins.append(begins[-1] - records.span("decline.period"))
    one, two, three = (
        orders[(orders["date"] >= begin) & (orders["date"] < end)].groupby("account", observed=False).total_base.sum()
        for end, begin in pairwise(begins)
    )
    begun = orders.groupby("account", observed=True)["date"].min() < begins[2]
    falling = ((one < two) & (two < three)).reindex(begun.index).where(begun)
    judged = known.assign(late=late, falling=falling.reindex(known.index)).reset_index()
    judged = judged[judged.late.notna() | judged.falling.notna()]
    accounts = records.on("accounts", day)
    accounts = accounts[accounts.state_then.fillna("active").isin(CUSTOMER)]
    judged = judged[judged.account.isin(accounts.account)]
    is_bad = (judged.late == True) | (judged.falling == True)  # noqa: E712 - neither false nor unknown
    return facts(judged, judged["last"], is_bad, 1)


FACTS: dict[str, Make] = {
    "order_value": _orders,
    "average_order_value": _averaged,
    "repurchase_rate": _placed,
    "product_sales": _lines,
    "delivery_on_time": _delivered,
    "contribution": _sales,
    "sales_concentration": _sales_of_customers,
    "top_accounts_share": _sales_of_customers,
    "gross_margin": _margin,
    "purchase_frequency": _frequency,
    "share_of_wallet": _wallet,
    "rfm": _rfm,
    "decline_alert": _decline,
}
