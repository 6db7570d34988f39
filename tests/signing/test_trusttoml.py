"""A trust root that a person wrote, in TOML or JSON: the same value, or a message with the path."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError
from assay.signing.notekey import cosigner_key, render_note_key
from assay.signing.trust import (
    ROLES,
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    TrustRoot,
    Window,
    parse_authored,
    parse_trust_root,
    render_trust_root,
    trust_root_digest,
)
from assay.signing.trusttoml import render_toml
from tests.fakes.trust import (
    ALICE,
    BOB,
    END,
    EPOCH,
    LOG_KEY,
    MALLORY,
    NOW,
    ORIGIN,
    ROOT,
    trusted_key,
)

WINDOW = Window(valid_from=EPOCH, valid_until=END)
OPEN = Window(valid_from=NOW, valid_until=None)
REVOKED = Revocation(since=NOW, reason=RevocationReason.COMPROMISED)
FULL = TrustRoot(
    principals=(
        Principal(
            name='ana "the" owner',
            kind=PrincipalKind.PERSON,
            roles=(
                RoleGrant(role="collector", window=WINDOW),
                RoleGrant(role="owner", window=OPEN),
            ),
            keys=(trusted_key(ALICE, valid_until=END, revoked=REVOKED),),
            window=WINDOW,
        ),
        Principal(
            name="ci",
            kind=PrincipalKind.RUNNER,
            roles=(RoleGrant(role="gate", window=Window(valid_from=EPOCH)),),
            keys=(trusted_key(BOB),),
            identities=(
                TrustedIdentity(
                    identity=OidcIdentity(issuer="https://oidc.example", subject="repo:a\\b"),
                    window=OPEN,
                    revoked=REVOKED,
                ),
            ),
            window=Window(valid_from=EPOCH),
        ),
    ),
    log_origin=ORIGIN,
    log_key=ROOT.log_key,
    expires=END,
    sigstore=b'{"mediaType":"x","tlogs":[1,"\\"\'"]}',
)


@pytest.mark.parametrize("root", [ROOT, FULL], ids=["plain", "full"])
def test_toml_and_json_read_to_the_same_value(root: TrustRoot) -> None:
    assert parse_trust_root(render_trust_root(root)) == root
    assert parse_authored(render_toml(root, version=1).encode(), after=None) == root
    assert parse_authored(render_trust_root(root), after=None) == root


def test_what_a_person_writes_takes_its_history_from_what_is_in_force() -> None:
    document = json.loads(render_trust_root(FULL))
    del document["history"]
    document["version"] = 2
    for data in (json.dumps(document).encode(), render_toml(FULL, version=2).encode()):
        found = parse_authored(data, after=ROOT)
        assert found == replace(FULL, history=(trust_root_digest(ROOT),))
        assert found.version == 2


def test_what_a_person_writes_later_has_the_whole_history() -> None:
    second = replace(ROOT, history=(trust_root_digest(ROOT),))
    found = parse_authored(render_toml(FULL, version=3).encode(), after=second)
    assert found.history == (trust_root_digest(ROOT), trust_root_digest(second))


def test_what_is_left_out_is_that_of_the_principal() -> None:
    text = render_toml(ROOT, version=1)
    [alice, *_] = parse_authored(text.encode(), after=None).principals
    assert 'roles = ["collector", "importer"]' in text
    assert alice.roles[0].window == alice.window


def edited(old: str, new: str) -> bytes:
    text = render_toml(FULL, version=1)
    assert old in text
    return text.replace(old, new, 1).encode()


REFUSED: dict[str, tuple[bytes, str]] = {
    "no TOML": (b"= 1", "[malformed] not TOML: "),
    "another version": (
        edited("version = 1", "version = 7"),
        (
            "[malformed] version 7, where 1 is the next one, at version (begin again from: "
            "assay trust show --toml)"
        ),
    ),
    "a version in words": (
        edited("version = 1", 'version = "1"'),
        "[malformed] str where a whole number is needed, at version",
    ),
    "an unknown member": (
        edited("[owners]", "[owners]\nquorum = 1"),
        "[malformed] unknown member 'quorum', at owners.quorum",
    ),
    "an unknown member of a key": (
        edited("[[principals.keys]]", "[[principals.keys]]\nonly = 1"),
        "[malformed] unknown member 'only', at principals[0].keys[0].only",
    ),
    "an unknown member of an identity": (
        edited("[[principals.identities]]", '[[principals.identities]]\npattern = "*"'),
        "[malformed] unknown member 'pattern', at principals[1].identities[0].pattern",
    ),
    "an identity without an issuer": (
        edited('issuer = "https://oidc.example"\n', ""),
        "[malformed] no issuer, at principals[1].identities[0].issuer",
    ),
    "an unknown role": (
        edited('"collector"', '"king"'),
        (
            "[malformed] unknown role 'king', at principals[0].roles[0] "
            f"(one of {', '.join(sorted(ROLES))})"
        ),
    ),
    "an unknown kind": (
        edited('"runner"', '"robot"'),
        "[malformed] unknown kind 'robot', at principals[1].kind (one of person, runner, service)",
    ),
    "an unknown reason": (
        edited('"compromised"', '"lost"'),
        (
            "[malformed] unknown reason 'lost', at principals[0].keys[0].revoked.reason "
            "(one of compromised, retired)"
        ),
    ),
    "a revocation without a time": (
        edited("since = 2026-06-01T00:00:00Z, ", ""),
        "[malformed] no since, at principals[0].keys[0].revoked.since",
    ),
    "a time without a zone": (
        edited("from = 2026-01-01T00:00:00Z", "from = 2026-01-01T00:00:00"),
        "[malformed] '2026-01-01T00:00:00' has no time zone, at principals[0].from (end it in Z)",
    ),
    "a part of a second": (
        edited("from = 2026-01-01T00:00:00Z", "from = 2026-01-01T00:00:00.5Z"),
        (
            "[malformed] 2026-01-01T00:00:00Z and a part of a second, at principals[0].from "
            "(whole seconds)"
        ),
    ),
    "a day": (
        edited("from = 2026-01-01T00:00:00Z", "from = 2026-01-01"),
        "[malformed] date where text is needed, at principals[0].from",
    ),
    "an end that is a list": (
        edited("until = 2027-01-01T00:00:00Z", "until = [1]"),
        "[malformed] list where text is needed, at principals[0].until",
    ),
    "no owners": (edited("threshold = 1", "threshold = 0"), "[malformed] a threshold of 0, "),
    "no threshold": (edited("threshold = 1", ""), "[malformed] no threshold, at owners.threshold"),
    "a Sigstore root that is none": (
        edited('sigstore = "{', 'sigstore = "['),
        "[malformed] not strict JSON: ",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_path_in_the_file(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_authored(data, after=None)
    assert str(caught.value)[: len(message)] == message


WITNESSES: dict[str, tuple[Callable[[], TrustRoot], str]] = {
    "a quorum of nobody": (
        lambda: replace(ROOT, quorum=1),
        "[malformed] a quorum of 1 among 0, at witnesses.quorum",
    ),
    "the log as its witness": (
        lambda: replace(
            ROOT,
            witnesses=(render_note_key(cosigner_key("w.example", LOG_KEY.public)),),
            quorum=1,
        ),
        f"[malformed] key {LOG_KEY.public.key_id!r} is there twice, at principals",
    ),
    "a witness whose key signs no times": (
        lambda: replace(ROOT, witnesses=(ROOT.log_key,), quorum=1),
        f"[malformed] {ROOT.log_key!r} is no key of a witness, at witnesses (its type is 0x04)",
    ),
    "an identity of two principals": (
        lambda: replace(
            FULL,
            principals=(
                *FULL.principals[1:],
                replace(FULL.principals[1], name="other", keys=()),
            ),
        ),
        "[malformed] identity 'repo:a\\\\b (https://oidc.example)' is there twice, at principals",
    ),
}


@pytest.mark.parametrize(("make", "message"), WITNESSES.values(), ids=WITNESSES)
def test_cannot_be_made(make: Callable[[], TrustRoot], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        make()
    assert str(caught.value) == message


def test_an_expired_root_has_owners_and_nobody_else() -> None:
    root = replace(ROOT, expires=NOW)
    before = NOW - timedelta(seconds=1)
    assert [len(root.holders(role, at=before)) for role in ("collector", "gate", "owner")] == [
        2,
        1,
        1,
    ]
    assert [len(root.holders(role, at=NOW)) for role in ("collector", "gate", "owner")] == [0, 0, 1]


def test_without_a_time_of_record_a_compromised_key_never_counts() -> None:
    """Not before the moment either: nobody can tell when it was signed."""
    held = FULL.holders("collector", at=EPOCH)
    assert [holder.keys for holder in held] == [(ALICE.public,)]
    assert FULL.undated().holders("collector", at=EPOCH) == ()
    retired = Revocation(since=NOW, reason=RevocationReason.RETIRED)
    ended = replace(FULL.principals[0], keys=(trusted_key(ALICE, revoked=retired),))
    root = replace(FULL, principals=(ended, FULL.principals[1]))
    assert len(root.undated().holders("collector", at=EPOCH)) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_authored(data, after=None)


@given(st.text(max_size=300), st.datetimes(timezones=st.just(NOW.tzinfo)))
def test_any_name_and_time_survive_toml(name: str, at: datetime) -> None:
    at = at.replace(microsecond=0)
    try:
        [first, *others] = ROOT.principals
        window = Window(valid_from=at)
        changed = replace(first, name=name, window=window)
        root = replace(ROOT, principals=(changed, *others))
    except MalformedError:
        return
    assert parse_authored(render_toml(root, version=1).encode(), after=None) == root


@pytest.mark.parametrize("odd", ["\x7f", "\u2028", "\u202e", "\U000e0001", '"', "\\"])
def test_what_nobody_would_see_is_written_as_a_number(odd: str) -> None:
    """A control character may not stand in TOML; one that turns the text around deceives."""
    document = json.dumps({"name": odd}, ensure_ascii=False, separators=(",", ":")).encode()
    text = render_toml(replace(FULL, sigstore=document), version=1)
    assert all(line.isprintable() for line in text.split("\n"))
    assert parse_authored(text.encode(), after=None).sigstore == document


def test_what_a_person_is_given_to_edit() -> None:
    """The whole text: blank lines are for people, and an end that differs is written out."""
    witness = render_note_key(cosigner_key("w.example", MALLORY.public))
    root = replace(FULL, witnesses=(witness,), quorum=1)
    assert (
        render_toml(root, version=7)
        == f"""\
