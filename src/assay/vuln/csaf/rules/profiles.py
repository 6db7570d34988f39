"""Tests of what each profile of section 4 demands."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.rule import Said, Test, breach
from assay.vuln.csaf.view import View, status_lists

PROFILES: Final[Mapping[str, str]] = {
    "csaf_base": "CSAF Base",
    "csaf_security_incident_response": "Security incident response",
    "csaf_informational_advisory": "Informational Advisory",
    "csaf_security_advisory": "Security Advisory",
    "csaf_vex": "VEX",
}
VEX: Final = "csaf_vex"
_ADVISORIES: Final = frozenset({"csaf_security_advisory", VEX})
_PROSE: Final = frozenset({"csaf_informational_advisory", "csaf_security_incident_response"})
_TELLING: Final = frozenset({"description", "details", "general", "summary"})
VEX_STATUSES: Final = ("fixed", "known_affected", "known_not_affected", "under_investigation")


def prohibited_category(view: View) -> Said:
    """Test 6.1.26: nothing may look like a profile that it does not have to meet."""
    category = view.document.field("category")
    text = category.text()
    if text in PROFILES:
        return
    others = [name for name in PROFILES if name != "csaf_base"]
    names = {_bare(PROFILES[name]) for name in others} | {_bare(name) for name in others}
    if _bare(text) in names or text.lower().startswith("csaf_"):
        yield breach(category, f"{text!r} looks like a profile", "write the value of the profile")


def document_notes(view: View) -> Said:
    """Test 6.1.27.1."""
    notes = view.document.optional_items("notes")
    if view.category in _PROSE and not _categories(notes) & _TELLING:
        what = "no note that says what it is about"
        yield breach(view.document, what, f"add a note: {', '.join(sorted(_TELLING))}")


def document_references(view: View) -> Said:
    """Test 6.1.27.2."""
    if view.category in _PROSE:
        references = view.document.optional_items("references")
        if all(one.optional_text("category", "external") != "external" for one in references):
            yield breach(view.document, "no external reference", "add a reference")


def no_vulnerabilities(view: View) -> Said:
    """Test 6.1.27.3."""
    if view.category == "csaf_informational_advisory" and view.vulnerabilities:
        what = "vulnerabilities in an informational advisory"
        yield breach(view.root.field("vulnerabilities"), what, "publish a security advisory")


def product_tree(view: View) -> Said:
    """Test 6.1.27.4."""
    if view.category in _ADVISORIES and view.root.optional("product_tree") is None:
        yield breach(view.root, "no product_tree", "name the products that it is about")


def vulnerability_notes(view: View) -> Said:
    """Test 6.1.27.5."""
    for one in _of(view, _ADVISORIES):
        if one.optional("notes") is None:
            yield breach(one, "no notes", "add a note that describes the vulnerability")


def product_status(view: View) -> Said:
    """Test 6.1.27.6."""
    for one in _of(view, frozenset({"csaf_security_advisory"})):
        if one.optional("product_status") is None:
            yield breach(one, "no product_status", "say which products are affected")


def vex_status(view: View) -> Said:
    """Test 6.1.27.7."""
    for one in _of(view, frozenset({VEX})):
        if not any(True for _ in status_lists(one, *VEX_STATUSES)):
            yield breach(one, f"none of {', '.join(VEX_STATUSES)}", "say what holds of a product")


def vulnerability_id(view: View) -> Said:
    """Test 6.1.27.8."""
    for one in _of(view, frozenset({VEX})):
        if one.optional("cve") is None and one.optional("ids") is None:
            yield breach(one, "neither cve nor ids", "name the vulnerability")


def impact_statement(view: View) -> Said:
    """Test 6.1.27.9."""
    for one in _of(view, frozenset({VEX})):
        threats = (
            item
            for item in one.optional_items("threats")
            if item.field("category").text() == "impact"
        )
        told = _told(view, (*one.optional_items("flags"), *threats))
        for _, item in status_lists(one, "known_not_affected"):
            if item.text() not in told:
                what = f"nothing says why {item.text()!r} is not affected"
                yield breach(item, what, "add a flag, or a threat of the category impact")


def action_statement(view: View) -> Said:
    """Test 6.1.27.10."""
    for one in _of(view, frozenset({VEX})):
        told = _told(view, one.optional_items("remediations"))
        for _, item in status_lists(one, "known_affected"):
            if item.text() not in told:
                what = f"nothing says what to do about {item.text()!r}"
                yield breach(item, what, "add a remediation")


def vulnerabilities(view: View) -> Said:
    """Test 6.1.27.11."""
    if view.category in _ADVISORIES and not view.vulnerabilities:
        yield breach(view.root, "no vulnerabilities", "name what it is about")


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).lower()


def _categories(items: tuple[JsonValue, ...]) -> frozenset[str]:
    return frozenset(item.field("category").text() for item in items)


def _of(view: View, profiles: frozenset[str]) -> Iterator[JsonValue]:
    yield from view.vulnerabilities if view.category in profiles else ()


def _told(view: View, items: tuple[JsonValue, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(view.targets(item) for item in items))


MANDATORY: Final = (
    Test(number="6.1.26", title="Prohibited category", run=prohibited_category),
    Test(number="6.1.27.1", title="Document notes", run=document_notes),
    Test(number="6.1.27.2", title="Document references", run=document_references),
    Test(number="6.1.27.3", title="No vulnerabilities", run=no_vulnerabilities),
    Test(number="6.1.27.4", title="Product tree", run=product_tree),
    Test(number="6.1.27.5", title="Vulnerability notes", run=vulnerability_notes),
    Test(number="6.1.27.6", title="Product status", run=product_status),
    Test(number="6.1.27.7", title="VEX product status", run=vex_status),
    Test(number="6.1.27.8", title="Vulnerability id", run=vulnerability_id),
    Test(number="6.1.27.9", title="Impact statement", run=impact_statement),
    Test(number="6.1.27.10", title="Action statement", run=action_statement),
    Test(number="6.1.27.11", title="Vulnerabilities", run=vulnerabilities),
)
