"""Uses of vulnerable symbols in the JavaScript of a product, each with how sure it is one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.findings.reach import Level, Sight
from assay.vuln.reach.found import scope_of, shown
from assay.vuln.reach.jsfacts import DEFAULT, JsUse, Name
from assay.vuln.reach.jsimports import package_of
from assay.vuln.reach.jsprogram import JsProgram, Meaning
from assay.vuln.reach.renamed import Renamed
from assay.vuln.reach.target import Symbol, Target, split_symbol

MAX_SIGHTS: Final = 50  # of one target; five are kept
_AGAIN: Final = frozenset({"call", "apply"})  # `f.call(x)` calls f


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A use of something of a target's package, in the file at `path`."""

    target: Target
    path: str
    use: JsUse
    meaning: Meaning

    @property
    def place(self) -> str:
        """Return where it stands."""
        return f"{shown(self.path)}:{self.use.line}"

    @property
    def computed(self) -> bool:
        """Tell whether a member is computed, so that it may be any symbol."""
        return "?" in self.meaning.path


def find_hits(program: JsProgram, targets: Iterable[Target], renamed: Renamed) -> Iterator[Hit]:
    """Yield each use of a package that `targets` are about, in the order of the files."""
    sought: dict[str, list[Target]] = {}
    for target in targets:
        sought.setdefault(target.name.lower(), []).append(target)
    for path, file in program.files.items():
        for use in file.uses:
            for meaning in program.meanings(path, use):
                named = package_of(meaning.specifier)
                package = (renamed.find(meaning.importer, named) or named).lower()
                for target in sought.get(package, ()):
                    yield Hit(target=target, path=path, use=use, meaning=meaning)


def find_sights(program: JsProgram, hits: Iterable[Hit]) -> Iterator[tuple[Target, Sight]]:
    """Yield what the hits show, and methods of symbols in files that have any."""
    count: dict[str, int] = {}
    asked: set[tuple[str, str]] = set()
    for hit in hits:
        sights = [sight] if (sight := _judge(hit)) is not None else []
        if (hit.path, hit.target.finding) not in asked:
            asked.add((hit.path, hit.target.finding))
            sights += _methods(program, hit)
        for one in sights:
            number = count[hit.target.finding] = count.get(hit.target.finding, 0) + 1
            if number <= MAX_SIGHTS or one.level is Level.CALLED:
                yield hit.target, one


def _judge(hit: Hit) -> Sight | None:
    """Return the strongest that a use shows of any symbol, None where it shows none."""
    found = [
        (level, symbol.name)
        for symbol in hit.target.symbols
        for path, most in _paths(hit)
        if (level := _compare(path, _inside(symbol, hit.target), called=hit.use.called, most=most))
    ]
    if not found:
        return None
    level, name = max(found)
    if level is Level.CALLED and not hit.meaning.sure:
        what = f"calls {name}, or what else is called {shown(hit.use.path[0])} there"
        return _sight(hit.path, hit.use.line, Level.REFERENCED, what)
    verb = "calls" if level is Level.CALLED else "calls what may be"
    return _sight(hit.path, hit.use.line, level, f"{verb if hit.use.called else 'names'} {name}")


def _paths(hit: Hit) -> Iterator[tuple[Name, Level]]:
    """Yield the members that a use names, each with the most that it can show.

    What a file of the package gives out is known by the file's name, and need not be what the
    package gives out under the same name.
    """
    plain = tuple(part for part in hit.meaning.path if part != DEFAULT)
    below = hit.meaning.specifier.removeprefix(package_of(hit.meaning.specifier))
    last = below.rpartition("/")[2].partition(".")[0]
    yield plain, Level.REFERENCED if last else Level.CALLED
    if last:
        yield (last, *plain), Level.CALLED


def _inside(symbol: Symbol, target: Target) -> Name:
    """Return the parts of a symbol inside of its package: () where it is all of it."""
    own = split_symbol(target.name)
    return symbol.parts[len(own) :] if symbol.parts[: len(own)] == own else symbol.parts


def _compare(path: Name, wanted: Name, *, called: bool, most: Level) -> Level | None:
    """Compare members with a symbol: CALLED if it is this, REFERENCED if it may be."""
    plain = path[:-1] if called and path[-1:] and path[-1] in _AGAIN else path
    if plain == wanted:
        return most if called else Level.REFERENCED
    if wanted and (path[: len(wanted)] == wanted or path[-1:] == wanted[-1:]):
        return Level.REFERENCED
    return None


def _methods(program: JsProgram, hit: Hit) -> list[Sight]:
    """Return calls of methods that symbols are, in a file that uses the package."""
    methods = program.files[hit.path].methods
    why = "of a value whose type is not known; vulnerable is"
    return [
        _sight(hit.path, methods[name], Level.REFERENCED, f"calls {name} {why} {symbol.name}")
        for symbol in hit.target.symbols
        if symbol.is_method and (name := symbol.parts[-1]) in methods
    ]


def _sight(path: str, line: int, level: Level, what: str) -> Sight:
    return Sight(level=level, scope=scope_of(path), path=shown(path), line=line, what=what)
