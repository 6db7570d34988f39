"""Which component a result of SARIF is about, and which advisory: SARIF has no member for either.

Scanners of images and packages write them into ids and texts, each in its own way; those ways are
named here. A component is its name and version, without the kind of package, for not all tell it:
three scanners that see one package in one image then mean one finding. A component that nobody can
tell is known by the place and what is said there, so that two of one file do not become one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.printable import printable
from assay.scan.imports.sarifrules import SarifRule

_ADVISORY: Final = re.compile(
    r"\b(?:CVE-[0-9]{4}-[0-9]{4,}|GHSA(?:-[a-z0-9]{4}){3})", re.IGNORECASE
)
_NAMED_ELSEWHERE: Final = re.compile(r"SNYK-", re.IGNORECASE)  # ids of its own: see the text
_LEADING: Final = re.compile(r"\A\((CVE-[0-9]{4}-[0-9]{4,})[^)]{0,2000}\) (\S{1,400})@(\S{1,200})")
_SYSTEM: Final = frozenset({"deb", "rpm", "apk", "linux"})  # where a name is `source/binary`
_IN_MESSAGE: Final = (
    re.compile(r"\APackage: (\S{1,400})\s{1,8}Installed Version: (\S{1,200})"),  # Trivy
    re.compile(r"reports (\S{1,400}) at version (\S{1,200})\s{1,8}which is a vulnerable"),  # Grype
    re.compile(r"\APackage '([^'\s]{1,400})@([^'@\s]{1,200})' is vulnerable"),  # OSV-Scanner
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """A vulnerability by the name that most know it by, and the component where it is told."""

    advisory: str
    component: str

    def traits(self, where: str, message: str) -> tuple[tuple[str, str], ...]:
        """Return the facts that its identity is made of."""
        component = self.component or f"{where}: {message}"
        return (("cluster", self.advisory), ("component", printable(component)))


def advised(rule: SarifRule, message: str) -> Advised | None:
    """Return the vulnerability that a result is about, None where it is about something else."""
    named = _ADVISORY.search(rule.id)
    leading = _LEADING.search(rule.about)
    if named is None and (leading is None or not _NAMED_ELSEWHERE.match(rule.id)):
        return None
    advisory = named.group() if named else leading.group(1) if leading else ""
    return Advised(
        advisory=advisory.upper(), component=next(_components(rule, leading, message), "")
    )


def _components(rule: SarifRule, leading: re.Match[str] | None, message: str) -> Iterator[str]:
    if leading is not None:
        name = leading.group(2)
        yield f"{name.rpartition('/')[2] if _SYSTEM & set(rule.tags) else name}@{leading.group(3)}"
    for pattern in _IN_MESSAGE:
        if found := pattern.search(message):
            yield f"{found.group(1)}@{found.group(2)}"
