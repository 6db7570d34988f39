"""`assay trust propose`, `sign`, `apply`, `update` and `revoke`: how a trust root changes.

* A change is a signed statement in the log. It holds when the owners of the version before and of
  the new one have signed, as many as each says, and it follows the version in force.
* Owners sign in turn, each on a machine of their own; only who applies needs the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import MalformedError, RejectedError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.evidence.dsse import MAX_ENVELOPE_BYTES, parse_unsigned
from assay.evidence.joined import add_key_signature
from assay.evidence.statement import PAYLOAD_TYPE
from assay.evidence.trustchain import change_statement, verify_change
from assay.operations.home import (
    load_signer_choices,
    open_home,
)
from assay.operations.ledger import open_ledger
from assay.operations.newlogkey import open_new_log_key
from assay.operations.record import Recorder, open_recorder
from assay.operations.seen import pin_trust
from assay.operations.signingkeys import open_signing_key
from assay.operations.trustdraft import (
    DescribedDraft,
    TrustDraft,
    describe_draft,
    load_draft,
    make_draft,
    save_draft,
    with_bundle,
)
from assay.operations.trustfile import load_trust_file
from assay.signing.keys import Signer
from assay.signing.principaljson import parse_moment
from assay.signing.principals import Credential
from assay.signing.succession import describe, owners_at
from assay.signing.trust import (
    MAX_TRUST_ROOT_BYTES,
    Principal,
    Revocation,
    RevocationReason,
    TrustedKey,
    TrustRoot,
    parse_authored,
    trust_root_digest,
)
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file

_MIN_NAME: Final = 8  # characters of a key id that a person may shorten it to


def propose_trust(file: Path, path: Path, *, draft: Path, clock: Clock = now) -> DescribedDraft:
    """Write the draft of the change from the trust root in force to what `file` says.

    Raises:
        UsageError: No such file, no repository, no log; or `draft` is there already.
        RejectedError: `file` is no trust root, or it may not follow the one in force.
    """
    return propose_change(path, lambda trust: _load_authored(file, trust), draft=draft, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """What a person asks to revoke: `key` begins a key id, or is the subject of an identity."""

    principal: str
    key: str
    since: str  # RFC 3339
    reason: str


def revoke_key(
    wanted: Revoking, path: Path, *, draft: Path | None, clock: Clock = now
) -> DescribedDraft:
    """Revoke one key or identity, and change no more.

    The change is written to `draft`, or put in force at once where that is None and one owner is
    enough.

    Raises:
        UsageError: It names none, or several; a time or reason that is none; more than one owner
            must sign; no repository, no log, or `draft` is there already.
        RejectedError: A milder revocation than it has, or nobody could sign a change any more.
    """
    revocation = asked_revocation(wanted.since, wanted.reason)

    def change(trust: TrustRoot) -> TrustRoot:
        return _with_revoked(trust, wanted, revocation)

    if draft is None:
        return change_at_once(path, change, clock=clock)
    return propose_change(path, change, draft=draft, clock=clock)


def propose_change(
    path: Path, change: Callable[[TrustRoot], TrustRoot], *, draft: Path, clock: Clock
) -> DescribedDraft:
    """Write the draft of what `change` makes of the trust root in force.

    Raises:
        UsageError: Nothing changes; no repository, no log; or `draft` is there already.
        RejectedError: It may not follow.
    """
    at = clock()
    with open_ledger(open_repository(path), at=at) as ledger:
        made = make_draft(ledger.trust, change(ledger.trust), at=at)
    return _save_new(draft, made, at)


def show_draft(draft: Path, *, clock: Clock = now) -> DescribedDraft:
    """Return what `draft` changes, and who signed it so far.

    Raises:
        UsageError: There is no such file.
        RejectedError: It is no draft.
    """
    at = clock()
    return describe_draft(load_draft(draft, at=at), at=at)


def sign_trust(
    draft: Path, *, signer_uri: str, bundle: Path | None = None, clock: Clock = now
) -> DescribedDraft:
    """Add the signature of an owner to `draft`; `signer_uri` empty for this user's own key.

    Where `bundle` is given, that Sigstore bundle is the signature: of whoever has an OIDC identity,
    around the statement that `show_statement` returns.

    Raises:
        UsageError: No such file or key, both, or a key that belongs to no owner.
        RejectedError: It is no draft, or not of the trust root that is pinned here; or the bundle
            is of no owner, or around something else.
    """
    if bundle is not None and signer_uri:
        raise UsageError("both a key and a bundle", hint="leave one out")
    at, home = clock(), open_home()
    found = load_draft(draft, at=at)
    pinned = home.trust(found.before.log_origin)
    if pinned.exists():
        _check_pinned(load_trust_file(pinned), found.before)
    if bundle is None:
        signer = open_signing_key(signer_uri or load_signer_choices(open_home()).statements.uri)
        signed = replace(found, envelope=_signed(found, signer, at))
    else:
        signed = with_bundle(found, load_file(bundle, max_bytes=MAX_ENVELOPE_BYTES), at=at)
    save_draft(draft, signed)
    return describe_draft(signed, at=at)


def show_statement(draft: Path, *, clock: Clock = now) -> bytes:
    """Return the statement of `draft`, for an owner to sign with an OIDC identity.

    Raises:
        UsageError: There is no such file.
        RejectedError: It is no draft.
    """
    found = load_draft(draft, at=clock())
    return parse_unsigned(found.envelope, payload_type=PAYLOAD_TYPE)


def apply_trust(
    draft: Path, path: Path, *, log_signer: str = "", clock: Clock = now
) -> DescribedDraft:
    """Put the change in force: verify it, append it to the log, and pin the new trust root.

    `log_signer` is the URI of the log's new key, where the change names one and it is not that
    which `assay log rotate` made here.

    Raises:
        UsageError: No such file, no repository, no log, or keys that may not append to it.
        RejectedError: It does not follow the trust root in force, or too few owners signed.
        UnavailableError: The log cannot be written; nothing changed.
    """
    at = clock()
    found = load_draft(draft, at=at)
    with open_recorder(open_repository(path), at=at, clock=clock) as recorder:
        _apply(recorder, found, log_signer=log_signer)
    return describe_draft(found, at=at)


def update_trust(file: Path, path: Path, *, clock: Clock = now) -> DescribedDraft:
    """Propose, sign and apply at once what `file` says: where one owner is enough.

    Raises:
        UsageError: More than one owner must sign; no such file, no repository, no log, no keys.
        RejectedError: `file` is no trust root, or may not follow the one in force.
        UnavailableError: The log cannot be written; nothing changed.
    """
    return change_at_once(path, lambda trust: _load_authored(file, trust), clock=clock)


def change_at_once(
    path: Path, change: Callable[[TrustRoot], TrustRoot], *, log_signer: str = "", clock: Clock
) -> DescribedDraft:
    """Put in force what `change` makes of the trust root, signed with what signs statements here.

    `log_signer` is as for `apply_trust`.

    Raises:
        UsageError: More than one owner must sign, or nothing changes; no repository, no log.
        RejectedError: It may not follow.
        UnavailableError: The log cannot be written; nothing changed.
    """
    at = clock()
    with open_recorder(open_repository(path), at=at, clock=clock) as recorder:
        trust = recorder.ledger.trust
        made = make_draft(trust, change(trust), at=at)
        needed = max(made.before.owner_threshold, made.after.owner_threshold)
        if needed > 1:
            raise UsageError(
                f"{needed} owners must sign this change", hint="use: assay trust propose"
            )
        signed = replace(made, envelope=_signed(made, recorder.signers.statements, at))
        described = describe_draft(signed, at=at)
        for signatures in described.signatures:
            if not signatures.are_enough:
                raise UsageError(
                    f"the key here does not count for the owners of version {signatures.version}",
                    hint="propose it, and sign with one that counts: assay trust sign --signer",
                )
        _apply(recorder, signed, log_signer=log_signer)
    return described


def _apply(recorder: Recorder, draft: TrustDraft, *, log_signer: str) -> None:
    """Append the change, after the version that it follows, and pin it."""
    ledger = recorder.ledger
    if trust_root_digest(draft.before) != trust_root_digest(ledger.trust):
        raise RejectedError(
            f"a change of version {draft.before.version}, where another one is in force: "
            f"version {ledger.trust.version}",
            hint="propose it again",
        )
    rotated = draft.after.log_key != draft.before.log_key
    new_key = open_new_log_key(ledger.home, draft.after, log_signer) if rotated else None
    at = recorder.record_time()
    verified = verify_change(ledger.trust, draft.envelope, at=at)
    if ledger.chain.versions[-1].index < 0:  # a log without entries, or without a check yet
        recorder.record((change_statement(ledger.trust),), role="owner")
    if new_key is None:
        recorder.append((verified,), at=at)
    else:
        recorder.rotate(verified, log_signer=new_key, at=at)
    pin_trust(ledger.home, draft.after)


def _signed(draft: TrustDraft, signer: Signer, at: datetime) -> bytes:
    """Return the envelope with the signature of `signer`, who must be an owner."""
    key = signer.public.key_id
    owners = {*owners_at(draft.before, at), *owners_at(draft.after, at)}
    for root in (draft.before, draft.after):
        for principal in root.principals:
            if principal.name in owners and any(item.name == key for item in principal.keys):
                return add_key_signature(draft.envelope, signer=signer)
    raise UsageError(
        f"key {key[:16]} belongs to no owner of version {draft.before.version} "
        f"or {draft.after.version}",
        hint="assay trust show tells who the owners are",
    )


def _check_pinned(pinned: TrustRoot, before: TrustRoot) -> None:
    """Refuse a draft that does not go on from the trust root that is pinned here."""
    if trust_root_digest(pinned) not in {*before.history, trust_root_digest(before)}:
        raise RejectedError(
            "a change of a trust root that does not follow the one pinned here",
            where="before",
            hint="it was forged, or applied already: ask who proposed it",
        )


def _load_authored(file: Path, before: TrustRoot) -> TrustRoot:
    data = load_file(file, max_bytes=MAX_TRUST_ROOT_BYTES)
    with inside(str(file)):
        return parse_authored(data, after=before)


def _save_new(path: Path, draft: TrustDraft, at: datetime) -> DescribedDraft:
    if path.exists():
        raise UsageError("there is a file already", where=str(path), hint="use another --output")
    save_draft(path, draft)
    return describe_draft(draft, at=at)


def asked_revocation(since: str, reason: str) -> Revocation:
    """Return the revocation that a person asks for; `since` is RFC 3339.

    Raises:
        UsageError: A time or a reason that is none.
    """
    known = {item.value: item for item in RevocationReason}
    if reason not in known:
        hint = f"one of {', '.join(sorted(known))}"
        raise UsageError(f"unknown reason {reason!r}", hint=hint)
    try:
        return Revocation(since=parse_moment(JsonValue(since)), reason=known[reason])
    except MalformedError as error:
        raise UsageError(error.what, where="--since", hint="as 2026-01-31T12:00:00Z") from error


def _with_revoked(root: TrustRoot, wanted: Revoking, revocation: Revocation) -> TrustRoot:
    """Return the version after `root` in which one key or identity is revoked."""
    name = wanted.principal
    owner = next((p for p in root.principals if p.name == name), None)
    if owner is None:
        names = ", ".join(repr(p.name) for p in root.principals)
        raise UsageError(f"no principal {name!r}", hint=f"one of {names}")
    held = owner.credentials
    matching = [item for item in held if _is_meant(item, wanted.key)]
    if len(matching) != 1:
        known = ", ".join(describe(item) for item in held)
        raise UsageError(
            f"{len(matching)} keys or identities of {name!r} are called {wanted.key!r}",
            hint=f"it has {known}",
        )
    changed = _revoked_in(owner, matching[0].name, revocation)
    return replace(
        root,
        principals=tuple(changed if p.name == name else p for p in root.principals),
        history=(*root.history, trust_root_digest(root)),
    )


def _revoked_in(owner: Principal, name: str, revocation: Revocation) -> Principal:
    return replace(
        owner,
        keys=tuple(replace(k, revoked=revocation) if k.name == name else k for k in owner.keys),
        identities=tuple(
            replace(i, revoked=revocation) if i.name == name else i for i in owner.identities
        ),
    )


def _is_meant(item: Credential, name: str) -> bool:
    if isinstance(item, TrustedKey):
        return len(name) >= _MIN_NAME and item.name.startswith(name)
    return name in {item.identity.subject, item.name}
