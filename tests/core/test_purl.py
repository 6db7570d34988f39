"""Package URLs, measured by the tests of the specification."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from assay.core.errors import MalformedError
from assay.core.purl import MAX_PURL_CHARACTERS, build_purl, canonical_purl, make_purl, parse_purl
from tests.conftest import SHARED_DATA

VECTORS = SHARED_DATA / "vectors" / "purl"
Case = dict[str, object]


def cases() -> Iterator[object]:
    """Yield every test of the specification, or one that says that they are absent."""
    files = sorted(VECTORS.glob("*/*.json"))
    if not files:
        yield pytest.param("", {}, id="absent")
    for file in files:
        for number, case in enumerate(json.loads(file.read_bytes())["tests"]):
            yield pytest.param(file.stem, case, id=f"{file.stem}-{number}")


@pytest.mark.parametrize(("file", "case"), list(cases()))
def test_specification(file: str, case: Case, shared_data: Path) -> None:
    kind = case["test_type"]
    if case["expected_failure"]:
        with pytest.raises(MalformedError):
            answer(str(kind), case["input"])
        return
    wanted = case["expected_output"]
    if isinstance(wanted, dict):  # an absent part is null there, empty here
        wanted = {key: value or None for key, value in wanted.items()}
    assert answer(str(kind), case["input"]) == wanted


def answer(kind: str, given_: object) -> object:
    match kind, given_:
        case "parse", str():
            return parts(given_)
        case "validate", str():
            return canonical_purl(given_)
        case "build", dict():
            return build(given_)
        case _:
            raise AssertionError(f"a kind of test that is not known: {kind}")


def parts(text: str) -> dict[str, object]:
    purl = parse_purl(text)
    return {
        "type": purl.type,
        "namespace": purl.namespace or None,
        "name": purl.name,
        "version": purl.version or None,
        "qualifiers": dict(purl.qualifiers) or None,
        "subpath": purl.subpath or None,
    }


def build(given_: dict[str, object]) -> str:
    texts = {key: str(value or "") for key, value in given_.items()}
    qualifiers = given_["qualifiers"]
    return str(
        build_purl(
            texts["type"],
            texts["namespace"],
            texts["name"],
            texts["version"],
            qualifiers if isinstance(qualifiers, dict) else None,
            texts["subpath"],
        )
    )


MADE = {
    "pypi-runs": (("pypi", "", "Flask__Login.X", "1.0RC1"), "pkg:pypi/flask-login-x@1.0rc1"),
    "npm-scope": (("npm", "@Scope", "Name", "1.0.0"), "pkg:npm/%40scope/name@1.0.0"),
    "go": (
        ("golang", "github.com/Azure", "go-x", "v1.0.0+incompatible"),
        "pkg:golang/github.com/azure/go-x@v1.0.0%2Bincompatible",
    ),
    "cargo-case-kept": (("cargo", "", "Inflector", "0.1.0"), "pkg:cargo/Inflector@0.1.0"),
    "no-version": (("cargo", "", "serde", ""), "pkg:cargo/serde"),
    "unicode": (("generic", "", "å b", "1"), "pkg:generic/%C3%A5%20b@1"),
    "unknown-type": (("new.type-1", "N", "M", "V"), "pkg:new.type-1/N/M@V"),
}


@pytest.mark.parametrize(("given_", "wanted"), MADE.values(), ids=MADE)
def test_make(given_: tuple[str, str, str, str], wanted: str) -> None:
    assert make_purl(*given_) == wanted
    assert canonical_purl(wanted) == wanted


REFUSED = {
    "too-long": (
        "pkg:npm/" + "a" * MAX_PURL_CHARACTERS,
        "[malformed] a purl of 8200 characters, at most 8192",
    ),
    "scheme": ("npm/a@1", "[malformed] 'npm/a@1' is no purl (it starts with pkg:)"),
    "no-slash": ("pkg:npm", "[malformed] 'pkg:npm' has no name"),
    "type": ("pkg:n+m/a", "[malformed] 'n+m' is no package type"),
    "name": ("pkg:npm/@1", "[malformed] a purl of type npm without a name"),
    "needs-namespace": ("pkg:maven/a@1", "[malformed] a purl of type maven without a namespace"),
    "has-namespace": (
        "pkg:cargo/a/b@1",
        "[malformed] a purl of type cargo has no namespace, not 'a'",
    ),
    "name-pattern": ("pkg:cpan/A::B", "[malformed] 'A::B' is no name of type cpan"),
    "version-pattern": (
        f"pkg:chrome-extension/{'a' * 32}@1.x",
        "[malformed] '1.x' is no version of type chrome-extension",
    ),
    "needs-qualifier": ("pkg:julia/Dates", "[malformed] a purl of type julia without uuid"),
    "key-capital": ("pkg:npm/a?Key=1", "[malformed] 'Key' is no qualifier's key"),
    "key-digit": ("pkg:npm/a?1key=1", "[malformed] '1key' is no qualifier's key"),
    "key-twice": ("pkg:npm/a?k=1&k=2", "[malformed] 'k=2' is no qualifier, or is repeated"),
    "no-equals": ("pkg:npm/a?k", "[malformed] 'k' is no qualifier, or is repeated"),
    "escape": ("pkg:npm/%ff", "[malformed] '%ff' is not percent-encoded UTF-8"),
    "surrogate": ("pkg:npm/\ud800", "[malformed] '\\ud800' is not Unicode text"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        str(parse_purl(text))
    assert str(caught.value) == message


def test_bare_scope_is_no_version() -> None:
    assert canonical_purl("pkg:npm/@scope/name") == "pkg:npm/%40scope/name"


def test_dots_in_a_subpath_lead_nowhere() -> None:
    assert canonical_purl("pkg:npm/a@1#../x/./y/") == "pkg:npm/a@1#x/y"


@given(st.text())
def test_any_text_is_read_or_malformed(text: str) -> None:
    for candidate in (text, f"pkg:{text}", f"pkg:npm/{text}", f"pkg:git/{text}"):
        try:
            canonical = canonical_purl(candidate)
        except MalformedError:
            continue
        assert canonical_purl(canonical) == canonical


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(\+[a-z0-9]{1,3})?", fullmatch=True)


@given(st.sampled_from(["pypi", "npm", "cargo", "golang", "gem"]), NAMES, VERSIONS)
def test_agrees_with_the_other_implementation(type_: str, name: str, version: str) -> None:
    """Where both follow the specification, they agree."""
    assert make_purl(type_, "", name, version) == PackageURL(type_, "", name, version).to_string()


@pytest.mark.parametrize("text", ["a~/b", "~a/b~", "a/~b"])
def test_a_tilde_is_part_of_a_name(text: str) -> None:
    namespace, _, name = text.partition("/")
    purl = parse_purl(f"pkg:generic/{text}")
    assert (purl.namespace, purl.name) == (namespace, name)
    assert str(purl) == f"pkg:generic/{text}"


LOOSE = {
    "slashes around a type": ("pkg://generic/a", "pkg:generic/a"),
    "slashes around a name": ("pkg:generic/a//b/", ""),
    "a scheme in upper case": ("PKG:generic/a", "pkg:generic/a"),
    "a type in upper case": ("pkg:GENERIC/a", "pkg:generic/a"),
    "no subpath behind the mark": ("pkg:generic/a#", "pkg:generic/a"),
    "blank segments": ("pkg:generic/%20/a", "pkg:generic/a"),
    "a colon": ("pkg:generic/a:b@1:2?c=d:e", "pkg:generic/a:b@1:2?c=d:e"),
    "a key in upper case but for its first letter": (
        "pkg:generic/a?aRCH=x",
        "pkg:generic/a?arch=x",
    ),
}


@pytest.mark.parametrize(("text", "canonical"), LOOSE.values(), ids=LOOSE)
def test_spellings(text: str, canonical: str) -> None:
    if canonical:
        assert str(parse_purl(text)) == canonical
    else:
        with pytest.raises(MalformedError) as caught:
            parse_purl(text)
        assert str(caught.value) == "[malformed] a purl of type generic without a name"


@pytest.mark.parametrize("text", ["generic/a", "gem:generic/a", "pkg", "pkg/generic/a"])
def test_no_scheme(text: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_purl(text)
    assert str(caught.value) == f"[malformed] {text!r} is no purl (it starts with pkg:)"


def test_the_longest_that_is_read() -> None:
    name = "a" * (MAX_PURL_CHARACTERS - len("pkg:generic/"))
    assert parse_purl(f"pkg:generic/{name}").name == name
    with pytest.raises(MalformedError):
        parse_purl(f"pkg:generic/{name}a")


def test_parts_are_values() -> None:
    purl = build_purl("generic", "", "a", qualifiers={"b": "2", "a": "1", "c": ""}, subpath="x/./y")
    assert purl.qualifiers == (("a", "1"), ("b", "2"))
    assert purl.subpath == "x/y"
    assert build_purl("generic", "", "a").subpath == ""
    assert hash(purl) == hash(parse_purl(str(purl)))


def test_a_qualifier_without_a_value_needs_no_proper_key() -> None:
    assert build_purl("generic", "", "a", qualifiers={"-": ""}).qualifiers == ()


def test_the_whole_path_on_a_host_is_the_name_of_type_git() -> None:
    for text in (
        "pkg:git/host.example/o/r",
        "pkg:GIT/host.example/o/r",
        "pkg:git//host.example/o/r/",
    ):
        purl = parse_purl(text)
        assert (purl.namespace, purl.name) == ("host.example", "o/r")
    purl = parse_purl("pkg:git/~a/b~")
    assert (purl.namespace, purl.name) == ("~a", "b~")


REPEATED = {
    "a key twice": ("arch=x&arch=y", "'arch=y' is no qualifier, or is repeated"),
    "in two spellings": ("arch=x&aRCH=y", "'aRCH=y' is no qualifier, or is repeated"),
    "no value": ("arch", "'arch' is no qualifier, or is repeated"),
    "a key in upper case": ("Arch=x", "'Arch' is no qualifier's key"),
    "a key with a space": ("a b=x", "'a b' is no qualifier's key"),
}


@pytest.mark.parametrize(("query", "what"), REPEATED.values(), ids=REPEATED)
def test_qualifiers_that_are_none(query: str, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_purl(f"pkg:generic/a?{query}")
    assert str(caught.value) == f"[malformed] {what}"


def test_what_looks_like_a_qualifier_in_a_subpath() -> None:
    assert canonical_purl("pkg:generic/a?B=c#S&T=u") == "pkg:generic/a?b=c#S%26T%3Du"


def test_a_type_that_is_none() -> None:
    for type_ in ("~generic", "1a", "a_b"):
        with pytest.raises(MalformedError) as caught:
            parse_purl(f"pkg:{type_}/a")
        assert str(caught.value) == f"[malformed] {type_!r} is no package type"


def test_slashes_in_escapes_separate_too() -> None:
    assert parse_purl("pkg:generic/a%2Fb/c#d%2F..%2Fe") == parse_purl("pkg:generic/a/b/c#d/e")
