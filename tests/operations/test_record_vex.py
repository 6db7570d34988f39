"""VEX in the log: whose signature counts, and what is recorded and not applied."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from assay.core.errors import AssayError, UsageError
from assay.evidence.dsse import sign_dsse
from assay.operations.record_vex import withdraw_vex
from assay.operations.vexrecords import load_vex
from assay.signing.asymmetric import ed25519_from_raw
from assay.signing.keyfile import load_key_file
from tests.fakes.pgp import PgpForm, created, part, pgp_sign
from tests.operations.run import clock, ledger, told
from tests.operations.site import Site
from tests.operations.trustkit import new_key, person, pinned, update, with_revoked
from tests.operations.vexkit import (
    NAME,
    PURL,
    applied,
    at,
    attested,
    confirmed,
    document,
    listing,
    moment,
    reasons,
    record,
    signing_as,
    statement,
    vendor_key,
    vendors,
    with_author,
    written,
)
from tests.vuln.vex.xmls import cyclonedx_xml


def vouching(site: Site) -> Path:
    """Have the owners name Ana as whoever may answer for the vendor; return her key."""
    return with_author(site, "ana", authors=("vendor",))[0]


def test_my_own_word(shop: Site) -> None:
    done = record(shop, document())
    assert done.not_checked == ()
    assert applied(shop) == ["not_affected by local"]
    assert reasons(shop) == []
    one = listing(shop).documents[0].as_json()
    told = (one["author"], one["file"], one["statements"], one["signedBy"], one["why"])
    assert told == ("local", "vex.json", 1, ["local"], "")


def test_what_the_vendor_signed(shop: Site) -> None:
    record(shop, vendors(shop, document(author="vendor")))
    assert applied(shop) == ["not_affected by vendor"]
    assert listing(shop).documents[0].recorded_by == ("local",)


def test_what_a_vendor_signed_with_openpgp(shop: Site) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    made = person("gnu", new_key(shop, "unused")[1], "vex-author")
    public = ed25519_from_raw(key.public_key().public_bytes_raw())
    made = replace(made, keys=(replace(made.keys[0], public=public),))
    update(shop, replace(pinned(shop), principals=(*pinned(shop).principals, made)), hours=2)
    text = written(shop, document(author="gnu")).read_bytes()
    signatures = {
        "no principal with the role 'vex-author' signed it": pgp_sign(key, text + b" "),
        "signed after it was recorded, at signature": pgp_sign(key, text, dated(4)),
        "the signature had expired, at signature": pgp_sign(key, text, dated(1, seconds=60)),
    }
    for number, (why, signature) in enumerate(signatures.items()):
        done = record(shop, text, signature=signature, hours=3 + number / 60)
        assert done.recorded.why == f"[signature-invalid] {why}"
    assert applied(shop) == []
    record(shop, text, signature=pgp_sign(key, text, dated(2)))
    assert applied(shop) == ["not_affected by gnu"]


def dated(hours: float, *, seconds: int = 0) -> PgpForm:
    """Return the form of a signature that was made some hours after `AT`, and may expire."""
    ends = part(3, seconds.to_bytes(4, "big")) if seconds else b""
    return PgpForm(own=created(int(at(hours).timestamp())) + ends)


def test_what_nobody_signed_counts_by_the_word_of_who_may_answer(shop: Site) -> None:
    key = vouching(shop)
    record(shop, document(author="vendor"))
    assert applied(shop) == []
    assert reasons(shop) == ["the trust root does not let local speak for 'vendor'"]
    with signing_as(shop, key):
        record(shop, document(author="vendor"))
    assert applied(shop) == ["not_affected by vendor, on the word of ana"]


def test_who_may_only_import_answers_for_nothing(shop: Site) -> None:
    path, signer = new_key(shop, "robot")
    robot = person("robot", signer, "importer")
    update(shop, replace(pinned(shop), principals=(*pinned(shop).principals, robot)), hours=2)
    with signing_as(shop, path):
        done = record(shop, document(author="vendor"))
    why = (
        "[signature-invalid] its author did not sign it, and nobody who may answers for it "
        "(that takes the role vex-author, with its author among the names)"
    )
    assert done.recorded.why == why
    assert (applied(shop), reasons(shop)) == ([], [why])


def test_who_may_neither_records_nothing(shop: Site) -> None:
    path, signer = new_key(shop, "nobody")
    nobody = person("nobody", signer, "collector")
    update(shop, replace(pinned(shop), principals=(*pinned(shop).principals, nobody)), hours=2)
    with signing_as(shop, path), pytest.raises(AssayError) as caught:
        record(shop, document())
    assert str(caught.value) == (
        "[signature-invalid] not to be signed by the key here: 'nobody' is no vex-author at "
        f"{moment(3)} (assay trust show tells who may sign; ASSAY_SIGNER names another key)"
    )


def test_what_somebody_signed_who_may_not(shop: Site) -> None:
    stranger, other = new_key(shop, "stranger")[1], load_key_file(vendor_key(shop))
    refused = {
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures": attested(
            document(author="vendor"), stranger
        ),
        "[rejected] a statement of type 'urn:other', at payload.predicateType": attested(
            document(author="vendor"), other, kind="urn:other"
        ),
        "[malformed] no VEX document of a format that is known (": attested(
            {"author": "vendor"}, other
        ),
    }
    for why, content in refused.items():
        assert record(shop, content).recorded.why.startswith(why)
    assert applied(shop) == []


def test_a_vendor_speaks_about_its_own_component_alone(shop: Site) -> None:
    _, signer = with_author(shop, "other", components=("pkg:pypi/else",))
    record(shop, attested(document(author="other"), signer))
    assert applied(shop) == []
    assert reasons(shop) == [f"the trust root does not let other speak about {PURL}"]


def test_a_lost_key_takes_along_what_it_signed(shop: Site) -> None:
    record(shop, vendors(shop, document(author="vendor")))
    key = load_key_file(vendor_key(shop)).public.key_id
    update(shop, with_revoked(pinned(shop), key, hours=2.5), hours=4)
    assert applied(shop, hours=5) == []
    assert reasons(shop, hours=5) == [
        (
            f"[signature-invalid] key {key[:16]} of 'vendor' is revoked as compromised since "
            f"{moment(2.5)}"
        )
    ]


def test_a_key_that_was_lost_later_takes_nothing_along(shop: Site) -> None:
    record(shop, vendors(shop, document(author="vendor")))
    key = load_key_file(vendor_key(shop)).public.key_id
    update(shop, with_revoked(pinned(shop), key, hours=3.5), hours=4)
    assert applied(shop, hours=5) == ["not_affected by vendor"]
    record(shop, vendors(shop, document(statement(), author="vendor", name="2")), hours=5)
    assert [one.why == "" for one in listing(shop, hours=6).documents] == [True, False]


def test_withdrawn(shop: Site) -> None:
    done = record(shop, document())
    gone = withdraw_vex(
        shop.top, name=str(done.recorded.index), reason="wrong", clock=clock(hours=4)
    )
    assert (gone.reason, gone.document.file) == ("wrong", "vex.json")
    assert (applied(shop, hours=5), reasons(shop, hours=5)) == ([], ["withdrawn by its author"])
    assert listing(shop, hours=5).documents[0].withdrawn


def test_withdrawn_by_somebody_else(shop: Site) -> None:
    """It ends what the vendor took away, and not what the vendor confirmed."""
    taking = record(shop, vendors(shop, document(author="vendor")))
    confirming = record(shop, vendors(shop, document(confirmed(), author="vendor", name="2")))
    for one in (taking, confirming):
        name = str(one.recorded.statement)
        withdraw_vex(shop.top, name=name, reason="wrong", clock=clock(hours=4))
    found = listing(shop, hours=5).judged
    assert found.set_aside == {}
    assert [word.author for word in found.confirmed.values()] == ["vendor"]


WITHDRAWN = {
    "no entry": ({"name": "999"}, "[usage] no entry 999, at {}/shop/.assay/log.sqlite"),
    "no document": ({"name": "0"}, "[usage] entry 0 is no VEX document (assay vex list)"),
    "no reason": (
        {"reason": " "},
        "[usage] a withdrawal without a reason, at --reason (say why)",
    ),
}


def test_withdrawal_refused(shop: Site) -> None:
    done = record(shop, document())
    for change, message in WITHDRAWN.values():
        given = {"name": str(done.recorded.index), "reason": "wrong", **change}
        with pytest.raises(UsageError) as caught:
            withdraw_vex(shop.top, name=given["name"], reason=given["reason"], clock=clock(hours=4))
        assert told(caught.value, shop) == message
    assert applied(shop) == ["not_affected by local"]


def test_recorded_again_it_is_a_new_record(shop: Site) -> None:
    """What was recorded before the owners named its author counts once it is recorded after."""
    record(shop, document(author="vendor"))
    assert applied(shop) == []
    key = with_author(shop, "ana", authors=("vendor",), hours=4)[0]
    with signing_as(shop, key):
        record(shop, document(author="vendor"), hours=5)
    assert applied(shop, hours=6) == ["not_affected by vendor, on the word of ana"]


FILES = {
    "no JSON": (b"{", ("[malformed] not strict JSON: Expecting property name enclosed in double "
                "quotes: line 1 column 2 (char 1), at {}/vex.json")),
    "no VEX": (b"{}", "[malformed] no VEX document of a format that is known, at {}/vex.json ("),
    "a list": (b"[]", "[malformed] list where an object is needed, at {}/vex.json"),
}  # fmt: skip


def test_a_file_that_says_nothing_is_not_recorded(shop: Site) -> None:
    for content, message in FILES.values():
        with pytest.raises(AssayError) as caught:
            record(shop, content)
        assert told(caught.value, shop).startswith(message)
    assert listing(shop).documents == ()


def test_a_commit_that_was_never_checked(shop: Site) -> None:
    record(shop, document())
    commit = shop.repo.commit("More", files={"b.txt": "b"})
    shown = listing(shop)
    assert len(shown.documents) == 1
    assert [gap.where for gap in shown.not_checked] == [commit]
    assert shown.as_json()["applied"] == []


def test_what_it_is_about_has_a_name(shop: Site) -> None:
    record(shop, document())
    assert list(listing(shop).titles.values()) == [f"{NAME} in leftpad-py 1.0.0"]


def known(site: Site, *names: str) -> list[str]:
    """Return the ids of the documents that are read where only these names matter."""
    with ledger(site, hours=9) as opened:
        found = load_vex(opened, naming=frozenset(names))
    return [one.signed.document.id.rpartition("/")[2] for one in found if one.signed is not None]


def test_only_what_may_matter_is_read(shop: Site) -> None:
    """Whoever has thousands of documents waits for those that hold a name, and their versions."""
    other = statement(vulnerability={"name": "CVE-2026-1"})
    record(shop, document(statement(vulnerability={"name": "test-LEFTPAD-py"}), name="a"))
    record(shop, vendors(shop, document(author="vendor", name="b")))
    record(shop, document(other, name="c"))
    record(shop, document(other, name="a", hours=2.5))
    escaped = json.dumps(document(other, name="d")).replace("CVE-2026-1", "CVE-\\u0032026-1")
    record(shop, escaped.encode())
    assert known(shop, NAME) == ["a", "b", "a", "d"]
    assert known(shop, "CVE-2026-1") == ["a", "c", "a", "d"]
    assert known(shop) == known(shop, "") == ["d"]
    assert applied(shop) == ["not_affected by vendor"]  # the other was ended by a later version
    slashed = json.dumps(document(other, name="b", author="vendor", hours=2.9)).replace("/", "\\/")
    with signing_as(shop, vendor_key(shop)):
        record(shop, slashed.encode())
    assert applied(shop) == []


def test_bringing_it_in_again_takes_no_withdrawal_back(shop: Site) -> None:
    """An importer, whoever that is, would else undo what a vex-author decided."""
    signed = vendors(shop, document(author="vendor"))
    first = record(shop, signed)
    withdraw_vex(shop.top, name=str(first.recorded.index), reason="wrong", clock=clock(hours=4))
    again = record(shop, signed, hours=5)
    wrapped = json.loads(signed)
    spaced = record(shop, json.dumps(wrapped, indent=8).encode(), hours=5)
    assert (again.recorded.withdrawn, spaced.recorded.withdrawn) == (True, True)
    assert (applied(shop, hours=6), reasons(shop, hours=6)) == ([], ["withdrawn"] * 3)
    other = vendors(shop, document(author="vendor", name="2", hours=5.5))
    record(shop, other, hours=6)
    assert applied(shop, hours=7) == ["not_affected by vendor"]


def test_one_of_two_who_signed_does_not_take_back_what_both_said(shop: Site) -> None:
    key, bob = with_author(shop, "bob", authors=("vendor",), hours=1.6)
    vendor = load_key_file(vendor_key(shop))
    made = json.loads(vendors(shop, document(confirmed(), author="vendor")))
    both = sign_dsse(
        base64.b64decode(made["payload"]), payload_type=made["payloadType"], signers=(vendor, bob)
    )
    done = record(shop, both)
    with signing_as(shop, key):
        withdraw_vex(shop.top, name=str(done.recorded.index), reason="no", clock=clock(hours=4))
    assert [w.author for w in listing(shop, hours=5).judged.confirmed.values()] == ["vendor"]


def test_a_later_version_is_found_by_an_id_with_a_quote(shop: Site) -> None:
    """JSON writes it in another way than it is."""
    record(shop, document(name='"x"'))
    assert applied(shop) == ["not_affected by local"]
    other = statement(vulnerability={"name": "CVE-2026-1"})
    record(shop, document(other, name='"x"', hours=2.5))
    assert known(shop, NAME) == ['"x"', '"x"']
    assert applied(shop) == []


def test_a_document_in_xml_is_read_whatever_it_holds(shop: Site) -> None:
    """XML writes any character as a number."""
    name = "".join(f"&#{ord(letter)};" for letter in NAME)
    record(shop, cyclonedx_xml(name, PURL, author="local", at=moment(2)))
    assert listing(shop).documents[0].signed is not None
    assert applied(shop) == ["not_affected by local"]


def test_a_document_that_begins_with_a_byte_order_mark(shop: Site) -> None:
    record(shop, b"\xef\xbb\xbf" + json.dumps(document()).encode())
    assert applied(shop) == ["not_affected by local"]


def test_the_list_tells_what_the_gate_sees(shop: Site) -> None:
    """A document that names nothing that was found is listed, and says nothing about it."""
    nameless = statement(vulnerability={"@id": "https://shop.example/1"})
    record(shop, document(nameless, name="a"))
    shown = listing(shop)
    assert [one.matters for one in shown.documents] == [False]
    assert (shown.judged.confirmed, shown.not_checked) == ({}, ())
    record(shop, document(nameless, statement(), name="b"))
    assert [word.status for word in listing(shop).judged.confirmed.values()] == ["unread"]
