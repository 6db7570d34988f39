"""JavaScript and TypeScript: which packages are imported, and what hides that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.reach import Level, Scope
from assay.vuln.reach.javascript import JavaScriptSearch
from assay.vuln.reach.jsimports import is_alias, package_of, read_imports, script_text
from assay.vuln.reach.jstokens import JsLexer, unescape
from tests.vuln.reach.looking import best, level, limits, look, target

JS = JavaScriptSearch
LODASH = target("npm", "lodash")
IMPORTED = {
    "default": 'import _ from "lodash"',
    "names": "import {a as b, type C, default as d} from 'lodash';",
    "all": "import * as _ from 'lodash'",
    "both": "import _, {map} from 'lodash'",
    "effects": "import 'lodash'",
    "over lines": "import {\n  a,\n  b,\n} from\n 'lodash'",
    "a part": "import map from 'lodash/map'",
    "require": "const _ = require('lodash')",
    "require in brackets": "const {a} = (require)('x'), b = require(\n'lodash')",
    "require of a module": "module.require('lodash')",
    "resolve": "require.resolve('lodash')",
    "if it is there": "require?.('lodash')",
    "dynamic": "await import('lodash')",
    "with settings": "import('lodash', {with: {type: 'json'}})",
    "template": "require(`lodash`)",
    "export all": "export * from 'lodash'",
    "export all as": "export * as _ from 'lodash'",
    "export names": "export { map } from 'lodash'",
    "typescript": "import _ = require('lodash')",
    "attributes": "import _ from 'lodash' with { type: 'json' }",
    "behind a comment": "/* ' */ import _ from 'lodash' // '",
    "behind an expression": "const q = /['\"]/.test(x); require('lodash')",
    "behind a division": "const q = a / b; require('lodash'); c / d",
    "in a template": "const t = `a ${ require('lodash') } b`",
    "in two templates": "const t = `a ${ `b ${ import('lodash') }` } ' `",
    "after JSX": "const a = <p>don't</p>\nconst b = require('lodash')",
    "escaped": "require('lod\\u0061sh')",
    "a default that is called type": "import type from 'lodash'",
    "query": "import url from 'lodash?url'",
    "behind an object": "const o = {a: 1}; import('lodash')",
    "many names": "import {" + "a, " * 3_000 + "b} from 'lodash'",
    "windows": "const a = 1\r\nimport _ from 'lodash'\r\n",
    "of Deno": "import _ from 'npm:lodash@4/map'",
    "of Deno with a slash": "import _ from 'npm:/lodash@4'",
    "AMD": "define(['x', 'lodash'], f)",
    "AMD with a name": "define('own', ['lodash'], f)",
    "AMD at once": "require(['x', 'lodash'], f)",
    "the loader itself": "Module._load('lodash')",
    "a mark": "\ufeffimport _ from 'lodash'",
}
NOT_IMPORTED = {
    "comment": "// require('lodash')",
    "block": "/* import 'lodash' */",
    "text": "const t = \"require('lodash')\"",
    "expression": "const t = /require('lodash')/",
    "member": "x.import('lodash')",
    "meta": "import.meta.url; 'lodash'",
    "a file": "import './lodash'",
    "above": "import '../lodash'",
    "another": "import 'lodash-es'",
    "a scope": "import '@types/lodash'",
    "the platform": "import 'node:fs'",
    "export of its own": "export const x = 'lodash'",
    "a key": "const o = {require: 1}; o.require",
}


@pytest.mark.parametrize("source", IMPORTED.values(), ids=IMPORTED)
def test_imported(source: str) -> None:
    assert level(look(JS, {"a.js": source}, LODASH), "lodash") is Level.IMPORTED


@pytest.mark.parametrize("source", NOT_IMPORTED.values(), ids=NOT_IMPORTED)
def test_not_seen_imported(source: str) -> None:
    found = look(JS, {"a.js": source}, LODASH)
    assert level(found, "lodash") is Level.DECLARED
    assert "none of 1 JavaScript files that were read imports lodash" in limits(found, "lodash")


@pytest.mark.parametrize(
    "source",
    [
        "import type { A } from 'lodash'",
        "import type A from 'lodash'",
        "export type { A } from 'lodash'",
    ],
)
def test_imports_for_types_are_told_to_be_that(source: str) -> None:
    found = look(JS, {"a.ts": source}, LODASH)
    assert (level(found, "lodash"), best(found, "lodash").scope) == (Level.DECLARED, Scope.TYPES)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("src/a.ts", Scope.RUN),
        ("src/a.test.ts", Scope.TESTS),
        ("src/__tests__/a.js", Scope.TESTS),
        ("types/a.d.ts", Scope.TYPES),
    ],
)
def test_where_it_is_imported(path: str, scope: Scope) -> None:
    assert best(look(JS, {path: "import 'lodash'"}, LODASH), "lodash").scope is scope


LIMITS = {
    "a computed name": ("require(name)", "code that imports by a name that is computed: a.jsx:1"),
    "a template": ("import(`x/${y}`)", "code that imports by a name that is computed: a.jsx:1"),
    "a sum": ("require('lo' + 'dash')", "code that imports by a name that is computed: a.jsx:1"),
    "handed on": ("load(require)", "code that hands on the function that imports: a.jsx:1"),
    "called by call": (
        "require.call(null, 'lodash')",
        "code that hands on the function that imports: a.jsx:1",
    ),
    "of the module": (
        "const r = module.require",
        "code that hands on the function that imports: a.jsx:1",
    ),
    "a list that is computed": (
        "define(['x', y], f)",
        "code that imports by a name that is computed: a.jsx:1",
    ),
    "made": (
        "const r = createRequire(u)",
        "code that makes a function that imports: a.jsx:1",
    ),
    "text that is run": ("eval('x')", "code that runs code from a text: a.jsx:1"),
    "a function of text": ("new Function('x')", "code that runs code from a text: a.jsx:1"),
    "escaped names": ("\\u0072equire('lodash')", "code that writes names with escapes: a.jsx:1"),
    "quotes in JSX": (
        "<p>don't {require('lodash')} won't</p>",
        "code that has an import among quotes that do not pair: a.jsx:1",
    ),
    "one quote in JSX": (
        "<p>don't {require(`lodash`)}</p>",
        "code that has an import among quotes that do not pair: a.jsx:1",
    ),
    "no end": ("/* require('lodash')", "JavaScript files that were not read to the end: a.jsx"),
    "a dialect": ("", "pages and dialects are not read: page.html"),
    "aliases": ("import '#lodash'; import '@/a'", "specifiers that a setting gives a meaning"),
}


@pytest.mark.parametrize(("source", "limit"), LIMITS.values(), ids=LIMITS)
def test_limits(source: str, limit: str) -> None:
    found = look(JS, {"a.jsx": source, "page.html": "<script>import 'lodash'</script>"}, LODASH)
    assert any(one.startswith(limit) for one in limits(found, "lodash"))


def test_scripts_of_pages() -> None:
    page = "<template>'</template>\n<script setup lang='ts'>\nimport 'lodash'\n</script><style>'"
    found = look(JS, {"a.vue": page}, LODASH)
    assert best(found, "lodash").place == "a.vue:3"
    assert script_text("<script src=x") == ""


def test_packages_are_followed_through_node_modules() -> None:
    files = {
        "a.js": "import '@front/web/part'",
        "node_modules/@front/web/index.js": "require('lodash')",
        "node_modules/spare/index.js": "require('left-pad')",
    }
    found = look(JS, files, LODASH, target("npm", "left-pad", parents=("spare",)))
    assert best(found, "lodash").chain == (
        "imports @front/web/part (a.js:1)",
        "imports lodash (node_modules/@front/web/index.js:1)",
    )
    assert level(found, "left-pad") is Level.DECLARED


def test_names_that_a_manifest_gives() -> None:
    manifest = {
        "dependencies": {"old": "npm:lodash@4", "@a/b": "npm:@c/d@1"},
        "scripts": {"build": "left-pad --all"},
    }
    files = {"package.json": json.dumps(manifest), "a.js": "import 'old'; import '@a/b'"}
    found = look(JS, files, LODASH, target("npm", "@c/d"), target("npm", "left-pad"))
    assert level(found, "lodash") is level(found, "@c/d") is Level.IMPORTED
    assert "a script in package.json names it" in limits(found, "left-pad")


def test_names_of_overrides() -> None:
    files = {"package.json": '{"overrides": {"old": "npm:lodash@4"}}', "a.js": "import 'old'"}
    assert level(look(JS, files, LODASH), "lodash") is Level.IMPORTED


def test_what_cannot_be_read_is_told() -> None:
    found = look(JS, {"package.json": "{", "a.js": "x"}, target("npm", "x", "x.y", parents=("q",)))
    assert {
        "JavaScript files that were not read to the end: package.json",
        "what depends on it was not read: q",
    } <= limits(found, "x")


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("a", "a"),
        ("a/b/c", "a"),
        ("@a/b/c", "@a/b"),
        ("./a", ""),
        ("/a", ""),
        ("node:fs", ""),
        ("npm:@a/b@1/c", "@a/b"),
        ("npm:a@1", "a"),
        ("https://a.example/b.js", ""),
        ("#a", ""),
        ("", ""),
        ("raw-loader!./a", "raw-loader"),
    ],
)
def test_package_of(specifier: str, package: str) -> None:
    assert package_of(specifier) == package


def test_aliases() -> None:
    assert [is_alias(one) for one in ("#a", "~/a", "@/a", "@a/b", "a")] == [True] * 3 + [False] * 2


def test_escapes() -> None:
    assert unescape(r"\x61\u0062\u{63}\n\q") == "abc\nq"
    assert (
        unescape(
            r"\u{ffffff}a\
b"
        )
        == "ab"
    )


HOSTILE = (
    "'\\",
    "`${",
    "(/\\/",
    "(/[",
    "\"\\'",
    "import {",
    "import ",
    "import a,",
    "/*",
    "require(",
    "'\"`",
    "a/",
    "<script",
    "export {",
    "}`",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_time_is_that_of_the_length(text: str) -> None:
    """Each character is looked at a few times at most, whatever surrounds it."""
    lexer = JsLexer(text * 2_000)
    lexer.run()
    assert lexer.steps <= 3 * len(text) * 2_000
    read_imports("a.vue", (text * 2_000).encode())


@given(st.text(alphabet="'\"`/*${}()\\\n <>=+aimport", max_size=200))
def test_any_text_is_read_to_its_end(text: str) -> None:
    lexer = JsLexer(text)
    tokens = lexer.run()
    assert lexer.steps <= 3 * len(text) + 3
    assert all(1 <= token.line <= text.count("\n") + 1 for token in tokens)
    read_imports("a.js", text.encode())
