"""Which records are left out because of errors, and what else the check found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from kam.model.problem import Level, Problem
from kam.model.schema import Field, RecordType, Sensitivity
from kam.model.texts import render_message, render_title
from kam.site.audience import is_shown
from kam.site.page import Page
from kam.site.view import View

LISTED = 200


def render(view: View) -> Iterator[Page]:
    """The one page ``problems``."""
    left_out = _left_out(view)
    rules = Counter((p.level.value, p.rule) for p in view.snapshot.problems)
    yield view.page(
        "problems",
        "problems.html",
        view.word("left_out"),
        hide=("navigation", "toc"),
        left_out=dict(sorted(left_out.items())[:LISTED]),
        left_out_count=len(left_out),
        rules=[
            (level, render_title(rule, view.lang), rule, count)
            for (level, rule), count in sorted(rules.items(), key=lambda each: (each[0][0], -each[1], each[0][1]))
        ],
    )


def _left_out(view: View) -> dict[str, list[dict[str, object]]]:
    """Path of a file (and entry) → why it is not on the site."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    shown_paths = _shown_paths(view)
    for problem in view.snapshot.problems:
        rtype = _type_of(view, problem)
        if problem.level is not Level.ERROR or (rtype and not is_shown(rtype.sensitivity)):
            continue
        is_whole_file = not problem.record and problem.path not in shown_paths
        if is_whole_file or (problem.record and not _is_on_site(view, problem.record)):
            name = problem.path + (f" #{problem.record.partition('#')[2]}" if "#" in problem.record else "")
            found[name].append(_why(view, problem, rtype))
    return found


def _why(view: View, problem: Problem, rtype: RecordType | None) -> dict[str, object]:
    """The reason in words. What might quote a confidential value says only which rule and where."""
    message, hint = render_message(problem, view.lang)
    sensitivity = _sensitivity(problem, rtype)
    if sensitivity is None or not is_shown(sensitivity):
        message, hint = view.word("see_check"), ""
    return {
        "line": problem.line,
        "title": render_title(problem.rule, view.lang),
        "message": message,
        "hint": hint,
        "field": problem.field,
    }


def _sensitivity(problem: Problem, rtype: RecordType | None) -> Sensitivity | None:
    """The highest sensitivity along the field's path; None where the field is not known."""
    if rtype is None or not problem.field:
        return None
    highest, fields = Sensitivity.PUBLIC, {f.name: f for f in rtype.fields}
    for part in problem.field.split("."):
        name = part.partition("[")[0]
        if name == "entries" and name not in fields:
            continue
        each: Field | None = fields.get(name)
        if each is None:
            return None
        highest = max(highest, each.sensitivity, key=lambda s: s.rank)
        fields = dict(each.by_name)
    return highest


def _type_of(view: View, problem: Problem) -> RecordType | None:
    """The type of the record a problem is in, from the whole settings: also of types the site leaves out."""
    parts = problem.path.split("/")
    folder = "profile" if parts[-1] == "profile.md" else parts[2] if len(parts) > 3 else ""
    return next((t for t in view.snapshot.settings.types.values() if t.folder == folder), None)


def _shown_paths(view: View) -> frozenset[str]:
    shown = {r.path for by_type in view.snapshot.by_account.values() for records in by_type.values() for r in records}
    return frozenset(shown | {r.path for r in view.snapshot.profiles.values()})


def _is_on_site(view: View, record_id: str) -> bool:
    account, _, name = record_id.partition("/")
    return view.shower.places.href("index", record_id) is not None or (
        name == "profile" and account in view.snapshot.profiles
    )
