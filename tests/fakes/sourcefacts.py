"""Facts about a small repository with which nothing is wrong, for tests that change one of them."""

from typing import Final

from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind
from assay.source.content import Content
from assay.source.facts import Clone, Head
from assay.source.history import History
from assay.source.signature import HeadSignature
from tests.fakes.trust import COMMIT

CLONE: Final = Clone(
    git="2.47.1",
    object_format="sha1",
    bare=False,
    shallow=False,
    partial=False,
    linked_worktree=False,
    replace_refs=0,
    grafts=False,
    alternates=0,
    branches=1,
    tags=0,
    remotes=(),
)
CONTENT: Final = Content(
    size=900,
    executables=0,
    symlinks=0,
    leaving_symlinks=(),
    leaving_symlink_count=0,
    submodules=(),
    submodule_count=0,
    large=(),
    large_count=0,
)
SIGNED: Final = HeadSignature(
    kind=SignatureKind.SSH,
    verdict=Verdict.PASSED,
    reason="",
    key="SHA256:" + "A" * 43,
    principal="alice",
    algorithm="ssh-ed25519",
)


def head(signature: HeadSignature = SIGNED) -> Head:
    """Return the head: `COMMIT` on the branch `main`."""
    return Head(
        commit=COMMIT.hex,
        tree="ee" * 20,
        branch="main",
        parents=1,
        author=None,
        committer=None,
        signature=signature,
    )


def straight_history(signatures: dict[SignatureKind, int]) -> History:
    """Return a history without merges, with as many commits as there are signatures."""
    commits = sum(signatures.values())
    return History(
        commits=commits,
        merges=0,
        roots=1,
        boundary=0,
        first_parent=commits,
        first_parent_merges=0,
        authors=1,
        committers=1,
        author_is_not_committer=0,
        dates_backwards=0,
        dates_ahead=0,
        malformed=0,
        signatures=signatures,
    )
