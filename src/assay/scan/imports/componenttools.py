"""Reports about components in the tools' own formats: Trivy (with settings and secrets) and Grype.

A vulnerability is known by its component, as a package URL where the tool tells one, and by its
advisory: CVE before GHSA, where both are told.
"""

from collections.abc import Iterator

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import canonical_purl
from assay.findings.finding import Kind
from assay.findings.observation import traits_of
from assay.scan.imports.claim import (
    Claim,
    Spot,
    Told,
    line_of,
    object_of,
    severity_of,
    texts_of,
    weaknesses_in,
)


def read_trivy(document: JsonValue) -> tuple[Told, ...]:
    """Read what `trivy --format json` writes, of images, folders and clusters, old and new."""
    claims = tuple(claim for part in _trivy_results(document) for claim in _trivy_part(part))
    head = JsonValue({}) if isinstance(document.value, list) else document
    return (
        Told(
            tool="trivy",
            version=object_of(head, "Trivy").optional_text("Version"),
            results=len(claims),
            claims=claims,
            observed_at=head.optional_text("CreatedAt"),
        ),
    )


def _trivy_results(document: JsonValue) -> Iterator[JsonValue]:
    if isinstance(document.value, list):
        yield from document.items()
        return
    yield from document.optional_items("Results")
    if document.optional("ClusterName") is not None:
        for kind in ("Vulnerabilities", "Misconfigurations", "Resources"):
            for resource in document.optional_items(kind):
                yield from resource.optional_items("Results")


def _trivy_part(part: JsonValue) -> Iterator[Claim]:
    target = part.optional_text("Target")
    yield from (_trivy_component(i, target) for i in part.optional_items("Vulnerabilities"))
    for item in part.optional_items("Misconfigurations"):
        if item.optional_text("Status") != "PASS":
            yield _trivy_setting(item, target)
    yield from (_trivy_secret(item, target) for item in part.optional_items("Secrets"))


def _trivy_component(item: JsonValue, target: str) -> Claim:
    name, version = item.field("PkgName").text(), item.optional_text("InstalledVersion")
    identified = object_of(item, "PkgIdentifier")
    fixed = item.optional_text("FixedVersion")
    return _component(
        advisory=item.optional_text("VulnerabilityID") or "unnamed",
        title=item.optional_text("Title"),
        rated=item.optional_text("Severity"),
        purl=identified.optional_text("PURL") or item.optional_text("Ref"),
        named=f"{name}@{version}",
        fixed=fixed,
        weaknesses=weaknesses_in(texts_of(item.optional("CweIDs"))),
        references=texts_of(item.optional("PrimaryURL")),
        path=item.optional_text("PkgPath") or target,
    )


def _trivy_setting(item: JsonValue, target: str) -> Claim:
    cause, rated = object_of(item, "CauseMetadata"), item.optional_text("Severity")
    title = item.optional_text("Title") or item.field("ID").text()
    excepted = item.optional_text("Status") == "EXCEPTION"
    return Claim(
        kind=Kind.MISCONFIGURATION,
        rule=item.field("ID").text(),
        title=title,
        message=item.optional_text("Message") or title,
        severity=severity_of(rated),
        rated=rated,
        remedy=item.optional_text("Resolution"),
        references=texts_of(item.optional("PrimaryURL")),
        note="suppressed by a policy of trivy" if excepted else "",
        traits=traits_of({"resource": cause.optional_text("Resource")}),
        spot=Spot(
            paths=(target,),
            line=line_of(cause.optional("StartLine")),
            end_line=line_of(cause.optional("EndLine")),
        ),
    )


def _trivy_secret(item: JsonValue, target: str) -> Claim:
    rated, title = item.optional_text("Severity"), item.optional_text("Title")
    return Claim(
        kind=Kind.SECRET,
        rule=item.field("RuleID").text(),
        title=title or item.field("RuleID").text(),
        message="A secret is in the repository, for whoever can read it.",
        severity=severity_of(rated),
        rated=rated,
        remedy="Revoke it where it was issued, then take it out.",
        spot=Spot(
            paths=(target,),
            line=line_of(item.optional("StartLine")),
            end_line=line_of(item.optional("EndLine")),
        ),
    )


def read_grype(document: JsonValue) -> tuple[Told, ...]:
    """Read what `grype -o json` writes."""
    matches = document.field("matches").items()
    ignored = document.optional_items("ignoredMatches")
    described = object_of(document, "descriptor")
    return (
        Told(
            tool="grype",
            version=described.optional_text("version"),
            results=len(matches) + len(ignored),
            claims=(
                *(_grype(item, "") for item in matches),
                *(_grype(item, "suppressed by a rule of grype") for item in ignored),
            ),
            suppressed=len(ignored),
            observed_at=described.optional_text("timestamp"),
        ),
    )


def _grype(item: JsonValue, note: str) -> Claim:
    known, artifact = item.field("vulnerability"), item.field("artifact")
    related = [other.optional_text("id") for other in item.optional_items("relatedVulnerabilities")]
    names = [known.field("id").text(), *related]
    cves = [name for name in names if name.upper().startswith("CVE-")]
    places = artifact.optional_items("locations")
    return _component(
        advisory=(cves or names)[0],
        title="",
        rated=known.optional_text("severity"),
        purl=artifact.optional_text("purl"),
        named=f"{artifact.field('name').text()}@{artifact.optional_text('version')}",
        fixed=", ".join(texts_of(object_of(known, "fix").optional("versions"))),
        weaknesses=(),
        references=(*names, *texts_of(known.optional("dataSource"))),
        path=places[0].optional_text("path") if places else "",
        note=note,
    )


def _component(  # noqa: PLR0913  # the parts of one claim, each by its name
    *,
    advisory: str,
    title: str,
    rated: str,
    purl: str,
    named: str,
    fixed: str,
    weaknesses: tuple[str, ...],
    references: tuple[str, ...],
    path: str,
    note: str = "",
) -> Claim:
    return Claim(
        kind=Kind.VULNERABILITY,
        rule=advisory,
        title=title or f"{advisory} in {named}",
        message=f"{named} has {advisory}.",
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses,
        remedy=f"Upgrade {named} to {fixed}." if fixed else f"Replace {named}: no fix is known.",
        references=references,
        note=note,
        traits=traits_of({"component": _purl(purl) or named, "cluster": advisory.upper()}),
        spot=Spot(paths=(path,) if path else ()),
    )


def _purl(text: str) -> str:
    """Return the package URL in its one spelling, without what tells files of it apart."""
    try:
        return canonical_purl(text.partition("?")[0].partition("#")[0]) if text else ""
    except MalformedError:
        return ""  # `Ref` may be anything
