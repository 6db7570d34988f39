"""The witnesses of a signature: timestamp authorities and transparency logs.

What is of a log or an authority that the trusted root knows must hold. What is of unknown ones
counts for nothing, and is listed as not checked.
"""

from dataclasses import dataclass
from datetime import datetime

from assay.core.errors import MalformedError, RejectedError, inside
from assay.core.notchecked import NotChecked
from assay.evidence.sigstore.bundle import Bundle
from assay.evidence.sigstore.testimony import Logged, VerifiedTime
from assay.evidence.sigstore.timestamp import Timestamped, verify_timestamp
from assay.evidence.sigstore.tlog import verify_log_entry
from assay.evidence.sigstore.tlogentry import LogEntry
from assay.evidence.sigstore.trustedroot import TrustedRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What holds of a bundle's witnesses; `unknown` is what nobody known can be asked about."""

    stamped: tuple[Timestamped, ...]
    logged: tuple[tuple[LogEntry, Logged], ...]
    unknown: tuple[NotChecked, ...]

    @property
    def times(self) -> tuple[VerifiedTime, ...]:
        """The times that somebody trusted says, in order."""
        stamped = (
            VerifiedTime(at=s.at, source=f"timestamp authority {s.authority}".rstrip())
            for s in self.stamped
        )
        promised = (
            VerifiedTime(at=entry.promised_at, source=f"log {place.log}")
            for entry, place in self.logged
            if entry.promised_at is not None
        )
        return tuple(sorted((*stamped, *promised), key=lambda time: (time.at, time.source)))


def verify_witnesses(bundle: Bundle, root: TrustedRoot, at: datetime) -> Witnesses:
    """Verify each timestamp and each log entry; at least one entry must be in a known log.

    `at` is now: it judges a log where nothing in the bundle says a time.

    Raises:
        MalformedError: One of them cannot be read, or an entry is there twice.
        ProofError: An entry is not where it is claimed to be.
        RejectedError: No entry, or an authority or a log was not trusted then.
        SignatureInvalidError: One is not signed by the authority or the log that it names.
    """
    if not bundle.entries:
        raise RejectedError("no log entry", where="verificationMaterial.tlogEntries")
    stamped, unknown = list[Timestamped](), list[NotChecked]()
    for index, response in enumerate(bundle.timestamps):
        with inside(where := f"rfc3161Timestamps[{index}]"):
            found = verify_timestamp(
                response,
                signature=bundle.content.signature,
                authorities=root.timestamp_authorities,
            )
        if found is None:
            unknown.append(_unknown("timestamp", where))
        else:
            stamped.append(found)
    logged = list[tuple[LogEntry, Logged]]()
    for index, entry in enumerate(bundle.entries):
        if any(log.key_id == entry.log_id for log in root.logs):
            with inside(f"tlogEntries[{index}]"):
                place = _verify_logged(entry, root, tuple(s.at for s in stamped), at)
            logged.append((entry, place))
        else:
            unknown.append(_unknown("log entry", f"tlogEntries[{index}]"))
    _check_distinct(logged)
    return Witnesses(stamped=tuple(stamped), logged=tuple(logged), unknown=tuple(unknown))


def _unknown(what: str, where: str) -> NotChecked:
    return NotChecked(what=what, where=where, why="by nobody that the trusted root knows")


def _check_distinct(logged: list[tuple[LogEntry, Logged]]) -> None:
    if not logged:
        raise RejectedError("no entry in a log that the trusted root knows", where="tlogEntries")
    if len({(entry.log_id, entry.index) for entry, _ in logged}) != len(logged):
        raise MalformedError("the same log entry twice", where="tlogEntries")


def _verify_logged(
    entry: LogEntry, root: TrustedRoot, stamped: tuple[datetime, ...], at: datetime
) -> Logged:
    """Verify an entry against the log with its id, if that was trusted at each known time.

    The integrated time is used before it is proven: the promise which proves it is verified with
    the key of the very log that is chosen by it.
    """
    times = (*stamped, *(() if entry.promised_at is None else (entry.promised_at,))) or (at,)
    refused = RejectedError("no log with this id", where="logId")
    for log in root.logs:
        if log.key_id != entry.log_id:
            continue
        if not all(log.period.covers(time) for time in times):
            refused = RejectedError(f"the log {log.name!r} was not trusted then", where="logId")
            continue
        try:
            return verify_log_entry(entry, log=log)
        except RejectedError as error:
            refused = error
    raise refused
