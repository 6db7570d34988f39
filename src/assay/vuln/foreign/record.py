"""Advisories of foreign feeds as they are kept: an OSV record, and in it what OSV cannot say."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Affected, Otherwise, Range
from assay.vuln.cpe.configuration import parse_configuration, render_configuration
from assay.vuln.osv import advisory_members, advisory_of, range_members, range_of, render_members

MAX_RECORD_BYTES: Final = 32 * 2**20  # the NVD has records with ten thousand products
_OWN: Final = "assay"  # the member for what OSV has no words for


def render_record(advisory: Advisory) -> bytes:
    """Write an advisory, the same bytes every time; its source is left out, the feed names it."""
    own = {
        "said": [_render_said(item) for item in advisory.affected],
        "configurations": [render_configuration(node) for node in advisory.configurations],
    }
    return render_members(advisory_members(advisory, advisory.affected) | {_OWN: own})


def parse_record(data: bytes, *, source: str) -> Advisory:
    """Read what `render_record` wrote, out of the feed `source`.

    Raises:
        MalformedError: It is something else.
    """
    value = JsonValue(parse_json(data, max_bytes=MAX_RECORD_BYTES))
    own = value.field(_OWN)
    advisory = advisory_of(value)
    said = own.field("said").items()
    if len(said) != len(advisory.affected):
        raise MalformedError(f"{len(said)} entries", where=own.field("said").where)
    return replace(
        advisory,
        affected=tuple(map(_with_said, advisory.affected, said)),
        configurations=tuple(map(parse_configuration, own.field("configurations").items())),
        source=source,
    )


def _render_said(item: Affected) -> dict[str, object]:
    said: dict[str, object] = {
        "unaffected": _render_ranges(item.unaffected),
        "undecided": _render_ranges(item.undecided),
        "otherwise": item.otherwise.value,
    }
    return {name: value for name, value in said.items() if value}


def _render_ranges(ranges: Iterable[Range]) -> list[dict[str, object]]:
    return [range_members(entry) for entry in ranges]


def _with_said(item: Affected, said: JsonValue) -> Affected:
    return replace(
        item,
        unaffected=tuple(map(range_of, said.optional_items("unaffected"))),
        undecided=tuple(map(range_of, said.optional_items("undecided"))),
        otherwise=_otherwise(said.optional("otherwise")),
    )


def _otherwise(value: JsonValue | None) -> Otherwise:
    if value is None:
        return Otherwise.SILENT
    try:
        return Otherwise(value.text())
    except ValueError as error:
        raise MalformedError(f"{value.text()[:40]!r}", where=value.where) from error
