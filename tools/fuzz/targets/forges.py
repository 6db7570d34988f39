"""Readers of what forges said, of who owns what, and of what Git tells a hook."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from docs_pages.forgesample import sample_state, sample_trust

from assay.core.digest import Digest
from assay.core.strictjson import render_canonical_json
from assay.source.forge.account import account_for
from assay.source.forge.continuity import DatedState
from assay.source.forge.facts import Control
from assay.source.owners.facts import describe_owners
from assay.source.owners.file import Dialect
from assay.source.owners.parse import parse_owners
from fuzz.target import Target, raw, value

_AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
_COMMIT: Final = "c0" * 20
_OWNERS: Final = {
    Dialect.GITHUB: b"# all\n* @ann\n/src/**/*.py @org/core b@example.org # those\ndocs/\n",
    Dialect.GITLAB: b"* @ann\n^[Docs][2] @org/sub/docs @@owners\ndocs/\n!docs/a\\ b\n[ab].c @x\n",
    Dialect.GITEA: b".*\\\\.go @ann @org/go # Go\n!docs/(a|b)/[^/]* @bob\na\\ b\\#c @x\n",
}


def _states() -> list[DatedState]:
    lacking = (frozenset[Control](), frozenset({Control.NO_FORCE}))
    return [
        DatedState(
            state=sample_state(_COMMIT, lack, _AT + timedelta(days=number)),
            recorded_at=_AT + timedelta(days=number),
            statement=f"sha256:{number:064x}",
        )
        for number, lack in enumerate(lacking)
    ]


def _state_seeds() -> Sequence[bytes]:
    return tuple(render_canonical_json(dated.state.as_json()) for dated in _states())


def _account_seeds() -> Sequence[bytes]:
    at = _AT + timedelta(days=2)
    account = account_for(
        _states(), ref="refs/heads/main", commit=_COMMIT, trust=sample_trust(), at=at
    )
    return () if account is None else (render_canonical_json(account.as_json()),)


def _facts_seeds() -> Sequence[bytes]:
    owners = parse_owners(b"/a @ann\nb bob\n", dialect=Dialect.GITHUB)
    facts = describe_owners(
        owners, ("a", "b"), found=("CODEOWNERS",), digest=Digest("gitBlob", _COMMIT), at=_AT
    )
    return (render_canonical_json(facts.as_json()),)


def _owners(dialect: Dialect, data: bytes) -> object:
    """Read a file, and ask it about paths: matching must end as well."""
    owners = parse_owners(data, dialect=dialect)
    return [owners.claims(path) for path in ("a", "src/x/y.py", "docs/a b", "a" * 200)]


TARGETS: Final = (
    value("assay.source.forge.predicate:parse_forge_state", _state_seeds),
    value("assay.source.forge.account:parse_forge_account", _account_seeds),
    value("assay.source.owners.facts:parse_owners_facts", _facts_seeds),
    *(
        Target(
            name="assay.source.owners.parse:parse_owners",
            read=partial(_owners, dialect),
            seeds=partial(tuple[bytes, ...], (data,)),
            words=(b"@", b"**", b"[", b"\\", b"!", b"\n"),
        )
        for dialect, data in _OWNERS.items()
    ),
    raw(
        "assay.operations.run_hook:parse_push",
        lambda: (f"refs/heads/a {_COMMIT} refs/heads/b {'0' * 40}\n".encode(),),
    ),
)
