"""All Python files of a product together: what names mean across them, and who calls whom.

Names are followed through imports, assignments, annotations and attributes of `self`, without
regard to the order of statements: what a name may stand for at any time, it stands for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.findings.reach import MAX_CHAIN, Scope
from assay.vuln.reach.found import scope_of
from assay.vuln.reach.pyfacts import CALLED, UNKNOWN, Bound, PyModule, PyUse

MAX_HOPS: Final = 12  # from a name to what it means
MAX_MEANINGS: Final = 32  # of one name
MAX_VISITED: Final = 20_000  # functions that are asked who calls them
MAX_STEPS: Final = 500  # to find out what one use means; ordinary code takes under ten
MAX_TANGLED: Final = 10  # uses of a file that take more, after which its names are given up
MAX_ALL_STEPS: Final = 5_000_000  # of all uses together; bounds the time
_MODULE_LEVEL: Final = ""
_FOLDERS: Final = ("src", "lib", "python")  # that are themselves on the path of imports

Place = tuple[str, str]  # a file, and the qualified name of a function in it
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a name stands for: something outside of the product, or a function of it."""

    outside: Name = ()
    inside: Place | None = None


@dataclass(slots=True, kw_only=True)
class PyProgram:
    """The product's modules, by path, and by each dotted name under which they may be imported."""

    modules: dict[str, PyModule] = field(default_factory=dict)
    _named: dict[Name, list[str]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[tuple[str, str, Name], frozenset[Meaning]] = field(default_factory=dict)
    _steps: int = 0
    _all_steps: int = 0
    # Lines of names, by file, that take too many steps; 0 for all of its other lines.
    tangled: dict[str, set[int]] = field(default_factory=dict)

    def add(self, module: PyModule) -> None:
        """Add a file."""
        self.modules[module.path] = module
        if module.crowded:
            self.tangled[module.path] = {0}
        parts = module.path.rpartition(".")[0].split("/")
        if parts[-1] == "__init__":
            parts = parts[:-1]
        for start in range(len(parts)):
            self._named[tuple(parts[start:])].append(module.path)

    def has_at_top(self, name: str) -> bool:
        """Tell whether `import name` finds a module of the product before any package."""
        first = name.partition(".")[0]
        places = [first, *(f"{folder}/{first}" for folder in _FOLDERS)]
        return any(
            f"{place}.py" in self.modules or f"{place}/__init__.py" in self.modules
            for place in places
        )

    def meanings(self, module: PyModule, use: PyUse) -> frozenset[Meaning]:
        """Return what a name that is used may stand for."""
        tangled = self.tangled.get(module.path, ())
        if len(tangled) > MAX_TANGLED or self._all_steps > MAX_ALL_STEPS:
            self.tangled.setdefault(module.path, set()).add(0)
            return frozenset()
        self._steps = 0
        found = self._resolve(module, use.function, use.parts, MAX_HOPS)
        self._all_steps += self._steps
        if self._steps > MAX_STEPS:
            self.tangled.setdefault(module.path, set()).add(use.line)
        return found

    def _resolve(self, module: PyModule, scope: str, parts: Name, hops: int) -> frozenset[Meaning]:
        if parts[0] == UNKNOWN:
            return frozenset()
        if hops <= 0:
            self._steps = MAX_STEPS + 1  # the name is given up, and told
            return frozenset()
        key = (module.path, scope, parts)
        if key not in self._known:
            self._known[key] = frozenset()  # of a name that means itself
            found = [
                meaning
                for bound, rest in self._bindings(module, scope, parts)
                if self._may_go_on()
                for meaning in self._follow(module, bound, rest, hops)
            ]
            self._known[key] = frozenset(found[:MAX_MEANINGS])
        return self._known[key]

    def _may_go_on(self) -> bool:
        self._steps += 1
        return self._steps <= MAX_STEPS

    def _bindings(self, module: PyModule, scope: str, parts: Name) -> Iterator[tuple[Bound, Name]]:
        """Yield what the beginning of a name is bound to, and what of the name is left."""
        first, marked = _plain(parts[0])
        if first == "" and len(parts) > 1:
            yield Bound(parts=parts[1:]), ()
            return
        if first == "self" and len(parts) > 1:
            yield from _of_self(module, scope, parts)
            return
        for place in _enclosing(scope):
            bound = module.bound.get((place, first))
            if bound:
                for one in sorted(bound, key=lambda b: (b.parts, b.scope or "")):
                    yield (_mark(one) if marked else one), parts[1:]
                return
        for star in module.stars:
            yield Bound(parts=(*star.split("."), *parts)), ()

    def _follow(self, module: PyModule, bound: Bound, rest: Name, hops: int) -> Iterator[Meaning]:
        parts = (*bound.parts, *rest)
        if parts[0] == UNKNOWN:
            return
        if parts[0].startswith("@"):
            yield Meaning(inside=(module.path, _function(module, parts)))
        elif bound.scope is not None:
            yield from self._resolve(module, bound.scope, parts, hops - 1)
        else:
            yield Meaning(outside=parts)
            yield from self._elsewhere(parts, hops)

    def _elsewhere(self, parts: Name, hops: int) -> Iterator[Meaning]:
        """Yield what an absolute name means where its beginning is a module of the product."""
        for end in range(len(parts) - 1, 0, -1):
            paths = self._named.get(parts[:end], ())
            for path in paths[:MAX_MEANINGS]:
                yield from self._resolve(self.modules[path], _MODULE_LEVEL, parts[end:], hops - 1)
            if paths:
                return

    def calls(self) -> Mapping[Place, set[Place]]:
        """Return for each function of the product those that use it."""
        callers: dict[Place, set[Place]] = defaultdict(set)
        for module in self.modules.values():
            for use in module.uses:
                for meaning in self.meanings(module, use):
                    if meaning.inside is not None:
                        for place in self._run_by(meaning.inside):
                            callers[place].add((module.path, use.function))
            for name in module.classes:  # what a class says is run where the class is made
                callers[module.path, name].add((module.path, name.rpartition(".")[0]))
        return callers

    def _run_by(self, place: Place) -> Iterator[Place]:
        yield place
        path, name = place
        if f"{name}.__init__" in self.modules[path].functions:
            yield path, f"{name}.__init__"

    def entries(self, scripts: Iterable[str]) -> frozenset[Place]:
        """Return where the product begins: what is run at import, its scripts, what is decorated.

        `scripts` are `module:function`, as packaging metadata names them.
        """
        found = {(path, _MODULE_LEVEL) for path in self.modules}
        found |= {(m.path, name) for m in self.modules.values() for name in m.decorated}
        for module in self.modules.values():
            if scope_of(module.path) is Scope.TESTS:  # what runs tests calls them by their names
                found |= {(module.path, name) for name in module.functions if "test" in name}
        for script in scripts:
            dotted, _, function = script.partition(":")
            for path in self._named.get(tuple(dotted.strip().split(".")), ()):
                found.add((path, function.partition("[")[0].strip()))
        return frozenset(found)


def find_chain(
    place: Place, callers: Mapping[Place, set[Place]], entries: frozenset[Place]
) -> tuple[Place, ...]:
    """Return a shortest way from an entry to `place`, both included; () where none was seen.

    One that begins in what is run is taken before one that begins in a test.
    """
    ways: dict[Place, tuple[Place, ...]] = {place: (place,)}
    waiting = [place]
    in_tests: tuple[Place, ...] = ()
    for at in waiting:  # grows as it goes
        if at in entries:
            if scope_of(at[0]) is not Scope.TESTS:
                return ways[at]
            in_tests = in_tests or ways[at]
        if len(ways[at]) < MAX_CHAIN and len(ways) < MAX_VISITED:
            for caller in sorted(callers.get(at, ())):
                if caller not in ways:
                    ways[caller] = (caller, *ways[at])
                    waiting.append(caller)
    return in_tests


def _plain(part: str) -> tuple[str, bool]:
    return part.removesuffix(CALLED), part.endswith(CALLED)


def _mark(bound: Bound) -> Bound:
    """Return what calling `bound` gives."""
    last = bound.parts[-1]
    if last == UNKNOWN or last.endswith(CALLED):
        return bound
    return Bound(parts=(*bound.parts[:-1], last + CALLED), scope=bound.scope)


def _enclosing(scope: str) -> Iterator[str]:
    """Yield the scope and those around it, the module's level last."""
    while scope:
        yield scope
        scope = scope.rpartition(".")[0]
    yield _MODULE_LEVEL


def _of_self(module: PyModule, scope: str, parts: Name) -> Iterator[tuple[Bound, Name]]:
    """Yield what an attribute of `self` is bound to: a value, or a method of the class."""
    name, marked = _plain(parts[1])
    for owner in _enclosing(scope):
        for bound in module.bound.get((owner, f"self.{name}"), ()):
            yield (_mark(bound) if marked else bound), parts[2:]
        if f"{owner}.{name}" in module.functions:
            yield Bound(parts=(f"@{owner}.{name}",)), parts[2:]


def _function(module: PyModule, parts: Name) -> str:
    """Return the qualified name of the function that a local name leads to."""
    name = _plain(parts[0].removeprefix("@"))[0]
    for part in parts[1:]:
        longer = f"{name}.{_plain(part)[0]}"
        if longer not in module.functions:
            break
        name = longer
    return name
