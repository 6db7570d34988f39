"""What the readers of all formats have in common: names, edges, notes, and what is left out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.purl import canonical_purl
from assay.sbom.component import Component

MAX_NOTES: Final = 1000  # of what could not be used in one document; more are counted
_MEND: Final = "mend the document, or ask whoever made it"


@dataclass(slots=True, kw_only=True)
class Draft:
    """A document in the making: components by the names that the document gives them."""

    components: dict[str, Component] = field(default_factory=dict)
    edges: dict[str, list[str]] = field(default_factory=dict)
    whole: dict[str, bool] = field(default_factory=dict)  # whether the edges of a name are all
    notes: list[NotChecked] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _dropped: int = 0

    def add(self, reference: str, component: Component, where: str) -> None:
        """Keep a component under the document's own name for it.

        Raises:
            MalformedError: The document gives the name to two.
        """
        if reference in self.components:
            raise MalformedError(f"{printable(reference)!r} names two elements", where=where)
        self.components[reference] = component

    def note(self, what: str, where: str, why: str) -> None:
        """Record something in the document that could not be used."""
        if len(self.notes) >= MAX_NOTES:
            self._dropped += 1
            return
        place, reason = printable(where), printable(why)
        self.notes.append(NotChecked(what=what, where=place, why=reason, remedy=_MEND))

    def name_purl(self, texts: tuple[str, ...], where: str) -> tuple[str, tuple[str, ...]]:
        """Return the canonical purl, and the spellings that differ from it.

        A purl that cannot be read is noted and kept as a spelling; of several that name different
        packages the first counts, and that is noted too.
        """
        canonical, raw = "", list[str]()
        for text in texts:
            try:
                found = canonical_purl(text)
            except MalformedError as error:
                self.note("package URL", where, error.what)
                found = ""
            if found and canonical not in {"", found}:
                self.note("package URL", where, f"{text!r} names another package than {canonical}")
            canonical = canonical or found
            if text != canonical:
                raw.append(text)
        return canonical, tuple(sorted(set(raw)))

    def note_licences(self, component: Component) -> None:
        """Record the licences of a component that are no SPDX expressions."""
        for text in component.raw_licences:
            self.note("licence", component.identity, f"{text!r} is no SPDX expression")

    def joined(self, *, but: str = "") -> list[Component]:
        """Return the components without that named `but`, their edges as identities."""
        return [self.with_edges(name) for name in self.components if name != but]

    def with_edges(self, reference: str) -> Component:
        """Return one component with its edges, those that lead nowhere noted."""
        component = self.components[reference]
        targets: set[str] = set()
        for name in self.edges.get(reference, ()):
            if name in self.components:
                targets.add(self.components[name].identity)
            else:
                why = f"{printable(name)!r} is no component of this document"
                self.note("dependency", component.identity, why)
        return replace(
            component,
            depends_on=tuple(sorted(targets)),
            edges_known=self.whole.get(reference, component.edges_known),
        )

    def finish_notes(self, said: tuple[NotChecked, ...] = ()) -> tuple[NotChecked, ...]:
        """Return what the document says was not checked, then the notes that it does not hold."""
        notes = sorted(set(self.notes) - set(said))
        if self._dropped:
            why = f"{self._dropped} more, after the first {MAX_NOTES}"
            notes.append(NotChecked(what="document", where="everywhere", why=why, remedy=_MEND))
        return (*said, *notes)

    def finish_left_out(self) -> Mapping[str, int]:
        """Return how often what was left out stands in the document, by path."""
        return MappingProxyType(dict(sorted(self.left_out.items())))


def words(text: str) -> frozenset[str]:
    """Return the names of members in `text`."""
    return frozenset(text.split())


def normal_time(value: JsonValue | None) -> str:
    """Return a document's time in UTC, or an empty text where it has none.

    Raises:
        MalformedError: It is no time.
    """
    return "" if value is None else format_time(value.parsed(parse_time))
