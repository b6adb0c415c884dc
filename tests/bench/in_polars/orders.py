"""Orders: what they bring, to whom they go, when they come, and what falls off."""

from __future__ import annotations

import polars as pl
from polars import col, lit

from in_polars.records import DAY, NO, ONE, OURS, REAL, Lazy, Make, Records, facts, placed


def _orders(*conditions: pl.Expr, numerator: pl.Expr | str = "total_base") -> Make:
    def make(records: Records, days: Lazy) -> Lazy:
        return facts(placed(records.on("orders", days)).filter(*conditions), "date", numerator, ONE)

    return make


def _lines(records: Records, days: Lazy) -> Lazy:
    lines = records.table("orders_lines").select(id="record", sold="amount_base")
    return facts(placed(records.on("orders", days)).join(lines, on="id"), "date", "sold", ONE)


def _delivered(records: Records, days: Lazy) -> Lazy:
    """A line is in time with the delivery by which, counted up, all of it was there by the promised day."""
    lines = records.table("orders_lines").filter(col("quantity") > 0, col("promised").is_not_null())
    came = records.table("orders_lines_deliveries").select("record", "on", idx="lines_idx", came="quantity")
    inside = came.join(lines, on=["record", "idx"]).filter(col("on") <= col("promised")).sort("on")
    total = col("came").cum_sum().over("record", "idx")
    full = inside.with_columns(total=total).filter(col("total") >= col("quantity"))
    full = full.group_by("record", "idx").agg(full=col("on").min())
    known = lines.join(full, on=["record", "idx"], how="left").select("promised", "full", id="record")
    orders = placed(records.on("orders", days)).filter(REAL, col("date") <= col("day"))
    frame = orders.join(known, on="id").with_columns(in_full=(col("full") <= col("day")).fill_null(False))
    return facts(frame.filter(col("in_full") | (col("promised") < col("day"))), "promised", "in_full", ONE)


def _sales(*conditions: pl.Expr) -> Make:
    """Orders; of accounts without any by then, what was won."""

    def make(records: Records, days: Lazy) -> Lazy:
        orders = facts(placed(records.on("orders", days)), "date", "total_base", ONE)
        ordering = orders.filter(col("at") <= col("day")).select("day", "account").unique()
        won = records.on("opportunities", days).filter(col("state_then") == "won")
        worth = facts(won, pl.coalesce("closed_on", "since_then"), "amount_base", ONE)
        worth = worth.join(ordering, on=["day", "account"], how="anti")
        return pl.concat([orders, worth]).filter(*conditions)

    return make


def margins(records: Records, days: Lazy) -> Lazy:
    """The lines of orders, or orders without lines, with their worth and margin."""
    products = records.table("products").select(product="id", usual="cost")
    lines = records.table("orders_lines").join(products, on="product", how="left")
    cost = pl.coalesce("cost_base", "usual")
    lines = lines.select("quantity", id="record", cost=cost, sold="amount_base", is_line=lit(True))
    amount = pl.when("is_line").then("sold").otherwise("total_base")
    exact = amount - col("quantity") * col("cost")
    assumed = amount * (records.parameters["margin"] / 100)
    frame = placed(records.on("orders", days)).join(lines, on="id", how="left")
    margin = pl.when(col("quantity").is_null() | col("cost").is_null()).then(assumed).otherwise(exact)
    return frame.with_columns(worth=amount, margin=margin)


def _margin(records: Records, days: Lazy) -> Lazy:
    return facts(margins(records, days), "date", "margin", pl.when(col("margin").is_not_null()).then("worth"))


def _frequency(records: Records, days: Lazy) -> Lazy:
    active = records.active(days).join(days, on="day")
    first = records.table("orders then").select(begun=col("date").min())
    customers_then = active.join(first, how="cross").filter(col("begun") <= col("day"))
    orders = placed(records.on("orders", days)).filter(REAL).join(active, on=["day", "account"], how="semi")
    return pl.concat([facts(customers_then, "day", NO, ONE), facts(orders, "date", ONE)])


