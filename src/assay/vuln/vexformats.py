"""The formats that VEX documents come in: each a row of one table.

Above `vuln.vex` (the values) and `vuln.csaf` (a format of its own size), which know nothing of each
other's readers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.statement import VexDocument, WrittenVex


@dataclass(frozen=True, slots=True, kw_only=True)
class VexFormat:
    """One format: `detects` looks at nothing but what a document says of itself.

    `read` raises `MalformedError` where the document as a whole cannot be understood; of what is
    inside it, what cannot goes into `unread`. `write` tells what it had to leave out.
    """

    name: str
    detects: Callable[[JsonValue], bool]
    read: Callable[[JsonValue], VexDocument]
    write: Callable[[VexDocument], WrittenVex]


FORMATS: Final[tuple[VexFormat, ...]] = ()
