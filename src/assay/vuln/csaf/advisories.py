"""CSAF documents as advisories: each vulnerability of a document is a record of its own.

* What is compared is a package URL, with the exact version or the range that is said of it, or a
  CPE. What has neither is listed as unreadable: nobody here can check it.
* The lists of a product's status become "affected", "not affected" and "not known"; about every
  version that no list names, the document says nothing, and neither does the record.
* A component inside another product: what is said of a distribution's package holds for that
  package. Of any other, "not affected" is about that product alone, so that it is "not known" for
  the component by itself; and so is "affected".
* A VEX document is no advisory: whose word sets findings aside is for the trust root to say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Affected, Otherwise, Range, Rating, Unreadable
from assay.vuln.cpe.configuration import Criterion, Node
from assay.vuln.cpe.name import ANY, CpeName, parse_cpe
from assay.vuln.csaf.products import Products, products_of
from assay.vuln.csaf.rules.profiles import VEX
from assay.vuln.csaf.statedranges import single_version, stated_range
from assay.vuln.csaf.urls import url_parts
from assay.vuln.csaf.validate import MAX_CSAF_BYTES
from assay.vuln.csaf.vexread import name_of, view_of_sound
from assay.vuln.csaf.view import View, scored, status_lists, time_of
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.package import parse_package
from assay.vuln.vers import parse_vers
from assay.vuln.vex.statement import VexProduct, VexTarget
from assay.vuln.vex.targets import versioned_purl

CSAF: Final = "CSAF"
MARK: Final = b'"csaf_version"'
MAX_SUMMARY: Final = 200  # characters
_SHOWN: Final = 5  # products in a message
_NO_ID: Final = re.compile(r"[^A-Za-z0-9._:+-]+")
_STATUSES: Final[Mapping[str, Otherwise]] = {
    "first_affected": Otherwise.AFFECTED,
    "known_affected": Otherwise.AFFECTED,
    "last_affected": Otherwise.AFFECTED,
    "first_fixed": Otherwise.UNAFFECTED,
    "fixed": Otherwise.UNAFFECTED,
    "known_not_affected": Otherwise.UNAFFECTED,
    "recommended": Otherwise.UNAFFECTED,
    "under_investigation": Otherwise.UNKNOWN,
}


def csaf_records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
    """Yield the records of one document, whose file is `name`, and what of it nobody can check."""
    try:
        root = JsonValue(parse_json(data, max_bytes=MAX_CSAF_BYTES))
        feed = feed_of(root)
    except MalformedError as error:
        yield Unreadable(ecosystem=CSAF, name=printable(name), why=printable(str(error)))
        return
    try:
        yield from tuple(_records(_usable(root), feed))
    except MalformedError as error:
        yield Unreadable(ecosystem=feed, name=printable(name), why=printable(str(error)))


def feed_of(root: JsonValue) -> str:
    """Return the feed of a document: its publisher's, or the one of all that name none."""
    publisher = root.field("document").optional("publisher")
    namespace = "" if publisher is None else publisher.optional_text("namespace")
    host = _NO_ID.sub("", url_parts(namespace).hostname or "")
    return f"{CSAF}:{host}" if host else CSAF


def _usable(root: JsonValue) -> View:
    view = view_of_sound(root)
    if view.category == VEX:
        raise MalformedError("a VEX document", hint="record it with `assay vex`")
    if view.tracking.field("status").text() == "draft":
        raise MalformedError("a draft")
    return view


def _records(view: View, feed: str) -> Iterator[Advisory | Unreadable]:
    products = products_of(view)
    document = _NO_ID.sub("_", view.tracking.field("id").text())[:100].lstrip("._:+-") or "document"
    unchecked: dict[str, None] = {}
    for number, vulnerability in enumerate(view.vulnerabilities, start=1):
        named = name_of(vulnerability)
        said = _Said()
        for status, item in status_lists(vulnerability):
            try:
                checked = said.take(products.get(item.text()), _STATUSES[status])
            except MalformedError:
                checked = False
            if not checked:
                unchecked[_called(products, item.text())] = None
        names = [name for name in (named.name, *named.aliases) if name and name.isprintable()]
        known = _NO_ID.sub("_", names[0])[:80] if names else str(number)
        yield Advisory(
            id=f"{document}/{known}",
            modified=time_of(view.tracking.field("current_release_date")),
            published=time_of(view.tracking.field("initial_release_date")),
            aliases=tuple(dict.fromkeys(names)),
            summary=_summary(view, vulnerability),
            ratings=_ratings(vulnerability),
            label=_label(view),
            affected=said.affected(),
            configurations=said.configurations(),
            source=feed,
        )
    if unchecked:
        yield Unreadable(ecosystem=feed, name=f"{document} products", why=_why(unchecked))


