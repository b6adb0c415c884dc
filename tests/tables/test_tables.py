"""Records become rows: every field a column, every list a table, money also in the base currency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kam.model.schema import Field, Kind, RecordType
from kam.settings import Currency, Settings
from kam.settings.service_levels import ServiceLevels
from kam.tables import NoRecords, Tables, TablesError, open_tables

DAY = date(2026, 6, 30)
Given = Callable[..., Any]


def ask(source: Any, sql: str, day: date = DAY) -> list[tuple[Any, ...]]:
    with open_tables(source, day, cache=False) as tables:
        return tables.query(sql).rows


def with_rates(settings: Settings, **rates: list[tuple[str, str]]) -> Settings:
    listed = {
        code: Currency(code, {"en": code, "zh": code}, rates=tuple((on, Decimal(rate)) for on, rate in given))
        for code, given in rates.items()
    }
    return replace(settings, currencies=settings.currencies._replace(base="CNY", listed=listed))


def test_every_type_and_list_has_its_table_even_without_records(sample_settings: Settings) -> None:
    with open_tables(NoRecords(sample_settings.root, sample_settings), DAY, cache=False) as tables:
        names = {row[0] for row in tables.query("SHOW TABLES").rows}
        for rtype in sample_settings.types.values():
            assert rtype.table in names
            for path, field in rtype.iter_fields():
                if len(path) == 1 and field.kind is Kind.LIST and field.items and field.items.fields:
                    assert f"{rtype.table}_{field.name}" in names
        for shared in tables.shared:
            assert tables.query(f"SELECT * FROM {shared.name}").columns == tuple(c.name for c in shared.columns)


def test_a_field_added_to_a_schema_is_a_column_and_a_new_type_a_table(given: Given, sample_settings: Settings) -> None:
    risk = sample_settings.types["risk"]
    weather = Field("weather", Kind.NUMBER, {"en": "Weather", "zh": "天气"}, {})
    more = {
        **sample_settings.types,
        "risk": replace(risk, fields=(*risk.fields, weather)),
        "visit": _named(risk, "visit", "visits"),
    }
    settings = replace(sample_settings, types=more)
    with open_tables(NoRecords(settings.root, settings), DAY, cache=False) as tables:
        assert "weather" in tables.query("SELECT * FROM risks").columns
        assert tables.query("SELECT count(*) FROM visits").rows == [(0,)]


def _named(rtype: RecordType, name: str, folder: str) -> RecordType:
    return replace(rtype, name=name, folder=folder, table=folder)


def test_values_keep_their_types(given: Given) -> None:
    source = given(
        {
            "acme/profile": {"name": "Acme", "employees": 120, "address": {"city": "苏州"}, "tags": ["a", "b"]},
            "acme/issues/late": {"title": "Late", "status": "open", "reported_at": "2026-03-31T23:30Z"},
        }
    )
    assert ask(source, "SELECT id, path, account, type, employees, address_city, tags FROM accounts") == [
        ("acme/profile", "accounts/acme/profile.md", "acme", "profile", 120, "苏州", ["a", "b"])
    ]
    (row,) = ask(source, "SELECT reported_at, reported_at_date FROM issues")
    assert row[0].isoformat() == "2026-04-01T07:30:00+08:00"
    assert row[1] == date(2026, 4, 1), "the day is that of the company's time zone"


def test_lists_inside_lists_name_their_place(given: Given) -> None:
    lines = [
        {"quantity": 1, "unit_price": 10},
        {"quantity": 2, "unit_price": 5, "deliveries": [{"on": "2026-02-01", "quantity": 2}]},
    ]
    source = given({"acme/profile": {"name": "Acme"}, "acme/orders/2026-01#S1": {"date": "2026-01-05", "lines": lines}})
    assert ask(source, 'SELECT record, account, lines_idx, idx, "on" FROM orders_lines_deliveries') == [
        ("acme/orders/2026-01#S1", "acme", 1, 0, date(2026, 2, 1))
    ]
    assert ask(source, "SELECT own_id FROM orders") == [("S1",)]


def test_lines_give_the_total_of_an_order(given: Given) -> None:
    lines = [{"quantity": 3, "unit_price": Decimal("0.335"), "discount": 10}, {"quantity": -1, "unit_price": 1}]
    source = given(
        {
            "acme/profile": {"name": "Acme"},
            "acme/orders/2026-01#S1": {"date": "2026-01-05", "lines": lines},
            "acme/orders/2026-01#S2": {"date": "2026-01-06", "amount": 7},
            "acme/orders/2026-01#S3": {"date": "2026-01-07"},
        }
    )
    assert ask(source, "SELECT total, total_base FROM orders ORDER BY id") == [
        (Decimal("-0.0955"), Decimal("-0.0955")),
        (Decimal(7), Decimal(7)),
        (None, None),
    ]
    assert ask(source, "SELECT sum(amount) FROM orders_lines") == [(Decimal("-0.0955"),)]


def test_money_is_converted_at_the_rate_of_the_record_s_day(given: Given, sample_settings: Settings) -> None:
    settings = with_rates(sample_settings, EUR=[("2026-01-01", "8"), ("2026-02-01", "7.5")], USD=[("2026-01-01", "7")])
    opportunity = {"title": "X", "stage": "identify", "amount": 100}
    source = given(
        {
            "acme/profile": {"name": "Acme", "currency": "EUR"},
            "bolt/profile": {"name": "Bolt"},
            "acme/opportunities/a": {**opportunity, "created_on": "2026-01-31"},
            "acme/opportunities/b": {**opportunity, "created_on": "2026-02-01"},
            "acme/opportunities/c": {**opportunity, "created_on": "2026-02-01", "currency": "USD"},
            "acme/opportunities/d": {**opportunity},
            "bolt/opportunities/a": {**opportunity},
        },
        settings,
    )
    assert ask(source, "SELECT currency, amount_base FROM opportunities ORDER BY id") == [
        ("EUR", Decimal(800)),
        ("EUR", Decimal(750)),
        ("USD", Decimal(700)),
        ("EUR", Decimal(800)),
        ("CNY", Decimal(100)),
    ]


def test_a_missing_rate_is_an_error_for_whoever_asks_for_it(given: Given, sample_settings: Settings) -> None:
    source = given(
        {
            "acme/profile": {"name": "Acme"},
            "acme/opportunities/a": {"title": "A", "stage": "identify", "amount": 1, "created_on": "2026-01-31"},
            "acme/opportunities/b": {
                "title": "B",
                "stage": "identify",
                "amount": 1,
                "currency": "SEK",
                "created_on": "2025-12-31",
            },
        },
        with_rates(sample_settings, SEK=[("2026-01-01", "0.7")]),
    )
    assert ask(source, "SELECT sum(amount) FROM opportunities") == [(Decimal(2),)]
    assert ask(source, "SELECT amount_base FROM opportunities WHERE currency = 'CNY'") == [(Decimal(1),)]
    with pytest.raises(TablesError, match=r"acme/opportunities/b, Amount: no rate for SEK on 2025-12-31"):
        ask(source, "SELECT sum(amount_base) FROM opportunities")


def test_the_last_rate_by_a_day_is_that_of_the_day(given: Given, sample_settings: Settings) -> None:
    source = given(
        {"acme/profile": {"name": "Acme"}},
        with_rates(sample_settings, SEK=[("2025-01-01", "0.5"), ("2026-01-01", "0.7")]),
    )
    days = "(VALUES (DATE '2024-12-31'), (DATE '2025-12-31'), (DATE '2026-01-01'), (DATE '2026-12-31')) d(day)"
    assert ask(source, f"SELECT rate_on('SEK', day), rate_on('XXX', day) FROM {days} ORDER BY day") == [
        (None, None),
        (Decimal("0.5"), None),
        (Decimal("0.7"), None),
        (Decimal("0.7"), None),
    ]


def test_numbers_of_the_figures_are_asked_for_by_name(given: Given) -> None:
    source = given({"acme/profile": {"name": "Acme"}})
    assert ask(
        source,
        "SELECT count(*) > 5, bool_and(parameter(name) = value) FROM parameters"
        " WHERE value IS NOT NULL AND name <> 'fiscal_year_start_month'",
    ) == [(True, True)]
    assert ask(source, "SELECT parameter('no such')") == [(None,)]


def test_a_number_too_large_is_an_error_for_whoever_asks_for_it(given: Given) -> None:
    line = {"quantity": 10**12, "unit_price": 10**12}
    source = given(
        {"acme/profile": {"name": "Acme"}, "acme/orders/2026-01#S1": {"date": "2026-01-05", "lines": [line]}}
    )
    assert ask(source, "SELECT quantity FROM orders_lines") == [(Decimal(10**12),)]
    with pytest.raises(TablesError, match="acme/orders/2026-01#S1, Amount: a number too large"):
        ask(source, "SELECT amount FROM orders_lines")


def test_actions_and_changes_of_state_are_gathered_from_all_records(given: Given) -> None:
    source = given(
        {
            "acme/profile": {
                "name": "Acme",
                "reminders": [{"id": "1", "what": "Call", "due": "2026-05-01"}],
                "lifecycle_history": [{"at": "2026-01-01", "to": "active"}],
            },
            "acme/projects/p": {
                "title": "P",
                "status": "active",
                "start": "2026-01-01",
                "tasks": [{"id": "t", "what": "Plan", "status": "done", "weight": 2}],
                "history": [{"at": "2026-01-02T09:00+08:00", "to": "active"}],
            },
        }
    )
    listed = "SELECT record, type, field, action, what, due, weight, record_day FROM actions ORDER BY record"
    assert ask(source, listed) == [
        ("acme/profile", "profile", "reminders", "1", "Call", date(2026, 5, 1), None, None),
        ("acme/projects/p", "project", "tasks", "t", "Plan", None, Decimal(2), date(2026, 1, 1)),
    ]
    assert ask(source, 'SELECT record, field, at_date, "to" FROM transitions ORDER BY record') == [
        ("acme/profile", "lifecycle", date(2026, 1, 1), "active"),
        ("acme/projects/p", "status", date(2026, 1, 2), "active"),
    ]


STATES = [
    ("2025-12-31", None),
    ("2026-01-05", ("identify", None, True)),
    ("2026-02-01", ("propose", date(2026, 2, 1), True)),
    ("2026-03-01", ("won", date(2026, 3, 1), False)),
]


@pytest.mark.parametrize(("day", "expected"), STATES)
def test_the_state_on_a_day_follows_from_the_history(given: Given, day: str, expected: Any) -> None:
    history = [{"at": "2026-02-01", "to": "propose"}, {"at": "2026-03-01T09:00+08:00", "to": "won"}]
    data = {"title": "X", "stage": "won", "created_on": "2026-01-01", "history": history}
    source = given({"acme/profile": {"name": "Acme"}, "acme/opportunities/x": data})
    found = ask(
        source, "SELECT state_then, since_then, open_then FROM opportunities_on($as_of)", date.fromisoformat(day)
    )
    assert found == ([expected] if expected else [])


def test_without_a_history_the_closing_day_tells(given: Given) -> None:
    data = {"title": "X", "stage": "lost", "created_on": "2026-01-01", "closed_on": "2026-03-01"}
    source = given({"acme/profile": {"name": "Acme"}, "acme/opportunities/x": data})
    sql = "SELECT state_then, since_then, open_then FROM opportunities_on($as_of)"
    assert ask(source, sql, date(2026, 2, 28)) == [("identify", None, True)]
    assert ask(source, sql, date(2026, 3, 1)) == [("lost", date(2026, 3, 1), False)]


def test_completeness_is_weighed_as_the_check_does(given: Given, sample_settings: Settings) -> None:
    from kam.model.completeness import measure_completeness

    source = given({"acme/profile": {"name": "Acme", "owner": next(iter(sample_settings.people))}})
    expected = measure_completeness(source.records[0].data, sample_settings.types["profile"])
    assert ask(source, "SELECT filled, total, max_age FROM records") == [(expected.filled, expected.total, 90)]


def test_people_products_rates_and_service_levels_are_tables(given: Given, sample_settings: Settings) -> None:
    source = given({"acme/profile": {"name": "Acme"}})
    people, products, rates, count = (
        ask(source, f"SELECT count(*) FROM {name}")[0][0] for name in ("people", "products", "rates", "service_levels")
    )
    assert people == len(sample_settings.people)
    assert products == len(sample_settings.products)
    assert rates == sum(len(c.rates) for c in sample_settings.currencies.listed.values())
    assert count == sum(len(levels) for levels in sample_settings.part(ServiceLevels).levels.values())


def test_tables_know_their_columns(given: Given) -> None:
    with open_tables(given({"acme/profile": {"name": "Acme"}}), DAY, cache=False) as tables:
        assert isinstance(tables, Tables)
        assert tables.columns_of("transitions")[:3] == ("record", "account", "type")
        assert tables.columns_of("nothing") == ()


@pytest.mark.parametrize("kept", [(), ("issue",), ("opportunity",), ("issue", "opportunity")])
def test_open_work_is_told_of_the_types_that_the_company_has(sample_settings: Settings, kept: tuple[str, ...]) -> None:
    dropped = {"issue", "opportunity"} - set(kept)
    types = {name: rtype for name, rtype in sample_settings.types.items() if name not in dropped}
    source = NoRecords(sample_settings.root, replace(sample_settings, types=types))
    with open_tables(source, DAY, cache=False) as tables:
        assert tables.query("SELECT account, person, record FROM open_work_on($as_of)").rows == []
        assert tables.query("SELECT id, capacity FROM staff_on($as_of)").rows == []
