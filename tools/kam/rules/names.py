"""When two names mean the same company, person or contract number.

Everything here is pure. A key is made of what people keep the same when they write a name down: letters and digits,
without case, accents, width, spaces and punctuation, and without the legal form. A key is for comparing only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

GROUP = "group"
WORD_FORMS = {
    "limited": "ltd", "ltd": "ltd", "ltda": "ltda", "llc": "llc", "gmbh": "gmbh", "ggmbh": "ggmbh", "sarl": "sarl",
    "srl": "srl", "sl": "sl", "slu": "sl", "bv": "bv", "bvba": "bv", "pty": "", "pte": "", "pvt": "", "private": "",
    "bhd": "bhd", "sdn": "", "aps": "aps", "oy": "oy", "oyj": "oy", "ooo": "ooo", "zoo": "zoo", "sp": "", "kft": "kft",
    "doo": "doo", "sro": "sro", "wll": "wll", "inc": "inc", "incorporated": "inc", "corp": "corp",
    "corporation": "corp", "plc": "plc", "ag": "ag", "sa": "sa", "sas": "sas", "spa": "spa", "nv": "nv", "se": "se",
    "ab": "ab", "as": "as", "asa": "as", "kk": "kk", "jsc": "jsc", "pjsc": "jsc", "zao": "zao", "kg": "kg",
    "kgaa": "kgaa", "ohg": "ohg", "llp": "llp", "lp": "lp", "co": "", "company": "", "cie": "", "group": GROUP,
    "gruppe": GROUP, "groupe": GROUP,
}  # fmt: skip
"""Words at a name's end that say what kind of company it is → the form they stand for ("" adds nothing)."""
CHINESE_FORMS = (
    ("股份有限责任公司", "ltd"), ("有限责任公司", "ltd"), ("股份有限公司", "ltd"), ("股份公司", "ltd"),
    ("有限公司", "ltd"), ("总公司", ""), ("公司", ""), ("集团", GROUP),
)  # fmt: skip
"""The same in Chinese, the longer before the shorter. A limited company that went public is the same company."""
JOINERS = frozenset({"and", "und", "et", "y", "e"})
COUNTRIES = frozenset({"中国", "china", "prc", "cn"})
HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "sir", "mme"})
CHINESE_HONORIFICS = ("先生", "女士", "小姐", "教授", "博士")
NUMBER_WORDS = frozenset({"contract", "number", "no", "nr"})
CHINESE_NUMBER = re.compile(r"^(合同|协议|编号|号码|号)+(?=.*\d)")

_BRACKETED = re.compile(r"\(([^()]*)\)")
_MARKS = re.compile("[\u0300-\u036f]")


class CompanyName(NamedTuple):
    """A company's name taken apart: the ``core`` that makes it this company and no other, the kinds of legal ``forms``
    it names, and whether it says ``(China)``, as the local branch of a foreign company does."""

    core: str
    forms: frozenset[str]
    local: bool

    def is_same(self, other: CompanyName) -> bool:
        """The same name and nothing that speaks against it: legal forms alike, or left out by one."""
        mine, others = self.forms - {GROUP}, other.forms - {GROUP}
        alike = not mine or not others or mine == others
        return (self.core, self.local) == (other.core, other.local) and alike and self.is_group == other.is_group

    @property
    def is_group(self) -> bool:
        """Whether it calls itself a group of companies."""
        return GROUP in self.forms


def fold(text: str) -> str:
    """Lower case, half width, no accents: ``Ｓociété`` → ``societe``."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _MARKS.sub("", folded)).replace("&", " and ")


def squash(text: str) -> str:
    """Only the letters and digits of a folded text."""
    return "".join(each for each in fold(text) if each.isalnum())


@lru_cache(maxsize=50_000)
def company_name(text: str) -> CompanyName:
    """Take a company's name apart. A name that is nothing but a legal form keeps it as its core."""
    folded = fold(text).replace("（", "(").replace("）", ")")
    brackets = [squash(each) for each in _BRACKETED.findall(folded)]
    local = any(each in COUNTRIES for each in brackets)
    if local:
        folded = _BRACKETED.sub(lambda found: " " if squash(found[1]) in COUNTRIES else found[0], folded)
    words, forms = _strip_words(_split(folded))
    core, chinese = _strip_chinese("".join(words))
    return CompanyName(core or squash(text), (forms | chinese) - {""}, local)


def company_key(text: str) -> str:
    """The core of a company's name: ``ACME, Gmbh & Co. KG`` → ``acme``, ``华星（集团）有限公司`` → ``华星``."""
    return company_name(text).core


@lru_cache(maxsize=50_000)
def person_key(text: str) -> str:
    """A person's name for comparing: without titles, and with ``Smith, Anna`` turned round."""
    folded = fold(text)
    if folded.count(",") == 1 and not any("\u3400" <= each <= "\u9fff" for each in folded):
        family, given = folded.split(",")
        folded = f"{given} {family}"
    words = [word for word in _split(folded) if word not in HONORIFICS]
    key = "".join(words) or squash(text)
    while key.endswith(CHINESE_HONORIFICS) and len(key) > 2:
        key = key[:-2]
    return key


def number_key(text: str) -> str:
    """A contract number for comparing: ``合同编号：HT-2025/014`` → ``ht2025014``."""
    words = _split(fold(text))
    while len(words) > 1 and words[0] in NUMBER_WORDS:
        words = words[1:]
    return CHINESE_NUMBER.sub("", "".join(words))


def _split(folded: str) -> list[str]:
    """Words of letters and digits; dots and apostrophes join (``S.A.``, ``O'Neill``), single letters at the end too."""
    words = "".join(each if each.isalnum() else "" if each in ".'’·" else " " for each in folded).split()
    tail: list[str] = []
    while words and len(words[-1]) == 1 and words[-1].isascii():
        tail.insert(0, words.pop())
    return [*words, "".join(tail)] if tail else words


def _strip_words(words: list[str]) -> tuple[list[str], frozenset[str]]:
    """Drop ``the`` in front and legal forms at the end; one word always stays."""
    forms: set[str] = set()
    while len(words) > 1 and (words[-1] in WORD_FORMS or words[-1] in JOINERS):
        word = words.pop()
        if word in WORD_FORMS:
            forms.add(WORD_FORMS[word])
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return words, frozenset(forms)


def _strip_chinese(core: str) -> tuple[str, frozenset[str]]:
    forms: set[str] = set()
    found = True
    while found:
        found = False
        for ending, form in CHINESE_FORMS:
            if core.endswith(ending) and len(core) > len(ending) + 1:
                core, found = core.removesuffix(ending), True
                forms.add(form)
                break
    return core, frozenset(forms)
