"""Go: packages of a module, symbols of packages, and what a program has of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.reach import Level, Scope
from assay.vuln.reach.golang import GoSearch
from assay.vuln.reach.gosource import GoImport, names_of, read_go
from assay.vuln.reach.target import Symbol, Target
from tests.vuln.reach.looking import best, hidden, level, limits, look, target

GO = GoSearch
HTML = "golang.org/x/net/html"
NET = target(
    "Go",
    "golang.org/x/net",
    Symbol(package=HTML, parts=("Parse",)),
    Symbol(package=HTML, parts=("Tokenizer", "Next"), only_on=("windows",)),
)


def go(imports: str, body: str) -> str:
    """Return a program."""
    return f"package main\n\nimport (\n{imports}\n)\n\nfunc main() {{\n{body}\n}}\n"


LEVELS = {
    "called": (go(f'"{HTML}"', "html.Parse(r)"), Level.CALLED),
    "by another name": (go(f'h "{HTML}"', "h.Parse(r)"), Level.CALLED),
    "among many": (go('"x"\n' * 11_000 + f'"{HTML}"', "html.Parse(r)"), Level.CALLED),
    "without a name": (go(f'. "{HTML}"', "Parse(r)"), Level.CALLED),
    "one import": (f'package a\nimport "{HTML}"\nvar x = html.Parse(r)', Level.CALLED),
    "raw": (go(f"`{HTML}`", "html.Parse(r)"), Level.CALLED),
    "deferred": (go(f'"{HTML}"', "defer html.Parse(r)"), Level.CALLED),
    "handed on": (go(f'"{HTML}"', "f(html.Parse)"), Level.REFERENCED),
    "a method": (go(f'"{HTML}"', "z.Next()"), Level.REFERENCED),
    "a method of a call": (go(f'"{HTML}"', "html.NewTokenizer(r).Next()"), Level.REFERENCED),
    "another function": (go(f'"{HTML}"', "html.Render(r)"), Level.IMPORTED),
    "blank": (go(f'_ "{HTML}"', ""), Level.IMPORTED),
    "another package": (go('"golang.org/x/net/http2"', "http2.Parse()"), Level.DECLARED),
    "not of it": (go('"golang.org/x/network"', "html.Parse()"), Level.DECLARED),
    "text": ('package a\nvar x = `import "golang.org/x/net/html"`', Level.DECLARED),
    "comment": (f'package a\n// import "{HTML}"\n/* import "{HTML}" */', Level.DECLARED),
    "another's name": (go(f'_ "{HTML}"\n"a.b/html"', "html.Nothing()"), Level.IMPORTED),
}


@pytest.mark.parametrize(("source", "expected"), LEVELS.values(), ids=LEVELS)
def test_levels(source: str, expected: Level) -> None:
    assert level(look(GO, {"main.go": source}, NET), "golang.org/x/net") is expected


def test_another_package_of_the_module_is_told() -> None:
    found = look(GO, {"a.go": go('"golang.org/x/net/http2"', "")}, NET)
    assert {
        f"none of 1 Go files that were read imports {HTML}",
        "other packages of the module are imported: golang.org/x/net/http2",
    } == limits(found, "golang.org/x/net")


def test_an_advisory_without_packages_is_about_the_module() -> None:
    found = look(GO, {"a.go": go('"a.b/c/d"', "")}, target("Go", "a.b/c"))
    assert level(found, "a.b/c") is Level.IMPORTED


def test_a_package_without_symbols_is_vulnerable_as_a_whole() -> None:
    one = target("Go", "a.b/c", Symbol(package="a.b/c"))
    sight = best(look(GO, {"a_test.go": go('"a.b/c"', "c.Any()")}, one), "a.b/c")
    assert (sight.level, sight.scope, sight.what) == (
        Level.CALLED,
        Scope.TESTS,
        "calls a.b/c.Any",
    )


def test_the_standard_library() -> None:
    one = target("Go", "stdlib", Symbol(package="archive/zip", parts=("NewReader",)))
    found = look(GO, {"a.go": go('"archive/zip"', "zip.NewReader()")}, one)
    assert level(found, "stdlib") is Level.CALLED


def test_systems_are_told() -> None:
    sight = best(look(GO, {"a.go": go(f'"{HTML}"', "z.Next()")}, NET), "golang.org/x/net")
    assert sight.what == (
        "calls Next of a value whose type is not known; vulnerable is "
        "golang.org/x/net/html.Tokenizer.Next (vulnerable on windows only)"
    )


def test_another_major_version_and_a_nested_module_are_others() -> None:
    module = target("Go", "a.b/c", nested=("a.b/c/own",))
    for path, expected in (
        ("a.b/c/d", Level.IMPORTED),
        ("a.b/c/v2", Level.DECLARED),
        ("a.b/c/v2/d", Level.DECLARED),
        ("a.b/c/own", Level.DECLARED),
        ("a.b/c/own/d", Level.DECLARED),
        ("a.b/c/owner", Level.IMPORTED),
    ):
        assert level(look(GO, {"a.go": go(f'"{path}"', "")}, module), "a.b/c") is expected


def test_a_name_that_a_file_gives_to_something_else_is_no_call() -> None:
    source = go(f'"{HTML}"', "html := g(); html.Parse(x)")
    sight = best(look(GO, {"a.go": source}, NET), "golang.org/x/net")
    assert (sight.level, sight.what) == (
        Level.REFERENCED,
        f"calls {HTML}.Parse, or of what else is called html there",
    )


def test_a_package_whose_name_is_not_known_is_told() -> None:
    found = look(GO, {"a.go": go(f'"{HTML}"', "other.Parse(x)")}, NET)
    assert level(found, "golang.org/x/net") is Level.IMPORTED
    why = "under which name a package of it is used is not known: a.go:4"
    assert why in hidden(found, "golang.org/x/net")


def test_only_the_name_makes_a_test() -> None:
    for path, scope in (
        ("test/a.go", Scope.RUN),
        ("a_test.go", Scope.TESTS),
        ("testdata/a.go", Scope.TESTS),
    ):
        assert best(look(GO, {path: go(f'"{HTML}"', "")}, NET), "golang.org/x/net").scope is scope


def test_when_a_file_is_built_is_told() -> None:
    imports = go(f'"{HTML}"', "")
    source = f"//go:build ignore && windows\n{imports}"
    sight = best(look(GO, {"a.go": source}, NET), "golang.org/x/net")
    assert sight.what == f"imports {HTML}, where it is built for ignore && windows"


GO_HIDDEN = {
    "names that are linked": (
        {"a.go": f"package a\n//go:linkname f {HTML}.Parse\nfunc f()\n"},
        "code that links names of packages by a comment: a.go:2",
    ),
    "a plug-in": (
        {"a.go": go('"plugin"', "plugin.Open(x)")},
        "code that loads a plug-in: a.go:8",
    ),
    "assembly": ({"a.go": go('"os"', ""), "a.s": ""}, "assembly is not read: a.s"),
}


@pytest.mark.parametrize(("files", "why"), GO_HIDDEN.values(), ids=GO_HIDDEN)
def test_what_hides_a_use(files: dict[str, str], why: str) -> None:
    assert why in hidden(look(GO, files, NET), "golang.org/x/net")


def test_a_module_cache_holds_packages_of_others() -> None:
    files = {
        "main.go": go('"front.example/Web"', ""),
        "pkg/mod/front.example/!web@v1.2.0/a.go": go(f'"{HTML}"', ""),
    }
    assert best(look(GO, files, NET), "golang.org/x/net").chain[0].endswith("(main.go:4)")
    del files["main.go"]
    assert level(look(GO, files, NET), "golang.org/x/net") is Level.DECLARED


def test_a_use_inside_of_a_package_that_is_imported_is_named_and_not_called() -> None:
    files = {
        "main.go": go('"front.example/web"', ""),
        "vendor/front.example/web/web.go": go(f'"{HTML}"', "html.Parse(x)"),
        "vendor/spare.example/x/x.go": go(f'"{HTML}"', "html.Parse(x)"),
    }
    found = look(GO, files, NET)
    sight = best(found, "golang.org/x/net")
    assert (sight.level, sight.path, sight.what) == (
        Level.REFERENCED,
        "vendor/front.example/web/web.go",
        f"a package that is imported calls {HTML}.Parse",
    )
    assert sight.chain == ("imports front.example/web (main.go:4)",)
    assert "calls inside of packages are not followed" in limits(found, "golang.org/x/net")


def test_vendored_packages_are_followed() -> None:
    files = {
        "main.go": go('"front.example/web"', ""),
        "vendor/front.example/web/web.go": go(f'"{HTML}"', ""),
        "vendor/spare.example/x/x.go": go('"a.b/c"', ""),
    }
    found = look(GO, files, NET, target("Go", "a.b/c", parents=("gone.example/x",)))
    assert best(found, "golang.org/x/net").chain == (
        "imports front.example/web (main.go:4)",
        f"imports {HTML} (vendor/front.example/web/web.go:4)",
    )
    assert level(found, "a.b/c") is Level.DECLARED
    assert "what depends on it was not read: gone.example/x" in limits(found, "a.b/c")


@pytest.mark.parametrize(
    "source", ['package a\n/* import "x"', "package a\nvar x = `", 'package a\nvar x = "\nvar y']
)
def test_a_file_without_an_end_is_told(source: str) -> None:
    found = look(GO, {"a.go": source}, NET)
    assert "Go files that were not read to the end: a.go" in limits(found, "golang.org/x/net")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a.b/c", {"c"}),
        ("a.b/c/v2", {"c"}),
        ("gopkg.in/yaml.v3", {"yaml"}),
        ("a.b/go-chi", {"go-chi", "chi", "gochi", "go_chi"}),
    ],
)
def test_names_of_packages(path: str, names: set[str]) -> None:
    assert names_of(GoImport(path=path, name="", line=1)) == names


def test_names_that_are_given() -> None:
    assert names_of(GoImport(path="a", name="b", line=1)) == {"b"}
    assert names_of(GoImport(path="a", name="_", line=1)) == frozenset()


@given(st.text(alphabet="'\"`/*(){}\\\n .aimport", max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_go(text.encode())


@pytest.mark.parametrize("text", ['"\\', "'\\", "`", "/*", "import (", 'import "a";', "a.b."])
def test_long_texts_are_read_once(text: str) -> None:
    """It ends: each of these took the square of the time where it was looked for again."""
    read_go((text * 4_000).encode())


def test_no_file_at_all() -> None:
    found = look(GO, {}, NET)
    assert f"none of 0 Go files that were read imports {HTML}" in limits(found, "golang.org/x/net")
    assert isinstance(NET, Target)
