"""What stands in the rows, narrowed: a value of another type is refused, and not read as one."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from assay.core.clock import parse_time
from assay.core.digest import parse_digest
from assay.core.errors import TamperedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.system.database import Row, Value
from assay.vuln.context import ProductContext, parse_context
from assay.vuln.portfolio.graph import AGAIN
from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.release import Release

MAX_CONTEXT: Final = 2**16  # bytes


def release_of(row: Row) -> Release:
    """Return the release of a row: log, product, subject, statement, time, context, gaps."""
    match row:
        case (
            str(log),
            str(product),
            str(subject),
            str(statement),
            str(recorded_at),
            str(context),
            int(unnamed),
            str(problem),
        ):
            return Release(
                log=log,
                product=product,
                subject=parse_digest(subject),
                statement=parse_digest(statement),
                recorded_at=parse_time(recorded_at),
                context=context_of(context),
                unnamed=unnamed,
                problem=problem,
            )
        case _:
            raise _another_type()


@lru_cache(maxsize=4096)
def context_of(text: str) -> ProductContext:
    """Read what thousands of releases of an answer say alike."""
    return parse_context(JsonValue(parse_json(text.encode(), max_bytes=MAX_CONTEXT)))


def cpes_text(cpes: Iterable[str]) -> str:
    """Return the text for canonical CPE names, in which no space occurs."""
    return " ".join(cpes)


def held_of(row: Sequence[Value]) -> Held:
    """Return what is held, of a row: purl, CPE names."""
    purl, cpes = row
    return Held(purl=text_of(purl), cpes=tuple(text_of(cpes).split()))


def text_of(value: Value) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise _another_type()
    return value


def number_of(value: Value) -> int:
    """Return a number."""
    if not isinstance(value, int):
        raise _another_type()
    return value


def data_of(value: Value) -> bytes:
    """Return bytes."""
    if not isinstance(value, bytes):
        raise _another_type()
    return value


def _another_type() -> TamperedError:
    return TamperedError("values of another type", where="the portfolio", hint=AGAIN)
