"""Principals as members of a document, JSON or TOML: written in full, read with what is implied.

People leave out what follows: a key, an identity or a role begins with its principal, and ends
with it. A role without limits of its own is just its name. What is written has all of it.
"""

from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.wording import near_hint
from assay.signing.keys import PublicKey, load_public_key
from assay.signing.principals import (
    AccountId,
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    TrustedKey,
    Window,
)

NO_END: Final = "none"  # null, in TOML
_WINDOW: Final = frozenset({"from", "until"})
_SIGNING: Final = _WINDOW | {"revoked"}
_MEMBERS: Final = _WINDOW | {"name", "kind", "roles", "keys", "identities", "emails", "accounts"}


def principal_as_json(principal: Principal) -> dict[str, object]:
    """Return the object that `parse_principal` reads."""
    return {
        "name": principal.name,
        "kind": principal.kind.value,
        "roles": [_grant(grant) for grant in principal.roles],
        "keys": [
            {
                "pem": key.public.pem.decode(),
                **({"openpgp": key.openpgp} if key.openpgp else {}),
                **_window(key.window),
                **revocation_as_json(key.revoked),
            }
            for key in principal.keys
        ],
        "identities": [
            {
                "issuer": item.identity.issuer,
                "subject": item.identity.subject,
                **_window(item.window),
                **revocation_as_json(item.revoked),
            }
            for item in principal.identities
        ],
        **({"emails": list(principal.emails)} if principal.emails else {}),
        **_accounts(principal),
        **_window(principal.window),
    }


def parse_principal(value: JsonValue) -> Principal:
    """Read one principal.

    Raises:
        MalformedError: A member that is missing, unknown or of another type, or a rule of
            `assay.signing.principals` broken; `where` is the path in the document.
    """
    refuse_unknown(value, _MEMBERS)
    window = _parse_window(value, None)
    kind = _parse_kind(value.field("kind"))
    roles = tuple(_parse_role(item, window) for item in value.field("roles").items())
    keys = tuple(k for item in value.optional_items("keys") for k in _parse_keys(item, window))
    identities = tuple(_parse_identity(item, window) for item in value.optional_items("identities"))
    emails = tuple(item.text().lower() for item in value.optional_items("emails"))
    accounts = tuple(_parse_account(item) for item in value.optional_items("accounts"))
    name = value.field("name").text()
    with inside(value.where):
        return Principal(
            name=name,
            kind=kind,
            roles=roles,
            keys=keys,
            identities=identities,
            emails=emails,
            accounts=accounts,
            window=window,
        )


def refuse_unknown(value: JsonValue, known: frozenset[str]) -> None:
    """Refuse a member that this version does not know: it may be meant as a restriction.

    Raises:
        MalformedError: There is one.
    """
    for name, member in value.members():
        if name not in known:
            hint = near_hint(name, sorted(known))
            raise MalformedError(f"unknown member {name!r}", where=member.where, hint=hint)


def parse_moment(value: JsonValue) -> datetime:
    """Read a time: RFC 3339 text, or a time of TOML; it has its offset and no part of a second.

    Raises:
        MalformedError: Not such a time.
    """
    at = value.value if isinstance(value.value, datetime) else value.parsed(parse_time)
    with inside(value.where):
        at = parse_time(at.isoformat())
        if at.microsecond:
            raise MalformedError(f"{format_time(at)} and a part of a second", hint="whole seconds")
        return at


def _parse_role(value: JsonValue, around: Window) -> RoleGrant:
    if isinstance(value.value, str):
        role, window = value.text(), around
        components, authors = tuple[str, ...](), tuple[str, ...]()
    else:
        refuse_unknown(value, _WINDOW | {"name", "components", "authors"})
        role, window = value.field("name").text(), _parse_window(value, around)
        components, authors = _texts(value, "components"), _texts(value, "authors")
    with inside(value.where):
        return RoleGrant(role=role, window=window, components=components, authors=authors)


def _texts(value: JsonValue, name: str) -> tuple[str, ...]:
    """Return the texts of a member that may be left out; an empty list limits to nothing."""
    member = value.optional(name)
    if member is None:
        return ()
    if not (found := tuple(item.text() for item in member.items())):
        raise MalformedError("empty", where=member.where, hint="leave it out, or name what counts")
    return found


def _parse_keys(value: JsonValue, around: Window) -> tuple[TrustedKey, ...]:
    """Read a key: as PEM, as a line of SSH, or all keys of an OpenPGP block that can sign."""
    refuse_unknown(value, _SIGNING | {"pem", "ssh", "openpgp"})
    found = _public_keys(value)
    window, revoked = _parse_window(value, around), _parse_revoked(value)
    with inside(value.where):
        return tuple(
            TrustedKey(public=public, window=window, revoked=revoked, openpgp=fingerprint)
            for public, fingerprint in found
        )


