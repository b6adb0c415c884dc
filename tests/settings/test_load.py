"""Loading settings: what they answer, and that the cache never answers anything else."""

from __future__ import annotations

import json
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kam.settings import Settings, load_settings
from kam.settings.cache import FILE, FOLDER


def cache_of(root: Path) -> Path:
    return root / FOLDER / FILE


def contents(settings: Settings) -> tuple[object, ...]:
    return (
        dict(settings.types), dict(settings.people), dict(settings.products), settings.currencies, settings.site,
        settings.folders, settings.problems, settings.digest,
    )  # fmt: skip


def test_the_cache_answers_as_the_files_do(small: Path) -> None:
    first = load_settings(small)
    assert cache_of(small).is_file()
    second = load_settings(small)
    assert contents(first) == contents(second)
    assert contents(pickle.loads(pickle.dumps(second))) == contents(first)


def test_the_sample_settings_are_right_and_keep_their_value_in_the_cache(repository: Path) -> None:
    first = load_settings(repository)
    assert [problem for problem in first.problems if problem.path.startswith("site-config")] == []
    assert contents(first) == contents(load_settings(repository))


def test_a_changed_file_is_seen_and_the_digest_follows(small: Path) -> None:
    before = load_settings(small)
    people = small / "site-config/people.yml"
    people.write_text(people.read_text("utf-8").replace("Ada Weber", "Ada Wolff"), encoding="utf-8")
    after = load_settings(small)
    assert after.people["ada"].names["en"] == "Ada Wolff"
    assert after.digest != before.digest


def test_files_read_elsewhere_count_in_the_digest_and_the_theme_does_not(small: Path) -> None:
    before = load_settings(small).digest
    (small / "site-config/kpis").mkdir()
    (small / "site-config/kpis/win-rate.yml").write_text("a: 1\n", encoding="utf-8")
    with_kpi = load_settings(small).digest
    (small / "site-config/theme").mkdir()
    (small / "site-config/theme/colours.yml").write_text("a: 1\n", encoding="utf-8")
    assert before != with_kpi == load_settings(small).digest


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff\xfe", b'{"key": 1}\n[]', b"null\nnull\n"])
def test_a_damaged_cache_is_ignored_and_written_anew(small: Path, damage: bytes) -> None:
    right = contents(load_settings(small))
    whole = cache_of(small).read_bytes()
    cache_of(small).write_bytes(damage)
    assert contents(load_settings(small)) == right
    assert cache_of(small).read_bytes() == whole


def test_a_cache_that_was_tampered_with_is_ignored(small: Path) -> None:
    right = contents(load_settings(small))
    cache_of(small).write_bytes(cache_of(small).read_bytes().replace(b"Ada Weber", b"Eve Weber"))
    assert contents(load_settings(small)) == right


def test_a_cache_of_other_settings_is_ignored(small: Path) -> None:
    load_settings(small)
    other = cache_of(small).read_bytes()
    people = small / "site-config/people.yml"
    people.write_text(people.read_text("utf-8").replace("Ada Weber", "Ada Wolff"), encoding="utf-8")
    right = contents(load_settings(small))
    cache_of(small).write_bytes(other)
    assert contents(load_settings(small)) == right


def test_a_cache_that_is_a_link_is_neither_written_nor_followed_out(small: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (small / FOLDER).symlink_to(outside)
    assert load_settings(small).is_usable
    assert list(outside.iterdir()) == []


def test_the_cache_keeps_itself_out_of_git(small: Path) -> None:
    load_settings(small)
    assert (small / FOLDER / ".gitignore").read_text("utf-8") == "*\n"


def test_faulty_settings_are_not_kept(small: Path) -> None:
    (small / "site-config/kam.yml").write_text("company: [\n", encoding="utf-8")
    assert not load_settings(small).is_usable
    assert not cache_of(small).exists()


def test_a_folder_without_settings_says_what_is_missing(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert {problem.rule for problem in settings.problems} == {"settings-missing-file"}
    assert [problem.path for problem in settings.problems] == [
        "site-config/kam.yml", "site-config/people.yml", "site-config/schemas/profile.yml",
    ]  # fmt: skip


def test_rates_hold_from_their_day_on(small: Path) -> None:
    money = load_settings(small).currencies
    assert money.rate("EUR", date(2025, 12, 31)) is None
    assert money.rate("EUR", date(2026, 1, 1)) == Decimal("8.25")
    assert money.rate("EUR", "2026-01-31T23:59+08:00") == Decimal("8.25")
    assert money.rate("EUR", date(2030, 1, 1)) == Decimal("8.30")
    assert money.rate("CNY", date(1990, 1, 1)) == 1
    assert money.rate("XAU", date(2026, 1, 1)) is None


def test_people_and_products_are_found_by_any_of_their_names(small: Path) -> None:
    settings = load_settings(small)
    for name in ("li-ming", "李明", "LI MING", "li.ming@example.com"):
        assert (found := settings.find_person(name)) and found.id == "li-ming"
    assert (found := settings.find_person("Weber")) and found.id == "ada"
    for name in ("gtx-pro", "GTX Pro", "gtxpro "):
        assert (product := settings.find_product(name)) and product.id == "gtx-pro"
    assert settings.find_person("nobody") is None and settings.find_product("GTX") is None


def test_the_type_follows_from_the_place(small: Path) -> None:
    settings = load_settings(small)

    def type_at(path: str) -> str:
        found = settings.type_of_path(path)
        return found.name if found else ""

    assert type_at("accounts/acme/profile.md") == "profile"
    assert type_at("accounts/acme/site-visits/2026-03-02-hello.md") == "visit"
    assert type_at("accounts/_unassigned/site-visits/2026-03-02-hello.md") == "visit"
    assert type_at("accounts/_portfolio/site-visits/2026-03-02-hello.md") == ""
    assert type_at("accounts/acme/profile/x.md") == ""
    assert type_at("accounts/acme/site-visits/deeper/x.md") == ""
    assert type_at("accounts/_portfolio/profile.md") == ""
    assert settings.type_of_folder("elsewhere") is None


def test_the_cache_file_is_plain_json(small: Path) -> None:
    load_settings(small)
    for line in cache_of(small).read_text("utf-8").splitlines():
        json.loads(line)
