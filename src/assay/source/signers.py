"""Whose keys and identities may sign commits: the trust root's, seen from a signature.

A commit signer holds the role `author`. Which addresses name whom is asked here too: they prove
nothing, and tell under which names somebody must not review.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from assay.signing.principals import Principal, PrincipalKind, TrustedKey
from assay.signing.standing import why_not
from assay.signing.trust import TrustRoot

AUTHOR = "author"
REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSigners:
    """The principals of a trust root, by key and by address; `CommitSigners.of` makes it."""

    root: TrustRoot = field(repr=False)
    undated: TrustRoot = field(repr=False)
    keys: dict[bytes, tuple[Principal, TrustedKey]] = field(repr=False)
    emails: dict[str, Principal] = field(repr=False)

    @staticmethod
    def of(root: TrustRoot) -> "CommitSigners":
        """Return the signers that `root` names."""
        return CommitSigners(
            root=root,
            undated=root.undated(),
            keys={k.public.spki: (p, k) for p in root.principals for k in p.keys},
            emails={email: p for p in root.principals for email in p.emails},
        )

    def owner(self, spki: bytes) -> tuple[Principal, TrustedKey] | None:
        """Return whose key this is, or None."""
        return self.keys.get(spki)

    def candidates(self, hint: str) -> Iterator[tuple[Principal, TrustedKey]]:
        """Yield all keys, those first that OpenPGP calls by `hint`; none is left out for it."""
        everything = self.keys.values()
        return iter(sorted(everything, key=lambda one: not is_called(one[1], hint)))

    def is_known(self, hint: str) -> bool:
        """Tell whether OpenPGP calls one of the keys by `hint`."""
        return any(is_called(key, hint) for _, key in self.keys.values())

    def person(self, email: bytes) -> Principal | None:
        """Return whom an address names, or None."""
        return self.emails.get(email.strip().lower().decode("utf-8", "replace"))

    def principal(self, name: str) -> Principal | None:
        """Return the principal of this name, or None."""
        return next((p for p in self.root.principals if p.name == name), None)

    def is_person(self, name: str) -> bool:
        """Tell whether the principal `name` is one of flesh and blood."""
        found = self.principal(name)
        return found is not None and found.kind is PrincipalKind.PERSON

    def is_reviewer(self, name: str, *, at: datetime) -> bool:
        """Tell whether the principal `name` may review at `at`."""
        found = self.principal(name)
        return found is not None and found.has_role(REVIEWER, at=at)

    def why_not(self, name: str, *, at: datetime) -> str:
        """Say why the key or identity `name` signs no commit at `at`; empty where it does."""
        return why_not(self.root, name, role=AUTHOR, at=at)

    def why_never(self, name: str, *, at: datetime) -> str:
        """Say why it signs none of which nobody knows since when it exists; empty where it does."""
        return why_not(self.undated, name, role=AUTHOR, at=at)


def is_called(key: TrustedKey, hint: str) -> bool:
    """Tell whether a fingerprint, or the end of one, is that of `key`."""
    return bool(hint) and key.openpgp.endswith(hint)


def names_of(principals: Iterable[Principal]) -> tuple[str, ...]:
    """Return the names, each once, in order."""
    return tuple(sorted({principal.name for principal in principals}))
