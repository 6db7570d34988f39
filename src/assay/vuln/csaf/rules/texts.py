"""Tests of languages, names and the form of a document as a whole."""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.vuln.csaf.languages import is_private, is_registered
from assay.vuln.csaf.rule import Said, Test, Undecided, breach
from assay.vuln.csaf.schema import unknown_members
from assay.vuln.csaf.urls import url_parts
from assay.vuln.csaf.view import View


def file_name(identifier: str) -> str:
    """Return the name of the file of a document with this id (section 5.1)."""
    return f"{re.sub('[^+a-z0-9-]+', '_', identifier.lower())}.json"


def languages(view: View) -> Said:
    """Test 6.1.12."""
    for item in _languages(view):
        known = is_registered(item.text())
        if known is Verdict.FAILED:
            yield breach(item, f"{item.text()!r} is no registered language", "such as en or de-AT")
        elif known is Verdict.UNKNOWN:
            yield Undecided(
                where=item.where,
                why=f"not all parts of {item.text()!r} are known here",
                remedy="look for them in IANA's registry of language subtags",
            )


def translator(view: View) -> Said:
    """Test 6.1.15."""
    category = view.document.field("publisher").field("category")
    if category.text() == "translator" and view.document.optional("source_lang") is None:
        yield breach(
            category, "a translator, and no source_lang", "say what it was translated from"
        )


def translation(view: View) -> Said:
    """Test 6.1.28."""
    source = view.document.optional("source_lang")
    if source is not None and source.text() == view.document.optional_text("lang"):
        yield breach(source, f"translated from {source.text()!r} to itself", "mend lang")


def missing_tlp(view: View) -> Said:
    """Test 6.2.10."""
    distribution = view.document.optional("distribution")
    if distribution is None or distribution.optional("tlp") is None:
        yield breach(view.document, "no TLP label", "say who may see it, in distribution.tlp.label")


def canonical_url(view: View) -> Said:
    """Test 6.2.11."""
    name = file_name(view.tracking.field("id").text())
    for item in view.document.optional_items("references"):
        url = item.field("url").text()
        own = item.optional_text("category") == "self" and url.startswith("https://")
        if own and url_parts(url).path.rpartition("/")[2] == name:
            return
    yield breach(view.document, "no canonical URL", f"add a self reference that ends in /{name}")


def missing_language(view: View) -> Said:
    """Test 6.2.12."""
    if view.document.optional("lang") is None:
        yield breach(view.document, "no lang", "say which language it is in")


def sorted_members(view: View) -> Said:
    """Test 6.2.13: the first place that is not in order, for one says it all."""
    for value in _objects(view.root):
        names = [name for name, _ in value.members()]
        if names != sorted(names):
            what = "the members are not in alphabetical order"
            where = JsonValue(None, value.where or "the document")
            yield breach(where, what, "write them in order")
            return


def private_languages(view: View) -> Said:
    """Test 6.2.14."""
    for item in _languages(view):
        if is_private(item.text()):
            yield breach(item, f"{item.text()!r} is for private use", "use a registered language")


def default_language(view: View) -> Said:
    """Test 6.2.15."""
    for item in _languages(view):
        if item.text().lower() == "i-default":
            yield breach(item, "the default language", "say which language it is")


def additional_members(view: View) -> Said:
    """Test 6.2.20."""
    for item in unknown_members(view.root):
        yield breach(item, "CSAF 2.0 does not know this member", "put it into a note")


def _languages(view: View) -> Iterator[JsonValue]:
    for name in ("lang", "source_lang"):
        item = view.document.optional(name)
        if item is not None:
            yield item


def _objects(value: JsonValue) -> Iterator[JsonValue]:
    """Yield `value` and each object inside it; the reader of JSON bounds how deep that can be."""
    if isinstance(value.value, dict):
        yield value
        for _, member in value.members():
            yield from _objects(member)
    elif isinstance(value.value, list):
        for item in value.items():
            yield from _objects(item)


MANDATORY: Final = (
    Test(number="6.1.12", title="Language", run=languages),
    Test(number="6.1.15", title="Translator", run=translator),
    Test(number="6.1.28", title="Translation", run=translation),
)
OPTIONAL: Final = (
    Test(number="6.2.10", title="Missing TLP label", run=missing_tlp),
    Test(number="6.2.11", title="Missing canonical URL", run=canonical_url),
    Test(number="6.2.12", title="Missing language", run=missing_language),
    Test(number="6.2.13", title="Sorted members", run=sorted_members),
    Test(number="6.2.14", title="Private language", run=private_languages),
    Test(number="6.2.15", title="Default language", run=default_language),
    Test(number="6.2.20", title="Additional member", run=additional_members),
)
