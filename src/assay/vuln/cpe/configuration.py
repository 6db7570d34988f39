"""Which combinations of products a vulnerability is about, as the NVD and CVE records write it.

A tree of AND and OR, whose leaves are criteria: a CPE name, perhaps with a range of versions. A
criterion that is not vulnerable is what the vulnerable product must run on or with. What somebody
has is seldom known as a whole, so a product that is not listed is never taken for absent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.cpe.matching import match_attribute, match_names
from assay.vuln.cpe.name import ANY, NONE, CpeName, parse_cpe
from assay.vuln.order.cpe import cpe_key
from assay.vuln.order.keys import VersionKey
from assay.vuln.releases import Applies

MAX_LEVELS: Final = 8  # of a tree; what we have seen has three
_BOUNDS: Final = (
    "versionStartIncluding",
    "versionStartExcluding",
    "versionEndIncluding",
    "versionEndExcluding",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A product, and which of its versions; the bounds are empty where there are none."""

    name: CpeName
    vulnerable: bool
    start: str = ""
    above: str = ""  # the start is not inside
    last: str = ""
    end: str = ""  # the end is not inside

    def judge(self, target: CpeName) -> Applies:
        """Tell whether `target` is one of those that are meant."""
        named = match_names(self.name, target)
        if named is Applies.NO:
            return Applies.NO
        return both(named, self._judge_version(target))

    def _judge_version(self, target: CpeName) -> Applies:
        bounds = (self.start, self.above, self.last, self.end)
        if not any(bounds):
            return _same_version(self.name, target)
        key = _key(target.version, target.update)
        return Applies.UNSURE if key is None else _within(key, bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Criteria and nodes, all (`every`) or any of which must hold; `negate` turns it round."""

    every: bool
    negate: bool = False
    of: "tuple[Node | Criterion, ...]" = ()

    def criteria(self) -> Iterator[Criterion]:
        """Yield all criteria of the tree."""
        for one in self.of:
            if isinstance(one, Node):
                yield from one.criteria()
            else:
                yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A component by its CPE names, and the names of all that is known to be with it, by key."""

    own: tuple[CpeName, ...]
    around: Mapping[str, tuple[CpeName, ...]] = field(default_factory=lambda: MappingProxyType({}))


def judge_configurations(nodes: Iterable[Node], installed: Installed) -> Applies:
    """Tell whether the component is the vulnerable part of any of the configurations."""
    return any_of(_because(node, installed) for node in nodes)


def both(one: Applies, other: Applies) -> Applies:
    """Return NO where either is, else UNSURE where either is."""
    if Applies.NO in (one, other):
        return Applies.NO
    return Applies.UNSURE if Applies.UNSURE in (one, other) else Applies.YES


def any_of(answers: Iterable[Applies]) -> Applies:
    """Return YES where any is, else UNSURE where any is, else NO."""
    best = Applies.NO
    for answer in answers:
        if answer is Applies.YES:
            return answer
        if answer is Applies.UNSURE:
            best = answer
    return best


def _because(one: Node | Criterion, installed: Installed) -> Applies:
    """Tell whether it holds because of the component."""
    if isinstance(one, Criterion):
        return any_of(map(one.judge, installed.own)) if one.vulnerable else Applies.NO
    if one.negate:
        near = {name.key for name in installed.own}
        meant = any(criterion.name.key in near for criterion in one.criteria())
        return Applies.UNSURE if meant else Applies.NO
    if one.every:
        return _because_of_all(one.of, installed)
    return any_of(_because(child, installed) for child in one.of)


def _because_of_all(children: tuple[Node | Criterion, ...], installed: Installed) -> Applies:
    """Combine children of which all must hold, at least one of them because of the component."""
    because = [_because(child, installed) for child in children]
    if any_of(because) is Applies.NO:  # what is beside it makes no difference
        return Applies.NO
    open_here = [not _is_here(child, installed) for child in children]
    count = sum(open_here)
    # The child itself may be open, where the component answers for it.
    beside = [Applies.UNSURE if count - own else Applies.YES for own in open_here]
    return any_of(map(both, because, beside))


def _is_here(one: Node | Criterion, installed: Installed) -> bool:
    """Tell whether it is known to hold, by the component or what is listed beside it.

    What is not known to be here is never taken for absent.
    """
    if isinstance(one, Criterion):
        around = installed.around.get(one.name.key, ())
        return any(one.judge(name) is Applies.YES for name in (*installed.own, *around))
    if one.negate or not one.of:
        return False
    held = (_is_here(child, installed) for child in one.of)
    return all(held) if one.every else any(held)


def _same_version(source: CpeName, target: CpeName) -> Applies:
    version = match_attribute(source.version, target.version)
    wanted, given = _key(source.version, source.update), _key(target.version, target.update)
    if source.version in {ANY, NONE} or source.update == ANY:
        wanted, given = _key(source.version, ""), _key(target.version, "")
        if wanted is not None and wanted == given:
            return Applies.YES  # 1.0 is 1.0.0, whatever its update
        return version
    if wanted is not None and given is not None:
        return Applies.YES if wanted == given else Applies.NO
    return both(version, match_attribute(source.update, target.update))


def _within(key: VersionKey, bounds: tuple[str, ...]) -> Applies:
    """Compare with each bound that is given; one that cannot be read leaves it open."""
    keys = [_key(bound, "") if bound else None for bound in bounds]
    start, above, last, end = keys
    if (start is not None and key < start) or (above is not None and key <= above):
        return Applies.NO
    if (last is not None and key > last) or (end is not None and key >= end):
        return Applies.NO
    unread = any(bound and read is None for bound, read in zip(bounds, keys, strict=True))
    return Applies.UNSURE if unread else Applies.YES


@lru_cache(maxsize=2**16)
def _key(version: str, update: str) -> VersionKey | None:
    said = "" if update in {ANY, NONE} else update
    return cpe_key(version.replace("\\", ""), said.replace("\\", ""))


def parse_configuration(value: JsonValue, *, levels: int = MAX_LEVELS) -> Node:
    """Read a configuration of the NVD, a node of one, or an entry of `cpeApplicability`.

    Raises:
        MalformedError: A name is none, an operator is not known, or there are too many levels.
    """
    if levels == 0:
        raise MalformedError(f"over {MAX_LEVELS} levels", where=value.where)
    negate = value.optional("negate")
    children: list[Node | Criterion] = [
        parse_configuration(item, levels=levels - 1)
        for name in ("nodes", "children")
        for item in value.optional_items(name)
    ]
    children += [_criterion(item) for item in value.optional_items("cpeMatch")]
    return Node(
        every=_operator(value) == "AND",
        negate=negate is not None and negate.boolean(),
        of=tuple(children),
    )


def _operator(value: JsonValue) -> str:
    operator = value.optional_text("operator", "OR")
    if operator not in {"AND", "OR"}:
        raise MalformedError(f"the operator {operator[:40]!r}", where=value.where, hint="AND, OR")
    return operator


def _criterion(value: JsonValue) -> Criterion:
    start, above, last, end = (value.optional_text(name) for name in _BOUNDS)
    return Criterion(
        name=value.field("criteria").parsed(parse_cpe),
        vulnerable=value.field("vulnerable").boolean(),
        start=start,
        above=above,
        last=last,
        end=end,
    )


def render_configuration(node: Node) -> dict[str, object]:
    """Return what `parse_configuration` reads."""
    nodes = [render_configuration(one) for one in node.of if isinstance(one, Node)]
    matches = [_render_criterion(one) for one in node.of if isinstance(one, Criterion)]
    rendered: dict[str, object] = {"operator": "AND" if node.every else "OR"}
    rendered |= {"negate": True} if node.negate else {}
    rendered |= {"nodes": nodes} if nodes else {}
    return rendered | ({"cpeMatch": matches} if matches else {})


def _render_criterion(one: Criterion) -> dict[str, object]:
    bounds = zip(_BOUNDS, (one.start, one.above, one.last, one.end), strict=True)
    return {
        "criteria": str(one.name),
        "vulnerable": one.vulnerable,
        **{name: bound for name, bound in bounds if bound},
    }
