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
    "another type": (
        "pkg:deb/debian/bash@5",
        Package(ecosystem="pkg:deb", name="debian/bash", version="5"),
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
