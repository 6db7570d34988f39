"""Whose account is whose: what the trust root says of the people behind accounts on one forge.

* An account is its number on its forge; a login proves nothing, for it can be taken over.
* A commit names its author by an address that anybody can write. So an address takes an approval
  away, and never adds one.
"""

from dataclasses import dataclass, field
from datetime import datetime

from assay.signing.principals import Principal, PrincipalKind
from assay.signing.trust import TrustRoot
from assay.source.forge.facts import Account, digest_address
from assay.source.signers import REVIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgePeople:
    """The principals of a trust root by their accounts on one forge; `ForgePeople.of` makes it."""

    forge: str
    accounts: dict[int, Principal] = field(repr=False)
    emails: dict[str, Principal] = field(repr=False)

    @staticmethod
    def of(root: TrustRoot, *, forge: str) -> "ForgePeople":
        """Return whom `root` names on the forge whose interface is at `forge`."""
        everybody = root.principals
        return ForgePeople(
            forge=forge,
            accounts={a.number: p for p in everybody for a in p.accounts if a.forge == forge},
            emails={digest_address(email): p for p in everybody for email in p.emails},
        )

    def owner(self, account: Account) -> Principal | None:
        """Return whose account it is; an address is no account."""
        return self.accounts.get(account.number)

    def unnamed(self, account: Account) -> str:
        """Say that nobody knows whose account it is, so that it can be written down."""
        number = f"number {account.number} at {self.forge}"
        return f"the trust root does not say whose account {account.label} is ({number})"

    def named(self, account: Account) -> frozenset[str]:
        """Return the principals whom a commit, or an account, may stand for."""
        found = (self.owner(account), self.emails.get(account.email))
        return frozenset(principal.name for principal in found if principal is not None)


def why_no_reviewer(principal: Principal, *, at: datetime) -> str:
    """Say why the principal does not review at the time `at`; empty where it does."""
    if principal.kind is not PrincipalKind.PERSON:
        return f"{principal.name!r} is no person"
    if not principal.has_role(REVIEWER, at=at):
        return f"{principal.name!r} was no reviewer then"
    return ""
