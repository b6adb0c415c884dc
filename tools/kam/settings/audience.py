"""``audience.yml``: what readers of the site are shown, beyond the sensitivity of each field."""

from __future__ import annotations

from dataclasses import dataclass

from kam.settings.parts import Known
from kam.settings.section import Section

FILE = "audience.yml"


@dataclass(frozen=True)
class Audience:
    """Groups of fewer than ``min_n`` facts are withheld from KPIs on the site; 0 or 1 withholds none. A KPI's own
    ``min_n`` counts where it is larger."""

    min_n: int = 0


def read_audience(section: Section, known: Known) -> Audience:
    """The whole file."""
    top = Section(section.file, section.path, ("min_n",))
    return Audience(top.whole("min_n", 0, least=1, most=1000))
