import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from assay.vuln.versions import BEGINNING, VersionKey, has_order, version_key

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
}
EQUAL = {
    "PyPI": ["1.0", "1", "1.0.0", "v1.0", "1.0+", "01.0"][:4],
    "PyPI pre": ["1.0RC1", "1.0c1", "1.0-rc.1", "1.0pre1"],
    "npm": ["1.2.3", "v1.2.3", "=1.2.3", "1.2.3+build"],
    "Go": ["v2.0.0", "2.0.0", "v2.0.0+incompatible", "v2"],
    "Go rc": ["go1.21rc2", "1.21.0-rc.2", "v1.21.0-rc.2"],
}
NO_VERSION = {
    "PyPI": ("", "trunk", "1.0-doduo", "1.0+", "git+https://x", "1" * 300),
    "npm": ("", "latest", "1.2.3.4", "file:../x", "1.0.0-", "1.0.0-a..b", "^1.0.0", "1.٢.3"),
    "Go": ("", "master", "v1.2.3.4", "(devel)"),
    "crates.io": ("", "*", "1.0.0 "),
    "Debian": ("1.0", "1:2-3"),
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


def test_has_order() -> None:
    assert [has_order(name) for name in ("PyPI", "npm", "Go", "crates.io", "Debian")] == [
        *(True,) * 4,
        False,
    ]


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
