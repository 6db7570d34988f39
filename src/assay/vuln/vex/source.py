"""What is judged: a document, whose word it is, and when it was recorded.

A document in the log is the word of whoever signed it (`vuln.vex.signed`). Where nobody looks at
signatures (`assay vex explain`), it is taken at its word (`ClaimedVex`), and by the same rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from assay.core.digest import Digest
from assay.vuln.vex.statement import VexDocument, VexStatement

ByName = dict[str, list[VexStatement]]  # by the names of vulnerabilities, in upper case


class VexSource(Protocol):
    """All that the judgement looks at.

    `name` is what the document is called in answers, and `place` tells which of several was
    recorded later. It `ended` in what it takes away, or was `withdrawn` by those whose word it is.
    """

    @property
    def document(self) -> VexDocument:
        """Return what was said."""

    @property
    def name(self) -> Digest:
        """Return the digest of what the document came in."""

    @property
    def author(self) -> str:
        """Return whose word it claims to be."""

    @property
    def place(self) -> int:
        """Return which of several was recorded later."""

    @property
    def recorded_at(self) -> datetime:
        """Return when it was recorded, after which it cannot have been said."""

    @property
    def signer_names(self) -> frozenset[str]:
        """Return who signed it."""

    @property
    def ended(self) -> bool:
        """Tell whether somebody ended what it takes away."""

    @property
    def withdrawn(self) -> bool:
        """Tell whether all who signed it withdrew all of it."""

    def candidates(self, names: Iterable[str]) -> tuple[VexStatement, ...]:
        """Return the statements that call their vulnerability by one of `names`, in upper case."""

    def who_answers(self, purl: str) -> tuple[tuple[str, ...], str]:
        """Return the signers whose word it is about the component, or why there are none."""

    def vouches(self, signers: tuple[str, ...]) -> bool:
        """Tell whether the signers answer for a document that its author did not sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedVex:
    """A document that is taken for the word of `author`, as of the time `recorded_at`."""

    document: VexDocument
    author: str
    name: Digest
    place: int
    recorded_at: datetime
    ended: bool = False
    withdrawn: bool = False
    by_name: ByName = field(default_factory=dict, compare=False, repr=False)

    @property
    def signer_names(self) -> frozenset[str]:
        """Return its author."""
        return frozenset({self.author})

    def candidates(self, names: Iterable[str]) -> tuple[VexStatement, ...]:
        """Return the statements that call their vulnerability by one of `names`, in upper case."""
        return named_statements(self.by_name, self.document, names)

    def who_answers(self, purl: str) -> tuple[tuple[str, ...], str]:  # noqa: ARG002  # as signed ones
        """Return its author, whatever it is about."""
        return (self.author,), ""

    def vouches(self, signers: tuple[str, ...]) -> bool:  # noqa: ARG002  # as signed ones
        """Tell that nobody answers for it."""
        return False


def said_at(source: VexSource) -> datetime | None:
    """Return when the document says that it was made, or changed."""
    times = (source.document.issued_at, source.document.updated_at)
    return max((at for at in times if at is not None), default=None)


def named_statements(
    known: ByName, document: VexDocument, names: Iterable[str]
) -> tuple[VexStatement, ...]:
    """Return the statements of `names` (upper case); `known` keeps them by name from then on."""
    if not known:
        for statement in document.statements:
            for name in {name.upper() for name in statement.vulnerability.names}:
                known.setdefault(name, []).append(statement)
    found = (one for name in sorted(set(names)) for one in known.get(name, ()))
    return tuple({id(one): one for one in found}.values())
