"""``kam export parquet``: every table and the KPIs, whole or not at all, with their labels."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli
from kam.exports import parquet
from kam.kpi import compute
from kam.portfolio import open_portfolio


def export(repository: Path, folder: Path, lang: str = "en") -> Result:
    words = ["-C", str(repository), "--lang", lang, "--as-of", "2026-11-22", "export", "parquet", "-o", str(folder)]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "all"
    assert export(repository, folder).exit_code == 0
    return folder


def test_every_table_is_there_with_its_rows_and_labels(folder: Path, repository: Path) -> None:
    listed = json.loads((folder / "tables.json").read_text("utf-8"))
    assert (listed["form"], listed["as_of"]) == ("kam-parquet-1", "2026-11-22")
    assert {f"{t['name']}.parquet" for t in listed["tables"]} | {"tables.json"} == {p.name for p in folder.iterdir()}
    for table in listed["tables"]:
        file = pq.read_table(folder / table["file"])
        assert file.num_rows == table["rows"]
        assert file.column_names == [column["name"] for column in table["columns"]]
        assert all(column["title"].get("zh") for column in table["columns"]), table["name"]
    with open_portfolio(repository) as portfolio:
        assert pq.read_table(folder / "orders.parquet").num_rows == len(list(portfolio.iter_records("order")))
    schema = pq.read_schema(folder / "opportunities.parquet")
    assert schema.metadata[b"as_of"] == b"2026-11-22"
    assert schema.field("amount").metadata == {b"en": b"Amount", b"zh": "金额".encode()}
    assert str(schema.field("amount").type) == "decimal128(18, 4)"


def test_the_figures_are_those_of_kam_kpi(folder: Path, repository: Path) -> None:
    rows = pq.read_table(folder / "kpi_figures.parquet").to_pylist()
    with open_portfolio(repository) as portfolio:
        (result,) = compute(portfolio, date(2026, 11, 22), ["win_rate"], by="account")
    found = {
        r["key"]: r["value"] for r in rows if r["kpi"] == "win_rate" and r["as_of"] == date(2026, 11, 22) and r["key"]
    }
    assert found == {g.key: pytest.approx(g.figure.value) for g in result.by}


def test_two_runs_write_the_same_bytes_and_replace_each_other(repository: Path, tmp_path: Path, folder: Path) -> None:
    again = tmp_path / "all"
    export(repository, again)
    (again / "accounts.parquet").write_bytes(b"spoilt")
    assert export(repository, again).exit_code == 0
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {p.name: p.read_bytes() for p in folder.iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["all"]


@pytest.mark.parametrize("what", ["notes.txt", "tables.json", "accounts.parquet", "a folder"])
def test_other_files_are_never_lost(repository: Path, tmp_path: Path, what: str) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    if what == "a folder":
        (place / "sub").mkdir()
    else:
        (place / what).write_text("mine")
    result = export(repository, place)
    assert result.exit_code == 2
    assert "holds other files, which would be lost" in result.stderr
    assert len(list(place.iterdir())) == 1


def test_a_link_is_not_followed_and_a_file_not_replaced(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("x")
    assert export(repository, tmp_path / "link").exit_code == 2
    assert export(repository, tmp_path / "file").exit_code == 2
    assert (tmp_path / "file").read_text() == "x"


def test_a_failure_leaves_what_was_there(
    repository: Path, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "all"
    export(repository, place)
    before = {p.name: p.read_bytes() for p in place.iterdir()}

    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(parquet, "_write_list", fail)
    with pytest.raises(OSError, match="disk full"):
        export(repository, place)
    assert {p.name: p.read_bytes() for p in place.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["all"]


def test_what_is_said_names_missing_rates_and_warns_of_confidential_fields(repository: Path, tmp_path: Path) -> None:
    for name in ("accounts", "site-config"):
        shutil.copytree(repository / name, tmp_path / name, ignore=shutil.ignore_patterns("theme"))
    (tmp_path / "mkdocs.yml").touch()
    currencies = tmp_path / "site-config/currencies.yml"
    currencies.write_text(currencies.read_text("utf-8").replace("      2019-01-01: 7.7500\n", ""), "utf-8")
    result = export(tmp_path, tmp_path / "all", "zh")
    assert "包含全部字段（含保密内容），请妥善保管" in result.stdout
    assert "其中为空：" in result.stderr
    assert export(repository, tmp_path / "none").stderr == ""
