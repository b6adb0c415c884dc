"""``attention.yml``, section ``show``: which KPIs stand on the screen of one account."""

from __future__ import annotations

from dataclasses import dataclass

from kam.settings.parts import Known
from kam.settings.section import Section

USUAL = (
    "order_value", "contribution", "weighted_pipeline", "win_rate", "csat", "cadence_kept", "delivery_on_time",
    "resolution_in_time", "payment_on_time", "dso", "nps", "complaint_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """The KPIs of ``kam show``, in order; those without a value for the account are left out."""

    kpis: tuple[str, ...] = USUAL


def read_screen(section: Section, known: Known) -> Screen:
    """The section; every KPI must be known."""
    top = Section(section.file, section.path, ("kpis",))
    return Screen(top.choices("kpis", known.kpis) or USUAL)
