"""Reads what a program wrote by the same reader as an imported report of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Kind
from assay.scan.imports.claim import Told
from assay.scan.imports.mapping import OUTSIDE, CommitFiles, map_claims
from assay.scan.scanner import Reading, Sources, parse_output
from assay.system.process import Completed

_NO_KEY: Final = b""  # of secrets: none of these programs is asked for any


def read_ingested(
    completed: Completed, sources: Sources, read: Callable[[JsonValue], Iterable[Told]]
) -> Reading:
    """Return what the program said about the files that it was shown.

    Raises:
        MalformedError: It is not a report of its form, is about other files, or names a secret.
    """
    files = CommitFiles(paths=sources.paths, text=sources.text)
    reading = Reading({})
    for told in read(parse_output(completed)):
        if any(claim.kind is Kind.SECRET for claim in told.claims):
            raise MalformedError("it looked for secrets, which it was not asked for")
        mapped = map_claims(told, files, identity_key=_NO_KEY)
        if odd := [one.path for one in mapped.sightings if OUTSIDE in one.note]:
            raise MalformedError(f"a finding in {odd[0]!r}, which it was not shown")
        reading = replace(
            reading,
            sightings=(*reading.sightings, *mapped.sightings),
            not_checked=(*reading.not_checked, *mapped.not_checked),
        )
    return reading
