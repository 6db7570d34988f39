"""Whether the commit at HEAD is signed by somebody who is allowed to.

* SSH signatures are verified by `ssh-keygen -Y`, against an allowed_signers file that the caller
  names; nothing is taken from the repository's configuration.
* A signature must hold at the commit's own date *and* at the time of the observation. The signer
  chooses the first, so a key that has expired since cannot be told from a key that was used after
  its end with a false date: the answer is then UNKNOWN.
* GPG and X.509 signatures are not verified yet: UNKNOWN, never passed.
* Principals are e-mails: of who signed, only the key's fingerprint is kept.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.commit import Commit, SignatureKind, signed_bytes
from assay.system.files import load_file, save_file
from assay.system.process import Completed, find_program, run_process
from assay.system.scratch import scratch_folder

MAX_SIGNERS_BYTES: Final = 8 * 2**20  # an allowed_signers file of some 50,000 keys
_SECONDS: Final = 30.0
_NAMESPACE: Final = "git"
_FINGERPRINT: Final = re.compile(r"key (SHA256:[A-Za-z0-9+/]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSignature:
    """The answer to "is the commit signed by an allowed signer", with the reason for a no."""

    kind: SignatureKind
    verdict: Verdict
    reason: str  # empty where it passed
    key: str = ""  # fingerprint of the key that signed, where that is known

    def as_json(self) -> dict[str, object]:
        """Return the member `head.signature` of the predicate."""
        return {
            "kind": self.kind.value,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "key": self.key,
        }


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
        )
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error
    if signature.verdict is Verdict.PASSED and not signature.key:
        raise MalformedError("passed without a key", where=value.where)
    return signature


def check_signature(
    commit: Commit, content: bytes, *, allowed_signers: Path | None, at: datetime
) -> HeadSignature:
    """Tell whether `commit`, whose object has `content`, is signed by an allowed signer.

    `allowed_signers` is a file as ssh-keygen(1) describes; without one no signature can pass.

    Raises:
        UsageError: There is no such file.
        UnavailableError: It cannot be read.
    """
    kind = commit.signed_with
    match kind:
        case SignatureKind.NONE:
            return HeadSignature(kind=kind, verdict=Verdict.FAILED, reason="unsigned")
        case SignatureKind.OTHER:
            return HeadSignature(
                kind=kind,
                verdict=Verdict.FAILED,
                reason="the signature is of no known form, or there are several",
            )
        case SignatureKind.GPG | SignatureKind.X509:
            return _unknown(kind, f"{kind.value} signatures are not verified by this version")
        case SignatureKind.SSH:
            pass
    if allowed_signers is None:
        return _unknown(kind, "no allowed signers are configured")
    signers = load_file(allowed_signers, max_bytes=MAX_SIGNERS_BYTES)
    program = find_program("ssh-keygen")
    if program is None:
        return _unknown(kind, "ssh-keygen is not installed")
    with scratch_folder() as folder:
        save_file(folder / "signers", signers, mode=0o600)
        save_file(folder / "signature", commit.signature, mode=0o600)
        keygen = _Keygen(program=program, folder=folder, message=signed_bytes(content))
        return _decide(keygen, commit, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keygen:
    """Runs ssh-keygen on one signature."""

    program: Path
    folder: Path
    message: bytes

    def run(self, action: str, *options: str, at: datetime | None = None) -> Completed:
        """Run one of its signature commands, as of the time `at`."""
        time = (f"-Overify-time={at:%Y%m%d%H%M%S}",) if at else ()
        return run_process(
            (self.program, "-Y", action, "-s", "signature", *options, *time),
            cwd=self.folder,
            seconds=_SECONDS,
            stdin=self.message,
            environment={"TZ": "UTC", "LC_ALL": "C"},
        )

    def allows(self, at: datetime) -> bool:
        """Tell whether an allowed signer made the signature, with a key that is valid at `at`."""
        found = self.run("find-principals", "-f", "signers", at=at)
        principals = found.output.decode(errors="replace").splitlines()
        return any(
            self.run("verify", "-f", "signers", "-n", _NAMESPACE, "-I", principal, at=at).status
            == 0
            for principal in principals
            if principal and not found.status
        )


def _decide(keygen: _Keygen, commit: Commit, at: datetime) -> HeadSignature:
    intact = keygen.run("check-novalidate", "-n", _NAMESPACE)
    told = _FINGERPRINT.search(intact.output.decode(errors="replace"))
    if intact.status or told is None:
        return _failed("the signature is not one of this commit")
    then = _date_of(commit)
    if then is None or then > at:
        return _failed("the commit is dated after this observation, or not at all", told[1])
    allowed_then, allowed_now = keygen.allows(then), keygen.allows(at)
    if allowed_then and allowed_now:
        return HeadSignature(kind=SignatureKind.SSH, verdict=Verdict.PASSED, reason="", key=told[1])
    if allowed_then:
        reason = "the key has expired since the commit's date, which the signer chose"
        return HeadSignature(
            kind=SignatureKind.SSH, verdict=Verdict.UNKNOWN, reason=reason, key=told[1]
        )
    if allowed_now:
        return _failed("the key was not valid yet at the commit's date", told[1])
    return _failed("the key is not one of an allowed signer", told[1])


def _date_of(commit: Commit) -> datetime | None:
    try:
        return datetime.fromtimestamp(commit.committer.at, UTC) if commit.committer else None
    except (OverflowError, ValueError, OSError):
        return None


def _failed(reason: str, key: str = "") -> HeadSignature:
    return HeadSignature(kind=SignatureKind.SSH, verdict=Verdict.FAILED, reason=reason, key=key)


def _unknown(kind: SignatureKind, reason: str) -> HeadSignature:
    return HeadSignature(kind=kind, verdict=Verdict.UNKNOWN, reason=reason)
