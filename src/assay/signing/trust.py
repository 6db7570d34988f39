"""The trust root: who may sign what, from when until when, and the one log. Pure data.

* A threshold counts principals (people, machines), never keys. So no key and no identity belongs
  to two principals: one signature would count twice.
* The log's key belongs to nobody, nor does a witness's: what signs a tree head must not be able to
  sign evidence. Keys that the log had before stay named, each with why it is one no more.
* Everything is asked about with a time; nothing here reads a clock.
* What this version does not understand (a member, a role, a reason) is refused: ignoring it could
  drop a restriction.
* A version names all versions before it by digest. So one digest stands for the whole history, and
  a verdict that was made under an earlier version can be told from one made under another trust.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from assay.core.clock import format_time
from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.stricttoml import parse_toml
from assay.signing.notekey import NoteKey, parse_note_key, parse_witness_key
from assay.signing.principaljson import (
    parse_moment,
    parse_principal,
    parse_revocation,
    principal_as_json,
    refuse_unknown,
    revocation_as_json,
)
from assay.signing.principals import (
    ROLES,
    Holder,
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    TrustedKey,
    Window,
)

__all__ = [
    "OWNER",
    "ROLES",
    "SCHEMA",
    "EarlierLogKey",
    "Holder",
    "OidcIdentity",
    "Principal",
    "PrincipalKind",
    "Revocation",
    "RevocationReason",
    "RoleGrant",
    "TrustRoot",
    "TrustedIdentity",
    "TrustedKey",
    "Window",
    "parse_authored",
    "parse_trust_root",
    "render_trust_root",
    "trust_root_digest",
]

SCHEMA: Final = "assay.trust-root/v2"
OWNER: Final = "owner"
MAX_TRUST_ROOT_BYTES: Final = 4 * 2**20  # several thousand principals
_MEMBERS: Final = frozenset(
    {"schema", "version", "history", "expires", "owners", "log", "witnesses", "sigstore"}
    | {"principals"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLogKey:
    """A key that the log had (C2SP form), and since when and why it has another one."""

    key: str
    revoked: Revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRoot:
    """All principals, the log with its origin and key (C2SP form), and who witnesses it.

    `earlier_log_keys` are those that the log had before, the first one first.
    `history` are the digests of all earlier versions, the first one first. From `expires` on
    nothing that is recorded counts but the owners' own changes. `sigstore` is the Sigstore trusted
    root, as JSON, that OIDC identities are checked with.
    """

    principals: tuple[Principal, ...]
    log_origin: str
    log_key: str
    earlier_log_keys: tuple[EarlierLogKey, ...] = ()
    owner_threshold: int = 1
    witnesses: tuple[str, ...] = ()
    quorum: int = 0
    history: tuple[Digest, ...] = ()
    expires: datetime | None = None
    sigstore: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse an empty root, a key with two owners, and thresholds that mean nothing."""
        if not self.principals:
            raise MalformedError(
                "no principals", where="principals", hint="nobody would be trusted"
            )
        _refuse_repeated((p.name for p in self.principals), "principal")
        _refuse_repeated(map(str, self.history), "version")
        names = (str(i.identity) for p in self.principals for i in p.identities)
        _refuse_repeated(names, "identity")
        _refuse_repeated((email for p in self.principals for email in p.emails), "e-mail")
        accounts = (str(account) for p in self.principals for account in p.accounts)
        _refuse_repeated(accounts, "account")
        log_keys = self._checked_log_keys()
        witnesses = self._checked_witnesses()
        owned = (key.name for p in self.principals for key in p.keys)
        heads = (key.public.key_id for key in (*log_keys, *witnesses))
        _refuse_repeated((*owned, *heads), "key")
        if self.owner_threshold < 1:
            raise MalformedError(
                f"a threshold of {self.owner_threshold}", where="owners.threshold", hint="1 or more"
            )

    @property
    def version(self) -> int:
        """Return the number of this version; the first one is 1."""
        return len(self.history) + 1

    def holders(self, role: str, *, at: datetime) -> tuple[Holder, ...]:
        """Return who holds `role` at the time `at`, with the keys and identities of that time.

        An expired trust root has no holders but its owners: they can still put a new one in its
        place, and nothing else.
        """
        if role != OWNER and self.expires is not None and self.expires <= at:
            return ()
        found = (p.at(at) for p in self.principals if p.has_role(role, at=at))
        return tuple(holder for holder in found if holder.keys or holder.identities)

    def undated(self) -> "TrustRoot":
        """Return the root for what has no time of record: a key once compromised never counts.

        Without such a time, a statement may have been made after the key was lost, whatever the
        statement says, and whatever the clock here says.
        """
        return replace(self, principals=tuple(_without_compromised(p) for p in self.principals))

    def _checked_log_keys(self) -> tuple[NoteKey, ...]:
        if len(self.earlier_log_keys) > len(self.history):
            raise MalformedError(
                f"{len(self.earlier_log_keys)} earlier keys of the log in version {self.version}",
                where="log.earlier",
                hint="a version adds one at most, and the first has none",
            )
        with inside("log.key"):
            found = [self._checked_log_key(self.log_key)]
        for number, one in enumerate(self.earlier_log_keys):
            with inside(f"log.earlier[{number}].key"):
                found.append(self._checked_log_key(one.key))
        return tuple(found)

    def _checked_log_key(self, text: str) -> NoteKey:
        log_key = parse_note_key(text)
        if log_key.name != self.log_origin:
            raise MalformedError(
                f"a key for {log_key.name!r}, where the origin is {self.log_origin!r}"
            )
        return log_key

    def _checked_witnesses(self) -> tuple[NoteKey, ...]:
        with inside("witnesses"):
            keys = tuple(parse_witness_key(text) for text in self.witnesses)
            names = {key.name for key in keys}
            if len(names) != len(keys):
                raise MalformedError("two keys of one name", where="keys")
            if not bool(keys) <= self.quorum <= len(keys):
                raise MalformedError(f"a quorum of {self.quorum} among {len(keys)}", where="quorum")
        return keys


