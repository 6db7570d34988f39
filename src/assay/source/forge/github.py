"""GitHub, and GitHub Enterprise: REST API, version 2022-11-28.

A branch is under classic protection, under rulesets, or both; what one of them enforces is
enforced. Classic protection is told to administrators only, so that without such a token its part
is unknown, unless the branch is said to have no protection at all. Who is exempt from a ruleset is
told to those who may change it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.client import AbsentError, ForbiddenError, ForgeClient
from assay.source.forge.facts import (
    ChangeRequest,
    Control,
    ForgeReview,
    Member,
    Permission,
    RefRules,
    ReviewState,
    rules_from,
)
from assay.source.forge.reading import (
    MAX_REQUESTS,
    any_of,
    count_of,
    flag_of,
    name_of,
    text_of,
    time_of,
)

HEADERS: Final = {"X-GitHub-Api-Version": "2022-11-28"}
_RULES: Final = {  # types of rules in a ruleset
    "non_fast_forward": Control.NO_FORCE,
    "deletion": Control.NO_DELETION,
    "required_signatures": Control.SIGNED,
    "required_linear_history": Control.LINEAR,
    "required_status_checks": Control.CHECKS,
    "pull_request": Control.REQUESTS,
}
_PULL_REQUEST: Final = {  # parameters of a rule about pull requests
    "dismiss_stale_reviews_on_push": Control.STALE,
    "require_code_owner_review": Control.OWNERS,
    "require_last_push_approval": Control.LAST_PUSH,
}
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
_Answers = dict[Control, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one protection or ruleset says about a ref; a control that is not in it is not held."""

    answers: _Answers
    approvals: int = 0
    checks: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()


