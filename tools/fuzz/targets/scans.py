"""The readers of what scanners wrote, ours and others', and of the files that we look at."""

import json
from typing import Final

from assay.findings.fingerprint import name_sightings
from assay.findings.place import SourceText
from assay.scan import ruff
from assay.scan.configuration import check_configuration
from assay.scan.imports.codetools import read_semgrep
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims
from assay.scan.imports.predicate import PREFIX
from assay.scan.ingested import read_ingested
from assay.scan.scanner import Sources
from assay.system.process import Completed
from fuzz.target import Target, value

_FILES: Final = CommitFiles(
    paths=frozenset({"a.py"}), text=lambda path: SourceText(path, b"x = 1\ny = 2\n")
)
_SOURCES: Final = Sources(paths=frozenset({"a.py"}), content=lambda _: b"x = 1\ny = 2\n")
_FORMATS: Final = "assay.scan.imports"
_SPOT: Final = {
    "physicalLocation": {
        "artifactLocation": {"uri": "a.py", "uriBaseId": "S", "index": 0},
        "region": {"startLine": 1, "snippet": {"text": "x"}},
    }
}
_SARIF: Final = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "t",
                    "rules": [{"id": "r", "properties": {"security-severity": "7.5"}}],
                }
            },
            "originalUriBaseIds": {"S": {"uri": "file:///w/"}},
            "artifacts": [{"location": {"uri": "a.py"}}],
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-01-01T00:00:00Z"}],
            "results": [
                {
                    "ruleId": "r",
                    "ruleIndex": 0,
                    "level": "error",
                    "rank": 3.5,
                    "message": {"text": "{0}", "arguments": ["x"]},
                    "locations": [_SPOT],
                    "relatedLocations": [_SPOT],
                    "suppressions": [{"kind": "inSource"}],
                    "partialFingerprints": {"a": "b"},
                }
            ],
        }
    ],
}
_BANDIT: Final = {
    "errors": [],
    "metrics": {},
    "results": [
        {"filename": "a.py", "issue_confidence": "HIGH", "issue_severity": "LOW"}
        | {"issue_text": "x", "line_number": 1, "test_id": "B101", "issue_cwe": {"id": 703}}
    ],
}
_SEMGREP: Final = {
    "version": "1.0",
    "errors": [{"message": "x", "path": "a.py"}],
    "paths": {"scanned": ["a.py"], "skipped": [{"path": "b.py", "reason": "big"}]},
    "results": [
        {"check_id": "a.b", "path": "a.py", "start": {"line": 1, "col": 1}, "end": {"line": 1}}
        | {"extra": {"message": "m", "severity": "ERROR", "metadata": {"cwe": ["CWE-79"]}}}
    ],
}
_GOSEC: Final = {
    "Issues": [
        {"severity": "LOW", "confidence": "HIGH", "cwe": {"id": "252"}, "rule_id": "G104"}
        | {"details": "x", "file": "/w/a.py", "line": "1-2"}
    ],
    "Golang errors": {"a.go": [{"error": "x"}]},
    "Stats": {},
}
_SONAR: Final = {
    "issues": [{"rule": "r", "severity": "MAJOR", "component": "p:a.py", "line": 1}],
    "components": [{"key": "p:a.py", "path": "a.py"}],
    "paging": {"total": 1},
}
_CHECKOV: Final = [
    {
        "check_type": "terraform",
        "results": {
            "failed_checks": [
                {"check_id": "C", "check_name": "n", "file_path": "/a.py", "resource": "r"}
                | {"file_line_range": [1, 2]}
            ],
            "parsing_errors": ["b.tf"],
        },
        "summary": {"checkov_version": "3"},
    }
]
_HADOLINT: Final = [{"line": 1, "code": "DL1", "message": "m", "column": 1, "file": "a.py"}]
_TFSEC: Final = {"results": [{"rule_id": "r", "location": {"filename": "a.py", "start_line": 1}}]}
_KICS: Final = {
    "files_scanned": 1,
    "queries": [
        {"query_name": "q", "severity": "HIGH", "files": [{"file_name": "a.py", "line": 1}]}
    ],
}
_GITLEAKS: Final = [{"RuleID": "r", "File": "a.py", "StartLine": 1, "Secret": "s"}]
_TRUFFLEHOG: Final = {
    "SourceMetadata": {"Data": {"Git": {"file": "a.py", "line": 1, "commit": "c"}}},
    "DetectorName": "AWS",
    "Raw": "s",
    "Verified": True,
}
_NOSEYPARKER: Final = {
    "rule_name": "r",
    "matches": [
        {"provenance": [{"path": "./a.py"}], "groups": ["cw=="]}
        | {"location": {"source_span": {"start": {"line": 1, "column": 1}}}}
    ],
}
_DETECT_SECRETS: Final = {
    "version": "1.5.0",
    "plugins_used": [],
    "generated_at": "2026-01-01T00:00:00Z",
    "results": {"a.py": [{"type": "T", "hashed_secret": "00", "line_number": 1}]},
}
_ESLINT: Final = [
    {"filePath": "/w/a.py", "suppressedMessages": []}
    | {"messages": [{"ruleId": "r", "severity": 2, "message": "m", "line": 1, "column": 1}]}
]
_BRAKEMAN: Final = {
    "scan_info": {"brakeman_version": "7", "end_time": "2026-01-01 00:00:00 +0000"},
    "warnings": [
        {"warning_type": "SQL Injection", "check_name": "SQL", "message": "m", "file": "a.py"}
        | {"line": 1, "confidence": "High", "cwe_id": [89], "code": "x"}
    ],
    "ignored_warnings": [],
    "errors": [{"error": "x", "location": "b.rb"}],
}
_TRIVY: Final = {
    "SchemaVersion": 2,
    "ArtifactName": ".",
    "Results": [
        {
            "Target": "a.py",
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2020-1000", "PkgName": "p", "InstalledVersion": "1"}
                | {"Ref": "pkg:pypi/p@1", "Severity": "HIGH", "CweIDs": ["CWE-20"]}
            ],
            "Misconfigurations": [
                {"ID": "DS002", "Status": "FAIL", "Severity": "LOW", "Title": "t"}
                | {"CauseMetadata": {"Resource": "r", "StartLine": 1, "EndLine": 2}}
            ],
            "Secrets": [{"RuleID": "r", "Severity": "CRITICAL", "StartLine": 1}],
        }
    ],
}
_GRYPE: Final = {
    "descriptor": {"version": "0.70", "timestamp": "2026-01-01T00:00:00Z"},
    "matches": [
        {
            "vulnerability": {"id": "GHSA-aaaa-bbbb-cccc", "fix": {"versions": ["2"]}},
            "relatedVulnerabilities": [{"id": "CVE-2020-1000"}],
            "artifact": {"name": "p", "version": "1", "locations": [{"path": "/a.py"}]},
        }
    ],
}
_NUCLEI: Final = [
    {"template-id": "t", "matched-at": "https://h/a?b=c", "matcher-status": True}
    | {"info": {"name": "n", "severity": "low", "classification": {"cwe-id": ["cwe-79"]}}}
]
_GOVULNCHECK: Final = [
    {"config": {"scanner_name": "govulncheck", "scan_mode": "source", "scan_level": "symbol"}},
    {"osv": {"id": "GO-1", "aliases": ["CVE-2026-1"]}},
    {
        "finding": {
            "osv": "GO-1",
            "fixed_version": "v2",
            "trace": [
                {"module": "a.b/c", "version": "v1", "package": "a.b/c", "function": "F"},
                {"module": "d", "position": {"filename": "a.py", "line": 1}},
            ],
        }
    },
]
_ZAP: Final = {
    "@version": "2.16",
    "site": [
        {
            "alerts": [
                {"pluginid": "1", "alert": "a", "riskcode": "2", "cweid": "79"}
                | {"instances": [{"uri": "https://h/a", "method": "GET", "param": "p"}]}
            ]
        }
    ],
}
_REPORTS: Final = tuple(
    json.dumps(report).encode()
    for report in (
        _SARIF,
        _BANDIT,
        _SEMGREP,
        _GOSEC,
        _SONAR,
        _CHECKOV,
        [item | {"level": "info"} for item in _HADOLINT],
        _TFSEC,
        _KICS,
        _GITLEAKS,
        _TRUFFLEHOG,
        _NOSEYPARKER,
        _DETECT_SECRETS,
        _ESLINT,
        _BRAKEMAN,
        _TRIVY,
        _GRYPE,
        _GOVULNCHECK,
        _NUCLEI,
        _ZAP,
    )
)
_RUFF_LOG: Final = b"[x][ruff::diagnostics][DEBUG] Checking: /view/a.py\n"
_RUFF: Final = (
    b'[{"code":"S605","filename":"a.py","message":"m","url":null,'
    b'"location":{"row":1,"column":1},"end_location":{"row":1,"column":2}}]'
)
_IMPORTED: Final = {
    "scanner": f"{PREFIX}t",
    "tool": {"name": "t", "version": "1"},
    "observedAt": "2026-01-01T00:00:00Z",
    "inputs": {},
    "examined": {},
    "findings": [],
    "notChecked": [],
    "imported": {
        "file": "a",
        "digest": "sha256:" + "00" * 32,
        "ranBy": "",
        "ranAt": "",
    },
}
_DOCKERFILE: Final = b"# escape=`\nFROM a AS b\nRUN <<E `\n && curl x | sh\ny\nE\nONBUILD ENV A=b\n"
_COMPOSE: Final = b"x: &x {privileged: true}\nservices: {a: {<<: *x, environment: [T=1]}}\n"
_GITLAB: Final = b"include: [{remote: 'https://a'}]\nj: {image: a, script: ['curl a | sh']}\n"


