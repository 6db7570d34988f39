"""What the sources of one tree found, while it is gathered.

* Something that cannot be read becomes a `NotChecked`; what comes after it is still read.
* One kind of note from one source is bounded in number; what is beyond is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError, UnavailableError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.component import Component
from assay.sbom.distribution import UNKNOWN, Distribution
from assay.system.filetree import TreeFile

MAX_NOTES: Final = 1000  # of one kind; a hostile image could hold millions of broken packages
MAX_PATH_CHARACTERS: Final = 32_768  # what the system allows, each byte of it escaped, and more
_MERGED: Final = ("bin/", "lib", "sbin/")  # folders that are links into /usr by now
REMEDY: Final = "look at it by hand, or mend it and try again"


@dataclass(slots=True, kw_only=True)
class Finds:
    """Components and notes in the making."""

    components: list[Component] = field(default_factory=list)
    notes: list[NotChecked] = field(default_factory=list)
    examined: Counter[str] = field(default_factory=Counter)
    distributions: dict[str, Distribution] = field(default_factory=dict)  # by their root folder
    owned: set[str] = field(default_factory=set)  # the files that an installed package brought
    _noted: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def attempt(self, what: str, path: str) -> Iterator[None]:
        """Turn a refusal inside this block into a note about the file at `path`."""
        try:
            yield
        except (MalformedError, UnavailableError) as error:
            place = f" (at {error.where})" if error.where else ""
            self.note(what, path, f"{error.what}{place}")

    def note(self, what: str, path: str, why: str, remedy: str = REMEDY) -> None:
        """Record something that was not read."""
        self._noted[what] += 1
        if self._noted[what] <= MAX_NOTES:
            where, why = shown(path), printable(why)
            self.notes.append(NotChecked(what=what, where=where, why=why, remedy=remedy))

    def distribution_at(self, root: str, database: str) -> Distribution:
        """Return the distribution in the folder `root`; `database` is noted where none is known."""
        if root not in self.distributions:
            why = "no os-release says of which distribution its packages are"
            self.note("distribution", database, why)
        return self.distributions.get(root, UNKNOWN)

    def own(self, root: str, paths: Iterable[str]) -> None:
        """Note that packages brought the files at `paths` below the folder `root`.

        A path may be the one from before `/lib` and the like became links into `/usr`.
        """
        start = f"{root}/" if root else ""
        for path in paths:
            self.owned.add(f"{start}{path}")
            if path.startswith(_MERGED):
                self.owned.add(f"{start}usr/{path}")

    def all_notes(self) -> list[NotChecked]:
        """Return the notes, and one for each kind of which there were too many."""
        more = [
            NotChecked(
                what=what,
                where="everywhere",
                why=f"{count - MAX_NOTES} more, after the first {MAX_NOTES}",
                remedy=REMEDY,
            )
            for what, count in self._noted.items()
            if count > MAX_NOTES
        ]
        return self.notes + more


def place_of(file: TreeFile, inside: str = "") -> str:
    """Return where something was found: the file's path, then `!/` and where in it, then the layer.

    The layer stands as `@sha256:…` at the end, so that whoever has the image can look there.
    """
    within = f"!/{inside}" if inside else ""
    layer = f"@{file.layer}" if file.layer else ""
    return shown(f"{file.path}{within}") + layer


def shown(path: str) -> str:
    """Return a file's path as it is kept: printable, and whole."""
    return printable(path, limit=MAX_PATH_CHARACTERS)
