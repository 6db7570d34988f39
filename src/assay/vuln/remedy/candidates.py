"""Which versions of a package are safe to go to, as far as is known.

A version is safe where every advisory could be judged and none affects it: UNKNOWN is not safe.
Older ones, yanked ones and, for who has a release, pre-releases are no candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from assay.vuln.index import AdvisoryIndex, PackageAnswer
from assay.vuln.package import normal_name
from assay.vuln.ranges import Answer
from assay.vuln.remedy.model import Catalogue, Pin
from assay.vuln.remedy.pythons import fits_python
from assay.vuln.remedy.steps import is_prerelease, is_release
from assay.vuln.versions import version_key

MALICIOUS: Final = "MAL-"  # how OpenSSF's reports of malicious packages are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Versions above a pin's, the smallest first.

    `safe` has nothing; `better` has less than the pin and nothing that the pin has not. `known`
    tells whether the releases were looked up, or only what advisories name as fixed.
    """

    safe: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    known: bool = False
    unknown: int = 0  # versions above of which nobody can tell


@dataclass(slots=True, kw_only=True)
class Candidates:
    """The choices for pins, from the advisories and, where there is one, a catalogue."""

    index: AdvisoryIndex
    catalogue: Catalogue
    _choices: dict[tuple[Pin, str], Choices] = field(default_factory=dict)
    _newest: dict[Pin, tuple[str, ...]] = field(default_factory=dict)

    def answer(self, pin: Pin, version: str = "") -> PackageAnswer:
        """Return what is known about a pin, or its package at another version."""
        return self.index.answer(purl_at(pin, version) if version else pin.purl)

    def choices(self, pin: Pin, *, ecosystem: str, python: str) -> Choices:
        """Return the versions that `pin` may go to; `python` is what the product needs.

        None for what is reported as malicious: it is in the hands that did it.
        """
        known = self._choices.get((pin, python))
        if known is None:
            found = self._choose(pin, ecosystem=ecosystem, python=python)
            known = self._choices[pin, python] = found
        return known

    def _choose(self, pin: Pin, *, ecosystem: str, python: str) -> Choices:
        if is_malicious(self.answer(pin)):
            return Choices()
        releases = self.catalogue.releases(ecosystem, pin)
        if releases is None:
            names = self._fixing(ecosystem, pin.name)
        else:
            names = {
                version
                for version, release in releases.items()
                if not release.yanked and fits_python(release.python, python)
            }
        answers = [(v, self.answer(pin, v)) for v in _above(ecosystem, pin.version, names)]
        bad = {match.vulnerability for match in self.answer(pin).matches}
        return Choices(
            safe=tuple(v for v, told in answers if told.answer is Answer.NOT_AFFECTED),
            better=tuple(v for v, told in answers if _is_better(told, bad)),
            known=releases is not None,
            unknown=sum(1 for _, told in answers if told.problems and not told.matches),
        )

    def newest_first(self, pin: Pin, *, ecosystem: str) -> tuple[str, ...]:
        """Return all releases that a tool would take by itself, the highest first."""
        if pin not in self._newest:
            releases = self.catalogue.releases(ecosystem, pin) or {}
            keyed = [
                (key, version)
                for version, release in releases.items()
                if not release.yanked and not is_prerelease(ecosystem, version)
                if (key := version_key(ecosystem, version)) is not None
            ]
            self._newest[pin] = tuple(version for _, version in sorted(keyed, reverse=True))
        return self._newest[pin]

    def _fixing(self, ecosystem: str, name: str) -> set[str]:
        """Return the versions that advisories name as fixing something."""
        wanted = normal_name(ecosystem, name)
        records = self.index.advisories.advisories.get((ecosystem, wanted), ())
        return {
            event.version
            for record in records
            if not record.is_withdrawn(at=self.index.at)
            for item in record.affected
            if normal_name(ecosystem, item.name) == wanted
            for part in item.ranges
            if part.type != "GIT"
            for event in part.events
            if event.kind == "fixed"
        }


def purl_at(pin: Pin, version: str) -> str:
    """Return the purl of a pin's package at another version."""
    return f"{pin.purl.partition('@')[0]}@{quote(version, safe=':')}"


def is_malicious(answer: PackageAnswer) -> bool:
    """Tell whether somebody reports the package as made to do harm."""
    return any(
        name.startswith(MALICIOUS)
        for match in answer.matches
        for name in (match.vulnerability, *match.advisories, *match.aliases)
    )


def _above(ecosystem: str, current: str, names: set[str]) -> Iterator[str]:
    """Yield what may be proposed to who has `current`, the smallest first."""
    present = version_key(ecosystem, current)
    if present is None:
        return
    keyed = []
    for name in names:
        key = version_key(ecosystem, name)
        if key is None or key <= present or not is_release(ecosystem, name):
            continue
        if is_prerelease(ecosystem, name) and not is_prerelease(ecosystem, current):
            continue
        keyed.append((key, name))
    last = None
    for key, name in sorted(keyed):
        if key != last:
            yield name
        last = key


def _is_better(told: PackageAnswer, bad: set[str]) -> bool:
    left = {match.vulnerability for match in told.matches}
    return bool(left) and left < bad and not told.problems
