"""The division of work: what the policy says by role, what an account says instead, and who that is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kam.model.record import Data
from kam.policy.responsibility import Origin, divide_work, find_in_role
from kam.settings import Settings, load_settings

PEOPLE = """\
people:
  owner-one: {name: Owner One, role: key-account-manager, manager: lead, region: North}
  lead: {name: Lead, role: sales-manager, manager: boss}
  boss: {name: Boss, role: sales-director}
  other-lead: {name: Other Lead, role: sales-manager}
  engineer-a: {name: Engineer A, role: service-engineer, region: South}
  engineer-b: {name: Engineer B, role: service-engineer, region: North}
  gone: {name: Gone, role: assistant, to: 2025-01-01}
  helper: {name: Helper, role: assistant}
"""
POLICY = """\
responsibilities:
  accountable_may_do_the_work: {may}
  items:
    - item: {{en: Down, zh: 停机}}
      applies_to: issue
      severity: critical
      responsible: service-engineer
      accountable: sales-manager
    - {{item: {{en: Issues, zh: 问题}}, applies_to: issue, responsible: nobody-has-this, accountable: owner}}
    - item: {{en: Review, zh: 回顾}}
      tiers: [A]
      applies_to: review
      responsible: [owner, assistant]
      accountable: owner
    - {{item: {{en: Greeting, zh: 问候}}, responsible: assistant, accountable: owner}}
"""


def load(tmp_path: Path, repository: Path, may: str = "false") -> Settings:
    shutil.copytree(repository / "site-config" / "schemas", tmp_path / "site-config" / "schemas")
    shutil.copy(repository / "site-config" / "kam.yml", tmp_path / "site-config")
    shutil.copy(repository / "site-config" / "currencies.yml", tmp_path / "site-config")
    (tmp_path / "site-config" / "people.yml").write_text(PEOPLE, "utf-8")
    (tmp_path / "site-config" / "policy.yml").write_text(POLICY.format(may=may), "utf-8")
    settings = load_settings(tmp_path)
    assert settings.problems == []
    return settings


@pytest.fixture
def settings(tmp_path: Path, repository: Path) -> Settings:
    return load(tmp_path, repository)


PROFILE: Data = {"name": "Acme", "owner": "owner-one", "tier": "B"}


@pytest.mark.parametrize(
    ("role", "profile", "who"),
    [
        ("owner", {}, "owner-one"),
        ("executive_sponsor", {"executive_sponsor": "boss"}, "boss"),
        ("executive_sponsor", {}, ""),
        ("Order Desk", {"team": [{"person": "helper", "role": "order desk"}]}, "helper"),
        ("service-engineer", {"team": [{"person": "engineer-a", "role": "Field"}]}, "engineer-a"),
        ("service-engineer", {"team": [{"person": "engineer-a", "role": "Field", "to": "2025-01-01"}]}, "engineer-b"),
        ("sales-manager", {}, "lead"),
        ("sales-director", {}, "boss"),
        ("service-engineer", {"region": "South"}, "engineer-a"),
        ("assistant", {}, "helper"),
        ("pilot", {}, ""),
    ],
)
def test_a_role_is_found_as_near_to_the_account_as_can_be(
    settings: Settings, role: str, profile: Data, who: str
) -> None:
    assert find_in_role(role, {**PROFILE, **profile}, settings.people) == who


def test_an_account_inherits_what_it_does_not_divide_itself(settings: Settings) -> None:
    rows: Data = {
        "responsibilities": [
            {"item": "Line stopped", "applies_to": "issue", "severity": "critical", "accountable": ["boss"]},
            {"item": "问候", "responsible": ["helper"], "accountable": ["lead"]},
            {"item": "Tenders", "responsible": ["owner-one"], "accountable": ["lead"]},
        ]
    }
    found = divide_work({**PROFILE, **rows}, settings)
    assert [(share.item["en"], share.origin, share.accountable) for share in found] == [
        ("Line stopped", Origin.OVERRIDE, ("boss",)),
        ("Issues", Origin.POLICY, ("owner-one",)),
        ("问候", Origin.OVERRIDE, ("lead",)),
        ("Tenders", Origin.OWN, ("lead",)),
    ]
    assert found[1].responsible == () and found[1].unfilled == ("nobody-has-this",)


def test_items_of_a_tier_are_inherited_by_that_tier_only(settings: Settings) -> None:
    assert "Review" not in [share.item["en"] for share in divide_work(PROFILE, settings)]
    (review,) = [s for s in divide_work({**PROFILE, "tier": "A"}, settings) if s.item["en"] == "Review"]
    assert review.responsible == ("owner-one", "helper")


def test_the_accountable_does_the_work_only_where_the_settings_allow_it(tmp_path: Path, repository: Path) -> None:
    settings = load(tmp_path, repository, may="true")
    assert divide_work(PROFILE, settings)[1].responsible == ("owner-one",)
