"""Letting one folder take the place of another, so that after a crash one of them is there."""

import shutil
from pathlib import Path

from assay.core.errors import UnavailableError


def replace_folder(folder: Path, by: Path) -> None:
    """Let `by` take the place of `folder`; after a crash one of the two is there, or both are.

    Raises:
        UnavailableError: It cannot be done.
    """
    aside = _aside(folder)
    try:
        if folder.exists():
            _drop(aside)
            folder.rename(aside)
        by.rename(folder)
        _drop(aside)
    except OSError as error:
        raise _cannot(folder, error) from error


def recover_folder(folder: Path) -> None:
    """Finish what `replace_folder` left when it was stopped: where nothing is, the old one counts.

    Raises:
        UnavailableError: It cannot be done.
    """
    aside = _aside(folder)
    try:
        if aside.exists() and not folder.exists():
            aside.rename(folder)
    except OSError as error:
        raise _cannot(folder, error) from error


def drop_folder(folder: Path) -> None:
    """Remove a folder of ours, if it is there.

    Raises:
        UnavailableError: It cannot be done.
    """
    try:
        _drop(folder)
    except OSError as error:
        raise _cannot(folder, error) from error


def _cannot(folder: Path, error: OSError) -> UnavailableError:
    return UnavailableError(f"cannot be replaced: {error.strerror}", where=str(folder))


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.old")


def _drop(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
