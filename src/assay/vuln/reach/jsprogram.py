"""All JavaScript files of a product together: what names in them mean, through re-exports too."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from assay.vuln.reach.found import shown
from assay.vuln.reach.jsfacts import DEFAULT, JsBound, JsCalls, JsUse, Name

MAX_HOPS: Final = 12  # from a name to what it means
MAX_MEANINGS: Final = 32  # of one name
MAX_STEPS: Final = 500  # to find out what one use means; ordinary code takes under ten
MAX_ALL_STEPS: Final = 500_000  # of all uses together; bounds the time
_ENDINGS: Final = ("", ".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
_MADE: Final = (".js", ".mjs", ".cjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A member of a package, by the specifier that it was imported by in `importer`.

    It is not `sure` where a name on the way stands for something else as well.
    """

    specifier: str
    importer: str
    path: Name
    sure: bool


@dataclass(slots=True, kw_only=True)
class JsProgram:
    """The product's files, by path; those in `tangled` have names that took too many steps."""

    files: dict[str, JsCalls] = field(default_factory=dict)
    tangled: set[str] = field(default_factory=set)
    _steps: int = 0
    _all_steps: int = 0
    _found: dict[tuple[str, str], str] = field(default_factory=dict)

    def meanings(self, path: str, use: JsUse) -> list[Meaning]:
        """Return what a name in a file stands for, as far as that is of a package."""
        if self._all_steps > MAX_ALL_STEPS:
            self.tangled.add(shown(path))
            return []
        self._steps = 0
        found = self._follow(path, use.path, MAX_HOPS, sure=use.sure)
        meanings = list(dict.fromkeys(islice(found, MAX_MEANINGS)))
        if self._steps > MAX_STEPS:
            self.tangled.add(shown(path))
        return meanings

    def _follow(self, path: str, name: Name, hops: int, *, sure: bool) -> Iterator[Meaning]:
        file = self.files[path]
        bound = file.bound.get(name[0])
        if bound is not None and self._may_go_on(hops):
            sure = sure and name[0] not in file.doubtful
            yield from self._mean(path, bound, name[1:], hops - 1, sure=sure)

    def _mean(
        self, path: str, bound: JsBound, rest: Name, hops: int, *, sure: bool
    ) -> Iterator[Meaning]:
        whole = (*bound.path, *rest)
        if not bound.specifier:
            if whole and whole[0] != "?":
                yield from self._follow(path, whole, hops, sure=sure)
        elif bound.specifier.startswith("."):
            file = self._file(path, bound.specifier)
            if file:
                yield from self._exported(file, whole, hops, sure=sure)
        else:
            yield Meaning(specifier=bound.specifier, importer=path, path=whole, sure=sure)

    def _exported(self, path: str, whole: Name, hops: int, *, sure: bool) -> Iterator[Meaning]:
        """Yield what a file gives out under a name, or as its whole or default."""
        file = self.files[path]
        if not self._may_go_on(hops):
            return
        if whole and whole[0] in file.exports:
            yield from self._mean(path, file.exports[whole[0]], whole[1:], hops - 1, sure=sure)
        elif DEFAULT in file.exports:
            yield from self._mean(path, file.exports[DEFAULT], whole, hops - 1, sure=sure)
        for star in file.stars if whole else ():
            yield from self._mean(path, JsBound(specifier=star), whole, hops - 1, sure=sure)

    def _may_go_on(self, hops: int) -> bool:
        """Count a step; where there are too many of them, or hops, the name is given up."""
        self._steps = self._steps + 1 if hops > 0 else MAX_STEPS + 1
        self._all_steps += 1
        return self._steps <= MAX_STEPS

    def _file(self, path: str, specifier: str) -> str:
        """Return the file that a relative specifier means, empty for none that was read."""
        key = posixpath.dirname(path), specifier
        if key not in self._found:
            self._found[key] = self._look_for(*key)
        return self._found[key]

    def _look_for(self, folder: str, specifier: str) -> str:
        place = posixpath.normpath(posixpath.join(folder, specifier))
        stem = next((place.removesuffix(e) for e in _MADE if place.endswith(e)), place)
        places = dict.fromkeys((place, stem, f"{place}/index".removeprefix("./")))
        every = (f"{one}{ending}" for one in places for ending in _ENDINGS)
        return next((one for one in every if one in self.files), "")
