"""What a conversion does not carry over is told, whatever member it is."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.sbom.formats.cyclonedxleft import count_left_of_cyclonedx
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import render_sbom

# Names that a document has for its own parts, and times: written anew, in one way.
ANEW = frozenset({"$schema", "specVersion", "serialNumber", "bom-ref", "ref", "dependsOn", "timestamp"})  # fmt: skip
REFERENCES = frozenset({"compositions.assemblies", "compositions.dependencies"})
WITHIN = re.compile(r"^(?:metadata\.component|components)(?:\.components)*(?=\.)")
USUAL = {("components.scope", "required")}  # what holds where nothing is said

LEFT = {
    "a member of the document": ({"services": []}, {"services": 1}),
    "a new member": ({"metadata": {"mood": "good"}}, {"metadata.mood": 1}),
    "more of a tool": ({"metadata": {"tools": [{"vendor": "v"}]}}, {"metadata.tools.vendor": 1}),
    "more of an organisation": (
        {"metadata": {"component": {"supplier": {"name": "S", "url": ["u"]}}}},
        {"components.supplier.url": 1},
    ),
    "more of a licence": (
        {"components": [{"licenses": [{"license": {"id": "MIT", "text": {}}}]}]},
        {"components.licenses.license.text": 1},
    ),
    "more of an expression": (
        {"components": [{"licenses": [{"expression": "MIT", "acknowledgement": "declared"}]}]},
        {"components.licenses.acknowledgement": 1},
    ),
    "an optional component": (
        {"components": [{"scope": "optional"}, {"scope": "required"}, {"scope": "excluded"}]},
        {"components.scope (that it is optional)": 1},
    ),
    "a component in another": (
        {"components": [{"components": [{"copyright": "c"}]}]},
        {"components.components (that one contains the other)": 1, "components.copyright": 1},
    ),
    "how sure somebody was": (
        {
            "components": [
                {"evidence": {"identity": [{"methods": [{"confidence": 0.5}, {"confidence": 1}]}]}}
            ]
        },
        {"components.evidence.identity.methods.confidence": 1},
    ),
    "in which way a list is incomplete": (
        {"compositions": [{"aggregate": "incomplete_first_party_only", "dependencies": ["a"]}]},
        {"compositions (in which way they are incomplete)": 1},
    ),
    "properties of others": (
        {"components": [{"properties": [{"name": "x", "value": "1"}, {"name": "assay:kind"}]}]},
        {"components.properties": 1},
    ),
}


@pytest.mark.parametrize(("document", "left"), LEFT.values(), ids=LEFT)
def test_left_out(document: dict[str, object], left: dict[str, int]) -> None:
    assert dict(count_left_of_cyclonedx(JsonValue(document))) == left


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in a document by their paths, those of all components under one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, path)
    elif isinstance(value, str) and value:
        yield WITHIN.sub("components", path), value


def silent(data: bytes) -> list[tuple[str, str]]:
    """Return the texts that a conversion neither keeps nor tells of."""
    sbom = parse_sbom(data)
    kept = " ".join(text for _, text in texts(json.loads(render_sbom(sbom, format_="cyclonedx-1.7"))))  # fmt: skip
    kept = " ".join((kept, *map(str, sbom.inventory.not_checked))).lower()
    told = tuple(path.split(" (")[0] for path in sbom.left_out)
    return [
        (path, text)
        for path, text in texts(json.loads(data))
        if text.lower() not in kept
        and not path.startswith(told or "-")
        and ANEW.isdisjoint(path.split("."))
        and path not in REFERENCES
        and (path, text) not in USUAL
    ]


def test_nothing_of_a_real_document_is_lost_in_silence(shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "vectors" / "cyclonedx" / "valid.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        lost = {name: silent(archive.read(name)) for name in names if "1.2/" not in name}
    assert len(lost) > 50
    assert {name: found for name, found in lost.items() if found} == {}
