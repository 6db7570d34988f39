"""`assay vex generate`: what is recorded about the vulnerabilities of a commit, as VEX.

* A finding is a match of versions: whether the product is affected is then "under investigation".
* "Affected" takes more: code that is run and calls what is vulnerable, or the word of somebody whom
  the trust root lets speak.
* "Not affected" and "fixed" are the word of such a one, as long as it holds here, and never longer.
* That somebody accepted a risk for a while (a waiver) says nothing about it, and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.errors import MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind
from assay.findings.reach import Level, Scope
from assay.operations.accept_finding import ListedFinding, list_findings
from assay.operations.convert_vex import WrittenFile, write_vex
from assay.operations.create_vex import named_target
from assay.operations.generate_sbom import document_time
from assay.system.clock import now
from assay.vuln.clusters import is_cve
from assay.vuln.vex.judging import VexSetAside
from assay.vuln.vex.statement import (
    Justification,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import parse_target
from assay.vuln.vex.words import FROM_CYCLONEDX
from assay.vuln.vexformats import check_format


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutProduct:
    """Which product the document is about, and whose document it is."""

    product: str
    author: str
    role: str = ""
    all_versions: bool = False


def generate_vex(
    path: Path, about: AboutProduct, *, to: str, output: Path | None, clock: Clock = now
) -> WrittenFile:
    """Write what the log holds about vulnerabilities at HEAD, as of now (or `SOURCE_DATE_EPOCH`).

    Raises:
        UsageError: No repository, no log, nothing recorded about the commit or no vulnerability in
            it; a product that names no version; or no such format.
        RejectedError: The log is damaged, or cannot be read.
        UnavailableError: `output` cannot be written.
    """
    check_format(to)
    if not about.author.strip():
        raise UsageError("nobody and nothing", where="--author")
    target = named_target(about.product, option="--product", all_versions=about.all_versions)
    listed = list_findings(path, clock=clock)
    issued_at = document_time().replace(microsecond=0)
    read = [*say_all(listed.findings, target, at=issued_at)]
    statements = [one for one in read if isinstance(one, VexStatement)]
    if not statements:
        what = f"no vulnerability that has a name is recorded about {listed.commit[:12]}"
        raise UsageError(what, hint="there is nothing to say: see assay finding list")
    document = VexDocument(
        id="",
        author=about.author,
        role=about.role,
        issued_at=issued_at,
        statements=tuple(sorted(statements, key=_order)),
    )
    gaps = [one for one in read if isinstance(one, NotChecked)]
    written = write_vex(document, sources=(document,), to=to, output=output)
    return replace(written, not_checked=(*listed.not_checked, *gaps))


def say_all(
    listed: tuple[ListedFinding, ...], product: VexTarget, *, at: datetime
) -> Iterator[VexStatement | NotChecked]:
    """Yield a statement for each vulnerability, or why there can be none."""
    for one in listed:
        if one.finding.kind is not Kind.VULNERABILITY:
            continue
        try:
            component, name = _about(one.finding)
            base = VexStatement(
                vulnerability=VexVulnerability(name=name, aliases=_aliases(one.finding, name)),
                products=(VexProduct(target=product, subcomponents=(component,)),),
                status=Status.UNDER_INVESTIGATION,
                issued_at=at,
            )
            yield _judged(base, one)
        except MalformedError as error:
            where, why = one.finding.identity, f"no statement can be made of it: {error.what}"
            yield NotChecked(what="finding", where=where, why=why)


def _about(finding: Finding) -> tuple[VexTarget, str]:
    """Return the component and the vulnerability, in which all who saw it agree."""
    traits = [dict(seen.traits) for seen in finding.observations]
    named = {(one.get("component", ""), one.get("cluster", "")) for one in traits}
    if len(named) != 1:
        raise MalformedError("it names several components or vulnerabilities")
    ((component, name),) = named
    return parse_target(component), name


def _aliases(finding: Finding, name: str) -> tuple[str, ...]:
    """Return the other ids; another CVE that an advisory covers too is none."""
    found = (one for one in finding.references if "://" not in one and one != name)
    return tuple(sorted({one for one in found if not is_cve(one)}))


def _judged(base: VexStatement, one: ListedFinding) -> VexStatement:
    if one.vex is not None:
        return _taken_over(base, one.vex)
    if one.confirmed is not None and one.confirmed.status == Status.AFFECTED.value:
        said = f"{one.confirmed.whose} says so, {format_time(one.confirmed.said_at)}."
        return _affected(base, one.finding, f"{said} {one.confirmed.because}".strip())
    reach = one.finding.reach
    if reach is None:
        return base
    called = any(s.level is Level.CALLED and s.scope is Scope.RUN for s in reach.sights)
    if called:
        return _affected(base, one.finding, "Evidence: what is vulnerable is called.")
    return replace(base, notes=f"Evidence so far: {reach.level.word}.")


def _affected(base: VexStatement, finding: Finding, notes: str) -> VexStatement:
    return replace(
        base,
        status=Status.AFFECTED,
        action_statement=finding.remedy,
        action_at=base.issued_at,
        notes=notes,
    )


def _taken_over(base: VexStatement, vex: VexSetAside) -> VexStatement:
    """Return what another's word takes away here, for as long as that holds, and whose it is."""
    word, ours = vex.word, {str(one) for one in Justification}
    calm = word.status == Status.NOT_AFFECTED.value
    reason = word.justification if calm else ""
    return replace(
        base,
        status=Status(word.status),
        justification=Justification(reason) if reason in ours else None,
        raw_justification=reason if reason in FROM_CYCLONEDX else "",
        impact_statement=word.because if calm else "",
        notes=f"On the word of {word.whose}, {format_time(word.said_at)} ({word.document}).",
        expires_at=vex.expires,
    )


def _order(statement: VexStatement) -> tuple[str, str]:
    return statement.vulnerability.name, statement.products[0].subcomponents[0].label
