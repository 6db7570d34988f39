"""How far ranges agree with the explicit lists of versions in the same advisories.

An advisory that says both is an oracle for the order of versions: each listed version must be
inside the ranges. The differences are listed; they are faults of data, or of ours.

Run `python -m bench.ranges [ARCHIVE...]`: zip archives of OSV records, by default PyPI's.
"""

import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.advisory import Advisory
from assay.vuln.ecosystems import base_of
from assay.vuln.osv import parse_advisory
from assay.vuln.ranges import Answer, extent_of

AIM: Final = 0.9999
SHARED: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "osv"


def compared(advisory: Advisory) -> Iterator[tuple[str, str, Answer]]:
    """Yield (package, listed version, what the ranges alone say) of one advisory."""
    for ecosystem, name in {(item.ecosystem, item.name) for item in advisory.affected}:
        own = [a for a in advisory.affected if (a.ecosystem, a.name) == (ecosystem, name)]
        if not any(one.type != "GIT" for item in own for one in item.ranges):
            continue  # the list is all that it says
        extent = extent_of(base_of(ecosystem), [replace(item, versions=()) for item in own])
        for version in sorted({version for item in own for version in item.versions}):
            yield f"{ecosystem}/{name}", version, extent.judge(version)


def compare(path: Path) -> None:
    """Print the differences in one archive, and how many pairs agree."""
    counts = dict.fromkeys(Answer, 0)
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            try:
                advisory = parse_advisory(archive.read(member))
            except MalformedError as error:
                print(f"  unreadable: {member}: {error}")
                continue
            for package, version, answer in compared(advisory):
                counts[answer] += 1
                if answer is not Answer.AFFECTED:
                    print(f"  {answer}: {advisory.id} {package} {version}")
    known = counts[Answer.AFFECTED] + counts[Answer.NOT_AFFECTED]
    share = counts[Answer.AFFECTED] / known if known else 0.0
    print(
        f"{path.name}: {known:,} pairs, {counts[Answer.NOT_AFFECTED]} differ: {share:.4%} agree, "
        f"aim {AIM:.2%}; {counts[Answer.UNKNOWN]} versions without an order"
    )


def main(paths: list[Path]) -> None:
    """Compare each archive."""
    if not paths and not SHARED.is_dir():
        print("skipped: the public advisories are not at ../shared/data/osv")
    for path in paths or sorted(SHARED.glob("PyPI.zip")):
        compare(path)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
