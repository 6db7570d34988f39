"""The functions in a Go program: names out of the table that every program carries."""

from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.findings.reach import Level
from assay.vuln.reach.golang import GoSearch
from assay.vuln.reach.goprogram import read_functions, symbol_of
from assay.vuln.reach.target import Symbol
from tests.fakes.programs import elf, macho, pe
from tests.vuln.reach.looking import best, level, limits, look, target

NAMES = ("main.main", "archive/zip.(*Reader).init", "archive/zip.toValidName", "net/http.Get")
GO_116, GO_118, GO_120 = 0xFFFFFFFA, 0xFFFFFFF0, 0xFFFFFFF1


def table(
    names: tuple[str, ...] = NAMES, *, magic: int = GO_120, word: int = 8, big: bool = False
) -> bytes:
    """Return a table of functions: its head, its offsets, its names, and what follows them."""
    order = "big" if big else "little"
    place = 2 if magic == GO_116 else 3
    texts = b"".join(name.encode() + b"\0" for name in names)
    first = 8 + 8 * word
    offsets = [1] * place + [first, first + len(texts)] + [0] * (8 - place - 2)
    head = magic.to_bytes(4, order) + b"\0\0\1" + bytes((word,))  # type: ignore[arg-type]
    words = b"".join(one.to_bytes(word, order) for one in offsets)  # type: ignore[arg-type]
    return head + words + texts + b"\0" * 16


FORMS = {
    "elf": elf({".text": b"x" * 40, ".gopclntab": table()}),
    "before 1.18": elf({".gopclntab": table(magic=GO_116)}),
    "before 1.20": elf({".gopclntab": table(magic=GO_118)}),
    "32 bits": elf({".gopclntab": table(word=4)}, wide=False),
    "big-endian": elf({".gopclntab": table(big=True)}, big=True),
    "position-independent": elf({".data.rel.ro.gopclntab": table()}),
    "among other things": elf({".data.rel.ro": b"x" * 64 + table()}),
    "mach-o": macho({"__gopclntab": table()}),
    "pe": pe({".rdata": b"x" * 32 + table()}),
}


def functions(data: bytes) -> frozenset[str]:
    return read_functions(lambda at, count: data[at : at + count])


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_forms(data: bytes) -> None:
    assert functions(data) == set(NAMES)


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh", elf({".text": b"x" * 40})])
def test_what_has_none(data: bytes) -> None:
    assert functions(data) == frozenset()


REFUSED = {
    "another form": (b"\xf2\xff\xff\xff\0\0\1\x08" + b"\0" * 99, "of a form that is not read here"),
    "offsets that lead out": (table()[:60], "that leads out of its section"),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError) as caught:
        functions(elf({".gopclntab": data}))
    assert str(caught.value) == f"[malformed] a table of functions {why}"


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("main.main", ("main", ("main",))),
        ("a.b/c/d.F", ("a.b/c/d", ("F",))),
        ("a.b/c.(*T).M", ("a.b/c", ("T", "M"))),
        ("a.b/c.T.M", ("a.b/c", ("T", "M"))),
        ("a.b/c.F.func1.2", ("a.b/c", ("F",))),
        ("a.b/c.(*T).M-fm", ("a.b/c", ("T", "M"))),
        ("gopkg.in/yaml%2ev3.Unmarshal", ("gopkg.in/yaml.v3", ("Unmarshal",))),
        ("a/b.(*P[c/d.N[e.F]]).Load", ("a/b", ("P", "Load"))),
        ("runtime", ("runtime", ("",))),
    ],
)
def test_symbols(name: str, symbol: tuple[str, tuple[str, ...]]) -> None:
    assert symbol_of(name) == symbol


ZIP = target(
    "Go",
    "stdlib",
    Symbol(package="archive/zip", parts=("Reader", "init")),
    Symbol(package="archive/zip", parts=("gone",)),
)


def test_linked_is_not_called() -> None:
    held = replace(
        ZIP,
        component=replace(ZIP.component, found_in=("bin/x",), methods=("binary-analysis",)),
    )
    found = look(GoSearch, {"bin/x": FORMS["elf"]}, held)
    sight = best(found, "stdlib")
    assert (level(found, "stdlib"), sight.path, sight.what) == (
        Level.REFERENCED,
        "bin/x",
        "archive/zip.Reader.init is linked in; whether it is called, a program does not say",
    )
    unlinked = replace(held, symbols=(Symbol(package="html/template", parts=("New",)),))
    found = look(GoSearch, {"bin/x": FORMS["elf"]}, unlinked)
    assert limits(found, "stdlib") == {"no function of html/template was seen in bin/x"}
    for files in ({}, {"bin/x": elf({".gopclntab": b"\xf2\xff\xff\xff"})}):
        found = look(GoSearch, files, held)
        assert limits(found, "stdlib") == {"the functions of the program bin/x were not read"}
