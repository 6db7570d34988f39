"""Who took part in a change: all who must not review it, and whether that is proven. Pure.

* Who signed took part, for certain. Authors, committers and co-authors are named by addresses that
  anybody can write: naming somebody takes a reviewer away, never adds one.
* An address that the trust root does not know may be anybody's, a reviewer's too. So may a commit
  that nobody signed. Then one approval does not show that two people agreed; two do.
* Who pushed, Git does not know: whoever pushes what others signed adds nothing to it.
* A machine that signs (a merge button, a bot) vouches for the author whom it names. It is nobody's
  second pair of eyes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from assay.core.verdict import Verdict
from assay.source.changes import SignedCommit
from assay.source.signers import CommitSigners


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """The principals that took part, and why somebody else may have; empty where it is proven."""

    names: frozenset[str]
    doubts: tuple[str, ...]


def find_participants(commits: Iterable[SignedCommit], signers: CommitSigners) -> Participants:
    """Return who took part in `commits`."""
    names: set[str] = set()
    doubts: dict[str, None] = {}
    for one in commits:
        found, unknown = _named(one, signers)
        names |= found
        if one.signature.verdict is Verdict.PASSED:
            names.add(one.signature.principal)
        else:
            doubts[f"{one.oid[:12]} is not provenly its author's: {one.signature.reason}"] = None
        doubts.update(dict.fromkeys(unknown))
    return Participants(names=frozenset(names), doubts=tuple(doubts))


def _named(one: SignedCommit, signers: CommitSigners) -> tuple[set[str], list[str]]:
    """Return the principals that the addresses in a commit name, and what is wrong with others."""
    commit = one.commit
    people = [person.email for person in (commit.author, commit.committer) if person is not None]
    names: set[str] = set()
    unknown: list[str] = []
    for email in (*people, *commit.co_authors):
        found = signers.person(email)
        if found is not None:
            names.add(found.name)
        else:
            unknown.append(f"the trust root does not say whose address one in {one.oid[:12]} is")
    if len(people) < 2:
        unknown.append(f"{one.oid[:12]} does not name its author and committer")
    return names, unknown
