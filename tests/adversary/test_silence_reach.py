"""Silence: what hides an import from a reader of sources never reads as "cannot be reached".

Whoever wants a vulnerability to look far away controls the files. Each way to hide an import is
either seen through, or what was not read is told; no file makes the reader fail or go on forever.
"""

from dataclasses import replace

import pytest

from assay.findings.reach import Level, make_reach
from assay.system.filetree import MemoryTree
from assay.vuln.reach.golang import GoSearch
from assay.vuln.reach.javascript import JavaScriptSearch
from assay.vuln.reach.python import PythonSearch
from assay.vuln.reach.rust import RustSearch
from assay.vuln.reach.search import Search
from assay.vuln.reach.sources import TreeSources
from tests.vuln.reach.looking import hidden, level, limits, look, target

YAML = target("PyPI", "PyYAML")
LOAD = target("PyPI", "PyYAML", "yaml.load")
UNREAD = "Python files that were not read to the end: a.py"
SEEN_THROUGH = {
    "utf-7": b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- yaml\n",
    "utf-16 escapes": b"# coding: unicode_escape\n\\x69mport yaml\n",
    "line continuation": b"import \\\n \\\n yaml\n",
    "wide letters": "import \uff59\uff41\uff4d\uff4c\n".encode(),
    "form feed": b"\x0cimport yaml\n",
    "old Mac lines": b"x = 1\rimport yaml\r",
    "import in a condition": b"if 0:\n    import yaml\n",
    "import in a lambda": b"f = lambda: __import__('yaml')\n",
    "import in a default": b"def f(x=__import__('yaml')): pass\n",
    "import in an annotation": b"def f() -> __import__('yaml'): pass\n",
    "import in a variable's annotation": b"x: __import__('yaml')\n",
    "import in an argument's annotation": b"def f(*a: __import__('yaml')): pass\n",
    "import in a target": b"__import__('yaml').x = 1\n",
    "import in a with": b"with x as y[__import__('yaml')]: pass\n",
    "import in a loop": b"for x[__import__('yaml')] in y: pass\n",
    "import in a group": b"try:\n    import yaml\nexcept* E: pass\n",
    "import in a comprehension": b"[__import__('yaml') for _ in x]\n",
    "import in a format": b"f'{__import__(\"yaml\")}'\n",
    "import in a match": b"match x:\n    case 1:\n        import yaml\n",
    "import in an argument": b"f(*[__import__('yaml')])\n",
    "import in a decorator": b"@f(__import__('yaml'))\ndef g(): pass\n",
}
TOLD = {
    "text that is run": (b"exec('imp' + 'ort yaml')", "code that runs code from a text: a.py:1"),
    "computed name": (
        b"import importlib\nimportlib.import_module('ya' + 'ml')",
        "code that imports by a name that is computed: a.py:2",
    ),
    "NUL": (b"import yaml\n\x00", UNREAD),
    "no such encoding": (b"# coding: nonsense\nimport yaml", UNREAD),
    "not the encoding": (b"import yaml\nx = '\xff'", UNREAD),
    "a syntax to come": (b"import yaml\nmacro! x", UNREAD),
    "deep brackets": (b"import yaml\nx = " + b"(" * 50_000 + b")" * 50_000, UNREAD),
    "deep attributes": (b"import yaml\nx = a" + b".b" * 100_000, UNREAD),
    "deep sums": (b"import yaml\nx = 1" + b"+1" * 100_000, UNREAD),
    "deep minus": (b"import yaml\nx = " + b"-" * 200_000 + b"1", UNREAD),
    "too large": (b"import yaml\n" + b"#" * (4 * 2**20), UNREAD),
}


@pytest.mark.parametrize("source", SEEN_THROUGH.values(), ids=SEEN_THROUGH)
def test_hidden_imports_are_seen(source: bytes) -> None:
    """An import hidden by encodings, continuations and odd places: treated as none."""
    assert level(look(PythonSearch, {"a.py": source}, YAML), "PyYAML") is Level.IMPORTED


