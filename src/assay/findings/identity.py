"""The identity of a finding: one key for each kind, its fields with their lengths, its version.

* `weakness/v1:` CWE family, path, names of what encloses it, fingerprint of the statement, and
  which one of equal statements there it is (`assay.findings.place`).
* `misconfiguration/v1:` rule family and path, with the resource where the tool names one, else as
  for a weakness.
* `secret/v1:` the keyed digest of rule family and value; without the key nobody can guess it back.
* `vulnerability/v1:` canonical purl, and the cluster of advisories about one vulnerability.
* `dynamic/v1:` CWE family, method, template of the route, parameter.

The fields go in with their lengths (`assay.findings.finding.identity_of`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.families import family_of
from assay.findings.finding import Finding, Kind, identity_of
from assay.findings.merge import merge_findings
from assay.findings.observation import Observation

__all__ = ["SCHEME", "KeyScheme", "identity_of", "rekey"]

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyScheme:
    """How identities are made: a number that is part of each, and the key of each kind."""

    version: int
    keys: Mapping[Kind, Callable[[Observation], Key]]

    def identity(self, kind: Kind, observation: Observation) -> str:
        """Return the identity of the problem that a tool of the kind `kind` observed."""
        return identity_of(kind, *self.keys[kind](observation), version=self.version)


def rekey(findings: Iterable[Finding], scheme: "KeyScheme") -> tuple[Finding, ...]:
    """Return `findings` under the identities of `scheme`, each observation kept exactly once.

    What one scheme held for one problem, another may hold for several, or several for one: each
    observation gets its key anew, and those of one key become one finding.

    Raises:
        MalformedError: A finding without observations cannot be told anew.
    """
    renamed: list[Finding] = []
    for finding in findings:
        if not finding.observations:
            raise MalformedError("a finding without observations", where=finding.identity)
        grouped: dict[str, list[Observation]] = {}
        for observation in finding.observations:
            grouped.setdefault(scheme.identity(finding.kind, observation), []).append(observation)
        renamed += [_part(finding, name, seen) for name, seen in sorted(grouped.items())]
    return merge_findings(renamed)


def _part(finding: Finding, identity: str, seen: list[Observation]) -> Finding:
    """Return the part of `finding` that the observations `seen` are about."""
    if len(seen) == len(finding.observations):
        return replace(finding, identity=identity)
    return replace(
        finding,
        identity=identity,
        observations=tuple(seen),
        locations=tuple(sorted({observation.location for observation in seen})),
        fixes=(),  # they were made for all of it
    )


def _family(observation: Observation) -> str:
    return family_of(observation.tool, observation.rule, observation.weaknesses)


def _statement(observation: Observation) -> Key:
    names = ("path", "scope", "fingerprint", "occurrence")
    return (_family(observation), *(observation.trait(name) for name in names))


def _resource(observation: Observation) -> Key:
    resource = observation.trait("resource")
    if resource:
        return (_family(observation), observation.trait("path"), resource)
    return _statement(observation)


def _secret(observation: Observation) -> Key:
    return (observation.trait("family"), observation.trait("secret"))


def _component(observation: Observation) -> Key:
    return (observation.trait("component"), observation.trait("cluster"))


def _request(observation: Observation) -> Key:
    names = ("method", "route", "parameter")
    return (_family(observation), *(observation.trait(name) for name in names))


SCHEME: Final = KeyScheme(
    version=1,
    keys=MappingProxyType(
        {
            Kind.SECRET: _secret,
            Kind.VULNERABILITY: _component,
            Kind.WEAKNESS: _statement,
            Kind.MISCONFIGURATION: _resource,
            Kind.DYNAMIC: _request,
        }
    ),
)
