"""`assay finding`: the findings about a commit, one of them in full, and a person's yes to one.

What is listed is what the log holds about the commit at HEAD, superseded statements left out: the
same that a gate decides from. A finding that was never recorded cannot be accepted: who accepts
must have seen it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.core.errors import MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding
from assay.findings.waiver import MAX_AGE, ROLE, SetAside, Waiver
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.record import open_recorder
from assay.operations.recorded_findings import recorded_findings
from assay.operations.vexaccount import vex_standing
from assay.operations.waivers import load_waivers, waiver_statement
from assay.source.repository import Repository, open_repository
from assay.system.clock import now
from assay.vuln.vex.account import VexWord
from assay.vuln.vex.judging import VexSetAside

MIN_NAME: Final = 6  # characters of an identity's hash that name a finding
_SHORT: Final = 12  # of those that a shell offers; a colon would end a word there


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFinding:
    """A finding, the waiver that covers it now, and what VEX says of it, where there is such.

    `vex` takes it away, `confirmed` keeps it in the count.
    """

    finding: Finding
    waiver: Waiver | None
    vex: VexSetAside | None = None
    confirmed: VexWord | None = None

    @property
    def set_aside(self) -> SetAside | None:
        """Return what keeps it out of the count, a person's waiver before VEX."""
        return self.vex if self.waiver is None else self.waiver

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        waiver = None
        if self.waiver is not None:
            waiver = self.waiver.as_json() | {"acceptedBy": list(self.waiver.accepted_by)}
        vex = None if self.vex is None else self.vex.as_json()
        confirmed = None if self.confirmed is None else self.confirmed.as_json()
        return self.finding.as_json() | {"waiver": waiver, "vex": vex, "confirmed": confirmed}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingList:
    """The findings about one commit, the worst first, and what nobody looked at."""

    commit: str
    findings: tuple[ListedFinding, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "commit": self.commit,
            "findings": [one.as_json() for one in self.findings],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }

    def waived(self) -> "FindingList":
        """Return only the findings that do not count: accepted, or taken away by VEX."""
        kept = (one for one in self.findings if one.set_aside is not None)
        return replace(self, findings=tuple(kept))

    def names(self) -> tuple[tuple[str, str], ...]:
        """Return what each finding can be called by in a shell, and its title, to choose from."""
        return tuple(
            (one.finding.identity.rpartition(":")[2][:_SHORT], printable(one.finding.title))
            for one in self.findings
        )

    def find(self, name: str) -> ListedFinding:
        """Return the one finding whose identity, or the hash in it, begins with `name`.

        Raises:
            UsageError: There is none, or several, or `name` is too short to be meant.
        """
        hashed = name.rpartition(":")[2]
        if len(hashed) < MIN_NAME:
            raise UsageError(f"{name!r} names no finding", hint=f"{MIN_NAME} characters or more")
        meant = [
            one
            for one in self.findings
            if one.finding.identity.startswith(name)
            or one.finding.identity.rpartition(":")[2].startswith(name)
        ]
        if len(meant) != 1:
            hint = "assay finding list tells them all"
            raise UsageError(f"{len(meant)} findings are called {name!r}", hint=hint)
        return meant[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What was recorded, and where."""

    waiver: Waiver
    index: int
    statement: Digest

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "waiver": self.waiver.as_json() | {"acceptedBy": list(self.waiver.accepted_by)},
            "entry": self.index,
            "statement": str(self.statement),
            "notChecked": [],
        }


def list_findings(path: Path, *, clock: Clock = now) -> FindingList:
    """Return what the log holds against the commit at HEAD.

    Raises:
        UsageError: No repository, no log, or nothing was recorded about the commit.
        RejectedError: The log is damaged, or cannot be read.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        return _listed(ledger, repository)


def accept_finding(
    path: Path, *, name: str, reason: str, expires: str, clock: Clock = now
) -> Acceptance:
    """Record that the person whose key is here accepts one finding until the day `expires`.

    Raises:
        UsageError: No such finding, no reason, or no day within a year from now.
        RejectedError: The trust root does not make the signer a risk owner.
        UnavailableError: The log cannot be written; nothing was recorded.
    """
    repository, at = open_repository(path), clock()
    with open_recorder(repository, at=at, clock=clock) as recorder:
        finding = _listed(recorder.ledger, repository).find(name).finding
        waiver = _waiver(finding, reason=reason, expires=expires, at=at)
        [receipt] = recorder.record((waiver_statement(waiver),), role=ROLE)
        known = load_waivers(replace(recorder.ledger, at=recorder.record_time()))
    recorded = {one.statement: one.waiver for one in known.waivers}.get(receipt.digest, waiver)
    return Acceptance(waiver=recorded, index=receipt.index, statement=receipt.digest)


def _listed(ledger: Ledger, repository: Repository) -> FindingList:
    found = recorded_findings(ledger, repository.head)
    account = load_waivers(ledger)
    waivers = account.in_force(at=ledger.at)
    vex = vex_standing(ledger, repository, found.findings, whole=False).judged
    gaps = {*found.not_checked, *account.not_checked, *vex.not_checked}
    return FindingList(
        commit=repository.head,
        findings=tuple(
            ListedFinding(
                finding=finding,
                waiver=waivers.get(finding.identity),
                vex=vex.set_aside.get(finding.identity),
                confirmed=vex.confirmed.get(finding.identity),
            )
            for finding in found.findings
        ),
        not_checked=tuple(sorted(gaps)),
    )


def _waiver(finding: Finding, *, reason: str, expires: str, at: datetime) -> Waiver:
    place = finding.locations[0]
    try:
        return Waiver(
            finding=finding.identity,
            rule=finding.rule,
            title=finding.title,
            where=f"{place.path}:{place.line}" if place.line else place.path,
            reason=reason,
            accepted_at=at.replace(microsecond=0),
            expires=_first_moment(expires),
        )
    except MalformedError as error:
        raise UsageError(error.what, where=f"--{error.where}", hint=error.hint) from error


def _first_moment(day: str) -> datetime:
    """Return the start (UTC) of a day: the first day on which the finding counts again."""
    try:
        return datetime.combine(date.fromisoformat(day), time.min, tzinfo=UTC)
    except ValueError as error:
        hint = f"a day within {MAX_AGE.days} days from now, as 2027-01-31"
        raise UsageError(f"{day!r} is no day", where="--expires", hint=hint) from error
