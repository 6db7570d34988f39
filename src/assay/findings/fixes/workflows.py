"""What can be mended in a GitHub workflow without knowing more than the file says. Pure.

* An action gets the commit that its tag is known to stand for (`assay.findings.fixes.pins`).
* A workflow without `permissions` gets those to read the contents, and a checkout does not leave
  its token behind, where nothing in the file uses a token: every action is one that is known to
  need none, and no command pushes, fetches or names a token.

The rest is left alone, with the reason. Edits keep comments, order and line ends; the file is
never written anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from assay.findings.fixes.edit import Edit, Fix
from assay.findings.fixes.pins import Pins

UNPINNED: Final = "zizmor/unpinned-uses"
PERMISSIONS: Final = "zizmor/excessive-permissions"
CREDENTIALS: Final = "zizmor/artipacked"
_WORKFLOW: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml\Z")
_ACTION: Final = re.compile(r"(?:.*/)?action\.ya?ml\Z")
_USED: Final = re.compile(r"([\w.-]+/[\w.-]+)((?:/[\w./-]+)?)@([\w./-]+)\Z")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}\Z")
_ODD_LINES: Final = re.compile("[\ufeff\x85\u2028\u2029]|\r(?!\n)")  # YAML ends lines there, too
_TOKEN: Final = re.compile(
    r"GITHUB_TOKEN|GH_TOKEN|github\.token|\bgit\s+(?:\S{1,80}\s{1,4}){0,6}?(?:push|fetch|pull|submodule|lfs)\b|"
    r"(?:^|[\s;&|(])gh\s",
    re.MULTILINE,
)
_READING: Final = frozenset(  # actions that need no more than to read the contents
    {
        "actions/cache",
        "actions/checkout",
        "actions/download-artifact",
        "actions/setup-dotnet",
        "actions/setup-go",
        "actions/setup-java",
        "actions/setup-node",
        "actions/setup-python",
        "actions/upload-artifact",
        "astral-sh/setup-uv",
        "dtolnay/rust-toolchain",
        "ruby/setup-ruby",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFix:
    """A fix for the findings of `rule` at one line of one file."""

    rule: str
    path: str
    line: int
    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """What is not mended, and why."""

    rule: str
    path: str
    line: int
    why: str


Planned = PlannedFix | LeftAlone


def is_fixable(path: str) -> bool:
    """Tell whether `path` is a workflow or an action."""
    return bool(_WORKFLOW.match(path) or _ACTION.match(path))


def plan_fixes(path: str, text: str, *, pins: Pins) -> tuple[Planned, ...]:
    """Return what can be mended in one workflow or action, and what is left alone."""
    if _ODD_LINES.search(text):
        return (LeftAlone(rule=UNPINNED, path=path, line=1, why="lines end in an unusual way"),)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return (LeftAlone(rule=UNPINNED, path=path, line=1, why="it is not YAML"),)
    return tuple(dict.fromkeys(_Plan(path, text, pins).of(root)))  # what is aliased, once


class _Plan:
    """The plan for one file."""

    def __init__(self, path: str, text: str, pins: Pins) -> None:
        self._path, self._pins, self._text = path, pins, text
        self._lines = text.split("\n")
        self._end = "\r\n" if "\r\n" in text else "\n"

    def of(self, root: yaml.Node | None) -> Iterator[Planned]:
        jobs = [job for _, job in _members(_value(root, "jobs"))]
        steps = [step for holder in (*jobs, _value(root, "runs")) for step in _steps(holder)]
        called = [used for job in jobs if (used := _value(job, "uses")) is not None]
        uses = [used for step in steps if (used := _value(step, "uses")) is not None]
        for used in (*called, *uses):
            yield from self._pin(used)
        why = self._why_token(uses) or ("a job calls another workflow" if called else "")
        if _value(root, "jobs") is not None:
            yield from self._permissions(root, jobs, why)
        for step in steps:
            yield from self._credentials(step, why)

    def _why_token(self, uses: list[yaml.Node]) -> str:
        """Say why somebody in the file may need a token; nothing where nobody does."""
        for used in uses:
            name = str(used.value)
            known = _USED.match(name)
            if known is None or known.group(1).lower() not in _READING:
                return f"{name} may need a token"
        found = _TOKEN.search(self._text)
        return f"`{found.group(0).strip()}` may need a token" if found else ""

    def _pin(self, used: yaml.Node) -> Iterator[Planned]:
        named = _USED.match(str(used.value))
        if named is None or _COMMIT.match(named.group(3)):
            return
        repository, below, tag = named.groups()
        commit = self._pins.get((repository.lower(), tag))
        if commit is None:
            why = f"the commit of {repository}@{tag} is not known here"
            yield self._alone(UNPINNED, used, why)
            return
        line, first, last = _span(used)
        if used.end_mark.line != line or self._lines[line][first] in "|>&*":
            yield self._alone(UNPINNED, used, "it is written over several lines, or by an alias")
            return
        quote = self._lines[line][first] if self._lines[line][first] in "'\"" else ""
        behind = self._lines[line][last:].strip()
        comment = "" if behind else f" # {tag}"
        text = f"{quote}{repository}{below}@{commit}{quote}{comment}"
        yield self._fix(
            UNPINNED,
            used,
            f"Pin {repository}@{tag} to the commit that is known for it.",
            (self._edit(line, first, last, text),),
        )

    def _permissions(
        self, root: yaml.Node | None, jobs: list[yaml.Node], why: str
    ) -> Iterator[Planned]:
        if _value(root, "permissions") is not None or all(
            _value(job, "permissions") is not None for job in jobs
        ):
            return
        key = next(name for name, _ in _members(root) if name.value == "jobs")
        if why or not _is_block(root):
            yield self._alone(PERMISSIONS, key, why or "it is written in one line")
            return
        text = f"permissions:{self._end}  contents: read{self._end}{self._end}"
        at = key.start_mark
        yield self._fix(
            PERMISSIONS,
            key,
            "Let the token of this workflow read the contents, and nothing else.",
            (self._edit(at.line, at.column, at.column, text),),
        )

    def _credentials(self, step: yaml.Node, why: str) -> Iterator[Planned]:
        used, given = _value(step, "uses"), _value(step, "with")
        if used is None or not str(used.value).lower().startswith("actions/checkout@"):
            return
        setting = _value(given, "persist-credentials")
        if setting is not None and str(setting.value) == "false":
            return
        if setting is not None:
            why = "the file asks to keep the token"
        if why or not _is_block(step) or not (given is None or _is_block(given)):
            yield self._alone(CREDENTIALS, used, why or "it is written in one line")
            return
        yield self._fix(
            CREDENTIALS,
            used,
            "Do not leave the token of the checkout on the disk.",
            (self._without_token(step, used, given),),
        )

    def _without_token(self, step: yaml.Node, used: yaml.Node, given: yaml.Node | None) -> Edit:
        setting = "persist-credentials: false"
        if given is not None:
            at = given.value[0][0].start_mark
            text = f"{setting}{self._end}{' ' * at.column}"
            return self._edit(at.line, at.column, at.column, text)
        line = used.end_mark.line
        column = len(self._lines[line].removesuffix("\r"))
        indent = " " * step.value[0][0].start_mark.column
        text = f"{self._end}{indent}with:{self._end}{indent}  {setting}"
        return self._edit(line, column, column, text)

    def _edit(self, line: int, first: int, last: int, text: str) -> Edit:
        return Edit(
            path=self._path,
            line=line + 1,
            column=first + 1,
            end_line=line + 1,
            end_column=last + 1,
            text=text,
        )

    def _fix(self, rule: str, at: yaml.Node, what: str, edits: tuple[Edit, ...]) -> PlannedFix:
        fix = Fix(description=what, edits=edits)
        return PlannedFix(rule=rule, path=self._path, line=at.start_mark.line + 1, fix=fix)

    def _alone(self, rule: str, at: yaml.Node, why: str) -> LeftAlone:
        return LeftAlone(rule=rule, path=self._path, line=at.start_mark.line + 1, why=why)


def _span(node: yaml.Node) -> tuple[int, int, int]:
    """Return the line of a scalar of one line, and where in it the scalar begins and ends."""
    return node.start_mark.line, node.start_mark.column, node.end_mark.column


def _steps(holder: yaml.Node | None) -> list[yaml.Node]:
    steps = _value(holder, "steps")
    return list(steps.value) if isinstance(steps, yaml.SequenceNode) else []


def _is_block(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.flow_style and bool(node.value)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _members(node) if name.value == key), None)


def _members(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []
