"""GitHub, and GitHub Enterprise: REST API, version 2022-11-28.

A branch is under classic protection, under rulesets, or both; what one of them enforces is
enforced. Classic protection is told to administrators only, so that without such a token its part
is unknown, unless the branch is said to have no protection at all. Who is exempt from a ruleset is
told to those who may change it.
"""

from typing import Final

from assay.core.errors import UnavailableError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.client import AbsentError, ForbiddenError
from assay.source.forge.facts import (
    NOBODY,
    Account,
    ChangeRequest,
    ForgeReview,
    Member,
    Permission,
    RefRules,
    ReviewState,
)
from assay.source.forge.githubrules import (
    NOTHING,
    UNKNOWN,
    RulesPart,
    exempt_of,
    join_parts,
    patterns_of,
    protection_part,
    ruleset_part,
)
from assay.source.forge.reading import (
    MAX_REQUESTS,
    RepositoryReader,
    account_of,
    count_of,
    deploy_key,
    flag_of,
    name_of,
    people_of,
    text_of,
    time_of,
)

_BUTTON: Final = "web-flow"
HEADERS: Final = {"X-GitHub-Api-Version": "2022-11-28"}
_STATES: Final = {
    "APPROVED": ReviewState.APPROVED,
    "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED,
    "COMMENTED": ReviewState.COMMENTED,
    "DISMISSED": ReviewState.DISMISSED,
    "PENDING": ReviewState.PENDING,
}
_ROLES: Final = {
    "pull": Permission.READ,
    "triage": Permission.TRIAGE,
    "push": Permission.WRITE,
    "maintain": Permission.MAINTAIN,
    "admin": Permission.ADMIN,
}


class GitHubReader(RepositoryReader):
    """Reads one repository."""

    def branch(self, name: str) -> RefRules:
        """Return what classic protection and all active rulesets enforce on a branch."""
        protected = flag_of(self.api.get("branches", name), "protected")
        parts = [NOTHING if protected is False else self._classic(name)]
        rules = tuple(self.api.pages("rules", "branches", name))
        by_set: dict[int, list[JsonValue]] = {}
        for rule in rules:
            by_set.setdefault(rule.field("ruleset_id").integer(), []).append(rule)
        parts += [ruleset_part(found, self._exempt(number)) for number, found in by_set.items()]
        return join_parts(f"refs/heads/{name}", parts)

    def tags(self) -> tuple[RefRules, ...]:
        """Return what active rulesets enforce on tags, for each of their patterns."""
        found: dict[str, list[RulesPart]] = {}
        for summary in self.api.pages("rulesets", includes_parents="true"):
            if summary.optional_text("target") != "tag":
                continue
            if summary.optional_text("enforcement", "active") != "active":
                continue
            ruleset = self.api.get("rulesets", str(summary.field("id").integer()))
            part = ruleset_part(list(ruleset.field("rules").items()), exempt_of(ruleset))
            for pattern in patterns_of(ruleset):
                found.setdefault(pattern, []).append(part)
        return tuple(join_parts(pattern, found[pattern]) for pattern in sorted(found))

    def members(self) -> tuple[Member, ...]:
        """Return collaborators (also by a team), teams, and deploy keys."""
        members = [
            Member(
                kind="bot" if _is_bot(user) else "user",
                name=name_of(user, "login"),
                permission=_permission(user),
                number=count_of(user, "id"),
            )
            for user in self.api.pages("collaborators", affiliation="all")
        ]
        members += [
            Member(
                kind="team",
                name=name_of(team, "slug"),
                permission=_named(team),
                number=count_of(team, "id"),
            )
            for team in self.api.pages("teams")
        ]
        members += [
            deploy_key(key, writes=flag_of(key, "read_only") is False)
            for key in self.api.pages("keys")
        ]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the pull requests that GitHub associates with `commit`."""
        found = list(self.api.pages("commits", commit, "pulls"))
        if len(found) > MAX_REQUESTS:
            raise UnavailableError(f"{len(found)} pull requests have the commit {commit}")
        numbers = sorted(pull.field("number").integer() for pull in found)
        return tuple(self._request(str(number)) for number in numbers)

    def _classic(self, name: str) -> RulesPart:
        try:
            return protection_part(self.api.get("branches", name, "protection"))
        except (AbsentError, ForbiddenError):  # 404 is also what it tells who may not know
            return UNKNOWN

    def _exempt(self, ruleset: int) -> tuple[str, ...] | None:
        try:
            return exempt_of(self.api.get("rulesets", str(ruleset)))
        except (AbsentError, ForbiddenError):  # of the organisation, or not ours to see
            return None

    def _request(self, number: str) -> ChangeRequest:
        pull = self.api.get("pulls", number)
        merged_at = time_of(pull, "merged_at")
        return ChangeRequest(
            number=pull.field("number").integer(),
            author=_account(pull.optional("user")),
            base=text_of(pull.field("base").field("ref")),
            head=pull.field("head").field("sha").text(),
            merged=merged_at is not None,
            merge_commit=pull.optional_text("merge_commit_sha") if merged_at else "",
            merged_by=_account(pull.optional("merged_by")),
            merged_at=merged_at,
            pusher=self._pusher(pull.field("head")),
            authors=self._authors(pull, number),
            reviews=tuple(_review(one) for one in self.api.pages("pulls", number, "reviews")),
        )

    def _authors(self, pull: JsonValue, number: str) -> tuple[Account, ...]:
        """Return whom the commits name; of a long list GitHub tells only the first 250."""
        commits = list(self.api.pages("pulls", number, "commits"))
        found = {who for one in commits for who in people_of(one, self.api, button=_BUTTON)}
        cut = count_of(pull, "commits") > len(commits)
        return tuple(sorted({*found, NOBODY} if cut else found))

    def _pusher(self, head: JsonValue) -> Account:
        """Return who pushed the last commit; NOBODY where the fork has gone, or is not told."""
        repository = head.optional("repo")
        if repository is None:
            return NOBODY
        path = repository.field("full_name").text().split("/")
        ref = f"refs/heads/{head.field('ref').text()}"
        try:
            pushes = self.api.client.get("repos", *path, "activity", ref=ref, per_page="100")
        except (AbsentError, ForbiddenError):
            return NOBODY
        last = head.field("sha").text()
        made = (one for one in pushes.items() if one.optional_text("after") == last)
        return next((_account(one.optional("actor")) for one in made), NOBODY)


def _account(user: JsonValue | None) -> Account:
    return account_of(user, "login", bot=user is not None and _is_bot(user))


def _is_bot(user: JsonValue) -> bool:
    return user.optional_text("type", "User") != "User"


def _permission(user: JsonValue) -> str:
    """Return the widest of the permissions that are true."""
    flags = user.field("permissions")
    granted = [role for name, role in _ROLES.items() if flag_of(flags, name)]
    return max(granted, key=lambda role: role.rank, default=Permission.NONE).value


def _named(team: JsonValue) -> str:
    """Return a team's permission; a role of the organisation's own is at least to write."""
    return _ROLES.get(team.field("permission").text(), Permission.WRITE).value


def _review(review: JsonValue) -> ForgeReview:
    state = review.field("state").text()
    return ForgeReview(
        by=_account(review.optional("user")),
        # A state that is not known here approves nothing.
        state=_STATES.get(state, ReviewState.COMMENTED),
        commit=review.optional_text("commit_id"),
        submitted_at=time_of(review, "submitted_at"),
    )
