"""Runs the shell blocks of a page in one shell, from the first to the last, and compares.

* A command must succeed, unless the next one is `echo $?`, which then shows its status.
* What a session shows must be all that the command prints. `…` stands for any text in a line, and
  alone on a line for any lines. Where a session shows nothing, nothing is compared.
* A reader's shell does not stop at a failure; this one does.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.docs.pages import ROOT, Block

SETUP: Final = Path(__file__).resolve().parent / "setup"
BIN: Final = ROOT / ".venv" / "bin"
_BASH: Final = shutil.which("bash") or "/bin/bash"
SECONDS: Final = 180.0  # for a whole page; ends what hangs
_MARK: Final = "======== end of step"
_ANY: Final = "…"
_SHOW_STATUS: Final = "echo $?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command, the lines that it should print, and where it stands."""

    command: str
    expected: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step printed, and its exit status."""

    output: str
    status: int


def steps_of(name: str, blocks: tuple[Block, ...]) -> Iterator[Step]:
    """Yield the commands of a page, and the writing of the files that it has the reader save."""
    for block in blocks:
        place = f"{name}:{block.line}"
        if block.file:
            yield Step(command=_saving(block), expected=(), place=place)
        elif block.runs and block.language == "sh":
            yield Step(command=_every(block.text.rstrip("\n")), expected=(), place=place)
        elif block.runs:
            yield from _session(block.text, place)


def _saving(block: Block) -> str:
    folder = f"mkdir -p \"$(dirname '{block.file}')\""
    return f"{folder} && cat > '{block.file}' <<'END OF FILE'\n{block.text}END OF FILE"


def _every(script: str) -> str:
    """Return `script` so that it ends as the last of its commands that failed did."""
    return f"__failed=0; trap '__failed=$?' ERR\n{script}\ntrap - ERR; (exit $__failed)"


def _session(text: str, place: str) -> Iterator[Step]:
    command, expected = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield Step(command=command, expected=tuple(expected), place=place)
            command, expected = line.removeprefix("$ "), []
        elif line.startswith("> ") and not expected:
            command += "\n" + line.removeprefix("> ")
        else:
            expected.append(line)
    assert command, f"{place}: a session without a command"
    yield Step(command=command, expected=tuple(expected), place=place)


def run_steps(steps: tuple[Step, ...], *, setup: tuple[str, ...], home: Path) -> tuple[Done, ...]:
    """Run `steps` in one shell that starts in `work` below `home`, which it makes if need be."""
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    script = [f". '{SETUP / name}.sh'" for name in setup]
    script += [f"printf '{_MARK} %d %d\\n' 0 $?"]
    for number, step in enumerate(steps, 1):
        script += [step.command, "__status=$?"]
        script += [f"printf '{_MARK} %d %d\\n' {number} $__status", "(exit $__status)"]
    done = subprocess.run(
        (_BASH, "-c", "exec 2>&1\n" + "\n".join(script)),
        cwd=work,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=SECONDS,
        check=False,
    )
    return tuple(_parse(done.stdout.decode(errors="replace"), len(steps)))


def _environment(home: Path) -> dict[str, str]:
    """Return what a new user has: nothing but a home, and Assay in the path."""
    return {
        "HOME": str(home),
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "GIT_CONFIG_NOSYSTEM": "1",
        "CHECKOUT": str(ROOT),  # for the scripts in `setup`
    }


def _parse(output: str, count: int) -> Iterator[Done]:
    parts = re.split(rf"{_MARK} (\d+) (-?\d+)\n", output)
    assert parts[1:3] == ["0", "0"], f"the setup failed: {parts[0]}"
    texts, numbers, statuses = parts[3::3], parts[1::3], parts[2::3]
    assert len(numbers) == count + 1, f"the shell ended early: {texts[-1]}"
    for text, status in zip(texts, statuses[1:], strict=False):
        yield Done(output=text, status=int(status))


def complaints(steps: tuple[Step, ...], done: tuple[Done, ...]) -> Iterator[str]:
    """Yield what is not as the page says: one text for each step."""
    following = (*(step.command for step in steps[1:]), "")
    for step, result, after in zip(steps, done, following, strict=True):
        head = f"{step.place}: $ {step.command}"
        if result.status and after != _SHOW_STATUS:
            yield f"{head}\nended {result.status}:\n{result.output}"
        elif missing := missing_line(step.expected, result.output):
            yield f"{head}\nshows:\n{missing}\nbut prints:\n{result.output}"


def missing_line(expected: tuple[str, ...], output: str) -> str:
    """Return the first line of a session that is not so in `output`, empty where all are."""
    if not expected:
        return ""
    lines, position, anchored = output.splitlines(), 0, True
    for run in _runs(expected):
        at = _find(run, lines, position, anchored=anchored)
        if at is None:
            return run[0]
        position, anchored = at + len(run), False
    if _is_gap(expected[-1]) or position == len(lines):
        return ""
    # What ends a session ends the output: the last run may stand there a second time.
    last = _runs(expected)[-1]
    at_end = len(lines) - len(last)
    found = any(map(_is_gap, expected)) and _find(last, lines[at_end:], 0, anchored=True) == 0
    return "" if found and at_end >= position - len(last) else f"the end, after: {expected[-1]}"


def _runs(expected: tuple[str, ...]) -> list[list[str]]:
    """Return the lines between the gaps; the first is empty where a gap stands in front."""
    runs: list[list[str]] = [[]]
    for line in expected:
        if _is_gap(line):
            runs.append([])
        else:
            runs[-1].append(line)
    return runs[:1] + [run for run in runs[1:] if run]


def _find(run: list[str], lines: list[str], start: int, *, anchored: bool) -> int | None:
    """Return the first place from `start` on where `run` stands; `start` alone if `anchored`."""
    last = start if anchored else len(lines) - len(run)
    for at in range(start, last + 1):
        if len(lines) - at >= len(run) and all(map(_is_line, run, lines[at : at + len(run)])):
            return at
    return None


def _is_gap(line: str) -> bool:
    return line.strip() == _ANY


def _is_line(shown: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.rstrip().split(_ANY))
    return re.fullmatch(pattern, printed.rstrip()) is not None
