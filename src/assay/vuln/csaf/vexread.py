"""What a CSAF document says about products, as VEX: the profile of section 4.5, and advisories.

* The eight lists of a product's status become the four of VEX; flags are justifications, threats
  of the category impact are impact statements, remediations are action statements.
* Only the shape is demanded. What breaks a rule inside it (a product that is not defined, "not
  affected" without a reason, two reasons) is kept as unread, with what it may be about.
* A draft says nothing yet: all of it is unread.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.products import Products, products_of
from assay.vuln.csaf.schema import find_schema_faults
from assay.vuln.csaf.versions import document_version
from assay.vuln.csaf.view import TARGETED, View, status_lists, time_of, view_of
from assay.vuln.vex.statement import (
    Justification,
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexVulnerability,
)
from assay.vuln.vex.tags import EXPIRES, JUSTIFICATION, RESPONSES, STATUS, split_tags
from assay.vuln.vex.targets import join_products
from assay.vuln.vex.words import (
    FROM_CSAF_FLAG,
    parse_raw_justification,
    parse_raw_status,
    raw_reason,
)

VERSION: Final = "2.0"
STATUSES: Final[Mapping[str, Status]] = {
    "first_affected": Status.AFFECTED,
    "first_fixed": Status.FIXED,
    "fixed": Status.FIXED,
    "known_affected": Status.AFFECTED,
    "known_not_affected": Status.NOT_AFFECTED,
    "last_affected": Status.AFFECTED,
    "recommended": Status.FIXED,  # "these versions have a fix"
    "under_investigation": Status.UNDER_INVESTIGATION,
}
RESPONSES_OF: Final[Mapping[str, str]] = {
    "vendor_fix": "update",
    "workaround": "workaround_available",
    "no_fix_planned": "will_not_fix",
}
NO_ACTION: Final = "No action has been named."
ONLY_DATED: Final = "This was said at the date of this entry."
_CALMING: Final = frozenset({Status.FIXED, Status.NOT_AFFECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a vulnerability says about one product, but which product."""

    status: Status
    labels: tuple[str, ...] = ()
    impact: str = ""
    dated_at: datetime | None = None
    action: str = ""
    action_at: datetime | None = None
    responses: tuple[str, ...] = ()


def is_csaf(document: JsonValue) -> bool:
    """Tell whether a document says that it is CSAF, of any version."""
    inside = document.optional("document")
    return inside is not None and isinstance(inside.value, dict) and "csaf_version" in inside.value


def read_csaf(document: JsonValue) -> VexDocument:
    """Read a CSAF 2.0 document as VEX.

    Raises:
        MalformedError: It has not the shape of CSAF 2.0, or a date that does not exist.
    """
    return _read(view_of_sound(document))


def view_of_sound(document: JsonValue) -> View:
    """Return the view of a document of the right shape.

    Raises:
        MalformedError: It has not the shape of CSAF 2.0.
    """
    for fault in find_schema_faults(document.value):
        raise MalformedError(fault.what, where=fault.where())
    return view_of(document)


def name_of(vulnerability: JsonValue) -> VexVulnerability:
    """Return what a vulnerability is called; without any name, the empty one.

    A number alone is no name, for many systems have such a number.
    """
    ids = [_identifier(item) for item in vulnerability.optional_items("ids")]
    cve = vulnerability.optional_text("cve")
    names = [cve, *ids] if cve else ids
    description = next(
        (
            note.field("text").text()
            for note in vulnerability.optional_items("notes")
            if note.field("category").text() == "description"
        ),
        "",
    )
    return VexVulnerability(
        name=names[0] if names else "",
        aliases=tuple(name for name in dict.fromkeys(names[1:]) if name != cve),
        description="" if names and description == nothing_said(names[0]) else description,
    )


def nothing_said(name: str) -> str:
    """Return the note that a vulnerability has of which nothing is known but its name."""
    return f"What is said about {name}."


def _identifier(value: JsonValue) -> str:
    text = value.field("text").text()
    if any(character.isalpha() for character in text):
        return text
    return f"{value.field('system_name').text()} {text}"


def _read(view: View) -> VexDocument:
    tracking, publisher = view.tracking, view.document.field("publisher")
    products = products_of(view)
    read = [one for value in view.vulnerabilities for one in _Reader(view, products, value).read()]
    engine = tracking.optional("generator")
    issued_at = time_of(tracking.field("initial_release_date"))
    return VexDocument(
        id=tracking.field("id").text(),
        author=publisher.field("name").text(),
        role=publisher.field("category").text(),
        issued_at=issued_at,
        updated_at=time_of(tracking.field("current_release_date")),
        version=_version(tracking),
        tooling="" if engine is None else _tool(engine.field("engine")),
        statements=tuple(one for one in read if isinstance(one, VexStatement)),
        unread=tuple(one for one in read if isinstance(one, UnreadStatement)),
        format=f"CSAF {VERSION}",
    )


