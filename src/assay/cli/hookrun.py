"""What the script of a hook starts: `python -I -m assay.cli.hookrun pre-commit`.

It does what `assay hook run` does without loading the rest of the command line, which takes as long
as the look itself. Whatever goes wrong stops the commit with a message, and never with silence.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from assay.core.errors import AssayError, UsageError
from assay.core.printable import printable
from assay.core.verdict import Verdict

if TYPE_CHECKING:
    from assay.operations.run_hook import HookReport

COMMIT_HOOKS: Final = ("pre-commit", "pre-merge-commit")
PUSH_HOOK: Final = "pre-push"
BUG: Final = 70
INTERRUPTED: Final = 130  # 128 and the number of SIGINT
_LINE: Final = 1000  # characters of what is printed of one part


def run() -> NoReturn:
    """Look at what the hook is about, tell on standard error, and leave with the exit status."""
    try:
        status = _run(sys.argv[1:])
    except AssayError as error:
        print(printable(str(error), limit=4000), file=sys.stderr)  # noqa: T201
        status = error.exit_status
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Exception:  # noqa: BLE001  # the last door: everything else is a bug
        import traceback  # noqa: PLC0415  # start-up time

        trace = traceback.format_exc().splitlines()
        print("\n".join(printable(line) for line in trace), file=sys.stderr)  # noqa: T201
        print("[bug] please report it with the lines above", file=sys.stderr)  # noqa: T201
        status = BUG
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    if len(arguments) != 1:
        raise UsageError("the name of one hook is needed", hint="run: assay hook install")
    report = look(arguments[0], Path(), refs=None)
    for line in tell(report):
        print(line, file=sys.stderr)  # noqa: T201
    return status_of(report)


def look(hook: str, path: Path, *, refs: bytes | None) -> "HookReport":
    """Do the work of one hook in the repository at `path`; `refs` is what a push hook is told.

    Raises:
        AssayError: It could not be done.
    """
    from assay.operations.run_hook import run_commit_hook, run_push_hook  # noqa: PLC0415

    if hook == PUSH_HOOK:
        told = sys.stdin.buffer.read() if refs is None else refs
        return run_push_hook(path, refs=told)
    if hook not in COMMIT_HOOKS:
        known = ", ".join((*COMMIT_HOOKS, PUSH_HOOK))
        raise UsageError(
            f"{printable(hook)!r} is no hook that is known here", hint=f"one of {known}"
        )
    return run_commit_hook(path, hook=hook)


def status_of(report: "HookReport") -> int:
    """Return the exit status: 0 passed, 1 something is wrong, 3 something was not looked at."""
    return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 3}[report.verdict]


def tell(report: "HookReport") -> list[str]:
    """Return what people read: nothing where nothing is wrong."""
    lines: list[str] = []
    for problem in report.problems:
        places = ", ".join(problem.where[:3])
        more = f" and {len(problem.where) - 3} more" if len(problem.where) > 3 else ""
        lines += [f"assay: {problem.what}  [{problem.rule}]", f"  where  {places}{more}"]
        lines += [f"  why    {problem.why}", f"  mend   {problem.remedy}"]
        lines += [f"  accept {problem.accept}"]
    lines += [f"assay: not checked: {gap}" for gap in report.not_checked if not gap.accepted]
    # Who writes an exception sees what it lets through, while it can still be taken out.
    lines += [
        f"assay: {gap}" for gap in report.not_checked if gap.accepted and gap.what == "secret"
    ]
    if status_of(report):
        doing = "push" if report.hook == PUSH_HOOK else "commit"
        why = "see above" if report.problems else "something could not be looked at"
        lines.append(f"assay: no {doing}: {why}")
    return [printable(line, limit=_LINE) for line in lines]


if __name__ == "__main__":
    run()
