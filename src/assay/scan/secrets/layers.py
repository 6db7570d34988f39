"""What bytes hold in another form: archive members, notebook cells, text in base64 or hex."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.scan.secrets.encoded import decode_base64, decode_hex
from assay.scan.secrets.notebook import notebook_cells
from assay.system.packed import Budget, format_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the triggers told about some bytes: the ends of theirs for each form of text."""

    base64: Sequence[int]
    hex: Sequence[int]
    notebook: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer: its name, and its bytes or with `gap` why they were not read.

    `line` is 0 where lines are counted in the layer itself, else the line that it begins on.
    """

    name: str
    data: bytes = b""
    line: int = 0
    gap: str = ""


def layers_of(data: bytes, told: Told, budget: Budget) -> Iterator[Layer]:
    """Yield the layers right below `data`."""
    if format_of(data[:262]):
        from assay.system.unpack import unpack  # noqa: PLC0415  # seldom needed, and long to load

        for member in unpack(data, budget):
            yield Layer(name=printable(member.name), data=member.data, gap=member.gap)
        return
    if told.notebook:
        for name, text in notebook_cells(data):
            yield Layer(name=name, data=text)
    yield from _encoded("base64", data, decode_base64(data, told.base64), budget)
    yield from _encoded("hex", data, decode_hex(data, told.hex), budget)


def _encoded(
    name: str, data: bytes, texts: Iterator[tuple[int, bytes]], budget: Budget
) -> Iterator[Layer]:
    lines = counted = 0
    try:
        for start, text in texts:
            lines += data.count(b"\n", counted, start)
            counted = start
            budget.take(len(text))
            yield Layer(name=name, data=text, line=1 + lines)
    except MalformedError as error:
        yield Layer(name=name, gap=error.what)