class _Reader:
    """The statements of one vulnerability."""

    def __init__(self, view: View, products: Products, value: JsonValue) -> None:
        self.view = view
        self.products = products
        self.value = value
        self.vulnerability = name_of(value)
        self.about = {name: self._by_product(name) for name in TARGETED}
        self.notes = "\n".join(
            note.field("text").text()
            for note in value.optional_items("notes")
            if note.field("category").text() == "general"
        )

    def read(self) -> Iterator[VexStatement | UnreadStatement]:
        """Yield a statement for each thing that is said, about all products that it is said of."""
        said = sorted(
            {
                (item.text(), self._said(name, item.text()))
                for name, item in status_lists(self.value)
            },
            key=lambda pair: (_order(pair[1]), pair[0]),
        )
        for _, group in groupby(said, key=lambda pair: _order(pair[1])):
            pairs = list(group)
            yield from self._statements(pairs[0][1], [product for product, _ in pairs])

    def _said(self, status: str, product: str) -> _Said:
        remediations = self.about["remediations"].get(product, [])
        threats = self.about["threats"].get(product, [])
        flags = self.about["flags"].get(product, [])
        is_calm = STATUSES[status] is Status.NOT_AFFECTED
        return _Said(
            status=STATUSES[status],
            labels=tuple(flag.field("label").text() for flag in flags) if is_calm else (),
            impact=_texts(
                threat for threat in threats if threat.field("category").text() == "impact"
            ),
            action=_texts(remediations),
            action_at=_last_date(remediations),
            dated_at=_last_date((*flags, *threats)) if STATUSES[status] in _CALMING else None,
            responses=tuple(
                dict.fromkeys(
                    RESPONSES_OF[category]
                    for category in (one.field("category").text() for one in remediations)
                    if category in RESPONSES_OF
                )
            ),
        )

    def _by_product(self, name: str) -> Mapping[str, list[JsonValue]]:
        """Return the items of a list by the products that they are for: documents are large."""
        found: dict[str, list[JsonValue]] = {}
        for item in self.value.optional_items(name):
            for product in self.view.targets(item):
                found.setdefault(product, []).append(item)
        return found

    def _statements(
        self, said: _Said, products: list[str]
    ) -> Iterator[VexStatement | UnreadStatement]:
        found: list[VexProduct] = []
        for product in products:
            try:
                found.append(self.products.get(product))
            except MalformedError as error:
                yield self._unread(error, ())
        if not found:
            return
        try:
            yield self._statement(said, join_products(tuple(found)))
        except MalformedError as error:
            yield self._unread(error, tuple(found))

    def _unread(self, error: MalformedError, products: tuple[VexProduct, ...]) -> UnreadStatement:
        return UnreadStatement(
            where=error.where or self.value.where,
            why=error.what,
            names=tuple(sorted(self.vulnerability.names - {""})),
            products=products,
        )

    def _statement(self, said: _Said, products: tuple[VexProduct, ...]) -> VexStatement:
        tracking = self.view.tracking
        if tracking.field("status").text() == "draft":
            raise MalformedError("the document is a draft")
        if len(said.labels) > 1:
            raise MalformedError(f"{len(said.labels)} justifications for one product")
        affected = said.status is Status.AFFECTED
        impact, tags = split_tags(said.impact)
        action, more = split_tags(said.action if affected else "")
        released_at = time_of(tracking.field("current_release_date"))
        statement = VexStatement(
            vulnerability=self.vulnerability,
            products=products,
            status=said.status,
            justification=_justification(said.labels),
            impact_statement="" if impact == ONLY_DATED else impact,
            action_statement="" if action == NO_ACTION else action,
            action_at=said.action_at if affected else None,
            responses=said.responses if affected else (),
            notes=self.notes,
            issued_at=said.dated_at or time_of(tracking.field("initial_release_date")),
            updated_at=None if said.dated_at else released_at,
        )
        return _apply_tags(statement, {**tags, **more})


def _apply_tags(statement: VexStatement, tags: Mapping[str, str]) -> VexStatement:
    reason = parse_raw_justification(tags.get(JUSTIFICATION, ""))
    made_up = reason and statement.impact_statement == raw_reason(reason)
    return replace(
        statement,
        expires_at=parse_time(tags[EXPIRES]) if EXPIRES in tags else None,
        raw_justification=reason,
        raw_status=parse_raw_status(tags.get(STATUS, ""), statement.status),
        responses=tuple(filter(None, tags[RESPONSES].split(",")))
        if RESPONSES in tags
        else statement.responses,
        impact_statement="" if made_up else statement.impact_statement,
    )


def _justification(labels: tuple[str, ...]) -> Justification | None:
    return FROM_CSAF_FLAG[labels[0]] if labels else None


def _order(said: _Said) -> tuple[str, ...]:
    dated = "" if said.dated_at is None else said.dated_at.isoformat()
    done = "" if said.action_at is None else said.action_at.isoformat()
    return (said.status, *said.labels, "", said.impact, dated, said.action, done, *said.responses)


def _last_date(items: Iterable[JsonValue]) -> datetime | None:
    """Return the last date of what makes somebody calm: a new release makes it no younger."""
    dates = (item.optional("date") for item in items)
    return max((time_of(date) for date in dates if date is not None), default=None)


def _texts(items: Iterable[JsonValue]) -> str:
    return "\n".join(dict.fromkeys(item.field("details").text() for item in items))


def _version(tracking: JsonValue) -> int:
    """Return a number that grows: the version itself, or how many revisions there are."""
    version = tracking.field("version").parsed(document_version)
    if version.is_integer:
        return version.major
    return len(tracking.field("revision_history").items())


def _tool(engine: JsonValue) -> str:
    return f"{engine.field('name').text()} {engine.optional_text('version')}".strip()
