"""A folder of several publishers, held against the aggregator.json in it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from assay.core.notchecked import NotChecked
from assay.vuln.csaf.aggregating import Aggregator
from assay.vuln.csaf.distribution import Found, Problem
from assay.vuln.csaf.urls import url_parts

_FEWEST: Final = 2  # publishers: who lists one alone is no aggregator


def hold_aggregator(
    aggregator: Aggregator,
    *,
    where: str,
    providers: Iterable[tuple[str, str]],
    paths: Collection[str],
) -> Iterator[Found]:
    """Hold the list at `where` against the folder: its `paths`, and who publishes in which of them.

    `providers` are the paths of files provider-metadata.json, and the namespace in each.
    """
    named = {one.namespace for one in aggregator.publishers}
    if len(named) < _FEWEST:
        yield Problem(where=where, what=f"fewer than {_FEWEST} publishers are listed")
    for path, namespace in providers:
        if namespace not in named:
            yield Problem(where=path, what=f"{where} does not list {namespace!r}")
    for one in aggregator.publishers if aggregator.mirrors else ():
        if one.mirrors and not any(_is_here(mirror, paths) for mirror in one.mirrors):
            yield NotChecked(
                what="CSAF mirror",
                where=one.namespace,
                why=f"{where} lists a mirror, and it is not here",
                remedy="fetch the folder again",
            )


def _is_here(mirror: str, paths: Collection[str]) -> bool:
    """Tell whether a file is in the folder, by the end of its URL: its folder and its name."""
    short = "/".join(url_parts(mirror).path.strip("/").split("/")[-2:])
    return any(path == short or path.endswith(f"/{short}") for path in paths)
