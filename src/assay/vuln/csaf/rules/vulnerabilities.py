"""Tests of what a document says about each vulnerability, its products apart."""

from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.rule import Said, Test, Undecided, breach
from assay.vuln.csaf.view import View, repeated, status_lists, time_of
from assay.vuln.csaf.weaknesses import LISTED, may_have_another, names_of

_MD5: Final = "md5"
_SHA1: Final = frozenset({"sha1", "sha-1"})
_SHORT: Final = 64  # hexadecimal digits: 256 bits


def weaknesses(view: View) -> Said:
    """Test 6.1.11."""
    for one in view.vulnerabilities:
        weakness = one.optional("cwe")
        if weakness is None:
            continue
        identifier, name = weakness.field("id").text(), weakness.field("name").text()
        names = names_of(identifier)
        if name in names:
            continue
        if may_have_another(identifier):
            known = f"is {names[0]!r} in CWE {LISTED}" if names else "is not known here"
            yield Undecided(
                where=weakness.where,
                why=f"the name of {identifier} {known}",
                remedy="compare it with the list of weaknesses at cwe.mitre.org",
            )
        else:
            what = f"{name!r}, where {identifier} is {names[0]!r}"
            yield breach(weakness.field("name"), what, "write id and name of one weakness")


def cves_twice(view: View) -> Said:
    """Test 6.1.23."""
    named = (one.optional("cve") for one in view.vulnerabilities)
    for item in repeated(cve for cve in named if cve is not None):
        yield breach(item, f"{item.text()} is there before", "say all about it in one place")


def involvements_twice(view: View) -> Said:
    """Test 6.1.24."""
    for one in view.vulnerabilities:
        seen: set[tuple[str, object]] = set()
        for item in one.optional_items("involvements"):
            date = item.optional("date")
            key = (item.field("party").text(), None if date is None else time_of(date))
            if key in seen:
                yield breach(item, f"{key[0]!r} is there before, at one date", "leave one of them")
            seen.add(key)


def algorithms_twice(view: View) -> Said:
    """Test 6.1.25."""
    for hashes in _hashes(view):
        for item in repeated(one.field("algorithm") for one in hashes):
            yield breach(item, f"{item.text()!r} is there before", "leave one of them")


def remediations_for_nothing(view: View) -> Said:
    """Test 6.1.29."""
    yield from _for_nothing(view, "remediations")


def flags_for_nothing(view: View) -> Said:
    """Test 6.1.32."""
    yield from _for_nothing(view, "flags")


def flags_twice(view: View) -> Said:
    """Test 6.1.33: every label that a flag can have is a justification of VEX."""
    for one in view.vulnerabilities:
        seen: set[str] = set()
        for item in one.optional_items("flags"):
            targets = view.targets(item)
            for product in sorted(targets & seen):
                yield breach(item, f"{product!r} has a justification before", "leave one of them")
            seen |= targets


def missing_remediations(view: View) -> Said:
    """Test 6.2.2."""
    needed = ("first_affected", "known_affected", "last_affected", "under_investigation")
    for one in view.vulnerabilities:
        told = frozenset[str]().union(
            *(view.targets(item) for item in one.optional_items("remediations"))
        )
        for name, item in status_lists(one, *needed):
            if item.text() not in told:
                what = f"{item.text()!r} is {name} and has no remediation"
                yield breach(item, what, "add one; none_available is one too")


def undated_involvements(view: View) -> Said:
    """Test 6.2.7."""
    for one in view.vulnerabilities:
        for item in one.optional_items("involvements"):
            if item.optional("date") is None:
                yield breach(item, "an involvement without a date", "add the date")


def only_md5(view: View) -> Said:
    """Test 6.2.8."""
    yield from _only(view, frozenset({_MD5}), "MD5")


def only_sha1(view: View) -> Said:
    """Test 6.2.9."""
    yield from _only(view, _SHA1, "SHA-1")


def cve_among_ids(view: View) -> Said:
    """Test 6.2.17."""
    for one in view.vulnerabilities:
        for item in one.optional_items("ids"):
            text = item.field("text")
            if text.text().startswith("CVE-"):
                yield breach(text, f"{text.text()!r} among other ids", "write it as cve")


def missing_cve(view: View) -> Said:
    """Test 6.3.3."""
    for one in view.vulnerabilities:
        if one.optional("cve") is None:
            yield breach(one, "no cve", "name the CVE, where there is one")


def missing_cwe(view: View) -> Said:
    """Test 6.3.4."""
    for one in view.vulnerabilities:
        if one.optional("cwe") is None:
            yield breach(one, "no cwe", "name the weakness")


def short_hashes(view: View) -> Said:
    """Test 6.3.5."""
    for hashes in _hashes(view):
        for one in hashes:
            value = one.field("value")
            if len(value.text()) < _SHORT:
                what = f"a hash of {len(value.text()) * 4} bits"
                yield breach(value, what, "add one of 256 bits")


def _hashes(view: View) -> Iterator[tuple[JsonValue, ...]]:
    """Yield the hashes of each file of each product."""
    for one in view.definitions:
        helper = one.value.optional("product_identification_helper")
        for item in () if helper is None else helper.optional_items("hashes"):
            yield item.field("file_hashes").items()


def _only(view: View, weak: frozenset[str], named: str) -> Said:
    for hashes in _hashes(view):
        if all(one.field("algorithm").text().lower() in weak for one in hashes):
            yield breach(hashes[0], f"{named} is the only hash", "add a hash of SHA-256")


def _for_nothing(view: View, name: str) -> Said:
    for one in view.vulnerabilities:
        for item in one.optional_items(name):
            if item.optional("product_ids") is None and item.optional("group_ids") is None:
                yield breach(item, "it is for no product", "add product_ids or group_ids")


MANDATORY: Final = (
    Test(number="6.1.11", title="Weakness", run=weaknesses),
    Test(number="6.1.23", title="CVE there twice", run=cves_twice),
    Test(number="6.1.24", title="Involvement there twice", run=involvements_twice),
    Test(number="6.1.25", title="Hash algorithm there twice", run=algorithms_twice),
    Test(number="6.1.29", title="Remediation for no product", run=remediations_for_nothing),
    Test(number="6.1.32", title="Flag for no product", run=flags_for_nothing),
    Test(number="6.1.33", title="Several justifications for a product", run=flags_twice),
)
OPTIONAL: Final = (
    Test(number="6.2.2", title="Missing remediation", run=missing_remediations),
    Test(number="6.2.7", title="Involvement without a date", run=undated_involvements),
    Test(number="6.2.8", title="MD5 alone", run=only_md5),
    Test(number="6.2.9", title="SHA-1 alone", run=only_sha1),
    Test(number="6.2.17", title="CVE among other ids", run=cve_among_ids),
)
INFORMATIVE: Final = (
    Test(number="6.3.3", title="Missing CVE", run=missing_cve),
    Test(number="6.3.4", title="Missing weakness", run=missing_cwe),
    Test(number="6.3.5", title="Short hash", run=short_hashes),
)