def _public_keys(value: JsonValue) -> tuple[tuple[PublicKey, str], ...]:
    pem, ssh, openpgp = (value.optional(name) for name in ("pem", "ssh", "openpgp"))
    if pem is not None and ssh is None:
        fingerprint = "" if openpgp is None else openpgp.text().lower()
        return ((pem.parsed(lambda text: load_public_key(text.encode())), fingerprint),)
    # What people write may have them; in what is written here every key is in PEM.
    from assay.signing.openpgp import parse_pgp_keys  # noqa: PLC0415  # see above
    from assay.signing.sshwire import parse_ssh_line  # noqa: PLC0415  # see above

    if ssh is not None and pem is None and openpgp is None:
        return ((ssh.parsed(parse_ssh_line).public, ""),)
    if openpgp is not None and pem is None and ssh is None:
        return tuple((key.public, key.fingerprint) for key in openpgp.parsed(parse_pgp_keys))
    if pem is None and ssh is None:
        value.field("pem")  # raises, naming the place
    raise MalformedError("not exactly one of pem, ssh and openpgp", where=value.where)


def _parse_identity(value: JsonValue, around: Window) -> TrustedIdentity:
    refuse_unknown(value, _SIGNING | {"issuer", "subject"})
    issuer, subject = value.field("issuer").text(), value.field("subject").text()
    with inside(value.where):
        identity = OidcIdentity(issuer=issuer, subject=subject)
    return TrustedIdentity(
        identity=identity, window=_parse_window(value, around), revoked=_parse_revoked(value)
    )


def _parse_account(value: JsonValue) -> AccountId:
    refuse_unknown(value, frozenset({"forge", "id"}))
    forge, number = value.field("forge").text(), value.field("id").integer()
    with inside(value.where):
        return AccountId(forge=forge, number=number)


def _grant(grant: RoleGrant) -> dict[str, object]:
    limits = {"components": list(grant.components), "authors": list(grant.authors)}
    told = {name: texts for name, texts in limits.items() if texts}
    return {"name": grant.role, **_window(grant.window), **told}


def _accounts(principal: Principal) -> dict[str, object]:
    if not principal.accounts:
        return {}
    return {"accounts": [{"forge": one.forge, "id": one.number} for one in principal.accounts]}


def _parse_window(value: JsonValue, around: Window | None) -> Window:
    """Read the window of `value`; what it leaves out is that of `around`."""
    members = dict(value.members())
    if around is None:
        begin, end = parse_moment(value.field("from")), None
    else:
        begin, end = around.valid_from, around.valid_until
        if "from" in members:
            begin = parse_moment(members["from"])
    if (limit := members.get("until")) is not None:
        open_ended = limit.value is None or limit.value == NO_END
        end = None if open_ended else parse_moment(limit)
    with inside(value.where):
        return Window(valid_from=begin, valid_until=end)


def _parse_revoked(value: JsonValue) -> Revocation | None:
    found = value.optional("revoked")
    return None if found is None else parse_revocation(found)


def parse_revocation(value: JsonValue) -> Revocation:
    """Read since when, and why, something does not count any more.

    Raises:
        MalformedError: A time or a reason that is none, or another member.
    """
    refuse_unknown(value, frozenset({"since", "reason"}))
    reason = value.field("reason")
    try:
        known = RevocationReason(reason.text())
    except ValueError as error:
        raise MalformedError(
            f"unknown reason {reason.text()!r}",
            where=reason.where,
            hint="one of " + ", ".join(sorted(item.value for item in RevocationReason)),
        ) from error
    return Revocation(since=parse_moment(value.field("since")), reason=known)


def _parse_kind(value: JsonValue) -> PrincipalKind:
    try:
        return PrincipalKind(value.text())
    except ValueError as error:
        raise MalformedError(
            f"unknown kind {value.text()!r}",
            where=value.where,
            hint="one of " + ", ".join(sorted(item.value for item in PrincipalKind)),
        ) from error


def _window(window: Window) -> dict[str, object]:
    until = window.valid_until
    return {
        "from": format_time(window.valid_from),
        "until": None if until is None else format_time(until),
    }


def revocation_as_json(revoked: Revocation | None) -> dict[str, object]:
    """Return the member `revoked`, which `parse_revocation` reads."""
    if revoked is None:
        return {"revoked": None}
    return {"revoked": {"since": format_time(revoked.since), "reason": revoked.reason.value}}
