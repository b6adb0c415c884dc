"""Portfolios out of third-party exports, each made once for a run of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.third_party.compare import begin

from kam.portfolio import Portfolio, open_portfolio

Imported = Callable[..., Portfolio]


@pytest.fixture(scope="session")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """Function from a source and the words of its import to an open portfolio that has nothing else.

    ``chosen`` are lines of ``figures.yml`` that a new portfolio leaves out.
    """
    opened: dict[str, Portfolio] = {}
    with ExitStack() as stack:

        def get(source: str, *words: str | Path, chosen: Sequence[str] = ()) -> Portfolio:
            if source not in opened:
                root = begin(tmp_path_factory.mktemp(source) / "p", source, *words, chosen=chosen)
                opened[source] = stack.enter_context(open_portfolio(root))
            return opened[source]

        yield get
