"""Parsing: "regular expression blow-up", in expressions of Python's own engine, which goes back.

It tries every way to read a text, and where there are two ways around one loop, thirty characters
last for hours. So no expression in the product may have such a loop, whatever it is used on. What
takes the square of a length is not told here: what is read with it is short, or it can start in few
places.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest

import assay
from assay.core.errors import MalformedError
from assay.findings.place import SourceText
from assay.source.commit import co_authors_of
from assay.vuln.nativeranges import parse_native_range
from assay.vuln.versions import scheme_key
from tests.scan.secrets.automaton import Automaton

LONG = 60  # of what can be read in two ways: 2**60 steps, where they are all tried
INLINE = frozenset({"search", "match", "fullmatch", "findall", "finditer", "sub", "split"})


def expressions() -> Iterator[tuple[str, str, int]]:
    """Yield (module, expression, flags) of each that stands in the product."""
    for found in pkgutil.walk_packages(assay.__path__, "assay."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        if getattr(module, "re", None) is re:
            for pattern in (*_compiled(vars(module).values()), *_inline(module)):
                text = pattern.pattern
                shown = text.decode("latin-1") if isinstance(text, bytes) else text
                yield found.name, shown, pattern.flags & ~(re.UNICODE | re.DEBUG)


def _compiled(values: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    for value in values if not isinstance(values, Mapping) else values.values():  # type: ignore[attr-defined]
        if isinstance(value, re.Pattern):
            yield value
        elif isinstance(value, (tuple, list, frozenset, Mapping)):
            yield from _compiled(value)


def _inline(module: ModuleType) -> Iterator[re.Pattern[str]]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=name),
                args=[ast.Constant(value=str(text)), *_],
            ) if name in INLINE:
                yield re.compile(text)
            case _:
                pass


def test_no_expression_has_two_ways_around_a_loop() -> None:
    found = set(expressions())
    assert len(found) > 300
    steep = {
        (module, text)
        for module, text, flags in found
        if Automaton(text, flags=flags, widest=3).ambiguous()
    }
    assert steep == set()


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+b",
        "(?:a|aa)*c",
        r"(?:[.-]?\d{1,20})*x",
        r"""("|')(?:\\.|(?!\1).)*\1""",
        r"(?:\s*,\s*|\s+)*x",
        "(?i:(?:ab|[A-C]B)+)x",
    ],
)
def test_such_a_loop_is_seen(expression: str) -> None:
    assert Automaton(expression, widest=3).ambiguous()


@pytest.mark.parametrize(
    "expression",
    [r"[a-z]+(?:-[a-z]+)*\Z", r"\s*(\w+)\s*=", "(?:a|b)*c", r'"(?:[^"\\]|\\.)*"', r".*?x.*"],
)
def test_a_plain_loop_is_none(expression: str) -> None:
    assert not Automaton(expression, widest=3).ambiguous()


def test_a_version_of_digits_is_read_at_once() -> None:
    assert scheme_key("composer", f"1stable{'1' * LONG}!") is None


def test_a_comment_of_escapes_is_read_at_once() -> None:
    source = SourceText("a.py", b'# "' + b"\\a" * LONG + b"\nx = 'y'\n")
    assert source.place(2, without_literals=True).text == "x = ''"


def test_an_interval_of_spaces_is_read_at_once() -> None:
    with pytest.raises(MalformedError):
        parse_native_range("maven", f"[{' ' * 4000}!")


def test_a_trailer_of_spaces_is_read_at_once() -> None:
    assert co_authors_of(b"co-authored-by:" + b" " * 1_000_000) == ()
