"""``kam due``: what is due, for whom, how far ahead; the same bytes on every run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kam.cli.due_ics import escape, fold
from kam.cli.main import cli

Kam = Callable[..., Result]


@pytest.fixture(scope="module")
def root(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("due")
    for name in ("accounts", "site-config"):
        shutil.copytree(repository / name, target / name, ignore=shutil.ignore_patterns("theme"))
    (target / "mkdocs.yml").touch()
    return target


@pytest.fixture(scope="module")
def kam(root: Path) -> Kam:
    def run(*words: str, lang: str = "en", day: str = "2026-11-22", status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", day, *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "json", "md", "ics"])
def test_two_runs_print_the_same_bytes(kam: Kam, lang: str, form: str) -> None:
    words = ("due", "--within", "all", "--format", form)
    assert kam(*words, lang=lang).stdout == kam(*words, lang=lang).stdout


def test_the_longest_overdue_comes_first_with_who_and_what_to_do(kam: Kam) -> None:
    lines = kam("due", "--account", "清源水务").stdout.splitlines()
    assert lines[0].startswith("Overdue (")
    assert lines[1] == "  2026-10-12  41 days overdue  Payment: Invoice INV-26-0735: CNY\xa033,674 to come in"
    assert lines[2] == "      清源水务 · INV-26-0735 · Qian Shuyi"
    assert lines[3].startswith("      kam new payment 清源水务 invoice=")


@pytest.mark.parametrize("name", ["su-peiyu", "Su Peiyu", "苏佩瑜", "su.peiyu@taihe-brandt.example.com", "SU PEIYU"])
def test_a_person_is_found_by_id_name_or_address(kam: Kam, name: str) -> None:
    found = json.loads(kam("due", "--owner", name, "--format", "json").stdout)
    assert found["owner"] == "su-peiyu"
    assert found["due"] and all("su-peiyu" in (*each["people"], *each["acting"]) for each in found["due"])


@pytest.mark.parametrize(
    ("words", "lang", "said"),
    [
        (
            ("--owner", "su-peiyo"),
            "en",
            "there is no person su-peiyo in site-config/people.yml. Did you mean su-peiyu?",
        ),
        (("--owner", "苏佩余"), "zh", "没有“苏佩余”这位同事。是否应为 su-peiyu？"),
        (("--owner", "lin"), "en", "Did you mean lin-ruoxi?"),
        (("--owner", "苏"), "zh", "是否应为 su-peiyu？"),
        (("--account", "huarui-chemcal"), "en", "Did you mean"),
        (("--within", "soon"), "en", "is no span of time. Write 14d"),
        (("--within", "14x"), "zh", "is no span of time"),
    ],
)
def test_what_leads_nowhere_is_answered_with_the_nearest(
    kam: Kam, words: tuple[str, ...], lang: str, said: str
) -> None:
    assert said in kam("due", *words, lang=lang, status=2).output


@pytest.mark.parametrize(
    ("span", "until"),
    [("3d", "2026-11-25"), ("2w", "2026-12-06"), ("1m", "2026-12-22"), ("2 weeks", "2026-12-06"), ("2周", "2026-12-06"),
     ("3 个月", "2027-02-22"), ("quarter", "2027-02-22"), ("0d", "2026-11-22"), ("all", None)],
)  # fmt: skip
def test_it_looks_ahead_as_far_as_asked(kam: Kam, span: str, until: str | None) -> None:
    found = json.loads(kam("due", "--within", span, "--format", "json").stdout)
    assert found["until"] == until
    assert all(each["due"] is None or each["due"] <= (until or "9999") for each in found["due"])


def test_json_names_record_people_and_days_left(kam: Kam) -> None:
    (one,) = [
        each
        for each in json.loads(kam("due", "--format", "json", "--account", "清源水务").stdout)["due"]
        if each["kind"] == "service"
    ]
    assert one == {
        "id": "service:清源水务/issues/2026-10-19-alarm-repeats:resolution",
        "kind": "service",
        "due": "2026-10-21",
        "at": "2026-10-21 17:30",
        "days": -32,
        "state": "overdue",
        "what": "Solve the issue by 2026-10-21 17:30",
        "title": "加药装置重复误报警",
        "record": "清源水务/issues/2026-10-19-alarm-repeats",
        "type": "issue",
        "account": "清源水务",
        "account_name": "清源水务",
        "people": ["su-peiyu"],
        "acting": ["su-peiyu"],
        "command": "kam set 清源水务/issues/2026-10-19-alarm-repeats status=resolved",
        "also": [],
    }


def test_a_task_in_two_records_is_listed_once_with_both_places_and_commands(kam: Kam) -> None:
    words = ("due", "--account", "清源水务", "--within", "1w")
    assert kam(*words).stdout.count("Action: 更换报警模块") == 1
    lines = kam(*words, lang="zh").stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if "更换报警模块" in line)
    assert lines[at + 1] == "      清源水务 · 加药装置重复误报警；双周拜访 · 苏佩瑜"
    assert [line.split()[2] for line in lines[at + 2 : at + 4]] == [
        "清源水务/issues/2026-10-19-alarm-repeats",
        "清源水务/meetings/2026-11-10-fortnightly",
    ]
    found = json.loads(kam(*words, "--format", "json").stdout)["due"]
    (one,) = [each for each in found if each["what"] == "更换报警模块"]
    assert [each["record"] for each in one["also"]] == ["清源水务/meetings/2026-11-10-fortnightly"]


def test_markdown_is_a_list_to_tick_off(kam: Kam) -> None:
    lines = kam("due", "--owner", "周凯文", "--format", "md", lang="zh").stdout.splitlines()
    assert lines[0] == "# 到期事项 · 周凯文 · 2026-11-22"
    assert any(line.startswith("- [ ] **2026-") for line in lines)


def test_a_calendar_holds_what_is_due_with_the_same_names_on_every_run(kam: Kam) -> None:
    words = ("due", "--account", "清源水务", "--format", "ics")
    text = kam(*words, lang="zh").stdout_bytes.decode()
    lines = text.removesuffix("\r\n").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR" and "\n" not in "".join(lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    found = json.loads(kam("due", "--account", "清源水务", "--format", "json").stdout)["due"]
    assert lines.count("BEGIN:VEVENT") == len(found) == len({line for line in lines if line.startswith("UID:")})
    whole = text.replace("\r\n ", "")
    assert "DTSTART:20261021T090000Z\r\nDTEND:20261021T093000Z" in whole, "17:30 in Shanghai"
    assert "DTSTART;VALUE=DATE:20261012\r\nDTEND;VALUE=DATE:20261013" in whole
    assert "CATEGORIES:行动事项" in whole and "\\n苏佩瑜\\nkam set" in whole


def test_a_calendar_with_nothing_due_is_sound_and_holds_no_entry(kam: Kam) -> None:
    text = kam("due", "--account", "copperline-mining", "--format", "ics", day="2019-01-01").stdout_bytes.decode()
    lines = text.removesuffix("\r\n").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    assert [line for line in lines if line.startswith("BEGIN:")][1:] == ["BEGIN:VTIMEZONE", "BEGIN:STANDARD"]


@given(st.text())
def test_any_words_fit_into_a_calendar(text: str) -> None:
    folded = list(fold(f"SUMMARY:{escape(text)}"))
    assert all(len(line.encode("utf-8", "surrogatepass")) <= 75 for line in folded)
    assert not [line for line in folded if "\n" in line or "\r" in line]
    assert folded[0] + "".join(line[1:] for line in folded[1:]) == f"SUMMARY:{escape(text)}"


def test_it_says_so_when_nothing_is_due(kam: Kam) -> None:
    words = ("due", "--account", "copperline-mining", "--within", "1d")
    assert kam(*words, day="2019-01-01").stdout == "Nothing is due up to 2019-01-02.\n"
    assert kam(*words, day="2019-01-01", lang="zh").stdout == "2019-01-02 之前没有到期事项。\n"


@pytest.mark.parametrize("kind", ["action", "milestone", "refresh", "service"])
def test_the_command_it_gives_can_be_run(kam: Kam, kind: str) -> None:
    import shlex

    found = json.loads(kam("due", "--within", "all", "--format", "json").stdout)["due"]
    words = shlex.split(next(each["command"] for each in found if each["kind"] == kind))
    assert words[0] == "kam"
    kam(*words[1:], "--dry-run")
