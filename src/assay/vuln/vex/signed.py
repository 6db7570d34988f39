"""A VEX document whose signatures hold, and whose word it is: the signer's, as far as that reaches.

* The name that a document gives as its author has to be the signer's own, or one that the trust
  root lets the signer speak for: a name in a document is text.
* A document that its author did not sign is the word of the people who answer for it.
* It counts about the components that the trust root gives to the signer, and no others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.core.purlpattern import is_purl_match
from assay.core.reliance import Reliance
from assay.signing.principals import VEX_AUTHOR, Principal, PrincipalKind, RoleGrant
from assay.vuln.vex.source import ByName, named_statements
from assay.vuln.vex.statement import VexDocument, VexStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVex:
    """A document in the log, whose signatures hold.

    `reliance` names the envelope in the log, by whose keys the document counts and when it was
    recorded; `place` is its index there. `signers` signed the document itself, or, where `vouched`,
    the record of it. It was withdrawn for what it takes away (`ended`), or for all of it, by those
    whose word it is (`withdrawn`).
    """

    document: VexDocument
    reliance: Reliance
    place: int
    signers: tuple[Principal, ...]
    vouched: bool
    ended: bool = False
    withdrawn: bool = False
    by_name: ByName = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> Digest:
        """Return the digest of the envelope in the log."""
        return self.reliance.statement

    @property
    def author(self) -> str:
        """Return whose word the document says it is."""
        return self.document.author

    @property
    def recorded_at(self) -> datetime:
        """Return when it was recorded, after which it cannot have been said."""
        return self.reliance.at

    @property
    def signer_names(self) -> frozenset[str]:
        """Return who signed it."""
        return frozenset(signer.name for signer in self.signers)

    def candidates(self, names: Iterable[str]) -> tuple[VexStatement, ...]:
        """Return the statements that call their vulnerability by one of `names`, in upper case."""
        return named_statements(self.by_name, self.document, names)

    def who_answers(self, purl: str) -> tuple[tuple[str, ...], str]:
        """Return the signers whose word it is about the component, or why there are none."""
        author = self.document.author
        people, why = self._who_speaks()
        allowed = [
            p
            for p in people
            if any(_speaks_for(p, g, author) and _is_given(g, purl) for g in _grants(self, p))
        ]
        if people and not allowed:
            why = f"the trust root does not let {people[0].name} speak about {purl}"
        return tuple(sorted(p.name for p in allowed)), why

    @property
    def why_unheard(self) -> str:
        """Say why it is nobody's word, whatever it is about; empty where it is somebody's."""
        return self._who_speaks()[1]

    def _who_speaks(self) -> tuple[list[Principal], str]:
        """Return the signers who may speak for the author, or why there are none."""
        author = self.document.author
        speaking = [
            p for p in self.signers if any(_speaks_for(p, g, author) for g in _grants(self, p))
        ]
        if not speaking:
            who = " and ".join(sorted(p.name for p in self.signers))
            return [], f"the trust root does not let {who} speak for {author!r}"
        people = [
            p
            for p in speaking
            if not self.vouched or _is_own_name(p, author) or p.kind is PrincipalKind.PERSON
        ]
        why = "" if people else "its author did not sign it, and no person answers for it"
        return people, why

    def vouches(self, signers: tuple[str, ...]) -> bool:
        """Tell whether the signers answer for a document that its author did not sign."""
        named = [p for p in self.signers if p.name in signers]
        return self.vouched and not any(_is_own_name(p, self.document.author) for p in named)


def _grants(source: SignedVex, principal: Principal) -> tuple[RoleGrant, ...]:
    at = source.reliance.at
    held = (grant for grant in principal.roles if grant.role == VEX_AUTHOR)
    return tuple(grant for grant in held if grant.window.covers(at))


def _speaks_for(principal: Principal, grant: RoleGrant, author: str) -> bool:
    return _is_own_name(principal, author) or author in grant.authors


def _is_own_name(principal: Principal, author: str) -> bool:
    return author == principal.name or author.lower() in principal.emails


def _is_given(grant: RoleGrant, purl: str) -> bool:
    """Tell whether the grant reaches to a component; one without a purl is in no limit."""
    if not grant.components:
        return True
    try:
        return any(is_purl_match(pattern, purl) for pattern in grant.components)
    except MalformedError:
        return False
