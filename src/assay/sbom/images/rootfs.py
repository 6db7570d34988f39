"""The layers of an image, laid one on the other: which files its root folder holds in the end.

OCI image specification, "Image Layer Filesystem Changeset":

* `.wh.NAME` takes NAME of the layers below away, `.wh..wh..opq` all that its folder had in them.
  Both act on the layers below alone, wherever in the archive they stand.
* A member whose folder is a link in a layer below lies where that link leads, inside the root.
* Nothing is unpacked; a name with `..` is refused all the same, for two readers could see it at two
  places.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.system.tarindex import TarKind, TarMember

MAX_LINKS: Final = 40  # on one way, as Linux has it
MAX_DEPTH: Final = 512  # folders on one way
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"
_OTHER_MARKS: Final = ".wh..wh."


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A member, and the number of the layer that it is from."""

    member: TarMember
    layer: int


@dataclass(slots=True)
class _Folder:
    """A folder in the making: files, links and folders by name."""

    inside: "dict[str, _Folder | Placed]" = field(default_factory=dict)


class RootFolder:
    """The root folder of an image while its layers are laid on it, the lowest first."""

    def __init__(self) -> None:
        self._root = _Folder()
        self._layers = 0
        self.gaps: list[tuple[str, str]] = []

    def add_layer(self, members: Iterable[TarMember]) -> None:
        """Lay the next layer on.

        Raises:
            MalformedError: A name that leads out of the root, or links that lead in a circle.
        """
        held = [(self._parts(member.name), member) for member in members]
        for parts, _ in held:
            if parts and parts[-1].startswith(_WHITEOUT):
                self._take_away(parts)
        for parts, member in held:
            if parts and not parts[-1].startswith(_WHITEOUT):
                self._put(parts, member)
        self._layers += 1

    def files(self) -> Iterator[tuple[str, Placed]]:
        """Yield path and origin of every regular file, in no order."""
        waiting: list[tuple[str, _Folder]] = [("", self._root)]
        while waiting:
            prefix, folder = waiting.pop()
            for name, entry in folder.inside.items():
                if isinstance(entry, _Folder):
                    waiting.append((f"{prefix}{name}/", entry))
                elif entry.member.kind is TarKind.FILE:
                    yield f"{prefix}{name}", entry
                elif entry.member.kind is TarKind.SPARSE:
                    self.gaps.append((f"{prefix}{name}", "a file with holes, which is not read"))

    @staticmethod
    def _parts(name: str) -> tuple[str, ...]:
        parts = tuple(filter(_is_step, name.split("/")))
        if ".." in parts or len(parts) > MAX_DEPTH:
            raise MalformedError("a name that leads out of the image", where=printable(name))
        return parts

    def _take_away(self, parts: tuple[str, ...]) -> None:
        folder = self._find(parts[:-1])
        if not isinstance(folder, _Folder):
            return
        if parts[-1] == _OPAQUE:
            folder.inside.clear()
        elif not parts[-1].startswith(_OTHER_MARKS):
            folder.inside.pop(parts[-1].removeprefix(_WHITEOUT), None)

    def _put(self, parts: tuple[str, ...], member: TarMember) -> None:
        folder = self._folder(parts[:-1])
        there = folder.inside.get(parts[-1])
        if member.kind is TarKind.FOLDER:
            if not isinstance(there, _Folder):
                folder.inside[parts[-1]] = _Folder()
        elif member.kind is TarKind.HARDLINK:
            self._put_hardlink(folder, parts, member)
        elif member.kind is TarKind.OTHER:
            folder.inside.pop(parts[-1], None)
        else:
            folder.inside[parts[-1]] = Placed(member=member, layer=self._layers)

    def _put_hardlink(self, folder: _Folder, parts: tuple[str, ...], member: TarMember) -> None:
        target = self._parts(member.link)
        above = self._find(target[:-1]) if target else None
        found = above.inside.get(target[-1]) if isinstance(above, _Folder) else None
        folder.inside.pop(parts[-1], None)
        if isinstance(found, Placed):
            folder.inside[parts[-1]] = found
        else:
            self.gaps.append(("/".join(parts), "a hard link to nothing"))

    def _folder(self, parts: tuple[str, ...]) -> _Folder:
        """Return the folder at `parts`, made where it is not there."""
        found = self._walk(parts, make=True)
        return found if found is not None else self._root

    def _find(self, parts: tuple[str, ...]) -> _Folder | None:
        """Return the folder at `parts`, or None where there is none."""
        return self._walk(parts, make=False)

    def _walk(self, parts: tuple[str, ...], *, make: bool) -> _Folder | None:
        """Go to the folder at `parts`; links are followed, and lead nowhere but inside the root."""
        trail, waiting, steps = [self._root], list(reversed(parts)), 0
        while waiting:
            name = waiting.pop()
            if name == "..":
                trail = trail[:-1] or [self._root]
                continue
            entry = trail[-1].inside.get(name)
            if isinstance(entry, Placed) and entry.member.kind is TarKind.SYMLINK:
                steps += 1
                waiting += [
                    part for part in reversed(entry.member.link.split("/")) if _is_step(part)
                ]
                trail = [self._root] if entry.member.link.startswith("/") else trail
            elif isinstance(entry, _Folder):
                trail.append(entry)
            elif not make:
                return None
            else:
                made = trail[-1].inside[name] = _Folder()
                trail.append(made)
            if steps > MAX_LINKS or len(waiting) > MAX_DEPTH or len(trail) > MAX_DEPTH:
                raise MalformedError("links in a circle", where=printable("/".join(parts)))
        return trail[-1]


def _is_step(part: str) -> bool:
    return part not in {"", "."}
