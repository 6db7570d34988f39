"""Kits with signatures of all kinds: what the second verifier cannot read, it says, and no more.

UNKNOWN is its answer then: never FAILED because it cannot, and never PASSED because it did not.
"""

import json
from dataclasses import replace
from typing import Final

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from assay.core.digest import Digest
from assay.evidence.envelope import parse_envelope
from assay.gates.reading import SCAN_TYPE
from assay.signing.algorithms import ALGORITHMS
from assay.signing.keyfile import create_key_file
from assay.signing.trust import (
    OidcIdentity,
    Principal,
    PrincipalKind,
    RoleGrant,
    TrustedIdentity,
    Window,
)
from tests.evidence.sigstore.case import statement_v1, trusted_root
from tests.fakes.certificates import IDENTITY, ISSUER
from tests.operations.auditing import (
    Answers,
    audit,
    commit_of,
    exported,
    found_in,
    load_script,
)
from tests.operations.run import check, recorder
from tests.operations.site import Site
from tests.operations.trustkit import moment, pinned, update, use_key, with_key


def ask(site: Site, data: bytes) -> Answers:
    return audit(site.folder, data, subject=commit_of(site), trust_root=site.trust)


def signed_with(site: Site, algorithm: str) -> bytes:
    """Let the site sign with a key of an algorithm, and check again."""
    path = site.folder / "next.pem"
    new = create_key_file(path, algorithm=algorithm)
    update(site, with_key(pinned(site), "local", new, hours=1), hours=1)
    use_key(site, path)
    check(site, hours=2)
    return exported(site, hours=3)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm(here: Site, algorithm: str) -> None:
    answers = ask(here, signed_with(here, algorithm))
    assert (answers.ours, answers.second) == (0, 0), answers


UNREAD: Final = "only Assay can tell who signed it"  # a certificate, or a key of a newer kind


def older_library(data: bytes) -> PublicKeyTypes:
    """Read keys as a `cryptography` without ML-DSA does."""
    key = load_pem_public_key(data)
    if "MLDSA" in type(key).__name__:
        raise UnsupportedAlgorithm("Unknown key type")
    return key


def test_an_older_library_cannot_tell(here: Site, capsys: pytest.CaptureFixture[str]) -> None:
    kit = here.folder / "kit.json"
    kit.write_bytes(signed_with(here, "ml-dsa-65"))
    script = load_script()  # a module of its own
    vars(script)["load_pem_public_key"] = older_library
    arguments = [str(kit), "--subject", commit_of(here), "--trust-root", str(here.trust)]
    assert script.main(arguments) == 3
    said = capsys.readouterr().out
    assert said.startswith("UNKNOWN\n")
    assert f"entry 13: {UNREAD}\n" in said
    assert f"entry 3: {UNREAD}\n" not in said  # that one is by an older key


def with_runner(site: Site) -> None:
    """Let a runner collect evidence, by its identity at an issuer that Sigstore knows."""
    window = Window(valid_from=moment(0))
    identity = TrustedIdentity(
        identity=OidcIdentity(issuer=ISSUER, subject=IDENTITY), window=window
    )
    runner = Principal(
        name="runner",
        kind=PrincipalKind.RUNNER,
        roles=(RoleGrant(role="collector", window=window),),
        keys=(),
        identities=(identity,),
        window=window,
    )
    grown = (*pinned(site).principals, runner)
    update(site, replace(pinned(site), principals=grown, sigstore=trusted_root()), hours=1)


def record_bundle(site: Site) -> int:
    """Let the runner say again what the site's own scanner said, in a Sigstore bundle."""
    subject = Digest("gitCommit", site.repo.head)
    with recorder(site, hours=2) as opened:
        found = opened.ledger.verified(subject=subject, role="collector", predicate_type=SCAN_TYPE)
        bundle = statement_v1(payload=found[0].payload).bundle
        verified = parse_envelope(json.dumps(bundle).encode()).verify(
            trusted=opened.ledger.trust,
            role="collector",
            threshold=1,
            subject=subject,
            predicate_type=SCAN_TYPE,
            at=moment(2),
        )
        [receipt] = opened.append((verified,), at=moment(2))
    return receipt.index


def test_evidence_in_a_sigstore_bundle(here: Site) -> None:
    """Assay reads certificates; the second verifier says which entry it leaves, and why."""
    with_runner(here)
    index = record_bundle(here)
    check(here, hours=3)
    data = exported(here, hours=4)
    answers = ask(here, data)
    assert (answers.ours, answers.second) == (0, 3), answers
    [one] = [s for s in found_in(here, data).audit.mine if s.entry.index == index]
    assert (one.signed_by, one.role) == (("runner",), "collector")
    told = f"entry {index}: {UNREAD}\n"
    assert answers.second_said.startswith("UNKNOWN\n")
    assert answers.second_said.count("who signed it") == 1
    assert told in answers.second_said
