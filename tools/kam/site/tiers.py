"""The tier that follows from an account's points, as pages show it beside the tier of its profile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.settings.tiers import Criterion, plain

if TYPE_CHECKING:
    from kam.kpi.definition import Kpi
    from kam.kpi.tiers import Assessment
    from kam.policy.tier import Points
    from kam.site.view import View

STATUS = {"fits": "good", "overridden": "watch", "differs": "bad", "no_tier": "watch", "no_score": "none"}
"""Status of an account's tier → that of a KPI, which gives the colour."""


@dataclass(frozen=True, slots=True)
class Part:
    """A criterion in words: title, value, points, the most there is, share in percent, note, page of its KPI."""

    title: str
    value: str
    points: str
    most: str
    share: str
    note: str
    page: str


@dataclass(frozen=True, slots=True)
class TierPanel:
    """An account's points and tiers in words. ``points`` is a dash where the total would tell what is hidden."""

    account: str
    follows: str
    follows_word: str
    tier: str
    tier_word: str
    points: str
    out_of: str
    status: str
    color: str
    status_word: str
    exception: str
    why: str
    todo: str
    parts: tuple[Part, ...]

    @property
    def is_other(self) -> bool:
        """Whether the points give another tier than the profile's."""
        return bool(self.follows) and self.follows != self.tier


def show_tier(view: View, account: str) -> TierPanel | None:
    """The panel of an account; None where no criteria are set or the account is closed."""
    found = view.snapshot.assessments.get(account)
    if found is None or view.snapshot.assessed is None:
        return None
    from kam.kpi.tiers_text import advice, override_text, points_text

    parts = tuple(_part(view, account, each) for each in found.score.parts)
    is_whole = all(_is_shown(view, account, each) for each in found.score.parts)
    override = found.override
    person = view.shower.person(override.by) if override else ""
    return TierPanel(
        account=account,
        follows=found.score.tier or "",
        follows_word=_tier_word(view, found.score.tier or ""),
        tier=found.tier,
        tier_word=_tier_word(view, found.tier),
        points=points_text(found.score.total) if is_whole else "–",
        out_of=plain(found.score.out_of),
        status=found.status,
        color=STATUS[found.status],
        status_word=view.word(f"tier_{found.status}"),
        exception=override_text(found, person, view.lang),
        why=override.why if override else "",
        todo=advice(found, view.lang),
        parts=parts,
    )


def attention_tiers(view: View) -> list[Assessment]:
    """The accounts whose tier is not the one that follows, without a valid exception."""
    if view.snapshot.assessed is None:
        return []
    from kam.kpi.tiers import attention

    return attention(view.snapshot.assessed.accounts)


def _tier_word(view: View, tier: str) -> str:
    profile = view.snapshot.types.get("profile")
    field = profile.by_name.get("tier") if profile else None
    return view.shower.choice(field, tier) if field and tier else tier


def find_kpi(view: View, criterion: Criterion) -> Kpi | None:
    """The KPI that a criterion goes by."""
    assessed = view.snapshot.assessed
    result = assessed.kpis.get(criterion.id) if assessed else None
    return result.kpi if result else None


def _part(view: View, account: str, points: Points) -> Part:
    from kam.kpi.tiers_text import missing_text, points_text, value_text

    criterion = points.criterion
    kpi = find_kpi(view, criterion)
    title = view.label(criterion.title) or criterion.id
    page = f"kpis/{kpi.id}" if kpi else ""
    most = plain(points.most)
    if not _is_shown(view, account, points):
        return Part(title, "–", "–", most, "0", view.word("not_shown_here"), page)
    share = points.earned * 100 / points.most if points.most else Decimal(0)
    return Part(
        title=title,
        value=value_text(points, kpi, view.snapshot.settings, view.lang),
        points=points_text(points.earned) if points.counts else "–",
        most=most,
        share=plain(round(share, 1)),
        note=missing_text(criterion, view.lang) if points.is_missing else "",
        page=page,
    )


def _is_shown(view: View, account: str, points: Points) -> bool:
    """Whether the audience may see a value: not that of a hidden field, nor of a KPI withheld for the account."""
    criterion = points.criterion
    if criterion.kpi:
        parts = view.snapshot.kpi_parts.get(account, {}).get(criterion.kpi, ())
        return points.value is None or any(part.figure.value is not None for part in parts)
    fields = view.snapshot.types["profile"].by_name if "profile" in view.snapshot.types else {}
    for name in criterion.profile_field.split("."):
        if name not in fields:
            return False
        fields = fields[name].by_name
    return True
