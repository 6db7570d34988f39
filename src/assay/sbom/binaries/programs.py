"""Programs that carry a list of what they were built from: Go, and Rust with `cargo auditable`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from assay.sbom.binaries.cargoaudit import Crate, read_crates
from assay.sbom.binaries.gobuildinfo import (
    GoBuild,
    module_version,
    read_go_build,
    standard_library_version,
)
from assay.sbom.binaries.sections import is_program, read_programs
from assay.sbom.component import Component
from assay.sbom.finds import Finds, place_of
from assay.sbom.lockfiles.reading import purl_of
from assay.system.filetree import FileTree, TreeFile

NOUN: Final = "program"
_LIBRARY: Final = re.compile(r"\.(?:so(?:\.[0-9.]+)?|dll|exe|dylib|node|pyd)\Z", re.IGNORECASE)
_MIN_BYTES: Final = 512  # no program is smaller
_OF_GO: Final = "cmd/"  # the toolchain's own programs, all of the standard library
_UNVERSIONED: Final = "0"  # stands in while a name is checked that has no version
_METHOD: Final = ("binary-analysis",)


def may_be_program(file: TreeFile) -> bool:
    """Tell whether a file may be a program or a library, by its mode and name."""
    if file.size < _MIN_BYTES:
        return False
    return file.executable or _LIBRARY.search(file.path) is not None


def find_in_programs(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add what each program says that it was built from; most say nothing.

    One that says nothing and that no package brought is noted: what is in it is not known.
    """
    for file in files:
        with finds.attempt(NOUN, file.path):
            if is_program(tree.load_part(file.path, 0, 4)) and not _look_into(tree, file, finds):
                finds.examined["programs that do not say what they were built from"] += 1
                if file.path not in finds.owned:
                    finds.note(NOUN, file.path, "it does not say what it was built from")


def _look_into(tree: FileTree, file: TreeFile, finds: Finds) -> bool:
    """Add what a program says, and return whether there was anything to say, or no program."""

    def load(offset: int, count: int) -> bytes:
        return tree.load_part(file.path, offset, count)

    programs = read_programs(load)
    told = False
    for program in programs:
        build, crates = read_go_build(load, program), read_crates(load, program)
        if build is not None:
            _add_go(build, file, finds)
        if crates is not None:
            _add_crates(crates, file, finds)
        told = told or build is not None or crates is not None
    finds.examined["programs that say what they were built from"] += told
    return told or not programs


def _component(file: TreeFile, purl: str, name: str, version: str) -> Component:
    return Component(
        purl=purl, name=name, version=version, found_in=(place_of(file),), methods=_METHOD
    )


def _add_go(build: GoBuild, file: TreeFile, finds: Finds) -> None:
    found = list(_go_parts(build, file, finds))
    if build.main is not None:
        version = module_version(build.main, build)
        purl = purl_of("golang", build.main.path, version or _UNVERSIONED)
        main = _component(file, purl.removesuffix(f"@{_UNVERSIONED}"), build.main.path, version)
        edges = tuple(sorted(part.identity for part in found))
        finds.components.append(replace(main, kind="application", depends_on=edges))
        if not version:
            finds.note(NOUN, file.path, f"it does not say its own version ({build.main.path})")
    elif not build.path.startswith(_OF_GO):
        finds.note(NOUN, file.path, f"it was built without modules ({build.path}): none is listed")
    finds.components += found


def _go_parts(build: GoBuild, file: TreeFile, finds: Finds) -> Iterator[Component]:
    """Yield the standard library and the modules; a folder in place of a module has no version."""
    release = standard_library_version(build.version)
    if release:
        yield replace(
            _component(file, purl_of("golang", "stdlib", release), "stdlib", release),
            licences=("BSD-3-Clause",),
            cpes=(f"cpe:2.3:a:golang:go:{release}:*:*:*:*:*:*:*",),
        )
    else:
        why = f"its Go is no release ({build.version}): which standard library it has is unknown"
        finds.note(NOUN, file.path, why)
    for module in build.modules:
        if module.replaced and not module.version:
            why = f"{module.replaced} was replaced by a folder, whose version it does not say"
            finds.note(NOUN, file.path, why)
            continue
        with finds.attempt(NOUN, file.path):
            purl = purl_of("golang", module.path, module.version)
            hashes = (module.checksum,) if module.checksum else ()
            yield replace(_component(file, purl, module.path, module.version), hashes=hashes)


def _add_crates(crates: Sequence[Crate], file: TreeFile, finds: Finds) -> None:
    root = next((crate for crate in crates if crate.root), None)
    near = {crates[place].purl for place in root.needs} if root is not None else set()
    for crate in crates:
        finds.components.append(
            replace(
                _component(file, crate.purl, crate.name, crate.version),
                kind="application" if crate.root else "library",
                depends_on=tuple(sorted({crates[place].purl for place in crate.needs})),
                edges_known=True,
                direct=crate.purl in near,
                development=crate.development,
            )
        )
