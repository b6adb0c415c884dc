"""What an import says of files it cannot use, and of what it would do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

HEADER = "ID,Market,Survey date,Customer Name,Month,Quarter,NPS\n"
ROW = "1,US,05/03/26,Ann,3,1,9\n"


def run(root: Path, file: Path, *words: str, lang: str = "en") -> Result:
    return CliRunner().invoke(
        cli, ["--lang", lang, "-C", str(root), "import", "nps", str(file), *words], catch_exceptions=False
    )


def lay(folder: Path, text: str | bytes) -> Path:
    path = folder / "nps.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["nps.csv is empty"]),
        (" \n\n", ["nps.csv is empty"]),
        (b"\x81\x8d\xff\x9d" * 50, ["nps.csv is no text file"]),
        ("编号,市场,日期\n1,2,3\n", ["lacks the columns", "it has: 编号, 市场, 日期"]),
        ("ID," + HEADER + "1," + ROW, ["has the column ID twice"]),
        (HEADER.replace("NPS", "NSP") + ROW, ["no column NPS; it has NSP"]),
    ],
)
def test_a_file_that_cannot_be_used_is_described_once(root: Path, tmp_path: Path, text: str, words: list[str]) -> None:
    result = run(root, lay(tmp_path, text))
    assert result.exit_code == 2
    assert all(word in result.stderr for word in words), result.stderr
    assert result.stderr.count("\n") == 2, "one sentence for the file, one that nothing was imported"
    assert "没有导入任何内容" in run(root, lay(tmp_path, text), lang="zh").stderr


def test_a_file_without_rows_is_no_silence(root: Path, tmp_path: Path) -> None:
    said = run(root, lay(tmp_path, HEADER), "--dry-run").stdout
    assert "nps.csv has a header and no rows" in said and "there is nothing to write" in said


def test_a_cell_without_end_is_called_that(root: Path, tmp_path: Path) -> None:
    result = run(root, lay(tmp_path, HEADER + ROW.replace("Ann", "A" * 200_000)))
    assert "a cell of this line is longer than 131,072 characters" in result.stdout


def test_a_dry_run_promises_no_file_of_rejects(root: Path, tmp_path: Path) -> None:
    said = run(root, lay(tmp_path, HEADER + ROW.replace("05/03/26", "soon")), "--dry-run").stdout
    assert "1 row would not be taken" in said and not (root / "import-rejects").exists()


def test_a_new_account_is_announced(root: Path, tmp_path: Path) -> None:
    assert "1 record has no account and waits in accounts/_unassigned/" in run(root, lay(tmp_path, HEADER + ROW)).stdout
    said = run(root, lay(tmp_path, HEADER + ROW), "--account", "nobody").stdout
    assert "moved out of the in-tray" in said and "_unassigned/; move" not in said
    assert "new account nobody: there was none of that name" in said
    again = run(root, lay(tmp_path, HEADER + ROW.replace("9", "8")), "--account", "nobody").stdout
    assert "new account" not in again


def test_why_a_file_cannot_be_read_is_said_in_the_language_of_the_reader(root: Path, tmp_path: Path) -> None:
    assert "No such file or directory" in run(root, tmp_path / "gone.csv").stderr
    said = run(root, tmp_path / "gone.csv", lang="zh").stderr
    assert "文件或文件夹不存在" in said and "No such file" not in said
