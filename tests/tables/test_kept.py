"""Rows of tables filled late are kept between runs, and believed only while all they follow from is the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kam.model.schema import Label
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.tables import Tables, TablesError, kept, late, open_tables
from kam.tables.gathered import SharedTable
from kam.tables.late import LateTable
from kam.tables.plan import Column

NAME: Label = {"en": "n", "zh": "n"}
JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
ASKED = "SELECT * FROM sizes WHERE day = $as_of"


@pytest.fixture(autouse=True)
def keep_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "WORTH_KEEPING", 0.0)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A portfolio with its settings compiled."""
    root = tmp_path_factory.mktemp("template")
    shutil.copytree(repository / "site-config", root / "site-config")
    (root / "mkdocs.yml").write_text("site_name: x\n")
    write_profile(root, "Acme")
    load_settings(root)
    return root


@pytest.fixture
def root(tmp_path: Path, template: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "repo"))


def write_profile(root: Path, name: str) -> None:
    path = root / "accounts/acme/profile.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nname: {name}\n---\n", encoding="utf-8")


class Maker:
    """Makes the rows of a table, and notes for which days."""

    def __init__(self, meanwhile: Callable[[Any], object] = lambda tables: None) -> None:
        self.days: list[date] = []
        self.meanwhile = meanwhile

    def rows(self, tables: Any, days: Sequence[date]) -> list[tuple[Any, ...]]:
        self.days.extend(days)
        self.meanwhile(tables)
        return [(day, f"no. {day.day}", "1.5000", None) for day in days if day != FEBRUARY]

    def table(self, *, by_day: bool) -> LateTable:
        kinds = {"day": "DATE", "what": "VARCHAR", "size": "DECIMAL(18,4)", "at": "TIMESTAMPTZ"}
        columns = tuple(Column(name, sql, NAME) for name, sql in kinds.items())
        return LateTable(SharedTable("sizes", NAME, columns), self.rows, by_day)


@contextmanager
def opened(
    root: Path, maker: Maker, *, by_day: bool = True, as_of: date = MARCH, cache: bool = True
) -> Iterator[Tables]:
    with (
        open_portfolio(root, load_settings(root)) as portfolio,
        open_tables(portfolio, as_of, cache=cache, late=[maker.table(by_day=by_day)]) as tables,
    ):
        yield tables


def ask(root: Path, *days: date, maker: Maker | None = None, **options: Any) -> tuple[list[date], list[Any]]:
    """The days for which rows were made, and the rows on each of the days."""
    maker = maker or Maker()
    with opened(root, maker, **options) as tables:
        rows = [tables.query(ASKED, {"as_of": day}).rows for day in days]
    return maker.days, rows


def files(root: Path) -> list[Path]:
    return sorted((root / ".kam/cache").glob("late-sizes-*.arrow"))


def test_rows_that_are_kept_are_not_made_again(root: Path) -> None:
    made, rows = ask(root, JANUARY, FEBRUARY)
    assert made == [JANUARY, FEBRUARY]
    assert ask(root, JANUARY, FEBRUARY) == ([], rows)
    assert ask(root, FEBRUARY, MARCH, JANUARY)[0] == [MARCH]
    assert ask(root, MARCH, FEBRUARY, JANUARY)[0] == []
    assert len(files(root)) == 1


def test_only_the_days_asked_for_are_there(root: Path) -> None:
    ask(root, JANUARY, MARCH)
    with opened(root, Maker()) as tables:
        assert tables.query("SELECT DISTINCT day FROM sizes", {"as_of": MARCH}).rows == [(MARCH,)]


def test_a_table_without_days_is_kept_whole(root: Path) -> None:
    made, rows = ask(root, MARCH, by_day=False)
    assert (made, len(rows[0])) == ([MARCH], 1)
    assert ask(root, MARCH, JANUARY, by_day=False)[0] == []


def test_without_a_cache_nothing_is_kept_or_read(root: Path) -> None:
    ask(root, MARCH)
    assert ask(root, MARCH, cache=False)[0] == [MARCH]
    shutil.rmtree(root / ".kam")
    ask(root, MARCH, cache=False)
    assert not files(root)


def change_record(root: Path) -> None:
    write_profile(root, "Acme & Sons")


def change_setting(root: Path) -> None:
    with (root / "site-config/figures.yml").open("a", encoding="utf-8") as file:
        file.write("# another comment\n")


def change_definition(root: Path) -> None:
    with (root / "site-config/kpis/win_rate.yml").open("a", encoding="utf-8") as file:
        file.write("# another comment\n")


