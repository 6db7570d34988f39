"""Programs that stand in for others: small scripts that print what the real ones were seen to."""

import sys
from dataclasses import replace
from pathlib import Path

from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command
from tests.scan.programs import UNCONFINED

VERSION = "9.9.9"


def program_that(folder: Path, *, prints: str, status: int = 0, complains: str = "") -> Path:
    """Return a script in `folder`; where it is given `--version`, it tells one."""
    script = folder / "bin" / "tool"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        f"#!{sys.executable} -I\nimport sys\n"
        f"if '--version' in sys.argv:\n    print('tool {VERSION}')\n    sys.exit()\n"
        f"print({prints!r})\nsys.stderr.write({complains!r})\nsys.exit({status})\n"
    )
    script.chmod(0o755)
    return script


def instead(scanner: ProgramScanner, program: Path, **inputs: str) -> ProgramScanner:
    """Return `scanner` with `program` in the place of its own."""
    command = Command(arguments=(program,), version=VERSION, inputs=inputs)
    return replace(scanner, prepare=lambda: command, sandbox=lambda: UNCONFINED)
