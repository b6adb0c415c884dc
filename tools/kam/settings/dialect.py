"""The dialect of schema files: JSON Schema 2020-12 plus ``x-`` keywords, and what each keyword may hold."""

from __future__ import annotations

LANGUAGES = ("en", "zh")

TYPES = ("string", "integer", "number", "boolean", "array", "object")
LAYOUTS = ("record", "ledger")
SCOPES = ("account", "portfolio")
SENSITIVITIES = ("public", "internal", "confidential", "restricted")
SPECIAL_TARGETS = ("account", "person", "product", "contact", "attachment")
SHAPES = (
    "action", "transition", "log", "approval", "verification", "assignment", "contact", "line", "milestone", "raci",
)  # fmt: skip
RESERVED = ("account", "path", "type", "faulty")
"""Names a record's top fields may not have: every table has columns of these names."""

ONE_LINE = 300
MULTILINE = 20_000
"""Longest text of a field that names no ``maxLength``, in characters."""

TOP_KEYWORDS = {
    "$schema": "text", "type": "type", "additionalProperties": "false", "required": "names", "properties": "map",
    "$defs": "map", "x-label": "label", "x-plural": "label", "x-help": "label", "x-folder": "slug",
    "x-layout": "layout", "x-scope": "scope", "x-title": "text", "x-date": "text", "x-recommended": "names",
    "x-age": "count", "x-sensitivity": "sensitivity", "x-order": "pairs", "x-icon": "icon", "x-row": "text",
    "x-table": "identifier", "x-states": "states", "allOf": "conditions", "dependentRequired": "map",
}  # fmt: skip
FIELD_KEYWORDS = {
    "$ref": "text", "type": "type", "format": "format", "enum": "values", "const": "any", "pattern": "pattern",
    "minLength": "count", "maxLength": "count", "minimum": "number", "maximum": "number",
    "exclusiveMinimum": "number", "exclusiveMaximum": "number", "multipleOf": "number", "items": "map",
    "minItems": "count", "maxItems": "count", "uniqueItems": "flag", "properties": "map", "required": "names",
    "additionalProperties": "false", "minProperties": "count", "maxProperties": "count", "dependentRequired": "map",
    "allOf": "conditions", "x-label": "label", "x-help": "label", "x-multiline": "flag", "x-choices": "choices",
    "x-ref": "targets", "x-money": "text", "x-unit": "unit", "x-sensitivity": "sensitivity", "x-shape": "shape",
    "x-recommended": "names", "x-weight": "count", "x-unique": "flag", "x-order": "pairs",
}  # fmt: skip
"""Keyword → what it holds (see ``kam.settings.keywords``)."""

CONDITION_KEYWORDS = frozenset({
    "if", "then", "else", "allOf", "anyOf", "oneOf", "not", "properties", "required", "const", "enum", "contains",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "minLength", "maxLength",
    "dependentRequired", "items", "type",
})  # fmt: skip
"""What may stand inside ``allOf``: plain conditions, such as a reason being required once something is lost."""

NOT_WITH_TYPE = {
    "string": ("minimum", "maximum", "items", "properties", "maxItems"),
    "integer": ("maxLength", "minLength", "pattern", "items", "properties", "x-multiline"),
    "number": ("maxLength", "minLength", "pattern", "items", "properties", "x-multiline"),
    "boolean": ("maxLength", "pattern", "minimum", "maximum", "items", "properties", "enum", "x-money"),
    "array": ("maxLength", "pattern", "minimum", "maximum", "properties", "enum", "required"),
    "object": ("maxLength", "pattern", "minimum", "maximum", "items", "enum", "maxItems"),
}
"""Keywords that say nothing about a value of the type, so that writing them is a slip."""

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
_WORD = "[0-9a-z\\u00df-\\u00f6\\u00f8-\\u00ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3]"

FORMAT_PATTERNS = {
    "date-time": f"^{_DAY}T{_TIME}$",
    "moment": f"^{_DAY}(T{_TIME})?$",
    "month": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "uri": "^https?://[^\\s<>\"'\\\\]+$",
    "phone": "^[+(]?[0-9][0-9 ()./-]{2,28}((ext|x|转|#) ?[0-9]{1,6})?$",
    "country": "^[A-Z]{2}$",
    "currency": "^[A-Z]{3}$",
    "slug": f"^{_WORD}+(-{_WORD}+)*$",
    "version": "^v?[0-9]{1,6}([.][0-9]{1,6}){0,3}([-+][0-9A-Za-z.]{1,40})?$",
}
"""Formats of our own as patterns; read by Python's and Rust's regular expressions alike."""
PLAIN_FORMATS = ("date", "email")
"""Formats that JSON Schema knows and means as we do."""
FORMATS = (*PLAIN_FORMATS, *FORMAT_PATTERNS, "percent")
NUMBER_FORMATS = ("percent",)

ONE_LINE_PATTERN = "^[^\\u0000-\\u001f\\u007f\\u0085\\u2028\\u2029]*$"
MULTILINE_PATTERN = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"
