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
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.client import AbsentError, ForgeClient
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabReader:
    """Reads one project by its path, groups included."""

    client: ForgeClient
    path: str

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""
        return text_of(self._get().field("default_branch"))

    def branch(self, name: str) -> RefRules:
        """Return what the protected branches that fit, and the project, enforce."""
        every = self._pages("protected_branches")
        protected = [one for one in every if _fits(one.field("name").text(), name)]
        if not protected:
            return rules_from(f"refs/heads/{name}", _NOT_PROTECTED)
        project = self._get()
        approvals = self._approvals(name)
        settings = self._optional("approvals")
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
                Control.SIGNED: _flag(self._optional("push_rule"), "reject_unsigned_commits"),
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
            for one in self._pages("protected_tags")
        )

    def members(self) -> tuple[Member, ...]:
        """Return the members, also by a group, and the deploy keys."""
        members = [
            Member(
                kind="user",
                name=name_of(user, "username"),
                permission=_permission(user.field("access_level").integer()),
            )
            for user in self._pages("members", "all")
        ]
        members += [_key(key) for key in self._pages("deploy_keys")]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the merge requests that GitLab associates with `commit`."""
        found = list(self._pages("repository", "commits", commit, "merge_requests"))
        if len(found) > MAX_REQUESTS:
            raise UnavailableError(f"{len(found)} merge requests have the commit {commit}")
        numbers = sorted(one.field("iid").integer() for one in found)
        return tuple(self._request(str(number)) for number in numbers)

    def _get(self, *path: str) -> JsonValue:
        return self.client.get("projects", self.path, *path)

    def _optional(self, *path: str) -> JsonValue | None:
        """Return what this edition does not have as None."""
        try:
            return self._get(*path)
        except AbsentError:
            return None

    def _pages(self, *path: str) -> Iterator[JsonValue]:
        return self.client.pages("projects", self.path, *path)

    def _approvals(self, branch: str) -> int:
        """Return how many approvals the rules for this branch ask for, at most."""
        try:
            rules = list(self._pages("approval_rules"))
        except AbsentError:
            return 0
        needed = [count_of(rule, "approvals_required") for rule in rules if _is_for(rule, branch)]
        return max(needed, default=0)

    def _request(self, number: str) -> ChangeRequest:
        request = self._get("merge_requests", number)
        author = request.optional("author")
        merged_at = time_of(request, "merged_at")
        approved = self._get("merge_requests", number, "approvals").optional_items("approved_by")
        versions = _versions(self._pages("merge_requests", number, "versions"))
        became = request.optional_text("merge_commit_sha") or request.optional_text(
            "squash_commit_sha"
        )
        return ChangeRequest(
            number=request.field("iid").integer(),
            author=name_of(author, "username"),
            author_bot=bool(flag_of(author, "bot")),
            base=text_of(request.field("target_branch")),
            head=request.optional_text("sha"),
            merged=merged_at is not None,
            merge_commit=became if merged_at else "",
            merged_by=name_of(
                request.optional("merge_user") or request.optional("merged_by"), "username"
            ),
            merged_at=merged_at,
            authors=(),  # GitLab knows commits by e-mail only
            reviews=tuple(_review(one, versions) for one in approved),
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


def _key(key: JsonValue) -> Member:
    permission = Permission.WRITE if flag_of(key, "can_push") else Permission.READ
    name = f"{key.field('id').integer()} {text_of(key.field('title'))}"
    return Member(kind="key", name=name, permission=permission.value)


def _versions(found: Iterator[JsonValue]) -> tuple[tuple[datetime, str], ...]:
    """Return when each version of a request came, and its last commit."""
    dated = ((time_of(one, "created_at"), one.field("head_commit_sha").text()) for one in found)
    return tuple(sorted((at, commit) for at, commit in dated if at is not None))


def _review(entry: JsonValue, versions: Sequence[tuple[datetime, str]]) -> ForgeReview:
    user = entry.field("user")
    at = time_of(entry, "approved_at")
    seen = [commit for when, commit in versions if at is not None and when <= at]
    return ForgeReview(
        by=name_of(user, "username"),
        bot=bool(flag_of(user, "bot")),
        state=ReviewState.APPROVED,
        commit=seen[-1] if seen else "",
        submitted_at=at,
    )
