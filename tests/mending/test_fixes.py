"""Each slip that can be mended, before and after, and those that are left alone (the data lies beside)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kam.load import load_document
from kam.mending import Mending, fixable_rules, mend_file
from kam.mending.page import Around, Page
from kam.mending.tidy import TIDIES
from kam.model.texts import load_texts
from kam.settings import Settings

HERE = Path(__file__).parent
TOLD = {"unknown-person", "unknown-product", "unknown-contact", "unknown-currency"}
"""Rules on records: tried by the command (test_command.py)."""
WHOLE_FILE = {"bom", "not-utf8", "no-front-matter", "missing-fence"}
"""Rules on a file as a whole: tried in test_files.py."""


def read_cases(name: str) -> list[dict[str, Any]]:
    """The cases of a data file beside this one."""
    cases: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return cases


def page_of(settings: Settings, folder: str, raw: bytes) -> Page:
    """A file of the folder with this content."""
    names = {"profile": "profile", "orders": "orders/2026-03"}
    path = f"accounts/acme/{names.get(folder, f'{folder}/2026-03-02-pumps')}.md"
    rtype = settings.type_of_path(path)
    assert rtype is not None
    return Page(path, raw, rtype, Around(settings))


def mend(settings: Settings, front: str, folder: str = "opportunities") -> tuple[str, Mending]:
    """The front matter mended, and what was done."""
    page = page_of(settings, folder, f"---\n{front}\n---\nText.  \nMore：\n".encode())
    mending = mend_file(page, tidies=True)
    text = mending.raw.decode()
    assert text.startswith("---\n") and text.endswith("\n---\nText.  \nMore：\n")
    return text[4 : -len("\n---\nText.  \nMore：\n")], mending


@pytest.mark.parametrize("case", read_cases("mended.yml"), ids=lambda c: f"{c['rule']}: {c['before'][:30]!r}")
def test_a_slip_is_mended_and_nothing_else(sample_settings: Settings, case: dict[str, Any]) -> None:
    folder = case.get("in", "opportunities")
    after, mending = mend(sample_settings, case["before"], folder)
    assert after == case["after"]
    assert case["rule"] in {each.rule for each in mending.mended}
    again, second = mend(sample_settings, after, folder)
    assert (again, second.mended) == (after, [])
    page = page_of(sample_settings, folder, mending.raw)
    left = load_document(page.path, page.raw, page.rtype, account="acme").problems
    assert case["rule"] not in {each.rule for each in left}


@pytest.mark.parametrize("case", read_cases("untouched.yml"), ids=lambda c: repr(c["before"][:40]))
def test_what_can_mean_several_things_stays(sample_settings: Settings, case: dict[str, Any]) -> None:
    assert mend(sample_settings, case["before"], case.get("in", "opportunities"))[0] == case["before"]


def test_every_fix_has_an_example() -> None:
    tried = {case["rule"] for case in read_cases("mended.yml")}
    assert tried | TOLD | WHOLE_FILE == fixable_rules() | TIDIES.keys()


def test_the_texts_say_of_each_rule_whether_it_can_be_mended() -> None:
    marked = {rule for rule, texts in load_texts().items() if texts.get("fixable")}
    assert marked == fixable_rules()
