"""Java archives: jars, and the jars inside them (war, ear, Spring Boot).

* `META-INF/maven/GROUP/ARTIFACT/pom.properties` is what Maven writes into each jar; a shaded jar
  has those of all that was put into it.
* A jar without one has no Maven coordinates that could be relied on: it is listed by its name
  without a purl, and that is noted, for no advisory can be matched with it. Guessing a group from
  a package's name is how scanners disagree.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.reading import clean, purl_of
from assay.sbom.lockfiles.textlines import text_lines
from assay.system.filetree import FileTree, TreeFile
from assay.system.ziptree import Allowance, ZipTree, open_zip

MAX_JAR_BYTES: Final = 2**29
MAX_UNPACKED_BYTES: Final = 2 * 2**30  # of one jar with all that is in it
MAX_TEXT_BYTES: Final = 4 * 2**20
MAX_NESTING: Final = 5  # an ear of wars of jars, and shaded ones in those
NOUN: Final = "Java archive"
_ENDINGS: Final = (".jar", ".war", ".ear", ".aar", ".jpi", ".hpi", ".par", ".sar", ".lpkg")
_POM: Final = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties\Z")
_MANIFEST: Final = "META-INF/MANIFEST.MF"
_FILE_NAME: Final = re.compile(r"(.+?)(?:-(v?[0-9][^/]{0,200}))?\.[a-z]{1,10}\Z")
_VERSIONS: Final = ("Implementation-Version", "Bundle-Version", "Specification-Version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """What Maven calls a package by."""

    group: str
    artifact: str
    version: str

    @property
    def purl(self) -> str:
        """Return the purl of the package."""
        return purl_of("maven", f"{self.group}/{self.artifact}", self.version)


def is_jar(file: TreeFile) -> bool:
    """Tell whether a file is a Java archive by its name."""
    return file.path.lower().endswith(_ENDINGS)


def find_jars(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add what is in each archive."""
    for file in files:
        with finds.attempt(NOUN, file.path):
            data = tree.load(file.path, max_bytes=MAX_JAR_BYTES)
            allowance = Allowance(left=MAX_UNPACKED_BYTES)
            _add_jar(data, _Spot(file=file, inside="", depth=0), allowance, finds)


def parse_pom_properties(data: bytes) -> Coordinates:
    """Read pom.properties (the format of `java.util.Properties`, as Maven writes it).

    Raises:
        MalformedError: Not text, or no group, artifact or version.
    """
    said: dict[str, str] = {}
    for line in text_lines(data):
        text = line.strip()
        if text and text[0] not in "#!":
            key, _, value = text.replace(":", "=", 1).partition("=")
            said[key.strip()] = value.strip()
    missing = [key for key in ("groupId", "artifactId", "version") if not said.get(key)]
    if missing:
        raise MalformedError(f"no {missing[0]}")
    return Coordinates(group=said["groupId"], artifact=said["artifactId"], version=said["version"])


