"""JavaScript: calls of vulnerable symbols where an import binds their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.reach import Level, Scope
from assay.vuln.reach.javascript import JavaScriptSearch
from assay.vuln.reach.jscalls import find_calls
from assay.vuln.reach.jsimports import read_imports
from assay.vuln.reach.jstokens import JsLexer
from tests.vuln.reach.looking import best, hidden, level, limits, look, target

JS = JavaScriptSearch
LODASH = target("npm", "lodash", "lodash.template", "lodash.Parser.run")
CALLED = {
    "namespace": "import * as _ from 'lodash'\n_.template(x)",
    "default": "import _ from 'lodash'\n_.template(x)",
    "default by name": "import {default as _} from 'lodash'\n_.template(x)",
    "named": "import {template} from 'lodash'\ntemplate(x)",
    "renamed": "import {map, template as t} from 'lodash'\nt(x)",
    "both": "import _, {template as t} from 'lodash'\nt(x)",
    "with types": "import {type A, template} from 'lodash'\ntemplate(x)",
    "by a text": "import {'template' as t} from 'lodash'\nt(x)",
    "require": "const _ = require('lodash')\n_.template(x)",
    "typescript": "import _ = require('lodash')\n_.template(x)",
    "destructured": "const {map, template: t} = require('lodash')\nt(x)",
    "destructured with a default": "const {template = () => { return 1 }} = require('lodash')\ntemplate(x)",
    "member of require": "const t = require('lodash').template;\nt(x)",
    "at once": "require('lodash').template(x)",
    "default of require": "const _ = require('lodash').default;\n_.template(x)",
    "awaited": "const _ = await import('lodash')\n_.template(x)",
    "a file of the package": "import template from 'lodash/template'\ntemplate(x)",
    "a file with an ending": "const t = require('lodash/fp/template.js')\nt(x)",
    "given another name": "import _ from 'lodash'\nconst t = _.template;\nt(x)",
    "destructured from a name": "import _ from 'lodash'\nconst {template} = _\ntemplate(x)",
    "optional": "import _ from 'lodash'\n_?.template?.(x)",
    "by its name": "import _ from 'lodash'\n_['template'](x)",
    "call": "import _ from 'lodash'\n_.template.call(null, x)",
    "new": "import {template} from 'lodash'\nnew template",
    "in JSX": "import _ from 'lodash'\nconst a = <p>{_.template(x)}</p>",
    "in a template": "import _ from 'lodash'\nconst a = `a ${_.template(x)}`",
    "in a function": "import _ from 'lodash'\nfunction f(a) { if (a) { return _.template(a) } }",
    "behind its use": "f()\nfunction f() { _.template(1) }\nvar _ = require('lodash')",
    "the second of several": "const fs = require('fs'), a = 1, _ = require('lodash');\n_.template(x)",
    "given later": "let _;\n_ = require('lodash')\n_.template(x)",
    "in an argument": "import {template} from 'lodash'\nf(template(x))",
}
REFERENCED = {
    "handed on": "import {template} from 'lodash'\nlist.map(template)",
    "bound": "import _ from 'lodash'\nconst t = _.template.bind(_)",
    "a member of it": "import {template} from 'lodash'\ntemplate.settings()",
    "deeper": "import _ from 'lodash'\n_.fp.template(x)",
    "a parameter of that name": "import {template} from 'lodash'\nf(template => template(x))",
    "parameters of that name": "import {template} from 'lodash'\nf((a, template) => template(x))",
    "of a function": "import {template} from 'lodash'\nfunction f(template) { template(x) }",
    "of a typed one": "import {template} from 'lodash'\nconst f = (template: T): R => template(x)",
    "another of that name": (
        "import {template} from 'lodash'\nfunction f() { const template = g; template(x) }"
    ),
    "a method of that name": "import {template} from 'lodash'\nclass A { template(x) { } }",
    "of another file of it": "import _ from 'lodash/fp'\n_.template(x)",
    "method of a value": "import {Parser} from 'lodash'\nnew Parser().run()",
}
IMPORTED = {
    "another": "import _ from 'lodash'\n_.map(x)",
    "of another value": "import _ from 'lodash'\nejs.template(x)",
    "own": "import _ from 'lodash'\nfunction template() {}\ntemplate(x)",
    "a text": "import _ from 'lodash'\nconst a = '_.template(x)'",
    "for types": "import _ from 'lodash'\nimport type {template} from 'lodash'\ntemplate(x)",
}


@pytest.mark.parametrize("source", CALLED.values(), ids=CALLED)
def test_called(source: str) -> None:
    found = look(JS, {"src/a.js": source}, LODASH)
    sight = best(found, "lodash")
    assert (sight.level, sight.what) == (Level.CALLED, "calls lodash.template")
    lines = {
        number for number, line in enumerate(source.split("\n"), 1) if "(" in line or "new" in line
    }
    assert sight.path == "src/a.js"
    assert sight.line in lines


@pytest.mark.parametrize("source", REFERENCED.values(), ids=REFERENCED)
def test_what_may_be_a_call_is_a_level_below(source: str) -> None:
    assert level(look(JS, {"a.ts": source}, LODASH), "lodash") is Level.REFERENCED


@pytest.mark.parametrize("source", IMPORTED.values(), ids=IMPORTED)
def test_not_called(source: str) -> None:
    found = look(JS, {"a.ts": source}, LODASH)
    assert level(found, "lodash") is Level.IMPORTED
    assert "values are not followed from where they are made" in limits(found, "lodash")


def test_a_place_is_told() -> None:
    found = look(JS, {"test/a.test.js": CALLED["default"]}, LODASH)
    sight = best(found, "lodash")
    assert (sight.place, sight.scope) == ("test/a.test.js:2", Scope.TESTS)


THROUGH = {
    "named": ("export {template as t} from 'lodash'", "import {t} from './lib'\nt(x)"),
    "star": ("export * from 'lodash'", "import {template} from './lib'\ntemplate(x)"),
    "namespace": ("export * as _ from 'lodash'", "import {_} from './lib'\n_.template(x)"),
    "default": (
        "import _ from 'lodash'\nexport default _",
        "import l from './lib'\nl.template(x)",
    ),
    "imported and exported": (
        "import {template} from 'lodash'\nexport {template as t}",
        "import {t} from './lib'\nt(x)",
    ),
    "declared": (
        "import _ from 'lodash'\nexport const t = _.template;",
        "import {t} from './lib'\nt(x)",
    ),
    "typescript": (
        "import _ = require('lodash')\nexport = _",
        "import l = require('./lib')\nl.template(x)",
    ),
    "all of a module": ("module.exports = require('lodash')", "require('./lib').template(x)"),
    "a member": ("exports.t = require('lodash').template", "const {t} = require('./lib')\nt(x)"),
    "an object": (
        "const {template} = require('lodash')\nmodule.exports = {template, other: 1}",
        "const l = require('./lib')\nl.template(x)",
    ),
}


@pytest.mark.parametrize(("lib", "use"), THROUGH.values(), ids=THROUGH)
def test_what_the_product_exports_again_is_followed(lib: str, use: str) -> None:
    for place in ("src/lib.ts", "src/lib/index.js"):
        sight = best(look(JS, {place: lib, "src/a.js": use}, LODASH), "lodash")
        assert (sight.level, sight.path) == (Level.CALLED, "src/a.js")


def test_what_a_call_gives_is_not_what_is_called() -> None:
    lib = "import {template} from 'lodash'\nexport default template(1)"
    found = look(JS, {"lib.js": lib, "a.js": "import t from './lib'\nt(x)"}, LODASH)
    assert "a.js" not in {sight.path for sight in found.sights["lodash"]}


def test_a_doubt_on_the_way_stays() -> None:
    lib = "import {template} from 'lodash'\nfunction f(template) {}\nexport {template}"
    files = {"lib.js": lib, "a.js": "import {template} from './lib'\ntemplate(x)"}
    found = look(JS, files, LODASH)
    assert level(found, "lodash") is Level.REFERENCED
    [sight] = [one for one in found.sights["lodash"] if one.place == "a.js:2"]
    assert sight.what == "calls lodash.template, or what else is called template there"


def test_a_name_in_an_import_or_a_key_is_named_and_not_called() -> None:
    for source in ("import {template} from 'lodash'", "const {template} = require('lodash')"):
        sight = best(look(JS, {"a.js": f"{source}\nconst a = {{template: 1}}"}, LODASH), "lodash")
        assert (sight.level, sight.what) == (Level.REFERENCED, "names lodash.template")


def test_typescript_names_what_will_be_made_of_a_file() -> None:
    files = {
        "lib.ts": "export * from 'lodash'",
        "a.ts": "import {template} from './lib.js'\ntemplate(x)",
    }
    assert best(look(JS, files, LODASH), "lodash").place == "a.ts:2"


def test_a_member_that_is_computed_may_be_any() -> None:
    found = look(JS, {"a.js": "import _ from 'lodash'\n_[name](x)"}, LODASH)
    assert level(found, "lodash") is Level.IMPORTED
    assert "a name in it is computed: a.js:2" in hidden(found, "lodash")


def test_a_package_that_is_itself_the_symbol() -> None:
    merge = target("npm", "lodash.merge", "lodash.merge")
    sight = best(
        look(JS, {"a.js": "const m = require('lodash.merge')\nm(x)"}, merge), "lodash.merge"
    )
    assert (sight.level, sight.place) == (Level.CALLED, "a.js:2")


def test_a_name_that_the_manifest_gives() -> None:
    files = {
        "app/package.json": '{"dependencies": {"old": "npm:lodash@4"}}',
        "app/a.js": "import o from 'old'\no.template(x)",
        "other/a.js": "import o from 'old'\no.template(x)",
    }
    sight = best(look(JS, files, LODASH), "lodash")
    assert (sight.level, sight.path) == (Level.CALLED, "app/a.js")
    del files["app/a.js"]
    assert level(look(JS, files, LODASH), "lodash") is Level.DECLARED


def test_names_that_mean_too_many_things_are_given_up_and_told() -> None:
    """Files that export each other: every name could be in any of them."""
    stars = "".join(f"export * from './f{number}'\n" for number in range(9))
    files = {f"f{number}.js": stars for number in range(9)}
    files["a.js"] = "import _ from 'lodash'\nimport {x} from './f0'\nx()\n"
    found = look(JS, files, LODASH)
    assert "files whose names mean too many things: a.js" in hidden(found, "lodash")


def test_a_name_that_is_given_on_too_often_is_given_up_and_told() -> None:
    given = "".join(f"const a{number + 1} = a{number};\n" for number in range(20))
    source = f"import a0 from 'lodash'\n{given}a20.template()"
    found = look(JS, {"a.js": source}, LODASH)
    assert "files whose names mean too many things: a.js" in hidden(found, "lodash")
    near = source.replace("a20.", "a9.")
    assert level(look(JS, {"a.js": near}, LODASH), "lodash") is Level.CALLED


@pytest.mark.parametrize(
    "text",
    [
        "import {",
        "const {a = ",
        "(" * 9 + ") {",
        "a.b",
        "export {",
        "x => ",
        "exports.a = {",
        "?.[",
    ],
)
def test_long_files_are_gone_over_a_few_times(text: str) -> None:
    """It ends: a name, a bracket or a pattern without an end is not gone over again."""
    read_imports("a.js", (text * 4_000).encode(), with_calls=True)


@given(st.text(alphabet="'{}()[].,:;=>*? \nabimportxfquec", max_size=200))
def test_any_text_is_read(text: str) -> None:
    find_calls(JsLexer(text).run())
