"""Make the mutants, run the tests against them, and say which survived."""

import argparse
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence

from mutants.equivalent import load_equivalents
from mutants.judges import KERNEL, PACKAGES, all_modules, choose_judges, list_tests, load_seen
from mutants.loading import ROOT, path_of
from mutants.mutation import Mutant, mutants_of
from mutants.report import Report, as_json, as_markdown, as_text
from mutants.results import Result, digest_of, load_results, name_of, save_results
from mutants.running import load_run, run_mutants


def main(arguments: Sequence[str]) -> int:
    """Run, write the report, and return 1 where the score is below `--at-least`."""
    asked = _parser().parse_args(arguments)
    modules = _modules(asked.module, asked.since)
    known = {**load_results(), **load_run()}
    save_results(known)  # what an interrupted run has found is lost otherwise by the next one
    for package, folders in {}.items() if asked.report_only else PACKAGES.items():
        inside = [name for name in modules if _is_in(name, [package])]
        files = list_tests(asked.tests or folders)
        tests = tuple(choose_judges(files, map(path_of, inside), load_seen()))
        mutants = [m for name in inside for m in _mutants(name, asked)]
        waiting = [m for m in mutants if asked.again or not _is_known(m, known, tests)]
        if waiting:
            anew = not asked.in_functions
            known.update(run_mutants(waiting, tests=tests, jobs=asked.jobs, anew=anew))
            save_results(known)
    mutants = [m for name in modules for m in _mutants(name, asked)]
    report = Report(mutants=mutants, results=known, equivalents=load_equivalents())
    sys.stdout.write(as_text(report) + "\n")
    (ROOT / ".mutants").mkdir(exist_ok=True)
    (ROOT / ".mutants" / "report.json").write_text(as_json(report))
    (ROOT / ".mutants" / "report.md").write_text(as_markdown(report))
    return int(report.score(report.tried).share < asked.at_least)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument(
        "--module",
        action="append",
        help="only this module or package (evidence.merkle); again for more",
    )
    parser.add_argument("--since", help="only modules that changed since this revision")
    parser.add_argument(
        "--tests", action="append", help="tests to choose from (default: all that run the module)"
    )
    parser.add_argument(
        "--one-in", type=int, default=1, help="only one of so many mutants, always the same"
    )
    parser.add_argument(
        "--part", type=int, default=0, help="which of those shares, from 0: a fresh sample"
    )
    parser.add_argument(
        "--in-functions", action="store_true", help="leave out faults that load everything anew"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--again", action="store_true", help="run also what is known from earlier")
    parser.add_argument("--report-only", action="store_true", help="run nothing")
    parser.add_argument("--at-least", type=float, default=0.0, help="percent that must be killed")
    return parser


def _modules(asked: Sequence[str] | None, since: str | None) -> list[str]:
    wanted = [
        f"assay.{name.removeprefix('assay.')}" for name in asked or (PACKAGES if since else KERNEL)
    ]
    names = [name for name in all_modules() if _is_in(name, wanted)]
    if since is None:
        return names
    changed = subprocess.run(
        ("git", "diff", "--name-only", since, "--", "src"),
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return [name for name in names if str(path_of(name).relative_to(ROOT)) in changed]


def _is_in(name: str, wanted: Iterable[str]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in wanted)


def _mutants(module: str, asked: argparse.Namespace) -> tuple[Mutant, ...]:
    """Return the mutants of a module, or a fixed share of them, spread by their names."""
    found = mutants_of(module, path_of(module).read_text())
    if asked.in_functions:
        found = tuple(m for m in found if m.holder)
    return tuple(m for m in found if zlib.crc32(name_of(m).encode()) % asked.one_in == asked.part)


def _is_known(mutant: Mutant, known: Mapping[str, Result], tests: Sequence[str]) -> bool:
    found = known.get(name_of(mutant))
    return found is not None and found.digest == digest_of(mutant, found.by, tests)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
