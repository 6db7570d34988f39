"""Gitea and Forgejo: REST API, version 1.

* The protection of a branch is found by its name, else by the first pattern that fits.
* Neither enforces code owners, nor that somebody else than the last pusher approves.
* A protected branch cannot be deleted, and is not pushed to by force unless that is allowed.
* That administrators are bound too has a name of its own in each of the two; an older one that
  knows neither does not tell it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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
    any_of,
    count_of,
    flag_of,
    name_of,
    text_of,
    time_of,
)
from assay.source.linear import compile_branch_glob

_NOT_PROTECTED: Final = dict.fromkeys(Control, False)
_STATES: Final = {
    "APPROVED": ReviewState.APPROVED,
    "REQUEST_CHANGES": ReviewState.CHANGES_REQUESTED,
    "COMMENT": ReviewState.COMMENTED,
    "PENDING": ReviewState.PENDING,
}
_PERMISSIONS: Final = {
    "none": Permission.NONE,
    "read": Permission.READ,
    "write": Permission.WRITE,
    "admin": Permission.ADMIN,
    "owner": Permission.ADMIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GiteaReader:
    """Reads one repository, `owner` and `name`."""

    client: ForgeClient
    owner: str
    name: str

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""
        return text_of(self._get().field("default_branch"))

    def branch(self, name: str) -> RefRules:
        """Return what the protection of a branch, and the ways to merge, enforce."""
        ref = f"refs/heads/{name}"
        found = self._protection(name)
        if found is None:
            return rules_from(ref, _NOT_PROTECTED)
        repository = self._get()
        approvals = count_of(found, "required_approvals")
        pushers = tuple(_pushers(found))
        checks = found.optional_items("status_check_contexts")
        return rules_from(
            ref,
            {
                Control.REQUESTS: not pushers,
                Control.APPROVAL: approvals > 0,
                Control.STALE: any_of(
                    flag_of(found, one) or False
                    for one in ("dismiss_stale_approvals", "ignore_stale_approvals")
                ),
                Control.OWNERS: False,
                Control.LAST_PUSH: False,
                Control.ADMINS: _binds_administrators(found),
                Control.NO_FORCE: not flag_of(found, "enable_force_push"),
                Control.NO_DELETION: True,
                Control.SIGNED: bool(flag_of(found, "require_signed_commits")),
                Control.LINEAR: _is_linear(repository),
                Control.CHECKS: bool(flag_of(found, "enable_status_check")) and bool(checks),
            },
            approvals=approvals,
            checks=tuple(text_of(name) for name in checks),
            bypass=pushers,
        )

    def tags(self) -> tuple[RefRules, ...]:
        """Return the protected tags: nobody else may make, move or delete them."""
        held = {Control.NO_FORCE, Control.NO_DELETION}
        return tuple(
            rules_from(
                f"refs/tags/{text_of(one.field('name_pattern'))}",
                {control: control in held for control in Control},
                bypass=tuple(_listed(one, "whitelist_")),
            )
            for one in self._items("tag_protections")
        )

    def members(self) -> tuple[Member, ...]:
        """Return collaborators, teams, and deploy keys."""
        names = [text_of(user.field("login")) for user in self._pages("collaborators")]
        members = [
            Member(kind="user", name=name, permission=self._permission(name)) for name in names
        ]
        members += [
            Member(kind="team", name=name_of(team, "name"), permission=_permission(team))
            for team in self._teams()
        ]
        members += [_key(key) for key in self._pages("keys")]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the pull request that brought `commit` in, if one did."""
        try:
            found = self._get("commits", commit, "pull")
        except AbsentError:
            return ()
        return (self._request(found),)

    def _get(self, *path: str) -> JsonValue:
        return self.client.get("repos", self.owner, self.name, *path)

    def _pages(self, *path: str) -> Iterator[JsonValue]:
        return self.client.pages("repos", self.owner, self.name, *path, limit="50")

    def _items(self, *path: str) -> tuple[JsonValue, ...]:
        """Return a list that is not divided into pages."""
        return self._get(*path).items()

    def _protection(self, name: str) -> JsonValue | None:
        """Return the protection that holds for a branch: by its name, else by a pattern."""
        rules = [(_rule_name(one), one) for one in self._items("branch_protections")]
        by_name = [one for rule, one in rules if rule == name]
        return next(iter([*by_name, *(one for rule, one in rules if _fits(rule, name))]), None)

    def _permission(self, user: str) -> str:
        return _permission(self._get("collaborators", user, "permission"))

    def _teams(self) -> tuple[JsonValue, ...]:
        """Return the teams; a repository that is a person's has none."""
        try:
            return self._items("teams")
        except AbsentError:
            return ()

    def _request(self, pull: JsonValue) -> ChangeRequest:
        number = pull.field("number").integer()
        user = pull.optional("user")
        merged = bool(flag_of(pull, "merged"))
        commits = self._pages("pulls", str(number), "commits")
        authors = {
            name_of(one.optional(who), "login")
            for one in commits
            for who in ("author", "committer")
        }
        return ChangeRequest(
            number=number,
            author=name_of(user, "login"),
            author_bot=False,  # Gitea does not tell
            base=text_of(pull.field("base").field("ref")),
            head=pull.field("head").field("sha").text(),
            merged=merged,
            merge_commit=pull.optional_text("merge_commit_sha") if merged else "",
            merged_by=name_of(pull.optional("merged_by"), "login"),
            merged_at=time_of(pull, "merged_at"),
            authors=tuple(sorted(authors - {""})),
            reviews=tuple(_review(one) for one in self._pages("pulls", str(number), "reviews")),
        )


