"""GitLab: REST API, version 4.

* A branch is protected by name or by a pattern; of several that fit, all are heeded, and the most
  permissive one counts for pushes, as GitLab does.
* Approval rules, push rules and code owners are of the paid editions. Where GitLab does not know
  the question (404), they are not enforced.
* A protected branch cannot be deleted by a push. Maintainers still can, in the web interface.
* Who approved, GitLab tells without the commit. It is the last version of the request before the
  approval; where there is no time of the approval, the commit is not told.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.client import AbsentError, ForbiddenError
from assay.source.forge.facts import (
    NOBODY,
    Account,
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
    RepositoryReader,
    account_of,
    address_of,
    any_of,
    co_authors,
    count_of,
    deploy_key,
    flag_of,
    name_of,
    text_of,
    time_of,
)
from assay.source.linear import compile_branch_glob

_NOBODY: Final = 0  # an access level that nobody has
_LEVELS: Final = (  # from which access level on a member may do what
    (50, Permission.ADMIN),
    (40, Permission.MAINTAIN),
    (30, Permission.WRITE),
    (15, Permission.TRIAGE),
    (10, Permission.READ),
)
_NOT_PROTECTED: Final = dict.fromkeys(Control, False)


class GitLabReader(RepositoryReader):
    """Reads one project."""

    def branch(self, name: str) -> RefRules:
        """Return what the protected branches that fit, and the project, enforce."""
        every = self.api.pages("protected_branches")
        protected = [one for one in every if _fits(one.field("name").text(), name)]
        if not protected:
            return rules_from(f"refs/heads/{name}", _NOT_PROTECTED)
        project = self.api.get()
        approvals = self._approvals(name)
        settings = self.api.optional("approvals")
        pushers = [entry for one in protected for entry in one.field("push_access_levels").items()]
        closed = bool(pushers) and all(_is_nobody(entry) for entry in pushers)
        return rules_from(
            f"refs/heads/{name}",
            {
                Control.REQUESTS: closed,
                Control.APPROVAL: approvals > 0,
                Control.STALE: _flag(settings, "reset_approvals_on_push"),
                Control.OWNERS: any_of(
                    flag_of(one, "code_owner_approval_required") or False for one in protected
                ),
                Control.LAST_PUSH: _flag(settings, "merge_requests_disable_committers_approval"),
                Control.ADMINS: closed,  # a level that administrators do not have either
                Control.NO_FORCE: not any(_forces(one) for one in protected),
                Control.NO_DELETION: True,
                Control.SIGNED: _flag(self.api.optional("push_rule"), "reject_unsigned_commits"),
                Control.LINEAR: project.optional_text("merge_method") == "ff",
                Control.CHECKS: flag_of(project, "only_allow_merge_if_pipeline_succeeds"),
            },
            approvals=approvals,
            bypass=tuple(_pusher(entry) for entry in pushers if not _is_nobody(entry)),
        )

    def tags(self) -> tuple[RefRules, ...]:
        """Return the protected tags: they cannot be moved; deleting them takes a maintainer."""
        held = {Control.NO_FORCE, Control.NO_DELETION}
        return tuple(
            rules_from(
                f"refs/tags/{text_of(one.field('name'))}",
                {control: control in held for control in Control},
                bypass=tuple(_pusher(entry) for entry in one.field("create_access_levels").items()),
            )
            for one in self.api.pages("protected_tags")
        )

    def members(self) -> tuple[Member, ...]:
        """Return the members, also by a group, and the deploy keys."""
        members = [
            Member(
                kind="user",
                name=name_of(user, "username"),
                permission=_permission(user.field("access_level").integer()),
                number=count_of(user, "id"),
            )
            for user in self.api.pages("members", "all")
        ]
        members += [
            deploy_key(key, writes=bool(flag_of(key, "can_push")))
            for key in self.api.pages("deploy_keys")
        ]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the merge requests that GitLab associates with `commit`."""
        found = list(self.api.pages("repository", "commits", commit, "merge_requests"))
        if len(found) > MAX_REQUESTS:
            raise UnavailableError(f"{len(found)} merge requests have the commit {commit}")
        numbers = sorted(one.field("iid").integer() for one in found)
        return tuple(self._request(str(number)) for number in numbers)

    def _approvals(self, branch: str) -> int:
        """Return how many approvals the rules for this branch ask for, at most."""
        try:
            rules = list(self.api.pages("approval_rules"))
        except AbsentError:
            return 0
        needed = [count_of(rule, "approvals_required") for rule in rules if _is_for(rule, branch)]
        return max(needed, default=0)

    def _request(self, number: str) -> ChangeRequest:
        request = self.api.get("merge_requests", number)
        merged_at = time_of(request, "merged_at")
        approved = self.api.get("merge_requests", number, "approvals").optional_items("approved_by")
        versions = _versions(self.api.pages("merge_requests", number, "versions"))
        became = request.optional_text("merge_commit_sha") or request.optional_text(
            "squash_commit_sha"
        )
        return ChangeRequest(
            number=request.field("iid").integer(),
            author=_account(request.optional("author")),
            base=text_of(request.field("target_branch")),
            head=request.optional_text("sha"),
            merged=merged_at is not None,
            merge_commit=became if merged_at else "",
            merged_by=_account(request.optional("merge_user") or request.optional("merged_by")),
            merged_at=merged_at,
            pusher=self._pusher(request),
            authors=self._authors(number),
            reviews=tuple(_review(one, versions) for one in approved),
        )

    def _authors(self, number: str) -> tuple[Account, ...]:
        """Return whom the commits name; GitLab knows them by their addresses only."""
        found: set[Account] = set()
        for one in self.api.pages("merge_requests", number, "commits"):
            for who in ("author_email", "committer_email"):
                found.add(address_of(one.optional_text(who), self.api))
            found.update(co_authors(one.optional_text("message"), self.api))
        return tuple(sorted(found))

    def _pusher(self, request: JsonValue) -> Account:
        """Return who pushed the last commit; NOBODY where the fork has gone, or is not told."""
        project, last = request.optional("source_project_id"), request.optional_text("sha")
        if project is None:
            return NOBODY
        path = ("projects", str(project.integer()), "events")
        try:
            events = self.api.client.get(*path, action="pushed", per_page="100").items()
        except (AbsentError, ForbiddenError):
            return NOBODY
        branch = request.optional_text("source_branch")
        made = (one for one in events if _pushes(one, branch, last))
        return next((_account(one.optional("author")) for one in made), NOBODY)


