"""Was each changed path approved by somebody who owns it: three values, and why.

Who is in a team or has a role, only the forge knows. Where a person among the owners has approved,
that is no matter; where none has, and a team might have, the answer is UNKNOWN.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assay.core.printable import printable
from assay.core.verdict import Verdict, all_of
from assay.source.owners.file import Claim, Dialect, OwnersFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PathApproval:
    """The answer for one path, and what it rests on; `missing` are owners whose approval it lacks.

    Of several owners of one rule any will do, as far as the rule does not ask for more.
    """

    path: str
    verdict: Verdict
    why: str
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "path": printable(self.path),
            "verdict": self.verdict.value,
            "why": self.why,
            "missing": list(self.missing),
        }


def check_approvals(
    owners: OwnersFile,
    paths: Iterable[str],
    *,
    approvers: frozenset[str],
    teams: Mapping[str, frozenset[str]],
) -> tuple[PathApproval, ...]:
    """Return for each of `paths` whether `approvers` own it.

    `approvers` are accounts and addresses without `@` in front, whose approval of the change
    counts; `teams` the members of `org/team` as far as they are known. A path that nobody owns is
    FAILED: nobody was asked.
    """
    who = _Who(
        dialect=owners.dialect,
        approvers=frozenset(name.lower() for name in approvers),
        teams={
            team.lower(): frozenset(m.lower() for m in members) for team, members in teams.items()
        },
    )
    return tuple(_judge(owners, path, who) for path in sorted(set(paths)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    """Who approved, and who is in which team; all in lower case, as forges compare names."""

    dialect: Dialect
    approvers: frozenset[str]
    teams: Mapping[str, frozenset[str]]

    def approved(self, owner: str) -> frozenset[str]:
        """Return who of the owner `owner` approved."""
        name = owner.lower().removeprefix("@")
        return self.teams.get(name, frozenset({name})) & self.approvers

    def may_be_many(self, owner: str) -> bool:
        """Tell whether it may be several people, and it is not known who."""
        name = owner.lower().removeprefix("@")
        if name in self.teams or name in self.approvers or not owner.startswith("@"):
            return False  # known, a person, or an address
        # GitLab writes a group as it writes a person.
        return "/" in name or name.startswith("@") or self.dialect is Dialect.GITLAB


def _judge(owners: OwnersFile, path: str, who: _Who) -> PathApproval:
    claims = owners.claims(path)
    needed = [claim for claim in claims if not claim.section.optional]
    if not needed:
        why = "only optional sections own it" if claims else "nobody owns it"
        return PathApproval(path=path, verdict=Verdict.FAILED, why=why)
    asked = _joined(needed) if owners.dialect is Dialect.GITEA else needed
    answers = [(claim, _answer(claim, who)) for claim in asked]
    verdict = all_of(answer for _, answer in answers)
    lines = ", ".join(str(claim.line) for claim, answer in answers if answer is verdict)
    lacking = (claim for claim, answer in answers if answer is not Verdict.PASSED)
    absent = (owner for claim in lacking for owner in claim.owners if not who.approved(owner))
    return PathApproval(
        path=path,
        verdict=verdict,
        why=f"{_WHY[verdict]} (line {lines})",
        missing=tuple(dict.fromkeys(absent)),
    )


_WHY = {
    Verdict.PASSED: "enough of its owners approved",
    Verdict.UNKNOWN: "whether its owners approved depends on who is in a team",
    Verdict.FAILED: "too few of its owners approved",
}


def _joined(claims: list[Claim]) -> list[Claim]:
    """Return the rules of Gitea as one: it asks all owners, and any one of them will do."""
    everybody = tuple(dict.fromkeys(owner for claim in claims for owner in claim.owners))
    return [Claim(line=claims[0].line, owners=everybody, section=claims[0].section)]


def _answer(claim: Claim, who: _Who) -> Verdict:
    """Count the owners of one rule that approved: each person once, by whatever name."""
    counted = frozenset[str]().union(*(who.approved(owner) for owner in claim.owners))
    if len(counted) >= claim.section.approvals:
        return Verdict.PASSED
    open_end = bool(who.approvers) and any(who.may_be_many(owner) for owner in claim.owners)
    return Verdict.UNKNOWN if open_end else Verdict.FAILED