schema = "assay.trust-root/v2"
version = 7
expires = 2027-01-01T00:00:00Z
sigstore = "{{\\"mediaType\\":\\"x\\",\\"tlogs\\":[1,\\"\\\\\\"'\\"]}}"

[owners]
threshold = 1

[log]
origin = "{ORIGIN}"
key = "{ROOT.log_key}"

[witnesses]
quorum = 1
keys = [
  "{witness}",
]

[[principals]]
name = "ana \\"the\\" owner"
kind = "person"
roles = ["collector", {{ name = "owner", from = 2026-06-01T00:00:00Z, until = "none" }}]
from = 2026-01-01T00:00:00Z
until = 2027-01-01T00:00:00Z

[[principals.keys]]
pem = '''
{ALICE.public.pem.decode()}'''
revoked = {{ since = 2026-06-01T00:00:00Z, reason = "compromised" }}

[[principals]]
name = "ci"
kind = "runner"
roles = ["gate"]
from = 2026-01-01T00:00:00Z

[[principals.keys]]
pem = '''
{BOB.public.pem.decode()}'''

[[principals.identities]]
issuer = "https://oidc.example"
subject = "repo:a\\\\b"
from = 2026-06-01T00:00:00Z
revoked = {{ since = 2026-06-01T00:00:00Z, reason = "compromised" }}
"""
    )


def test_a_member_that_is_nearly_right() -> None:
    """Whoever mistypes a word is told which one was meant."""
    with pytest.raises(AssayError) as caught:
        parse_authored(edited("threshold", "treshold"), after=None)
    assert str(caught.value) == (
        "[malformed] unknown member 'treshold', at owners.treshold (did you mean 'threshold'?)"
    )
