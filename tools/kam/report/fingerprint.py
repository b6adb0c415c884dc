"""What makes a problem the same one as before, though lines have moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from kam.model.problem import Problem


def iter_fingerprints(problems: Iterable[Problem]) -> Iterator[str]:
    """A text for each problem, different for each: file, record, field, rule and kind of message, not the place.

    Values are not part of it, so that a fingerprint tells nothing of them. Problems alike in all these are told apart
    by their order.
    """
    seen: Counter[str] = Counter()
    for each in problems:
        name = "\0".join((each.path, each.record, each.field, each.rule, each.key))
        seen[name] += 1
        yield blake2b(f"{name}\0{seen[name]}".encode("utf-8", "replace"), digest_size=16).hexdigest()
