"""What a test of the CSAF specification is here, and what it says about a document."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A place where a test fails, and what would mend it."""

    where: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A place about which a test could not tell, and why."""

    where: str
    why: str
    remedy: str


Said = Iterable[Breach | Undecided]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of section 6, which can ask for no more than the document."""

    __test__ = False  # pytest: a test of documents, not of this code

    number: str
    title: str
    run: Callable[[View], Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A test that is not run here, and why."""

    number: str
    title: str
    why: str


def breach(value: JsonValue, what: str, remedy: str) -> Breach:
    """Return the breach at `value`."""
    return Breach(where=value.where, what=what, remedy=remedy)
