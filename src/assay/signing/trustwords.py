"""What changes from one trust root to the next, in words; and what about one needs attention. Pure.

Everything that a trust root says is one line here, so that no change goes without a word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time
from assay.core.digest import sha256_of
from assay.signing.succession import describe, locked_from, owners_at
from assay.signing.trust import Principal, Revocation, TrustedKey, TrustRoot, Window

SOON: Final = timedelta(days=30)  # for people to meet and sign


def name_changes(old: TrustRoot, new: TrustRoot) -> tuple[str, ...]:
    """Return a line for each thing that `new` says otherwise; none where they say the same."""
    before, after = dict(_numbered(_lines(old))), dict(_numbered(_lines(new)))
    names = dict.fromkeys((*before, *after))
    return tuple(
        _changed(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def name_principal(principal: Principal) -> tuple[str, ...]:
    """Return the lines that tell all about one principal, its own first."""
    return tuple(f"{name}: {value}" for name, value in _numbered(_of_principal(principal)))


def name_dangers(root: TrustRoot, *, at: datetime) -> tuple[str, ...]:
    """Return a line for each thing that will soon keep people from working, or has done so."""
    return tuple(_dangers(root, at))


def _dangers(root: TrustRoot, at: datetime) -> Iterator[str]:
    owners = owners_at(root, at)
    if len(owners) < root.owner_threshold:
        yield f"nobody can change this trust root: it needs {root.owner_threshold} owners"
    elif (end := locked_from(root, at=at)) is not None and end <= at + SOON:
        yield f"from {format_time(end)} on too few owners are left to change this trust root"
    if root.expires is not None and root.expires <= at:
        yield f"this trust root expired on {format_time(root.expires)}: nothing new counts"
    elif root.expires is not None and root.expires <= at + SOON:
        yield f"this trust root expires on {format_time(root.expires)}"
    for role in ("collector", "gate"):
        if not root.holders(role, at=at):
            yield f"nobody may sign as {role}"


def _changed(name: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"+ {name}: {after}"
    return f"- {name}: {before}" if after is None else f"~ {name}: {before} -> {after}"


def _lines(root: TrustRoot) -> Iterator[tuple[str, str]]:
    yield "log", f"{root.log_origin} {root.log_key}"
    for earlier in root.earlier_log_keys:
        yield f"earlier key of the log {earlier.key}", f"its own{_revoked(earlier.revoked)}"
    yield "owners that must sign a change", str(root.owner_threshold)
    yield "expires", _end(root.expires)
    yield "witnesses that must sign a checkpoint", str(root.quorum)
    for key in root.witnesses:
        yield f"witness {key}", "trusted"
    yield (
        "Sigstore trusted root",
        "none" if root.sigstore is None else str(sha256_of(root.sigstore)),
    )
    for principal in root.principals:
        yield from _of_principal(principal)


def _numbered(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield `lines`, each under a name of its own: one of a name would hide the others.

    A role may be held twice. Keys are called by the beginning of their ids, and somebody may have
    searched for two that begin alike.
    """
    seen = Counter[str]()
    for name, value in lines:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), value


def _of_principal(principal: Principal) -> Iterator[tuple[str, str]]:
    name = repr(principal.name)
    yield name, f"{principal.kind.value}, {_window(principal.window)}"
    if principal.emails:
        yield f"{name}, e-mail", ", ".join(principal.emails)
    for account in principal.accounts:
        yield f"{name}, account {account}", "its own"
    for grant in principal.roles:
        yield f"{name} as {grant.role}", _window(grant.window)
        if grant.components:
            yield f"{name} as {grant.role}, only on", ", ".join(grant.components)
        if grant.authors:
            yield f"{name} as {grant.role}, speaks for", ", ".join(grant.authors)
    for item in principal.credentials:
        yield f"{name}, {describe(item)}", _window(item.window) + _revoked(item.revoked)
        if isinstance(item, TrustedKey) and item.openpgp:
            yield f"{name}, {describe(item)} in OpenPGP", item.openpgp


def _window(window: Window) -> str:
    return f"from {format_time(window.valid_from)} until {_end(window.valid_until)}"


def _end(end: datetime | None) -> str:
    return "no end" if end is None else format_time(end)


def _revoked(revoked: Revocation | None) -> str:
    if revoked is None:
        return ""
    return f", revoked as {revoked.reason.value} since {format_time(revoked.since)}"
