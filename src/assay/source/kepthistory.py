"""What a walk through a history came to, kept for the next one: a check walks new commits alone.

* Only a whole walk is kept: every parent was there, and nothing was dated ahead of its time.
* It serves where the commit that it ended at is still in the history; what lies below a commit is
  named by its id, and cannot have changed. An object that was lost since is not noticed here.
* People are kept as keyed digests of their addresses: enough to tell them apart, and no addresses.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay import __version__
from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.source.git import GitPlace
from assay.system.sealed import MAX_SEALED_BYTES, SealedFolder

_CODE: Final = ("commit.py", "history.py", "kepthistory.py")  # what decides what is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHistory:
    """The counts of the history of `head`; `newest` is the latest date of a committer in it."""

    head: str
    newest: int
    counts: Counter[str]
    signatures: Counter[str]
    authors: frozenset[str] = field(repr=False)
    committers: frozenset[str] = field(repr=False)


def load_kept(sealed: SealedFolder | None, repository: GitPlace) -> KeptHistory | None:
    """Return what was kept of `repository`, or None."""
    body = None if sealed is None else sealed.load(_file(repository), name=_name())
    if body is None:
        return None
    try:
        return _parse(JsonValue(parse_json(body, max_bytes=MAX_SEALED_BYTES)))
    except MalformedError:  # sealed by us, and of another form: as if it were not there
        return None


def save_kept(sealed: SealedFolder | None, repository: GitPlace, kept: KeptHistory) -> None:
    """Keep `kept` in place of what was kept before."""
    if sealed is None:
        return
    document = {
        "head": kept.head,
        "newest": kept.newest,
        "counts": dict(kept.counts),
        "signatures": dict(kept.signatures),
        "authors": sorted(kept.authors),
        "committers": sorted(kept.committers),
    }
    sealed.save(_file(repository), render_canonical_json(document), name=_name())


def digest_people(sealed: SealedFolder | None, emails: Iterable[bytes]) -> frozenset[str]:
    """Return by what addresses are kept; without a place to keep them, a digest without a key."""
    key = b"" if sealed is None else sealed.key
    return frozenset(hmac.digest(key, b"assay address\0" + one, "sha256").hex() for one in emails)


def _parse(value: JsonValue) -> KeptHistory:
    counts, signatures = value.field("counts"), value.field("signatures")
    return KeptHistory(
        head=value.field("head").parsed(lambda text: parse_digest(f"gitCommit:{text}")).hex,
        newest=value.field("newest").integer(),
        counts=Counter({name: one.integer() for name, one in counts.members()}),
        signatures=Counter({name: one.integer() for name, one in signatures.members()}),
        authors=frozenset(one.text() for one in value.field("authors").items()),
        committers=frozenset(one.text() for one in value.field("committers").items()),
    )


def _name() -> str:
    """Return the name of all that decides what a walk counts: our own code."""
    code = hashlib.sha256()
    for name in _CODE:
        code.update((Path(__file__).parent / name).read_bytes())
    return f"history, assay {__version__}, {code.hexdigest()}"


def _file(repository: GitPlace) -> str:
    path = str(repository.git_dir).encode("utf-8", "surrogateescape")
    return f"history-{hashlib.sha256(path).hexdigest()[:32]}"
