"""What is held, as the tables know it: an identity, with its CPE names where these count.

Where advisories of an ecosystem exist, whoever reads its packages names them better than a CPE
does; so the names count for what has no package URL, and for types of which nobody has advisories.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError
from assay.sbom.component import UNNAMED, Component
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.index import AdvisoryIndex, PackageAnswer
from assay.vuln.package import parse_package
from assay.vuln.products import NO_ECOSYSTEM, usable_names

_NOWHERE: Final = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Held:
    """A package at a version that somebody holds: a purl or another identity, and its CPE names."""

    purl: str
    cpes: tuple[str, ...] = ()

    @property
    def component(self) -> Component:
        """Return a component by which its advisories are found."""
        if not self.purl.startswith(UNNAMED):
            return Component(purl=self.purl, name="", version="", found_in=(), cpes=self.cpes)
        name, _, version = self.purl.removeprefix(UNNAMED).rpartition("@")
        return Component(
            purl="", name=unquote(name), version=unquote(version), found_in=(), cpes=self.cpes
        )

    def judged_by(self, index: AdvisoryIndex) -> PackageAnswer:
        """Return what `index` knows about it.

        What else a product holds is not asked for: where a configuration depends on that, the
        answer is a doubt.
        """
        known = self.component
        if known.purl:
            return index.answer(known.purl, self.cpes)
        return index.answer_product(self.cpes, known.version)


def held_in(components: Iterable[Component]) -> Mapping[str, Held]:
    """Return what `components` are held as, by identity; CPE names of one identity are joined."""
    names: dict[str, set[str]] = {}
    for component in components:
        told = names.setdefault(component.identity, set())
        if component.cpes and _counts_by_cpe(component.identity):
            told.update(str(name) for name in usable_names(component.cpes)[0])
    return {name: Held(purl=name, cpes=tuple(sorted(cpes))) for name, cpes in names.items()}


def found_by(held: Held) -> tuple[str, str]:
    """Return ecosystem and normal name; what nothing can be matched with has neither."""
    try:
        package = parse_package(held.purl)
    except MalformedError:
        return (NO_ECOSYSTEM, held.purl) if held.cpes else _NOWHERE
    return package.ecosystem, package.name


def is_named(component: Component) -> bool:
    """Tell whether anything can be matched with a component."""
    return found_by(held_in((component,))[component.identity]) != _NOWHERE


def _counts_by_cpe(identity: str) -> bool:
    try:
        return parse_package(identity).ecosystem not in ECOSYSTEMS
    except MalformedError:
        return True
