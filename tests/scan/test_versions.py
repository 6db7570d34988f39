import sys
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.scan.versions import ask_version
from tests.scan.programs import UNCONFINED


def test_version_is_the_last_line_without_the_name() -> None:
    script = "print('a banner'); print('tool 1.2')"
    program = Path(sys.executable)
    assert ask_version(program, "-c", script, name="tool", sandbox=UNCONFINED) == "1.2"


@pytest.mark.parametrize(
    ("script", "why"),
    [("", "exit status 0"), ("import sys; sys.exit('no')", "no")],
    ids=["nothing", "failure"],
)
def test_program_that_does_not_tell_it_is_unavailable(script: str, why: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        ask_version(Path(sys.executable), "-c", script, name="x", sandbox=UNCONFINED)
    assert str(caught.value) == f"[unavailable] it does not tell its version: {why}"
