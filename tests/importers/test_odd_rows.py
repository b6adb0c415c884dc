"""Whatever stands in the cells: no crash, no error in the portfolio, no row lost, and nothing new the second time."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from tests.importers.conftest import CUSTOMERS, DEALS, ORDERS, Importer, errors, tree

ODD = (
    *("", "?", "=1+1", "@x", "  lead", "no", "1:30", "010", "null", "~", "- a", "a: b", "# x", '"q', "{a}", "[b]"),
    *("\u200b", "\ufeff", "a\nb", "a\tb", "\x07", "é" * 10, "上海", "x" * 250, "9" * 22, "1e400", "-0", "0.000000001"),
    *("30.02.2026", "con", "../../etc", "_portfolio", "_unassigned", "a/b", "<script>", "{{ x }}", "|", "!tag", "&a"),
    *(
        "*b",
        "\u202e",
        "Ａｃｍｅ",
        "😀",
        "true",
        "NaN",
        "1,234.5",
        "(5)",
        "٣",
        "D-1",
        "SO-1",
        "Li Ming",
        "won",
        "2026-03-02",
    ),
)


@pytest.mark.parametrize("seed", range(3))
def test_odd_cells_never_make_an_error(root: Path, shop: Path, kam_import: Importer, seed: int) -> None:
    chance = random.Random(seed)
    rows = 0
    for name, text, delimiter in (("customers", CUSTOMERS, ","), ("deals", DEALS, ";"), ("orders", ORDERS, ",")):
        header, *body = [line.split(delimiter) for line in text.splitlines()]
        made = [header]
        for number in range(60):
            row = [cell.replace("-", f"-{number}") if at == 0 else cell for at, cell in enumerate(chance.choice(body))]
            for _ in range(chance.choice([0, 0, 1, 2])):
                row[chance.randrange(len(row))] = chance.choice(ODD)
            made.append(row)
        rows += len(made) - 1
        with (shop / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(made)
    files = sorted(shop.glob("*.csv"))
    found = kam_import("shop", *files, status=1)
    records = sum(count["new"] for make, count in found["counts"].items() if make in {"profile", "opportunity"})
    assert records + len(found["rejects"]) + found["repeated"] > rows // 3
    twins = ("looks like the account", "the same as the account")
    assert [problem for problem in errors(root) if not any(word in problem for word in twins)] == []
    before = tree(root)
    assert kam_import("shop", *files, status=1)["written"] == 0
    assert tree(root) == before
    assert not (root / "etc").exists()