def render_trust_root(root: TrustRoot) -> bytes:
    """Write the trust root as canonical JSON, schema `assay.trust-root/v2`."""
    sigstore = None
    if root.sigstore is not None:
        sigstore = parse_json(root.sigstore, max_bytes=MAX_TRUST_ROOT_BYTES)
    return render_canonical_json(
        {
            "schema": SCHEMA,
            "version": root.version,
            "history": [str(digest) for digest in root.history],
            "expires": None if root.expires is None else format_time(root.expires),
            "owners": {"threshold": root.owner_threshold},
            "log": {"origin": root.log_origin, "key": root.log_key, **_earlier(root)},
            "witnesses": {"quorum": root.quorum, "keys": list(root.witnesses)},
            "sigstore": sigstore,
            "principals": [principal_as_json(p) for p in root.principals],
        }
    )


def parse_trust_root(data: bytes) -> TrustRoot:
    """Read a trust root; any layout of the JSON is read, the digest is that of the canonical one.

    Raises:
        MalformedError: Not strict JSON, another schema, a member that is missing, unknown or of
            another type, or a rule of this module or of `principals` broken.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_TRUST_ROOT_BYTES))
    _check_schema(document)  # first, so that another kind of file is told as what it is not
    return _parse_document(document, history=_parse_history(document.field("history")))


def parse_authored(data: bytes, *, after: TrustRoot | None) -> TrustRoot:
    """Read a trust root that a person wrote, in TOML or JSON, to follow the version `after`.

    Such a file has no `history`: it is that of `after`. Its `version` says which state its author
    had in mind; where another one came in between, it is refused. One with a history is read as
    it is.

    Raises:
        MalformedError: As in `parse_trust_root`, or not TOML, or another version.
    """
    is_json = data.lstrip()[:1] == b"{"
    document = (
        JsonValue(parse_json(data, max_bytes=MAX_TRUST_ROOT_BYTES))
        if is_json
        else parse_toml(data, max_bytes=MAX_TRUST_ROOT_BYTES)
    )
    if (named := document.optional("history")) is not None:
        return _parse_document(document, history=_parse_history(named))
    before = () if after is None else (*after.history, trust_root_digest(after))
    return _parse_document(document, history=before)


def trust_root_digest(root: TrustRoot) -> Digest:
    """Return the SHA-256 of the canonical form: the name of this trust root in every verdict."""
    return sha256_of(render_trust_root(root))


def _parse_document(document: JsonValue, *, history: tuple[Digest, ...]) -> TrustRoot:
    _check_schema(document)
    refuse_unknown(document, _MEMBERS)
    version = document.field("version")
    if version.integer() != len(history) + 1:
        raise MalformedError(
            f"version {version.integer()}, where {len(history) + 1} is the next one",
            where="version",
            hint="begin again from: assay trust show --toml",
        )
    log, owners = document.field("log"), document.field("owners")
    refuse_unknown(log, frozenset({"origin", "key", "earlier"}))
    refuse_unknown(owners, frozenset({"threshold"}))
    witnesses, quorum = _parse_witnesses(document.optional("witnesses"))
    expires = document.optional("expires")
    return TrustRoot(
        principals=tuple(parse_principal(item) for item in document.field("principals").items()),
        log_origin=log.field("origin").text(),
        log_key=log.field("key").text(),
        earlier_log_keys=tuple(map(_parse_earlier, log.optional_items("earlier"))),
        owner_threshold=owners.field("threshold").integer(),
        witnesses=witnesses,
        quorum=quorum,
        history=history,
        expires=None if expires is None else parse_moment(expires),
        sigstore=_parse_sigstore(document.optional("sigstore")),
    )


def _check_schema(document: JsonValue) -> None:
    schema = document.field("schema").text()
    if schema != SCHEMA:
        raise MalformedError(f"schema {schema!r}, where {SCHEMA!r} is read", where="schema")


def _parse_history(value: JsonValue) -> tuple[Digest, ...]:
    return tuple(item.parsed(parse_digest) for item in value.items())


def _earlier(root: TrustRoot) -> dict[str, object]:
    listed = [{"key": o.key, **revocation_as_json(o.revoked)} for o in root.earlier_log_keys]
    return {"earlier": listed} if listed else {}


def _parse_earlier(value: JsonValue) -> EarlierLogKey:
    refuse_unknown(value, frozenset({"key", "revoked"}))
    revoked = parse_revocation(value.field("revoked"))
    return EarlierLogKey(key=value.field("key").text(), revoked=revoked)


def _parse_witnesses(value: JsonValue | None) -> tuple[tuple[str, ...], int]:
    if value is None:
        return (), 0
    refuse_unknown(value, frozenset({"quorum", "keys"}))
    keys = tuple(item.text() for item in value.field("keys").items())
    return keys, value.field("quorum").integer()


def _parse_sigstore(value: JsonValue | None) -> bytes | None:
    """Return the Sigstore trusted root as canonical JSON; in TOML it is the text of that JSON."""
    if value is None:
        return None
    with inside(value.where):
        found = value.value
        if isinstance(found, str):
            found = parse_json(found.encode(), max_bytes=MAX_TRUST_ROOT_BYTES)
        if not isinstance(found, dict):
            raise MalformedError("not an object")
        try:
            return render_canonical_json(found)
        except (TypeError, ValueError) as error:
            raise MalformedError(str(error)) from error


def _without_compromised(principal: Principal) -> Principal:
    """Return `principal` with every compromised key and identity revoked from its beginning."""

    def always(revoked: Revocation | None, begin: datetime) -> Revocation | None:
        if revoked is None or revoked.reason is not RevocationReason.COMPROMISED:
            return revoked
        return replace(revoked, since=min(begin, revoked.since))

    return replace(
        principal,
        keys=tuple(
            replace(k, revoked=always(k.revoked, k.window.valid_from)) for k in principal.keys
        ),
        identities=tuple(
            replace(i, revoked=always(i.revoked, i.window.valid_from)) for i in principal.identities
        ),
    )


def _refuse_repeated(names: Iterable[str], what: str) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise MalformedError(f"{what} {name!r} is there twice", where="principals")
        seen.add(name)
