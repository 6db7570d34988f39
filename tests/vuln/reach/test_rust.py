"""Rust: which crates are used, and which of their functions are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.reach import Level, Scope
from assay.vuln.reach.rust import RustSearch
from assay.vuln.reach.rustsource import read_rust
from tests.vuln.reach.looking import best, hidden, level, limits, look, target

RUST = RustSearch
SMALL = target("crates.io", "small-vec", "small_vec::SmallVec::grow", "small_vec::now")
LEVELS = {
    "path": ("fn f() { small_vec::now(); }", Level.CALLED),
    "used": ("use small_vec::now;\nfn f() { now(); }", Level.CALLED),
    "under another name": ("use small_vec::now as n;\nfn f() { n(); }", Level.CALLED),
    "in braces": ("use small_vec::{a, b::{c}, now};\nfn f() { now(); }", Level.CALLED),
    "among many": ("use small_vec::{" + "a, " * 6_000 + "now};\nfn f() { now(); }", Level.CALLED),
    "deep": ("use small_vec::" + "{" * 40 + "now" + "}" * 40 + "; fn f() { now(); }", Level.CALLED),
    "all": ("use small_vec::*;\nfn f() { now(); }", Level.CALLED),
    "the crate": ("use small_vec as s;\nfn f() { s::now(); }", Level.CALLED),
    "itself": ("use small_vec::{self, x};\nfn f() { small_vec::now(); }", Level.CALLED),
    "extern": ("extern crate small_vec as s;\nfn f() { s::now(); }", Level.CALLED),
    "of a type": ("use small_vec::SmallVec;\nfn f() { SmallVec::grow(v); }", Level.CALLED),
    "with types": ("use small_vec::SmallVec;\nfn f() { SmallVec::<[u8; 4]>::grow(v); }", None),
    "root": ("fn f() { ::small_vec::now(); }", Level.CALLED),
    "raw name": ("fn f() { r#small_vec::now(); }", Level.CALLED),
    "in a macro": ("fn f() { assert!(small_vec::now()); }", Level.CALLED),
    "method": ("use small_vec::SmallVec;\nfn f() { v.grow(3); }", Level.REFERENCED),
    "method with types": ("use small_vec::SmallVec;\nfn f() { v.grow::<u8>(3); }", None),
    "handed on": ("fn f() { g(small_vec::now); }", Level.REFERENCED),
    "brought in": ("use small_vec::now;", Level.REFERENCED),
    "shorter": ("fn f() { small_vec::deep::now(); }", Level.REFERENCED),
    "another": ("use small_vec::other;", Level.IMPORTED),
    "its macro": ("fn f() { small_vec::make![1]; }", Level.IMPORTED),
    "comment": ("/* /* */ use small_vec::now; */ // small_vec::now()", Level.DECLARED),
    "text": ('const T: &str = "small_vec::now()";', Level.DECLARED),
    "raw text": ('const T: &str = r#"" small_vec::now() "#;', Level.DECLARED),
    "a lifetime": ("fn f<'a>(x: &'a str) { small_vec::now(); }", Level.CALLED),
    "a quote": ("fn f() { let c = '\"'; small_vec::now(); }", Level.CALLED),
    "another's": ("fn f() { time::now(); v.grow(3); }", Level.DECLARED),
}


@pytest.mark.parametrize(("source", "expected"), LEVELS.values(), ids=LEVELS)
def test_levels(source: str, expected: Level | None) -> None:
    seen = level(look(RUST, {"src/main.rs": source}, SMALL), "small-vec")
    assert seen is (expected or seen)
    assert seen > Level.DECLARED or expected is Level.DECLARED


def test_types_between_the_parts_of_a_path_do_not_hide_it() -> None:
    source = "use small_vec::SmallVec;\nfn f() { SmallVec::<[u8; 4]>::grow(v); }"
    assert level(look(RUST, {"a.rs": source}, SMALL), "small-vec") is Level.CALLED


def test_names_that_a_manifest_gives() -> None:
    manifest = (
        '[dependencies]\nsv = { package = "small-vec", version = "1" }\nplain = "1"\n'
        '[target."cfg(unix)".dependencies]\ntm = { package = "time" }\n'
        '[workspace.dependencies]\nws = { package = "web" }\n'
    )
    files = {"Cargo.toml": manifest, "a.rs": "use sv::now; use tm::x; use ws::y; fn f() { now() }"}
    found = look(RUST, files, SMALL, target("crates.io", "time"), target("crates.io", "web"))
    assert level(found, "small-vec") is Level.CALLED
    assert level(found, "time") is level(found, "web") is Level.IMPORTED


def test_a_name_holds_in_the_folder_of_its_manifest() -> None:
    """Of two crates of a workspace each gives its own meaning to a name."""
    files = {
        "a/Cargo.toml": '[dependencies]\nx = { package = "small-vec" }',
        "b/Cargo.toml": '[dependencies]\nx = { package = "other" }',
        "a/src/lib.rs": "fn f() { x::now(); }",
        "b/src/lib.rs": "fn f() { x::now(); }",
    }
    found = look(RUST, files, SMALL)
    assert {sight.path for sight in found.sights["small-vec"]} == {"a/src/lib.rs"}


UNSURE = {
    "own": "use small_vec::*;\nfn now() {}\nfn f() { now(); }",
    "two": "use super::*;\nuse small_vec::*;\nfn f() { now(); }",
    "own beside": "use small_vec::now;\nmod a { fn now() {} }\nfn f() { now(); }",
}


@pytest.mark.parametrize("source", UNSURE.values(), ids=UNSURE)
def test_a_name_that_may_be_another_is_no_call(source: str) -> None:
    assert level(look(RUST, {"a.rs": source}, SMALL), "small-vec") is Level.REFERENCED


def test_crates_whose_library_has_another_name() -> None:
    files = {"a.rs": "use md5::Md5; use odd::x;"}
    md5, odd = target("crates.io", "md-5"), target("crates.io", "rust-odd")
    found = look(RUST, files, md5, odd)
    assert level(found, "md-5") is Level.IMPORTED
    why = "the name under which it is used is guessed from its own"
    assert (why in hidden(found, "rust-odd"), why in hidden(found, "md-5")) == (True, False)


def test_what_hides_a_use_of_a_crate() -> None:
    found = look(RUST, {"a.rs": 'include!("b.in");'}, SMALL)
    assert "code that includes other files: a.rs:1" in hidden(found, "small-vec")


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("tests/a.rs", Scope.TESTS),
        ("src/tests/a.rs", Scope.RUN),
        ("build.rs", Scope.RUN),
        ("crates/x/benches/a.rs", Scope.TESTS),
    ],
)
def test_where_it_is_used(path: str, scope: Scope) -> None:
    assert best(look(RUST, {path: "use small_vec::x;"}, SMALL), "small-vec").scope is scope


def test_a_registry_holds_crates_of_others() -> None:
    files = {".cargo/registry/src/index-1/front-1.2.0/src/lib.rs": "use small_vec::x;"}
    found = look(RUST, files, SMALL)
    assert level(found, "small-vec") is Level.DECLARED
    why = "packages there import it, and nothing that imports them was seen: front"
    assert why in hidden(found, "small-vec")


def test_vendored_crates_are_followed() -> None:
    files = {
        "src/main.rs": "use front::x;",
        "vendor/front-1.2.0/src/lib.rs": "use small_vec::now; fn f() { now(); }",
        "vendor/spare/src/lib.rs": "use other::x;",
    }
    found = look(RUST, files, SMALL, target("crates.io", "other", parents=("gone",)))
    sight = best(found, "small-vec")
    assert (sight.level, len(sight.chain)) == (Level.IMPORTED, 2)
    assert level(found, "other") is Level.DECLARED
    assert "what depends on it was not read: gone" in limits(found, "other")


@pytest.mark.parametrize("source", ["/* ", 'const T: &str = "', 'r#"', "use a::*;" * 21])
def test_a_file_without_an_end_is_told(source: str) -> None:
    found = look(RUST, {"a.rs": source, "Cargo.toml": "["}, SMALL)
    limit = "Rust files that were not read to the end: Cargo.toml, a.rs"
    assert limit in limits(found, "small-vec")


@given(st.text(alphabet="'\"#r/*(){}:<>\\\n .use*,", max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_rust(text.encode())


@pytest.mark.parametrize("text", ['"\\', "'\\", "/*", "/**/", 'r#"', "use a::{", "a::<", "::"])
def test_long_texts_are_read_once(text: str) -> None:
    """It ends: each of these took the square of the time where it was looked for again."""
    read_rust((text * 4_000).encode())
