"""What we say about the audits of zizmor: a title and what to do, in our own words."""

from types import MappingProxyType
from typing import Final

from assay.scan.scanner import Rule

RULES: Final = MappingProxyType(
    {
        "adhoc-packages": Rule(
            "A package is installed outside any lock file",
            "Install from a lock file with hashes, or name the exact version and its hash.",
        ),
        "anonymous-definition": Rule(
            "A workflow or action has no name",
            "Give it a `name`, so that runs and required checks can be told apart.",
        ),
        "archived-uses": Rule(
            "An action comes from an archived repository",
            "Move to an action that is still maintained; nobody repairs this one any more.",
        ),
        "artipacked": Rule(
            "The checkout leaves its token on the runner's disk",
            "Set `persist-credentials: false` on the checkout step; push with a token of its own.",
        ),
        "bot-conditions": Rule(
            "A condition trusts a name that can be borrowed",
            "Compare the author of the pull request by `github.event.pull_request.user`, "
            "not `github.actor`.",
        ),
        "cache-poisoning": Rule(
            "A release job reads a cache that others can write",
            "Switch the cache off in jobs that publish, or key it so that only they fill it.",
        ),
        "concurrency-limits": Rule(
            "Runs of the workflow are not limited",
            "Add a `concurrency` group, so that an outdated run is cancelled.",
        ),
        "dangerous-triggers": Rule(
            "The trigger runs foreign code with the repository's rights",
            "Use `pull_request`; where a token is needed, split the work and pass data as an "
            "artifact that the privileged half treats as hostile.",
        ),
        "dependabot-cooldown": Rule(
            "Updates are taken the moment they are published",
            "Set `cooldown.default-days` to 7 or more: most malicious releases are found by then.",
        ),
        "dependabot-execution": Rule(
            "Updates may run code from outside the repository",
            "Set `insecure-external-code-execution: deny`.",
        ),
        "excessive-permissions": Rule(
            "The job's token can do more than it needs",
            "Put `permissions: {}` on the workflow, and give each job only what it uses.",
        ),
        "forbidden-uses": Rule(
            "An action is used that the policy forbids",
            "Replace it by one that is allowed, or have the list changed.",
        ),
        "github-app": Rule(
            "A token of a GitHub App is wider than needed",
            "Name the repositories and the permissions when the token is made.",
        ),
        "github-env": Rule(
            "Foreign text may set variables of later steps",
            "Do not write event data into GITHUB_ENV or GITHUB_PATH; use step outputs.",
        ),
        "hardcoded-container-credentials": Rule(
            "A registry password stands in the workflow",
            "Move it to a secret, revoke the old one, and prefer a short-lived token.",
        ),
        "impostor-commit": Rule(
            "An action's commit is not in its repository's history",
            "Pin to a commit of a release; a fork's commit answers under the same name.",
        ),
        "insecure-commands": Rule(
            "Workflow commands that GitHub withdrew are switched on again",
            "Remove ACTIONS_ALLOW_UNSECURE_COMMANDS and write to GITHUB_ENV and GITHUB_PATH.",
        ),
        "insecure-url-scheme": Rule(
            "Something is fetched without encryption",
            "Use https, and compare a hash of what arrives.",
        ),
        "known-vulnerable-actions": Rule(
            "An action has a published vulnerability",
            "Move to the repaired version that the advisory names.",
        ),
        "misfeature": Rule(
            "A feature is used that seldom does what it seems to",
            "Replace it as the audit's documentation shows.",
        ),
        "obfuscation": Rule(
            "The workflow hides what it does",
            "Write the reference or expression in its plain form.",
        ),
        "overprovisioned-secrets": Rule(
            "A job receives every secret of the repository",
            "Name the secrets that it needs one by one.",
        ),
        "ref-confusion": Rule(
            "The action's reference is both a branch and a tag",
            "Pin the commit; a reference of two meanings can be switched.",
        ),
        "ref-version-mismatch": Rule(
            "The comment names another version than the pinned commit",
            "Correct the comment or the commit, so that reviewers see what runs.",
        ),
        "secrets-inherit": Rule(
            "A called workflow receives every secret of the caller",
            "Pass the secrets that it needs by name.",
        ),
        "secrets-outside-env": Rule(
            "A secret is used outside a protected environment",
            "Give the job an `environment` with required reviewers, and keep the secret there.",
        ),
        "self-hosted-runner": Rule(
            "The job runs on a machine that outlives it",
            "Use runners that are made for one job and destroyed after it.",
        ),
        "self-repository": Rule(
            "A local action is found by its path in the working folder",
            "Write `$/…` for the path: it comes from the commit, not from what steps left.",
        ),
        "stale-action-refs": Rule(
            "The pinned commit of an action has no tag",
            "Pin the commit of a release, so that its changes can be followed.",
        ),
        "superfluous-actions": Rule(
            "An action does what the runner can do by itself",
            "Replace it by the built-in command: one supplier less.",
        ),
        "template-injection": Rule(
            "Text from outside is pasted into a script",
            "Put the value into `env` and use the quoted variable in the script.",
        ),
        "typosquat-uses": Rule(
            "The action's name looks like another one's, mistyped",
            "Check the owner's name letter by letter, and correct it.",
        ),
        "undocumented-permissions": Rule(
            "A permission is granted without a reason",
            "Say in a comment beside it what it is for.",
        ),
        "unpinned-images": Rule(
            "A container image can change under its tag",
            "Name the image by its digest: `image@sha256:…`.",
        ),
        "unpinned-tools": Rule(
            "An action installs a tool in no fixed version",
            "Set the tool's exact version in `with`.",
        ),
        "unpinned-uses": Rule(
            "An action can change under its tag",
            "Name the action by its full commit, with the version in a comment.",
        ),
        "unredacted-secrets": Rule(
            "Part of a structured secret is used by itself",
            "Store each value as a secret of its own: only whole secrets are masked in logs.",
        ),
        "unsound-condition": Rule(
            "A condition is always true",
            "Remove the block scalar's line break or the text around `${{ … }}`.",
        ),
        "unsound-contains": Rule(
            "A condition accepts parts of the names that it lists",
            "Compare with a list: `contains(fromJSON('[…]'), value)`.",
        ),
        "unsound-ternary": Rule(
            "A choice falls through to its last value",
            "Make sure that the middle value is never empty or false.",
        ),
        "use-trusted-publishing": Rule(
            "A package is published with a long-lived token",
            "Let the package index trust this workflow's identity, and delete the token.",
        ),
    }
)
