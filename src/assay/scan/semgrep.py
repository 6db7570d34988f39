"""Scanner "semgrep": code of many languages, by rules that are in the commit.

Bad, where `assay.toml` names no rules: there are none that could be used without the network.
Good: `[scan.semgrep] rules = "security/semgrep"`, a folder of rules that are reviewed like code.

* semgrep is taken, or opengrep, whichever is there; it runs where `assay.toml` names it.
* Nothing is sent and nothing is fetched (`--metrics=off`, no version check), and no ignore file,
  size limit or `nosemgrep` comment takes anything away; a comment is noted beside the finding.
* Which files it looks at follows from the languages of the rules. What it skipped, could not parse
  or gave up on is not checked.
"""

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from assay.core.notchecked import NotChecked
from assay.scan.imports.claim import object_of
from assay.scan.imports.codetools import read_semgrep
from assay.scan.ingested import read_ingested
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command, Reading, Sources, options_digest, parse_output
from assay.scan.versions import ask_version
from assay.system.process import Completed, find_program

_PROGRAMS: Final = ("semgrep", "opengrep")
_OPTIONS: Final = (
    "scan",
    "--json",
    "--quiet",
    "--metrics=off",
    "--disable-version-check",
    "--no-git-ignore",
    "--disable-nosem",
    "--max-target-bytes=0",
    "--no-rewrite-rule-ids",
    "--jobs=1",
)
_IGNORE_NOTHING: Final = {".semgrepignore": b""}  # else it leaves out folders called tests
_FINDINGS: Final = 1


def semgrep_scanner(rules: str) -> ProgramScanner:
    """Return the scanner with the rules at the path `rules` of the commit; empty where none is."""
    return ProgramScanner(
        name="semgrep",
        tool="semgrep",
        nouns=("files", "rule_files"),
        takes=_is_regular_name,
        prepare=partial(_prepare, rules),
        statuses=frozenset({0, _FINDINGS}),
        read=partial(_read, rules),
    )


def _is_regular_name(path: str) -> bool:
    return PurePosixPath(path).name != ".semgrepignore"


def _read(rules: str, completed: Completed, sources: Sources) -> Reading:
    """Read what semgrep wrote.

    Raises:
        MalformedError: It is not a report of the form of semgrep 1.x.
    """
    own = {path for path in sources.paths if _is_below(path, rules)}
    reading = read_ingested(completed, sources, read_semgrep)
    paths = object_of(parse_output(completed), "paths")
    scanned = {item.text().removeprefix("./") for item in paths.optional_items("scanned")}
    gaps = () if own else (_no_rules(rules),)
    return replace(
        reading,
        examined={"files": len(sources.paths & scanned), "rule_files": len(own)},
        not_checked=(*reading.not_checked, *gaps),
    )


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _no_rules(rules: str) -> NotChecked:
    return NotChecked(
        what="rules",
        where=rules or "scan.semgrep.rules",
        why="there are no rules for semgrep in the commit",
        remedy="put rules into the commit, and name their folder in assay.toml",
    )


def _prepare(rules: str) -> Command | None:
    program = next(filter(None, map(find_program, _PROGRAMS)), None)
    if program is None:
        return None
    return Command(
        arguments=(program, *_OPTIONS, f"--config=./{rules}", "."),
        version=ask_version(program, name=program.name),
        inputs={"options": options_digest(_OPTIONS), "rules": rules},
        environment={"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"},
        placed=_IGNORE_NOTHING,
    )
