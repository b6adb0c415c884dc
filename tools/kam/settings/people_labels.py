"""``people-labels.yml``: what roles, teams and skills of ``people.yml`` are called in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kam.model.schema import Label
from kam.settings.parts import Known
from kam.settings.section import Section

FILE = "people-labels.yml"
KINDS = ("roles", "teams", "skills")


@dataclass(frozen=True)
class PeopleLabels:
    """Names by role, team and skill; what is not listed is called as in ``people.yml``."""

    roles: Mapping[str, Label] = field(default_factory=dict)
    teams: Mapping[str, Label] = field(default_factory=dict)
    skills: Mapping[str, Label] = field(default_factory=dict)

    def role(self, key: str, lang: str) -> str:
        """What a role is called."""
        return self.roles.get(key, {}).get(lang) or key

    def team(self, key: str, lang: str) -> str:
        """What a team is called."""
        return self.teams.get(key, {}).get(lang) or key

    def skill(self, key: str, lang: str) -> str:
        """What a skill is called."""
        return self.skills.get(key, {}).get(lang) or key


def read_people_labels(section: Section, known: Known) -> PeopleLabels:
    """The whole file; every label has both languages."""
    top = Section(section.file, section.path, KINDS)
    roles, teams, skills = ({key: holder.label(key) for key in holder.value} for holder in map(top.inner, KINDS))
    return PeopleLabels(roles, teams, skills)
