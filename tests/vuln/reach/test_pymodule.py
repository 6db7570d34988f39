"""One Python file as facts, and what is refused as none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.findings.reach import Scope
from assay.vuln.reach.pymodule import MAX_BOUND, parse_module
from assay.vuln.reach.pysource import MAX_FILE_BYTES

REFUSED = {
    "too large": (
        "a.py",
        b"#" * (MAX_FILE_BYTES + 1),
        "[malformed] 4194305 bytes, where at most 4194304 are read",
    ),
    "no notebook": ("a.ipynb", b"{}", "[malformed] a notebook without cells"),
    "a list": ("a.ipynb", b"[]", "[malformed] a notebook without cells"),
    "two notebooks": (
        "a.ipynb",
        b'{"cells": [], "cells": []}',
        "[malformed] not strict JSON: repeated key 'cells'",
    ),
}


@pytest.mark.parametrize(("path", "data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(path: str, data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_module(path, data)
    assert str(caught.value) == message


def test_warnings_of_the_parser_are_not_ours() -> None:
    """An escape that means nothing is warned of, and in a test that is an error."""
    assert parse_module("a.py", b"import a\nx = '\\d'\nassert (1, 'x')\n").imports[0].module == "a"


def test_relative_imports_are_seen_from_the_top() -> None:
    source = b"from . import a\nfrom .b import c\nfrom .. import d\nfrom ...... import e\n"
    module = parse_module("x/y/z.py", source)
    assert sorted(one.module for one in module.imports) == ["e", "x.d", "x.y.a", "x.y.b.c"]


def test_when_an_import_is_run() -> None:
    source = (
        b"try:\n    import a\nexcept (ImportError, KeyError):\n    import b\n"
        b"if TYPE_CHECKING:\n    import c\nelse:\n    import d\n"
    )
    told = {i.module: (i.scope, i.optional) for i in parse_module("a.py", source).imports}
    assert told == {
        "a": (Scope.RUN, True),
        "b": (Scope.RUN, False),
        "c": (Scope.TYPES, False),
        "d": (Scope.RUN, False),
    }


TYPING = "from typing import TYPE_CHECKING\n"
TYPES_ONLY = {
    "imported": TYPING,
    "of the module": "import typing\n",
    "plain": "",
    "without typing": "TYPE_CHECKING = False\n",
    "annotated": "TYPE_CHECKING: bool = False\n",
    "extensions": "from typing_extensions import TYPE_CHECKING\n",
}
IS_RUN = {
    "given": "TYPE_CHECKING = True\n",
    "given later": f"{TYPING}TYPE_CHECKING = not TYPE_CHECKING\n",
    "given by a loop": f"{TYPING}for TYPE_CHECKING in [1]: pass\n",
    "given to the module": "import typing\ntyping.TYPE_CHECKING = True\n",
    "of another module": "from own import TYPE_CHECKING\n",
    "of the product": "from .typing import TYPE_CHECKING\n",
    "all of another": f"{TYPING}from own import *\n",
    "another name of typing": "from typing import Any as TYPE_CHECKING\n",
    "another module as typing": "import own as typing\n",
    "another typing": "from own import typing\n",
    "typing itself given": "import typing\ntyping = own\n",
    "an argument": f"{TYPING}def f(TYPE_CHECKING): pass\n",
}


@pytest.mark.parametrize("before", TYPES_ONLY.values(), ids=TYPES_ONLY)
def test_what_is_imported_for_types_only(before: str) -> None:
    word = "typing.TYPE_CHECKING" if before == "import typing\n" else "TYPE_CHECKING"
    module = parse_module("a.py", f"{before}if {word}:\n    import b\n".encode())
    assert [one.scope for one in module.imports if one.module == "b"] == [Scope.TYPES]


@pytest.mark.parametrize("before", IS_RUN.values(), ids=IS_RUN)
def test_a_file_cannot_give_the_word_for_types_another_value(before: str) -> None:
    """What hides an import that is run behind `if TYPE_CHECKING` is seen through."""
    for word in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        module = parse_module("a.py", f"{before}if {word}:\n    import b\n".encode())
        assert [one.scope for one in module.imports if one.module == "b"] == [Scope.RUN]


HANDED_ON = {
    "an import": "from importlib import import_module as load\n",
    "a value": "import importlib\nload = importlib.import_module\n",
    "the builtin": "load = __import__\n",
    "text that is run": "run = exec\n",
}


@pytest.mark.parametrize("source", HANDED_ON.values(), ids=HANDED_ON)
def test_what_imports_under_another_name_is_told(source: str) -> None:
    assert parse_module("a.py", source.encode()).dynamic
    assert not parse_module("a.py", b"import importlib\nimportlib.import_module('a')\n").dynamic


def test_a_name_that_stands_for_too_many_things_is_told() -> None:
    source = "".join(f"a = b.c{number}\n" for number in range(MAX_BOUND + 1))
    module = parse_module("a.py", source.encode())
    assert module.crowded
    assert len(module.bound["", "a"]) == MAX_BOUND


@given(st.text(alphabet="abc=.()[]:,\n\t '\"#@*import fromlasdef", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(MalformedError):
        parse_module("a.py", text.encode())
