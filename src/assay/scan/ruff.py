"""Scanner "ruff": Python files, read by the security rules (`S`) of ruff.

Bad: `subprocess.run("ls " + name, shell=True)`, since `name` may hold a command of its own.
Good: `subprocess.run(["/bin/ls", name])`.

* It runs where `assay.toml` names it, beside bandit, whose rules it has anew; what both find is one
  finding with two observations.
* No configuration is loaded, nothing is excluded by its name, and no `# noqa` takes a finding away.
* A file counts as read only where ruff's log says that it checked it, and nothing says that it
  could not; one with a syntax error is not read.
"""

import re
from functools import lru_cache
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting, hides_literals
from assay.scan.bandit import is_python_file
from assay.scan.banditrules import RULES
from assay.scan.imports.mapping import find_path
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command, Reading, Rule, Sources, options_digest, parse_output
from assay.scan.versions import ask_version
from assay.system.process import Completed, find_program

_OPTIONS: Final = (
    "check",
    "--isolated",
    "--select=S",
    "--ignore-noqa",
    "--no-cache",
    "--no-respect-gitignore",
    "--config=exclude=[]",  # by default it leaves out folders that are called build, or venv
    "--output-format=json",
    "--verbose",
    ".",
)
_CHECKED: Final = re.compile(r"\]\[DEBUG\] Checking: (.+)$", re.MULTILINE)
_FAILED: Final = re.compile(r"^warning: Failed to lint (.+?): (.*)$", re.MULTILINE)
_CODE: Final = re.compile(r"S[0-9]+\Z")
_FINDINGS: Final = 1
# Of what bandit rates low: noise where nobody asks for it. Everything else is rated as medium, for
# ruff tells no severity; what bandit says of the same line decides where it runs too.
_LOW: Final = frozenset({"S101", "S110", "S112", "S311", "S403", "S404", "S603", "S607"})
_HIGH: Final = frozenset({"S602", "S605", "S501", "S324", "S202", "S701"})


def read_report(completed: Completed, sources: Sources) -> Reading:
    """Read what ruff wrote.

    Raises:
        MalformedError: It is not a report of the form of ruff 0.6 or later.
    """
    log = completed.errors.decode("utf-8", "replace")
    failed = {_path(name, sources): why for name, why in _FAILED.findall(log)}
    items = parse_output(completed).items()
    for item in items:
        if not _is_finding(item):
            failed.setdefault(_path_of(item, sources), item.field("message").text())
    checked = {_path(name, sources) for name in _CHECKED.findall(log)}
    finished = sources.paths.intersection(checked).difference(failed)
    text_of = lru_cache(maxsize=4)(sources.text)

    def sighting(item: JsonValue) -> Sighting:
        path, line = _path_of(item, sources), item.field("location").field("row").integer()
        code, url = item.field("code").text(), item.optional_text("url")
        rule = RULES.get(f"B{code[1:]}") or Rule(item.field("message").text(), f"Read {url}")
        hidden = hides_literals(f"ruff/{code}", ())
        what = rule.title if hidden else item.field("message").text()
        return Sighting(
            kind=Kind.WEAKNESS,
            rule=f"ruff/{code}",
            path=path,
            line=line,
            column=item.field("location").field("column").integer(),
            end_line=item.field("end_location").field("row").integer(),
            end_column=item.field("end_location").field("column").integer(),
            place=text_of(path).place(line, without_literals=hidden),
            title=printable(rule.title),
            severity=_severity(code),
            message=printable(what),
            remedy=rule.remedy,
            references=(url,) if url else (),
        )

    return Reading(
        examined={"files": len(finished)},
        sightings=tuple(sighting(item) for item in items if _is_finding(item)),
        not_checked=tuple(_unread(path, failed.get(path, "")) for path in sources.paths - finished),
    )


def _is_finding(item: JsonValue) -> bool:
    """Tell a finding from a syntax error, which has no code, or none of a rule."""
    return _CODE.match(item.optional_text("code")) is not None


def _path_of(item: JsonValue, sources: Sources) -> str:
    return _path(item.field("filename").text(), sources)


def _path(name: str, sources: Sources) -> str:
    path, _ = find_path((name,), sources.paths)
    return path


def _severity(code: str) -> Severity:
    if code in _HIGH:
        return Severity.HIGH
    return Severity.LOW if code in _LOW else Severity.MEDIUM


def _unread(path: str, why: str) -> NotChecked:
    return NotChecked(
        what="file",
        where=path,
        why=f"ruff: {printable(why)}" if why else "ruff did not say that it read it",
        remedy="make it valid Python, or delete it",
    )


def _prepare() -> Command | None:
    program = find_program("ruff")
    if program is None:
        return None
    return Command(
        arguments=(program, *_OPTIONS),
        version=ask_version(program, name="ruff"),
        inputs={"options": options_digest(_OPTIONS)},
    )


SCANNER: Final = ProgramScanner(
    name="ruff",
    tool="ruff",
    nouns=("files",),
    takes=is_python_file,
    prepare=_prepare,
    statuses=frozenset({0, _FINDINGS}),
    read=read_report,
)
