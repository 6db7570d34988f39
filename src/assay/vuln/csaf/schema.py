"""The shape of a CSAF 2.0 document, in our own words, and the first fault of each of its parts.

The parts are judged one by one (the metadata, the product tree, each vulnerability), so that one
fault does not hide the others. What stands inside a CVSS object is the matter of test 6.1.8.
"""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Final

from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue
from assay.core.schemachecks import Fault

Rules = Mapping[str, object]

STATUSES: Final = (
    "first_affected",
    "first_fixed",
    "fixed",
    "known_affected",
    "known_not_affected",
    "last_affected",
    "recommended",
    "under_investigation",
)
FLAGS: Final = (
    "component_not_present",
    "inline_mitigations_already_exist",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_not_present",
)

_SEMVER_PART: Final = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_NUMBER: Final = r"(?:0|[1-9]\d*)"
_VERSION: Final = (
    rf"^(?:{_NUMBER}|{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-{_SEMVER_PART}(?:\.{_SEMVER_PART})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$"
)
_LANGUAGE: Final = (  # RFC 5646, section 2.1, as far as CSAF takes it
    r"^(?:(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?"
    r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"
    r"|[Xx](?:-[A-Za-z0-9]{1,8})+|[Ii]-[Dd][Ee][Ff][Aa][Uu][Ll][Tt]"
    r"|[Ii]-[Mm][Ii][Nn][Gg][Oo])$"
)
_ESCAPED: Final = r"\\[\\*?!\"#$%&'()+,/:;<=>@\[\]^`{|}~]"
_CPE_PART: Final = rf"(?:[*\-]|(?:\?*|\*?)(?:[A-Za-z0-9\-._]|{_ESCAPED})+(?:\?*|\*?))"
_CPE_LANGUAGE: Final = r"(?:[A-Za-z]{2,3}(?:-(?:[A-Za-z]{2}|[0-9]{3}))?|[*\-])"
CPE: Final = (  # NIST IR 7695: the formatted string of 2.3, or the URI of 2.2
    rf"^(?:cpe:2\.3:[aho*\-](?::{_CPE_PART}){{5}}:{_CPE_LANGUAGE}(?::{_CPE_PART}){{4}}"
    r"|[cC][pP][eE]:/[AHOaho]?(?::[A-Za-z0-9._\-~%]*){0,6})$"
)


def _text(pattern: str = "") -> Rules:
    return {"type": "string", "minLength": 1} | ({"pattern": pattern} if pattern else {})


def _word(*words: str) -> Rules:
    return {"type": "string", "enum": list(words)}


def _some(items: Rules, *, at_least: int = 1, unique: bool = False) -> Rules:
    return {"type": "array", "items": items, "minItems": at_least, "uniqueItems": unique}


def _object(needed: Rules, may: Rules | None = None, *, members: int = 0) -> Rules:
    """Return the rules of an object that needs some members, and at least a number of them."""
    return {
        "type": "object",
        "required": sorted(needed),
        "properties": {**needed, **(may or {})},
        "minProperties": members,
    }


