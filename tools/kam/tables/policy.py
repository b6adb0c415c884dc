"""``site-config/policy.yml``: what a company promises its customers. So far the service levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

POLICY = "site-config/policy.yml"


@dataclass(frozen=True)
class ServiceLevel:
    """Calendar hours within which an issue of a severity is answered and solved; None where nothing is promised."""

    severity: str
    first_response_hours: Decimal | None
    resolution_hours: Decimal | None


def load_service_levels(root: Path) -> list[ServiceLevel]:
    """The service levels of a portfolio. What is no number of hours counts as no promise; ``check_kpis`` reports it."""
    path = root / POLICY
    if not path.is_file():
        return []
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return []
    levels = values.get("service_levels") if isinstance(values, Mapping) else None
    if not isinstance(levels, Mapping):
        return []
    return [
        ServiceLevel(str(severity), _hours(each, "first_response_hours"), _hours(each, "resolution_hours"))
        for severity, each in levels.items()
        if isinstance(each, Mapping)
    ]


def _hours(each: Mapping[str, Any], name: str) -> Decimal | None:
    value = each.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None
