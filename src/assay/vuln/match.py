"""Which components are affected by which known vulnerabilities: pure, and with three answers.

* Affected: one finding for each (component, vulnerability).
* Not affected: the ecosystem's advisories were read, and none of them says otherwise.
* Unknown: no data for the ecosystem, a version that cannot be read, an advisory that cannot be
  read. Each is in `not_checked`; none is ever counted as not affected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time
from assay.core.collector import without_collector
from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Finding, Kind, Location, Observation
from assay.findings.identity import SCHEME
from assay.findings.observation import traits_of
from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.index import AdvisoryIndex, Match, PackageAnswer
from assay.vuln.ranges import Answer

GET_ADVISORIES: Final = "run `assay vulns update`, or `assay vulns import DIR|ZIP` when offline"
MAX_LISTED: Final = 50  # unreadable advisories named one by one; the rest are one entry


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """The answer for each component (by purl), the findings, and what was not checked.

    `inputs` name the advisory data that were used, by digest and age. `withdrawn` are the
    advisories that were passed over because their authors took them back.
    """

    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    withdrawn: tuple[str, ...] = ()


def match_components(
    components: Iterable[Component], advisories: AdvisorySet, *, at: datetime
) -> MatchResult:
    """Answer for each of `components` from `advisories`, as of the time `at`.

    `advisories` must hold what its feeds have about these components; `load_advisories` does.
    Components with one purl are one component, found in all of their places.
    """
    with without_collector():
        return _match_all(_places(components), advisories, at=at)


def _match_all(
    places: Mapping[str, list[Component]], advisories: AdvisorySet, *, at: datetime
) -> MatchResult:
    index = AdvisoryIndex(advisories=advisories, at=at)
    known: dict[str, PackageAnswer] = {}
    unnamed: list[NotChecked] = []
    for purl in places:
        try:
            known[purl] = index.answer(purl)
        except MalformedError as error:
            unnamed.append(NotChecked(what="component", where=purl, why=error.what))
    answers = {p: known[p].answer if p in known else Answer.UNKNOWN for p in places}
    gone = tuple(sorted({name for answer in known.values() for name in answer.withdrawn}))
    feeds = _consulted(known, advisories)
    gaps = (*unnamed, *_missing_feeds(known, advisories), *_problems(known))
    return MatchResult(
        answers=MappingProxyType(answers),
        findings=tuple(
            finding for purl, answer in known.items() for finding in _findings(answer, places[purl])
        ),
        not_checked=tuple(sorted(gaps)),
        inputs=MappingProxyType(describe_feeds(feeds)),
        examined=MappingProxyType(_counts(answers, feeds) | {"advisories withdrawn": len(gone)}),
        withdrawn=gone,
    )


def describe_feeds(feeds: Iterable[Feed]) -> dict[str, str]:
    """Return the inputs of a result: one digest over all feeds, and each feed's digest and age."""
    ordered = sorted(feeds, key=lambda feed: feed.ecosystem)
    digests = {feed.ecosystem: str(feed.digest) for feed in ordered}
    inputs = {"advisories": str(sha256_of(render_canonical_json(digests)))}
    for feed in ordered:
        name = f"advisories/{feed.ecosystem}"
        inputs[name] = str(feed.digest)
        inputs[f"{name}/importedAt"] = format_time(feed.imported_at)
        if feed.newest_modified is not None:
            inputs[f"{name}/newestModified"] = format_time(feed.newest_modified)
    return inputs


def _places(components: Iterable[Component]) -> dict[str, list[Component]]:
    """Return the components by identity, in the order of their first appearance."""
    places: dict[str, list[Component]] = {}
    for component in components:
        name = component.identity
        known = places.get(name)
        if known is None:
            places[name] = [component]
        else:
            known.append(component)
    return places


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
        foreign = ecosystem.startswith("pkg:")
        yield NotChecked(
            what="advisory data",
            where=ecosystem,
            why=f"{'not matched yet' if foreign else 'no advisories here'}; components: {count}",
            remedy="check these components by other means" if foreign else GET_ADVISORIES,
        )


def _problems(known: Mapping[str, PackageAnswer]) -> Iterable[NotChecked]:
    about_record: dict[tuple[str, str], list[str]] = {}
    for purl, answer in known.items():
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


def _findings(answer: PackageAnswer, components: list[Component]) -> Iterable[Finding]:
    """Yield a finding for each vulnerability of one component, found in one or more places."""
    if not answer.matches:
        return
    one, locations = components[0], _locations(components)
    first = replace(one, name=printable(one.name), version=printable(one.version))
    for match in answer.matches:
        observation = _observation(first, match, locations[0])
        yield Finding(
            identity=SCHEME.identity(Kind.VULNERABILITY, observation),
            kind=Kind.VULNERABILITY,
            rule=f"osv/{match.vulnerability}",
            title=f"{match.vulnerability} in {first.name} {first.version}",
            severity=match.grade.severity,
            message=observation.message,
            remedy=_remedy(first, answer, match),
            locations=locations,
            references=(match.vulnerability, *match.aliases),
            observations=(observation,),
        )


def _observation(component: Component, match: Match, location: Location) -> Observation:
    named = match.summary or "no summary"
    return Observation(
        tool="osv",
        rule=match.vulnerability,
        message=f"{named} [{match.grade.reason}; from {', '.join(match.advisories)}]",
        location=location,
        severity=match.grade.reason,
        traits=traits_of({"component": component.purl, "cluster": match.vulnerability}),
    )


def _locations(components: list[Component]) -> tuple[Location, ...]:
    """Return the lock files, each once; a component out of nowhere is at its own name."""
    paths = sorted({path for component in components for path in component.found_in})
    return tuple(Location(path=path) for path in paths or [components[0].purl])


def _remedy(component: Component, answer: PackageAnswer, match: Match) -> str:
    if any(name.startswith("MAL-") for name in match.advisories):
        return (
            f"Remove {component.name} {component.version}: it is malicious. "
            "Treat what it ran on as compromised"
        )
    if not match.fixed:
        return (
            f"No fixed version of {component.name} is known: replace it, or record with a reason "
            "and an end date why it does not matter here"
        )
    prefix = "v" if component.version.startswith("v") and match.fixed[0].isdigit() else ""
    upgrade = f"Upgrade {component.name} from {component.version} to {prefix}{match.fixed} or later"
    if answer.clear and answer.clear != match.fixed:
        return f"{upgrade}; {prefix}{answer.clear} is clear of every known vulnerability"
    return upgrade
