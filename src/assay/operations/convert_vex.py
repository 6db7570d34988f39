"""`assay vex convert`: what a VEX document says, in another format."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assay.core.clock import parse_time
from assay.core.errors import MalformedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.read_vex import load_names, load_vex
from assay.system.files import save_file
from assay.vuln.vex.bomlinks import link_document
from assay.vuln.vex.statement import Loss, VexDocument
from assay.vuln.vexformats import check_format, render_vex


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A VEX document in a format, what it was made of, and what of that is not in it."""

    document: bytes
    sources: tuple[VexDocument, ...]
    format: str
    statements: int
    losses: tuple[Loss, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """Return UNKNOWN where a whole claim of the old document is not in the new one."""
        lost = any(loss.whole for loss in self.losses) or any(one.unread for one in self.sources)
        return Verdict.UNKNOWN if lost else Verdict.PASSED

    @property
    def left_out(self) -> Mapping[str, int]:
        """Return what the documents hold and no VEX statement has a place for, with how often."""
        found: dict[str, int] = {}
        for one in self.sources:
            for name, count in one.left_out.items():
                found[name] = found.get(name, 0) + count
        return dict(sorted(found.items()))

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "from": [one.format for one in self.sources],
            "to": self.format,
            "statements": self.statements,
            "losses": [loss.as_json() for loss in self.losses],
            "leftOut": dict(self.left_out),
            "notChecked": [note.as_json() for note in self.not_checked],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a new document is to say where the old one does not: by whom, and since when."""

    author: str = ""
    issued: str = ""

    def fill(self, document: VexDocument) -> VexDocument:
        """Return the document with what it lacks.

        Raises:
            UsageError: It says who or when by itself, or `issued` is no time.
        """
        if self.author and document.author not in {"", self.author}:
            hint = "whoever makes it their own writes a document of their own"
            raise UsageError(f"the author is {document.author!r}", where="--author", hint=hint)
        if self.issued and document.issued_at is not None:
            raise UsageError("the document says by itself when it was issued", where="--issued")
        issued = moment_of(self.issued, option="--issued") if self.issued else None
        return replace(
            document,
            author=document.author or self.author,
            issued_at=document.issued_at or issued,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Boms:
    """CycloneDX BOMs: those that the old document points into, and one for the new to do so."""

    known: tuple[Path, ...] = ()
    link: Path | None = None


def convert_vex(
    path: Path, *, to: str, boms: Boms, missing: Missing, output: Path | None
) -> WrittenFile:
    """Write the VEX document at `path` in the format `to`, to the file `output` if there is one.

    Raises:
        MalformedError: Not a VEX document, or nothing in it that the format can say.
        UsageError: No such file, or no such format.
        UnavailableError: `output` cannot be written.
    """
    check_format(to)
    if boms.link is not None and to != "cyclonedx":
        raise UsageError(f"{to} points into no BOM", where="--link", hint="--to cyclonedx")
    read = load_vex(path, boms=boms.known)
    document = missing.fill(read)
    if boms.link is not None:
        names = load_names(boms.link)
        with inside(printable(str(boms.link))):
            document = link_document(document, names)
    return write_vex(document, sources=(read,), to=to, output=output)


def write_vex(
    document: VexDocument, *, sources: tuple[VexDocument, ...], to: str, output: Path | None
) -> WrittenFile:
    """Write a document that was made of `sources`.

    Raises:
        MalformedError: Nothing in it that the format can say.
        UsageError: No such format.
        UnavailableError: `output` cannot be written.
    """
    rendered, losses = render_vex(document, format_=to)
    if output is not None:
        save_file(output, rendered)
    return WrittenFile(
        document=rendered,
        sources=sources,
        format=to,
        statements=len(document.statements),
        losses=losses,
        not_checked=tuple(dict.fromkeys(note for one in sources for note in one.not_checked)),
    )


def moment_of(text: str, *, option: str) -> datetime:
    """Read a time, or a day: its first moment (UTC).

    Raises:
        UsageError: Neither.
    """
    try:
        return parse_time(text if "T" in text else f"{text}T00:00:00Z")
    except MalformedError as error:
        hint = "as 2027-01-31, or 2027-01-31T12:00:00Z"
        raise UsageError(f"{text!r} is no time", where=option, hint=hint) from error