@pytest.mark.parametrize("change", [change_record, change_setting, change_definition])
def test_rows_follow_records_and_settings(root: Path, change: Callable[[Path], None]) -> None:
    ask(root, MARCH)
    change(root)
    assert ask(root, MARCH)[0] == [MARCH]
    assert ask(root, MARCH)[0] == []


def test_rows_follow_the_history_the_day_and_the_code(
    root: Path, git: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(root, MARCH)
    git("init", "-q")
    git("add", "accounts")
    git("commit", "-q", "-m", "one")
    assert ask(root, MARCH)[0] == [MARCH]
    assert ask(root, MARCH)[0] == []
    git("commit", "-q", "-m", "two", "--allow-empty")
    assert ask(root, MARCH)[0] == [MARCH]
    assert ask(root, MARCH, as_of=FEBRUARY)[0] == [MARCH]
    monkeypatch.setattr(kept, "_code", lambda: "another kam")
    assert ask(root, MARCH)[0] == [MARCH]


def test_what_changes_while_tables_are_open_is_seen(root: Path) -> None:
    ask(root, MARCH)
    with opened(root, maker := Maker()) as tables:
        change_definition(root)
        tables.query(ASKED)
    assert maker.days == [MARCH]


def test_rows_made_while_their_grounds_changed_are_not_kept(root: Path) -> None:
    ask(root, MARCH, maker=Maker(lambda tables: change_definition(root)))
    assert not files(root)


def test_rows_are_not_kept_where_a_query_failed_meanwhile(root: Path) -> None:
    def ask_nonsense(tables: Tables) -> None:
        with pytest.raises(TablesError):
            tables.query("SELECT nothing FROM nowhere")

    ask(root, MARCH, maker=Maker(ask_nonsense))
    assert not files(root)


def test_a_filling_that_failed_is_tried_again(root: Path) -> None:
    def fail(tables: Tables) -> None:
        raise TablesError("no", "否")

    with pytest.raises(TablesError):
        ask(root, MARCH, maker=Maker(fail))
    assert ask(root, MARCH)[0] == [MARCH]


def test_what_is_quickly_made_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "WORTH_KEEPING", 60.0)
    ask(root, MARCH)
    assert not files(root)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "no seal", "a copy", "a link"])
def test_a_damaged_or_planted_file_is_not_believed(root: Path, damage: str) -> None:
    ask(root, MARCH)
    (path,) = files(root)
    raw = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    elif damage == "flipped":
        raw[len(raw) // 2] ^= 0xFF
        path.write_bytes(raw)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no seal":
        path.with_suffix(".sha256").unlink()
    elif damage == "a copy":
        copy = path.with_name("copy")
        shutil.copyfile(path, copy)
        copy.replace(path)
    else:
        away = path.with_name("away")
        path.replace(away)
        path.symlink_to(away)
    assert ask(root, MARCH)[0] == [MARCH]
    assert ask(root, MARCH)[0] == []


def test_where_nothing_can_be_kept_there_is_no_cache(root: Path) -> None:
    ask(root, MARCH)
    shutil.rmtree(root / ".kam")
    (root / ".kam").write_text("in the way")
    assert ask(root, MARCH)[0] == [MARCH]
    assert ask(root, MARCH)[0] == [MARCH]


def test_days_and_files_that_are_kept_are_few(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_DAYS", 2)
    ask(root, JANUARY, FEBRUARY, MARCH)
    assert ask(root, FEBRUARY, MARCH)[0] == []
    assert ask(root, JANUARY)[0] == [JANUARY]
    for at in range(4):
        write_profile(root, f"Acme {at}")
        ask(root, MARCH)
    assert len(files(root)) == kept.MOST_FILES
    left = {path.suffix for path in (root / ".kam/cache").glob("late-*")}
    assert (left, len(list((root / ".kam/cache").glob("late-*")))) == ({".arrow", ".sha256"}, 2 * kept.MOST_FILES)


def test_two_runs_at_once_do_not_disturb_each_other(root: Path) -> None:
    def ask_beside(tables: Tables) -> None:
        assert ask(root, JANUARY)[0] == [JANUARY]

    made, rows = ask(root, MARCH, maker=Maker(ask_beside))
    assert made == [MARCH]
    assert ask(root, MARCH) == ([], rows)
    assert {path.name for path in (root / ".kam/cache").iterdir() if str(os.getpid()) in path.name} == set()
