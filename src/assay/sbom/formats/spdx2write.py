"""The one model, written as SPDX 2.3 JSON."""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from assay import __version__
from assay.sbom.component import Component, Sbom
from assay.sbom.formats.annotations import render_comment
from assay.sbom.formats.properties import PURPOSES, document_properties, spdx_properties
from assay.sbom.formats.serial import derived_uuid
from assay.sbom.formats.spdxlicence import NO_ASSERTION, expression_of, reference_to
from assay.sbom.hashes import spdx_hash

DOCUMENT: Final = "SPDXRef-DOCUMENT"
TOOL: Final = f"assay-{__version__}"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.\-]+")
_NAME_KEPT: Final = 60  # characters of a component's name in its id, for people


def write_spdx2(sbom: Sbom) -> dict[str, object]:
    """Return the SPDX 2.3 object for `sbom`, which must say when it was made."""
    described = [sbom.subject] if sbom.subject is not None else []
    everything = [*described, *sbom.components]
    ids = {item.identity: _id_of(item) for item in everything}
    document: dict[str, object] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": (sbom.subject.name if sbom.subject is not None else "") or "components",
        "creationInfo": {"created": sbom.created_at, "creators": _creators(sbom)},
        "documentDescribes": [ids[item.identity] for item in described],
        "packages": [_package(item, ids, sbom.created_at) for item in _once(everything)],
        "relationships": _relationships(sbom, ids),
        "annotations": [_annotation(render_comment(document_properties(sbom)), sbom.created_at)],
    }
    texts = sorted({text for item in everything for text in item.raw_licences})
    if texts:
        document["hasExtractedLicensingInfos"] = [
            {"licenseId": reference_to(text), "extractedText": text, "name": text} for text in texts
        ]
    return {"documentNamespace": derived_uuid(document)} | document


def _once(components: Iterable[Component]) -> Iterable[Component]:
    """Return the components, the subject alone where it is among them too."""
    return {item.identity: item for item in reversed(list(components))}.values().__reversed__()


def _package(component: Component, ids: dict[str, str], at: str) -> dict[str, object]:
    package: dict[str, object] = {
        "SPDXID": ids[component.identity],
        "name": component.name or component.identity,  # it must not be empty here
        "downloadLocation": NO_ASSERTION,
        "filesAnalyzed": False,
        "licenseConcluded": NO_ASSERTION,
        "licenseDeclared": expression_of(component),
        "copyrightText": NO_ASSERTION,
        "supplier": f"Organization: {component.supplier}" if component.supplier else NO_ASSERTION,
        "primaryPackagePurpose": PURPOSES.get(component.kind, "OTHER"),
    }
    if component.version:
        package["versionInfo"] = component.version
    known = [found for text in component.hashes if (found := spdx_hash(text)) is not None]
    if known:
        package["checksums"] = [{"algorithm": name, "checksumValue": v} for name, v in known]
    references = _references(component)
    if references:
        package["externalRefs"] = references
    properties = spdx_properties(component)
    if properties:
        package["annotations"] = [_annotation(render_comment(properties), at)]
    return package


def _references(component: Component) -> list[dict[str, str]]:
    purls = [component.purl] if component.purl else []
    found = [("PACKAGE-MANAGER", "purl", text) for text in purls]
    found += [("SECURITY", _cpe_type(text), text) for text in component.cpes]
    return [
        {"referenceCategory": category, "referenceType": kind, "referenceLocator": text}
        for category, kind, text in found
    ]


def _relationships(sbom: Sbom, ids: dict[str, str]) -> list[dict[str, str]]:
    found = list[tuple[str, str, str]]()
    if sbom.subject is not None:
        subject = ids[sbom.subject.identity]
        found.append((DOCUMENT, "DESCRIBES", subject))
        direct = {item.identity for item in sbom.components if item.direct}
        for name in sorted({*direct, *sbom.subject.depends_on}):
            if name in ids:
                found.append((subject, "DEPENDS_ON", ids[name]))
    for item in sbom.components:
        source = ids[item.identity]
        found += [(source, "DEPENDS_ON", ids[name]) for name in item.depends_on if name in ids]
        if not item.depends_on:
            nothing = "NONE" if item.edges_known else NO_ASSERTION
            found.append((source, "DEPENDS_ON", nothing))
    return [
        {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}
        for source, kind, target in found
    ]


def _creators(sbom: Sbom) -> list[str]:
    """Return who made it; who supplies the list, of whom the format knows nothing, is a creator."""
    people = [f"Person: {name}" for name in sbom.authors]
    people += [f"Organization: {name}" for name in sbom.organisations]
    tools = [f"Tool: {name}" for name in sbom.tools if name != TOOL]
    return [f"Tool: {TOOL}", *people, *tools]


def _annotation(comment: str, at: str) -> dict[str, str]:
    return {
        "annotationDate": at,
        "annotationType": "OTHER",
        "annotator": f"Tool: {TOOL}",
        "comment": comment,
    }


def _cpe_type(text: str) -> str:
    return "cpe23Type" if text.startswith("cpe:2.3:") else "cpe22Type"


def _id_of(component: Component) -> str:
    digest = hashlib.sha256(component.identity.encode()).hexdigest()[:16]
    name = _UNSAFE.sub("-", component.name)[:_NAME_KEPT].strip("-")
    return f"SPDXRef-{name}-{digest}" if name else f"SPDXRef-{digest}"
