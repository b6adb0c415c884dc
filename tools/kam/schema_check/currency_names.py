"""What people write for a currency, and the code that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kam.settings.values import Currencies

CODES = {
    "rmb": "CNY", "cnh": "CNY", "rmb¥": "CNY", "人民币": "CNY", "人民币元": "CNY", "元": "CNY", "圆": "CNY", "¥": "CNY",
    "￥": "CNY", "yuan": "CNY", "renminbi": "CNY", "$": "USD", "us$": "USD", "美元": "USD", "美金": "USD",
    "dollar": "USD", "dollars": "USD", "€": "EUR", "euro": "EUR", "euros": "EUR", "欧元": "EUR", "£": "GBP",
    "英镑": "GBP", "hk$": "HKD", "港元": "HKD", "港币": "HKD", "日元": "JPY", "yen": "JPY", "韩元": "KRW", "₩": "KRW",
    "₹": "INR", "₽": "RUB", "卢布": "RUB", "新台币": "TWD", "nt$": "TWD", "澳元": "AUD", "加元": "CAD",
    "瑞士法郎": "CHF", "新加坡元": "SGD", "s$": "SGD",
}  # fmt: skip
"""Name or sign, in lower case → code (ISO 4217). A yen sign stands for yuan, as it does in the company's letters."""

SHARED = {
    "$": ("USD", "HKD", "SGD", "AUD", "CAD", "TWD", "NZD"), "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"),
    "元": ("CNY", "TWD", "HKD"), "圆": ("CNY", "JPY"), "£": ("GBP", "EGP"),
}  # fmt: skip
"""Signs of several currencies, with those that each may stand for."""


def find_currency(text: str) -> str:
    """The code that a name, a sign or a code in small letters stands for; empty where nobody could say."""
    word = text.strip().casefold()
    if word in CODES:
        return CODES[word]
    return word.upper() if len(word) == 3 and word.isascii() and word.isalpha() else ""


def find_listed(text: str, known: Currencies) -> str:
    """The one listed currency that a name or sign stands for; empty where there is none, or several."""
    codes = {known.base, *known.listed} - {""}
    word = text.strip()
    if word in SHARED:
        meant = [code for code in SHARED[word] if code in codes]
        return meant[0] if len(meant) == 1 else ""
    named = {
        each.code
        for each in known.listed.values()
        if word.casefold() in (each.code.casefold(), *(name.casefold() for name in each.names.values()))
    }
    found = find_currency(word)
    named |= {found} if found in codes or not codes else set()
    return named.pop() if len(named) == 1 else ""
