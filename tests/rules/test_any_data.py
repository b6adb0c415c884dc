"""Whatever a record holds, rules answer with findings, never with an exception."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from kam.model.completeness import made_complete, measure_completeness
from kam.model.record import Record
from kam.model.schema import Field
from kam.model.texts import load_texts
from kam.portfolio.engine import is_dated
from kam.rules.contract import AccountRecords, Fact
from kam.rules.discovery import load_rules
from kam.settings import Settings

TYPES = ("profile", "issue", "order", "payment", "contract", "opportunity", "meeting", "campaign")
LEAVES = st.one_of(
    st.sampled_from([
        "", "2026-03-02", "2026-03-02T09:00+08:00", "2026-02-31", "2026-03-02T09:00", "0000", "open", "won", "li-ming",
        "acme/profile", "acme/orders/2026-03#SO-1", "acme", "#", "/", "公司", "Co., Ltd.", "A", "{x}",
    ]),
    st.text(max_size=12), st.integers(), st.booleans(), st.decimals(allow_nan=False, allow_infinity=False).map(Decimal),
)  # fmt: skip
ODD = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner), max_leaves=4
)


def _value(field: Field) -> st.SearchStrategy[Any]:
    if field.by_name:
        fitting: st.SearchStrategy[Any] = _data(tuple(field.by_name.values()))
        fitting = st.lists(fitting, max_size=3) if field.items else fitting
    else:
        fitting = st.lists(LEAVES, max_size=3) if field.items else LEAVES
    return st.one_of(fitting, fitting, ODD)


def _data(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field.name: st.deferred(lambda f=field: _value(f)) for field in fields})


@limits(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_data_makes_a_rule_fail(settings: Settings, data: st.DataObject) -> None:
    records = {}
    for name in TYPES:
        rtype = settings.types[name]
        path = "accounts/acme/profile.md" if name == "profile" else f"accounts/acme/{rtype.folder}/2026-03.md"
        drawn = data.draw(_data(rtype.fields), label=name)
        records[name] = [Record(path[9:-3], name, "acme", path, drawn)]
    account = AccountRecords("acme", records, frozenset({"acme/attachments/a.pdf"}))
    for rule in load_rules():
        findings: list[Any] = []
        facts: list[Fact] = []
        for record in account:
            if rule.is_about(record.type) and rule.check_record:
                found = list(rule.check_record(record, settings.types[record.type], settings))
                fields = rule.fields(settings.types[record.type]) if rule.fields and found else record.data
                assert not found or not record.data or not record.data.keys().isdisjoint(fields), rule.name
                quick = rule.quick(settings.types[record.type], tuple(record.data), settings) if rule.quick else None
                assert not found or quick is None or not quick(record.data), rule.name
                findings += found
            if rule.is_about(record.type) and rule.facts:
                facts += [Fact(record.id, v) for v in rule.facts(record, settings.types[record.type], settings)]
        if rule.check_account:
            day = (date(2026, 6, 30),) if is_dated(rule.check_account) else ()
            findings += rule.check_account(account, settings, *day)
        if rule.check_portfolio:
            findings += rule.check_portfolio(facts, settings)
        for finding in findings:
            texts = load_texts()[rule.name]["messages"][finding.key]
            assert texts["en"]["message"].format_map(finding.args)
            assert texts["zh"]["hint"].format_map(finding.args)


@limits(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_filled_measures_as_its_fields_say(settings: Settings, data: st.DataObject) -> None:
    for name in TYPES:
        rtype = settings.types[name]
        drawn = data.draw(_data(rtype.fields), label=name)
        made = made_complete(rtype, tuple(drawn))
        measured = made.measure(drawn) if made else None
        if made and measured:
            assert made.is_filled(drawn)
            assert (*measured, made.missing) == measure_completeness(drawn, rtype)
