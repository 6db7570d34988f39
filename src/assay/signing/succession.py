"""May one version of a trust root follow another? Pure; who signed it is asked elsewhere.

* A version names all versions before it, by digest: no gap, no fork.
* Nothing vanishes: a key or an identity that was trusted once stays named, under the same
  principal, and is ended or revoked. What it signed before can so be judged for ever, and it cannot
  come back as somebody else's. An e-mail address stays too: without it, who wrote a change could
  review it.
* A revocation stays: it is not taken back, not moved to a later time, and a compromised key does
  not become a retired one. So a verdict that fell stays fallen.
* The log stays the same one. Where it gets another key, the one that it had is named as an earlier
  one, with since when and why; which of its signatures still count is not asked here.
* Nobody is locked out: enough owners must be able to sign the version after this one.
"""

from collections.abc import Iterator
from datetime import datetime

from assay.core.clock import format_time
from assay.core.errors import RejectedError
from assay.signing.principals import Credential
from assay.signing.trust import (
    OWNER,
    Revocation,
    RevocationReason,
    TrustedKey,
    TrustRoot,
    trust_root_digest,
)


def verify_succession(old: TrustRoot, new: TrustRoot, *, at: datetime) -> None:
    """Refuse unless `new` may follow `old` at the time `at`.

    Raises:
        RejectedError: A rule of this module is broken; `where` names what.
    """
    if new.history != (*old.history, trust_root_digest(old)):
        raise RejectedError(
            f"version {new.version} does not follow this version {old.version}", where="history"
        )
    _check_log(old, new)
    after = {name: (owner, item) for owner, name, item in credentials(new)}
    for owner, name, item in credentials(old):
        found = after.get(name)
        if found is None or found[0] != owner:
            raise RejectedError(
                f"{describe(item)} of {owner!r} has gone, or is another one's",
                where=f"principals {owner!r}",
                hint="keep it, with an end: until, or revoked",
            )
        _check_revocation(owner, item, found[1])
    _check_names(old, new)
    verify_not_locked(new, at=at)


def verify_not_locked(root: TrustRoot, *, at: datetime) -> None:
    """Refuse a root that nobody could ever change again.

    Raises:
        RejectedError: At the time `at` fewer owners hold a key than a change needs.
    """
    owners = owners_at(root, at)
    if len(owners) < root.owner_threshold:
        raise RejectedError(
            f"{len(owners)} owners with a valid key, where a change needs {root.owner_threshold}",
            where="owners.threshold",
            hint="nobody could change it any more",
        )


def locked_from(root: TrustRoot, *, at: datetime) -> datetime | None:
    """Return the first moment after `at` at which too few owners are left, or None."""
    ends = sorted({end for end in _ends(root) if end > at})
    return next((end for end in ends if len(owners_at(root, end)) < root.owner_threshold), None)


def owners_at(root: TrustRoot, at: datetime) -> tuple[str, ...]:
    """Return the owners that can sign a change at the time `at`.

    By a valid key; or by an identity, where the root names who issues certificates for it.
    """
    issued = root.sigstore is not None
    found = root.holders(OWNER, at=at)
    return tuple(one.name for one in found if one.keys or (issued and one.identities))


def credentials(root: TrustRoot) -> Iterator[tuple[str, str, Credential]]:
    """Yield (principal, name, key or identity) of all that `root` names."""
    for principal in root.principals:
        for item in principal.credentials:
            yield principal.name, item.name, item


def describe(item: Credential) -> str:
    """Return how people call a key or an identity."""
    return f"key {item.name[:16]}" if isinstance(item, TrustedKey) else f"identity {item.name!r}"


def _check_log(old: TrustRoot, new: TrustRoot) -> None:
    """Refuse another log, and an earlier key of it that has gone or is told of more mildly."""
    if new.log_origin != old.log_origin:
        raise RejectedError("another log", where="log.origin", hint="a new log has its own root")
    before = old.earlier_log_keys
    had = [*(one.key for one in before), *([old.log_key] * (new.log_key != old.log_key))]
    if [one.key for one in new.earlier_log_keys] != had:
        raise RejectedError(
            "not all keys that the log had, in their order",
            where="log.earlier",
            hint="a new key for the log: assay log rotate",
        )
    for number, (was, now) in enumerate(zip(before, new.earlier_log_keys, strict=False)):
        if _is_weaker(was.revoked, now.revoked):
            raise RejectedError(
                f"the revocation since {format_time(was.revoked.since)} "
                f"({was.revoked.reason.value}) is weaker",
                where=f"log.earlier[{number}].revoked",
            )


def _check_names(old: TrustRoot, new: TrustRoot) -> None:
    """Refuse that what named one principal names nobody, or another one, from now on."""
    after = {(what, name): owner for owner, what, name in _names(new)}
    for owner, what, name in _names(old):
        if after.get((what, name)) != owner:
            whose = "commits are" if what == "e-mail" else "approvals are"
            raise RejectedError(
                f"the {what} {name!r} of {owner!r} has gone, or is another one's",
                where=f"principals {owner!r}",
                hint=f"keep it: it says which {whose} this principal's",
            )


def _names(root: TrustRoot) -> Iterator[tuple[str, str, str]]:
    """Yield (principal, kind of name, name) of all that others call principals by."""
    for principal in root.principals:
        yield from ((principal.name, "e-mail", email) for email in principal.emails)
        yield from ((principal.name, "account", str(one)) for one in principal.accounts)


def _check_revocation(owner: str, old: Credential, new: Credential) -> None:
    before, after = old.revoked, new.revoked
    if before is not None and _is_weaker(before, after):
        raise RejectedError(
            f"the revocation of {describe(old)} since {format_time(before.since)} "
            f"({before.reason.value}) is taken back, or weaker",
            where=f"principals {owner!r}",
            hint="give its owner a new key",
        )


def _is_weaker(before: Revocation, after: Revocation | None) -> bool:
    """Tell whether `after` says less than `before`: later, of a milder kind, or nothing."""
    compromised = RevocationReason.COMPROMISED
    return (
        after is None
        or after.since > before.since
        or (before.reason is compromised and after.reason is not compromised)
    )


def _ends(root: TrustRoot) -> Iterator[datetime]:
    """Yield every moment at which something of a principal may end."""
    for principal in root.principals:
        windows = [principal.window, *(grant.window for grant in principal.roles)]
        for item in principal.credentials:
            windows.append(item.window)
            if item.revoked is not None:
                yield item.revoked.since
        for window in windows:
            if window.valid_until is not None:
                yield window.valid_until
