"""The site as people use it: in a browser, on a desk and on a phone, by day and by night."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

KINDS = (
    "", "accounts/", "accounts/acme/", "accounts/hostile/", "accounts/_unassigned/", "records/", "records/issues/",
    "due/", "kpis/", "kpis/win_rate/", "problems/", "handbook/", "handbook/records/issue/", "zh/", "zh/accounts/acme/",
)  # fmt: skip
"""One page of each kind, in either language."""


@pytest.mark.parametrize("path", KINDS)
def test_page_asks_no_other_host_and_runs_no_script_of_a_record(desktop: Any, path: str) -> None:
    page = desktop.open(path)
    page.mouse.move(400, 300)
    for each in page.locator("details").all():
        each.evaluate("each => { each.open = true }")
    page.wait_for_timeout(100)
    assert desktop.outside == []
    assert desktop.dialogs == []
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("path", KINDS)
def test_page_fits_a_phone(phone: Any, path: str) -> None:
    page = phone.open(path)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_unit_of_a_figure_stays_whole_on_a_phone(phone: Any) -> None:
    page = phone.open("kpis/")
    broken = """() => [...document.querySelectorAll(".kam-figure-value")].filter(each => {
        const unit = each.querySelector("small") ?? each.appendChild(document.createElement("small"));
        each.firstChild.textContent = "888,888,992,236";
        unit.textContent = "CNY";
        const words = document.createRange();
        words.selectNodeContents(unit);
        return words.getClientRects().length > 1 || each.scrollWidth > each.clientWidth;
    }).length"""
    assert page.locator(".kam-figure-value").count() > 5
    assert page.evaluate(broken) == 0


def test_no_element_has_a_handler_or_a_script_link(desktop: Any) -> None:
    page = desktop.open("accounts/hostile/")
    found = page.evaluate(
        """[...document.querySelectorAll("article *")].filter(each => [...each.attributes].some(
            a => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value))).map(each => each.outerHTML)"""
    )
    assert found == []
    assert page.locator("article img, article form input, article iframe, article script").count() == 0


def test_language_switch_keeps_the_page(desktop: Any) -> None:
    page = desktop.open("accounts/acme/")
    page.locator("a[hreflang=zh].md-header a, .kam-languages a[hreflang=zh]").first.click()
    page.wait_for_url("**/zh/accounts/acme/")
    page.locator(".kam-languages a[hreflang=en]").click()
    page.wait_for_url(f"{desktop.address}accounts/acme/")


def test_language_switch_keeps_the_page_after_instant_navigation(desktop: Any) -> None:
    page = desktop.open("")
    page.evaluate("window.kept = true")
    page.locator("article table a", has_text="Acme").first.click()
    page.wait_for_url("**/accounts/acme/")
    page.wait_for_selector("h1:has-text('Acme')")
    assert page.evaluate("window.kept"), "the page was replaced without a reload"
    page.locator(".kam-languages a[hreflang=zh]").click()
    page.wait_for_url("**/zh/accounts/acme/")
    page.locator(".md-tabs a", has_text="记录").click()
    page.wait_for_url("**/zh/records/")
    page.locator(".kam-languages a[hreflang=en]").click()
    page.wait_for_url(f"{desktop.address}records/")


def shown_accounts(page: Any) -> list[str]:
    """The names in the table of accounts, as far as they are shown."""
    rows = page.locator("#kam-accounts tbody tr:visible td:first-child a")
    return [name.strip() for name in rows.all_inner_texts()]


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_accounts_filter_by_field_and_text(device: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(device).open("accounts/")
    assert len(shown_accounts(page)) == 3
    page.select_option("select[name=tier]", "B")
    assert shown_accounts(page) == ["华东机电"]
    page.select_option("select[name=tier]", "")
    page.fill("input[name=text]", "acme machinery")
    assert shown_accounts(page) == ["Acme & Sons"]
    assert "1 of 3" in page.locator("[data-kam-count]").inner_text()
    page.fill("input[name=text]", "nobody at all")
    assert shown_accounts(page) == [] and page.locator("[data-kam-empty]").is_visible()
    page.click(".kam-filter button[type=reset]")
    page.wait_for_function("document.querySelectorAll('#kam-accounts tbody tr:not([hidden])').length === 3")


def test_accounts_sort_by_a_column_and_back(desktop: Any) -> None:
    page = desktop.open("accounts/")
    heading = page.locator("#kam-accounts th", has_text="Tier").locator("button")
    heading.click()
    assert [row.get_attribute("data-tier") for row in page.locator("#kam-accounts tbody tr").all()] == ["A", "B", "C"]
    heading.click()
    assert [row.get_attribute("data-tier") for row in page.locator("#kam-accounts tbody tr").all()] == ["C", "B", "A"]
    assert page.locator("#kam-accounts th[aria-sort=descending]").inner_text().startswith("Tier")


def test_what_is_due_for_me_is_remembered(desktop: Any) -> None:
    page = desktop.open("due/")
    rows = "#kam-due tbody tr:not([hidden])"
    everything = page.locator(rows).count()
    person = page.locator("select[name=person] option").nth(1).get_attribute("value")
    page.select_option("select[name=person]", person)
    mine = page.locator(rows).count()
    assert 0 < mine < everything
    assert all(person in row.get_attribute("data-person").split("¦") for row in page.locator(rows).all())
    page = desktop.open("due/")
    assert page.locator("select[name=person]").input_value() == person and page.locator(rows).count() == mine
    page.click(".kam-filter button[type=reset]")
    page.wait_for_function(f"document.querySelectorAll('{rows}').length === {everything}")
    page = desktop.open(f"due/?person={person}")
    assert page.locator(rows).count() == mine


CUT_ENTRIES = """() => {
  const box = document.querySelector(".md-sidebar--primary .md-sidebar__scrollwrap");
  const links = [...box.querySelectorAll(".md-nav__link")].filter((each) => each.offsetHeight > 0);
  const head = links.find((each) => getComputedStyle(each).position === "sticky");
  const edge = head.getBoundingClientRect().bottom;
  return links.filter((each) => !head.contains(each)).filter((each) => {
    const place = each.getBoundingClientRect();
    return place.top < edge && place.bottom > edge + 1;
  }).map((each) => [each.textContent.trim(), each.getBoundingClientRect().top, edge, box.scrollTop]);
}"""


def test_no_entry_of_the_list_at_the_side_is_cut_at_its_top(desktop: Any) -> None:
    page = desktop.open("kpis/win_rate/")
    page.wait_for_function("document.querySelector('.md-sidebar--primary .md-sidebar__scrollwrap').scrollTop > 0")
    page.wait_for_timeout(800)
    assert page.evaluate(CUT_ENTRIES) == []


def test_scale_of_a_small_line_fits_its_card_on_a_phone(phone: Any) -> None:
    page = phone.open("kpis/")
    assert page.locator(".kam-scale").count() > 10
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".kam-trend")].filter(
          (each) => each.scrollWidth > each.clientWidth + 1 || each.querySelector("svg").clientWidth < 40).length"""
    )
    assert wide == 0
    label = page.locator(".kam-trend svg").first.get_attribute("aria-label")
    assert label.startswith("Trend from 20")


def test_link_to_a_record_opens_it(desktop: Any) -> None:
    page = desktop.open("records/issues/")
    page.locator("a", has_text="Pumps delivered late").first.click()
    page.wait_for_url("**/accounts/acme/#issues-2026-03-02-late")
    page.wait_for_selector("details#issues-2026-03-02-late[open]")
    assert page.locator("details#issues-2026-03-02-late .kam-body").is_visible()


def test_dark_mode_follows_the_system_and_stays_readable(phone: Any) -> None:
    page = phone.open("accounts/acme/")
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    back, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    )
    assert contrast(back, ink) > 7


def test_search_finds_handbook_pages_in_chinese(desktop: Any) -> None:
    page = desktop.open("zh/")
    page.click(".md-search__input")
    page.fill(".md-search__input", "响应")
    page.press(".md-search__input", "End")
    page.wait_for_selector(".md-search-result__item")
    assert "问题" in page.locator(".md-search-result__list").inner_text()
    assert desktop.outside == []


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours of the form ``rgb(1, 2, 3)``."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as the accessibility guidelines define it, 0 to 1."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")[:3]]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
