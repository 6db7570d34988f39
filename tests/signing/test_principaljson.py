"""Principals in a document: each way to write a key, and what is refused, with its place."""

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.core.errors import AssayError, MalformedError, RejectedError
from assay.core.jsonvalue import JsonValue
from assay.signing.principaljson import parse_moment, parse_principal, principal_as_json
from assay.signing.principals import AccountId, Principal, TrustedKey, Window
from assay.signing.succession import verify_succession
from assay.signing.trust import (
    TrustRoot,
    parse_authored,
    parse_trust_root,
    render_trust_root,
    trust_root_digest,
)
from assay.signing.trusttoml import render_toml
from assay.signing.trustwords import name_changes, name_principal
from tests.fakes.trust import ALICE, BOB, EPOCH, NOW, ROOT, principal
from tests.signing.test_openpgp import EXAMPLE, NATIVE, armour, curve_key, packet
from tests.signing.test_openpgp import P256 as PGP_KEY
from tests.signing.test_sshwire import blob

FINGERPRINT = "c959bdbafa32a2f89a153b678cfde12197965a9a"
PEM = ALICE.public.pem.decode()
SSH = "ssh-ed25519 " + base64.b64encode(blob(b"ssh-ed25519", ALICE.public.spki[-32:])).decode()
BLOCK = armour(EXAMPLE)
SUBKEYS = armour(packet(6, curve_key(PGP_KEY, 19)) + packet(14, NATIVE))
MAILS = ("alice@example.org", "a.liddell@example.org")


def document(*keys: dict[str, object], **members: object) -> JsonValue:
    found: dict[str, object] = {
        "name": "alice",
        "kind": "person",
        "roles": ["author"],
        "from": "2026-01-01T00:00:00Z",
        "keys": list(keys) or [{"pem": PEM}],
        **members,
    }
    return JsonValue({name: value for name, value in found.items() if value != "absent"}, "p")


def keys_of(*keys: dict[str, object]) -> tuple[TrustedKey, ...]:
    return parse_principal(document(*keys)).keys


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


OPEN = Window(valid_from=EPOCH)


def test_each_way_to_write_a_key() -> None:
    plain = TrustedKey(public=ALICE.public, window=OPEN)
    assert keys_of({"pem": PEM}) == keys_of({"ssh": SSH}) == (plain,)
    assert keys_of({"ssh": f"{SSH} alice@laptop\n"}) == (plain,)
    assert keys_of({"pem": PEM, "openpgp": FINGERPRINT.upper()}) == (
        replace(plain, openpgp=FINGERPRINT),
    )
    [example] = keys_of({"openpgp": BLOCK})
    assert (example.public.spki[-32:], example.openpgp) == (EXAMPLE[-32:], FINGERPRINT)


def test_a_block_holds_several_keys_with_the_limits_that_are_written_once() -> None:
    until = "2026-06-01T00:00:00Z"
    first, second, third = keys_of({"openpgp": SUBKEYS, "until": until}, {"pem": PEM})
    assert first.public == PGP_KEY.public
    assert first.window == second.window == Window(valid_from=EPOCH, valid_until=NOW)
    assert third.window == OPEN
    assert first.openpgp != second.openpgp
    assert third.openpgp == ""


WRONG_KEYS: dict[str, tuple[dict[str, object], str]] = {
    "none": ({}, "no pem, at p.keys[0].pem"),
    "pem-and-ssh": (
        {"pem": PEM, "ssh": SSH},
        "not exactly one of pem, ssh and openpgp, at p.keys[0]",
    ),
    "ssh-and-openpgp": (
        {"ssh": SSH, "openpgp": BLOCK},
        "not exactly one of pem, ssh and openpgp, at p.keys[0]",
    ),
    "all": (
        {"pem": PEM, "ssh": SSH, "openpgp": BLOCK},
        "not exactly one of pem, ssh and openpgp, at p.keys[0]",
    ),
    "unknown": (
        {"pem": PEM, "gpg": BLOCK},
        "unknown member 'gpg', at p.keys[0].gpg (known here: from, openpgp, pem, revoked, ssh, until)",
    ),
    "no-pem": ({"pem": "x"}, "not a public key in PEM, at p.keys[0].pem"),
    "pem-type": ({"pem": 7}, "int where text is needed, at p.keys[0].pem"),
    "no-ssh": ({"ssh": "x"}, "a string that is cut off, at p.keys[0].ssh"),
    "ssh-type": ({"ssh": 7}, "int where text is needed, at p.keys[0].ssh"),
    "no-block": (
        {"openpgp": FINGERPRINT},
        "not an armoured block of OpenPGP, at p.keys[0].openpgp",
    ),
    "no-fingerprint": (
        {"pem": PEM, "openpgp": "ab"},
        "'ab' is no OpenPGP fingerprint, at p.keys[0].openpgp",
    ),
    "no-fingerprint-of-version-6": (
        {"pem": PEM, "openpgp": FINGERPRINT + "0" * 24},
        f"'{FINGERPRINT}{'0' * 24}' is no OpenPGP fingerprint, at p.keys[0].openpgp",
    ),
}


