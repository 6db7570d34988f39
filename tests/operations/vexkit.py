"""Recording VEX in a site: documents as files, people and vendors with keys of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.evidence.envelope import seal_statement
from assay.evidence.statement import Statement, Subject
from assay.operations.list_vex import VexListing, list_vex
from assay.operations.manage_advisories import import_advisories
from assay.operations.record_vex import VexRecorded, record_vex
from assay.signing.keyfile import load_key_file
from assay.signing.keys import Signer
from assay.signing.principals import VEX_AUTHOR, Principal, PrincipalKind, RoleGrant
from tests.fakes.trust import COMMIT
from tests.operations.run import AT, HOUR, check, clock
from tests.operations.site import Site, write_advisories
from tests.operations.trustkit import new_key, person, pinned, update, use_key

PURL: Final = "pkg:pypi/leftpad-py@1.0.0"
NAME: Final = "TEST-leftpad-py"
OPENVEX: Final = "https://openvex.dev/ns/v0.2.0"


def moment(hours: float) -> str:
    """Return the time some hours after `AT` as documents write it."""
    return format_time(AT + hours * HOUR)


def statement(**changes: object) -> dict[str, object]:
    """Return a statement that the supplier of the component could make; None takes away."""
    whole: dict[str, object] = {
        "vulnerability": {"name": NAME},
        "products": [{"@id": PURL}],
        "status": "not_affected",
        "justification": "inline_mitigations_already_exist",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def confirmed(**changes: object) -> dict[str, object]:
    """Return a statement that says affected."""
    said = {"status": "affected", "justification": None, "action_statement": "Wait."}
    return statement(**(said | changes))


def document(
    *statements: dict[str, object], author: str = "local", hours: float = 2, name: str = "1"
) -> dict[str, object]:
    """Return an OpenVEX document of some hours after `AT`."""
    return {
        "@context": OPENVEX,
        "@id": f"https://shop.example/vex/{name}",
        "author": author,
        "timestamp": moment(hours),
        "version": 1,
        "statements": list(statements or (statement(),)),
    }


def attested(content: dict[str, object], signer: Signer, *, kind: str = OPENVEX) -> bytes:
    """Return the document in an in-toto statement that `signer` signed, as vendors publish it."""
    made = Statement(
        subjects=(Subject(name="a", digest=COMMIT),), predicate_type=kind, predicate=content
    )
    return seal_statement(made, signers=(signer,))


def written(site: Site, content: dict[str, object] | bytes, *, name: str = "vex.json") -> Path:
    """Write a file beside the repository."""
    path = site.folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def record(
    site: Site,
    content: dict[str, object] | bytes,
    *,
    hours: float = 3,
    signature: bytes = b"",
) -> VexRecorded:
    """Record it with the key that the site has."""
    beside = written(site, signature, name="vex.json.asc") if signature else None
    return record_vex(site.top, written(site, content), signature=beside, clock=clock(hours=hours))


def listing(site: Site, *, hours: float = 4) -> VexListing:
    """Return what VEX comes to for HEAD."""
    return list_vex(site.top, clock=clock(hours=hours))


def applied(site: Site, *, hours: float = 4) -> list[str]:
    """Return what takes a finding away now, as a status and whose word it is."""
    taken = listing(site, hours=hours).judged.set_aside.values()
    return sorted(f"{one.word.status} by {one.word.whose}" for one in taken)


def reasons(site: Site, *, hours: float = 4) -> list[str]:
    """Return why something is not applied."""
    gaps = listing(site, hours=hours).not_checked
    return sorted(gap.why.partition("not applied: ")[2] or gap.why for gap in gaps)


def vulnerable(site: Site) -> None:
    """Have a check of HEAD find a vulnerability, an hour after `AT`."""
    newer = write_advisories(site.folder / "newer", package="leftpad-py")
    import_advisories(newer, clock=clock(hours=1))
    assert check(site, hours=1).verdict is Verdict.FAILED


def with_author(
    site: Site,
    name: str,
    *,
    components: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
    kind: PrincipalKind = PrincipalKind.PERSON,
    hours: float = 1.5,
) -> tuple[Path, Signer]:
    """Have the owners name somebody with a key as a vex-author, within limits."""
    path, signer = new_key(site, name)
    made: Principal = person(name, signer, "importer")
    grant = RoleGrant(role=VEX_AUTHOR, window=made.window, components=components, authors=authors)
    made = replace(made, kind=kind, roles=(*made.roles, grant))
    update(site, replace(pinned(site), principals=(*pinned(site).principals, made)), hours=hours)
    return path, signer


@contextmanager
def signing_as(site: Site, key: Path) -> Iterator[None]:
    """Let the site sign with another key for a while."""
    own = site.home / "keys" / "signer.pem"
    kept = own.read_bytes()
    use_key(site, key)
    try:
        yield
    finally:
        own.write_bytes(kept)


def at(hours: float) -> datetime:
    """Return the time some hours after `AT`."""
    return AT + hours * HOUR


def vendor_key(site: Site) -> Path:
    """Return where the vendor has its key."""
    return site.folder / "vendor.pem"


def vendors(site: Site, content: dict[str, object]) -> bytes:
    """Return a document as the vendor signed it."""
    return attested(content, load_key_file(vendor_key(site)))
