"""Invoices and payments."""

from __future__ import annotations

import polars as pl
from polars import col

from in_polars.records import Lazy, Make, Records, facts


def _shares(records: Records) -> Lazy:
    """``id`` of an invoice, ``on`` and ``paid``: what each payment settles of it."""
    payments = records.table("payments")
    parts = records.table("payments_allocations").select("record", id="invoice", paid="amount_base")
    told = parts.join(payments.select(record="id", on="date"), on="record").select("id", "on", "paid")
    whole = payments.filter(col("invoice").is_not_null()).join(parts, left_on="id", right_on="record", how="anti")
    return pl.concat([told, whole.select(id="invoice", on="date", paid="amount_base")])


def _invoices(records: Records, days: Lazy) -> Lazy:
    return records.on("invoices", days).filter(col("state_then").fill_null("") != "cancelled")


def _outstanding(records: Records, days: Lazy) -> Lazy:
    paid = (
        _shares(records)
        .join(days.select("day"), how="cross")
        .group_by("day", "id")
        .agg(paid=col("paid").filter(col("on") <= col("day")).sum())
    )
    begun = records.table("invoices then").select(begun=col("date").min())
    frame = _invoices(records, days).filter(col("date") <= col("day")).join(paid, on=["day", "id"], how="left")
    state, is_paid = col("state_then"), col("paid").is_not_null()
    settled = (state == "written_off") | ((state == "paid") & (~is_paid | col("since_then").is_not_null()))
    open_amount = pl.when(settled.fill_null(False)).then(0).otherwise(col("amount_base") - col("paid").fill_null(0))
    known = (col("day") - pl.max_horizontal("first", "begun")).dt.total_days() + 1
    billed = pl.when(col("date") >= col("first")).then("amount_base")
    at = pl.max_horizontal("date", "first")
    owed = facts(frame.join(begun, how="cross"), at, open_amount, billed, days=known)
    loose = records.table("payments").filter(col("invoice").is_null())
    loose = loose.join(records.table("payments_allocations"), left_on="id", right_on="record", how="anti")
    loose = loose.join(days, how="cross").filter(col("date") <= col("day"))
    return pl.concat([owed, facts(loose, at, -col("amount_base"), days=pl.lit(None, pl.Int64))])


def _in_time(records: Records, days: Lazy) -> Lazy:
    due = _invoices(records, days).filter(col("amount_base") > 0, col("kind").fill_null("invoice") == "invoice")
    shares = due.select("day", "id", "due").join(_shares(records), on="id")
    shares = shares.filter(col("on") <= pl.min_horizontal("due", "day")).group_by("day", "id").agg(col("paid").sum())
    frame = due.join(shares, on=["day", "id"], how="left").with_columns(col("paid").fill_null(0))
    is_whole = col("paid") >= col("amount_base")
    met = pl.min_horizontal("paid", "amount_base")
    return facts(frame.filter(is_whole | (col("due") < col("day"))), "due", met, "amount_base")


FACTS: dict[str, Make] = {"dso": _outstanding, "payment_on_time": _in_time}
