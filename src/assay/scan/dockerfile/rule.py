"""What a rule about Dockerfiles is, and what rules ask of a file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.findings.finding import Severity
from assay.scan.dockerfile.parse import Dockerfile, Instruction, Stage
from assay.scan.dockerfile.shell import Command, split_commands

_VARIABLE: Final = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?\}?")
_MAX_STAGES: Final = 256  # that are followed from one to the one it is built from


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule hits: the instruction, and what in it, without anything that is secret."""

    at: Instruction
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerRule:
    """One rule in our own words; `bad` and `good` are examples, which are tested.

    `weakness` is the CWE that it is an instance of, empty where none fits.
    """

    id: str
    title: str
    remedy: str
    severity: Severity
    find: Callable[[Dockerfile], Iterator[Hit]]
    bad: str
    good: str
    weakness: str = ""


def runs(file: Dockerfile) -> Iterator[tuple[Instruction, tuple[Command, ...]]]:
    """Yield each `RUN` with the commands in it."""
    for one in file.instructions:
        if one.name == "RUN":
            yield one, split_commands(one.script)


def commands(file: Dockerfile) -> Iterator[tuple[Instruction, Command]]:
    """Yield each command of each `RUN`."""
    for one, several in runs(file):
        for command in several:
            yield one, command


def last_of(stage: Stage, name: str) -> Instruction | None:
    """Return the last `name` of a stage, which is the one that counts."""
    found = [one for one in stage.instructions if one.name == name and not one.onbuild]
    return found[-1] if found else None


def inherited(file: Dockerfile, name: str) -> Instruction | None:
    """Return the `name` that counts in the image: of the last stage, or what it is built from."""
    stage = file.stages[-1]
    for _ in range(_MAX_STAGES):
        if (found := last_of(stage, name)) is not None:
            return found
        base = named_stage(file, stage)
        if base is None:
            return None
        stage = base
    return None


def named_stage(file: Dockerfile, stage: Stage) -> Stage | None:
    """Return the earlier stage that `stage` is built from, None where it is an image."""
    earlier = file.stages[: file.stages.index(stage)]
    image = expand(file, stage.image).lower()
    return next((one for one in reversed(earlier) if one.name and one.name == image), None)


def expand(file: Dockerfile, text: str) -> str:
    """Return `text` with the defaults of the arguments before the first stage put in."""
    defaults = {}
    for one in file.arguments:
        for word in one.words:
            name, equals, value = word.partition("=")
            if equals:
                defaults[name] = value.strip("\"'")
    return _VARIABLE.sub(lambda m: defaults.get(m[1]) or m[2] or m[0], text)


def images(file: Dockerfile) -> Iterator[tuple[Instruction, str]]:
    """Yield every image from elsewhere that is built from or copied from, and where."""
    for number, stage in enumerate(file.stages):
        names = {one.name for one in file.stages[:number] if one.name}
        image = expand(file, stage.image)
        if image.lower() not in names | {"scratch"}:
            yield stage.start, image
        known = names | {stage.name} | {str(n) for n in range(number)}
        for one in stage.instructions:
            for source in _sources(one):
                if expand(file, source).lower() not in known:
                    yield one, expand(file, source)


def _sources(one: Instruction) -> Iterator[str]:
    for name, value in one.flags:
        if name == "from" and one.name in {"COPY", "ADD"} and value:
            yield value
        if name == "mount":
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            if parts.get("from"):
                yield parts["from"]