def _rule_name(protection: JsonValue) -> str:
    return protection.optional_text("rule_name") or protection.field("branch_name").text()


def _fits(pattern: str, name: str) -> bool:
    """Tell whether a pattern covers a branch: a star stays in one part, two cross them."""
    return compile_branch_glob(pattern, star_crosses=False)(name)


def _pushers(found: JsonValue) -> Iterator[str]:
    """Yield who may push directly; everybody who may write, where no list restricts it."""
    if not flag_of(found, "enable_push"):
        return
    if not flag_of(found, "enable_push_whitelist"):
        yield "everybody who may write"
        return
    yield from _listed(found, "push_whitelist_")
    if flag_of(found, "push_whitelist_deploy_keys"):
        yield "deploy keys"


def _listed(found: JsonValue, prefix: str) -> Iterator[str]:
    for kind in ("usernames", "teams"):
        for one in found.optional_items(f"{prefix}{kind}"):
            yield f"{'user' if kind == 'usernames' else 'team'} {text_of(one)}"


def _binds_administrators(found: JsonValue) -> bool | None:
    for name in ("block_admin_merge_override", "apply_to_admins"):
        if (answer := flag_of(found, name)) is not None:
            return answer
    return None


def _is_linear(repository: JsonValue) -> bool | None:
    """Tell whether no allowed way to merge leaves a merge commit."""
    ways = [flag_of(repository, name) for name in ("allow_merge_commits", "allow_rebase_explicit")]
    if None in ways:
        return None
    return not any(ways)


def _permission(value: JsonValue) -> str:
    """Return a permission; one of a kind that is not known here is taken as the right to write."""
    return _PERMISSIONS.get(value.field("permission").text(), Permission.WRITE).value


def _key(key: JsonValue) -> Member:
    writes = flag_of(key, "read_only") is False
    name = f"{key.field('id').integer()} {text_of(key.field('title'))}"
    permission = Permission.WRITE if writes else Permission.READ
    return Member(kind="key", name=name, permission=permission.value)


def _review(review: JsonValue) -> ForgeReview:
    state = _STATES.get(review.field("state").text(), ReviewState.COMMENTED)
    gone = flag_of(review, "dismissed") or flag_of(review, "stale")
    return ForgeReview(
        by=name_of(review.optional("user"), "login"),
        bot=False,
        state=ReviewState.DISMISSED if state is ReviewState.APPROVED and gone else state,
        commit=review.optional_text("commit_id"),
        submitted_at=time_of(review, "submitted_at"),
    )
