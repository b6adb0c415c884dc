"""Invoices and payments."""

from __future__ import annotations

import pandas as pd

from in_pandas.records import Day, Frame, Make, Records, facts


def _shares(records: Records) -> Frame:
    """``invoice``, ``date`` and ``amount_base``: what each payment settles of it."""
    payments, parts = records.table("payments"), records.table("payments_allocations")
    told = parts.merge(payments[["id", "date"]], left_on="record", right_on="id")
    whole = payments[payments.invoice.notna() & ~payments.id.isin(parts.record)]
    columns = ["invoice", "date", "amount_base"]
    return pd.concat([told[columns], whole[columns]])


def _invoices(records: Records, day: Day) -> Frame:
    frame = records.on("invoices", day)
    return frame[frame.state_then.fillna("") != "cancelled"]


def _outstanding(records: Records, day: Day) -> Frame:
    shares = _shares(records)
    paid = shares[shares["date"] <= day.at].groupby("invoice").amount_base.sum()
    frame = _invoices(records, day)
    frame = frame[frame["date"] <= day.at]
    is_told = frame.id.isin(shares.invoice)
    settled = frame.state_then == "paid"
    settled = (frame.state_then == "written_off") | (settled & (~is_told | frame.since_then.notna()))
    owed = (frame.amount_base - frame.id.map(paid).fillna(0)).mask(settled, 0)
    begun = max(day.first, records.table("invoices then")["date"].min())
    billed = frame.amount_base.where(frame["date"] >= day.first)
    found = facts(frame, frame["date"].clip(lower=day.first), owed, billed, days=float((day.at - begun).days + 1))
    payments = records.table("payments")
    is_loose = payments.invoice.isna() & ~payments.id.isin(records.table("payments_allocations").record)
    loose = payments[is_loose & (payments["date"] <= day.at)]
    credit = facts(loose, loose["date"].clip(lower=day.first), -loose.amount_base, days=float("nan"))
    return pd.concat([found, credit])


def _in_time(records: Records, day: Day) -> Frame:
    frame, shares = _invoices(records, day), _shares(records)
    frame = frame[(frame.amount_base > 0) & (frame.kind.fillna("invoice") == "invoice")]
    due = shares.invoice.map(frame.set_index("id").due)
    paid = shares[(shares["date"] <= due) & (shares["date"] <= day.at)].groupby("invoice").amount_base.sum()
    met = frame.id.map(paid).fillna(0).clip(upper=frame.amount_base)
    counts = (met >= frame.amount_base) | (frame.due < day.at)
    frame, met = frame[counts], met[counts]
    return facts(frame, frame.due, met, frame.amount_base)


FACTS: dict[str, Make] = {"dso": _outstanding, "payment_on_time": _in_time}