def _foreign(data: bytes) -> object:
    """Read a report and make findings of it."""
    runs = parse_foreign_report(data, tool="")
    return [
        name_sightings(map_claims(told, _FILES, identity_key=b"k" * 32).sightings) for told in runs
    ]


def _completed(data: bytes, errors: bytes = b"") -> Completed:
    return Completed(status=0, output=data, errors=errors)


TARGETS: Final = (
    Target(
        name=f"{_FORMATS}.formats:parse_foreign_report",
        read=_foreign,
        seeds=lambda: _REPORTS,
        also=(
            f"{_FORMATS}.sarif:read_sarif",
            *(f"{_FORMATS}.codetools:read_{n}" for n in ("bandit", "semgrep", "gosec")),
            f"{_FORMATS}.codetools:read_sonarqube",
            *(f"{_FORMATS}.configtools:read_{n}" for n in ("checkov", "hadolint", "tfsec", "kics")),
            *(f"{_FORMATS}.secrettools:read_{n}" for n in ("gitleaks", "trufflehog")),
            *(f"{_FORMATS}.secrettools:read_{n}" for n in ("noseyparker", "detect_secrets")),
            *(f"{_FORMATS}.linttools:read_{n}" for n in ("eslint", "brakeman")),
            *(f"{_FORMATS}.componenttools:read_{n}" for n in ("trivy", "grype")),
            f"{_FORMATS}.govulncheck:read_govulncheck",
            *(f"{_FORMATS}.dynamictools:read_{n}" for n in ("nuclei", "zap")),
        ),
    ),
    value(f"{_FORMATS}.predicate:parse_imported_scan", lambda: (json.dumps(_IMPORTED).encode(),)),
    Target(
        name="assay.scan.dockerfile.parse:parse_dockerfile",
        read=lambda data: check_configuration("Dockerfile", data),
        seeds=lambda: (_DOCKERFILE,),
    ),
    Target(
        name="assay.scan.containersettings:parse_settings",
        read=lambda data: check_configuration("compose.yaml", data),
        seeds=lambda: (_COMPOSE,),
    ),
    Target(
        name="assay.scan.containersettings:parse_settings",
        read=lambda data: check_configuration(".gitlab-ci.yml", data),
        seeds=lambda: (_GITLAB,),
    ),
    Target(
        name="assay.scan.ruff:read_report",
        read=lambda data: ruff.read_report(_completed(data, _RUFF_LOG), _SOURCES),
        seeds=lambda: (_RUFF,),
    ),
    Target(
        name="assay.scan.ingested:read_ingested",
        read=lambda data: read_ingested(_completed(data), _SOURCES, read_semgrep),
        seeds=lambda: (json.dumps(_SEMGREP).encode(),),
    ),
)
