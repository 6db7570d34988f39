r"""Edits of a requirements file: the version of a pin, and all of its hashes.

Everything else of a line stays: extras, markers, comments, line ends, and how hashes are laid out.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.jsontext import Span, replace_spans

_PIN: Final = re.compile(
    r"[ \t]*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\[\]\r\n]*\])?[ \t]*\(?"
    r"===?[ \t]*(?P<version>[\w.!+-]+)(?=[ \t]*(?:[\r\n;\\)#]|--|\Z))",
    re.ASCII,
)
_HASH: Final = re.compile(r"--hash(?P<sign>[= ][ \t]*)(?P<hash>\w+:[0-9a-f]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPin:
    """What a pin becomes. `hashes` are all of the new version's; None where they are not known."""

    old: str
    new: str
    hashes: tuple[str, ...] | None


def edit_requirements(text: str, wanted: Mapping[str, NewPin]) -> str:
    """Return the text with the pins `wanted`, by normal name; what has hashes needs new ones.

    Raises:
        MalformedError: One of them is not there, or has hashes and would get none.
    """
    spans: list[Span] = []
    found: set[str] = set()
    for start, line in _logical_lines(text):
        pin = _PIN.match(line)
        new = wanted.get(normal_name(pin["name"])) if pin is not None else None
        if pin is None or new is None or pin["version"] != new.old:
            continue
        hashes = tuple(_HASH.finditer(line))
        if hashes and not new.hashes:
            raise MalformedError(f"{pin['name']} has hashes, and the new ones are not known")
        found.add(normal_name(pin["name"]))
        spans.append((start + pin.start("version"), start + pin.end("version"), new.new))
        if hashes:
            spans.append(_hashes(start, line, hashes, new.hashes or ()))
    if found != set(wanted):
        raise MalformedError(f"no exact version of {min(set(wanted) - found)} to change")
    return replace_spans(text, spans)


def _hashes(start: int, line: str, old: tuple[re.Match[str], ...], new: tuple[str, ...]) -> Span:
    """Return the edit of all hashes of one pin, laid out as the old ones are."""
    between = line[old[0].end() : old[1].start()] if len(old) > 1 else ""
    if not between:  # a single one: below each other where it has a line of its own
        begins = line.rfind("\n", 0, old[0].start())
        before = line[begins + 1 : old[0].start()]
        end = "\r\n" if "\r\n" in line else "\n"
        between = f" \\{end}{before}" if begins >= 0 and not before.strip() else " "
    made = between.join(f"--hash{old[0]['sign']}{one}" for one in sorted(new))
    return (start + old[0].start(), start + old[-1].end(), made)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield where each line begins, and the line with those that a `\` joins to it."""
    start = at = 0
    for line in io.StringIO(text, newline="\n"):  # as the inventory reads: only LF ends one
        at += len(line)
        bare = line.rstrip("\r\n")
        if bare.endswith("\\") and not bare.lstrip().startswith("#"):
            continue
        yield start, text[start:at]
        start = at
    if start < at:
        yield start, text[start:at]
