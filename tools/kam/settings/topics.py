"""The list of all topics of policy; a new one is a line here."""

from __future__ import annotations

from kam.settings.ages import Ages, read_ages
from kam.settings.alerts import Alerts, read_alerts
from kam.settings.appraisal import FILE as APPRAISAL
from kam.settings.appraisal import (
    Appraisal,
    PeopleResults,
    TeamQuotas,
    read_appraisal,
    read_people_results,
    read_team_quotas,
)
from kam.settings.approvals import FILE as APPROVALS
from kam.settings.approvals import Approvals, read_approvals
from kam.settings.audience import FILE as AUDIENCE
from kam.settings.audience import Audience, read_audience
from kam.settings.cadence import Cadence, read_cadence
from kam.settings.checks import Checks, read_checks
from kam.settings.code_owners import CodeOwners, read_code_owners
from kam.settings.deletion import Deletion, read_deletion
from kam.settings.division import Responsibilities, read_responsibilities
from kam.settings.figures import FILE as FIGURES
from kam.settings.figures import Figures, read_figures
from kam.settings.handing_over import HandOver, read_hand_over
from kam.settings.health import FILE as ATTENTION
from kam.settings.health import Health, read_health
from kam.settings.parts import Part
from kam.settings.people_labels import FILE as PEOPLE_LABELS
from kam.settings.people_labels import PeopleLabels, read_people_labels
from kam.settings.requirements import Requirements, read_requirements
from kam.settings.screen import Screen, read_screen
from kam.settings.service_levels import FILE as SERVICE_LEVELS
from kam.settings.service_levels import ServiceLevels, read_service_levels
from kam.settings.suppressions import Suppressions, read_suppressions
from kam.settings.tiers import Tiers, read_tiers

POLICY = "policy.yml"

PARTS: tuple[Part, ...] = (
    Part(POLICY, "tiers", Tiers, read_tiers),
    Part(POLICY, "cadence", Cadence, read_cadence),
    Part(POLICY, "requirements", Requirements, read_requirements),
    Part(POLICY, "ages", Ages, read_ages),
    Part(POLICY, "responsibilities", Responsibilities, read_responsibilities),
    Part(POLICY, "hand_over", HandOver, read_hand_over),
    Part(POLICY, "deletion", Deletion, read_deletion),
    Part(POLICY, "code_owners", CodeOwners, read_code_owners),
    Part(SERVICE_LEVELS, "", ServiceLevels, read_service_levels),
    Part(APPROVALS, "", Approvals, read_approvals),
    Part(APPRAISAL, "appraisal", Appraisal, read_appraisal),
    Part(APPRAISAL, "results", PeopleResults, read_people_results),
    Part(APPRAISAL, "team_quotas", TeamQuotas, read_team_quotas),
    Part(PEOPLE_LABELS, "", PeopleLabels, read_people_labels),
    Part(AUDIENCE, "", Audience, read_audience),
    Part(FIGURES, "", Figures, read_figures),
    Part(ATTENTION, "health", Health, read_health),
    Part(ATTENTION, "alerts", Alerts, read_alerts),
    Part(ATTENTION, "show", Screen, read_screen),
    Part("checks.yml", "rules", Checks, read_checks),
    Part("suppressions.yml", "", Suppressions, read_suppressions),
)

FILES = tuple(dict.fromkeys(part.file for part in PARTS))
"""The files they stand in, all of them optional."""
