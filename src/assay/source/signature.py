"""What a signature on a commit or a tag came to, and the rule by which time it is judged.

* The time that counts is when our log first heard of the object, or what a log or timestamp
  authority of Sigstore says. Without one it is now: the key must hold now. The date in a commit is
  the signer's own word. It can only speak against him: outside the key's time the answer is no.
* A key that ended since, with nothing but that date to say that the commit is older: UNKNOWN. A key
  that was lost to somebody else: FAILED, unless a trusted time is before that.
* A signature by a key that nobody here knows is UNKNOWN: it may be good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind
from assay.source.signers import CommitSigners

CLOCK_SKEW: Final = timedelta(minutes=5)  # between the machine of the author and this one


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSignature:
    """The answer to "is it signed by somebody who may", with the reason for anything but a yes.

    `key` is a fingerprint, a key id, or an identity; `principal` and `algorithm` are known where a
    signature verified.
    """

    kind: SignatureKind
    verdict: Verdict
    reason: str  # empty where it passed
    key: str = ""
    principal: str = ""
    algorithm: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the member `head.signature` of the predicate."""
        return {
            "kind": self.kind.value,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "key": self.key,
            "principal": self.principal,
            "algorithm": self.algorithm,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Bytes, the signature on them, and when: `recorded` is a trusted time, or None."""

    message: bytes
    signature: bytes
    dated: datetime | None  # by whoever made it
    recorded: datetime | None
    at: datetime  # now


def parse_head_signature(value: JsonValue) -> HeadSignature:
    """Read what `HeadSignature.as_json` wrote.

    Raises:
        MalformedError: A field is missing or outside its closed set, or no signature has passed.
    """
    try:
        signature = HeadSignature(
            kind=SignatureKind(value.field("kind").text()),
            verdict=Verdict(value.field("verdict").text()),
            reason=value.field("reason").text(),
            key=value.field("key").text(),
            principal=value.field("principal").text(),
            algorithm=value.field("algorithm").text(),
        )
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error
    if signature.verdict is Verdict.PASSED and not (signature.key and signature.principal):
        raise MalformedError("passed without a key or a principal", where=value.where)
    return signature


def judge_key(
    name: str, signed: Signed, signers: CommitSigners, *, dates: tuple[datetime, ...]
) -> tuple[Verdict, str]:
    """Tell whether the key or identity `name` may have signed this then.

    `dates` are the times that the signer gave; each must lie within the time of the key.
    """
    when = signed.recorded or signed.at
    against = next((why for date in dates if (why := signers.why_not(name, at=date))), "")
    if why := signers.why_not(name, at=when):
        lost = any(signers.why_never(name, at=date) for date in dates)  # by compromise, or never
        if signed.recorded is not None or lost:
            return Verdict.FAILED, why
        return Verdict.UNKNOWN, f"{why}; that it is older than that only its own date says"
    if signed.recorded is None and (why := signers.why_never(name, at=when)):
        return Verdict.FAILED, why
    if against:
        return Verdict.FAILED, against
    return Verdict.PASSED, ""


def failed(kind: SignatureKind, reason: str) -> HeadSignature:
    """Return a no."""
    return HeadSignature(kind=kind, verdict=Verdict.FAILED, reason=reason)


def unknown(kind: SignatureKind, reason: str) -> HeadSignature:
    """Return that nobody can tell."""
    return HeadSignature(kind=kind, verdict=Verdict.UNKNOWN, reason=reason)
