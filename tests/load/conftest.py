"""Record types for the tests of the loader, from schema files beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kam.model.schema import RecordType
from kam.settings.compile import compile_type
from kam.settings.yaml_reader import load_yaml_with_lines

HERE = Path(__file__).parent


def compile_file(name: str) -> RecordType:
    """The record type that a schema file beside this one describes."""
    return compile_type(name, load_yaml_with_lines(name, (HERE / f"{name}.yml").read_bytes()).value)


@pytest.fixture(scope="session")
def bad_type() -> RecordType:
    """The small schema of the third-party records."""
    return compile_file("bad_records")


@pytest.fixture(scope="session")
def ledger_type() -> RecordType:
    """A small ledger."""
    return compile_file("sales")
