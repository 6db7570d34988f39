"""Running Git so that nothing in the repository under test is executed, changed or fetched.

* The program is found once; the repository is named by its folder, not searched for again, so
  that what was opened is what is read.
* Of the user's and the machine's configuration nothing is read; of the repository's own, whatever
  could start a program (`fsmonitor`, hooks, filters, signature programs, credential helpers,
  pagers, editors, transports) is overridden. Overrides travel in the environment, where a name
  with `=` in it cannot cut one short.
* What bends history is off: replace refs, grafts, and the commit-graph file, which is a cache that
  nobody verifies.
* A partial clone is never completed behind the user's back: lazy fetches and all transports are
  off.
* Every call has a time limit and an output limit.
"""

import os
from pathlib import Path
from typing import Final, Protocol

from assay.core.errors import AssayError, RejectedError, UnavailableError
from assay.core.printable import printable
from assay.system.process import Completed, run_process

GIT_SECONDS: Final = 300.0  # a walk over a million commits takes about 20 s
MAX_GIT_OUTPUT: Final = 256 * 2**20  # a listing of some two million paths; bounds memory

_NOTHING: Final = os.devnull
_SETTINGS: Final = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", _NOTHING),
    ("core.pager", "cat"),
    ("core.editor", "false"),
    ("core.askPass", "false"),
    ("core.sshCommand", "false"),
    ("core.gitProxy", ""),
    ("core.alternateRefsCommand", "false"),
    ("core.attributesFile", _NOTHING),
    ("core.excludesFile", _NOTHING),  # ignored is what the repository ignores, on any machine
    ("core.commitGraph", "false"),
    ("core.checkStat", "default"),
    ("core.trustctime", "true"),
    ("core.untrackedCache", "false"),  # a cache in the index, which could hide new files
    ("core.quotePath", "false"),
    ("credential.helper", ""),
    ("diff.external", ""),
    ("gpg.program", "false"),
    ("gpg.ssh.program", "false"),
    ("gpg.ssh.defaultKeyCommand", "false"),
    ("gpg.x509.program", "false"),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
    ("uploadpack.packObjectsHook", ""),
)
_CORRUPT: Final = (
    b"corrupt",
    b"bad object",
    b"bad tree",
    b"bad config",
    b"missing",
    b"could not read",
    b"could not parse",
    b"unable to read",
    b"unable to stream",
    b"truncated",
    b"garbage",
    b"failed to read",
    b"failed to traverse",
    b"does not match",
    b"inflate",
    b"packfile",
    b"index file",
    b"signature",
    b"invalid object",
    b"not a valid object",
    b"unknown object",
    b"revision walk setup failed",
)


class GitPlace(Protocol):
    """What is needed to run Git in an opened repository."""

    @property
    def program(self) -> Path:
        """The absolute path of Git."""

    @property
    def top(self) -> Path:
        """The work tree, or the Git folder of a bare repository."""

    @property
    def git_dir(self) -> Path:
        """The repository's own folder."""

    @property
    def bare(self) -> bool:
        """Whether there is no work tree."""

    @property
    def partial(self) -> bool:
        """Whether objects were left out when it was cloned."""

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the content filters that the repository's configuration defines."""


def run_git(
    repository: GitPlace,
    *args: str | bytes,
    stdin: bytes = b"",
    seconds: float = GIT_SECONDS,
    max_output_bytes: int = MAX_GIT_OUTPUT,
) -> bytes:
    """Run one Git command in the repository and return what it wrote on standard output.

    Raises:
        RejectedError: Git says that the repository is damaged.
        UnavailableError: It failed otherwise, took over `seconds`, or wrote over
            `max_output_bytes`.
    """
    done = try_git(
        repository, *args, stdin=stdin, seconds=seconds, max_output_bytes=max_output_bytes
    )
    if done.status:
        raise git_refusal(done, doing=f"git {os.fsdecode(args[0])}")
    return done.output


def try_git(
    repository: GitPlace,
    *args: str | bytes,
    stdin: bytes = b"",
    seconds: float = GIT_SECONDS,
    max_output_bytes: int = MAX_GIT_OUTPUT,
) -> Completed:
    """Run one Git command whose failure is an answer too.

    Raises:
        UnavailableError: It took over `seconds`, or wrote over `max_output_bytes`.
    """
    return run_process(
        git_command(repository, *args),
        cwd=repository.top,
        seconds=seconds,
        stdin=stdin,
        environment=git_environment(repository),
        max_output_bytes=max_output_bytes,
    )


def git_command(repository: GitPlace, *args: str | bytes) -> tuple[str | bytes | Path, ...]:
    """Return the command line for `args`; run it with `git_environment` in `repository.top`."""
    return (repository.program, "--no-pager", "--no-replace-objects", "--literal-pathspecs", *args)


def git_environment(repository: GitPlace) -> dict[str, str]:
    """Return the variables that name the repository and turn off what could run a program."""
    filters = tuple(
        setting
        for name in repository.filters
        for setting in (
            (f"filter.{name}.process", ""),  # an empty process also silences clean and smudge
            (f"filter.{name}.clean", ""),
            (f"filter.{name}.smudge", ""),
            (f"filter.{name}.required", "false"),
        )
    )
    place = {"GIT_DIR": str(repository.git_dir), "GIT_CONFIG_GLOBAL": _NOTHING}
    if not repository.bare:
        place["GIT_WORK_TREE"] = str(repository.top)
    return quiet_environment(filters) | place


def quiet_environment(settings: tuple[tuple[str, str], ...] = ()) -> dict[str, str]:
    """Return the variables that hold for every Git command, also before a repository is known."""
    numbered = {"GIT_CONFIG_COUNT": str(len(_SETTINGS) + len(settings))}
    for number, (key, value) in enumerate((*_SETTINGS, *settings)):
        numbered[f"GIT_CONFIG_KEY_{number}"] = key
        numbered[f"GIT_CONFIG_VALUE_{number}"] = value
    return numbered | {
        "GIT_ALLOW_PROTOCOL": "none",  # before 2.39.4 Git does not know the next one
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_GRAFT_FILE": _NOTHING,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "TZ": "UTC",
    }


def git_refusal(done: Completed, *, doing: str) -> AssayError:
    """Return the error for a Git command that failed, by what Git complained about."""
    complaint = printable(done.complaint())
    lowered = done.errors.lower()
    if b"promisor" in lowered or b"lazy fetching" in lowered:
        return UnavailableError(
            f"an object is not in this partial clone: {complaint!r}",
            where=doing,
            hint="clone without --filter",
        )
    if any(word in lowered for word in _CORRUPT):
        return RejectedError(
            f"the repository is damaged: {complaint!r}",
            where=doing,
            hint="run git fsck; clone it again if it names lost objects",
        )
    return UnavailableError(f"Git failed: {complaint!r}", where=doing)
