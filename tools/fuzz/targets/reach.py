"""Readers of sources and programs, whose authors may want a vulnerability to look far away."""

from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.stricttoml import parse_toml
from assay.vuln.reach.goprogram import read_functions, symbol_of
from assay.vuln.reach.jsimports import read_imports
from assay.vuln.reach.pymodule import parse_module
from assay.vuln.reach.rust import read_renamed
from assay.vuln.reach.target import read_symbols
from fuzz.target import MAX_BYTES, Target, raw

_PYTHON: Final = (
    b"import yaml as y\nfrom .a import (b as c, d)\n@f\nclass A(B):\n    x: C = y.load(1)\n"
    b"    async def m(self, *a: D, **k):\n        self.q = getattr(y, 'load')\n"
    b"        with self.q() as z:\n            z.r()\ntry:\n    import t\nexcept ImportError:\n"
    b"    t = None\nif (n := t):\n    __import__('u')\nexec('v')\n"
)
_NOTEBOOK: Final = b'{"cells":[{"cell_type":"code","source":["%m\\n","import yaml"]}]}'
_JAVASCRIPT: Final = (
    b"import a, {b as c, type D} from 'e'; export * from \"f\"; const g = require(`h`),\n"
    b"i = `x${ import('j') }y${ `z` }`, k = /['\"]/g.test(l); // m\n/* n */ import o = require(p)\n"
    b"<p>don't</p>; import type {q} from 'r'; \\u0072equire('s')\n"
)
_GO: Final = (
    b'package a\nimport (\n\t"fmt"\n\th "golang.org/x/net/html"\n\t. `b`\n)\n'
    b'func f() { h.Parse(x).Next(); go fmt.Println(\'\\n\', "s\\"") /* c */ }\n'
)
_RUST: Final = (
    b"use a::{b as c, d::{self, *}, e};\nextern crate f as g;\n"
    b"fn h<'i>() { a::J::<[u8; 4]>::k(l); m.n::<O>(); /* /* */ */ r#\"p\"#; q![c::r()]; '\"' }\n"
)
_TABLE: Final = (
    b"\xf1\xff\xff\xff\0\0\1\x08"
    + b"".join(n.to_bytes(8, "little") for n in (1, 1, 1, 72, 84, 84, 84, 84))
    + b"main.main\0a\0"
    + b"\0" * 16
)
_CARGO: Final = b'[dependencies]\na = { package = "b" }\n[target.x.dependencies]\nc = "1"\n'
_SYMBOLS: Final = (
    b'{"imports":[{"path":"a.b/c","symbols":["F","T.M"],"goos":["windows"]},'
    b'{"attribute":"load","modules":["yaml"]}],"affects":{"functions":["a::B::c"]},'
    b'"affected_functions":["(d).e()"]}'
)


def _programs(data: bytes) -> object:
    """Read the bytes as a table of functions in an ELF file, and each name as a symbol."""
    head = b"\x7fELF\2\1\1".ljust(16, b"\0") + b"\0" * 8
    front = head + (0).to_bytes(16, "little") + (64).to_bytes(8, "little")
    header = (front + b"\0" * 10 + bytes((64, 0, 3, 0, 2, 0))).ljust(64, b"\0")[:64]
    rows = _row(0, 0, 0) + _row(1, 64 + 192, len(data)) + _row(12, 64 + 192 + len(data), 32)
    whole = header + rows + data + b"\0.gopclntab\0.shstrtab\0".ljust(32, b"\0")
    return [symbol_of(name) for name in read_functions(lambda at, n: whole[at : at + n])]


def _row(name: int, offset: int, size: int) -> bytes:
    words = (0, offset, offset, size)
    front = name.to_bytes(4, "little") + (1).to_bytes(4, "little")
    return (front + b"".join(word.to_bytes(8, "little") for word in words)).ljust(64, b"\0")


def _python(data: bytes) -> object:
    return parse_module("a/b.py", data)


def _notebook(data: bytes) -> object:
    return parse_module("a/b.ipynb", data)


def _symbols(data: bytes) -> object:
    value = JsonValue(parse_json(data, max_bytes=MAX_BYTES)).value
    if not isinstance(value, dict):
        raise MalformedError("no object")
    return tuple(read_symbols(value))


TARGETS: Final = (
    Target(name="assay.vuln.reach.pymodule:parse_module", read=_python, seeds=lambda: (_PYTHON,)),
    Target(
        name="assay.vuln.reach.pymodule:parse_module", read=_notebook, seeds=lambda: (_NOTEBOOK,)
    ),
    Target(
        name="assay.vuln.reach.jsimports:read_imports",
        read=lambda data: read_imports(
            "a.vue" if data[:1] == b"<" else "a.ts", data, with_calls=True
        ),
        seeds=lambda: (_JAVASCRIPT, b"<script>\n" + _JAVASCRIPT),
        words=(b"import", b"require(", b"from", b"`", b"${", b"\\"),
    ),
    raw("assay.vuln.reach.gosource:read_go", lambda: (_GO,), words=(b"import", b'"', b"`", b"/*")),
    raw("assay.vuln.reach.rustsource:read_rust", lambda: (_RUST,), words=(b"use", b"::", b'r#"')),
    Target(
        name="assay.vuln.reach.goprogram:read_functions", read=_programs, seeds=lambda: (_TABLE,)
    ),
    raw("assay.vuln.reach.pynames:read_top_level", lambda: (b"a\nb/c\n",)),
    raw(
        "assay.vuln.reach.pynames:read_record",
        lambda: (b'a/b.py,sha256=x,3\n"c d.py",,\ne.so,,\n',),
    ),
    raw(
        "assay.vuln.reach.python:read_scripts",
        lambda: (b'[project.scripts]\na = "x:f"\n[project.entry-points.b]\nc = "z:h"\n',),
    ),
    Target(
        name="assay.vuln.reach.rust:read_renamed",
        read=lambda data: read_renamed(parse_toml(data)),
        seeds=lambda: (_CARGO,),
    ),
    Target(name="assay.vuln.reach.target:read_symbols", read=_symbols, seeds=lambda: (_SYMBOLS,)),
)
