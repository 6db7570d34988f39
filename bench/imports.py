"""Importing a report of 50,000 results, beside parsing its JSON alone.

`python -m bench.imports`. The report is SARIF, by rule and not by file, as most tools write it; the
files that it names are there, so that every place is read from the source. Processor time, since
the aim is stated so: 10,000 findings a second.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar

from assay.core.collector import without_collector
from assay.core.strictjson import render_canonical_json
from assay.findings.place import SourceText
from assay.scan.imports.build import ImportSource, build_imports
from assay.scan.imports.mapping import CommitFiles
from assay.scan.imports.predicate import ImportedScan

_RESULTS: Final = 50_000
_FILES: Final = 500
_LINES: Final = 200  # of each file
_SOURCE: Final = "\n".join(f"    x{i} = call(a, b{i})" for i in range(_LINES)).encode()

Made = TypeVar("Made")


def main() -> None:
    data = json.dumps(report()).encode()
    plain = _seconds(lambda: json.loads(data))[1]
    scans, built = _seconds(lambda: imported(data))
    written, rendered = _seconds(lambda: [render_canonical_json(scan.as_json()) for scan in scans])
    found = sum(len(scan.report.findings) for scan in scans)
    whole = built + rendered
    print(f"{found} findings, {len(data) >> 20} MiB in, {sum(map(len, written)) >> 20} MiB out")
    print(f"json.loads alone: {plain:.2f} s of processor time")
    print(f"read, placed and named: {built:.2f} s; written: {rendered:.2f} s")
    print(f"ratio to json.loads: {whole / plain:.1f}; {found / whole:,.0f} findings/s")


def report() -> dict[str, object]:
    rules = [
        {
            "id": f"py/rule-{number}",
            "shortDescription": {"text": f"Rule {number}"},
            "helpUri": f"https://example.com/{number}",
            "properties": {"tags": [f"external/cwe/cwe-{79 + number}"], "security-severity": "7.5"},
        }
        for number in range(_RESULTS // _FILES)
    ]
    results = [
        {
            "ruleIndex": number // _FILES,
            "level": "error",
            "message": {"text": f"Value {number} flows from a source to a sink."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _path(number), "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 1 + number // _FILES * 2, "startColumn": 5},
                    }
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{number:016x}:1"},
        }
        for number in range(_RESULTS)
    ]
    driver = {"name": "Big", "version": "1", "rules": rules}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _path(number: int) -> str:
    return f"src/module{number % _FILES}.py"


def imported(data: bytes) -> tuple[ImportedScan, ...]:
    @lru_cache(maxsize=64)
    def text(path: str) -> SourceText:
        return SourceText(path, _SOURCE)

    files = CommitFiles(paths=frozenset(map(_path, range(_FILES))), text=text)
    source = ImportSource(name="big.sarif", data=data, tool="", ran_by="")
    return build_imports(source, files, identity_key=b"k" * 32, at=datetime.now(UTC))


def _seconds(work: Callable[[], Made]) -> tuple[Made, float]:
    with without_collector():
        before = time.process_time()
        made = work()
        return made, time.process_time() - before


if __name__ == "__main__":
    main()
