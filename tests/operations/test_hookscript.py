"""The script that Git runs, by itself and in a real shell."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.operations.hookscript import HOOKS, KEPT, PUSH, hook_script, interpreter_of, is_marked

NASTY = 'it\'s; touch pwned; $(touch pwned) `touch pwned` "x" \\ *'
PYTHONS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


@settings(deadline=None)
@given(st.sampled_from([*HOOKS, PUSH]), PYTHONS)
def test_any_interpreter_is_read_back_from_the_script(hook: str, python: str) -> None:
    script = hook_script(hook, python=python)
    assert interpreter_of(script, hook=hook) == python
    assert is_marked(script)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s + "echo more\n",
        lambda s: s.replace("-I -m", "-m"),
        lambda s: s.replace("#!/bin/sh", "#!/bin/bash"),
        lambda s: s.replace("python=/p", "python='/p"),
        lambda s: s.replace("python=/p", "python=/p x"),
    ],
)
def test_a_script_that_somebody_changed_is_not_ours(change) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    changed = change(hook_script("pre-commit", python="/p"))
    assert interpreter_of(changed, hook="pre-commit") is None
    assert is_marked(changed)


def test_the_script_of_another_hook_is_not_this_one() -> None:
    assert interpreter_of(hook_script("pre-push", python="/p"), hook="pre-commit") is None
    assert interpreter_of("#!/bin/sh\nexit 0\n", hook="pre-commit") is None
    assert not is_marked("#!/bin/sh\nexit 0\n")


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def run(path: Path, stdin: bytes = b"") -> tuple[int, str]:
    done = subprocess.run(
        (path, "origin", "two words"),
        input=stdin,
        capture_output=True,
        cwd=path.parent,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


TELL = '#!/bin/sh\necho "{name}: $*"; cat; exit {status}\n'


@pytest.mark.parametrize("hook", ["pre-commit", PUSH])
def test_in_a_shell(tmp_path: Path, hook: str) -> None:
    """Names with everything in them run nothing, and both programs get what Git gave the hook."""
    python = executable(tmp_path / NASTY / "python", TELL.format(name="python", status=7))
    path = executable(tmp_path / "h ooks" / hook, hook_script(hook, python=str(python)))
    told = f"python: -I -m assay.cli.hookrun {hook}\n"
    assert run(path, b"a b\n\n") == (7, f"{told}a b\n\n")
    kept = executable(path.with_name(hook + KEPT), TELL.format(name="before", status=0))
    again = "a b\n\n" if hook == PUSH else ""  # only there the input is for both
    assert run(path, b"a b\n\n") == (7, f"before: origin two words\na b\n\n{told}{again}")
    executable(kept, TELL.format(name="before", status=4))
    assert run(path) == (4, "before: origin two words\n")
    kept.chmod(0o644)  # Git does not run such a hook either
    python.unlink()
    assert run(path) == (
        3,
        f"assay: its Python has gone: {python} (run assay hook install again)\n",
    )
    assert not list(tmp_path.rglob("pwned"))
