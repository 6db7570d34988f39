import json
from collections.abc import Mapping

import pytest

from assay.core.errors import MalformedError
from assay.vuln.remedy.indexes.npm import parse_packument, requirements_of
from assay.vuln.remedy.model import OPTIONAL, Requirement
from tests.vuln.remedy.shelf import sha512

DIST = {"tarball": "https://x.example/shop.tgz", "integrity": sha512("x")}


def packument(versions: Mapping[str, object], *, name: str = "shop") -> bytes:
    return json.dumps({"name": name, "versions": versions}).encode()


def manifest(version: str = "1.5.0", **members: object) -> dict[str, object]:
    return {"name": "shop", "version": version, "dist": DIST, **members}


def test_a_release() -> None:
    found = parse_packument(packument({"1.5.0": manifest(bin="x.js")}), "shop")["1.5.0"]
    assert found.entry["bin"] == "x.js"
    assert [(one.url, one.digest) for one in found.files] == [(DIST["tarball"], DIST["integrity"])]


def test_what_it_can_do_without_is_marked() -> None:
    """The registry names optional dependencies twice."""
    told = manifest(
        dependencies={"till": "^1.0.0", "fast": "1.0.0"},
        optionalDependencies={"fast": "1.0.0"},
        peerDependencies={"desk": "*", "door": "^2.0.0"},
        peerDependenciesMeta={"door": {"optional": True}, "desk": {"optional": False}},
    )
    release = parse_packument(packument({"1.5.0": told}), "shop")["1.5.0"]
    assert requirements_of(release) == (
        Requirement(name="till", range="^1.0.0"),
        Requirement(name="fast", range="1.0.0", marker=OPTIONAL),
        Requirement(name="fast", range="1.0.0", marker=OPTIONAL),
        Requirement(name="desk", range="*"),
        Requirement(name="door", range="^2.0.0", marker=OPTIONAL),
    )


@pytest.mark.parametrize(
    "told",
    [
        manifest() | {"name": "other"},
        manifest("1.5.1"),
        {"name": "shop", "version": "1.5.0"},
        manifest(dependencies={"till": 1}),
        manifest(dependencies=["till"]),
    ],
)
def test_a_version_that_cannot_be_read_is_no_release(told: dict[str, object]) -> None:
    whole = packument({"1.5.0": told, "1.6.0": manifest("1.6.0")})
    assert list(parse_packument(whole, "shop")) == ["1.6.0"]


def test_a_version_that_is_none_is_left_out() -> None:
    assert parse_packument(packument({"1.5": manifest("1.5")}), "shop") == {}


@pytest.mark.parametrize(
    "integrity", ["sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "sha512-short", "", "md5-x"]
)
def test_a_weak_integrity_is_none(integrity: str) -> None:
    told = manifest(dist={"tarball": "https://x.example/y", "integrity": integrity})
    found = parse_packument(packument({"1.5.0": told}), "shop")
    assert found["1.5.0"].files[0].digest == ""


def test_another_package_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_packument(packument({}, name="other"), "shop")
    assert str(caught.value) == (
        "[malformed] a document about another package, and not 'shop', at name"
    )
