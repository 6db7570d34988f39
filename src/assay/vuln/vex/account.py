"""What a log knows of VEX about the findings of one commit: the account given to the gates.

It is the predicate of a statement about a commit (`PREDICATE_TYPE`). Each word in it names the
recorded document that it is from, and `documents` says who signed each of those, so that anybody
can go and look, and so that it falls when a key does. What was not believed is listed with why.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.reliance import Reliance, parse_reliance
from assay.findings.finding import Kind
from assay.vuln.vex.statement import Status

PREDICATE_TYPE: Final = "urn:assay:predicate:vex:v1"
UNREAD: Final = "unread"  # an entry that nobody understood, and that may say "affected"
UNCLEAR: Final = "unclear"  # it says "affected" of what may be this component at this version
TAKING: Final = frozenset({Status.NOT_AFFECTED.value, Status.FIXED.value})
BLOCKING: Final = frozenset({Status.AFFECTED.value, UNREAD, UNCLEAR})
_SAID: Final = frozenset({*(status.value for status in Status), UNREAD, UNCLEAR})
_TOLD: Final = {
    UNREAD: "has an entry that cannot be read",
    UNCLEAR: "says affected of what may be this",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VexWord:
    """What one author, whom the trust root names, says about one finding.

    `said_at` and `expires_at` are the author's own times. `vouched` marks what its author did not
    sign: those who did answer for it.
    """

    finding: str
    vulnerability: str
    component: str
    status: str
    justification: str
    because: str
    said_at: datetime
    expires_at: datetime | None
    author: str
    signed_by: tuple[str, ...]
    vouched: bool
    document: Digest  # of the envelope in the log

    def __post_init__(self) -> None:
        """Refuse a word that says nothing known, or that nobody signed."""
        if self.status not in _SAID:
            raise MalformedError(f"unknown status {self.status!r}", where="status")
        if not self.finding.startswith(f"{Kind.VULNERABILITY.value}/"):
            raise MalformedError(f"VEX of {self.finding!r}", where="finding")
        if not (self.author and self.signed_by):
            raise MalformedError("a word by nobody")

    @property
    def told(self) -> str:
        """Return what is said, after whose word it is."""
        return _TOLD.get(self.status, f"says {self.status}")

    @property
    def whose(self) -> str:
        """Return whose word it is, for people."""
        who = " and ".join(self.signed_by)
        return f"{self.author}, on the word of {who}" if self.vouched else self.author

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        until = None if self.expires_at is None else format_time(self.expires_at)
        return {
            "finding": self.finding,
            "vulnerability": self.vulnerability,
            "component": self.component,
            "status": self.status,
            "justification": self.justification,
            "because": self.because,
            "saidAt": format_time(self.said_at),
            "expires": until,
            "author": self.author,
            "signedBy": list(self.signed_by),
            "vouched": self.vouched,
            "document": str(self.document),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VexAccount:
    """The words that count about the findings of a commit, and what was not believed, with why."""

    observed_at: datetime
    documents: tuple[Reliance, ...] = ()
    words: tuple[VexWord, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a word from nowhere: nothing would make it fall."""
        named = {one.statement for one in self.documents}
        if not all(word.document in named for word in self.words):
            raise MalformedError("a word of a document that is not named", where="words")

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "observedAt": format_time(self.observed_at),
            "documents": [one.as_json() for one in self.documents],
            "words": [word.as_json() for word in self.words],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def parse_vex_account(value: JsonValue) -> VexAccount:
    """Read what `VexAccount.as_json` wrote.

    Raises:
        MalformedError: A member is missing or of another type, or a word is none.
    """
    return VexAccount(
        observed_at=value.field("observedAt").parsed(parse_time),
        documents=tuple(parse_reliance(item) for item in value.field("documents").items()),
        words=tuple(_parse_word(item) for item in value.field("words").items()),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def _parse_word(value: JsonValue) -> VexWord:
    expires = value.optional("expires")
    return VexWord(
        finding=value.field("finding").text(),
        vulnerability=value.field("vulnerability").text(),
        component=value.field("component").text(),
        status=value.field("status").text(),
        justification=value.field("justification").text(),
        because=value.field("because").text(),
        said_at=value.field("saidAt").parsed(parse_time),
        expires_at=None if expires is None else expires.parsed(parse_time),
        author=value.field("author").text(),
        signed_by=tuple(name.text() for name in value.field("signedBy").items()),
        vouched=value.field("vouched").boolean(),
        document=value.field("document").parsed(parse_digest),
    )
