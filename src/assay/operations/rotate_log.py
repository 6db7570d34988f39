"""`assay log rotate`: a new key for the log, as a change of the trust root that its owners sign.

The checkpoint over the change is signed with both keys, and seals all checkpoints before it
(`assay.evidence.checkpoints.sealing`). From then on the old key opens nothing any more.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.operations.change_trust import asked_revocation, change_at_once, propose_change
from assay.operations.home import Home, open_home
from assay.operations.newlogkey import make_new_log_key
from assay.operations.trustdraft import DescribedDraft
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trust import EarlierLogKey, Revocation, TrustRoot, trust_root_digest
from assay.system.clock import now


def rotate_log(
    path: Path,
    *,
    log_signer: str,
    reason: str,
    since: str,
    draft: Path | None,
    clock: Clock = now,
) -> DescribedDraft:
    """Give the log of the repository at `path` a new key.

    `log_signer` is the URI of the new key, empty to make a key file. `reason` says why the old one
    goes, `since` (RFC 3339, empty for now) since when. The change is written to `draft`, or put in
    force at once where that is None and one owner is enough.

    Raises:
        UsageError: A time or a reason that is none, a key that the log had before or that somebody
            signs with; more than one owner must sign; no repository, no log, or `draft` is there.
        RejectedError: The log is not what was signed.
        UnavailableError: It cannot be written; nothing changed.
    """
    revoked = asked_revocation(since or format_time(clock().replace(microsecond=0)), reason)
    change = _rotation(open_home(), revoked, log_signer)
    if draft is None:
        return change_at_once(path, change, log_signer=log_signer, clock=clock)
    return propose_change(path, change, draft=draft, clock=clock)


def _rotation(home: Home, revoked: Revocation, log_signer: str) -> Callable[[TrustRoot], TrustRoot]:
    def change(trust: TrustRoot) -> TrustRoot:
        ended = EarlierLogKey(key=trust.log_key, revoked=revoked)
        earlier = (*trust.earlier_log_keys, ended)
        history = (*trust.history, trust_root_digest(trust))
        public = make_new_log_key(home, trust, log_signer).public
        return replace(
            trust,
            log_key=render_note_key(note_key(trust.log_origin, public)),
            earlier_log_keys=earlier,
            history=history,
        )

    return change
