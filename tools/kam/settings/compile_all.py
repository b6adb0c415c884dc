"""From the bytes of the settings files to ``Settings``, with every problem they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from kam.model.problem import Level, Problem
from kam.model.schema import RecordType
from kam.settings.check_schema import check_schema, check_shared
from kam.settings.check_type import check_type, check_types
from kam.settings.compile import compile_type
from kam.settings.files import CONFIG
from kam.settings.parts import Known, Parts, read_parts
from kam.settings.read_values import check_currencies, read_currencies, read_people, read_products, read_site
from kam.settings.section import nearest
from kam.settings.settings import Settings
from kam.settings.shared import SHARED_FILE, Pieces, RefError
from kam.settings.topics import FILES as TOPIC_FILES
from kam.settings.topics import PARTS
from kam.settings.values import Currencies, Person, Product, SiteSettings
from kam.settings.yaml_reader import LocatedYaml, load_yaml_with_lines

SCHEMAS = f"{CONFIG}/schemas/"
MISSING = "settings-missing-file"
NEEDED_TYPE = "profile"
"""The record type without which there are no accounts."""
CONSEQUENCES = ("not-a-date", "no-choice", "no-initial", "unreachable", "dead-end", "both")
"""Messages about a whole type that may be due to another slip in its file; said once that is mended."""
OPTIONAL = ("people.yml", "products.yml", "currencies.yml")
FILES = ("kam.yml", *OPTIONAL)
FOLDERS = ("schemas", "kpis", "imports", "theme")


def compile_settings(root: Path, raws: Mapping[str, bytes], digest: str, unreadable: Sequence[str] = ()) -> Settings:
    """Check and compile; never raises for what a file holds. ``unreadable`` files are there, but not in ``raws``."""
    problems = [_unknown_file(path) for path in raws if not _is_known(path)]
    files = {name: _load(raws, f"{CONFIG}/{name}", problems) for name in FILES}
    types = _compile_types(raws, problems)
    site, people, products, currencies = _read_values(files)
    for file in files.values():
        problems += file.problems
    known = Known(types, people, products, site, _kpi_ids(raws))
    parts = _read_topics(raws, known, problems)
    if unreadable:
        problems = _with_unreadable(problems, unreadable)
    return Settings(
        root=root,
        types=types,
        folders={rtype.folder: name for name, rtype in types.items()},
        people=people,
        products=products,
        currencies=currencies,
        site=site,
        digest=digest,
        problems=_sort_problems(problems),
        parts=parts,
    )


def _read_topics(raws: Mapping[str, bytes], known: Known, problems: list[Problem]) -> Parts:
    files = {}
    for name in TOPIC_FILES:
        path = f"{CONFIG}/{name}"
        files[name] = (
            load_yaml_with_lines(path, raws[path], empty_ok=True) if path in raws else LocatedYaml(path, value={})
        )
        if files[name].value is None and not files[name].problems:
            files[name].value = {}
    parts = read_parts(files, known, PARTS)
    for file in files.values():
        problems += file.problems
    return parts


def _kpi_ids(raws: Mapping[str, bytes]) -> frozenset[str]:
    folder = f"{CONFIG}/kpis/"
    return frozenset(path[len(folder) : -len(".yml")] for path in raws if path.startswith(folder))


def _read_values(
    files: Mapping[str, LocatedYaml],
) -> tuple[SiteSettings, dict[str, Person], dict[str, Product], Currencies]:
    site = read_site(files["kam.yml"])
    people = read_people(files["people.yml"])
    products = read_products(files["products.yml"])
    currencies = read_currencies(files["currencies.yml"], site)
    if files["kam.yml"].value is not None and files["currencies.yml"].value is not None:
        check_currencies(files, people, products, currencies)
    return site, people, products, currencies


def _load(raws: Mapping[str, bytes], path: str, problems: list[Problem]) -> LocatedYaml:
    raw = raws.get(path)
    if raw is None:
        if not path.endswith(OPTIONAL):
            problems.append(missing_file(path))
        elif path.endswith("people.yml"):
            problems.append(missing_file(path, "people", Level.WARNING))
        return LocatedYaml(path, value={} if path.endswith(OPTIONAL) else None)
    file = load_yaml_with_lines(path, raw, empty_ok=path.endswith(OPTIONAL))
    if file.value is None and not file.problems:
        file.value = {}
    return file


def _with_unreadable(problems: list[Problem], paths: Sequence[str]) -> list[Problem]:
    """The problems with the unreadable files, and without what is only said because of them."""
    kept = [each for each in problems if each.rule not in (MISSING, "settings-bad-reference")]
    return [*kept, *(Problem(path, 0, 0, "settings-unreadable", Level.ERROR, args={"path": path}) for path in paths)]


def missing_file(path: str, key: str = "default", level: Level = Level.ERROR) -> Problem:
    """That a settings file is not there; ``key`` chooses the words."""
    return Problem(path, 0, 0, MISSING, level, key, {"path": path})


def _is_known(path: str) -> bool:
    _, *parts = path.split("/")
    if len(parts) == 1:
        return parts[0] in (*FILES, *TOPIC_FILES)
    if parts[0] == "schemas":
        return len(parts) == 2 and parts[1].endswith(".yml")
    return parts[0] in FOLDERS


def _unknown_file(path: str) -> Problem:
    near = nearest(path.split("/")[1], (*FILES, *TOPIC_FILES, *FOLDERS)) if path.count("/") == 1 else ""
    args = {"path": path, "near": f"{CONFIG}/{near}"}
    return Problem(path, 0, 0, "settings-unknown-file", Level.ERROR, "near" if near else "default", args)


def _compile_types(raws: Mapping[str, bytes], problems: list[Problem]) -> dict[str, RecordType]:
    """The types whose files are right; what is wrong with the others is added to ``problems``."""
    files = {
        path[len(SCHEMAS) : -len(".yml")]: load_yaml_with_lines(path, raw)
        for path, raw in raws.items()
        if path.startswith(SCHEMAS) and _is_known(path)
    }
    shared = files.pop(SHARED_FILE.removesuffix(".yml"), None)
    if shared is not None:
        check_shared(shared)
        problems += shared.problems
    types: dict[str, RecordType] = {}
    for name, file in sorted(files.items()):
        pieces = Pieces(file, shared)
        check_schema(name, file, pieces)
        if shared and shared.problems:
            continue
        if file.problems:
            _check_rest(name, file, pieces)
        else:
            types[name] = compile_type(name, pieces.inline(file.value))
            check_type(types[name], file)
    check_types(types, {*files, NEEDED_TYPE}, files)
    for file in files.values():
        problems += file.problems
    if NEEDED_TYPE not in files:
        problems.append(missing_file(f"{SCHEMAS}{NEEDED_TYPE}.yml"))
    return types


def _check_rest(name: str, file: LocatedYaml, pieces: Pieces) -> None:
    """What else is wrong with a schema that has slips already, as far as it makes a type in spite of them."""
    before = len(file.problems)
    with suppress(RefError, KeyError, TypeError, ValueError, AttributeError):
        check_type(compile_type(name, pieces.inline(file.value)), file)
    file.problems[before:] = [each for each in file.problems[before:] if each.key not in CONSEQUENCES]


def _sort_problems(problems: list[Problem]) -> list[Problem]:
    """By place, so that two runs say the same; each only once."""
    unique = {(problem.sort_key, str(sorted(problem.args.items()))): problem for problem in problems}
    return sorted(unique.values(), key=lambda problem: problem.sort_key)
