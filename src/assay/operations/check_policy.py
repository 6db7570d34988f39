"""`assay policy test`: do the rules in a folder load, and do their tests hold?

This reads the working tree, because it is asked before a commit; it decides nothing about one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.core.verdict import Verdict, all_of
from assay.policy.bundle import MAX_FILE_BYTES, load_bundle, load_default_pack
from assay.policy.tester import CaseOutcome, run_tests
from assay.system.files import load_file

OWN: Final = "own/"  # where the files of a product's own policy lie in the bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChecked:
    """The ids of the rules in the folder, and the outcome of each of its tests."""

    rules: tuple[str, ...]
    tests: tuple[CaseOutcome, ...]

    @property
    def verdict(self) -> Verdict:
        """Return FAILED where a test does, UNKNOWN where there is none."""
        return all_of(Verdict.FAILED if t.complaint else Verdict.PASSED for t in self.tests)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "rules": list(self.rules),
            "tests": [{"name": t.name, "complaint": t.complaint} for t in self.tests],
            "notChecked": [],
        }


def check_policy(folder: Path) -> PolicyChecked:
    """Load the `*.rego` files in `folder` as a check would, and run the tests among them.

    Raises:
        UsageError: There is no such folder, or no rule in it.
        MalformedError: The rules are not a bundle of the accepted form.
        UnavailableError: A file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError("not a folder", where=str(folder), hint="name the folder with your rules")
    own = {
        f"{OWN}{path.relative_to(folder).as_posix()}": load_file(path, max_bytes=MAX_FILE_BYTES)
        for path in sorted(folder.rglob("*.rego"))
    }
    if not own:
        raise UsageError("no rules (*.rego) in this folder", where=str(folder))
    bundle = load_bundle({**load_default_pack(), **own})
    packages = {module.package for module in bundle.tests if module.path.startswith(OWN)}
    return PolicyChecked(
        rules=tuple(r.metadata.id for r in bundle.rules if r.module.path.startswith(OWN)),
        tests=tuple(
            outcome
            for outcome in run_tests(bundle)
            if outcome.name in packages or outcome.name.rpartition(".")[0] in packages
        ),
    )
