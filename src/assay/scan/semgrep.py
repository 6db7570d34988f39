"""Scanner "semgrep": code of many languages, by rules that are in the commit.

Bad, where `assay.toml` names no rules: there are none that could be used without the network.
Good: `[scan.semgrep] rules = "security/semgrep"`, a folder of rules that are reviewed like code.

* semgrep is taken, or opengrep, whichever is there; it runs where `assay.toml` names it.
* Nothing is sent and nothing is fetched (`--metrics=off`, no version check), and no ignore file,
  size limit or `nosemgrep` comment takes anything away; a comment is noted beside the finding.
  semgrep itself tells of a comment only where it heeds it, so it is looked for in the source.
* It does not start where it finds no trust anchors, though it asks nobody: it is shown those that
  the system has.
* Which files it looks at follows from the languages of the rules. What it skipped, could not parse
  or gave up on is not checked.
"""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.fingerprint import Sighting
from assay.scan.imports.claim import object_of
from assay.scan.imports.codetools import read_semgrep
from assay.scan.ingested import read_ingested
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import (
    SUPPRESSED,
    Command,
    Reading,
    Sources,
    options_digest,
    parse_output,
)
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
_ASKS_NOBODY: Final = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
_IGNORE_NOTHING: Final = {".semgrepignore": b""}  # else it leaves out folders called tests
_FINDINGS: Final = 1
_SOME_FAILED: Final = 2  # a rule or a file: the rest is reported, and so is the error
_ANCHORS: Final = (  # files of certificates that everybody may read, where systems have them
    Path("/etc/ssl/certs"),
    Path("/etc/pki/ca-trust/extracted/pem"),
    Path("/etc/ssl/ca-bundle.pem"),
)
_COMMENT: Final = re.compile(r"\bnosem(?:grep)?\b", re.IGNORECASE)
_COMMENT_ALONE: Final = re.compile(r"\W{0,8}nosem(?:grep)?\b", re.IGNORECASE)  # of the next line
_SHOWN_ERRORS: Final = 3  # of those that ended a run


def semgrep_scanner(rules: str) -> ProgramScanner:
    """Return the scanner with the rules at the path `rules` of the commit; empty where none is."""
    return ProgramScanner(
        name="semgrep",
        tool="semgrep",
        nouns=("files", "rule_files"),
        takes=_is_regular_name,
        prepare=partial(_prepare, rules),
        statuses=frozenset({0, _FINDINGS, _SOME_FAILED}),
        read=partial(_read, rules),
        complaint=_complaint,
    )


def _is_regular_name(path: str) -> bool:
    return PurePosixPath(path).name != ".semgrepignore"


def _read(rules: str, completed: Completed, sources: Sources) -> Reading:
    """Read what semgrep wrote.

    Raises:
        MalformedError: It is not a report of the form of semgrep 1.x, or it failed for no reason
            that it tells.
    """
    if completed.status == _SOME_FAILED and not _errors(completed):
        raise MalformedError("it failed, and does not say at what")
    own = {path for path in sources.paths if _is_below(path, rules)}
    reading = read_ingested(completed, sources, read_semgrep)
    paths = object_of(parse_output(completed), "paths")
    scanned = {item.text().removeprefix("./") for item in paths.optional_items("scanned")}
    gaps = () if own else (_no_rules(rules),)
    return replace(
        reading,
        sightings=tuple(_with_comment(sighting, sources) for sighting in reading.sightings),
        examined={"files": len(sources.paths & scanned), "rule_files": len(own)},
        not_checked=(*reading.not_checked, *gaps),
    )


def _errors(completed: Completed) -> tuple[JsonValue, ...]:
    if not completed.output.strip():
        return ()
    return parse_output(completed).optional_items("errors")


def _complaint(completed: Completed) -> str:
    """Return what ended a run: semgrep says it in its report, and not on standard error."""
    try:
        errors = _errors(completed)
    except MalformedError:
        errors = ()
    told = [
        item.optional_text("short_msg") or item.optional_text("message").partition("\n")[0]
        for item in errors[:_SHOWN_ERRORS]
    ]
    return printable("; ".join(filter(None, told))) or completed.complaint()


def _with_comment(sighting: Sighting, sources: Sources) -> Sighting:
    """Return a sighting with a note where a comment asks semgrep to say nothing."""
    if sighting.note or not sighting.line:
        return sighting
    lines = sources.text(sighting.path).lines
    last = max(sighting.line, sighting.end_line)
    above = lines[sighting.line - 2 : sighting.line - 1] if sighting.line > 1 else ()
    marked = any(map(_COMMENT.search, lines[sighting.line - 1 : last]))
    if not marked and not any(map(_COMMENT_ALONE.match, above)):
        return sighting
    return replace(sighting, note=f"{SUPPRESSED}: nosemgrep")


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
    anchors = tuple(path for path in _ANCHORS if path.exists())
    return Command(
        arguments=(program, *_OPTIONS, f"--config=./{rules}", "."),
        version=ask_version(program, name=program.name, shown=anchors, environment=_ASKS_NOBODY),
        inputs={"options": options_digest(_OPTIONS), "rules": rules},
        environment=_ASKS_NOBODY,
        shown=anchors,
        placed=_IGNORE_NOTHING,
    )
