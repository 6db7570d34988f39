"""Cheap rules about settings, for a hook: only what one file shows by itself, in milliseconds.

They are a small part of what `assay check` looks at, for faults that are hard to take back once
they are pushed. Each file is compared with what it replaces, so that nobody has to mend what was
there.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable

MAX_RULED_BYTES: Final = 2**20  # of a settings file; larger ones are not read here
_WORKFLOW: Final = re.compile(
    r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml"
)
_OWNERS: Final = re.compile(r"(?:\.(?:github|gitlab|gitea|forgejo)/|docs/)?CODEOWNERS")
_KEYS: Final = re.compile(
    r"(?:.*/)?(?:id_(?:rsa|dsa|ecdsa|ed25519)|identity\.key|\.netrc|\.pgpass)"
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing in one file: what it is, why it matters, and what to do."""

    path: str
    line: int
    rule: str
    what: str
    why: str
    remedy: str


def is_ruled(path: str) -> bool:
    """Tell whether a rule reads the file at `path`."""
    return any(form.fullmatch(path) for form, _ in _RULES)


def check_settings(path: str, content: bytes, *, before: bytes) -> tuple[Problem, ...]:
    """Return the problems of a file that what it replaces (`before`) did not have."""
    old = Counter((one.rule, one.what) for one in _problems(path, before)) if before else Counter()
    fresh = []
    for problem in sorted(_problems(path, content)):
        if old[problem.rule, problem.what]:
            old[problem.rule, problem.what] -= 1
        else:
            fresh.append(problem)
    return tuple(fresh)


def _problems(path: str, content: bytes) -> Iterator[Problem]:
    for form, rule in _RULES:
        if form.fullmatch(path):
            yield from rule(path, content)


def _workflow(path: str, content: bytes) -> Iterator[Problem]:
    from assay.scan.pins import is_pinned  # noqa: PLC0415  # YAML takes long to load
    from assay.scan.workflowyaml import (  # noqa: PLC0415
        compose_workflow,
        list_jobs,
        list_uses,
        member_of,
    )

    try:
        root = compose_workflow(content)
    except MalformedError:
        yield _problem(path, 1, "workflow-unreadable", "it is not YAML", "nobody can check it")
        return
    for node in {id(node): node for node in list_uses(root)}.values():
        if not is_pinned(str(node.value)):
            yield _problem(
                path,
                node.start_mark.line + 1,
                "action-unpinned",
                f"{printable(str(node.value))} is not pinned by a hash",
                "its owner, or a thief, can change what runs in your pipeline",
            )
    for holder in (root, *list_jobs(root)):
        granted = member_of(holder, "permissions")
        if granted is not None and granted.value == "write-all":
            yield _problem(
                path,
                granted.start_mark.line + 1,
                "permissions-broad",
                "permissions: write-all",
                "every step may push, publish and release",
            )


def _owners(path: str, content: bytes) -> Iterator[Problem]:
    from assay.source.owners.facts import guess_dialect  # noqa: PLC0415  # RE2, and rarely needed
    from assay.source.owners.parse import parse_owners  # noqa: PLC0415

    owners = parse_owners(content, dialect=guess_dialect((path,), forges=()))
    for error in owners.errors:
        yield _problem(
            path,
            error.line,
            "owners-line-ignored",
            error.what,
            "forges leave such a line out without a word, and it protects nothing",
        )


def _private(path: str, content: bytes) -> Iterator[Problem]:
    if content:
        name = path.rpartition("/")[2]
        yield _problem(
            path, 1, "private-file", f"{name} holds keys or passwords", "whoever clones it has them"
        )


def _problem(path: str, line: int, rule: str, what: str, why: str) -> Problem:
    return Problem(
        path=printable(path),
        line=line,
        rule=f"settings/{rule}",
        what=what,
        why=why,
        remedy=_REMEDIES[rule],
    )


_REMEDIES: Final = {
    "workflow-unreadable": "Mend the file.",
    "action-unpinned": "Write the whole commit id behind the @, and the version in a comment.",
    "permissions-broad": "Name what each job needs, as in permissions: {contents: read}.",
    "owners-line-ignored": "Mend the line.",
    "private-file": "Take it out (git rm --cached), and put its name into .gitignore.",
}
_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[str, bytes], Iterator[Problem]]], ...]] = (
    (_WORKFLOW, _workflow),
    (_OWNERS, _owners),
    (_KEYS, _private),
)
