"""gradle.lockfile: lines of `group:artifact:version=configurations`, as Gradle 6.8 and later write.

The file names no format version. The older form, one file for each configuration below
`gradle/dependency-locks`, is not read.
"""

import re
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of
from assay.sbom.lockfiles.textlines import text_lines

_LINE: Final = re.compile(r"([^:=\s]+):([^:=\s]+):([^:=\s]+)=(\S*)\Z")
_EMPTY: Final = "empty="  # the configurations that have no dependencies
_FOR_TESTS: Final = re.compile(r"(?>(?:test|androidTest|[a-z]\w*?Test[A-Z])\w*)\Z")


def parse_gradle_lock(data: bytes, path: str) -> Reading:
    """Read a gradle.lockfile; it says neither which are direct nor what needs what.

    Raises:
        MalformedError: Not text, or without the line `empty=…` with which Gradle ends each.
    """
    draft = Draft(path=path)
    lines = text_lines(data)
    if not any(line.startswith(_EMPTY) for line in lines):
        raise MalformedError("no line empty=, with which Gradle ends such a file")
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith(("#", _EMPTY)):
            continue
        with draft.entry(f"line {number}"):
            draft.components.append(replace(_component(text), found_in=(path,)))
    return replace(draft.finish(), covers=frozenset({""}))  # one project each


def _component(line: str) -> Component:
    match = _LINE.match(line)
    if match is None:
        raise MalformedError(f"{clean(line)!r} is not group:artifact:version=configurations")
    group, artifact, version, configurations = match.groups()
    return Component(
        purl=purl_of("maven", f"{group}/{artifact}", version),
        name=f"{group}/{artifact}",
        version=version,
        found_in=(),
        development=all(map(_FOR_TESTS.match, configurations.split(","))),
    )
