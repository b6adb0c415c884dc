"""All that can be mended in one file, mended one safe step after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from kam.mending.page import Page
from kam.mending.patch import Patch, Span, overlap, replace_spans
from kam.mending.proof import Key, is_safe, key_of
from kam.mending.registry import load_fixes
from kam.mending.tidy import TIDIES
from kam.model.problem import Problem

MAX_STEPS = 2000
"""So many times a file is read again at most."""

TOLD = frozenset({"unknown-person", "unknown-product", "unknown-contact", "unknown-currency"})
"""Rules on records whose problems have a fix: they are told, not found by reading the file."""

Pair = tuple[Problem, Patch]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was mended in ``line`` (of the file as it was then): the problem's rule, the lines before and after."""

    rule: str
    line: int
    before: str
    after: str
    note: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Mending:
    """A file's new content, what was mended in it, and the keys of the problems that are gone by that."""

    raw: bytes
    mended: list[Mended] = field(default_factory=list)
    keys: set[Key] = field(default_factory=set)


def mend_file(page: Page, told: Iterable[Problem] = (), only: Collection[str] = (), *, tidies: bool = False) -> Mending:
    """Mend the page. ``told`` are problems of it that rules on records found, ``only`` the rules asked for (all where
    it is empty). With ``tidies`` blanks at the ends of lines and the order of fields are put right too.

    What cannot be mended without changing anything else, and all that leaves a choice, stays as it is.
    """
    return _Mender(page, told, only).run(tidies=tidies)


class _Mender:
    def __init__(self, page: Page, told: Iterable[Problem], only: Collection[str]) -> None:
        fixes = load_fixes()
        self.fixes = {rule: fix for rule, fix in fixes.items() if not only or rule in only}
        self.page, self.only = page, only
        self.told = [each for each in told if each.rule in TOLD]
        self.result = Mending(page.raw)
        self.refused: set[Key] = set()
        self.steps = 0

    def run(self, *, tidies: bool) -> Mending:
        # What was refused may be safe once something else is mended.
        while self._mend_once() and self.refused:
            self.refused.clear()
        if tidies and not self.page.is_in_conflict:
            self._tidy()
        self.result.raw = self.page.raw
        return self.result

    def _mend_once(self) -> bool:
        """Mend until nothing is left that has not been refused; False where nothing was mended."""
        raw = self.page.raw
        while not self.page.is_in_conflict and self.steps < MAX_STEPS:
            pairs = list(self._choose([*self.page.problems, *self.told]))
            if not pairs:
                break
            self._try(pairs)
        return self.page.raw != raw

    def _choose(self, problems: Sequence[Problem]) -> Iterable[Pair]:
        """Patches that do not touch each other; one that makes the file readable at all comes alone."""
        taken: list[Pair] = []
        for problem in problems:
            if problem.rule not in self.fixes or key_of(problem) in self.refused:
                continue
            patch = self.fixes[problem.rule](problem, self.page)
            if patch is None:
                continue
            if patch.uncovers:
                return [(problem, patch)]
            if not any(overlap(patch.spans, each.spans) for _, each in taken):
                taken.append((problem, patch))
        return taken

    def _try(self, pairs: Sequence[Pair]) -> None:
        """Make the changes; where that is not safe, half of them. What is left comes again in the next step."""
        self.steps += 1
        problems, patches = [each for each, _ in pairs], [each for _, each in pairs]
        after = self._changed(patches)
        if is_safe(self.page, after, problems, patches):
            for problem, patch in pairs:
                self._note(problem, patch)
            self.page = after
        elif len(pairs) == 1:
            self.refused.add(key_of(problems[0]))
        else:
            self._try(pairs[: len(pairs) // 2])

    def _changed(self, patches: Sequence[Patch]) -> Page:
        whole = next((each.raw for each in patches if each.raw is not None), None)
        if whole is not None:
            return self.page.with_raw(whole)
        return self.page.apply(span for patch in patches for span in patch.spans)

    def _note(self, problem: Problem, patch: Patch) -> None:
        line = self.page.line_of(patch.spans[0].start) if patch.spans else problem.line
        old, new = _lines_of(self.page, patch.spans)
        self.result.mended.append(Mended(problem.rule, max(line, 1), old, new, patch.note))
        self.result.keys.add(key_of(problem))
        if problem in self.told:
            self.told.remove(problem)

    def _tidy(self) -> None:
        for rule, find in TIDIES.items():
            patch = find(self.page) if not self.only or rule in self.only else None
            if patch is None:
                continue
            after = self.page.apply(patch.spans)
            if is_safe(self.page, after, (), (patch,)):
                line = self.page.line_of(patch.spans[0].start)
                self.result.mended.append(Mended(rule, line, "", ""))
                self.page = after


def _lines_of(page: Page, spans: Iterable[Span]) -> tuple[str, str]:
    """The lines that a patch changes, as they are and as they will be."""
    by_line: dict[int, list[Span]] = {}
    for span in sorted(spans):
        by_line.setdefault(page.line_of(span.start), []).append(span)
    old, new = [], []
    for number, each in by_line.items():
        if all(span.start == span.end and span.new.endswith("\n") for span in each):
            new += [span.new.strip() for span in each]
            continue
        start = page.line_span(number)[0]
        end = page.line_span(page.line_of(max(span.end for span in each)))[1]
        text = page.text[start:end]
        old.append(text.strip())
        new.append(replace_spans(text, (Span(s - start, e - start, put) for s, e, put in each)).strip())
    return " … ".join(old), " … ".join(new)
