"""What the built site shows, and what it must never show."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

SECRETS = (
    "hidden.address@", "5550 0177", "HIDDEN-", "987654321", "987,654,321", "876543", "876,543", "4321.5678",
    "4,321", "1234.5678", "1,234.5678", "7.2534",
)  # fmt: skip


class Elements(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.found.append((tag, dict(attrs)))


def elements(path: Path) -> list[tuple[str, dict[str, str | None]]]:
    """The start tags of a page."""
    parser = Elements()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.found


def pages(site: Path) -> list[Path]:
    """All HTML pages of both languages."""
    return sorted(site.rglob("*.html"))


def test_both_languages_have_every_kind_of_page(site: Path) -> None:
    for folder in (site, site / "zh"):
        for page in (
            "", "accounts", "accounts/acme", "accounts/华东机电", "accounts/_unassigned", "records", "records/issues",
            "kpis", "kpis/win_rate", "problems", "handbook", "handbook/records/issue",
        ):  # fmt: skip
            assert (folder / page / "index.html").is_file(), page


def test_names_and_choices_are_in_the_language_of_the_page(site: Path) -> None:
    english = (site / "accounts/acme/index.html").read_text("utf-8")
    chinese = (site / "zh/accounts/acme/index.html").read_text("utf-8")
    assert "Lin Ruoxi" in english and "Active" in english and "Open work" in english
    assert "林若溪" in chinese and "合作中" in chinese and "未完成工作" in chinese


def test_account_page_has_its_parts(site: Path) -> None:
    text = (site / "accounts/acme/index.html").read_text("utf-8")
    for part in ("open-work", "contacts", "responsibilities", "issues", "orders", "contracts", "timeline", "profile"):
        assert f'id="{part}"' in text, part
    assert text.index("Renew the gate pass") < text.index("Prepare the fair")
    assert "together since <strong>2018</strong>" in text


def test_links_between_records_lead_to_their_anchors(site: Path) -> None:
    text = (site / "accounts/acme/index.html").read_text("utf-8")
    assert 'id="opportunities-2026-02-10-new-line"' in text
    assert 'href="./#opportunities-2026-02-10-new-line"' in text
    assert "attachments" not in text, "a link to what is not published keeps only its text"


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    broken = set()
    ids = {page: {str(a["id"]) for _, a in elements(page) if a.get("id")} for page in pages(site)}
    for page in (page for page in pages(site) if page.name != "404.html"):
        here = f"http://site/{page.relative_to(site).parent.as_posix()}/".replace("/./", "/")
        for href in (attributes.get("href") for tag, attributes in elements(page) if tag == "a"):
            if not href or urlsplit(href).scheme:
                continue
            way = urlsplit(urljoin(here, href))
            target = site / unquote(way.path).strip("/") / "index.html"
            anchor = unquote(way.fragment)
            if not target.is_file() or (anchor and anchor not in ids[target]):
                broken.add((str(page.relative_to(site)), href))
    assert not broken


def test_language_switch_leads_to_the_same_page(site: Path) -> None:
    for page in (page for page in pages(site) if page.name != "404.html" and "only" not in page.parts):
        way = page.relative_to(site)
        other = Path(*way.parts[1:]) if way.parts[0] == "zh" else Path("zh") / way
        links = {a["hreflang"]: a["href"] for tag, a in elements(page) if tag == "a" and a.get("hreflang")}
        href = links["en" if way.parts[0] == "zh" else "zh"] or ""
        assert (page.parent / unquote(href)).resolve() == (site / other).parent.resolve(), page


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_confidential_is_in_any_file(built_root: Path, secret: str) -> None:
    for folder in (built_root / "site", built_root / ".kam" / "staged"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".html", ".md", ".json", ".xml"):
                assert secret not in path.read_text("utf-8"), path


def test_restricted_types_have_no_page(site: Path) -> None:
    assert not (site / "records/appraisals").exists()
    told = [path for path in pages(site) if not {"handbook", "rules"} & set(path.parts)]
    assert all("ppraisal" not in path.read_text("utf-8") for path in told)


def test_record_with_an_error_is_left_out_and_named(site: Path) -> None:
    assert all("Left out for its state" not in path.read_text("utf-8") for path in pages(site))
    for folder in (site, site / "zh"):
        assert "accounts/华东机电/issues/2026-03-02-wrong.md" in (folder / "problems/index.html").read_text("utf-8")
    assert "vanished" in (site / "problems/index.html").read_text("utf-8")


def test_no_element_of_a_record_can_run_anything(site: Path) -> None:
    for path in pages(site):
        for tag, attributes in elements(path):
            where = f"{path.relative_to(site)}: <{tag} {attributes}>"
            assert not [name for name in attributes if name.startswith("on")], where
            for name in ("href", "src", "action", "formaction", "xlink:href"):
                value = re.sub(r"\s", "", attributes.get(name) or "").lower()
                assert not value.startswith(("javascript:window", "data:", "vbscript:")), where
            assert tag not in ("iframe", "object", "embed", "base", "textarea", "math"), where
            assert "window.hit" not in (attributes.get("href") or "").lower() or "evil.example" in where, where
            assert not (tag in ("img", "form") and "evil" in str(attributes)), where
        assert "<script>window.hit" not in path.read_text("utf-8")


def test_markers_of_templates_and_extensions_stay_text(site: Path) -> None:
    text = (site / "accounts/hostile/index.html").read_text("utf-8")
    assert "{{ config.extra }}" in text or "&#123;&#123; config.extra &#125;&#125;" in text
    assert "site_url" not in text, "no file was included"
    assert "kam-field-table" not in text, "no table was filled in"


def test_page_titles_hold_no_markup(site: Path) -> None:
    text = (site / "accounts/hostile/index.html").read_text("utf-8")
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title and "<" not in title[1] and "＜img" in title[1]


def test_no_file_asks_another_host(site: Path) -> None:
    for path in pages(site):
        for tag, attributes in elements(path):
            if tag in ("script", "img", "link", "iframe", "source"):
                target = attributes.get("src") or attributes.get("href") or ""
                assert not target.startswith(("//", "http")) or attributes.get("rel") == "canonical", (path, target)
    for path in (*site.glob("assets/*.css"), *site.glob("assets/*.js")):
        assert not re.search(r"https?://", path.read_text("utf-8")), path


def test_flow_charts_are_drawn_with_ids_of_their_own(site: Path) -> None:
    text = (site / "handbook/index.html").read_text("utf-8")
    assert text.count('class="kam-flow"') == 2
    assert "Customer reports" in text and 'class="mermaid"' not in text
    ids = re.findall(r'(?<![\w-])id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_field_tables_are_generated_from_the_schema(site: Path) -> None:
    text = (site / "handbook/records/issue/index.html").read_text("utf-8")
    assert "<code>first_response_at</code>" in text and "required" in text and "After the table." in text
    assert "首次响应时间" in (site / "zh/handbook/records/issue/index.html").read_text("utf-8")


def test_search_holds_the_handbook_and_not_the_records(site: Path) -> None:
    for folder in (site, site / "zh"):
        index = json.loads((folder / "search/search_index.json").read_text("utf-8"))
        places = {entry["location"].partition("#")[0] for entry in index["docs"]}
        assert "handbook/" in places and "accounts/" in places
        assert not [place for place in places if place.startswith("accounts/") and place != "accounts/"]


def test_navigation_is_as_short_on_every_page(site: Path) -> None:
    assert not [path for path in pages(site) if 'href="../acme/" class="md-nav__link"' in path.read_text("utf-8")]


def test_page_that_only_one_language_has_leads_to_the_other_home(site: Path) -> None:
    text = (site / "handbook/only/index.html").read_text("utf-8")
    assert 'href="../../zh/" hreflang="zh"' in text
    assert 'href="../../zh/accounts/acme/" hreflang="zh"' in (site / "accounts/acme/index.html").read_text("utf-8")
