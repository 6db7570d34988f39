"""Gets the JSON schema of SARIF 2.1.0, for tests: `python tools/sarif_schema.py`.

It is OASIS's own, as a Go library carries it. It is put under `build`, which is not part of the
repository; a test that wants it skips where it is not there.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

SCHEMA: Final = Path(__file__).resolve().parent.parent / "build/peers/sarif-schema-2.1.0.json"
_MODULE: Final = "github.com/owenrumney/go-sarif/v3@v3.3.1"
_FILE: Final = "pkg/report/v210/sarif/schema.go"  # one constant, between backquotes


def main() -> int:
    """Get the schema, unless it is there."""
    if SCHEMA.exists():
        return 0
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    (SCHEMA.parent / "go.mod").write_text("module peers\n")  # the command wants to be in one
    told = subprocess.run(
        ["go", "mod", "download", "-json", _MODULE],  # the developer's own
        cwd=SCHEMA.parent,
        capture_output=True,
        check=True,
    )
    source = (Path(json.loads(told.stdout)["Dir"]) / _FILE).read_text(encoding="utf-8")
    document = source[source.index("`") + 1 : source.rindex("`")].replace('` + "`" + `', "`")
    json.loads(document)
    SCHEMA.write_text(document, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
