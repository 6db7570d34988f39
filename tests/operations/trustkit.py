"""Changing the trust root of a site: people with keys of their own, and what they write."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from assay.operations.change_trust import apply_trust, propose_trust, sign_trust, update_trust
from assay.operations.trustdraft import DescribedDraft
from assay.operations.trustfile import load_trust_file
from assay.signing.keyfile import create_key_file
from assay.signing.keys import Signer
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
)
from assay.signing.trusttoml import render_toml
from tests.operations.run import AT, HOUR, clock
from tests.operations.site import Site

ALL_ROLES = ("collector", "gate", "owner")


def moment(hours: float) -> datetime:
    """Return the time some hours after `AT`."""
    return AT + timedelta(hours=hours)


def person(name: str, signer: Signer, *roles: str, hours: float = 0) -> Principal:
    """Return somebody who signs with one key from some hours after `AT` on."""
    window = Window(valid_from=AT + hours * HOUR)
    return Principal(
        name=name,
        kind=PrincipalKind.PERSON,
        roles=tuple(RoleGrant(role=role, window=window) for role in roles or ALL_ROLES),
        keys=(TrustedKey(public=signer.public, window=window),),
        window=window,
    )


def new_key(site: Site, name: str) -> tuple[Path, Signer]:
    """Make a key in a file beside the site."""
    path = site.folder / f"{name}.pem"
    return path, create_key_file(path, algorithm="ed25519")


def with_key(root: TrustRoot, name: str, signer: Signer, *, hours: float) -> TrustRoot:
    """Give a principal one more key."""
    key = TrustedKey(public=signer.public, window=Window(valid_from=moment(hours)))
    return replace(
        root,
        principals=tuple(
            replace(p, keys=(*p.keys, key)) if p.name == name else p for p in root.principals
        ),
    )


def with_revoked(
    root: TrustRoot, key_id: str, *, hours: float, reason: str = "compromised"
) -> TrustRoot:
    """Revoke a key since some hours after `AT`."""
    revoked = Revocation(since=moment(hours), reason=RevocationReason(reason))
    return replace(
        root,
        principals=tuple(
            replace(
                p,
                keys=tuple(replace(k, revoked=revoked) if k.name == key_id else k for k in p.keys),
            )
            for p in root.principals
        ),
    )


def written(site: Site, root: TrustRoot, *, version: int | None = None) -> Path:
    """Write `root` as a person would: TOML, with the number of the next version."""
    path = site.folder / "trust.toml"
    path.write_text(render_toml(root, version=version or root.version + 1))
    return path


def update(site: Site, root: TrustRoot, *, hours: float) -> DescribedDraft:
    """Put a changed root in force, signed by the site's own key alone."""
    return update_trust(written(site, root), site.top, clock=clock(hours=hours))


def pinned(site: Site) -> TrustRoot:
    """Return the trust root that the site has pinned."""
    return load_trust_file(site.trust)


def use_key(site: Site, path: Path) -> None:
    """Let the site sign with another key from now on."""
    (site.home / "keys" / "signer.pem").write_bytes(path.read_bytes())


def change(
    site: Site, root: TrustRoot, *signers: Path, hours: float, draft: str = "draft.json"
) -> DescribedDraft:
    """Propose `root`, let several sign in turn, and apply it."""
    path = site.folder / draft
    propose_trust(written(site, root), site.top, draft=path, clock=clock(hours=hours))
    for signer in signers:
        sign_trust(path, signer_uri=str(signer), clock=clock(hours=hours))
    return apply_trust(path, site.top, clock=clock(hours=hours))
