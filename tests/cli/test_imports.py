"""What a command loads: a module that it does not use costs every call of it."""

import json
import subprocess
import sys
from typing import Final

import pytest

from assay.cli.app import app
from tests.operations.site import Site

# What decides, collects, stores or signs: a verifier of one file does none of it.
UNUSED: Final = frozenset(
    {
        "assay.evidence.sigstore",
        "assay.evidence.store",
        "assay.findings.finding",
        "assay.gates.facts",
        "assay.gates.reading",
        "assay.gates.request",
        "assay.operations.home",
        "assay.operations.ledger",
        "assay.operations.record",
        "assay.policy.bundle",
        "assay.policy.engine",
        "assay.sbom",
        "assay.scan",
        "assay.signing.openpgp",
        "assay.source",
        "assay.system.database",
        "assay.vuln",
        "cryptography.hazmat.primitives.serialization",  # brings the formats of OpenSSH with it
        *("jsonschema", "psycopg", "pygit2", "regopy", "rich", "sqlite3", "yaml"),
    }
)
HELP: Final = UNUSED | {"assay.evidence", "assay.gates", "assay.signing", "cryptography"}
_TELLING: Final = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
sys.argv[0] = "assay"
from assay.cli.main import run
run()
"""


def loaded(site: Site, *words: str) -> tuple[int, frozenset[str]]:
    """Run a command; return its exit status, and the modules that were loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", _TELLING, *words],
        cwd=site.folder,
        env=site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, frozenset(json.loads(done.stderr.splitlines()[-1]))


def test_verify_loads_what_verifies(checked_site: Site) -> None:
    commit = f"gitCommit:{checked_site.repo.head}"
    words = ("--subject", commit, "--trust-root", str(checked_site.trust))
    status, modules = loaded(checked_site, "verify", str(checked_site.saved), *words)
    assert status == 0
    assert modules & {f"assay.cli.{name}" for name in app.commands} == {"assay.cli.verify"}
    assert "cryptography" in modules  # it did verify
    assert sorted(modules & UNUSED) == []


@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("--version",)], ids=" ".join)
def test_help_loads_what_helps(site: Site, words: tuple[str, ...]) -> None:
    status, modules = loaded(site, *words)
    assert status == 0
    allowed = {"regopy"} if words == ("--version",) else set[str]()  # its version is told
    assert sorted((modules & HELP) - allowed) == []


def test_the_log_is_verified_without_what_collects(checked_site: Site) -> None:
    status, modules = loaded(checked_site, "log", "verify", "--repository", str(checked_site.top))
    assert status == 0
    collects = {"assay.scan", "assay.sbom", "assay.vuln", "assay.policy.engine", "regopy"}
    assert "assay.evidence.store" in modules
    assert sorted(modules & collects) == []
