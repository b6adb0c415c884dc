"""The CODEOWNERS file of GitHub and GitLab: who is asked to review a change of an account, settings or handbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.settings.code_owners import CodeOwners

if TYPE_CHECKING:
    from kam.model.record import Record
    from kam.settings import Person, Settings

HEAD = (
    "# Made by kam codeowners from the profiles, people.yml and policy.yml; do not edit, make it anew.",
    "# 由 kam codeowners 根据客户资料、people.yml 和 policy.yml 生成，请勿手工修改。",
)
NOBODY = "# nobody to ask / 无人可审: "


def render_code_owners(profiles: Iterable[Record], settings: Settings, as_of: date, prefix: str = "") -> str:
    """The text of the file as of a day. ``prefix`` is the portfolio's folder in the repository (``""`` or ``crm/``).

    An account is reviewed by its owner and the owner's stand-in (nobody can approve a change of their own), else by
    the owner's manager. Who has left, or has neither handle nor e-mail address, is not asked. The last line that fits
    a path counts, so the general ones come first.
    """
    asked = settings.part(CodeOwners)
    lines = [*HEAD]
    for path in sorted(asked.paths, key=lambda each: (each.count("/"), each)):
        people = [person for word in asked.paths[path] for person in _people_of(word, settings, as_of)]
        lines.append(_line(f"/{prefix}{path.lstrip('/')}", people))
    for profile in sorted(profiles, key=lambda each: each.account):
        lines.append(_line(f"/{prefix}accounts/{profile.account}/", _reviewers(profile, settings, as_of)))
    return "\n".join(lines) + "\n"


def _line(path: str, people: Iterable[Person]) -> str:
    handles = dict.fromkeys(handle for person in people if (handle := handle_of(person)))
    return f"{path} {' '.join(handles)}" if handles else f"{NOBODY}{path}"


def handle_of(person: Person) -> str:
    """What the Git server knows a person by: the handle of ``people.yml``, else the first e-mail address."""
    return person.handle or next(iter(person.emails), "")


def is_with_us(person: Person, as_of: date) -> bool:
    """Whether the person has come and has not left yet."""
    day = as_of.isoformat()
    return person.from_ <= day and (not person.to or day <= person.to)


def _people_of(word: str, settings: Settings, as_of: date) -> Iterator[Person]:
    """The person of that id, or everybody in that role."""
    for person in settings.people.values():
        if word in (person.id, person.role) and is_with_us(person, as_of):
            yield person


def _reviewers(profile: Record, settings: Settings, as_of: date) -> list[Person]:
    people = settings.people
    owner = people.get(str(profile.data.get("owner", "")))
    if owner is None:
        return []
    found = [owner, people[owner.stand_in]] if owner.stand_in in people else [owner]
    found = [person for person in found if is_with_us(person, as_of) and handle_of(person)]
    if len(found) < 2 and owner.manager in people and is_with_us(people[owner.manager], as_of):
        found.append(people[owner.manager])
    return found