_UNKNOWN: Final = _Part(answers=dict.fromkeys(Control))


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubReader:
    """Reads one repository, `owner` and `name`."""

    client: ForgeClient
    owner: str
    name: str

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""
        return text_of(self._get().field("default_branch"))

    def branch(self, name: str) -> RefRules:
        """Return what classic protection and all active rulesets enforce on a branch."""
        protected = flag_of(self._get("branches", name), "protected")
        parts = [_NOTHING if protected is False else self._classic(name)]
        rules = tuple(self._pages("rules", "branches", name))
        by_set: dict[int, list[JsonValue]] = {}
        for rule in rules:
            by_set.setdefault(rule.field("ruleset_id").integer(), []).append(rule)
        parts += [_ruleset(found, self._exempt(number)) for number, found in by_set.items()]
        return _joined(f"refs/heads/{name}", parts)

    def tags(self) -> tuple[RefRules, ...]:
        """Return what active rulesets enforce on tags, for each of their patterns."""
        found: dict[str, list[_Part]] = {}
        for summary in self._pages("rulesets", includes_parents="true"):
            if summary.optional_text("target") != "tag":
                continue
            if summary.optional_text("enforcement", "active") != "active":
                continue
            ruleset = self._get("rulesets", str(summary.field("id").integer()))
            part = _ruleset(list(ruleset.field("rules").items()), _exempt_of(ruleset))
            for pattern in _patterns(ruleset):
                found.setdefault(pattern, []).append(part)
        return tuple(_joined(pattern, found[pattern]) for pattern in sorted(found))

    def members(self) -> tuple[Member, ...]:
        """Return collaborators (also by a team), teams, and deploy keys."""
        members = [
            Member(
                kind="bot" if _is_bot(user) else "user",
                name=name_of(user, "login"),
                permission=_permission(user),
            )
            for user in self._pages("collaborators", affiliation="all")
        ]
        members += [
            Member(kind="team", name=name_of(team, "slug"), permission=_named(team))
            for team in self._pages("teams")
        ]
        members += [_key(key) for key in self._pages("keys")]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the pull requests that GitHub associates with `commit`."""
        found = list(self._pages("commits", commit, "pulls"))
        if len(found) > MAX_REQUESTS:
            raise UnavailableError(f"{len(found)} pull requests have the commit {commit}")
        numbers = sorted(pull.field("number").integer() for pull in found)
        return tuple(self._request(str(number)) for number in numbers)

    def _get(self, *path: str) -> JsonValue:
        return self.client.get("repos", self.owner, self.name, *path)

    def _pages(self, *path: str, **query: str) -> Iterator[JsonValue]:
        return self.client.pages("repos", self.owner, self.name, *path, **query)

    def _classic(self, name: str) -> _Part:
        try:
            return _protection(self._get("branches", name, "protection"))
        except (AbsentError, ForbiddenError):  # 404 is also what it tells who may not know
            return _UNKNOWN

    def _exempt(self, ruleset: int) -> tuple[str, ...] | None:
        try:
            return _exempt_of(self._get("rulesets", str(ruleset)))
        except (AbsentError, ForbiddenError):  # of the organisation, or not ours to see
            return None

    def _request(self, number: str) -> ChangeRequest:
        pull = self._get("pulls", number)
        user = pull.optional("user")
        merged_at = time_of(pull, "merged_at")
        commits = self._pages("pulls", number, "commits")
        authors = {
            name_of(one.optional(who), "login")
            for one in commits
            for who in ("author", "committer")
        }
        return ChangeRequest(
            number=pull.field("number").integer(),
            author=name_of(user, "login"),
            author_bot=user is not None and _is_bot(user),
            base=text_of(pull.field("base").field("ref")),
            head=pull.field("head").field("sha").text(),
            merged=merged_at is not None,
            merge_commit=pull.optional_text("merge_commit_sha") if merged_at else "",
            merged_by=name_of(pull.optional("merged_by"), "login"),
            merged_at=merged_at,
            authors=tuple(sorted(authors - {"", "web-flow"})),  # the latter commits for a button
            reviews=tuple(_review(one) for one in self._pages("pulls", number, "reviews")),
        )


_NOTHING: Final = _Part(answers={})


def _protection(found: JsonValue) -> _Part:
    """Read classic protection."""
    reviews = found.optional("required_pull_request_reviews")
    checks = found.optional("required_status_checks")
    approvals = count_of(reviews, "required_approving_review_count") if reviews else 0
    exempt = reviews and reviews.optional("bypass_pull_request_allowances")
    return _Part(
        answers={
            Control.REQUESTS: reviews is not None,
            Control.APPROVAL: approvals > 0,
            Control.STALE: flag_of(reviews, "dismiss_stale_reviews") or False,
            Control.OWNERS: flag_of(reviews, "require_code_owner_reviews") or False,
            Control.LAST_PUSH: flag_of(reviews, "require_last_push_approval") or False,
            Control.ADMINS: _enabled(found, "enforce_admins"),
            Control.NO_FORCE: not _enabled(found, "allow_force_pushes"),
            Control.NO_DELETION: not _enabled(found, "allow_deletions"),
            Control.SIGNED: _enabled(found, "required_signatures"),
            Control.LINEAR: _enabled(found, "required_linear_history"),
            Control.CHECKS: checks is not None,
        },
        approvals=approvals,
        checks=tuple(text_of(name) for name in checks.optional_items("contexts")) if checks else (),
        bypass=tuple(_allowed(exempt)) if exempt else (),
    )


def _enabled(found: JsonValue, name: str) -> bool:
    member = found.optional(name)
    return member is not None and member.field("enabled").boolean()


def _allowed(exempt: JsonValue) -> Iterator[str]:
    for kind, member in (("users", "login"), ("teams", "slug"), ("apps", "slug")):
        for one in exempt.optional_items(kind):
            yield f"{kind[:-1]} {name_of(one, member)}"


def _ruleset(rules: list[JsonValue], exempt: tuple[str, ...] | None) -> _Part:
    """Read the rules of one ruleset; without its exemptions it is not known who they bind."""
    answers: _Answers = {Control.ADMINS: None if exempt is None else not exempt}
    approvals, checks = 0, list[str]()
    for rule in rules:
        control = _RULES.get(rule.field("type").text())
        if control is None:
            continue
        answers[control] = True
        parameters = rule.optional("parameters") or JsonValue({}, rule.where)
        if control is Control.REQUESTS:
            approvals = max(approvals, count_of(parameters, "required_approving_review_count"))
            for name, asked in _PULL_REQUEST.items():
                answers[asked] = bool(answers.get(asked)) or bool(flag_of(parameters, name))
        if control is Control.CHECKS:
            required = parameters.optional_items("required_status_checks")
            checks += [text_of(check.field("context")) for check in required]
    answers[Control.APPROVAL] = approvals > 0
    return _Part(answers=answers, approvals=approvals, checks=tuple(checks), bypass=exempt or ())


def _exempt_of(ruleset: JsonValue) -> tuple[str, ...] | None:
    """Return who is exempt from a ruleset; None where GitHub does not tell."""
    actors = ruleset.optional("bypass_actors")
    if actors is None:
        return None
    return tuple(
        f"{text_of(actor.field('actor_type'))} {count_of(actor, 'actor_id')}"
        for actor in actors.items()
    )


def _patterns(ruleset: JsonValue) -> tuple[str, ...]:
    names = ruleset.field("conditions").field("ref_name")
    patterns = (text_of(pattern) for pattern in names.field("include").items())
    return tuple("refs/tags/*" if pattern == "~ALL" else pattern for pattern in patterns)


def _joined(ref: str, parts: list[_Part]) -> RefRules:
    """Join what several parts say: a control is held if one of them holds it."""
    answers: _Answers = {
        control: any_of(part.answers.get(control, False) for part in parts) for control in Control
    }
    answers[Control.ADMINS] = _binds_all(parts)
    return rules_from(
        ref,
        answers,
        approvals=max((part.approvals for part in parts), default=0),
        checks=tuple(check for part in parts for check in part.checks),
        bypass=tuple(name for part in parts for name in part.bypass),
    )


def _binds_all(parts: list[_Part]) -> bool | None:
    """Tell whether all parts that enforce something do so for administrators too.

    A part that is not told holds nothing in our eyes, so that it is of no matter beside others.
    """
    bound = {part.answers.get(Control.ADMINS, False) for part in parts if _enforces(part)}
    if not bound:
        return None if _UNKNOWN in parts else False
    return False if False in bound else (None if None in bound else True)


def _enforces(part: _Part) -> bool:
    return any(held for control, held in part.answers.items() if control is not Control.ADMINS)


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


def _key(key: JsonValue) -> Member:
    writes = flag_of(key, "read_only") is False
    name = f"{key.field('id').integer()} {text_of(key.field('title'))}"
    permission = Permission.WRITE if writes else Permission.READ
    return Member(kind="key", name=name, permission=permission.value)


def _review(review: JsonValue) -> ForgeReview:
    user = review.optional("user")
    state = review.field("state").text()
    return ForgeReview(
        by=name_of(user, "login"),
        bot=user is not None and _is_bot(user),
        # A state that is not known here approves nothing.
        state=_STATES.get(state, ReviewState.COMMENTED),
        commit=review.optional_text("commit_id"),
        submitted_at=time_of(review, "submitted_at"),
    )
