"""Amounts in the base currency, converted with the dated rates of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kam.settings import Currencies

CENT_OF_CENT = Decimal("0.0001")
LARGEST = Decimal(10) ** 14
HUNDRED = Decimal(100)

Item = Mapping[str, Any]


class Converter:
    """Converts amounts; a rate that is missing gives a flaw, which a query that touches the amount will meet."""

    def __init__(self, currencies: Currencies) -> None:
        self.currencies = currencies
        self._rates: dict[tuple[str, str], Decimal | None] = {}

    def rate(self, currency: str, day: str) -> Decimal | None:
        """Base currency for one unit on that day. A record without any date takes the first rate listed."""
        if currency == self.currencies.base:
            return Decimal(1)
        key = (currency, day)
        if key not in self._rates:
            if not day:
                listed = self.currencies.listed.get(currency)
                self._rates[key] = listed.rates[0][1] if listed and listed.rates else None
            else:
                self._rates[key] = self.currencies.rate(currency, day)
        return self._rates[key]

    def convert(self, amount: Decimal | int, currency: str, day: str) -> Decimal | None:
        """The amount in the base currency at four decimals; None where no rate is known."""
        rate = self.rate(currency, day)
        return None if rate is None else round_number(amount * rate)


def round_number(value: Decimal | int) -> Decimal:
    """To the four decimals that tables keep."""
    number = Decimal(value)
    return number if is_too_large(number) else number.quantize(CENT_OF_CENT, ROUND_HALF_UP)


def is_too_large(value: Decimal | int) -> bool:
    """Whether a number does not fit into DECIMAL(18,4)."""
    return not -LARGEST < value < LARGEST


def line_amount(line: Item) -> Decimal | None:
    """Quantity × unit price less discount; the amount given where there is no unit price; else None."""
    quantity, price = line.get("quantity"), line.get("unit_price")
    if quantity is None or price is None:
        given = line.get("amount")
        return None if given is None else round_number(given)
    discount = line.get("discount")
    full = Decimal(quantity) * price
    return round_number(full if not discount else full * (HUNDRED - discount) / HUNDRED)
