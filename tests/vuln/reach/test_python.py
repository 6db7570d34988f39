"""Python: imports, names, calls, and what keeps them from being seen."""

import json
from dataclasses import replace

import pytest

from assay.findings.reach import Level, Scope
from assay.vuln.reach.found import Found
from assay.vuln.reach.python import PythonSearch, read_scripts
from tests.vuln.reach.looking import best, hidden, level, limits, look, target

PYTHON = PythonSearch
YAML = target("PyPI", "PyYAML", "yaml.load", "yaml.Loader.get_data")
NAMED = target("PyPI", "Jinja2", "jinja2.environment.Environment.from_string")

IMPORTED = {
    "import": "import yaml",
    "as another": "import yaml as y",
    "a module of it": "import yaml.cyaml",
    "from": "from yaml import dump",
    "all": "from yaml import *",
    "in a function": "def f():\n    import yaml",
    "by name": "import importlib\nimportlib.import_module('yaml')",
    "by the builtin": "__import__('yaml')",
    "over lines": "import \\\n    yaml",
    "behind another": "import os; import yaml",
    "with an encoding": b"# -*- coding: latin-1 -*-\n# \xe9\nimport yaml",
    "with a mark": b"\xef\xbb\xbfimport yaml",
    "in else of types": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import yaml"
    ),
}
NOT_IMPORTED = {
    "another": "import yamllint",
    "relative": "from . import yaml",
    "text": "x = 'import yaml'",
    "comment": "# import yaml",
    "types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import yaml",
    "types by module": "import typing\nif typing.TYPE_CHECKING:\n    import yaml",
    "types by another name": "import typing as t\nif t.TYPE_CHECKING:\n    import yaml",
    "types without typing": "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import yaml",
}
CALLED = {
    "by module": "import yaml\nyaml.load(x)",
    "by alias": "import yaml as y\ny.load(x)",
    "by name": "from yaml import load as l\nl(x)",
    "assigned module": "import yaml\nm = yaml\nm.load(x)",
    "assigned function": "import yaml\nf = yaml.load\nf(x)",
    "getattr": "import yaml\nf = getattr(yaml, 'load')\nf(x)",
    "imported by name": "import importlib\ny = importlib.import_module('yaml')\ny.load(x)",
    "star": "from yaml import *\nload(x)",
    "in a function": "import yaml\ndef f():\n    return yaml.load(x)",
    "imported in a function": "def f():\n    import yaml\n    return yaml.load(x)",
    "as an argument": "import yaml\nprint(yaml.load(x))",
    "method of an instance": "import yaml\nl = yaml.Loader(x)\nl.get_data()",
    "method at once": "import yaml\nyaml.Loader(x).get_data()",
    "with": "import yaml\nwith yaml.Loader(x) as l:\n    l.get_data()",
    "annotated": "import yaml\ndef f(l: yaml.Loader):\n    l.get_data()",
    "of self": (
        "import yaml\nclass A:\n    def __init__(self):\n        self.l = yaml.Loader(x)\n"
        "    def go(self):\n        return self.l.get_data()"
    ),
    "as a decorator": "import yaml\n@yaml.load\ndef f(): pass",
    "walrus": "import yaml\nif (f := yaml.load):\n    f(x)",
    "if it is there": "try:\n    import yaml\nexcept ImportError:\n    yaml = None\nyaml.load(x)",
    "getattr at once": "import yaml\ngetattr(yaml, 'load')(x)",
    "of a module that is imported by name": (
        "import importlib\nimportlib.import_module('yaml').load(x)"
    ),
    "of the builtin": "__import__('yaml').load(x)",
    "awaited": "import yaml\nasync def f():\n    await yaml.load(x)",
}
NOT_CALLED = {
    "another function": "import yaml\nyaml.safe_load(x)",
    "argument of that name": "import yaml\ndef f(yaml):\n    yaml.load(x)",
    "own function": "import yaml\ndef load(x): pass\nload(1)",
    "of another module": "import yaml, json\njson.load(x)",
    "text": "import yaml\n'yaml.load(x)'",
}


@pytest.mark.parametrize("source", IMPORTED.values(), ids=IMPORTED)
def test_imported(source: str | bytes) -> None:
    found = look(PYTHON, {"app.py": source}, target("PyPI", "PyYAML"))
    assert level(found, "PyYAML") is Level.IMPORTED


