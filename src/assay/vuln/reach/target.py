"""What to look for: a vulnerable component, and the symbols that advisories name in it.

The symbols are in `ecosystem_specific`, in the shape of each database; a shape that is not known
tells nothing, which is the same as an advisory without symbols.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.printable import printable
from assay.findings.finding import Finding
from assay.sbom.component import Component
from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.package import parse_package

MAX_SYMBOLS: Final = 500  # of one vulnerability; the most that we have seen is a third of it
MAX_NAME: Final = 300  # characters
_SPLIT: Final = re.compile(r"::|[.#]")
_CALL: Final = re.compile(r"\(.*\)\Z")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Symbol:
    """A function, method or class: its parts from the outside in.

    `package` is the import path that it is in, as Go writes it; empty where `parts` have all of
    it. No `parts` mean everything in the package. `only_on` are systems and processors.
    """

    package: str = ""
    parts: tuple[str, ...] = ()
    only_on: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the symbol as people write it."""
        return ".".join(part for part in (self.package, *self.parts) if part)

    @property
    def is_method(self) -> bool:
        """Tell whether it belongs to a type: then a call need not name the package."""
        return len(self.parts) > 1 and self.parts[-2][:1].isupper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One vulnerability of one component. `parents` are the components that depend on it.

    They are all of them only if `parents_known`. `nested` are other components below its name: a
    path that begins with one of these is theirs.
    """

    finding: str
    vulnerability: str
    component: Component
    ecosystem: str
    name: str
    symbols: tuple[Symbol, ...] = ()
    parents: tuple[str, ...] = ()
    parents_known: bool = False
    nested: tuple[str, ...] = ()
    left_out: int = 0  # symbols that are too many to look for

    @property
    def packages(self) -> frozenset[str]:
        """Return the import paths that the advisories name, in Go; none where they name none."""
        return frozenset(symbol.package for symbol in self.symbols if symbol.package)


def find_targets(
    findings: Iterable[Finding], components: Iterable[Component], advisories: AdvisorySet
) -> tuple[Target, ...]:
    """Return what to look for, for each of `findings` that is about one of `components`."""
    around = _Around(tuple(components))
    found = []
    for finding in findings:
        traits = dict(finding.observations[0].traits)
        component = around.known.get(traits.get("component", ""))
        if component is not None:
            package = parse_package(component.purl)
            records = advisories.advisories.get((package.ecosystem, package.name), ())
            named = {traits.get("cluster", ""), *finding.references}
            symbols = _symbols(record for record in records if record.id in named)
            found.append(
                Target(
                    finding=finding.identity,
                    vulnerability=traits.get("cluster", ""),
                    component=component,
                    ecosystem=package.ecosystem,
                    name=component.name,
                    symbols=symbols[:MAX_SYMBOLS],
                    left_out=max(0, len(symbols) - MAX_SYMBOLS),
                    parents=around.parents(component),
                    parents_known=_kind(component) not in around.open_kinds,
                    nested=around.nested(component),
                )
            )
    return tuple(found)


class _Around:
    """What the components say of each other; of one purl in several places, all."""

    def __init__(self, components: tuple[Component, ...]) -> None:
        self.known = {component.purl: component for component in components}
        self.open_kinds = {_kind(one) for one in components if one.edges_known is not True}
        self._names = {(_kind(one), one.name) for one in components}
        self._parents: dict[str, set[str]] = {}
        for one in components:
            for needed in one.depends_on:
                self._parents.setdefault(needed, set()).add(one.name)

    def parents(self, component: Component) -> tuple[str, ...]:
        """Return the names of the components that depend on one."""
        return tuple(sorted(self._parents.get(component.identity, ())))

    def nested(self, component: Component) -> tuple[str, ...]:
        """Return the names of those of its kind that begin with its own, as paths do."""
        kind, below = _kind(component), f"{component.name}/"
        return tuple(sorted(n for k, n in self._names if k == kind and n.startswith(below)))


def _kind(component: Component) -> str:
    return component.purl.partition("/")[0]


def _symbols(records: Iterable[Advisory]) -> tuple[Symbol, ...]:
    every = {
        symbol
        for record in records
        for affected in record.affected
        for symbol in read_symbols(dict(affected.specific))
    }
    return tuple(sorted(every))


def read_symbols(specific: dict[str, object]) -> Iterator[Symbol]:
    """Yield the symbols in an `ecosystem_specific`, in any shape that databases have used.

    Go: `imports` of `path` and `symbols`. RustSec: `affects.functions`. PyPA: `imports` of
    `attribute` and `modules`. GitHub and others: lists of names.
    """
    for item in _list(specific.get("imports")):
        if isinstance(item, dict):
            yield from _imported(item)
    affects = specific.get("affects")
    lists = [specific.get(name) for name in ("affected_functions", "functions", "symbols")]
    if isinstance(affects, dict):
        lists.append(affects.get("functions"))
    for functions in lists:
        for name in functions if isinstance(functions, dict) else _texts(functions):
            if parts := split_symbol(str(name)):
                yield Symbol(parts=parts)


def split_symbol(text: str) -> tuple[str, ...]:
    """Return the parts of a dotted or `::` name, without a call's brackets and a receiver's."""
    plain = _CALL.sub("", text.strip()) if not text.startswith("(") else text.strip()
    plain = plain.replace("(", "").replace(")", "").replace("*", "")
    parts = tuple(part for part in _SPLIT.split(plain) if part)
    return parts if len(plain) <= MAX_NAME and printable(plain) == plain else ()


def _imported(item: dict[str, object]) -> Iterator[Symbol]:
    path, attribute = item.get("path"), item.get("attribute")
    only_on = tuple(sorted({*_texts(item.get("goos")), *_texts(item.get("goarch"))}))
    if isinstance(path, str) and path and printable(path, limit=MAX_NAME) == path:
        names = [parts for name in _texts(item.get("symbols")) if (parts := split_symbol(name))]
        for parts in names or [()]:
            yield Symbol(package=path, parts=parts, only_on=only_on)
    if isinstance(attribute, str):
        for module in _texts(item.get("modules")):
            if parts := split_symbol(f"{module}.{attribute}"):
                yield Symbol(parts=parts, only_on=only_on)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]