def _wallet(records: Records, days: Lazy) -> Lazy:
    spend = records.table("accounts_category_spend").join(days, how="cross")
    spend = spend.filter(col("year") <= col("day").dt.year(), col("amount") > 0).sort("year")
    latest = spend.group_by("day", "first", "account", "category").agg(col("amount_base").last())
    products = records.table("products").select("category", product="id")
    lines = (
        records.table("orders_lines").join(products, on="product").select("category", id="record", sold="amount_base")
    )
    orders = placed(records.on("orders", days)).join(lines, on="id")
    ours = orders.join(latest, on=["day", "account", "category"], how="semi")
    return pl.concat([facts(latest, "day", NO, "amount_base"), facts(ours, "date", "sold")])


def _rfm(records: Records, days: Lazy) -> Lazy:
    orders = placed(records.on("orders", days)).filter(~OURS, col("date") <= col("day"))
    inside = col("date") >= col("first")
    bought = orders.group_by("day", "first", "account").agg(
        last=col("date").filter(REAL).max(), orders=(REAL & inside).sum(), amount=col("total_base").filter(inside).sum()
    )
    bought = bought.filter(col("last").is_not_null())
    recency = 5 - _reached(records, "recency", (col("day") - col("last")).dt.total_days(), beyond=True)
    scores = (
        recency,
        1 + _reached(records, "frequency", col("orders")),
        1 + _reached(records, "monetary", col("amount")),
    )
    return pl.concat([facts(bought, "day", score, ONE) for score in scores])


def _reached(records: Records, measure: str, value: pl.Expr, *, beyond: bool = False) -> pl.Expr:
    limits = [limit for name, limit in records.parameters.items() if name.startswith(f"rfm.{measure}.")]
    return pl.sum_horizontal((value > limit if beyond else value >= limit).cast(pl.Int64) for limit in limits)


def _decline(records: Records, days: Lazy) -> Lazy:
    """Late by the rhythm of the last three days with orders, or two falls in a row of sales by period."""
    orders = placed(records.on("orders", days)).filter(col("date") <= col("day"))
    dates = orders.filter(REAL).group_by("day", "account").agg(col("date").unique().sort().tail(3))
    known = dates.with_columns(
        last=col("date").list.last(), begin=col("date").list.first(), known=col("date").list.len()
    )
    tolerance = records.parameters["decline.tolerance"]
    gone, gaps = ((col(b) - col(a)).dt.total_days() for a, b in (("last", "day"), ("begin", "last")))
    late = pl.when(col("known") == 3).then(2 * gone > gaps * tolerance)
    span, begins = records.span("decline.period"), []
    for _ in range(3):
        begins.append((begins[-1] if begins else col("day") + DAY).dt.offset_by(span))
    one, two, three = (
        col("total_base").filter(col("date") >= begin, *([col("date") < end] if end is not None else [])).sum()
        for begin, end in zip(begins, (None, *begins[:2]), strict=True)
    )
    begun = col("date").min() < begins[1].first()
    falling = orders.group_by("day", "account").agg(falling=pl.when(begun).then((one < two) & (two < three)))
    accounts = records.on("accounts", days).filter(col("state_then").fill_null("active").is_in(["active", "at_risk"]))
    judged = accounts.join(known.select("day", "account", "last", late=late), on=["day", "account"])
    judged = judged.join(falling, on=["day", "account"]).filter(
        col("late").is_not_null() | col("falling").is_not_null()
    )
    return facts(judged, "last", col("late").fill_null(False) | col("falling").fill_null(False), ONE)


FACTS: dict[str, Make] = {
    "order_value": _orders(),
    "average_order_value": _orders(REAL, ~OURS, col("total_base").is_not_null()),
    "repurchase_rate": _orders(REAL, ~OURS, numerator=ONE),
    "product_sales": _lines,
    "delivery_on_time": _delivered,
    "contribution": _sales(),
    "sales_concentration": _sales(~OURS),
    "top_accounts_share": _sales(~OURS),
    "gross_margin": _margin,
    "purchase_frequency": _frequency,
    "share_of_wallet": _wallet,
    "rfm": _rfm,
    "decline_alert": _decline,
}
