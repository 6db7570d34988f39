"""A trust root that uses every member, so that its page can be written from it."""

from dataclasses import replace
from datetime import UTC, datetime

from assay.core.digest import sha256_of
from assay.signing.principals import AccountId
from assay.signing.trust import (
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    TrustRoot,
    Window,
)

EDGE = datetime(2027, 1, 1, tzinfo=UTC)


def full_trust_root(root: TrustRoot) -> TrustRoot:
    """Return `root` with an end, a revoked key, an OIDC identity, a witness and a history."""
    [local] = root.principals
    [key] = local.keys
    window = Window(valid_from=local.window.valid_from, valid_until=EDGE)
    revoked = Revocation(since=EDGE, reason=RevocationReason.RETIRED)
    limited = RoleGrant(
        role="vex-author",
        window=window,
        components=("pkg:rpm/redhat/*",),
        authors=("Red Hat Product Security",),
    )
    runner = Principal(
        name="runner",
        kind=PrincipalKind.RUNNER,
        roles=(*local.roles, limited),
        keys=(),
        identities=(
            TrustedIdentity(
                identity=OidcIdentity(issuer="https://oidc.example", subject="repo:shop"),
                window=window,
                revoked=revoked,
            ),
        ),
        window=window,
    )
    ended = replace(
        local,
        window=window,
        emails=("ada@shop.example",),
        accounts=(AccountId(forge="https://api.github.com", number=583231),),
        keys=(replace(key, window=window, revoked=revoked, openpgp="ab" * 20),),
    )
    return replace(
        root,
        principals=(ended, runner),
        history=(sha256_of(b"the first version"),),
        expires=EDGE,
    )
