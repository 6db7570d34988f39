"""A trusted root is read whole, or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.evidence.sigstore.bundle import parse_bundle
from assay.evidence.sigstore.trustedroot import parse_trusted_root
from tests.evidence.sigstore.case import INSTANCE, at, trusted_root
from tests.fakes.certificates import Json


def test_what_is_read() -> None:
    root = parse_trusted_root(trusted_root())
    assert [log.name for log in root.logs] == [
        "https://rekor.example.test",
        "https://log.example.test",
    ]
    assert root.logs[1].origins == frozenset({"log.example.test"})
    assert [len(a.chain) for a in root.authorities + root.timestamp_authorities] == [2, 2]
    assert len(set(root.authorities + root.timestamp_authorities)) == 2  # values, nothing changes


@pytest.mark.parametrize("kind", ["+json;version=0.1", ".v0.1+json", ".v0.2+json"])
def test_each_version_that_others_write(kind: str) -> None:
    document = INSTANCE.trusted_root()
    document["mediaType"] = f"application/vnd.dev.sigstore.trustedroot{kind}"
    assert parse_trusted_root(json.dumps(document).encode()).logs


def test_what_others_say_besides() -> None:
    """`operator` came with version 0.2; `subject` is in the certificate, too."""
    document = INSTANCE.trusted_root()
    at(document, "tlogs", 0).update(operator="example.test", checkpointKeyId={"keyId": "AAAA"})
    for name in ("certificateAuthorities", "timestampAuthorities"):
        at(document, name, 0).update(operator="example.test", subject={"commonName": "x"})
    assert parse_trusted_root(json.dumps(document).encode()) == parse_trusted_root(trusted_root())


def test_names_of_a_log_with_a_port_and_a_path() -> None:
    document = INSTANCE.trusted_root()
    at(document, "tlogs", 0)["baseUrl"] = "https://log.example.test:8443/shard/"
    [log, _] = parse_trusted_root(json.dumps(document).encode()).logs
    assert log.origins == frozenset(
        {"log.example.test:8443/shard", "log.example.test:8443", "log.example.test"}
    )


def test_a_log_without_a_host() -> None:
    document = INSTANCE.trusted_root()
    at(document, "tlogs", 0)["baseUrl"] = "log.example.test/shard"
    [log, _] = parse_trusted_root(json.dumps(document).encode()).logs
    assert log.origins == frozenset({"log.example.test/shard"})


def test_public_roots(shared_data: Path) -> None:
    folder = shared_data / "vectors" / "sigstore"
    for path in folder.glob("**/trusted_root*.json"):
        if "missing-validity-start" not in str(path):
            assert parse_trusted_root(path.read_bytes()).logs


def pop(*path: str | int) -> Callable[[Json], object]:
    return lambda root: at(root, *path[:-1]).pop(str(path[-1]))


def put(value: object, *path: str | int) -> Callable[[Json], object]:
    return lambda root: at(root, *path[:-1]).update({str(path[-1]): value})


KEY: Final = ("tlogs", 0, "publicKey")
REFUSED: Final[dict[str, tuple[Callable[[Json], object], str]]] = {
    "another media type": (
        put("application/json", "mediaType"),
        "[malformed] media type 'application/json' is no trusted root, at mediaType",
    ),
    "an unknown member": (
        put([], "keys"),
        "[malformed] unknown member 'keys', at keys",
    ),
    "an unknown member of a log": (
        put("x", "tlogs", 0, "only"),
        "[malformed] unknown member 'only', at tlogs[0].only",
    ),
    "no URL": (
        put("https://[log", "tlogs", 0, "baseUrl"),
        "[malformed] no URL: Invalid IPv6 URL, at tlogs[0].baseUrl",
    ),
    "no window": (
        pop(*KEY, "validFor"),
        "[malformed] no validFor, at tlogs[0].publicKey.validFor",
    ),
    "no start": (
        pop(*KEY, "validFor", "start"),
        "[malformed] no start, at tlogs[0].publicKey.validFor.start",
    ),
    "no start of an authority": (
        pop("certificateAuthorities", 0, "validFor", "start"),
        "[malformed] no start, at certificateAuthorities[0].validFor.start",
    ),
    "no start of a timestamp authority": (
        pop("timestampAuthorities", 0, "validFor", "start"),
        "[malformed] no start, at timestampAuthorities[0].validFor.start",
    ),
    "another hash of a log": (
        put("SHA2_512", "tlogs", 0, "hashAlgorithm"),
        "[malformed] a log with 'SHA2_512', at tlogs[0].hashAlgorithm",
    ),
    "no certificates": (
        put([], "certificateAuthorities", 0, "certChain", "certificates"),
        "[malformed] no certificates, at certificateAuthorities[0].certChain",
    ),
    "too many logs": (
        lambda root: root.update(tlogs=[root["tlogs"]] * 257),
        "[malformed] 257 tlogs, where at most 256 are read",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: Callable[[Json], object], message: str) -> None:
    document = INSTANCE.trusted_root()
    change(document)
    with pytest.raises(MalformedError) as caught:
        parse_trusted_root(json.dumps(document).encode())
    assert str(caught.value) == message


def test_a_certificate_that_is_none() -> None:
    document = INSTANCE.trusted_root()
    put("MAA=", "certificateAuthorities", 0, "certChain", "certificates", 0, "rawBytes")(document)
    with pytest.raises(MalformedError) as caught:
        parse_trusted_root(json.dumps(document).encode())
    assert caught.value.what.startswith("a certificate that cannot be read: ")
    assert caught.value.where == "certificateAuthorities[0].certChain.certificates[0]"


VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(["tlogs", "ctlogs", "certificateAuthorities", "mediaType"]), VALUES)
def test_any_value_is_read_or_malformed(name: str, value: object) -> None:
    document = INSTANCE.trusted_root()
    document[name] = value
    for parse in (parse_trusted_root, parse_bundle):
        try:
            parse(json.dumps(document).encode())
        except MalformedError:
            continue


@given(st.binary(max_size=40))
def test_any_bytes_are_malformed(data: bytes) -> None:
    for parse in (parse_trusted_root, parse_bundle):
        with pytest.raises(MalformedError):
            parse(data)
