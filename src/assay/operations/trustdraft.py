"""A change of the trust root on its way from owner to owner, in a file.

Schema `assay.trust-draft/v1`: `before` is the trust root that it follows, `envelope` the DSSE
envelope around the new one, with the signatures that it has so far. Nothing in the file is trusted:
whoever signs sees what changes, and `assay trust apply` verifies all of it against the log.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.errors import (
    MalformedError,
    RejectedError,
    SignatureInvalidError,
    UsageError,
    inside,
)
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import canonical_form, parse_json, render_canonical_json
from assay.evidence.envelope import parse_envelope
from assay.evidence.trustchain import TRUST_ROOT_TYPE, draft_change, parse_change
from assay.signing.principaljson import refuse_unknown
from assay.signing.succession import verify_succession
from assay.signing.trust import (
    MAX_TRUST_ROOT_BYTES,
    OWNER,
    TrustRoot,
    parse_trust_root,
    render_trust_root,
    trust_root_digest,
)
from assay.signing.trustwords import name_changes, name_dangers
from assay.system.files import load_file, save_file

SCHEMA: Final = "assay.trust-draft/v1"
_MAX_BYTES: Final = 4 * MAX_TRUST_ROOT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDraft:
    """The trust root before, the one after, and the envelope that holds it."""

    before: TrustRoot
    after: TrustRoot
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Who of the owners of one version signed, and how many must."""

    version: int
    signed_by: tuple[str, ...]
    needed: int

    @property
    def are_enough(self) -> bool:
        """Tell whether so many signed as must."""
        return len(self.signed_by) >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedDraft:
    """What a draft changes, what of that is dangerous, and who signed it so far."""

    version: int
    digest: str
    changes: tuple[str, ...]
    dangers: tuple[str, ...]
    signatures: tuple[Signatures, Signatures]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "version": self.version,
            "trustRoot": self.digest,
            "changes": list(self.changes),
            "dangers": list(self.dangers),
            "signatures": [
                {"ownersOf": s.version, "signedBy": list(s.signed_by), "needed": s.needed}
                for s in self.signatures
            ],
            "notChecked": [],
        }


def make_draft(before: TrustRoot, after: TrustRoot, *, at: datetime) -> TrustDraft:
    """Return the unsigned draft of the change from `before` to `after`.

    Raises:
        UsageError: Nothing changes.
        MalformedError: Its Sigstore trusted root is none.
        RejectedError: It may not follow.
    """
    _verify_next(before, after, at=at)
    if not name_changes(before, after):
        raise UsageError("nothing changes", hint="what is in force says the same")
    return TrustDraft(before=before, after=after, envelope=draft_change(after))


def describe_draft(draft: TrustDraft, *, at: datetime) -> DescribedDraft:
    """Return what people must know before they sign or apply `draft` at the time `at`."""
    return DescribedDraft(
        version=draft.after.version,
        digest=str(trust_root_digest(draft.after)),
        changes=name_changes(draft.before, draft.after),
        dangers=name_dangers(draft.after, at=at),
        signatures=(_signatures(draft, draft.before, at), _signatures(draft, draft.after, at)),
    )


def with_bundle(draft: TrustDraft, bundle: bytes, *, at: datetime) -> TrustDraft:
    """Return the draft with the signature of an owner in a Sigstore bundle.

    Raises:
        MalformedError: It is no bundle, or there are too many already.
        RejectedError: It is around something else, or its signature, its certificate or its times
            do not hold by the Sigstore trusted root of either version, for one of its owners.
    """
    # Slow to import, and few owners sign so.
    from assay.evidence.joined import join_bundle  # noqa: PLC0415  # see above

    alone = join_bundle(draft_change(draft.after), bundle)
    for number, root in enumerate((draft.after, draft.before)):
        try:
            _verify_bundle(bundle, alone, root, draft, at)
        except RejectedError:
            if number:
                raise
        else:
            break
    return replace(draft, envelope=join_bundle(draft.envelope, bundle))


def _verify_bundle(
    bundle: bytes, alone: bytes, root: TrustRoot, draft: TrustDraft, at: datetime
) -> None:
    """Refuse unless an owner of `root` signed with it; the first error says the most."""
    subject = trust_root_digest(draft.after)
    for envelope in (bundle, alone):
        parse_envelope(envelope).verify(
            trusted=root,
            role=OWNER,
            threshold=1,
            subject=subject,
            predicate_type=TRUST_ROOT_TYPE,
            at=at,
        )


def save_draft(path: Path, draft: TrustDraft) -> None:
    """Write the file.

    Raises:
        UnavailableError: It cannot be written.
    """
    document = {
        "schema": SCHEMA,
        "before": parse_json(render_trust_root(draft.before), max_bytes=_MAX_BYTES),
        "envelope": parse_json(draft.envelope, max_bytes=_MAX_BYTES),
    }
    save_file(path, render_canonical_json(document) + b"\n")


def load_draft(path: Path, *, at: datetime) -> TrustDraft:
    """Read the file.

    Raises:
        UsageError: There is no such file.
        MalformedError: No draft.
        RejectedError: Its trust root may not follow the one before, at the time `at`.
    """
    data = load_file(path, max_bytes=_MAX_BYTES)
    with inside(str(path)):
        document = JsonValue(parse_json(data, max_bytes=_MAX_BYTES))
        if document.field("schema").text() != SCHEMA:
            raise MalformedError(f"not of the schema {SCHEMA!r}", where="schema")
        refuse_unknown(document, frozenset({"schema", "before", "envelope"}))
        envelope = canonical_form(document.field("envelope").value)
        with inside("before"):
            before = parse_trust_root(canonical_form(document.field("before").value))
        with inside("envelope"):
            after = parse_change(envelope)
            _verify_next(before, after, at=at)
    return TrustDraft(before=before, after=after, envelope=envelope)


def _verify_next(before: TrustRoot, after: TrustRoot, *, at: datetime) -> None:
    """Refuse what may not follow `before`, or would be found to be malformed at its first use.

    A Sigstore trusted root that is in force already is not asked about: it must not keep owners
    from changing anything else.
    """
    verify_succession(before, after, at=at)
    if after.sigstore is not None and after.sigstore != before.sigstore:
        # Slow to import, and few trust roots have one.
        from assay.evidence.sigstore.trustedroot import parse_trusted_root  # noqa: PLC0415

        with inside("sigstore"):
            parse_trusted_root(after.sigstore)


def _signatures(draft: TrustDraft, root: TrustRoot, at: datetime) -> Signatures:
    return Signatures(
        version=root.version,
        signed_by=_signed_by(draft, root, at),
        needed=root.owner_threshold,
    )


def _signed_by(draft: TrustDraft, root: TrustRoot, at: datetime) -> tuple[str, ...]:
    document = JsonValue(parse_json(draft.envelope, max_bytes=_MAX_BYTES))
    if not (document.field("signatures").items() or document.optional_items("bundles")):
        return ()
    try:
        verified = parse_envelope(draft.envelope).verify(
            trusted=root,
            role=OWNER,
            threshold=1,
            subject=trust_root_digest(draft.after),
            predicate_type=TRUST_ROOT_TYPE,
            at=at,
        )
    except SignatureInvalidError:
        return ()
    return tuple(sorted(verified.signed_by))
