"""Contacts that the cadence of the tier or the account's care plan promises."""

from __future__ import annotations

from collections.abc import Iterator

from kam.due.care import find_care
from kam.due.item import Due
from kam.due.look import Look
from kam.due.words import say
from kam.policy.cadence import every_words, log_command

KIND = "contact"


def find(look: Look) -> Iterator[Due]:
    """The next contact of each kind promised, by the day on which its period ends; ``end`` adds the grace time."""
    profile = look.records.profile
    for each in find_care(look.records, look.settings, look.as_of) if profile else ():
        assert profile is not None
        last, period = each.next.last, each.next.period
        yield Due(
            KIND,
            profile.id,
            profile.type,
            profile.account,
            due=period.due.isoformat(),
            people=(each.person,) if each.person else (),
            what=say(
                KIND,
                "since" if last else "never",
                kind=each.kind.label,
                every=every_words(each.next.promise.every),
                last=last.day.isoformat() if last else "",
            ),
            title=look.title(profile),
            key=each.kind.id,
            end=period.latest.isoformat(),
            command=log_command(each.kind, profile.account),
        )