def parse_jar_manifest(data: bytes) -> Mapping[str, str]:
    """Return the main attributes of MANIFEST.MF; a line that begins with a space goes on.

    Raises:
        MalformedError: Not text.
    """
    said: dict[str, str] = {}
    last = ""
    for line in text_lines(data):
        if not line:
            break
        if line.startswith(" ") and last:
            said[last] += line[1:]
            continue
        last, _, value = line.partition(": ")
        said[last] = value
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where an archive lies: in a file of the tree, or deeper in one."""

    file: TreeFile
    inside: str
    depth: int

    @property
    def path(self) -> str:
        return f"{self.file.path}!/{self.inside}" if self.inside else self.file.path

    def below(self, name: str) -> "_Spot":
        within = f"{self.inside}!/{name}" if self.inside else name
        return replace(self, inside=within, depth=self.depth + 1)


def _add_jar(data: bytes, spot: _Spot, allowance: Allowance, finds: Finds) -> str:
    """Add an archive and what is in it; return its identity."""
    with open_zip(data, allowance) as archive:
        for gap in archive.gaps:
            if _is_wanted(gap.path):
                finds.note(NOUN, f"{spot.path}!/{gap.path}", gap.why)
        held = list(_coordinates(archive, spot, finds))
        own = _own(held, spot)
        others = [_component(item, spot) for item in held if item is not own]
        inside = {part.identity for part in others} | set(_nested(archive, spot, allowance, finds))
        outer = _outer(own, archive, spot, finds)
    finds.components += others
    finds.components.append(
        replace(
            outer,
            hashes=(f"sha256:{hashlib.sha256(data).hexdigest()}",),
            depends_on=tuple(sorted(inside - {outer.identity})),
        )
    )
    finds.examined[f"{NOUN}s"] += 1
    return outer.identity


def _nested(archive: ZipTree, spot: _Spot, allowance: Allowance, finds: Finds) -> Iterator[str]:
    for file in archive.files:
        if is_jar(file):
            below = spot.below(file.path)
            with finds.attempt(NOUN, below.path):
                if below.depth > MAX_NESTING:
                    raise MalformedError(f"over {MAX_NESTING} archives in one another")
                data = archive.load(file.path, max_bytes=MAX_JAR_BYTES)
                yield _add_jar(data, below, allowance, finds)


def _coordinates(archive: ZipTree, spot: _Spot, finds: Finds) -> Iterator[Coordinates]:
    for file in archive.files:
        if _POM.match(file.path):
            with finds.attempt(NOUN, f"{spot.path}!/{file.path}"):
                found = parse_pom_properties(archive.load(file.path, max_bytes=MAX_TEXT_BYTES))
                found.purl  # noqa: B018  # refuses what no purl can hold
                yield found


def _own(held: Sequence[Coordinates], spot: _Spot) -> Coordinates | None:
    """Return the coordinates of the archive itself, among those of all that was put into it.

    Its name has to bear them out: the only ones in a jar may be those of what was shaded into it.
    """
    name = spot.path.rpartition("/")[2]
    fitting = [item for item in held if name.startswith(f"{item.artifact}-{item.version}")]
    plain = [item for item in held if name.rpartition(".")[0] == item.artifact]
    return next(iter([*fitting, *plain]), None)


def _outer(own: Coordinates | None, archive: ZipTree, spot: _Spot, finds: Finds) -> Component:
    manifest: Mapping[str, str] = {}
    if any(file.path == _MANIFEST for file in archive.files):
        with finds.attempt(NOUN, f"{spot.path}!/{_MANIFEST}"):
            manifest = parse_jar_manifest(archive.load(_MANIFEST, max_bytes=MAX_TEXT_BYTES))
    component = _component(own, spot) if own is not None else _unnamed(manifest, spot)
    if own is None:
        finds.note(NOUN, spot.path, "it does not say its Maven coordinates (no pom.properties)")
    licences, raw_licences = split_licences([clean(manifest.get("Bundle-License", ""))])
    supplier = clean(manifest.get("Implementation-Vendor", "") or manifest.get("Bundle-Vendor", ""))
    return replace(component, licences=licences, raw_licences=raw_licences, supplier=supplier)


def _component(item: Coordinates, spot: _Spot) -> Component:
    return Component(
        purl=item.purl,
        name=f"{item.group}/{item.artifact}",
        version=item.version,
        found_in=(place_of(spot.file, spot.inside),),
        methods=("manifest-analysis",),
    )


def _unnamed(manifest: Mapping[str, str], spot: _Spot) -> Component:
    """Return a component by the name of the file, and the version that it or the manifest says."""
    match = _FILE_NAME.match(spot.path.rpartition("/")[2])
    name, version = (match[1], match[2]) if match else (spot.path, None)
    said = (manifest.get(key, "").strip() for key in _VERSIONS)
    return Component(
        purl="",
        name=clean(name),
        version=clean(version or next(filter(None, said), "")),
        found_in=(place_of(spot.file, spot.inside),),
        methods=("filename",),
    )


def _is_wanted(path: str) -> bool:
    return path == _MANIFEST or bool(_POM.match(path)) or path.lower().endswith(_ENDINGS)
