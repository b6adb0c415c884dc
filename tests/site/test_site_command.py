"""``kam site build`` as people run it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from kam.cli.main import cli


def kam(root: Path, *words: str) -> Result:
    """Run ``kam`` on the miniature portfolio, on its day."""
    return CliRunner().invoke(cli, ["-C", str(root), "--as-of", "2026-04-01", *words], catch_exceptions=False)


def test_build_names_what_was_left_out_and_succeeds(root: Path) -> None:
    result = kam(root, "site", "build", "--lang", "en")
    assert result.exit_code == 0
    assert "accounts/华东机电/issues/2026-03-02-wrong.md" in result.stderr
    assert "pages" in result.stdout and (root / "site/index.html").is_file() and not (root / "site/zh").exists()


def test_strict_build_fails_where_a_record_was_left_out(root: Path) -> None:
    assert kam(root, "site", "build", "--lang", "en", "--strict").exit_code == 1


def test_folder_that_is_no_site_is_not_emptied(root: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear", "utf-8")
    result = kam(root, "site", "build", "--out", str(precious))
    assert result.exit_code == 2 and "not empty" in result.stderr
    assert (precious / "letter.txt").read_text("utf-8") == "dear"


def test_unusable_settings_end_the_build(root: Path) -> None:
    (root / "site-config/kam.yml").write_text("company: [", "utf-8")
    assert kam(root, "site", "build").exit_code == 2
