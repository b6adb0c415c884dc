"""Contracts that run out, with nothing agreed for afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kam.alerts.item import BAD, WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say
from kam.model.schema import Label

KIND, DUE = "contract", "contract"
URGENT = timedelta(days=30)


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each contract that is due for notice, or ends, within the time that the settings name."""
    limit = evidence.policy.contract_within.after(evidence.as_of).isoformat()
    urgent = (evidence.as_of + URGENT).isoformat()
    for item in evidence.due:
        if item.kind == DUE and item.due <= limit:
            yield Alert(
                KIND,
                item.account,
                item.record,
                item.type,
                item.people,
                BAD if item.due <= urgent else WATCH,
                what=say(KIND, due=item.due, what=_begun_small(item.what)),
                todo=say(KIND, "todo"),
                title=item.title,
                since=item.due,
                command=f"kam new contract {item.account} predecessor={item.record}",
                reads=tuple((item.type, path) for path in item.reads),
            )


def _begun_small(what: Label) -> Label:
    """The text for the middle of a sentence."""
    return {lang: text[:1].lower() + text[1:] for lang, text in what.items()}
