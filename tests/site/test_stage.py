"""Staging: exactly the pages there are, written only where they changed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.site.page import Page, heading, one_line
from kam.site.snapshot import load_snapshot
from kam.site.stage import Staged, stage, write_pages

AS_OF = date(2026, 4, 1)


KPIS = ("csat.yml", "nps.yml", "win_rate.yml")
"""Staging treats all KPIs alike, and takes long over many; the whole site is built with all of them elsewhere."""


@pytest.fixture
def root(root: Path) -> Path:
    """The miniature portfolio with a few KPIs, and without settings that name others."""
    for file in (root / "site-config/kpis").iterdir():
        if file.name not in KPIS:
            file.unlink()
    for name in ("appraisal", "attention"):
        (root / f"site-config/{name}.yml").unlink()
    return root


def stage_english(root: Path) -> Staged:
    """Stage the English pages anew, as a later run does."""
    return stage(load_snapshot(open_portfolio(root, load_settings(root)), AS_OF), "en")


def test_second_run_writes_nothing(root: Path) -> None:
    first = stage_english(root)
    assert first.written and len(first.written) >= first.pages
    again = stage_english(root)
    assert (again.written, again.removed) == ([], [])


def test_changed_record_changes_only_pages_that_show_it(root: Path) -> None:
    stage_english(root)
    issue = root / "accounts/acme/issues/2026-03-02-late.md"
    issue.write_text(issue.read_text("utf-8").replace("See [the offer]", "Read [the offer]"), "utf-8")
    names = {path.relative_to(root / ".kam/staged/en").as_posix() for path in stage_english(root).written}
    assert names == {"accounts/acme.md"}


def test_pages_of_what_vanished_are_removed(root: Path) -> None:
    stage_english(root)
    shutil.rmtree(root / "accounts" / "hostile")
    (root / "sop/en/only.md").unlink()
    names = {path.relative_to(root / ".kam/staged/en").as_posix() for path in stage_english(root).removed}
    assert names == {"accounts/hostile.md", "handbook/only.md"}


def test_staged_pages_are_not_seen_by_git(root: Path) -> None:
    stage_english(root)
    assert (root / ".kam/.gitignore").read_text("utf-8") == "*\n"


def test_pictures_of_the_handbook_go_along_but_links_out_of_it_do_not(root: Path) -> None:
    (root / "sop/en/flow.png").write_bytes(b"\x89PNG")
    (root / "sop/en/passwd.txt").symlink_to("/etc/hostname")
    stage_english(root)
    staged = root / ".kam/staged/en/handbook"
    assert (staged / "flow.png").read_bytes() == b"\x89PNG"
    assert not (staged / "passwd.txt").exists()


def test_navigation_does_not_grow_with_accounts(root: Path) -> None:
    few = stage_english(root)
    for number in range(20):
        profile = root / f"accounts/account-{number}/profile.md"
        profile.parent.mkdir()
        profile.write_text(f"---\nname: Account {number}\n---\n", "utf-8")
    many = stage_english(root)
    assert many.pages == few.pages + 20
    assert many.nav == few.nav


def test_account_named_like_the_index_has_a_page_of_its_own(root: Path) -> None:
    (root / "accounts/index").mkdir()
    (root / "accounts/index/profile.md").write_text("---\nname: Index Ltd\n---\n", "utf-8")
    stage_english(root)
    assert "Index Ltd" in (root / ".kam/staged/en/accounts/index-account.md").read_text("utf-8")
    assert "data-kam-filter" in (root / ".kam/staged/en/accounts/index.md").read_text("utf-8")


def test_long_lists_get_pages_of_their_own(root: Path) -> None:
    folder = root / "accounts/acme/meetings"
    folder.mkdir(exist_ok=True)
    for number in range(1, 251):
        day = date.fromordinal(AS_OF.toordinal() - number).isoformat()
        (folder / f"{day}-call-{number}.md").write_text(f"---\ntitle: Call {number}\nat: {day}\n---\n", "utf-8")
    stage_english(root)
    staged = root / ".kam/staged/en"
    page, first, second = (
        (staged / name).read_text("utf-8")
        for name in ("accounts/acme.md", "accounts/acme/meetings.md", "accounts/acme/meetings-2.md")
    )
    assert "Call 5<" in page and "Call 6<" not in page.split("{#timeline}")[0]
    assert (first.count("<details"), second.count("<details")) == (200, 50)
    assert 'href="meetings-2/#' in page.replace("acme/", "") or "meetings-2" in first
    newest = (staged / "records/meetings.md").read_text("utf-8")
    assert newest.count("<time") + newest.count("kam-nowrap") >= 200 and "Call 250<" not in newest


@pytest.mark.parametrize("title", ['a"b', "<script>x</script>", "{{ x }}", "--- \n# x", "a: b", "客户 & 伙伴"])
def test_page_title_survives_front_matter_and_cannot_be_markup(title: str) -> None:
    import yaml

    text = Page("x", title, "body").markdown()
    meta = yaml.safe_load(text.split("---\n")[1])
    assert "<" not in meta["title"] and '"' not in meta["title"]
    assert meta["search"] == {"exclude": True}


def test_headings_keep_their_marks_as_text() -> None:
    assert one_line(f"<p>a</p>\n {heading('A *b* [c](d) `e`', 'x')} <p>b</p>") == (
        "<p>a</p>\n\n## A \\*b\\* \\[c\\]\\(d\\) \\`e\\` {#x}\n\n<p>b</p>"
    )


def test_folder_holds_exactly_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "old/deep").mkdir(parents=True)
    (tmp_path / "old/deep/x.md").touch()
    written, removed, count = write_pages(tmp_path, [Page("a/b", "B", "x")])
    assert ([p.name for p in written], [p.name for p in removed], count) == (["b.md"], ["x.md"], 1)
    assert not (tmp_path / "old").exists()


def test_a_field_table_of_no_type_is_a_warning(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root / "sop/en/only.md").write_text("# Only\n\n<!-- kam:fields isue -->\n", encoding="utf-8")
    stage_english(root)
    assert "sop/en/only.md:3 nothing can be put in for kam:fields isue" in caplog.text
    assert "did you mean issue?" in caplog.text


def test_a_word_that_generates_nothing_is_a_warning(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root / "sop/en/only.md").write_text("# Only\n\n<!-- kam:feilds issue -->\n", encoding="utf-8")
    stage_english(root)
    assert "sop/en/only.md:3 nothing can be put in for kam:feilds issue" in caplog.text
    assert "did you mean fields?" in caplog.text


def test_record_type_without_a_handbook_page_gets_one(root: Path) -> None:
    schema = (root / "site-config/schemas/risk.yml").read_text("utf-8")
    new = schema.replace("x-folder: risks", "x-folder: hazards").replace(
        "x-plural: {en: Risks", "x-plural: {en: Hazards"
    )
    (root / "site-config/schemas/hazard.yml").write_text(new, "utf-8")
    index = root / "sop/en/records/index.md"
    index.write_text("---\ntitle: What is recorded\n---\n\nWritten by hand.\n", "utf-8")
    snapshot = load_snapshot(open_portfolio(root, load_settings(root)), AS_OF)
    for lang, word in (("en", "Likelihood"), ("zh", "字段")):
        staged = stage(snapshot, lang)
        page = (staged.folder / "handbook/records/hazard.md").read_text("utf-8")
        assert "<code>likelihood</code>" in page and word in page
        listed = (staged.folder / "handbook/records/index.md").read_text("utf-8")
        assert 'href="hazard/"' in listed and 'href="issue/"' not in listed
        assert "handbook/records/hazard.md" in str(staged.nav)
    assert "Written by hand." in (root / ".kam/staged/en/handbook/records/index.md").read_text("utf-8")