def _account(user: JsonValue | None) -> Account:
    return account_of(user, "username", bot=bool(flag_of(user, "bot")))


def _pushes(event: JsonValue, branch: str, commit: str) -> bool:
    """Tell whether an event is that of a push which left `branch` at `commit`."""
    push = event.optional("push_data")
    return (
        push is not None
        and push.optional_text("ref_type") == "branch"
        and push.optional_text("ref") == branch
        and push.optional_text("commit_to") == commit
    )


def _fits(pattern: str, name: str) -> bool:
    """Tell whether the name of a protected branch covers `name`; a star stands for anything."""
    return compile_branch_glob(pattern, star_crosses=True)(name)


def _is_nobody(entry: JsonValue) -> bool:
    """Tell whether a level lets nobody in; one that names a user, group or key does."""
    named = any(entry.optional(one) for one in ("user_id", "group_id", "deploy_key_id"))
    return not named and entry.field("access_level").integer() == _NOBODY


def _pusher(entry: JsonValue) -> str:
    for kind in ("user_id", "group_id", "deploy_key_id"):
        if found := entry.optional(kind):
            return f"{kind.removesuffix('_id').replace('_', ' ')} {found.integer()}"
    return f"access level {entry.field('access_level').integer()}"


def _forces(protected: JsonValue) -> bool:
    return bool(flag_of(protected, "allow_force_push"))


def _flag(settings: JsonValue | None, name: str) -> bool:
    return bool(flag_of(settings, name))


def _is_for(rule: JsonValue, branch: str) -> bool:
    """Tell whether an approval rule holds for `branch`: for all, or for those that it names."""
    if flag_of(rule, "applies_to_all_protected_branches"):
        return True
    named = rule.optional_items("protected_branches")
    return not named or any(_fits(one.field("name").text(), branch) for one in named)


def _permission(level: int) -> str:
    found = (permission for least, permission in _LEVELS if level >= least)
    return next(found, Permission.NONE).value


def _versions(found: Iterator[JsonValue]) -> tuple[tuple[datetime, str], ...]:
    """Return when each version of a request came, and its last commit."""
    dated = ((time_of(one, "created_at"), one.field("head_commit_sha").text()) for one in found)
    return tuple(sorted((at, commit) for at, commit in dated if at is not None))


def _review(entry: JsonValue, versions: Sequence[tuple[datetime, str]]) -> ForgeReview:
    at = time_of(entry, "approved_at")
    seen = [commit for when, commit in versions if at is not None and when <= at]
    return ForgeReview(
        by=_account(entry.field("user")),
        state=ReviewState.APPROVED,
        commit=seen[-1] if seen else "",
        submitted_at=at,
    )
