import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from assay.vuln.versions import BEGINNING, VersionKey, scheme_key, version_key

ASCENDING = {
    "PyPI": (
        "1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345 1.0rc1 1.0 "
        "1.0+abc.5 1.0+abc.7 1.0+5 1.0+5.1 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 2013.10 1!0.1"
    ),
    "npm": (
        "0.0.0-0 0.0.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 "
        "1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0 2.0.0-0 2.0.0"
    ),
    "Go": (
        "v0.0.0-20190101000000-abcdefabcdef v0.0.0-20200101000000-000000000000 v0.1.0 "
        "v1.2.3-pre v1.2.4-0.20210101000000-abcdefabcdef v1.2.4 v2.0.0+incompatible v10.0.0"
    ),
    "Go releases": "go1.20.14 go1.21beta1 go1.21rc2 go1.21rc10 go1.21 go1.21.1 go1.22rc1 1.22",
    "crates.io": "0.2.0-alpha.1 0.2.0 0.2.1-0 0.2.1 0.2.10 1.0.0",
    "Maven": (
        "1-alpha 1-beta-1 1-m2 1-rc 1-snapshot 1 1-sp 1-other 1-1 1.1-a1 1.1 1.1.1 1.10 2.0.a 10"
    ),
    "NuGet": "1.0.0-alpha 1.0.0-Alpha.1 1.0.0-Beta 1.0.0 1.0.0.1-pre 1.0.0.1 1.0.10",
    "RubyGems": "1.0.a 1.0.b1 1.0.b2 1.0.rc1 1.0 1.0.1.pre 1.0.1 1.9.3 1.10",
    "Packagist": (
        "1.0.0-dev 1.0.0-alpha 1.0.0-alpha2 1.0.0-beta1 v1.0.0-RC1 1.0.0 1.0.0-p1 1.0.1 1.0.x-dev 2"
    ),
    "Hex": "1.0.0-dev 1.0.0 1.2.0",
    "Pub": "1.0.0-a 1.0.0 1.0.0+1 1.0.0+2 1.0.1",
    "Hackage": "0.9 1 1.0 1.0.0.1 1.10",
    "CRAN": "0.9-9 0.9-10 1.0 1.0-1",
    "ConanCenter": "0.1 1.0-pre 1.0 1.0+1 1.1 1.1.1 1.1.a 2.0",
    "Debian:12": (
        "0~ 1.0~~ 1.0~~a 1.0~ 1.0~rc1 1.0 1.0-1 1.0-1ubuntu1 1.0-1.1 1.0a 1.0+b 1.0.1 1:0.1"
    ),
    "Alpine": (
        "1_alpha 1_alpha2 1_beta 1_rc 1_rc-r1 1 1-r1 1-r10 1_git20 1_p1 1a 1.01 1.010 1.02 1.1 1.10"
    ),
    "AlmaLinux": "1.0~rc1 1.0 1.0-1 1.0-1.el9 1.0-1.1 1.0^git1 1.0a 1.0.1 1.0.10 1:0.1",
    "SUSE": "1.0-150400.1.1 1.0-150400.2.1 1.0-150500.1.1",
}
EQUAL = {
    "PyPI": ["1.0", "1", "1.0.0", "v1.0", "1.0+", "01.0"][:4],
    "PyPI pre": ["1.0RC1", "1.0c1", "1.0-rc.1", "1.0pre1"],
    "npm": ["1.2.3", "v1.2.3", "=1.2.3", "1.2.3+build"],
    "Go": ["v2.0.0", "2.0.0", "v2.0.0+incompatible", "v2"],
    "Maven": ["1", "1.0", "1-0", "1.0-ga", "1.0.0-FINAL", "1.release"],
    "Maven short": ["1-alpha-1", "1a1", "1-A1", "1.0alpha1"],
    "NuGet": ["1.0", "1.0.0.0", "1.0+build", "01.0"],
    "RubyGems": ["1", "1.0", "1.0.0"],
    "Packagist": ["1.0", "v1.0.0", "1.0.0.0", "1.0.0-stable"],
    "Debian": ["1.0", "0:1.0", "1.0-0", "1.00"],
    "AlmaLinux": ["1.0", "0:1.0", "1_0", "1.00"],
    "CRAN": ["1.2-3", "1.2.3"],
    "Go rc": ["go1.21rc2", "1.21.0-rc.2", "v1.21.0-rc.2"],
}
NO_VERSION = {
    "PyPI": ("", "trunk", "1.0-doduo", "1.0+", "git+https://x", "1" * 300),
    "npm": ("", "latest", "1.2.3.4", "file:../x", "1.0.0-", "1.0.0-a..b", "^1.0.0", "1.٢.3"),
    "Go": ("", "master", "v1.2.3.4", "(devel)"),
    "crates.io": ("", "*", "1.0.0 "),
    "Maven": ("", "...", "1 0", "1\n"),
    "NuGet": ("", "latest", "1.0-", "[1.0,)"),
    "RubyGems": ("", "latest", "v1.0", ">= 1.0"),
    "Packagist": ("", "dev-master", "1.0.*", "latest"),
    "Debian": ("", "a1.0", "1.0_1", "1:", "x:1", "1.0 ", "9" * 101),
    "Alpine": ("", "v1.0", "1.0-1", "1.0_other", "1.0ab"),
    "AlmaLinux": ("", "-", "1 0", "1:"),
    "Hackage": ("", "1.a"),
    "no ecosystem": ("1.0",),
    "pkg:generic": ("1.0",),
}


