"""`assay vex create`: a VEX document with one statement, from what its author says."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from assay.core.errors import MalformedError, UsageError
from assay.operations.convert_vex import WrittenFile, moment_of, write_vex
from assay.operations.generate_sbom import document_time
from assay.vuln.vex.statement import (
    Justification,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import any_version, parse_target
from assay.vuln.vexformats import check_format


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidVex:
    """What an author says, in the words of the command line."""

    author: str
    vulnerability: str
    status: str
    products: tuple[str, ...]
    components: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    justification: str = ""
    impact: str = ""
    action: str = ""
    expires: str = ""
    role: str = ""
    all_versions: bool = False


def create_vex(said: SaidVex, *, to: str, output: Path | None) -> WrittenFile:
    """Write the document that says `said`, as of now (or of `SOURCE_DATE_EPOCH`).

    Raises:
        UsageError: A status or justification that is not known, no reason for "not affected", a
            name that is no package URL, an end that is past, or no such format.
        UnavailableError: `output` cannot be written.
    """
    check_format(to)
    issued_at = document_time().replace(microsecond=0)
    statement = _statement(said, issued_at)
    if statement.expires_at is not None and statement.expires_at <= issued_at:
        raise UsageError(f"{said.expires} is past", where="--expires")
    document = VexDocument(
        id="",
        author=_given(said.author, "--author"),
        role=said.role,
        issued_at=issued_at,
        statements=(statement,),
    )
    return write_vex(document, sources=(document,), to=to, output=output)


def _statement(said: SaidVex, issued_at: datetime) -> VexStatement:
    status = _word(said.status, "--status", tuple(str(one) for one in Status))
    reason = said.justification and _word(
        said.justification, "--justification", tuple(str(one) for one in Justification)
    )
    named = partial(named_target, all_versions=said.all_versions)
    parts = tuple(named(text, option="--component") for text in said.components)
    products = tuple(
        VexProduct(target=named(text, option="--product"), subcomponents=parts)
        for text in said.products
    )
    try:
        return VexStatement(
            vulnerability=VexVulnerability(
                name=_given(said.vulnerability, "--vulnerability"), aliases=said.aliases
            ),
            products=products,
            status=Status(status),
            justification=Justification(reason) if reason else None,
            impact_statement=said.impact,
            action_statement=said.action,
            issued_at=issued_at,
            expires_at=moment_of(said.expires, option="--expires") if said.expires else None,
        )
    except MalformedError as error:
        hint = "--justification or --impact, for not_affected only"
        raise UsageError(error.what, hint=hint) from error


def named_target(text: str, *, option: str, all_versions: bool) -> VexTarget:
    """Return a package; one without a version is all of its versions only where that is said.

    Raises:
        UsageError: It cannot be read, or names no version.
    """
    try:
        target = parse_target(text)
    except MalformedError as error:
        raise UsageError(error.what, where=option, hint=error.hint) from error
    if target.ids and ":" not in text:
        hint = "a package URL (pkg:npm/NAME@VERSION), or the name of a product (urn:…)"
        raise UsageError(f"{text!r} is no name that anybody could find", where=option, hint=hint)
    whole = any_version(target)
    if whole.all_versions and not all_versions:
        hint = "name the version, or say --all-versions"
        raise UsageError(f"{text!r} names no version", where=option, hint=hint)
    return whole


def _word(text: str, option: str, known: tuple[str, ...]) -> str:
    if text not in known:
        hint = f"one of {', '.join(known)}"
        raise UsageError(f"{text!r} is none of them", where=option, hint=hint)
    return text


def _given(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError("nobody and nothing", where=option)
    return text
