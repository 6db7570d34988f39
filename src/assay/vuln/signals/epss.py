"""EPSS, FIRST's estimate of how likely a vulnerability is exploited within thirty days.

The file is CSV, most often compressed: a comment with the model and the day, a header, and one
line for each CVE. Probabilities are kept as whole parts of 100,000, which is how finely they are
published, so that what is recorded is the same everywhere.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError

MAX_EPSS_BYTES: Final = 512 * 2**20  # uncompressed; fifty times what it has with 300,000 CVEs
PARTS: Final = 100_000
_GZIP: Final = b"\x1f\x8b"
_COMMENT: Final = re.compile(
    r"#model_version:([A-Za-z0-9.-]{1,40}),score_date:([0-9T:+Z-]{10,30})\Z", re.ASCII
)
_LINE: Final = re.compile(
    r"(CVE-\d{4}-\d{4,19}),([0-9][0-9.e-]{0,23}),([0-9][0-9.e-]{0,23})\Z", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """How likely exploitation is, and how many of all CVEs are at most as likely."""

    probability: int  # parts of 100,000
    percentile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpssScores:
    """The estimates of one day by one model; by CVE id."""

    model: str
    scored_at: datetime
    scores: Mapping[str, Likelihood]


def parse_epss(data: bytes) -> EpssScores:
    """Read the file, compressed with gzip or not.

    Raises:
        MalformedError: Too large, no gzip that ends, no comment with model and day, another
            header, a line that is none, or no line at all.
    """
    lines = _unpacked(data).splitlines()
    match = _COMMENT.match(lines[0]) if lines else None
    if match is None or lines[1:2] != ["cve,epss,percentile"]:
        raise MalformedError("no EPSS file", hint="#model_version:…,score_date:… and a header")
    scores = dict(_score(line, number) for number, line in enumerate(lines[2:], start=3))
    if not scores:
        raise MalformedError("an EPSS file without a score")
    try:
        scored_at = datetime.fromisoformat(match[2])
    except ValueError as error:
        raise MalformedError(f"{match[2]!r} is no time", where="line 1") from error
    if scored_at.tzinfo is None:
        raise MalformedError(f"{match[2]!r} has no zone", where="line 1")
    return EpssScores(model=match[1], scored_at=scored_at, scores=scores)


def _unpacked(data: bytes) -> str:
    if data.startswith(_GZIP):
        machine = zlib.decompressobj(wbits=31)
        try:
            data = machine.decompress(data, MAX_EPSS_BYTES + 1)
        except zlib.error as error:
            raise MalformedError(f"no gzip: {error}") from error
        if len(data) <= MAX_EPSS_BYTES and (not machine.eof or machine.unused_data):
            raise MalformedError("a gzip that breaks off, or has something behind its end")
    if len(data) > MAX_EPSS_BYTES:
        raise MalformedError(f"over {MAX_EPSS_BYTES} bytes")
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError("an EPSS file that is not ASCII") from error


def _score(line: str, number: int) -> tuple[str, Likelihood]:
    match = _LINE.match(line)
    if match is None:
        raise MalformedError(f"{line[:80]!r} is no score", where=f"line {number}")
    return match[1], Likelihood(
        probability=_parts(match[2], number), percentile=_parts(match[3], number)
    )


def _parts(text: str, number: int) -> int:
    try:
        parts = round(float(text) * PARTS)
    except (ValueError, OverflowError) as error:
        raise MalformedError(f"{text!r} is no number", where=f"line {number}") from error
    if not 0 <= parts <= PARTS:
        raise MalformedError(f"{text!r} is no probability", where=f"line {number}")
    return parts
