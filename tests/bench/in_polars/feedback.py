"""What customers say: answers to surveys, and complaints."""

from __future__ import annotations

import polars as pl
from polars import col

from in_polars.records import NO, ONE, OURS, REAL, Lazy, Make, Records, customers, facts, placed

SCALE = col("scale").str.split("-").list


def _scores(kind: str, numerator: pl.Expr, *conditions: pl.Expr) -> Make:
    def make(records: Records, days: Lazy) -> Lazy:
        answers = records.table("feedback").filter(col("kind") == kind, col("score").is_not_null(), *conditions)
        return facts(answers.join(days, how="cross"), "on", numerator, ONE)

    return make


def _end(at: int, usual: int) -> pl.Expr:
    return SCALE.get(at).cast(pl.Int64).fill_null(usual)


def _complaints(records: Records, days: Lazy) -> Lazy:
    complaints = records.table("feedback").filter(col("kind") == "complaint", ~OURS).join(days, how="cross")
    begun = records.table("feedback").select(begun=col("on").min())
    orders = placed(records.on("orders", days)).filter(REAL, ~OURS).join(begun, how="cross")
    orders = orders.filter(col("begun") <= col("day"))
    return pl.concat([facts(complaints, "on", ONE), facts(orders, "date", NO, ONE)])


def _by_account(records: Records, days: Lazy) -> Lazy:
    """Complaints, and the months in which somebody was a customer."""
    complaints = records.table("feedback").filter(col("kind") == "complaint", ~OURS).join(days, how="cross")
    begun = records.table("feedback").select(begun=col("on").min())
    back = pl.LazyFrame({"back": [f"-{month}mo" for month in range(120)]})
    months = (
        days.join(back, how="cross")
        .join(begun, how="cross")
        .select("first", "begun", asked="day", day=col("day").dt.offset_by(col("back")))
    )
    months = months.filter(col("day") >= col("first"), col("begun") <= col("asked"))
    then = customers(records.on("accounts", months)).with_columns(at="day").with_columns(day="asked")
    return pl.concat([facts(complaints, "on", ONE), facts(then, "at", NO, ONE)])


IS_EFFORT = (col("method") == "effort").fill_null(False)
EASY = pl.when(IS_EFFORT).then(col("score") <= _end(0, 1) + 2).otherwise(col("score") >= _end(1, 7) - 2)
FACTS: dict[str, Make] = {
    "csat": _scores("csat", col("score") >= _end(1, 5) - 1),
    "nps": _scores(
        "nps",
        (col("score") >= 9).cast(pl.Int64) - (col("score") <= 6).cast(pl.Int64),
        col("scale").fill_null("0-10") == "0-10",
    ),
    "ces": _scores("ces", EASY),
    "ces_mean": _scores(
        "ces",
        pl.when(IS_EFFORT).then(8 - col("score")).otherwise("score"),
        col("scale").fill_null("1-7") == "1-7",
    ),
    "complaint_rate": _complaints,
    "complaints_per_account": _by_account,
}
