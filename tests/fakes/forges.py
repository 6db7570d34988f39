"""Forges on the loopback: documents by path, in the shapes that their public interfaces describe."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.fakes.restserver import Answered, Asked, RestServer, serving

Document = Mapping[str, object] | list[object] | Answered


def answer(value: object, *, status: int = 200, **headers: str) -> Answered:
    """Return a JSON answer with headers, of which `_` stands for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps(value).encode()
    return Answered(status=status, body=body, headers={"Content-Type": "application/json", **named})


NOT_FOUND = answer({"message": "Not Found"}, status=404)


@contextmanager
def forge_server(routes: Mapping[str, object]) -> Iterator[RestServer]:
    """Serve `routes` by their path, without the query; what is not among them is 404."""

    def answering(asked: Asked) -> Answered:
        found = routes.get(urlsplit(asked.path).path.lstrip("/"), NOT_FOUND)
        return found if isinstance(found, Answered) else answer(found)

    with serving(answering) as served:
        yield served


USER = {"login": "alice", "type": "User", "id": 1}


def commit(author: object, committer: object, *, message: str = "Change") -> dict[str, object]:
    """Return a commit as GitHub and Gitea tell it: accounts, and what Git has."""
    git: dict[str, object] = {"message": message}
    for who, account in (("author", author), ("committer", committer)):
        name = account["login"] if isinstance(account, dict) else "nobody"
        git[who] = {"name": name, "email": f"{name}@example.org"}
    return {"author": author, "committer": committer, "commit": git}


def github_routes() -> dict[str, object]:
    """Return a repository on GitHub whose branch is protected both ways."""
    top = "repos/team/shop"
    return {
        top: {"default_branch": "main"},
        f"{top}/branches/main": {"name": "main", "protected": True},
        f"{top}/branches/main/protection": {
            "required_pull_request_reviews": {
                "required_approving_review_count": 1,
                "dismiss_stale_reviews": True,
                "require_code_owner_reviews": False,
                "bypass_pull_request_allowances": {"users": [{"login": "boss"}]},
            },
            "required_status_checks": {"contexts": ["build"]},
            "enforce_admins": {"enabled": True},
            "allow_force_pushes": {"enabled": False},
            "allow_deletions": {"enabled": False},
            "required_linear_history": {"enabled": True},
        },
        f"{top}/rules/branches/main": [
            {"type": "non_fast_forward", "ruleset_id": 5},
            {"type": "required_signatures", "ruleset_id": 5},
            {
                "type": "pull_request",
                "ruleset_id": 5,
                "parameters": {
                    "required_approving_review_count": 2,
                    "require_code_owner_review": True,
                    "dismiss_stale_reviews_on_push": False,
                },
            },
            {
                "type": "required_status_checks",
                "ruleset_id": 5,
                "parameters": {"required_status_checks": [{"context": "tests"}]},
            },
            {"type": "a-rule-of-tomorrow", "ruleset_id": 5},
        ],
        f"{top}/rulesets": [
            {"id": 5, "target": "branch", "enforcement": "active"},
            {"id": 6, "target": "tag", "enforcement": "active"},
            {"id": 7, "target": "tag", "enforcement": "evaluate"},
        ],
        f"{top}/rulesets/5": {"id": 5, "rules": [], "bypass_actors": []},
        f"{top}/rulesets/6": {
            "id": 6,
            "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}],
            "conditions": {"ref_name": {"include": ["refs/tags/v*", "~ALL"], "exclude": []}},
            "bypass_actors": [{"actor_type": "RepositoryRole", "actor_id": 5}],
        },
        f"{top}/collaborators": [
            {**USER, "permissions": {"pull": True, "push": True, "admin": True}},
            {
                "login": "build-app",
                "type": "Bot",
                "id": 15,
                "permissions": {"pull": True, "push": True},
            },
        ],
        f"{top}/teams": [{"slug": "core", "id": 8, "permission": "maintain"}],
        f"{top}/keys": [{"id": 9, "title": "deploy", "read_only": False}],
        f"{top}/commits/{'c0' * 20}/pulls": [{"number": 7}],
        f"{top}/pulls/7": {
            "number": 7,
            "user": USER,
            "base": {"ref": "main"},
            "head": {"sha": "c0" * 20, "ref": "topic", "repo": {"full_name": "alice/fork"}},
            "commits": 2,
            "merged_at": "2026-05-01T10:00:00Z",
            "merge_commit_sha": "ab" * 20,
            "merged_by": {"login": "carol", "type": "User", "id": 3},
        },
        f"{top}/pulls/7/commits": [
            commit(USER, {"login": "web-flow", "id": 19864447}),
            commit(None, None, message="Help\n\nCo-authored-by: D <4+dan@users.noreply.127.0.0.1>"),
        ],
        "repos/alice/fork/activity": [
            {"after": "0c" * 20, "actor": {"login": "bob", "type": "User", "id": 2}},
            {"after": "c0" * 20, "actor": USER},
        ],
        f"{top}/pulls/7/reviews": [
            {
                "user": {"login": "bob", "type": "User", "id": 2},
                "state": "APPROVED",
                "commit_id": "c0" * 20,
                "submitted_at": "2026-05-01T09:00:00Z",
            },
            {
                "user": {"login": "robot", "type": "Bot", "id": 12},
                "state": "APPROVED",
                "commit_id": "c0" * 20,
                "submitted_at": "2026-05-01T09:01:00Z",
            },
            {"user": None, "state": "SOMETHING_NEW", "commit_id": None},
        ],
    }


