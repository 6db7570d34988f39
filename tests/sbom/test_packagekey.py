"""Looser names of a package than its identity."""

import pytest

from assay.sbom.component import Component
from assay.sbom.packagekey import PackageKey, package_key

KEYS = {
    "scope": (
        "pkg:npm/%40a/B.c@1",
        "",
        PackageKey(type="npm", exact="pkg:npm/@a/b.c", spelled="pkg:npm/@a/b-c", loose="b-c"),
    ),
    "qualifiers": (
        "pkg:deb/debian/x@1?arch=amd64",
        "",
        PackageKey(type="deb", exact="pkg:deb/debian/x", spelled="pkg:deb/debian/x", loose="x"),
    ),
    "no-purl": (
        "",
        "org.a:B_c",
        PackageKey(type="", exact="org.a:B_c", spelled="org-a:b-c", loose="b-c"),
    ),
    "no-real-purl": ("pkg:x", "", PackageKey(type="", exact="pkg:x", spelled="pkg:x", loose="x")),
}


@pytest.mark.parametrize(("purl", "name", "key"), KEYS.values(), ids=KEYS)
def test_key(purl: str, name: str, key: PackageKey) -> None:
    assert package_key(Component(purl=purl, name=name, version="1", found_in=())) == key