_URI: Final[Rules] = {"type": "string", "format": "uri"}
_TIME: Final[Rules] = {"type": "string", "format": "date-time"}
_LANG: Final = _text(_LANGUAGE)
_SET: Final = partial(_some, _text(), unique=True)  # of ids
_TARGETS: Final[Rules] = {"product_ids": _SET(), "group_ids": _SET()}
_ACKNOWLEDGMENTS: Final = _some(
    _object(
        {},
        {
            "names": _some(_text()),
            "organization": _text(),
            "summary": _text(),
            "urls": _some(_URI),
        },
        members=1,
    )
)
_NOTES: Final = _some(
    _object(
        {
            "category": _word(
                *("description", "details", "faq", "general"),
                *("legal_disclaimer", "other", "summary"),
            ),
            "text": _text(),
        },
        {"audience": _text(), "title": _text()},
    )
)
_REFERENCES: Final = _some(
    _object({"summary": _text(), "url": _URI}, {"category": _word("external", "self")})
)
_PUBLISHER: Final = _object(
    {
        "category": _word("coordinator", "discoverer", "other", "translator", "user", "vendor"),
        "name": _text(),
        "namespace": _URI,
    },
    {"contact_details": _text(), "issuing_authority": _text()},
)
_TRACKING: Final = _object(
    {
        "current_release_date": _TIME,
        "id": _text(r"^\S(?:.*\S)?$"),
        "initial_release_date": _TIME,
        "revision_history": _some(
            _object(
                {"date": _TIME, "number": _text(_VERSION), "summary": _text()},
                {"legacy_version": _text()},
            )
        ),
        "status": _word("draft", "final", "interim"),
        "version": _text(_VERSION),
    },
    {
        "aliases": _SET(),
        "generator": _object(
            {"engine": _object({"name": _text()}, {"version": _text()})}, {"date": _TIME}
        ),
    },
)
_DISTRIBUTION: Final = _object(
    {},
    {
        "text": _text(),
        "tlp": _object({"label": _word("AMBER", "GREEN", "RED", "WHITE")}, {"url": _URI}),
    },
    members=1,
)
_DOCUMENT: Final = _object(
    {
        "category": _text(r"^[^\s\-_.](?:.*[^\s\-_.])?$"),
        "csaf_version": _word("2.0"),
        "publisher": _PUBLISHER,
        "title": _text(),
        "tracking": _TRACKING,
    },
    {
        "acknowledgments": _ACKNOWLEDGMENTS,
        "aggregate_severity": _object({"text": _text()}, {"namespace": _URI}),
        "distribution": _DISTRIBUTION,
        "lang": _LANG,
        "notes": _NOTES,
        "references": _REFERENCES,
        "source_lang": _LANG,
    },
)
_HASHES: Final = _some(
    _object(
        {
            "file_hashes": _some(
                _object({"algorithm": _text(), "value": _text(r"^[0-9a-fA-F]{32,}$")})
            ),
            "filename": _text(),
        }
    )
)
_HELPER: Final = _object(
    {},
    {
        "cpe": _text(CPE),
        "hashes": _HASHES,
        "model_numbers": _SET(),
        "purl": {"type": "string", "format": "uri", "minLength": 7},  # its form: test 6.1.13
        "sbom_urls": _some(_URI),
        "serial_numbers": _SET(),
        "skus": _some(_text()),
        "x_generic_uris": _some(_object({"namespace": _URI, "uri": _URI})),
    },
    members=1,
)
_PRODUCT: Final = _object(
    {"name": _text(), "product_id": _text()}, {"product_identification_helper": _HELPER}
)
_BRANCH: Final[Rules] = {
    **_object(
        {
            "category": _word(
                *("architecture", "host_name", "language", "legacy", "patch_level"),
                *("product_family", "product_name", "product_version", "product_version_range"),
                *("service_pack", "specification", "vendor"),
            ),
            "name": _text(),
        },
        {"branches": {"$ref": "#/definitions/branches"}, "product": _PRODUCT},
        members=3,
    ),
    "maxProperties": 3,  # branches or a product, and not both
}
_TREE: Final = _object(
    {},
    {
        "branches": {"$ref": "#/definitions/branches"},
        "full_product_names": _some(_PRODUCT),
        "product_groups": _some(
            _object({"group_id": _text(), "product_ids": _SET(at_least=2)}, {"summary": _text()})
        ),
        "relationships": _some(
            _object(
                {
                    "category": _word(
                        *("default_component_of", "external_component_of", "installed_on"),
                        *("installed_with", "optional_component_of"),
                    ),
                    "full_product_name": _PRODUCT,
                    "product_reference": _text(),
                    "relates_to_product_reference": _text(),
                }
            )
        ),
    },
    members=1,
)
_REMEDIATION: Final = _object(
    {
        "category": _word(
            "mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"
        ),
        "details": _text(),
    },
    {
        "date": _TIME,
        "entitlements": _some(_text()),
        "restart_required": _object(
            {
                "category": _word(
                    *("connected", "dependencies", "machine", "none", "parent", "service"),
                    *("system", "vulnerable_component", "zone"),
                )
            },
            {"details": _text()},
        ),
        "url": _URI,
        **_TARGETS,
    },
)
_INVOLVEMENT: Final = _object(
    {
        "party": _word("coordinator", "discoverer", "other", "user", "vendor"),
        "status": _word(
            *("completed", "contact_attempted", "disputed"),
            *("in_progress", "not_contacted", "open"),
        ),
    },
    {"date": _TIME, "summary": _text()},
)
_VULNERABILITY: Final = _object(
    {},
    {
        "acknowledgments": _ACKNOWLEDGMENTS,
        "cve": _text(r"^CVE-[0-9]{4}-[0-9]{4,}$"),
        "cwe": _object({"id": _text(r"^CWE-[1-9][0-9]{0,5}$"), "name": _text()}),
        "discovery_date": _TIME,
        "flags": _some(_object({"label": _word(*FLAGS)}, {"date": _TIME, **_TARGETS}), unique=True),
        "ids": _some(_object({"system_name": _text(), "text": _text()}), unique=True),
        "involvements": _some(_INVOLVEMENT, unique=True),
        "notes": _NOTES,
        "product_status": _object({}, {name: _SET() for name in STATUSES}, members=1),
        "references": _REFERENCES,
        "release_date": _TIME,
        "remediations": _some(_REMEDIATION),
        "scores": _some(
            _object(
                {"products": _SET()},
                {"cvss_v2": {"type": "object"}, "cvss_v3": {"type": "object"}},
                members=2,
            )
        ),
        "threats": _some(
            _object(
                {"category": _word("exploit_status", "impact", "target_set"), "details": _text()},
                {"date": _TIME, **_TARGETS},
            )
        ),
        "title": _text(),
    },
    members=1,
)
_DEFINITIONS: Final[Rules] = {"branches": _some(_BRANCH)}
_WHOLE: Final = _object(
    {"document": {"type": "object"}},
    {
        "product_tree": {"type": "object"},
        "vulnerabilities": {"type": "array", "minItems": 1},
    },
)
_DOCUMENTS: Final[Mapping[str, Rules]] = {
    "": _WHOLE,
    "document": _DOCUMENT,
    "product_tree": _TREE,
    "vulnerability": _VULNERABILITY,
}


