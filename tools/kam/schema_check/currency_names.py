"""What people write for a currency, and the code that is meant."""

from __future__ import annotations

CODES = {
    "rmb": "CNY", "cnh": "CNY", "rmb¥": "CNY", "人民币": "CNY", "人民币元": "CNY", "元": "CNY", "圆": "CNY", "¥": "CNY",
    "￥": "CNY", "yuan": "CNY", "renminbi": "CNY", "$": "USD", "us$": "USD", "美元": "USD", "美金": "USD",
    "dollar": "USD", "dollars": "USD", "€": "EUR", "euro": "EUR", "euros": "EUR", "欧元": "EUR", "£": "GBP",
    "英镑": "GBP", "hk$": "HKD", "港元": "HKD", "港币": "HKD", "日元": "JPY", "yen": "JPY", "韩元": "KRW", "₩": "KRW",
    "₹": "INR", "₽": "RUB", "卢布": "RUB", "新台币": "TWD", "nt$": "TWD", "澳元": "AUD", "加元": "CAD",
    "瑞士法郎": "CHF", "新加坡元": "SGD", "s$": "SGD",
}  # fmt: skip
"""Name or sign, in lower case → code (ISO 4217). A yen sign stands for yuan, as it does in the company's letters."""


def find_currency(text: str) -> str:
    """The code that a name, a sign or a code in small letters stands for; empty where nobody could say."""
    word = text.strip().casefold()
    if word in CODES:
        return CODES[word]
    return word.upper() if len(word) == 3 and word.isascii() and word.isalpha() else ""
