"""From hits to findings: one secret is one finding, wherever and however often it stands.

A place that may be left out (an exclusion of its path, a permission on its line) is not a location
of the finding but an accepted entry of what was not checked, so that it is never silent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from assay import __version__
from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind, Location, Observation, Severity
from assay.findings.identity import identity_of
from assay.findings.observation import traits_of
from assay.scan.secrets.foreign import Foreign
from assay.scan.secrets.hit import Gap, Hit
from assay.scan.secrets.keptrules import rules_named
from assay.scan.secrets.provenance import HeadTree, Traced
from assay.scan.secrets.rule import Rule, Rules

MAX_LOCATIONS: Final = 50  # of one finding; the message counts all
AT_HEAD: Final = "at HEAD"
IN_HISTORY: Final = "history only"
UNREACHABLE: Final = "unreachable object"
UNTRACED: Final = "place unknown"  # the history could not be walked to its end
IN_MESSAGE: Final = "commit message"
IN_TAG: Final = "tag message"
IN_WORK_TREE: Final = "working tree"
STAGED: Final = "staged"
BY_COMMENT: Final = "is accepted by a comment, which nobody signed"
BY_EXCLUSION: Final = "is accepted by assay.toml, which nobody signed"
_ORDER: Final = (
    STAGED,
    AT_HEAD,
    IN_WORK_TREE,
    IN_MESSAGE,
    IN_TAG,
    IN_HISTORY,
    UNREACHABLE,
    UNTRACED,
)
_REFERENCES: Final = ("CWE-798",)


class Exclusion(Protocol):
    """Paths that the owner of the repository leaves out, with a reason and an end."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def until(self) -> datetime:
        """The first moment at which it no longer holds."""

    def covers(self, path: str, *, at: datetime) -> bool:
        """Tell whether `path` is left out at the time `at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is known about where blobs stand, and what may be left out, at one time.

    `note` says what the tree `head` is: that of the commit at HEAD, or what will be committed.
    """

    head: HeadTree
    traced: Traced
    excluded: tuple[Exclusion, ...]
    foreign: Foreign
    at: datetime
    note: str = AT_HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The findings, and the places that were accepted."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    location: Location
    path: str  # of the file, without the layer in it
    on: str  # the date of the commit that brought it in
    by: str  # its author


def describe_hits(
    hits: Iterable[Hit], gaps: Iterable[Gap], *, rules: Rules, places: Places
) -> Outcome:
    """Return one finding for each secret that stands anywhere without being accepted there."""
    hits = tuple(hits)
    by_id = rules_named(rules, {hit.rule for hit in hits})
    secrets: dict[str, list[tuple[Hit, _Place]]] = {}
    accepted: set[NotChecked] = set()
    for hit in hits:
        for place in _places_of(hit, places):
            by, reason = BY_COMMENT, hit.accepted
            if not reason:
                by, reason = BY_EXCLUSION, _exclusion(place, places)
            if reason:
                about = f"{_severity(hit, by_id).value} {by_id[hit.rule].title}"
                accepted.add(_accepted(hit, place.location, f"{about} {by}", reason))
            else:
                secrets.setdefault(hit.secret, []).append((hit, place))
    findings = tuple(_finding(found, by_id, places) for _, found in sorted(secrets.items()))
    accepted |= {item for gap in gaps for item in _gaps_of(gap, places)}
    return Outcome(findings=findings, not_checked=(*sorted(accepted), *_excluded_at_head(places)))


def identities(hits: Iterable[Hit], rules: Rules) -> frozenset[str]:
    """Return the identities of the findings that `hits` are, wherever they stand."""
    hits = tuple(hits)
    by_id = rules_named(rules, {hit.rule for hit in hits})
    return frozenset(_identity(by_id[hit.rule], hit) for hit in hits)


def _identity(rule: Rule, hit: Hit) -> str:
    return identity_of(Kind.SECRET, rule.family, hit.secret)


def _gaps_of(gap: Gap, places: Places) -> Iterator[NotChecked]:
    for place in _places_of(gap, places):
        yield NotChecked(
            what="archive",
            where=place.location.path,
            why=gap.why,
            remedy="look into it yourself, and exclude it with a reason, or take it out",
            accepted=_exclusion(place, places),
        )


def _places_of(hit: Hit | Gap, places: Places) -> Iterator[_Place]:
    """Yield where it stands; the path of a layer leads through the file that holds it."""
    for place in _places_of_blob(hit, places) if hit.kind == "blob" else _other_place(hit):
        path = place.location.path + hit.inside
        yield replace(place, location=replace(place.location, path=path))


def _other_place(hit: Hit | Gap) -> tuple[_Place, ...]:
    path = hit.where if hit.kind == "file" else f"{hit.kind} message"
    note = {"commit": IN_MESSAGE, "tag": IN_TAG}.get(hit.kind, IN_WORK_TREE)
    commit = hit.where if hit.kind == "commit" else ""
    location = Location(path=path, line=_line(hit), commit=commit, note=note)
    return (_Place(location=location, path=path, on="", by=""),)


def _line(hit: Hit | Gap) -> int:
    return hit.line if isinstance(hit, Hit) else 0