@dataclass(slots=True, kw_only=True)
class _Said:
    """What is said about the packages and the products of one vulnerability."""

    packages: dict[tuple[str, str], dict[Otherwise, list[Range]]] = field(default_factory=dict)
    nodes: dict[Node, None] = field(default_factory=dict)

    def take(self, product: VexProduct, status: Otherwise) -> bool:
        """Take in a product with its status; tell whether anything can be compared with it."""
        parts = product.subcomponents or (product.target,)
        checked = {self._take_part(one, product, status) for one in parts}  # each is taken in
        return checked == {True}

    def _take_part(self, part: VexTarget, product: VexProduct, status: Otherwise) -> bool:
        named = self._take_package(part, status, inside=bool(product.subcomponents))
        if status is not Otherwise.AFFECTED:
            return named or bool(part.cpes)  # products by CPE are never said to be unaffected
        nodes = tuple(_nodes(part, product))
        self.nodes.update(dict.fromkeys(nodes))
        return named or bool(nodes)

    def _take_package(self, part: VexTarget, status: Otherwise, *, inside: bool) -> bool:
        if not part.purl:
            return False
        package = parse_package(versioned_purl(part))
        known = ECOSYSTEMS.get(package.ecosystem)
        if known is None:
            return False
        ranges = [one for text in part.ranges for one in stated_range(text, ecosystem=known.name)]
        if part.all_versions:
            ranges += stated_range(f"vers:{known.scheme}/*", ecosystem=known.name)
        if not ranges:
            if not package.version:
                return False
            ranges = [single_version(package.version)]
        told = Otherwise.UNKNOWN if inside and not known.namespace else status
        name = _released(package.ecosystem, package.release), package.name
        self.packages.setdefault(name, {}).setdefault(told, []).extend(ranges)
        return True

    def affected(self) -> tuple[Affected, ...]:
        """Return an entry for each package; of what it does not name, nothing is known."""
        return tuple(
            Affected(
                ecosystem=ecosystem,
                name=name,
                ranges=tuple(dict.fromkeys(said.get(Otherwise.AFFECTED, ()))),
                unaffected=tuple(dict.fromkeys(said.get(Otherwise.UNAFFECTED, ()))),
                undecided=tuple(dict.fromkeys(said.get(Otherwise.UNKNOWN, ()))),
                otherwise=Otherwise.UNKNOWN,
            )
            for (ecosystem, name), said in self.packages.items()
        )

    def configurations(self) -> tuple[Node, ...]:
        """Return what is said about products by CPE."""
        return tuple(self.nodes)


def _released(ecosystem: str, release: str) -> str:
    """Return the ecosystem with the release of a distribution, as advisories write it."""
    number = release.rpartition("-")[2]
    return f"{ecosystem}:{number}" if number else ecosystem


def _nodes(part: VexTarget, product: VexProduct) -> Iterator[Node]:
    """Yield the combinations that are affected: a product, or a component on a product.

    Raises:
        MalformedError: A CPE that is none.
    """
    around = [parse_cpe(cpe) for cpe in product.target.cpes] if product.subcomponents else []
    for cpe in part.cpes:
        for criterion in _criteria(parse_cpe(cpe), part):
            platform = (Criterion(name=one, vulnerable=False) for one in around)
            yield Node(every=True, of=(criterion, *platform))


def _criteria(name: CpeName, part: VexTarget) -> Iterator[Criterion]:
    """Yield what a CPE means with the versions that stand beside it."""
    if name.version != ANY or not part.ranges:
        yield Criterion(name=name, vulnerable=True)
        return
    for text in part.ranges:
        bounds = _bounds(text)
        if bounds is not None:
            yield Criterion(name=name, vulnerable=True, **bounds)


def _bounds(text: str) -> dict[str, str] | None:
    """Return the ends of a range with one lower and one upper end at most, else None."""
    members = {">=": "start", ">": "above", "<=": "last", "<": "end"}
    try:
        constraints = parse_vers(text).constraints
    except MalformedError:
        return None
    found = {
        members[one.comparator]: one.version for one in constraints if one.comparator in members
    }
    sides = [{"start", "above"} & found.keys(), {"last", "end"} & found.keys()]
    return found if len(found) == len(constraints) and all(len(s) <= 1 for s in sides) else None


def _summary(view: View, vulnerability: JsonValue) -> str:
    text = vulnerability.optional_text("title") or view.document.field("title").text()
    return printable(text.partition("\n")[0].strip(), limit=MAX_SUMMARY)


def _ratings(vulnerability: JsonValue) -> tuple[Rating, ...]:
    kinds = {"cvss_v2": "CVSS_V2", "cvss_v3": "CVSS_V3"}
    found = (
        Rating(type=kinds[metrics.where.rpartition(".")[2]], score=vector.text())
        for _, metrics in scored(vulnerability)
        for vector in (metrics.optional("vectorString"),)
        if vector is not None
    )
    return tuple(dict.fromkeys(found))


def _label(view: View) -> str:
    severity = view.document.optional("aggregate_severity")
    return "" if severity is None else severity.field("text").text().lower()


def _called(products: Products, product: str) -> str:
    named = products.names.get(product, product)
    why = products.unknown.get(product, "")
    return f"{named} ({why})" if why else named


def _why(unchecked: Iterable[str]) -> str:
    names = tuple(unchecked)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return printable(
        f"nothing here compares with {len(names)} of its products, by package URL, version or CPE: "
        f"{'; '.join(names[:_SHOWN])}{more}"
    )
