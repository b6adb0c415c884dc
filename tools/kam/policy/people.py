"""Who takes over: from the people file, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kam.settings.values import Person


def find_heir(person: str, people: Mapping[str, Person], on: date) -> str:
    """Who is to take over the work of someone who has left: the stand-in, else the nearest manager who is still
    with us; an empty text where there is none."""
    seen: set[str] = {person}
    waiting = [person]
    while waiting:
        known = people.get(waiting.pop(0))
        for other in (known.stand_in, known.manager) if known else ():
            if other in people and other not in seen:
                if not people[other].has_left(on):
                    return other
                seen.add(other)
                waiting.append(other)
    return ""


def find_stand_in(person: str, people: Mapping[str, Person], on: date) -> str:
    """Who acts for a person on that day: the stand-in, or the stand-in's where that one is away too; empty where
    nobody does."""
    seen = {person}
    known = people.get(person)
    while known and known.stand_in in people and known.stand_in not in seen:
        if people[known.stand_in].is_there(on):
            return known.stand_in
        seen.add(known.stand_in)
        known = people[known.stand_in]
    return ""