def _places_of_blob(hit: Hit | Gap, places: Places) -> tuple[_Place, ...]:
    now = places.head.paths.get(hit.where, ())
    appearances = places.traced.places.get(hit.where, ())
    known = {appearance.path for appearance in appearances}
    found = [
        _Place(
            location=Location(
                path=appearance.path,
                line=_line(hit),
                commit=appearance.commit,
                note=AT_HEAD if appearance.path in now else IN_HISTORY,
            ),
            path=appearance.path,
            on=appearance.on,
            by=appearance.by,
        )
        for appearance in appearances
    ]
    found += [
        _Place(
            location=Location(path=path, line=_line(hit), note=places.note),
            path=path,
            on="",
            by="",
        )
        for path in now
        if path not in known  # a shallow history need not say where it comes from
    ]
    if not found:
        note = UNTRACED if places.traced.not_checked else UNREACHABLE
        path = f"object {hit.where}"
        location = Location(path=path, line=_line(hit), note=note)
        found.append(_Place(location=location, path=path, on="", by=""))
    return tuple(found)


def _exclusion(place: _Place, places: Places) -> str:
    if place.location.note not in {STAGED, AT_HEAD, IN_HISTORY, IN_WORK_TREE}:
        return ""  # a message, or an object without a path
    for exclusion in places.excluded:
        if exclusion.covers(place.path, at=places.at):
            return f"{exclusion.reason}, until {format_time(exclusion.until)}"
    return ""


def _accepted(hit: Hit, location: Location, about: str, reason: str) -> NotChecked:
    return NotChecked(
        what="secret",
        where=f"{location.path}:{location.line}",
        why=f"{about} (secrets/{hit.rule}, {location.note})",
        remedy="revoke it and take it out; or take the exception out, and have it waived",
        accepted=reason,
    )


def _excluded_at_head(places: Places) -> tuple[NotChecked, ...]:
    """Name each exclusion that leaves out files of HEAD, and how many."""
    paths = sorted(path for found in places.head.paths.values() for path in found)
    entries: list[NotChecked] = []
    for exclusion in places.excluded:
        covered = [path for path in paths if exclusion.covers(path, at=places.at)]
        if covered:
            more = f" and {len(covered) - 3} more" if len(covered) > 3 else ""
            entries.append(
                NotChecked(
                    what="paths",
                    where=", ".join(covered[:3]) + more,
                    why="excluded from the search for secrets",
                    remedy="take the exclusion out of assay.toml",
                    accepted=f"{exclusion.reason}, until {format_time(exclusion.until)}",
                )
            )
    return tuple(entries)


def _finding(found: list[tuple[Hit, _Place]], rules: Mapping[str, Rule], places: Places) -> Finding:
    """Describe one secret by the hit that says the worst of it."""
    hit = min((h for h, _ in found), key=lambda h: (_severity(h, rules).rank, h.rule))
    rule = rules[hit.rule]
    locations = sorted({place.location for _, place in found}, key=_location_order)
    message = " ".join(
        (_message(hit, rule, found, len(locations)), *_listings(found, places.foreign))
    )
    return Finding(
        identity=_identity(rule, hit),
        kind=Kind.SECRET,
        rule=f"secrets/{rule.id}",
        title=rule.title,
        severity=_severity(hit, rules),
        message=message,
        remedy=f"{rule.revoke} Taking it out of the files is not enough: it stays in the history.",
        locations=tuple(locations[:MAX_LOCATIONS]),
        references=_REFERENCES,
        observations=(
            Observation(
                tool="secrets",
                rule=rule.id,
                message=message,
                location=locations[0],
                version=__version__,
                severity=rule.severity.value,
                weaknesses=_REFERENCES,
                traits=traits_of({"family": rule.family, "secret": hit.secret}),
            ),
        ),
    )


def _severity(hit: Hit, rules: Mapping[str, Rule]) -> Severity:
    """Return the rule's severity, or low where there is a doubt about the secret."""
    severity = rules[hit.rule].severity
    return max(severity, Severity.LOW, key=lambda s: s.rank) if hit.doubt else severity


def _location_order(location: Location) -> tuple[int, Location]:
    return _ORDER.index(location.note), location


def _listings(found: list[tuple[Hit, _Place]], foreign: Foreign) -> Iterator[str]:
    """Say which list of another scanner has it: that takes nothing away, and is worth knowing."""
    by = sorted({foreign.lists(place.path, place.location.line) for _, place in found} - {""})
    for name in by:
        yield f"It is listed in {name}, which accepts nothing here."


def _message(hit: Hit, rule: Rule, found: list[tuple[Hit, _Place]], locations: int) -> str:
    shown = f"begins with {hit.shown!r} and has" if hit.shown else "has"
    parts = [f"It {shown} {hit.length} bytes; it opens {rule.access}."]
    parts += [f"Note that {about}." for about in (hit.doubt, hit.detail) if about]
    if first := min(((place.on, place.by) for _, place in found if place.on), default=None):
        by = f" by {first[1]}" if first[1] else ""
        parts.append(f"First committed on {first[0]}{by}.")
    if locations > MAX_LOCATIONS:
        parts.append(f"It stands at {locations} places, of which {MAX_LOCATIONS} are listed.")
    return " ".join(parts)
