"""Scanner "workflows": GitHub workflows, actions and update settings, read by zizmor.

Bad: `- uses: actions/checkout@v4`, since whoever owns the tag decides what runs.
Good: `- uses: actions/checkout@<40 hex digits> # v4.2.2`.

* No configuration is loaded, and no `# zizmor: ignore` comment takes a finding away; one that names
  the audit is noted beside the finding (decision 0004).
* Nothing is fetched: the audits that ask GitHub (impostor commits, known vulnerable actions and the
  like) do not run, and the report's inputs say so.
* A file counts as read only where zizmor says that it completed it. A warning that it could not
  understand part of a file makes that file unread as well.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting
from assay.findings.observation import traits_of
from assay.findings.place import SourceText
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
from assay.scan.versions import ask_version
from assay.scan.zizmorrules import RULES
from assay.system.process import Completed, find_program

_OPTIONS: Final = (
    "--no-config",
    "--no-ignores",
    "--offline",
    "--collect=all",
    "--persona=regular",
    "--format=json-v1",
    "--no-progress",
    "--color=never",
    ".",
)
_NO_INPUT: Final = 3  # not one of the files could be read
_STATUSES: Final = frozenset({0, _NO_INPUT, 10, 11, 12, 13, 14})  # from 10: by worst finding
_ACTION: Final = re.compile(r"(?:.*/)?action\.ya?ml\Z")
_WORKFLOW: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml\Z")
_UPDATES: Final = re.compile(r"\.github/dependabot\.ya?ml\Z")
_COMPLETED: Final = re.compile(r"^ *INFO audit: zizmor: \S+ completed \./(.+)$", re.MULTILINE)
_WARNED: Final = re.compile(r"^ *(?:WARN|ERROR) (.*)$", re.MULTILINE)
# How warnings begin that are no gap: aliases are resolved, and a file that was not collected is
# never completed either. Only their beginning is zizmor's own word; the rest may quote a file.
_HARMLESS: Final = re.compile(
    r"(?:audit: )?zizmor: one or more inputs contains YAML anchors|collect_inputs:"
)
_ABOUT: Final = re.compile(r"file://\./(.+?)\)\}: (?:\S+: )?(.*)\Z")
_BLAMED: Final = re.compile(
    r"^(?:error: )?failed to load file://\./(.+) as [a-z -]+$", re.MULTILINE
)
_IGNORE: Final = re.compile(r"#\s*zizmor:\s*ignore\[([^\]]*)\]")
_SEVERITIES: Final = {
    "Informational": Severity.INFO,
    "Low": Severity.LOW,
    "Medium": Severity.MEDIUM,
    "High": Severity.HIGH,
}


def is_workflow_file(path: str) -> bool:
    """Tell whether GitHub reads `path` as a workflow, an action, or update settings."""
    return any(pattern.match(path) for pattern in (_WORKFLOW, _ACTION, _UPDATES))


def read_report(completed: Completed, sources: Sources) -> Reading:
    """Read what zizmor wrote.

    Raises:
        MalformedError: It is not a report of the form that zizmor 1.x calls json-v1.
    """
    log = completed.errors.decode("utf-8", "replace")
    finished = sources.paths.intersection(_COMPLETED.findall(log))
    warned = dict(_warnings(log, sources))
    items = () if completed.status == _NO_INPUT else parse_output(completed).items()
    from assay.scan.workflowfixes import (  # noqa: PLC0415  # it loads the YAML reader
        plan_for,
        with_fix,
    )

    pins, unreadable = _count_pins(sources, finished)
    text_of = lru_cache(maxsize=4)(sources.text)
    planned = plan_for(sources) if items else {}
    return Reading(
        examined={
            "workflows": sum(bool(_WORKFLOW.match(path)) for path in finished),
            "actions": sum(bool(_ACTION.match(path)) for path in finished),
            "update_settings": sum(bool(_UPDATES.match(path)) for path in finished),
            **pins,
        },
        sightings=tuple(with_fix(_sighting(item, sources, text_of), planned) for item in items),
        not_checked=(
            *(_unread(path) for path in sources.paths - finished),
            *(_half_read(path, why) for path, why in warned.items()),
            *unreadable,
        ),
    )


def _sighting(item: JsonValue, sources: Sources, text_of: Callable[[str], SourceText]) -> Sighting:
    audit = item.field("ident").text()
    url = item.field("url").text()
    rated = item.field("determinations")
    place = _primary(item.field("locations").items())
    path = _path(place, sources)
    start = place.field("concrete").field("location").field("start_point")
    line, text = start.field("row").integer() + 1, text_of(path)
    severity = rated.field("severity").text()
    rule = RULES.get(audit) or _generic_rule(audit, url)
    confidence = rated.field("confidence").text().lower()
    what = place.field("symbolic").field("annotation").text()
    return Sighting(
        kind=Kind.MISCONFIGURATION,
        rule=f"zizmor/{audit}",
        path=path,
        line=line,
        column=text.column(line, byte=start.field("column").integer()),
        place=text.place(line),
        traits=traits_of({"resource": _resource(place)}),
        title=rule.title,
        severity=_SEVERITIES.get(severity, Severity.UNKNOWN),
        rated=severity,
        message=f"{printable(what)} ({confidence} confidence)",
        remedy=rule.remedy,
        note=_suppression(audit, place),
        references=(url,),
    )


def _primary(places: tuple[JsonValue, ...]) -> JsonValue:
    for place in places:
        if place.field("symbolic").field("kind").text() == "Primary":
            return place
    raise MalformedError("a finding without a primary location")


def _path(place: JsonValue, sources: Sources) -> str:
    key = place.field("symbolic").field("key").field("Local").field("verbatim_path")
    path = key.text().removeprefix("./")
    if path not in sources.paths:
        raise MalformedError(f"a finding in {path!r}, which it was not shown", where=key.where)
    return path


def _resource(place: JsonValue) -> str:
    """Return the way to a whole file or a whole job, as in `jobs/build`; nothing for a line.

    Its text changes with every edit, the problem does not.
    """
    steps = place.field("symbolic").field("route").field("route").items()
    keys = [step.field("Key").text() for step in steps if step.optional("Key") is not None]
    feature = place.field("concrete").field("feature").text()
    if len(steps) == len(keys) <= 2 and "\n" in feature.strip():
        return "/".join(keys) or "the file"
    return ""


def _suppression(audit: str, place: JsonValue) -> str:
    for comment in place.field("concrete").field("comments").items():
        named = _IGNORE.search(comment.text())
        if named and audit in {name.strip() for name in named.group(1).split(",")}:
            return f"{SUPPRESSED}: zizmor: ignore[{audit}]"
    return ""


def _generic_rule(audit: str, url: str) -> Rule:
    return Rule(
        audit.replace("-", " ").capitalize(), f"Do what the audit's documentation says: {url}"
    )


def _warnings(log: str, sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield what zizmor could not understand: the file, where it names one, and a reason."""
    for warning in _WARNED.findall(log):
        about = _ABOUT.search(warning)
        if _HARMLESS.match(warning):
            continue
        named = about is not None and about.group(1) in sources.paths
        yield ((about.group(1), about.group(2)) if about and named else ("", warning))


