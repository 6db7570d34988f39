"""`assay verify`, `assay sign` and `assay log bundle` as they are typed."""

import json
from pathlib import Path
from typing import Final

import pytest

from assay.signing.keyfile import load_key_file
from tests.operations.site import Site

WRONG: Final = {
    "nothing but a file": (
        ("verify", "file"),
        (
            "[usage] a verdict is verified with --subject and --trust-root "
            "(or an artifact with --bundle and who must have signed)\n"
        ),
    ),
    "a bundle of nobody": (
        ("verify", "file", "--bundle", "b"),
        "[usage] who must have signed is not said (either --identity with --issuer, or --key)\n",
    ),
    "an identity without an issuer": (
        ("verify", "file", "--bundle", "b", "--identity", "me"),
        (
            "[usage] an identity without its issuer, or an issuer without an identity "
            "(give both --identity and --issuer)\n"
        ),
    ),
    "a verdict by a key": (
        ("verify", "file", "--subject", "s", "--trust-root", "t", "--key", "k"),
        (
            "[usage] a verdict is verified with --subject and --trust-root "
            "(or an artifact with --bundle and who must have signed)\n"
        ),
    ),
    "a bundle at a stage": (
        ("verify", "file", "--bundle", "b", "--key", "k", "--stage", "release"),
        "[usage] --subject, --trust-root and --stage are of verdicts, --bundle of artifacts\n",
    ),
    "a file that is not there": (
        ("sign", "absent", "--signer", "absent.pem", "--output", "b"),
        "[usage] no such file, at absent\n",
    ),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong(checked_site: Site, words: tuple[str, ...], message: str) -> None:
    answer = checked_site.assay(*words)
    assert (answer.status, answer.err, answer.out) == (2, message, b"")


def test_sign_and_verify(site: Site, tmp_path: Path) -> None:
    artifact, bundle, key = tmp_path / "app.tar", tmp_path / "b.json", tmp_path / "k.pub"
    artifact.write_bytes(b"an artifact\n")
    signer = site.home / "keys" / "signer.pem"
    signed = site.assay("sign", str(artifact), "--signer", str(signer), "--output", str(bundle))
    assert signed.outcome == (0, "")
    key.write_bytes(load_key_file(signer).public.pem)
    told = site.assay("verify", str(artifact), "--bundle", str(bundle), "--key", str(key), "--json")
    assert told.outcome == (0, "")
    document = json.loads(told.out)
    assert document["verdict"] == "PASSED"
    assert [item["what"] for item in document["notChecked"]] == ["time and log of the signature"]
    artifact.write_bytes(b"another\n")
    refused = site.assay("verify", str(artifact), "--bundle", str(bundle), "--key", str(key))
    assert refused.status == 1


def test_an_entry_as_a_bundle(checked_site: Site, tmp_path: Path) -> None:
    bundle, key = tmp_path / "b.json", tmp_path / "k.pub"
    site = checked_site
    where = ("--repository", str(site.top), "--public-key", str(key))
    listed = json.loads(site.assay("log", "list", "--json", "--repository", str(site.top)).out)
    told = site.assay("log", "bundle", "0", "-o", str(bundle), *where, "--json")
    assert told.outcome == (0, "")
    assert json.loads(told.out)["predicateType"] == listed["entries"][0]["predicateType"]
    assert json.loads(bundle.read_bytes())["dsseEnvelope"]["payloadType"].endswith("in-toto+json")
    assert key.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")
    subject, kind = listed["entries"][0]["subject"], listed["entries"][0]["predicateType"]
    if subject.startswith("sha256:"):
        asked = ("verify", subject, "--bundle", str(bundle), "--key", str(key), "--type", kind)
        assert site.assay(*asked).outcome[0] == 0
    somebody = site.assay(
        "log", "bundle", "0", "-o", str(bundle), *where, "--signed-by", "somebody"
    )
    assert somebody.err.startswith("[usage] 0 signatures that may be meant, where a bundle has one")
