"""Which components are affected by which known vulnerabilities: pure, and with three answers.

* Affected: one finding for each (component, vulnerability).
* Not affected: the ecosystem's advisories were read, and none of them says otherwise that counts
  (`precedence`).
* Unknown: no data for the ecosystem, a version that cannot be read, an advisory that cannot be
  read. Each is in `not_checked`; none is ever counted as not affected.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time
from assay.core.collector import without_collector
from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Finding
from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.index import AdvisoryIndex, Overruled, PackageAnswer
from assay.vuln.matchfindings import findings_of
from assay.vuln.products import NO_ECOSYSTEM, names_around
from assay.vuln.ranges import Answer

GET_ADVISORIES: Final = "run `assay vulns update`, or `assay vulns import DIR|ZIP` when offline"
MAX_LISTED: Final = 50  # unreadable advisories named one by one; the rest are one entry


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """The answer for each component (by purl), the findings, and what was not checked.

    `inputs` name the advisory data that were used, by digest and age. `withdrawn` are the
    advisories that were passed over because their authors took them back, `overruled` those whose
    word did not count for a component, by purl, and which record's did.
    """

    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    withdrawn: tuple[str, ...] = ()
    overruled: Mapping[str, tuple[Overruled, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


def match_components(
    components: Iterable[Component], advisories: AdvisorySet, *, at: datetime
) -> MatchResult:
    """Answer for each of `components` from `advisories`, as of the time `at`.

    `advisories` must hold what its feeds have about these components; `load_advisories` does.
    Components with one purl are one component, found in all of their places.
    """
    every = tuple(components)
    with without_collector():
        return _match_all(_places(every), _cpes(every), advisories, at=at)


def _match_all(
    places: Mapping[str, list[Component]],
    cpes: Mapping[str, tuple[str, ...]],
    advisories: AdvisorySet,
    *,
    at: datetime,
) -> MatchResult:
    around = names_around(name for names in cpes.values() for name in names)
    index = AdvisoryIndex(advisories=advisories, at=at, around=around)
    known: dict[str, PackageAnswer] = {}
    unnamed: list[NotChecked] = []
    for purl, same in places.items():
        names = cpes.get(purl, ())
        try:
            if names and not same[0].purl:
                known[purl] = index.answer_product(names, same[0].version)
            else:
                known[purl] = index.answer(purl, names)
        except MalformedError as error:
            unnamed.append(NotChecked(what="component", where=purl, why=error.what))
    return _result(known, places, advisories, tuple(unnamed))


def _result(
    known: Mapping[str, PackageAnswer],
    places: Mapping[str, list[Component]],
    advisories: AdvisorySet,
    unnamed: tuple[NotChecked, ...],
) -> MatchResult:
    answers = {p: known[p].answer if p in known else Answer.UNKNOWN for p in places}
    gone = tuple(sorted({name for answer in known.values() for name in answer.withdrawn}))
    overruled = {purl: one.overruled for purl, one in known.items() if one.overruled}
    feeds = _consulted(known, advisories)
    foreign = tuple(advisories.foreign.values())
    gaps = (
        *unnamed,
        *_missing_feeds(known, advisories),
        *_problems(known),
        *_unread(foreign),
    )
    counts = {"advisories withdrawn": len(gone)}
    if foreign:
        counts["advisories overruled"] = sum(map(len, overruled.values()))
    return MatchResult(
        answers=MappingProxyType(answers),
        findings=tuple(
            finding
            for purl, answer in known.items()
            for finding in findings_of(answer, places[purl])
        ),
        not_checked=tuple(sorted(gaps)),
        inputs=MappingProxyType(describe_feeds(feeds, foreign)),
        examined=MappingProxyType(_counts(answers, (*feeds, *foreign)) | counts),
        withdrawn=gone,
        overruled=MappingProxyType(overruled),
    )


def describe_feeds(feeds: Iterable[Feed], foreign: Iterable[Feed] = ()) -> dict[str, str]:
    """Return the inputs of a result: one digest over all feeds, and each feed's digest and age."""
    named = {feed_input(feed): feed for feed in feeds}
    named |= {feed_input(feed, foreign=True): feed for feed in foreign}
    # The ecosystems keep their own names in what the one digest is over.
    digests = {name.removeprefix(_OWN): str(named[name].digest) for name in sorted(named)}
    inputs = {"advisories": str(sha256_of(render_canonical_json(digests)))}
    for name, feed in sorted(named.items()):
        inputs[name] = str(feed.digest)
        inputs[f"{name}/importedAt"] = format_time(feed.imported_at)
        if feed.newest_modified is not None:
            inputs[f"{name}/newestModified"] = format_time(feed.newest_modified)
    return inputs


