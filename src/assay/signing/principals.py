"""Who may sign: people, runners and services, with their roles, keys and identities, each in time.

* Everything has a window of its own: a principal, each of its roles, each key, each identity. What
  holds at a moment is what lies in all of them.
* A revocation cuts a window short. `compromised` also takes away what has no time of record
  (`TrustRoot.undated`); `retired` says that nobody else ever had the key.
* A window and a revocation are asked about with a time; nothing here reads a clock.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.strictjson import render_canonical_json
from assay.signing.keys import PublicKey

ROLES: Final = frozenset(
    {"author", "collector", "gate", "importer", "owner", "reviewer", "risk-owner", "vex-author"}
)
VEX_AUTHOR: Final = "vex-author"  # whose word on vulnerabilities counts
_SEPARATING: Final = frozenset(' ()"')  # what stands between the parts of an identity's name
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{40}")
_EMAIL: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_FORGE: Final = re.compile(r"https?://[^\s/?#@]+(?:/[^\s/?#]+)*")
MAX_NAME_LENGTH: Final = 200  # of a principal, an issuer, a subject: it is shown on one line


class PrincipalKind(Enum):
    """What a principal is: rules about people do not hold for machines, and the reverse."""

    PERSON = "person"
    RUNNER = "runner"
    SERVICE = "service"


class RevocationReason(Enum):
    """Why a key ended: out of use, or in the hands of somebody else."""

    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `valid_from` on, and before `valid_until`; None where no end is set."""

    valid_from: datetime
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a window in which nothing lies."""
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise MalformedError("a validity that ends before it begins")

    def covers(self, at: datetime) -> bool:
        """Tell whether `at` lies in it."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """From `since` on nothing counts any more; `since` is the first such moment."""

    since: datetime
    reason: RevocationReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcIdentity:
    """A subject as one issuer names it; both are compared exactly, and neither may be left out."""

    issuer: str
    subject: str

    def __post_init__(self) -> None:
        """Refuse an identity that would stand for anybody."""
        for name, text in (("issuer", self.issuer), ("subject", self.subject)):
            if not _is_name(text):
                raise MalformedError("empty, too long, or cannot be printed", where=name)

    def __str__(self) -> str:
        """Return `subject (issuer)`: no two identities have the same name.

        The names stand for the identities in statements, verdicts and trust roots. So a part that
        holds what separates them is written as JSON text: of `a (b` by `c` and `a` by `b (c` each
        has its own.
        """
        return f"{_as_part(self.subject)} ({_as_part(self.issuer)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key of a principal, from when until when.

    `openpgp` is the fingerprint by which OpenPGP calls it, empty where it is not used there.
    """

    public: PublicKey
    window: Window
    revoked: Revocation | None = None
    openpgp: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no fingerprint of a key of version 4."""
        if self.openpgp and not _FINGERPRINT.fullmatch(self.openpgp):
            raise MalformedError(f"{self.openpgp!r} is no OpenPGP fingerprint", where="openpgp")

    @property
    def name(self) -> str:
        """The key id: what tells this key from any other."""
        return self.public.key_id

    def is_valid(self, *, at: datetime) -> bool:
        """Tell whether what this key signed counts if it was recorded at the time `at`."""
        return self.window.covers(at) and (self.revoked is None or at < self.revoked.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedIdentity:
    """An OIDC identity of a principal, from when until when."""

    identity: OidcIdentity
    window: Window
    revoked: Revocation | None = None

    @property
    def name(self) -> str:
        """The identity as people read it."""
        return str(self.identity)

    def is_valid(self, *, at: datetime) -> bool:
        """Tell whether what this identity signed counts if it was recorded at the time `at`."""
        return self.window.covers(at) and (self.revoked is None or at < self.revoked.since)


Credential = TrustedKey | TrustedIdentity  # what a signature is traced back to


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AccountId:
    """An account on the forge with its interface at `forge`, by the number that it has there.

    A login can be given up, and taken by somebody else; the number of an account cannot.
    """

    forge: str
    number: int

    def __post_init__(self) -> None:
        """Refuse what names no account."""
        if not _is_name(self.forge) or not _FORGE.fullmatch(self.forge):
            raise MalformedError(
                f"{self.forge!r} is no address of a forge",
                where="forge",
                hint="as assay forge show names it: https://api.github.com",
            )
        if self.number < 1:
            raise MalformedError(f"{self.number} is no number of an account", where="id")

    def __str__(self) -> str:
        """Return the number and the forge."""
        return f"{self.number} at {self.forge}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role that a principal holds, from when until when; two members are of `VEX_AUTHOR` alone.

    `components` are patterns (`assay.core.purlpattern`) of those that it speaks about; empty for
    any. `authors` are the names, besides its own, that documents may give for it.
    """

    role: str
    window: Window
    components: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a role that nobody knows: it may be meant as a restriction."""
        if self.role not in ROLES:
            raise MalformedError(
                f"unknown role {self.role!r}", hint=f"one of {', '.join(sorted(ROLES))}"
            )
        if self.components or self.authors:
            self._check_limits()

    def _check_limits(self) -> None:
        from assay.core.purlpattern import (  # noqa: PLC0415  # few trust roots need it: start-up
            check_purl_pattern,
        )

        if self.role != VEX_AUTHOR:
            raise MalformedError(
                f"limits that the role {self.role!r} does not have", hint=f"only {VEX_AUTHOR} has"
            )
        for number, pattern in enumerate(self.components):
            with inside(f"components[{number}]"):
                check_purl_pattern(pattern)
        for number, author in enumerate(self.authors):
            if not _is_name(author):
                raise MalformedError(
                    "empty, too long, or cannot be printed", where=f"authors[{number}]"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A person or a machine: its roles, and the keys and identities that sign for it.

    `emails`, in lower case, are those by which commits name it. They prove nothing: whoever makes
    a commit writes what it likes. They tell under which names one person must not review itself.
    `accounts` are those on forges; all of them are one person to whoever counts approvals.
    """

    name: str
    kind: PrincipalKind
    roles: tuple[RoleGrant, ...]
    keys: tuple[TrustedKey, ...]
    identities: tuple[TrustedIdentity, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[AccountId, ...] = ()
    window: Window

    def __post_init__(self) -> None:
        """Refuse a principal that could never act, or that nobody could tell from another."""
        with inside(f"principal {self.name!r}"):
            if not _is_name(self.name):
                raise MalformedError("a name that is empty, too long, or cannot be printed")
            if not self.roles:
                raise MalformedError("no roles")
            if not (self.keys or self.identities or self.accounts):
                raise MalformedError("no keys and no identities")
            for email in self.emails:
                if not _is_name(email) or not _EMAIL.fullmatch(email) or email != email.lower():
                    raise MalformedError(f"{email!r} is no e-mail address in lower case")

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Return its keys, then its identities."""
        held: list[Credential] = [*self.keys]
        held.extend(self.identities)
        return tuple(held)

    def has_role(self, role: str, *, at: datetime) -> bool:
        """Tell whether it holds `role` at the time `at`."""
        return self.window.covers(at) and any(
            grant.role == role and grant.window.covers(at) for grant in self.roles
        )

    def at(self, at: datetime) -> "Holder":
        """Return the keys and identities that sign for it at the time `at`."""
        return Holder(
            name=self.name,
            kind=self.kind,
            keys=_valid_keys(self.keys, at),
            identities=tuple(i.identity for i in self.identities if i.is_valid(at=at)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A principal as it is at one moment: what signs for it then. It counts once."""

    name: str
    kind: PrincipalKind
    keys: tuple[PublicKey, ...]
    identities: tuple[OidcIdentity, ...]


def _valid_keys(keys: Iterable[TrustedKey], at: datetime) -> tuple[PublicKey, ...]:
    return tuple(key.public for key in keys if key.is_valid(at=at))


def _as_part(text: str) -> str:
    """Return `text`, in quotes where it could be read as more than one part, or as quoted."""
    return render_canonical_json(text).decode() if _SEPARATING & set(text) else text


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME_LENGTH and text.isprintable()