def _key(ecosystem: str, text: str) -> VersionKey:
    key = version_key(ecosystem.partition(" ")[0], text)
    assert key is not None, text
    return key


@pytest.mark.parametrize("ecosystem", ASCENDING)
def test_ascending(ecosystem: str) -> None:
    keys = [_key(ecosystem, text) for text in ASCENDING[ecosystem].split()]
    for lower, higher in itertools.pairwise(keys):
        assert BEGINNING < lower < higher


@pytest.mark.parametrize("ecosystem", EQUAL)
def test_equal(ecosystem: str) -> None:
    assert len({_key(ecosystem, text) for text in EQUAL[ecosystem]}) == 1


@pytest.mark.parametrize("ecosystem", NO_VERSION)
def test_no_version(ecosystem: str) -> None:
    assert [text for text in NO_VERSION[ecosystem] if version_key(ecosystem, text)] == []


_NUMBER = st.integers(min_value=0, max_value=3)
_PYTHON = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "1!"]),
    st.lists(_NUMBER, min_size=1, max_size=4).map(lambda n: ".".join(map(str, n))),
    st.sampled_from(["", "a0", "b1", "rc1"]),
    st.sampled_from(["", ".post0", ".post2"]),
    st.sampled_from(["", ".dev0", ".dev3"]),
    st.sampled_from(["", "+a", "+1", "+1.a", "+a.1", "+a.b", "+2"]),
)


@given(_PYTHON, _PYTHON)
def test_python_order_is_that_of_packaging(left: str, right: str) -> None:
    """Version specifiers of the Python packaging specifications: the reference implementation."""
    keys = _key("PyPI", left), _key("PyPI", right)
    versions = Version(left), Version(right)
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (
        versions[0] < versions[1],
        versions[0] == versions[1],
    )


_IDENTIFIER = st.sampled_from(["0", "1", "10", "a", "b", "a-1", "-"])
_SEMVER = st.builds(
    "{}.{}.{}{}".format,
    _NUMBER,
    _NUMBER,
    _NUMBER,
    st.lists(_IDENTIFIER, max_size=3).map(lambda parts: "-" + ".".join(parts) if parts else ""),
)


