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


def test_a_name_that_stands_for_too_many_things_is_told() -> None:
    source = "".join(f"a = b.c{number}\n" for number in range(MAX_BOUND + 1))
    module = parse_module("a.py", source.encode())
    assert module.crowded
    assert len(module.bound["", "a"]) == MAX_BOUND


@given(st.text(alphabet="abc=.()[]:,\n\t '\"#@*import fromlasdef", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(MalformedError):
        parse_module("a.py", text.encode())
