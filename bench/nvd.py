"""Importing a feed of the NVD's size and shape, and matching components against it.

The feed is made here, from a fixed seed, in the form of the NVD's own pages (JSON 2.0, compressed):
prose in two languages, CVSS 2, 3.1 and 4.0, weaknesses, references, configurations nested in AND
and OR with ranges, versions by list, platforms that are not vulnerable themselves, `negate`, CVEs
that were rejected, that are disputed, and that nobody has analysed yet. Few products have thousands
of CVEs, most have one.

Each step runs in a process of its own: processor time and the most memory that it held are its own,
and say the same on a machine that others use.
"""

import argparse
import gzip
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from assay.sbom.component import Component
from assay.vuln.advisory import Feed
from assay.vuln.foreign.nvd import NVD, nvd_records
from assay.vuln.foreign.store import Incoming, import_foreign, load_foreign_feeds
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

RECORDS = 250_000
PAGE = 2000  # the most that the NVD gives at once
PRODUCTS = 60_000
ASKED = 300  # components of one service
AT = datetime(2026, 11, 1, tzinfo=UTC)
BEGAN = datetime(1999, 1, 1, tzinfo=UTC)
PROSE = (
    "A flaw in the way that the component parses a length lets who can send a request read "
    "memory behind the end of a buffer, or stop the service. Versions before the fixed one are "
    "affected in their default configuration; an account is not needed. "
)
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def product_of(draw: random.Random) -> tuple[str, str]:
    """Return a vendor and a product: few are drawn often."""
    return named(int(PRODUCTS ** draw.random()))


def named(number: int) -> tuple[str, str]:
    """Return the vendor and the product of a number."""
    return f"vendor{number // 7}", f"product{number}"


def version_of(draw: random.Random) -> str:
    return f"{draw.randrange(12)}.{draw.randrange(30)}.{draw.randrange(20)}"


def cpe(vendor: str, product: str, *, part: str = "a", version: str = "*") -> str:
    return f"cpe:2.3:{part}:{vendor}:{product}:{version}:*:*:*:*:*:*:*"


def criteria_of(draw: random.Random, vendor: str, product: str) -> list[dict[str, object]]:
    """Return what is vulnerable: a range of versions, or a list of them."""
    if draw.random() < 0.7:
        bounds = {"versionEndExcluding": version_of(draw)}
        if draw.random() < 0.4:
            bounds = {"versionStartIncluding": "0.9", "versionEndIncluding": version_of(draw)}
        return [match(cpe(vendor, product), bounds=bounds)]
    return [
        match(cpe(vendor, product, version=version_of(draw)))
        for _ in range(min(40, int(draw.paretovariate(0.8))))
    ]


def match(
    name: str, *, vulnerable: bool = True, bounds: dict[str, str] | None = None
) -> dict[str, object]:
    identifier = "4DB0E1B8-5A0D-4F5B-8D6A-0123456789AB"
    own: dict[str, object] = {"vulnerable": vulnerable, "criteria": name}
    return own | (bounds or {}) | {"matchCriteriaId": identifier}


def configurations_of(draw: random.Random) -> list[dict[str, object]]:
    vendor, product = product_of(draw)
    node: dict[str, object] = {
        "operator": "OR",
        "negate": draw.random() < 0.002,
        "cpeMatch": criteria_of(draw, vendor, product),
    }
    if draw.random() < 0.15:  # firmware on its device, a program on its system
        device = match(cpe(vendor, f"{product}_device", part="h"), vulnerable=False)
        under = {"operator": "OR", "negate": False, "cpeMatch": [device]}
        return [{"operator": "AND", "nodes": [node, under]}]
    more: list[dict[str, object]] = [
        {"nodes": [{"operator": "OR", "negate": False, "cpeMatch": criteria_of(draw, *other)}]}
        for other in (product_of(draw) for _ in range(int(draw.random() * 1.4)))
    ]
    return [{"nodes": [node]}, *more]


def metrics_of(draw: random.Random) -> dict[str, object]:
    def one(vector: str, kind: str) -> dict[str, object]:
        data = {"version": kind, "vectorString": vector, "baseScore": 9.8}
        return {
            "source": "nvd@nist.gov",
            "type": "Primary",
            "cvssData": data,
            "exploitabilityScore": 3.9,
            "impactScore": 5.9,
        }

    found: dict[str, object] = {}
    if draw.random() < 0.6:
        found["cvssMetricV2"] = [one(V2, "2.0")]
    if draw.random() < 0.8:
        found["cvssMetricV31"] = [one(V31, "3.1")] * (1 + (draw.random() < 0.4))
    if draw.random() < 0.1:
        found["cvssMetricV40"] = [one(V40, "4.0")]
    return found


