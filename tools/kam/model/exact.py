"""Decimal arithmetic, to more digits than any figure is shown with."""

from __future__ import annotations

from decimal import Context

EXACT = Context(prec=34)
"""34 digits, as in the decimal format of IEEE 754: a quotient is cut there once, and rounded only when it is shown."""