def gitlab_routes() -> dict[str, object]:
    """Return a project on GitLab whose branch nobody may push to."""
    top = "projects/group%2Fsub%2Fshop"
    nobody = [{"access_level": 0}]
    return {
        top: {
            "default_branch": "main",
            "merge_method": "ff",
            "only_allow_merge_if_pipeline_succeeds": True,
        },
        f"{top}/protected_branches": [
            {
                "name": "main",
                "push_access_levels": nobody,
                "allow_force_push": False,
                "code_owner_approval_required": True,
            },
            {"name": "release/*", "push_access_levels": [{"access_level": 40}]},
        ],
        f"{top}/approvals": {
            "reset_approvals_on_push": True,
            "merge_requests_disable_committers_approval": True,
        },
        f"{top}/approval_rules": [
            {"approvals_required": 2, "protected_branches": [{"name": "main"}]},
            {"approvals_required": 5, "protected_branches": [{"name": "other"}]},
            {"approvals_required": 1, "applies_to_all_protected_branches": True},
        ],
        f"{top}/push_rule": {"reject_unsigned_commits": True},
        f"{top}/protected_tags": [{"name": "v*", "create_access_levels": [{"access_level": 40}]}],
        f"{top}/members/all": [
            {"username": "alice", "id": 1, "access_level": 50},
            {"username": "bob", "id": 2, "access_level": 30},
            {"username": "guest", "access_level": 5},
        ],
        f"{top}/deploy_keys": [{"id": 3, "title": "deploy", "can_push": True}],
        f"{top}/repository/commits/{'c0' * 20}/merge_requests": [{"iid": 4}],
        f"{top}/merge_requests/4": {
            "iid": 4,
            "author": {"username": "alice", "id": 1, "bot": False},
            "target_branch": "main",
            "source_branch": "topic",
            "source_project_id": 31,
            "sha": "c0" * 20,
            "merged_at": "2026-05-01T10:00:00.000+02:00",
            "merge_commit_sha": None,
            "squash_commit_sha": "ab" * 20,
            "merge_user": {"username": "carol", "id": 3},
        },
        f"{top}/merge_requests/4/commits": [
            {
                "author_email": "Alice@example.org",
                "committer_email": "1-alice@users.noreply.127.0.0.1",
                "message": "Help\n\nCo-authored-by: D <dan@example.org>\n",
            }
        ],
        "projects/31/events": [
            {"author": {"username": "bob", "id": 2}},
            {
                "author": {"username": "bob", "id": 2},
                "push_data": {"ref_type": "branch", "ref": "other", "commit_to": "c0" * 20},
            },
            {
                "author": {"username": "alice", "id": 1},
                "push_data": {"ref_type": "branch", "ref": "topic", "commit_to": "c0" * 20},
            },
        ],
        f"{top}/merge_requests/4/approvals": {
            "approved_by": [
                {"user": {"username": "bob", "id": 2}, "approved_at": "2026-05-01T09:00:00Z"},
                {"user": {"username": "early", "id": 8}, "approved_at": "2026-04-30T09:00:00Z"},
                {"user": {"username": "undated", "id": 9}},
            ]
        },
        f"{top}/merge_requests/4/versions": [
            {"created_at": "2026-05-01T08:00:00Z", "head_commit_sha": "c0" * 20},
            {"created_at": "2026-04-30T08:00:00Z", "head_commit_sha": "0c" * 20},
        ],
    }


