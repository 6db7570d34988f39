"""How near a Go module comes to its vulnerabilities: our reading beside govulncheck's call graph.

govulncheck is run offline where `GOVULNCHECK` names it, over a small module whose dependencies are
fetched once and vendored, with the same public advisories. It builds the module and knows types;
nothing of it is built here. A level of ours above its own is a fault unless a test shows it, or it
is `referenced`, which is no call for sure.
"""

import json
import os
import resource
import shutil
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assay.findings.reach import Level
from assay.operations.ask_reach import ask_reach
from assay.operations.manage_advisories import import_advisories
from bench.matching import SHARED

ARCHIVE: Final = SHARED / "Go.zip"
MODULE: Final = {
    "go.mod": """module example.test/app
go 1.25.0
require (
	github.com/PuerkitoBio/goquery v1.5.0
	github.com/tidwall/gjson v1.6.0
	golang.org/x/net v0.0.0-20210405180319-a5a99cb37ef4
	golang.org/x/text v0.3.5
)
""",
    "main.go": """package main

import (
	"os"

	"example.test/app/sub"
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/text/language"
)

type other struct{}

func (other) ParseAcceptLanguage(string) {}

func spare(s string) { language.ParseAcceptLanguage(s) }

func main() {
	goquery.NewDocumentFromReader(os.Stdin)
	html.NewTokenizer(os.Stdin).Next()
	sub.Run()
	language := other{}
	language.ParseAcceptLanguage("x")
}
""",
    "sub/sub.go": "package sub\n\nfunc Run() {}\n",
    "sub/sub_test.go": """package sub

import (
	"testing"

	"github.com/tidwall/gjson"
)

func TestRun(t *testing.T) { gjson.Get("{}", "a") }
""",
}


def write_database(folder: Path) -> None:
    """Write the advisories in the form that govulncheck reads from a folder."""
    modules: dict[str, list[object]] = {}
    known = []
    for place in ("ID", "index"):
        (folder / place).mkdir(parents=True)
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in (n for n in archive.namelist() if n.startswith("GO-")):
            data = archive.read(name)
            record = json.loads(data)
            (folder / "ID" / name).write_bytes(data)
            head = {"id": record["id"], "modified": record["modified"]}
            known.append(head | {"aliases": record.get("aliases", [])})
            for module in {one["package"]["name"] for one in record["affected"]}:
                modules.setdefault(module, []).append(head)
    index = {
        "db": {"modified": max(one["modified"] for one in known)},
        "modules": [{"path": path, "vulns": vulns} for path, vulns in sorted(modules.items())],
        "vulns": known,
    }
    for name, value in index.items():
        (folder / "index" / f"{name}.json").write_text(json.dumps(value))


def messages(text: str) -> Iterator[dict[str, object]]:
    """Yield the objects that stand one behind the other."""
    decoder, at = json.JSONDecoder(), 0
    while (at := at + len(text[at:]) - len(text[at:].lstrip())) < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value


def theirs(program: str, module: Path, database: Path) -> dict[str, Level]:
    """Return the highest level of each advisory by govulncheck."""
    done = subprocess.run(
        [program, "-db", database.as_uri(), "-format", "json", "./..."],
        cwd=module,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Level] = {}
    for message in messages(done.stdout):
        finding = message.get("finding")
        if isinstance(finding, dict):
            first = finding["trace"][0]
            deeper = Level.CALLED if "function" in first else Level.IMPORTED
            level = deeper if "package" in first else Level.DECLARED
            found[finding["osv"]] = max(level, found.get(finding["osv"], level))
    return found


def ours(module: Path) -> dict[str, tuple[Level, bool]]:
    """Return the level of each advisory by our reading, and whether only tests show it."""
    report = ask_reach(str(module), at_least="declared", progress=lambda _: None)
    return {
        name: (finding.reach.level, finding.reach.only_in_tests)
        for finding in report.findings
        if finding.reach is not None
        for name in finding.references
        if name.startswith("GO-")
    }


def processor_time() -> float:
    """Return the seconds of processor time of this process and of those that it has waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def compare(program: str, folder: Path) -> None:
    """Print which levels stand against which."""
    module = folder / "app"
    for name, text in MODULE.items():
        (module / name).parent.mkdir(parents=True, exist_ok=True)
        (module / name).write_text(text)
    for command in (("go", "mod", "tidy"), ("go", "mod", "vendor")):
        subprocess.run(command, cwd=module, capture_output=True, check=True)
    write_database(folder / "db")
    os.environ["ASSAY_HOME"] = str(folder / "home")
    import_advisories(ARCHIVE)
    started = processor_time()
    own = ours(module)
    between = processor_time()
    other = theirs(program, module, folder / "db")
    seconds = (between - started, processor_time() - between)
    print(f"processor time: Assay {seconds[0]:.1f} s, govulncheck {seconds[1]:.1f} s")
    nothing = (Level.DECLARED, False)
    pairs = Counter(
        (other.get(name, Level.DECLARED), *own.get(name, nothing)) for name in own | other
    )
    print(f"{pairs.total()} advisories; govulncheck says, Assay says:")
    for (level, mine, tests), count in sorted(pairs.items(), reverse=True):
        print(f"  {count:3}  {level.word:10}  {mine.word}{' in tests only' if tests else ''}")


def main() -> None:
    """Compare, where both programs are there."""
    program = os.environ.get("GOVULNCHECK", "")
    if not program or shutil.which("go") is None:
        print("govulncheck: not compared; GOVULNCHECK does not name it, or there is no go")
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(program, Path(folder))


if __name__ == "__main__":
    main()
