"""What a folder, an archive, a program or an image is made of, and the way to each of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.purl import build_purl
from assay.sbom.component import Component, Inventory
from assay.sbom.excluding import leave_out
from assay.sbom.images.image import Image, build_tree
from assay.sbom.images.layout import open_layout
from assay.sbom.images.reference import parse_reference
from assay.sbom.images.registry import Credentials, Registry, fetch_image
from assay.sbom.images.savedarchive import open_saved_archive
from assay.sbom.survey import survey_tree
from assay.system.environment import get_variable
from assay.system.files import load_file
from assay.system.filetree import FileTree, MemoryTree, list_folder
from assay.system.scratch import scratch_folder
from assay.system.ziptree import Allowance, open_zip

MAX_FILE_BYTES: Final = 2**30  # of one file that is looked into by itself
MAX_WHEEL_BYTES: Final = 8 * 2**30  # of a wheel, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is looked into, and how far.

    `source` is the path of a folder or a file, or an image: `oci:FOLDER` or `docker-archive:FILE`,
    each with `@` and a tag or digest behind it where there are several, or
    `registry:HOST/NAME:TAG`. `platform` chooses one of an image for several (`linux/arm64`),
    `also_ask` are hosts that a registry may send to, and `exclude` patterns of paths inside that
    are left out, and noted.
    """

    source: str
    platform: str = ""
    also_ask: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The files of a target, while it is open, and what it is as the subject of a document.

    `alone` is one file that is looked into by itself. Lock files count `with_locks`: what lies in
    a folder; in a wheel or an image they are what somebody else wanted.
    """

    tree: FileTree
    subject: Component
    with_locks: bool
    alone: bool = False

    def survey(self) -> Inventory:
        """Return what is in it."""
        found = survey_tree(self.tree, with_locks=self.with_locks)
        if not self.alone or found.components or found.examined or found.not_checked:
            return found
        return replace(found, not_checked=(_unread(self.subject.name),))


def survey_source(target: Target) -> tuple[Inventory, Component]:
    """Return what is in `target`, and what it is as the subject of a document.

    Raises:
        UsageError: There is no such thing, or there are several, or a pattern is none.
        RejectedError: It is another than its digest says.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
    """
    with open_source(target) as opened:
        return opened.survey(), opened.subject


@contextmanager
def open_source(target: Target) -> Iterator[Opened]:
    """Open what is in `target`; raises what `survey_source` raises."""
    source = target.source
    kind, colon, rest = source.partition(":")
    if colon and kind in _IMAGES:
        with scratch_folder() as scratch:
            asked = _Asked(
                place=rest, platform=target.platform, also_ask=target.also_ask, scratch=scratch
            )
            image = _IMAGES[kind](asked)
            tree = leave_out(build_tree(image, scratch), target.exclude)
            yield Opened(tree=tree, subject=_image_subject(image), with_locks=False)
        return
    if target.platform:
        raise UsageError("only an image has platforms", hint="leave out --platform")
    path = Path(source)
    if not path.exists():
        raise UsageError(
            "no such folder or file",
            where=printable(source),
            hint=f"an image is {', '.join(f'{kind}:…' for kind in _IMAGES)}",
        )
    subject = _subject(printable(path.resolve().name or "root"), "", kind="application")
    with _open_path(path, subject) as opened:
        yield replace(opened, tree=leave_out(opened.tree, target.exclude))


@contextmanager
def _open_path(path: Path, subject: Component) -> Iterator[Opened]:
    """Open a folder, a wheel or one file."""
    if path.is_dir():
        yield Opened(tree=list_folder(path), subject=subject, with_locks=True)
    elif path.suffix == ".whl":
        with open_zip(path, Allowance(left=MAX_WHEEL_BYTES)) as wheel:
            yield Opened(tree=wheel, subject=subject, with_locks=False)
    else:
        contents = {path.name: load_file(path, max_bytes=MAX_FILE_BYTES)}
        tree = MemoryTree(contents=contents)
        yield Opened(tree=tree, subject=subject, with_locks=True, alone=True)


def _subject(name: str, version: str, *, kind: str) -> Component:
    return Component(purl="", name=name, version=version, found_in=(), kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Which image is asked for, and a folder for what has to be fetched."""

    place: str
    platform: str
    also_ask: frozenset[str]
    scratch: Path


def _layout(asked: _Asked) -> Image:
    path, reference = _split(asked.place)
    return open_layout(path, reference=reference, platform=asked.platform)


def _saved(asked: _Asked) -> Image:
    if asked.platform:
        raise UsageError("an archive of `docker save` is for one platform; leave out --platform")
    path, reference = _split(asked.place)
    return open_saved_archive(path, reference=reference)


def _registry(asked: _Asked) -> Image:
    registry = Registry(
        reference=parse_reference(asked.place),
        folder=asked.scratch,
        hosts=asked.also_ask,
        credentials=Credentials(
            user=get_variable("ASSAY_REGISTRY_USER"),
            password=get_variable("ASSAY_REGISTRY_PASSWORD"),
        ),
    )
    return fetch_image(registry, platform=asked.platform)


_IMAGES: Final[Mapping[str, Callable[[_Asked], Image]]] = MappingProxyType(
    {"oci": _layout, "docker-archive": _saved, "registry": _registry}
)


def _image_subject(image: Image) -> Component:
    """Return the image as a component; its purl says which registry it came from, if any."""
    host, slash, path = image.name.partition("/")
    purl = ""
    if slash and "." in host.partition(":")[0]:
        where = {"repository_url": image.name}
        purl = str(build_purl("oci", "", path.rpartition("/")[2], image.digest, where))
    subject = _subject(image.name, image.digest, kind="container")
    return replace(subject, purl=purl)


def _split(place: str) -> tuple[Path, str]:
    """Return the path, and what stands behind the last `@`; a path that exists is one, whole."""
    path, at, reference = place.rpartition("@")
    return (Path(path), reference) if at and not Path(place).exists() else (Path(place), "")


def _unread(name: str) -> NotChecked:
    return NotChecked(
        what="file",
        where=name,
        why="of no kind that is looked into: what is in it is not known",
        remedy="unpack it, and look into the folder",
    )
