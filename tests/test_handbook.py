"""The handbook: complete in both languages, links that lead somewhere, examples that pass the check."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from kam.kpi import check_kpis
from kam.kpi.trial import try_kpis
from kam.model.problem import Level
from kam.model.texts import render_message
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.site.flowcharts import render_flowchart

LANGUAGES = ("en", "zh")
EXAMPLE = re.compile(r'^```markdown title="(accounts/[^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
CHART = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)")
PEOPLE = {"li-ming": "Li Ming", "wang-fang": "Wang Fang", "zhao-lei": "Zhao Lei", "sun-hui": "Sun Hui"}
ROLES = {"wang-fang": "sales-director", "sun-hui": "finance-manager"}
DAY = date(2026, 7, 31)


def pages(repository: Path, lang: str) -> dict[str, str]:
    root = repository / "sop" / lang
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.rglob("*.md"))}


def test_both_languages_have_the_same_pages(repository: Path) -> None:
    assert list(pages(repository, "en")) == list(pages(repository, "zh"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_has_a_title_and_an_order(repository: Path, lang: str) -> None:
    for name, text in pages(repository, lang).items():
        front = yaml.safe_load(text.split("---\n")[1])
        assert set(front) == {"title", "order"}, name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_record_type_has_a_page_with_its_fields_and_an_example(repository: Path, lang: str) -> None:
    types = load_settings(repository).types
    found = pages(repository, lang)
    assert {f"records/{name}.md" for name in types} == {n for n in found if n.startswith("records/")} - {
        "records/index.md"
    }
    for name, rtype in types.items():
        text = found[f"records/{name}.md"]
        assert f"<!-- kam:fields {name} -->" in text
        places = [path.split("/")[2] for path, _ in EXAMPLE.findall(text)]
        assert places == ["profile.md" if name == "profile" else rtype.folder], name
        assert f"({name}.md)" in found["records/index.md"]


KPI_FILE = re.compile(r"`site-config/kpis/(\w+)\.yml`.*?^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_handbook_lists_all_kpis_and_its_example_of_one_is_sound(
    repository: Path, tmp_path: Path, lang: str
) -> None:
    found = pages(repository, lang)
    assert "<!-- kam:kpis -->" in found["kpis.md"] and "<!-- kam:aggregations -->" in found["own-kpis.md"]
    name, text = KPI_FILE.findall(found["own-kpis.md"])[0]
    (tmp_path / "site-config/kpis").mkdir(parents=True)
    (tmp_path / f"site-config/kpis/{name}.yml").write_text(text, "utf-8")
    settings = replace(load_settings(repository), root=tmp_path)
    assert [*check_kpis(tmp_path, settings), *try_kpis(tmp_path, settings)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_lead_to_pages(repository: Path, lang: str) -> None:
    root = repository / "sop" / lang
    dead = [
        f"{name}: {target}"
        for name, text in pages(repository, lang).items()
        for target in LINK.findall(text)
        if not ((root / name).parent / target).resolve().is_file()
    ]
    assert dead == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_flow_charts_can_be_drawn(repository: Path, lang: str) -> None:
    charts = [(name, chart) for name, text in pages(repository, lang).items() for chart in CHART.findall(text)]
    assert len(charts) >= 10
    assert [name for name, chart in charts if not render_flowchart(chart, "test")] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_examples_together_are_a_portfolio_without_errors(repository: Path, lang: str, tmp_path: Path) -> None:
    shutil.copytree(repository / "site-config", tmp_path / "site-config", ignore=shutil.ignore_patterns("theme"))
    (tmp_path / "mkdocs.yml").touch()
    people = {
        key: {"name": name, "from": "2020-01-01", "role": ROLES.get(key, "sales")} for key, name in PEOPLE.items()
    }
    write_yaml(tmp_path / "site-config/people.yml", {"people": people})
    write_yaml(tmp_path / "site-config/products.yml", {"products": {"ph-200": {"name": "PH 200"}}})
    for text in pages(repository, lang).values():
        for path, record in EXAMPLE.findall(text):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(record, encoding="utf-8")
    report = open_portfolio(tmp_path).check(DAY)
    said = [
        f"{problem.path}:{problem.line} {problem.rule}: {render_message(problem, 'en')[0]}"
        for problem in report.problems
        if problem.level is Level.ERROR
    ]
    assert said == []


def write_yaml(path: Path, value: object) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
