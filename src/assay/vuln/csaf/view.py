"""A CSAF document of the right shape, with what its tests ask for again and again worked out once.

Values keep the path that leads to them, so that a test can name the place.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.schema import STATUSES

Branches = tuple[tuple[str, str], ...]  # category and name, from the root of the tree on

MAX_TARGETS: Final = 2_000_000  # products over all flags, remediations and threats; 20 times any
TARGETED: Final = ("flags", "remediations", "threats")  # of a vulnerability, for some products


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A full product name, where it stands, and the branches that lead to it."""

    id: str
    value: JsonValue
    branches: Branches = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the tests of a document look at."""

    root: JsonValue
    document: JsonValue
    definitions: tuple[Definition, ...]
    branches: tuple[JsonValue, ...]
    relationships: tuple[JsonValue, ...]
    groups: tuple[JsonValue, ...]
    vulnerabilities: tuple[JsonValue, ...]
    members: Mapping[str, frozenset[str]]  # of each group, over all its definitions

    @property
    def category(self) -> str:
        """Return what the document says it is: its profile, or another text."""
        return self.document.field("category").text()

    @property
    def tracking(self) -> JsonValue:
        """Return the part about the document itself."""
        return self.document.field("tracking")

    def targets(self, item: JsonValue) -> frozenset[str]:
        """Return the products that a flag, a remediation or a threat is for, groups resolved."""
        found = {one.text() for one in item.optional_items("product_ids")}
        for group in item.optional_items("group_ids"):
            found |= self.members.get(group.text(), frozenset())
        return frozenset(found)


def view_of(root: JsonValue) -> View:
    """Return the view of a document in which `find_schema_faults` found nothing.

    Raises:
        MalformedError: Its groups make it say more than `MAX_TARGETS` things: a list of groups
            multiplies, as entities do in XML.
    """
    tree = root.optional("product_tree") or JsonValue({}, "product_tree")
    branches = tuple(_walk(tree, ()))
    relationships = tree.optional_items("relationships")
    groups = tree.optional_items("product_groups")
    named = [(value, ()) for value in tree.optional_items("full_product_names")]
    led = [
        (branch.field("product"), path)
        for branch, path in branches
        if branch.optional("product") is not None
    ]
    related = [(value.field("full_product_name"), ()) for value in relationships]
    members: dict[str, frozenset[str]] = {}
    for group in groups:
        ids = frozenset(item.text() for item in group.field("product_ids").items())
        name = group.field("group_id").text()
        members[name] = members.get(name, frozenset()) | ids
    vulnerabilities = root.optional_items("vulnerabilities")
    _bound_targets(vulnerabilities, members)
    return View(
        root=root,
        document=root.field("document"),
        definitions=tuple(
            Definition(id=value.field("product_id").text(), value=value, branches=path)
            for value, path in (*named, *led, *related)
        ),
        branches=tuple(branch for branch, _ in branches),
        relationships=relationships,
        groups=groups,
        vulnerabilities=vulnerabilities,
        members=members,
    )


def _bound_targets(
    vulnerabilities: Iterable[JsonValue], members: Mapping[str, frozenset[str]]
) -> None:
    total = 0
    for one in vulnerabilities:
        for item in targeted(one):
            total += len(item.optional_items("product_ids"))
            groups = item.optional_items("group_ids")
            total += sum(len(members.get(group.text(), ())) for group in groups)
        if total > MAX_TARGETS:
            raise MalformedError(
                f"more than {MAX_TARGETS} products in flags, remediations and threats",
                where=one.where,
            )


def _walk(node: JsonValue, above: Branches) -> Iterator[tuple[JsonValue, Branches]]:
    """Yield each branch with the way to it; the reader of JSON bounds how deep that can be."""
    for branch in node.optional_items("branches"):
        path = (*above, (branch.field("category").text(), branch.field("name").text()))
        yield branch, path
        yield from _walk(branch, path)


def status_lists(vulnerability: JsonValue, *names: str) -> Iterator[tuple[str, JsonValue]]:
    """Yield the name of a status and each product id that is in it; all, where none is named."""
    status = vulnerability.optional("product_status")
    if status is None:
        return
    for name in names or STATUSES:
        for item in status.optional_items(name):
            yield name, item


def scored(vulnerability: JsonValue) -> Iterator[tuple[JsonValue, JsonValue]]:
    """Yield each score and the CVSS objects in it."""
    for score in vulnerability.optional_items("scores"):
        for name in ("cvss_v2", "cvss_v3"):
            metrics = score.optional(name)
            if metrics is not None:
                yield score, metrics


def product_references(view: View) -> Iterator[JsonValue]:
    """Yield every place that names a product which is defined elsewhere."""
    for group in view.groups:
        yield from group.field("product_ids").items()
    for relationship in view.relationships:
        yield relationship.field("product_reference")
        yield relationship.field("relates_to_product_reference")
    for one in view.vulnerabilities:
        yield from (item for _, item in status_lists(one))
        for score in one.optional_items("scores"):
            yield from score.field("products").items()
        for item in targeted(one):
            yield from item.optional_items("product_ids")


def group_references(view: View) -> Iterator[JsonValue]:
    """Yield every place that names a group of products."""
    for one in view.vulnerabilities:
        for item in targeted(one):
            yield from item.optional_items("group_ids")


def targeted(vulnerability: JsonValue) -> Iterator[JsonValue]:
    """Yield the flags, remediations and threats of a vulnerability."""
    for name in TARGETED:
        yield from vulnerability.optional_items(name)


def repeated(values: Iterable[JsonValue]) -> Iterator[JsonValue]:
    """Yield each text that stood before."""
    seen: set[str] = set()
    for value in values:
        text = value.text()
        if text in seen:
            yield value
        seen.add(text)


def time_of(value: JsonValue) -> datetime:
    """Return the time that a text of the right form says; a leap second is the one before it.

    Raises:
        MalformedError: A day that the calendar does not have.
    """
    return value.parsed(lambda text: parse_time(text.upper().replace(":60", ":59")))
