"""The shape of SARIF 2.1.0 as far as Assay uses it, and what GitHub asks for besides.

Written from the specification: whatever Assay writes must be named here (`additionalProperties` is
false throughout), so that a property which SARIF does not have cannot slip in.
"""

from typing import Final

_TEXT: Final = {"type": "string", "minLength": 1}
_LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}
_SCORE: Final = {"type": "string", "pattern": r"^(10\.0|[0-9]\.[0-9])$"}
_BAG: Final = {"type": "object"}
_RELATIVE: Final = {
    "type": "string",
    "format": "uri-reference",
    "pattern": r"^(?![/])([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$",  # no scheme, no host, no query
}


def _object(required: dict[str, object], **optional: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: object, *, at_least: int = 0, at_most: int = 25_000) -> dict[str, object]:
    return {"type": "array", "items": items, "minItems": at_least, "maxItems": at_most}


_MESSAGE: Final = _object({"text": _TEXT})
_LINK: Final = {"type": "string", "pattern": r"^https://[!-~]+$"}
_CWE: Final = {"type": "string", "pattern": r"^CWE-[1-9][0-9]*$"}
_COMPONENT: Final = _object({"name": {"const": "CWE"}, "index": {"const": 0}})  # section 3.54
_TAXON: Final = _object(
    {"id": _CWE, "index": {"type": "integer", "minimum": 0}, "toolComponent": _COMPONENT}
)
_TAXONOMY: Final = _object(  # section 3.19
    {
        "name": {"const": "CWE"},
        "organization": _TEXT,
        "shortDescription": _MESSAGE,
        "informationUri": _LINK,
        "isComprehensive": {"const": False},  # section 3.19.26: it names those that are used
        "taxa": _list(_object({"id": _CWE, "helpUri": _LINK}), at_least=1),
    }
)
_RULE: Final = _object(
    {
        "id": _TEXT,  # section 3.49.3
        "name": {"type": "string", "pattern": r"^[A-Za-z0-9]+$"},
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "help": _object({"text": _TEXT, "markdown": _TEXT}),
        "properties": _object(
            {
                # GitHub shows ten of a rule's tags
                "tags": {**_list(_TEXT, at_least=1, at_most=10), "uniqueItems": True},
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "security-severity": _SCORE,
            }
        ),
    },
    helpUri=_LINK,
    relationships=_list(  # section 3.53
        _object({"target": _TAXON, "kinds": _list({"enum": ["relevant"]}, at_least=1)}),
        at_least=1,
    ),
)
_DRIVER: Final = _object(
    {
        "name": _TEXT,  # section 3.19.8
        "fullName": _TEXT,
        "version": _TEXT,
        "rules": _list(_RULE),
        "notifications": _list(_object({"id": _TEXT})),
    },
    supportedTaxonomies=_list(_COMPONENT, at_least=1, at_most=1),
)
_NUMBER: Final = {"type": "integer", "minimum": 1}  # lines and columns, section 3.30
_ARTIFACT: Final = _object({"uri": _RELATIVE, "uriBaseId": {"const": "%SRCROOT%"}})
_REGION: Final = _object(
    {"startLine": _NUMBER}, startColumn=_NUMBER, endLine=_NUMBER, endColumn=_NUMBER
)
_LOCATION: Final = _object(
    {"physicalLocation": _object({"artifactLocation": _ARTIFACT, "region": _REGION})},
    message=_MESSAGE,
)
_FIX: Final = _object(  # section 3.55
    {
        "description": _MESSAGE,
        "artifactChanges": _list(
            _object(
                {
                    "artifactLocation": _ARTIFACT,
                    "replacements": _list(
                        _object(
                            {
                                "deletedRegion": _object(
                                    dict.fromkeys(
                                        ("startLine", "startColumn", "endLine", "endColumn"),
                                        _NUMBER,
                                    )
                                )
                            },
                            insertedContent=_MESSAGE,
                        ),
                        at_least=1,
                    ),
                }
            ),
            at_least=1,
        ),
    }
)
_SUPPRESSION: Final = _object(  # section 3.35
    {
        "kind": {"const": "external"},
        "status": {"const": "accepted"},
        "justification": _TEXT,
        "properties": _object({"expires": _TEXT, "acceptedBy": _list(_TEXT)}),
    }
)
_RESULT: Final = _object(
    {
        "ruleId": _TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"const": "fail"},  # section 3.27.9: any other kind wants the level "none"
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": _list(_LOCATION, at_least=1, at_most=1_000),
        "partialFingerprints": _object(
            {"assayFindingId/v1": _TEXT, "primaryLocationLineHash": _TEXT}
        ),
        "properties": _object({"severity": _TEXT, "security-severity": _SCORE}, assayFinding=_BAG),
    },
    taxa=_list(_TAXON, at_least=1),  # section 3.27.8
    fixes=_list(_FIX, at_least=1),
    suppressions=_list(_SUPPRESSION, at_least=1, at_most=1),
)
_NOTIFICATION: Final = _object(
    {"descriptor": _object({"id": _TEXT}), "level": _LEVEL, "message": _MESSAGE}
)
_INVOCATION: Final = _object(
    {
        "executionSuccessful": {"type": "boolean"},
        "endTimeUtc": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "toolExecutionNotifications": _list(_NOTIFICATION),
    }
)
_RUN: Final = _object(
    {
        "tool": _object({"driver": _DRIVER}),
        "automationDetails": _object({"id": {"type": "string", "pattern": "^assay/[^/]+/$"}}),
        "invocations": _list(_INVOCATION, at_least=1, at_most=1),
        "results": _list(_RESULT, at_most=5_000),
        "originalUriBaseIds": _object({"%SRCROOT%": _object({"description": _MESSAGE})}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "properties": _BAG,
    },
    taxonomies=_list(_TAXONOMY, at_least=1, at_most=1),
    versionControlProvenance=_list(
        _object(
            {
                "repositoryUri": _TEXT,
                "revisionId": _TEXT,
                "mappedTo": _object({"uriBaseId": {"const": "%SRCROOT%"}}),
            },
            branch=_TEXT,
        )
    ),
)
SHAPE: Final = _object(
    {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": _list(_RUN, at_most=20),
    }
)
