"""A trust root as TOML, for people to edit; `trust.parse_authored` reads it back to the same value.

What follows from the principal is left out, as a person would; the history is not in it.
"""

from collections.abc import Iterator
from datetime import datetime

from assay.core.clock import format_time
from assay.signing.trust import (
    SCHEMA,
    Principal,
    Revocation,
    RoleGrant,
    TrustRoot,
    Window,
)


def render_toml(root: TrustRoot, *, version: int) -> str:
    """Return `root` as TOML, to be edited into the version `version`."""
    return "\n".join(_document(root, version)) + "\n"


def _document(root: TrustRoot, version: int) -> Iterator[str]:
    yield f'schema = "{SCHEMA}"'
    yield f"version = {version}"
    if root.expires is not None:
        yield f"expires = {format_time(root.expires)}"
    if root.sigstore is not None:
        yield f"sigstore = {_text(root.sigstore.decode())}"
    yield from ("", "[owners]", f"threshold = {root.owner_threshold}")
    yield from ("", "[log]", f"origin = {_text(root.log_origin)}", f"key = {_text(root.log_key)}")
    for earlier in root.earlier_log_keys:
        yield from ("", "[[log.earlier]]", f"key = {_text(earlier.key)}", _revoked(earlier.revoked))
    if root.witnesses:
        yield from ("", "[witnesses]", f"quorum = {root.quorum}", "keys = [")
        yield from (f"  {_text(key)}," for key in root.witnesses)
        yield "]"
    for principal in root.principals:
        yield from _principal(principal)


def _principal(principal: Principal) -> Iterator[str]:
    around = principal.window
    yield from ("", "[[principals]]", f"name = {_text(principal.name)}")
    yield f'kind = "{principal.kind.value}"'
    roles = ", ".join(_role(grant, around) for grant in principal.roles)
    yield f"roles = [{roles}]"
    if principal.emails:
        yield f"emails = [{', '.join(_text(email) for email in principal.emails)}]"
    if principal.accounts:
        yield "accounts = ["
        for account in principal.accounts:
            yield f"  {{ forge = {_text(account.forge)}, id = {account.number} }},"
        yield "]"
    yield f"from = {format_time(around.valid_from)}"
    if around.valid_until is not None:
        yield f"until = {format_time(around.valid_until)}"
    for key in principal.keys:
        yield from ("", "[[principals.keys]]")
        yield f"pem = '''\n{key.public.pem.decode()}'''"
        if key.openpgp:
            yield f'openpgp = "{key.openpgp}"'
        yield from _limits(key.window, around, key.revoked)
    for item in principal.identities:
        yield from ("", "[[principals.identities]]")
        yield f"issuer = {_text(item.identity.issuer)}"
        yield f"subject = {_text(item.identity.subject)}"
        yield from _limits(item.window, around, item.revoked)


def _role(grant: RoleGrant, around: Window) -> str:
    name = _text(grant.role)
    limits = [*_limits(grant.window, around, None)]
    for member, texts in (("components", grant.components), ("authors", grant.authors)):
        if texts:
            limits.append(f"{member} = [{', '.join(map(_text, texts))}]")
    return f"{{ name = {', '.join((name, *limits))} }}" if limits else name


def _limits(window: Window, around: Window, revoked: Revocation | None) -> Iterator[str]:
    if window.valid_from != around.valid_from:
        yield f"from = {format_time(window.valid_from)}"
    if window.valid_until != around.valid_until:
        yield f"until = {_end(window.valid_until)}"
    if revoked is not None:
        yield _revoked(revoked)


def _revoked(revoked: Revocation) -> str:
    since = format_time(revoked.since)
    return f'revoked = {{ since = {since}, reason = "{revoked.reason.value}" }}'


def _end(end: datetime | None) -> str:
    return '"none"' if end is None else format_time(end)


def _text(text: str) -> str:
    """Return a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
