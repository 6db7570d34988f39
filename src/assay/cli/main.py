"""The one way into the command line, and every way out of it.

* Exit status: 0 passed, 1 the answer is no, 2 usage, 3 could not tell, 70 a bug; 128 and the
  number of the signal where one ended it: 130 after Ctrl-C, 141 where nobody reads the answer.
* Whatever goes wrong ends in one message on stderr, and with `--json` in one document on stdout.
* The commands are imported in here, not above, so that Ctrl-C during their import ends well too.
"""

import contextlib
import io
import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn, TextIO

from assay.core.errors import AssayError, UnavailableError, UsageError

BUG: Final = 70
INTERRUPTED: Final = 128 + signal.SIGINT
UNREAD: Final = 128 + signal.SIGPIPE


def run() -> NoReturn:
    """Run the command line, and leave with the exit status that the answer has."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    status = _run(sys.argv[1:])
    _finish()  # what follows is the interpreter's
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        return _answer_whole(arguments) if as_json else _answer(arguments)
    except AssayError as error:
        return _refused(error, as_json=as_json)
    except (KeyboardInterrupt, SystemExit, BrokenPipeError) as error:
        return _cut_short(error, as_json=as_json)
    except OSError as error:
        return _refused(_unavailable(error), as_json=as_json)
    except Exception as error:  # noqa: BLE001  # the last door: everything else is a bug
        return _refused_arguments(error, as_json=as_json)


def _answer_whole(arguments: list[str]) -> int:
    """Keep what is printed until the command has ended, so that there is one document or none."""
    kept = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(kept, encoding="utf-8")):
        status = _answer(arguments)
        document = kept.getvalue()
    _finish()
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()
    return status


def _answer(arguments: list[str]) -> int:
    """Run one command, print its answer to the last byte, and return its exit status."""
    from assay.cli.app import app  # noqa: PLC0415  # see above

    for stream in (sys.stdout, sys.stderr):  # a character that it does not have ends nothing
        if isinstance(stream, io.TextIOWrapper):  # no other has one
            stream.reconfigure(errors="backslashreplace")
    result: object = app(arguments, prog_name="assay", standalone_mode=False)
    if result == INTERRUPTED:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End by a signal as by Ctrl-C: nothing that was started, and no temporary file, stays."""
    raise SystemExit(128 + number)


def _finish() -> None:
    """From here on nothing takes the answer back: Ctrl-C comes too late, other signals end us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _cut_short(error: BaseException, *, as_json: bool) -> int:
    """Tell a signal from a pipe that nobody reads any more; there, Rich and Typer just leave."""
    if isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError):
        _drop(sys.stdout)
        return UNREAD
    if not isinstance(error, SystemExit):
        return _interrupted(INTERRUPTED, as_json=as_json)
    status = error.code if isinstance(error.code, int) else 0
    if status <= 128:  # the completion of a shell leaves so, and has printed its answer
        return status
    return _interrupted(status, as_json=as_json)


def _refused(error: AssayError, *, as_json: bool) -> int:
    from assay.cli.output import print_error  # noqa: PLC0415  # see above

    try:
        print_error(error, as_json=as_json)
        sys.stdout.flush()
    except OSError:  # the document has no reader, or no room; the status still says it
        _drop(sys.stdout)
    return error.exit_status


def _unavailable(error: OSError) -> UnavailableError:
    """Return what the system refused as an error of ours, as where an answer finds no room."""
    what = f"the system refused: {error.strerror or error}"
    if error.filename is None:
        _drop(sys.stdout)
        return UnavailableError(what, hint="the answer may not be whole")
    return UnavailableError(what, where=repr(error.filename))


def _refused_arguments(error: Exception, *, as_json: bool) -> int:
    """Tell a wrong call, which the parser reports by its own exceptions, from a bug."""
    from assay.cli.output import print_failure  # noqa: PLC0415  # see above

    show = getattr(error, "format_message", None)
    if not callable(show):
        print_failure(error, as_json=as_json)
        return BUG
    message = str(show()).rstrip(".")
    if message.startswith("Usage:"):  # no command was given: the message is the whole help text
        print(message, file=sys.stderr)  # noqa: T201
        message = "no command"
    command = getattr(getattr(error, "ctx", None), "command_path", "assay")
    return _refused(UsageError(message, hint=f"see {command} --help"), as_json=as_json)


def _interrupted(status: int, *, as_json: bool) -> int:
    from assay.cli.output import print_interruption  # noqa: PLC0415  # see above

    try:
        print_interruption(as_json=as_json)
        sys.stdout.flush()
    except OSError:  # the terminal has gone
        _drop(sys.stdout)
    return status


def _drop(stream: TextIO) -> None:
    """Let what is still to be written to `stream` go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
