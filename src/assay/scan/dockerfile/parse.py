"""The language of Dockerfiles: instructions, their lines and arguments, here-documents, stages.

* Directives at the top (`# escape=`); a line that ends in the escape character goes on; comment and
  empty lines within an instruction do not end it; `<<EOF` begins a here-document, also several.
* An instruction in `ONBUILD` counts as one of the stage, marked as such.
* What is no instruction, or a here-document without its end, is refused with its line: a file that
  was read in part only must not look clean.
* Nothing is executed, fetched or expanded; variables stay as they are written.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json

MAX_DOCKERFILE_BYTES: Final = 2**20  # the largest that we have seen are below 100 KiB
INSTRUCTIONS: Final = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"}
    | {"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_DIRECTIVE: Final = re.compile(r"#\s*([A-Za-z][\w.-]*)\s*=\s*(.*?)\s*\Z")
_WORD: Final = re.compile(r"([A-Za-z]+)(?:\s+|\Z)")
_HEREDOC: Final = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2(?=\s|\Z|[;&|)>])")
_TAKES_HEREDOCS: Final = frozenset({"RUN", "COPY", "ADD"})
_FLAG: Final = re.compile(r"--([a-z][a-z.-]*)(?:=(\S*))?(?:\s+|\Z)")
_STAGE: Final = re.compile(r"(?<=\s)AS\s+(\S+)\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its name in capitals, its flags, and its arguments as one text.

    `lines` are the first and last line, from 1. `heredocs` are the texts of its here-documents.
    """

    name: str
    flags: tuple[tuple[str, str], ...]
    rest: str
    lines: tuple[int, int]
    heredocs: tuple[str, ...] = ()
    onbuild: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Return the arguments: of the JSON form its texts, else what white space separates."""
        return self.exec_form or tuple(self.rest.split())

    @property
    def exec_form(self) -> tuple[str, ...]:
        """Return the texts of an argument that is a JSON array, nothing for any other one."""
        if not self.rest.startswith("["):
            return ()
        try:
            found = parse_json(self.rest.encode(errors="replace"), max_bytes=MAX_DOCKERFILE_BYTES)
        except MalformedError:  # Docker takes it for the shell form then
            return ()
        if not isinstance(found, list):
            return ()
        texts = tuple(item for item in found if isinstance(item, str))
        return texts if len(texts) == len(found) else ()

    @property
    def script(self) -> str:
        """Return what a shell is given: the arguments, and the here-documents behind them."""
        return "\n".join((shlex.join(self.exec_form) or self.rest, *self.heredocs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: `image` as it is written, the name that it gets, and its instructions."""

    image: str
    name: str
    start: Instruction
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A file: what stands before the first stage (`ARG`), and the stages."""

    arguments: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Return all instructions, in the order of the file."""
        inner = (i for stage in self.stages for i in (stage.start, *stage.instructions))
        return (*self.arguments, *inner)


def parse_dockerfile(data: bytes) -> Dockerfile:
    """Read a Dockerfile.

    Raises:
        MalformedError: Too long, not UTF-8, not an instruction where one is needed, a
            here-document without end, or no stage.
    """
    if len(data) > MAX_DOCKERFILE_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_DOCKERFILE_BYTES} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("not UTF-8") from error
    lines = text.replace("\r\n", "\n").split("\n")
    return _stages(tuple(_instructions(lines)))


def _stages(instructions: tuple[Instruction, ...]) -> Dockerfile:
    starts = [n for n, one in enumerate(instructions) if one.name == "FROM"]
    if not starts:
        raise MalformedError("no FROM", where="line 1")
    for one in instructions[: starts[0]]:
        if one.name != "ARG":
            raise MalformedError(f"{one.name} before FROM", where=f"line {one.lines[0]}")
    ends = (*starts[1:], len(instructions))
    return Dockerfile(
        arguments=instructions[: starts[0]],
        stages=tuple(
            _stage(instructions[start], instructions[start + 1 : end])
            for start, end in zip(starts, ends, strict=True)
        ),
    )


def _stage(start: Instruction, inside: tuple[Instruction, ...]) -> Stage:
    named = _STAGE.search(start.rest)
    image = (start.rest[: named.start()] if named else start.rest).strip()
    if not image:
        raise MalformedError("FROM without an image", where=f"line {start.lines[0]}")
    name = named.group(1).lower() if named else ""
    return Stage(image=image, name=name, start=start, instructions=inside)


def _instructions(lines: list[str]) -> Iterator[Instruction]:
    escape, number = _escape(lines), 0
    goes_on = re.compile(rf"{re.escape(escape)}[ \t]*\Z")
    while number < len(lines):
        if _is_silent(lines[number]):
            number += 1
            continue
        first, parts = number, list[str]()
        while number < len(lines):
            line = lines[number]
            number += 1
            if parts and _is_silent(line):
                continue  # Docker takes these out, and the instruction goes on
            parts.append(goes_on.sub("", line))
            if not goes_on.search(line):
                break
        text = " ".join(part.strip() for part in parts).strip()
        if not text:
            raise MalformedError("no instruction: ''", where=f"line {first + 1}")
        name = text.split(None, 1)[0].upper()
        heredocs, number = _heredocs(lines, number, text if name in _TAKES_HEREDOCS else "")
        yield _instruction(text, (first + 1, number), heredocs, onbuild=False)


def _instruction(
    text: str, lines: tuple[int, int], heredocs: tuple[str, ...], *, onbuild: bool
) -> Instruction:
    word = _WORD.match(text)
    name = word.group(1).upper() if word else ""
    if word is None or name not in INSTRUCTIONS:
        raise MalformedError(f"no instruction: {text[:40]!r}", where=f"line {lines[0]}")
    rest = text[word.end() :]
    if name == "ONBUILD" and not onbuild:
        return _instruction(rest, lines, heredocs, onbuild=True)
    flags = []
    while flag := _FLAG.match(rest):
        flags.append((flag.group(1), flag.group(2) or ""))
        rest = rest[flag.end() :]
    return Instruction(
        name=name,
        flags=tuple(flags),
        rest=rest.strip(),
        lines=lines,
        heredocs=heredocs,
        onbuild=onbuild,
    )


def _heredocs(lines: list[str], number: int, text: str) -> tuple[tuple[str, ...], int]:
    """Return the here-documents that `text` begins, and the number of the line behind them."""
    found = []
    for begun in _HEREDOC.finditer(text):
        body, first = list[str](), number
        while True:
            if number >= len(lines):
                raise MalformedError(f"no end of <<{begun.group(3)}", where=f"line {first}")
            line = lines[number].lstrip("\t") if begun.group(1) else lines[number]
            number += 1
            if line.rstrip("\r") == begun.group(3):
                break
            body.append(line)
        found.append("\n".join(body))
    return tuple(found), number


def _escape(lines: list[str]) -> str:
    """Return the escape character: of a directive, which stands before all else."""
    for line in lines:
        found = _DIRECTIVE.match(line.strip())
        if found is None:
            break
        if found.group(1).lower() == "escape":
            if found.group(2) not in {"\\", "`"}:
                raise MalformedError(
                    f"no escape character: {found.group(2)[:20]!r}", where="line 1"
                )
            return found.group(2)
    return "\\"


def _is_silent(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")
