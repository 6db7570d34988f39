"""What the CODEOWNERS file of a commit comes to: who owns nothing, what is wrong, who guards it.

* A forge reads the first of several places; what lies in the others only seems to hold.
* Whoever may change the file unasked may take every other owner away, so that it needs one itself.
* A file that would take too long to apply is not applied, and that is said.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.printable import printable
from assay.source.owners.file import Dialect, OwnersError, OwnersFile

OWNERS_TYPE: Final = "urn:assay:predicate:owners:v1"
MAX_LISTED: Final = 200  # paths and errors that are named; all are counted
MAX_MATCHES: Final = 20_000_000  # of a rule with a path, of some microseconds each
PLACES: Final = {
    Dialect.GITHUB: (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    Dialect.GITLAB: ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    Dialect.GITEA: (
        "CODEOWNERS",
        "docs/CODEOWNERS",
        ".gitea/CODEOWNERS",
        ".forgejo/CODEOWNERS",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersFacts:
    """The owners of one commit's paths; `unowned` and `errors` are the first of those counted.

    `guarded` tells whether the file itself has an owner.
    """

    observed_at: datetime
    dialect: Dialect
    path: str
    digest: Digest
    paths: int
    rules: int
    guarded: bool
    unowned_count: int
    unowned: tuple[str, ...]
    error_count: int
    errors: tuple[OwnersError, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the predicate (`OWNERS_TYPE`)."""
        return {
            "observedAt": format_time(self.observed_at),
            "dialect": self.dialect.value,
            "path": self.path,
            "digest": str(self.digest),
            "paths": self.paths,
            "rules": self.rules,
            "guarded": self.guarded,
            "unownedCount": self.unowned_count,
            "unowned": list(self.unowned),
            "errorCount": self.error_count,
            "errors": [error.as_json() for error in self.errors],
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def parse_owners_facts(value: JsonValue) -> OwnersFacts:
    """Read a predicate that `OwnersFacts.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    dialect = value.field("dialect")
    if dialect.text() not in {one.value for one in Dialect}:
        raise MalformedError(f"the dialect {dialect.text()!r}", where=dialect.where)
    return OwnersFacts(
        observed_at=parse_time(value.field("observedAt").text()),
        dialect=Dialect(dialect.text()),
        path=value.field("path").text(),
        digest=parse_digest(value.field("digest").text()),
        paths=value.field("paths").integer(),
        rules=value.field("rules").integer(),
        guarded=value.field("guarded").boolean(),
        unowned_count=value.field("unownedCount").integer(),
        unowned=tuple(item.text() for item in value.field("unowned").items()),
        error_count=value.field("errorCount").integer(),
        errors=tuple(
            OwnersError(line=item.field("line").integer(), what=item.field("what").text())
            for item in value.field("errors").items()
        ),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def find_owners(paths: Collection[str], *, dialect: Dialect) -> tuple[str, ...]:
    """Return the CODEOWNERS files among `paths`: the one that the forge reads, then the others."""
    return tuple(place for place in PLACES[dialect] if place in paths)


def guess_dialect(paths: Collection[str], *, forges: Iterable[str]) -> Dialect:
    """Return whose rules hold: those of the forge, if one is known; else as the places tell.

    `forges` are the kinds of forges that are known to have the repository, the likeliest first.
    """
    for name in forges:
        return Dialect(name)
    for dialect, folders in (
        (Dialect.GITLAB, (".gitlab/CODEOWNERS",)),
        (Dialect.GITEA, (".gitea/CODEOWNERS", ".forgejo/CODEOWNERS")),
    ):
        if any(place in paths for place in folders):
            return dialect
    return Dialect.GITHUB


def describe_owners(
    owners: OwnersFile, paths: Sequence[str], *, found: Sequence[str], digest: Digest, at: datetime
) -> OwnersFacts:
    """Return what `owners` comes to for `paths`, all files of the commit.

    `found` are the CODEOWNERS files, the one that `owners` was read from first; `digest` is that
    of its blob.
    """
    path = found[0]
    too_many = len(owners.rules) * len(paths) > MAX_MATCHES
    unowned = () if too_many else [one for one in paths if not owners.claims(one)]
    errors = sorted({*owners.errors, *_overshadowed(found)})
    return OwnersFacts(
        observed_at=at,
        dialect=owners.dialect,
        path=path,
        digest=digest,
        paths=len(paths),
        rules=len(owners.rules),
        guarded=bool(owners.claims(path)),
        unowned_count=len(unowned),
        unowned=tuple(printable(one) for one in unowned[:MAX_LISTED]),
        error_count=len(errors),
        errors=tuple(errors[:MAX_LISTED]),
        not_checked=(_too_many(owners, paths, path),) if too_many else (),
    )


def _overshadowed(found: Sequence[str]) -> tuple[OwnersError, ...]:
    return tuple(
        OwnersError(line=0, what=f"{other} is not read: {found[0]} comes first")
        for other in found[1:]
    )


def _too_many(owners: OwnersFile, paths: Sequence[str], path: str) -> NotChecked:
    return NotChecked(
        what="owners",
        where=path,
        why=f"{len(owners.rules)} rules for {len(paths)} paths take too long to apply",
        remedy="Join rules, with patterns for folders.",
    )
