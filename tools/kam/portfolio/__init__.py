"""All records of a portfolio: found, loaded as far as they changed, checked, and read one by one.

``open_portfolio`` is the way in. Nothing heavy is imported before it is needed, because a check of records that did
not change needs none of it.
"""

from __future__ import annotations

from kam.portfolio.portfolio import Portfolio, open_portfolio
from kam.portfolio.report import Report, Summary

__all__ = ["Portfolio", "Report", "Summary", "open_portfolio"]
