"""From the bytes of a file to its records: strict YAML, typed by the schema, every flaw named with its place."""

from __future__ import annotations

from kam.load.document import load_document, locate, locate_field
from kam.load.names import check_name
from kam.model.slug import casefold_key

__all__ = ["casefold_key", "check_name", "load_document", "locate", "locate_field"]
