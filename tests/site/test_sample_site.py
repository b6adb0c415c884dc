"""The sample portfolio of this repository as a site."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kam.model.record import Data
from kam.model.schema import Field
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import load_settings
from kam.site.audience import is_shown
from kam.site.snapshot import load_snapshot
from kam.site.stage import stage
from kam.tables import open_tables

AS_OF = date(2026, 11, 20)
TELLING = 6


def is_telling(value: str) -> bool:
    """Whether the value is long and odd enough not to stand in other texts by chance."""
    return len(value) >= TELLING and not (value.isascii() and value.isalpha())


@pytest.fixture(scope="module")
def sample(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample, so that nothing is written into the repository."""
    root = tmp_path_factory.mktemp("sample")
    for name in ("accounts", "site-config", "sop"):
        shutil.copytree(repository / name, root / name)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(repository / name, root)
    return root


def secrets(data: Data, fields: Mapping[str, Field], *, hidden: bool) -> Iterator[str]:
    """The values of a record that the site may not show."""
    for name, value in data.items():
        field = fields[name]
        yield from _secrets(value, field, hidden=hidden or not is_shown(field.sensitivity))


def _secrets(value: Any, field: Field, *, hidden: bool) -> Iterator[str]:
    if isinstance(value, dict):
        yield from secrets(value, field.by_name, hidden=hidden)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each, field.items or field, hidden=hidden)
    elif hidden and isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        yield str(value)


def plain(data: Data, fields: Mapping[str, Field]) -> Iterator[str]:
    """The values that the site may show: what is secret in one place can be open in another."""
    for name, value in data.items():
        field = fields[name]
        if is_shown(field.sensitivity):
            yield from _plain(value, field)


def _plain(value: Any, field: Field) -> Iterator[str]:
    if isinstance(value, dict):
        yield from plain(value, field.by_name)
    elif isinstance(value, list):
        for each in value:
            yield from _plain(each, field.items or field)
    else:
        yield str(value)


def test_nothing_confidential_of_the_sample_is_staged(sample: Path) -> None:
    settings = load_settings(sample)
    portfolio = open_portfolio(sample, settings)
    hidden: set[str] = set()
    shown: list[str] = []
    for record in portfolio.iter_records():
        rtype = settings.types[record.type]
        if is_shown(rtype.sensitivity):
            hidden.update(secrets(record.data, rtype.by_name, hidden=False))
            shown.extend((*plain(record.data, rtype.by_name), record.body))
        else:
            hidden.update(secrets(record.data, rtype.by_name, hidden=True))
    open_text = "\n".join(shown)
    telling = {value for value in hidden if is_telling(value) and value not in open_text}
    assert len(telling) > 20
    snapshot = load_snapshot(portfolio, AS_OF)
    for lang in ("en", "zh"):
        for path in stage(snapshot, lang).folder.rglob("*.md"):
            text = path.read_text("utf-8")
            if "handbook" not in path.parts:
                found = {v for v in telling if v in text or (v.isdigit() and f"{int(v):,}" in text)}
                assert not found, path


def order_amounts(portfolio: Portfolio) -> Iterator[Decimal]:
    """What each order line came to and its unit price, in the order's currency and in the base currency."""
    with open_tables(portfolio, AS_OF) as tables:
        for row in tables.query("SELECT amount, amount_base, unit_price, unit_price_base FROM orders_lines").rows:
            yield from (abs(value) for value in row if value)
        one_line = "SELECT total, total_base FROM orders WHERE id IN (SELECT record FROM orders_lines GROUP BY ALL"
        for row in tables.query(f"{one_line} HAVING count(*) = 1)").rows:
            yield from (abs(value) for value in row if value)


def written(amounts: Iterable[Decimal]) -> set[str]:
    """Amounts as a page would write them, without thousands separators: exact, and rounded."""
    exact = {f"{amount.normalize():f}" for amount in amounts}
    return exact | {f"{amount:.{digits}f}" for amount in amounts for digits in (0, 2)}


def test_no_amount_of_a_single_order_line_is_staged(sample: Path) -> None:
    settings = load_settings(sample)
    portfolio = open_portfolio(sample, settings)
    shown = " ".join(
        each
        for record in portfolio.iter_records()
        if is_shown(settings.types[record.type].sensitivity)
        for each in (*plain(record.data, settings.types[record.type].by_name), record.body)
    )
    telling = {each for each in written(list(order_amounts(portfolio))) if len(each) >= 4} - numbers(shown)
    assert len(telling) > 20
    snapshot = load_snapshot(portfolio, AS_OF)
    for lang in ("en", "zh"):
        for path in stage(snapshot, lang).folder.rglob("*.md"):
            if "handbook" not in path.parts:
                assert not numbers(path.read_text("utf-8")) & telling, path


def numbers(text: str) -> set[str]:
    """The numbers in a text, without thousands separators; not the coordinates of drawings."""
    text = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    return set(re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])", re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def test_every_account_of_the_sample_has_a_lively_page(sample: Path) -> None:
    settings = load_settings(sample)
    snapshot = load_snapshot(open_portfolio(sample, settings), AS_OF)
    folder = stage(snapshot, "en").folder
    assert len(snapshot.accounts) >= 4
    for account in snapshot.accounts:
        text = (folder / f"accounts/{account}.md").read_text("utf-8")
        for part in ("figures", "open-work", "contacts", "responsibilities", "opportunities", "timeline"):
            assert f"{{#{part}}}" in text, (account, part)


def test_kpis_that_could_not_be_computed_are_named_with_their_reason(sample: Path, tmp_path: Path) -> None:
    root = shutil.copytree(sample, tmp_path / "sample", ignore=shutil.ignore_patterns(".kam"))
    currencies = root / "site-config/currencies.yml"
    text = currencies.read_text("utf-8")
    cut = re.sub(r"(?m)^.*202[0-9]-\d\d-\d\d.*\n", "", text)
    assert cut != text
    currencies.write_text(cut, "utf-8")
    snapshot = load_snapshot(open_portfolio(root, load_settings(root)), AS_OF)
    failed = {each.id for each in snapshot.kpis if each.failed}
    assert "order_value" in failed
    for lang, reason in (("en", "no rate for"), ("zh", "缺少")):
        folder = stage(snapshot, lang).folder
        home = (folder / "index.md").read_text("utf-8").partition("{#attention}")[2].partition("{#accounts}")[0]
        for name in failed:
            assert f'href="kpis/{name}/"' in home, name
            assert reason in (folder / f"kpis/{name}.md").read_text("utf-8")
        assert home.count(reason) == len(failed)
