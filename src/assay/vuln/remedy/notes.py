"""What somebody should know of a new release before it is taken, as an index tells it."""

from collections.abc import Iterator
from typing import Final

from assay.core.printable import printable
from assay.vuln.remedy.changes import Change
from assay.vuln.remedy.model import NPM, Catalogue, Lock, Release
from assay.vuln.remedy.npmedit import has_install_script
from assay.vuln.remedy.steps import Step, step_between

MAX_NOTE: Final = 200


def release_notes(catalogue: Catalogue, lock: Lock, change: Change) -> tuple[str, ...]:
    """Return what is to be known of the change, each in one line."""
    releases = catalogue.releases(lock.ecosystem, change.pin) or {}
    old, new = releases.get(change.pin.version), releases.get(change.to)
    notes = list(_about_step(lock, change))
    if new is not None:
        notes += _about_release(lock.ecosystem, old, new)
    if change.missing:
        notes.append(f"it also asks for {', '.join(change.missing)}, which the file has not")
    return tuple(printable(note, limit=MAX_NOTE) for note in notes)


def _about_step(lock: Lock, change: Change) -> Iterator[str]:
    if step_between(lock.ecosystem, change.pin.version, change.to) is Step.MAJOR:
        yield "it may break what uses it; no smaller step will do"


def _about_release(ecosystem: str, old: Release | None, new: Release) -> Iterator[str]:
    if ecosystem == NPM:
        before = old is not None and has_install_script(old.entry)
        if has_install_script(new.entry) and not before:
            yield "it runs a script when it is installed, which the old one did not"
        deprecated = new.entry.get("deprecated")
        if isinstance(deprecated, str) and deprecated:
            yield f"it is deprecated: {deprecated}"
    elif new.python and (old is None or old.python != new.python):
        yield f"it needs Python {new.python}"
