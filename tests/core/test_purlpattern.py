"""Patterns of packages: what is meant is compared in parts, whatever the spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.purlpattern import check_purl_pattern, is_purl_match

MEANT = {
    "any version": ("pkg:pypi/requests", "pkg:pypi/requests@2.0.0"),
    "another spelling": ("pkg:pypi/Foo_Bar", "pkg:pypi/foo-bar@1"),
    "qualifiers": ("pkg:rpm/redhat/openssl", "pkg:rpm/redhat/openssl@3?arch=x86_64"),
    "a namespace": ("pkg:rpm/redhat/*", "pkg:rpm/redhat/openssl@3"),
    "below a namespace": ("pkg:golang/github.com/acme/*", "pkg:golang/github.com/acme/a/v2@v2.0.0"),
    "an encoded namespace": ("pkg:npm/%40acme/*", "pkg:npm/%40acme/a@1"),
    "a type": ("pkg:pypi/*", "pkg:pypi/requests@2"),
}
NOT_MEANT = {
    "another name": ("pkg:pypi/requests", "pkg:pypi/requests-oauth@1"),
    "another type": ("pkg:pypi/a", "pkg:npm/a@1"),
    "a namespace more": ("pkg:npm/a", "pkg:npm/%40evil/a@1"),
    "another namespace": ("pkg:rpm/redhat/*", "pkg:rpm/fedora/openssl@3"),
    "a namespace that begins alike": ("pkg:rpm/red/*", "pkg:rpm/redhat/openssl@3"),
    "no namespace": ("pkg:npm/%40acme/*", "pkg:npm/acme@1"),
}
_HINT = "(a package URL without version, or all of a namespace: pkg:rpm/redhat/*)"
REFUSED = {
    "a star alone": ("*", "'*' is no purl (it starts with pkg:)"),
    "any type": ("pkg:*", "'pkg:*' has no name"),
    "any type, with a slash": ("pkg:/*", "'pkg:/x' has no name"),
    "a version": ("pkg:pypi/a@1", f"'pkg:pypi/a@1' is no pattern of packages {_HINT}"),
    "a qualifier": ("pkg:rpm/a/b?c=x", f"'pkg:rpm/a/b?c=x' is no pattern of packages {_HINT}"),
    "a subpath": ("pkg:rpm/a/b#c", f"'pkg:rpm/a/b#c' is no pattern of packages {_HINT}"),
    "a star inside": ("pkg:generic/a*", f"'pkg:generic/a*' is no pattern of packages {_HINT}"),
    "a star above": ("pkg:generic/*/b", f"'pkg:generic/*/b' is no pattern of packages {_HINT}"),
}


@pytest.mark.parametrize(("pattern", "purl"), MEANT.values(), ids=MEANT)
def test_meant(pattern: str, purl: str) -> None:
    check_purl_pattern(pattern)
    assert is_purl_match(pattern, purl)


@pytest.mark.parametrize(("pattern", "purl"), NOT_MEANT.values(), ids=NOT_MEANT)
def test_not_meant(pattern: str, purl: str) -> None:
    check_purl_pattern(pattern)
    assert not is_purl_match(pattern, purl)


@pytest.mark.parametrize(("pattern", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(pattern: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        check_purl_pattern(pattern)
    assert str(caught.value) == f"[malformed] {message}"


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        check_purl_pattern(text)
    except MalformedError:
        return
    assert not is_purl_match(text, "pkg:other/somewhere/else@1")
