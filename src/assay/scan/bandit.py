"""Scanner "code": Python files, read by bandit.

Bad: `subprocess.run("ls " + name, shell=True)`, since `name` may hold a command of its own.
Good: `subprocess.run(["/bin/ls", name])`.

* No configuration is loaded, nothing is excluded by its name, and no `# nosec` comment takes a
  finding away; one that names the test is noted beside the finding (decision 0004).
* A file counts as read only where bandit's metrics have it and its errors do not. A test of bandit
  that crashes is an entry of its own.
* What may be a password goes neither into a message nor into an identity.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from platform import python_version
from typing import Final

from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting, hides_literals
from assay.findings.place import SourceText
from assay.scan.banditrules import RULES
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import (
    SUPPRESSED,
    Command,
    Reading,
    Rule,
    Sources,
    options_digest,
    parse_output,
)
from assay.system.process import Completed

_OPTIONS: Final = (
    "--recursive",
    ".",
    "--format=json",
    "--aggregate=file",  # the findings of one file one after the other
    "--quiet",
    "--ignore-nosec",
    "--exclude=",  # by default it leaves out every path that has "CVS" or ".tox" in it
    "--ini=/dev/null",  # else it looks for .bandit files beside the code
)
_PASSWORDS: Final = frozenset({"B105", "B106", "B107"})
_NOSEC: Final = re.compile(r"#\s*nosec\b[:\s]*([^#]*)", re.IGNORECASE)
_ERROR: Final = re.compile(r"^\[\w+\]\tERROR\t(.*)$", re.MULTILINE)
_CRASHED: Final = re.compile(r"Bandit internal error running: (\w+) on file \./(.+) at line \d+: ")
_ALSO_IN_REPORT: Final = ("Exception occurred when executing tests", 'Run "bandit --debug')
_SEVERITIES: Final = {
    "LOW": Severity.LOW,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
}


def is_python_file(path: str) -> bool:
    """Tell whether `path` is Python by its name."""
    return path.endswith(".py")


def read_report(completed: Completed, sources: Sources) -> Reading:
    """Read what bandit wrote.

    Raises:
        MalformedError: It is not a report of the form of bandit 1.9.
    """
    report = parse_output(completed)
    measured = {_path(name): value for name, value in report.field("metrics").members()}
    failed = {
        _path(item.field("filename").text()): item.field("reason").text()
        for item in report.field("errors").items()
    }
    finished = sources.paths.intersection(measured).difference(failed)
    text_of = lru_cache(maxsize=4)(sources.text)
    return Reading(
        examined={
            "files": len(finished),
            "lines": sum(measured[path].field("loc").integer() for path in finished),
        },
        sightings=tuple(
            _sighting(item, sources.paths, text_of) for item in report.field("results").items()
        ),
        not_checked=(
            *(_unread(path, failed.get(path, "")) for path in sources.paths - finished),
            *_faults(completed),
        ),
    )


def _sighting(
    item: JsonValue, paths: frozenset[str], text_of: Callable[[str], SourceText]
) -> Sighting:
    test = item.field("test_id").text()
    path = _path(item.field("filename").text())
    if path not in paths:
        raise MalformedError(f"a finding in {path!r}, which it was not shown", where=item.where)
    weaknesses = _weaknesses(item)
    rated = item.field("issue_severity").text()
    line = max(item.field("line_number").integer(), 1)
    span = [number.integer() for number in item.field("line_range").items()]
    text = text_of(path)
    url = item.field("more_info").text()
    rule = RULES.get(test) or _generic_rule(item.field("test_name").text(), url)
    confidence = item.field("issue_confidence").text().lower()
    what = rule.title if test in _PASSWORDS else item.field("issue_text").text()
    return Sighting(
        kind=Kind.WEAKNESS,
        rule=f"bandit/{test}",
        path=path,
        line=line,
        column=text.column(line, byte=item.field("col_offset").integer()),
        place=text.place(line, without_literals=hides_literals(f"bandit/{test}", weaknesses)),
        title=rule.title,
        severity=_SEVERITIES.get(rated, Severity.UNKNOWN),
        rated=rated,
        weaknesses=weaknesses,
        message=f"{printable(what)} ({confidence} confidence)",
        remedy=rule.remedy,
        note=_suppression(test, item.field("test_name").text(), [*span, line], text.lines),
        references=(*weaknesses, url),
    )


def _path(name: str) -> str:
    return name.removeprefix("./")


def _weaknesses(item: JsonValue) -> tuple[str, ...]:
    """Return the CWE as `CWE-78`, or nothing where bandit names none."""
    named = item.field("issue_cwe").optional("id")
    return (f"CWE-{named.integer()}",) if named and named.integer() > 0 else ()


def _suppression(test: str, name: str, span: list[int], lines: tuple[str, ...]) -> str:
    """Return a note where a `nosec` comment in the statement names this very test."""
    for number in sorted(set(span)):
        comment = _NOSEC.search(lines[number - 1]) if 0 < number <= len(lines) else None
        if comment and {test, name}.intersection(re.split(r"[,\s]+", comment.group(1))):
            return f"{SUPPRESSED}: nosec {test}"
    return ""


def _generic_rule(name: str, url: str) -> Rule:
    return Rule(
        name.replace("_", " ").capitalize(), f"Do what the test's documentation says: {url}"
    )


def _unread(path: str, reason: str) -> NotChecked:
    return NotChecked(
        what="file",
        where=path,
        why=f"bandit: {printable(reason)}" if reason else "bandit did not report on it",
        remedy=f"make it valid Python {python_version()}, or delete it",
    )


def _faults(completed: Completed) -> Iterator[NotChecked]:
    """Yield an entry for each error in the log: that a test crashed, bandit tells nowhere else."""
    for error in dict.fromkeys(_ERROR.findall(completed.errors.decode("utf-8", "replace"))):
        crashed = _CRASHED.match(error)
        if not error.startswith(_ALSO_IN_REPORT):
            yield NotChecked(
                what="file",
                where=crashed.group(2) if crashed else "all files",
                why=f"bandit's test {crashed.group(1)} crashed on it"
                if crashed
                else f"bandit: {printable(error)}",
                remedy="report the fault to bandit; until it is mended, look at the code by eye",
            )


def _prepare() -> Command | None:
    try:
        installed = version("bandit")
    except PackageNotFoundError:
        return None
    return Command(
        # -I: neither the folder nor the environment can put a module in front of bandit's own
        arguments=(sys.executable, "-I", "-m", "bandit", *_OPTIONS),
        version=installed,
        inputs={
            "options": options_digest(_OPTIONS),
            "python": python_version(),
            "rules": _rules_digest(),
        },
    )


def _rules_digest() -> str:
    """Return the digest of the names of all tests that bandit loads, plugins of others included."""
    groups = ("bandit.plugins", "bandit.blacklists")
    loaded = [e for group in groups for e in entry_points(group=group)]
    named = sorted(
        f"{e.group} {e.name} {e.value} {e.dist.version if e.dist else ''}" for e in loaded
    )
    return str(sha256_of(render_canonical_json(named)))


SCANNER: Final = ProgramScanner(
    name="code",
    tool="bandit",
    nouns=("files", "lines"),
    takes=is_python_file,
    prepare=_prepare,
    statuses=frozenset({0, 1}),
    read=read_report,
)
