"""What the tests of lock files ask again and again."""

import textwrap

from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Reading


def text(content: str) -> bytes:
    """Return an indented block of text as bytes."""
    return textwrap.dedent(content).lstrip("\n").encode()


def purls(reading: Reading) -> list[str]:
    """Return the purls in the order of the file."""
    return [component.purl for component in reading.components]


def only(reading: Reading) -> Component:
    """Return the one component, where nothing else was found."""
    assert not reading.loose
    assert not reading.not_checked
    (component,) = reading.components
    return component


def notes(reading: Reading) -> list[str]:
    """Return what was not checked, as `what, where: why`."""
    return [f"{note.what}, {note.where}: {note.why}" for note in reading.not_checked]
