"""Where results of SARIF are: physical locations, artifacts by index, bases of relative URIs.

SARIF 2.1.0, sections 3.28 (location), 3.4 (artifactLocation) and 3.14.14 (originalUriBaseIds).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from assay.core.jsonvalue import JsonValue
from assay.scan.imports.claim import Spot, line_of, object_of

_MAX_BASES: Final = 16  # a base may be relative to another one; ends a circle
_MAX_RELATED: Final = 8  # places that a message names


class SarifPlaces:
    """The artifacts and bases of one run."""

    def __init__(self, run: JsonValue) -> None:
        self._artifacts = run.optional_items("artifacts")
        self._bases = dict(object_of(run, "originalUriBaseIds").members())

    def spots(self, result: JsonValue) -> tuple[Spot, ...]:
        """Return where `result` is: its locations, else what was analysed, else nowhere."""
        spots = tuple(self.spot(location) for location in result.optional_items("locations"))
        if not spots and (target := result.optional("analysisTarget")) is not None:
            spots = (Spot(paths=self._paths(target)),)
        return spots or (Spot(paths=()),)

    def spot(self, location: JsonValue) -> Spot:
        """Return one location; its lines and columns are 0 where it has none."""
        physical = object_of(location, "physicalLocation")
        region = object_of(physical, "region")
        return Spot(
            paths=self._paths(object_of(physical, "artifactLocation")) or _logical(location),
            line=line_of(region.optional("startLine")),
            column=line_of(region.optional("startColumn")),
            end_line=line_of(region.optional("endLine")),
            end_column=line_of(region.optional("endColumn")),
            text=_snippet(region) or _snippet(physical.optional("contextRegion")),
        )

    def related(self, result: JsonValue) -> tuple[str, ...]:
        """Return the steps of code flows and the related locations, as `path:line`."""
        found: dict[str, None] = {}
        for location in (*_steps(result), *result.optional_items("relatedLocations")):
            spot = self.spot(location)
            if spot.paths:
                found[f"{spot.paths[0]}:{spot.line}" if spot.line else spot.paths[0]] = None
        return tuple(found)[:_MAX_RELATED]

    def _paths(self, artifact: JsonValue) -> tuple[str, ...]:
        """Return the URI by itself and below its base, as paths, the latter second."""
        index = artifact.optional("index")
        uri, base = artifact.optional_text("uri"), artifact.optional_text("uriBaseId")
        if not uri and index is not None and 0 <= index.integer() < len(self._artifacts):
            artifact = object_of(self._artifacts[index.integer()], "location")
            uri, base = artifact.optional_text("uri"), artifact.optional_text("uriBaseId")
        if not uri:
            return ()
        below = self._below(base, uri)
        return tuple(dict.fromkeys((path_of(uri), path_of(below))))

    def _below(self, base: str, uri: str) -> str:
        for _ in range(_MAX_BASES):
            found = self._bases.get(base)
            if found is None or urlsplit(uri).scheme or uri.startswith("/"):
                break
            uri = f"{found.optional_text('uri').strip()}{uri}"
            base = found.optional_text("uriBaseId")
        return uri


@lru_cache(maxsize=4096)  # a report names the same files again and again
def path_of(uri: str) -> str:
    """Return the path that a URI reference names; of a scheme other than `file`, all of it."""
    try:
        parts = urlsplit(uri)
    except ValueError:  # a host that is none
        return uri
    if len(parts.scheme) == 1:  # C:\code: a path, whatever the standard says
        return uri
    if parts.scheme not in {"", "file"}:
        return uri
    path = unquote(parts.path, errors="surrogateescape")
    return path[1:] if path[2:3] == ":" and path.startswith("/") else path


def _snippet(region: JsonValue | None) -> str:
    snippet = None if region is None else region.optional("snippet")
    return "" if snippet is None else snippet.optional_text("text")


def _steps(result: JsonValue) -> Iterator[JsonValue]:
    for flow in result.optional_items("codeFlows"):
        for thread in flow.optional_items("threadFlows"):
            for step in thread.optional_items("locations"):
                yield object_of(step, "location")


def _logical(location: JsonValue) -> tuple[str, ...]:
    names = (
        item.optional_text("fullyQualifiedName") or item.optional_text("name")
        for item in location.optional_items("logicalLocations")
    )
    return tuple(name for name in names if name)[:1]
