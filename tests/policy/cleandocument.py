"""The facts of a commit with which nothing is wrong; `tests/gates/test_facts.py` builds the same."""

from typing import Final

NO_GAPS: Final = {"not_checked": [], "not_checked_count": 0}
NO_FINDINGS: Final = {"findings": [], "finding_count": 0, **NO_GAPS}
EXAMINED: Final = {
    "code": {"files": 3},
    "configuration": {"dockerfiles": 1},
    "secrets": {"blobs": 3, "commits": 3},
    "vulnerabilities": {"components": 1},
    "workflows": {"workflows": 0},
}
COLLECTORS: Final = (
    "code",
    "configuration",
    "sbom",
    "secrets",
    "source",
    "vulnerabilities",
    "workflows",
)
FORGE: Final = "forge github https://api.github.com team/shop"
CONTROLS: Final = (
    "changes-by-request",
    "approval-required",
    "stale-approvals-dismissed",
    "owners-approve",
    "last-pusher-not-alone",
    "administrators-included",
    "no-force-push",
    "no-deletion",
    "signed-commits",
    "linear-history",
    "checks-required",
)

CLEAN: Final[dict[str, object]] = {
    "parameters": {
        "secrets": {"severity": "medium", "rank": 2},
        "vulnerabilities": {"severity": "high", "rank": 1},
        "workflows": {"severity": "medium", "rank": 2},
        "code": {"severity": "high", "rank": 1},
        "configuration": {"severity": "high", "rank": 1},
        "scanners": [],
        "advisory_max_age_hours": 168,
        "evidence_max_age_hours": 720,
        "vex_max_age_hours": 8784,
    },
    "collectors": {
        name: {"statements": 1, "age_hours": 0, "signed_by": ["alice"]}
        for name in (*COLLECTORS, FORGE, "owners", "reviews")
    },
    "scans": {name: {**NO_FINDINGS, "examined": dict(counts)} for name, counts in EXAMINED.items()},
    "advisories": {
        "imported": True,
        "age_hours": 1,
        "feeds": [{"name": "PyPI", "age_hours": 1, "silent_hours": 2}],
    },
    "inventory": {
        "components": 1,
        "lock_files": ["requirements.txt"],
        "unlocked": [],
        "unlocked_count": 0,
        "unpinned": [],
        "unpinned_count": 0,
        **NO_GAPS,
    },
    "source": {
        "shallow": False,
        "partial": False,
        "grafts": False,
        "bytes": 900,
        "commits": 3,
        "replace_refs": 0,
        "signatures": [
            {
                "kind": "ssh",
                "verdict": "PASSED",
                "reason": "",
                "key": "SHA256:" + "A" * 43,
                "principal": "alice",
                "algorithm": "ssh-ed25519",
            }
        ],
        "leaving_symlinks": [],
        "submodules": [],
        "documents": {
            "security-policy": ["SECURITY.md"],
            "security-contact": [],
            "code-owners": [],
            "licence": ["LICENSE"],
            "ci-workflow": [],
            "dependency-manifest": ["requirements.txt"],
        },
        "work_trees": [{"clean": True, "modified": 0, "untracked": 0, "hidden": 0}],
        **NO_GAPS,
    },
    "imported": {},
    "forge": {
        "accounts": [
            {
                "forge": "github",
                "repository": "team/shop",
                "ref": "refs/heads/main",
                "age_hours": 0,
                "max_gap_hours": 168,
                "looks": 1,
                "controls": dict.fromkeys(CONTROLS, "PASSED"),
                "since_hours": dict.fromkeys(CONTROLS, 0),
                "approvals": 2,
                "bypass": [],
                "weakenings": [],
                "weakening_count": 0,
                "writers": [],
                "permission_changes": None,
                "requests": [
                    {
                        "number": 7,
                        "author": "alice",
                        "merged": True,
                        "head": "c0" * 20,
                        "merge_commit": "ab" * 20,
                        "approvals": ["bob"],
                        "pusher": "alice",
                        "verdict": "PASSED",
                        "unknown": [],
                        "discounted": [],
                        "doubts": [],
                    }
                ],
            }
        ],
        **NO_GAPS,
    },
    "reviews": {
        "branches": ["refs/heads/main"],
        "changes": 3,
        "reviewed": 2,
        "empty": 1,
        "open": [],
        "open_count": 0,
        "differing_merges": [],
        "differing_merge_count": 0,
        "recorded": 2,
        "lost": [],
        "lost_count": 0,
        "reviewers": ["bob"],
        **NO_GAPS,
    },
    "owners": {
        "accounts": [
            {
                "path": ".github/CODEOWNERS",
                "dialect": "github",
                "rules": 1,
                "paths": 3,
                "guarded": True,
                "unowned": [],
                "unowned_count": 0,
                "errors": [],
                "error_count": 0,
            }
        ],
        **NO_GAPS,
    },
}
