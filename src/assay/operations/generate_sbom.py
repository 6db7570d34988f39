"""`assay sbom generate`: the inventory of a folder, an archive, a program or an image."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.purl import parse_purl
from assay.operations.survey_source import Target, survey_source
from assay.sbom.component import PHASES, Component
from assay.sbom.cyclonedx import describe
from assay.sbom.formats.writer import check_format, render_sbom
from assay.system.clock import now
from assay.system.environment import get_variable
from assay.system.files import save_file

_EPOCH: Final = "SOURCE_DATE_EPOCH"  # reproducible-builds.org: the time that a document shall name


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the maker of a document says that cannot be found: who they are, and what it is about.

    `authors` and `organisations` made the document, in `phases` of the life of the software; the
    others are of what it is about. Empty is what it tells itself.
    """

    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    supplier: str = ""
    name: str = ""
    version: str = ""
    purl: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A document that was made, and what it is of."""

    name: str
    version: str
    document: bytes
    components: int
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints where the SBOM went to a file."""
        return {
            "name": self.name,
            "version": self.version,
            "components": self.components,
            "digest": f"sha256:{hashlib.sha256(self.document).hexdigest()}",
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def generate_sbom(
    target: Target, *, described: Described, format_: str, output: Path | None
) -> Generated:
    """Look into `target`, and write what is in it in the format `format_`, into `output` if any.

    Raises:
        UsageError: There is no such thing, or there are several, or no such format, or what was
            said of it cannot be.
        RejectedError: It is another than its digest says.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read, or `output` cannot be written.
    """
    check_format(format_)
    at = document_time()
    _check_names(described)
    inventory, found = survey_source(target)
    subject = _named(found, described)
    made = describe(inventory, subject=subject, at=at)
    made = replace(
        made,
        authors=described.authors,
        organisations=described.organisations,
        phases=described.phases or made.phases,
    )
    document = render_sbom(made, format_=format_)
    if output is not None:
        save_file(output, document)
    return Generated(
        name=subject.name,
        version=subject.version,
        document=document,
        components=len(inventory.components),
        not_checked=inventory.not_checked,
    )


def _check_names(described: Described) -> None:
    makers = {"--author": described.authors, "--organisation": described.organisations}
    for option, names in makers.items():
        if any(not name.strip() for name in names):
            raise UsageError("a name is empty", where=option)
    said = (described.supplier, described.name, described.version)
    for text in (*described.authors, *described.organisations, *said):
        if not text.isprintable():
            raise UsageError(f"{printable(text)!r} cannot be printed")
    for phase in described.phases:
        if phase not in PHASES:
            hint = f"there are {', '.join(PHASES)}"
            raise UsageError(f"{phase!r} is no phase", where="--phase", hint=hint)
    if described.purl:
        _purl_of(described)


def _purl_of(described: Described) -> tuple[str, str, str]:
    """Return the canonical purl, and the name and the version in it."""
    try:
        purl = parse_purl(described.purl)
    except MalformedError as error:
        raise UsageError(error.what, where="--purl") from error
    if described.version and purl.version not in {"", described.version}:
        hint = "say it once"
        raise UsageError(f"versions {purl.version!r} and {described.version!r}", hint=hint)
    return str(purl), purl.name, purl.version


def _named(subject: Component, described: Described) -> Component:
    """Return what was looked into, with what is said of it before what it says itself."""
    purl, name, version = _purl_of(described) if described.purl else (subject.purl, "", "")
    return replace(
        subject,
        purl=purl,
        name=described.name or name or subject.name,
        version=described.version or version or subject.version,
        supplier=described.supplier or subject.supplier,
    )


def document_time() -> datetime:
    """Return the time that the document names: that of the environment, or now.

    Raises:
        UsageError: The variable holds no time.
    """
    said = get_variable(_EPOCH)
    if not said:
        return now()
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError) as error:
        hint = "seconds since 1970, or unset it"
        raise UsageError("no time", where=f"${_EPOCH}", hint=hint) from error
