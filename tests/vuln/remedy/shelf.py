"""A copy of package indexes in a folder, advisories, and the plan that is made from both."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from assay.findings.severity import Severity
from assay.sbom.collect import read_inventory
from assay.vuln.context import ProductContext
from assay.vuln.index import AdvisoryIndex
from assay.vuln.remedy.candidates import Candidates
from assay.vuln.remedy.indexes.catalogue import IndexCatalogue
from assay.vuln.remedy.indexes.sources import FolderIndex
from assay.vuln.remedy.making import Maker, Wanted
from assay.vuln.remedy.model import NPM, PYPI, Catalogue, NoCatalogue
from assay.vuln.remedy.plan import Plan
from assay.vuln.remedy.planning import make_plan
from assay.vuln.remedy.ranking import Ranking
from assay.vuln.remedy.steps import Step
from assay.vuln.signals.store import Signals
from tests.vuln.records import encoded
from tests.vuln.test_match import AT, known

__all__ = ["AT", "Severity", "Shelf", "advisory", "plan"]


NO_SIGNALS = Signals(feeds={}, exploited={}, likelihood={})


def advisory(
    ecosystem: str, name: str, *fixed: str, cve: str = "", last: str = "", id_: str = ""
) -> bytes:
    """Return an advisory of everything below each of `fixed`, by pairs of first and fix."""
    events: list[dict[str, str]] = []
    for version in fixed:
        start, _, end = version.rpartition("..")
        events += [{"introduced": start or "0"}, {"fixed": end}]
    if not fixed:
        events = [{"introduced": "0"}, *([{"last_affected": last}] if last else [])]
    kind = "SEMVER" if ecosystem == NPM else "ECOSYSTEM"
    return encoded(
        id_ or f"GHSA-{name}-{'-'.join(fixed) or 'none'}",
        aliases=[cve] if cve else [],
        affected=[
            {
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": kind, "events": events}],
            }
        ],
        database_specific={"severity": "HIGH"},
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sha512(text: str) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()


class Shelf:
    """Pages of indexes, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def pypi(
        self,
        name: str,
        versions: Mapping[str, tuple[str, ...]],
        *,
        yanked: tuple[str, ...] = (),
        python: Mapping[str, str] | None = None,
    ) -> None:
        """Put a project there: what each version asks for, by version."""
        files = []
        for version, asked in versions.items():
            for file in (f"{name}-{version}.tar.gz", f"{name}-{version}-py3-none-any.whl"):
                page_entry = {
                    "filename": file,
                    "url": f"https://files.example/{file}",
                    "hashes": {"sha256": sha256(file)},
                    "requires-python": (python or {}).get(version),
                    "yanked": version in yanked,
                    "core-metadata": file.endswith(".whl"),
                    "size": 7,
                }
                files += [page_entry]
            lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
            lines += [f"Requires-Dist: {one}" for one in asked]
            metadata = self.folder / f"{name}-{version}-py3-none-any.whl.metadata"
            metadata.write_text("\n".join(lines) + "\n")
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
        (self.folder / f"{name}.json").write_text(json.dumps(page))

    def npm(self, name: str, versions: Mapping[str, Mapping[str, object]]) -> None:
        """Put a package there: the members of its manifest by version."""
        told = {
            version: {
                "name": name,
                "version": version,
                "dist": {
                    "tarball": f"https://registry.example/{name}/-/{name}-{version}.tgz",
                    "integrity": sha512(f"{name}@{version}"),
                },
                **members,
            }
            for version, members in versions.items()
        }
        path = self.folder / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"name": name, "versions": told}))

    def catalogue(self) -> IndexCatalogue:
        sources = {name: FolderIndex(ecosystem=name, folder=self.folder) for name in (PYPI, NPM)}
        return IndexCatalogue(sources=sources, progress=lambda _: None)


def plan(
    files: Mapping[str, str],
    *records: bytes,
    catalogue: Catalogue | None = None,
    only: tuple[str, ...] = (),
    max_step: Step = Step.MAJOR,
    signals: Signals | None = None,
) -> Plan:
    contents = {path: text.encode() for path, text in files.items()}
    advisories = known(*records)
    maker = Maker(
        files=contents,
        candidates=Candidates(
            index=AdvisoryIndex(advisories=advisories, at=AT),
            catalogue=catalogue or NoCatalogue(),
        ),
        ranking=Ranking(
            advisories=advisories, signals=signals or NO_SIGNALS, context=ProductContext()
        ),
        wanted=Wanted(only=frozenset(only), max_step=max_step),
    )
    return make_plan(maker, read_inventory(contents))


def steps_of(made: Plan) -> list[tuple[str, str, str, str]]:
    return [(one.package, one.old, one.new, one.verdict.value) for one in made.upgrades]


def reasons_of(made: Plan) -> list[tuple[str, str]]:
    return [(one.package, one.why) for one in made.unfixed]
