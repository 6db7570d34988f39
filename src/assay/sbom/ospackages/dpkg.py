"""The database of dpkg (Debian, Ubuntu): `status`, and `status.d` of distroless images.

Package, Version, Architecture, Source, Status, Maintainer, Depends, Pre-Depends and Provides are
read (Debian policy manual, chapter 5 and 7). A package whose files dpkg removed is left out, one
that it did not finish to install is not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError, UnavailableError
from assay.sbom.component import Component
from assay.sbom.distribution import Distribution
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.reading import clean
from assay.sbom.lockfiles.textlines import text_lines
from assay.sbom.ospackages.debcopyright import MAX_COPYRIGHT_BYTES, parse_debian_copyright
from assay.sbom.ospackages.installed import Installed, add_installed
from assay.sbom.ospackages.stanzas import split_stanzas
from assay.system.filetree import FileTree, TreeFile

MAX_DATABASE_BYTES: Final = 64 * 2**20
NOUN: Final = "Debian package"
_DOCUMENTS: Final = "usr/share/doc/"
_STATUS: Final = "var/lib/dpkg/status"
_PLACE: Final = re.compile(r"((?:.*/)?)var/lib/dpkg/status(?:\.d/[^/]+)?\Z")
_SUMS: Final = ".md5sums"  # lies beside the stanzas of distroless images
_GONE: Final = frozenset({"config-files", "not-installed"})
_KNOWN: Final = frozenset(
    {"installed", "half-installed", "unpacked", "half-configured", "triggers-awaited"}
) | {"triggers-pending"}
_SOURCE: Final = re.compile(r"([^\s(]+)(?:\s+\(([^\s)]+)\))?\Z")
_RELATION: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9+.-]*)")


def is_dpkg_database(file: TreeFile) -> bool:
    """Tell whether a file holds stanzas of installed packages."""
    return _STATUS in file.path and not file.path.endswith(_SUMS) and bool(_PLACE.match(file.path))


def find_dpkg_packages(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add the packages of each root folder; edges lead to packages of the same root."""
    roots: dict[str, list[TreeFile]] = {}
    for file in files:
        match = _PLACE.match(file.path)
        roots.setdefault(match[1].rstrip("/") if match else "", []).append(file)
    for root, databases in roots.items():
        distribution = finds.distribution_at(root, databases[0].path)
        found: list[Installed] = []
        for file in databases:
            with finds.attempt(NOUN, file.path):
                data = tree.load(file.path, max_bytes=MAX_DATABASE_BYTES)
                found += _read(data, file, distribution, finds)
        add_installed(_licensed(tree, root, found, finds), finds, noun=NOUN)
        _own_files(tree, root, finds)


def _own_files(tree: FileTree, root: str, finds: Finds) -> None:
    """Note which files the packages brought: those in `info/*.list`, in distroless `*.md5sums`."""
    start = f"{root}/var/lib/dpkg/" if root else "var/lib/dpkg/"
    for file in tree.files:
        if file.path.startswith(start) and file.path.endswith((".list", _SUMS)):
            with finds.attempt(NOUN, file.path):
                lines = text_lines(tree.load(file.path, max_bytes=MAX_DATABASE_BYTES))
                paths = (line.rpartition("  ")[2].lstrip("/") for line in lines)
                finds.own(root, (path for path in paths if path))


def _licensed(
    tree: FileTree, root: str, packages: Sequence[Installed], finds: Finds
) -> list[Installed]:
    """Return the packages with the licences that their documentation names.

    That none is known of a package is counted: it takes nothing from the list of packages.
    """
    start = f"{root}/{_DOCUMENTS}" if root else _DOCUMENTS
    present = {file.path for file in tree.files if file.path.startswith(start)}
    found: list[Installed] = []
    for package in packages:
        path = f"{start}{package.component.name}/copyright"
        licences = _licences(tree, path) if path in present else ()
        canonical, raw = split_licences(list(licences))
        component = replace(package.component, licences=canonical, raw_licences=raw)
        found.append(replace(package, component=component))
    silent = sum(not (p.component.licences or p.component.raw_licences) for p in found)
    finds.examined["Debian packages whose copyright file no machine reads"] += silent
    return found


def _licences(tree: FileTree, path: str) -> tuple[str, ...]:
    try:
        return parse_debian_copyright(tree.load(path, max_bytes=MAX_COPYRIGHT_BYTES))
    except (MalformedError, UnavailableError):
        return ()  # counted by the caller, as one that has none


def _read(
    data: bytes, file: TreeFile, distribution: Distribution, finds: Finds
) -> Iterator[Installed]:
    for line, fields, stray in split_stanzas(data):
        where = f"{file.path}: line {line}"
        if stray:
            finds.note(NOUN, where, f"{clean(stray)!r} is no field")
        if not fields:
            continue
        with finds.attempt(NOUN, where):
            package = parse_dpkg_stanza(fields, distribution, place_of(file))
            if package is not None:
                yield package


def parse_dpkg_stanza(
    fields: Mapping[str, str], distribution: Distribution, place: str
) -> Installed | None:
    """Return the package of a stanza, or None where only its configuration is left.

    Raises:
        MalformedError: No name or version, or a status that dpkg does not have.
    """
    name, version = fields.get("Package", ""), fields.get("Version", "")
    state = fields.get("Status", "install ok installed").split()
    if len(state) != 3 or state[2] not in _KNOWN | _GONE:
        raise MalformedError(f"{clean(' '.join(state))!r} is no status of a package")
    if state[2] in _GONE:
        return None
    qualifiers = {"arch": fields.get("Architecture", ""), "upstream": _upstream(fields)}
    component = Component(
        purl=distribution.package_purl("deb", name, version, qualifiers),
        name=name,
        version=version,
        found_in=(place,),
        supplier=clean(fields.get("Maintainer", "")),
        methods=("manifest-analysis",),
    )
    needs = (fields.get(key, "") for key in ("Depends", "Pre-Depends"))
    return Installed(
        component=component,
        provides=frozenset({name, *_names(fields.get("Provides", ""))}),
        needs=tuple(tuple(_alternatives(item)) for text in needs for item in _items(text)),
    )


def _upstream(fields: Mapping[str, str]) -> str:
    """Return `source` or `source@version` where they differ from the package's own.

    Raises:
        MalformedError: A field Source of another form.
    """
    source = fields.get("Source", "")
    match = _SOURCE.match(source)
    if source and match is None:
        raise MalformedError(f"{clean(source)!r} is no source package")
    if match is None:
        return ""
    return f"{match[1]}@{match[2]}" if match[2] else match[1]


def _items(text: str) -> Iterable[str]:
    return (item for item in text.replace("\n", " ").split(",") if item.strip())


def _names(text: str) -> Iterator[str]:
    for item in _items(text):
        match = _RELATION.match(item)
        if match is not None:
            yield match[1]


def _alternatives(item: str) -> Iterator[str]:
    for part in item.split("|"):
        yield from _names(part)
