"""`assay hook install`, `uninstall` and `status`: our script among the repository's hooks.

* Git says where its hooks are, so that `core.hooksPath` and linked work trees are heeded. A folder
  that all repositories share is left alone.
* What is there already is kept beside ours, runs first, and is put back when ours goes.
* What is there and claims to be ours, but was changed, is nobody's to overwrite.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import RejectedError, UnavailableError, UsageError
from assay.core.printable import printable
from assay.operations.hookscript import HOOKS, KEPT, PUSH, hook_script, interpreter_of, is_marked
from assay.operations.identitykey import ensure_identity_key
from assay.source.git import GitPlace
from assay.source.repository import open_place
from assay.system.environment import data_home
from assay.system.files import load_file, save_file
from assay.system.process import run_process

MAX_HOOK_BYTES: Final = 2**20
_SECONDS: Final = 60.0
_SHARED: Final = frozenset({"global", "system"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """One hook: `state` is "ours", "stale" (its Python has gone), "changed", "other" or "none".

    `kept` tells whether another hook runs before ours.
    """

    hook: str
    path: Path
    state: str
    kept: bool

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "hook": self.hook,
            "path": printable(str(self.path)),
            "state": self.state,
            "runsBefore": self.kept,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HookStates:
    """The hooks of one repository that Assay has a script for."""

    hooks: tuple[HookState, ...]

    @property
    def guarded(self) -> bool:
        """Tell whether every commit that Git runs hooks for is looked at."""
        return all(one.state == "ours" for one in self.hooks if one.hook in HOOKS)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "guarded": self.guarded,
            "hooks": [one.as_json() for one in self.hooks],
            "notChecked": [],
        }


def install_hooks(path: Path, *, push: bool) -> HookStates:
    """Put our script among the hooks of the repository that `path` is, or lies in.

    `push` adds the hook that looks at what is pushed. Doing it again changes nothing, but for the
    interpreter, which is that of this process.

    Raises:
        UsageError: No repository; or its hooks are shared by all repositories, or changed.
        UnavailableError: They cannot be written.
    """
    place = open_place(path)
    if place.bare:
        where = printable(str(place.top))
        raise UsageError("a bare repository, in which nobody commits", where=where)
    folder = _folder(place, shared=False)
    ensure_identity_key(data_home())  # without one, nothing is kept from one run to the next
    hooks = (*HOOKS, PUSH) if push else HOOKS
    for hook in hooks:  # all of them, before anything is changed
        _check_free(folder / hook)
    for hook in hooks:
        _install(folder / hook)
    return _states(folder)


def uninstall_hooks(path: Path) -> HookStates:
    """Take our scripts away, and put back what was there before.

    Raises:
        UsageError: No repository, or a script of ours was changed.
        UnavailableError: They cannot be removed.
    """
    folder = _folder(open_place(path), shared=True)
    for state in _states(folder).hooks:
        if state.state == "changed":
            raise _changed(state.path)
        if state.state in {"ours", "stale"}:
            _uninstall(state.path)
    return _states(folder)


def show_hooks(path: Path) -> HookStates:
    """Return the state of the hooks of the repository that `path` is, or lies in.

    Raises:
        UsageError: No repository.
        UnavailableError: One cannot be read.
    """
    return _states(_folder(open_place(path), shared=True))


def _folder(place: GitPlace, *, shared: bool) -> Path:
    """Return where Git looks for hooks; refuse a place of all repositories unless `shared`."""
    if not shared:
        scope = _ask(place, "config", "--show-scope", "--get", "core.hooksPath", may_fail=True)
        if scope.partition("\t")[0] in _SHARED:
            raise UsageError(
                "core.hooksPath is set for all repositories",
                where=printable(scope.partition("\t")[2]),
                hint="set it for this one: git config core.hooksPath .git/hooks",
            )
    return place.top / _ask(place, "rev-parse", "--git-path", "hooks")


def _ask(place: GitPlace, *args: str, may_fail: bool = False) -> str:
    """Ask Git as the user would, with the user's configuration; nothing of this runs a program."""
    done = run_process((place.program, *args), cwd=place.top, seconds=_SECONDS)
    if done.status and not may_fail:
        raise UnavailableError(f"Git failed: {done.complaint()!r}", where=f"git {args[0]}")
    return os.fsdecode(done.output).removesuffix("\n")


def _states(folder: Path) -> HookStates:
    return HookStates(hooks=tuple(_state(folder / hook) for hook in (*HOOKS, PUSH)))


def _state(path: Path) -> HookState:
    kept = os.path.lexists(_kept(path))
    return HookState(hook=path.name, path=path, state=_state_of(path), kept=kept)


def _state_of(path: Path) -> str:
    if not os.path.lexists(path):
        return "none"
    script = _load(path)
    python = None if path.is_symlink() else interpreter_of(script, hook=path.name)
    if python is not None:
        return "ours" if os.access(python, os.X_OK) and os.access(path, os.X_OK) else "stale"
    return "changed" if is_marked(script) and not path.is_symlink() else "other"


def _load(path: Path) -> str:
    """Return the text of a hook, empty where it is no file that can be read as one."""
    try:
        return load_file(path, max_bytes=MAX_HOOK_BYTES).decode("utf-8", "surrogateescape")
    except (RejectedError, UsageError, UnavailableError):  # a program, a link to nowhere: not ours
        return ""


def _check_free(path: Path) -> None:
    """Refuse a place that is not ours to take."""
    state, kept = _state_of(path), _kept(path)
    if state == "changed":
        raise _changed(path)
    if path.is_symlink() and path.readlink().name in {*HOOKS, PUSH}:
        raise UsageError(
            f"a link to another hook: {printable(str(path.readlink()))!r}",
            where=printable(str(path)),
            hint="make it a file of its own, or remove it",
        )
    if state == "other" and os.path.lexists(kept):
        raise UsageError(
            "another hook took the place of ours, and what ran before it is still there",
            where=printable(str(kept)),
            hint=f"look at both, and remove one of them: {path.name} or {kept.name}",
        )


def _install(path: Path) -> None:
    if _state_of(path) == "other":
        _rename(path, _kept(path))
    script = hook_script(path.name, python=sys.executable)
    save_file(path, script.encode("utf-8", "surrogateescape"), mode=0o755)


def _uninstall(path: Path) -> None:
    kept = _kept(path)
    if os.path.lexists(kept):
        _rename(kept, path)  # in the place of ours, at once
        return
    try:
        path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _rename(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        raise _unwritable(path, error) from error


def _kept(path: Path) -> Path:
    return path.with_name(path.name + KEPT)


def _changed(path: Path) -> UsageError:
    return UsageError(
        "our hook was changed by hand",
        where=printable(str(path)),
        hint="take what you need out of it, remove it, and install again",
    )


def _unwritable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(f"cannot change: {error.strerror}", where=printable(str(path)))
