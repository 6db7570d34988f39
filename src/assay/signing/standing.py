"""Why a key does not count at a moment: for people, after a signature did not count. Pure."""

from datetime import datetime

from assay.core.clock import format_time
from assay.signing.principals import Credential
from assay.signing.succession import credentials, describe
from assay.signing.trust import OWNER, Principal, TrustRoot


def why_revoked(root: TrustRoot, name: str, *, at: datetime) -> str:
    """Say by which revocation the key or identity `name` does not count at `at`; empty if none."""
    for owner, found, item in credentials(root):
        if found == name and item.revoked is not None and item.revoked.since <= at:
            since = format_time(item.revoked.since)
            reason = item.revoked.reason.value
            return f"{describe(item)} of {owner!r} is revoked as {reason} since {since}"
    return ""


def why_not(root: TrustRoot, name: str, *, role: str, at: datetime) -> str:
    """Say why the key or identity `name` does not sign for `role` at `at`; empty where it does."""
    if why := why_revoked(root, name, at=at):
        return why
    for owner, found, item in credentials(root):
        if found == name:
            principal = next(p for p in root.principals if p.name == owner)
            return _why_ended(root, principal, item, role, at)
    return f"key {name[:16]} belongs to nobody"


def _why_ended(
    root: TrustRoot, principal: Principal, item: Credential, role: str, at: datetime
) -> str:
    when = format_time(at)
    if not (item.window.covers(at) and principal.window.covers(at)):
        return f"{describe(item)} of {principal.name!r} is not valid at {when}"
    if not principal.has_role(role, at=at):
        return f"{principal.name!r} is no {role} at {when}"
    if role != OWNER and root.expires is not None and root.expires <= at:
        return f"the trust root expired on {format_time(root.expires)}"
    return ""