@pytest.mark.parametrize("source", NOT_IMPORTED.values(), ids=NOT_IMPORTED)
def test_not_seen_imported(source: str) -> None:
    found = look(PYTHON, {"app/a.py": source}, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    if "TYPE_CHECKING" in source:
        assert best(found, "PyYAML").scope is Scope.TYPES
    else:
        assert "none of 1 Python files that were read imports yaml" in limits(found, "PyYAML")


@pytest.mark.parametrize("source", CALLED.values(), ids=CALLED)
def test_called(source: str) -> None:
    found = look(PYTHON, {"app.py": source}, YAML)
    assert level(found, "PyYAML") is Level.CALLED


@pytest.mark.parametrize("source", NOT_CALLED.values(), ids=NOT_CALLED)
def test_not_called(source: str) -> None:
    found = look(PYTHON, {"app.py": source}, YAML)
    assert level(found, "PyYAML") is Level.IMPORTED


REFERENCED = {
    "handed on": "import yaml\nmap(yaml.load, x)",
    "a base class": "import yaml\nclass L(yaml.Loader.get_data): pass",
    "of an unknown object": "import yaml\ndef f(x):\n    x.get_data()",
    "of what a call returns": "import yaml\nyaml.make().get_data()",
    "under a shorter name": "import yaml\nyaml.main.load(x)",
}


@pytest.mark.parametrize("source", REFERENCED.values(), ids=REFERENCED)
def test_referenced(source: str) -> None:
    """A call that nobody can be sure of is a level of its own, below called."""
    found = look(PYTHON, {"app.py": source}, YAML)
    assert level(found, "PyYAML") is Level.REFERENCED


def test_a_package_gives_out_its_parts_under_shorter_names() -> None:
    source = "from jinja2 import Environment\nEnvironment().from_string(x)"
    found = look(PYTHON, {"app.py": source}, NAMED)
    assert (level(found, "Jinja2"), best(found, "Jinja2").what) == (
        Level.REFERENCED,
        "calls what may be jinja2.environment.Environment.from_string",
    )


def test_a_name_is_followed_through_the_product() -> None:
    files = {
        "src/app/__init__.py": "",
        "src/app/compat.py": "from yaml import load as read\n",
        "src/app/names.py": "from .compat import read\nthe_reader = read\n",
        "src/app/cli.py": "from app.names import the_reader\ndef main():\n    the_reader('x')\n",
        "pyproject.toml": '[project.scripts]\napp = "app.cli:main"\n',
    }
    sight = best(look(PYTHON, files, YAML), "PyYAML")
    assert (sight.level, sight.place, sight.what) == (
        Level.CALLED,
        "src/app/cli.py:3",
        "calls yaml.load",
    )
    assert sight.chain == ("main (src/app/cli.py:2)",)


def test_the_way_from_the_beginning_is_told() -> None:
    files = {
        "a.py": "import b\ndef start():\n    b.middle()\nif __name__ == '__main__':\n    start()\n",
        "b.py": "import yaml\ndef middle():\n    last()\ndef last():\n    yaml.load('x')\n",
    }
    sight = best(look(PYTHON, files, YAML), "PyYAML")
    assert sight.chain == ("start (a.py:2)", "middle (b.py:2)", "last (b.py:4)")


def test_a_call_that_nothing_seen_leads_to_says_so() -> None:
    source = "import yaml\ndef spare():\n    yaml.load('x')\n"
    sight = best(look(PYTHON, {"a.py": source}, YAML), "PyYAML")
    assert (sight.level, sight.what) == (
        Level.CALLED,
        "calls yaml.load; what calls spare was not seen",
    )


def test_what_a_framework_calls_begins_at_its_decorator() -> None:
    source = "import yaml, web\n@web.route('/')\ndef page():\n    return yaml.load('x')\n"
    sight = best(look(PYTHON, {"a.py": source}, YAML), "PyYAML")
    assert (sight.what, sight.chain) == ("calls yaml.load", ("page (a.py:3)",))


def test_calls_in_tests_alone_are_told_to_be_that() -> None:
    files = {"tests/test_a.py": "import yaml\ndef test_it():\n    yaml.load('x')\n", "a.py": ""}
    assert best(look(PYTHON, files, YAML), "PyYAML").scope is Scope.TESTS
    files["a.py"] = "import yaml\nyaml.load('x')\n"
    sight = best(look(PYTHON, files, YAML), "PyYAML")
    assert (sight.scope, sight.path) == (Scope.RUN, "a.py")


def test_what_only_a_test_leads_to_is_in_tests() -> None:
    files = {
        "a.py": "import yaml\ndef f():\n    yaml.load('x')\n",
        "tests/test_a.py": "import a\ndef test_it():\n    a.f()\n",
    }
    sight = best(look(PYTHON, files, YAML), "PyYAML")
    assert (sight.scope, sight.chain[0]) == (Scope.TESTS, "test_it (tests/test_a.py:2)")


def test_commands_of_notebooks() -> None:
    """A line that begins with a percent sign is Python where Python can be made of it."""

    def seen(*lines: str) -> Found:
        cell = {"cell_type": "code", "source": list(lines)}
        return look(PYTHON, {"a.ipynb": json.dumps({"cells": [cell]})}, YAML)

    assert level(seen("x = (a\n", " % __import__('yaml'))"), "PyYAML") is Level.IMPORTED
    hid = "code that is in commands of a notebook: a.ipynb:1"
    assert hid in hidden(seen("%timeit yaml.load(x)\n"), "PyYAML")
    assert hid not in hidden(seen("%matplotlib inline\n", "!pip install x\n"), "PyYAML")


def test_notebooks_are_read() -> None:
    cells = [
        {"cell_type": "markdown", "source": "import yaml"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import yaml\n", "yaml.load(x)"]},
    ]
    notebook = json.dumps({"cells": cells})
    assert level(look(PYTHON, {"a.ipynb": notebook}, YAML), "PyYAML") is Level.CALLED


def test_an_environment_is_followed_package_by_package() -> None:
    site = "venv/lib/python3.11/site-packages"
    files = {
        "app.py": "import front\n",
        f"{site}/front/__init__.py": "from . import web\n",
        f"{site}/front/web.py": "import yaml\n",
        f"{site}/spare/__init__.py": "import toml\n",
        f"{site}/Weird-1.0.dist-info/top_level.txt": "odd\n",
        f"{site}/odd.py": "",
        "use.py": "import odd\n",
    }
    targets = (YAML, target("PyPI", "toml"), target("PyPI", "Weird"))
    found = look(PYTHON, files, *targets)
    sight = best(found, "PyYAML")
    assert (sight.level, sight.path) == (Level.IMPORTED, f"{site}/front/web.py")
    assert sight.chain == ("imports front (app.py:1)", f"imports yaml ({site}/front/web.py:1)")
    assert level(found, "toml") is Level.DECLARED  # what imports it is imported by nobody
    assert level(found, "Weird") is Level.IMPORTED


def test_names_that_nobody_told_are_guessed_and_said_to_be() -> None:
    guess = "the name under which it is imported is guessed from its own"
    files = {"a.py": "import my_lib, zoo.park"}
    found = look(PYTHON, files, target("PyPI", "my-lib"), target("PyPI", "zoo.park"), YAML)
    assert level(found, "my-lib") is level(found, "zoo.park") is Level.IMPORTED
    assert guess in found.limits["my-lib"]
    assert guess in look(PYTHON, {"a.py": ""}, target("PyPI", "my-lib")).hidden["my-lib"]
    assert guess not in limits(found, "PyYAML")


LIMITS = {
    "a computed name": (
        "import importlib\nimportlib.import_module(name)",
        "code that imports by a name that is computed: a.py:2",
    ),
    "text that is run": ("exec('import yaml')", "code that runs code from a text: a.py:1"),
    "plug-ins": (
        "from importlib.metadata import entry_points\nentry_points()",
        "code that finds plug-ins by itself: a.py:2",
    ),
    "a text": (
        "APPS = ['yaml.apps']",
        "a text names it, and may lead to an import: a.py:1",
    ),
    "a file by its path": (
        "import importlib.util\nimportlib.util.spec_from_file_location('a', p)",
        "code that runs a file by its path: a.py:2",
    ),
    "text by the module of builtins": (
        "import builtins\nbuiltins.exec(x)",
        "code that runs code from a text: a.py:2",
    ),
    "no Python": ("def (", "Python files that were not read to the end: a.py"),
}


@pytest.mark.parametrize(("source", "limit"), LIMITS.values(), ids=LIMITS)
def test_limits(source: str, limit: str) -> None:
    found = look(PYTHON, {"a.py": source}, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    assert limit in limits(found, "PyYAML")


COMPUTED = {
    "getattr": "import yaml\ngetattr(yaml, name)(x)",
    "vars": "import yaml\nvars(yaml)['load'](x)",
    "the dictionary": "import yaml\nyaml.__dict__['load'](x)",
}


@pytest.mark.parametrize("source", COMPUTED.values(), ids=COMPUTED)
def test_a_name_that_is_computed_may_be_any(source: str) -> None:
    found = look(PYTHON, {"a.py": source}, YAML)
    assert level(found, "PyYAML") is Level.IMPORTED
    assert "a name in it is computed: a.py:2" in hidden(found, "PyYAML")
    other = source.replace("(yaml", "(json").replace("yaml.__", "json.__")
    assert hidden(look(PYTHON, {"a.py": other}, YAML), "PyYAML") == set()


def test_scripts_without_a_suffix_are_told_by_their_first_line() -> None:
    files = {"bin/a": "#!/usr/bin/env python3\nimport yaml\n", "bin/b": "#!/bin/sh\nimport yaml\n"}
    found = look(PYTHON, files, YAML)
    assert [sight.path for sight in found.sights["PyYAML"]] == ["bin/a"]
    assert found.files == 1


def test_a_module_beside_a_script_may_be_what_it_imports() -> None:
    files = {"job/a.py": "import yaml", "job/yaml.py": ""}
    found = look(PYTHON, files, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    assert "a module yaml of the product stands beside it" in hidden(found, "PyYAML")


def test_a_namespace_is_not_of_one_distribution() -> None:
    """Without this `import google.protobuf` was an import of google-cloud-storage."""
    record = "google/cloud/storage/__init__.py,,\ngoogle/cloud/storage/a.py,,\nodd.py,,\n"
    site = "venv/lib/python3.11/site-packages/google_cloud_storage-2.dist-info"
    storage = target("PyPI", "google-cloud-storage")
    for source, expected in (
        ("import google.protobuf", Level.DECLARED),
        ("from google.cloud import storage", Level.IMPORTED),
        ("import odd", Level.IMPORTED),
    ):
        files = {"a.py": source, f"{site}/RECORD": record, f"{site}/top_level.txt": "google\n"}
        assert level(look(PYTHON, files, storage), "google-cloud-storage") is expected


def test_what_lies_there_and_nobody_imports_is_told() -> None:
    """A command that is run by its name, a plug-in, a folder that is named like an environment."""
    site = "venv/lib/python3.11/site-packages"
    files = {"a.py": "", f"{site}/server/a.py": "import yaml", f"{site}/yaml/a.py": "import yaml"}
    found = look(PYTHON, files, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    assert "packages there import it, and nothing that imports them was seen: server" in hidden(
        found, "PyYAML"
    )


def test_who_depends_on_it_is_told_not_to_be_known() -> None:
    flat = replace(YAML, parents_known=False)
    found = look(PYTHON, {"a.py": ""}, flat)
    assert hidden(found, "PyYAML") == {"which packages depend on it is not known"}
    assert hidden(look(PYTHON, {"a.py": ""}, YAML), "PyYAML") == set()


def test_a_module_of_the_product_with_the_same_name() -> None:
    files = {"yaml.py": "def load(x): pass", "a.py": "import yaml\nyaml.load(x)"}
    found = look(PYTHON, files, YAML)
    assert level(found, "PyYAML") is Level.DECLARED
    assert limits(found, "PyYAML") == {
        "the product has a module yaml of its own",
        "a module yaml of the product stands beside it",
    }


def test_what_was_not_read_is_told() -> None:
    files = {"a.py": "", "fast.pyx": "import yaml"}
    found = look(PYTHON, files, target("PyPI", "PyYAML", parents=("flask", "spam")))
    assert {
        "what depends on it was not read: flask, spam",
        "compiled Python and Cython are not read: fast.pyx",
    } <= limits(found, "PyYAML")


def test_names_that_mean_too_many_things_are_given_up_and_told() -> None:
    """A few lines can give a name more meanings than there is time for."""
    source = "import yaml\n" + "".join(f"a = a.b{i}\na = b.c{i}\nb = a.d{i}\n" for i in range(20))
    found = look(PYTHON, {"a.py": f"{source}a.load(x)\n"}, YAML)
    assert "files whose names mean too many things: a.py" in limits(found, "PyYAML")


def test_a_name_that_is_given_on_too_often_is_given_up_and_told() -> None:
    """Of a name that stands for a name that stands for a name, none is followed for ever."""
    given = "".join(f"a{number + 1} = a{number}\n" for number in range(20))
    found = look(PYTHON, {"a.py": f"import yaml\na0 = yaml.load\n{given}a20(x)\n"}, YAML)
    assert "files whose names mean too many things: a.py" in hidden(found, "PyYAML")


def test_scripts() -> None:
    data = (
        b'[project.scripts]\na = "x:f"\n[project.gui-scripts]\nb = "y:g"\n'
        b'[project.entry-points.plugins]\nc = "z:h"\n'
    )
    assert read_scripts(data) == ("x:f", "y:g", "z:h")
    assert read_scripts(b"[project") == read_scripts(b"project = 3") == ()
