"""Real documents of every kind that Assay writes, to read their members from.

A repository in which there is something of everything is made in a temporary folder and checked
twice, the second time with more advisories, so that one statement supersedes another. At the end a
backup from before the second check takes the place of the log.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.operations.backup_log import backup_log
from assay.operations.check_source import check_source
from assay.operations.checkreport import CheckReport
from assay.operations.evidence import gate_evidence
from assay.operations.import_scan import import_scans
from assay.operations.initialise import initialise
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.manage_advisories import import_advisories
from assay.operations.restore_log import RESTORE_TYPE, restore_log
from assay.reports.jsonreport import check_json
from assay.scan.secrets.live.probe import Validity
from assay.scan.secrets.live.validate import PREDICATE_TYPE as VALIDITY_TYPE
from assay.scan.secrets.live.validate import Answered, render_validity
from assay.signing.trust import render_trust_root
from assay.source.repository import open_repository
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE
from docs_pages.forgesample import record_looks
from docs_pages.reviewsample import record_review_samples
from docs_pages.trustsample import full_trust_root
from docs_pages.vexsample import vex_facts_sample, vex_samples
from docs_pages.waiversample import waiver_samples

ROOT: Final = Path(__file__).resolve().parent.parent.parent
MAX_BYTES: Final = 2**26
FILES: Final = {
    "requirements.txt": "pyyaml==5.3.1\nflask>=1\n",
    "Pipfile": '[packages]\nflask = "*"\n',
    "app.py": 'import subprocess\n\nsubprocess.run("ls " + input(), shell=True)\n',
    "broken.py": "def (:\n",
    "env/site-packages/front/__init__.py": "import yaml\n",
    "front_user.py": "import front\n",
    "Dockerfile": "FROM debian\n",
    ".github/workflows/ci.yml": "on: pull_request_target\njobs: {}\n",
    ".github/CODEOWNERS": "/src/ @ada\n/app.py nobody\n",
    "SECURITY.md": "Write to security@shop.example.\n",
    "samples/a.py": "x = 1\n",
    ".gitmodules": '[submodule "part"]\n\tpath = part\n\turl = https://git.example/part\n',
    "assay.toml": """\
[gate.source]
require = ["source.commits-signed"]
[[gate.source.relax]]
rule = "source.code-weaknesses"
reason = "an example"
until = 2099-01-01
[[exclude]]
paths = ["samples/**"]
reason = "an example"
until = 2099-01-01
""",
}


_REPORT: Final = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Example", "version": "1.0"}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-01-31T12:00:00Z"}],
            "results": [
                {
                    "ruleId": "EX1",
                    "level": "note",
                    "message": {"text": "an example"},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "gone.py"}}}],
                }
            ],
        }
    ],
}
_ANSWERED = Answered(
    identity="secret/v1:00",
    rule="secrets/npm-token",
    host="registry.npmjs.org",
    validity=Validity.LIVE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Documents by name: predicates by their type, all others by their schema."""

    predicates: Mapping[str, tuple[object, ...]]
    documents: Mapping[str, object]

    def scan(self, scanner: str) -> JsonValue:
        """Return the scan of the collector `scanner`."""
        reports = (
            JsonValue(value) for kind in (SCAN_TYPE, VULNS_TYPE) for value in self.predicates[kind]
        )
        own = (report.optional("assay_report") or report for report in reports)
        return next(report for report in own if report.field("scanner").text() == scanner)