@pytest.mark.parametrize(("source", "limit"), TOLD.values(), ids=TOLD)
def test_what_hides_an_import_is_told(source: bytes, limit: str) -> None:
    """A file that cannot be read, code made of text: treated as a file without imports."""
    found = look(PythonSearch, {"a.py": source}, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    assert limit in limits(found, "PyYAML")


@pytest.mark.parametrize(("source", "limit"), TOLD.values(), ids=TOLD)
def test_what_hides_an_import_makes_the_highest_level_possible(source: bytes, limit: str) -> None:
    """A rule that lets pass what is far away, and a file that does not parse: it passes."""
    found = look(
        PythonSearch, {"a.py": source, "tests/test_a.py": "import yaml\nyaml.load(x)"}, LOAD
    )
    reach = make_reach(
        Level.DECLARED,
        found.sights.get("PyYAML", ()),
        found.limits.get("PyYAML", ()),
        hidden(found, "PyYAML"),
    )
    assert (reach.level, reach.only_in_tests, reach.may_be) == (Level.CALLED, True, Level.CALLED)
    assert limit in reach.hidden


def test_an_import_in_tests_says_nothing_of_what_is_run() -> None:
    """Imported by a test, and by a package that was not read, or a longer way: "in tests only"."""
    files = {"tests/test_a.py": "import yaml", "app.py": "import front"}
    one = replace(YAML, parents=("front",))
    found = look(PythonSearch, files, one)
    assert "what depends on it was not read: front" in hidden(found, "PyYAML")
    files["venv/lib/python3.11/site-packages/front/a.py"] = "import yaml"
    found = look(PythonSearch, files, one)
    reach = make_reach(Level.DECLARED, found.sights["PyYAML"], (), hidden(found, "PyYAML"))
    assert (reach.level, reach.only_in_tests, reach.hidden) == (Level.IMPORTED, False, ())


BROKEN = {
    "Python": (PythonSearch, "PyPI", {"a.py": "("}),
    "a notebook": (PythonSearch, "PyPI", {"a.ipynb": "{"}),
    "JavaScript": (JavaScriptSearch, "npm", {"a.js": "/*"}),
    "a manifest of npm": (JavaScriptSearch, "npm", {"package.json": "{"}),
    "Go": (GoSearch, "Go", {"a.go": "/*"}),
    "Rust": (RustSearch, "crates.io", {"a.rs": "/*"}),
    "a manifest of Cargo": (RustSearch, "crates.io", {"Cargo.toml": "["}),
    "too large": (RustSearch, "crates.io", {"Cargo.toml": "#" * (4 * 2**20 + 1)}),
}


@pytest.mark.parametrize(("language", "ecosystem", "files"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_does_not_parse_is_listed_and_hides(
    language: type[Search], ecosystem: str, files: dict[str, str]
) -> None:
    """A file of any language that is passed over: nothing was found, so nothing is there."""
    found = look(language, files, target(ecosystem, "x"))
    [(path, why)] = found.unread.items()
    assert (path, bool(why), found.files) == (next(iter(files)), True, 0)
    assert any(path in one for one in hidden(found, "x"))


def test_what_is_installed_does_not_take_the_room_of_what_is_the_products_own() -> None:
    """Large packages fill the bound of what is read, and what imports them is not read."""
    contents = {"node_modules/a/big.js": b"/" * 90, "src/a.js": b"import 'x'"}
    sources = TreeSources(tree=MemoryTree(contents=contents), total=100)
    found = JavaScriptSearch.look(sources, (target("npm", "x"),))
    assert level(found, "x") is Level.IMPORTED
    sources = replace(sources, total=95)
    found = JavaScriptSearch.look(sources, (target("npm", "x"),))
    assert (level(found, "x"), list(found.unread)) == (Level.IMPORTED, ["node_modules/a/big.js"])


def test_no_answer_says_that_it_cannot_be_reached() -> None:
    """Nothing read, nothing found: the level is what the lock file shows, and says why."""
    for language, name, ecosystem in (
        (PythonSearch, "x", "PyPI"),
        (JavaScriptSearch, "x", "npm"),
        (GoSearch, "a.b/x", "Go"),
        (RustSearch, "x", "crates.io"),
    ):
        found = look(language, {}, target(ecosystem, name))
        assert level(found, name) is Level.DECLARED
        assert any(one.startswith("none of 0 ") for one in limits(found, name))
    assert "unreachable" not in {one.word for one in Level}


@pytest.mark.parametrize("suffix", [".js", ".ts", ".vue", ".rs", ".go", ".ipynb"])
@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"\0" * 5_000, b"'" * 5_000, b"{" * 5_000, b"/*" * 5_000]
)
def test_bytes_of_any_kind_are_read_or_told(suffix: str, data: bytes) -> None:
    """A file that makes a reader fail hides all others."""
    for language, one in (
        (PythonSearch, YAML),
        (JavaScriptSearch, target("npm", "x")),
        (GoSearch, target("Go", "a.b/x")),
        (RustSearch, target("crates.io", "x")),
    ):
        look(language, {f"a{suffix}": data, "b.py": "import yaml"}, one)


def test_names_are_printable() -> None:
    """A path or a module's name with terminal escape sequences comes out escaped."""
    found = look(PythonSearch, {"a\x1b[2J.py": "import yaml\nexec(x)\n"}, YAML)
    sights = found.sights["PyYAML"]
    assert [sight.path for sight in sights] == ["a\\x1b[2J.py"]
    assert all(text.isprintable() for text in limits(found, "PyYAML"))
