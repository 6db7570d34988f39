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
_RULE: Final = _object(
    {
        "id": _TEXT,  # section 3.49.3
        "name": {"type": "string", "pattern": r"^[A-Za-z0-9]+$"},
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "help": _object({"text": _TEXT, "markdown": _TEXT}),
        "properties": _object(
            {
                "tags": {**_list(_TEXT, at_least=1, at_most=20), "uniqueItems": True},
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "security-severity": _SCORE,
            }
        ),
    },
    helpUri={"type": "string", "pattern": r"^https://[!-~]+$"},
)
_DRIVER: Final = _object(
    {
        "name": _TEXT,  # section 3.19.8
        "fullName": _TEXT,
        "version": _TEXT,
        "rules": _list(_RULE),
        "notifications": _list(_object({"id": _TEXT})),
    }
)
_LOCATION: Final = _object(
    {
        "physicalLocation": _object(
            {
                "artifactLocation": _object({"uri": _RELATIVE, "uriBaseId": _TEXT}),
                "region": _object({"startLine": {"type": "integer", "minimum": 1}}),
            }
        )
    },
    message=_MESSAGE,
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
            {"assayIdentity/v1": _TEXT, "primaryLocationLineHash": _TEXT}
        ),
        "properties": _object({"severity": _TEXT, "security-severity": _SCORE}),
    }
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
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "properties": _BAG,
    },
    versionControlProvenance=_list(_object({"repositoryUri": _TEXT, "revisionId": _TEXT})),
)
SHAPE: Final = _object(
    {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": _list(_RUN, at_most=20),
    }
)