@pytest.mark.parametrize(("key", "message"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_no_key(key: dict[str, object], message: str) -> None:
    assert refusal(lambda: keys_of(key)) == f"[malformed] {message}"


def test_a_role_with_more_than_is_known() -> None:
    """It may be meant as a restriction."""
    role = {"name": "author", "only": "docs/"}
    assert refusal(lambda: parse_principal(document(roles=[role]))) == (
        "[malformed] unknown member 'only', at p.roles[0].only (known here: authors, components, from, name, until)"
    )


WRONG_TIMES = {
    "type": (7, "int where text is needed, at p.from"),
    "no-time": ("soon", "'soon' is no RFC 3339 time, at p.from"),
    "no-zone": (
        "2026-01-01T00:00:00",
        "'2026-01-01T00:00:00' has no time zone, at p.from (end it in Z)",
    ),
}


@pytest.mark.parametrize(("value", "message"), WRONG_TIMES.values(), ids=WRONG_TIMES)
def test_no_time(value: object, message: str) -> None:
    assert refusal(lambda: parse_principal(document(**{"from": value}))) == f"[malformed] {message}"


def test_a_part_of_a_second() -> None:
    """No document could say it again."""
    assert parse_moment(JsonValue("2026-06-01T02:00:00+02:00", "at")) == NOW
    for value in ("2026-06-01T00:00:00.5Z", NOW.replace(microsecond=1)):
        assert refusal(lambda value=value: parse_moment(JsonValue(value, "at"))).endswith(  # type: ignore[misc]
            "and a part of a second, at at (whole seconds)"
        )


# --- what is told of a principal everywhere: e-mail, and the fingerprint of a key

KNOWN = replace(
    principal("alice", ALICE, roles=("author", "owner"), valid_until=None),
    emails=MAILS,
    keys=(TrustedKey(public=ALICE.public, window=OPEN, openpgp=FINGERPRINT),),
)


def root(*principals: Principal, history: TrustRoot | None = None) -> TrustRoot:
    before = () if history is None else (*history.history, trust_root_digest(history))
    return replace(ROOT, principals=principals, history=before)


def test_it_survives_json_and_toml() -> None:
    made = root(KNOWN)
    assert principal_as_json(KNOWN)["emails"] == list(MAILS)
    assert parse_trust_root(render_trust_root(made)) == made
    text = render_toml(made, version=1)
    assert parse_authored(text.encode(), after=None) == made
    assert 'emails = ["alice@example.org", "a.liddell@example.org"]' in text
    assert f'openpgp = "{FINGERPRINT}"' in text
    assert "emails" not in render_toml(ROOT, version=1)
    assert "openpgp" not in render_toml(ROOT, version=1)


def test_what_nobody_has_is_not_written() -> None:
    """So a trust root without commits in it is what it was."""
    plain = principal_as_json(principal("bob", BOB))
    assert "emails" not in plain
    assert "openpgp" not in str(plain)


def test_letters_of_an_address_do_not_matter() -> None:
    found = parse_principal(document(emails=["Alice@Example.ORG"]))
    assert found.emails == ("alice@example.org",)


@pytest.mark.parametrize(
    "email", ["", "alice", "a b@example.org", "a@b@c", "a@\n", "A@example.org"]
)
def test_no_address(email: str) -> None:
    assert refusal(lambda: replace(KNOWN, emails=(email,))) == (
        f"[malformed] {email!r} is no e-mail address in lower case, at principal 'alice'"
    )


def test_no_address_in_a_document() -> None:
    assert refusal(lambda: parse_principal(document(emails=["alice"]))) == (
        "[malformed] 'alice' is no e-mail address in lower case, at p.principal 'alice'"
    )
    assert refusal(lambda: parse_principal(document(emails=[7]))) == (
        "[malformed] int where text is needed, at p.emails[0]"
    )


def test_an_address_belongs_to_one() -> None:
    other = replace(principal("bob", BOB), emails=MAILS[1:])
    assert refusal(lambda: root(KNOWN, other)) == (
        "[malformed] e-mail 'a.liddell@example.org' is there twice, at principals"
    )


def test_an_address_stays() -> None:
    """Commits that it named would be nobody's, or another one's."""
    old = root(KNOWN, principal("bob", BOB))
    more = replace(KNOWN, emails=(*MAILS, "new@example.org"))
    verify_succession(old, root(more, principal("bob", BOB), history=old), at=NOW)
    for changed in (
        (replace(KNOWN, emails=MAILS[:1]), principal("bob", BOB)),
        (replace(KNOWN, emails=MAILS[:1]), replace(principal("bob", BOB), emails=MAILS[1:])),
    ):
        new = root(*changed, history=old)
        with pytest.raises(RejectedError) as caught:
            verify_succession(old, new, at=NOW)
        assert str(caught.value) == (
            "[rejected] the e-mail 'a.liddell@example.org' of 'alice' has gone, or is another "
            "one's, at principals 'alice' (keep it: it says which commits are this principal's)"
        )


A = "https://a.example/api"
ONE = [{"forge": A, "id": 7}]
HERE, THERE = (AccountId(forge=f"https://{name}.example/api", number=7) for name in "ab")
KNOWN_THERE = replace(KNOWN, accounts=(HERE, THERE))


def test_accounts_survive_json_and_toml_and_are_told() -> None:
    made = root(KNOWN_THERE)
    assert parse_trust_root(render_trust_root(made)) == made
    text = render_toml(made, version=1)
    assert parse_authored(text.encode(), after=None) == made
    assert '  { forge = "https://a.example/api", id = 7 },' in text
    assert "accounts" not in principal_as_json(KNOWN)
    assert name_changes(root(KNOWN), made) == (
        "+ 'alice', account 7 at https://a.example/api: its own",
        "+ 'alice', account 7 at https://b.example/api: its own",
    )


def test_who_has_an_account_alone_signs_nothing_and_is_somebody() -> None:
    found = parse_principal(document(name="carol", keys="absent", accounts=ONE))
    assert found.accounts == (HERE,)
    assert [one.name for one in root(KNOWN, found).holders("author", at=NOW)] == ["alice"]


NO_ACCOUNTS = {
    "a-name": (
        {"forge": A, "id": "ada"},
        "[malformed] str where a whole number is needed, at p.accounts[0].id",
    ),
    "nobody": (
        {"forge": A, "id": 0},
        "[malformed] 0 is no number of an account, at p.accounts[0].id",
    ),
    "a-login": (
        {"forge": A, "id": 7, "login": "ada"},
        "[malformed] unknown member 'login', at p.accounts[0].login (known here: forge, id)",
    ),
    **{
        f"no-forge-{number}": (
            {"forge": forge, "id": 7},
            (
                f"[malformed] {forge!r} is no address of a forge, at p.accounts[0].forge "
                "(as assay forge show names it: https://api.github.com)"
            ),
        )
        for number, forge in enumerate(
            (
                "",
                "github.com",
                "https://",
                A + "/",
                "https://me@a.example",
                "https://a?b",
                "https://a b",
            )
        )
    },
}


@pytest.mark.parametrize(("account", "message"), NO_ACCOUNTS.values(), ids=NO_ACCOUNTS)
def test_no_account(account: dict[str, object], message: str) -> None:
    assert refusal(lambda: parse_principal(document(accounts=[account]))) == message


def test_an_account_belongs_to_one() -> None:
    other = replace(principal("bob", BOB), accounts=(THERE,))
    assert refusal(lambda: root(KNOWN_THERE, other)) == (
        "[malformed] account '7 at https://b.example/api' is there twice, at principals"
    )


def test_an_account_stays() -> None:
    """Who takes an account out of the list of one person makes a second person of it."""
    old = root(KNOWN_THERE)
    for accounts in ((HERE,), (THERE,)):
        new = root(replace(KNOWN, accounts=accounts), history=old)
        with pytest.raises(RejectedError) as caught:
            verify_succession(old, new, at=NOW)
        gone = THERE if accounts == (HERE,) else HERE
        assert str(caught.value) == (
            f"[rejected] the account '{gone}' of 'alice' has gone, or is another one's, "
            "at principals 'alice' (keep it: it says which approvals are this principal's)"
        )


def test_it_is_told() -> None:
    lines = name_principal(KNOWN)
    key = ALICE.public.key_id[:16]
    assert "'alice', e-mail: alice@example.org, a.liddell@example.org" in lines
    assert f"'alice', key {key} in OpenPGP: {FINGERPRINT}" in lines
    plain = replace(KNOWN, emails=(), keys=(TrustedKey(public=ALICE.public, window=OPEN),))
    assert name_changes(root(plain), root(KNOWN)) == (
        "+ 'alice', e-mail: alice@example.org, a.liddell@example.org",
        f"+ 'alice', key {key} in OpenPGP: {FINGERPRINT}",
    )
    assert not any("e-mail" in line or "OpenPGP" in line for line in name_principal(plain))


def test_the_whole_message_of_a_bad_principal() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_principal(document(kind="robot"))
    assert str(caught.value) == (
        "[malformed] unknown kind 'robot', at p.kind (one of person, runner, service)"
    )