def find_schema_faults(value: object) -> tuple[Fault, ...]:
    """Return the first fault of each part of a document, none where it has the right shape."""
    outer = _schema("").find_fault(value)
    if outer is not None or not isinstance(value, dict):
        return () if outer is None else (outer,)
    parts = (
        (name, _schema(name), value[name]) for name in ("document", "product_tree") if name in value
    )
    found = [(name, schema.find_fault(part)) for name, schema, part in parts]
    faults = [fault.inside(name) for name, fault in found if fault is not None]
    for place, item in enumerate(value.get("vulnerabilities", ())):
        fault = _schema("vulnerability").find_fault(item)
        if fault is not None:
            faults.append(fault.inside(place).inside("vulnerabilities"))
    return tuple(faults)


def unknown_members(value: JsonValue) -> Iterator[JsonValue]:
    """Yield the members of a document of the right shape that CSAF 2.0 does not know."""
    parts = {
        "document": _DOCUMENT,
        "product_tree": _TREE,
        "vulnerabilities": _some(_VULNERABILITY),
    }
    yield from _unknown(value, {"properties": parts})


def _unknown(value: JsonValue, rules: Rules) -> Iterator[JsonValue]:
    items, properties = rules.get("items"), rules.get("properties")
    if "$ref" in rules:
        yield from _unknown(value, _some(_BRANCH))
    elif isinstance(value.value, list) and isinstance(items, dict):
        for item in value.items():
            yield from _unknown(item, items)
    elif isinstance(value.value, dict) and isinstance(properties, dict):
        for name, member in value.members():
            if name in properties:
                yield from _unknown(member, properties[name])
            else:
                yield member


@cache
def _schema(name: str) -> Schema:
    return Schema(
        lambda wanted: JsonValue({**_DOCUMENTS[wanted], "definitions": _DEFINITIONS}), main=name
    )
