"""The command of the user's own tool for what is not edited here, safe to paste into a shell.

No install scripts run in any of them. What comes from a lock file, an advisory or an index is
quoted, and what could be taken for an option gets no command at all.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from assay.vuln.remedy.model import Lock, Pin
from assay.vuln.remedy.steps import is_release

_NAME: Final = re.compile(r"(?:@[A-Za-z0-9~._-]+/)?[A-Za-z0-9_][A-Za-z0-9~._-]*\Z", re.ASCII)
_Words = tuple[str, ...]
_BY_HAND: Final[Mapping[str, str]] = MappingProxyType(
    {"yarn": "yarn install --ignore-scripts", "pdm": "pdm lock --update-reuse"}
)


def upgrade_command(lock: Lock, pin: Pin, version: str) -> str:
    """Return the command that moves `pin` to `version` in `lock`; empty where there is none."""
    make = _COMMANDS.get(lock.kind)
    if make is None or not _NAME.match(pin.name) or not is_release(lock.ecosystem, version):
        return ""
    folder, file = posixpath.split(lock.path)
    words = make(pin, version, file)
    if not words:
        return ""
    command = shlex.join(words)
    return f"cd {shlex.quote('./' + folder)} && {command}" if folder else command


def without_command(lock: Lock, pin: Pin) -> str:
    """Return what a person can do where the tool has no command for a package."""
    file = posixpath.basename(lock.path)
    if lock.kind == "pylock":
        return f"make {file} again with the tool that made it"
    again = _BY_HAND.get(lock.kind, "") if not pin.direct else ""
    return f"take its block out of {file}, then run {again}" if again else ""


def _npm(pin: Pin, version: str, _file: str) -> _Words:
    """An indirect one goes up within the ranges that lead to it: a wish for it would be wrong."""
    quiet = ("--package-lock-only", "--ignore-scripts")
    if pin.direct:
        return ("npm", "install", f"{pin.name}@{version}", *quiet)
    return ("npm", "update", pin.name, *quiet)


def _requirements(pin: Pin, version: str, file: str) -> _Words:
    source = f"{posixpath.splitext(file)[0]}.in"
    wanted = f"{pin.name}=={version}"
    return (
        *("pip-compile", "--generate-hashes", "--upgrade-package", wanted),
        *("--output-file", f"./{file}", f"./{source}"),
    )


def _uv(pin: Pin, version: str, _file: str) -> _Words:
    return ("uv", "lock", "--upgrade-package", f"{pin.name}=={version}")


def _poetry(pin: Pin, _version: str, _file: str) -> _Words:
    return ("poetry", "update", "--lock", pin.name)


def _pdm(pin: Pin, _version: str, _file: str) -> _Words:
    """None for an indirect one, which PDM refuses to update by itself."""
    return () if pin.direct is False else ("pdm", "update", "--no-sync", pin.name)


def _pipenv(pin: Pin, version: str, _file: str) -> _Words:
    return ("pipenv", "upgrade", "--lock-only", f"{pin.name}=={version}")


def _yarn(pin: Pin, version: str, _file: str) -> _Words:
    """None for an indirect one: Yarn 1 would make it a wish of the product beside the old one."""
    if not pin.direct:
        return ()
    return ("yarn", "upgrade", f"{pin.name}@{version}", "--ignore-scripts")


def _yarn_berry(pin: Pin, version: str, _file: str) -> _Words:
    """An indirect one goes up within the ranges that lead to it, as in the ones below."""
    which = (f"{pin.name}@{version}",) if pin.direct else ("--recursive", pin.name)
    return ("yarn", "up", *which, "--mode=update-lockfile")


def _pnpm(pin: Pin, version: str, _file: str) -> _Words:
    which = (f"{pin.name}@{version}",) if pin.direct else (pin.name, "--depth", "Infinity")
    return ("pnpm", "update", *which, "--lockfile-only", "--ignore-scripts")


def _bun(pin: Pin, version: str, _file: str) -> _Words:
    which = f"{pin.name}@{version}" if pin.direct else pin.name
    return ("bun", "update", which, "--lockfile-only", "--ignore-scripts")


_COMMANDS: Final[Mapping[str, Callable[[Pin, str, str], _Words]]] = MappingProxyType(
    {
        "npm": _npm,
        "requirements": _requirements,
        "uv": _uv,
        "poetry": _poetry,
        "pdm": _pdm,
        "pipenv": _pipenv,
        "yarn": _yarn,
        "yarn-berry": _yarn_berry,
        "pnpm": _pnpm,
        "bun": _bun,
    }
)