@cache
def take_sample() -> Sample:
    """Make the repository, check it, and return what Assay wrote."""
    with tempfile.TemporaryDirectory() as folder, _environment(Path(folder)):
        return _sample(Path(folder))


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    kept = dict(os.environ)
    os.environ.update(
        ASSAY_HOME=str(folder / "home"), HOME=str(folder), GIT_CONFIG_NOSYSTEM="1", LANG="C.UTF-8"
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _sample(folder: Path) -> Sample:
    shop, saved = folder / "shop", folder / "verdict.json"
    _make_repository(shop)
    initialise(shop)
    _check(shop, saved, "GHSA-8q59-q68h-6hv4*", folder / "few")
    backup_log(shop, folder / "log.zip")
    record_looks(shop)
    _import(shop, folder / "report.sarif")
    report = _check(shop, saved, "*", folder / "all")
    record_review_samples(shop)
    with open_ledger(open_repository(shop), at=report.gate.at) as ledger:
        facts = build_facts(
            subject=report.gate.subject.digest,
            evidence=gate_evidence(ledger, report.gate.subject.digest),
            parameters=Parameters(),
            at=report.gate.at,
        )
        told = {"vex": vex_facts_sample(report.gate.at)}
        predicates = _predicates(ledger)
        documents = {
            "assay.check/v1": _strict(render_canonical_json(check_json(report))),
            "assay.facts/v1": _strict(render_canonical_json(facts | told)),
            "assay.saved-verdict/v1": _strict(saved.read_bytes()),
            "assay.trust-root/v2": _strict(render_trust_root(full_trust_root(ledger.trust))),
        }
    restored = _restored(shop, folder / "log.zip", at=report.gate.at)
    asked = (render_validity((_ANSWERED,), at=report.gate.at),)  # nobody is asked for a page
    more = {RESTORE_TYPE: restored, VALIDITY_TYPE: asked}
    more |= {**waiver_samples(report.gate.at), **vex_samples(report.gate.at)}
    return Sample(predicates={**predicates, **more}, documents=documents)


def _import(shop: Path, file: Path) -> None:
    """Import what another tool is said to have found."""
    file.write_text(json.dumps(_REPORT))
    import_scans(shop, (file,), tool="", ran_by="")


def _restored(shop: Path, backup: Path, *, at: datetime) -> tuple[object, ...]:
    """Put the backup in the place of the log, and return what the log then says about that."""
    shutil.rmtree(shop / ".assay")
    restore_log(shop, backup, accept_loss="an example")
    with open_ledger(open_repository(shop), at=at) as ledger:
        return _predicates(ledger)[RESTORE_TYPE]


def _check(shop: Path, saved: Path, advisories: str, folder: Path) -> CheckReport:
    folder.mkdir()
    for advisory in sorted((ROOT / "examples" / "advisories").glob(advisories)):
        (folder / advisory.name).write_bytes(advisory.read_bytes())
    import_advisories(folder)
    return check_source(shop, workers=1, progress=lambda _: None, save_verdict=saved)


def _make_repository(shop: Path) -> None:
    for name, text in FILES.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text)
    made_up = "glpat-" + "d469ae720d5be38d" + "9bb4"  # nobody ever issued it
    (shop / "settings.env").write_text(f"TOKEN={made_up}\n")
    (shop / "large.bin").write_bytes(bytes(6 * 2**20))
    (shop / "away").symlink_to("../../elsewhere")
    _git(shop, "init", "--quiet", "--initial-branch=main")
    _git(shop, "remote", "add", "origin", "https://git.example/shop")
    _git(shop, "add", "--all")
    _git(shop, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},part")
    _git(shop, "-c", "user.name=Ada", "-c", "user.email=ada@shop.example", "commit", "-qm", "Start")


def _git(shop: Path, *arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=shop, check=True)


def _predicates(ledger: Ledger) -> dict[str, tuple[object, ...]]:
    found: dict[str, list[object]] = {}
    for _, subject, kind in ledger.store.listing():
        for role in ("collector", "gate"):
            for verified in ledger.verified(subject=subject, role=role, predicate_type=kind):
                found.setdefault(kind, []).append(verified.predicate().value)
    return {kind: tuple(values) for kind, values in found.items()}


def _strict(data: bytes) -> object:
    return parse_json(data, max_bytes=MAX_BYTES)
