"""KPIs as they would be if some records were other than they are. Nothing is written.

A file of assumptions is read and checked as records are (``read_assumptions``), laid over the portfolio
(``AssumedRecords``), and every KPI is computed from both (``compare``).
"""

from __future__ import annotations

from kam.whatif.assume import Assumed, read_assumptions
from kam.whatif.compare import Both, Comparison, compare
from kam.whatif.overlay import AssumedRecords

__all__ = ["Assumed", "AssumedRecords", "Both", "Comparison", "compare", "read_assumptions"]
