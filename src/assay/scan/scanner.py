"""What a scanner is, and the values that pass between a program and its adapter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from assay.core.digest import sha256_of
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.fingerprint import Sighting
from assay.findings.place import SourceText
from assay.findings.scanreport import ScanReport
from assay.system.process import MAX_OUTPUT_BYTES, Completed

SUPPRESSED: Final = "suppressed in the source"  # how the note of such a location begins


class Scanner(Protocol):
    """Whatever looks at the files of a commit and reports what it saw."""

    @property
    def name(self) -> str:
        """The collector's name, as in "workflows"."""

    @property
    def tool(self) -> str:
        """What does the work, as in "zizmor"."""

    def installed(self) -> str:
        """Return the version that is here, an empty text where there is none.

        Raises:
            UnavailableError: It does not tell its version.
        """

    def takes(self, path: str, /) -> bool:
        """Tell whether the file at `path` of the commit is one that this scanner looks at."""

    def run(self, root: Path, paths: tuple[str, ...], *, at: datetime) -> ScanReport:
        """Look at those of `paths` below `root` that it takes; `at` is the time of the run.

        A fault of the program or of a file does not raise: it is in the report.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run, and the version and rules that it stands for.

    `inputs` goes into the report: whatever besides the files decides about the findings. `shown`
    are files and folders that it reads besides, as rules; `placed` are files that are put beside
    those that it looks at, where it would else do as it likes.
    """

    arguments: tuple[str | Path, ...]  # the program first, as an absolute path
    version: str
    inputs: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    shown: tuple[Path, ...] = ()
    placed: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files that the program was shown, by the paths that they have in the commit."""

    paths: frozenset[str]
    content: Callable[[str], bytes]

    def text(self, path: str) -> SourceText:
        """Return a file as the lines and places that findings in it have."""
        return SourceText(path, self.content(path))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a program's output says. `examined` has a count for every noun of its scanner."""

    examined: Mapping[str, int]
    sightings: tuple[Sighting, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What we say about one rule of a program, in our own words."""

    title: str
    remedy: str


def options_digest(options: tuple[str, ...]) -> str:
    """Return the digest that stands for a program's options in a report's inputs."""
    return str(sha256_of(render_canonical_json(options)))


def parse_output(completed: Completed) -> JsonValue:
    """Return a program's JSON report.

    Raises:
        MalformedError: It is none.
    """
    return JsonValue(parse_json(completed.output, max_bytes=MAX_OUTPUT_BYTES))
