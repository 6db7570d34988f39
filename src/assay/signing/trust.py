"""The trust root: who may sign as what, from when until when. Pure data, pure questions.

* A threshold counts principals (people, machines), never keys. So no key belongs to two
  principals: one signature would count twice.
* The log's key belongs to no principal: what signs a tree head must not be able to sign evidence.
* A validity window is asked about with a time; nothing here reads a clock.
* What this version does not understand (a member, a role) is refused: ignoring it could drop a
  restriction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.signing.keys import PublicKey, load_public_key
from assay.signing.notekey import parse_note_key

SCHEMA: Final = "assay.trust-root/v1"
ROLES: Final = frozenset({"collector", "gate", "owner"})
MAX_TRUST_ROOT_BYTES: Final = 4 * 2**20  # several thousand principals


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A person or a machine, its roles and its keys; valid from `valid_from` on.

    `valid_until` is the first moment at which it no longer holds; None where no end is set.
    """

    name: str
    roles: frozenset[str]
    keys: tuple[PublicKey, ...]
    valid_from: datetime
    valid_until: datetime | None

    def __post_init__(self) -> None:
        """Refuse a principal that could never sign, or whose limits nobody understands."""
        with inside(f"principal {self.name!r}"):
            _check_roles(self.roles)
            if not self.name or not self.name.isprintable():
                raise MalformedError("a name that is empty or cannot be printed")
            if not self.keys:
                raise MalformedError("no keys")
            if self.valid_until is not None and self.valid_until <= self.valid_from:
                raise MalformedError("a validity that ends before it begins")

    def is_valid(self, *, at: datetime) -> bool:
        """Tell whether `at` lies in the validity window."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRoot:
    """All principals, and the one log: its origin, and its key in C2SP form."""

    principals: tuple[Principal, ...]
    log_origin: str
    log_key: str

    def __post_init__(self) -> None:
        """Refuse an empty root, and a key with two owners."""
        if not self.principals:
            raise MalformedError(
                "no principals", where="principals", hint="nobody would be trusted"
            )
        _refuse_repeated((p.name for p in self.principals), "principal")
        log_key = parse_note_key(self.log_key)
        if log_key.name != self.log_origin:
            raise MalformedError(
                f"a log key for {log_key.name!r}, where the origin is {self.log_origin!r}",
                where="logKey",
            )
        owned = [key.key_id for p in self.principals for key in p.keys]
        _refuse_repeated((*owned, log_key.public.key_id), "key")

    def holders(self, role: str, *, at: datetime) -> tuple[Principal, ...]:
        """Return the principals that hold `role` at the time `at`."""
        return tuple(p for p in self.principals if role in p.roles and p.is_valid(at=at))


def render_trust_root(root: TrustRoot) -> bytes:
    """Write the trust root as canonical JSON, schema `assay.trust-root/v1`."""
    return render_canonical_json(
        {
            "schema": SCHEMA,
            "log": {"origin": root.log_origin, "key": root.log_key},
            "principals": [_principal_json(p) for p in root.principals],
        }
    )


def parse_trust_root(data: bytes) -> TrustRoot:
    """Read a trust root; any layout of the JSON is read, the digest is that of the canonical one.

    Raises:
        MalformedError: Not strict JSON, another schema, a member that is missing, unknown or of
            another type, or a rule of this module broken.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_TRUST_ROOT_BYTES))
    schema = document.field("schema").text()
    if schema != SCHEMA:
        raise MalformedError(f"schema {schema!r}, where {SCHEMA!r} is read", where="schema")
    _refuse_unknown(document, {"schema", "log", "principals"})
    log = document.field("log")
    _refuse_unknown(log, {"origin", "key"})
    return TrustRoot(
        principals=tuple(_parse_principal(item) for item in document.field("principals").items()),
        log_origin=log.field("origin").text(),
        log_key=log.field("key").text(),
    )


def trust_root_digest(root: TrustRoot) -> Digest:
    """Return the SHA-256 of the canonical form: the name of this trust root in every verdict."""
    return sha256_of(render_trust_root(root))


def _principal_json(principal: Principal) -> Mapping[str, object]:
    until = principal.valid_until
    return {
        "name": principal.name,
        "roles": sorted(principal.roles),
        "keys": [key.pem.decode() for key in principal.keys],
        "validFrom": format_time(principal.valid_from),
        "validUntil": None if until is None else format_time(until),
    }


def _parse_principal(value: JsonValue) -> Principal:
    _refuse_unknown(value, {"name", "roles", "keys", "validFrom", "validUntil"})
    until = value.optional("validUntil")
    return Principal(
        name=value.field("name").text(),
        roles=frozenset(item.text() for item in value.field("roles").items()),
        keys=tuple(_parse_key(item) for item in value.field("keys").items()),
        valid_from=_parse_time(value.field("validFrom")),
        valid_until=None if until is None else _parse_time(until),
    )


def _parse_key(value: JsonValue) -> PublicKey:
    with inside(value.where):
        return load_public_key(value.text().encode())


def _parse_time(value: JsonValue) -> datetime:
    with inside(value.where):
        return parse_time(value.text())


def _check_roles(roles: frozenset[str]) -> None:
    if not roles:
        raise MalformedError("no roles")
    if unknown := sorted(roles - ROLES):
        raise MalformedError(
            f"unknown role {unknown[0]!r}", hint=f"one of {', '.join(sorted(ROLES))}"
        )


def _refuse_unknown(value: JsonValue, known: set[str]) -> None:
    for name, member in value.members():
        if name not in known:
            raise MalformedError(f"unknown member {name!r}", where=member.where)


def _refuse_repeated(names: Iterable[str], what: str) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise MalformedError(f"{what} {name!r} is there twice", where="principals")
        seen.add(name)
