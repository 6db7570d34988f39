"""Tests of the product tree, and of what the document says about its products."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import parse_purl
from assay.vuln.csaf.rule import Said, Test, breach
from assay.vuln.csaf.view import (
    View,
    group_references,
    product_references,
    repeated,
    status_lists,
)
from assay.vuln.vers import parse_vers

GROUPS_OF_STATUS: Final[Mapping[str, str]] = {
    "first_affected": "affected",
    "known_affected": "affected",
    "last_affected": "affected",
    "known_not_affected": "not affected",
    "first_fixed": "fixed",
    "fixed": "fixed",
    "under_investigation": "under investigation",
}
_RANGE: Final = re.compile(
    r"[<>]|(?<![\w-])(?:after|all|before|earlier|later|prior|versions)(?![\w-])", re.IGNORECASE
)
_WAY: Final = ("vendor", "product_name", "product_version")


def undefined_products(view: View) -> Said:
    """Test 6.1.1."""
    known = {one.id for one in view.definitions}
    for item in product_references(view):
        if item.text() not in known:
            yield breach(
                item, f"the product {item.text()!r} is not in the product tree", "define it there"
            )


def products_defined_twice(view: View) -> Said:
    """Test 6.1.2."""
    for item in repeated(one.value.field("product_id") for one in view.definitions):
        yield breach(item, f"the product {item.text()!r} is defined before", "give it its own id")


def circular_products(view: View) -> Said:
    """Test 6.1.3."""
    parts = {
        _made(value): (
            value.field("product_reference").text(),
            value.field("relates_to_product_reference").text(),
        )
        for value in view.relationships
    }
    circular = _in_circles(parts)
    for value in view.relationships:
        if _made(value) in circular:
            where = value.field("full_product_name").field("product_id")
            what = f"the parts of {_made(value)!r} lead in a circle"
            yield breach(where, what, "make each product of others that are defined without it")


def undefined_groups(view: View) -> Said:
    """Test 6.1.4."""
    for item in group_references(view):
        if item.text() not in view.members:
            yield breach(item, f"the group {item.text()!r} is not defined", "define the group")


def groups_defined_twice(view: View) -> Said:
    """Test 6.1.5."""
    for item in repeated(one.field("group_id") for one in view.groups):
        yield breach(item, f"the group {item.text()!r} is defined before", "give it its own id")


def contradicting_status(view: View) -> Said:
    """Test 6.1.6; "recommended" says nothing about being affected."""
    for one in view.vulnerabilities:
        said: dict[str, dict[str, JsonValue]] = {}
        for name, item in status_lists(one, *GROUPS_OF_STATUS):
            said.setdefault(item.text(), {}).setdefault(GROUPS_OF_STATUS[name], item)
        for product, groups in said.items():
            for (first, _), (second, item) in combinations(groups.items(), 2):
                what = f"the product {product!r} is said to be {first} and {second}"
                yield breach(item, what, "leave it in one of the lists")


def package_urls(view: View) -> Said:
    """Test 6.1.13."""
    for one in view.definitions:
        helper = one.value.optional("product_identification_helper")
        purl = None if helper is None else helper.optional("purl")
        if purl is not None:
            try:
                parse_purl(purl.text())
            except MalformedError as error:
                yield breach(purl, error.what, "write it as the purl specification says")


def ranges_as_versions(view: View) -> Said:
    """Test 6.1.31."""
    for branch in _named(view, "product_version"):
        found = _RANGE.search(branch.text())
        if found is not None:
            what = f"{branch.text()!r} is no single version: it has {found.group()!r}"
            yield breach(branch, what, "make it a branch of the category product_version_range")


def unused_products(view: View) -> Said:
    """Test 6.2.1."""
    if view.category == "csaf_informational_advisory":
        return
    used = {item.text() for item in product_references(view)}
    for one in view.definitions:
        if one.id not in used:
            where = one.value.field("product_id")
            yield breach(where, f"the product {one.id!r} is used nowhere", "leave it out")


def products_without_helper(view: View) -> Said:
    """Test 6.2.16."""
    for one in view.definitions:
        if one.value.optional("product_identification_helper") is None:
            what = f"nothing identifies the product {one.id!r} to machines"
            yield breach(one.value, what, "add a purl or a cpe as product_identification_helper")


def ranges_without_vers(view: View) -> Said:
    """Test 6.2.18: `vers`, or "vls" where the versions have no order of their own."""
    for branch in _named(view, "product_version_range"):
        if branch.text().startswith("vls") or _is_vers(branch.text()):
            continue
        what = f"{branch.text()!r} is no version range that machines read"
        yield breach(branch, what, "write it as vers:TYPE/CONSTRAINTS")


def branches_left_out(view: View) -> Said:
    """Test 6.3.9."""
    for one in view.definitions:
        categories = iter(category for category, _ in one.branches)
        if one.branches and not all(step in categories for step in _WAY):
            what = f"no vendor, product_name and product_version lead to {one.id!r}"
            yield breach(one.value, what, "name all three, in this order")


def version_ranges(view: View) -> Said:
    """Test 6.3.10."""
    for branch in _named(view, "product_version_range"):
        yield breach(branch, "a range of versions", "list the versions where they are known")


def versions_with_a_letter(view: View) -> Said:
    """Test 6.3.11."""
    for branch in _named(view, "product_version"):
        if re.match(r"[vV][0-9]", branch.text()):
            yield breach(branch, f"{branch.text()!r} begins with a v", "write the bare version")


def _made(relationship: JsonValue) -> str:
    return relationship.field("full_product_name").field("product_id").text()


def _in_circles(parts: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the products that cannot be built from others up: circles, and what is on them."""
    waiting = {
        name: [part for part in set(made_of) if part in parts] for name, made_of in parts.items()
    }
    users: dict[str, list[str]] = {}
    for name, made_of in waiting.items():
        for part in made_of:
            users.setdefault(part, []).append(name)
    open_parts = Counter({name: len(made_of) for name, made_of in waiting.items()})
    ready = [name for name in waiting if not open_parts[name]]
    while ready:
        name = ready.pop()
        del waiting[name]
        for user in users.get(name, ()):
            open_parts[user] -= 1
            if not open_parts[user]:
                ready.append(user)
    return frozenset(waiting)


