"""A component by its CPE names: what is said about it where no ecosystem's advisories are.

CPE names are given by guess as often as by knowledge, and half of the NVD's newer records have
none. So they find vulnerabilities, and never tell that there are none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.advisory import Advisory
from assay.vuln.cpe.configuration import Criterion, Installed, judge_configurations
from assay.vuln.cpe.name import ANY, NONE, CpeName, parse_cpe
from assay.vuln.ranges import Answer
from assay.vuln.releases import Applies

NO_ECOSYSTEM: Final = "cpe"  # of a component that has a CPE name and no package URL
_ANSWERS: Final = {
    Applies.YES: Answer.AFFECTED,
    Applies.NO: Answer.NOT_AFFECTED,
    Applies.UNSURE: Answer.UNKNOWN,
}
DOUBT: Final = "it depends on a version, an edition or a platform that is not known here"


Around = Mapping[str, tuple[CpeName, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One component by its CPE names, with the names of all that it is listed beside."""

    names: tuple[CpeName, ...]
    around: Around

    def records(self, products: Mapping[str, tuple[Advisory, ...]]) -> tuple[Advisory, ...]:
        """Return the records about it, each once."""
        found = {
            (one.source, one.id): one for name in self.names for one in products.get(name.key, ())
        }
        return tuple(found.values())

    def judge(self, record: Advisory, version: str) -> Answer:
        """Tell whether `record` says that the component is affected at `version`."""
        installed = Installed(own=self._at(version), around=self.around)
        return _ANSWERS[judge_configurations(record.configurations, installed)]

    def fixed(self, record: Advisory, version: str) -> str:
        """Return the version before which the component is vulnerable, or an empty text."""
        own = self._at(version)
        ends = {
            one.end
            for node in record.configurations
            for one in node.criteria()
            if one.vulnerable and one.end and _is_any(one, own)
        }
        return ends.pop() if len(ends) == 1 else ""

    def _at(self, version: str) -> tuple[CpeName, ...]:
        """Return the names, at the component's version where they do not say one themselves."""
        said = quote_version(version)
        return tuple(
            replace(name, version=said) if name.version in {ANY, NONE} and said else name
            for name in self.names
        )


def _is_any(criterion: Criterion, names: Iterable[CpeName]) -> bool:
    return any(criterion.judge(name) is Applies.YES for name in names)


def quote_version(version: str) -> str:
    """Return a version as an attribute of a CPE name; empty where it cannot be one."""
    try:
        return parse_cpe(f"cpe:2.3:a:v:p:{_quoted(version)}:*:*:*:*:*:*:*").version
    except MalformedError:
        return ""


def _quoted(version: str) -> str:
    return "".join(c if c.isalnum() or c in "._" else f"\\{c}" for c in version)


def names_around(texts: Iterable[str]) -> Around:
    """Return all names that can be read, by `vendor:product`."""
    found: dict[str, list[CpeName]] = {}
    for name in usable_names(texts)[0]:
        found.setdefault(name.key, []).append(name)
    return MappingProxyType({key: tuple(names) for key, names in found.items()})


def usable_names(texts: Iterable[str]) -> tuple[tuple[CpeName, ...], tuple[str, ...]]:
    """Return the names that say a vendor and a product, and why the others are of no use."""
    names: list[CpeName] = []
    problems: list[str] = []
    for text in dict.fromkeys(texts):
        try:
            name = parse_cpe(text)
        except MalformedError as error:
            problems.append(error.what)
            continue
        if {name.vendor, name.product} & {ANY, NONE}:
            problems.append(f"{text!r} names no product")
        else:
            names.append(name)
    return tuple(names), tuple(problems)
