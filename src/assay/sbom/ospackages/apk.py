"""The database of apk (Alpine, Wolfi): `lib/apk/db/installed`, format 2 of apk-tools.

Of each package P (name), V (version), A (architecture), L (licence), o (origin), m (maintainer), C
(checksum), D (depends) and p (provides) are read; the lists of files are not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.distribution import Distribution
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.reading import clean
from assay.sbom.lockfiles.textlines import text_lines
from assay.sbom.ospackages.installed import Installed, add_installed
from assay.system.filetree import FileTree, TreeFile

MAX_DATABASE_BYTES: Final = 64 * 2**20
NOUN: Final = "Alpine package"
_PLACE: Final = re.compile(r"((?:.*/)?)lib/apk/db/installed\Z")
_VERSION: Final = re.compile(r"[<>=~]")
_CHECKSUM: Final = re.compile(r"Q[12][A-Za-z0-9+/]+=*\Z")
_REPEATED: Final = frozenset("FMRaZ")  # of the files, one line for each


def is_apk_database(file: TreeFile) -> bool:
    """Tell whether a file is the list of installed packages."""
    return file.path.endswith("lib/apk/db/installed") and bool(_PLACE.match(file.path))


def find_apk_packages(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add the packages of each root folder; edges lead to packages of the same root."""
    for file in files:
        match = _PLACE.match(file.path)
        root = match[1].removesuffix("usr/").rstrip("/") if match else ""
        distribution = finds.distribution_at(root, file.path)
        with finds.attempt(NOUN, file.path):
            data = tree.load(file.path, max_bytes=MAX_DATABASE_BYTES)
            add_installed(list(_read(data, file, distribution, finds)), finds, noun=NOUN)
            finds.own(root, _files(text_lines(data)))


def _read(
    data: bytes, file: TreeFile, distribution: Distribution, finds: Finds
) -> Iterator[Installed]:
    for line, fields in _stanzas(data, file, finds):
        with finds.attempt(NOUN, f"{file.path}: line {line}"):
            yield parse_apk_stanza(fields, distribution, place_of(file))


def _stanzas(data: bytes, file: TreeFile, finds: Finds) -> Iterator[tuple[int, dict[str, str]]]:
    fields: dict[str, str] = {}
    first = 1
    for number, line in enumerate([*text_lines(data), ""], 1):
        if not line:
            if fields:
                yield first, fields
            fields, first = {}, number + 1
        elif line[1:2] != ":" or (line[0] in fields and line[0] not in _REPEATED):
            finds.note(NOUN, f"{file.path}: line {number}", f"{clean(line)!r} is no field")
        else:
            fields[line[0]] = line[2:].strip()


def _files(lines: Sequence[str]) -> Iterator[str]:
    """Yield the paths of files: `F:` is the folder of the `R:` that follow it."""
    folder = ""
    for line in lines:
        if line.startswith("F:"):
            folder = f"{line[2:]}/" if line[2:] else ""
        elif line.startswith("R:"):
            yield f"{folder}{line[2:]}"


def parse_apk_stanza(
    fields: Mapping[str, str], distribution: Distribution, place: str
) -> Installed:
    """Return the package of a stanza.

    Raises:
        MalformedError: No name or version, or a checksum of another form.
    """
    name, version = fields.get("P", ""), fields.get("V", "")
    origin = fields.get("o", "")
    qualifiers = {"arch": fields.get("A", ""), "upstream": origin if origin != name else ""}
    licences, raw_licences = split_licences([clean(fields.get("L", ""))])
    checksum = fields.get("C", "")
    if checksum and not _CHECKSUM.match(checksum):
        raise MalformedError(f"{clean(checksum)!r} is no checksum")
    component = Component(
        purl=distribution.package_purl("apk", name, version, qualifiers),
        name=name,
        version=version,
        found_in=(place,),
        hashes=(f"apk:{checksum}",) if checksum else (),
        licences=licences,
        raw_licences=raw_licences,
        supplier=clean(fields.get("m", "")),
        methods=("manifest-analysis",),
    )
    return Installed(
        component=component,
        provides=frozenset({name, *_names(fields.get("p", ""))}),
        needs=tuple((needed,) for needed in _names(fields.get("D", ""))),
    )


def _names(text: str) -> Iterator[str]:
    """Yield the names in a list of `name`, `name=1`, `so:name>2`; `!name` is a conflict."""
    for item in text.split():
        if not item.startswith("!"):
            yield _VERSION.split(item, maxsplit=1)[0]