def _named(view: View, category: str) -> tuple[JsonValue, ...]:
    """Return the names of the branches of a category."""
    return tuple(
        branch.field("name")
        for branch in view.branches
        if branch.field("category").text() == category
    )


def _is_vers(text: str) -> bool:
    try:
        parse_vers(text)
    except MalformedError:
        return False
    return True


MANDATORY: Final = (
    Test(number="6.1.1", title="Missing definition of a product", run=undefined_products),
    Test(number="6.1.2", title="Product defined twice", run=products_defined_twice),
    Test(number="6.1.3", title="Circular definition of a product", run=circular_products),
    Test(number="6.1.4", title="Missing definition of a group", run=undefined_groups),
    Test(number="6.1.5", title="Group defined twice", run=groups_defined_twice),
    Test(number="6.1.6", title="Contradicting product status", run=contradicting_status),
    Test(number="6.1.13", title="Package URL", run=package_urls),
    Test(number="6.1.31", title="Version range as a product version", run=ranges_as_versions),
)
OPTIONAL: Final = (
    Test(number="6.2.1", title="Unused product", run=unused_products),
    Test(number="6.2.16", title="Product without a helper", run=products_without_helper),
    Test(number="6.2.18", title="Version range without vers", run=ranges_without_vers),
)
INFORMATIVE: Final = (
    Test(number="6.3.9", title="Branch categories", run=branches_left_out),
    Test(number="6.3.10", title="Version range", run=version_ranges),
    Test(number="6.3.11", title="Version that begins with a v", run=versions_with_a_letter),
)
