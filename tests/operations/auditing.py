"""Both verifiers on one kit, in this process: what each answers, and what it says."""

import contextlib
import importlib.util
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from assay.cli.output import EXIT_STATUS
from assay.core.errors import AssayError
from assay.operations.verify_kit import Expectations, verify_kit

SCRIPT: Final = Path(__file__).resolve().parents[2] / "contrib" / "verify.py"


def load_script() -> ModuleType:
    """Return `contrib/verify.py` as a module."""
    spec = importlib.util.spec_from_file_location("contrib_verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_MAIN: Final[Callable[[list[str]], int]] = load_script().main


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The exit status and the words of each verifier."""

    ours: int
    said: str
    second: int
    second_said: str


def audit(
    folder: Path,
    data: bytes,
    *,
    subject: str,
    trust_root: Path | None = None,
    log_key: str = "",
    anchor: Path | None = None,
) -> Answers:
    """Write `data` as a kit into `folder`, and ask both."""
    kit = folder / "kit.json"
    kit.write_bytes(data)
    expected = Expectations(
        subject=subject,
        trust_root=trust_root,
        trust_digest="",
        log_key=log_key,
        anchors=(anchor,) if anchor else (),
    )
    try:
        found = verify_kit(kit, expected=expected)
        ours, said = EXIT_STATUS[found.result], "\n".join((*found.audit.problems, *found.untold))
    except AssayError as error:
        ours, said = error.exit_status, str(error).replace(f"{kit}.", "").replace(str(kit), "kit")
    arguments = [str(kit), "--subject", subject]
    arguments += ["--trust-root", str(trust_root)] if trust_root else ["--log-key", log_key]
    arguments += ["--anchor", str(anchor)] if anchor else []
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(sys.stdout):
        second = _MAIN(arguments)
    return Answers(ours=ours, said=said, second=second, second_said=printed.getvalue())
