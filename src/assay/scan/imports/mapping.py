"""From what a foreign report claims to findings about a commit.

* A path is one of the commit's, or it is told to be none: nothing is dropped for its path. An
  absolute path is mapped to the longest end of it that is a file of the commit.
* The place of a finding comes from the commit's own file where it is there, so that it has the same
  identity as what our own scanners find; else from the text that the tool quotes.
* A secret is known by the keyed digest of its value, as those that we find; the value goes nowhere.
* Text of the report is made printable and bounded before it goes anywhere.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind
from assay.findings.fingerprint import Sighting, hides_literals
from assay.findings.place import Place, SourceText, normal_path
from assay.scan.imports.claim import Claim, Spot, Told
from assay.scan.secrets.hit import secret_digest

OUTSIDE: Final = "not a file of this commit"
MAX_TITLE: Final = 200
MAX_MESSAGE: Final = 1_000
MAX_REFERENCES: Final = 20
_SHOWN: Final = 3  # paths that are named of those that are not in the commit
_DRIVE: Final = re.compile(r"[A-Za-z]:[/\\]")
_FAMILY: Final = "imported"  # of secrets whose rule is a foreign one
_NAME: Final = re.compile(r"[^\w.+@:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFiles:
    """The files of the commit that a report is said to be about, and how to read one."""

    paths: frozenset[str]
    text: Callable[[str], SourceText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The sightings of one run, and what of it could not be placed."""

    sightings: tuple[Sighting, ...]
    not_checked: tuple[NotChecked, ...]


def map_claims(told: Told, files: CommitFiles, *, identity_key: bytes) -> Mapped:
    """Return one sighting for each distinct result of `told` at each place."""
    sightings: dict[tuple[object, ...], Sighting] = {}
    outside: dict[str, None] = {}
    tool = tool_name(told.tool)
    found = {paths: find_path(paths, files.paths) for paths in {c.spot.paths for c in told.claims}}
    # File by file, for a reader keeps only a few: most tools report rule by rule.
    for claim in sorted(told.claims, key=lambda claim: found[claim.spot.paths]):
        path, known = found[claim.spot.paths]
        if not known and claim.kind is not Kind.DYNAMIC:  # a service has no files
            outside[path] = None
        sighting = _sighting(claim, tool, path, files if known else None, identity_key)
        sightings.setdefault(_key(sighting), sighting)
    return Mapped(
        sightings=tuple(sightings.values()),
        not_checked=(
            *(_gap_here(one, files.paths) for one in told.not_checked),
            *_unplaced(tool, tuple(outside)),
        ),
    )


def _gap_here(gap: NotChecked, known: frozenset[str]) -> NotChecked:
    """Return a gap with the path that the commit has for its file, where it has it."""
    if gap.what != "file":
        return gap
    path, found = find_path((gap.where,), known)
    return replace(gap, where=printable(path)) if found else gap


def tool_name(name: str) -> str:
    """Return the name of a tool as it stands in rules: one word, without a slash."""
    return _NAME.sub("-", name.strip()).strip("-")[:60].lower() or "unknown"


def find_path(spellings: Iterable[str], known: frozenset[str]) -> tuple[str, bool]:
    """Return the path that is meant, and whether it is one of `known`.

    Of several spellings the first that is known counts; of an absolute one, or one that leads out,
    the longest end that is known.
    """
    plain = [plain for spelling in spellings for plain in _plain(spelling)] or [""]
    for path in plain:
        if path in known:
            return path, True
    for path in plain:
        parts = path.split("/")
        for start in range(1, len(parts)):
            if (end := "/".join(parts[start:])) in known and _is_foreign(path):
                return end, True
    return printable(plain[0] or "the whole repository"), False


def _plain(path: str) -> tuple[str, ...]:
    """Return a path without detours; of one with backslashes, first what Windows means by them."""
    if "\\" not in path:
        return (normal_path(path),)
    return normal_path(path.replace("\\", "/")), path


def _is_foreign(path: str) -> bool:
    return path.startswith(("/", "..")) or _DRIVE.match(path) is not None


def _sighting(
    claim: Claim, tool: str, path: str, files: CommitFiles | None, identity_key: bytes
) -> Sighting:
    spot, rule = claim.spot, f"{tool}/{printable(claim.rule, limit=MAX_TITLE) or 'unnamed'}"
    hidden = claim.kind is Kind.SECRET or hides_literals(rule, claim.weaknesses)
    return Sighting(
        kind=claim.kind,
        rule=rule,
        path=path,
        line=spot.line,
        column=spot.column,
        end_line=spot.end_line,
        end_column=spot.end_column,
        place=_place(spot, path, files, hidden=hidden),
        title=printable(_first_line(claim.title or claim.rule), limit=MAX_TITLE),
        severity=claim.severity,
        rated=printable(claim.rated, limit=MAX_TITLE),
        message=printable(" ".join(claim.message.split()), limit=MAX_MESSAGE),
        remedy=printable(" ".join(claim.remedy.split()), limit=MAX_MESSAGE)
        or f"Do what the documentation of {tool} says about this rule.",
        weaknesses=claim.weaknesses,
        note=printable("; ".join(filter(None, (claim.note, _outside(claim, files))))),
        references=_references(claim),
        traits=(*claim.traits, *_secret(claim, path, identity_key)),
        reach=claim.reach,
    )


def _outside(claim: Claim, files: CommitFiles | None) -> str:
    return OUTSIDE if files is None and claim.kind is not Kind.DYNAMIC else ""


def _secret(claim: Claim, path: str, identity_key: bytes) -> tuple[tuple[str, str], ...]:
    """Return the keyed digest of a secret; of one whose value is not told, that of its place."""
    if claim.kind is not Kind.SECRET:
        return ()
    place = f"{claim.rule}\0{path}\0{claim.spot.line}\0{claim.spot.text}"
    value = claim.secret or place.encode("utf-8", "surrogateescape")
    return (("secret", secret_digest(identity_key, _FAMILY, value)),)


def _place(spot: Spot, path: str, files: CommitFiles | None, *, hidden: bool) -> Place:
    if files is not None and spot.line:
        return files.text(path).place(spot.line, without_literals=hidden)
    return Place("" if hidden else spot.text)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _references(claim: Claim) -> tuple[str, ...]:
    named = dict.fromkeys((*claim.weaknesses, *map(printable, claim.references)))
    return tuple(name for name in named if name)[:MAX_REFERENCES]


def _key(sighting: Sighting) -> tuple[object, ...]:
    """Return what makes a result another one: its rule, its place and what was found there.

    A secret in one line is one, whichever rules match it.
    """
    place = (sighting.path, sighting.line, sighting.traits)
    if sighting.kind is Kind.SECRET:
        return place
    return (*place, sighting.rule, sighting.column, sighting.message, sighting.place)


def _unplaced(tool: str, paths: tuple[str, ...]) -> tuple[NotChecked, ...]:
    if not paths:
        return ()
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return (
        NotChecked(
            what="file",
            where=", ".join(sorted(paths)[:_SHOWN]) + more,
            why=f"{tool} reports on what is {OUTSIDE}",
            remedy="import what was scanned at this commit, in the folder of the repository",
        ),
    )
