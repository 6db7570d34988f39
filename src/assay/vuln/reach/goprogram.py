"""The names of the functions in a Go program: what its linker kept, also of a stripped one.

The table is that of `runtime.pclntab`, with the heads of Go 1.16, 1.18 and 1.20, which newer ones
keep. A program needs it itself to print a trace, so that stripping does not take it away.
"""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.binaries.sections import Load, Program, Section, is_program, read_programs

MAX_TABLE_BYTES: Final = 512 * 2**20  # of the largest programs that we have seen, a fifth
_NAMED: Final = frozenset({".gopclntab", "__gopclntab", ".data.rel.ro.gopclntab"})
_UNNAMED: Final = frozenset({".rdata", ".data.rel.ro", "__const", ".rodata"})  # of Windows, PIE
_HEAD: Final = 8
# By the first word: at which of the words behind the head the offset of the names stands, and
# the offset of what follows them.
_FORMS: Final = {0xFFFFFFFA: (2, 3), 0xFFFFFFF0: (3, 4), 0xFFFFFFF1: (3, 4)}
_GENERIC: Final = re.compile(r"\[[^\[\]]*\]")
_ESCAPED: Final = re.compile(r"%([0-9a-f]{2})")


def read_functions(load: Load) -> frozenset[str]:
    """Return the names in a file, `path/of/package.(*Type).Method`; none where it is no Go program.

    Raises:
        MalformedError: A table is cut off, leads out of the file, or is of a form not known here.
    """
    if not is_program(load(0, 4)):
        return frozenset()
    return frozenset(name for program in read_programs(load) for name in _names_in(load, program))


def _names_in(load: Load, program: Program) -> frozenset[str]:
    named = [section for section in program.sections if section.name in _NAMED]
    for section in named or [s for s in program.sections if s.name in _UNNAMED]:
        found = _table(load, section, exact=bool(named))
        if found is not None:
            return found
    return frozenset()


def _table(load: Load, section: Section, *, exact: bool) -> frozenset[str] | None:
    """Return the names in a section, None where it has no such table."""
    data = load(section.offset, min(section.size, MAX_TABLE_BYTES))
    start = 0 if exact else _search(data)
    if start < 0:
        return None
    head = data[start : start + _HEAD]
    for order in ("little", "big"):
        form = _FORMS.get(_number(head[:4], order))
        if form is not None and head[4:6] == b"\0\0" and head[7:8] in {b"\4", b"\x08"}:
            return _names(data[start:], form, head[7], order)
    if exact:
        raise MalformedError("a table of functions of a form that is not read here")
    return None


def _search(data: bytes) -> int:
    """Return where the head of a table stands in a section that holds other things too."""
    for magic in _FORMS:
        at = data.find(magic.to_bytes(4, "little") + b"\0\0")
        if at >= 0 and data[at + 6 : at + 7] in {b"\1", b"\2", b"\4"}:
            return at
    return -1


def _names(data: bytes, form: tuple[int, int], word: int, order: str) -> frozenset[str]:
    first, following = (
        _number(data[_HEAD + place * word : _HEAD + (place + 1) * word], order) for place in form
    )
    if not _HEAD < first <= following <= len(data):
        raise MalformedError("a table of functions that leads out of its section")
    texts = data[first:following].split(b"\0")
    return frozenset(text.decode(errors="replace") for text in texts if text)


def _number(data: bytes, order: str) -> int:
    return int.from_bytes(data, "little" if order == "little" else "big")


def symbol_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the import path and the parts of a linked function, without type arguments.

    `golang.org/x/net/html.(*Tokenizer).Next` is (`golang.org/x/net/html`, (Tokenizer, Next)). What
    is inside a function (`Next.func1`) counts for it.
    """
    plain, count = name, 1
    while count:  # from the inside out
        plain, count = _GENERIC.subn("", plain)
    folder, slash, last = plain.rpartition("/")
    package, _, rest = last.partition(".")
    package = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), package)
    parts = [part.strip("(*)") for part in rest.split(".")]
    inner = next((i for i, part in enumerate(parts) if i and _is_inner(part)), len(parts))
    return f"{folder}{slash}{package}", tuple(part.removesuffix("-fm") for part in parts[:inner])


def _is_inner(part: str) -> bool:
    return part.startswith("func") and part[4:].isdigit()