def push(login: str, number: int, *, ref: str, to: str = "c0" * 20) -> dict[str, object]:
    """Return a push as the feed of Gitea tells it: a text in which there is JSON."""
    return {
        "op_type": "commit_repo",
        "ref_name": ref,
        "act_user": {"login": login, "id": number},
        "content": json.dumps({"Commits": [{"Sha1": to}], "HeadCommit": {"Sha1": to}, "Len": 1}),
    }


def gitea_routes() -> dict[str, object]:
    """Return a repository on Gitea with a protected branch."""
    top = "repos/team/shop"
    return {
        top: {
            "default_branch": "main",
            "allow_merge_commits": False,
            "allow_rebase_explicit": False,
        },
        f"{top}/branch_protections": [
            {"rule_name": "**", "enable_push": True},
            {
                "rule_name": "main",
                "enable_push": False,
                "enable_force_push": False,
                "required_approvals": 2,
                "dismiss_stale_approvals": True,
                "require_signed_commits": True,
                "enable_status_check": True,
                "status_check_contexts": ["tests"],
                "block_admin_merge_override": True,
            },
        ],
        f"{top}/tag_protections": [{"name_pattern": "v*", "whitelist_usernames": ["alice"]}],
        f"{top}/collaborators": [{"login": "bob", "id": 2}],
        f"{top}/collaborators/bob/permission": {"permission": "write"},
        f"{top}/teams": [{"name": "core", "permission": "admin"}],
        f"{top}/keys": [{"id": 2, "title": "deploy", "read_only": True}],
        f"{top}/commits/{'c0' * 20}/pull": {
            "number": 3,
            "user": {"login": "alice", "id": 1},
            "base": {"ref": "main"},
            "head": {"sha": "c0" * 20, "ref": "topic", "repo": {"full_name": "team/shop"}},
            "merged": True,
            "merged_at": "2026-05-01T10:00:00Z",
            "merge_commit_sha": "ab" * 20,
            "merged_by": {"login": "carol", "id": 3},
        },
        f"{top}/pulls/3/commits": [commit({"login": "alice", "id": 1}, None)],
        f"{top}/activities/feeds": [
            {"op_type": "merge_pull_request", "ref_name": "refs/heads/topic", "content": "3|x"},
            push("bob", 2, ref="refs/heads/other"),
            push("alice", 1, ref="refs/heads/topic"),
        ],
        f"{top}/pulls/3/reviews": [
            {
                "user": {"login": "bob", "id": 2},
                "state": "APPROVED",
                "commit_id": "c0" * 20,
                "submitted_at": "2026-05-01T09:00:00Z",
            },
            {
                "user": {"login": "dan", "id": 4},
                "state": "APPROVED",
                "stale": True,
                "commit_id": "0c" * 20,
                "submitted_at": "2026-04-01T09:00:00Z",
            },
        ],
    }
