"""Small SARIF logs, with one thing changed."""

from collections.abc import Mapping

from assay.core.jsonvalue import JsonValue
from assay.scan.imports.claim import Told
from assay.scan.imports.sarif import read_sarif


def result(**more: object) -> dict[str, object]:
    return {
        "ruleId": "R1",
        "message": {"text": "It is so."},
        "locations": [location()],
        **more,
    }


def location(uri: str = "src/a.py", line: int = 3, **artifact: object) -> dict[str, object]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, **artifact},
            "region": {"startLine": line, "startColumn": 5, "snippet": {"text": "a = b"}},
        }
    }


def log(
    *results: object,
    driver: Mapping[str, object] | None = None,
    tool: Mapping[str, object] | None = None,
    **run: object,
) -> dict[str, object]:
    described = {"name": "Tool", "version": "1.2", **(driver or {})}
    made = {"tool": {"driver": described, **(tool or {})}, "results": list(results), **run}
    return {"version": "2.1.0", "runs": [made]}


def told(document: Mapping[str, object]) -> Told:
    (run,) = read_sarif(JsonValue(dict(document)))
    return run
