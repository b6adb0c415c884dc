"""The transformations a mapping can name, each from text (or what the step before made of it) to a value.

A step is made once from its settings and then called for each value. It raises BadValueError with a message key
for what it cannot take. The order in ``STEPS`` is the order in which they are applied, whatever the mapping's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from kam.importers.cells import DateCell, NumberCell, is_typed
from kam.model.record import Value
from kam.model.slug import slugify

Step = Callable[[Any], Any]
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\Z")
ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?\Z")
TRUE = frozenset({"true", "yes", "y", "1", "x", "on", "是", "有", "√", "✓"})
FALSE = frozenset({"false", "no", "n", "0", "off", "否", "无"})
MAX_SHOWN = 80
MONEY_SIGNS = re.compile(r"[\s\u00a0'’$€£¥￥]")


class BadValueError(Exception):
    """A value that cannot be taken; ``key`` names the message, ``words`` fill it.

    Whoever knows adds the ``field`` it was for and the ``line`` it stood on.
    """

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key)
        self.key = key
        self.words = {name: word if len(word) <= MAX_SHOWN else f"{word[:MAX_SHOWN]}…" for name, word in words.items()}
        self.field = ""
        self.line = 0


def make_replace(table: Any, _: str) -> Step:
    """Other spellings of a value; what is not in the table stays."""
    known = {str(key): value for key, value in table.items()}
    return lambda text: known.get(text, text)


def make_lookup(table: Any, _: str) -> Step:
    """A table of all values there are; anything else is refused (or taken by ``otherwise``)."""
    known = {str(key): value for key, value in table.items()}

    def step(text: Any) -> Any:
        if text not in known:
            raise BadValueError("not-in-lookup", value=str(text), known=", ".join(sorted(known)[:12]))
        return known[text]

    return step


def make_number(options: Any, _: str) -> Step:
    """A number as people and programs write it: ``times`` scales, ``decimals`` rounds, ``comma`` means 1.234,5."""
    settings: dict[str, Any] = options if isinstance(options, dict) else {}
    times = Decimal(str(settings.get("times", 1)))
    decimals = settings.get("decimals")
    comma = bool(settings.get("comma"))

    def step(text: Any) -> Value:
        number = parse_number(str(text), comma=comma and not isinstance(text, NumberCell)) * times
        if decimals is not None:
            number = round(number, int(decimals))
        return plain(number)

    return step


def parse_number(text: str, *, comma: bool = False) -> Decimal:
    """Exact number of a text with thousands marks, currency signs or accounting brackets; raises BadValueError."""
    bare = MONEY_SIGNS.sub("", text)
    negative = bare.startswith("(") and bare.endswith(")")
    if negative:
        bare = bare[1:-1]
    bare = _without_points(bare).replace(",", ".") if comma else _without_thousands(bare)
    if not NUMBER.match(bare):
        raise BadValueError("no-number", value=text)
    try:
        number = Decimal(bare)
    except InvalidOperation:
        raise BadValueError("no-number", value=text) from None
    return -number if negative else number


def _without_thousands(text: str) -> str:
    return text.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text) else text


def _without_points(text: str) -> str:
    """A point between other than groups of three is no thousands mark: such a text stays wrong, not ten times more."""
    return text.replace(".", "") if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?", text) else text.replace(".", "?")


def plain(number: Decimal) -> int | Decimal:
    """The number without needless zeros: whole ones as ``int``."""
    if number == number.to_integral_value():
        return int(number)
    return number.normalize()


def make_integer(_: Any, __: str) -> Step:
    """A whole number; ``17.0`` counts as one."""

    def step(text: Any) -> int:
        number = parse_number(str(text))
        if number != number.to_integral_value():
            raise BadValueError("no-integer", value=str(text))
        return int(number)

    return step


def make_boolean(_: Any, __: str) -> Step:
    """Yes or no in the usual spellings of English, Chinese and spreadsheets."""

    def step(text: Any) -> bool:
        word = str(text).casefold()
        if word in TRUE or word in FALSE:
            return word in TRUE
        raise BadValueError("no-boolean", value=str(text))

    return step


@lru_cache(maxsize=65536)
def parse_moment(text: str, formats: tuple[str, ...]) -> datetime:
    """Date and time by the first format that fits (``strptime``; ``iso`` for ISO 8601); raises BadValueError.

    A full ISO form fits any mapping: it can mean one date only, and so the rejected rows of a workbook come back.
    """
    for each in (*formats, "iso") if ISO.match(text) else formats:
        try:
            return datetime.fromisoformat(text) if each == "iso" else datetime.strptime(text, each)
        except ValueError:
            continue
    raise BadValueError("no-date", value=text, format=" | ".join(formats))


def _parse_cell(text: Any, formats: tuple[str, ...]) -> datetime:
    return parse_moment(str(text), ("iso",) if isinstance(text, DateCell) else formats)


def _formats(options: Any) -> tuple[str, ...]:
    if isinstance(options, list):
        return tuple(str(each) for each in options)
    return (str(options),) if isinstance(options, str) else ("iso",)


def make_date(options: Any, _: str) -> Step:
    """A calendar day in ISO form; a time of day is dropped."""
    formats = _formats(options)
    return lambda text: _parse_cell(text, formats).date().isoformat()


def make_moment(options: Any, zone: str) -> Step:
    """A date-time with zone in ISO form; the mapping's ``time_zone`` applies where the text names none."""
    formats = _formats(options)
    local = ZoneInfo(zone or "UTC")

    def step(text: Any) -> str:
        moment = _parse_cell(text, formats)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=local)
        return show_moment(moment)

    return step


def show_moment(moment: datetime) -> str:
    """ISO form, without seconds where they are zero, UTC as ``Z``."""
    moment = moment.replace(microsecond=0)
    spec = "seconds" if moment.second else "minutes"
    text = moment.isoformat(timespec=spec)
    return text.removesuffix("+00:00") + "Z" if moment.utcoffset() == UTC.utcoffset(None) else text


def make_part(name: Any, _: str) -> Step:
    """Year, quarter, month or day of a date."""

    def step(text: Any) -> str:
        day = date.fromisoformat(str(text)[:10])
        return str({"year": day.year, "quarter": (day.month + 2) // 3, "month": day.month, "day": day.day}[str(name)])

    return step


def make_cut(length: Any, _: str) -> Step:
    """At most so many characters; longer text ends with an ellipsis."""
    most = int(length)
    return lambda text: text if len(str(text)) <= most else str(text)[: most - 1].rstrip() + "…"


def _when_true(step: Step) -> Callable[[Any, str], Step]:
    """The step if it is wanted; a cell that knows what it was stays so where the step leaves its text alone."""

    def kept(text: Any) -> Any:
        made = step(text)
        return text if is_typed(text) and made == text else made

    return lambda wanted, _: kept if wanted else lambda text: text


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())


STEPS: dict[str, Callable[[Any, str], Step]] = {
    "one_line": _when_true(_one_line),
    "lower": _when_true(lambda text: str(text).lower()),
    "upper": _when_true(lambda text: str(text).upper()),
    "title_case": _when_true(lambda text: str(text).title()),
    "replace": make_replace,
    "lookup": make_lookup,
    "number": make_number,
    "integer": make_integer,
    "boolean": make_boolean,
    "date": make_date,
    "moment": make_moment,
    "part": make_part,
    "cut": make_cut,
    "slug": _when_true(lambda text: slugify(str(text))),
}