def cve_of(draw: random.Random, number: int) -> dict[str, object]:
    """Return one element of `vulnerabilities`."""
    at = (BEGAN + timedelta(hours=number * 0.97)).strftime("%Y-%m-%dT%H:%M:%S.123")
    chance = draw.random()
    status = "Rejected" if chance < 0.06 else "Awaiting Analysis" if chance < 0.15 else "Modified"
    prose = PROSE * draw.randrange(1, 4)
    cve: dict[str, object] = {
        "id": f"CVE-{1999 + number * 27 // 300_000}-{10_000 + number}",
        "sourceIdentifier": "cve@mitre.org",
        "published": at,
        "lastModified": at,
        "vulnStatus": status,
        "cveTags": [{"tags": ["disputed"]}] if draw.random() < 0.01 else [],
        "descriptions": [{"lang": "en", "value": prose}, {"lang": "es", "value": prose}],
        "metrics": {} if status == "Rejected" else metrics_of(draw),
        "weaknesses": [{"type": "Primary", "description": [{"lang": "en", "value": "CWE-125"}]}],
        "references": [
            {"url": f"https://vendor.example/advisories/{number}/{n}", "tags": ["Patch"]}
            for n in range(draw.randrange(1, 9))
        ],
    }
    if status == "Modified":
        cve["configurations"] = configurations_of(draw)
    return {"cve": cve}


def make_feed(folder: Path, *, records: int) -> int:
    """Write the pages of a feed into `folder`; return how many bytes of JSON they hold."""
    draw = random.Random(23)  # noqa: S311  # a fixed seed, no secret
    size = 0
    for start in range(0, records, PAGE):
        cves = [cve_of(draw, number) for number in range(start, min(start + PAGE, records))]
        page = {
            "resultsPerPage": len(cves),
            "startIndex": start,
            "totalResults": records,
            "format": "NVD_CVE",
            "version": "2.0",
            "timestamp": "2026-11-01T00:00:00.000",
            "vulnerabilities": cves,
        }
        data = json.dumps(page).encode()
        size += len(data)
        (folder / f"{start:07}.json.gz").write_bytes(gzip.compress(data, 1))
    return size


def make_components() -> list[Component]:
    """Return components that have CPE names: three have thousands of CVEs, a third have none."""
    draw = random.Random(29)  # noqa: S311  # a fixed seed, no secret
    made = []
    for number in range(ASKED):
        which = number + 1 if number < 3 else draw.randrange(4, PRODUCTS)
        known = number < 3 or number % 3
        vendor, product = named(which) if known else ("nobody", f"nothing{number}")
        version = version_of(draw)
        name = cpe(vendor, product, version=version)
        made.append(
            Component(purl="", name=product, version=version, cpes=(name,), found_in=("lock",))
        )
    return made


def import_feed(source: Path, mirror: Path) -> str:
    (feed,) = import_advisories(source, mirror, at=AT)
    return f"{feed.advisories} records, {feed.unreadable} unreadable, {feed.digest}"


def update_feed(source: Path, mirror: Path) -> str:
    """Take the first page again, beside all that is here."""
    page = min(source.iterdir())
    feed = import_foreign(
        Incoming(
            name=NVD,
            documents=[(page.name, gzip.decompress(page.read_bytes()))],
            records=nvd_records,
            origin="bench",
            keep=True,
        ),
        mirror,
        at=AT,
    )
    return f"{feed.advisories} records, {feed.digest}"


def match_service(_: Path, mirror: Path) -> str:
    components = make_components()
    result = match_components(components, load_advisories(mirror, components), at=AT)
    return f"{len(result.findings)} findings"


def open_mirror(_: Path, mirror: Path) -> str:
    return f"{len(load_advisories(mirror, ()).foreign)} feed, and no question"


def measured(name: str, work: Callable[[Path, Path], str], source: Path, mirror: Path) -> None:
    """Run `work` in a process of its own, and print what it took."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(sender, work, source, mirror))
    process.start()
    sender.close()
    seconds, idle, peak, said = receiver.recv()
    process.join()
    print(
        f"{name}: {seconds:.2f} s of processor time, {peak:.0f} MiB at most "
        f"({idle:.0f} before); {said}"
    )


def _measure(
    sender: "Connection[tuple[float, float, float, str], object]",
    work: Callable[[Path, Path], str],
    source: Path,
    mirror: Path,
) -> None:
    idle, began = _peak(), time.process_time()
    said = work(source, mirror)
    sender.send((time.process_time() - began, idle, _peak(), said))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_of(mirror: Path, feed: Feed) -> int:
    return (mirror / f"{feed.digest.hex}.foreign").stat().st_size


def main() -> None:
    """Make the feed, and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        source, mirror = Path(folder) / "source", Path(folder) / "mirror"
        source.mkdir()
        size = make_feed(source, records=records)
        print(f"{records} records in {size / 2**20:.0f} MiB of JSON; load {os.getloadavg()[0]:.1f}")
        measured("import", import_feed, source, mirror)
        (feed,) = load_foreign_feeds(mirror).values()
        print(f"in the mirror: {size_of(mirror, feed) / 2**20:.0f} MiB")
        measured("an update of one page", update_feed, source, mirror)
        measured("open", open_mirror, source, mirror)
        measured(f"match {ASKED} components", match_service, source, mirror)


if __name__ == "__main__":
    main()
