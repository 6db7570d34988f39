"""A site whose first verdict rests on a key that somebody else has, and what is asked of its kit."""

from pathlib import Path
from typing import Final

from tests.operations.auditing import (
    Answers,
    audit,
    commit_of,
)
from tests.operations.site import Site
from tests.operations.trustkit import (
    new_key,
    pinned,
    update,
    use_key,
    with_key,
    with_revoked,
)

FIRST: Final = 11  # the index of the verdict that the site begins with


def ask(site: Site, data: bytes, *, trust_root: Path | None = None, log_key: str = "") -> Answers:
    pin = None if log_key else trust_root or site.trust
    return audit(site.folder, data, subject=commit_of(site), trust_root=pin, log_key=log_key)


def statuses(answers: Answers) -> tuple[int, int]:
    return answers.ours, answers.second


def first_root(site: Site) -> Path:
    """Keep the version of the trust root that is pinned now, as an auditor might."""
    kept = site.folder / "kept.json"
    kept.write_bytes(site.trust.read_bytes())
    return kept


def compromised(site: Site, *, since: float = 0) -> str:
    """Give the site another key, and revoke its first one; return the id of that one."""
    [old] = pinned(site).principals[0].keys
    path, new = new_key(site, "next")
    update(site, with_key(pinned(site), "local", new, hours=2), hours=2)
    use_key(site, path)
    update(site, with_revoked(pinned(site), old.name, hours=since), hours=2)
    return old.name
