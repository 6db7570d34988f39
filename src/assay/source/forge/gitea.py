"""Gitea and Forgejo: REST API, version 1.

* The protection of a branch is found by its name, else by the first pattern that fits.
* Neither enforces code owners, nor that somebody else than the last pusher approves.
* A protected branch cannot be deleted, and is not pushed to by force unless that is allowed.
* That administrators are bound too has a name of its own in each of the two; an older one that
  knows neither does not tell it.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.errors import RejectedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.source.forge.client import MAX_ANSWER_BYTES, AbsentError, ForbiddenError
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
    RepositoryReader,
    account_of,
    any_of,
    count_of,
    deploy_key,
    flag_of,
    name_of,
    people_of,
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


class GiteaReader(RepositoryReader):
    """Reads one repository."""

    def branch(self, name: str) -> RefRules:
        """Return what the protection of a branch, and the ways to merge, enforce."""
        ref = f"refs/heads/{name}"
        found = self._protection(name)
        if found is None:
            return rules_from(ref, _NOT_PROTECTED)
        repository = self.api.get()
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
            for one in self.api.get("tag_protections").items()
        )

    def members(self) -> tuple[Member, ...]:
        """Return collaborators, teams, and deploy keys."""
        users = [account_of(user, "login") for user in self.api.pages("collaborators")]
        members = [
            Member(
                kind="user",
                name=user.name,
                permission=self._permission(user.name),
                number=user.number,
            )
            for user in users
        ]
        members += [
            Member(
                kind="team",
                name=name_of(team, "name"),
                permission=_permission(team),
                number=count_of(team, "id"),
            )
            for team in self._teams()
        ]
        members += [
            deploy_key(key, writes=flag_of(key, "read_only") is False)
            for key in self.api.pages("keys")
        ]
        return tuple(sorted(members))

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the pull request that brought `commit` in, if one did."""
        try:
            found = self.api.get("commits", commit, "pull")
        except AbsentError:
            return ()
        return (self._request(found),)

    def _protection(self, name: str) -> JsonValue | None:
        """Return the protection that holds for a branch: by its name, else by a pattern."""
        rules = [(_rule_name(one), one) for one in self.api.get("branch_protections").items()]
        by_name = [one for rule, one in rules if rule == name]
        return next(iter([*by_name, *(one for rule, one in rules if _fits(rule, name))]), None)

    def _permission(self, user: str) -> str:
        return _permission(self.api.get("collaborators", user, "permission"))

    def _teams(self) -> tuple[JsonValue, ...]:
        """Return the teams; a repository that is a person's has none."""
        try:
            return self.api.get("teams").items()
        except AbsentError:
            return ()

    def _request(self, pull: JsonValue) -> ChangeRequest:
        number = pull.field("number").integer()
        merged = bool(flag_of(pull, "merged"))
        head = pull.field("head")
        commits = self.api.pages("pulls", str(number), "commits")
        return ChangeRequest(
            number=number,
            author=_account(pull.optional("user")),
            base=text_of(pull.field("base").field("ref")),
            head=head.field("sha").text(),
            merged=merged,
            merge_commit=pull.optional_text("merge_commit_sha") if merged else "",
            merged_by=_account(pull.optional("merged_by")),
            merged_at=time_of(pull, "merged_at"),
            pusher=self._pusher(head),
            authors=tuple(sorted({who for one in commits for who in people_of(one, self.api)})),
            reviews=tuple(_review(one) for one in self.api.pages("pulls", str(number), "reviews")),
        )

    def _pusher(self, head: JsonValue) -> Account:
        """Return who pushed the last commit; NOBODY where the fork has gone, or is not told."""
        repository = head.optional("repo")
        if repository is None:
            return NOBODY
        path = repository.field("full_name").text().split("/")
        try:
            feed = self.api.client.get("repos", *path, "activities", "feeds", limit="50")
        except (AbsentError, ForbiddenError):
            return NOBODY
        ref, last = f"refs/heads/{head.field('ref').text()}", head.field("sha").text()
        made = (one for one in feed.items() if one.optional_text("ref_name") == ref)
        pushes = (one for one in made if _pushed_to(one) == last)
        return next((_account(one.optional("act_user")) for one in pushes), NOBODY)


def _account(user: JsonValue | None) -> Account:
    return account_of(user, "login")  # Gitea does not tell machines from people


def _pushed_to(action: JsonValue) -> str:
    """Return the commit that a push left the branch at; empty where it is no push that is told."""
    if action.optional_text("op_type") != "commit_repo":
        return ""
    content = action.optional_text("content").encode()
    try:
        head = JsonValue(parse_json(content, max_bytes=MAX_ANSWER_BYTES)).optional("HeadCommit")
        return "" if head is None else head.optional_text("Sha1")
    except RejectedError:  # the text inside is of the forge's own making, and changes with it
        return ""


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


def _review(review: JsonValue) -> ForgeReview:
    state = _STATES.get(review.field("state").text(), ReviewState.COMMENTED)
    gone = flag_of(review, "dismissed") or flag_of(review, "stale")
    return ForgeReview(
        by=_account(review.optional("user")),
        state=ReviewState.DISMISSED if state is ReviewState.APPROVED and gone else state,
        commit=review.optional_text("commit_id"),
        submitted_at=time_of(review, "submitted_at"),
    )
