"""What a VEX document says, as values that every format is read into and written from.

* A statement joins a vulnerability, products (with the components inside them that it speaks of)
  and a status. "Not affected" without a reason is no statement (VEX minimum requirements).
* What a document holds and nobody understood is kept in `unread`: it may contradict the rest, so
  that nothing is "not affected" that an unread entry may be about.
* Formats' own words are kept beside ours (`raw_status`, `raw_justification`), so that nothing is
  lost on the way back.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked


class Status(enum.StrEnum):
    """Whether a vulnerability affects a product (VEX minimum requirements, section 3.2)."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class Justification(enum.StrEnum):
    """Why a product is not affected: the five reasons of CISA, OpenVEX and CSAF."""

    COMPONENT_NOT_PRESENT = "component_not_present"
    VULNERABLE_CODE_NOT_PRESENT = "vulnerable_code_not_present"
    VULNERABLE_CODE_NOT_IN_EXECUTE_PATH = "vulnerable_code_not_in_execute_path"
    VULNERABLE_CODE_CANNOT_BE_CONTROLLED_BY_ADVERSARY = (
        "vulnerable_code_cannot_be_controlled_by_adversary"
    )
    INLINE_MITIGATIONS_ALREADY_EXIST = "inline_mitigations_already_exist"


@dataclass(frozen=True, slots=True, kw_only=True)
class VexVulnerability:
    """A vulnerability by its name (`CVE-2024-1234`), its other names, and its own IRI if any."""

    name: str
    aliases: tuple[str, ...] = ()
    iri: str = ""
    description: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Return the name and the aliases."""
        return frozenset({self.name, *self.aliases})


@dataclass(frozen=True, slots=True, kw_only=True)
class VexTarget:
    """One product or component by all the names that a document gives it.

    `purl` is canonical, `raw_purls` are the spellings that differ from it. `ids` are names that
    say nothing by themselves: an IRI, a bom-ref, a BOM-Link, a product id of CSAF. `hashes` are
    written `sha256:…`. `name` and `version` are the component's own words.

    `versions` (single ones) and `ranges` (`vers:…`) limit what is meant to those versions of it;
    where both are empty nothing more is said than the purl or `version` says. A target that names
    no version at all means every one only where its format says so: `all_versions`.
    """

    purl: str = ""
    raw_purls: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    versions: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    all_versions: bool = False

    @property
    def label(self) -> str:
        """Return the one name by which people are told of it."""
        named = f"{self.name}@{self.version}" if self.version else self.name
        first = (*self.raw_purls, *self.ids, *self.cpes, *self.hashes, "")[0]
        return self.purl or named or first


@dataclass(frozen=True, slots=True, kw_only=True)
class VexProduct:
    """A product, and the components inside it that a statement is about; none: all of it."""

    target: VexTarget
    subcomponents: tuple[VexTarget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VexStatement:
    """One claim: a vulnerability, products, a status, and why.

    Times are those of the statement itself, or of its document where the format hands them down.
    From `expires_at` on it no longer holds; no format has a member for that, see each writer.
    `responses` are CycloneDX's words (`will_not_fix`, `update`, …). `raw_status` and
    `raw_justification` are the format's own words where they say more than ours
    (`resolved_with_pedigree`, `requires_environment`).

    Raises:
        MalformedError: No product, or "not affected" with neither justification nor impact
            statement, or a justification with another status.
    """

    vulnerability: VexVulnerability
    products: tuple[VexProduct, ...]
    status: Status
    justification: Justification | None = None
    impact_statement: str = ""
    action_statement: str = ""
    action_at: datetime | None = None
    responses: tuple[str, ...] = ()
    notes: str = ""
    supplier: str = ""
    id: str = ""
    version: int | None = None
    issued_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    raw_status: str = ""
    raw_justification: str = ""

    def __post_init__(self) -> None:
        """Refuse what every VEX format refuses, so that no reader can forget it."""
        if not self.vulnerability.name:
            raise MalformedError("a statement about no vulnerability")
        if not self.products:
            raise MalformedError(
                f"a statement on {self.vulnerability.name!r} that names no product"
            )
        if self.status is Status.NOT_AFFECTED:
            if not (self.justification or self.raw_justification or self.impact_statement.strip()):
                raise MalformedError(
                    "not_affected with neither a justification nor an impact statement"
                )
        elif self.justification or self.raw_justification:
            raise MalformedError(f"a justification beside the status {self.status}")

    @property
    def dated_at(self) -> datetime | None:
        """Return when this was last said, by which the newest of several is known."""
        times = [at for at in (self.issued_at, self.updated_at) if at is not None]
        return max(times, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadStatement:
    """An entry of a document that was not understood, and what it may be about.

    Without `names` it may be about any vulnerability, without `products` about any product.
    """

    where: str
    why: str
    names: tuple[str, ...] = ()
    products: tuple[VexProduct, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VexDocument:
    """A VEX document of any format. `author` is what it says, not what a signature shows.

    `format` is the format and version that it was read from, empty for one that was made here.
    `notes` are further things in it that could not be used; `left_out` counts, by the path of its
    member, what it holds and this model has no place for.
    """

    id: str
    author: str
    role: str = ""
    issued_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 1
    tooling: str = ""
    statements: tuple[VexStatement, ...] = ()
    unread: tuple[UnreadStatement, ...] = ()
    notes: tuple[NotChecked, ...] = ()
    format: str = ""
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return everything in the document that could not be understood."""
        return (*map(_note, self.unread), *self.notes)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Loss:
    """Something that a document says and the same document in another format does not.

    `whole` marks a statement that was left out: written, it would have said something else.
    """

    where: str
    what: str
    why: str
    whole: bool = False

    def __str__(self) -> str:
        """Render the one form that it has in a line."""
        return f"{self.what}, {self.where}: {self.why}"

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in reports."""
        return {"where": self.where, "what": self.what, "why": self.why, "whole": self.whole}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenVex:
    """A document as a format's JSON object, and what that format has no place for."""

    document: dict[str, object]
    losses: tuple[Loss, ...] = ()


def _note(unread: UnreadStatement) -> NotChecked:
    about = ", ".join(unread.names) or "any vulnerability"
    return NotChecked(
        what="VEX statement",
        where=unread.where,
        why=f"{unread.why}; it may be about {about}",
        remedy="ask its author for one that can be read",
    )
