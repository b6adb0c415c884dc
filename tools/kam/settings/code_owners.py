"""Section ``code_owners`` of ``policy.yml``: who is asked to review changes of what is no account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kam.model.problem import Level
from kam.settings.parts import Known
from kam.settings.section import BAD, Section, nearest, shown

FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where Git servers look for the file."""
PATH = re.compile(r"/(?:[^\s/*?\[\]#!\\]+/)*(?:[^\s/*?\[\]#!\\]+)?\Z")


@dataclass(frozen=True)
class CodeOwners:
    """``paths`` maps a place (from the portfolio's root, beginning with ``/``) to roles or people; the more exact
    place comes later in the file, where it counts. ``file`` is the file's own place in the repository."""

    file: str = FILES[0]
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_code_owners(section: Section, known: Known) -> CodeOwners:
    """The section. Roles and people should be those of ``people.yml``; where one is not, others are still asked."""
    for key in section.value:
        if key not in ("file", "paths"):
            section.report_unknown(key, ("file", "paths"))
    paths = section.inner("paths")
    words = {*known.people, *(person.role for person in known.people.values() if person.role)}
    found: dict[str, tuple[str, ...]] = {}
    for path in paths.value:
        if not PATH.match(path):
            section.file.report((*paths.path, path), BAD, "place", {"found": shown(path)}, of_key=True)
        found[path] = paths.texts(path)
        for word in found[path]:
            if word not in words and known.people:
                near = nearest(word, words)
                key = "entry-near" if near else "entry"
                said = {"found": shown(word), "near": near}
                place = (*paths.path, path)
                section.file.report(place, "settings-bad-reference", key, said, level=Level.WARNING)
    return CodeOwners(section.choice("file", FILES, FILES[0]), found)