def _precedes(left: str, right: str) -> bool:
    """Compare as the text of semver 2.0.0, section 11, says, step by step."""
    core_left, _, pre_left = left.partition("-")
    core_right, _, pre_right = right.partition("-")
    numbers = [[int(n) for n in core.split(".")] for core in (core_left, core_right)]
    if numbers[0] != numbers[1]:
        return numbers[0] < numbers[1]
    if not pre_left or not pre_right:
        return bool(pre_left) and not pre_right
    for one, two in zip(pre_left.split("."), pre_right.split("."), strict=False):
        if one == two:
            continue
        if one.isdigit() and two.isdigit():
            return int(one) < int(two)
        return one < two if one.isdigit() == two.isdigit() else one.isdigit()
    return pre_left.count(".") < pre_right.count(".")


@given(_SEMVER, _SEMVER)
def test_semver_order(left: str, right: str) -> None:
    """semver.org 2.0.0, section 11: "Precedence refers to how versions are compared"."""
    assert (_key("npm", left) < _key("npm", right)) == _precedes(left, right)


@given(st.sampled_from(["PyPI", "npm", "Go", "crates.io"]), st.text(max_size=300))
def test_any_text_has_a_key_or_none(ecosystem: str, text: str) -> None:
    """Any text is a version, or it is none; nothing else happens."""
    version_key(ecosystem, text)


GENERAL = {
    "alpm": "1.0a 1.0b 1.0beta 1.0p 1.0pre 1.0rc 1.0 1.0.a 1.0.1 1.0.2-1 1.0.2-2 1:0.5",
    "gentoo": "1_alpha 1_alpha1 1_beta 1_pre 1_rc 1 1-r1 1_p 1.01 1.02 1.1 1.1a 1.1b 1.10",
    "openssl": "0.9.8 1.0.0-beta1 1.0.0 1.0.0a 1.0.0z 1.0.0za 1.0.1 3.0.0-alpha1 3.0.0-beta2 3.0.0",
    "conda": (
        "0.4 0.4.1.rc 0.4.1 0.5a1 0.5b3 0.5C1 0.5 0.9.6 0.960923 1.0.rc1 1.0 1.1dev1 1.1a1 "
        "1.1.0dev1 1.1.a1 1.1.0rc1 1.1.0 1.1.0post1 1.1post1 1996.07.12 1!0.4.1 2!0.4.1"
    ),
    "intdot": "0.9 1 1.0.1 1.2x 10",
    "datetime": "2024-01-01T01:00:00+02:00 2024-01-01T00:00:00Z 2024-01-01t00:00:00.5z",
    "lexicographic": "1 10 2 a \u00e9",
}


@pytest.mark.parametrize("scheme", GENERAL)
def test_schemes_without_an_ecosystem(scheme: str) -> None:
    keys = [scheme_key(scheme, text) for text in GENERAL[scheme].split()]
    known = [key for key in keys if key is not None]
    assert len(known) == len(keys)
    for lower, higher in itertools.pairwise(known):
        assert BEGINNING < lower < higher


@pytest.mark.parametrize(
    ("scheme", "text"),
    [("intdot", "x"), ("datetime", "2024-13-01T00:00:00Z"), ("conda", "1 0"), ("openssl", "1.0")],
)
def test_no_version_of_a_scheme(scheme: str, text: str) -> None:
    assert scheme_key(scheme, text) is None


_SCHEMES = st.sampled_from(["maven", "deb", "rpm", "apk", "gem", "composer", "conda", "alpm"])
_VERSIONS = st.from_regex(r"[0-9]{1,2}([.~^_-]?([0-9]{1,2}|[a-z]{1,3})){0,4}\Z")


@given(_SCHEMES, st.lists(_VERSIONS, min_size=2, max_size=5))
def test_any_two_keys_of_a_scheme_compare(scheme: str, texts: list[str]) -> None:
    """A number never meets a text at the same place of two keys, which Python cannot compare."""
    keys = [key for text in texts if (key := scheme_key(scheme, text)) is not None]
    assert sorted(sorted(keys), reverse=True)[::-1] == sorted(keys)
