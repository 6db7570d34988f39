"""What is found about a component, as findings: one for each vulnerability, with what to do."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from assay.core.printable import printable
from assay.findings.finding import Finding, Kind, Location, Observation
from assay.findings.identity import SCHEME
from assay.findings.observation import traits_of
from assay.sbom.component import Component
from assay.vuln.index import Match, PackageAnswer


class _Named(NamedTuple):
    """A component as the texts of its findings name it."""

    purl: str
    name: str
    version: str


def findings_of(answer: PackageAnswer, components: list[Component]) -> Iterable[Finding]:
    """Yield a finding for each vulnerability of one component, found in one or more places."""
    if not answer.matches:
        return
    locations = _locations(components)
    first = _Named(
        purl=components[0].purl,
        name=printable(components[0].name),
        version=printable(components[0].version),
    )
    for match in answer.matches:
        observation = _observation(first.purl, match, locations[0])
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


def _observation(purl: str, match: Match, location: Location) -> Observation:
    named = match.summary or "no summary"
    said = f"from {', '.join(match.advisories)}"
    if match.against:
        said += f", although {', '.join(match.against)} says that it is not affected"
    return Observation(
        tool="osv",
        rule=match.vulnerability,
        message=f"{named} [{match.grade.reason}; {said}]",
        location=location,
        severity=match.grade.reason,
        traits=traits_of({"component": purl, "cluster": match.vulnerability}),
    )


def _locations(components: list[Component]) -> tuple[Location, ...]:
    """Return the lock files, each once; a component out of nowhere is at its own name."""
    paths = set[str]().union(*[component.found_in for component in components])
    return tuple(map(_location, sorted(paths) or [components[0].purl]))


@lru_cache(maxsize=65_536)  # a lock file is where all of its packages are found
def _location(path: str) -> Location:
    return Location(path=path)


def _remedy(component: _Named, answer: PackageAnswer, match: Match) -> str:
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
