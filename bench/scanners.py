"""Matching 3,000 packages of one lock file with the public advisories, beside who does the same.

The same advisories are given to each. Which packages are affected, the records themselves say
where they list versions: each scanner is held against those lists, and told apart from its speed.

* vdb (dep-scan's matcher) is installed from the package index, and reads the archives from a
  server on loopback. It leaves out what is older than 2022 by default; here that is switched off.
* osv-scanner is run offline where `OSV_SCANNER` names it.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories, load_all_advisories
from assay.vuln.package import parse_package
from assay.vuln.ranges import Answer
from bench._peers import peer
from bench.matching import AT, SHARED, make_purls, timed

PACKAGES = 3_000
VDB = "appthreat-vulnerability-db==7.0.3"
VDB_SCRIPT = """
import json, sys, time
from vdb.lib import search
from vdb.lib.osv import OSVSource
source, start = OSVSource(), time.perf_counter()
for url in sys.argv[2:]:
    source.fetch(url, store_results=True)
loaded, asked = time.perf_counter() - start, json.load(open(sys.argv[1]))
start = time.perf_counter()
found = search.search_packages([{"purl": purl} for purl in asked])
matched = time.perf_counter() - start
hits = [one["locator"]["purl"] for one in found if one["result_count"]]
print(json.dumps({"loaded": loaded, "matched": matched, "hits": hits}))
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def listed_purls(purls: list[str], advisories: AdvisorySet) -> set[str]:
    """Return those whose version a record that stands lists as affected: the least to be found."""
    found = set()
    for purl in purls:
        package = parse_package(purl)
        for record in advisories.advisories.get((package.ecosystem, package.name), ()):
            listed = {v for item in record.affected for v in item.versions}
            if package.version in listed and not record.is_withdrawn(at=AT):
                found.add(purl)
    return found


def say(name: str, seconds: float, hits: set[str], listed: set[str], ours: float) -> None:
    """Print one line."""
    print(
        f"{name}: {seconds:.2f} s ({seconds / ours:.1f} x Assay); {len(hits)} affected, "
        f"{len(hits & listed)} of {len(listed)} that the records list"
    )


def measure_vdb(purls: list[str], listed: set[str], ours: float) -> None:
    """Run vdb over the same archives."""
    programs = peer(VDB)
    if programs is None:
        return
    with tempfile.TemporaryDirectory() as folder, serving(SHARED) as url:
        asked = Path(folder) / "purls.json"
        asked.write_text(json.dumps(purls))
        archives = [f"{url}/{path.name}" for path in sorted(SHARED.glob("*.zip"))]
        done = subprocess.run(
            [programs / "python", "-c", VDB_SCRIPT, asked, *archives],
            env={**os.environ, "VDB_HOME": folder, "NVD_START_YEAR": "1999"},
            capture_output=True,
            check=True,
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    print(f"vdb reads the archives: {answer['loaded']:.2f} s")
    say("vdb, in memory", answer["matched"], set(answer["hits"]), listed, ours)


def write_pins(purls: list[str], folder: Path) -> Path:
    """Write a requirements file that pins the packages."""
    lock = folder / "requirements.txt"
    pins = (purl.removeprefix("pkg:pypi/").replace("@", "==") for purl in purls)
    lock.write_text("".join(f"{pin}\n" for pin in pins))
    return lock


def measure_program(purls: list[str], mirror: Path, listed: set[str]) -> float:
    """Run Assay's own program over the requirements file; return the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        lock = write_pins(purls, Path(folder))
        done = timed(
            lambda: subprocess.run(
                [sys.executable, "-m", "assay", "vulns", "match", lock, "--json"],
                env={**os.environ, "ASSAY_HOME": str(mirror.parent)},
                capture_output=True,
                check=False,
            )
        )
    known = json.loads(done.result.stdout)["vulnerabilities"]
    titles = {one["finding"]["title"].partition(" in ")[2] for one in known}
    hits = {f"pkg:pypi/{title.replace(' ', '@')}" for title in titles}
    say("Assay, whole program", done.clock, hits, listed, done.clock)
    return done.clock


def measure_osv_scanner(purls: list[str], listed: set[str], ours: float) -> None:
    """Run osv-scanner over a requirements file, offline, with PyPI's archive at its place."""
    program = os.environ.get("OSV_SCANNER", "")
    if not program:
        print("osv-scanner: not measured; OSV_SCANNER does not name it")
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "osv-scanner" / "PyPI"
        place.mkdir(parents=True)
        (place / "all.zip").symlink_to(SHARED / "PyPI.zip")
        lock = write_pins(purls, Path(folder))
        start = time.perf_counter()
        done = subprocess.run(
            [
                *(program, "scan", "source", "--offline", "--format=json", "--no-resolve"),
                *(f"--local-db-path={folder}", "--lockfile", lock),
            ],
            capture_output=True,
            check=False,
        )
        seconds = time.perf_counter() - start
    results = json.loads(done.stdout)["results"]
    named = {
        f"pkg:pypi/{item['package']['name']}@{item['package']['version']}".lower()
        for result in results
        for item in result["packages"]
    }
    hits = {purl for purl in purls if purl.lower() in named}
    say("osv-scanner, whole program", seconds, hits, listed, ours)


def main() -> None:
    """Measure, and print one line for each scanner."""
    if not SHARED.is_dir():
        print("skipped: the public advisories are not at ../shared/data/osv")
        return
    with tempfile.TemporaryDirectory() as folder:
        mirror = Path(folder) / "advisories"
        import_advisories(SHARED, mirror, at=AT)
        everything = load_all_advisories(mirror)
        made = make_purls(everything, count=PACKAGES * 8)
        purls = [purl for purl in made if purl.startswith("pkg:pypi/") and "%2B" not in purl]
        purls = purls[:: max(1, len(purls) // PACKAGES)][:PACKAGES]
        listed = listed_purls(purls, everything)
        rows = [Component(purl=purl, name="", version="", found_in=("lock",)) for purl in purls]
        loading = timed(lambda: load_advisories(mirror, rows))
        ours = timed(lambda: match_components(rows, loading.result, at=AT))
        whole = measure_program(purls, mirror, listed)
    hits = {purl for purl, answer in ours.result.answers.items() if answer is Answer.AFFECTED}
    print(f"Assay reads what it needs of the mirror: {loading.clock:.2f} s")
    say("Assay, in memory, with findings", ours.clock, hits, listed, ours.clock)
    measure_vdb(purls, listed, ours.clock)
    measure_osv_scanner(purls, listed, whole)


if __name__ == "__main__":
    main()