def _count_pins(
    sources: Sources, finished: frozenset[str]
) -> tuple[dict[str, int], list[NotChecked]]:
    from assay.scan.pins import Pins, count_pins  # noqa: PLC0415  # it loads the YAML reader

    total, unreadable = Pins(), []
    for path in sorted(finished):
        try:
            total += count_pins(sources.content(path))
        except MalformedError as error:
            unreadable.append(_half_read(path, f"what it uses cannot be counted: {error.what}"))
    return {"uses": total.uses, "pinned": total.pinned}, unreadable


def _unread(path: str) -> NotChecked:
    return NotChecked(
        what="workflow",
        where=path,
        why="zizmor could not read it as a workflow, an action or update settings",
        remedy="make it valid by GitHub's schema (zizmor says what is wrong), or delete it",
    )


def _half_read(path: str, why: str) -> NotChecked:
    return NotChecked(
        what="workflow",
        where=path or "all workflows",
        why=f"zizmor understood only part of it: {printable(why)}",
        remedy="correct that part",
    )


def _prepare() -> Command | None:
    program = find_program("zizmor")
    if program is None:
        return None
    return Command(
        arguments=(program, *_OPTIONS),
        version=ask_version(program, name="zizmor"),
        inputs={"options": options_digest(_OPTIONS), "online_audits": "not run"},
        environment={"RUST_LIB_BACKTRACE": "0"},  # one reason, not a stack
    )


def _complaint(completed: Completed) -> str:
    """Return the reasons that zizmor gives, from the general one to the particular."""
    _, _, reasons = completed.errors.decode("utf-8", "replace").partition(
        "no audit was performed\n"
    )
    lines = (line.strip() for line in reasons.splitlines())
    kept = [line for line in lines if line.strip("|") and not line.startswith("= help")]
    return " ".join(kept) or completed.complaint()


def _blamed(completed: Completed) -> str:
    found = _BLAMED.search(completed.errors.decode("utf-8", "replace"))
    return found.group(1) if found else ""


SCANNER: Final = ProgramScanner(
    name="workflows",
    tool="zizmor",
    nouns=("workflows", "actions", "update_settings", "uses", "pinned"),
    takes=is_workflow_file,
    prepare=_prepare,
    statuses=_STATUSES,
    read=read_report,
    complaint=_complaint,
    blamed=_blamed,
)
