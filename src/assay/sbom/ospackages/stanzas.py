"""Stanzas of fields, as the databases of dpkg and apk are written."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from assay.sbom.lockfiles.textlines import text_lines

_FIELD: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*):[ \t]?(.*)")


def split_stanzas(data: bytes) -> Iterator[tuple[int, Mapping[str, str], str]]:
    """Yield the number of the first line, the fields, and what is no field, of each stanza.

    Fields keep their case; a line that begins with a space continues the one before it. Of a
    field that is there twice the first counts, and the second is no field.

    Raises:
        MalformedError: Not text, or too long.
    """
    fields: dict[str, str] = {}
    first, last, stray = 1, "", ""
    for number, line in enumerate([*text_lines(data), ""], 1):
        if not line.strip():
            if fields or stray:
                yield first, fields, stray
            fields, last, stray, first = {}, "", "", number + 1
            continue
        match = _FIELD.match(line)
        if line[0] in " \t" and last:
            fields[last] += "\n" + line.strip()
        elif match is not None and match[1] not in fields:
            last = match[1]
            fields[last] = match[2].strip()
        elif not stray:
            stray = line
