"""A wholesaler's year of invoice lines: import, and the order KPIs, against pandas reading the file.

The figures must be those of pandas; where one differs the benchmark stops.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from generate_retail import INVOICES, generate
from measure import KAM, Line, median, run, surroundings

DAY = "2011-12-09"
KPIS = ("order_value", "average_order_value", "repurchase_rate", "sales_concentration", "product_sales")


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """All lines of this benchmark; ``small`` takes a tenth of the invoices."""
    invoices = INVOICES // 10 if small else INVOICES
    file, root = folder / f"retail-{invoices}.csv", folder / f"retail-{invoices}"
    count = generate(file, invoices)
    run((*KAM, "init", str(root)), folder)
    brought = run((*KAM, "import", "online_retail", str(file)), root, watch=True)
    theirs, expected = _plain(file)
    yield Line(f"import {invoices} invoices of {count} lines, wall : pandas reads and counts", brought.wall, theirs, 0)
    yield Line("the same, peak memory", brought.peak, None, 0, "MB", note="no goal")
    command = (*KAM, "kpi", *KPIS, "--as-of", DAY)
    cold = run(command, root)
    yield Line("order KPIs, tables built anew, wall : first import", cold.wall, brought.wall, 1)
    _compare(root, expected)
    again = run((*KAM, "import", "online_retail", str(file)), root)
    yield Line("import again, nothing changed, wall : first import", again.wall, brought.wall, 1)
    yield Line("order KPIs, tables kept, wall : pandas reads and counts", median(command, root, 3).wall, theirs, 0)
    trend = median((*command, "--by", "account", "--trend", "12"), root, 1, warm=0)
    yield Line("order KPIs by account, trend of 12 months, wall", trend.wall, None, 0, note="no goal")


def _plain(file: Path) -> tuple[float, dict[str, float]]:
    """Seconds that pandas takes from the file to the figures, and the figures."""
    import pandas as pd

    start = time.perf_counter()
    sold = pd.read_csv(file, parse_dates=["InvoiceDate"], dtype={"InvoiceNo": "string", "CustomerID": "string"})
    sold["value"] = sold["Quantity"] * sold["UnitPrice"]
    year = sold[sold["InvoiceDate"] >= "2010-12-10"]
    orders = year[~year["InvoiceNo"].str.startswith("C")]
    times = orders.groupby("CustomerID")["InvoiceNo"].nunique()
    sales = year.groupby("CustomerID")["value"].sum()
    sales = sales[sales > 0]
    total = float(year["value"].sum())
    found = {
        "order_value": total,
        "product_sales": total,
        "average_order_value": float(orders.groupby("InvoiceNo")["value"].sum().mean()),
        "repurchase_rate": 100 * float((times > 1).mean()),
        "sales_concentration": float(((sales / sales.sum()) ** 2).sum()),
    }
    return time.perf_counter() - start, found


def _compare(root: Path, expected: dict[str, float]) -> None:
    command = (*KAM, "kpi", *KPIS, "--as-of", DAY, "--format", "json")
    said = subprocess.run(command, cwd=root, env=surroundings(), capture_output=True, text=True, check=False).stdout
    for each in json.loads(said)["kpis"]:
        if abs(float(each["value"]) - expected[each["id"]]) > 1e-6 * abs(expected[each["id"]]):
            raise RuntimeError(f"{each['id']}: {each['value']} is not {expected[each['id']]}")
