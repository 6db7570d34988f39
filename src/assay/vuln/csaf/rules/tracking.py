"""Tests of the versions and the dates of a document."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.rule import Said, Test, breach
from assay.vuln.csaf.versions import DocumentVersion, document_version
from assay.vuln.csaf.view import View, repeated, time_of

_RELEASED: Final = frozenset({"final", "interim"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An entry of the revision history."""

    at: datetime
    version: DocumentVersion
    number: JsonValue
    date: JsonValue


def revisions_of(view: View) -> tuple[Revision, ...]:
    """Return the revision history by date; at one date, by version."""
    found = [
        Revision(
            at=time_of(item.field("date")),
            version=item.field("number").parsed(document_version),
            number=item.field("number"),
            date=item.field("date"),
        )
        for item in view.tracking.field("revision_history").items()
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.version)))


def sorted_history(view: View) -> Said:
    """Test 6.1.14."""
    for before, after in pairwise(revisions_of(view)):
        if after.version < before.version:
            what = f"{after.number.text()} is dated after {before.number.text()}"
            yield breach(after.number, what, "date the revisions in the order of their numbers")


def latest_version(view: View) -> Said:
    """Test 6.1.16; the build, and the pre-release part of a draft, play no part."""
    said, newest = view.tracking.field("version"), revisions_of(view)[-1]
    version = said.parsed(document_version)
    same = version.numbers == newest.version.numbers
    if _status(view) != "draft":
        same = same and version.pre_release == newest.version.pre_release
    if not same:
        what = f"version {said.text()}, where the newest revision is {newest.number.text()}"
        yield breach(said, what, "make them the same")


def draft_status(view: View) -> Said:
    """Test 6.1.17."""
    version = _version(view)
    if (version.major == 0 or version.pre_release) and _status(view) != "draft":
        what = f"{_status(view)!r}, where the version {_said(view)} is that of a draft"
        yield breach(view.tracking.field("status"), what, "set the status to draft, or release it")


def released_history(view: View) -> Said:
    """Test 6.1.18."""
    if _status(view) in _RELEASED:
        for one in revisions_of(view):
            if one.version.major == 0:
                what = f"the revision {one.number.text()} in a released document"
                yield breach(one.number, what, "leave out the revisions before the release")


def pre_releases_in_history(view: View) -> Said:
    """Test 6.1.19."""
    for one in revisions_of(view):
        if one.version.pre_release:
            what = f"the revision {one.number.text()} is a pre-release"
            yield breach(one.number, what, "leave the pre-releases out of the history")


def released_version(view: View) -> Said:
    """Test 6.1.20."""
    if _status(view) in _RELEASED and _version(view).pre_release:
        what = f"the pre-release {_said(view)} in a released document"
        yield breach(view.tracking.field("version"), what, "number it as a release")


def gaps_in_history(view: View) -> Said:
    """Test 6.1.21."""
    history = revisions_of(view)
    if history[0].version.major > 1:
        what = f"the history begins with {history[0].number.text()}"
        yield breach(history[0].number, what, "begin with version 0 or 1")
    for before, after in pairwise(history):
        if after.version.major > before.version.major + 1:
            what = f"{after.number.text()} follows {before.number.text()}"
            yield breach(after.number, what, "add the revisions between them")


def revisions_twice(view: View) -> Said:
    """Test 6.1.22."""
    numbers = (item.field("number") for item in view.tracking.field("revision_history").items())
    for item in repeated(numbers):
        yield breach(item, f"the revision {item.text()} is there before", "number each anew")


def mixed_versioning(view: View) -> Said:
    """Test 6.1.30."""
    integer = _version(view).is_integer
    for one in revisions_of(view):
        if one.version.is_integer is not integer:
            what = f"{one.number.text()}, where the version is {_said(view)}"
            yield breach(one.number, what, "use whole numbers or semantic versions throughout")


def build_in_history(view: View) -> Said:
    """Test 6.2.4."""
    for one in revisions_of(view):
        if one.version.build:
            yield breach(one.number, f"{one.number.text()} names a build", "leave the build out")


def initial_date(view: View) -> Said:
    """Test 6.2.5."""
    said, oldest = view.tracking.field("initial_release_date"), revisions_of(view)[0]
    if time_of(said) < oldest.at:
        what = f"{said.text()} is before the first revision, of {oldest.date.text()}"
        yield breach(said, what, "mend one of the dates")


def current_date(view: View) -> Said:
    """Test 6.2.6."""
    said, newest = view.tracking.field("current_release_date"), revisions_of(view)[-1]
    if time_of(said) < newest.at:
        what = f"{said.text()} is before the last revision, of {newest.date.text()}"
        yield breach(said, what, "mend one of the dates")


def _status(view: View) -> str:
    return view.tracking.field("status").text()


def _said(view: View) -> str:
    return view.tracking.field("version").text()


def _version(view: View) -> DocumentVersion:
    return view.tracking.field("version").parsed(document_version)


MANDATORY: Final = (
    Test(number="6.1.14", title="Sorted revision history", run=sorted_history),
    Test(number="6.1.16", title="Latest document version", run=latest_version),
    Test(number="6.1.17", title="Status of a draft", run=draft_status),
    Test(number="6.1.18", title="Released revision history", run=released_history),
    Test(number="6.1.19", title="Pre-releases in the history", run=pre_releases_in_history),
    Test(number="6.1.20", title="Version of a released document", run=released_version),
    Test(number="6.1.21", title="Gap in the revision history", run=gaps_in_history),
    Test(number="6.1.22", title="Revision there twice", run=revisions_twice),
    Test(number="6.1.30", title="Mixed versioning", run=mixed_versioning),
)
OPTIONAL: Final = (
    Test(number="6.2.4", title="Build in the revision history", run=build_in_history),
    Test(number="6.2.5", title="Initial release date", run=initial_date),
    Test(number="6.2.6", title="Current release date", run=current_date),
)
