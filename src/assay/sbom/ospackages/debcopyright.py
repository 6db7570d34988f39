"""Licences of Debian packages, as `usr/share/doc/PACKAGE/copyright` names them.

Machine-readable are those of the form "Machine-readable debian/copyright file" (version 1.0), whose
short names are those of that form; each that means one SPDX identifier becomes it. What else stands
there is kept as it is: `BSD-3` is whatever its text says.
"""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.licence import parse_licence
from assay.sbom.lockfiles.reading import clean
from assay.sbom.ospackages.stanzas import split_stanzas

MAX_COPYRIGHT_BYTES: Final = 8 * 2**20  # that of a kernel or a browser has some 2 MiB
MAX_NAME_CHARACTERS: Final = 500  # of the licences of one stanza, before their text
_FORMAT: Final = re.compile(
    r"https?://(?:www\.)?debian\.org/doc/packaging-manuals/copyright-format/1"
)
_GNU: Final = re.compile(r"(A?GPL|LGPL|GFDL)-([0-9])(?:\.([0-9]))?(?:\.0)?(\+?)\Z")
_NUMBERED: Final = re.compile(r"(Apache|Artistic|PSF|LPPL)-([0-9])\Z")
_SPDX: Final = {
    "Expat": "MIT",
    "Artistic": "Artistic-1.0",
    "Perl": "(GPL-1.0-or-later OR Artistic-1.0)",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "BSD-4-clause": "BSD-4-Clause",
}
_JOINED: Final = re.compile(r",?\s+(and|or)\s+", re.IGNORECASE)


def parse_debian_copyright(data: bytes) -> tuple[str, ...]:
    """Return the licences of the files of a package: SPDX expressions where they can be that.

    Raises:
        MalformedError: Not text, or not of the machine-readable form, or without a licence.
    """
    stanzas = [fields for _, fields, _ in split_stanzas(data)]
    if not stanzas or not _FORMAT.match(stanzas[0].get("Format", "")):
        raise MalformedError("not machine-readable")
    held = [fields for fields in stanzas if "Files" in fields] or stanzas[:1]
    names = {clean(_name(fields.get("License", ""))) for fields in held}
    found = tuple(sorted(spdx_of(name) for name in names - {""}))
    if not found:
        raise MalformedError("it names no licence")
    return found


def spdx_of(text: str) -> str:
    """Return the short names of a stanza as SPDX writes them, or as they are where that cannot be.

    `A or B, and C` binds by its comma, which SPDX writes with brackets.
    """
    try:
        return parse_licence(_translated(text))
    except MalformedError:
        return text


def _translated(text: str) -> str:
    parts = _JOINED.split(text)
    names, joints = parts[::2], [word.upper() for word in parts[1::2]]
    written = [_identifier(name) for name in names]
    if len(set(joints)) < 2:
        return "".join(_woven(written, joints))
    return _bracketed(text) or text


def _bracketed(text: str) -> str:
    """Return an expression of both joints, which only one comma makes clear."""
    halves = re.split(r",\s+(and|or)\s+", text, flags=re.IGNORECASE)
    if len(halves) != 3:
        return ""
    first, joint, second = _translated(halves[0]), halves[1].upper(), _translated(halves[2])
    return f"({first}) {joint} ({second})" if " " in second else f"({first}) {joint} {second}"


def _woven(names: list[str], joints: list[str]) -> Iterator[str]:
    yield names[0]
    for joint, name in zip(joints, names[1:], strict=True):
        yield f" {joint} {name}"


def _identifier(name: str) -> str:
    """Return the SPDX identifier for a short name, the name itself where it may be one."""
    gnu, numbered = _GNU.match(name), _NUMBERED.match(name)
    if gnu is not None:
        family, major, minor, later = gnu.groups()
        return f"{family}-{major}.{minor or 0}-{'or-later' if later else 'only'}"
    if numbered is not None:
        return f"{numbered[1]}-{numbered[2]}.0"
    return _SPDX.get(name, name)


def _name(licence: str) -> str:
    """Return the first line of the field; what follows it is the text."""
    first = licence.partition("\n")[0].strip()
    if len(first) > MAX_NAME_CHARACTERS:
        raise MalformedError("a licence without a short name")
    return first
