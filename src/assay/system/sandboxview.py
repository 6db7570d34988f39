"""What a confined program may see of the machine: the system's programs, itself, and its view.

Nothing of a home folder is in it but the program's own installation, and of that only the parts
that hold code: `~/.local/bin` and `~/.local/lib`, say, and not the keys in `~/.local/share`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SYSTEM: Final = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
)
_CODE: Final = ("bin", "lib", "lib32", "lib64", "libexec", "pyvenv.cfg")
_SHEBANG_BYTES: Final = 256  # what Linux reads of the first line
_MAX_STEPS: Final = 16  # from a link or a script to what runs; ends a circle of links


def system_arguments() -> Iterator[str]:
    """Yield the options of bwrap that show the system's own folders, links among them as links."""
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.exists():
            yield from ("--ro-bind", name, name)


def installation_of(program: Path) -> tuple[Path, ...]:
    """Return what has to be seen for `program` to run: its folders, and its interpreter's."""
    found: dict[Path, None] = {}
    left = [program]
    for _ in range(_MAX_STEPS):
        if not left:
            break
        path = left.pop(0)
        found.update(dict.fromkeys(_parts(path)))
        left += filter(None, (_next(path), _base_of(path)))
    return tuple(part for part in found if not _is_shown(part))


def _next(path: Path) -> Path | None:
    """Return where a link leads, or who runs a script; None for a program that runs by itself."""
    if path.is_symlink():
        return Path(os.path.normpath(path.parent / path.readlink()))
    try:
        with path.open("rb") as file:
            first = file.read(_SHEBANG_BYTES).partition(b"\n")[0]
    except OSError:
        return None
    words = os.fsdecode(first.removeprefix(b"#!")).split()
    return Path(words[0]) if first.startswith(b"#!/") and words else None


def _base_of(path: Path) -> Path | None:
    """Return the Python whose library a virtual environment uses; without it, another one is."""
    try:
        lines = (path.parent.parent / "pyvenv.cfg").read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    settings = {name.strip(): value.strip() for name, _, value in (x.partition("=") for x in lines)}
    home = settings.get("home", "")
    return Path(home) / path.name if Path(home).is_absolute() else None


def _parts(path: Path) -> Iterator[Path]:
    """Yield the folders that belong to a program; a folder of something else is not one."""
    if path.parent.name in {"bin", "sbin"}:
        parts = (path.parent.parent / name for name in _CODE)
        yield from (part for part in parts if part.exists())
    elif path.parent in {Path.home(), Path("/")}:
        yield path
    else:
        yield path.parent


def _is_shown(path: Path) -> bool:
    return any(path.is_relative_to(name) for name in _SYSTEM)
