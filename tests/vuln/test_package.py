from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.package import Package, normal_name, parse_package

READ = {
    "pypi": (
        "pkg:pypi/Flask_Login@0.6.3",
        Package(ecosystem="PyPI", name="flask-login", version="0.6.3"),
    ),
    "scoped npm": (
        "pkg:npm/%40babel/core@7.0.0",
        Package(ecosystem="npm", name="@babel/core", version="7.0.0"),
    ),
    "bare scope": (
        "pkg:npm/@babel/core@7.0.0",
        Package(ecosystem="npm", name="@babel/core", version="7.0.0"),
    ),
    "bare scope, no version": (
        "pkg:npm/%40babel/core",
        Package(ecosystem="npm", name="@babel/core", version=""),
    ),
    "go": (
        "pkg:golang/github.com/Masterminds/goutils/v2@v1.1.0%2Bincompatible",
        Package(
            ecosystem="Go", name="github.com/masterminds/goutils/v2", version="v1.1.0+incompatible"
        ),
    ),
    "crate": (
        "pkg:cargo/serde_json@1.0.0",
        Package(ecosystem="crates.io", name="serde-json", version="1.0.0"),
    ),
    "qualifiers and subpath": (
        "pkg:pypi/a@1.0?vcs_url=git%2Bhttps://x@y#sub/path",
        Package(ecosystem="PyPI", name="a", version="1.0"),
    ),
    "no version": ("pkg:pypi/a", Package(ecosystem="PyPI", name="a", version="")),
    "maven": (
        "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar",
        Package(ecosystem="Maven", name="org.apache.logging.log4j:log4j-core", version="2.14.1"),
    ),
    "nuget": (
        "pkg:nuget/Newtonsoft.Json@12.0.1",
        Package(ecosystem="NuGet", name="newtonsoft.json", version="12.0.1"),
    ),
    "swift": (
        "pkg:swift/github.com/Apple/swift-nio@2.0.0",
        Package(ecosystem="SwiftURL", name="github.com/apple/swift-nio", version="2.0.0"),
    ),
    "a binary package and its source": (
        "pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12&upstream=openssl%403.0.1",
        Package(ecosystem="Debian", name="openssl", version="3.0.1", release="debian-12"),
    ),
    "a source of the same version": (
        "pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine-3.19.1&upstream=openssl",
        Package(ecosystem="Alpine", name="openssl", version="3.1.4-r5", release="alpine-3.19.1"),
    ),
    "an epoch apart": (
        "pkg:rpm/redhat/openssl@3.0.7-24.el9?epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm",
        Package(ecosystem="Red Hat", name="openssl", version="1:3.0.7-24.el9"),
    ),
    "a distribution without releases": (
        "pkg:apk/wolfi/bash@5.2-r1?distro=wolfi-20230201",
        Package(ecosystem="Wolfi", name="bash", version="5.2-r1"),
    ),
    "a distribution that OSV has not": (
        "pkg:deb/raspbian/bash@5",
        Package(ecosystem="pkg:deb", name="raspbian/bash", version="5"),
    ),
    "another type": (
        "pkg:generic/openssl@3.0",
        Package(ecosystem="pkg:generic", name="openssl", version="3.0"),
    ),
}


@pytest.mark.parametrize(("purl", "package"), READ.values(), ids=READ)
def test_read(purl: str, package: Package) -> None:
    assert parse_package(purl) == package


@pytest.mark.parametrize(
    "purl", ["", "pypi/a@1", "pkg:", "pkg:pypi", "pkg:pypi/", "http://a/b", "pkg://"]
)
def test_refused(purl: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_package(purl)
    assert str(caught.value) == f"[malformed] {purl!r} is no package URL (pkg:TYPE/NAME@VERSION)"


@given(st.text())
def test_any_text_is_read_or_malformed(text: str) -> None:
    """Any text is read or malformed."""
    with suppress(MalformedError):
        assert parse_package(text).name


@given(st.sampled_from(["PyPI", "npm", "Go", "crates.io", "Debian"]), st.text())
def test_normal_name_is_its_own_normal_name(ecosystem: str, name: str) -> None:
    once = normal_name(ecosystem, name)
    assert normal_name(ecosystem, once) == once
