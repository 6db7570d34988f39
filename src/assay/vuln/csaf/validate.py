"""Whether a document is CSAF 2.0: its shape, then the tests of section 6 of the specification.

* FAILED: the shape is wrong, or a mandatory test (6.1) fails. UNKNOWN: a mandatory test could not
  tell. PASSED: everything that must hold was looked at, and holds.
* Optional (6.2) and informative (6.3) tests make warnings and notes, and no other verdict.
* A test that is not run, or could not tell, is listed as not checked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.vuln.csaf.rule import Breach, NotRun, Test, Undecided
from assay.vuln.csaf.rules import products, profiles, scores, texts, tracking, vulnerabilities
from assay.vuln.csaf.schema import find_schema_faults
from assay.vuln.csaf.view import View, view_of

MAX_CSAF_BYTES: Final = 64 * 2**20  # section 5 lets documents be as large as consumers can read


def _by_number(*groups: Iterable[Test]) -> tuple[Test, ...]:
    tests = [test for group in groups for test in group]
    return tuple(sorted(tests, key=lambda test: [int(part) for part in test.number.split(".")]))


MANDATORY: Final = _by_number(
    products.MANDATORY,
    scores.MANDATORY,
    texts.MANDATORY,
    tracking.MANDATORY,
    vulnerabilities.MANDATORY,
    profiles.MANDATORY,
)
OPTIONAL: Final = _by_number(
    products.OPTIONAL, scores.OPTIONAL, texts.OPTIONAL, tracking.OPTIONAL, vulnerabilities.OPTIONAL
)
INFORMATIVE: Final = _by_number(
    products.INFORMATIVE, scores.INFORMATIVE, vulnerabilities.INFORMATIVE
)
_NETWORK: Final = "no network is used here"
NOT_RUN: Final = (
    NotRun(number="6.3.6", title="Other URLs resolve", why=_NETWORK),
    NotRun(number="6.3.7", title="Own URLs resolve", why=_NETWORK),
    NotRun(number="6.3.8", title="Spelling", why="no dictionary is used here"),
)
SCHEMA: Final = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One place where one test fails. `test` is its number, or "schema"."""

    test: str
    title: str
    what: str
    where: str
    remedy: str

    def __str__(self) -> str:
        """Render the one form that it has in a line."""
        return f"{self.test} {self.title}: {self.what}, at {self.where} ({self.remedy})"

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in reports."""
        return {
            "test": self.test,
            "title": self.title,
            "what": self.what,
            "where": self.where,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the tests said about one document, which calls itself `id` and `category`."""

    id: str
    category: str
    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...]
    notes: tuple[Failure, ...]
    undecided: tuple[NotChecked, ...]  # of mandatory tests
    not_run: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """Return the answer: is this a CSAF 2.0 document?"""
        if self.failures:
            return Verdict.FAILED
        return Verdict.UNKNOWN if self.undecided else Verdict.PASSED

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return all that was not looked at."""
        return (*self.undecided, *self.not_run)


def validate_csaf(data: bytes) -> Validation:
    """Hold a document against CSAF 2.0.

    Raises:
        MalformedError: It is no strict JSON, too large, or its groups multiply without measure.
    """
    root = JsonValue(parse_json(data, max_bytes=MAX_CSAF_BYTES))
    shape = tuple(_shape_failures(root))
    if shape:
        return _misshapen(root, shape)
    view = view_of(root)
    found = tuple(_run(MANDATORY, view))
    return Validation(
        id=root.field("document").field("tracking").field("id").text(),
        category=root.field("document").field("category").text(),
        failures=_failures(found),
        warnings=_failures(_run(OPTIONAL, view)),
        notes=_failures(_run(INFORMATIVE, view)),
        undecided=tuple(one for one in found if isinstance(one, NotChecked)),
        not_run=tuple(_not_run(test.number, test.title, test.why) for test in NOT_RUN),
    )


def not_csaf(why: str) -> Validation:
    """Return the answer about bytes that are no JSON document."""
    failure = Failure(
        test=SCHEMA, title="JSON", what=why, where="the document", remedy="write it as JSON"
    )
    return _misshapen(JsonValue(None), (failure,))


def _shape_failures(root: JsonValue) -> Iterator[Failure]:
    for fault in find_schema_faults(root.value):
        yield Failure(
            test=SCHEMA,
            title="Shape",
            what=fault.what,
            where=fault.where() or "the document",
            remedy="write it as section 3 of the specification says",
        )


def _misshapen(root: JsonValue, failures: tuple[Failure, ...]) -> Validation:
    """Return the answer about a document whose shape says nothing about where to look."""
    return Validation(
        id=_loose(root, "document", "tracking", "id"),
        category=_loose(root, "document", "category"),
        failures=failures,
        warnings=(),
        notes=(),
        undecided=(
            NotChecked(
                what="CSAF test",
                where="6.1 to 6.3",
                why="the tests ask for a document of the right shape",
                remedy="mend the shape first",
            ),
        ),
        not_run=(),
    )


def _loose(value: JsonValue, *path: str) -> str:
    found = value.value
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _run(tests: Iterable[Test], view: View) -> Iterator[Failure | NotChecked]:
    for test in tests:
        try:
            for said in test.run(view):
                yield _told(test, said)
        except MalformedError as error:  # a day that the calendar lacks, where the form is right
            yield _told(test, Breach(where=error.where, what=error.what, remedy="mend the value"))


def _told(test: Test, said: Breach | Undecided) -> Failure | NotChecked:
    match said:
        case Breach():
            return Failure(
                test=test.number,
                title=test.title,
                what=said.what,
                where=said.where or "the document",
                remedy=said.remedy,
            )
        case Undecided():
            where = f"{test.number} {test.title}, {said.where}"
            return NotChecked(what="CSAF test", where=where, why=said.why, remedy=said.remedy)


def _failures(found: Iterable[Failure | NotChecked]) -> tuple[Failure, ...]:
    return tuple(one for one in found if isinstance(one, Failure))


def _not_run(number: str, title: str, why: str) -> NotChecked:
    return NotChecked(
        what="CSAF test", where=f"{number} {title}", why=why, remedy="informative: look by hand"
    )
