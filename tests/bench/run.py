"""All benchmarks in one run: medians, ratios against plain tools doing the same work, and the goals.

    python tests/bench/run.py [--small] [--only check] [--keep FOLDER]

Each ``bench_*.py`` beside this file has ``lines(folder, small=…)``, which yields what it measured. Exit status 1 where
a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from compileall import compile_dir
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tools")]

from measure import Line  # noqa: E402


def main() -> int:
    """Run what was asked for, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a tenth of the records, fewer repetitions")
    parser.add_argument("--only", action="append", metavar="NAME", help="only bench_NAME.py")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the portfolios here and leave them")
    asked = parser.parse_args()
    names = sorted(path.stem for path in HERE.glob("bench_*.py"))
    chosen = [name for name in names if not asked.only or name.removeprefix("bench_") in asked.only]
    missed = 0
    compile_dir(os.environ.get("KAM_BENCH_TOOLS", HERE.parent.parent / "tools"), quiet=1)
    print(f"{'':68} {'kam':>10} {'plain':>10} {'ratio':>8} {'goal':>7}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        for name in chosen:
            for line in import_module(name).lines(folder, small=asked.small):
                missed += bool(line.goal) and not line.is_met
                print(_render(line), flush=True)
    return 1 if missed else 0


def _render(line: Line) -> str:
    theirs = "" if line.theirs is None else f"{line.theirs:.3f} {line.unit}"
    ratio = "" if line.theirs is None else f"{line.figure:.3f}"
    goal = f"{line.goal:.3g}" if line.goal else "–"
    verdict = "" if not line.goal else "met" if line.is_met else "MISSED"
    note = f"  ({line.note})" if line.note else ""
    return f"{line.name:68} {line.ours:.3f} {line.unit:2} {theirs:>10} {ratio:>8} {goal:>7} {verdict}{note}"


if __name__ == "__main__":
    sys.exit(main())