_OWN: Final = "advisories/"


def feed_input(feed: Feed, *, foreign: bool = False) -> str:
    """Return the name under which a feed is among the inputs."""
    return f"foreign/{feed.ecosystem}" if foreign else f"{_OWN}{feed.ecosystem}"


def _places(components: Iterable[Component]) -> dict[str, list[Component]]:
    """Return the components by identity, in the order of their first appearance."""
    places: dict[str, list[Component]] = defaultdict(list)
    for component in components:  # half a million times: no call where none is
        places[component.purl or component.identity].append(component)
    return dict(places)


def _cpes(components: Iterable[Component]) -> dict[str, tuple[str, ...]]:
    """Return the CPE names of components that have any, by identity."""
    found: dict[str, set[str]] = {}
    for component in components:
        if component.cpes:
            found.setdefault(component.identity, set()).update(component.cpes)
    return {name: tuple(sorted(names)) for name, names in found.items()}


def _consulted(known: Mapping[str, PackageAnswer], advisories: AdvisorySet) -> tuple[Feed, ...]:
    """Return the feeds that the answers come from; all, where there was nothing to answer.

    A feed of another ecosystem can be old, or change, without a difference to this result.
    """
    used = {answer.package.ecosystem for answer in known.values()}
    feeds = tuple(feed for name, feed in advisories.feeds.items() if name in used)
    return feeds or tuple(advisories.feeds.values())


def _counts(answers: Mapping[str, Answer], feeds: tuple[Feed, ...]) -> dict[str, int]:
    counts = Counter(answers.values())
    return {
        "components": len(answers),
        "components affected": counts[Answer.AFFECTED],
        "components not affected": counts[Answer.NOT_AFFECTED],
        "components unknown": counts[Answer.UNKNOWN],
        "advisories": sum(feed.advisories for feed in feeds),
        "advisories unreadable": sum(feed.unreadable for feed in feeds),
    }


def _missing_feeds(
    known: Mapping[str, PackageAnswer], advisories: AdvisorySet
) -> Iterable[NotChecked]:
    """Yield one entry for each ecosystem without data, not one for each of its components."""
    missing = Counter(
        answer.package.ecosystem
        for answer in known.values()
        if answer.package.ecosystem not in advisories.feeds
    )
    for ecosystem, count in missing.items():
        foreign = ecosystem.startswith("pkg:") or ecosystem == NO_ECOSYSTEM
        yield NotChecked(
            what="advisory data",
            where=ecosystem,
            why=f"{_why_missing(ecosystem)}; components: {count}",
            remedy="check these components by other means" if foreign else GET_ADVISORIES,
        )


def _why_missing(ecosystem: str) -> str:
    if ecosystem == NO_ECOSYSTEM:
        return "CPE names find what is vulnerable, and never tell that nothing is"
    return "not matched yet" if ecosystem.startswith("pkg:") else "no advisories here"


def _unread(foreign: Iterable[Feed]) -> Iterable[NotChecked]:
    """Yield one entry for each foreign feed in which a record may be about any component."""
    for feed in foreign:
        if feed.unreadable:
            yield NotChecked(
                what="advisories",
                where=feed.ecosystem,
                why=f"{feed.unreadable} cannot be read",
                remedy=GET_ADVISORIES,
            )


def _problems(known: Mapping[str, PackageAnswer]) -> Iterable[NotChecked]:
    about_record: dict[tuple[str, str], list[str]] = {}
    for purl, answer in known.items():
        for why in answer.unusable:
            remedy = "correct it where the component is listed"
            yield NotChecked(what="CPE name", where=purl, why=why, remedy=remedy)
        for advisory, why in answer.problems:
            if advisory:
                about_record.setdefault((advisory, why), []).append(purl)
            else:
                remedy = "pin a released version in the lock file"
                yield NotChecked(what="component version", where=purl, why=why, remedy=remedy)
    for number, ((advisory, why), purls) in enumerate(sorted(about_record.items())):
        if number == MAX_LISTED:
            rest = len(about_record) - MAX_LISTED
            yield NotChecked(what="advisory", where=f"{rest} more", why="unreadable as well")
            return
        yield NotChecked(
            what="advisory",
            where=advisory,
            why=f"{why}; it may affect {_some(purls)}",
            remedy="update Assay or the advisories",
        )


def _some(purls: list[str]) -> str:
    return purls[0] if len(purls) == 1 else f"{purls[0]} and {len(purls) - 1} more components"
