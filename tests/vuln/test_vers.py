"""`vers` ranges: the specification's own vectors, then ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.nativeranges import parse_native_range
from assay.vuln.ranges import Answer
from assay.vuln.vers import Constraint, VersionRange, parse_vers, render_vers
from assay.vuln.versions import VersionKey, scheme_key


def _vectors(shared_data: Path, *kinds: str) -> Iterator[JsonValue]:
    """Yield the vectors of these types of test, of all ecosystems."""
    for path in sorted((shared_data / "vectors" / "vers").glob("*.json")):
        document = JsonValue(parse_json(path.read_bytes(), max_bytes=2**24))
        for test in document.field("tests").items():
            if test.field("test_type").text() in kinds:
                yield test


def _keys(scheme: str, texts: JsonValue) -> list[VersionKey]:
    keys = [scheme_key(scheme, item.text()) for item in texts.items()]
    assert None not in keys, texts.value
    return [key for key in keys if key is not None]


def test_order_of_the_specification(shared_data: Path) -> None:
    """vers-spec, tests of comparison and equality."""
    seen = 0
    for test in _vectors(shared_data, "comparison", "equality"):
        given_ = test.field("input")
        scheme = given_.field("input_scheme").text()
        keys = _keys(scheme, given_.field("versions"))
        if test.field("test_type").text() == "equality":
            assert (keys[0] == keys[1]) is test.field("expected_output").value, given_.value
        else:
            assert sorted(keys) == _keys(scheme, test.field("expected_output")), given_.value
        seen += 1
    assert seen > 1000


def test_containment_of_the_specification(shared_data: Path) -> None:
    """vers-spec, tests of containment."""
    seen = 0
    for test in _vectors(shared_data, "containment"):
        given_ = test.field("input")
        answer = parse_vers(given_.field("vers").text()).judge(given_.field("version").text())
        expected = test.field("expected_output").value
        assert answer is (Answer.AFFECTED if expected else Answer.NOT_AFFECTED), given_.value
        seen += 1
    assert seen


def test_canonical_form_of_the_specification(shared_data: Path) -> None:
    """vers-spec, tests of validation and round trips."""
    seen = 0
    for test in _vectors(shared_data, "validate", "roundtrip"):
        text = test.field("input").text()
        assert render_vers(parse_vers(text)) == test.field("expected_output").text(), text
        seen += 1
    assert seen


def test_native_ranges_of_the_specification(shared_data: Path) -> None:
    """vers-spec, tests of native ranges."""
    seen = 0
    for test in _vectors(shared_data, "from_native"):
        given_ = test.field("input")
        found = parse_native_range(
            given_.field("scheme").text(), given_.field("native_range").text()
        )
        assert render_vers(found) == test.field("expected_output").text(), given_.value
        seen += 1
    assert seen


INSIDE = {
    "below the first end": ("vers:npm/<2.0.0", "1.0.0", Answer.AFFECTED),
    "at an end without it": ("vers:npm/<2.0.0", "2.0.0", Answer.NOT_AFFECTED),
    "at an end with it": ("vers:npm/<=2.0.0", "2.0.0", Answer.AFFECTED),
    "above the last end": ("vers:npm/>2.0.0", "2.0.1", Answer.AFFECTED),
    "the first of two lower ends": ("vers:npm/>=1.0.0|>=2.0.0|<3.0.0", "1.5.0", Answer.AFFECTED),
    "the last of two upper ends": ("vers:npm/<1.0.0|<2.0.0", "1.5.0", Answer.AFFECTED),
    "between two intervals": (
        "vers:npm/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0",
        "2.5.0",
        Answer.NOT_AFFECTED,
    ),
    "left out of an interval": ("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", "1.5.0", Answer.NOT_AFFECTED),
    "all but one": ("vers:npm/!=1.5.0", "1.4.0", Answer.AFFECTED),
    "spelled otherwise": ("vers:pypi/1.0", "1.0.0", Answer.AFFECTED),
    "not in the order of versions": ("vers:npm/<2.0.0|>=1.0.0", "1.5.0", Answer.AFFECTED),
    "an escape": ("vers:deb/1.0%2B1", "1.0+1", Answer.AFFECTED),
    "no version at all": ("vers:none/*", "1", Answer.NOT_AFFECTED),
    "every version of any type": ("vers:all/*", "1", Answer.AFFECTED),
    "every version, whatever it is": ("vers:unheard-of/*", "x", Answer.AFFECTED),
    "a version that is none": ("vers:npm/<2.0.0", "latest", Answer.UNKNOWN),
    "an end that is none": ("vers:npm/<latest", "1.0.0", Answer.UNKNOWN),
    "an unknown type": ("vers:unheard-of/<2", "1", Answer.UNKNOWN),
}


@pytest.mark.parametrize(("text", "version", "answer"), INSIDE.values(), ids=INSIDE)
def test_inside(text: str, version: str, answer: Answer) -> None:
    assert parse_vers(text).judge(version) is answer


REFUSED = {
    "another scheme": (
        "ver:npm/1",
        "[malformed] 'ver:npm/1' is no version range (vers:TYPE/CONSTRAINTS)",
    ),
    "no type": ("vers:/1", "[malformed] 'vers:/1' is no version range (vers:TYPE/CONSTRAINTS)"),
    "no constraints": (
        "vers:npm",
        "[malformed] 'vers:npm' is no version range (vers:TYPE/CONSTRAINTS)",
    ),
    "the type for errors": ("vers:invalid/1", "[malformed] a version range of the type 'invalid'"),
    "an equals sign": ("vers:npm/=1", "[malformed] '=1' is no constraint (such as >=1.2.3)"),
    "an empty constraint": ("vers:npm/1||2", "[malformed] '' is no constraint (such as >=1.2.3)"),
    "a star among others": ("vers:npm/*|1", "[malformed] '*' is no constraint (such as >=1.2.3)"),
    "some of no version": (
        "vers:none/1",
        "[malformed] 'vers:none/1' is no version range (vers:none/*)",
    ),
    "some of every version": (
        "vers:ALL/1",
        "[malformed] 'vers:ALL/1' is no version range (vers:all/*)",
    ),
    "no version": ("vers:npm/>=", "[malformed] '>=' is no constraint (such as >=1.2.3)"),
    "half an escape": ("vers:npm/1%2", "[malformed] '1%2' is not percent-encoded"),
    "an escape of half a character": (
        "vers:npm/1%ff",
        "[malformed] '1%ff' is not percent-encoded UTF-8",
    ),
    "a blank": (
        "vers:npm/> 1",
        "[malformed] 'vers:npm/> 1' is no version range (printable ASCII, no blank)",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_vers(text)
    assert str(caught.value) == message


_CONSTRAINTS = st.lists(
    st.builds(
        lambda c, v: Constraint(comparator=c, version=v),
        st.sampled_from(["", "!=", "<", "<=", ">", ">="]),
        st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable()),
    ),
    max_size=4,
)


@given(_CONSTRAINTS)
def test_what_is_rendered_is_read_again(constraints: list[Constraint]) -> None:
    """VERS, 5.3.3.2: "these characters shall be percent-encoded"."""
    whole = VersionRange(scheme="unheard-of", constraints=tuple(constraints))
    assert parse_vers(render_vers(whole)) == whole


NATIVE = {
    "npm, a caret below 1": ("npm", "^0.2.3", "vers:npm/>=0.2.3|<0.3.0"),
    "npm, a caret below 0.1": ("npm", "^0.0.3", "vers:npm/>=0.0.3|<0.0.4"),
    "npm, a tilde and one number": ("npm", "~1", "vers:npm/>=1.0.0|<2.0.0"),
    "npm, nothing": ("npm", "", "vers:npm/*"),
    "npm, a star among others": ("npm", "1.0.0 || *", "vers:npm/*"),
    "pypi, two": ("pypi", ">=1.0, <2.0", "vers:pypi/>=1.0|<2.0"),
    "pypi, equal": ("pypi", "==1.0", "vers:pypi/1.0"),
    "nuget, a lowest version": ("nuget", "1.0", "vers:nuget/>=1.0"),
    "nuget, one version": ("nuget", "[1.0]", "vers:nuget/1.0"),
    "maven, two intervals": ("maven", "(,1.0],[1.2,)", "vers:maven/<=1.0|>=1.2"),
    "gem, a twiddle-wakka": ("gem", "~> 2.2, >= 2.2.1", "vers:gem/>=2.2|>=2.2.1|<3"),
    "gem, a longer one": ("gem", "~> 2.2.0", "vers:gem/>=2.2.0|<2.3"),
    "gem, equal": ("gem", "= 1.0", "vers:gem/1.0"),
}


@pytest.mark.parametrize(("scheme", "native", "text"), NATIVE.values(), ids=NATIVE)
def test_native(scheme: str, native: str, text: str) -> None:
    assert render_vers(parse_native_range(scheme, native)) == text


NOT_NATIVE = {
    "npm": ("npm", "^a", "[malformed] '^a' is no range of npm"),
    "pypi": ("pypi", "~> 1", "[malformed] '~> 1' is no range"),
    "gem": ("gem", "== 1", "[malformed] '== 1' is no range"),
    "nuget": ("nuget", "(1.0)", "[malformed] '(1.0)' is no interval"),
    "maven": ("maven", "[1.0", "[malformed] '[1.0' is no interval"),
    "too long": ("npm", "1" * 5000, "[malformed] a range of 5000 characters"),
    "another scheme": (
        "deb",
        "1",
        "[usage] no notation of ranges is known for 'deb' (one of gem, maven, npm, nuget, pypi)",
    ),
}


@pytest.mark.parametrize(("scheme", "native", "message"), NOT_NATIVE.values(), ids=NOT_NATIVE)
def test_native_refused(scheme: str, native: str, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_native_range(scheme, native)
    assert str(caught.value) == message
